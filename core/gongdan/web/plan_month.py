"""A month of plans, drawn: what there was on each day and how it went, and what is still to come."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from uuid import UUID

from flask import url_for

from gongdan.domain.calendars import WorkingCalendar
from gongdan.domain.plans import RunState
from gongdan.services.plan_days import PreviewDay
from gongdan.services.plan_rows import PlanView, RunView
from gongdan.text import msg
from gongdan.web import calendar_year, plan_words
from gongdan.web.words import say

#: A cell of the grid shows no more; the day itself shows all.
_MOST_SHOWN = 4
#: How many years people may look back and ahead.
_YEARS_BACK, _YEARS_AHEAD = 10, 3


@dataclass(frozen=True, slots=True)
class Item:
    """One or several alike on a day: a run, or a day to come."""

    #: In words.
    label: str
    #: What it is about: place or number of the ticket; empty for a plan of the company.
    about: str
    #: open, done, after, missed, quiet or coming.
    look: str
    icon: str
    #: How it stands, in words.
    state: str
    address: str
    count: int = 1
    #: Why it is on this day and not on another; empty when it is where the recurrence puts it.
    shift: str = ""
    is_provisional: bool = False

    @property
    def title(self) -> str:
        """Return everything that a narrow cell has no room for."""
        named = " · ".join(filter(None, (self.label, self.about, self.state)))
        return "\n".join(filter(None, (named, self.shift)))


@dataclass(frozen=True, slots=True)
class PlanDay:
    """One day of the grid."""

    drawn: calendar_year.DrawnDay
    #: Those that are alike together.
    items: Sequence[Item]
    #: Each for itself.
    all: Sequence[Item]

    @property
    def shown(self) -> Sequence[Item]:
        """Return what a cell has room for."""
        return self.items if len(self.items) <= _MOST_SHOWN else self.items[: _MOST_SHOWN - 1]

    @property
    def hidden(self) -> int:
        """Return how many of them a cell does not show."""
        return len(self.items) - len(self.shown)


@dataclass(frozen=True, slots=True)
class PlanMonth:
    """The grid: weeks from Monday, None before the first and after the last day."""

    first: date
    weeks: Sequence[Sequence[PlanDay | None]]
    #: Plans that come on some day of the month that nobody is told before.
    unannounced: Sequence[PlanView]
    before: str
    after: str

    @property
    def days(self) -> Sequence[PlanDay]:
        """Return the days of the month on which something is planned."""
        return [day for week in self.weeks for day in week if day and day.items]

    def day(self, wanted: date | None) -> PlanDay | None:
        """Return a day of the month."""
        return next((day for week in self.weeks for day in week if day and day.drawn.date == wanted), None)


def month_of(text: str, today: date) -> date:
    """Return the first day of the month that the address names, the present one when it names none."""
    try:
        asked = date.fromisoformat(f"{text}-01")
    except ValueError:
        return today.replace(day=1)
    first = date(today.year - _YEARS_BACK, 1, 1)
    return min(max(asked, first), date(today.year + _YEARS_AHEAD, 12, 1))


def last_of(first: date) -> date:
    """Return the last day of a month."""
    return first.replace(day=monthrange(first.year, first.month)[1])


def draw(
    first: date,
    today: date,
    calendar: WorkingCalendar,
    *,
    runs: Sequence[RunView],
    ahead: Sequence[tuple[PlanView, Sequence[PreviewDay]]],
) -> PlanMonth:
    """Return a month with the runs that it had and the days to come."""
    last = last_of(first)
    found: dict[date, list[tuple[tuple[str, ...], Item]]] = {}
    for run in runs:
        if run.state is not RunState.CANCELLED:
            found.setdefault(run.planned_for, []).append(_of_run(run))
    unannounced = []
    for plan, days in ahead:
        for day in days:
            if day.is_unannounced and day.day.replace(day=1) == first:
                unannounced.append(plan)
            elif not day.is_unannounced and first <= day.day <= last:
                found.setdefault(day.day, []).append(_of_day(plan, day))
    weeks = calendar_year.draw_month(calendar, first.year, first.month, today).weeks
    return PlanMonth(
        first,
        [[_day(one, found.get(one.date, []), first) if one else None for one in week] for week in weeks],
        unannounced,
        f"{first - timedelta(days=1):%Y-%m}",
        f"{last + timedelta(days=1):%Y-%m}",
    )


def _day(drawn: calendar_year.DrawnDay, found: Sequence[tuple[tuple[str, ...], Item]], first: date) -> PlanDay:
    address = url_for("plans.index", month=f"{first:%Y-%m}", day=drawn.date.isoformat(), _anchor="day")
    ordered = sorted(found, key=lambda pair: pair[0])
    return PlanDay(drawn, tuple(_together(ordered, address)), [item for _, item in ordered])


def _together(found: Sequence[tuple[tuple[str, ...], Item]], address: str) -> Iterator[Item]:
    """Yield items, those of many tickets that are alike as one with their number."""
    for _, group in groupby(found, key=lambda pair: pair[0]):
        alike = [item for _, item in group]
        if len(alike) == 1:
            yield alike[0]
        else:
            one = alike[0]
            yield Item(one.label, "", one.look, one.icon, one.state, address, len(alike), one.shift)


def _of_run(run: RunView) -> tuple[tuple[str, ...], Item]:
    look = plan_words.look(run)
    item = Item(
        say(run.label),
        run.place or run.ticket_number,
        look,
        plan_words.icon(run),
        plan_words.state(run),
        url_for("plans.run", run_id=run.id),
        shift=plan_words.shift_words(run.nominal_on, run.planned_for) if run.is_shifted else "",
    )
    return _kind(run.rule, look, item, run.ticket_id), item


def _of_day(plan: PlanView, day: PreviewDay) -> tuple[tuple[str, ...], Item]:
    item = Item(
        say(plan.label),
        plan.place or plan.number,
        "coming",
        "circle",
        say(msg("将到")),
        url_for("plans.show", plan_id=plan.id),
        shift=plan_words.shift_words(day.nominal, day.day) if day.is_shifted else "",
        is_provisional=day.is_provisional,
    )
    return _kind(plan.rule, "coming", item, plan.ticket_id), item


def _kind(rule: str, look: str, item: Item, ticket_id: UUID | None) -> tuple[str, ...]:
    """Return what items of a day are alike by; plans of the company come first."""
    return ("1" if ticket_id else "0", rule, look, item.shift)
