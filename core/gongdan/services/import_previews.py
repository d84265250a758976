"""What an import would make of a file, found out without storing anything; identity numbers are masked."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from gongdan.domain.cells import Cell, is_blank, shown
from gongdan.domain.headings import Layout
from gongdan.domain.identifiers import mask_identity_number
from gongdan.domain.importing import CheckedRow, Importer
from gongdan.domain.row_checks import Checking
from gongdan.services import import_reports
from gongdan.services.import_reports import RowReport
from gongdan.services.import_runs import DryRunner
from gongdan.sheets.reading import Remark, Sheet

#: Rows of the file that are compared with what is stored; more would keep a person waiting.
COMPARED_ROWS: Final = 2000
#: Rows at the beginning of the file that are shown as they stand.
_SHOWN_ROWS: Final = 12
_IDENTITY: Final = re.compile(r"\d{17}[\dXx]")


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would say of a file, without storing anything."""

    layout: Layout
    #: Verdict → rows; also outcome → rows, of those that were compared.
    counts: Mapping[str, int]
    #: The first rows, and all rows that are refused or flagged, worst first, up to a limit.
    first: Sequence[RowReport]
    problems: Sequence[RowReport]
    remarks: Sequence[Remark]
    sheet_names: Sequence[str]
    #: The cells of the first rows, as they stand.
    cells: Sequence[tuple[int, Sequence[object]]]
    #: Number of the last row that was compared with what is stored; None when all were.
    compared_to: int | None = None


def look_through(runner: DryRunner, importer: Importer, sheet: Sheet, checking: Checking, *, limit: int) -> Preview:
    """Check the whole file; its first rows also pass through an import that is taken back."""
    secret = frozenset(column.name for column in importer.columns if column.secret)
    counts: dict[str, int] = {}
    first: list[RowReport] = []
    problems: list[RowReport] = []
    for row in _reports(runner, checking.rows, counts):
        if len(first) < limit // 4:
            first.append(import_reports.masked(row, secret))
        if row.issues:
            problems.append(import_reports.masked(row, secret))
        if len(problems) > 2 * limit:
            problems = import_reports.worst_first(problems, limit=limit)
    cells = [(number, tuple(_masked(checking.layout, secret, number, cells)))
             for number, cells in islice(sheet.rows(), _SHOWN_ROWS)]  # fmt: skip
    worst = import_reports.worst_first(problems, limit=limit)
    total = sum(counts.get(verdict, 0) for verdict in import_reports.VERDICTS)
    compared_to = runner.rows_done if total > COMPARED_ROWS else None
    return Preview(checking.layout, counts, first, worst, sheet.remarks, sheet.sheet_names, cells, compared_to)


def names_nobody(text: str) -> bool:
    """Tell whether a text can be shown to everybody: no identity number stands in it."""
    return not _IDENTITY.search(text)


def _reports(runner: DryRunner, rows: Iterator[CheckedRow], counts: dict[str, int]) -> Iterator[RowReport]:
    compared: list[RowReport] = []
    runner.run_through(islice(rows, COMPARED_ROWS), None, compared.extend)
    counts.update(runner.counts)
    yield from compared
    for row in rows:
        import_reports.tally(counts, [(row, None)])
        yield import_reports.report(row, None)


def _masked(layout: Layout, secret: Collection[str], number: int, cells: Sequence[Cell]) -> Iterator[object]:
    places = {layout.places[name] for name in secret if name in layout.places}
    for place, cell in enumerate(cells):
        text = shown(cell)
        if place in places and number > layout.heading_row and not is_blank(cell):
            yield mask_identity_number(text)
        elif names_nobody(text):
            yield cell
        else:
            yield _IDENTITY.sub(lambda found: mask_identity_number(found[0]), text)
