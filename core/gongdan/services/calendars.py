"""Working calendars of a company: its hours, those of departments, holidays by year, days of its own."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from dataclasses import replace as replace_values
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.calendars import DayKind, SpecialDay, WorkingCalendar, check_zone
from gongdan.domain.hours import Hours, hours_text, read_hours
from gongdan.domain.limits import WEEKDAY_LABELS, WEEKDAYS
from gongdan.errors import FieldProblem, InvalidInput, NotFound
from gongdan.services.calendar_shelf import CalendarBundle, OpeningHours, chain_of, intervals
from gongdan.services.calendar_years import (
    LONGEST_NAME,
    NOTICE_MONTH,
    HorizonWarning,
    YearImport,
    count_change,
    difference_problem,
    differences,
    fill_year,
    pairs,
    record_year,
    seed_calendar,
    year_problems,
)
from gongdan.services.departments import require_open
from gongdan.services.duty_recomputing import DutyChange
from gongdan.services.holidays import HolidayYear
from gongdan.services.work import Work, changed, get_row
from gongdan.storage.calendars import CalendarDayRow, CalendarRow, HolidayYearRow
from gongdan.storage.companies import DepartmentRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


@dataclass(frozen=True, slots=True)
class CalendarDraft:
    """The hours of a company or department as somebody types them."""

    name: str
    #: Hours of each weekday, Monday first, such as 09:00-12:00 14:00-18:00; empty for a rest day.
    week: Sequence[str]
    #: Empty for the company's own time zone.
    zone: str = ""
    follows_holidays: bool = True


@dataclass(frozen=True, slots=True)
class CalendarView:
    """The calendar of a company or department, and where it comes from."""

    calendar: WorkingCalendar
    #: The department whose hours apply; None for the company's.
    owner_id: UUID | None
    #: Name of that department; empty for the company's.
    owner: str
    #: The hours are not inherited.
    is_own: bool
    #: The hours as stored, with an empty zone where the company's applies.
    hours: OpeningHours


class _TakenBackError(Exception):
    """Ends the transaction of a trial."""

    def __init__(self, moved: Sequence[DutyChange]) -> None:
        super().__init__()
        self.moved = moved


class Calendars:
    """Use cases around the working calendars of one company."""

    def __init__(self, desk: "CompanyDesk", *, is_trial: bool = False) -> None:
        self._desk = desk
        self._is_trial = is_trial

    def of(self, department_id: UUID | None = None, session: Session | None = None) -> WorkingCalendar:
        """Return the calendar of a department, else of the nearest one above it, else of the company."""
        if session is None:
            with self._desk.reading() as opened:
                return self.of(department_id, opened)
        bundle = self._bundle(session)
        return bundle.calendar(chain_of(session, bundle, department_id))

    def view(self, department_id: UUID | None = None) -> CalendarView:
        """Return the calendar of a department or of the company, and where it comes from; raises ``NotFound``."""
        with self._desk.reading() as session:
            if department_id is not None:
                _department(session, department_id)
            bundle = self._bundle(session)
            chain = chain_of(session, bundle, department_id)
            owner_id = bundle.owner(chain)
            owner = _department(session, owner_id).name if owner_id else ""
            is_own = owner_id == department_id
            return CalendarView(bundle.calendar(chain), owner_id, owner, is_own, bundle.hours[owner_id])

    def years(self) -> Mapping[int, HolidayYear]:
        """Return the years whose holidays are known."""
        with self._desk.reading() as session:
            return self._bundle(session).years

    def own_days(self, department_id: UUID | None = None) -> Sequence[SpecialDay]:
        """Return the days that the company or a department has set itself, without those that it inherits."""
        with self._desk.reading() as session:
            return tuple(self._bundle(session).own_days.get(department_id, ()))

    # What follows returns the due times that have moved. With ``moves_due`` those that are owed are reckoned anew, each
    # from its own start; without it the change counts for what begins from now on.

    def preview(self, change: Callable[["Calendars"], object]) -> Sequence[DutyChange]:
        """Return which due times a change of calendars with ``moves_due`` would move; nothing is written."""
        try:
            change(Calendars(self._desk, is_trial=True))
        except _TakenBackError as trial:
            return trial.moved
        return ()

    def save(
        self, draft: CalendarDraft, department_id: UUID | None = None, *, moves_due: bool = False
    ) -> Sequence[DutyChange]:
        """Give the company or a department hours of its own; raises ``InvalidInput`` or ``NotFound``."""
        self._desk.require("policy.admin")
        hours = _read_draft(draft, self._desk.company.time_zone)
        with self._changing(department_id) as work:
            row = _row(work.session, department_id)
            before = _told(row) if row else {}
            if row is None:
                row = CalendarRow(department_id=department_id, version=0)
                work.session.add(row)
            row.name, row.zone, row.follows_holidays = hours.name, hours.zone, hours.follows_holidays
            row.week = [pairs(day) for day in hours.week]
            work.session.flush()
            old, new = changed(before, _told(row))
            if new:
                work.record("calendar.changed", "calendar", row.id, before=old, after=new)
                self._count_change(work)
            return self._recounted(work, moves_due=moves_due)

    def drop(self, department_id: UUID, *, moves_due: bool = False) -> Sequence[DutyChange]:
        """Let a department go by the hours of those above it again; days of its own stay. Raises ``NotFound``."""
        self._desk.require("policy.admin")
        with self._changing(department_id) as work:
            row = _row(work.session, department_id)
            if row is None:
                raise NotFound("calendar", str(department_id))
            work.record("calendar.dropped", "calendar", row.id, before=_told(row))
            work.session.delete(row)
            self._count_change(work)
            return self._recounted(work, moves_due=moves_due)

    def set_day(
        self,
        day: date,
        kind: DayKind,
        name: str = "",
        *,
        hours: str = "",
        department_id: UUID | None = None,
        moves_due: bool = False,
    ) -> Sequence[DutyChange]:
        """Set a day of the company's or a department's own, in place of what it set before.

        Raises ``InvalidInput`` or ``NotFound``.
        """
        self._desk.require("policy.admin")
        if problems := _day_problems(kind, name, hours):
            raise InvalidInput(problems)
        own_hours = read_hours(hours)
        with self._changing(department_id) as work:
            row = _day_row(work.session, day, department_id)
            before = _told_day(row) if row else {}
            if row is None:
                row = CalendarDayRow(department_id=department_id, day=day)
                work.session.add(row)
            row.kind, row.name, row.hours = kind.value, name.strip(), pairs(own_hours)
            row.made_at, row.made_by = work.now, self._desk.actor.name
            work.session.flush()
            old, new = changed(before, _told_day(row))
            if new:
                work.record("calendar.day_set", "calendar_day", row.id, before=old, after={"day": str(day), **new})
                self._count_change(work)
            return self._recounted(work, moves_due=moves_due)

    def drop_day(
        self, day: date, department_id: UUID | None = None, *, moves_due: bool = False
    ) -> Sequence[DutyChange]:
        """Take back a day of the company's or a department's own; raises ``NotFound``."""
        self._desk.require("policy.admin")
        with self._changing(department_id) as work:
            row = _day_row(work.session, day, department_id)
            if row is None:
                raise NotFound("calendar_day", str(day))
            work.record("calendar.day_dropped", "calendar_day", row.id, before={"day": str(day), **_told_day(row)})
            work.session.delete(row)
            self._count_change(work)
            return self._recounted(work, moves_due=moves_due)

    def import_days(self, given: HolidayYear, *, replace: bool = False) -> YearImport:
        """Make the holidays of a year known, and reckon provisional due times anew; the same once more changes nothing.

        Raises ``InvalidInput`` for days that are none of the year, and for days that differ from what was imported
        before, each of them named, unless ``replace``.
        """
        self._desk.require("policy.admin")
        if problems := year_problems(given):
            raise InvalidInput(problems)
        with self._changing() as work:
            row = work.session.scalars(select(HolidayYearRow).where(HolidayYearRow.year == given.year)).one_or_none()
            if row is None:
                row = HolidayYearRow(year=given.year, days=[])
                work.session.add(row)
                found = YearImport(given.year, len(given.days), is_new=True)
            else:
                found = YearImport(given.year, len(given.days), is_new=False, differences=differences(row, given))
            if found.differences and not replace:
                raise InvalidInput(tuple(difference_problem(*one) for one in found.differences))
            if not found.is_same:
                fill_year(row, given, work)
                work.session.flush()
                record_year(work, row, found)
                self._count_change(work)
                found = replace_values(found, moved_duties=self._desk.duties.refresh_provisional(work))
        return found

    def seed(self) -> Sequence[int]:
        """Write down the company's hours, if it has none, and the years that are known and not stored yet."""
        with self._desk.working() as work:
            work.take_turn()
            added = seed_calendar(work)
            for row in added:
                record_year(work, row, YearImport(row.year, len(row.days), is_new=True))
            if added:
                self._count_change(work)
                self._desk.duties.refresh_provisional(work)
            return tuple(row.year for row in added)

    def horizon_warning(self, now: datetime) -> HorizonWarning | None:
        """Return which year's holidays ought to be known at ``now``, aware, and are not.

        That is this year, and from October on the next one; nobody is warned where no hours follow the holidays.
        """
        with self._desk.reading() as session:
            bundle = self._bundle(session)
        today = now.astimezone(ZoneInfo(self._desk.company.time_zone)).date()
        year = today.year + (today.month >= NOTICE_MONTH)
        known_until = bundle.known_until
        if known_until.year >= year or not any(hours.follows_holidays for hours in bundle.hours.values()):
            return None
        return HorizonWarning(known_until.year + 1 if bundle.years else today.year, known_until)

    def _count_change(self, work: Work) -> None:
        """Tell everybody who keeps the company's calendars, and its plans, that they have changed."""
        count_change(work)
        work.session.flush()
        self._desk.plans.look_again(work)

    def _recounted(self, work: Work, *, moves_due: bool) -> Sequence[DutyChange]:
        """Let what is owed follow the calendars if it is to, before and after in the journal."""
        moved = self._desk.duties.recount(work) if moves_due else ()
        if self._is_trial:
            raise _TakenBackError(moved)
        company = _row(work.session, None)
        if moved and company:
            before, after = (
                {f"{one.number} {one.label}": at for one, at in zip(moved, times, strict=True)}
                for times in ([one.before for one in moved], [one.after for one in moved])
            )
            work.record("calendar.duties_moved", "calendar", company.id, before=before, after=after)
        return moved

    def _bundle(self, session: Session) -> CalendarBundle:
        return self._desk.installation.calendar_shelf.bundle(session, self._desk.company)

    @contextmanager
    def _changing(self, department_id: UUID | None = None) -> Iterator[Work]:
        """Open a transaction that changes calendars, one at a time in each company; raises ``NotFound``."""
        with self._desk.working() as work:
            work.take_turn()
            if department_id is not None:
                _department(work.session, department_id)
                require_open(work.session, department_id)
            seed_calendar(work)
            yield work


