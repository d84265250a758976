"""How long something may take, as a regulation says it: 2 hours, 24 working hours, by the 6th of next month."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Final

from gongdan.errors import FieldProblem, InvalidInput
from gongdan.text import msg


class SpanUnit(StrEnum):
    """What is counted; see decision 14 for the readings of "working hours" and of "days"."""

    #: Clock time.
    MINUTE = "min"
    HOUR = "h"
    #: Only while the desk is open.
    DESK_MINUTE = "desk_min"
    DESK_HOUR = "desk_h"
    #: Clock time, all 24 hours of every working day.
    WORKDAY_HOUR = "workday_h"
    #: To the close of the n-th working day after the day of the start.
    WORKDAY = "workday"
    #: To the close of the n-th day after the day of the start.
    DAY = "day"


_LENGTHS: Final[Mapping[SpanUnit, timedelta]] = {
    SpanUnit.MINUTE: timedelta(minutes=1),
    SpanUnit.HOUR: timedelta(hours=1),
    SpanUnit.DESK_MINUTE: timedelta(minutes=1),
    SpanUnit.DESK_HOUR: timedelta(hours=1),
    SpanUnit.WORKDAY_HOUR: timedelta(hours=1),
}


@dataclass(frozen=True, slots=True)
class Span:
    """So and so many of a unit."""

    amount: int
    unit: SpanUnit
    #: As long as it is where minutes or hours are counted; nothing for days. Every due time asks for it.
    length: timedelta = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "length", _LENGTHS.get(self.unit, timedelta()) * self.amount)


@dataclass(frozen=True, slots=True)
class MonthDay:
    """To the close of a day of this month (0), the next (1) or a later one; 31 is the last day of a shorter month.

    A day of this month that has closed before the start means that of the next month.
    """

    day: int
    months: int = 1


@dataclass(frozen=True, slots=True)
class WeekdayBefore:
    """To the close of the last such weekday (0 is Monday) before a day of the month, the 25th itself left out.

    When it has closed before the start, that of the next month is meant.
    """

    weekday: int
    day: int


@dataclass(frozen=True, slots=True)
class SameDay:
    """To the close of the day of the start; to midnight when the desk has closed or does not open that day."""


@dataclass(frozen=True, slots=True)
class NextOpening:
    """To the next moment at which the desk opens for a day: handover in the morning."""


Limit = Span | MonthDay | WeekdayBefore | SameDay | NextOpening

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAY_LABELS: Final = (
    msg("星期一"), msg("星期二"), msg("星期三"), msg("星期四"), msg("星期五"), msg("星期六"), msg("星期日")
)  # fmt: skip

_LONGEST_DAYS: Final = 3_660
#: Ten years, whatever they are counted in.
_HIGHEST: Final = {
    SpanUnit.MINUTE: _LONGEST_DAYS * 1_440,
    SpanUnit.HOUR: _LONGEST_DAYS * 24,
    SpanUnit.DESK_MINUTE: _LONGEST_DAYS * 1_440,
    SpanUnit.DESK_HOUR: _LONGEST_DAYS * 24,
    SpanUnit.WORKDAY_HOUR: _LONGEST_DAYS * 24,
    SpanUnit.WORKDAY: _LONGEST_DAYS,
    SpanUnit.DAY: _LONGEST_DAYS,
}
_LAST_DAY: Final = 31
_MOST_MONTHS: Final = 24

_SAME_DAY: Final = "same_day"
_NEXT_OPENING: Final = "next_opening"
_SPAN: Final = re.compile(rf"([0-9]{{1,9}}) *({'|'.join(SpanUnit)})")
_MONTH_DAY: Final = re.compile(r"month *\+ *([0-9]{1,2}) *: *([0-9]{1,2})")
_WEEKDAY: Final = re.compile(rf"({'|'.join(WEEKDAYS)}) *< *([0-9]{{1,2}})")

_RULE: Final = msg("不是一个时限")
_REMEDY: Final = msg(
    "可写：30 min、2 h（钟点时间），90 desk_min、24 desk_h（仅计上班时间），24 workday_h（工作日全天计），"
    "2 workday、3 day（至第几个工作日、自然日下班时），same_day（当日），next_opening（下一次上班时），"
    "month+1:6（次月 6 日前），fri<25（25 日前的最后一个星期五）"
)

_SPAN_WORDS: Final = {
    SpanUnit.MINUTE: msg("{amount} 分钟"),
    SpanUnit.HOUR: msg("{amount} 小时"),
    SpanUnit.DESK_MINUTE: msg("{amount} 分钟（仅计上班时间）"),
    SpanUnit.DESK_HOUR: msg("{amount} 小时（仅计上班时间）"),
    SpanUnit.WORKDAY_HOUR: msg("{amount} 小时（工作日全天计，休息日不计）"),
    SpanUnit.WORKDAY: msg("{amount} 个工作日（至末日下班）"),
    SpanUnit.DAY: msg("{amount} 天（至末日下班）"),
}
_WEEKDAY_WORDS: Final = (
    msg("{day} 日前的最后一个星期一"),
    msg("{day} 日前的最后一个星期二"),
    msg("{day} 日前的最后一个星期三"),
    msg("{day} 日前的最后一个星期四"),
    msg("{day} 日前的最后一个星期五"),
    msg("{day} 日前的最后一个星期六"),
    msg("{day} 日前的最后一个星期日"),
)


def read_limit(text: str) -> Limit:
    """Read a limit as `limit_text` writes it; raises ``InvalidInput`` with the spellings that there are."""
    folded = " ".join(text.split()).lower()
    if folded == _SAME_DAY:
        return SameDay()
    if folded == _NEXT_OPENING:
        return NextOpening()
    if found := _SPAN.fullmatch(folded):
        return _span(text, int(found[1]), SpanUnit(found[2]))
    if found := _MONTH_DAY.fullmatch(folded):
        return _month_day(text, int(found[2]), int(found[1]))
    if found := _WEEKDAY.fullmatch(folded):
        return _weekday_before(text, WEEKDAYS.index(found[1]), int(found[2]))
    raise _refusal(text, _RULE, _REMEDY)


def limit_text(limit: Limit) -> str:
    """Write a limit so that `read_limit` reads it again."""
    match limit:
        case Span(amount, unit):
            return f"{amount} {unit}"
        case MonthDay(day, months):
            return f"month+{months}:{day}"
        case WeekdayBefore(weekday, day):
            return f"{WEEKDAYS[weekday]}<{day}"
        case SameDay():
            return _SAME_DAY
        case NextOpening():
            return _NEXT_OPENING


def describe(limit: Limit) -> tuple[str, dict[str, object]]:
    """Return a limit as people say it: a source text and the values for its placeholders."""
    match limit:
        case Span(amount, unit):
            return _SPAN_WORDS[unit], {"amount": amount}
        case MonthDay(day, months):
            return _month_words(day, months)
        case WeekdayBefore(weekday, day):
            return _WEEKDAY_WORDS[weekday], {"day": day}
        case SameDay():
            return msg("当日"), {}
        case NextOpening():
            return msg("下一次上班时"), {}


def _month_words(day: int, months: int) -> tuple[str, dict[str, object]]:
    if months == 0:
        return (msg("月底前"), {}) if day == _LAST_DAY else (msg("当月 {day} 日前"), {"day": day})
    if months == 1:
        return (msg("次月月底前"), {}) if day == _LAST_DAY else (msg("次月 {day} 日前"), {"day": day})
    return msg("{months} 个月后的 {day} 日前"), {"months": months, "day": day}


def _span(text: str, amount: int, unit: SpanUnit) -> Span:
    if amount > _HIGHEST[unit]:
        raise _refusal(text, msg("时限最长十年"), msg("请核对数字与单位"))
    return Span(amount, unit)


def _month_day(text: str, day: int, months: int) -> MonthDay:
    _check_day(text, day, 1)
    if months > _MOST_MONTHS:
        raise _refusal(text, msg("最多推后 24 个月"), msg("请核对 month+ 之后的数字"))
    return MonthDay(day, months)


def _weekday_before(text: str, weekday: int, day: int) -> WeekdayBefore:
    # Every weekday has been there before the 8th; the last one of a month of any length is not told this way.
    _check_day(text, day, 8)
    return WeekdayBefore(weekday, day)


def _check_day(text: str, day: int, lowest: int) -> None:
    if not lowest <= day <= _LAST_DAY:
        params: dict[str, object] = {"lowest": lowest, "highest": _LAST_DAY}
        raise _refusal(text, msg("日须在 {lowest} 到 {highest} 之间"), msg("请核对几日"), params)


def _refusal(text: str, rule: str, remedy: str, params: dict[str, object] | None = None) -> InvalidInput:
    return InvalidInput((FieldProblem("limit", text, rule, remedy, params=params, label=msg("时限")),))
