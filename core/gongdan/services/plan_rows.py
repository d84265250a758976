"""From the rows of plans to what others may hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from gongdan.domain.duties import DutyKind, DutyState
from gongdan.domain.plans import PlanState, RunState
from gongdan.storage.duties import DutyRow
from gongdan.storage.plans import PlanRow, PlanRunRow, PlanTargetRow

_STATES: Mapping[str, RunState] = {
    DutyState.OPEN.value: RunState.OPEN,
    DutyState.PAUSED.value: RunState.OPEN,
    DutyState.DONE.value: RunState.DONE,
    DutyState.LATE.value: RunState.LATE,
    DutyState.MISSED.value: RunState.MISSED,
    DutyState.WAIVED.value: RunState.WAIVED,
}


class About(NamedTuple):
    """The ticket of a plan; empty for a plan of the company."""

    number: str = ""
    subject: str = ""
    place: str = ""


class Around(NamedTuple):
    """What is known around a run: its ticket, who owes it, how many things there are and how many are done."""

    about: About
    debtor: str
    size: int = 0
    done: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanView:
    """A plan as it was at one moment; times are aware, UTC, days are days of the company."""

    id: UUID
    plugin: str
    #: Name of the rule.
    rule: str
    kind: DutyKind
    #: What is done each time, a source text.
    label: str
    ticket_id: UUID | None
    #: Number, subject and place of the ticket; empty for a plan of the company.
    number: str
    subject: str
    place: str
    state: PlanState
    anchor_at: datetime
    #: What set the anchor: ``plugin_enabled``, ``opened``, ``move:…``, ``state:…``, ``field:…``.
    anchor_event: str
    #: The next planned day; None while something is undecided, after the end, and when nobody may know it.
    next_on: date | None
    #: The next day is drawn by lot and kept secret until it comes.
    is_unannounced: bool
    #: Source texts of the policy keys that nobody has decided; while there are any no run is made.
    undecided: tuple[str, ...]
    #: How many runs it has had, how many are owed, and how many of these have passed their time.
    runs: int
    live: int
    overdue: int
    begun_at: datetime
    ended_at: datetime | None
    #: ``finished``, ``plugin_disabled``, ``void``, ``closed``, ``merged``, ``by_hand``, or what of the ticket ended it.
    end_event: str
    ended_by: str
    reason: str
    clauses: tuple[str, ...]

    @property
    def is_running(self) -> bool:
        """Tell whether runs go on being made."""
        return self.state is PlanState.RUNNING


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A run of a plan as it was at one moment; times are aware, UTC, days are days of the company."""

    id: UUID
    plan_id: UUID
    #: Name and source text of the rule.
    rule: str
    label: str
    kind: DutyKind
    #: Which run of its plan it is, from 1.
    number: int
    ticket_id: UUID | None
    #: Number, subject and place of the ticket; empty for a plan of the company.
    ticket_number: str
    subject: str
    place: str
    state: RunState
    #: The day that the recurrence gives, and the day in its place if the desk does not open then.
    nominal_on: date
    planned_for: date
    #: Planned days that were merged into this run.
    stands_for: tuple[date, ...]
    begins_at: datetime
    #: The hours in which it may be done, such as ``10:30-11:30 15:00-17:30``; empty for any.
    window: str
    #: Empty for a run that was written down as missed at once.
    duty_id: UUID | None
    #: None while nobody has decided the limit.
    due_at: datetime | None
    is_provisional: bool
    debtor_id: UUID | None
    #: Name of the person, or source text of the role whose holders owe it; empty when nobody does.
    debtor: str
    debtor_role: str
    #: How many things there were on the planned day; None for a run without things.
    population: int | None
    #: The share that was drawn, in hundredths, as the policy writes it.
    share: str
    #: What was drawn from, see ``domain.sampling``.
    seed: str
    #: How many things it deals with, and how many of them are done.
    size: int
    done: int
    result: str
    done_at: datetime | None
    done_by: str

    @property
    def is_live(self) -> bool:
        """Tell whether somebody may still have to do it."""
        return self.duty_id is not None and self.done_at is None and self.state in {RunState.OPEN, RunState.MISSED}

    @property
    def is_shifted(self) -> bool:
        """Tell whether it was moved because of a rest day."""
        return self.planned_for != self.nominal_on


@dataclass(frozen=True, slots=True)
class TargetView:
    """One thing that a run deals with."""

    #: Of the row; ``visit`` and ``take_back`` take it.
    id: UUID
    run_id: UUID
    #: ``asset``, ``ticket``, ``duty_log_entry`` or a word of the plugin, and the id of the thing.
    kind: str
    thing_id: UUID
    label: str
    #: The round in which it has its turn, from 1; 0 where nothing is kept of that.
    round: int
    outcome: str
    done_at: datetime | None
    done_by: str
    #: The actor may say that it was not done after all.
    may_take_back: bool


@dataclass(frozen=True, slots=True)
class RunFile:
    """A run with the things that it deals with, in the order in which they were drawn."""

    run: RunView
    targets: Sequence[TargetView]
    #: The actor may do it.
    may_do: bool


@dataclass(frozen=True, slots=True)
class Counts:
    """How many runs of a plan are owed, and how many of these have passed their time."""

    live: int = 0
    overdue: int = 0


def run_state(run: PlanRunRow, duty: DutyRow | None) -> RunState:
    """Return how a run stands, which follows from its duty."""
    if run.cancelled_at is not None:
        return RunState.CANCELLED
    return _STATES.get(duty.state, RunState.CANCELLED) if duty else RunState.MISSED


def run_view(plan: PlanRow, run: PlanRunRow, duty: DutyRow | None, around: Around) -> RunView:
    """Return a snapshot of a run."""
    return RunView(
        id=run.id,
        plan_id=plan.id,
        rule=plan.rule,
        label=plan.label,
        kind=DutyKind(plan.kind),
        number=run.number,
        ticket_id=plan.ticket_id,
        ticket_number=around.about.number,
        subject=around.about.subject,
        place=around.about.place,
        state=run_state(run, duty),
        nominal_on=run.nominal_on,
        planned_for=run.planned_for,
        stands_for=tuple(map(date.fromisoformat, run.stands_for)),
        begins_at=run.begins_at,
        window=run.window,
        duty_id=run.duty_id,
        due_at=duty.due_at if duty else None,
        is_provisional=duty is not None and duty.is_provisional,
        debtor_id=duty.debtor_id if duty else None,
        debtor=around.debtor,
        debtor_role=duty.debtor_role if duty else "",
        population=run.population,
        share=run.share,
        seed=run.seed,
        size=around.size,
        done=around.done,
        result=run.result,
        done_at=run.done_at,
        done_by=run.done_by_name,
    )


def target_view(row: PlanTargetRow, *, may_take_back: bool) -> TargetView:
    """Return a snapshot of a thing that a run deals with."""
    return TargetView(
        row.id,
        row.run_id,
        row.kind,
        row.target_id,
        row.label,
        row.round,
        row.outcome,
        row.done_at,
        row.done_by_name,
        may_take_back,
    )
