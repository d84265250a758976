"""The clock of a duty, with gaps that begin and end anywhere."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongdan.domain.calendars import WorkingCalendar
from gongdan.domain.duty_clocks import DutyClock, Gap, advance, cap_ends, if_reached
from gongdan.domain.hours import read_hours
from gongdan.domain.limits import Limit, MonthDay, NextOpening, SameDay, Span, SpanUnit

CALENDAR = WorkingCalendar("工作日历", "Asia/Shanghai", (*[read_hours("09:00-12:00 13:30-18:00")] * 5, (), ()))


def at(day: int, hour: int, minute: int = 0, second: int = 0) -> datetime:
    """Return a moment of March 2026 in Shanghai; the 5th is a Thursday."""
    return datetime(2026, 3, day, hour, minute, second, tzinfo=UTC) - timedelta(hours=8)


@pytest.mark.parametrize(
    ("limit", "gaps", "due"),
    [
        (Span(2, SpanUnit.HOUR), (), at(5, 12)),
        (Span(2, SpanUnit.HOUR), (Gap(at(5, 11), at(6, 11)),), at(6, 12)),
        (Span(4, SpanUnit.DESK_HOUR), (), at(5, 15, 30)),
        # A gap over lunch counts for what the desk was open.
        (Span(4, SpanUnit.DESK_HOUR), (Gap(at(5, 11, 30), at(5, 14)),), at(5, 16, 30)),
        # One that ends twenty seconds after the close counts until the close.
        (Span(4, SpanUnit.DESK_HOUR), (Gap(at(5, 15), at(5, 18, 0, 20)),), at(6, 9, 30)),
        (Span(4, SpanUnit.DESK_HOUR), (Gap(at(5, 15, 0, 10), at(5, 15, 0, 50)),), at(5, 15, 30, 40)),
        # At night nothing would have counted.
        (Span(4, SpanUnit.DESK_HOUR), (Gap(at(5, 20), at(6, 8)),), at(5, 15, 30)),
        (Span(2, SpanUnit.WORKDAY), (), at(9, 18)),
        # Friday and the weekend: one working day more.
        (Span(2, SpanUnit.WORKDAY), (Gap(at(5, 17), at(8, 17)),), at(10, 18)),
        (Span(2, SpanUnit.DAY), (Gap(at(5, 17), at(6, 17)),), at(8, 23, 59, 59)),
        # The 6th of the next month is the 6th of the next month.
        (MonthDay(6), (Gap(at(5, 17), at(20, 17)),), datetime(2026, 4, 6, 10, tzinfo=UTC)),
        # Unless it passes in a gap: then it is the day on which the gap ends, until the desk closes or to midnight.
        (MonthDay(6, months=0), (Gap(at(5, 17), at(20, 17)),), at(20, 18)),
        (MonthDay(6, months=0), (Gap(at(5, 17), at(6, 17)),), at(6, 18)),
        (SameDay(), (Gap(at(5, 11), at(5, 14)),), at(5, 18)),
        (SameDay(), (Gap(at(5, 11), at(9, 8)),), at(9, 18)),
        (SameDay(), (Gap(at(5, 11), at(6, 18, 30)),), at(6, 23, 59, 59)),
        (SameDay(), (Gap(at(5, 11), at(5, 14)), Gap(at(5, 15), at(6, 9)), Gap(at(6, 17), at(9, 0))), at(9, 18)),
        (NextOpening(), (Gap(at(5, 17), at(9, 10)),), at(9, 18)),
        # A gap before the start is none.
        (Span(2, SpanUnit.HOUR), (Gap(at(4, 10), at(5, 10, 30)),), at(5, 12, 30)),
    ],
)
def test_gaps_move_the_end_by_what_would_have_counted(limit: Limit, gaps: tuple[Gap, ...], due: datetime) -> None:
    assert DutyClock(CALENDAR, at(5, 10), limit, gaps).due().at == due


def test_a_share_of_the_time_is_counted_like_the_time_itself() -> None:
    limit = Span(10, SpanUnit.DESK_HOUR)
    gap = Gap(at(5, 11), at(5, 14))
    # Half of ten hours: 10:00-12:00, 13:30-16:30; one and a half more hours after the gap.
    assert DutyClock(CALENDAR, at(5, 10), limit).share(50) == at(5, 16, 30)
    assert DutyClock(CALENDAR, at(5, 10), limit, (gap,)).share(50) == at(5, 18)
    # Ten percent had passed before the gap began.
    assert DutyClock(CALENDAR, at(5, 10), limit, (gap,)).share(10) == at(5, 11)
    assert DutyClock(CALENDAR, at(5, 10), Span(2, SpanUnit.WORKDAY)).share(50) == at(7, 14)


@pytest.mark.parametrize(
    ("cap", "used", "ends"),
    [
        (Span(48, SpanUnit.HOUR), (), at(7, 10)),
        (Span(48, SpanUnit.HOUR), (Gap(at(3, 10), at(4, 10)),), at(6, 10)),
        (Span(24, SpanUnit.HOUR), (Gap(at(3, 10), at(4, 10)),), at(5, 10)),
        (Span(3, SpanUnit.DESK_HOUR), (), at(5, 14, 30)),
        (Span(2, SpanUnit.WORKDAY), (Gap(at(3, 10), at(4, 10)),), at(6, 18)),
        (Span(1, SpanUnit.WORKDAY), (Gap(at(3, 10), at(4, 10)),), at(5, 10)),
    ],
)
def test_a_pause_has_what_the_pauses_before_have_left(cap: Span, used: tuple[Gap, ...], ends: datetime) -> None:
    assert cap_ends(CALENDAR, cap, at(5, 10), used) == ends


def test_a_calendar_that_gives_no_time_answers_nothing() -> None:
    # One hour a week: 20,000 hours of the desk are 383 years.
    rare = WorkingCalendar("周一一小时", "Asia/Shanghai", (read_hours("09:00-10:00"), (), (), (), (), (), ()))
    never, soon = (DutyClock(rare, at(5, 10), Span(hours, SpanUnit.DESK_HOUR)) for hours in (20_000, 1))
    assert if_reached(never.due) is None
    assert if_reached(lambda: rare.before(at(5, 10), Span(20_000, SpanUnit.DESK_HOUR))) is None
    assert if_reached(lambda: cap_ends(rare, Span(20_000, SpanUnit.DESK_HOUR), at(5, 10), ())) is None
    assert soon.due().at == at(9, 10)


@settings(max_examples=150)
@given(
    start=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC)),  # noqa: DTZ001 -- the zone is drawn beside it
    seconds=st.integers(0, 400_000),
    unit=st.sampled_from((SpanUnit.DESK_MINUTE, SpanUnit.DESK_HOUR, SpanUnit.WORKDAY_HOUR, SpanUnit.HOUR)),
)
def test_as_much_has_counted_as_was_asked_for(start: datetime, seconds: int, unit: SpanUnit) -> None:
    amount = timedelta(seconds=seconds)
    end = advance(CALENDAR, start, amount, unit).at
    assert CALENDAR.elapsed(start, end, unit) == amount
    if seconds:
        # And not a moment later than it has to be.
        assert CALENDAR.elapsed(start, end - timedelta(microseconds=1), unit) < amount
