"""Plans: series of duties that come again, from an anchor on, and which days of a year they fall on.

Everything here is a value or a pure function: rules that a plugin declares, the terms that a company's policy gives
them, and the days that follow from both.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from gongdan.domain.calendars import WorkingCalendar
from gongdan.domain.duties import DutyKind, DutyRule, Rung, Trigger
from gongdan.domain.hours import Hours
from gongdan.domain.limits import Limit
from gongdan.domain.recurrences import Every, RandomDay, Recurrence, occurrences
from gongdan.domain.sampling import ranked, seed_of

#: Nothing is planned further ahead.
LONGEST: Final = timedelta(days=3_660)


class RestDays(StrEnum):
    """What becomes of a planned day on which the desk does not open."""

    KEEP = "keep"
    #: The last working day before it.
    BEFORE = "before"
    #: The first working day after it.
    AFTER = "after"
    SKIP = "skip"


class CatchUp(StrEnum):
    """What becomes of runs that should have been made while nothing ran."""

    #: Each is made, with its own planned day.
    EACH = "each"
    #: The last one is made and stands for the others.
    MERGE = "merge"
    #: Those whose time has passed are written down as missed, and nobody owes them any more.
    MISSED = "missed"


class PlanState(StrEnum):
    """Whether a plan goes on."""

    RUNNING = "running"
    ENDED = "ended"


class RunState(StrEnum):
    """How a run of a plan stands."""

    OPEN = "open"
    DONE = "done"
    #: Done after its time.
    LATE = "late"
    #: Its time has passed.
    MISSED = "missed"
    WAIVED = "waived"
    #: Nobody owes it any more: the anchor has moved, or the plan has ended.
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Target:
    """One thing that a run of a plan deals with."""

    #: ``asset``, ``ticket``, ``duty_log_entry``, or a word of the plugin.
    kind: str
    id: UUID
    #: How people call it.
    label: str


@dataclass(frozen=True, slots=True)
class OccupiedAssets:
    """Assets of a kind that have an open link in one of some roles on the planned day."""

    kind: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogEntries:
    """Entries of the duty log of the calendar month before the planned day."""


@dataclass(frozen=True, slots=True)
class ClosedTickets:
    """Tickets of a type that were closed since the run before."""

    type: str


@dataclass(frozen=True, slots=True)
class ProvidedTargets:
    """What a function of the plugin finds: it is given the company's desk and the planned day, and only reads."""

    find: Callable[[Any, date], Iterable[Target]]


Source = OccupiedAssets | LogEntries | ClosedTickets | ProvidedTargets


@dataclass(frozen=True, slots=True)
class Sample:
    """Which things a run deals with: a share of what there is, drawn by lot."""

    source: Source
    #: Policy key with the share in hundredths; empty takes all.
    share: str = ""
    #: None twice until all have had their turn.
    no_repeats: bool = False


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of a plan in which it comes again in one way."""

    #: Policy key with the recurrence.
    recurrence: str
    #: Policy key with how long after the anchor the phase ends, its last day included; empty for no end.
    until: str = ""


@dataclass(frozen=True, kw_only=True)
class PlanRule:
    """A series of duties: for the company as long as the plugin is enabled, or for each ticket from an event on."""

    #: Identifier, unique over all plugins and duty rules: ``<plugin>.<name>``.
    name: str
    #: What is to be done each time, a source text.
    label: str
    kind: DutyKind
    phases: tuple[Phase, ...]
    #: Policy key: how long after the beginning of its planned day a run may be done.
    limit: str
    #: Policy key with a ``RestDays``, or the value itself.
    rest_days: str = RestDays.KEEP
    #: Policy key with a ``CatchUp``, or the value itself.
    catch_up: str = CatchUp.EACH
    #: Policy key with the hours in which it may be done; empty, or undecided, for any.
    window: str = ""
    sample: Sample | None = None
    #: Without any it is a plan of the company.
    ticket_types: tuple[str, ...] = ()
    #: What begins the plan of a ticket; when it happens again, the plan begins anew.
    starts: Trigger = field(default_factory=Trigger)
    ends: Trigger = field(default_factory=Trigger)
    #: A typed field with the day from which everything counts; empty for the moment of the start.
    anchor_field: str = ""
    #: It goes on although the ticket is closed.
    after_closing: bool = False
    owed_by: tuple[str, ...] = ("department_head",)
    warn_percents: tuple[int, ...] = ()
    warn_leads: tuple[str, ...] = ()
    ladder: tuple[Rung, ...] = ()
    clauses: tuple[str, ...] = ()

    @property
    def is_standing(self) -> bool:
        """Tell whether it is a plan of the company itself."""
        return not self.ticket_types

    @cached_property
    def duty(self) -> DutyRule:
        """Return the rule of the duty that each run is."""
        return DutyRule(
            name=self.name,
            label=self.label,
            kind=self.kind,
            ticket_types=self.ticket_types,
            starts=Trigger(),
            stops=Trigger(),
            limit=self.limit,
            owed_by=self.owed_by,
            warn_percents=self.warn_percents,
            warn_leads=self.warn_leads,
            ladder=self.ladder,
            after_closing=self.after_closing,
            clauses=self.clauses,
        )

    @property
    def deciding_keys(self) -> tuple[str, ...]:
        """Return the policy keys without which nothing can be planned."""
        phases = (name for phase in self.phases for name in (phase.recurrence, phase.until))
        named = (*phases, self.limit, self.rest_days, self.catch_up, self.sample.share if self.sample else "")
        return tuple(dict.fromkeys(name for name in named if "." in name))

    @property
    def policy_keys(self) -> tuple[str, ...]:
        """Return every policy key that the rule names."""
        named = (*self.deciding_keys, self.window, *self.duty.policy_keys)
        return tuple(dict.fromkeys(name for name in named if name))


# --- What a company's policy makes of it -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stretch:
    """A phase with the figures of a company."""

    recurrence: Recurrence
    #: None for no end.
    until: Every | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What the policy of a company says of a plan at one moment."""

    stretches: tuple[Stretch, ...]
    limit: Limit
    rest_days: RestDays = RestDays.KEEP
    catch_up: CatchUp = CatchUp.EACH
    window: Hours = ()
    #: In hundredths.
    share: Decimal = Decimal(100)

    @property
    def is_unannounced(self) -> bool:
        """Tell whether some days are drawn by lot, so that nobody may know them before."""
        return any(isinstance(stretch.recurrence, RandomDay) for stretch in self.stretches)


