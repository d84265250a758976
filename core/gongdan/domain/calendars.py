"""Working calendars: when the desk is open, and when a limit that starts at a moment ends.

For every span, ``due(start, a + b)`` is ``due(due(start, a), b)``.
"""

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from gongdan.domain.hours import Hours, Interval, check_hours, check_week
from gongdan.domain.limits import Limit, MonthDay, NextOpening, SameDay, Span, SpanUnit, WeekdayBefore
from gongdan.domain.timelines import Line, Minutes, Timeline, lay_out
from gongdan.errors import FieldProblem, InvalidInput
from gongdan.text import msg

_NOTHING: Final = timedelta()
_END_OF_TIME: Final = datetime.max.replace(tzinfo=UTC)
#: The units under names of their own: to ask the class for them takes longer than to reckon.
_MINUTES: Final = SpanUnit.MINUTE
_HOURS: Final = SpanUnit.HOUR
_DESK_MINUTES: Final = SpanUnit.DESK_MINUTE
_DESK_HOURS: Final = SpanUnit.DESK_HOUR
_WORKDAY_HOURS: Final = SpanUnit.WORKDAY_HOUR
_WORKDAYS: Final = SpanUnit.WORKDAY
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2299
#: A limit that is not over after so many years is a mistake, and is not sought any longer.
_MOST_YEARS: Final = 60


class DayKind(StrEnum):
    """Whether the desk opens on a day."""

    WORK = "work"
    REST = "rest"


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that differs from its weekday: a holiday, a make-up working day, a day of the company's own."""

    date: date
    kind: DayKind
    #: Such as 国庆节.
    name: str = ""
    #: Where it is written, such as the notice with its date.
    source: str = ""
    #: Hours of its own; empty on a working day means those of a Monday.
    hours: Hours = ()
    #: The company or a department has set it; no holiday and no make-up day of the state.
    is_own: bool = False


class Due(NamedTuple):
    """When a limit ends; a tuple, for it is made for every limit of every ticket."""

    #: UTC.
    at: datetime
    #: It lies beyond the known calendar and is reckoned by weekdays alone.
    is_provisional: bool


#: Makes a due time from a pair: its own constructor would take a third of the time that a due time takes.
_new: Final = tuple.__new__


@dataclass(frozen=True, slots=True)
class DayCount:
    """What one day contributes to a span."""

    date: date
    #: What counted of it; a whole day, 24 hours, where days are counted.
    counted: timedelta
    kind: DayKind
    #: Name of the special day; may be empty.
    name: str

    @property
    def minutes(self) -> int:
        """Return the whole minutes that counted."""
        return self.counted // timedelta(minutes=1)


