from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from time import process_time
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongdan.domain.calendars import DayKind, SpecialDay, WorkingCalendar
from gongdan.domain.hours import Hours, read_hours
from gongdan.domain.limits import MonthDay, Span, SpanUnit, read_limit
from gongdan.errors import InvalidInput
from tests.core.domain import calendar_oracle as oracle

NINE_TO_SIX = read_hours("09:00-18:00")
OFFICE = (*[NINE_TO_SIX] * 5, (), ())
SPLIT = (*[read_hours("08:30-12:00 14:00-18:00")] * 5, read_hours("09:00-12:00"), ())
NIGHTS = (*[read_hours("08:00-12:00 20:00-30:00")] * 6, read_hours("22:00-29:00"))
ALWAYS = (read_hours("00:00-24:00"),) * 7
MORNINGS = (*[read_hours("01:30-02:30 04:00-06:00")] * 7,)
WEEKS = (OFFICE, SPLIT, NIGHTS, ALWAYS, MORNINGS)
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York", "America/Havana", "Australia/Lord_Howe", "UTC")
DAY_UNITS = (SpanUnit.WORKDAY, SpanUnit.DAY)


#: 国办发明电〔2024〕12号 and 〔2025〕7号, as they stand there.
REST_2025 = "2025-01-01 2025-01-28..2025-02-04 2025-04-04..2025-04-06 2025-05-01..2025-05-05 2025-05-31..2025-06-02"
REST_2025 += " 2025-10-01..2025-10-08"
REST_2026 = "2026-01-01..2026-01-03 2026-02-15..2026-02-23 2026-04-04..2026-04-06 2026-05-01..2026-05-05"
REST_2026 += " 2026-06-19..2026-06-21 2026-09-25..2026-09-27 2026-10-01..2026-10-07"
MAKE_UP_2025 = "2025-01-26 2025-02-08 2025-04-27 2025-09-28 2025-10-11"
MAKE_UP_2026 = "2026-01-04 2026-02-14 2026-02-28 2026-05-09 2026-09-20 2026-10-10"


def special(rest: str = "", work: str = "") -> Mapping[date, SpecialDay]:
    """Return the days as named, such as 2026-02-15..2026-02-23."""
    days = {}
    for kind, text in ((DayKind.REST, rest), (DayKind.WORK, work)):
        for part in text.split():
            first, _, last = part.partition("..")
            day = date.fromisoformat(first)
            while day <= date.fromisoformat(last or first):
                days[day] = SpecialDay(day, kind)
                day += timedelta(days=1)
    return days


HOLIDAYS = special(f"{REST_2025} {REST_2026}", f"{MAKE_UP_2025} {MAKE_UP_2026}")
#: Monday to Friday, 9 to 18, with the holidays of 2025 and 2026.
CHINA = WorkingCalendar("office", "Asia/Shanghai", OFFICE, HOLIDAYS, date(2026, 12, 31))


def plain(week: tuple[Hours, ...] = OFFICE, zone: str = "Asia/Shanghai") -> WorkingCalendar:
    """Return a calendar without holidays."""
    return WorkingCalendar("plain", zone, week)


