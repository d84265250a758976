"""Timers at work: taken with a lease, fired in one transaction with their being done.

A handler runs inside the transaction that marks its timer as done, and the mark is made only under the fencing number
of the claim: whatever dies, freezes or runs twice, the effect is there once or not at all. A handler finds the state
of its subject anew, since much may have happened between claim and effect.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

from gongdan.domain.timers import TimerState, TimerView
from gongdan.errors import DeclarationError
from gongdan.services.moments import at_moment
from gongdan.services.work import Work
from gongdan.storage import timers

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk, Desk

#: Does what a timer is for, inside the transaction that marks it as done.
Handler: TypeAlias = Callable[["CompanyDesk", Work, TimerView], None]

#: How long nobody else takes a timer that was taken.
LEASE = timedelta(seconds=30)

_log = logging.getLogger("gongdan.timers")


class Timers:
    """The executor of one installation; any number of them may work on one database."""

    def __init__(self, desk: "Desk", handlers: Mapping[str, Handler]) -> None:
        self._desk = desk
        self._handlers = dict(handlers)
        self.lease = LEASE
        #: Called with the name of each point at which a test may kill: ``timer.after_claim`` and so on.
        self.checkpoint: Callable[[str], None] = _go_on

    def register_handler(self, kind: str, handler: Handler) -> None:
        """Let ``handler`` do what timers of a kind are for; raises ``DeclarationError`` for a kind that has one."""
        if kind in self._handlers:
            raise DeclarationError(kind, "timers of this kind have a handler already")
        self._handlers[kind] = handler

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
                fired += self._take(company_id, plugin, moment, lot=1)
        return fired

    def _first(self, until: datetime) -> tuple[datetime, UUID, str] | None:
        with self._desk.reading() as session:
            found = [(*first, lane) for lane in self._lanes() for first in timers.next_ready(session, lane, until)[:1]]
        return min(found, default=None)

    def _lanes(self) -> tuple[str, ...]:
        """Return whose timers this process can fire: the core's and those of the plugins that are loaded."""
        return ("", *(plugin.name for plugin in self._desk.plugins.loaded))

    def _take(self, company_id: UUID, plugin: str, until: datetime, *, lot: int) -> int:
        with self._desk.database.writing(company_id) as session:
            taken = timers.claim(session, plugin, until, lot=lot, lease=self.lease)
        if not taken:
            return 0
        self.checkpoint("timer.after_claim")
        desk = self._desk.at(self._desk.companies.view(company_id))
        return sum(self._fire(desk, timer) for timer in taken)

    def _fire(self, desk: "CompanyDesk", timer: TimerView) -> bool:
        try:
            with desk.working() as work:
                self._fire_inside(desk, work, timer)
        except _Lost:
            _log.warning("timer %s was moved, cancelled or taken by somebody else", timer.key)
            return False
        return True

    def _fire_inside(self, desk: "CompanyDesk", work: Work, timer: TimerView) -> None:
        if not timers.is_held(work.session, timer):
            raise _Lost
        self._handlers[timer.kind](desk, work, timer)
        self.checkpoint("timer.after_effect")
        work.session.flush()
        if not timers.end(work.session, timer, TimerState.DONE, work.now):
            raise _Lost
        self.checkpoint("timer.before_done")


class _Lost(Exception):
    """The timer is no longer this worker's; whatever was done for it is taken back."""


def _go_on(point: str) -> None:
    del point
