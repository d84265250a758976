"""A working calendar laid out as a line, so that a due time is looked up and not walked to.

Moments are in UTC: to compare and to add them up as they are is quicker than to reckon in numbers. Where a clock is put
back, the calendar goes by a clock that is never put back: local midnight, or nine o'clock, is the first moment at which
the clock on the wall shows that or later. So every day and every interval is one piece, nothing is counted twice, and a
time that is skipped is the moment of the skip.
"""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from typing import Final
from zoneinfo import ZoneInfo

SECOND: Final = timedelta(seconds=1)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_WALL: Final = datetime(1970, 1, 1)  # noqa: DTZ001 -- what a clock on the wall shows has no zone
_EPOCH_DAY: Final = _EPOCH_WALL.toordinal()
#: Lines are laid out in whole microseconds since 1970.
_MICROSECONDS: Final = 1_000_000
_MINUTE: Final = 60 * _MICROSECONDS
_DAY: Final = 1_440 * _MINUTE
_ONE: Final = timedelta(microseconds=1)
_NOTHING: Final = timedelta()

#: Minutes from local midnight, ends may pass 1440.
Minutes = tuple[int, int]


class Clock:
    """A clock on the wall of one zone that is never put back."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def first_moment(self, wall: datetime) -> int:
        """Return the first moment at which the clock shows ``wall``, a local time without a zone, or later."""
        early = wall - self._offset(wall, fold=0)
        if self._shown(early) == wall:
            return (early - _EPOCH_WALL) // _ONE
        # The clock skips this time: the skip lies between what the old and what the new offset say.
        skipped = wall - self._offset(wall, fold=1)
        low, high = (skipped - _EPOCH_WALL) // timedelta(seconds=1), (early - _EPOCH_WALL) // timedelta(seconds=1)
        while low < high:
            middle = (low + high) // 2
            if self._shown(_EPOCH_WALL + timedelta(seconds=middle)) >= wall:
                high = middle
            else:
                low = middle + 1
        return low * _MICROSECONDS

    def offset_at_midnight(self, ordinal: int) -> int:
        """Return how many microseconds the clock is ahead of UTC when a day begins."""
        return self._offset(datetime.fromordinal(ordinal), fold=0) // _ONE

    def _offset(self, wall: datetime, *, fold: int) -> timedelta:
        return wall.replace(tzinfo=self._zone, fold=fold).utcoffset() or timedelta()

    def _shown(self, utc: datetime) -> datetime:
        return utc.replace(tzinfo=UTC).astimezone(self._zone).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Moments:
    """Moments in their order, looked up by their day in UTC."""

    at: Sequence[datetime]
    #: The ordinal of the first day, and how many moments lie before it and before each later one.
    first_day: int
    before_day: Sequence[int]

    def until(self, moment: datetime) -> int:
        """Return how many are not after a moment, which lies on the line."""
        day = moment.toordinal() - self.first_day
        return bisect_right(self.at, moment, self.before_day[day], self.before_day[day + 1])


@dataclass(frozen=True, slots=True)
class Line:
    """Pieces of time that count, in their order; what lies between them does not."""

    begins: Moments
    ends: Sequence[datetime]
    #: What has counted before each piece.
    before: Sequence[timedelta]
    #: What counts from the first piece to the last.
    total: timedelta

    def counted_until(self, moment: datetime) -> timedelta:
        """Return how much has counted up to a moment."""
        place = self.begins.until(moment) - 1
        if place < 0:
            return _NOTHING
        return self.before[place] + (min(moment, self.ends[place]) - self.begins.at[place])

    def after(self, moment: datetime, length: timedelta) -> datetime | None:
        """Return the first moment until which so much more has counted, more than nothing; None beyond the line."""
        begins = self.begins
        day, before_day = moment.toordinal() - begins.first_day, begins.before_day
        # As ``until`` does: to call it would take a tenth of the time that a due time takes.
        place = bisect_right(begins.at, moment, before_day[day], before_day[day + 1]) - 1
        end = moment + length
        if place >= 0 and end <= self.ends[place]:
            return end
        counted = self.counted_until(moment) + length
        if counted > self.total:
            return None
        place = bisect_left(self.before, counted, max(place, 0)) - 1
        return self.begins.at[place] + (counted - self.before[place])

    def latest(self, counted: timedelta) -> datetime:
        """Return the last moment until which no more than so much has counted; less than the total."""
        place = bisect_right(self.before, counted) - 1
        return self.begins.at[place] + (counted - self.before[place])

    def holds(self, moment: datetime) -> bool:
        """Tell whether time counts at a moment; the end of a piece is no part of it."""
        place = self.begins.until(moment) - 1
        return place >= 0 and moment < self.ends[place]


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a line one after the other; days that a zone leaves out are not there."""

    ordinals: Sequence[int]
    begins: Moments
    #: The last moment of each day by which something is in time: the desk closes, or midnight but a second.
    closes: Sequence[datetime]
    #: Places of the working days.
    working: Sequence[int]
    #: How many working days there are up to each day, that day included.
    worked: Sequence[int]
    #: When the desk opens on each working day, in the same order.
    openings: Sequence[datetime]

    def place(self, moment: datetime) -> int:
        """Return the place of the day that a moment lies in."""
        return self.begins.until(moment) - 1

    def place_of(self, ordinal: int) -> int:
        """Return the place of a day, or of the next one where the zone leaves it out."""
        return bisect_left(self.ordinals, ordinal)

    def last_second(self, place: int) -> datetime:
        """Return midnight but a second."""
        return self.begins.at[place + 1] - SECOND


