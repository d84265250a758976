"""Timers at work: taken with a lease, fired in one transaction with their being done.

A handler runs inside the transaction that marks its timer as done, and the mark is made only under the fencing number
of the claim: whatever dies, freezes or runs twice, the effect is there once or not at all. A lot shares a transaction;
when anything in it fails, all of it is taken back and its timers are fired one by one. A handler finds the state of its
subject anew, since much may have happened between claim and effect.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from gongdan.domain.timers import EVENT, MAX_TRIES, WORKER_DIED, TimerState, TimerView
from gongdan.errors import DatabaseUnreachable, DeclarationError, GongdanError, WorkCollided
from gongdan.hooks.isolation import storable
from gongdan.services.moments import at_moment
from gongdan.services.reactions import Reactions, give_back
from gongdan.services.work import Work
from gongdan.storage import timers

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk, Desk

#: Does what a timer is for, inside the transaction that marks it as done.
Handler: TypeAlias = Callable[["CompanyDesk", Work, TimerView], None]

#: How long nobody else takes a timer that was taken.
LEASE = timedelta(seconds=30)
#: Plugins may take longer, since nobody waits for them.
PLUGIN_LEASE = timedelta(minutes=5)

#: Timers that one worker takes at once; those of plugins one by one.
LOT = 100
#: What of a lot shares one transaction: as much as fits into this time, since SQLite lets nobody else write meanwhile.
TOGETHER_SECONDS = 0.1

_log = logging.getLogger("gongdan.timers")


class Timers:
    """The executor of one installation; any number of them may work on one database."""

    def __init__(self, desk: "Desk", handlers: Mapping[str, Handler]) -> None:
        self._desk = desk
        self._handlers = dict(handlers)
        self._wakers: list[Callable[[], None]] = []
        self._is_telling = False
        self.reactions = Reactions(desk)
        self.lease = LEASE
        #: Called with the name of each point at which a test may kill: ``timer.after_claim`` and so on.
        self.checkpoint: Callable[[str], None] = _go_on

    def register_handler(self, kind: str, handler: Handler) -> None:
        """Let ``handler`` do what timers of a kind are for; raises ``DeclarationError`` for a kind that has one.

        A handler does nothing but in its transaction: what fails in a lot is taken back with the lot and tried alone.
        """
        if kind in self._handlers or kind == EVENT:
            raise DeclarationError(kind, "timers of this kind have a handler already")
        self._handlers[kind] = handler

    @property
    def lanes(self) -> tuple[str, ...]:
        """Return whose timers this process can fire: the core's (an empty name), and those of plugins that react.

        One lane never waits for another one. Timers of a plugin that is not loaded wait until it is.
        """
        return ("", *sorted(self._desk.plugins.listening))

    def run_due(self, until: datetime) -> int:
        """Fire everything that is due until then in the order of due times, each at its due time by the desk's clock.

        Only while nobody else works at this desk; other processes may work. Return how many were fired.
        """
        fired, moment = 0, datetime.min.replace(tzinfo=until.tzinfo)
        while found := self._first(until):
            ready_at, company_id, plugin = found
            # A handler may schedule something for earlier; time does not go back for it.
            moment = max(moment, ready_at)
            with at_moment(self._desk, moment):
                taken = self._claim(company_id, plugin, moment, lot=1)
                fired += sum(map(self._fire, taken))
        return fired

    def drain(self) -> int:
        """Fire everything that is due by now, reactions of plugins included, as ``run_due`` does."""
        return self.run_due(self._desk.clock())

    def run_ready(self, lane: str = "", *, stopping: threading.Event | None = None) -> int:
        """Fire a lot of what is ready in one lane, of every company; return how many were taken.

        Any number of threads and processes may do so at once. Raises ``DatabaseUnreachable``.
        """
        taken = 0
        for company_id in self.ready(lane):
            if stopping and stopping.is_set():
                break
            taken += self.run_ready_of(company_id, lane)
        return taken

    def ready(self, lane: str) -> Sequence[UUID]:
        """Return the companies that have something ready in a lane, the one that waits longest first."""
        with self._desk.reading() as session:
            return [company_id for _, company_id in timers.next_ready(session, lane, self._desk.clock())]

    def run_ready_of(self, company_id: UUID, lane: str) -> int:
        """Fire a lot of what one company has ready in one lane; return how many were taken."""
        lot = self._claim(company_id, lane, self._desk.clock(), lot=1 if lane else LOT)
        rest: Sequence[TimerView] = lot
        while len(rest) > 1 and (done := self._fire_together(rest)):
            rest = rest[done:]
        for timer in rest:
            self._fire(timer)
        return len(lot)

    def late_since(self) -> datetime | None:
        """Return since when something of this process's lanes has been ready and nobody has taken it."""
        found = self._first(self._desk.clock())
        return found[0] if found else None

    def when_woken(self, waker: Callable[[], None]) -> Callable[[], None]:
        """Call ``waker`` whenever something has become due in this process; return what ends that."""
        self._wakers.append(waker)
        return lambda: self._wakers.remove(waker)

    def wake(self) -> None:
        """Let executors know that something is due; without any, ``finish`` tells the plugins."""
        self._is_telling = self._is_telling or not self._wakers
        for waker in tuple(self._wakers):
            waker()

    def finish(self, seconds: float) -> None:
        """Tell the plugins what happened in this process if no executor does; what takes longer is left to others."""
        if not self._is_telling:
            return
        stopping = threading.Event()
        thread = threading.Thread(target=self._tell_all, args=(stopping,), name="gongdan-finishing", daemon=True)
        thread.start()
        thread.join(seconds)
        stopping.set()

    def _tell_all(self, stopping: threading.Event) -> None:
        try:
            while any(self.run_ready(lane, stopping=stopping) for lane in self.lanes if lane):
                pass
        except (GongdanError, SQLAlchemyError):
            _log.warning("plugins could not be told; the next executor will", exc_info=True)

    def _first(self, until: datetime) -> tuple[datetime, UUID, str] | None:
        with self._desk.reading() as session:
            found = [(*first, lane) for lane in self.lanes for first in timers.next_ready(session, lane, until)[:1]]
        return min(found, default=None)

    def _claim(self, company_id: UUID, plugin: str, until: datetime, *, lot: int) -> tuple[TimerView, ...]:
        lease = PLUGIN_LEASE if plugin else self.lease
        with self._desk.database.writing(company_id) as session:
            taken = tuple(timers.claim(session, plugin, until, lot=lot, lease=lease))
        self.checkpoint("timer.after_claim")
        return taken

    def _fire_together(self, lot: Sequence[TimerView]) -> int:
        """Do what the first ones of a lot are for in one transaction; return how many, 0 when any of it failed."""
        desk = self._desk.at(self._desk.companies.view(lot[0].company_id))
        try:
            with desk.working() as work:
                return self._fire_inside(desk, work, lot)
        except DatabaseUnreachable:
            raise
        except Exception as problem:  # noqa: BLE001 -- what fails among others is tried alone
            _log.info("a lot of timers is fired one by one: %s", type(problem).__name__)
            return 0

    def _fire(self, timer: TimerView) -> bool:
        """Do what a claimed timer is for; return whether it was done here and now."""
        desk = self._desk.at(self._desk.companies.view(timer.company_id))
        if timer.tries > MAX_TRIES:
            return _give_back(desk, timer, WORKER_DIED)
        try:
            if timer.kind == EVENT:
                return self.reactions.tell(desk, timer)
            self._fire_alone(desk, timer)
        except _Lost:
            _log.warning("timer %s was moved, cancelled or taken by somebody else", timer.key)
            return False
        except DatabaseUnreachable:
            raise
        except Exception as problem:  # noqa: BLE001 -- whatever a handler raises, the other timers go on
            _log.exception("timer %s failed", timer.key)
            return _give_back(desk, timer, f"{type(problem).__name__}: {problem}")
        return True

    def _fire_alone(self, desk: "CompanyDesk", timer: TimerView) -> None:
        """Do what a timer is for in a transaction of its own, once more when that collided: nothing of it is there."""
        try:
            with desk.working() as work:
                self._fire_inside(desk, work, [timer])
        except WorkCollided:
            with desk.working() as work:
                self._fire_inside(desk, work, [timer])

    def _fire_inside(self, desk: "CompanyDesk", work: Work, lot: Sequence[TimerView]) -> int:
        if len(lot) == 1 and not timers.is_held(work.session, lot[0]):
            raise _Lost
        done, ends = 0, time.monotonic() + TOGETHER_SECONDS
        while done < len(lot) and (not done or time.monotonic() < ends):
            timer = lot[done]
            if timer.kind not in self._handlers:
                raise DeclarationError(timer.kind, "timers of this kind have no handler here")
            self._handlers[timer.kind](desk, work, timer)
            self.checkpoint("timer.after_effect")
            done += 1
        work.session.flush()
        if not timers.end(work.session, lot[:done], TimerState.DONE, work.now):
            raise _Lost
        self.checkpoint("timer.before_done")
        return done


class _Lost(Exception):
    """The timer is no longer this worker's; whatever was done for it is taken back."""


def _give_back(desk: "CompanyDesk", timer: TimerView, problem: str) -> bool:
    with desk.working() as work:
        give_back(work, timer, storable(problem))
    return False


def _go_on(point: str) -> None:
    del point
