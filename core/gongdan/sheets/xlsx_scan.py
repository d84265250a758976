"""A first pass over an xlsx file: whether it is safe to read, and what the reader does not tell."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile

from gongdan.sheets.errors import DamagedFile, WorkbookTooLarge
from gongdan.sheets.limits import SheetLimits
from gongdan.sheets.parts import hardened_parser, parse, unpack, xml_parts
from gongdan.sheets.shared_texts import SharedTexts
from gongdan.text import msg

#: The longest way to write one character in XML is an entity such as &quot;.
_BYTES_OF_CHARACTER: Final = 6
_MOST_COLUMN_LETTERS: Final = 4
_MOST_ROW_DIGITS: Final = 9
_INSIDE_CELL: Final = frozenset(
    {
        "t",
        "r",
        "rPr",
        "rPh",
        "phoneticPr",
        "b",
        "i",
        "u",
        "sz",
        "color",
        "rFont",
        "family",
        "charset",
        "scheme",
    }
)
_TRUE: Final = frozenset({"1", "true", "on"})


@dataclass(slots=True)
class Scan:
    """What the first pass found out about one sheet."""

    #: (row, column), both from 0 → the text of a formula whose result was never computed.
    uncomputed: dict[tuple[int, int], str] = field(default_factory=dict)
    #: How many cells are formulas.
    formula_count: int = 0
    #: Address of the first formula, such as ``F3``.
    first_formula: str = ""
    #: How many cells show a shared text.
    shared_count: int = 0
    #: How many cells hold an error value such as #N/A.
    error_count: int = 0
    #: Merged areas that the reader does not know: first row, first column, last row, last column, from 0.
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


@dataclass(slots=True)
class WorkbookScan:
    """What the first pass found out about a workbook."""

    #: Serial numbers count from 1904.
    from_1904: bool = False
    #: Name of the sheet → its scan.
    sheets: dict[str, Scan] = field(default_factory=dict)
    #: What is known of a sheet that is not named.
    any_sheet: Scan = field(default_factory=Scan)


def scan_xlsx(path: Path, limits: SheetLimits) -> WorkbookScan:
    """Unpack and parse every XML part once; raises a `FileRefused` if one of them is not safe to read."""
    book = _Book()
    shared = SharedTexts()
    parts: dict[str, Scan] = {}
    try:
        with path.open("rb") as file, ZipFile(file) as package:
            for part in xml_parts(package):
                chunks = unpack(path, file, part)
                folder, _, name = part.filename.rpartition("/")
                if folder.endswith("worksheets"):
                    parts[part.filename] = _scan_sheet(path, chunks, limits)
                elif name == "sharedStrings.xml":
                    shared.measure(path, chunks)
                else:
                    parser = hardened_parser(path)
                    if name in {"workbook.xml", "workbook.xml.rels"}:
                        parser.StartElementHandler = book.start
                    parse(path, chunks, parser)
            for name, scan in parts.items():
                chunks = unpack(path, file, package.getinfo(name))
                shared.check(path, chunks, scan.shared_count, limits)
    except (BadZipFile, OSError) as error:
        raise DamagedFile(name=path.name, reason=msg("压缩包不完整")) from error
    return WorkbookScan(from_1904=book.from_1904, sheets=book.by_name(parts))


class _Book:
    """Collects which sheet lies in which part."""

    def __init__(self) -> None:
        self.from_1904 = False
        self._ids: dict[str, str] = {}
        self._targets: dict[str, str] = {}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(":")[2]
        if local == "workbookPr":
            self.from_1904 = attributes.get("date1904", "0") in _TRUE
        elif local == "sheet":
            ids = [value for key, value in attributes.items() if key.endswith(":id")]
            self._ids[attributes.get("name", "")] = ids[0] if ids else ""
        elif local == "Relationship":
            self._targets[attributes.get("Id", "")] = attributes.get("Target", "").lstrip("/")

    def by_name(self, parts: dict[str, Scan]) -> dict[str, Scan]:
        scans: dict[str, Scan] = {}
        for sheet, relation in self._ids.items():
            target = self._targets.get(relation, "").removeprefix("xl/")
            scans[sheet] = parts.get(f"xl/{target}", Scan())
        return scans


def _scan_sheet(path: Path, chunks: Iterator[bytes], limits: SheetLimits) -> Scan:
    parser = hardened_parser(path)
    sheet = _SheetPass(path, limits, parser)
    parser.StartElementHandler = sheet.start
    parse(path, chunks, parser)
    sheet.close()
    return sheet.scan


class _SheetPass:
    """Follows the cells of one sheet: how far they reach, how long they are, which are formulas."""

    def __init__(self, path: Path, limits: SheetLimits, parser: expat.XMLParserType) -> None:
        self.scan = Scan()
        self._path = path
        self._limits = limits
        self._parser = parser
        self._longest = limits.cell_characters * _BYTES_OF_CHARACTER
        self._handlers: dict[str, Callable[[dict[str, str]], None]] = {}
        self._row = self._column = -1
        self._last_row = self._last_column = -1
        self._columns: dict[str, int] = {}
        self._cell_start: int | None = None
        self._formula: list[str] | None = None
        self._formula_place = (0, 0)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        handle = self._handlers.get(name)
        if handle is not None:
            handle(attributes)
        elif not self._handlers:
            self._prepare(name)
        else:
            self._leave_cell()

    def _prepare(self, root: str) -> None:
        """Name the elements with the prefix that the root has."""
        prefix = root.removesuffix("worksheet")
        handlers = {"c": self._start_cell, "row": self._start_row, "f": self._start_formula}
        handlers.update(dict.fromkeys(("v", "is"), self._start_value))
        handlers.update(dict.fromkeys(_INSIDE_CELL, _pass_over))
        self._handlers = {f"{prefix}{name}": handle for name, handle in handlers.items()}

    def close(self) -> None:
        self._measure_cell()
        self._end_formula()
        limits = self._limits
        if self._last_column >= limits.columns:
            raise WorkbookTooLarge(name=self._path.name, measure=msg("列数"), limit=limits.columns)
        if (self._last_row + 1) * (self._last_column + 1) > limits.cells:
            raise WorkbookTooLarge(name=self._path.name, measure=msg("单元格数"), limit=limits.cells)

    def _leave_cell(self) -> None:
        self._measure_cell()
        self._cell_start = None

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._leave_cell()
        number = attributes.get("r", "")
        self._row = int(number[:_MOST_ROW_DIGITS]) - 1 if number.isdecimal() else self._row + 1
        self._column = -1

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._measure_cell()
        self._cell_start = self._parser.CurrentByteIndex
        if self._formula is not None:
            self._end_formula()
        kind = attributes.get("t")
        if kind == "s":
            self.scan.shared_count += 1
        elif kind == "e":
            self.scan.error_count += 1
        reference = attributes.get("r")
        if reference is None:
            self._column += 1
        else:
            self._place(reference)

    def _place(self, reference: str) -> None:
        letters = reference.rstrip("0123456789")
        column = self._columns.get(letters)
        if column is None:
            column = self._columns[letters] = _column_number(letters)
        digits = reference[len(letters) :]
        self._row = int(digits[:_MOST_ROW_DIGITS] or 1) - 1
        self._column = column

    def _start_value(self, _attributes: dict[str, str]) -> None:
        self._reach()
        if self._formula is not None:
            # The result of the formula was computed, so that its text is not needed.
            self._formula = None
            self._parser.CharacterDataHandler = None

    def _reach(self) -> None:
        self._last_row = max(self._last_row, self._row)
        self._last_column = max(self._last_column, self._column)

    def _measure_cell(self) -> None:
        start = self._cell_start
        if start is not None and self._parser.CurrentByteIndex - start > self._longest:
            limit = self._limits.cell_characters
            raise WorkbookTooLarge(name=self._path.name, measure=msg("单格字数"), limit=limit)

    def _start_formula(self, _attributes: dict[str, str]) -> None:
        self._reach()
        scan = self.scan
        if not scan.formula_count:
            scan.first_formula = f"{_letters(self._column)}{self._row + 1}"
        scan.formula_count += 1
        self._formula = []
        self._formula_place = (self._row, self._column)
        self._parser.CharacterDataHandler = self._formula.append

    def _end_formula(self) -> None:
        self._parser.CharacterDataHandler = None
        text = "".join(self._formula or ()).strip()
        self._formula = None
        if not text:
            return
        if len(self.scan.uncomputed) >= self._limits.formulas:
            limit = self._limits.formulas
            raise WorkbookTooLarge(name=self._path.name, measure=msg("未计算的公式数"), limit=limit)
        self.scan.uncomputed[self._formula_place] = f"={text}"


def _pass_over(_attributes: dict[str, str]) -> None:
    pass


def _column_number(letters: str) -> int:
    """Return the column from 0; letters of no column lie beyond every limit."""
    number = 0
    for letter in letters[:_MOST_COLUMN_LETTERS]:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, place = divmod(column - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters
