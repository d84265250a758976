"""What rows of letters say: a letter, its turns, its texts and its trail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from gongdan.domain.circulation import Direction, LetterState, StepKind, StepState
from gongdan.storage.circulation import LetterEntryRow, LetterRow, LetterStepRow, LetterTextRow


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """Somebody's turn; moments are aware, UTC."""

    id: UUID
    place: int
    kind: StepKind
    account_id: UUID
    name: str
    state: StepState
    until: datetime | None
    carried_by: str
    begun_at: datetime | None
    done_at: datetime | None
    done_by: str
    result: str
    report: str
    duty_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterView:
    """A letter as it stands."""

    id: UUID
    version: int
    direction: Direction
    #: Empty while a draft has none.
    number: str
    category: str
    party: str
    foreign_number: str
    title: str
    department_id: UUID | None
    department: str
    manager_id: UUID
    manager: str
    begun_by: str
    begun_at: datetime
    state: LetterState
    note: str
    signed_at: datetime | None
    sent_at: datetime | None
    filed_at: datetime | None
    #: The original in custody.
    item_id: UUID | None
    #: In whose turn it is; None while it waits for the office or its author.
    turn: StepView | None = None


@dataclass(frozen=True, slots=True)
class TextView:
    """One version of what a letter says."""

    id: UUID
    number: int
    title: str
    body: str
    author: str
    at: datetime
    #: It is the one that was signed.
    is_signed: bool


@dataclass(frozen=True, slots=True)
class EntryView:
    """One line of a letter's trail."""

    number: int
    act: str
    person: str
    body: str
    details: Mapping[str, Any]
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class LetterFile:
    """A letter with everything that hangs on it."""

    letter: LetterView
    steps: Sequence[StepView]
    #: The latest first.
    texts: Sequence[TextView]
    #: The latest first.
    entries: Sequence[EntryView]

    @property
    def turn(self) -> StepView | None:
        """Return whose turn it is."""
        return self.letter.turn


def letter_view(
    row: LetterRow, people: Mapping[UUID, str], places: Mapping[UUID, str], turn: StepView | None
) -> LetterView:
    """Return a snapshot of a letter."""
    return LetterView(
        id=row.id,
        version=row.version,
        direction=Direction(row.direction),
        number=row.number or "",
        category=row.category,
        party=row.party,
        foreign_number=row.foreign_number,
        title=row.title,
        department_id=row.department_id,
        department=places.get(row.department_id, "") if row.department_id else "",
        manager_id=row.manager_id,
        manager=people.get(row.manager_id, ""),
        begun_by=row.begun_by_name,
        begun_at=row.begun_at,
        state=LetterState(row.state),
        note=row.note,
        signed_at=row.signed_at,
        sent_at=row.sent_at,
        filed_at=row.filed_at,
        item_id=row.item_id,
        turn=turn,
    )


def step_view(row: LetterStepRow, people: Mapping[UUID, str]) -> StepView:
    """Return a snapshot of a turn."""
    return StepView(
        id=row.id,
        place=row.place,
        kind=StepKind(row.kind),
        account_id=row.account_id,
        name=people.get(row.account_id, ""),
        state=StepState(row.state),
        until=row.until,
        carried_by=row.carried_by_name,
        begun_at=row.begun_at,
        done_at=row.done_at,
        done_by=row.done_by_name,
        result=row.result,
        report=row.report,
        duty_id=row.duty_id,
    )


def text_view(row: LetterTextRow, signed: int | None) -> TextView:
    """Return a snapshot of a version."""
    return TextView(row.id, row.number, row.title, row.body, row.author_name, row.at, row.number == signed)


def entry_view(row: LetterEntryRow) -> EntryView:
    """Return a snapshot of a line of the trail."""
    return EntryView(row.number, row.act, row.person, row.body, row.details, row.at, row.actor_name)