def local(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def shown(at: datetime, zone: str = "Asia/Shanghai") -> str:
    return at.astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S").removesuffix(":00")


def due(calendar: WorkingCalendar, start: str, limit: str) -> str:
    return shown(calendar.due(local(start, calendar.zone), read_limit(limit)).at, calendar.zone)


# --- Against the oracle ---------------------------------------------------------------------


@st.composite
def calendars(draw: st.DrawFn) -> WorkingCalendar:
    first = draw(st.dates(date(2004, 1, 1), date(2026, 11, 30)))
    days = draw(st.lists(st.integers(0, 40), max_size=8, unique=True))
    kinds = draw(st.lists(st.sampled_from(DayKind), min_size=8, max_size=8))
    found = {}
    for offset, kind in zip(days, kinds, strict=False):
        day = first + timedelta(days=offset)
        found[day] = SpecialDay(day, kind)
    return WorkingCalendar("any", draw(st.sampled_from(ZONES)), draw(st.sampled_from(WEEKS)), found)


@st.composite
def cases(draw: st.DrawFn) -> tuple[WorkingCalendar, datetime]:
    calendar = draw(calendars())
    turning = draw(st.sampled_from([None, (3, 29), (10, 30), (11, 4), (4, 2), (2, 28), (12, 31)]))
    year = draw(st.integers(2004, 2026))
    first = min(calendar.special) if calendar.special and turning is None else date(year, *(turning or (6, 30)))
    days, minutes = draw(st.integers(-4, 4)), draw(st.integers(0, 1439))
    start = datetime(first.year, first.month, first.day, tzinfo=UTC) + timedelta(days=days, minutes=minutes)
    return calendar, start


COUNTED = (SpanUnit.MINUTE, SpanUnit.DESK_MINUTE, SpanUnit.DESK_HOUR, SpanUnit.WORKDAY_HOUR)


@given(cases(), st.sampled_from(COUNTED), st.integers(1, 30))
def test_a_due_time_is_that_of_walking_minute_by_minute(
    case: tuple[WorkingCalendar, datetime], unit: SpanUnit, amount: int
) -> None:
    calendar, start = case
    minutes = amount * (37 if unit in {SpanUnit.MINUTE, SpanUnit.DESK_MINUTE} else 1)
    in_minutes = minutes * (60 if unit in {SpanUnit.DESK_HOUR, SpanUnit.WORKDAY_HOUR} else 1)
    assert calendar.due(start, Span(minutes, unit)).at == oracle.due(calendar, start, in_minutes, unit)


@given(cases(), st.sampled_from(DAY_UNITS), st.integers(1, 12))
def test_days_end_where_walking_minute_by_minute_ends(
    case: tuple[WorkingCalendar, datetime], unit: SpanUnit, amount: int
) -> None:
    calendar, start = case
    expected = oracle.close_after(calendar, start, amount, working=unit is SpanUnit.WORKDAY)
    assert calendar.due(start, Span(amount, unit)).at == expected


@given(cases(), st.sampled_from(SpanUnit), st.integers(0, 300), st.integers(0, 300), st.integers(0, 59_999_999))
def test_two_limits_one_after_the_other_are_their_sum(
    case: tuple[WorkingCalendar, datetime], unit: SpanUnit, one: int, other: int, microseconds: int
) -> None:
    calendar, start = case[0], case[1] + timedelta(microseconds=microseconds)
    middle = calendar.due(start, Span(one, unit)).at
    assert calendar.due(middle, Span(other, unit)) == calendar.due(start, Span(one + other, unit))
    earlier = calendar.before(start, Span(one, unit)).at
    assert calendar.before(earlier, Span(other, unit)) == calendar.before(start, Span(one + other, unit))


@given(cases(), st.sampled_from(SpanUnit), st.integers(0, 300), st.integers(0, 59_999_999))
def test_what_elapses_until_the_due_time_is_the_limit_forwards_and_backwards(
    case: tuple[WorkingCalendar, datetime], unit: SpanUnit, amount: int, microseconds: int
) -> None:
    calendar, start = case[0], case[1] + timedelta(microseconds=microseconds)
    size = {"min": 1, "desk_min": 1, "workday": 1440, "day": 1440}.get(unit, 60)
    expected = timedelta(minutes=amount * size)
    end, beginning = calendar.due(start, Span(amount, unit)).at, calendar.before(start, Span(amount, unit)).at
    assert beginning <= start <= end
    assert calendar.elapsed(start, end, unit) == expected
    assert calendar.elapsed(end, start, unit) == -expected
    [(_, shown)] = oracle.walk(calendar, case[1], case[1] + oracle.MINUTE)
    on_rest_day = unit is SpanUnit.WORKDAY and not oracle.hours(calendar, shown.date())
    # One working day before a Sunday is Friday, and from Friday to Sunday there is none.
    expected_back = expected - timedelta(days=1) if on_rest_day and amount else expected
    assert calendar.elapsed(beginning, start, unit) == expected_back
    assert sum((day.counted for day in calendar.counted(start, end, unit)), timedelta()) == expected


@given(cases(), st.sampled_from(COUNTED), st.integers(0, 4000))
def test_counted_time_and_opening_are_those_of_walking_minute_by_minute(
    case: tuple[WorkingCalendar, datetime], unit: SpanUnit, minutes: int
) -> None:
    calendar, start = case
    end = start + timedelta(minutes=minutes)
    counted = sum(day.minutes for day in calendar.counted(start, end, unit))
    assert counted == oracle.counted(calendar, start, end, unit)
    [(_, shown)] = oracle.walk(calendar, start, start + oracle.MINUTE)
    assert calendar.is_open(start) == oracle.is_open(calendar, shown)


@given(cases(), st.integers(1, 31), st.integers(0, 3))
def test_a_day_of_a_month_is_never_before_the_start(
    case: tuple[WorkingCalendar, datetime], day: int, months: int
) -> None:
    calendar, start = case
    found = calendar.due(start, MonthDay(day, months)).at
    today = start.astimezone(ZoneInfo(calendar.zone)).date()
    assert found >= start
    shown = found.astimezone(ZoneInfo(calendar.zone)).date()
    assert shown in {oracle.month_day(today, day, months), oracle.month_day(today, day, months + 1)}


# --- Holidays and make-up days --------------------------------------------------------------


@pytest.mark.parametrize("day", [*MAKE_UP_2025.split(), *MAKE_UP_2026.split()])
def test_a_make_up_day_has_the_hours_of_a_monday(day: str) -> None:
    assert CHINA.is_working_day(date.fromisoformat(day))
    assert not plain().is_working_day(date.fromisoformat(day))
    assert [CHINA.is_open(local(f"{day} {time}")) for time in ("08:59", "09:00", "17:59", "18:00")] == [
        False, True, True, False,
    ]  # fmt: skip
    assert due(CHINA, f"{day} 16:00", "2 desk_h") == f"{day} 18:00"


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        # Spring Festival 2026: off from the 15th to the 23rd, at work on Saturday, 14 and 28 February.
        ("2026-02-13 16:00", "2 desk_h", "2026-02-13 18:00"),
        ("2026-02-13 16:00", "24 desk_h", "2026-02-25 13:00"),  # 2 + 9 on Saturday + 9 on the 24th + 4
        ("2026-02-13 16:00", "24 workday_h", "2026-02-14 16:00"),
        ("2026-02-14 16:00", "24 workday_h", "2026-02-24 16:00"),
        ("2026-02-13 16:00", "24 h", "2026-02-14 16:00"),
        ("2026-02-13 16:00", "1 workday", "2026-02-14 18:00"),
        ("2026-02-13 16:00", "2 workday", "2026-02-24 18:00"),
        ("2026-02-13 16:00", "6 workday", "2026-02-28 18:00"),
        ("2026-02-13 16:00", "7 workday", "2026-03-02 18:00"),
        ("2026-02-13 16:00", "3 day", "2026-02-16 23:59:59"),
        ("2026-02-17 10:00", "1 desk_min", "2026-02-24 09:01"),
        ("2026-02-14 20:00", "next_opening", "2026-02-24 09:00"),
        # National Day 2026: off from the 1st to the 7th, at work on Sunday, 20 September, and Saturday, 10 October.
        ("2026-09-18 18:00", "1 workday", "2026-09-20 18:00"),
        ("2026-09-30 17:00", "2 desk_h", "2026-10-08 10:00"),
        ("2026-09-30 17:00", "1 workday", "2026-10-08 18:00"),
        ("2026-09-30 17:00", "3 workday", "2026-10-10 18:00"),
        ("2026-09-30 17:00", "4 workday", "2026-10-12 18:00"),
        ("2026-09-30 17:00", "8 day", "2026-10-08 18:00"),
        # Spring Festival 2025: at work on Sunday, 26 January, and Saturday, 8 February; off between 28 and 4.
        ("2025-01-24 10:00", "1 workday", "2025-01-26 18:00"),
        ("2025-01-24 10:00", "3 workday", "2025-02-05 18:00"),
        ("2025-01-24 10:00", "6 workday", "2025-02-08 18:00"),
        ("2025-01-27 17:30", "1 desk_h", "2025-02-05 09:30"),
        # National Day 2025 took in Mid-Autumn: off from the 1st to the 8th, at work on 28 September and 11 October.
        ("2025-09-26 18:30", "1 workday", "2025-09-28 18:00"),
        ("2025-09-30 12:00", "1 workday", "2025-10-09 18:00"),
        ("2025-09-30 12:00", "3 workday", "2025-10-11 18:00"),
        # Labour Day 2025 and New Year 2026, whose make-up Sunday is the 4th.
        ("2025-04-25 17:00", "10 desk_h", "2025-04-27 18:00"),
        ("2025-12-31 20:00", "next_opening", "2026-01-04 09:00"),
        ("2025-12-31 17:00", "1 workday", "2026-01-04 18:00"),
    ],
)
def test_limits_reach_over_the_holidays_of_2025_and_2026(start: str, limit: str, expected: str) -> None:
    assert due(CHINA, start, limit) == expected


