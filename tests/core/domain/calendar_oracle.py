"""A slow reckoner that walks minute by minute, against which the quick one is held.

It knows nothing of lines: it looks at the clock on the wall in every single minute, a clock that is never put back.
"""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gongdan.domain.calendars import DayKind, WorkingCalendar
from gongdan.domain.hours import Hours

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def walk(calendar: WorkingCalendar, begin: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Yield every minute from one moment to another, with what a clock shows that is never put back."""
    zone = ZoneInfo(calendar.zone)
    at = begin - 3 * DAY
    shown = at.astimezone(zone).replace(tzinfo=None)
    while at < end:
        shown = max(shown, at.astimezone(zone).replace(tzinfo=None))
        if at >= begin:
            yield at, shown
        at += MINUTE


def is_open(calendar: WorkingCalendar, shown: datetime) -> bool:
    """Tell whether the desk is open when the clock shows this."""
    return any(
        datetime.combine(day, time()) + one.begins * MINUTE <= shown < datetime.combine(day, time()) + one.ends * MINUTE
        for day in (shown.date() - DAY, shown.date())
        for one in hours(calendar, day)
    )


def hours(calendar: WorkingCalendar, day: date) -> Hours:
    """Return the hours of a day, read from the declaration."""
    special = calendar.special.get(day)
    if special is None:
        return calendar.week[day.weekday()]
    if special.kind is DayKind.REST:
        return ()
    return special.hours or next(one for one in calendar.week if one)


def counts(calendar: WorkingCalendar, shown: datetime, unit: str) -> bool:
    """Tell whether a minute counts."""
    if unit in {"desk_min", "desk_h"}:
        return is_open(calendar, shown)
    return unit in {"min", "h"} or bool(hours(calendar, shown.date()))


def due(calendar: WorkingCalendar, start: datetime, minutes: int, unit: str) -> datetime:
    """Return when so many minutes have counted since a full minute."""
    left = minutes
    for at, shown in walk(calendar, start, start + 4000 * DAY):
        left -= counts(calendar, shown, unit)
        if left == 0:
            return at + MINUTE
    raise AssertionError("never due")


def counted(calendar: WorkingCalendar, start: datetime, end: datetime, unit: str) -> int:
    """Return how many minutes count between two full minutes."""
    return sum(counts(calendar, shown, unit) for _, shown in walk(calendar, start, end))


def close_after(calendar: WorkingCalendar, start: datetime, days: int, *, working: bool) -> datetime:
    """Return the close of the n-th day after that of the start: the last open minute that begins on it, or midnight."""
    day, left = date.min, days + 1
    last = start
    is_target = False
    for at, shown in walk(calendar, start, start + 4000 * DAY):
        if shown.date() != day:
            if is_target:
                break
            is_first = day == date.min
            day = shown.date()
            left -= is_first or not working or bool(hours(calendar, day))
            is_target = left == 0 and not is_first
        if is_target and (not hours(calendar, day) or shown_before_close(calendar, day, shown)):
            last = at
    midnight = is_target and last + MINUTE == at
    return last + MINUTE - timedelta(seconds=1 if midnight else 0)


def shown_before_close(calendar: WorkingCalendar, day: date, shown: datetime) -> bool:
    """Tell whether the desk has not closed for the day yet."""
    closes = max(one.ends for one in hours(calendar, day))
    return shown < datetime.combine(day, time()) + closes * MINUTE


def month_day(start: date, day: int, months: int) -> date:
    """Return the day of a later month, the last one of a shorter month."""
    year, month = start.year, start.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return date(year, month, min(day, monthrange(year, month)[1]))
