"""Every cell of a form as text: one reading of a paper for the page, the print and the command line.

Pure: what a text is in somebody's language, and how values are written for him, comes with the ``Reader``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Protocol, TypeAlias
from uuid import UUID

from gongdan.domain.chinese_amounts import TOO_LARGE, amount_in_words
from gongdan.domain.fields import Field, FieldKind
from gongdan.domain.form_views import FormView, SignatureView
from gongdan.domain.forms import (
    Checklist,
    CheckResult,
    FormKind,
    Lines,
    Part,
    Section,
    SignatureBox,
    SigningWay,
)
from gongdan.text import msg

RESULTS: Mapping[CheckResult, str] = {
    CheckResult.PASSED: msg("合格"),
    CheckResult.FAILED: msg("不合格"),
    CheckResult.NOT_APPLICABLE: msg("不适用"),
}
WAYS: Mapping[SigningWay, str] = {
    SigningWay.DRAWN: msg("手写签名"),
    SigningWay.TYPED: msg("密码确认"),
    SigningWay.ON_PAPER: msg("纸质签字"),
}
_NUMBERS = frozenset({FieldKind.INTEGER, FieldKind.DECIMAL, FieldKind.MONEY})
_NUMERALS = "零一二三四五六七八九十"


class Reader(Protocol):
    """For whom a form is put into words; ``services.paper_words.Wording`` is one."""

    @property
    def locale(self) -> str:
        """Return his language: ``zh`` or ``en``."""
        ...

    def say(self, source: str, **params: object) -> str:
        """Return a source text in his language, its placeholders filled."""
        ...

    def value(self, field: Field, value: object) -> str:
        """Return the stored value of a field with its unit, masked where he may not read it; empty for none."""
        ...

    def moment(self, value: datetime | None) -> str:
        """Return day and time of an aware moment in the company's zone; empty for none."""
        ...


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A label and its value."""

    name: str
    label: str
    text: str
    #: Wants the whole width.
    is_long: bool
    #: The ticket fills it.
    is_taken: bool


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A part of the form with cells."""

    name: str
    heading: str
    preface: str
    cells: tuple[ShownCell, ...]


@dataclass(frozen=True, slots=True)
class ShownTable:
    """A part of the form with lines."""

    name: str
    heading: str
    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    #: Columns, counted from 0, that stand flush right.
    right: frozenset[int]
    #: Sums by column, empty texts for the others; empty when nothing is summed up.
    totals: tuple[str, ...]
    #: The sum in words, such as 人民币壹佰元整; empty for none.
    in_words: str
    #: Lines that the paper has although nobody wrote on them.
    blank_lines: int


@dataclass(frozen=True, slots=True)
class ShownItem:
    """A line of a checklist."""

    name: str
    label: str
    standard: str
    result: CheckResult | None
    result_text: str
    remark: str
    photos: tuple[UUID, ...]
    #: Number of the ticket that its failure opened.
    follow_up: str


@dataclass(frozen=True, slots=True)
class ShownChecklist:
    """A part of the form with items to check."""

    name: str
    heading: str
    items: tuple[ShownItem, ...]


ShownBlock: TypeAlias = ShownSection | ShownTable | ShownChecklist


@dataclass(frozen=True, slots=True)
class ShownSignature:
    """A signature box, signed or not."""

    box: str
    label: str
    name: str = ""
    #: Local time.
    at: str = ""
    #: How it was signed, for whom, in whose presence.
    note: str = ""
    #: Hash of the drawn signature in the file store, or empty.
    image: str = ""


@dataclass(frozen=True, slots=True)
class ShownForm:
    """Everything that stands on a form, in the reader's language."""

    title: str
    number: str
    edition: int
    blocks: tuple[ShownBlock, ...]
    signatures: tuple[ShownSignature, ...]
    seal: str
    #: Marks of the copies: 第一联 业主; one empty mark for a form without copies.
    copies: tuple[str, ...]


def shown(view: FormView, reader: Reader) -> ShownForm:
    """Return what stands on a form."""
    kind = view.kind
    return ShownForm(
        title=reader.say(kind.label),
        number=view.number,
        edition=view.edition,
        blocks=tuple(_block(view, block, reader) for block in kind.blocks),
        signatures=tuple(_signature(box, view.signature(box.name), reader) for box in kind.signatures),
        seal=reader.say(kind.seal),
        copies=copy_marks(kind, reader),
    )


def copy_marks(kind: FormKind, reader: Reader) -> tuple[str, ...]:
    """Return the mark of each copy; one empty mark when there is but one paper."""
    marks = (copy_mark(place, copy.recipient, reader) for place, copy in enumerate(kind.copies, 1))
    return tuple(marks) or ("",)


