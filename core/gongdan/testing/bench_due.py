"""How long one due time takes from a calendar that is laid out, beside looking a day up in a dictionary."""

import random
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from gongdan.domain.calendars import DayKind, SpecialDay, WorkingCalendar
from gongdan.domain.hours import read_hours
from gongdan.domain.limits import read_limit

_COUNT = 20_000
_ROUNDS = 15
_LIMITS = ("30 desk_min", "1 desk_h", "2 desk_h", "3 h")


def due_seconds() -> tuple[float, float]:
    """Return the seconds of processor time of a due time on the day of its start, and of one look-up of that day.

    The look-up is that of walking: is this day a special one? Both are called in a loop over the same starts.
    """
    calendar = _calendar()
    starts = _starts(calendar)
    limits = [read_limit(text) for text in _LIMITS]
    days = [start.date() for start in starts]
    look_up, due = calendar.special.get, calendar.due

    def look_all_up() -> None:
        for day in days:
            look_up(day)

    def reckon_all() -> None:
        for limit in limits:
            for start in starts:
                due(start, limit)

    reckon_all()
    rounds = [(_taken(reckon_all), _taken(look_all_up)) for _ in range(_ROUNDS)]
    reckoned, looked_up = (min(one[place] for one in rounds) for place in (0, 1))
    return reckoned / (_COUNT * len(limits)), looked_up / _COUNT


def _calendar() -> WorkingCalendar:
    """Return Monday to Friday, 9 to 18, with thirty holidays."""
    week = (*[read_hours("09:00-18:00")] * 5, (), ())
    holidays = [datetime(2026, 1, 1, tzinfo=UTC).date() + timedelta(days=12 * number) for number in range(30)]
    return WorkingCalendar("bench", "Asia/Shanghai", week, {day: SpecialDay(day, DayKind.REST) for day in holidays})


def _starts(calendar: WorkingCalendar) -> list[datetime]:
    """Return moments between 9 and 15 o'clock on the working days of a year."""
    order = random.Random(5)  # noqa: S311 -- a spread, no secret
    first = datetime(2026, 1, 1, 1, tzinfo=UTC)
    days = [first + timedelta(days=number) for number in range(365)]
    days = [day for day in days if calendar.is_working_day(day.date())]
    return [order.choice(days) + timedelta(minutes=order.randrange(6 * 60)) for _ in range(_COUNT)]


def _taken(run: Callable[[], None]) -> float:
    began = time.process_time()
    run()
    return time.process_time() - began
