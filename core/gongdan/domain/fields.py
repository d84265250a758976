"""Typed fields: one declaration serves form, import, API, export and print."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from gongdan.domain.identifiers import Finding
from gongdan.text import msg

#: Days outside of it are mistakes of typing; calendars, zones and plans can be reckoned with ten years around it.
FIRST_DAY: Final = date(1900, 1, 1)
LAST_DAY: Final = date(2200, 12, 31)
#: What is wrong with one outside of it.
OUT_OF_RANGE: Final = msg("应在 1900-01-01 到 2200-12-31 之间")


class FieldKind(StrEnum):
    """What a field holds and how it is entered."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    MONEY = "money"
    DATE = "date"
    DATETIME = "datetime"
    CHOICE = "choice"
    BOOLEAN = "boolean"
    PHONE = "phone"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Choice:
    """One allowed value of a choice field."""

    #: Stored value, an English identifier.
    value: str
    #: Shown text, a source text.
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A declared field of a ticket type, an asset kind or an importer."""

    #: Identifier, unique within its owner; ``[a-z][a-z0-9_]*``.
    name: str
    #: Shown name, a source text.
    label: str
    kind: FieldKind = FieldKind.TEXT
    #: One sentence under the input, a source text.
    help: str = ""
    #: Needed already at intake; a move may require more.
    required: bool = False
    #: Shown on the intake form; others appear in the moves that ask for them.
    at_intake: bool = True
    #: For choice fields: the allowed values in order.
    choices: tuple[Choice, ...] = ()
    #: Longest text in characters, inclusive.
    max_length: int = 2000
    #: Smallest number, inclusive.
    minimum: Decimal | None = None
    #: Largest number, inclusive.
    maximum: Decimal | None = None
    #: For texts: checks and folds what is typed in, such as ``check_plate``; a REJECT is refused, else the folded
    #: value is stored.
    check: Callable[[str], Finding] | None = None
    #: Unit shown behind the input, such as ``㎡`` or ``元``.
    unit: str = ""
    #: Personal data: masked for those who may not see it.
    personal: bool = False
    #: The text is found by the search.
    searchable: bool = False
    #: Clauses of the regulation that ask for the field.
    clauses: tuple[str, ...] = ()

    def choice_label(self, value: str) -> str:
        """Return the label of ``value``, or the value itself if the choice no longer exists."""
        return next((choice.label for choice in self.choices if choice.value == value), value)
