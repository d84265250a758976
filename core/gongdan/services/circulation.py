"""Circulation: letters that come in, the manager's note, everybody's turn, the result, and the file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from gongdan.domain.circulation import (
    MOST_READERS,
    Direction,
    Handling,
    LetterState,
    PlannedStep,
    StepKind,
    StepState,
    filing_refusals,
    passing_refusals,
    steps_of,
)
from gongdan.domain.custody import CustodyAct, CustodyState
from gongdan.domain.folding import fold_text
from gongdan.errors import FieldProblem, InvalidInput, NotAllowed, Refusal
from gongdan.services.circulation_keeper import LetterKeeper
from gongdan.services.circulation_people import holders, manager_problems, names_of_staff
from gongdan.services.circulation_rows import (
    LetterFile,
    LetterView,
    StepView,
    entry_view,
    letter_view,
    step_view,
    text_view,
)
from gongdan.services.custody_checks import folded
from gongdan.services.custody_keeper import CustodyKeeper
from gongdan.services.notices import NewNotice, tell
from gongdan.services.roster_rows import names_of, refuse, text_problems
from gongdan.services.work import Work, get_row
from gongdan.storage.circulation import LetterEntryRow, LetterRow, LetterStepRow, LetterTextRow
from gongdan.storage.companies import DepartmentRow
from gongdan.storage.custody import CustodyItemRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

PAGE_SIZE = 100
#: Longest texts, in characters.
MAX_TITLE, MAX_WORDS, MAX_CATEGORY = 200, 5000, 60
_CONFIRMED = msg("阅")


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterFilter:
    """Which letters are wanted; empty conditions leave all in."""

    #: In number, title, category, the other side, or its own number.
    text: str = ""
    direction: Direction | None = None
    states: Sequence[LetterState] = ()
    #: In the turn of this member.
    account_id: UUID | None = None
    #: Begun on these days or between them; of the company's zone.
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Incoming:
    """What the office writes down of a letter that it has signed for (001-02-18, -19)."""

    sender: str
    title: str
    category: str
    #: The general manager, to whom it goes first (001-02-21).
    manager_id: UUID | None
    foreign_number: str = ""
    department_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """The manager's note: who reads in which order, who acts."""

    note: str
    readers: Sequence[UUID] = ()
    handling: Handling | None = None


