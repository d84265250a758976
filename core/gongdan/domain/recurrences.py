"""How often something comes again: every month from a day on, on Fridays, on the last working day of each month.

What is counted from an anchor is counted from it each time and never from the one before: a month after 31 January is
28 February, two months after it is 31 March.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import count
from typing import Final, NamedTuple

from gongdan.domain.limits import WEEKDAYS
from gongdan.errors import FieldProblem, InvalidInput
from gongdan.text import msg


class StepUnit(StrEnum):
    """What steps are counted in."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Every:
    """So and so many days, weeks, months or years after the anchor, again and again; also a plain period."""

    amount: int
    unit: StepUnit

    def after(self, anchor: date, times: int = 1) -> date:
        """Return the day that many steps after ``anchor``; in a shorter month its last day."""
        if months := self.months:
            return _add_months(anchor, months * times)
        return anchor + timedelta(days=_DAYS[self.unit] * self.amount * times)

    @property
    def months(self) -> int:
        """Return how many months it is; 0 for what is counted in days or weeks."""
        return self.amount * {StepUnit.MONTH: 1, StepUnit.YEAR: _MONTHS}.get(self.unit, 0)


@dataclass(frozen=True, slots=True)
class EachWeek:
    """On a weekday, 0 is Monday."""

    weekday: int


@dataclass(frozen=True, slots=True)
class EachMonth:
    """On a day of every month; 31 is the last day of a shorter one."""

    day: int


@dataclass(frozen=True, slots=True)
class LastWorkday:
    """On the last working day of every month."""


@dataclass(frozen=True, slots=True)
class LastWeekday:
    """On the last such weekday of every month before a day, that day itself left out."""

    weekday: int
    day: int


@dataclass(frozen=True, slots=True)
class RandomDay:
    """On a working day of every month that is drawn by lot, so that nobody can prepare for it."""


@dataclass(frozen=True, slots=True)
class EachYear:
    """On some days of every year, as month and day; 29 February is the 28th of a common year."""

    days: tuple[tuple[int, int], ...]


Recurrence = Every | EachWeek | EachMonth | LastWorkday | LastWeekday | RandomDay | EachYear


class Occurrence(NamedTuple):
    """One time at which a recurrence comes."""

    #: By which occurrences are in order and told apart: the day itself, or the first of the month if that is drawn.
    key: date
    day: date


#: Tells whether the desk opens on a day.
Workdays = Callable[[date], bool]
#: Draws one of some days; the key tells draws apart.
Draw = Callable[[date, Sequence[date]], date]

_MONTHS: Final = 12
_LAST_DAY: Final = 31
#: A leap year, so that 29 February can be written.
_LEAP_YEAR: Final = 2024
#: Ten years.
_MOST: Final = {StepUnit.DAY: 3_660, StepUnit.WEEK: 522, StepUnit.MONTH: 120, StepUnit.YEAR: 10}
_DAYS: Final = {StepUnit.DAY: 1, StepUnit.WEEK: 7, StepUnit.MONTH: 31, StepUnit.YEAR: 366}

_EVERY: Final = re.compile(rf"([0-9]{{1,5}}) *({'|'.join(StepUnit)})")
_WEEK: Final = re.compile(rf"week:({'|'.join(WEEKDAYS)})")
_MONTH: Final = re.compile(r"month:([0-9]{1,2})")
_BEFORE: Final = re.compile(rf"month:({'|'.join(WEEKDAYS)}) *< *([0-9]{{1,2}})")
_YEAR: Final = re.compile(r"year:([0-9]{1,2}-[0-9]{1,2}(?: *, *[0-9]{1,2}-[0-9]{1,2}){0,11})")
_NAMED: Final[Mapping[str, Recurrence]] = {"month:last_workday": LastWorkday(), "month:random": RandomDay()}

_RULE: Final = msg("不是一个周期")
_REMEDY: Final = msg(
    "可写：1 week、3 month、1 year（自起点起每隔多久），week:fri（每星期五），"
    "month:1、month:31（每月几日，31 为月末），"
    "month:last_workday（每月最后一个工作日），month:fri<25（每月 25 日前的最后一个星期五），"
    "month:random（每月抽一个工作日），year:3-15,9-15（每年的这几天）"
)
_PERIOD_RULE: Final = msg("不是一段时间")
_PERIOD_REMEDY: Final = msg("可写：90 day、2 week、6 month、1 year")


def read_recurrence(text: str) -> Recurrence:
    """Read a recurrence as `recurrence_text` writes it; raises ``InvalidInput`` with the spellings that there are."""
    folded = " ".join(text.split()).lower().replace(": ", ":").replace(" :", ":")
    if folded in _NAMED:
        return _NAMED[folded]
    for pattern, read in _READERS:
        if found := pattern.fullmatch(folded):
            return read(text, found)
    raise _refusal(text, _RULE, _REMEDY)