def test_where_mondays_are_closed_a_make_up_day_has_the_hours_of_the_first_day_of_work() -> None:
    week = ((), *[read_hours("10:00-16:00")] * 5, ())
    calendar = WorkingCalendar("museum", "Asia/Shanghai", week, special("", "2026-10-11"))
    assert due(calendar, "2026-10-11 08:00", "1 desk_h") == "2026-10-11 11:00"


def test_a_day_of_its_own_may_have_hours_of_its_own() -> None:
    eve = date(2026, 12, 24)
    calendar = plain()
    short = SpecialDay(eve, DayKind.WORK, "半天", hours=read_hours("09:00-12:00"))
    calendar = WorkingCalendar("office", "Asia/Shanghai", OFFICE, {eve: short})
    assert due(calendar, "2026-12-24 11:00", "2 desk_h") == "2026-12-25 10:00"
    assert due(calendar, "2026-12-23 11:00", "1 workday") == "2026-12-24 12:00"


# --- Days, months and nights ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        # 5 March 2026 is a Thursday.
        ("2026-03-05 10:00", "0 desk_h", "2026-03-05 10:00"),
        ("2026-03-07 10:00", "0 workday", "2026-03-07 10:00"),
        ("2026-03-05 17:59:30", "1 desk_min", "2026-03-06 09:00:30"),
        ("2026-03-05 20:00", "1 workday", "2026-03-06 18:00"),
        ("2026-03-07 10:00", "1 workday", "2026-03-09 18:00"),
        ("2026-03-05 00:00", "1 day", "2026-03-06 18:00"),
        ("2026-03-05 10:00", "2 day", "2026-03-07 23:59:59"),
        ("2026-03-05 10:00", "same_day", "2026-03-05 18:00"),
        ("2026-03-05 18:00", "same_day", "2026-03-05 18:00"),
        ("2026-03-05 18:01", "same_day", "2026-03-05 23:59:59"),
        ("2026-03-07 10:00", "same_day", "2026-03-07 23:59:59"),
        ("2026-03-05 02:00", "next_opening", "2026-03-05 09:00"),
        ("2026-03-05 09:00", "next_opening", "2026-03-06 09:00"),
        ("2026-03-06 20:00", "next_opening", "2026-03-09 09:00"),
        # 31 January, and a leap day.
        ("2026-01-31 10:00", "month+1:31", "2026-02-28 18:00"),
        ("2026-01-31 10:00", "month+1:30", "2026-02-28 18:00"),
        ("2025-01-31 10:00", "month+1:31", "2025-02-28 18:00"),
        ("2024-01-31 10:00", "month+1:31", "2024-02-29 18:00"),
        ("2024-02-10 10:00", "month+0:31", "2024-02-29 18:00"),
        ("2024-02-10 10:00", "month+12:29", "2025-02-28 18:00"),
        ("2024-02-28 10:00", "1 day", "2024-02-29 18:00"),
        ("2024-02-28 18:00", "1 desk_h", "2024-02-29 10:00"),
        ("2024-02-29 10:00", "1 workday", "2024-03-01 18:00"),
        ("2024-02-29 10:00", "month+12:29", "2025-02-28 18:00"),
        ("2026-12-31 10:00", "month+2:31", "2027-02-28 23:59:59"),
        # By the 6th: a holiday, a Saturday and a Monday; a day that has closed means next month.
        ("2026-03-05 10:00", "month+1:6", "2026-04-06 23:59:59"),
        ("2026-05-06 10:00", "month+1:6", "2026-06-06 23:59:59"),
        ("2026-06-30 10:00", "month+1:6", "2026-07-06 18:00"),
        ("2026-03-06 18:00", "month+0:6", "2026-03-06 18:00"),
        ("2026-03-06 18:01", "month+0:6", "2026-04-06 23:59:59"),
        # The last Friday before the 25th, which is itself a Friday in September 2026.
        ("2026-03-05 10:00", "fri<25", "2026-03-20 18:00"),
        ("2026-03-24 10:00", "fri<25", "2026-04-24 18:00"),
        ("2026-09-01 10:00", "fri<25", "2026-09-18 18:00"),
        ("2026-02-01 10:00", "sat<31", "2026-02-28 18:00"),
    ],
)
def test_days_and_months_end_at_the_close_of_a_day(start: str, limit: str, expected: str) -> None:
    assert due(CHINA, start, limit) == expected


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        # Monday to Saturday 8-12 and 20-6, Sunday 22-5. 6 March 2026 is a Friday.
        ("2026-03-06 23:00", "8 desk_h", "2026-03-07 09:00"),
        ("2026-03-07 21:00", "9 desk_h", "2026-03-08 06:00"),
        ("2026-03-08 07:00", "1 desk_h", "2026-03-08 23:00"),
        ("2026-03-08 23:00", "7 desk_h", "2026-03-09 09:00"),
        ("2026-03-07 03:00", "1 workday", "2026-03-08 23:59:59"),
        ("2026-03-07 03:00", "next_opening", "2026-03-07 08:00"),
        ("2026-03-07 13:00", "next_opening", "2026-03-08 22:00"),
    ],
)
def test_a_night_belongs_to_the_day_it_begins_on(start: str, limit: str, expected: str) -> None:
    assert due(plain(NIGHTS), start, limit) == expected


