"""Opening hours of a week: reading, writing and checking them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from gongdan.domain.folding import fold_text
from gongdan.domain.limits import WEEKDAY_LABELS, WEEKDAYS
from gongdan.errors import FieldProblem, InvalidInput
from gongdan.text import msg

DAY_MINUTES: Final = 1_440
DAYS_OF_WEEK: Final = 7
_HOUR_MINUTES: Final = 60

_INTERVAL: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})-(?:(次日))?([0-9]{1,2}):([0-9]{2})")
#: The dashes and words that people type between two times.
_DASHES: Final = re.compile(r" *[-–—~至到] *")
_GAPS: Final = re.compile(r"[,;、 ]+")

_SPELLING: Final = msg("请写成 09:00-12:00 14:00-18:00；过零点的写成 22:00-30:00，即次日 6:00 下班")


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """Hours without a break, in minutes from local midnight; ``ends`` may pass 1440, it is no part of them."""

    begins: int
    ends: int


Hours = tuple[Interval, ...]


def read_hours(text: str) -> Hours:
    """Read the hours of a day as `hours_text` writes them; an empty text means closed. Raises ``InvalidInput``."""
    folded = _DASHES.sub("-", fold_text(text))
    hours = []
    for part in _GAPS.split(folded):
        if part:
            found = _INTERVAL.fullmatch(part)
            if not found:
                raise _refusal(text, msg("不是上下班时间"))
            ends = _minutes(found[4], found[5]) + (DAY_MINUTES if found[3] else 0)
            hours.append(Interval(_minutes(found[1], found[2]), ends))
    found_hours = tuple(sorted(hours))
    if problems := check_hours(found_hours):
        raise InvalidInput(problems)
    return found_hours


def hours_text(hours: Sequence[Interval]) -> str:
    """Write the hours of a day; empty for a day that is closed."""
    return " ".join(f"{clock_text(one.begins)}-{clock_text(one.ends)}" for one in hours)


def clock_text(minutes: int) -> str:
    """Write minutes from midnight as 09:30; what passes midnight goes on counting, as 30:00."""
    return f"{minutes // _HOUR_MINUTES:02}:{minutes % _HOUR_MINUTES:02}"


def check_hours(hours: Sequence[Interval], field: str = "hours", label: str = "") -> tuple[FieldProblem, ...]:
    """Return what is wrong with the hours of one day."""
    label = label or msg("上班时间")
    problems = []
    for one in hours:
        value = hours_text((one,))
        if not 0 <= one.begins < DAY_MINUTES:
            problems.append(FieldProblem(field, value, msg("上班须在 0:00 到 23:59 之间"), _SPELLING, label=label))
        elif one.ends <= one.begins:
            problems.append(FieldProblem(field, value, msg("下班须晚于上班"), _SPELLING, label=label))
        elif one.ends - one.begins > DAY_MINUTES:
            problems.append(FieldProblem(field, value, msg("一段上班时间不超过 24 小时"), _SPELLING, label=label))
    return (*problems, *_overlaps(sorted(hours), field, label))


def check_week(week: Sequence[Hours]) -> tuple[FieldProblem, ...]:
    """Return what is wrong with the hours of a week, Monday first."""
    if len(week) != DAYS_OF_WEEK or not any(week):
        rule, remedy = msg("一周至少要有一天上班"), msg("请填写上班的那几天")
        return (FieldProblem("week", "", rule, remedy, label=msg("每周上班时间")),)
    problems: list[FieldProblem] = []
    for name, label, hours in zip(WEEKDAYS, WEEKDAY_LABELS, week, strict=True):
        problems.extend(check_hours(hours, name, label))
    return tuple(problems) or _runs_into_next_day(week)


def _runs_into_next_day(week: Sequence[Hours]) -> tuple[FieldProblem, ...]:
    """Return where the night of one day reaches into the hours of the next, Sunday's into Monday's."""
    rule, remedy = msg("过零点后与次日的 {other} 重叠"), msg("请提早下班，或推迟次日的上班时间")
    problems = []
    for place, hours in enumerate(week):
        late = max((one for one in hours if one.ends > DAY_MINUTES), key=_ends, default=None)
        following = min(week[(place + 1) % DAYS_OF_WEEK], default=None)
        if late and following and following.begins < late.ends - DAY_MINUTES:
            params, label = {"other": hours_text((following,))}, WEEKDAY_LABELS[place]
            problems.append(
                FieldProblem(WEEKDAYS[place], hours_text((late,)), rule, remedy, params=params, label=label)
            )
    return tuple(problems)


def _ends(interval: Interval) -> int:
    return interval.ends


def _overlaps(hours: Sequence[Interval], field: str, label: str) -> list[FieldProblem]:
    rule, remedy = msg("与 {other} 重叠"), msg("请改成前后相接或分开的时段")
    return [
        FieldProblem(field, hours_text((one,)), rule, remedy, params={"other": hours_text((other,))}, label=label)
        for one, other in pairwise(hours)
        if other.begins < one.ends
    ]


def _minutes(hour: str, minute: str) -> int:
    if int(minute) >= _HOUR_MINUTES:
        raise _refusal(f"{hour}:{minute}", msg("分钟须小于 60"))
    return int(hour) * _HOUR_MINUTES + int(minute)


def _refusal(text: str, rule: str) -> InvalidInput:
    return InvalidInput((FieldProblem("hours", text, rule, _SPELLING, label=msg("上班时间")),))