def _read_draft(draft: CalendarDraft, zone: str) -> OpeningHours:
    """Read the hours of a week, and let the calendar itself say what is wrong with them."""
    problems = []
    if not 0 < len(draft.name.strip()) <= LONGEST_NAME:
        rule, params = msg("必须填写，最多 {longest} 个字符"), {"longest": LONGEST_NAME}
        problems.append(FieldProblem("name", draft.name, rule, params=params, label=msg("日历名称")))
    week: list[Hours] = []
    for name, label, text in zip(WEEKDAYS, WEEKDAY_LABELS, draft.week, strict=True):
        try:
            week.append(read_hours(text))
        except InvalidInput as refusal:
            problems += [replace_values(problem, field=name, label=label) for problem in refusal.problems]
    if problems:
        raise InvalidInput((*problems, *(check_zone(draft.zone) if draft.zone else ())))
    hours = OpeningHours(draft.name.strip(), draft.zone.strip(), tuple(week), draft.follows_holidays)
    WorkingCalendar(hours.name, hours.zone or zone, hours.week)
    return hours


def _day_problems(kind: DayKind, name: str, hours: str) -> tuple[FieldProblem, ...]:
    problems = []
    if len(name.strip()) > LONGEST_NAME:
        rule, params = msg("最多 {longest} 个字符"), {"longest": LONGEST_NAME}
        problems.append(FieldProblem("name", name, rule, params=params, label=msg("名称")))
    if kind is DayKind.REST and hours.strip():
        rule, remedy = msg("休息日没有上班时间"), msg("请清空上班时间，或改为上班")
        problems.append(FieldProblem("hours", hours, rule, remedy, label=msg("上班时间")))
    return tuple(problems)


def _department(session: Session, department_id: UUID) -> DepartmentRow:
    return get_row(session, DepartmentRow, department_id, "department")


def _row(session: Session, department_id: UUID | None) -> CalendarRow | None:
    return session.scalars(select(CalendarRow).where(CalendarRow.department_id == department_id)).one_or_none()


def _day_row(session: Session, day: date, department_id: UUID | None) -> CalendarDayRow | None:
    query = select(CalendarDayRow).where(CalendarDayRow.day == day, CalendarDayRow.department_id == department_id)
    return session.scalars(query).one_or_none()


def _told(row: CalendarRow) -> dict[str, object]:
    """Return what the journal keeps of hours."""
    week = {name: hours_text(intervals(pairs)) for name, pairs in zip(WEEKDAYS, row.week, strict=True)}
    return {"name": row.name, "zone": row.zone, "follows_holidays": row.follows_holidays, **week}


def _told_day(row: CalendarDayRow) -> dict[str, object]:
    return {"kind": row.kind, "name": row.name, "hours": hours_text(intervals(row.hours))}
