"""Papers: what a form looks like in print, as values that every printer takes.

A paper is laid out once, from a form kind, a layout and the form's values; the browser's page and the PDF are two
renderings of the same paper. All texts are in the reader's language and stand as they are: nothing in them is markup.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from gongdan.domain.forms import PaperSize
from gongdan.text import msg


@dataclass(frozen=True, slots=True)
class PaperCell:
    """A label and a value side by side, or a value alone."""

    label: str
    value: str
    #: Columns of the grid that it takes with its label, from 1.
    span: int = 1
    #: Lines of text for which there is room at least, for what is written by hand.
    lines: int = 1


@dataclass(frozen=True, slots=True)
class PaperGrid:
    """Rows of cells between grid lines; the spans of a row add up to ``columns``."""

    heading: str
    columns: int
    rows: tuple[tuple[PaperCell, ...], ...]
    #: What stands above the cells, over the whole width.
    preface: str = ""


@dataclass(frozen=True, slots=True)
class PaperTable:
    """A table with a heading row that comes again on every page."""

    heading: str
    titles: tuple[str, ...]
    #: Shares of the width by column, any unit.
    widths: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    #: Columns, counted from 0, that stand flush right in tabular figures.
    right: frozenset[int] = frozenset()
    #: Rows below the lines: sums, and the amount in words over the whole width.
    totals: tuple[tuple[str, ...], ...] = ()
    closing: str = ""


@dataclass(frozen=True, slots=True)
class PaperImage:
    """A picture by its hash in the company's file store; renderers get its bytes and nothing else."""

    sha256: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class PaperSignature:
    """A signature box: empty, with a name, or with a drawn signature."""

    label: str
    name: str = ""
    #: Local time in words.
    at: str = ""
    #: How it was signed and for whom, such as 密码确认 or 代李敏.
    note: str = ""
    image: PaperImage | None = None


@dataclass(frozen=True, slots=True)
class PaperSignatures:
    """Signature boxes beside one another, with a seal box behind them."""

    boxes: tuple[PaperSignature, ...]
    seal: str = ""


@dataclass(frozen=True, slots=True)
class PaperText:
    """A paragraph over the whole width."""

    text: str
    is_small: bool = False


@dataclass(frozen=True, slots=True)
class PaperPhotos:
    """Pictures side by side, such as before and after."""

    heading: str
    images: tuple[PaperImage, ...]


@dataclass(frozen=True, slots=True)
class PaperWords:
    """What stands on every paper beside its own texts, in the reader's language."""

    #: Before the number.
    number: str = msg("编号")
    #: With ``{page}`` and ``{pages}``.
    page: str = msg("第 {page} 页 共 {pages} 页")
    #: Where somebody writes the day of his signature by hand.
    day: str = msg("　　年　　月　　日")


PaperBlock: TypeAlias = PaperGrid | PaperTable | PaperSignatures | PaperText | PaperPhotos


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """Everything that stands on one paper."""

    title: str
    company: str
    number: str
    blocks: tuple[PaperBlock, ...]
    size: PaperSize = PaperSize.A4
    #: Mark of each copy to print, such as ``第一联 业主``; one empty mark prints a single paper.
    copies: tuple[str, ...] = ("",)
    #: Address that the QR code at the bottom right leads to; empty prints none.
    qr: str = ""
    #: What stands across the page in grey, such as user and time, or 作废; empty for none.
    watermark: str = ""
    #: Small lines at the foot: version of the form, hash, clauses.
    footer: str = ""
    #: ``zh`` or ``en``: the language in which lines are broken.
    language: str = "zh"
    words: PaperWords = PaperWords()
    #: Facts for whoever files it, such as author and subject of the PDF.
    properties: Mapping[str, str] = field(default_factory=dict)


def packed(cells: Sequence[PaperCell], columns: int) -> tuple[tuple[PaperCell, ...], ...]:
    """Return cells in rows of ``columns``, in their order; the last cell of a row takes what is left of it."""
    rows: list[list[PaperCell]] = [[]]
    free = columns
    for cell in cells:
        span = min(cell.span, columns)
        if span > free:
            _stretch(rows[-1], free)
            rows.append([])
            free = columns
        rows[-1].append(replace(cell, span=span))
        free -= span
    _stretch(rows[-1], free)
    return tuple(tuple(row) for row in rows if row)


def _stretch(row: list[PaperCell], free: int) -> None:
    if row and free:
        row[-1] = replace(row[-1], span=row[-1].span + free)
