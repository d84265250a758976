"""Keeping plans: which runs there are, inside a transaction, whether a person, a ticket or a timer brings it about.

Whoever touches a plan first brings it up to the moment: the runs that should have been made by then are made, as the
policy of their time says. So the runs are the same however often somebody looks and whoever comes first. A plan has
one timer at most: for its next run, or for the next decision on a policy key that it goes by.
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import func, select
from uuid6 import uuid7

from gongdan.domain.duties import DutyState
from gongdan.domain.duty_clocks import if_reached
from gongdan.domain.hours import hours_text
from gongdan.domain.plans import LONGEST, CatchUp, PlannedDay, PlanRule, PlanState, Series, begins_at
from gongdan.domain.sampling import seed_of
from gongdan.domain.timers import TimerView
from gongdan.services.duty_keeper import DutyKeeper
from gongdan.services.duty_subjects import PLAN_RUN, Subject
from gongdan.services.plan_samples import Chosen, Samples
from gongdan.services.plan_terms import Basis, basis_of
from gongdan.services.timers import Handler
from gongdan.services.work import Work
from gongdan.storage.duties import DutyRow
from gongdan.storage.plans import PlanRow, PlanRunRow, PlanTargetRow
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gongdan.services.desk import CompanyDesk

#: The kind of a plan's timer.
LOOK: Final = "plan.look"
#: What begins the duty of a run.
PLANNED: Final = "planned"
#: The last phase has ended.
FINISHED: Final = "finished"


@dataclass(frozen=True, slots=True)
class _Case:
    """A plan with what it goes by."""

    plan: PlanRow
    rule: PlanRule
    ticket: TicketRow | None

    @property
    def department_id(self) -> UUID | None:
        """Return whose calendar counts."""
        return self.ticket.department_id if self.ticket else None


@dataclass(frozen=True, slots=True)
class _Upcoming:
    """A run that is to be made."""

    planned: PlannedDay
    begins: datetime
    basis: Basis


class PlanKeeper:
    """Keeps the plans that one transaction touches."""

    def __init__(self, desk: "CompanyDesk", work: Work) -> None:
        self._desk = desk
        self._work = work
        self._rules = desk.installation.plugins.catalogue.plan_rules
        self.duties = DutyKeeper(desk, work)
        self.figures = self.duties.figures

    def rule(self, plan: PlanRow) -> PlanRule | None:
        """Return the rule of a plan; None when its plugin is no longer installed."""
        return self._rules.get(plan.rule)

    # --- Beginning and ending ----------------------------------------------------------------

    def begin(self, rule: PlanRule, anchor_at: datetime, event: str, ticket: TicketRow | None = None) -> PlanRow:
        """Begin the plan of a rule, for a ticket or for the company, and make what should have been made by now."""
        now = self._work.now
        plan = PlanRow(
            id=uuid7(),
            plugin=self._rules.plugin_of(rule.name),
            rule=rule.name,
            kind=rule.kind.value,
            label=rule.label,
            ticket_id=ticket.id if ticket else None,
            state=PlanState.RUNNING.value,
            anchor_at=anchor_at,
            anchor_event=event,
            policy_at=_pinned(ticket) if ticket else None,
            secret=secrets.token_hex(16),
            passed_on=self._begins_on(anchor_at),
            looked_at=now,
            timer=0,
            runs=0,
            begun_at=now,
            end_event="",
            ended_by_name="",
            reason="",
        )
        self._work.session.add(plan)
        self._work.session.flush()
        self._work.record("plan.begun", "plan", plan.id, after={**_told(plan), "event": event})
        self.bring_up(plan, ticket=ticket)
        return plan

    def rebase(self, plan: PlanRow, anchor_at: datetime, event: str, ticket: TicketRow | None) -> None:
        """Count from another anchor: what is begun, done or missed stays, what is open is planned again."""
        before = _told(plan)
        cancelled = [run.number for run, duty in self._untouched(plan) if self._cancel(run, duty, "rebased")]
        self._work.session.flush()
        plan.anchor_at, plan.anchor_event = anchor_at, event
        plan.passed_on = max(self._begins_on(anchor_at), self._latest(plan) or date.min)
        self._run_again(plan)
        after = {**_told(plan), "event": event, "cancelled": cancelled}
        self._work.record("plan.rebased", "plan", plan.id, before=before, after=after)
        self.bring_up(plan, ticket=ticket)

    def resume(self, plan: PlanRow, event: str, ticket: TicketRow | None) -> None:
        """Let a plan go on that had ended; what it would have brought meanwhile is not made up for."""
        before = _told(plan)
        plan.passed_on = max(plan.passed_on, self.day_of(self._work.now))
        self._run_again(plan)
        self._work.record("plan.resumed", "plan", plan.id, before=before, after={**_told(plan), "event": event})
        self.bring_up(plan, ticket=ticket)

    def end(self, plan: PlanRow, event: str, reason: str = "") -> None:
        """End a plan; nobody owes its open runs any more, and what was missed stays missed."""
        for run, duty in self.live_runs(plan):
            self.duties.settle(duty)
            self._cancel(run, duty, event)
        self.stop(plan, event, reason)

    def stop(self, plan: PlanRow, event: str, reason: str = "") -> None:
        """Make no more runs; those that are owed stay so."""
        plan.state, plan.end_event, plan.reason = PlanState.ENDED.value, event, reason
        if plan.next_at is not None and plan.next_at > self._work.now:
            self._work.cancel_timers(f"plan:{plan.id}:")
        plan.ended_at, plan.next_on, plan.next_at = self._work.now, None, None
        plan.ended_by, plan.ended_by_name = self._work.actor.account_id, self._work.actor.name
        self._work.record("plan.ended", "plan", plan.id, after={**_told(plan), "event": event, "reason": reason})

    def _run_again(self, plan: PlanRow) -> None:
        plan.state, plan.looked_at = PlanState.RUNNING.value, self._work.now
        plan.ended_at, plan.end_event, plan.reason = None, "", ""
        plan.ended_by, plan.ended_by_name = None, ""

    def _untouched(self, plan: PlanRow) -> Iterator[tuple[PlanRunRow, DutyRow]]:
        """Yield the runs that are owed, in time, and of which nothing is done yet."""
        done = select(PlanTargetRow.run_id).where(PlanTargetRow.plan_id == plan.id, PlanTargetRow.done_at.is_not(None))
        begun = set(self._work.session.scalars(done))
        for run, duty in self.live_runs(plan):
            self.duties.settle(duty)
            if duty.missed_at is None and run.id not in begun:
                yield run, duty

    def _cancel(self, run: PlanRunRow, duty: DutyRow, event: str) -> bool:
        self.duties.cancel(duty, event)
        if duty.state == DutyState.CANCELLED:
            run.cancelled_at = self._work.now
        return True

    # --- Up to the moment --------------------------------------------------------------------

    def bring_up(self, plan: PlanRow, until: datetime | None = None, ticket: TicketRow | None = None) -> None:
        """Make the runs that should have been made by ``until``, now when it is not given."""
        rule, moment = self.rule(plan), until or self._work.now
        if plan.state != PlanState.RUNNING or rule is None:
            return
        case = _Case(plan, rule, ticket or self._ticket(plan))
        due: list[_Upcoming] = []
        basis, edge = self._basis(case)
        taken = self._days(plan)
        while True:
            upcoming = self._next(case, basis, taken)
            if upcoming and upcoming.begins <= moment and (edge is None or upcoming.begins < edge):
                plan.passed_on = upcoming.planned.key
                due.append(upcoming)
                # A rest day may have put the one after it on the same day.
                taken.append((upcoming.planned.key, upcoming.planned.day))
            elif edge is not None and edge <= moment:
                basis, edge = self._pass_edge(case, basis, edge)
            else:
                break
        self._make_due(case, due)
        plan.looked_at = max(plan.looked_at, moment)
        if upcoming is None and basis.terms is not None:
            self.stop(plan, FINISHED)
        else:
            self._plan_next(plan, moment, upcoming.begins if upcoming else None, edge)
            plan.next_on = upcoming.planned.day if upcoming else None

    def _basis(self, case: _Case) -> tuple[Basis, datetime | None]:
        """Return what the policy says, and from when it says something else; a ticket is pinned to a moment."""
        plan, rule, ticket = case.plan, case.rule, case.ticket
        if ticket is None:
            basis = basis_of(rule, self.figures, plan.looked_at)
            return basis, self.figures.next_decision(rule.policy_keys, plan.looked_at)
        basis = basis_of(rule, self.figures, plan.policy_at or _pinned(ticket))
        pinned = _pinned(ticket)
        return basis, pinned if pinned != basis.at else None

    def _pass_edge(self, case: _Case, old: Basis, edge: datetime) -> tuple[Basis, datetime | None]:
        """Go on with the policy of ``edge``; another recurrence counts for the days after it."""
        plan, new = case.plan, basis_of(case.rule, self.figures, edge)
        if new.terms and (old.terms is None or old.terms.stretches != new.terms.stretches):
            plan.passed_on = max(plan.passed_on, self.day_of(edge))
        if plan.ticket_id is not None:
            plan.policy_at = edge
            return new, None
        return new, self.figures.next_decision(case.rule.policy_keys, edge)

    def _next(self, case: _Case, basis: Basis, taken: Sequence[tuple[date, date]]) -> _Upcoming | None:
        if basis.terms is None:
            return None
        plan, calendar = case.plan, self.figures.calendar(case.department_id)
        series = Series(terms=basis.terms, anchor=self.day_of(plan.anchor_at), calendar=calendar, secret=plan.secret)
        keys, days = {key for key, _ in taken}, {day for _, day in taken}
        for planned in series.days(plan.passed_on):
            if planned.key not in keys and planned.day not in days:
                return _Upcoming(planned, begins_at(planned.day, basis.terms.window, calendar), basis)
        return None

    def _plan_next(self, plan: PlanRow, moment: datetime, *wakes: datetime | None) -> None:
        wake = min((each for each in wakes if each), default=None)
        is_waiting = plan.next_at is not None and plan.next_at > moment
        if is_waiting and wake == plan.next_at:
            return
        if is_waiting:
            # One that rings now is left alone: it finds that it no longer counts.
            self._work.cancel_timers(f"plan:{plan.id}:")
        plan.next_at = wake
        if wake is not None:
            plan.timer += 1
            payload = {"plan": str(plan.id), "timer": plan.timer}
            self._work.schedule(LOOK, f"plan:{plan.id}:{plan.timer}", wake, payload)

    # --- Runs --------------------------------------------------------------------------------

    def _make_due(self, case: _Case, due: Sequence[_Upcoming]) -> None:
        """Make runs as the policy wants those that come late."""
        terms = due[-1].basis.terms if due else None
        how = terms.catch_up if terms else CatchUp.EACH
        if how is CatchUp.MERGE and len(due) > 1:
            self._make(case, due[-1], [each.planned.day for each in due[:-1]])
            return
        for each in due:
            if how is CatchUp.MISSED and self._is_over(each, case.department_id):
                self._write_missed(case.plan, each)
            else:
                self._make(case, each)

    def _is_over(self, upcoming: _Upcoming, department_id: UUID | None) -> bool:
        terms, calendar = upcoming.basis.terms, self.figures.calendar(department_id)
        # A calendar that gives no time shall hold up no plan; the duty says so.
        due = if_reached(lambda: calendar.due(upcoming.begins, terms.limit)) if terms else None
        return due is not None and due.at < self._work.now

    def _make(self, case: _Case, upcoming: _Upcoming, stands_for: Sequence[date] = ()) -> None:
        plan, ticket = case.plan, case.ticket
        run = self._row(plan, upcoming, stands_for)
        chosen = self._choose(case, upcoming, run)
        self._work.session.add(run)
        self._work.session.flush()
        self._work.session.add_all(_target(run, place, one) for place, one in enumerate(chosen, 1))
        about = Subject(
            kind=PLAN_RUN,
            id=run.id,
            ticket=ticket,
            round=run.number,
            policy_at=upcoming.basis.at if ticket else upcoming.begins,
            department_id=case.department_id,
        )
        self._work.record("plan_run.made", "plan_run", run.id, after=_told_run(plan, run))
        duty = self.duties.start(case.rule.duty, about, PLANNED, at=upcoming.begins)
        self._work.session.flush()
        run.duty_id = duty.id

    def _choose(self, case: _Case, upcoming: _Upcoming, run: PlanRunRow) -> Sequence[Chosen]:
        sample, terms = case.rule.sample, upcoming.basis.terms
        if sample is None or terms is None:
            return ()
        choice = Samples(self._desk, self._work.session).choose(case.plan, sample, run, terms.share)
        run.population, run.share = choice.population, f"{terms.share.normalize():f}"
        return choice.chosen

    def _write_missed(self, plan: PlanRow, upcoming: _Upcoming) -> None:
        """Write down a run whose time had passed before it could be made; nobody owes it."""
        run = self._row(plan, upcoming, ())
        self._work.session.add(run)
        self._work.session.flush()
        self._work.record("plan_run.missed", "plan_run", run.id, after=_told_run(plan, run))

    def _row(self, plan: PlanRow, upcoming: _Upcoming, stands_for: Sequence[date]) -> PlanRunRow:
        planned, terms = upcoming.planned, upcoming.basis.terms
        plan.runs += 1
        return PlanRunRow(
            id=uuid7(),
            plan_id=plan.id,
            number=plan.runs,
            key_on=planned.key,
            nominal_on=planned.nominal,
            planned_for=planned.day,
            phase=planned.phase,
            begins_at=upcoming.begins,
            stands_for=[day.isoformat() for day in stands_for],
            window=hours_text(terms.window) if terms else "",
            share="",
            seed=seed_of(plan.secret, planned.key.isoformat()),
            made_at=self._work.now,
            result="",
            done_by_name="",
        )

    # --- What is stored ----------------------------------------------------------------------

    def live_runs(self, plan: PlanRow) -> Sequence[tuple[PlanRunRow, DutyRow]]:
        """Return the runs that somebody owes, locked, the oldest first."""
        query = (
            select(PlanRunRow, DutyRow)
            .join(DutyRow, DutyRow.id == PlanRunRow.duty_id)
            .where(PlanRunRow.plan_id == plan.id, DutyRow.ended_at.is_(None))
            .order_by(PlanRunRow.number)
        )
        return [(run, duty) for run, duty in self._work.session.execute(query.with_for_update(key_share=True))]

    def day_of(self, moment: datetime) -> date:
        """Return the day of a moment in the company."""
        return moment.astimezone(self._desk.zone).date()

    def _begins_on(self, anchor_at: datetime) -> date:
        """Return after which day runs come; what lies longer ago than anything is planned ahead is not made up for."""
        return max(self.day_of(anchor_at), self.day_of(self._work.now) - LONGEST)

    def _latest(self, plan: PlanRow) -> date | None:
        """Return the planned day of the latest run that stands."""
        query = select(func.max(PlanRunRow.planned_for))
        return self._work.session.scalar(query.where(PlanRunRow.plan_id == plan.id, PlanRunRow.cancelled_at.is_(None)))

    def _days(self, plan: PlanRow) -> list[tuple[date, date]]:
        """Return key and day of the latest runs that stand, among which a new one must not be."""
        since = plan.passed_on - timedelta(days=62)
        query = select(PlanRunRow.key_on, PlanRunRow.planned_for).where(
            PlanRunRow.plan_id == plan.id, PlanRunRow.cancelled_at.is_(None), PlanRunRow.planned_for >= since
        )
        return [(key, day) for key, day in self._work.session.execute(query)]

    def _ticket(self, plan: PlanRow) -> TicketRow | None:
        if plan.ticket_id is None:
            return None
        return self._work.session.scalars(select(TicketRow).where(TicketRow.id == plan.ticket_id)).one()


def _pinned(ticket: TicketRow) -> datetime:
    return ticket.policy_at or ticket.opened_at


def _told(plan: PlanRow) -> dict[str, Any]:
    """Return what the journal keeps of a plan."""
    return {
        "rule": plan.rule,
        "label": plan.label,
        "ticket": plan.ticket_id,
        "state": plan.state,
        "anchor_at": plan.anchor_at,
    }


def _told_run(plan: PlanRow, run: PlanRunRow) -> dict[str, Any]:
    """Return what the journal keeps of a run: enough to draw again what was drawn."""
    return {
        "rule": plan.rule,
        "label": plan.label,
        "plan": plan.id,
        "run": run.number,
        "planned_for": run.planned_for,
        "nominal_on": run.nominal_on,
        "stands_for": run.stands_for,
        "population": run.population,
        "share": run.share,
        "seed": run.seed,
    }


def _target(run: PlanRunRow, place: int, one: Chosen) -> PlanTargetRow:
    return PlanTargetRow(
        plan_id=run.plan_id,
        run_id=run.id,
        kind=one.target.kind,
        target_id=one.target.id,
        label=one.target.label,
        place=place,
        round=one.round,
        outcome="",
        done_by_name="",
    )


def locked(work: Work, plan_id: UUID) -> PlanRow | None:
    """Return a plan, locked; None when it is gone."""
    query = select(PlanRow).where(PlanRow.id == plan_id).with_for_update(key_share=True)
    return work.session.scalars(query).one_or_none()


def _look(desk: "CompanyDesk", work: Work, timer: TimerView) -> None:
    """Bring a plan up to the moment; a timer that the plan has left behind finds nothing."""
    plan = locked(work, UUID(str(timer.payload["plan"])))
    if plan is not None and plan.timer == timer.payload["timer"]:
        PlanKeeper(desk, work).bring_up(plan, max(work.now, timer.due_at))


#: What the executor does with the timers of plans.
PLAN_HANDLERS: "Mapping[str, Handler]" = {LOOK: _look}
