"""What rows of the roster say: values and views of them, and what several use cases ask about a person."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from gongdan.domain.folding import is_blank
from gongdan.domain.rosters import Absence, Period, Shift, StandIn, SwapState, Through
from gongdan.errors import FieldProblem, MoveRefused, NotFound, Refusal
from gongdan.services.work import Work, get_row
from gongdan.storage.accounts import AccountRow, MembershipRow
from gongdan.storage.companies import DepartmentRow
from gongdan.storage.rosters import AbsenceRow, ShiftRow, ShiftSwapRow, StandInRow
from gongdan.text import msg

#: Longest note or reason, in characters.
MAX_NOTE = 200
#: Kind of the timer that lets duties look at a roster that has changed.
ROSTER_CHANGED = "roster.changed"

Dated = type[ShiftRow] | type[AbsenceRow] | type[StandInRow]


@dataclass(frozen=True, slots=True)
class ShiftView:
    """A shift as it stands on the roster."""

    shift: Shift
    name: str
    note: str = ""
    #: It came to its person by a swap.
    is_swapped: bool = False
    is_cancelled: bool = False

    @property
    def id(self) -> UUID:
        """Return its id."""
        return self.shift.id

    @property
    def period(self) -> Period:
        """Return from when to when it is."""
        return self.shift.period


@dataclass(frozen=True, slots=True)
class AbsenceView:
    """An absence with the names of the two."""

    id: UUID
    absence: Absence
    kind: str
    reason: str
    name: str
    deputy_name: str


@dataclass(frozen=True, slots=True)
class StandInView:
    """A stand-in with his name."""

    id: UUID
    stand_in: StandIn
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody who holds a post at a moment."""

    account_id: UUID
    name: str
    #: Name of the role in which he is on duty.
    role: str
    department_id: UUID
    shift_id: UUID
    #: Aware; when the shift ends.
    until: datetime
    through: Through
    #: Whose shift it is; himself unless he stands in.
    for_account_id: UUID


@dataclass(frozen=True, slots=True)
class Roster:
    """A stretch of days as the page shows it."""

    days: tuple[date, ...]
    shifts: tuple[ShiftView, ...]
    absences: tuple[AbsenceView, ...]
    stand_ins: tuple[StandInView, ...]


# --- Rows ------------------------------------------------------------------------------------


def shift_of(row: ShiftRow) -> Shift:
    """Return a row as the rules see it."""
    return Shift(
        id=row.id,
        account_id=row.account_id,
        department_id=row.department_id,
        role=row.role,
        period=Period(row.begins_at, row.ends_at),
    )


def absence_of(row: AbsenceRow) -> Absence:
    """Return a row as the rules see it."""
    return Absence(row.account_id, Period(row.begins_at, row.ends_at), row.deputy_id)


def stand_in_of(row: StandInRow) -> StandIn:
    """Return a row as the rules see it."""
    return StandIn(row.shift_id, row.account_id, Period(row.begins_at, row.ends_at))


def shift_view(row: ShiftRow, names: Mapping[UUID, str], swapped: Collection[UUID] = ()) -> ShiftView:
    """Return a row as pages show it."""
    name = names.get(row.account_id, "")
    return ShiftView(shift_of(row), name, row.note, row.id in swapped, row.cancelled_at is not None)


def absence_view(row: AbsenceRow, names: Mapping[UUID, str]) -> AbsenceView:
    """Return a row as pages show it."""
    deputy = names.get(row.deputy_id, "") if row.deputy_id else ""
    return AbsenceView(row.id, absence_of(row), row.kind, row.reason, names.get(row.account_id, ""), deputy)


def stand_in_view(row: StandInRow, names: Mapping[UUID, str]) -> StandInView:
    """Return a row as pages show it."""
    return StandInView(row.id, stand_in_of(row), names.get(row.account_id, ""), row.reason)


