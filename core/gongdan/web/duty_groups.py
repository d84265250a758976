"""What a person owes, in the order in which he has to look at it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from gongdan.domain.duties import DutyState
from gongdan.services.duty_rows import DutyView
from gongdan.text import msg
from gongdan.web import shown
from gongdan.web.words import say

#: More duties than these are not read for the home page.
OWED_AT_MOST = 100

#: Groups in their order: what they are called, whether they are folded.
_GROUPS = {
    "overdue": (msg("已逾期"), False),
    "today": (msg("今天"), False),
    "week": (msg("本周"), False),
    "later": (msg("以后"), False),
    "paused": (msg("暂停中"), True),
    "undecided": (msg("时限未定"), True),
}


@dataclass(frozen=True, slots=True)
class Group:
    """Duties that are due about the same time."""

    name: str
    #: In words.
    label: str
    is_folded: bool
    duties: Sequence[DutyView]


@dataclass(frozen=True, slots=True)
class OwedList:
    """What somebody owes; groups without anything are left out."""

    count: int
    groups: Sequence[Group]


def owed(duties: Sequence[DutyView]) -> OwedList:
    """Return duties in groups, in the order in which they come."""
    now = shown.now()
    sorted_out: dict[str, list[DutyView]] = {name: [] for name in _GROUPS}
    for duty in duties:
        sorted_out[_group(duty, now)].append(duty)
    groups = [
        Group(name, say(label), is_folded, sorted_out[name])
        for name, (label, is_folded) in _GROUPS.items()
        if sorted_out[name]
    ]
    return OwedList(len(duties), groups)


def _group(duty: DutyView, now: datetime) -> str:
    if duty.is_overdue(now):
        return "overdue"
    if duty.due_at is None:
        return "undecided"
    if duty.state is DutyState.PAUSED:
        return "paused"
    today, day = now.astimezone(shown.zone()).date(), duty.due_at.astimezone(shown.zone()).date()
    if day <= today:
        return "today"
    sunday = today + timedelta(days=6 - today.weekday())
    return "week" if day <= sunday else "later"
