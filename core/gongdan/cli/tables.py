"""Plain text in columns, with Chinese characters counted as the two columns that they take."""

import unicodedata
from collections.abc import Sequence

_GAP = "  "


def width(text: str) -> int:
    """Return how many columns of a terminal ``text`` takes."""
    return sum(_columns(character) for character in text)


def _columns(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Cf", "Mn"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def pad(text: str, columns: int) -> str:
    """Return ``text`` with spaces up to ``columns``."""
    return text + " " * (columns - width(text))


def table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return headings and rows in aligned columns; line breaks in a cell become spaces."""
    lines = [headings, *([" ".join(cell.split()) for cell in row] for row in rows)]
    widths = [max(width(line[column]) for line in lines) for column in range(len(headings))]
    return "\n".join(_line(line, widths) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (pad(cell, columns) for cell, columns in zip(cells, widths, strict=True))
    return _GAP.join(padded).rstrip()


def box(lines: Sequence[str]) -> str:
    """Return ``lines`` in a frame."""
    inner = max(map(width, lines), default=0)
    rule = "─" * (inner + 2)
    return "\n".join([f"┌{rule}┐", *(f"│ {pad(line, inner)} │" for line in lines), f"└{rule}┘"])
