"""Rosters: the shifts of a company, and who is on duty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain import rosters as rules
from gongdan.domain.rosters import LONGEST_SHIFT, Period, Post, RosterLimits, Rules, Shift
from gongdan.errors import FieldProblem, InvalidInput, NotFound, Refusal
from gongdan.services.departments import require_open
from gongdan.services.roster_rows import (
    OnDuty,
    Roster,
    ShiftView,
    absence_view,
    absences_at,
    departments_above,
    departments_below,
    let_duties_follow,
    names_of,
    open_shift,
    own_absences,
    own_shifts,
    own_stand_ins,
    period_problems,
    person_problems,
    planned,
    refuse,
    shift_of,
    shift_view,
    staff,
    stand_in_of,
    stand_in_view,
    stand_ins_of,
    swapped_shifts,
    text_problems,
    touching,
    words_of,
)
from gongdan.services.work import Work, get_row
from gongdan.storage.accounts import MembershipRow, RoleRow
from gongdan.storage.companies import DepartmentRow
from gongdan.storage.rosters import AbsenceRow, ShiftRow, ShiftSwapRow, StandInRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class NewShift:
    """A shift that is to be put on the roster; both moments aware."""

    account_id: UUID
    department_id: UUID
    role: str
    begins: datetime
    ends: datetime
    note: str = ""

    @property
    def period(self) -> Period:
        """Return from when to when it is."""
        return Period(self.begins, self.ends)

    def is_same(self, shift: Shift) -> bool:
        """Tell whether a shift is this one already."""
        own = self.account_id, self.department_id, self.role, self.period
        return own == (shift.account_id, shift.department_id, shift.role, shift.period)


@dataclass(frozen=True, slots=True)
class _Known:
    """What several shifts of one transaction are compared with, read once."""

    names: Mapping[UUID, str]
    #: Names of the departments, the closed ones included.
    departments: Mapping[UUID, str]


class Rosters:
    """Use cases around shifts, absences and stand-ins.

    Whoever changes the roster waits for his turn: two shifts of one person are asked whether they overlap as they are
    when that is answered.
    """

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    # --- Who is there ------------------------------------------------------------------------

    def on_duty(self, at: datetime, department_id: UUID | None = None, role: str = "") -> tuple[OnDuty, ...]:
        """Return who is on duty at a moment, for a department, in a role; stand-ins and deputies are resolved.

        Nobody in the department itself: those of the departments above it, the nearest first. Without a department
        all of the company, without a role those of every role. Asks for no permission: who owes something and who is
        told of it depends on it.
        """
        with self._desk.reading() as session:
            return self.on_duty_in(session, at, department_id, role)

    def on_duty_in(
        self, session: Session, at: datetime, department_id: UUID | None = None, role: str = ""
    ) -> tuple[OnDuty, ...]:
        """Return who is on duty as ``on_duty`` does, inside a running transaction."""
        names = self._names(session)
        posts: Sequence[Post] = [post for post in self._posts(session, at) if not role or post.shift.role == role]
        if department_id is not None:
            posts = _nearest(posts, departments_above(session, department_id))
        found: dict[tuple[UUID, UUID, str], OnDuty] = {}
        for post in posts:
            if post.holder_id is not None:
                found.setdefault(
                    (post.holder_id, post.shift.department_id, post.shift.role), _on_duty(post, post.holder_id, names)
                )
        return tuple(found.values())

    def empty_posts(self, at: datetime) -> tuple[ShiftView, ...]:
        """Return the shifts at a moment that nobody holds: their people are away without a deputy, or have left."""
        self._desk.require("roster.view")
        with self._desk.reading() as session:
            names = self._names(session)
            return tuple(
                ShiftView(post.shift, names.get(post.shift.account_id, ""))
                for post in self._posts(session, at)
                if post.holder_id is None
            )

    def deputy_of(self, account_id: UUID, at: datetime) -> UUID | None:
        """Return who acts for a person at a moment: himself unless he is away; None when nobody does."""
        with self._desk.reading() as session:
            return rules.deputy_of(account_id, at, absences_at(session, at), staff(session, self._desk.company.id))

    def _posts(self, session: Session, at: datetime) -> tuple[Post, ...]:
        begun = ShiftRow.begins_at > at - LONGEST_SHIFT, ShiftRow.begins_at <= at, ShiftRow.ends_at > at
        shifts = [shift_of(row) for row in session.scalars(select(ShiftRow).where(*begun, planned(ShiftRow)))]
        stand_ins = select(StandInRow).where(
            StandInRow.shift_id.in_([shift.id for shift in shifts]), planned(StandInRow)
        )
        return rules.posts_at(
            at,
            shifts,
            [stand_in_of(row) for row in session.scalars(stand_ins)],
            absences=absences_at(session, at),
            staff=staff(session, self._desk.company.id),
        )

    # --- Reading -----------------------------------------------------------------------------

    def week(self, day: date, department_id: UUID | None = None) -> Roster:
        """Return the week that a day belongs to; of a department, those of the departments below it as well."""
        self._desk.require("roster.view")
        days = rules.week_of(day)
        whole = self._days(days[0], days[-1])
        with self._desk.reading() as session:
            names, swapped = self._names(session), swapped_shifts(session)
            shifts = select(ShiftRow).where(*touching(ShiftRow, whole)).order_by(ShiftRow.begins_at, ShiftRow.id)
            if department_id is not None:
                shifts = shifts.where(ShiftRow.department_id.in_(departments_below(session, department_id)))
            found = tuple(shift_view(row, names, swapped) for row in session.scalars(shifts))
            absences = select(AbsenceRow).where(*touching(AbsenceRow, whole)).order_by(AbsenceRow.begins_at)
            stand_ins = select(StandInRow).where(*touching(StandInRow, whole)).order_by(StandInRow.begins_at)
            shown = {view.id for view in found}
            return Roster(
                days,
                found,
                tuple(absence_view(row, names) for row in session.scalars(absences)),
                tuple(stand_in_view(row, names) for row in session.scalars(stand_ins) if row.shift_id in shown),
            )

    def shift(self, shift_id: UUID) -> ShiftView:
        """Return a shift; raises ``NotFound``."""
        self._desk.require("roster.view")
        with self._desk.reading() as session:
            row = get_row(session, ShiftRow, shift_id, "shift")
            return shift_view(row, self._names(session), swapped_shifts(session))

    def ahead(self, account_id: UUID | None = None) -> tuple[ShiftView, ...]:
        """Return the shifts that have not begun, soonest first: a person's, or everybody's of the next 62 days."""
        self._desk.require("roster.view")
        now = self._desk.installation.clock()
        query = select(ShiftRow).where(
            planned(ShiftRow), ShiftRow.begins_at > now, ShiftRow.begins_at < now + timedelta(days=62)
        )
        if account_id is not None:
            query = query.where(ShiftRow.account_id == account_id)
        with self._desk.reading() as session:
            names, swapped = self._names(session), swapped_shifts(session)
            return tuple(shift_view(row, names, swapped) for row in session.scalars(query.order_by(ShiftRow.begins_at)))

    # --- Planning ----------------------------------------------------------------------------

    def plan(self, new: NewShift) -> ShiftView:
        """Put a shift on the roster; raises ``InvalidInput``, ``NotFound``, or ``MoveRefused`` for an overlap."""
        (made,) = self.plan_all((new,))
        return made

    def plan_all(self, shifts: Sequence[NewShift]) -> tuple[ShiftView, ...]:
        """Put several shifts on the roster, all or none; raises as ``plan`` does."""
        self._desk.require("roster.admin")
        with self._desk.working() as work:
            work.take_turn()
            known = self._known(work.session)
            for department_id in dict.fromkeys(new.department_id for new in shifts):
                if department_id in known.departments:
                    require_open(work.session, department_id)
            if shifts:
                let_duties_follow(work)
            return tuple(self._plan(work, new, known) for new in shifts)

    def change(self, shift_id: UUID, new: NewShift) -> ShiftView:
        """Give a shift to somebody else or another time; raises as ``plan`` does, or for one that a swap names."""
        self._desk.require("roster.admin")
        with self._desk.working() as work:
            work.take_turn()
            row = open_shift(work.session, shift_id)
            self._check_swap(work.session, shift_id, msg("修改班次"))
            known = self._known(work.session)
            before = self._words(row, known)
            self._check_shift(work.session, new, known, but=shift_id)
            if new.department_id != row.department_id:
                require_open(work.session, new.department_id)
            stand_ins = stand_ins_of(work.session, shift_id)
            refuse(msg("修改班次"), rules.left_outside(new.period, stand_ins, self._desk.zone))
            row.account_id, row.department_id, row.role = new.account_id, new.department_id, new.role
            row.begins_at, row.ends_at, row.note = new.begins, new.ends, new.note.strip()
            let_duties_follow(work)
            work.record("roster.shift_changed", "shift", row.id, before=before, after=self._words(row, known))
            return shift_view(row, known.names, swapped_shifts(work.session))

    def cancel(self, shift_id: UUID) -> None:
        """Take a shift off the roster; raises ``NotFound``, or ``MoveRefused`` for one that a swap names."""
        self._desk.require("roster.admin")
        with self._desk.working() as work:
            work.take_turn()
            row = open_shift(work.session, shift_id)
            self._check_swap(work.session, shift_id, msg("取消班次"))
            row.cancelled_at = work.now
            let_duties_follow(work)
            work.record("roster.shift_cancelled", "shift", row.id, before=self._words(row, self._known(work.session)))

    def _plan(self, work: Work, new: NewShift, known: "_Known") -> ShiftView:
        self._check_shift(work.session, new, known)
        row = ShiftRow(
            account_id=new.account_id,
            department_id=new.department_id,
            role=new.role,
            begins_at=new.begins,
            ends_at=new.ends,
            note=new.note.strip(),
            made_at=work.now,
        )
        work.session.add(row)
        work.session.flush()
        work.record("roster.shift_planned", "shift", row.id, after=self._words(row, known))
        return shift_view(row, known.names, frozenset())

    def _check_shift(self, session: Session, new: NewShift, known: "_Known", *, but: UUID | None = None) -> None:
        problems = [
            *period_problems(new.begins, new.ends, LONGEST_SHIFT),
            *text_problems("note", new.note, msg("备注")),
        ]
        problems += person_problems(session, self._desk.company.id, new.account_id)
        if not problems:
            problems += self._role_problems(session, new)
        if problems:
            raise InvalidInput(tuple(problems))
        if new.department_id not in known.departments:
            raise NotFound("department", str(new.department_id))
        period = Period(new.begins, new.ends)
        own = [shift for shift in own_shifts(session, new.account_id, period) if shift.id != but]
        away = own_absences(session, new.account_id, period)
        stand_ins = own_stand_ins(session, new.account_id, period)
        zone = self._desk.zone
        refuse(
            msg("排班"), (*rules.shift_refusals(period, own, away, zone), *rules.held_posts(period, stand_ins, zone))
        )

    @staticmethod
    def _check_swap(session: Session, shift_id: UUID, act: str) -> None:
        query = select(ShiftSwapRow.id).where(
            (ShiftSwapRow.given_shift_id == shift_id) | (ShiftSwapRow.taken_shift_id == shift_id),
            ShiftSwapRow.state.in_([state.value for state in rules.SwapState if state.is_pending]),
        )
        if session.scalar(query.limit(1)) is not None:
            refuse(act, (Refusal("no_swap_pending", msg("这个班次正在申请换班：请先处理换班申请")),))

    # --- Shared ------------------------------------------------------------------------------

    def rules(self, session: Session) -> Rules:
        """Return what the company allows now, inside a running transaction."""
        values = self._desk.policies.values_at(session, self._desk.installation.clock())
        swaps, hours = values["core.swaps_a_month"].value, values["core.stand_in_hours"].value
        limits = RosterLimits(
            swaps if isinstance(swaps, int) else None, timedelta(hours=hours) if isinstance(hours, int) else None
        )
        return Rules(limits, self._desk.zone)

    def _names(self, session: Session) -> Mapping[UUID, str]:
        return names_of(session, self._desk.company.id)

    def _known(self, session: Session) -> "_Known":
        departments = select(DepartmentRow.id, DepartmentRow.name)
        return _Known(self._names(session), dict(session.execute(departments).all()))

    def _words(self, row: ShiftRow, known: "_Known") -> dict[str, object]:
        more = {"department": known.departments[row.department_id], "role": row.role, "note": row.note}
        return words_of(row, known.names, self._desk.zone, **more)

    def _role_problems(self, session: Session, new: NewShift) -> tuple[FieldProblem, ...]:
        """Say that the company does not have the role, or the person does not."""
        label = session.scalar(select(RoleRow.label).where(RoleRow.name == new.role))
        if label is None:
            return (FieldProblem("role", new.role, msg("公司没有这个角色"), label=msg("角色")),)
        own = session.scalar(
            select(MembershipRow.roles).where(
                MembershipRow.account_id == new.account_id, MembershipRow.company_id == self._desk.company.id
            )
        )
        if new.role in (own or ()):
            return ()
        remedy = msg("请另选一人，或先在“人员”页给他这个角色")
        return (FieldProblem("role", label, msg("此人没有这个角色"), remedy, label=msg("角色")),)

    def _days(self, first: date, last: date) -> Period:
        begins = datetime.combine(first, time(), self._desk.zone)
        return Period(begins, datetime.combine(last + timedelta(days=1), time(), self._desk.zone))


def _nearest(posts: Sequence[Post], departments: Sequence[UUID]) -> Sequence[Post]:
    """Return the posts that are held of the first department that has any."""
    for department in departments:
        found = [post for post in posts if post.shift.department_id == department and post.holder_id is not None]
        if found:
            return found
    return ()


def _on_duty(post: Post, holder_id: UUID, names: Mapping[UUID, str]) -> OnDuty:
    shift = post.shift
    return OnDuty(
        account_id=holder_id,
        name=names.get(holder_id, ""),
        role=shift.role,
        department_id=shift.department_id,
        shift_id=shift.id,
        until=shift.period.ends,
        through=post.through,
        for_account_id=shift.account_id,
    )
