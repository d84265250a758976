"""Timers as people see them: how many wait, what is late, what is parked and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select

from gongdan.domain.timers import TimerState, TimerView
from gongdan.errors import InvalidInput, NotFound
from gongdan.services.roster_rows import text_problems
from gongdan.services.work import get_row
from gongdan.storage import timers
from gongdan.storage.timers import TimerRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk, Desk

#: What has been ready for longer than this is late: somebody should look whether an executor runs.
LATE_AFTER = timedelta(minutes=1)

#: Lists end here; nobody reads further.
MOST = 500


@dataclass(frozen=True, slots=True)
class TimerCounts:
    """How many timers of a company are not over."""

    waiting: int = 0
    #: Of those that wait, how many should have been fired more than a minute ago.
    late: int = 0
    parked: int = 0

    def __add__(self, other: "TimerCounts") -> "TimerCounts":
        return TimerCounts(self.waiting + other.waiting, self.late + other.late, self.parked + other.parked)


class TimerLists:
    """Use cases around one company's timers."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def counts(self) -> TimerCounts:
        """Return how many timers wait, are late, are parked."""
        now = self._desk.installation.clock()
        with self._desk.reading() as session:
            return TimerCounts(
                *(
                    session.scalar(select(func.count()).select_from(TimerRow).where(*conditions)) or 0
                    for conditions in (
                        (TimerRow.state == TimerState.WAITING.value,),
                        (TimerRow.state == TimerState.WAITING.value, TimerRow.ready_at < now - LATE_AFTER),
                        (TimerRow.state == TimerState.PARKED.value,),
                    )
                )
            )

    def list(self, state: TimerState, *, until: datetime | None = None) -> Sequence[TimerView]:
        """Return the timers in a state, the first to be due first; those due until a moment, or all."""
        self._desk.require("plugin.admin")
        query = select(TimerRow).where(TimerRow.state == state.value)
        if until is not None:
            query = query.where(TimerRow.due_at <= until)
        with self._desk.reading() as session:
            rows = session.scalars(query.order_by(TimerRow.due_at, TimerRow.id).limit(MOST))
            return tuple(map(timers.view, rows))

    def has_parked(self) -> bool:
        """Tell whether anything waits for a person; pages ask at every request of an administrator."""
        query = select(TimerRow.id).where(TimerRow.state == TimerState.PARKED.value).limit(1)
        with self._desk.reading() as session:
            return session.scalar(query) is not None

    def find(self, timer_id: UUID) -> TimerView:
        """Return a timer; raises ``NotFound``."""
        self._desk.require("plugin.admin")
        with self._desk.reading() as session:
            return timers.view(get_row(session, TimerRow, timer_id, "timer"))

    def give_up(self, timer_id: UUID, reason: str) -> None:
        """Let a parked timer go for good, with a reason; raises ``InvalidInput`` without one, or ``NotFound``."""
        self._desk.require("plugin.admin")
        if problems := text_problems("reason", reason, msg("理由"), required=True):
            raise InvalidInput(problems)
        with self._desk.working() as work:
            row = timers.give_up(work.session, timer_id, work.now)
            if row is None:
                raise NotFound("timer", str(timer_id))
            before = {"kind": row.kind, "key": row.key, "due_at": row.due_at.isoformat(), "problem": row.last_error}
            work.record("timer.given_up", "timer", timer_id, before=before, after={"reason": reason.strip()})

    def resume(self, timer_id: UUID) -> None:
        """Let a parked timer be tried again, at once and as if for the first time; raises ``NotFound``."""
        self._desk.require("plugin.admin")
        with self._desk.working() as work:
            if not timers.resume(work.session, work.now, TimerRow.id == timer_id):
                raise NotFound("timer", str(timer_id))
            work.record("timer.resumed", "timer", timer_id)
            work.is_waking = True


def installation_counts(desk: "Desk") -> TimerCounts:
    """Return how many timers of all companies wait, are late, are parked."""
    return sum((desk.at(company).timer_lists.counts() for company in desk.companies.all()), start=TimerCounts())
