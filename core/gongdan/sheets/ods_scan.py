"""A first pass over an ods file: repeated cells make a small file boundless; merged cells stand here."""

from pathlib import Path
from typing import Final
from zipfile import BadZipFile, ZipFile

from gongdan.sheets.errors import DamagedFile, EncryptedFile, WorkbookTooLarge
from gongdan.sheets.limits import SheetLimits
from gongdan.sheets.parts import hardened_parser, parse, unpack, xml_parts
from gongdan.sheets.xlsx_scan import Scan, WorkbookScan
from gongdan.text import msg

_CONTENT: Final = "content.xml"
_MANIFEST: Final = "META-INF/manifest.xml"
_MOST_DIGITS: Final = 9


def scan_ods(path: Path, limits: SheetLimits) -> WorkbookScan:
    """Unpack and parse every XML part once; raises a `FileRefused` if one of them is not safe to read."""
    tables = _Tables(path, limits)
    try:
        with path.open("rb") as file, ZipFile(file) as package:
            for part in xml_parts(package):
                parser = hardened_parser(path)
                if part.filename == _CONTENT:
                    parser.StartElementHandler = tables.start
                    parser.EndElementHandler = tables.end
                    parser.CharacterDataHandler = tables.text
                elif part.filename == _MANIFEST:
                    parser.StartElementHandler = tables.refuse_encryption
                parse(path, unpack(path, file, part), parser)
    except (BadZipFile, OSError) as error:
        raise DamagedFile(name=path.name, reason=msg("压缩包不完整")) from error
    return WorkbookScan(sheets=tables.sheets)


class _Tables:
    """Follows the tables of the content: rows and cells stand for as many as they are repeated."""

    def __init__(self, path: Path, limits: SheetLimits) -> None:
        self.sheets: dict[str, Scan] = {}
        self._path = path
        self._limits = limits
        self._scan = Scan()
        self._row = self._column = 0
        self._row_repeat = self._cell_repeat = 1
        self._last_row = self._last_column = -1
        self._characters = 0

    def refuse_encryption(self, name: str, _attributes: dict[str, str]) -> None:
        if name.endswith("encryption-data"):
            raise EncryptedFile(name=self._path.name)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self._scan = self.sheets.setdefault(attributes.get("table:name", ""), Scan())
            self._row = 0
            self._last_row = self._last_column = -1
        elif name == "table:table-row":
            self._column = 0
            self._row_repeat = _count(attributes, "table:number-rows-repeated")
        elif name in {"table:table-cell", "table:covered-table-cell"}:
            self._cell(attributes)

    def text(self, text: str) -> None:
        self._characters += len(text) * self._cell_repeat * self._row_repeat
        limit = self._limits.characters
        if self._characters > limit:
            raise WorkbookTooLarge(name=self._path.name, measure=msg("字数"), limit=limit)

    def end(self, name: str) -> None:
        if name == "table:table-row":
            self._row += self._row_repeat

    def _cell(self, attributes: dict[str, str]) -> None:
        self._cell_repeat = _count(attributes, "table:number-columns-repeated")
        spanned = _count(attributes, "table:number-rows-spanned")
        if spanned > 1:
            last = self._column + _count(attributes, "table:number-columns-spanned") - 1
            self._scan.merged.append((self._row, self._column, self._row + spanned - 1, last))
        if "table:formula" in attributes:
            self._scan.formula_count += 1
        self._column += self._cell_repeat
        if "office:value-type" in attributes:
            self._reach()

    def _reach(self) -> None:
        self._last_row = max(self._last_row, self._row + self._row_repeat - 1)
        self._last_column = max(self._last_column, self._column - 1)
        limits = self._limits
        if self._last_column >= limits.columns:
            raise WorkbookTooLarge(name=self._path.name, measure=msg("列数"), limit=limits.columns)
        if (self._last_row + 1) * (self._last_column + 1) > limits.cells:
            raise WorkbookTooLarge(name=self._path.name, measure=msg("单元格数"), limit=limits.cells)


def _count(attributes: dict[str, str], name: str) -> int:
    digits = attributes.get(name, "1")
    return int(digits[:_MOST_DIGITS]) if digits.isdecimal() else 1
