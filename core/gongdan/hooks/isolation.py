"""Calling one plugin at a time: a failure is caught, timed and reported, and never reaches the caller.

Reactions run in daemon threads of their own, so that neither a slow nor a raising plugin holds up a request.
"""

import logging
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

T = TypeVar("T")

_log = logging.getLogger("gongdan.hooks")

#: What a plugin still has to react to; None ends its thread.
_Waiting: TypeAlias = "queue.Queue[Callable[[], None] | None]"

#: Reactions that take longer are reported as slow.
SLOW_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Failure:
    """A plugin that raised, or took too long, in one call."""

    plugin: str
    hook: str
    #: ``raised`` or ``slow``.
    kind: str
    #: Type and text of the exception, or the time taken.
    detail: str


def undeclared(plugin: str, hook: str, ticket_type: str, values: Mapping[str, str]) -> Failure:
    """Return the failure of a plugin that answered values which the ticket type does not declare."""
    told = ", ".join(f"{name}={value!r}" for name, value in values.items())
    return Failure(plugin, hook, "raised", f"ValueError: {ticket_type} does not declare {told}")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What one isolated call gave: a value, or a failure."""

    value: T | None
    failure: Failure | None
    seconds: float


def call_isolated(plugin: str, hook: str, function: Callable[[], T], *, slow_seconds: float) -> Outcome[T]:
    """Call ``function``; whatever it raises becomes a failure."""
    began = time.monotonic()
    try:
        value = function()
    except (Exception, SystemExit) as problem:  # noqa: BLE001 -- the boundary: foreign code may raise anything
        failure = Failure(plugin, hook, "raised", _kept(f"{type(problem).__name__}: {problem}"))
        return Outcome(None, failure, time.monotonic() - began)
    taken = time.monotonic() - began
    slow = Failure(plugin, hook, "slow", f"{taken:.1f} s") if taken > slow_seconds else None
    return Outcome(value, slow, taken)


def _kept(detail: str) -> str:
    """Return a text of foreign code as every database can keep it."""
    return detail.encode("utf-8", "replace").decode().replace("\0", " ")


class Reactions:
    """One queue and one thread for each plugin; a stuck plugin holds up only itself."""

    def __init__(self, *, slow_seconds: float = SLOW_SECONDS) -> None:
        self._slow_seconds = slow_seconds
        self._queues: dict[str, _Waiting] = {}
        self._lock = threading.Lock()

    def submit(self, plugin: str, hook: str, function: Callable[[], object], report: Callable[[Failure], None]) -> None:
        """Run ``function`` soon, after everything submitted before for the same plugin; failures go to ``report``."""

        def run() -> None:
            failure = call_isolated(plugin, hook, function, slow_seconds=self._slow_seconds).failure
            if failure:
                report(failure)

        self._queue(plugin).put(run)

    def drain(self, timeout_seconds: float) -> bool:
        """Wait until everything submitted so far has run; False when the time is up first."""
        ends = time.monotonic() + timeout_seconds
        while any(waiting.unfinished_tasks for waiting in list(self._queues.values())):
            if time.monotonic() > ends:
                return False
            time.sleep(0.005)
        return True

    def close(self, timeout_seconds: float) -> None:
        """Run what was submitted, for at most ``timeout_seconds``, and let the threads end."""
        self.drain(timeout_seconds)
        with self._lock:
            for waiting in self._queues.values():
                waiting.put(None)
            self._queues.clear()

    def _queue(self, plugin: str) -> _Waiting:
        with self._lock:
            if plugin not in self._queues:
                self._queues[plugin] = queue.Queue()
                threading.Thread(
                    target=_work_off, args=(self._queues[plugin],), name=f"reactions-{plugin}", daemon=True
                ).start()
            return self._queues[plugin]


def _work_off(waiting: _Waiting) -> None:
    while run := waiting.get():
        try:
            run()
        except Exception:  # noqa: BLE001 -- nobody would work off the rest if this ended the thread
            _log.exception("a plugin's failure could not be reported")
        finally:
            waiting.task_done()
