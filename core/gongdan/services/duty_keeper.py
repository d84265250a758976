"""Keeping duties: everything that happens to one inside a transaction, whether a person or a timer brings it about.

Whoever touches a duty first brings it up to the moment: what should have happened until then happens now, with the
time at which it should have. So the outcome is the same whichever comes first, the timer or the act. A duty has one
timer at most, for the next moment at which something is to be done; an older one finds that it no longer counts.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from uuid6 import uuid7

from gongdan.domain.duties import MERGED, DutyRule, DutyState, StartAt
from gongdan.domain.duty_clocks import cap_ends, if_reached
from gongdan.domain.events import EventKind
from gongdan.domain.limits import NextOpening, Span
from gongdan.domain.receivers import Found, Person, Reason
from gongdan.errors import InvalidInput
from gongdan.services.duty_dates import expected_from, promised_time
from gongdan.services.duty_figures import Figure, Figures
from gongdan.services.duty_people import (
    ACKNOWLEDGED,
    ESCALATED,
    MISSED,
    TAKEN_OVER,
    WAIVED,
    WARNED,
    DutyPeople,
    NoticeKind,
)
from gongdan.services.duty_points import Point, PointKind, clock_for, clock_of, gaps_of, points_of
from gongdan.services.duty_relief import Relief
from gongdan.services.duty_rows import told
from gongdan.services.duty_subjects import Subject, of_ticket
from gongdan.services.work import Work
from gongdan.storage.duties import DutyPauseRow, DutyRow, DutyStepRow
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: A due time is the last moment in time; its timer rings right after it.
AFTER = timedelta(microseconds=1)


class DutyKeeper:
    """Keeps the duties that one transaction touches."""

    def __init__(self, desk: "CompanyDesk", work: Work) -> None:
        self._desk = desk
        self._work = work
        self._catalogue = desk.installation.plugins.catalogue
        self._pauses: dict[UUID, list[DutyPauseRow]] = {}
        self._passed: dict[UUID, set[str]] = {}
        self.figures = Figures(desk, work.session)
        self.people = DutyPeople(work, self.figures)
        self._relief = Relief(work, self.people, self.figures)

    def rule(self, row: DutyRow) -> DutyRule | None:
        """Return the rule of a duty; None when its plugin is no longer installed."""
        return self._catalogue.rule_of_duty(row.rule)

    # --- Starting ----------------------------------------------------------------------------

    def start(
        self,
        rule: DutyRule,
        about: Subject,
        event: str,
        *,
        at: datetime | None = None,
        follows: DutyRow | None = None,
        goes_on: bool = False,
    ) -> DutyRow:
        """Begin a duty at ``at``, now when it is not given; one that ``goes_on`` keeps the clock of the one before."""
        now = at or self._work.now
        figure = self.figures.figure(rule.limit_key(about.severity) or "", about.policy_at)
        row = DutyRow(
            id=uuid7(),
            plugin=self._catalogue.plugin_of_duty(rule.name),
            rule=rule.name,
            kind=rule.kind.value,
            label=rule.label,
            subject_kind=about.kind,
            subject_id=about.id,
            ticket_id=about.ticket.id if about.ticket else None,
            about=about.about,
            debtor_id=about.debtor_id,
            round=about.round,
            state=DutyState.OPEN.value,
            debtor_role="",
            debtor_why={},
            start_event=event,
            event_at=now,
            started_at=follows.started_at if follows and goes_on else now,
            is_provisional=False,
            is_promised=False,
            policy_at=about.policy_at,
            calendar="",
            calendar_department_id=about.department_id,
            timer=0,
            end_event="",
            ended_by_name="",
            reason="",
            state_before="",
            follows_id=follows.id if follows else None,
        )
        self._take(row, figure)
        if rule.start_at is StartAt.OPENING and not goes_on:
            row.started_at = self._opening(row.calendar_department_id, now)
        self.people.charge(row, rule, about.ticket)
        self._pauses[row.id], self._passed[row.id] = [], set()
        if follows and goes_on:
            self._work.session.add(row)
            self._carry(row, follows, now)
        promised = promised_time(rule, about.ticket, self._desk.zone, after=now) if about.ticket else None
        self._reckon(row, about.due_at or promised)
        # Only now, so that it is written once.
        self._work.session.add(row)
        self._work.record("duty.started", "duty", row.id, after={**told(row), "event": event, "limit": row.limit})
        self.settle(row)
        self._relief.watch(row, self._work.now)
        return row

    def _opening(self, department_id: UUID | None, now: datetime) -> datetime:
        calendar = self.figures.calendar(department_id)
        if calendar.is_open(now):
            return now
        opening = if_reached(lambda: calendar.due(now, NextOpening()))
        return opening.at if opening else now

    def _carry(self, row: DutyRow, old: DutyRow, now: datetime) -> None:
        """Give a duty the gaps of the one that it goes on with, and the time between both."""
        gaps = [(pause.kind, pause.state, pause.begins_at, pause.ends_at) for pause in self.pauses(old)]
        gaps.append(("reopened", "", old.ended_at or now, now))
        for kind, state, begins, ends in gaps:
            self._add_pause(row, kind=kind, state=state, begins_at=begins, ends_at=ends or now)

    # --- Up to the moment --------------------------------------------------------------------

    def settle(self, row: DutyRow, until: datetime | None = None) -> None:
        """Do what should have been done about a duty before ``until``, now when it is not given."""
        moment = until or self._work.now
        if row.ended_at is not None:
            return
        if not row.timer or (row.next_at is not None and row.next_at < moment):
            while (point := self._next(row)) and point.at < moment:
                self._relief.relieve(row, self.rule(row), point.at)
                self._pass(row, point)
            self._plan(row, point)
        self._relief.relieve(row, self.rule(row), moment)

    def look_at_roster(self, row: DutyRow, until: datetime, *, is_anew: bool = False) -> None:
        """Bring a duty up to ``until``, and look at it again when the roster changes hands after that.

        ``is_anew`` forgets what the roster said before.
        """
        if row.ended_at is None:
            if is_anew:
                self._relief.rest(row)
            self.settle(row, until)
            self._relief.watch(row, until)

    def _next(self, row: DutyRow) -> Point | None:
        points = points_of(row, self.rule(row), self.pauses(row), self.figures)
        return next((point for point in points if point.code not in self._codes(row)), None)

    def _plan(self, row: DutyRow, point: Point | None) -> None:
        if point is None:
            row.next_at = None
            return
        row.timer += 1
        row.next_at = point.at
        payload = {"duty": str(row.id), "timer": row.timer}
        self._work.schedule(point.kind.timer, f"duty:{row.id}:{row.timer}", point.at + AFTER, payload)

    def _plan_anew(self, row: DutyRow) -> None:
        """Look again at everything that is to be done, since the clock has changed."""
        self._work.cancel_timers(f"duty:{row.id}:")
        row.next_at = self._work.now - AFTER
        self.settle(row)

    def _pass(self, row: DutyRow, point: Point) -> None:
        if point.kind is PointKind.CAP:
            self._go_on(row, point.at, point.event)
        elif point.kind is PointKind.WARN:
            self._warn(row, point)
        elif point.kind is PointKind.MISS:
            self._miss(row, point)
        else:
            self._climb(row, point)

    def _warn(self, row: DutyRow, point: Point) -> None:
        self._pass_to(row, point, self.people.debtors(row, point.at), WARNED)
        self._work.record("duty.warned", "duty", row.id, after={**told(row), "point": point.code, "at": point.at})
        self._tell(EventKind.DUTY_WARNED, row, point=point.code)

    def _miss(self, row: DutyRow, point: Point) -> None:
        row.state, row.missed_at = DutyState.MISSED.value, point.at
        self._pass_to(row, point, self.people.debtors(row, point.at), MISSED)
        self._work.record("duty.missed", "duty", row.id, after=told(row))
        self._tell(EventKind.DUTY_MISSED, row)

    def _climb(self, row: DutyRow, point: Point) -> None:
        if row.acknowledged_at is not None or point.rung is None:
            self._pass_to(row, point, (), ESCALATED)
            return
        found = self.people.receivers(row, point.rung.receivers, point.at)
        self._pass_to(row, point, found, ESCALATED)
        people = [person.id for answer in found for person in answer.people]
        self._work.record(
            "duty.escalated", "duty", row.id, after={**told(row), "rung": point.label, "to": people, "at": point.at}
        )
        self._tell(EventKind.DUTY_ESCALATED, row, rung=point.code, to=[str(person) for person in people])

    def _pass_to(self, row: DutyRow, point: Point, found: Sequence[Found], notice: NoticeKind) -> None:
        self.people.step(row, point, found)
        self._codes(row).add(point.code)
        for answer in found:
            self.people.notify(row, answer.people, notice, point.at, rung=point.label)

    # --- Ending ------------------------------------------------------------------------------

    def meet(self, row: DutyRow, event: str) -> None:
        """End a duty that has been met, in time or late."""
        row.met_at = self._work.now
        is_late = row.missed_at is not None
        self._end(row, DutyState.LATE if is_late else DutyState.DONE, event)
        self._work.record("duty.met", "duty", row.id, after={**told(row), "event": event})
        self._tell(EventKind.DUTY_MET, row, is_late=is_late)

    def cancel(self, row: DutyRow, event: str) -> None:
        """End a duty that nobody owes any more; a miss stays a miss."""
        self._end(row, DutyState.CANCELLED, event, keeps_miss=True)
        self._work.record("duty.cancelled", "duty", row.id, after={**told(row), "event": event})

    def supersede(self, row: DutyRow, event: str) -> None:
        """End a duty in whose place another one comes; a miss stays a miss."""
        self._end(row, DutyState.SUPERSEDED, event, keeps_miss=True)
        self._work.record("duty.superseded", "duty", row.id, after={**told(row), "event": event})

    def waive(self, row: DutyRow, reason: str) -> None:
        """Let a duty go, with the reason."""
        before = row.state
        row.reason = reason
        self._end(row, DutyState.WAIVED, "waived")
        self._work.record(
            "duty.waived", "duty", row.id, before={"state": before}, after={**told(row), "reason": reason}
        )
        for answer in self.people.debtors(row, self._work.now):
            self.people.notify(row, answer.people, WAIVED, self._work.now, reason=reason)
        self._tell(EventKind.DUTY_WAIVED, row, reason=reason)

    def _end(self, row: DutyRow, state: DutyState, event: str, *, keeps_miss: bool = False) -> None:
        self._end_pause(row, self._work.now, event)
        if not (keeps_miss and row.state == DutyState.MISSED):
            row.state = state.value
        row.ended_at, row.end_event, row.next_at = self._work.now, event, None
        row.ended_by, row.ended_by_name = self._work.actor.account_id, self._work.actor.name
        self._work.cancel_timers(f"duty:{row.id}:")
        self._relief.rest(row)

    # --- Merging -----------------------------------------------------------------------------

    def merge(self, row: DutyRow) -> None:
        """End a duty whose ticket goes up in another one, so that it can come back."""
        row.state_before = DutyState.OPEN.value if row.state == DutyState.PAUSED else row.state
        self.cancel(row, MERGED)

    def come_back(self, row: DutyRow) -> None:
        """Owe a duty again whose ticket has come back from a merge; its clock has not stood still."""
        row.state, row.state_before = row.state_before, ""
        row.ended_at, row.end_event, row.ended_by, row.ended_by_name = None, "", None, ""
        self._work.record("duty.restored", "duty", row.id, after=told(row))
        self._plan_anew(row)
        self._relief.watch(row, self._work.now)

    def take_back(self, row: DutyRow, event: str) -> None:
        """Owe a duty again that was met, since what met it was taken back; its clock has not stood still."""
        row.state = (DutyState.OPEN if row.missed_at is None else DutyState.MISSED).value
        row.met_at, row.ended_at, row.end_event, row.ended_by, row.ended_by_name = None, None, "", None, ""
        self._work.record("duty.restored", "duty", row.id, after={**told(row), "event": event})
        self._plan_anew(row)
        self._relief.watch(row, self._work.now)

    # --- Standing still ----------------------------------------------------------------------

    def pause(self, row: DutyRow, ticket: TicketRow, reason: str) -> None:
        """Stop the clock while the ticket waits, unless a promise counts or it has stood still long enough.

        A limit that names a moment stands still until the day on which the ticket is expected to go on.
        """
        rule, clock = self.rule(row), clock_of(row, (), self.figures)
        if row.state != DutyState.OPEN or rule is None or clock is None:
            return
        now, used = self._work.now, [pause for pause in self.pauses(row) if pause.kind != "reopened"]
        cap = self.figures.span(rule.pause_cap, row.policy_at) if rule.pause_cap else None
        cap_at = if_reached(lambda: cap_ends(clock.calendar, cap, now, gaps_of(used))) if cap else None
        if cap_at is not None and cap_at <= now:
            self._work.record("duty.pause_refused", "duty", row.id, after={**told(row), "cap": rule.pause_cap})
            return
        expected = None if isinstance(clock.limit, Span) else expected_from(rule, ticket, ZoneInfo(clock.calendar.zone))
        if expected is not None and expected <= now:
            # It is to go on today: what is due today stays due today.
            return
        kind = "state"
        if expected is not None and (cap_at is None or expected < cap_at):
            kind, cap_at = "expected", expected
        self._add_pause(row, kind=kind, state=ticket.state, begins_at=now, cap_at=cap_at, reason=reason)
        row.state = DutyState.PAUSED.value
        self._work.record("duty.paused", "duty", row.id, after={**told(row), "reason": reason, "because": ticket.state})
        self._plan_anew(row)

    def go_on(self, row: DutyRow, event: str) -> None:
        """Let the clock go on."""
        if row.state == DutyState.PAUSED:
            self._go_on(row, self._work.now, event)
            self._plan_anew(row)

    def _go_on(self, row: DutyRow, at: datetime, event: str) -> None:
        before = row.due_at
        self._end_pause(row, at, event)
        row.state = DutyState.OPEN.value
        self._reckon(row, None)
        self._work.record(
            "duty.resumed",
            "duty",
            row.id,
            before={"due_at": before},
            after={**told(row), "event": event, "at": at},
        )

    def _end_pause(self, row: DutyRow, at: datetime, event: str) -> None:
        if row.state != DutyState.PAUSED:
            return
        for pause in self.pauses(row):
            if pause.ends_at is None:
                pause.ends_at, pause.end_event = at, event

    def _add_pause(self, row: DutyRow, **values: Any) -> None:
        plain = {"reason": "", "end_event": "", "actor_id": self._work.actor.account_id}
        pause = DutyPauseRow(duty_id=row.id, actor_name=self._work.actor.name, **{**plain, **values})
        self._work.session.add(pause)
        self.pauses(row).append(pause)

    # --- Another due time --------------------------------------------------------------------

    def restart(self, row: DutyRow, ticket: TicketRow, event: str) -> DutyRow:
        """Do what another severity asks for: a shorter limit begins anew, a longer one counts from the old start.

        A limit that nobody has decided takes none away: a graver case is not owed later than it was.
        """
        rule = self.rule(row)
        if rule is None:
            return row
        figure = self.figures.figure(rule.limit_key(ticket.severity) or "", row.policy_at)
        if figure.text == row.limit:
            row.policy_key, row.policy_line_id = figure.key, figure.line_id
            return row
        if not figure.text and row.limit:
            return row
        old, new = self._ends(row, row.limit), self._ends(row, figure.text)
        if new is not None and (old is None or new < old):
            self.supersede(row, event)
            return self.start(rule, of_ticket(ticket), event, follows=row)
        if row.missed_at is None:
            self.set_limit(row, figure, event)
        return row

    def set_limit(self, row: DutyRow, figure: Figure, event: str) -> None:
        """Count another limit from the old start; a duty that is missed already stays so."""
        before = {"due_at": row.due_at, "limit": row.limit}
        self._take(row, figure)
        if not row.is_promised:
            self._reckon(row, None)
        self._changed(row, before, event)

    def promise(self, row: DutyRow, ticket: TicketRow, event: str) -> None:
        """Take a promised time in place of the limit, or the limit again when there is none."""
        rule = self.rule(row)
        if rule is None or row.missed_at is not None:
            return
        before = {"due_at": row.due_at, "limit": row.limit}
        promised = promised_time(rule, ticket, self._desk.zone)
        if row.state == DutyState.PAUSED and promised is not None:
            self._end_pause(row, self._work.now, event)
            row.state = DutyState.OPEN.value
        row.is_promised = False
        self._reckon(row, promised)
        self._changed(row, before, event)

    def refresh(self, row: DutyRow, event: str) -> bool:
        """Reckon a due time anew with the calendar as it is; tell whether it has moved."""
        before = {"due_at": row.due_at, "is_provisional": row.is_provisional}
        self._reckon(row, None)
        if before == {"due_at": row.due_at, "is_provisional": row.is_provisional}:
            return False
        self._changed(row, before, event)
        return True

    def would_be_due(self, row: DutyRow, text: str) -> datetime | None:
        """Return when the duty would be due under another limit."""
        return row.due_at if row.is_promised else self._ends(row, text)

    def _changed(self, row: DutyRow, before: Mapping[str, Any], event: str) -> None:
        after = {**told(row), "limit": row.limit, "is_provisional": row.is_provisional, "event": event}
        self._work.record("duty.due_changed", "duty", row.id, before=before, after=after)
        self._plan_anew(row)

    def _ends(self, row: DutyRow, text: str) -> datetime | None:
        """Return when a limit would end; None for an undecided one, and where the calendar gives no time."""
        clock = clock_for(row, text, gaps_of(self.pauses(row)), self.figures)
        due = if_reached(clock.due) if clock else None
        return due.at if due else None

    @staticmethod
    def _take(row: DutyRow, figure: Figure) -> None:
        row.policy_key, row.policy_line_id, row.limit = figure.key, figure.line_id, figure.text

    def _reckon(self, row: DutyRow, promised: datetime | None) -> None:
        """Work out the due time, from a promised time if there is one."""
        calendar = self.figures.calendar(row.calendar_department_id)
        row.calendar = calendar.name
        if promised is not None:
            row.due_at, row.is_promised, row.is_provisional = promised, True, False
            return
        if row.is_promised:
            return
        clock = clock_of(row, gaps_of(self.pauses(row)), self.figures)
        row.due_at, row.is_provisional = None, False
        if clock is not None:
            try:
                due = clock.due()
            except InvalidInput as problem:
                # A calendar that gives no time shall hold up no ticket; the duty has no due time, and says so.
                self._work.record("duty.not_reckoned", "duty", row.id, after={"problem": str(problem)})
            else:
                row.due_at, row.is_provisional = due.at, due.is_provisional

    # --- People ------------------------------------------------------------------------------

    def owe(self, row: DutyRow, ticket: TicketRow | None) -> None:
        """Look again who owes a duty."""
        rule = self.rule(row)
        if rule is None:
            return
        before = told(row)["debtor"]
        self._relief.rest(row)
        self.people.charge(row, rule, ticket)
        after = told(row)["debtor"]
        if before != after:
            self._work.record("duty.reassigned", "duty", row.id, before={"debtor": before}, after={"debtor": after})
        self._relief.watch(row, self._work.now)

    def pass_to(self, row: DutyRow, person: Person, gone: str) -> None:
        """Let somebody owe what one owed who leaves the company; ``gone`` is what that one is called."""
        before = told(row)["debtor"]
        self._relief.rest(row)
        self.people.put(row, Found((person,), Reason(by="leaver")))
        after = {"debtor": told(row)["debtor"], "relieved": gone, "at": self._work.now}
        self._work.record("duty.taken_over", "duty", row.id, before={"debtor": before}, after=after)
        self.people.notify(row, (person,), TAKEN_OVER, self._work.now, person=gone)

    def hand_over(self, row: DutyRow, incoming: Person, departments: Collection[UUID]) -> None:
        """Let one who has signed for the post of the debtor owe what belongs to it."""
        self.settle(row)
        self._relief.hand_over(row, incoming, departments)

    def acknowledge(self, row: DutyRow, steps: Sequence[DutyStepRow]) -> None:
        """Take note that somebody knows of an escalation: no further rung, and those concerned are told."""
        now, account_id = self._work.now, self._work.actor.account_id
        for step in steps:
            if account_id and step.receiver_id == account_id and step.acknowledged_at is None:
                step.acknowledged_at = now
        row.acknowledged_at, row.acknowledged_by = now, account_id
        self._work.record("duty.acknowledged", "duty", row.id, after=told(row))
        others = {person.id for answer in self.people.debtors(row, self._work.now) for person in answer.people}
        others |= {step.receiver_id for step in steps if step.receiver_id}
        people = self.people.named(others - {account_id})
        self.people.notify(row, people, ACKNOWLEDGED, now, name=self._work.actor.name)
        self._tell(EventKind.DUTY_ACKNOWLEDGED, row)
        self._plan_anew(row)

    def _tell(self, kind: EventKind, row: DutyRow, **data: object) -> None:
        ticket_id = str(row.ticket_id) if row.ticket_id else ""
        self._work.tell(kind, "duty", row.id, rule=row.rule, ticket=ticket_id, state=row.state, **data)

    # --- What is stored ----------------------------------------------------------------------

    def pauses(self, row: DutyRow) -> list[DutyPauseRow]:
        """Return the gaps of a duty, the oldest first."""
        if row.id not in self._pauses:
            query = select(DutyPauseRow).where(DutyPauseRow.duty_id == row.id).order_by(DutyPauseRow.begins_at)
            self._pauses[row.id] = list(self._work.session.scalars(query))
        return self._pauses[row.id]

    def _codes(self, row: DutyRow) -> set[str]:
        if row.id not in self._passed:
            query = select(DutyStepRow.point).where(DutyStepRow.duty_id == row.id)
            self._passed[row.id] = set(self._work.session.scalars(query))
        return self._passed[row.id]
