"""Forms: the papers of a regulation, declared once for the page, the rules and the print.

A step is done when its form is complete, signed and filed. A form kind says what stands on the paper, who fills
which part, at which move it must be filed, who signs and who gets a copy. Everything here is a value; keeping,
signing, freezing and printing is for the services.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from gongdan.domain.duties import Condition
from gongdan.domain.fields import Field, FieldKind
from gongdan.domain.numbering import NumberPattern

#: Facts of a ticket that a form may take besides the typed fields of its type.
TICKET_FACTS: tuple[str, ...] = (
    "number",
    "subject",
    "description",
    "channel",
    "contact_name",
    "contact_phone",
    "place",
    "owner",
    "assignee",
    "department",
    "severity",
    "category",
    "cause",
    "finding",
    "opened_at",
    "closed_at",
)

#: Kinds of fields whose sum can stand under a column.
_SUMMED = frozenset({FieldKind.INTEGER, FieldKind.DECIMAL, FieldKind.MONEY})


@dataclass(frozen=True, slots=True)
class Taken:
    """A cell that the ticket fills: live while the form is a draft, frozen once it is filed."""

    #: One of ``TICKET_FACTS``, or the name of a typed field of the ticket.
    name: str
    #: What the paper calls it, a source text; empty keeps the ticket's own word.
    label: str = ""


#: Longest name of a form kind, in characters; its numbers are counted under it.
LONGEST_NAME = 60
#: Most cells beside one another in a row of a section, inclusive.
MAX_COLUMNS = 4

#: One cell of a section: the form's own field, or one that the ticket fills.
Part: TypeAlias = Field | Taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a form that somebody fills in."""

    #: Identifier, unique within the form.
    name: str
    #: Heading on paper, a source text; empty has none.
    label: str
    parts: tuple[Part, ...]
    #: Names of roles that may fill it; empty means everybody who may move tickets.
    filled_by: tuple[str, ...] = ()
    #: What the paper states above its cells, such as what the signer agrees to; a source text.
    preface: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A table on a form with as many lines as somebody writes: materials, vehicles, goods."""

    name: str
    label: str
    columns: tuple[Field, ...]
    filled_by: tuple[str, ...] = ()
    #: Fewest lines with which the form can be filed.
    at_least: int = 0
    #: Most lines, inclusive.
    at_most: int = 5000
    #: Columns whose sum stands below.
    totals: tuple[str, ...] = ()
    #: The column whose sum is written in words as well (人民币大写); empty for none.
    in_words: str = ""
    #: Lines that the paper has although nobody wrote on them.
    blank_lines: int = 0


class CheckResult(StrEnum):
    """What a checklist item came to."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """The ticket that a failed item opens, linked to the form's own."""

    ticket_type: str
    severity: str = ""
    category: str = ""
    #: Typed fields of the new ticket with the texts that they begin with.
    fields: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckItem:
    """One line of a checklist: passed, failed or not applicable, with a remark."""

    name: str
    #: What is looked at, a source text.
    label: str
    #: What it is measured by, a source text.
    standard: str = ""
    #: Passing is the only way to file the form, unless a follow-up ticket is open for it.
    must_pass: bool = False
    may_skip: bool = True
    #: A failed item needs a photo.
    needs_photo: bool = False
    on_fail: FollowUp | None = None
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist:
    """A block of items on a form."""

    name: str
    label: str
    items: tuple[CheckItem, ...]
    filled_by: tuple[str, ...] = ()


Block: TypeAlias = Section | Lines | Checklist


class SigningWay(StrEnum):
    """How somebody signs."""

    #: With the finger or the mouse.
    DRAWN = "drawn"
    #: By his name, after giving his password once more.
    TYPED = "typed"
    #: On paper; a scan is attached.
    ON_PAPER = "on_paper"