def test_a_night_before_a_holiday_is_worked_to_its_end() -> None:
    calendar = WorkingCalendar("nights", "Asia/Shanghai", NIGHTS, special("2026-03-07"))
    assert due(calendar, "2026-03-06 23:00", "8 desk_h") == "2026-03-08 23:00"
    assert calendar.is_open(local("2026-03-07 05:59"))
    assert not calendar.is_working_day(date(2026, 3, 7))


def test_a_desk_that_never_closes_counts_every_hour() -> None:
    assert due(plain(ALWAYS), "2026-02-16 23:30", "100 desk_h") == "2026-02-21 03:30"
    assert due(plain(ALWAYS), "2026-02-16 23:30", "1 workday") == "2026-02-17 23:59:59"
    assert due(plain(ALWAYS), "2026-02-16 23:30", "next_opening") == "2026-02-17 00:00"


# --- Clocks that are set --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "limit", "expected"),
    [
        # In Berlin the night to 29 March 2026 lacks the hour from 2 to 3, the one to 25 October has it twice.
        ("2026-03-28 12:00", "24 desk_h", "2026-03-29 13:00"),
        ("2026-03-28 12:00", "24 h", "2026-03-29 13:00"),
        ("2026-03-28 12:00", "24 workday_h", "2026-03-29 13:00"),
        ("2026-03-28 12:00", "1 day", "2026-03-29 23:59:59"),
        ("2026-10-24 12:00", "24 desk_h", "2026-10-25 11:00"),
        ("2026-10-24 12:00", "1 workday", "2026-10-25 23:59:59"),
    ],
)
def test_an_hour_is_an_hour_when_the_clock_is_set(start: str, limit: str, expected: str) -> None:
    assert due(plain(ALWAYS, "Europe/Berlin"), start, limit) == expected


