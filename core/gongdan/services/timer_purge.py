"""Timers that ended long ago are deleted, a few at a time, by whoever has nothing else to do.

What they did stands in the journal; that they were there is of use for as long as somebody may ask why.
"""

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from gongdan.storage import timers

if TYPE_CHECKING:
    from gongdan.services.desk import Desk

#: How long timers that are done or cancelled stay, where the settings say nothing else.
TIMERS_KEPT: Final = timedelta(days=90)

#: Rows of one transaction: on SQLite nobody else writes meanwhile.
BATCH: Final = 200
#: Seconds between two batches while there is more, and before the next look when there is not.
_PAUSE: Final = 1.0
_REST: Final = 3600.0


class TimerPurge:
    """Deletes what ended long ago; any number of processes may do so at once."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._next = 0.0

    def run_batch(self) -> int:
        """Delete at most one batch of every company, each in a transaction of its own; return how many rows."""
        before = self._desk.clock() - self._desk.timers_kept
        deleted = 0
        for company in self._desk.companies.all():
            with self._desk.database.writing(company.id) as session:
                deleted += timers.purge(session, before, BATCH)
        return deleted

    def run_if_time(self) -> int:
        """Delete a batch if the last one was long enough ago; return how many rows.

        Time is counted on the monotonic clock: what is late by an hour does no harm.
        """
        now = time.monotonic()
        if now < self._next:
            return 0
        self._next = now + _REST
        deleted = self.run_batch()
        if deleted:
            self._next = now + _PAUSE
        return deleted
