"""What plans bring on which days: the runs that there were, the days to come, and the policy behind them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from gongdan.domain.plans import PlanRule, PlanState, Series, begins_at
from gongdan.domain.policy import PolicyKey
from gongdan.domain.policy_timelines import PolicyValue
from gongdan.domain.recurrences import RandomDay
from gongdan.services.duty_figures import Figures
from gongdan.services.plan_terms import basis_of
from gongdan.storage.plans import PlanRow, PlanRunRow
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: A look ahead has no more days of one plan.
MOST_AHEAD: Final = 60
#: A run may have been put before its day by no more.
_SHIFTED: Final = timedelta(days=62)


@dataclass(frozen=True, slots=True)
class PreviewDay:
    """A day on which a plan would come; days are days of the company."""

    #: The day that the recurrence gives, and the day in its place; for a day that is drawn by lot the first of its
    #: month.
    nominal: date
    day: date
    #: Aware; from then on it may be done.
    begins_at: datetime
    #: Which phase it belongs to, from 1.
    phase: int
    is_shifted: bool
    #: It lies beyond the known holidays.
    is_provisional: bool
    #: It is drawn by lot and not told before it comes.
    is_unannounced: bool


class PolicyAnswer(NamedTuple):
    """What the policy says of one thing about a plan."""

    #: ``recurrence``, ``until``, ``limit``, ``rest_days``, ``catch_up``, ``window`` or ``share``.
    about: str
    #: Which phase it belongs to, from 1; 0 for the whole plan.
    phase: int
    key: PolicyKey
    value: PolicyValue


def preview(series: Series, until: date, after: date | None = None) -> Iterator[PreviewDay]:
    """Yield the days of a series; one that is drawn by lot is not told before it comes."""
    for planned in series.days(after or series.anchor):
        is_drawn = isinstance(series.terms.stretches[planned.phase].recurrence, RandomDay)
        nominal, day = (planned.key, planned.key) if is_drawn else (planned.nominal, planned.day)
        # A rest day may put one of the days after the end before it, so that the day itself counts.
        if day > until:
            return
        yield PreviewDay(
            nominal,
            day,
            begins_at(day, series.terms.window, series.calendar),
            planned.phase + 1,
            # Whether a day that is drawn by lot was moved would tell which it is.
            planned.is_shifted and not is_drawn,
            planned.is_provisional,
            is_drawn,
        )


def comes_until(until: date) -> ColumnElement[bool]:
    """Return the condition that a plan runs and has a day to come, ``until`` included."""
    return and_(PlanRow.state == PlanState.RUNNING.value, PlanRow.next_on <= until)


def days_ahead(
    desk: "CompanyDesk", session: Session, until: date, wanted: ColumnElement[bool], *, limit: int
) -> Mapping[UUID, Sequence[PreviewDay]]:
    """Return the days to come, ``until`` included, of running plans, by plan; of the ``limit`` that come first."""
    zone, now, figures = desk.zone, desk.installation.clock(), Figures(desk, session)
    query = (
        select(PlanRow, TicketRow.department_id)
        .outerjoin(TicketRow, TicketRow.id == PlanRow.ticket_id)
        .where(comes_until(until), wanted)
        .order_by(PlanRow.next_on, PlanRow.id)
        .limit(limit)
    )
    rows = session.execute(query).all()
    had = _had(session, [plan.id for plan, _ in rows], now.astimezone(zone).date())
    found = {}
    for plan, department_id in rows:
        rule = desk.installation.plugins.catalogue.plan_rules.get(plan.rule)
        terms = basis_of(rule, figures, plan.policy_at or now).terms if rule else None
        if terms:
            calendar, anchor = figures.calendar(department_id), plan.anchor_at.astimezone(zone).date()
            series = Series(terms=terms, anchor=anchor, calendar=calendar, secret="")
            taken = had.get(plan.id, ())
            coming = (day for day in preview(series, until, plan.passed_on) if day.day not in taken)
            found[plan.id] = tuple(islice(coming, MOST_AHEAD))
    return found


def _had(session: Session, plan_ids: Collection[UUID], today: date) -> Mapping[UUID, Collection[date]]:
    """Return the days of runs that stand, by plan; a rest day may have put what comes next on one of them."""
    query = select(PlanRunRow.plan_id, PlanRunRow.planned_for).where(
        PlanRunRow.plan_id.in_(plan_ids), PlanRunRow.cancelled_at.is_(None), PlanRunRow.planned_for >= today - _SHIFTED
    )
    found: dict[UUID, set[date]] = {}
    for plan_id, day in session.execute(query) if plan_ids else ():
        found.setdefault(plan_id, set()).add(day)
    return found


def answers(desk: "CompanyDesk", session: Session, plan_ids: Collection[UUID]) -> Mapping[UUID, Sequence[PolicyAnswer]]:
    """Return what the policy that each plan goes by says of it, by plan."""
    now, figures = desk.installation.clock(), Figures(desk, session)
    rows = session.scalars(select(PlanRow).where(PlanRow.id.in_(plan_ids))).all() if plan_ids else ()
    rules, keys = desk.installation.plugins.catalogue.plan_rules, desk.installation.plugins.catalogue.policy_keys
    found: dict[UUID, Sequence[PolicyAnswer]] = {}
    for plan in rows:
        rule = rules.get(plan.rule)
        named = [(about, phase, keys.get(name)) for about, phase, name in _keys(rule)] if rule else []
        at = plan.policy_at or now
        found[plan.id] = [
            PolicyAnswer(about, phase, key, figures.value(key.name, at)) for about, phase, key in named if key
        ]
    return found


def _keys(rule: PlanRule) -> Iterator[tuple[str, int, str]]:
    """Yield the policy keys of a rule: what about, which phase, the name; names may be values or empty."""
    for number, phase in enumerate(rule.phases, start=1):
        yield "recurrence", number, phase.recurrence
        yield "until", number, phase.until
    yield "limit", 0, rule.limit
    yield "window", 0, rule.window
    yield "rest_days", 0, rule.rest_days
    yield "catch_up", 0, rule.catch_up
    yield "share", 0, rule.sample.share if rule.sample else ""