@pytest.mark.parametrize(
    ("zone", "night", "expected_hours"),
    [
        ("Europe/Berlin", "2026-03-28", 7),
        ("Europe/Berlin", "2026-10-24", 9),
        ("America/New_York", "2026-03-07", 7),
        ("America/New_York", "2026-10-31", 9),
        ("Asia/Shanghai", "2026-03-28", 8),
    ],
)
def test_a_night_is_as_long_as_the_clock_makes_it(zone: str, night: str, expected_hours: int) -> None:
    calendar = plain((read_hours("22:00-30:00"),) * 7, zone)
    begin = local(f"{night} 22:00", zone)
    assert calendar.elapsed(begin, begin + timedelta(hours=12), SpanUnit.DESK_HOUR) == timedelta(hours=expected_hours)


def test_an_opening_that_the_clock_skips_is_the_moment_of_the_skip() -> None:
    calendar = plain((read_hours("02:30-10:00"),) * 7, "Europe/Berlin")
    opening = calendar.due(datetime(2026, 3, 28, 23, 0, tzinfo=UTC), read_limit("next_opening")).at
    assert opening == datetime(2026, 3, 29, 1, 0, tzinfo=UTC)


def test_a_day_that_a_zone_leaves_out_is_no_day() -> None:
    # Samoa went from Thursday, 29 December 2011, to Saturday, 31 December.
    always = plain(ALWAYS, "Pacific/Apia")
    assert due(always, "2011-12-29 10:00", "1 day") == "2011-12-31 23:59:59"
    assert due(always, "2011-12-28 10:00", "2 workday") == "2011-12-31 23:59:59"


