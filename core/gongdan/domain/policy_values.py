"""Values of the policy: what each kind is, how it is written, read, compared and kept."""

import re
from collections.abc import Callable, Mapping
from datetime import time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeAlias

from gongdan.domain.hours import Hours, hours_text, read_hours
from gongdan.domain.limits import Limit, MonthDay, Span, SpanUnit, limit_text, read_limit
from gongdan.domain.recurrences import Recurrence, read_period, read_recurrence, recurrence_text
from gongdan.text import msg

_PLACES = 2
_LONGEST_NUMBER = 15

#: What a value is once it is read.
Value: TypeAlias = Limit | Recurrence | Hours | int | Decimal | time | str | bool


class PolicyKind(StrEnum):
    """What a value is and how it is written."""

    #: How long something may take, such as ``2 h`` or ``24 desk_h``.
    LIMIT = "limit"
    #: How often something comes again, such as ``1 month`` or ``week:fri``.
    RECURRENCE = "recurrence"
    #: A plain period, such as ``1 year``.
    PERIOD = "period"
    #: Hours of a day, such as ``10:30-11:30 15:00-17:30``.
    HOURS = "hours"
    INTEGER = "integer"
    #: A share in hundredths: ``20`` is 20 %.
    PERCENT = "percent"
    #: Yuan with at most two decimals.
    MONEY = "money"
    #: A time of day, such as ``17:30``.
    TIME = "time"
    CHOICE = "choice"
    #: ``yes`` or ``no``.
    YES_NO = "yes_no"
    TEXT = "text"


def _read_integer(text: str) -> int:
    if not re.fullmatch(r"-?\d{1,12}", text, re.ASCII):
        raise ValueError(text)
    return int(text)


def _read_decimal(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
    if not re.fullmatch(r"-?\d+(\.\d{1,2})?", text, re.ASCII) or len(text) > _LONGEST_NUMBER:
        raise ValueError(text)
    return value


def _read_percent(text: str) -> Decimal:
    value = _read_decimal(text.removesuffix("%").strip())
    if not 0 <= value <= 100:  # noqa: PLR2004 -- per cent
        raise ValueError(text)
    return value


def _read_time(text: str) -> time:
    if not re.fullmatch(r"\d{2}:\d{2}", text, re.ASCII):
        raise ValueError(text)
    return time.fromisoformat(text)


def _read_hours(text: str) -> Hours:
    if not (hours := read_hours(text)):
        # Hours that are never would be none; to leave them open is to leave the key undecided.
        raise ValueError(text)
    return hours


def _read_yes_no(text: str) -> bool:
    if text not in _YES_NO:
        raise ValueError(text)
    return _YES_NO[text]


def _read_text(text: str) -> str:
    if not text or not text.isprintable():
        raise ValueError(text)
    return text


_YES_NO = {"yes": True, "no": False, "是": True, "否": False}

#: What reads a written value of a kind; raises ``InvalidInput`` or ``ValueError``.
READERS: Mapping[PolicyKind, Callable[[str], Value]] = {
    PolicyKind.LIMIT: read_limit,
    PolicyKind.RECURRENCE: read_recurrence,
    PolicyKind.PERIOD: read_period,
    PolicyKind.HOURS: _read_hours,
    PolicyKind.INTEGER: _read_integer,
    PolicyKind.PERCENT: _read_percent,
    PolicyKind.MONEY: _read_decimal,
    PolicyKind.TIME: _read_time,
    PolicyKind.CHOICE: _read_text,
    PolicyKind.YES_NO: _read_yes_no,
    PolicyKind.TEXT: _read_text,
}


def _itself(value: Value) -> Decimal:
    return Decimal(value) if isinstance(value, int | Decimal) else Decimal(0)


def _minute_of_day(value: Value) -> Decimal:
    return Decimal(value.hour * 60 + value.minute) if isinstance(value, time) else Decimal(0)


#: Minutes of a unit, as long as it is at least; bounds catch slips of the hand, they measure nothing.
_MINUTES: Mapping[SpanUnit, int] = {
    SpanUnit.MINUTE: 1,
    SpanUnit.DESK_MINUTE: 1,
    SpanUnit.HOUR: 60,
    SpanUnit.DESK_HOUR: 60,
    SpanUnit.WORKDAY_HOUR: 60,
    SpanUnit.WORKDAY: 1_440,
    SpanUnit.DAY: 1_440,
}
_MONTH = 31 * 1_440


def _length(value: Value) -> Decimal:
    match value:
        case Span(amount, unit):
            return Decimal(amount * _MINUTES[unit])
        case MonthDay(day, months):
            return Decimal(months * _MONTH + day * 1_440)
        case _:
            return Decimal(1_440)


#: What values of a kind are compared by.
SIZES: Mapping[PolicyKind, Callable[[Value], Decimal]] = {
    PolicyKind.LIMIT: _length,
    PolicyKind.INTEGER: _itself,
    PolicyKind.PERCENT: _itself,
    PolicyKind.MONEY: _itself,
    PolicyKind.TIME: _minute_of_day,
}


def write_value(kind: PolicyKind, value: Value) -> str:
    """Return the one way in which a value of a kind is kept."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, time):
        return value.isoformat("minutes")
    if isinstance(value, Decimal):
        return f"{value:.{_PLACES}f}" if kind is PolicyKind.MONEY else f"{value.normalize():f}"
    if isinstance(value, int | str):
        return str(value)
    if isinstance(value, tuple):
        return hours_text(value)
    return limit_text(value) if isinstance(value, Limit) else recurrence_text(value)


#: What a value of a kind has to look like.
FORMS: Mapping[PolicyKind, str] = {
    PolicyKind.INTEGER: msg("应为整数"),
    PolicyKind.PERCENT: msg("应为 0 到 100 的百分数"),
    PolicyKind.MONEY: msg("应为金额，最多两位小数"),
    PolicyKind.TIME: msg("应为时间"),
    PolicyKind.HOURS: msg("应为时段"),
    PolicyKind.CHOICE: msg("不是可选的值"),
    PolicyKind.YES_NO: msg("应为是或否"),
    PolicyKind.TEXT: msg("应为一行文字"),
}

#: What a value of a kind may look like.
EXAMPLES: Mapping[PolicyKind, str] = {
    PolicyKind.INTEGER: msg("例如 3"),
    PolicyKind.PERCENT: msg("例如 20"),
    PolicyKind.MONEY: msg("例如 50.00"),
    PolicyKind.TIME: msg("例如 17:30"),
    PolicyKind.HOURS: msg("例如 10:30-11:30 15:00-17:30"),
    PolicyKind.CHOICE: "",
    PolicyKind.YES_NO: msg("请填 yes 或 no"),
    PolicyKind.TEXT: "",
}
