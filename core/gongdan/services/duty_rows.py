"""From duty rows to what others may hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from gongdan.domain.duties import DutyKind, DutyState
from gongdan.domain.receivers import Reason, loaded
from gongdan.storage.duties import DutyPauseRow, DutyRow, DutyStepRow


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyView:
    """A duty as it was at one moment; times are aware, UTC."""

    id: UUID
    plugin: str
    #: Name of the rule.
    rule: str
    kind: DutyKind
    #: What is owed, a source text.
    label: str
    #: What it is about: ``ticket``, ``plan_run``, ``custody_loan`` …
    subject_kind: str
    subject_id: UUID
    #: The ticket that it is about, or that its plan belongs to.
    ticket_id: UUID | None
    #: Number, subject and place of the ticket; without one the subject is what it is about, in a few words.
    number: str
    subject: str
    place: str
    round: int
    state: DutyState
    debtor_id: UUID | None
    #: Name of the person, or source text of the role whose holders owe it; empty when nobody does.
    debtor: str
    debtor_role: str
    debtor_department_id: UUID | None
    why: Reason
    start_event: str
    event_at: datetime
    started_at: datetime
    #: None while nobody has decided the limit.
    due_at: datetime | None
    is_provisional: bool
    is_promised: bool
    policy_key: str
    policy_at: datetime
    policy_line_id: UUID | None
    #: As the policy writes it; empty while it is undecided.
    limit: str
    calendar: str
    next_at: datetime | None
    missed_at: datetime | None
    met_at: datetime | None
    ended_at: datetime | None
    end_event: str
    ended_by: str
    reason: str
    follows_id: UUID | None
    acknowledged_at: datetime | None
    #: The limit that the ticket's severity asks for by now, while nobody has decided it and the older one counts.
    undecided_key: str = ""

    @property
    def is_live(self) -> bool:
        """Tell whether somebody owes it."""
        return self.ended_at is None

    @property
    def is_undecided(self) -> bool:
        """Tell whether it has no due time because nobody has decided the limit."""
        return self.due_at is None and not self.limit

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether it is owed and its time has passed, whether or not the miss has been told already."""
        is_past = self.due_at is not None and self.due_at < now and self.state is not DutyState.PAUSED
        return self.is_live and (self.missed_at is not None or is_past)


@dataclass(frozen=True, slots=True)
class PauseView:
    """A gap in a duty's clock."""

    #: ``state``, ``expected`` or ``reopened``.
    kind: str
    state: str
    reason: str
    actor: str
    begins_at: datetime
    ends_at: datetime | None
    #: The longest pause that the policy allows ended it.
    is_capped: bool
    #: The day on which the ticket was expected to go on ended it.
    was_expected: bool = False


@dataclass(frozen=True, slots=True)
class StepView:
    """One person who was told of a duty."""

    #: ``warn:80``, ``due``, ``rung:0`` …
    point: str
    #: Source text.
    label: str
    receiver_id: UUID | None
    receiver: str
    why: Reason
    at: datetime
    acknowledged_at: datetime | None


@dataclass(frozen=True, slots=True)
class Names:
    """What people and tickets are called."""

    people: Mapping[UUID, str]
    roles: Mapping[str, str]
    tickets: Mapping[UUID, tuple[str, str, str]]
    #: By duty, see ``DutyView.undecided_key``.
    undecided: Mapping[UUID, str]


def duty_view(row: DutyRow, names: Names) -> DutyView:
    """Return a snapshot of the row."""
    nothing = ("", "", "")
    number, subject, place = names.tickets.get(row.ticket_id, nothing) if row.ticket_id else nothing
    person = names.people.get(row.debtor_id, "") if row.debtor_id else ""
    return DutyView(
        id=row.id,
        plugin=row.plugin,
        rule=row.rule,
        kind=DutyKind(row.kind),
        label=row.label,
        subject_kind=row.subject_kind,
        subject_id=row.subject_id,
        ticket_id=row.ticket_id,
        number=number,
        subject=subject or row.about,
        place=place,
        round=row.round,
        state=DutyState(row.state),
        debtor_id=row.debtor_id,
        debtor=person or names.roles.get(row.debtor_role, row.debtor_role),
        debtor_role=row.debtor_role,
        debtor_department_id=row.debtor_department_id,
        why=loaded(row.debtor_why),
        start_event=row.start_event,
        event_at=row.event_at,
        started_at=row.started_at,
        due_at=row.due_at,
        is_provisional=row.is_provisional,
        is_promised=row.is_promised,
        policy_key=row.policy_key,
        policy_at=row.policy_at,
        policy_line_id=row.policy_line_id,
        limit=row.limit,
        calendar=row.calendar,
        next_at=row.next_at,
        missed_at=row.missed_at,
        met_at=row.met_at,
        ended_at=row.ended_at,
        end_event=row.end_event,
        ended_by=row.ended_by_name,
        reason=row.reason,
        follows_id=row.follows_id,
        acknowledged_at=row.acknowledged_at,
        undecided_key=names.undecided.get(row.id, ""),
    )


def pause_view(row: DutyPauseRow) -> PauseView:
    """Return a snapshot of a gap."""
    return PauseView(
        row.kind,
        row.state,
        row.reason,
        row.actor_name,
        row.begins_at,
        row.ends_at,
        row.end_event == "cap",
        row.end_event == "expected",
    )


def step_view(row: DutyStepRow, names: Mapping[UUID, str]) -> StepView:
    """Return a snapshot of a step."""
    receiver = names.get(row.receiver_id, "") if row.receiver_id else ""
    why = loaded(row.receiver_why)
    return StepView(row.point, row.label, row.receiver_id, receiver, why, row.at, row.acknowledged_at)


def told(row: DutyRow) -> dict[str, Any]:
    """Return what the journal keeps of a duty."""
    return {
        "rule": row.rule,
        "ticket": row.ticket_id,
        "round": row.round,
        "state": row.state,
        "due_at": row.due_at,
        "debtor": row.debtor_id or row.debtor_role,
    }


def ids(rows: Sequence[DutyRow]) -> list[UUID]:
    """Return the ids of rows."""
    return [row.id for row in rows]
