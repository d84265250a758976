"""Reading xlsx, xls and ods, after the first pass has found them safe."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NoReturn

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from gongdan.domain.cells import Cell, is_blank
from gongdan.domain.headings import NumberedRow
from gongdan.sheets.errors import DamagedFile, EmptyFile, EncryptedFile, SheetNotFound
from gongdan.sheets.kinds import FileKind
from gongdan.sheets.limits import SheetLimits
from gongdan.sheets.ods_scan import scan_ods
from gongdan.sheets.xls_scan import scan_xls
from gongdan.sheets.xlsx_scan import Scan, WorkbookScan, scan_xlsx
from gongdan.text import msg


@dataclass(frozen=True, slots=True)
class OpenedSheet:
    """One sheet of a workbook with all that was found out about it."""

    name: str
    sheet_names: tuple[str, ...]
    from_1904: bool
    scan: Scan
    content: CalamineSheet


def open_workbook(path: Path, kind: FileKind, wanted: str | None, limits: SheetLimits) -> OpenedSheet:
    """Open a sheet by name, or the first visible one that holds something."""
    scan = _SCANS[kind](path, limits)
    with _failures_named(path), CalamineWorkbook.from_path(str(path)) as book:
        sheet = _choose(path, book, wanted)
        names = tuple(book.sheet_names)
    return OpenedSheet(sheet.name, names, scan.from_1904, scan.sheets.get(sheet.name, scan.any_sheet), sheet)


def _scan_xls(path: Path, limits: SheetLimits) -> WorkbookScan:
    found = scan_xls(path, limits)
    return WorkbookScan(from_1904=found.from_1904, any_sheet=Scan(formula_count=found.formula_count))


_SCANS: Final[Mapping[FileKind, Callable[[Path, SheetLimits], WorkbookScan]]] = {
    FileKind.XLSX: scan_xlsx,
    FileKind.XLS: _scan_xls,
    FileKind.ODS: scan_ods,
}


@contextmanager
def _failures_named(path: Path) -> Iterator[None]:
    """Turn what the reader says about a broken file into our words."""
    try:
        yield
    except PasswordError as error:
        raise EncryptedFile(name=path.name) from error
    except CalamineError as error:
        raise DamagedFile(name=path.name, reason=msg("工作表内容无法解析")) from error
    except BaseException as error:
        # A failed assertion inside the reader arrives as an exception of no ordinary class.
        if type(error).__name__ != "PanicException":
            raise
        raise DamagedFile(name=path.name, reason=msg("工作表内容无法解析")) from error


def _choose(path: Path, book: CalamineWorkbook, wanted: str | None) -> CalamineSheet:
    tables = [meta.name for meta in book.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
    if wanted is not None:
        if wanted not in tables:
            raise SheetNotFound(name=path.name, sheet=wanted, sheets="、".join(tables))
        return _filled(book, wanted) or _refuse_empty(path)
    hidden = {meta.name for meta in book.sheets_metadata if meta.visible != SheetVisibleEnum.Visible}
    for name in sorted(tables, key=lambda table: table in hidden):
        sheet = _filled(book, name)
        if sheet is not None:
            return sheet
    return _refuse_empty(path)


def _refuse_empty(path: Path) -> NoReturn:
    raise EmptyFile(name=path.name)


def _filled(book: CalamineWorkbook, name: str) -> CalamineSheet | None:
    sheet = book.get_sheet_by_name(name)
    return sheet if sheet.start is not None else None


def read_workbook_rows(opened: OpenedSheet) -> Iterator[NumberedRow]:
    """Yield the rows from 1; a merged cell holds for each of its rows, in its first column."""
    content = opened.content
    first_column = content.start[1] if content.start else 0
    merged = _Merged(opened)
    uncomputed = opened.scan.uncomputed
    formula_rows = {row for row, _ in uncomputed}
    for index, row in enumerate(content.iter_rows()):
        cells: list[Cell] = [*("",) * first_column, *row]
        if index in formula_rows:
            cells = [uncomputed.get((index, place), cell) for place, cell in enumerate(cells)]
        merged.fill(index, cells)
        yield index + 1, cells


class _Merged:
    """Carries the value of a merged cell down its rows; a blank row inside it stays blank."""

    def __init__(self, opened: OpenedSheet) -> None:
        known = opened.content.merged_cell_ranges or []
        areas = [(top, left, bottom) for (top, left), (bottom, _) in known]
        areas += [(top, left, bottom) for top, left, bottom, _ in opened.scan.merged]
        self._waiting = sorted((area for area in areas if area[2] > area[0]), reverse=True)
        self._open: dict[int, tuple[int, Cell]] = {}

    def fill(self, row: int, cells: list[Cell]) -> None:
        if self._open and any(not is_blank(cell) for cell in cells):
            for column, (bottom, value) in list(self._open.items()):
                if row > bottom:
                    del self._open[column]
                elif column < len(cells):
                    cells[column] = value
        while self._waiting and self._waiting[-1][0] <= row:
            top, column, bottom = self._waiting.pop()
            if top == row and column < len(cells):
                self._open[column] = (bottom, cells[column])
