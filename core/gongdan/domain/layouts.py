"""Layouts: where the parts of a form stand on its paper, as data that a company may change.

A layout names fields, tables, checklists and signature boxes of a form kind; it adds no fact and takes none away that
the form cannot do without. What it leaves unsaid is as the form kind has it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from gongdan.domain.fields import Field, FieldKind
from gongdan.domain.forms import MAX_COLUMNS, FormKind, Lines, PaperSize, Part, Section
from gongdan.text import msg

#: Most lines of height that a cell may ask for, inclusive.
MAX_LINES: Final = 40
#: Lines for which a long text has room at least.
_LONG_LINES: Final = 3


@dataclass(frozen=True, slots=True)
class LayoutCell:
    """A field in a row."""

    name: str
    #: Cells of the row that it takes, from 1.
    span: int = 1
    #: Lines of text for which there is room at least, from 1.
    lines: int = 1
    #: Where it stands in the text of the layout, counted from 1; 0 for none.
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class GridPart:
    """Rows of fields between grid lines."""

    #: None keeps the heading of the section that the first field is of; empty has none.
    heading: str | None = None
    rows: tuple[tuple[LayoutCell, ...], ...] = ()
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TablePart:
    """A table of the form."""

    name: str
    heading: str | None = None
    #: Shares of the width by column; what is not named has 2.
    widths: tuple[tuple[str, int], ...] = ()
    #: Lines that the table has at least; None as the form kind says.
    blank_lines: int | None = None
    #: Lines are numbered in a column of their own.
    is_numbered: bool = True
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChecklistPart:
    """A checklist of the form."""

    name: str
    heading: str | None = None
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPart:
    """A text that stands on every paper of the kind."""

    text: str
    is_small: bool = False
    line: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class SignaturesPart:
    """Signature boxes beside one another."""

    names: tuple[str, ...]
    #: With the seal box of the form kind, if it has one.
    has_seal: bool = True
    line: int = field(default=0, compare=False)


LayoutPart: TypeAlias = GridPart | TablePart | ChecklistPart | TextPart | SignaturesPart


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """How a form kind is laid out."""

    parts: tuple[LayoutPart, ...]
    paper: PaperSize = PaperSize.A4
    #: Cells beside one another in a row.
    columns: int = 2
    #: Who gets the copies; None as the form kind says, empty prints one without a mark.
    copies: tuple[str, ...] | None = None
    #: A small text at the end.
    note: str = ""


@dataclass(frozen=True, slots=True)
class LayoutProblem:
    """Something in a layout that cannot be."""

    #: Source text with placeholders from ``params``; ``{line}`` is the line of the layout's text.
    text: str
    line: int = 0
    params: Mapping[str, object] = field(default_factory=dict)


def default_layout(kind: FormKind) -> Layout:
    """Return the layout that follows from the form kind itself."""
    parts: list[LayoutPart] = []
    for block in kind.blocks:
        if isinstance(block, Section):
            parts.append(GridPart(rows=_rows(block.parts, kind.columns)))
        elif isinstance(block, Lines):
            parts.append(TablePart(name=block.name))
        else:
            parts.append(ChecklistPart(name=block.name))
    if kind.signatures or kind.seal:
        parts.append(SignaturesPart(names=tuple(box.name for box in kind.signatures)))
    return Layout(parts=tuple(parts), paper=kind.paper, columns=kind.columns)


def _rows(parts: tuple[Part, ...], columns: int) -> tuple[tuple[LayoutCell, ...], ...]:
    rows: list[list[LayoutCell]] = [[]]
    for part in parts:
        is_long = _is_long(part)
        span = columns if is_long else 1
        if sum(cell.span for cell in rows[-1]) + span > columns:
            rows.append([])
        rows[-1].append(LayoutCell(part.name, span, _LONG_LINES if is_long else 1))
    return tuple(tuple(row) for row in rows if row)


def _is_long(part: Part) -> bool:
    return part.kind is FieldKind.LONG_TEXT if isinstance(part, Field) else part.name in ("description", "subject")


def problems(layout: Layout, kind: FormKind) -> Iterator[LayoutProblem]:
    """Name everything that keeps a layout from carrying the forms of a kind."""
    if not 1 <= layout.columns <= MAX_COLUMNS:
        yield LayoutProblem(msg("每行格数应在 1 到 {most} 之间"), params={"most": MAX_COLUMNS})
    yield from _of_grids(layout, kind)
    yield from _of_named(layout, kind)
    yield from _missing(layout, kind)


def _of_grids(layout: Layout, kind: FormKind) -> Iterator[LayoutProblem]:
    known = {part.name: part.label or part.name for section in kind.sections for part in section.parts}
    seen: set[str] = set()
    for row in (row for part in layout.parts if isinstance(part, GridPart) for row in part.rows):
        for cell in row:
            if cell.name not in known:
                yield _unknown(msg("第 {line} 行：表单没有“{name}”这一栏；可用的有：{known}"), cell, known)
            elif cell.name in seen:
                yield LayoutProblem(msg("第 {line} 行：“{name}”已经排过一次"), cell.line, {"name": known[cell.name]})
            if not 1 <= cell.lines <= MAX_LINES:
                yield LayoutProblem(msg("第 {line} 行：行高应在 1 到 {most} 之间"), cell.line, {"most": MAX_LINES})
            seen.add(cell.name)
        width = sum(cell.span for cell in row)
        if width > layout.columns or any(cell.span < 1 for cell in row):
            words = msg("第 {line} 行：这一行占 {width} 格，每行只有 {columns} 格")
            yield LayoutProblem(words, row[0].line, {"width": width, "columns": layout.columns})


def _of_named(layout: Layout, kind: FormKind) -> Iterator[LayoutProblem]:
    checklists = {checklist.name: checklist.label for checklist in kind.checklists}
    boxes = {box.name: box.label for box in kind.signatures}
    for part in layout.parts:
        if isinstance(part, TablePart):
            yield from _of_table(part, kind)
        elif isinstance(part, ChecklistPart) and part.name not in checklists:
            yield _unknown(msg("第 {line} 行：表单没有“{name}”这张检查表；可用的有：{known}"), part, checklists)
        elif isinstance(part, SignaturesPart):
            words = msg("第 {line} 行：表单没有“{name}”这个签字栏；可用的有：{known}")
            named = (LayoutCell(name, line=part.line) for name in part.names)
            yield from (_unknown(words, cell, boxes) for cell in named if cell.name not in boxes)


def _of_table(part: TablePart, kind: FormKind) -> Iterator[LayoutProblem]:
    table = next((table for table in kind.tables if table.name == part.name), None)
    if table is None:
        tables = {table.name: table.label for table in kind.tables}
        yield _unknown(msg("第 {line} 行：表单没有“{name}”这张明细表；可用的有：{known}"), part, tables)
        return
    columns = {column.name: column.label for column in table.columns}
    for name, share in part.widths:
        if name not in columns:
            words = msg("第 {line} 行：明细表没有“{name}”这一列；可用的有：{known}")
            yield _unknown(words, LayoutCell(name, line=part.line), columns)
        elif share < 1:
            yield LayoutProblem(msg("第 {line} 行：列宽从 1 起"), part.line)


def _missing(layout: Layout, kind: FormKind) -> Iterator[LayoutProblem]:
    """Name what the form cannot be filed without, and what stands nowhere on the paper."""
    cells = {cell.name for part in layout.parts if isinstance(part, GridPart) for row in part.rows for cell in row}
    named = {part.name for part in layout.parts if isinstance(part, TablePart | ChecklistPart)}
    signed = {name for part in layout.parts if isinstance(part, SignaturesPart) for name in part.names}
    for each in kind.fields:
        if each.required and each.name not in cells:
            yield LayoutProblem(msg("必填的“{label}”没有排进版面"), params={"label": each.label})
    blocks = [(table.name, table.label) for table in kind.tables if table.at_least]
    blocks += [(checklist.name, checklist.label) for checklist in kind.checklists]
    for name, label in blocks:
        if name not in named:
            yield LayoutProblem(msg("“{label}”没有排进版面"), params={"label": label})
    for box in kind.signatures:
        if box.required and box.name not in signed:
            yield LayoutProblem(msg("必签的“{label}”没有排进版面"), params={"label": box.label})


def _unknown(words: str, named: LayoutCell | TablePart | ChecklistPart, known: Mapping[str, str]) -> LayoutProblem:
    return LayoutProblem(words, named.line, {"name": named.name, "known": tuple(known.values())})
