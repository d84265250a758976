"""Keeping letters: their turns with the duties, their numbers and their trail, inside one transaction."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import func, select
from uuid6 import uuid7

from gongdan.domain.circulation import NUMBERS, Direction, LetterState, PlannedStep, StepKind, StepState
from gongdan.domain.core_duties import LETTER_RULES
from gongdan.errors import NotAllowed
from gongdan.services.duty_keeper import DutyKeeper
from gongdan.services.duty_subjects import LETTER_STEP, Subject
from gongdan.services.numbers import reserve
from gongdan.services.work import Work
from gongdan.storage.circulation import LetterEntryRow, LetterRow, LetterStepRow, LetterTextRow
from gongdan.storage.duties import DutyRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


class LetterKeeper:
    """Does what one transaction does to letters."""

    def __init__(self, desk: "CompanyDesk", work: Work) -> None:
        self._desk = desk
        self._work = work
        self._duties = DutyKeeper(desk, work)

    def letter(self, letter_id: UUID) -> LetterRow:
        """Return a letter, locked until the transaction ends; raises ``NotFound``."""
        return self._work.get(LetterRow, letter_id, "letter", lock=True)

    def steps(self, letter: LetterRow) -> Sequence[LetterStepRow]:
        """Return the turns of a letter in their order."""
        query = select(LetterStepRow).where(LetterStepRow.letter_id == letter.id).order_by(LetterStepRow.place)
        return self._work.session.scalars(query).all()

    def turn(self, letter: LetterRow, *, kind: StepKind | None = None) -> LetterStepRow:
        """Return the turn of the one who acts; raises ``NotAllowed`` when it is another one's, or nobody's."""
        for step in self.steps(letter):
            is_asked = kind is None or step.kind == kind.value
            if step.state == StepState.CURRENT and is_asked and step.account_id == self._work.actor.account_id:
                return step
        raise NotAllowed("circulation.turn")

    # --- Turns -------------------------------------------------------------------------------

    def plan(self, letter: LetterRow, planned: Sequence[PlannedStep]) -> Sequence[LetterStepRow]:
        """Add turns behind those that there are."""
        query = select(func.max(LetterStepRow.place)).where(LetterStepRow.letter_id == letter.id)
        last = self._work.session.scalar(query) or 0
        rows = [_step(letter, place, one) for place, one in enumerate(planned, last + 1)]
        self._work.session.add_all(rows)
        self._work.session.flush()
        return rows

    def begin(self, letter: LetterRow, step: LetterStepRow, event: str) -> None:
        """Let a turn come: the letter was carried there, and its reader owes his part."""
        work = self._work
        step.state, step.begun_at, step.carried_by_name = StepState.CURRENT.value, work.now, work.actor.name
        about = Subject(
            kind=LETTER_STEP,
            id=step.id,
            ticket=None,
            round=step.place,
            policy_at=work.now,
            department_id=letter.department_id,
            about=f"{letter.number or ''} {letter.title}".strip()[:200],
            debtor_id=step.account_id,
            due_at=step.until,
        )
        duty = self._duties.start(LETTER_RULES[StepKind(step.kind)], about, event)
        work.session.flush()
        step.duty_id = duty.id

    def end(self, letter: LetterRow, step: LetterStepRow, result: str, report: str = "") -> None:
        """End a turn with its result; the next one waits to be carried on, the last one leads back to the office."""
        work = self._work
        step.state, step.done_at, step.done_by_name = StepState.DONE.value, work.now, work.actor.name
        step.result, step.report = result, report
        duty = self._duty(step)
        if duty is not None:
            self._duties.settle(duty)
            self._duties.meet(duty, "completed")
        waiting = [one for one in self.steps(letter) if one.state == StepState.WAITING]
        if waiting:
            waiting[0].state = StepState.READY.value
        elif not any(one.state in {StepState.CURRENT, StepState.READY} for one in self.steps(letter)):
            letter.state = LetterState.RETURNED.value

    def _duty(self, step: LetterStepRow) -> DutyRow | None:
        query = select(DutyRow).where(DutyRow.id == step.duty_id, DutyRow.ended_at.is_(None))
        return self._work.session.scalars(query.with_for_update(key_share=True)).one_or_none()

    # --- Numbers, texts, trail ---------------------------------------------------------------

    def number(self, letter: LetterRow) -> str:
        """Give a letter the next number of its series, in which none is ever missing."""
        pattern = NUMBERS[Direction(letter.direction)]
        local = self._work.now.astimezone(self._desk.zone)
        serial = reserve(self._work.session, f"letter:{letter.direction}", pattern.period(local), 1)
        letter.number = pattern.format(self._desk.company.code, local, serial)
        return letter.number

    def write(self, letter: LetterRow, title: str, body: str) -> LetterTextRow:
        """Add a version of what a letter says."""
        query = select(func.count()).select_from(LetterTextRow).where(LetterTextRow.letter_id == letter.id)
        number = (self._work.session.scalar(query) or 0) + 1
        actor = self._work.actor
        row = LetterTextRow(id=uuid7(), letter_id=letter.id, number=number, title=title, body=body, at=self._work.now)
        row.author_id, row.author_name = actor.account_id, actor.name
        letter.title = title
        self._work.session.add(row)
        self._work.session.flush()
        return row

    def latest_text(self, letter: LetterRow) -> LetterTextRow:
        """Return what a letter says now."""
        query = select(LetterTextRow).where(LetterTextRow.letter_id == letter.id)
        return self._work.session.scalars(query.order_by(LetterTextRow.number.desc()).limit(1)).one()

    def trace(
        self, letter: LetterRow, act: str, body: str = "", *, person: str = "", details: Mapping[str, Any] | None = None
    ) -> None:
        """Add a line to the trail, and tell the journal."""
        work = self._work
        letter.entries += 1
        row = LetterEntryRow(letter_id=letter.id, number=letter.entries, act=act, person=person, body=body, at=work.now)
        row.details, row.actor_id, row.actor_name = dict(details or {}), work.actor.account_id, work.actor.name
        work.session.add(row)
        after = {"number": letter.number, "title": letter.title, "state": letter.state, "person": person, "body": body}
        work.record(f"letter.{act}", "letter", letter.id, after={**after, **row.details})
        work.session.flush()


def _step(letter: LetterRow, place: int, planned: PlannedStep) -> LetterStepRow:
    plain = dict.fromkeys(("carried_by_name", "done_by_name", "result", "report"), "")
    return LetterStepRow(
        id=uuid7(),
        letter_id=letter.id,
        place=place,
        kind=planned.kind.value,
        account_id=planned.account_id,
        state=(StepState.READY if place == 1 else StepState.WAITING).value,
        until=planned.until,
        **plain,
    )