# --- Beyond what is known -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "limit", "expected", "provisional"),
    [
        ("2026-12-30 10:00", "1 workday", "2026-12-31 18:00", False),
        ("2026-12-30 10:00", "2 workday", "2027-01-01 18:00", True),
        ("2026-12-31 17:00", "1 desk_h", "2026-12-31 18:00", False),
        ("2026-12-31 17:00", "2 desk_h", "2027-01-01 10:00", True),
        ("2026-12-31 17:00", "24 h", "2027-01-01 17:00", False),
        ("2026-12-31 17:00", "1 day", "2027-01-01 18:00", True),
        ("2026-12-31 20:00", "same_day", "2026-12-31 23:59:59", False),
        ("2026-12-31 20:00", "next_opening", "2027-01-01 09:00", True),
        ("2026-12-31 20:00", "month+1:6", "2027-01-06 18:00", True),
    ],
)
def test_a_due_time_beyond_the_known_year_is_provisional(
    start: str, limit: str, expected: str, *, provisional: bool
) -> None:
    found = CHINA.due(local(start), read_limit(limit))
    assert (shown(found.at), found.is_provisional) == (expected, provisional)


def test_hours_that_ignore_holidays_are_never_provisional() -> None:
    calendar = WorkingCalendar("desk", "Asia/Shanghai", OFFICE, {}, date(2026, 12, 31), follows_holidays=False)
    assert not calendar.due(local("2027-02-05 10:00"), Span(5, SpanUnit.WORKDAY)).is_provisional
    assert calendar.is_known(date(2030, 1, 1))


def test_a_time_before_an_unknown_end_is_provisional() -> None:
    assert CHINA.before(local("2027-01-04 10:00"), Span(1, SpanUnit.WORKDAY)).is_provisional
    assert not CHINA.before(local("2026-12-31 10:00"), Span(1, SpanUnit.WORKDAY)).is_provisional


