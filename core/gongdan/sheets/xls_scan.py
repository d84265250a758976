"""A first pass over an xls file: how much room its cells need, before a reader makes room for them."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gongdan.sheets.compound import shared_text_lengths, workbook_stream
from gongdan.sheets.errors import DamagedFile, EncryptedFile, WorkbookTooLarge
from gongdan.sheets.limits import SheetLimits
from gongdan.text import msg

_BEGIN: Final = frozenset({0x0009, 0x0209, 0x0409, 0x0809})
_DATE_MODE: Final = 0x0022
_PASSWORD: Final = 0x002F
#: Records that fill a cell: formulas, numbers, texts, logical values.
_FORMULA: Final = 0x0006
_SHARED_TEXT: Final = 0x00FD
_RUN_OF_NUMBERS: Final = 0x00BD
_FILLED: Final = frozenset({_FORMULA, 0x0203, 0x0204, 0x0205, 0x0207, 0x027E, 0x00D6, _SHARED_TEXT, _RUN_OF_NUMBERS})
_SHARED_TEXTS: Final = 0x00FC
_CONTINUED: Final = 0x003C
_RECORD: Final = struct.Struct("<HH")
_PLACE: Final = struct.Struct("<HH")


@dataclass(frozen=True, slots=True)
class XlsScan:
    """What the first pass found out."""

    #: Serial numbers count from 1904.
    from_1904: bool
    #: How many cells are formulas.
    formula_count: int


def scan_xls(path: Path, limits: SheetLimits) -> XlsScan:
    """Follow the records of all sheets; raises `EncryptedFile`, `WorkbookTooLarge` or `DamagedFile`."""
    follower = _Follower(path, limits)
    try:
        stream = workbook_stream(path.read_bytes())
        for kind, body in _records(stream):
            follower.take(kind, body)
    except (struct.error, IndexError, ValueError) as error:
        raise DamagedFile(name=path.name, reason=msg("文件不完整")) from error
    return XlsScan(follower.from_1904, follower.formula_count)


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    place = 0
    while place + _RECORD.size <= len(stream):
        kind, size = _RECORD.unpack_from(stream, place)
        place += _RECORD.size
        yield kind, stream[place : place + size]
        place += size


class _Follower:
    """Adds up what the records of the workbook ask a reader to hold."""

    def __init__(self, path: Path, limits: SheetLimits) -> None:
        self.from_1904 = False
        self.formula_count = 0
        self._path = path
        self._limits = limits
        self._last_row = self._last_column = -1
        self._characters = 0
        self._shared: list[bytes] = []
        self._lengths: list[int] | None = None
        self._in_shared = False

    def take(self, kind: int, body: bytes) -> None:
        if kind == _SHARED_TEXTS or (kind == _CONTINUED and self._in_shared):
            self._in_shared = True
            self._shared.append(body)
            return
        self._in_shared = False
        if kind in _BEGIN:
            self._last_row = self._last_column = -1
        elif kind == _PASSWORD:
            raise EncryptedFile(name=self._path.name)
        elif kind == _DATE_MODE:
            self.from_1904 = body[:1] == b"\x01"
        elif kind in _FILLED:
            self._fill(kind, body)

    def _fill(self, kind: int, body: bytes) -> None:
        row, column = _PLACE.unpack_from(body)
        if kind == _RUN_OF_NUMBERS:
            column = int.from_bytes(body[-2:], "little")
        elif kind == _FORMULA:
            self.formula_count += 1
        elif kind == _SHARED_TEXT:
            self._characters += self._length(int.from_bytes(body[6:10], "little"))
        else:
            self._characters += len(body)
        self._last_row, self._last_column = max(self._last_row, row), max(self._last_column, column)
        self._check()

    def _length(self, index: int) -> int:
        if self._lengths is None:
            self._lengths = shared_text_lengths(self._shared)
        return self._lengths[index]

    def _check(self) -> None:
        limits = self._limits
        if (self._last_row + 1) * (self._last_column + 1) > limits.cells:
            raise WorkbookTooLarge(name=self._path.name, measure=msg("单元格数"), limit=limits.cells)
        if self._characters > limits.characters:
            raise WorkbookTooLarge(name=self._path.name, measure=msg("字数"), limit=limits.characters)