def words_of(
    row: ShiftRow | AbsenceRow | StandInRow, names: Mapping[UUID, str], zone: ZoneInfo, **more: object
) -> dict[str, object]:
    """Return what the journal keeps of a row; times as the company's clocks show them, with their zone."""
    begins, ends = (at.astimezone(zone).isoformat(" ", "minutes") for at in (row.begins_at, row.ends_at))
    found = {"person": names.get(row.account_id, ""), "begins": begins, "ends": ends, "account_id": row.account_id}
    return {**found, **{name: value for name, value in more.items() if value}}


# --- Questions -------------------------------------------------------------------------------


def planned(model: Dated) -> ColumnElement[bool]:
    """Return the condition that a row has not been taken back."""
    return model.cancelled_at.is_(None)


def touching(model: Dated, period: Period) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that a row has not been taken back and shares a moment with a period."""
    return planned(model), model.begins_at < period.ends, model.ends_at > period.begins


def names_of(session: Session, company_id: UUID) -> Mapping[UUID, str]:
    """Return the names of everybody who works or has worked for a company."""
    query = (
        select(AccountRow.id, AccountRow.name)
        .join(MembershipRow, MembershipRow.account_id == AccountRow.id)
        .where(MembershipRow.company_id == company_id)
    )
    return dict(session.execute(query).all())


def staff(session: Session, company_id: UUID) -> Collection[UUID]:
    """Return who works for a company today and may sign in."""
    query = (
        select(MembershipRow.account_id)
        .join(AccountRow, AccountRow.id == MembershipRow.account_id)
        .where(
            MembershipRow.company_id == company_id, MembershipRow.left_at.is_(None), AccountRow.disabled_at.is_(None)
        )
    )
    return frozenset(session.scalars(query))


def own_shifts(session: Session, account_id: UUID, period: Period) -> tuple[Shift, ...]:
    """Return a person's shifts that share a moment with a period, earliest first."""
    query = select(ShiftRow).where(ShiftRow.account_id == account_id, *touching(ShiftRow, period))
    return tuple(map(shift_of, session.scalars(query.order_by(ShiftRow.begins_at))))


def own_stand_ins(session: Session, account_id: UUID, period: Period) -> tuple[StandIn, ...]:
    """Return where a person stands in during a period, earliest first."""
    query = select(StandInRow).where(StandInRow.account_id == account_id, *touching(StandInRow, period))
    return tuple(map(stand_in_of, session.scalars(query.order_by(StandInRow.begins_at))))


def stand_ins_of(session: Session, shift_id: UUID) -> tuple[StandIn, ...]:
    """Return the stand-ins of a shift, earliest first."""
    query = select(StandInRow).where(StandInRow.shift_id == shift_id, planned(StandInRow))
    return tuple(map(stand_in_of, session.scalars(query.order_by(StandInRow.begins_at))))


def own_absences(session: Session, account_id: UUID, period: Period) -> tuple[Absence, ...]:
    """Return a person's absences that share a moment with a period, earliest first."""
    query = select(AbsenceRow).where(AbsenceRow.account_id == account_id, *touching(AbsenceRow, period))
    return tuple(map(absence_of, session.scalars(query.order_by(AbsenceRow.begins_at))))


def absences_at(session: Session, at: datetime) -> tuple[Absence, ...]:
    """Return everybody's absences that a moment lies in."""
    query = select(AbsenceRow).where(planned(AbsenceRow), AbsenceRow.begins_at <= at, AbsenceRow.ends_at > at)
    return tuple(map(absence_of, session.scalars(query)))


def next_change(session: Session, at: datetime, role: str) -> datetime | None:
    """Return when somebody else may hold a post of a role: the next begin or end of a shift, stand-in or absence."""
    posts = select(ShiftRow.id).where(planned(ShiftRow), ShiftRow.role == role)
    wanted: Sequence[tuple[Dated, tuple[ColumnElement[bool], ...]]] = (
        (ShiftRow, (ShiftRow.role == role,)),
        (StandInRow, (StandInRow.shift_id.in_(posts),)),
        (AbsenceRow, ()),
    )
    moments = [
        select(func.min(moment)).where(planned(model), *only, moment > at).scalar_subquery()
        for model, only in wanted
        for moment in (model.begins_at, model.ends_at)
    ]
    return min((moment for moment in session.execute(select(*moments)).one() if moment is not None), default=None)