# --- Backwards and in parts -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("end", "span", "expected"),
    [
        ("2026-03-05 10:00", Span(30, SpanUnit.MINUTE), "2026-03-05 09:30"),
        ("2026-03-05 10:00", Span(4, SpanUnit.DESK_HOUR), "2026-03-04 15:00"),
        ("2026-03-05 10:00", Span(1, SpanUnit.DESK_HOUR), "2026-03-05 09:00"),
        ("2026-03-09 09:00", Span(1, SpanUnit.DESK_MINUTE), "2026-03-06 17:59"),
        ("2026-02-24 10:00", Span(2, SpanUnit.DESK_HOUR), "2026-02-14 17:00"),
        ("2026-02-24 10:00", Span(24, SpanUnit.WORKDAY_HOUR), "2026-02-14 10:00"),
        ("2026-03-05 10:00", Span(3, SpanUnit.WORKDAY), "2026-03-02 18:00"),
        ("2026-03-08 10:00", Span(1, SpanUnit.WORKDAY), "2026-03-06 18:00"),
        ("2026-03-08 10:00", Span(1, SpanUnit.DAY), "2026-03-07 23:59:59"),
        ("2026-03-08 10:00", Span(0, SpanUnit.WORKDAY), "2026-03-08 10:00"),
    ],
)
def test_spans_are_reckoned_backwards(end: str, span: Span, expected: str) -> None:
    assert shown(CHINA.before(local(end), span).at) == expected


def test_every_day_says_what_it_contributes_and_why_not() -> None:
    calendar = WorkingCalendar(
        "office", "Asia/Shanghai", OFFICE, {date(2026, 3, 6): SpecialDay(date(2026, 3, 6), DayKind.REST, "司庆")}
    )
    days = calendar.counted(local("2026-03-05 16:30"), local("2026-03-09 10:00"), SpanUnit.DESK_HOUR)
    assert [(day.date.day, day.minutes, day.kind.value, day.name) for day in days] == [
        (5, 90, "work", ""),
        (6, 0, "rest", "司庆"),
        (7, 0, "rest", ""),
        (8, 0, "rest", ""),
        (9, 60, "work", ""),
    ]
    worked = calendar.counted(local("2026-03-05 16:30"), local("2026-03-09 18:00"), SpanUnit.WORKDAY)
    assert [day.counted.days for day in worked] == [0, 0, 0, 0, 1]


# --- What is no calendar --------------------------------------------------------------------


def refusal(week: tuple[Hours, ...], zone: str = "Asia/Shanghai") -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as refused:
        plain(week, zone)
    return [(problem.field, problem.value) for problem in refused.value.problems]


def test_a_week_without_work_is_refused() -> None:
    assert refusal(((),) * 7) == [("week", "")]
    assert refusal((NINE_TO_SIX,) * 6) == [("week", "")]


@pytest.mark.parametrize("zone", ["Mars/Base", "", "Asia", "../etc/passwd"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    assert refusal(OFFICE, zone) == [("zone", zone)]


def test_a_night_that_reaches_into_the_next_morning_is_refused() -> None:
    late, rest = read_hours("20:00-33:30"), ()
    assert refusal((late, NINE_TO_SIX, rest, rest, rest, rest, rest)) == [("mon", "20:00-33:30")]
    assert refusal((NINE_TO_SIX, rest, rest, rest, rest, rest, late)) == [("sun", "20:00-33:30")]
    plain((read_hours("20:00-33:00"), NINE_TO_SIX, rest, rest, rest, rest, rest))


def test_a_time_out_of_all_reach_is_refused_in_words_and_at_once() -> None:
    calendar = plain()
    began = process_time()
    with pytest.raises(InvalidInput):
        calendar.due(local("2026-03-05 10:00"), Span(1_000_000, SpanUnit.WORKDAY))
    assert process_time() - began < 2
    for start in ("1890-01-01 10:00", "2299-12-31 10:00", "2400-01-01 10:00"):
        with pytest.raises(InvalidInput) as refused:
            CHINA.due(local(start), Span(1, SpanUnit.WORKDAY))
        assert refused.value.problems[0].params == {"calendar": "office"}
    assert due(CHINA, "2026-03-05 10:00", "3660 workday").startswith("2040-")
