"""The calendars of every company as they were read last, kept as long as nobody changes them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.calendars import DayKind, Interval, SpecialDay, WorkingCalendar
from gongdan.domain.hours import Hours, read_hours
from gongdan.domain.snapshots import CompanyView
from gongdan.services.holidays import HolidayYear, shipped_years
from gongdan.storage.calendars import CalendarDayRow, CalendarRow, HolidayYearRow
from gongdan.storage.companies import DepartmentRow
from gongdan.text import msg

DEFAULT_NAME = msg("公司工作日历")
DEFAULT_WEEK: tuple[Hours, ...] = (*[read_hours("09:00-18:00")] * 5, (), ())

#: What a session notes that has changed calendars, and how it sees them.
_CHANGED = "gongdan.calendars_changed"
_BUNDLE = "gongdan.calendars"

#: Ids of departments from the root down; the company itself is None and comes first.
Chain = tuple[UUID | None, ...]


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """The hours of a company or a department, without the days that differ."""

    name: str
    #: Empty for the company's own time zone.
    zone: str
    week: tuple[Hours, ...]
    follows_holidays: bool = True


@dataclass(frozen=True, slots=True)
class CalendarBundle:
    """All that a company has decided about its calendars."""

    zone: str
    hours: Mapping[UUID | None, OpeningHours]
    #: Days of its own, and of each department.
    own_days: Mapping[UUID | None, Sequence[SpecialDay]]
    years: Mapping[int, HolidayYear]
    _built: dict[Chain, WorkingCalendar] = field(default_factory=dict)

    @property
    def known_until(self) -> date:
        """Return the last day before the first year whose holidays are not known."""
        if not self.years:
            return date.min
        year = min(self.years)
        while year + 1 in self.years:
            year += 1
        return date(year, 12, 31)

    def calendar(self, chain: Chain) -> WorkingCalendar:
        """Return the calendar of the last one of a chain."""
        known = self._built.get(chain)
        if known is None:
            known = self._built.setdefault(chain, self._build(chain))
        return known

    def owner(self, chain: Chain) -> UUID | None:
        """Return whose hours apply; None for the company's."""
        return next((one for one in reversed(chain) if one in self.hours), None)

    def _build(self, chain: Chain) -> WorkingCalendar:
        hours = self.hours[self.owner(chain)]
        special: dict[date, SpecialDay] = {}
        if hours.follows_holidays:
            special.update((day.date, day) for year in self.years.values() for day in year.days)
        for one in chain:
            special.update((day.date, day) for day in self.own_days.get(one, ()))
        return WorkingCalendar(
            name=hours.name,
            zone=hours.zone or self.zone,
            week=hours.week,
            special=special,
            known_until=self.known_until,
            follows_holidays=hours.follows_holidays,
        )


def forget_calendars(session: Session) -> None:
    """Read the company's calendars anew in this session, which has just changed them."""
    session.flush()
    session.info[_CHANGED] = True
    session.info.pop(_BUNDLE, None)


class CalendarShelf:
    """Keeps the bundle of each company, by the version that the database names."""

    def __init__(self) -> None:
        self._kept: dict[UUID, tuple[tuple[object, ...], CalendarBundle]] = {}
        self._lock = Lock()

    def bundle(self, session: Session, company: CompanyView) -> CalendarBundle:
        """Return the company's calendars as the session sees them, read anew only when they have changed."""
        if session.info.get(_CHANGED):
            # What this transaction has changed may yet be taken back; others must not see it.
            if _BUNDLE not in session.info:
                session.info[_BUNDLE] = _read(session, company)
            own: CalendarBundle = session.info[_BUNDLE]
            return own
        version = session.scalar(select(CalendarRow.version).where(CalendarRow.department_id.is_(None)))
        stamp = (version, company.time_zone)
        with self._lock:
            kept = self._kept.get(company.id)
        if kept and kept[0] == stamp:
            return kept[1]
        bundle = _read(session, company)
        with self._lock:
            self._kept[company.id] = (stamp, bundle)
        return bundle


def chain_of(session: Session, bundle: CalendarBundle, department_id: UUID | None) -> Chain:
    """Return the company and those departments above a department, itself included, that have decided something."""
    deciding = {one for one in (*bundle.hours, *bundle.own_days) if one is not None}
    if department_id is None or not deciding:
        return (None,)
    path = session.scalar(select(DepartmentRow.path).where(DepartmentRow.id == department_id)) or ""
    query = select(DepartmentRow.id).where(DepartmentRow.path.in_(_paths(path))).order_by(DepartmentRow.path)
    return (None, *(one for one in session.scalars(query) if one in deciding))


def _paths(path: str) -> list[str]:
    """Return a path and those above it."""
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[: length + 1]) for length in range(len(parts))]


def _read(session: Session, company: CompanyView) -> CalendarBundle:
    hours = {row.department_id: _hours(row) for row in session.scalars(select(CalendarRow))}
    own_days: dict[UUID | None, list[SpecialDay]] = {}
    for day in session.scalars(select(CalendarDayRow).order_by(CalendarDayRow.day)):
        own_days.setdefault(day.department_id, []).append(_own_day(day))
    years = {row.year: _year(row) for row in session.scalars(select(HolidayYearRow))}
    if None not in hours:
        # A company from before there were calendars; it gets rows of its own with the next upgrade or change.
        hours[None] = OpeningHours(DEFAULT_NAME, "", DEFAULT_WEEK)
        years = {year.year: _with_source(year) for year in shipped_years()} | years
    return CalendarBundle(company.time_zone, hours, own_days, years)


def _hours(row: CalendarRow) -> OpeningHours:
    return OpeningHours(row.name, row.zone, tuple(intervals(day) for day in row.week), row.follows_holidays)


def intervals(pairs: Iterable[Sequence[int]]) -> Hours:
    """Return hours from what a JSON column keeps."""
    return tuple(Interval(begins, ends) for begins, ends in pairs)


def _own_day(row: CalendarDayRow) -> SpecialDay:
    return SpecialDay(row.day, DayKind(row.kind), row.name, row.made_by, intervals(row.hours), is_own=True)


def _year(row: HolidayYearRow) -> HolidayYear:
    days = tuple(SpecialDay(date.fromisoformat(day), DayKind(kind), name) for day, kind, name in row.days)
    return _with_source(HolidayYear(row.year, days, row.source, row.notice_date))


def _with_source(year: HolidayYear) -> HolidayYear:
    source = f"{year.source}（{year.notice_date}）" if year.notice_date else year.source
    days = tuple(SpecialDay(day.date, day.kind, day.name, source) for day in year.days)
    return HolidayYear(year.year, days, year.source, year.notice_date)