def let_duties_follow(work: Work) -> None:
    """Let what is owed because of the roster look at it anew, since it has changed."""
    work.schedule(ROSTER_CHANGED, "roster:changed", work.now)


def swapped_shifts(session: Session) -> frozenset[UUID]:
    """Return the shifts that came to their people by a swap."""
    query = select(ShiftSwapRow.given_shift_id, ShiftSwapRow.taken_shift_id).where(
        ShiftSwapRow.state == SwapState.APPROVED.value
    )
    return frozenset(shift_id for pair in session.execute(query) for shift_id in pair)


def open_shift(session: Session, shift_id: UUID) -> ShiftRow:
    """Return a shift that stands on the roster; raises ``NotFound``."""
    row = get_row(session, ShiftRow, shift_id, "shift")
    if row.cancelled_at is not None:
        raise NotFound("shift", str(shift_id))
    return row


def departments_above(session: Session, department_id: UUID) -> tuple[UUID, ...]:
    """Return a department and those above it, the nearest first; raises ``NotFound``."""
    above = dict(session.execute(select(DepartmentRow.id, DepartmentRow.parent_id)).all())
    if department_id not in above:
        raise NotFound("department", str(department_id))
    found: list[UUID] = []
    step: UUID | None = department_id
    while step is not None and step not in found:
        found.append(step)
        step = above.get(step)
    return tuple(found)


def departments_below(session: Session, department_id: UUID) -> tuple[UUID, ...]:
    """Return a department and those below it; raises ``NotFound``."""
    path = get_row(session, DepartmentRow, department_id, "department").path
    found = session.execute(select(DepartmentRow.id, DepartmentRow.path))
    return tuple(each for each, own in found if f"{own}/".startswith(f"{path}/"))


# --- What is wrong ---------------------------------------------------------------------------


def refuse(act: str, refusals: Collection[Refusal]) -> None:
    """Raise ``MoveRefused`` for an act, a source text, when there is any reason."""
    if refusals:
        raise MoveRefused(act, tuple(refusals))


def period_problems(begins: datetime, ends: datetime, longest: timedelta) -> tuple[FieldProblem, ...]:
    """Say what is wrong with a period that somebody typed."""
    if ends <= begins:
        return (FieldProblem("ends", "", msg("结束须晚于开始"), label=msg("结束")),)
    if ends - begins > longest:
        params = {"hours": longest // timedelta(hours=1)}
        return (FieldProblem("ends", "", msg("最长 {hours} 小时"), params=params, label=msg("结束")),)
    return ()


def text_problems(
    field: str, text: str, label: str, *, longest: int = MAX_NOTE, required: bool = False
) -> tuple[FieldProblem, ...]:
    """Say what is wrong with a text that somebody typed."""
    if required and is_blank(text):
        return (FieldProblem(field, "", msg("必须填写"), label=label),)
    if len(text.strip()) > longest:
        rule, params = msg("最多 {max_length} 个字符"), {"max_length": longest}
        return (FieldProblem(field, text[:40], rule, params=params, label=label),)
    return ()


def person_problems(
    session: Session, company_id: UUID, account_id: UUID | None, *, field: str = "account", label: str = msg("人员")
) -> tuple[FieldProblem, ...]:
    """Say that somebody does not work for the company today."""
    if account_id in staff(session, company_id):
        return ()
    name = session.scalar(select(AccountRow.name).where(AccountRow.id == account_id)) or ""
    return (FieldProblem(field, name, msg("不是本公司在职人员"), msg("请另选一人"), label=label),)
