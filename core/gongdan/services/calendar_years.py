"""The holidays of a year: what an import may bring, what it changes, and what every company begins with."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy import select, update

from gongdan.domain.calendars import DayKind
from gongdan.domain.hours import Interval
from gongdan.errors import FieldProblem
from gongdan.services.calendar_shelf import DEFAULT_NAME, DEFAULT_WEEK, forget_calendars
from gongdan.services.holidays import HolidayYear, shipped_years
from gongdan.services.work import Work
from gongdan.storage.calendars import CalendarRow, HolidayYearRow
from gongdan.text import msg

#: From this month on, next year's holidays ought to be known; the notice appears in October, November or December.
NOTICE_MONTH: Final = 10
LONGEST_NAME: Final = 120
_LONGEST_SOURCE: Final = 160
_FIRST_YEAR: Final = 1949
_LAST_YEAR: Final = 2199

#: A day that is another kind now: before and after, None for a day that was or is like its weekday.
Difference = tuple[date, DayKind | None, DayKind | None]


@dataclass(frozen=True, slots=True)
class YearImport:
    """What an import of a year did."""

    year: int
    day_count: int
    is_new: bool
    differences: Sequence[Difference] = ()
    #: How many provisional due times have moved.
    moved_duties: int = 0

    @property
    def is_same(self) -> bool:
        """Tell whether all was as before and nothing was written."""
        return not self.is_new and not self.differences


@dataclass(frozen=True, slots=True)
class HorizonWarning:
    """Holidays that ought to be known by now and are not."""

    year: int
    known_until: date


def year_problems(given: HolidayYear) -> tuple[FieldProblem, ...]:
    """Return what is wrong with the holidays of a year."""
    problems = []
    if not _FIRST_YEAR <= given.year <= _LAST_YEAR:
        rule, params = msg("年份须在 {first} 到 {last} 之间"), {"first": _FIRST_YEAR, "last": _LAST_YEAR}
        problems.append(FieldProblem("year", str(given.year), rule, params=params, label=msg("年份")))
    if not given.days:
        rule, remedy = msg("没有 {year} 年的日子"), msg("请核对年份与文件")
        problems.append(FieldProblem("days", "", rule, remedy, params={"year": given.year}, label=msg("节假日")))
    if len(given.source.strip()) > _LONGEST_SOURCE:
        rule, params = msg("最多 {longest} 个字符"), {"longest": _LONGEST_SOURCE}
        problems.append(FieldProblem("source", given.source, rule, params=params, label=msg("来源")))
    seen: set[date] = set()
    for day in given.days:
        if day.date.year != given.year:
            rule, remedy = msg("不是 {year} 年的日子"), msg("请核对年份与文件")
            params = {"year": given.year}
            problems.append(FieldProblem("days", str(day.date), rule, remedy, params=params, label=msg("节假日")))
        elif day.date in seen:
            rule, remedy = msg("这一天出现了两次"), msg("请只保留一行")
            problems.append(FieldProblem("days", str(day.date), rule, remedy, label=msg("节假日")))
        seen.add(day.date)
    return tuple(problems)


def differences(row: HolidayYearRow, given: HolidayYear) -> tuple[Difference, ...]:
    """Return the days that would be another kind than they are stored, by date; names alone make no difference."""
    before = {date.fromisoformat(day): DayKind(kind) for day, kind, _ in row.days}
    after = {day.date: day.kind for day in given.days}
    return tuple(
        (day, before.get(day), after.get(day))
        for day in sorted({*before, *after})
        if before.get(day) is not after.get(day)
    )


def difference_problem(day: date, before: DayKind | None, after: DayKind | None) -> FieldProblem:
    """Return what to say about a day that an import would change."""
    rules = {
        (DayKind.REST, DayKind.WORK): msg("已按放假导入，文件中为上班"),
        (DayKind.WORK, DayKind.REST): msg("已按上班导入，文件中为放假"),
        (DayKind.REST, None): msg("已按放假导入，文件中没有"),
        (DayKind.WORK, None): msg("已按上班导入，文件中没有"),
        (None, DayKind.REST): msg("文件中为放假，已导入的没有"),
        (None, DayKind.WORK): msg("文件中为上班，已导入的没有"),
    }
    remedy = msg("请核对通知；确要以文件为准，请选择替换（命令行加 --replace）")
    return FieldProblem("days", str(day), rules[before, after], remedy, label=msg("节假日"))


def fill_year(row: HolidayYearRow, given: HolidayYear, work: Work) -> None:
    """Write the holidays of a year into its row."""
    row.source, row.notice_date = given.source.strip(), given.notice_date
    row.days = [[str(day.date), day.kind.value, day.name.strip()[:LONGEST_NAME]] for day in given.days]
    row.imported_at, row.imported_by = work.now, work.actor.name


def record_year(work: Work, row: HolidayYearRow, found: YearImport) -> None:
    """Write an import of a year into the journal."""
    before = {str(day): kind for day, kind, _ in found.differences}
    after: dict[str, object] = {str(day): kind for day, _, kind in found.differences}
    after |= {"year": row.year, "source": row.source, "notice_date": str(row.notice_date or ""), "days": len(row.days)}
    work.record("calendar.year_imported", "holiday_year", row.id, before=before, after=after)


def count_change(work: Work) -> None:
    """Tell everybody who keeps the company's calendars that they have changed."""
    query = update(CalendarRow).where(CalendarRow.department_id.is_(None))
    work.session.execute(query.values(version=CalendarRow.version + 1))
    forget_calendars(work.session)


def seed_calendar(work: Work) -> Sequence[HolidayYearRow]:
    """Write the company's hours, if it has none, and every year that is known and not stored; return those years."""
    if work.session.scalar(select(CalendarRow.id).where(CalendarRow.department_id.is_(None))) is None:
        week = [pairs(day) for day in DEFAULT_WEEK]
        work.session.add(CalendarRow(name=DEFAULT_NAME, zone="", follows_holidays=True, week=week, version=1))
    stored = set(work.session.scalars(select(HolidayYearRow.year)))
    added = []
    for given in shipped_years():
        if given.year not in stored:
            row = HolidayYearRow(year=given.year)
            fill_year(row, given, work)
            added.append(row)
    work.session.add_all(added)
    work.session.flush()
    return added


def pairs(hours: Iterable[Interval]) -> list[list[int]]:
    """Return hours as a JSON column keeps them."""
    return [[one.begins, one.ends] for one in hours]
