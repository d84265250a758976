"""A signature drawn with a finger: its strokes, checked, and the picture that is made of them.

The picture is drawn here, from numbers alone: no image of somebody else's making is ever kept as a signature.
"""

import json
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, hypot
from typing import Any, Final, TypeAlias

from gongdan.errors import FieldProblem, InvalidInput
from gongdan.text import msg

Point: TypeAlias = tuple[int, int]
Stroke: TypeAlias = tuple[Point, ...]

#: Size of the field in which points lie, and of the picture, in pixels.
WIDTH: Final = 600
HEIGHT: Final = 240
_MOST_STROKES: Final = 200
_MOST_POINTS: Final = 4000
#: Longest text of the strokes, in characters.
_LONGEST: Final = 60_000
#: Shortest way of the pen that is a name and no slip, in pixels.
_SHORTEST: Final = 60.0
_LONGEST_WAY: Final = 40_000.0
#: Half the width of the pen, in pixels.
_PEN: Final = 2.2
_WHITE: Final = 255


@dataclass(frozen=True, slots=True)
class Drawing:
    """The strokes of one signature."""

    strokes: tuple[Stroke, ...]

    @property
    def length(self) -> float:
        """Return the way of the pen, in pixels."""
        return sum(hypot(x2 - x1, y2 - y1) for (x1, y1), (x2, y2) in self._ways())

    def png(self) -> bytes:
        """Return the picture: black on white, as a PNG."""
        rows = [bytearray([_WHITE]) * WIDTH for _ in range(HEIGHT)]
        for start, end in self._ways():
            for x, y in _steps(start, end):
                _stamp(rows, x, y)
        return _png(rows)

    def _ways(self) -> Iterator[tuple[Point, Point]]:
        for stroke in self.strokes:
            yield from zip(stroke, stroke[1:] or stroke, strict=False)


def read_drawing(text: str) -> Drawing:
    """Return the strokes that a page sent: a JSON list of lists of ``[x, y]``; raises ``InvalidInput``."""
    try:
        drawing = Drawing(tuple(tuple(map(_point, stroke)) for stroke in _lists(json.loads(text[:_LONGEST]))))
    except (ValueError, TypeError, RecursionError) as problem:
        raise _unusable(msg("看不清签名，请重新签一次")) from problem
    points = sum(map(len, drawing.strokes))
    if len(drawing.strokes) > _MOST_STROKES or points > _MOST_POINTS or drawing.length > _LONGEST_WAY:
        raise _unusable(msg("签名的笔画太多，请重新签一次"))
    if drawing.length < _SHORTEST:
        raise _unusable(msg("请在框内签上姓名"))
    return drawing


def _lists(value: Any) -> Sequence[Sequence[Any]]:
    if not isinstance(value, list) or not all(isinstance(each, list) for each in value):
        raise TypeError(value)
    return value


def _point(value: Any) -> Point:
    x, y = value
    if not all(isinstance(each, int) and not isinstance(each, bool) for each in (x, y)):
        raise TypeError(value)
    if not (0 <= x <= WIDTH and 0 <= y <= HEIGHT):
        raise ValueError(value)
    return x, y


def _unusable(rule: str) -> InvalidInput:
    return InvalidInput((FieldProblem("strokes", "", rule, label=msg("签名")),))


def _steps(start: Point, end: Point) -> Iterator[tuple[float, float]]:
    (x1, y1), (x2, y2) = start, end
    count = max(1, ceil(hypot(x2 - x1, y2 - y1)))
    for step in range(count + 1):
        share = step / count
        yield x1 + (x2 - x1) * share, y1 + (y2 - y1) * share


def _stamp(rows: list[bytearray], x: float, y: float) -> None:
    """Put the pen down once: black in its middle, grey at its edge."""
    reach = ceil(_PEN) + 1
    for row in range(max(0, int(y) - reach), min(HEIGHT, int(y) + reach + 1)):
        line = rows[row]
        for column in range(max(0, int(x) - reach), min(WIDTH, int(x) + reach + 1)):
            beyond = hypot(column - x, row - y) - _PEN
            shade = 0 if beyond <= 0 else int(beyond * _WHITE) if beyond < 1 else _WHITE
            line[column] = min(line[column], shade)


def _png(rows: Sequence[bytearray]) -> bytes:
    header = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows), 9)
    parts = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, content) for kind, content in parts)


def _chunk(kind: bytes, content: bytes) -> bytes:
    checked = kind + content
    return struct.pack(">I", len(content)) + checked + struct.pack(">I", zlib.crc32(checked))