@dataclass(frozen=True)
class WorkingCalendar:
    """The hours of a week in a time zone, and the days that differ from it. Raises ``InvalidInput`` when it is none."""

    #: Shown name.
    name: str
    #: IANA name, such as Asia/Shanghai.
    zone: str
    #: Hours of each weekday, Monday first; empty for a rest day.
    week: tuple[Hours, ...]
    special: Mapping[date, SpecialDay] = field(default_factory=dict)
    #: The last day whose holidays are known.
    known_until: date = date.max
    #: Statutory holidays and make-up working days apply.
    follows_holidays: bool = True

    def __post_init__(self) -> None:
        if problems := (*check_zone(self.zone), *check_week(self.week), *self._special_problems()):
            raise InvalidInput(problems)

    def due(self, start: datetime, limit: Limit) -> Due:
        """Return when a limit that starts at an aware moment ends; never before the start."""
        moment = start if start.tzinfo is UTC else start.astimezone(UTC)
        if isinstance(limit, Span):
            unit = limit.unit
            if unit is _HOURS or unit is _MINUTES or not limit.amount:
                return _new(Due, (moment + limit.length, False))
        timeline = self._layout.timeline
        if timeline is None or not timeline.first <= moment < timeline.last:
            timeline = self._layout.around(moment)
        while (at := _end(timeline, moment, limit)) is None or at >= timeline.last:
            timeline = self._layout.longer(timeline)
        return _new(Due, (at, at >= self._known_end))

    def before(self, end: datetime, span: Span) -> Due:
        """Return the last moment from which a span lasts until an aware moment.

        Days go back to the close of the n-th day, or working day, before that of the moment.
        """
        moment = end.astimezone(UTC)
        if span.unit is _HOURS or span.unit is _MINUTES or not span.amount:
            return Due(moment - span.length, is_provisional=False)
        timeline = self._layout.around(moment)
        while (at := _beginning(timeline, moment, span)) is None:
            timeline = self._layout.longer(timeline)
        return Due(at, is_provisional=moment >= self._known_end)

    def elapsed(self, start: datetime, end: datetime, unit: SpanUnit) -> timedelta:
        """Return how much of a unit lies between two aware moments; whole days for days, negative if swapped."""
        if end < start:
            return -self.elapsed(end, start, unit)
        if unit is _HOURS or unit is _MINUTES:
            return end - start
        first, last = start.astimezone(UTC), end.astimezone(UTC)
        timeline = self._around(first, last)
        if line := _line(timeline, unit):
            return line.counted_until(last) - line.counted_until(first)
        days = timeline.days
        places = days.place(first), days.place(last)
        if unit is _WORKDAYS:
            places = days.worked[places[0]], days.worked[places[1]]
        return timedelta(days=places[1] - places[0])

    def counted(self, start: datetime, end: datetime, unit: SpanUnit) -> tuple[DayCount, ...]:
        """Return every day from one aware moment to another with what it contributes, rest days with nothing."""
        first, last = start.astimezone(UTC), end.astimezone(UTC)
        timeline = self._around(first, last)
        days = timeline.days
        counts = []
        for place in range(days.place(first), days.place(last) + 1):
            begin, finish = max(first, days.begins.at[place]), min(last, days.begins.at[place + 1])
            day = date.fromordinal(days.ordinals[place])
            kind = self.kind_of(day)
            if line := _line(timeline, unit):
                amount = line.counted_until(finish) - line.counted_until(begin)
            elif unit is _HOURS or unit is _MINUTES:
                amount = finish - begin
            else:
                is_counted = begin > first and (unit is SpanUnit.DAY or kind is DayKind.WORK)
                amount = timedelta(days=int(is_counted))
            counts.append(DayCount(day, amount, kind, self.special[day].name if day in self.special else ""))
        return tuple(counts)

    def is_open(self, at: datetime) -> bool:
        """Tell whether the desk is open at an aware moment."""
        moment = at.astimezone(UTC)
        return self._around(moment, moment).desk.holds(moment)

    def is_working_day(self, day: date) -> bool:
        """Tell whether the desk opens on a day."""
        return self.kind_of(day) is DayKind.WORK

    def is_known(self, day: date) -> bool:
        """Tell whether the holidays of a day are known, or do not matter here."""
        return not self.follows_holidays or day <= self.known_until

    def kind_of(self, day: date) -> DayKind:
        """Tell whether a day is a working day or a rest day."""
        return DayKind.WORK if self.hours_of(day) else DayKind.REST

    def hours_of(self, day: date) -> Hours:
        """Return when the desk opens on a day; those that pass midnight belong to the day that they begin on."""
        special = self.special.get(day)
        if special is None:
            return self.week[day.weekday()]
        if special.kind is DayKind.REST:
            return ()
        # Where the desk is closed on Mondays, a make-up day has the hours of the first day of work.
        return special.hours or next(hours for hours in self.week if hours)

    def special_days(self, year: int) -> Sequence[SpecialDay]:
        """Return the days of a year that differ from their weekday, by date."""
        return tuple(self.special[day] for day in sorted(self.special) if day.year == year)

    def _special_problems(self) -> tuple[FieldProblem, ...]:
        return tuple(
            problem
            for day, special in self.special.items()
            for problem in check_hours(special.hours, "special", day.isoformat())
        )

    @cached_property
    def _known_end(self) -> datetime:
        """Return the moment from which the calendar is not known."""
        if not self.follows_holidays or self.known_until.year > _LAST_YEAR:
            return _END_OF_TIME
        midnight = datetime.combine(self.known_until + timedelta(days=1), datetime.min.time(), ZoneInfo(self.zone))
        return midnight.astimezone(UTC)

    @cached_property
    def _layout(self) -> "_Layout":
        return _Layout(self)

    def _around(self, first: datetime, last: datetime) -> Timeline:
        timeline = self._layout.around(first)
        while last >= timeline.last:
            timeline = self._layout.longer(timeline)
        return timeline


def check_zone(zone: str) -> tuple[FieldProblem, ...]:
    """Return what is wrong with the name of a time zone."""
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        rule, remedy = msg("没有这个时区"), msg("请填写 Asia/Shanghai 这样的时区名")
        return (FieldProblem("zone", zone, rule, remedy, label=msg("时区")),)
    return ()


@dataclass(frozen=True, slots=True)
class _Laid:
    """A line with the years that it covers, both included."""

    first: int
    last: int
    timeline: Timeline