def read_period(text: str) -> Every:
    """Read a plain period such as ``1 year``; raises ``InvalidInput``."""
    if found := _EVERY.fullmatch(" ".join(text.split()).lower()):
        return _every(text, int(found[1]), StepUnit(found[2]))
    raise _refusal(text, _PERIOD_RULE, _PERIOD_REMEDY)


def recurrence_text(recurrence: Recurrence) -> str:
    """Write a recurrence so that `read_recurrence` reads it again."""
    match recurrence:
        case Every(amount, unit):
            return f"{amount} {unit}"
        case EachWeek(weekday):
            return f"week:{WEEKDAYS[weekday]}"
        case LastWeekday(weekday, day):
            return f"month:{WEEKDAYS[weekday]}<{day}"
        case EachMonth(day):
            return f"month:{day}"
        case EachYear(days):
            return f"year:{_dates(days)}"
        case _:
            return next(name for name, named in _NAMED.items() if named == recurrence)


def occurrences(
    recurrence: Recurrence,
    anchor: date,
    after: date,
    *,
    is_workday: Workdays,
    draw: Draw,
    since: Every | None = None,
) -> Iterator[Occurrence]:
    """Yield every occurrence whose key comes after ``after`` and after the anchor, in order, without an end.

    The anchor's own day is none; of a month or year that it lies in, only later days are. With ``since`` the count
    begins that long after the anchor; months are counted from the anchor's own day all the same.
    """
    first = since.after(anchor) if since else anchor
    begins = max(first, after)
    if isinstance(recurrence, Every):
        yield from _steps(recurrence, anchor, since, begins)
    elif isinstance(recurrence, EachWeek):
        first = begins + timedelta(days=1)
        first += timedelta(days=(recurrence.weekday - first.weekday()) % 7)
        yield from (Occurrence(day, day) for day in (first + timedelta(weeks=each) for each in count()))
    else:
        for month in count(begins.year * _MONTHS + begins.month - 1):
            year, number = divmod(month, _MONTHS)
            found = _in_month(recurrence, date(year, number + 1, 1), is_workday, draw)
            yield from (each for each in found if each.key > begins)


