"""What a plugin hands over so that its trade can be seen at work in a demo company."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import TypeAlias

#: Takes one short sentence, a source text that is ready to be shown, about what is being filled in.
Progress: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One person of a demo company, who can log in."""

    #: Unique over all demo companies.
    login: str
    name: str
    #: Name of a department, which is made when it does not exist yet; empty for none.
    department: str
    #: What stands on the business card.
    position: str
    #: Role names of the core or of the plugin.
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A company that shows what the plugin does."""

    #: The company's code, such as ``xingfu``.
    code: str
    #: The company's name.
    company: str
    #: Members of the company, the one to log in with first.
    people: tuple[DemoPerson, ...]
    #: ``module:function`` that fills the company; it takes the company's desk and a ``Progress``.
    fill: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoPaper:
    """What somebody writes on a form of a demo ticket, and who signs it; what is not named stays as it is."""

    #: Name of the form kind; the draft that is there is taken, else one is begun.
    kind: str
    fields: Mapping[str, object] = field(default_factory=dict)
    #: All lines of each table that is named.
    lines: Mapping[str, Sequence[Mapping[str, object]]] = field(default_factory=dict)
    #: ``passed``, ``failed`` or ``not_applicable``, by checklist item.
    answers: Mapping[str, str] = field(default_factory=dict)
    #: Login of the member who signs, by signature box.
    members: Mapping[str, str] = field(default_factory=dict)
    #: Name of somebody without an account who signs before whoever writes, by signature box.
    outsiders: Mapping[str, str] = field(default_factory=dict)
    #: It is filed at the end.
    is_filed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoStep:
    """One thing that somebody does with a demo ticket: a note, a paper, an approval, a move, in this order."""

    #: Minutes after the ticket was opened.
    after_minutes: int
    #: Login of the person.
    who: str
    #: Name of the move; empty for a note alone.
    move: str = ""
    #: What the move's dialog is filled with; a ``timedelta`` is counted from the opening, an assignee is a login,
    #: a department a name.
    values: Mapping[str, object] = field(default_factory=dict)
    note: str = ""
    is_public: bool = False
    paper: DemoPaper | None = None
    #: Name of the rule of an approval that is asked for, or answered when there is an ``answer``.
    approval: str = ""
    #: ``approve``, ``refuse`` or ``return``; ``reverse`` turns the last answer round, ``spoken`` writes down that the
    #: person of ``values["by"]`` has consented on ``values["channel"]``.
    answer: str = ""
    #: Why, or what was said.
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoCase:
    """A ticket of a demo company and what becomes of it."""

    type: str
    #: Login of the person who opens it.
    who: str
    description: str
    subject: str = ""
    #: Name and phone of the customer, who is made when nobody has that phone yet; empty for none.
    customer: tuple[str, str] | None = None
    #: Label of an asset, or the place in words.
    place: str = ""
    channel: str = "phone"
    severity: str = ""
    category: str = ""
    #: Typed fields of intake; a ``timedelta`` is counted from the opening.
    fields: Mapping[str, object] = field(default_factory=dict)
    #: Whole days before today, at ``at``; without ``at`` the ticket is opened ``minutes_ago``.
    days_ago: int = 0
    #: Time of day in the company's zone.
    at: time | None = None
    minutes_ago: int = 0
    steps: tuple[DemoStep, ...] = ()

    def opened_at(self, now: datetime) -> datetime:
        """Return when the ticket is opened; ``now`` is local time of the company."""
        if self.at is None:
            return now - timedelta(minutes=self.minutes_ago)
        return datetime.combine(now.date() - timedelta(days=self.days_ago), self.at, now.tzinfo)