@dataclass(frozen=True, slots=True)
class Timeline:
    """A calendar from one day to another."""

    days: Days
    desk: Line
    workdays: Line
    #: The first moment that is laid out, with all that reaches into it.
    first: datetime
    #: The end of what is laid out: two whole days before the last one begins.
    last: datetime


def lay_out(zone: ZoneInfo, first: date, last: date, intervals_of: Callable[[date], Sequence[Minutes]]) -> Timeline:
    """Lay out a calendar from one day to another, both included; a day without intervals is a rest day."""
    clock = Clock(zone)
    ordinals = range(first.toordinal(), last.toordinal() + 1)
    offsets = [clock.offset_at_midnight(ordinal) for ordinal in range(ordinals.start - 1, ordinals.stop + 3)]
    drafts = []
    for place, ordinal in enumerate(ordinals):
        around = offsets[place : place + 4]
        steady = around[0] if around[0] == around[1] == around[2] == around[3] else None
        day = _Day(clock, ordinal, steady)
        begin, end = day.moment(0), day.moment(1_440)
        if begin < end:
            pieces = [(day.moment(opens), day.moment(closes)) for opens, closes in intervals_of(day.date)]
            drafts.append((ordinal, begin, end, pieces))
    return _timeline(drafts)


class _Day:
    """A day's local times as moments; ``steady`` is the offset where no clock is set around that day."""

    def __init__(self, clock: Clock, ordinal: int, steady: int | None) -> None:
        self.date = date.fromordinal(ordinal)
        self._clock = clock
        self._steady = steady
        self._midnight = (ordinal - _EPOCH_DAY) * _DAY

    def moment(self, minutes: int) -> int:
        if self._steady is not None:
            return self._midnight + minutes * _MINUTE - self._steady
        return self._clock.first_moment(datetime.combine(self.date, time()) + timedelta(minutes=minutes))


_Draft = tuple[int, int, int, list[tuple[int, int]]]


def _timeline(drafts: Sequence[_Draft]) -> Timeline:
    working = [place for place, draft in enumerate(drafts) if draft[3]]
    begins = [_moment(draft[1]) for draft in drafts]
    days = range(begins[0].toordinal() - 1, begins[-1].toordinal() + 4)
    return Timeline(
        Days(
            ordinals=[draft[0] for draft in drafts],
            begins=_by_day(begins, days),
            closes=[_moment(_close(end, pieces)) for _, _, end, pieces in drafts],
            working=working,
            worked=list(accumulate(int(bool(draft[3])) for draft in drafts)),
            openings=[_moment(min(opens for opens, _ in drafts[place][3])) for place in working],
        ),
        desk=_line((piece for draft in drafts for piece in draft[3]), days),
        workdays=_line(((drafts[place][1], drafts[place][2]) for place in working), days),
        first=begins[2],
        last=begins[-3],
    )


def _moment(microseconds: int) -> datetime:
    return _EPOCH + timedelta(microseconds=microseconds)


def _by_day(moments: Sequence[datetime], days: range) -> Moments:
    found = Counter(moment.toordinal() for moment in moments)
    return Moments(moments, days.start, [0, *accumulate(found[day] for day in days)])


def _close(end: int, pieces: Iterable[tuple[int, int]]) -> int:
    return min(max((closes for _, closes in pieces), default=end), end - _MICROSECONDS)


def _line(pieces: Iterable[tuple[int, int]], days: range) -> Line:
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(pieces):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        elif begin < end:
            joined.append((begin, end))
    before = [_ONE * counted for counted in accumulate((end - begin for begin, end in joined), initial=0)]
    begins = [_moment(begin) for begin, _ in joined]
    return Line(_by_day(begins, days), [_moment(end) for _, end in joined], before[:-1], before[-1])