def copy_mark(place: int, recipient: str, reader: Reader) -> str:
    """Return the mark of a copy, counted from 1: 第一联 业主."""
    is_chinese = reader.locale == "zh" and place < len(_NUMERALS)
    return reader.say(
        msg("第{place}联 {recipient}"), place=_NUMERALS[place] if is_chinese else place, recipient=recipient
    )


def part_field(part: Part, taken: Mapping[str, Field]) -> Field:
    """Return what a cell holds: the form's own field, or the one of the ticket under the paper's own word."""
    if isinstance(part, Field):
        return part
    return taken.get(part.name) or Field(name=part.name, label=part.label or part.name)


def value_text(field: Field, value: object, reader: Reader, names: Mapping[str, str] | None = None) -> str:
    """Return a stored value in words; a value that is no longer as declared is shown as it is."""
    if field.kind is FieldKind.PERSON and value:
        return (names or {}).get(str(value), str(value))
    return reader.value(field, value)


def total(column: str, lines: Sequence[Mapping[str, object]]) -> Decimal:
    """Return the sum of a column of a table; a line without a number there adds nothing."""
    return sum((found for line in lines if (found := _decimal(str(line.get(column, "")))) is not None), Decimal(0))


def _block(view: FormView, block: Section | Lines | Checklist, reader: Reader) -> ShownBlock:
    if isinstance(block, Section):
        return _section(view, block, reader)
    return _table(view, block, reader) if isinstance(block, Lines) else _checklist(view, block, reader)


def _section(view: FormView, section: Section, reader: Reader) -> ShownSection:
    cells = tuple(_cell(view, part, reader) for part in section.parts)
    return ShownSection(section.name, reader.say(section.label), reader.say(section.preface), cells)


def _cell(view: FormView, part: Part, reader: Reader) -> ShownCell:
    is_taken = not isinstance(part, Field)
    field = part_field(part, view.taken_fields)
    value = (view.taken if is_taken else view.fields).get(part.name)
    text = value_text(field, value, reader, view.names)
    return ShownCell(part.name, reader.say(field.label), text, field.kind is FieldKind.LONG_TEXT, is_taken)


def _table(view: FormView, table: Lines, reader: Reader) -> ShownTable:
    lines = view.lines.get(table.name, ())
    rows = (
        tuple(value_text(column, line.get(column.name), reader, view.names) for column in table.columns)
        for line in lines
    )
    sums = {name: total(name, lines) for name in table.totals}
    return ShownTable(
        table.name,
        reader.say(table.label),
        tuple(reader.say(column.label) for column in table.columns),
        tuple(rows),
        frozenset(place for place, column in enumerate(table.columns) if column.kind in _NUMBERS),
        tuple(_sum(column, sums, reader) for column in table.columns) if sums else (),
        _in_words(sums[table.in_words]) if table.in_words else "",
        table.blank_lines,
    )


def _sum(column: Field, sums: Mapping[str, Decimal], reader: Reader) -> str:
    return value_text(column, format(sums[column.name], "f"), reader) if column.name in sums else ""


def _in_words(amount: Decimal) -> str:
    return amount_in_words(amount) if abs(amount) < TOO_LARGE else ""


def _checklist(view: FormView, checklist: Checklist, reader: Reader) -> ShownChecklist:
    found = []
    for item in checklist.items:
        answer, opened = view.answers.get(item.name), view.follow_up(item.name)
        result = answer.result if answer else None
        found.append(
            ShownItem(
                item.name,
                reader.say(item.label),
                reader.say(item.standard),
                result,
                reader.say(RESULTS[result]) if result else "",
                answer.remark if answer else "",
                answer.photos if answer else (),
                opened.number if opened else "",
            )
        )
    return ShownChecklist(checklist.name, reader.say(checklist.label), tuple(found))


def _signature(box: SignatureBox, signed: SignatureView | None, reader: Reader) -> ShownSignature:
    label = reader.say(box.label)
    if signed is None:
        return ShownSignature(box.name, label)
    return ShownSignature(
        box.name, label, signed.name, reader.moment(signed.at), signing_note(signed, reader),
        signed.image,
    )  # fmt: skip


def signing_note(signed: SignatureView, reader: Reader) -> str:
    """Return how somebody signed, for whom and in whose presence."""
    notes = [reader.say(WAYS[signed.way])]
    if signed.deputy_for:
        notes.append(reader.say(msg("代{name}"), name=signed.deputy_for))
    if signed.witness:
        notes.append(reader.say(msg("{name} 在场"), name=signed.witness))
    return " · ".join(notes)


def _decimal(text: str) -> Decimal | None:
    try:
        found = Decimal(text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None
