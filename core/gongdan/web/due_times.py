"""Due times as pages show them: how much time is left or gone, in two units at most; js/due.js lets them run on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from flask import Flask

from gongdan.domain.duties import DutyState
from gongdan.text import msg
from gongdan.web import shown
from gongdan.web.words import say

#: What the countdown is made of; js/due.js has the same rules.
_WORDS: Mapping[str, str] = {
    "left": msg("还有 {time}"),
    "late": msg("逾期 {time}"),
    "soon": msg("马上到期"),
    "just": msg("刚刚逾期"),
    "day": msg("{n} 天"),
    "hour": msg("{n} 小时"),
    "minute": msg("{n} 分"),
}
#: Share of the time after which little of it is left.
_NEAR = 0.8


class Owed(Protocol):
    """What has a due time: a duty, or the next one of a ticket."""

    @property
    def state(self) -> DutyState: ...
    @property
    def started_at(self) -> datetime: ...
    @property
    def due_at(self) -> datetime | None: ...
    @property
    def is_provisional(self) -> bool: ...
    @property
    def missed_at(self) -> datetime | None: ...
    @property
    def ended_at(self) -> datetime | None: ...
    @property
    def is_undecided(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Due:
    """A due time in words; ``tone`` is ``late``, ``near``, ``quiet`` or empty."""

    text: str
    tone: str
    icon: str
    #: The moment, whole.
    title: str = ""
    at: datetime | None = None
    #: When little time is left.
    near_at: datetime | None = None
    is_running: bool = False


def due(owed: Owed) -> Due:
    """Return what a page says about the due time of something owed."""
    if owed.due_at is None:
        return Due(say(msg("时限未定") if owed.is_undecided else msg("算不出到期时间")), "quiet", "help-circle")
    title = say(msg("{at} 到期"), at=shown.moment(owed.due_at))
    if owed.ended_at is not None:
        return Due(shown.short_moment(owed.due_at), "quiet", "clock", title, owed.due_at)
    if owed.state is DutyState.PAUSED:
        return Due(say(msg("暂停中")), "quiet", "player-pause", title)
    now = shown.now()
    near_at = owed.started_at + (owed.due_at - owed.started_at) * _NEAR
    is_late = owed.missed_at is not None or owed.due_at < now
    tone = "late" if is_late else "near" if near_at <= now else ""
    icon = "alert-circle" if is_late else "clock"
    return Due(_left(owed.due_at - now), tone, icon, title, owed.due_at, near_at, is_running=True)


def span_words(span: timedelta) -> str:
    """Return a length of time in its two largest units: 1 小时 20 分."""
    days, rest = divmod(span // timedelta(minutes=1), 24 * 60)
    hours, minutes = divmod(rest, 60)
    units = [("day", days), ("hour", hours)] if days else [("hour", hours), ("minute", minutes)]
    return " ".join(say(_WORDS[unit], n=number) for unit, number in units if number)


def words() -> Mapping[str, str]:
    """Return the parts of a countdown in the reader's language, for the browser."""
    return {name: say(text) for name, text in _WORDS.items()}


def install(app: Flask) -> None:
    """Give templates the due times."""
    app.jinja_env.globals.update(due=due, due_words=words, now_ms=lambda: round(shown.now().timestamp() * 1000))


def _left(left: timedelta) -> str:
    is_late = left < timedelta()
    if abs(left) < timedelta(minutes=1):
        return say(_WORDS["just" if is_late else "soon"])
    return say(_WORDS["late" if is_late else "left"], time=span_words(abs(left)))