def _steps(every: Every, anchor: date, since: Every | None, begins: date) -> Iterator[Occurrence]:
    start = since.after(anchor) if since else anchor
    first = max(1, (begins - start).days // (_DAYS[every.unit] * every.amount))
    if since and since.months and every.months:
        # A first stretch that ends on 28 February for a 31 August would leave all later ones on the 28th.
        days = (_add_months(anchor, since.months + every.months * times) for times in count(first))
    else:
        days = (every.after(start, times) for times in count(first))
    return (Occurrence(day, day) for day in days if day > begins)


def _in_month(recurrence: Recurrence, first: date, is_workday: Workdays, draw: Draw) -> Sequence[Occurrence]:
    last = _last_of(first)
    match recurrence:
        case EachMonth(day):
            return _alone(first.replace(day=min(day, last.day)))
        case LastWeekday(weekday, day):
            end = first.replace(day=min(day - 1, last.day))
            return _alone(end - timedelta(days=(end.weekday() - weekday) % 7))
        case LastWorkday():
            return _alone(max((day for day in _days_of(first) if is_workday(day)), default=last))
        case EachYear(days):
            found = sorted(_day_in(first, day) for month, day in days if month == first.month)
            return [Occurrence(day, day) for day in dict.fromkeys(found)]
        case _:
            working = [day for day in _days_of(first) if is_workday(day)]
            return [Occurrence(first, draw(first, working or _days_of(first)))]


def _alone(day: date) -> Sequence[Occurrence]:
    return [Occurrence(day, day)]


def _day_in(first: date, day: int) -> date:
    return first.replace(day=min(day, _last_of(first).day))


def _days_of(first: date) -> Sequence[date]:
    return [first.replace(day=day) for day in range(1, _last_of(first).day + 1)]


def _last_of(first: date) -> date:
    return first.replace(day=monthrange(first.year, first.month)[1])


def _add_months(anchor: date, months: int) -> date:
    year, month = divmod(anchor.year * _MONTHS + anchor.month - 1 + months, _MONTHS)
    return date(year, month + 1, min(anchor.day, monthrange(year, month + 1)[1]))


def _every(text: str, amount: int, unit: StepUnit) -> Every:
    if not 1 <= amount <= _MOST[unit]:
        raise _refusal(text, msg("须大于 0，最长十年"), msg("请核对数字与单位"))
    return Every(amount, unit)


def _checked_day(text: str, day: int, lowest: int) -> int:
    if not lowest <= day <= _LAST_DAY:
        params: dict[str, object] = {"lowest": lowest, "highest": _LAST_DAY}
        raise _refusal(text, msg("日须在 {lowest} 到 {highest} 之间"), msg("请核对几日"), params)
    return day


def _each_year(text: str, given: str) -> EachYear:
    days = []
    for each in given.split(","):
        month, _, day = each.strip().partition("-")
        try:
            days.append(date(_LEAP_YEAR, int(month), int(day)))
        except ValueError:
            params: dict[str, object] = {"day": each.strip()}
            raise _refusal(text, msg("没有“{day}”这一天"), msg("请写成月-日，例如 3-15"), params) from None
    return EachYear(tuple((day.month, day.day) for day in sorted(set(days))))


#: Spellings with a figure, and what reads them; every weekday has been there before the 8th of a month.
_READERS: Final[Sequence[tuple[re.Pattern[str], Callable[[str, re.Match[str]], Recurrence]]]] = (
    (_EVERY, lambda text, found: _every(text, int(found[1]), StepUnit(found[2]))),
    (_WEEK, lambda _, found: EachWeek(WEEKDAYS.index(found[1]))),
    (_MONTH, lambda text, found: EachMonth(_checked_day(text, int(found[1]), 1))),
    (_BEFORE, lambda text, found: LastWeekday(WEEKDAYS.index(found[1]), _checked_day(text, int(found[2]), 8))),
    (_YEAR, lambda text, found: _each_year(text, found[1])),
)


def _refusal(text: str, rule: str, remedy: str, params: dict[str, object] | None = None) -> InvalidInput:
    return InvalidInput((FieldProblem("recurrence", text, rule, remedy, params=params, label=msg("周期")),))


# --- Words -------------------------------------------------------------------------------------------------------

_ONE: Final = {
    StepUnit.DAY: msg("每天，自起点起"),
    StepUnit.WEEK: msg("每周，自起点起"),
    StepUnit.MONTH: msg("每月，自起点起"),
    StepUnit.YEAR: msg("每年，自起点起"),
}
_SEVERAL: Final = {
    StepUnit.DAY: msg("每 {amount} 天，自起点起"),
    StepUnit.WEEK: msg("每 {amount} 周，自起点起"),
    StepUnit.MONTH: msg("每 {amount} 个月，自起点起"),
    StepUnit.YEAR: msg("每 {amount} 年，自起点起"),
}
_PERIODS: Final = {
    StepUnit.DAY: msg("{amount} 天"),
    StepUnit.WEEK: msg("{amount} 周"),
    StepUnit.MONTH: msg("{amount} 个月"),
    StepUnit.YEAR: msg("{amount} 年"),
}
_WEEKLY: Final = (
    msg("每星期一"), msg("每星期二"), msg("每星期三"), msg("每星期四"), msg("每星期五"), msg("每星期六"),
    msg("每星期日"),
)  # fmt: skip
_LAST: Final = (
    msg("每月 {day} 日前的最后一个星期一"),
    msg("每月 {day} 日前的最后一个星期二"),
    msg("每月 {day} 日前的最后一个星期三"),
    msg("每月 {day} 日前的最后一个星期四"),
    msg("每月 {day} 日前的最后一个星期五"),
    msg("每月 {day} 日前的最后一个星期六"),
    msg("每月 {day} 日前的最后一个星期日"),
)


def describe_recurrence(recurrence: Recurrence) -> tuple[str, dict[str, object]]:
    """Return a recurrence as people say it: a source text and the values for its placeholders."""
    match recurrence:
        case Every(amount, unit):
            return (_ONE if amount == 1 else _SEVERAL)[unit], {"amount": amount}
        case EachWeek(weekday):
            return _WEEKLY[weekday], {}
        case LastWeekday(weekday, day):
            return _LAST[weekday], {"day": day}
        case EachYear(days):
            return msg("每年 {days}"), {"days": _dates(days)}
        case EachMonth(day):
            return (msg("每月最后一天") if day == _LAST_DAY else msg("每月 {day} 日")), {"day": day}
        case _:
            is_last = isinstance(recurrence, LastWorkday)
            return (msg("每月最后一个工作日") if is_last else msg("每月抽定的一个工作日")), {}


def describe_period(period: Every) -> tuple[str, dict[str, object]]:
    """Return a plain period as people say it: a source text and the values for its placeholders."""
    return _PERIODS[period.unit], {"amount": period.amount}


def _dates(days: Sequence[tuple[int, int]]) -> str:
    return ",".join(f"{month}-{day}" for month, day in days)
