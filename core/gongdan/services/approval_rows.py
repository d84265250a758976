"""From approval rows to what others may hold, and to what the rules of a chain ask for."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.approvals import (
    ApprovalState,
    Chain,
    ChainStep,
    Given,
    Outcome,
    Standing,
    StepOrder,
    effective,
    standing,
)
from gongdan.domain.receivers import Reason, loaded
from gongdan.storage.approvals import ApprovalRow, ApprovalSeatRow, ApprovalStepRow, DecisionRow

Part = TypeVar("Part", ApprovalStepRow, ApprovalSeatRow, DecisionRow)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionView:
    """What somebody decided; times are aware, UTC."""

    id: UUID
    number: int
    place: int
    #: In whose seat.
    account_id: UUID
    name: str
    decided_by: UUID | None
    decided_by_name: str
    outcome: Outcome
    reason: str
    decided_at: datetime
    is_deputy: bool
    is_spoken: bool
    spoken_at: datetime | None
    spoken_channel: str
    reverses_id: UUID | None
    confirms_id: UUID | None
    #: A later one has taken its place.
    is_reversed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalStepView:
    """One signature of a chain."""

    place: int
    #: Source text.
    label: str
    people: tuple[tuple[UUID, str], ...]
    quorum: int
    needed: int
    why: Reason
    is_beyond: bool
    #: None while it is not decided.
    outcome: Outcome | None
    #: It is its turn.
    is_waiting: bool
    #: Those who have not answered yet, while it is its turn.
    awaited: tuple[str, ...]
    decisions: tuple[DecisionView, ...]
    duty_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalView:
    """An approval as it was at one moment; times are aware, UTC."""

    id: UUID
    plugin: str
    #: Name of the rule.
    rule: str
    #: What is approved, a source text.
    label: str
    subject_kind: str
    subject_id: UUID
    #: What people call what it is about.
    subject: str
    ticket_id: UUID | None
    round: int
    state: ApprovalState
    order: StepOrder
    amount: Decimal | None
    values: Mapping[str, Any]
    figures: Sequence[Mapping[str, Any]]
    policy_at: datetime
    asked_by: UUID | None
    asked_by_name: str
    asked_at: datetime
    event: str
    reason: str
    follows_id: UUID | None
    used_at: datetime | None
    used_by: str
    reminded_at: datetime | None
    ended_at: datetime | None
    end_event: str
    end_values: Mapping[str, Any]
    steps: tuple[ApprovalStepView, ...]
    decisions: tuple[DecisionView, ...]
    clauses: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Tell whether somebody is still asked, for a decision or for a confirmation."""
        return self.ended_at is None

    @property
    def awaited(self) -> tuple[str, ...]:
        """Return the names of those whose answer it waits for."""
        if self.state is ApprovalState.SPOKEN:
            return tuple(each.name for each in self.decisions if each.is_spoken and not each.is_reversed)
        return tuple(dict.fromkeys(name for step in self.steps for name in step.awaited))


@dataclass(slots=True)
class ApprovalFile:
    """An approval's rows, inside a running transaction."""

    row: ApprovalRow
    steps: list[ApprovalStepRow]
    seats: list[ApprovalSeatRow]
    decisions: list[DecisionRow]

    @property
    def chain(self) -> Chain:
        """Return the chain as the rules see it."""
        return Chain(tuple(map(self.chain_step, self.steps)), StepOrder(self.row.order))

    @property
    def given(self) -> tuple[Given, ...]:
        """Return the decisions as the rules see them, the earliest first."""
        return tuple(map(_given, self.decisions))

    @property
    def standing(self) -> Standing:
        """Return what the decisions have come to."""
        return standing(self.chain, self.given)

    def people(self, place: int) -> Mapping[UUID, str]:
        """Return who sits at a step."""
        return {seat.account_id: seat.name for seat in self.seats if seat.place == place}

    def chain_step(self, step: ApprovalStepRow) -> ChainStep:
        """Return a step as the rules see it."""
        return ChainStep(step.place, frozenset(self.people(step.place)), step.quorum)

    def awaited(self, place: int) -> Mapping[UUID, str]:
        """Return who sits at a step and has not answered."""
        answered = {each.person for each in effective(self.given) if each.place == place}
        return {person: name for person, name in self.people(place).items() if person not in answered}

    @property
    def spoken(self) -> DecisionRow | None:
        """Return the consent by word of mouth that waits for its confirmation."""
        counted = {each.id for each in effective(self.given) if each.is_spoken}
        confirmed = {each.confirms_id for each in self.decisions}
        return next((each for each in self.decisions if each.id in counted - confirmed), None)


