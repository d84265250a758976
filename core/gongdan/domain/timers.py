"""Timers: what is to happen at a time of its own, once, whatever dies meanwhile."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID

from gongdan.text import msg

#: Kind of the timers that tell a plugin of an event.
EVENT = "event"

#: Why a timer is parked whose plugin the company has disabled; enabling it lets the timer go on.
PLUGIN_DISABLED = msg("公司已停用该扩展")

#: Why a timer is parked whose worker died at every try.
WORKER_DIED = msg("每次执行时进程都意外终止")

#: After so many tries a timer is parked.
MAX_TRIES = 8

_FIRST_WAIT = timedelta(seconds=10)
_LONGEST_WAIT = timedelta(hours=1)


class TimerState(StrEnum):
    """A timer is in exactly one of these, and in no other place."""

    WAITING = "waiting"
    DONE = "done"
    CANCELLED = "cancelled"
    #: Given up on, or its plugin is disabled: it waits for a person, and says why.
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class TimerView:
    """A timer as its handler and people see it."""

    id: UUID
    company_id: UUID
    #: Which handler it is for, such as ``duty.due``.
    kind: str
    #: Unique within the company, such as ``duty:<id>:due``.
    key: str
    #: Aware, UTC; never changed by tries.
    due_at: datetime
    #: Nobody takes it before: its due time, or the end of the wait after a try that failed.
    ready_at: datetime
    payload: Mapping[str, Any]
    #: Whose it is; empty for the core.
    plugin: str
    state: TimerState
    #: How often it was taken, this time included.
    tries: int
    #: Rises whenever it is taken, moved or given back; a worker with an older number is refused.
    fence: int
    #: Why the last try failed, or why it is parked; empty when neither.
    problem: str
    created_at: datetime
    #: When it was done, cancelled or parked.
    ended_at: datetime | None = None


def wait_after(tries: int) -> timedelta:
    """Return how long to wait before the next try: 10 s, 20 s, 40 s … one hour at most."""
    return min(_FIRST_WAIT * (1 << (max(tries, 1) - 1)), _LONGEST_WAIT)