@dataclass(frozen=True, slots=True)
class PlannedDay:
    """A day on which a run of a plan is to begin."""

    #: Tells runs of one plan apart and puts them in order.
    key: date
    #: The day that the recurrence gives.
    nominal: date
    #: That day, or the one in its place because the desk does not open then.
    day: date
    #: Which phase it belongs to, counted from 0.
    phase: int
    #: It lies beyond the known holidays.
    is_provisional: bool

    @property
    def is_shifted(self) -> bool:
        """Tell whether it was moved because of a rest day."""
        return self.day != self.nominal


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Everything from which the days of one plan follow."""

    terms: Terms
    #: The day from which everything counts; it is no planned day itself.
    anchor: date
    calendar: WorkingCalendar
    #: What draws are made from.
    secret: str

    def days(self, after: date) -> Iterator[PlannedDay]:
        """Yield the planned days whose key comes after ``after``, in order, until the last phase or ten years end.

        Two occurrences that are moved to one day are one.
        """
        last: date | None = None
        horizon = max(self.anchor, after) + LONGEST
        for each in self._nominal(after):
            if each.key > horizon:
                return
            day = shifted(each.nominal, self.terms.rest_days, self.calendar)
            # What a rest day would put before the beginning is none of this plan.
            if day is not None and day > self.anchor and day != last:
                last = day
                is_known = self.calendar.is_known(each.nominal) and self.calendar.is_known(day)
                yield PlannedDay(each.key, each.nominal, day, each.phase, not is_known)

    def _nominal(self, after: date) -> Iterator[PlannedDay]:
        since: Every | None = None
        for phase, stretch in enumerate(self.terms.stretches):
            ends = stretch.until.after(self.anchor) if stretch.until else date.max
            found = occurrences(
                stretch.recurrence,
                self.anchor,
                after,
                is_workday=self.calendar.is_working_day,
                draw=self._draw,
                since=since,
            )
            for each in found:
                if each.key > ends:
                    break
                if each.day <= ends:
                    yield PlannedDay(each.key, each.day, each.day, phase, is_provisional=False)
            since = stretch.until

    def _draw(self, key: date, days: Sequence[date]) -> date:
        names = {day.isoformat(): day for day in days}
        return names[ranked(seed_of(self.secret, key.isoformat()), names)[0]]


def shifted(day: date, rest_days: RestDays, calendar: WorkingCalendar) -> date | None:
    """Return the day in place of one on which the desk does not open; None for one that is left out."""
    if rest_days is RestDays.KEEP or calendar.is_working_day(day):
        return day
    if rest_days is RestDays.SKIP:
        return None
    step = timedelta(days=1 if rest_days is RestDays.AFTER else -1)
    found = day
    while not calendar.is_working_day(found):
        found += step
        if abs(found - day) > LONGEST:
            return day
    return found


def begins_at(day: date, window: Hours, calendar: WorkingCalendar) -> datetime:
    """Return when a run of a day begins, aware: with the window, else when the desk opens, else at midnight."""
    hours = window or calendar.hours_of(day)
    minutes = hours[0].begins if hours else 0
    return datetime.combine(day, datetime.min.time(), ZoneInfo(calendar.zone)) + timedelta(minutes=minutes)
