"""The values of one ticket in words, as they are and as they were."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from gongdan.domain.fields import Field
from gongdan.domain.snapshots import TicketView
from gongdan.domain.ticket_types import TicketType
from gongdan.services.cases import Case
from gongdan.services.core_fields import CHOICES, LABELS, REFERENCES
from gongdan.services.journal import JournalEntry
from gongdan.text import msg
from gongdan.web import shown
from gongdan.web.ticket_words import channel, choice, state_label, type_of
from gongdan.web.words import say

#: Labels of columns by their names.
_COLUMN_LABELS: Mapping[str, str] = {
    **{column: LABELS[name] for name, column in REFERENCES.items()},
    "place": msg("地点说明"),
    "round": msg("轮次"),
    "state": msg("状态"),
}

#: Core values that are stored otherwise than they are said.
_CORE: Mapping[str, Callable[[TicketView, str], str]] = {
    "state": state_label,
    "channel": lambda _, value: channel(value),
    "contact_phone": lambda _, value: shown.phone(value),
}


@dataclass(frozen=True, slots=True)
class Change:
    """One value before and after, in words; empty for none."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Words:
    """Puts stored values of one ticket into words."""

    case: Case
    type: TicketType | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "type", type_of(self.case.ticket))

    @property
    def ticket(self) -> TicketView:
        """Return the ticket that is put into words."""
        return self.case.ticket

    def changes(self, act: JournalEntry, *, without: frozenset[str] = frozenset()) -> tuple[Change, ...]:
        """Return what an act changed, field by field."""
        return tuple(self._changes(act.before, act.after, without))

    def _changes(
        self, before: Mapping[str, object], after: Mapping[str, object], without: frozenset[str]
    ) -> Iterator[Change]:
        for name in dict.fromkeys((*before, *after)):
            if name in without:
                continue
            old, new = before.get(name), after.get(name)
            if name == "fields":
                yield from self._changes(_mapping(old), _mapping(new), without)
            elif old != new:
                yield Change(self.label(name), self.value(name, old), self.value(name, new))

    def label(self, name: str) -> str:
        """Return what a field is called; the name itself for one that nobody declares any more."""
        declared = self._field(name)
        return say(declared.label if declared else _COLUMN_LABELS.get(name) or LABELS.get(name) or name)

    def value(self, name: str, value: object) -> str:
        """Return a stored value of a field in words."""
        if value is None or value == "":
            return ""
        if name in CHOICES:
            return choice(self.ticket, name, str(value))
        if name in REFERENCES.values():
            return self.case.name(value) or say(msg("（已不存在）"))
        if name in _CORE:
            return _CORE[name](self.ticket, str(value))
        declared = self._field(name)
        return (self.case.name(value) or shown.stored(declared, value)) if declared else str(value)

    def _field(self, name: str) -> Field | None:
        return self.type.field(name) if self.type else None


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}
