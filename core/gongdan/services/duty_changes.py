"""From what happens to a ticket to what happens to approvals, plans and duties, in the transaction of its cause."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select

from gongdan.domain.duties import (
    CLOSED,
    MERGED,
    VOID,
    Change,
    Consequence,
    DutyRule,
    DutyState,
    Happening,
    KnownDuty,
    Verb,
    consequences,
)
from gongdan.domain.timers import TimerView
from gongdan.domain.workflow import StateCategory
from gongdan.services.approval_changes import ApprovalChanges
from gongdan.services.duty_keeper import DutyKeeper
from gongdan.services.duty_points import TIMER_KINDS
from gongdan.services.duty_subjects import APPROVAL, PLAN_RUN, of_ticket
from gongdan.services.plan_changes import PlanChanges
from gongdan.services.ticket_facts import facts_from, facts_of
from gongdan.services.timers import Handler
from gongdan.services.work import Work
from gongdan.storage.duties import DutyRow
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

_ENDINGS = {StateCategory.VOID.value: VOID, StateCategory.CLOSED.value: CLOSED}


class DutyChanges:
    """Lets the duties of a ticket follow what happens to it."""

    def __init__(self, desk: "CompanyDesk", work: Work, ticket: TicketRow) -> None:
        self._desk = desk
        self._ticket = ticket
        self._work = work
        self._keeper = DutyKeeper(desk, work)
        self._keeper.people.know(ticket)
        self._rows: list[DutyRow] = []

    def follow(self, change: Change, *, starts: bool = True) -> None:
        """Do what a change asks for; without ``starts`` no new duty begins, as imports want it."""
        rules = self._of_type()
        if change.kind is not Happening.OPENED:
            self._read()
        for row in self._live():
            self._keeper.settle(row)
        at_night = self._is_night() if rules else False
        for rule in rules:
            known = [_known(row) for row in self._rows if row.rule == rule.name]
            for step in consequences(rule, change, known, at_night=at_night):
                if starts or step.verb not in {Verb.START, Verb.RESUME_ROUND, Verb.RESTART}:
                    self._do(rule, step, change.remark)
        self._end_unruled({rule.name for rule in rules}, change)

    def merge(self) -> None:
        """End what is owed about a ticket that goes up in another one."""
        self._read()
        for row in self._live():
            self._keeper.settle(row)
            self._keeper.merge(row)

    def come_back(self) -> None:
        """Owe again what a merge has ended."""
        self._read()
        for row in self._rows:
            if row.end_event == MERGED:
                self._keeper.come_back(row)
                self._pause_if_waiting(row, "")

    def _do(self, rule: DutyRule, step: Consequence, remark: str) -> None:
        if step.verb in {Verb.START, Verb.RESUME_ROUND}:
            self._start(rule, step)
            return
        keeper, row = self._keeper, next(row for row in self._rows if row.id == step.duty_id)
        if row.ended_at is not None:
            return
        match step.verb:
            case Verb.MEET:
                keeper.meet(row, step.event)
            case Verb.CANCEL:
                keeper.cancel(row, step.event)
            case Verb.SUPERSEDE:
                keeper.supersede(row, step.event)
            case Verb.RESTART:
                self._restart(row, step.event)
            case Verb.PROMISE:
                keeper.promise(row, self._ticket, step.event)
            case Verb.OWE:
                keeper.owe(row, self._ticket)
            case Verb.PAUSE:
                keeper.pause(row, self._ticket, remark)
            case _:
                keeper.go_on(row, step.event)

    def _start(self, rule: DutyRule, step: Consequence) -> None:
        before = next((row for row in self._rows if row.id == step.duty_id), None)
        goes_on = step.verb is Verb.RESUME_ROUND
        row = self._keeper.start(rule, of_ticket(self._ticket), step.event, follows=before, goes_on=goes_on)
        self._rows.append(row)
        self._pause_if_waiting(row, "")

    def _restart(self, row: DutyRow, event: str) -> None:
        now = self._keeper.restart(row, self._ticket, event)
        if now is not row:
            self._rows.append(now)
            self._pause_if_waiting(now, "")

    def _pause_if_waiting(self, row: DutyRow, reason: str) -> None:
        rule = self._keeper.rule(row)
        if rule and self._ticket.state_category in rule.pauses_in and row.ended_at is None:
            self._keeper.pause(row, self._ticket, reason)

    def _end_unruled(self, ruled: set[str], change: Change) -> None:
        """End what a plugin that is gone or off has left, once the ticket ends; plans and approvals end their own."""
        ending = _ENDINGS.get(str(change.after["state_category"])) if change.entered("state_category") else None
        for row in self._live():
            if ending and row.rule not in ruled and row.subject_kind not in {PLAN_RUN, APPROVAL}:
                self._keeper.cancel(row, ending)

    def _of_type(self) -> Sequence[DutyRule]:
        declared = self._desk.installation.plugins.catalogue.duty_rules.of(self._desk.enabled)
        return [rule for rule in declared if self._ticket.type in rule.ticket_types]

    def _is_night(self) -> bool:
        calendar = self._keeper.figures.calendar(self._ticket.department_id)
        return not calendar.is_open(self._work.now)

    def _read(self) -> None:
        query = select(DutyRow).where(DutyRow.ticket_id == self._ticket.id).order_by(DutyRow.event_at, DutyRow.id)
        self._rows = list(self._work.session.scalars(query.with_for_update(key_share=True)))

    def _live(self) -> Sequence[DutyRow]:
        return [row for row in self._rows if row.ended_at is None]


def happened(
    desk: "CompanyDesk",
    work: Work,
    ticket: TicketRow,
    kind: Happening,
    *,
    before: Mapping[str, Any] | None = None,
    move: str = "",
    remark: str = "",
    starts: bool = True,
) -> None:
    """Let approvals, plans, duties and forms of a ticket follow what has happened to it.

    ``before`` is what ``values_of`` gave then; without ``starts`` nothing begins, as imports want it.
    """
    types = desk.installation.plugins.catalogue.ticket_types
    ticket_type = types.get(ticket.type)
    was = facts_from(before, ticket_type) if before is not None else {}
    change = Change(kind=kind, before=was, after=facts_of(ticket, ticket_type), move=move, remark=remark)
    ApprovalChanges(desk, work, ticket).follow(change, starts=starts)
    PlanChanges(desk, work, ticket).follow(change, starts=starts)
    DutyChanges(desk, work, ticket).follow(change, starts=starts)
    if kind is not Happening.OPENED:
        desk.forms.follow(work, ticket, move if starts else "")


def merged(desk: "CompanyDesk", work: Work, ticket: TicketRow) -> None:
    """Let approvals, plans and duties rest of a ticket that goes up in another one."""
    ApprovalChanges(desk, work, ticket).merge()
    PlanChanges(desk, work, ticket).merge()
    DutyChanges(desk, work, ticket).merge()


def came_back(desk: "CompanyDesk", work: Work, ticket: TicketRow) -> None:
    """Let plans and duties go on that a merge has ended."""
    PlanChanges(desk, work, ticket).come_back()
    DutyChanges(desk, work, ticket).come_back()


def _known(row: DutyRow) -> KnownDuty:
    return KnownDuty(id=row.id, round=row.round, state=DutyState(row.state), is_live=row.ended_at is None)


def _look(desk: "CompanyDesk", work: Work, timer: TimerView) -> None:
    """Do what is to be done about a duty by now; a timer that the duty has left behind finds nothing."""
    query = select(DutyRow).where(DutyRow.id == UUID(str(timer.payload["duty"])))
    row = work.session.scalars(query.with_for_update(key_share=True)).one_or_none()
    if row is not None and row.timer == timer.payload["timer"]:
        DutyKeeper(desk, work).settle(row, max(work.now, timer.due_at))


#: What the executor does with the timers of duties.
HANDLERS: Mapping[str, Handler] = dict.fromkeys(TIMER_KINDS, _look)
