"""Decisions on approvals: made, reversed by a second one, and consent by word of mouth that is confirmed later."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.approvals import DECIDER, Outcome, StepOrder, effective
from gongdan.domain.folding import is_blank
from gongdan.errors import FieldProblem, InvalidInput, MoveRefused, NotFound, Refusal
from gongdan.services.approval_changes import stands_for
from gongdan.services.approval_keeper import ApprovalKeeper
from gongdan.services.approval_rows import ApprovalFile, ApprovalView
from gongdan.services.approval_seats import WAITING, Seat, Seats
from gongdan.services.approval_subjects import ApprovalSubject
from gongdan.services.approval_words import SPOKEN_CHANNELS, decided
from gongdan.services.work import Work
from gongdan.storage.approvals import ApprovalRow, DecisionRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.domain.approvals import ApprovalRule
    from gongdan.services.desk import CompanyDesk

#: Longest reason, in characters.
LONGEST_REASON = 1000

_DECIDE, _REVERSE, _SPEAK = msg("审批"), msg("撤销决定"), msg("登记口头同意")


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """Consent by word of mouth that somebody writes down."""

    #: Who gave it.
    account_id: UUID
    #: When; aware.
    at: datetime
    #: One of ``SPOKEN_CHANNELS``.
    channel: str
    #: What was asked and consented to.
    words: str


class Decisions:
    """Use cases around decisions; none is ever edited."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def decide(self, approval_id: UUID, outcome: Outcome, reason: str = "") -> ApprovalView:
        """Decide in one's own seat, or in that of somebody whose deputy one is; a spoken consent is confirmed so.

        A refusal and a return need a reason. Raises ``InvalidInput``, ``NotFound``, and ``MoveRefused`` with the reason
        why the actor cannot decide: it has ended, he has decided already, it is not his turn, he has no right to.
        """
        check_words(reason, required=outcome is not Outcome.APPROVE)
        with self._desk.working() as work:
            keeper, file = self._desk.approvals.locked(work, approval_id)
            seats = Seats(self._desk, work.session)
            own = seats.now(file)
            if not own:
                raise MoveRefused(_DECIDE, (seats.no_seat(file),))
            spoken = file.spoken if file.row.state in WAITING else None
            keeper.decide(file, _decision(own[0], outcome, reason, confirms=spoken))
            return self._desk.approvals.view(file)

    def reverse(self, approval_id: UUID, decision_id: UUID, outcome: Outcome, reason: str) -> ApprovalView:
        """Take a decision back by a second one that names it, while nothing has followed that cannot be undone.

        Raises ``InvalidInput`` without a reason, ``NotFound``, and ``MoveRefused`` that names what has followed.
        """
        check_words(reason, required=True)
        with self._desk.working() as work:
            keeper, file = self._desk.approvals.locked(work, approval_id)
            first = next((each for each in file.decisions if each.id == decision_id), None)
            if first is None:
                raise NotFound("decision", str(decision_id))
            if refusals := self._stays(work.session, file, first, outcome):
                raise MoveRefused(_REVERSE, refusals)
            seat = Seat(first.place, first.account_id, first.name, work.actor.account_id != first.account_id)
            keeper.decide(file, _decision(seat, outcome, reason, reverses=first))
            return self._desk.approvals.view(file)

    def may_reverse(self, approval: ApprovalView, decision_id: UUID) -> bool:
        """Tell whether the actor could reverse a decision now."""
        with self._desk.reading() as session:
            file = self._desk.approvals.file(session, approval.id)
            first = next((each for each in file.decisions if each.id == decision_id), None)
            return first is not None and not self._stays(session, file, first, None)

    def speak(self, ticket_id: UUID, rule_name: str, version: int, spoken: Spoken) -> ApprovalView:
        """Write down that somebody has consented by word of mouth: what it guards may be done at once.

        He owes a confirmation within the time that the policy gives. Raises what ``Approvals.ask`` raises, and
        ``MoveRefused`` for a rule that knows no such consent and for somebody who could not give it.
        """
        self._desk.require("approval.ask")
        self._check_spoken(spoken)
        with self._desk.working() as work:
            rule, about = self._desk.approvals.ticket_subject(work, ticket_id, rule_name, version)
            if not rule.word_of_mouth:
                raise MoveRefused(_SPEAK, (Refusal("spoken", msg("这项审批不能口头同意"), rule.clauses),))
            keeper, file = self._to_speak_of(work, rule, about, spoken)
            place = file.steps[-1].place
            people = file.people(place)
            if spoken.account_id not in people:
                params = {"people": tuple(people.values())}
                refusal = Refusal("no_right", msg("这项审批由{people}决定"), rule.clauses, "account", params)
                raise MoveRefused(_SPEAK, (refusal,))
            seat = Seat(place, spoken.account_id, people[spoken.account_id])
            keeper.decide(file, _decision(seat, Outcome.APPROVE, spoken.words, spoken=spoken))
            return self._desk.approvals.view(file)

    def _to_speak_of(
        self, work: Work, rule: "ApprovalRule", about: ApprovalSubject, spoken: Spoken
    ) -> tuple[ApprovalKeeper, ApprovalFile]:
        """Return the approval that is asked for already, else a new one."""
        keeper = ApprovalKeeper(self._desk, work)
        open_ones = keeper.locked(
            ApprovalRow.subject_id == about.id, ApprovalRow.rule == rule.name, ApprovalRow.ended_at.is_(None)
        )
        file = next((each for each in open_ones if stands_for(each.row, about) and each.spoken is None), None)
        return keeper, file or self._desk.approvals.asked_anew(keeper, rule, about, spoken.words.strip())

    def _check_spoken(self, spoken: Spoken) -> None:
        problems = []
        if spoken.channel not in SPOKEN_CHANNELS:
            problems.append(FieldProblem("channel", spoken.channel, msg("不是可选的值"), label=msg("方式")))
        if spoken.at > self._desk.installation.clock():
            problems.append(FieldProblem("spoken_at", "", msg("不能晚于现在"), label=msg("同意时间")))
        if problems:
            raise InvalidInput(tuple(problems))
        check_words(spoken.words, required=True)

    # --- Whether a decision stays ------------------------------------------------------------

    def _stays(
        self, session: Session, file: ApprovalFile, first: DecisionRow, outcome: Outcome | None
    ) -> tuple[Refusal, ...]:
        """Return why a decision cannot be reversed: who asks, how it stands, what has followed."""
        if not self._is_his(file, first):
            params = {"person": first.decided_by_name}
            return (Refusal("no_right", msg("只有{person}能撤销自己的决定"), params=params),)
        if first.id not in {each.id for each in effective(file.given)}:
            return (Refusal("reversed", msg("这个决定已经被撤销")),)
        if first.is_spoken or first.confirms_id:
            return (Refusal("spoken", msg("口头同意及其补签不能撤销")),)
        if first.outcome == outcome:
            return (Refusal("same", msg("与原来的决定相同"), field="outcome"),)
        return self._followed(session, file, first)

    def _is_his(self, file: ApprovalFile, first: DecisionRow) -> bool:
        rule = self._desk.installation.plugins.catalogue.approval_rules.get(file.row.rule)
        allowed, actor = rule.reversed_by if rule else (), self._desk.actor
        is_decider = actor.account_id is not None and actor.account_id in {first.decided_by, first.account_id}
        return (DECIDER in allowed and is_decider) or bool(actor.roles & set(allowed))

    def _followed(self, session: Session, file: ApprovalFile, first: DecisionRow) -> tuple[Refusal, ...]:
        """Return what has followed a decision so that it cannot be undone any more."""
        row = file.row
        if row.used_at is not None:
            at = f"{row.used_at.astimezone(self._desk.zone):%Y-%m-%d %H:%M}"
            params = {"act": self._desk.approvals.act_label(row), "at": at}
            return (Refusal("used", msg("已于{at}据此办理“{act}”，不能再撤销"), params=params),)
        if row.end_event:
            return (Seats(self._desk, session).not_open(file),)
        counted = {each.id for each in effective(file.given)}
        later = [each for each in file.decisions if each.place > first.place and each.id in counted]
        if row.order == StepOrder.SEQUENCE and later:
            return (decided(later[-1], self._desk.zone),)
        after = select(ApprovalRow.id).where(ApprovalRow.follows_id == row.id).limit(1)
        return (Refusal("anew", msg("之后已重新申请")),) if session.scalar(after) else ()


def _decision(
    seat: Seat,
    outcome: Outcome,
    reason: str,
    *,
    reverses: DecisionRow | None = None,
    confirms: DecisionRow | None = None,
    spoken: Spoken | None = None,
) -> DecisionRow:
    return DecisionRow(
        place=seat.place,
        account_id=seat.account_id,
        name=seat.name,
        outcome=outcome.value,
        reason=reason.strip(),
        is_deputy=seat.is_deputy,
        is_spoken=spoken is not None,
        spoken_at=spoken.at if spoken else None,
        spoken_channel=spoken.channel if spoken else "",
        reverses_id=reverses.id if reverses else None,
        confirms_id=confirms.id if confirms else None,
    )


def check_words(given: str, *, required: bool) -> None:
    """Raise ``InvalidInput`` for a reason that is missing or too long."""
    if required and is_blank(given):
        problem = FieldProblem("reason", "", msg("必须填写"), msg("请用一两句话写明"), label=msg("理由"))
    elif len(given.strip()) > LONGEST_REASON:
        rule, params = msg("最多 {max_length} 个字符"), {"max_length": LONGEST_REASON}
        problem = FieldProblem("reason", given[:40], rule, params=params, label=msg("理由"))
    else:
        return
    raise InvalidInput((problem,))
