"""A working calendar laid out as a line, so that a due time is looked up and not walked to.

Moments are whole microseconds since 1970 UTC. Where a clock is put back, the calendar goes by a clock that is never
put back: local midnight, or nine o'clock, is the first moment at which the clock on the wall shows that or later. So
every day and every interval is one piece, nothing is counted twice, and a time that is skipped is the moment of the
skip.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_WALL: Final = datetime(1970, 1, 1)  # noqa: DTZ001 -- what a clock on the wall shows has no zone
_EPOCH_DAY: Final = _EPOCH_WALL.toordinal()
_DAY: Final = 1_440 * MINUTE
_DAY_SECONDS: Final = 86_400
_ONE: Final = timedelta(microseconds=1)

#: Minutes from local midnight, ends may pass 1440.
Minutes = tuple[int, int]


def to_line(moment: datetime) -> int:
    """Return an aware moment as microseconds since 1970."""
    since = moment - _EPOCH
    return (since.days * _DAY_SECONDS + since.seconds) * SECOND + since.microseconds


def from_line(moment: int) -> datetime:
    """Return microseconds since 1970 as an aware moment in UTC."""
    seconds, microseconds = divmod(moment, SECOND)
    at = datetime.fromtimestamp(seconds, UTC)
    return at.replace(microsecond=microseconds) if microseconds else at


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
        return low * SECOND

    def offset_at_midnight(self, ordinal: int) -> int:
        """Return how many microseconds the clock is ahead of UTC when a day begins."""
        return self._offset(datetime.fromordinal(ordinal), fold=0) // _ONE

    def _offset(self, wall: datetime, *, fold: int) -> timedelta:
        return wall.replace(tzinfo=self._zone, fold=fold).utcoffset() or timedelta()

    def _shown(self, utc: datetime) -> datetime:
        return utc.replace(tzinfo=UTC).astimezone(self._zone).replace(tzinfo=None)


@dataclass(frozen=True, slots=True)
class Line:
    """Pieces of time that count, in their order; what lies between them does not."""

    begins: Sequence[int]
    ends: Sequence[int]
    #: What has counted before each piece.
    before: Sequence[int]
    #: What counts from the first piece to the last.
    total: int

    def counted_until(self, moment: int) -> int:
        """Return how much has counted up to a moment."""
        place = bisect_right(self.begins, moment) - 1
        if place < 0:
            return 0
        end = self.ends[place]
        return self.before[place] + min(moment, end) - self.begins[place]

    def earliest(self, counted: int) -> int:
        """Return the first moment until which so much has counted; more than 0, at most the total."""
        place = bisect_left(self.before, counted) - 1
        return self.begins[place] + counted - self.before[place]

    def latest(self, counted: int) -> int:
        """Return the last moment until which no more than so much has counted; less than the total."""
        place = bisect_right(self.before, counted) - 1
        return self.begins[place] + counted - self.before[place]

    def holds(self, moment: int) -> bool:
        """Tell whether time counts at a moment; the end of a piece is no part of it."""
        place = bisect_right(self.begins, moment) - 1
        return place >= 0 and moment < self.ends[place]


@dataclass(frozen=True, slots=True)
class Days:
    """The days of a line one after the other; days that a zone leaves out are not there."""

    ordinals: Sequence[int]
    begins: Sequence[int]
    #: The last moment of each day by which something is in time: the desk closes, or midnight but a second.
    closes: Sequence[int]
    #: Places of the working days.
    working: Sequence[int]
    #: When the desk opens on each working day, in the same order.
    openings: Sequence[int]

    def place(self, moment: int) -> int:
        """Return the place of the day that a moment lies in."""
        return bisect_right(self.begins, moment) - 1

    def place_of(self, ordinal: int) -> int:
        """Return the place of a day, or of the next one where the zone leaves it out."""
        return bisect_left(self.ordinals, ordinal)

    def last_second(self, place: int) -> int:
        """Return midnight but a second."""
        return self.begins[place + 1] - SECOND


@dataclass(frozen=True, slots=True)
class Timeline:
    """A calendar from one day to another."""

    days: Days
    desk: Line
    workdays: Line

    @property
    def first(self) -> int:
        """Return the first moment that is laid out, with all that reaches into it."""
        return self.days.begins[2]

    @property
    def last(self) -> int:
        """Return the end of what is laid out: two whole days before the last one begins."""
        return self.days.begins[-3]


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
            return self._midnight + minutes * MINUTE - self._steady
        return self._clock.first_moment(datetime.combine(self.date, time()) + timedelta(minutes=minutes))


_Draft = tuple[int, int, int, list[tuple[int, int]]]


def _timeline(drafts: Sequence[_Draft]) -> Timeline:
    working = [place for place, draft in enumerate(drafts) if draft[3]]
    days = Days(
        ordinals=[draft[0] for draft in drafts],
        begins=[draft[1] for draft in drafts],
        closes=[_close(end, pieces) for _, _, end, pieces in drafts],
        working=working,
        openings=[min(opens for opens, _ in drafts[place][3]) for place in working],
    )
    return Timeline(
        days,
        desk=_line(piece for draft in drafts for piece in draft[3]),
        workdays=_line((drafts[place][1], drafts[place][2]) for place in working),
    )


def _close(end: int, pieces: Iterable[tuple[int, int]]) -> int:
    return min(max((closes for _, closes in pieces), default=end), end - SECOND)


def _line(pieces: Iterable[tuple[int, int]]) -> Line:
    begins: list[int] = []
    ends: list[int] = []
    for begin, end in sorted(pieces):
        if ends and begin <= ends[-1]:
            ends[-1] = max(ends[-1], end)
        elif begin < end:
            begins.append(begin)
            ends.append(end)
    before, total = [], 0
    for begin, end in zip(begins, ends, strict=True):
        before.append(total)
        total += end - begin
    return Line(begins, ends, before, total)
