"""Writing tables that other programs open: nothing in them is ever calculated."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, TypeAlias

import xlsxwriter

from gongdan.domain.cells import shown
from gongdan.sheets.cell_marks import guard
from gongdan.sheets.limits import DEFAULT_LIMITS

#: What a cell can be written from; text stays text, a number becomes a number.
Written: TypeAlias = str | int | Decimal | date | datetime | time | None

#: A number of more digits would be rounded by the program that opens the file.
_MOST_DIGITS: Final = 15
_WIDTH: Final = 16
_NEVER_CALCULATE: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def write_xlsx(
    path: Path, headings: Sequence[str], rows: Iterable[Sequence[Written]], *, sheet: str = "", title: str = ""
) -> int:
    """Write one sheet row by row in constant memory and return the number of rows below the headings.

    Text that looks like a formula or an address is written as text; identifiers are to be given as text.
    """
    with xlsxwriter.Workbook(path, _NEVER_CALCULATE) as book:
        book.set_properties({"title": title or path.stem})
        page = book.add_worksheet(sheet[:31] or None)
        forms = _Forms(book)
        page.freeze_panes(1, 0)
        page.set_column(0, max(len(headings) - 1, 0), _WIDTH, forms.text)
        for place, heading in enumerate(headings):
            page.write_string(0, place, heading, forms.heading)
        count = 0
        for count, row in enumerate(rows, start=1):
            for place, value in enumerate(row):
                _write_cell(page, (count, place), value, forms)
        if count:
            page.autofilter(0, 0, count, max(len(headings) - 1, 0))
        return count


class _Forms:
    """The few ways in which a cell looks."""

    def __init__(self, book: Any) -> None:
        self.heading = book.add_format({"bold": True, "bottom": 1, "num_format": "@"})
        self.text = book.add_format({"num_format": "@"})
        self.date = book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self.time = book.add_format({"num_format": "hh:mm"})


def _write_cell(page: Any, where: tuple[int, int], value: Written, forms: _Forms) -> None:
    if value is None or value == "":
        return
    if isinstance(value, str):
        page.write_string(*where, value[: DEFAULT_LIMITS.cell_characters], forms.text)
    elif isinstance(value, datetime):
        page.write_datetime(*where, value, forms.moment)
    elif isinstance(value, date):
        page.write_datetime(*where, value, forms.date)
    elif isinstance(value, time):
        page.write_datetime(*where, value, forms.time)
    elif len(str(abs(value))) > _MOST_DIGITS:
        page.write_string(*where, str(value), forms.text)
    else:
        page.write_number(*where, value)


def write_csv(path: Path, headings: Sequence[str], rows: Iterable[Sequence[Written]]) -> int:
    """Write UTF-8 with the mark by which Excel knows it, and return the number of rows below the headings.

    A text that a program might calculate gets a ``'`` before it, which reading takes away again.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([guard(heading) for heading in headings])
        count = 0
        for row in rows:
            writer.writerow([_csv_cell(value) for value in row])
            count += 1
        return count


def _csv_cell(value: Written) -> str:
    if isinstance(value, str):
        return guard(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds" if value.second else "minutes")
    return shown(value)
