"""What the preview of an import shows of the file itself: its headings, and its first rows with their verdicts."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from gongdan.domain.cells import Cell, shown
from gongdan.domain.headings import ROWS_BEFORE_HEADING
from gongdan.services.import_previews import Preview, names_nobody
from gongdan.services.imports import Source
from gongdan.sheets.reading import open_sheet
from gongdan.web.import_words import TONES


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the file, the column it is taken for, and what stands below it."""

    text: str
    column: str
    sample: str


@dataclass(frozen=True, slots=True)
class CellRow:
    """A row of the file as it stands, with the colour of its verdict and of its cells."""

    number: int
    tone: str
    #: Text and colour of each cell.
    cells: tuple[tuple[str, str], ...]


def headings(found: Preview) -> Sequence[Heading]:
    """Return the headings of the file with what they are taken for."""
    columns = {place: name for name, place in found.layout.places.items()}
    below = next((cells for number, cells in found.cells if number > found.layout.heading_row), ())
    return [
        Heading(text, columns.get(place, ""), _text(below[place]) if place < len(below) else "")
        for place, text in enumerate(found.layout.headings)
        if text
    ]


def first_headings(source: Source) -> Sequence[Heading]:
    """Return the fullest of the first rows as headings, for a person to say what they are."""
    sheet = open_sheet(source.path, encoding=source.encoding or None, sheet=source.sheet or None)
    first = [_texts_of(cells) for _, cells in islice(sheet.rows(), ROWS_BEFORE_HEADING)]
    return [Heading(text, source.mapping.get(text, ""), "") for text in max(first, key=len, default=())]


def cells(found: Preview) -> Sequence[CellRow]:
    """Return the first rows, each cell with the colour of what becomes of it."""
    tones = {row.row: TONES[row.verdict] for row in found.first}
    width = len(found.layout.headings)
    rows = []
    for number, given in found.cells:
        texts = [_text(cell) for cell in given[:width]] + [""] * (width - len(given))
        colours = _colours(found, number)
        coloured = tuple((text, colours.get(place, "")) for place, text in enumerate(texts))
        rows.append(CellRow(number, tones.get(number, "quiet"), coloured))
    return rows


def _colours(found: Preview, number: int) -> dict[int, str]:
    places = found.layout.places
    row = next((row for row in found.first if row.row == number), None)
    if row is None:
        return {}
    colours = {places[name]: "ours" for name in row.changes if name in places}
    for issue in row.issues:
        if issue.column in places:
            colours[places[issue.column]] = "late" if issue.verdict == "refused" else "waiting"
    return colours


def _texts_of(cells: Sequence[Cell]) -> Sequence[str]:
    return [cell for cell in cells if isinstance(cell, str) and cell.strip() and names_nobody(cell)]


def _text(cell: object) -> str:
    return shown(cell)