#: Somebody without an account signs: the customer, the contractor's man, the driver.
OUTSIDER = "outsider"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatureBox:
    """A place where somebody signs."""

    name: str
    #: Whose it is as the paper says, a source text: 业主签字, 值班员.
    label: str
    #: Names of roles, or of ``duties.PERSONS``, or ``OUTSIDER``; any of them may sign.
    by: tuple[str, ...]
    ways: tuple[SigningWay, ...] = (SigningWay.DRAWN, SigningWay.TYPED, SigningWay.ON_PAPER)
    #: The form cannot be filed without it.
    required: bool = True
    #: Names of the blocks that the signature stands for; it falls when one of them is changed. Empty for all.
    covers: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FormEntries:
    """What a rule of a form may look at: stored values, as they would be filed."""

    fields: Mapping[str, object]
    #: Lines by table, each with values by column.
    lines: Mapping[str, Sequence[Mapping[str, object]]]
    #: What the ticket says, by the names of ``Taken``.
    taken: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormRule:
    """A named rule that may refuse to file a form: sums that agree, signs that fit."""

    name: str
    #: What the rule protects, a source text.
    label: str
    #: Pure function: returns the reason as a source text, or None to let the form pass.
    check: Callable[[FormEntries], str | None]
    #: The field or block beside which the refusal stands.
    about: str
    clauses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of the paper (联) and who gets it."""

    #: Who gets it, a source text: 业主, 财务, 存根.
    recipient: str
    #: Names of roles that are told that it is there; empty tells nobody.
    roles: tuple[str, ...] = ()


class PaperSize(StrEnum):
    """What the form is printed on."""

    A4 = "a4"
    A4_LANDSCAPE = "a4_landscape"
    A5 = "a5"
    A5_LANDSCAPE = "a5_landscape"


@dataclass(frozen=True, slots=True, kw_only=True)
class FormKind:
    """One paper of a regulation."""

    #: Identifier, unique over all plugins: ``<plugin>.<name>``.
    name: str
    #: The name on paper without 《》, a source text.
    label: str
    #: Types of tickets that have it.
    ticket_types: tuple[str, ...]
    number: NumberPattern
    blocks: tuple[Block, ...]
    #: Rises when what stands on the paper changes; filed ones keep theirs.
    version: int = 1
    signatures: tuple[SignatureBox, ...] = ()
    #: What has to hold before it is filed, beside what fields and items say; a filed form keeps no code.
    rules: tuple[FormRule, ...] = field(default=(), metadata={"is_code": True})
    #: In the order of the marks 第一联, 第二联 …; empty prints one without a mark.
    copies: tuple[Copy, ...] = ()
    #: What the seal box says, a source text; empty has none.
    seal: str = ""
    #: Moves that are refused until the form is filed, in the ticket's present round.
    required_at: tuple[str, ...] = ()
    #: What has to hold of the ticket for that, such as that the repair is paid for; nothing always holds.
    required_when: tuple[Condition, ...] = ()
    #: Policy key by which a company decides, yes or no, that the paper is kept: until it has said yes, no move waits
    #: for it and none begins it. Empty: it is always kept.
    policy_key: str = ""
    #: Moves after which the form is begun by itself.
    begun_by: tuple[str, ...] = ()
    #: A ticket can have several at once, such as one rectification notice for each responsible person.
    is_repeated: bool = False
    #: The number is given when the form is begun, as on a numbered pad. Otherwise it is given when the form is filed:
    #: then no number is missing.
    numbered_early: bool = False
    paper: PaperSize = PaperSize.A4
    #: Cells beside one another in a row of a section.
    columns: int = 2
    #: The layout that the plugin ships, as the text that administrators change; empty follows from the form itself.
    layout: str = ""
    clauses: tuple[str, ...] = ()
    _fields: Mapping[str, Field] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        own = [part for section in self.sections for part in section.parts if isinstance(part, Field)]
        object.__setattr__(self, "_fields", {each.name: each for each in own})

    @property
    def sections(self) -> tuple[Section, ...]:
        """Return the parts with cells."""
        return tuple(block for block in self.blocks if isinstance(block, Section))

    @property
    def tables(self) -> tuple[Lines, ...]:
        """Return the parts with lines."""
        return tuple(block for block in self.blocks if isinstance(block, Lines))

    @property
    def checklists(self) -> tuple[Checklist, ...]:
        """Return the parts with items to check."""
        return tuple(block for block in self.blocks if isinstance(block, Checklist))

    @property
    def fields(self) -> tuple[Field, ...]:
        """Return the form's own fields, in the order of the paper."""
        return tuple(self._fields.values())

    def field(self, name: str) -> Field | None:
        """Return a field of the form's own, or None."""
        return self._fields.get(name)

    @property
    def taken(self) -> tuple[Taken, ...]:
        """Return the cells that the ticket fills, in the order of the paper."""
        return tuple(part for section in self.sections for part in section.parts if isinstance(part, Taken))

    @property
    def items(self) -> tuple[CheckItem, ...]:
        """Return everything to check, in the order of the paper."""
        return tuple(item for checklist in self.checklists for item in checklist.items)

    def block(self, name: str) -> Block | None:
        """Return a part of the form, or None."""
        return next((block for block in self.blocks if block.name == name), None)

    def box(self, name: str) -> SignatureBox | None:
        """Return a place where somebody signs, or None."""
        return next((box for box in self.signatures if box.name == name), None)

    def problems(self) -> tuple[str, ...]:
        """Name everything in the declaration that cannot be, as plain English for the plugin's author."""
        return tuple(f"form {self.name}: {problem}" for problem in self._problems())

    def _problems(self) -> Iterator[str]:
        yield from self.number.problems()
        if self.version < 1 or not 1 <= self.columns <= MAX_COLUMNS:
            yield "versions count from 1, and a row has one to four cells"
        if len(self.name) > LONGEST_NAME:
            yield f"a name has at most {LONGEST_NAME} characters"
        own = [part.name for section in self.sections for part in section.parts]
        items = [item.name for item in self.items]
        yield from (f"block {name} stands twice" for name in _repeated(block.name for block in self.blocks))
        yield from (f"field {name} stands twice" for name in _repeated(own))
        yield from (f"item {name} stands twice" for name in _repeated(items))
        yield from (f"signature {name} stands twice" for name in _repeated(box.name for box in self.signatures))
        yield from (f"rule {name} stands twice" for name in _repeated(rule.name for rule in self.rules))
        about = {*own, *(block.name for block in self.blocks)}
        yield from (
            f"rule {rule.name} is about {rule.about}, which is not on it"
            for rule in self.rules
            if rule.about not in about
        )
        yield from (f"nobody signs at {box.name}" for box in self.signatures if not box.by or not box.ways)
        yield from (
            f"nobody can sign at {box.name}: who has no account does not type"
            for box in self.signatures
            if box.by == (OUTSIDER,) and box.ways == (SigningWay.TYPED,)
        )
        blocks = {block.name for block in self.blocks}
        covered = ((box.name, name) for box in self.signatures for name in box.covers)
        yield from (f"{box} stands for {name}, which is no block" for box, name in covered if name not in blocks)
        for table in self.tables:
            yield from _of_table(table)


def _of_table(table: Lines) -> Iterator[str]:
    columns = {column.name: column for column in table.columns}
    yield from (f"column {name} stands twice" for name in _repeated(column.name for column in table.columns))
    for name in table.totals:
        if name not in columns or columns[name].kind not in _SUMMED:
            yield f"{table.name} cannot sum up {name}"
    if table.in_words and table.in_words not in table.totals:
        yield f"{table.name} writes {table.in_words} in words, which it does not sum up"
    if not 0 <= table.at_least <= table.at_most:
        yield f"{table.name} has no number of lines between {table.at_least} and {table.at_most}"


def _repeated(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name, count in Counter(names).items() if count > 1)
