"""Finding the heading row of a sheet and telling which column stands where."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from gongdan.domain.cells import Cell, is_blank
from gongdan.domain.folding import fold_heading, fold_prose
from gongdan.domain.importing import Importer
from gongdan.errors import Refused
from gongdan.text import msg

#: A heading further down than this is not looked for.
ROWS_BEFORE_HEADING: Final = 30
#: Fewer known headings in one row are taken for chance.
_FEWEST_HEADINGS: Final = 2

_BRACKETS: Final = re.compile(r"\([^()]*\)$")

#: 1-based number of the row in the file, and its cells.
NumberedRow = tuple[int, Sequence[Cell]]


@dataclass(eq=False)
class HeadingNotFound(Refused):
    """No row among the first ones holds the headings that the importer needs."""

    code: ClassVar[str] = "heading_not_found"
    text: ClassVar[str] = msg("前 {searched_rows} 行里没有找到“{kind}”的表头，缺少：{missing}")
    remedy: ClassVar[str] = msg("请检查是否选对了表格种类和工作表，或用列对应关系指定每一列")

    kind: str = ""
    missing: str = ""
    searched_rows: int = ROWS_BEFORE_HEADING


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column of an importer stands where in one sheet."""

    #: 1-based number of the heading row in the file.
    heading_row: int
    #: Name of the column → index of its cell, from 0.
    places: Mapping[str, int]
    #: The heading row as it stands, one text a cell.
    headings: tuple[str, ...]
    #: Headings that no column knows; they are reported and never used.
    unknown: tuple[str, ...]
    #: Labels of the columns that the sheet does not have.
    absent: tuple[str, ...]

    def mapping(self) -> Mapping[str, str]:
        """Return heading → name of the column, as it is remembered for the next file."""
        known = {self.headings[place]: name for name, place in self.places.items()}
        # Of two headings with one text, the one that is used counts.
        return {**dict.fromkeys(self.unknown, ""), **known}


def find_layout(importer: Importer, rows: Iterable[NumberedRow], mapping: Mapping[str, str] | None = None) -> Layout:
    """Choose the row that names the most columns, the first one among equals.

    ``mapping`` (heading → name of a column, or ``""`` for none) goes before labels and synonyms. Raises
    `HeadingNotFound` if a required column is named nowhere in that row.
    """
    names = _names_of_headings(importer, mapping or {})
    best: Layout | None = None
    for number, cells in rows:
        layout = _layout(importer, names, number, cells)
        if best is None or len(layout.places) > len(best.places):
            best = layout
    _require_headings(importer, best)
    if best is None:
        raise HeadingNotFound(kind=importer.label)
    return best


def _names_of_headings(importer: Importer, mapping: Mapping[str, str]) -> Mapping[str, tuple[str, int]]:
    """Return folded heading → name and rank; a label goes before a synonym for the same column."""
    names: dict[str, tuple[str, int]] = {}
    for column in importer.columns:
        for rank, heading in enumerate((column.label, *column.synonyms), start=1):
            names.setdefault(fold_heading(heading), (column.name, rank))
    known = {column.name for column in importer.columns}
    for heading, name in mapping.items():
        if name in known or not name:
            names[fold_heading(heading)] = (name, 0)
    return names


def _layout(importer: Importer, names: Mapping[str, tuple[str, int]], number: int, cells: Sequence[Cell]) -> Layout:
    headings = tuple(fold_prose(cell) if isinstance(cell, str) else "" for cell in cells)
    found: dict[str, tuple[int, int]] = {}
    for place, heading in enumerate(headings):
        name, rank = _name_of(heading, names)
        if name and (name not in found or rank < found[name][0]):
            found[name] = (rank, place)
    places = {name: place for name, (_, place) in found.items()}
    used = set(places.values())
    return Layout(
        heading_row=number,
        places=places,
        headings=headings,
        unknown=tuple(text for place, text in enumerate(headings) if text and place not in used),
        absent=tuple(column.label for column in importer.columns if column.name not in places),
    )


def _name_of(heading: str, names: Mapping[str, tuple[str, int]]) -> tuple[str, int]:
    """Look up a heading as it stands, then without a unit or remark in brackets behind it."""
    if not heading:
        return "", 0
    folded = fold_heading(heading)
    return names.get(folded) or names.get(_BRACKETS.sub("", folded)) or ("", 0)


def _require_headings(importer: Importer, layout: Layout | None) -> None:
    places: Mapping[str, int] = layout.places if layout else {}
    missing = [column.label for column in importer.columns if column.required and column.name not in places]
    too_few = len(places) < min(_FEWEST_HEADINGS, len(importer.columns))
    if missing or too_few:
        labels = missing or [column.label for column in importer.columns if column.name not in places]
        raise HeadingNotFound(kind=importer.label, missing="、".join(labels))


def repeats_heading(layout: Layout, cells: Sequence[Cell]) -> bool:
    """Tell whether a row is the heading again, as at the top of a printed page."""
    places = layout.places.values()
    filled = [place for place in places if place < len(cells) and not is_blank(cells[place])]
    same = [place for place in filled if _same_heading(cells[place], layout.headings[place])]
    return len(same) >= _FEWEST_HEADINGS and len(same) * 2 > len(filled)


def _same_heading(cell: Cell, heading: str) -> bool:
    return isinstance(cell, str) and fold_heading(cell) == fold_heading(heading)
