"""What an import declares, and what it says about each row of a file.

A plugin declares an `Importer`: columns with their headings and readers, the key of a row, one pure rule
that sees the whole row. `gongdan.domain.row_checks` applies it; the services store what it lets through.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeAlias

from gongdan.domain.cells import Reader, shown
from gongdan.domain.facts import AssetRecord, Fact, TicketRecord
from gongdan.domain.verdicts import Reason


class RowVerdict(StrEnum):
    """What an import makes of a row; the names are stable and machines read them."""

    #: Taken as it stands.
    OK = "ok"
    #: Taken after changes without loss.
    NORMALISED = "normalised"
    #: Taken and marked for a person.
    FLAGGED = "flagged"
    #: Not taken; field, value, rule and remedy are named.
    REFUSED = "refused"
    #: A title, heading, total or blank line.
    NOT_A_ROW = "not_a_row"


class Outcome(StrEnum):
    """What a row that was taken did to what was stored before."""

    IMPORTED = "imported"
    CHANGED = "changed"
    SAME = "same"


Values: TypeAlias = Mapping[str, object]
#: Name of a reference set, such as ``units`` → its keys → what the services know them by.
References: TypeAlias = Mapping[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing about a row that a person has to know."""

    #: Name of the column.
    column: str
    #: The cell as it stands in the file.
    raw: str | float
    reason: Reason
    #: What the issue makes of its row: FLAGGED or REFUSED.
    verdict: RowVerdict
    #: The rule that is broken, a source text.
    rule: str
    #: What to do next, a source text.
    remedy: str
    #: Values for the placeholders of ``rule`` and ``remedy``.
    params: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column that an importer understands."""

    #: Identifier, unique within the importer; reports and mappings use it.
    name: str
    #: The usual heading, a source text.
    label: str
    #: Makes a value of a cell that is not blank.
    reader: Reader
    #: Other headings for the same thing.
    synonyms: tuple[str, ...] = ()
    #: A row without a value is refused.
    required: bool = False
    #: What a value that cannot be read makes of its row.
    on_reject: RowVerdict = RowVerdict.REFUSED
    #: A text that cannot be read is stored as it came, if the row is taken.
    keep_raw: bool = False
    #: A blank cell means the same as above.
    carry_down: bool = False
    #: The cell is for people alone: its normalisation is not reported as a change.
    quiet: bool = False
    #: An identity number or the like: what is kept of the run holds it masked.
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Ruling:
    """What the rule of an importer says about a whole row."""

    #: Values to add or to put in the place of those read; None empties.
    values: Values = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()


def _no_rule(_values: Values, _references: References) -> Ruling:
    return Ruling()


def _plain_summary(key: str | None, values: Values) -> Values:
    return {"key": key, **values}


def _no_facts(_row: "CheckedRow") -> Sequence[Fact]:
    return ()


@dataclass(frozen=True, slots=True)
class AssetExport:
    """Exports assets of one kind: each becomes a row that says the same when it is imported again."""

    kind: str
    #: Column → value.
    row: Callable[[AssetRecord], Values]


@dataclass(frozen=True, slots=True)
class TicketExport:
    """Exports tickets of some types: each becomes a row that says the same when it is imported again."""

    types: tuple[str, ...]
    #: Column → value.
    row: Callable[[TicketRecord], Values]


@dataclass(frozen=True, slots=True, kw_only=True)
class Importer:
    """A kind of file that a company keeps, and how its rows become facts."""

    #: Identifier for ``--as``; unique over all plugins.
    kind: str
    #: Shown name, a source text.
    label: str
    columns: tuple[Column, ...]
    #: What makes two rows the same thing; None while a part of the key is missing.
    key: Callable[[Values], str | None]
    #: Sees a row of which every required value is there; issues of a column replace its change.
    rule: Callable[[Values, References], Ruling] = _no_rule
    #: What a report shows of a row that is taken.
    summary: Callable[[str | None, Values], Values] = _plain_summary
    #: Reason class of a second row with the same key that says something else.
    other_content: Reason = Reason.CONFLICT
    #: Reference sets that the rule needs: name of the set → asset kind whose labels are its keys.
    references: Mapping[str, str] = field(default_factory=dict)
    #: What a row that is taken says about assets and tickets.
    facts: Callable[["CheckedRow"], Sequence[Fact]] = _no_facts
    #: The way back, for exports; None when the kind cannot be exported.
    export: "AssetExport | TicketExport | None" = None
    #: Clauses that ask for this list.
    clauses: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        """Return the column of that name; raises KeyError."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """A row of the file with everything that an import says about it."""

    #: 1-based number in the file.
    row: int
    verdict: RowVerdict
    #: Reason classes of the worst verdict, without repetition.
    reasons: tuple[Reason, ...] = ()
    #: What makes two rows the same thing.
    key: str | None = None
    #: Column → value; of a refused row nothing may be stored.
    values: Values = field(default_factory=dict)
    #: Column → the cell as it stood, where the value differs from it.
    changes: Mapping[str, str | float] = field(default_factory=dict)
    issues: tuple[Issue, ...] = ()

    @property
    def taken(self) -> bool:
        """Whether the row is stored."""
        return self.verdict in _TAKEN


_TAKEN: Final = frozenset({RowVerdict.OK, RowVerdict.NORMALISED, RowVerdict.FLAGGED})


def plain_value(value: object) -> object:
    """Return a value as reports and JSON hold it: lists, strings, whole numbers, None."""
    if isinstance(value, tuple):
        return [plain_value(part) for part in value]
    if isinstance(value, date | time | Decimal):
        return shown(value)
    return value
