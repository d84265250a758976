"""The compound file around the records of an xls workbook, and the table of texts inside."""

import struct
from typing import Final

_ENTRY_BYTES: Final = 128
_STREAM: Final = 2
_NO_WORKBOOK: Final = "no stream with the records of a workbook"
_NO_SECTOR: Final = 0xFFFFFFFA
_HEADER_SECTORS: Final = struct.Struct("<109I")
_SECTOR_BYTES: Final = frozenset({512, 4096})
_STREAM_NAMES: Final = frozenset({"Workbook", "Book"})

_WIDE, _WITH_PHONETICS, _WITH_RUNS = 1, 4, 8
_RUN_BYTES: Final = 4


def workbook_stream(content: bytes) -> bytes:
    """Return the records of the workbook; raises ValueError, IndexError or struct.error if there are none."""
    sector_bytes = 1 << struct.unpack_from("<H", content, 30)[0]
    if sector_bytes not in _SECTOR_BYTES:
        raise ValueError(_NO_WORKBOOK)
    table = _allocation_table(content, sector_bytes)
    (directory_start,) = struct.unpack_from("<I", content, 48)
    (smallest,) = struct.unpack_from("<I", content, 56)
    directory = _chain(content, table, directory_start, sector_bytes)
    for place in range(0, len(directory) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
        entry = directory[place : place + _ENTRY_BYTES]
        start, size = struct.unpack_from("<II", entry, 116)
        if entry[66] == _STREAM and _entry_name(entry) in _STREAM_NAMES:
            if size < smallest:
                raise ValueError(_NO_WORKBOOK)
            return _chain(content, table, start, sector_bytes)[:size]
    raise ValueError(_NO_WORKBOOK)


def _entry_name(entry: bytes) -> str:
    (size,) = struct.unpack_from("<H", entry, 64)
    return entry[: max(size - 2, 0)].decode("utf-16-le", "replace")


def _allocation_table(content: bytes, sector_bytes: int) -> list[int]:
    """Return sector → next sector."""
    sectors = list(_HEADER_SECTORS.unpack_from(content, 76))
    more, count = struct.unpack_from("<II", content, 68)
    for _ in range(min(count, len(content) // sector_bytes)):
        numbers = _numbers(content, more, sector_bytes)
        sectors.extend(numbers[:-1])
        more = numbers[-1]
    table: list[int] = []
    for sector in sectors:
        if sector < _NO_SECTOR:
            table.extend(_numbers(content, sector, sector_bytes))
    return table


def _numbers(content: bytes, sector: int, sector_bytes: int) -> tuple[int, ...]:
    return struct.unpack_from(f"<{sector_bytes // 4}I", content, (sector + 1) * sector_bytes)


def _chain(content: bytes, table: list[int], sector: int, sector_bytes: int) -> bytes:
    """Return the bytes of a chain of sectors; raises ValueError for one that runs in a circle."""
    pieces: list[bytes] = []
    while sector < _NO_SECTOR:
        if len(pieces) > len(table):
            raise ValueError
        place = (sector + 1) * sector_bytes
        pieces.append(content[place : place + sector_bytes])
        sector = table[sector]
    return b"".join(pieces)


def shared_text_lengths(segments: list[bytes]) -> list[int]:
    """Return the number of characters of each shared text; the table runs on over several records."""
    cursor = _Cursor(segments)
    _, count = struct.unpack("<II", cursor.take(8))
    return [cursor.take_text() for _ in range(count)]


class _Cursor:
    """Reads over the borders of records; a text that crosses one starts there with its flags again."""

    def __init__(self, segments: list[bytes]) -> None:
        self._segments = segments
        self._segment = 0
        self._place = 0

    def _left(self) -> int:
        while self._place >= len(self._segments[self._segment]):
            self._segment += 1
            self._place = 0
        return len(self._segments[self._segment]) - self._place

    def take(self, size: int) -> bytes:
        pieces: list[bytes] = []
        while size > 0:
            step = min(size, self._left())
            pieces.append(self._segments[self._segment][self._place : self._place + step])
            self._place += step
            size -= step
        return b"".join(pieces)

    def take_text(self) -> int:
        length, flags = struct.unpack("<HB", self.take(3))
        runs = int.from_bytes(self.take(2), "little") if flags & _WITH_RUNS else 0
        phonetics = int.from_bytes(self.take(4), "little") if flags & _WITH_PHONETICS else 0
        self._skip_characters(length, wide=bool(flags & _WIDE))
        self.take(runs * _RUN_BYTES + phonetics)
        return int(length)

    def _skip_characters(self, count: int, *, wide: bool) -> None:
        while count > 0:
            crossed = self._place >= len(self._segments[self._segment])
            left = self._left()
            if crossed:
                wide = bool(self.take(1)[0] & _WIDE)
                left -= 1
            step = min(count, left // 2 if wide else left)
            if not step:
                raise ValueError
            self._place += step * 2 if wide else step
            count -= step