class _Layout:
    """The line of a calendar, as long as it was needed so far; threads that lengthen it at once do no harm."""

    def __init__(self, calendar: WorkingCalendar) -> None:
        self._calendar = calendar
        self._laid: _Laid | None = None
        #: What is laid out so far; asked for at every due time.
        self.timeline: Timeline | None = None

    def around(self, moment: datetime) -> Timeline:
        """Return a line that holds a moment."""
        laid = self._laid
        if laid is None or not laid.timeline.first <= moment < laid.timeline.last:
            year = moment.year
            first, last = (laid.first, laid.last) if laid else (year, year)
            first, last = min(first, year - 1), max(last, year + 2)
            if last - first > _MOST_YEARS:
                first, last = year - 1, year + 2
            laid = self._lay_out(first, last)
            if not laid.timeline.first <= moment < laid.timeline.last:
                raise self._out_of_reach()
        return laid.timeline

    def longer(self, timeline: Timeline) -> Timeline:
        """Return a line of twice the length, in both directions."""
        laid = self._laid
        if laid is None or laid.timeline is not timeline:
            return laid.timeline if laid else timeline
        if laid.last - laid.first > _MOST_YEARS:
            raise self._out_of_reach()
        reach = (laid.last - laid.first + 2) // 2
        longer = self._lay_out(laid.first - reach, laid.last + reach)
        if (longer.first, longer.last) == (laid.first, laid.last):
            raise self._out_of_reach()
        return longer.timeline

    def _lay_out(self, first: int, last: int) -> _Laid:
        first, last = max(first, _FIRST_YEAR), min(last, _LAST_YEAR)
        if first > last:
            raise self._out_of_reach()
        zone = ZoneInfo(self._calendar.zone)
        timeline = lay_out(zone, date(first, 1, 1), date(last, 12, 31), self._minutes_of)
        self._laid = laid = _Laid(first, last, timeline)
        self.timeline = timeline
        return laid

    def _out_of_reach(self) -> InvalidInput:
        rule = msg("按工作日历“{calendar}”算不出到期时间")
        remedy = msg("请核对起算时间与时限，并检查日历是否有上班时间")
        params = {"calendar": self._calendar.name}
        return InvalidInput((FieldProblem("limit", "", rule, remedy, params=params, label=msg("时限")),))

    def _minutes_of(self, day: date) -> list[Minutes]:
        return [(one.begins, one.ends) for one in self._calendar.hours_of(day)]


def _line(timeline: Timeline, unit: SpanUnit) -> Line | None:
    """Return the line that a unit counts on; None where days are counted."""
    if unit is _DESK_HOURS or unit is _DESK_MINUTES:
        return timeline.desk
    return timeline.workdays if unit is _WORKDAY_HOURS else None


def _end(timeline: Timeline, moment: datetime, limit: Limit) -> datetime | None:
    """Return when a limit ends; None if that lies beyond the line."""
    if not isinstance(limit, Span):
        return _end_of_day(timeline, moment, limit)
    unit = limit.unit
    if unit is _DESK_HOURS or unit is _DESK_MINUTES:
        return timeline.desk.after(moment, limit.length)
    if unit is _WORKDAY_HOURS:
        return timeline.workdays.after(moment, limit.length)
    days = timeline.days
    place = days.place(moment)
    if unit is _WORKDAYS:
        index = days.worked[place] + limit.amount - 1
        place = days.working[index] if index < len(days.working) else len(days.closes)
    else:
        place += limit.amount
    return days.closes[place] if place < len(days.closes) else None


def _beginning(timeline: Timeline, moment: datetime, span: Span) -> datetime | None:
    """Return from when a span lasts until a moment; None if that lies before the line."""
    if line := _line(timeline, span.unit):
        counted = line.counted_until(moment) - span.length
        found = line.latest(counted) if counted >= _NOTHING else None
    else:
        days = timeline.days
        place = days.place(moment) - span.amount
        if span.unit is _WORKDAYS:
            index = bisect_left(days.working, place + span.amount) - span.amount
            place = days.working[index] if index >= 0 else -1
        found = days.closes[place] if place >= 0 else None
    return found if found is not None and found >= timeline.first else None


def _end_of_day(
    timeline: Timeline, moment: datetime, limit: MonthDay | WeekdayBefore | SameDay | NextOpening
) -> datetime | None:
    days = timeline.days
    place = days.place(moment)
    if isinstance(limit, NextOpening):
        worked = days.worked[place]
        index = bisect_right(days.openings, moment, max(worked - 1, 0), worked)
        return days.openings[index] if index < len(days.openings) else None
    if isinstance(limit, SameDay):
        is_closed = moment > days.closes[place]
        return max(moment, days.last_second(place) if is_closed else days.closes[place])
    day = date.fromordinal(days.ordinals[place])
    for months in range(3):
        at = _close_of(timeline, _day_of_month(day, months, limit))
        if at is None or at >= moment:
            return at
    return None


def _close_of(timeline: Timeline, day: date) -> datetime | None:
    place = timeline.days.place_of(day.toordinal())
    return timeline.days.closes[place] if place < len(timeline.days.closes) else None


def _day_of_month(day: date, later: int, limit: MonthDay | WeekdayBefore) -> date:
    """Return the day that a limit names, so many months later than the first one that it could mean."""
    months = day.month - 1 + later + (limit.months if isinstance(limit, MonthDay) else 0)
    year, month = day.year + months // 12, months % 12 + 1
    longest = monthrange(year, month)[1]
    if isinstance(limit, MonthDay):
        return date(year, month, min(limit.day, longest))
    last = date(year, month, min(limit.day - 1, longest))
    return last - timedelta(days=(last.weekday() - limit.weekday) % 7)


__all__ = ["DayCount", "DayKind", "Due", "Interval", "SpecialDay", "WorkingCalendar", "check_zone"]
