"""Keeping approvals: everything that happens to one inside a transaction, whether a person or a ticket brings it about.

The row is locked by whoever touches it; what it has come to is worked out anew from its chain and its decisions each
time. Decisions are only added.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from sqlalchemy import select
from uuid6 import uuid7

from gongdan.domain.approvals import OF_STEP, SPOKEN_STEP, ApprovalRule, ApprovalState, Outcome, values_of
from gongdan.domain.events import EventKind
from gongdan.errors import MoveRefused, Refusal
from gongdan.services.approval_chains import NOBODY, Built, BuiltStep, Chains
from gongdan.services.approval_notices import ASKED, CONFIRM, ENDED, LAPSED, NOT_CONFIRMED, ApprovalNotices
from gongdan.services.approval_rows import ApprovalFile, read_files, told
from gongdan.services.approval_subjects import ApprovalSubject
from gongdan.services.duty_keeper import DutyKeeper
from gongdan.services.duty_subjects import APPROVAL, Subject
from gongdan.services.work import Work
from gongdan.storage.approvals import ApprovalRow, ApprovalSeatRow, ApprovalStepRow, DecisionRow
from gongdan.storage.duties import DutyRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Why an approval ends without a decision.
CHANGED: Final = "changed"
MOVED_ON: Final = "moved_on"
REOPENED: Final = "reopened"
WITHDRAWN: Final = "withdrawn"
#: What starts one that is asked for by hand.
BY_HAND: Final = "by_hand"
_DECIDED, _LAPSED, _SPOKEN = "decided", "approval_lapsed", "spoken"
ASK: Final = msg("申请审批")


class ApprovalKeeper:
    """Keeps the approvals that one transaction touches."""

    def __init__(self, desk: "CompanyDesk", work: Work) -> None:
        self._desk = desk
        self._work = work
        self._rules = desk.installation.plugins.catalogue.approval_rules
        self._duties = DutyKeeper(desk, work)
        self.notices = ApprovalNotices(work, self._duties.figures)
        self.chains = Chains(self._duties.figures, work.now)

    # --- Asking ------------------------------------------------------------------------------

    def ask(
        self,
        rule: ApprovalRule,
        about: ApprovalSubject,
        *,
        event: str = BY_HAND,
        reason: str = "",
    ) -> ApprovalFile:
        """Ask for an approval, with the chain of this moment; raises ``MoveRefused`` when nobody could decide."""
        built = self.chains.build(rule, about, self._work.actor.account_id)
        if lacking := [step.label for step in built.steps if not step.people]:
            refusal = Refusal("nobody", NOBODY, rule.clauses, params={"step": lacking[0]})
            raise MoveRefused(ASK, (refusal,))
        row = self._row(rule, about, built)
        row.event, row.reason, row.follows_id = event, reason, self._latest(rule, about)
        self._work.session.add(row)
        self._work.session.flush()
        file = ApprovalFile(row, *_parts(row, built.steps), [])
        self._work.session.add_all([*file.steps, *file.seats])
        self._work.session.flush()
        chain = [{"step": step.label, "people": [one.name for one in step.people]} for step in built.steps]
        self._work.record(
            "approval.asked", "approval", row.id, after={**told(row), "event": event, "reason": reason, "chain": chain}
        )
        self._work.tell(EventKind.APPROVAL_ASKED, "approval", row.id, **_plain(row))
        self._ask_waiting(file)
        return file

    def _latest(self, rule: ApprovalRule, about: ApprovalSubject) -> UUID | None:
        """Return the approval that was asked for before."""
        query = select(ApprovalRow.id).where(ApprovalRow.subject_id == about.id, ApprovalRow.rule == rule.name)
        return self._work.session.scalar(query.order_by(ApprovalRow.asked_at.desc(), ApprovalRow.id.desc()).limit(1))

    def _row(self, rule: ApprovalRule, about: ApprovalSubject, built: Built) -> ApprovalRow:
        actor = self._work.actor
        return ApprovalRow(
            id=uuid7(),
            plugin=self._rules.plugin_of(rule.name),
            rule=rule.name,
            label=rule.label,
            subject_kind=about.kind,
            subject_id=about.id,
            subject_label=about.label,
            ticket_id=about.ticket.id if about.ticket else None,
            round=about.round,
            department_id=about.department_id,
            state=ApprovalState.OPEN.value,
            order=rule.order.value,
            amount=built.amount,
            values=values_of(rule, about.facts),
            figures=[dict(figure) for figure in built.figures],
            policy_at=self._work.now,
            asked_by=actor.account_id,
            asked_by_name=actor.name,
            asked_at=self._work.now,
            used_by="",
            end_event="",
            end_values={},
        )

    # --- Deciding ----------------------------------------------------------------------------

    def decide(self, file: ApprovalFile, decision: DecisionRow) -> None:
        """Add a decision, and let everything follow from it."""
        row, before = file.row, file.row.state
        decision.id, decision.approval_id = uuid7(), row.id
        decision.number = len(file.decisions) + 1
        decision.decided_by, decision.decided_by_name = self._work.actor.account_id, self._work.actor.name
        decision.decided_at = self._work.now
        self._work.session.add(decision)
        self._work.session.flush()
        file.decisions.append(decision)
        standing = file.standing
        row.state = standing.state.value
        self._work.record(
            _act(decision), "approval", row.id, before={"state": before}, after={**told(row), **_told_of(decision)}
        )
        self._work.tell(EventKind.APPROVAL_DECIDED, "approval", row.id, **_plain(row), outcome=decision.outcome)
        self._settle_steps(file)
        self._end_or_go_on(file, decision)

    def _settle_steps(self, file: ApprovalFile) -> None:
        """End the duties of steps that nobody is asked for any more."""
        waiting = file.standing.waiting
        for step in file.steps:
            if step.place not in waiting and (duty := self._live_duty(step.duty_id)):
                has_answered = any(each.place == step.place for each in file.decisions)
                self._duties.settle(duty)
                (self._duties.meet if has_answered else self._duties.cancel)(duty, _DECIDED)

    def _end_or_go_on(self, file: ApprovalFile, decision: DecisionRow) -> None:
        row, state = file.row, ApprovalState(file.row.state)
        if state is ApprovalState.OPEN:
            row.ended_at = None
            self._ask_waiting(file)
            return
        if state is ApprovalState.SPOKEN:
            self._ask_to_confirm(file, decision)
            return
        row.ended_at = self._work.now
        if duty := self._live_duty(row.duty_id):
            self._duties.settle(duty)
            self._duties.meet(duty, _DECIDED)
        is_unconfirmed = decision.confirms_id is not None and state is not ApprovalState.APPROVED
        self.notices.to_asker(row, NOT_CONFIRMED if is_unconfirmed else ENDED, self._last_duty(file), by=decision)

    def _ask_waiting(self, file: ApprovalFile) -> None:
        """Let those owe an answer whose turn it is, and tell them."""
        for step in file.steps:
            if step.place in file.standing.waiting and self._live_duty(step.duty_id) is None:
                people = file.people(step.place)
                duty = self._start(file.row, str(step.of_rule), people)
                step.duty_id = duty.id if duty else None
                self.notices.to(file.row, people, ASKED, step.duty_id)

    def _ask_to_confirm(self, file: ApprovalFile, decision: DecisionRow) -> None:
        row, people = file.row, {decision.account_id: decision.name}
        duty = self._start(row, SPOKEN_STEP, people)
        row.duty_id = duty.id if duty else None
        self.notices.to(row, people, CONFIRM, row.duty_id)

    def _start(self, row: ApprovalRow, place: str, people: Mapping[UUID, str]) -> DutyRow | None:
        rule = self._desk.installation.plugins.catalogue.rule_of_duty(f"{row.rule}{OF_STEP}{place}")
        if rule is None:
            return None
        about = Subject(
            kind=APPROVAL,
            id=row.id,
            ticket=self._ticket(row),
            round=row.round,
            policy_at=self._work.now,
            department_id=row.department_id,
            about=row.subject_label,
            debtor_id=next(iter(people)) if len(people) == 1 else None,
        )
        duty = self._duties.start(rule, about, "approval_asked" if place != SPOKEN_STEP else _SPOKEN)
        self._work.session.flush()
        return duty

    # --- Ending otherwise --------------------------------------------------------------------

    def lapse(self, file: ApprovalFile, event: str, values: Mapping[str, Any] | None = None) -> None:
        """End an approval that no longer speaks of what is to be done; ``values``: what the changed fields are now."""
        row, before = file.row, file.row.state
        awaited = {person: name for place in self._waiting(file) for person, name in file.awaited(place).items()}
        row.state = (ApprovalState.WITHDRAWN if event == WITHDRAWN else ApprovalState.LAPSED).value
        row.ended_at, row.end_event, row.end_values = self._work.now, event, dict(values or {})
        self._end_duties(file)
        self._work.record(
            "approval.withdrawn" if event == WITHDRAWN else "approval.lapsed",
            "approval",
            row.id,
            before={"state": before},
            after={**told(row), "event": event, "now": row.end_values},
        )
        self._work.tell(EventKind.APPROVAL_LAPSED, "approval", row.id, **_plain(row))
        self.notices.to(row, awaited, LAPSED, self._last_duty(file))
        if event != WITHDRAWN:
            self.notices.to_asker(row, LAPSED, self._last_duty(file))

    def use(self, row: ApprovalRow, act: str) -> None:
        """Write down that what an approval guards has been done."""
        if row.used_at is None:
            row.used_at, row.used_by = self._work.now, act
            self._work.record("approval.used", "approval", row.id, after={**told(row), "move": act})

    def _waiting(self, file: ApprovalFile) -> Sequence[int]:
        return file.standing.waiting if file.row.state == ApprovalState.OPEN else ()

    def _end_duties(self, file: ApprovalFile) -> None:
        for duty_id in (*(step.duty_id for step in file.steps), file.row.duty_id):
            if duty := self._live_duty(duty_id):
                self._duties.settle(duty)
                self._duties.cancel(duty, _LAPSED)

    # --- What is stored ----------------------------------------------------------------------

    def file(self, row: ApprovalRow) -> ApprovalFile:
        """Return an approval with everything that hangs on it."""
        return read_files(self._work.session, [row])[0]

    def locked(self, *only: Any) -> Iterable[ApprovalFile]:
        """Return the approvals that meet some conditions, locked, the earliest first."""
        query = select(ApprovalRow).where(*only).order_by(ApprovalRow.asked_at, ApprovalRow.id)
        rows = self._work.session.scalars(
            query.with_for_update(key_share=True).execution_options(populate_existing=True)
        )
        return read_files(self._work.session, rows.all())

    def rule(self, row: ApprovalRow) -> ApprovalRule | None:
        """Return the rule of an approval; None when its plugin is no longer installed."""
        return self._rules.get(row.rule)

    def _ticket(self, row: ApprovalRow) -> TicketRow | None:
        if row.ticket_id is None:
            return None
        return self._work.session.scalars(select(TicketRow).where(TicketRow.id == row.ticket_id)).one()

    def _live_duty(self, duty_id: UUID | None) -> DutyRow | None:
        if duty_id is None:
            return None
        query = select(DutyRow).where(DutyRow.id == duty_id).with_for_update(key_share=True)
        duty = self._work.session.scalars(query).one()
        return duty if duty.ended_at is None else None

    @staticmethod
    def _last_duty(file: ApprovalFile) -> UUID | None:
        return next((step.duty_id for step in reversed(file.steps) if step.duty_id), None)


def _parts(row: ApprovalRow, steps: Sequence[BuiltStep]) -> tuple[list[ApprovalStepRow], list[ApprovalSeatRow]]:
    listed = list(enumerate(steps, 1))
    made = [
        ApprovalStepRow(
            id=uuid7(),
            approval_id=row.id,
            place=place,
            of_rule=step.of_rule,
            label=step.label,
            quorum=step.quorum,
            why=step.why.stored(),
            is_beyond=step.is_beyond,
        )
        for place, step in listed
    ]
    seats = [
        ApprovalSeatRow(approval_id=row.id, place=place, account_id=person.id, name=person.name)
        for place, step in listed
        for person in step.people
    ]
    return made, seats


def _act(decision: DecisionRow) -> str:
    if decision.is_spoken:
        return "approval.spoken"
    if decision.confirms_id:
        return "approval.confirmed"
    return "approval.reversed" if decision.reverses_id else "approval.decided"


def _told_of(decision: DecisionRow) -> dict[str, Any]:
    return {
        "decision": decision.id,
        "step": decision.place,
        "outcome": Outcome(decision.outcome).value,
        "reason": decision.reason,
        "for": decision.name,
        "is_deputy": decision.is_deputy,
        "spoken_at": decision.spoken_at,
        "channel": decision.spoken_channel,
        "reverses": decision.reverses_id,
        "confirms": decision.confirms_id,
    }


def _plain(row: ApprovalRow) -> dict[str, Any]:
    return {
        "rule": row.rule,
        "about": row.subject_kind,
        "about_id": str(row.subject_id),
        "ticket": str(row.ticket_id) if row.ticket_id else "",
        "state": row.state,
    }
