"""Laying out: what stands on a form becomes a paper, as its layout says."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from gongdan.domain.form_cells import ShownCell, ShownChecklist, ShownForm, ShownSection, ShownTable
from gongdan.domain.layouts import (
    ChecklistPart,
    GridPart,
    Layout,
    LayoutCell,
    LayoutPart,
    SignaturesPart,
    TablePart,
    TextPart,
)
from gongdan.domain.papers import (
    Paper,
    PaperBlock,
    PaperCell,
    PaperGrid,
    PaperImage,
    PaperSignature,
    PaperSignatures,
    PaperTable,
    PaperText,
    PaperWords,
    packed,
)
from gongdan.text import msg

#: Share of the width of a column that a layout says nothing of.
_USUAL_WIDTH: Final = 2
_NUMBER_WIDTH: Final = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What stands on a paper beside the form itself."""

    company: str
    #: Marks of the copies to print.
    copies: tuple[str, ...]
    #: Names of the columns of each table, in the order in which the form shows them.
    columns: Mapping[str, tuple[str, ...]]
    #: Puts a source text into the reader's language.
    say: Callable[[str], str]
    words: PaperWords
    language: str = "zh"
    qr: str = ""
    footer: str = ""
    watermark: str = ""


def lay_out(form: ShownForm, layout: Layout, sheet: Sheet) -> Paper:
    """Return the paper of a form; what a layout names and the form does not have is left out."""
    parts = _Parts(form, layout, sheet)
    blocks = tuple(block for part in layout.parts for block in parts.blocks(part))
    note = (PaperText(layout.note, is_small=True),) if layout.note else ()
    return Paper(
        title=form.title,
        company=sheet.company,
        number=form.number,
        blocks=(*blocks, *note),
        size=layout.paper,
        copies=sheet.copies,
        qr=sheet.qr,
        watermark=sheet.watermark,
        footer=sheet.footer,
        language=sheet.language,
        words=sheet.words,
    )


class _Parts:
    """The parts of one form by their names."""

    def __init__(self, form: ShownForm, layout: Layout, sheet: Sheet) -> None:
        self._form = form
        self._layout = layout
        self._sheet = sheet
        self._sections = [block for block in form.blocks if isinstance(block, ShownSection)]
        self._cells = {cell.name: (section, cell) for section in self._sections for cell in section.cells}
        self._tables = {block.name: block for block in form.blocks if isinstance(block, ShownTable)}
        self._checklists = {block.name: block for block in form.blocks if isinstance(block, ShownChecklist)}
        self._signatures = {signature.box: signature for signature in form.signatures}

    def blocks(self, part: LayoutPart) -> Iterator[PaperBlock]:
        """Yield what a part of the layout puts on the paper."""
        match part:
            case GridPart():
                yield from self._grid(part)
            case TablePart() if part.name in self._tables:
                yield self._table(part, self._tables[part.name])
            case ChecklistPart() if part.name in self._checklists:
                yield self._checklist(part, self._checklists[part.name])
            case TextPart():
                yield PaperText(part.text, part.is_small)
            case SignaturesPart():
                yield from self._boxes(part)

    def _grid(self, part: GridPart) -> Iterator[PaperGrid]:
        columns = self._layout.columns
        rows = [[(self._cells[cell.name], cell) for cell in row if cell.name in self._cells] for row in part.rows]
        named = [section for row in rows for (section, _), _ in row]
        if not named:
            return
        heading = part.heading if part.heading is not None else named[0].heading
        cells = (packed([_cell(shown, cell) for (_, shown), cell in row], columns) for row in rows)
        # What the signer agrees to stands with the first of its fields, wherever that has gone.
        yield PaperGrid(heading, columns, tuple(row for group in cells for row in group), named[0].preface)

    def _table(self, part: TablePart, shown: ShownTable) -> PaperTable:
        blank = part.blank_lines if part.blank_lines is not None else shown.blank_lines
        width = len(shown.titles)
        rows = [*shown.rows, *[("",) * width] * max(0, blank - len(shown.rows))]
        shares = dict(part.widths)
        widths = tuple(shares.get(name, _USUAL_WIDTH) for name in self._sheet.columns[part.name])
        numbers: list[tuple[str, ...]] = [()] * len(rows)
        right = shown.right
        first: tuple[str, ...] = ()
        if part.is_numbered:
            numbers = [(str(place) if place <= len(shown.rows) else "",) for place in range(1, len(rows) + 1)]
            first, widths = (self._say(msg("序号")),), (_NUMBER_WIDTH, *widths)
            right = frozenset(place + 1 for place in right)
        return PaperTable(
            part.heading if part.heading is not None else shown.heading,
            (*first, *shown.titles),
            widths,
            tuple((*number, *row) for number, row in zip(numbers, rows, strict=True)),
            right,
            self._totals(shown, len(first)),
            self._in_words(shown),
        )

    def _totals(self, shown: ShownTable, before: int) -> tuple[tuple[str, ...], ...]:
        if not shown.totals:
            return ()
        cells = ["" for _ in range(before)] + list(shown.totals)
        if not cells[0]:
            cells[0] = self._say(msg("合计"))
        return (tuple(cells),)

    def _checklist(self, part: ChecklistPart, shown: ShownChecklist) -> PaperTable:
        titles = (msg("序号"), msg("检查内容"), msg("标准"), msg("结果"), msg("备注"))
        rows = []
        for place, item in enumerate(shown.items, 1):
            remark = " ".join(filter(None, (item.remark, item.follow_up)))
            rows.append((str(place), item.label, item.standard, item.result_text, remark))
        heading = part.heading if part.heading is not None else shown.heading
        return PaperTable(heading, tuple(map(self._say, titles)), (1, 4, 4, 2, 3), tuple(rows))

    def _boxes(self, part: SignaturesPart) -> Iterator[PaperSignatures]:
        signed = [self._signatures[name] for name in part.names if name in self._signatures]
        seal = self._form.seal if part.has_seal else ""
        if not signed and not seal:
            return
        boxes = (
            PaperSignature(one.label, one.name, one.at, one.note, PaperImage(one.image) if one.image else None)
            for one in signed
        )
        yield PaperSignatures(tuple(boxes), seal)

    def _in_words(self, shown: ShownTable) -> str:
        label = self._say(msg("金额大写"))
        return f"{label}：{shown.in_words}" if shown.in_words else ""

    def _say(self, source: str) -> str:
        return self._sheet.say(source)


def _cell(shown: ShownCell, cell: LayoutCell) -> PaperCell:
    return PaperCell(shown.label, shown.text, cell.span, cell.lines)