class Circulation:
    """Use cases around letters, and around those that come in."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    # --- Seeing ------------------------------------------------------------------------------

    def letters(self, wanted: LetterFilter | None = None, *, limit: int = PAGE_SIZE) -> Sequence[LetterView]:
        """Return letters, the latest first."""
        self._desk.require("circulation.view")
        query = self._wanted(wanted or LetterFilter()).order_by(LetterRow.begun_at.desc(), LetterRow.id.desc())
        with self._desk.reading() as session:
            return self.views(session, session.scalars(query.limit(limit)).all())

    def mine(self) -> Sequence[LetterView]:
        """Return the letters that wait for the actor, the oldest first."""
        if self._desk.actor.account_id is None:
            return ()
        query = self._wanted(LetterFilter(account_id=self._desk.actor.account_id)).order_by(LetterRow.begun_at)
        with self._desk.reading() as session:
            return self.views(session, session.scalars(query).all())

    def find(self, letter_id: UUID) -> LetterFile:
        """Return a letter with its turns, texts and trail; raises ``NotFound``.

        Whoever has or had his turn sees it without the permission.
        """
        with self._desk.reading() as session:
            row = get_row(session, LetterRow, letter_id, "letter")
            steps = session.scalars(
                select(LetterStepRow).where(LetterStepRow.letter_id == letter_id).order_by(LetterStepRow.place)
            ).all()
            begun = {step.account_id for step in steps if step.begun_at is not None}
            if self._desk.actor.account_id not in begun | {row.begun_by}:
                self._desk.require("circulation.view")
            texts = select(LetterTextRow).where(LetterTextRow.letter_id == letter_id)
            entries = select(LetterEntryRow).where(LetterEntryRow.letter_id == letter_id)
            people = names_of(session, self._desk.company.id)
            return LetterFile(
                self.views(session, [row])[0],
                tuple(step_view(step, people) for step in steps),
                tuple(
                    text_view(one, row.signed_text)
                    for one in session.scalars(texts.order_by(LetterTextRow.number.desc()))
                ),
                tuple(map(entry_view, session.scalars(entries.order_by(LetterEntryRow.number.desc())))),
            )

    def letter_of(self, step_id: UUID) -> UUID:
        """Return which letter a turn belongs to; raises ``NotFound``."""
        with self._desk.reading() as session:
            return get_row(session, LetterStepRow, step_id, "letter_step").letter_id

    def managers(self, permission: str = "circulation.instruct") -> Sequence[tuple[UUID, str]]:
        """Return before whom letters can be laid, by name."""
        with self._desk.reading() as session:
            return holders(session, self._desk.company.id, permission)

    # --- Coming in ---------------------------------------------------------------------------

    def register(self, given: Incoming) -> LetterView:
        """Sign for a letter, give it a number, and lay it before the manager; raises ``InvalidInput``.

        Source: 001-02-18 to 001-02-21.
        """
        self._desk.require("circulation.office")
        with self._desk.working() as work:
            problems = [*_letter_problems(given.title, given.sender, given.category)]
            problems += text_problems("foreign_number", given.foreign_number, msg("来文字号"), longest=120)
            company_id = self._desk.company.id
            problems += manager_problems(work.session, company_id, given.manager_id, "circulation.instruct")
            if problems or given.manager_id is None:
                raise InvalidInput(tuple(problems))
            keeper = LetterKeeper(self._desk, work)
            row = new_letter(work, Direction.INCOMING, given.manager_id, given.department_id)
            row.title, row.party = given.title.strip(), given.sender.strip()
            row.category, row.foreign_number = given.category.strip(), given.foreign_number.strip()
            row.state = LetterState.CIRCULATING.value
            keeper.number(row)
            work.session.add(row)
            work.session.flush()
            keeper.trace(row, "registered", person=row.party)
            (step,) = keeper.plan(row, [PlannedStep(StepKind.INSTRUCT, given.manager_id)])
            keeper.begin(row, step, "registered")
            return self.views(work.session, [row])[0]

    def instruct(self, letter_id: UUID, given: Instruction) -> LetterView:
        """Give one's note on a letter: who reads it in which order, and who acts until when.

        Without either it goes back to be filed. Raises ``NotAllowed``, ``InvalidInput`` or ``NotFound``.
        Source: 001-02-21 to 001-02-23.
        """
        with self._desk.working() as work:
            keeper = LetterKeeper(self._desk, work)
            row = keeper.letter(letter_id)
            step = keeper.turn(row, kind=StepKind.INSTRUCT)
            planned = self._planned(work, given)
            row.note = given.note.strip()
            keeper.plan(row, planned)
            keeper.end(row, step, row.note)
            people = names_of(work.session, self._desk.company.id)
            keeper.trace(row, "instructed", row.note, person=" → ".join(people[one.account_id] for one in planned))
            return self.views(work.session, [row])[0]

    # --- Everybody's turn --------------------------------------------------------------------

    def pass_on(self, letter_id: UUID) -> LetterView:
        """Carry a letter to the next one, as the office alone may; his turn begins. Raises ``MoveRefused``.

        Source: 001-02-22, 001-02-34.
        """
        self._desk.require("circulation.office")
        with self._desk.working() as work:
            keeper = LetterKeeper(self._desk, work)
            row = keeper.letter(letter_id)
            steps = keeper.steps(row)
            refuse(msg("传递"), tuple(passing_refusals([StepState(step.state) for step in steps])))
            step = next(step for step in steps if step.state == StepState.READY)
            keeper.begin(row, step, "passed_on")
            person = names_of(work.session, self._desk.company.id).get(step.account_id, "")
            keeper.trace(row, "passed_on", person=person)
            return self.views(work.session, [row])[0]

    def finish(self, letter_id: UUID, result: str, report: str = "") -> LetterView:
        """End one's turn: with the result, and for one who acts with a report.

        Raises ``InvalidInput``, or ``NotAllowed`` for anybody whose turn it is not. Source: 001-02-17, 001-02-26.
        """
        with self._desk.working() as work:
            keeper = LetterKeeper(self._desk, work)
            row = keeper.letter(letter_id)
            step = keeper.turn(row)
            if step.kind in {StepKind.INSTRUCT, StepKind.REVIEW}:
                raise NotAllowed("circulation.turn")
            acts = step.kind != StepKind.READ
            problems = [*text_problems("result", result, msg("结果"), longest=MAX_WORDS, required=acts)]
            is_handler = step.kind == StepKind.ACT
            problems += text_problems("report", report, msg("报告"), longest=MAX_WORDS, required=is_handler)
            if problems:
                raise InvalidInput(tuple(problems))
            keeper.end(row, step, result.strip() or _CONFIRMED, report.strip())
            keeper.trace(row, f"{_FINISHED[StepKind(step.kind)]}", step.result, details={"report": step.report})
            return self.views(work.session, [row])[0]

    def doubt(self, letter_id: UUID, question: str) -> LetterView:
        """Report a doubt while one acts; the manager owes an answer, and one's own turn goes on afterwards.

        Raises ``InvalidInput``, ``NotAllowed``, or ``MoveRefused`` while an answer is owed. Source: 001-02-25.
        """
        if problems := text_problems("question", question, msg("疑问"), longest=MAX_WORDS, required=True):
            raise InvalidInput(problems)
        with self._desk.working() as work:
            keeper = LetterKeeper(self._desk, work)
            row = keeper.letter(letter_id)
            keeper.turn(row, kind=StepKind.ACT)
            asked = [step for step in keeper.steps(row) if step.kind == StepKind.ANSWER]
            if any(step.state == StepState.CURRENT for step in asked):
                refuse(msg("请示"), (Refusal("asked_once", msg("上一次请示还没有答复"), ("001-02-25",)),))
            (step,) = keeper.plan(row, [PlannedStep(StepKind.ANSWER, row.manager_id)])
            keeper.begin(row, step, "doubted")
            keeper.trace(row, "doubted", question.strip())
            return self.views(work.session, [row])[0]

    def urge(self, letter_id: UUID, words: str = "") -> LetterView:
        """Urge whoever has his turn; he gets a notice. Raises ``MoveRefused`` when nobody has. Source: 001-02-24."""
        self._desk.require("circulation.office")
        if problems := text_problems("words", words, msg("催办内容"), longest=MAX_WORDS):
            raise InvalidInput(problems)
        with self._desk.working() as work:
            keeper = LetterKeeper(self._desk, work)
            row = keeper.letter(letter_id)
            turns = [step for step in keeper.steps(row) if step.state == StepState.CURRENT]
            if not turns:
                refuse(msg("催办"), (Refusal("in_turn", msg("现在没有等谁办理")),))
            people = names_of(work.session, self._desk.company.id)
            for step in turns:
                params = {"number": row.number or row.title, "words": words.strip(), "name": work.actor.name}
                text = msg("{name} 催办公文 {number}：{words}") if words.strip() else msg("{name} 催办公文 {number}")
                notice = NewNotice(kind="letter.urged", text=text, params=params, duty_id=step.duty_id, at=work.now)
                tell(work, step.account_id, notice)
            keeper.trace(row, "urged", words.strip(), person="、".join(people[step.account_id] for step in turns))
            return self.views(work.session, [row])[0]

    # --- The file ----------------------------------------------------------------------------

    def file(self, letter_id: UUID, category: str, place: str, retain_until: date | None = None) -> LetterView:
        """Take the original into custody under its number, by letter, subject or time.

        Raises ``MoveRefused`` before everything is done, ``InvalidInput``. Source: 001-02-08, 001-02-27, 001-02-29.
        """
        self._desk.require("circulation.office")
        problems = [*text_problems("category", category, msg("分类"), longest=MAX_CATEGORY, required=True)]
        problems += text_problems("place", place, msg("存放位置"), required=True)
        if problems:
            raise InvalidInput(tuple(problems))
        with self._desk.working() as work:
            keeper = LetterKeeper(self._desk, work)
            row = keeper.letter(letter_id)
            refuse(msg("归档"), tuple(filing_refusals(Direction(row.direction), LetterState(row.state))))
            row.category, row.state, row.filed_at = category.strip(), LetterState.FILED.value, work.now
            row.item_id = self._take_in(work, row, place.strip(), retain_until)
            keeper.trace(row, "filed", details={"category": row.category, "place": place.strip()})
            return self.views(work.session, [row])[0]

    def _take_in(self, work: Work, row: LetterRow, place: str, retain_until: date | None) -> UUID:
        item = CustodyItemRow(id=uuid7(), kind="document", code=folded(row.number or ""), name=row.title, moves=0)
        item.department_id, item.place, item.mark, item.copies = row.department_id, place, "", 1
        item.retain_until, item.remark, item.taken_in_at = retain_until, row.party, work.now
        item.state = CustodyState.IN_STORE.value
        work.session.add(item)
        work.session.flush()
        CustodyKeeper(self._desk, work).write(item, CustodyAct.TAKEN_IN, remark=row.party)
        return item.id

    # --- Shared ------------------------------------------------------------------------------

    def _planned(self, work: Work, given: Instruction) -> Sequence[PlannedStep]:
        planned = steps_of(given.readers, given.handling)
        problems = [*text_problems("note", given.note, msg("批示"), longest=MAX_WORDS, required=True)]
        label = msg("传阅")
        if len(given.readers) != len(set(given.readers)) or len(given.readers) > MOST_READERS:
            rule, params = msg("每人一次，最多 {most} 人"), {"most": MOST_READERS}
            problems.append(FieldProblem("readers", "", rule, params=params, label=label))
        wanted = {one.account_id for one in planned}
        if wanted - names_of_staff(work.session, work.company_id, wanted).keys():
            problems.append(FieldProblem("readers", "", msg("不是本公司在职人员"), msg("请另选一人"), label=label))
        until = given.handling.until if given.handling else None
        if until is not None and until <= work.now:
            problems.append(FieldProblem("until", until.isoformat(), msg("必须在现在之后"), label=msg("办理期限")))
        if problems:
            raise InvalidInput(tuple(problems))
        return planned

    def views(self, session: Session, rows: Sequence[LetterRow]) -> Sequence[LetterView]:
        """Return snapshots of letters, in their order, inside a running transaction."""
        session.flush()
        people = names_of(session, self._desk.company.id)
        places = dict(session.execute(select(DepartmentRow.id, DepartmentRow.name)).all())
        ids = [row.id for row in rows]
        current = select(LetterStepRow).where(LetterStepRow.letter_id.in_(ids), LetterStepRow.state == "current")
        turns: dict[UUID, StepView] = {}
        for step in session.scalars(current.order_by(LetterStepRow.place)) if ids else ():
            # An answer that is owed comes before the turn of the one who waits for it.
            turns[step.letter_id] = step_view(step, people)
        return tuple(letter_view(row, people, places, turns.get(row.id)) for row in rows)

    def _wanted(self, wanted: LetterFilter) -> Select[LetterRow]:
        query = select(LetterRow)
        if wanted.direction:
            query = query.where(LetterRow.direction == wanted.direction.value)
        if wanted.states:
            query = query.where(LetterRow.state.in_([state.value for state in wanted.states]))
        if wanted.account_id:
            mine = LetterStepRow.account_id == wanted.account_id, LetterStepRow.state == StepState.CURRENT.value
            query = query.where(LetterRow.id.in_(select(LetterStepRow.letter_id).where(*mine)))
        if text := fold_text(wanted.text)[:100].strip():
            columns = (
                LetterRow.number,
                LetterRow.title,
                LetterRow.category,
                LetterRow.party,
                LetterRow.foreign_number,
            )
            query = query.where(or_(*(column.icontains(text, autoescape=True) for column in columns)))
        if wanted.first:
            query = query.where(LetterRow.begun_at >= self._midnight(wanted.first))
        return query.where(LetterRow.begun_at < self._midnight(wanted.last, 1)) if wanted.last else query

    def _midnight(self, day: date, days_later: int = 0) -> datetime:
        from_day = date.fromordinal(day.toordinal() + days_later)
        return datetime.combine(from_day, datetime.min.time(), self._desk.zone)


_FINISHED = {StepKind.READ: "read", StepKind.ACT: "acted", StepKind.ANSWER: "answered"}


def new_letter(work: Work, direction: Direction, manager_id: UUID, department_id: UUID | None) -> LetterRow:
    """Return a letter that the actor begins now, without a number, a title or another side."""
    if department_id:
        get_row(work.session, DepartmentRow, department_id, "department")
    plain = dict.fromkeys(("category", "party", "foreign_number", "title", "note"), "")
    row = LetterRow(id=uuid7(), direction=direction.value, manager_id=manager_id, entries=0, begun_at=work.now, **plain)
    row.begun_by, row.begun_by_name = work.actor.account_id, work.actor.name
    row.department_id, row.state = department_id, LetterState.DRAFT.value
    return row


def _letter_problems(title: str, party: str, category: str) -> tuple[FieldProblem, ...]:
    return (
        *text_problems("title", title, msg("标题"), longest=MAX_TITLE, required=True),
        *text_problems("party", party, msg("来文单位"), longest=MAX_TITLE, required=True),
        *text_problems("category", category, msg("分类"), longest=MAX_CATEGORY, required=True),
    )
