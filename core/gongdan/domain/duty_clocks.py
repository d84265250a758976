"""The clock of a duty: from its start, its limit and the gaps in which it stood still to the moments that count."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from gongdan.domain.calendars import Due, WorkingCalendar
from gongdan.domain.limits import Limit, SameDay, Span, SpanUnit
from gongdan.errors import InvalidInput

#: Units in which every moment counts or does not; the rest count whole days.
_FLOWING = {
    SpanUnit.MINUTE: timedelta(minutes=1),
    SpanUnit.HOUR: timedelta(hours=1),
    SpanUnit.DESK_MINUTE: timedelta(minutes=1),
    SpanUnit.DESK_HOUR: timedelta(hours=1),
    SpanUnit.WORKDAY_HOUR: timedelta(hours=1),
}
_CLOCK_UNITS = frozenset({SpanUnit.MINUTE, SpanUnit.HOUR})
_HUNDRED = 100

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Gap:
    """Time in which a clock stood still; both ends are aware."""

    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class DutyClock:
    """A limit that is counted from a start by a calendar, but for the gaps."""

    calendar: WorkingCalendar
    start: datetime
    limit: Limit
    gaps: Sequence[Gap] = ()

    def due(self) -> Due:
        """Return when the limit ends."""
        if not isinstance(self.limit, Span):
            return self._moment()
        if self.limit.unit in _FLOWING:
            return self._after(_length(self.limit), self.limit.unit, self.gaps)
        days = sum(self.calendar.elapsed(gap.begins, gap.ends, self.limit.unit).days for gap in self._later(self.gaps))
        return self.calendar.due(self.start, Span(self.limit.amount + days, self.limit.unit))

    def share(self, percent: int) -> datetime:
        """Return when so many hundredths of the time have passed.

        Counted as the limit counts where every moment does or does not; else by the clock on the wall.
        """
        if not isinstance(self.limit, Span) or self.limit.unit not in _FLOWING:
            return share_of(self.start, self.due().at, percent)
        amount = _length(self.limit) * percent / _HUNDRED
        moment = self._after(amount, self.limit.unit, ()).at
        met: list[Gap] = []
        for gap in sorted(self.gaps, key=lambda gap: gap.begins):
            # A gap that begins later has not held this up.
            if gap.begins >= moment:
                break
            met.append(gap)
            moment = self._after(amount, self.limit.unit, met).at
        return moment

    def _moment(self) -> Due:
        """Return the moment that the limit names, such as the 6th; one that passes in a gap follows its end.

        Then it is the close of the day on which the gap ends.
        """
        due = self.calendar.due(self.start, self.limit)
        for gap in sorted(self._later(self.gaps), key=lambda gap: gap.begins):
            if gap.begins <= due.at < gap.ends:
                due = self.calendar.due(gap.ends, SameDay())
        return due

    def _after(self, amount: timedelta, unit: SpanUnit, gaps: Sequence[Gap]) -> Due:
        stood = (self.calendar.elapsed(gap.begins, gap.ends, unit) for gap in self._later(gaps))
        return advance(self.calendar, self.start, sum(stood, amount), unit)

    def _later(self, gaps: Sequence[Gap]) -> Sequence[Gap]:
        """Return what of the gaps lies after the start."""
        return [Gap(max(gap.begins, self.start), gap.ends) for gap in gaps if gap.ends > self.start]


def if_reached(ask: Callable[[], T]) -> T | None:
    """Return what a calendar answers; None when it gives no time, which shall hold up no act and no timer."""
    try:
        return ask()
    except InvalidInput:
        return None


def share_of(start: datetime, end: datetime, percent: int) -> datetime:
    """Return when so many hundredths of the time between two moments have passed by the clock on the wall."""
    return start + (end - start) * percent / _HUNDRED


def cap_ends(calendar: WorkingCalendar, cap: Span, begins: datetime, used: Sequence[Gap]) -> datetime:
    """Return when a pause that begins now has used up the cap, after the pauses there have been."""
    spent = sum((calendar.elapsed(gap.begins, gap.ends, cap.unit) for gap in used), timedelta())
    if cap.unit in _FLOWING:
        left = _length(cap) - spent
        return advance(calendar, begins, left, cap.unit).at if left > timedelta() else begins
    days = cap.amount - spent.days
    return calendar.due(begins, Span(days, cap.unit)).at if days > 0 else begins


def advance(calendar: WorkingCalendar, start: datetime, amount: timedelta, unit: SpanUnit) -> Due:
    """Return when an amount of time has passed in a unit: whole units by the calendar, the rest by the clock."""
    if unit in _CLOCK_UNITS:
        return Due(start + amount, is_provisional=False)
    length = _FLOWING[unit]
    count, rest = divmod(amount, length)
    near = calendar.due(start, Span(count, unit))
    if not rest:
        return near
    moment = near.at + rest
    if calendar.elapsed(near.at, moment, unit) == rest:
        return Due(moment, near.is_provisional)
    # The desk closes within the rest: it ends as long before the next whole unit as is missing to that.
    far = calendar.due(start, Span(count + 1, unit))
    return Due(far.at - (length - rest), far.is_provisional)


def _length(span: Span) -> timedelta:
    return span.amount * _FLOWING[span.unit]