def read_files(session: Session, rows: Sequence[ApprovalRow]) -> list[ApprovalFile]:
    """Return approvals with everything that hangs on them, in the order of the rows."""
    ids = [row.id for row in rows]
    steps = _parts(session, ApprovalStepRow, ids, ApprovalStepRow.place)
    seats = _parts(session, ApprovalSeatRow, ids, ApprovalSeatRow.name)
    decisions = _parts(session, DecisionRow, ids, DecisionRow.number)
    return [ApprovalFile(row, steps.get(row.id, []), seats.get(row.id, []), decisions.get(row.id, [])) for row in rows]


def _parts(session: Session, model: type[Part], ids: Collection[UUID], order: Any) -> dict[UUID, list[Part]]:
    if not ids:
        return {}
    found = session.scalars(select(model).where(model.approval_id.in_(ids)).order_by(model.approval_id, order)).all()
    return {key: list(parts) for key, parts in groupby(found, key=lambda part: part.approval_id)}


def approval_view(file: ApprovalFile, clauses: tuple[str, ...] = ()) -> ApprovalView:
    """Return a snapshot."""
    row = file.row
    decisions = _decision_views(file)
    return ApprovalView(
        id=row.id,
        plugin=row.plugin,
        rule=row.rule,
        label=row.label,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        subject=row.subject_label,
        ticket_id=row.ticket_id,
        round=row.round,
        state=ApprovalState(row.state),
        order=StepOrder(row.order),
        amount=row.amount,
        values=dict(row.values),
        figures=tuple(row.figures),
        policy_at=row.policy_at,
        asked_by=row.asked_by,
        asked_by_name=row.asked_by_name,
        asked_at=row.asked_at,
        event=row.event,
        reason=row.reason,
        follows_id=row.follows_id,
        used_at=row.used_at,
        used_by=row.used_by,
        reminded_at=row.reminded_at,
        ended_at=row.ended_at,
        end_event=row.end_event,
        end_values=dict(row.end_values),
        steps=_step_views(file, decisions),
        decisions=decisions,
        clauses=clauses,
    )


def _step_views(file: ApprovalFile, decisions: Sequence[DecisionView]) -> tuple[ApprovalStepView, ...]:
    is_open = file.row.state == ApprovalState.OPEN
    waiting = file.standing.waiting if is_open else ()
    return tuple(
        ApprovalStepView(
            place=step.place,
            label=step.label,
            people=tuple(file.people(step.place).items()),
            quorum=step.quorum,
            needed=file.chain_step(step).needed,
            why=loaded(step.why),
            is_beyond=step.is_beyond,
            outcome=_outcome(file, step),
            is_waiting=step.place in waiting,
            awaited=tuple(file.awaited(step.place).values()) if step.place in waiting else (),
            decisions=tuple(each for each in decisions if each.place == step.place),
            duty_id=step.duty_id,
        )
        for step in file.steps
    )


def _outcome(file: ApprovalFile, step: ApprovalStepRow) -> Outcome | None:
    counted = effective(file.given)
    votes = {each.person: each.outcome for each in counted if each.place == step.place and not each.is_spoken}
    return file.chain_step(step).outcome(votes)


def _decision_views(file: ApprovalFile) -> tuple[DecisionView, ...]:
    reversed_ones = {each.reverses_id for each in file.decisions}
    return tuple(
        DecisionView(
            id=row.id,
            number=row.number,
            place=row.place,
            account_id=row.account_id,
            name=row.name,
            decided_by=row.decided_by,
            decided_by_name=row.decided_by_name,
            outcome=Outcome(row.outcome),
            reason=row.reason,
            decided_at=row.decided_at,
            is_deputy=row.is_deputy,
            is_spoken=row.is_spoken,
            spoken_at=row.spoken_at,
            spoken_channel=row.spoken_channel,
            reverses_id=row.reverses_id,
            confirms_id=row.confirms_id,
            is_reversed=row.id in reversed_ones,
        )
        for row in file.decisions
    )


def _given(row: DecisionRow) -> Given:
    return Given(
        id=row.id,
        place=row.place,
        person=row.account_id,
        outcome=Outcome(row.outcome),
        reverses=row.reverses_id,
        is_spoken=row.is_spoken,
        confirms=row.confirms_id,
    )


def told(row: ApprovalRow) -> dict[str, Any]:
    """Return what the journal keeps of an approval."""
    return {
        "rule": row.rule,
        "subject_kind": row.subject_kind,
        "subject": row.subject_id,
        "ticket": row.ticket_id,
        "state": row.state,
        "values": row.values,
    }
