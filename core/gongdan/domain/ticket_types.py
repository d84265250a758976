"""Ticket types: what a plugin declares so that a company can open tickets of a kind."""

from collections.abc import Mapping
from dataclasses import dataclass

from gongdan.domain.fields import Choice, Field, FieldKind
from gongdan.domain.numbering import NumberPattern
from gongdan.domain.workflow import Workflow

#: Kinds of fields that a move can fill by itself.
_STAMPED = frozenset({FieldKind.DATE, FieldKind.DATETIME, FieldKind.TEXT, FieldKind.PERSON})


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketType:
    """One kind of case: its fields, its flow, its numbers, and the words its trade uses."""

    #: Identifier, unique over all plugins: ``[a-z][a-z0-9_]*``.
    name: str
    #: Shown name as the trade says it, a source text.
    label: str
    #: One sentence: when to open one; a source text.
    description: str
    workflow: Workflow
    number: NumberPattern
    #: Name of an icon of the shipped set.
    icon: str = "ticket"
    fields: tuple[Field, ...] = ()
    severities: tuple[Choice, ...] = ()
    categories: tuple[Choice, ...] = ()
    causes: tuple[Choice, ...] = ()
    #: Outcomes of the validity finding, such as valid and not valid; each finding has an author.
    findings: tuple[Choice, ...] = ()
    #: Kinds of assets a ticket may be about.
    asset_kinds: tuple[str, ...] = ()
    #: Core fields that intake needs besides subject and description: requester, asset, severity, category.
    intake_requires: tuple[str, ...] = ()
    #: The form's name on paper, such as 投诉处理记录表; a source text.
    paper: str = ""
    #: Clauses the type as a whole carries.
    clauses: tuple[str, ...] = ()

    def field(self, name: str) -> Field | None:
        """Return the typed field, or None."""
        return next((field for field in self.fields if field.name == name), None)

    @property
    def moved_fields(self) -> frozenset[str]:
        """Return the names of core and typed fields that belong to the flow: some move fills or empties them."""
        return self.workflow.moved_fields

    def choices(self, core_field: str) -> tuple[Choice, ...]:
        """Return the choices of a core field: severity, category, cause or finding."""
        by_name: Mapping[str, tuple[Choice, ...]] = {
            "severity": self.severities,
            "category": self.categories,
            "cause": self.causes,
            "finding": self.findings,
        }
        return by_name.get(core_field, ())

    def declares(self, core_field: str, value: str) -> bool:
        """Tell whether a value is one of the choices of a core field."""
        return any(choice.value == value for choice in self.choices(core_field))

    def choice_label(self, core_field: str, value: str) -> str:
        """Return the label of a stored choice, or the value itself when it is no longer declared."""
        return next((choice.label for choice in self.choices(core_field) if choice.value == value), value)

    def problems(self) -> tuple[str, ...]:
        """Name everything in the declaration that cannot be, as plain English for the plugin's author."""
        names = [field.name for field in self.fields]
        found = [f"field {name} is declared twice" for name in sorted({n for n in names if names.count(n) > 1})]
        found += self.number.problems()
        found += self.workflow.problems(names)
        found += [
            f"move {move.name} cannot fill {name} by itself"
            for move in self.workflow.moves
            for name in move.stamps
            if (declared := self.field(name)) and declared.kind not in _STAMPED
        ]
        return tuple(f"ticket type {self.name}: {problem}" for problem in found)
