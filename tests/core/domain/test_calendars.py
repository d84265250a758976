from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from gongdan.domain.calendars import DayKind, SpecialDay, WorkingCalendar
from gongdan.domain.hours import read_hours
from gongdan.domain.limits import Limit, MonthDay, Span, SpanUnit
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
SHANGHAI = ZoneInfo("Asia/Shanghai")


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


def office(**attributes: object) -> WorkingCalendar:
    """Return Monday to Friday, 9 to 18 in Shanghai."""
    return WorkingCalendar("office", "Asia/Shanghai", OFFICE, **attributes)  # type: ignore[arg-type] # a test names them


def local(text: str, zone: str = "Asia/Shanghai") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def due(calendar: WorkingCalendar, start: str, limit: Limit) -> str:
    at = calendar.due(local(start, calendar.zone), limit).at
    return at.astimezone(ZoneInfo(calendar.zone)).strftime("%Y-%m-%d %H:%M:%S").removesuffix(":00")


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


@settings(max_examples=200)
@given(cases(), st.sampled_from(SpanUnit), st.integers(0, 300), st.integers(0, 300), st.integers(0, 59_999_999))
def test_two_limits_one_after_the_other_are_their_sum(
    case: tuple[WorkingCalendar, datetime], unit: SpanUnit, one: int, other: int, microseconds: int
) -> None:
    calendar, start = case[0], case[1] + timedelta(microseconds=microseconds)
    middle = calendar.due(start, Span(one, unit)).at
    assert calendar.due(middle, Span(other, unit)) == calendar.due(start, Span(one + other, unit))
    earlier = calendar.before(start, Span(one, unit)).at
    assert calendar.before(earlier, Span(other, unit)) == calendar.before(start, Span(one + other, unit))


@settings(max_examples=200)
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


@settings(max_examples=200)
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
