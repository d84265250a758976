"""Duties: what people owe, seen, acknowledged and waived; the rest follows from what happens to tickets."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select
from sqlalchemy.orm import Session

from gongdan.domain.duties import DutyKind, DutyState
from gongdan.errors import FieldProblem, InvalidInput, NotFound
from gongdan.services.duty_conditions import is_overdue
from gongdan.services.duty_imports import TakenUp, take_up
from gongdan.services.duty_keeper import DutyKeeper
from gongdan.services.duty_recomputing import DutyChange, Recomputing
from gongdan.services.duty_rows import DutyView, Names, PauseView, StepView, duty_view, pause_view, step_view
from gongdan.services.duty_severities import undecided_keys
from gongdan.services.journal import JournalEntry
from gongdan.services.secrecy_looks import TicketLook, classified_among
from gongdan.services.work import Work, get_row
from gongdan.storage.accounts import AccountRow, MembershipRow, RoleRow
from gongdan.storage.duties import DutyPauseRow, DutyRow, DutyStepRow
from gongdan.storage.imports import ImportRunRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

PAGE_SIZE = 100
#: Longest reason of a waiver, in characters.
LONGEST_REASON = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyFilter:
    """Which duties are wanted; empty conditions leave all in."""

    #: Owed still, or ended; None for both.
    is_live: bool | None = True
    kinds: Collection[DutyKind] = ()
    states: Collection[DutyState] = ()
    debtor_id: UUID | None = None
    #: The department of the ticket.
    department_id: UUID | None = None
    ticket_id: UUID | None = None
    #: Due before then; aware.
    due_before: datetime | None = None
    #: Owed, with its time passed at that moment; aware.
    is_overdue_at: datetime | None = None
    #: Without a due time, since nobody has decided the limit.
    is_undecided: bool = False


@dataclass(frozen=True, slots=True)
class Load:
    """What one person owes today."""

    account_id: UUID
    name: str
    live: int
    #: Of these, the ones whose time has passed.
    overdue: int


@dataclass(frozen=True, slots=True)
class DutyFile:
    """A duty with everything that hangs on it."""

    duty: DutyView
    pauses: Sequence[PauseView]
    steps: Sequence[StepView]
    #: Its journal, oldest first.
    acts: Sequence[JournalEntry]
    #: The duties before and after it, of the same rule on the same ticket, the oldest first.
    chain: Sequence[DutyView]


class Duties:
    """Use cases around the duties of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    # --- Seeing ------------------------------------------------------------------------------

    def mine(self, *, is_live: bool | None = True, limit: int = PAGE_SIZE) -> Sequence[DutyView]:
        """Return what the actor owes, himself or in a role: what is due first, what has no due time last."""
        with self._desk.reading() as session:
            return self._views(session, _wanted(DutyFilter(is_live=is_live)).where(self._owed(session)), limit)

    def team(self, wanted: DutyFilter | None = None, *, limit: int = PAGE_SIZE) -> Sequence[DutyView]:
        """Return what everybody owes, in the order of ``mine``; needs the permission to see it."""
        self._desk.require("duty.team")
        with self._desk.reading() as session:
            return self._views(session, _wanted(wanted or DutyFilter()), limit)

    def loads(self) -> Sequence[Load]:
        """Return how much each person owes today, the most burdened first."""
        self._desk.require("duty.team")
        now = self._desk.installation.clock()
        query = (
            select(AccountRow.id, AccountRow.name, func.count(), func.count().filter(is_overdue(now)))
            .join(AccountRow, AccountRow.id == DutyRow.debtor_id)
            .where(DutyRow.ended_at.is_(None))
            .group_by(AccountRow.id, AccountRow.name)
            .order_by(func.count().desc(), AccountRow.name)
        )
        with self._desk.reading() as session:
            return tuple(Load(*line) for line in session.execute(query))

    def of_ticket(self, ticket_id: UUID) -> Sequence[DutyView]:
        """Return every duty about a ticket: those that are owed first, then the latest."""
        self._desk.require("ticket.view")
        query = select(DutyRow).where(DutyRow.ticket_id == ticket_id)
        order = DutyRow.ended_at.is_not(None), DutyRow.event_at.desc(), DutyRow.id
        with self._desk.reading() as session:
            return self._named(session, session.scalars(query.order_by(*order)).all())

    def find(self, duty_id: UUID) -> DutyView:
        """Return a duty; raises ``NotFound``."""
        self._desk.require("ticket.view")
        with self._desk.reading() as session:
            return self._named(session, [get_row(session, DutyRow, duty_id, "duty")])[0]

    def file(self, duty_id: UUID) -> DutyFile:
        """Return a duty with its pauses, with whom it was told to, and its journal; raises ``NotFound``."""
        self._desk.require("ticket.view")
        with self._desk.reading() as session:
            row = get_row(session, DutyRow, duty_id, "duty")
            pauses = session.scalars(
                select(DutyPauseRow).where(DutyPauseRow.duty_id == duty_id).order_by(DutyPauseRow.begins_at)
            )
            chain = session.scalars(
                select(DutyRow)
                .where(DutyRow.rule == row.rule, DutyRow.subject_id == row.subject_id)
                .order_by(DutyRow.event_at, DutyRow.id)
            ).all()
            return DutyFile(
                self._named(session, [row])[0],
                tuple(map(pause_view, pauses)),
                self._steps(session, duty_id),
                self._desk.journal.of(duty_id),
                self._named(session, chain),
            )

    # --- Doing -------------------------------------------------------------------------------

    def waive(self, duty_id: UUID, reason: str) -> DutyView:
        """Let a duty that is owed go, with a reason; raises ``InvalidInput``, ``NotFound`` or ``NotAllowed``."""
        self._desk.require("duty.waive")
        if problem := _reason_problem(reason.strip()):
            raise InvalidInput((problem,))
        with self._desk.working() as work:
            keeper, row = DutyKeeper(self._desk, work), self._live_row(work, duty_id)
            keeper.settle(row)
            keeper.waive(row, reason.strip())
            return self._named(work.session, [row])[0]

    def acknowledge(self, duty_id: UUID) -> DutyView:
        """Say that one knows of an escalation, which ends the ladder.

        Raises ``NotFound`` for a duty of which the actor was told nothing, or that is not owed any more.
        """
        with self._desk.working() as work:
            keeper, row = DutyKeeper(self._desk, work), self._live_row(work, duty_id)
            keeper.settle(row)
            work.session.flush()
            steps = work.session.scalars(select(DutyStepRow).where(DutyStepRow.duty_id == duty_id)).all()
            own = {step.receiver_id for step in steps if step.point.startswith("rung:")}
            if work.actor.account_id not in own and not work.actor.is_trusted:
                raise NotFound("duty", str(duty_id))
            keeper.acknowledge(row, steps)
            return self._named(work.session, [row])[0]

    def take_up(self, run_id: UUID, *, progress: Callable[[int, int], object] | None = None) -> TakenUp:
        """Begin what is owed about the open tickets of an import run, from their opening; return how much it is.

        All or nothing; tickets that owe something, or have owed it, are left alone. ``progress`` is told how many
        tickets are done, of how many. Raises ``NotFound``.
        """
        self._desk.require("import.run")
        with self._desk.working() as work:
            # Whoever takes up the same run waits, and finds nothing left to do.
            work.get(ImportRunRow, run_id, "import_run", lock=True)
            begun = take_up(self._desk, work, run_id, progress)
            if begun.tickets:
                work.record("duty.taken_up", "import_run", run_id, after=asdict(begun))
            return begun

    # --- After the policy or a calendar has changed ------------------------------------------

    def preview(self, keys: Collection[str], moment: datetime | None = None) -> Sequence[DutyChange]:
        """Return what ``recompute`` would do to the duties whose limit is one of ``keys``; nothing is written."""
        self._desk.require("policy.admin")
        with self._desk.reading() as session:
            return Recomputing(self._desk, session, self._desk.installation.clock()).preview(keys, moment)

    def recompute(
        self, work: Work, keys: Collection[str], moment: datetime | None = None, *, moves_due: bool = True
    ) -> Sequence[DutyChange]:
        """Let open tickets follow the policy of ``moment``, now when it is not given; return what it does to duties.

        With ``moves_due`` the limits of duties that are owed are counted anew from their start; without it they stay,
        and the policy counts for what begins from now on. Called inside the transaction that changes the policy.
        """
        return Recomputing(self._desk, work.session, work.now).run(work, keys, moment, moves_due=moves_due)

    def refresh_provisional(self, work: Work) -> int:
        """Reckon provisional due times anew, since a calendar has learnt more; return how many have moved."""
        return Recomputing(self._desk, work.session, work.now).refresh(work)

    def is_mine(self, session: Session, duty_id: UUID) -> bool:
        """Tell whether the actor owes a duty, himself or in a role."""
        return session.scalar(select(DutyRow.id).where(DutyRow.id == duty_id, self._owed(session))) is not None

    def due_at(self, session: Session, duty_id: UUID) -> datetime | None:
        """Return when a duty is due; None while nobody has decided its limit."""
        return session.scalar(select(DutyRow.due_at).where(DutyRow.id == duty_id))

    def recount(self, work: Work) -> Sequence[DutyChange]:
        """Reckon what is owed by the calendars as they are now; return the due times that have moved."""
        return Recomputing(self._desk, work.session, work.now).recount(work)

    def hand_over(self, work: Work, outgoing_id: UUID, incoming_id: UUID, departments: Collection[UUID]) -> None:
        """Let one who has signed for a post in one of the departments take over what the other owed by the roster."""
        query = select(DutyRow).where(DutyRow.debtor_id == outgoing_id, DutyRow.ended_at.is_(None))
        rows = work.session.scalars(query.order_by(DutyRow.id).with_for_update(key_share=True)).all()
        keeper = DutyKeeper(self._desk, work)
        for incoming in keeper.people.named([incoming_id]):
            for row in rows:
                keeper.hand_over(row, incoming, departments)

    # --- Rows --------------------------------------------------------------------------------

    def _live_row(self, work: Work, duty_id: UUID) -> DutyRow:
        row = work.get(DutyRow, duty_id, "duty", lock=True)
        if row.ended_at is not None:
            raise NotFound("duty", str(duty_id))
        return row

    def _owed(self, session: Session) -> ColumnElement[bool]:
        """Return the condition that the actor owes a duty."""
        account_id = self._desk.actor.account_id
        if account_id is None:
            return false()
        department_id = session.scalar(
            select(MembershipRow.department_id).where(
                MembershipRow.account_id == account_id, MembershipRow.company_id == self._desk.company.id
            )
        )
        is_here = or_(DutyRow.debtor_department_id.is_(None), DutyRow.debtor_department_id == department_id)
        in_role = and_(DutyRow.debtor_id.is_(None), DutyRow.debtor_role.in_(self._desk.actor.roles), is_here)
        return or_(DutyRow.debtor_id == account_id, in_role)

    def _views(self, session: Session, query: Select[DutyRow], limit: int) -> Sequence[DutyView]:
        order = DutyRow.due_at.is_(None), DutyRow.due_at, DutyRow.id
        return self._named(session, session.scalars(query.order_by(*order).limit(limit)).all())

    def _named(self, session: Session, rows: Sequence[DutyRow]) -> Sequence[DutyView]:
        names = self._names(session, rows)
        return tuple(duty_view(row, names) for row in rows)

    def _names(self, session: Session, rows: Sequence[DutyRow]) -> Names:
        people = {row.debtor_id for row in rows if row.debtor_id}
        tickets = {row.ticket_id for row in rows if row.ticket_id}
        roles = {row.debtor_role for row in rows if row.debtor_role}
        columns = TicketRow.id, TicketRow.severity, TicketRow.number, TicketRow.subject, TicketRow.place
        found = session.execute(select(*columns).where(TicketRow.id.in_(tickets))).all() if tickets else ()
        hidden = classified_among(self._desk, session, tickets)
        labels = session.execute(select(RoleRow.name, RoleRow.label).where(RoleRow.name.in_(roles)))
        return Names(
            _people(session, people),
            dict(labels.all()) if roles else {},
            {ticket_id: _about(hidden.get(ticket_id), *about) for ticket_id, _, *about in found},
            undecided_keys(self._desk, session, rows, {ticket_id: severity for ticket_id, severity, *_ in found}),
        )

    def _steps(self, session: Session, duty_id: UUID) -> Sequence[StepView]:
        query = select(DutyStepRow).where(DutyStepRow.duty_id == duty_id).order_by(DutyStepRow.at, DutyStepRow.id)
        rows = session.scalars(query).all()
        names = _people(session, {row.receiver_id for row in rows if row.receiver_id})
        return tuple(step_view(row, names) for row in rows)


