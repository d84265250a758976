"""Threads that fire what is due: embedded in ``gongdan serve``, or alone in ``gongdan worker``.

Every lane has threads of its own, so that a plugin that is stuck holds up nobody but itself. Waiting is counted on the
monotonic clock: it goes on whatever the clock on the wall does.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from gongdan.errors import DatabaseUnreachable

if TYPE_CHECKING:
    from gongdan.services.desk import Desk

#: Threads of the core's lane.
THREADS = 2
#: How often a thread looks for what another process has made due.
POLL_SECONDS = 1.0
#: How long a thread waits when the database does not answer.
AWAY_SECONDS = 3.0
#: How often the thread that deletes ended timers asks whether it is time.
PURGE_SECONDS = 1.0
#: How long threads may take to end what they have begun.
STOP_SECONDS = 5.0

_log = logging.getLogger("gongdan.worker")


class Executor:
    """Fires what is due until it is stopped."""

    def __init__(self, desk: "Desk", threads: int = THREADS) -> None:
        self._timers = desk.timers
        self._stopping = threading.Event()
        self._purger = threading.Thread(target=self._purge, args=(desk,), name="gongdan-purging", daemon=True)
        lanes = [lane for lane in self._timers.lanes for _ in range(1 if lane else threads)]
        self._workers = [_Worker(desk, lane, self._stopping) for lane in lanes]
        self._forget: Callable[[], None] | None = None

    def start(self) -> None:
        """Begin; what becomes due in this process is fired at once, what others make due within a second."""
        self._forget = self._timers.when_woken(self._wake)
        for worker in self._workers:
            worker.thread.start()
        self._purger.start()

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """End what has been begun, for at most that long, and begin nothing new."""
        if self._forget:
            self._forget()
        self._stopping.set()
        self._wake()
        for worker in self._workers:
            worker.thread.join(seconds)
        self._purger.join(seconds)

    def _purge(self, desk: "Desk") -> None:
        while not self._stopping.wait(PURGE_SECONDS):
            try:
                desk.timer_purge.run_if_time()
            except DatabaseUnreachable:
                _log.warning("the database does not answer; what ended long ago stays for now")
            except Exception:  # noqa: BLE001 -- nothing would be deleted any more if this ended the thread
                _log.exception("timers that ended long ago could not be deleted")

    def _wake(self) -> None:
        for worker in self._workers:
            worker.woken.set()


class _Worker:
    """One thread of one lane."""

    def __init__(self, desk: "Desk", lane: str, stopping: threading.Event) -> None:
        self._timers = desk.timers
        self._lane = lane
        self._stopping = stopping
        self.woken = threading.Event()
        self.thread = threading.Thread(target=self._work, name=f"gongdan-timers-{lane or 'core'}", daemon=True)

    def _work(self) -> None:
        while not self._stopping.is_set():
            self.woken.clear()
            pause = self._fire()
            if pause:
                self.woken.wait(pause)

    def _fire(self) -> float:
        """Fire a lot; return for how many seconds to wait before the next one."""
        try:
            return 0 if self._timers.run_ready(self._lane, stopping=self._stopping) else POLL_SECONDS
        except DatabaseUnreachable:
            _log.warning("the database does not answer; timers wait")
        except Exception:  # noqa: BLE001 -- nobody would fire anything if this ended the thread
            _log.exception("timers could not be fired")
        return AWAY_SECONDS


@contextmanager
def executing(desk: "Desk", threads: int = THREADS) -> Iterator[None]:
    """Fire what is due while the block runs."""
    executor = Executor(desk, threads)
    executor.start()
    try:
        yield
    finally:
        executor.stop()
