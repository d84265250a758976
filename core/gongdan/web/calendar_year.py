"""A working calendar drawn as a year: months of weeks, each day with what it is."""

from calendar import Calendar
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Final

from gongdan.domain.calendars import DayKind, SpecialDay, WorkingCalendar
from gongdan.domain.hours import Hours, hours_text
from gongdan.domain.limits import WEEKDAY_LABELS
from gongdan.text import msg, msg_in

MONTHS: Final = (
    msg("一月"), msg("二月"), msg("三月"), msg("四月"), msg("五月"), msg("六月"),
    msg("七月"), msg("八月"), msg("九月"), msg("十月"), msg("十一月"), msg("十二月"),
)  # fmt: skip
#: Headings of the columns, Monday first.
WEEKDAYS: Final = (
    msg_in("weekday", "一"), msg_in("weekday", "二"), msg_in("weekday", "三"), msg_in("weekday", "四"),
    msg_in("weekday", "五"), msg_in("weekday", "六"), msg_in("weekday", "日"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class DrawnDay:
    """One day of the drawing."""

    date: date
    #: work, rest, holiday, make-up, own-rest or own-work; the style sheet knows them.
    look: str
    #: 休 or 班, a source text; empty on a day like any other.
    mark: str
    special: SpecialDay | None
    is_today: bool


@dataclass(frozen=True, slots=True)
class DrawnMonth:
    """One month: weeks from Monday, None before the first and after the last day."""

    #: Source text.
    label: str
    weeks: Sequence[Sequence[DrawnDay | None]]
    #: How many days the desk opens.
    working_days: int
    is_known: bool


@dataclass(frozen=True, slots=True)
class DaysAlike:
    """Days in a row that are special in the same way."""

    first: date
    last: date
    special: SpecialDay

    @property
    def count(self) -> int:
        """Return how many days there are."""
        return (self.last - self.first).days + 1


def draw_year(calendar: WorkingCalendar, year: int, today: date) -> Sequence[DrawnMonth]:
    """Return the twelve months of a year."""
    return tuple(draw_month(calendar, year, month, today) for month in range(1, 13))


def days_alike(calendar: WorkingCalendar, year: int) -> Sequence[DaysAlike]:
    """Return the special days of a year, by date, neighbours that are alike together."""
    found: list[DaysAlike] = []
    for special in calendar.special_days(year):
        last = found[-1] if found else None
        if last and special.date - last.last == timedelta(days=1) and _nature(special) == _nature(last.special):
            found[-1] = DaysAlike(last.first, special.date, special)
        else:
            found.append(DaysAlike(special.date, special.date, special))
    return found


def week_lines(week: Sequence[Hours]) -> Iterator[tuple[str, str, str]]:
    """Yield the hours of a week: first and last weekday that are alike, and their hours; empty for closed."""
    for hours, places in groupby(range(len(week)), key=lambda place: week[place]):
        alike = list(places)
        yield WEEKDAY_LABELS[alike[0]], WEEKDAY_LABELS[alike[-1]], hours_text(hours)


def draw_month(calendar: WorkingCalendar, year: int, month: int, today: date) -> DrawnMonth:
    """Return one month."""
    weeks = tuple(
        tuple(_draw_day(calendar, day, today) if day.month == month else None for day in week)
        for week in Calendar().monthdatescalendar(year, month)
    )
    days = [day for week in weeks for day in week if day]
    working = sum(calendar.is_working_day(day.date) for day in days)
    return DrawnMonth(MONTHS[month - 1], weeks, working, calendar.is_known(days[-1].date))


def _draw_day(calendar: WorkingCalendar, day: date, today: date) -> DrawnDay:
    special, is_today = calendar.special.get(day), day == today
    if special is None:
        return DrawnDay(day, calendar.kind_of(day).value, "", None, is_today)
    is_rest = special.kind is DayKind.REST
    look = f"own-{special.kind}" if special.is_own else "holiday" if is_rest else "make-up"
    return DrawnDay(day, look, msg("休") if is_rest else msg("班"), special, is_today)


def _nature(special: SpecialDay) -> tuple[object, ...]:
    return special.kind, special.name, special.source, special.hours, special.is_own