def _about(seen: TicketLook | None, number: str, subject: str, place: str) -> tuple[str, str, str]:
    return (number, seen.text(subject), seen.text(place)) if seen else (number, subject, place)


def _people(session: Session, ids: Collection[UUID]) -> Mapping[UUID, str]:
    if not ids:
        return {}
    return dict(session.execute(select(AccountRow.id, AccountRow.name).where(AccountRow.id.in_(ids))).all())


def _wanted(wanted: DutyFilter) -> Select[DutyRow]:
    query = select(DutyRow)
    if wanted.is_live is not None:
        query = query.where(DutyRow.ended_at.is_(None) if wanted.is_live else DutyRow.ended_at.is_not(None))
    if wanted.kinds:
        query = query.where(DutyRow.kind.in_([kind.value for kind in wanted.kinds]))
    if wanted.states:
        query = query.where(DutyRow.state.in_([state.value for state in wanted.states]))
    for column, value in ((DutyRow.debtor_id, wanted.debtor_id), (DutyRow.ticket_id, wanted.ticket_id)):
        query = query.where(column == value) if value else query
    if wanted.department_id:
        query = query.join(TicketRow, TicketRow.id == DutyRow.ticket_id).where(
            TicketRow.department_id == wanted.department_id
        )
    if wanted.is_overdue_at:
        query = query.where(is_overdue(wanted.is_overdue_at))
    if wanted.due_before:
        query = query.where(DutyRow.due_at < wanted.due_before)
    is_undecided = DutyRow.due_at.is_(None), DutyRow.limit == ""
    return query.where(*is_undecided) if wanted.is_undecided else query


def _reason_problem(reason: str) -> FieldProblem | None:
    if not reason:
        return FieldProblem("reason", "", msg("必须填写"), msg("请写明为什么豁免"), label=msg("理由"))
    if len(reason) > LONGEST_REASON:
        rule, params = msg("最多 {max_length} 个字符"), {"max_length": LONGEST_REASON}
        return FieldProblem("reason", reason[:40], rule, params=params, label=msg("理由"))
    return None
