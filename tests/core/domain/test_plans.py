"""Plans: phases, rest days with the holidays of 2025 and 2026, windows, and draws that anybody can check."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gongdan.domain.calendars import DayKind, SpecialDay, WorkingCalendar
from gongdan.domain.hours import read_hours
from gongdan.domain.limits import SameDay
from gongdan.domain.plans import RestDays, Series, Stretch, Terms, begins_at, shifted
from gongdan.domain.recurrences import read_period, read_recurrence
from gongdan.domain.sampling import draw, sample_size, seed_of
from gongdan.services.holidays import shipped_year

_DAY = read_hours("09:00-18:00")
CALENDAR = WorkingCalendar(
    "客服中心",
    "Asia/Shanghai",
    (_DAY,) * 5 + ((), ()),
    {day.date: day for year in (2025, 2026) for day in shipped_year(year).days},
    known_until=date(2026, 12, 31),
)


def _series(*stretches: tuple[str, str], anchor: str, rest_days: RestDays = RestDays.KEEP) -> Series:
    made = tuple(Stretch(read_recurrence(text), read_period(until) if until else None) for text, until in stretches)
    terms = Terms(stretches=made, limit=SameDay(), rest_days=rest_days)
    return Series(terms=terms, anchor=date.fromisoformat(anchor), calendar=CALENDAR, secret="s")


def _days(series: Series, until: str, after: str = "") -> list[str]:
    found = []
    for planned in series.days(date.fromisoformat(after) if after else series.anchor):
        if planned.day.isoformat() > until:
            break
        found.append(planned.day.isoformat())
    return found


# --- Phases --------------------------------------------------------------------------------------


@pytest.mark.clause("000-04-122")
@pytest.mark.clause("000-04-123")
@pytest.mark.parametrize(
    ("anchor", "second_year"),
    [
        # The first year after 29 February ends on the 28th; what comes after it is counted from the 29th all the same.
        ("2024-02-29", ["2025-05-29", "2025-08-29", "2025-11-29", "2026-02-28"]),
        ("2026-01-31", ["2027-04-30", "2027-07-31", "2027-10-31", "2028-01-31"]),
    ],
)
def test_the_quarters_of_the_second_year_are_counted_from_the_day_of_completion(
    anchor: str, second_year: list[str]
) -> None:
    series = _series(("1 month", "1 year"), ("3 month", "2 year"), anchor=anchor)
    assert _days(series, "2030-01-01")[12:] == second_year


# --- Rest days -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rest_days", "days"),
    [
        # Spring Festival is from 15 to 23 February 2026; Saturday the 14th and the 28th are worked.
        (RestDays.KEEP, ["2026-02-13", "2026-02-20", "2026-02-27"]),
        (RestDays.BEFORE, ["2026-02-13", "2026-02-14", "2026-02-27"]),
        (RestDays.AFTER, ["2026-02-13", "2026-02-24", "2026-02-27"]),
        (RestDays.SKIP, ["2026-02-13", "2026-02-27"]),
    ],
)
def test_the_friday_report_in_the_week_of_spring_festival(rest_days: RestDays, days: list[str]) -> None:
    assert _days(_series(("week:fri", ""), anchor="2026-02-07", rest_days=rest_days), "2026-02-28") == days


def test_several_days_that_move_to_one_are_one() -> None:
    # National Day is from 1 to 8 October 2025: all of it goes to Thursday the 9th.
    series = _series(("1 day", ""), anchor="2025-09-29", rest_days=RestDays.AFTER)
    assert _days(series, "2025-10-11") == ["2025-09-30", "2025-10-09", "2025-10-10", "2025-10-11"]


def test_nothing_is_moved_before_the_beginning_and_what_is_not_known_is_provisional() -> None:
    # Begun on a holiday: the Friday of the same holidays would go back before it.
    series = _series(("week:fri", ""), anchor="2026-02-17", rest_days=RestDays.BEFORE)
    assert _days(series, "2026-02-28") == ["2026-02-27"]
    planned = next(iter(_series(("month:1", ""), anchor="2026-12-15").days(date(2026, 12, 15))))
    assert (planned.day, planned.is_provisional) == (date(2027, 1, 1), True)


def test_a_calendar_that_never_opens_again_moves_nothing() -> None:
    closed = {date(2026, 1, 1).fromordinal(day): DayKind.REST for day in range(739_000, 743_000)}
    never = WorkingCalendar(
        "停业", "Asia/Shanghai", (_DAY,) * 7, {day: SpecialDay(day, kind) for day, kind in closed.items()}
    )
    day = date.fromordinal(739_100)
    assert shifted(day, RestDays.AFTER, never) == day


def test_a_run_begins_with_the_window_else_when_the_desk_opens_else_at_midnight() -> None:
    window = read_hours("10:30-11:30 15:00-17:30")
    moments = [
        begins_at(day, hours, CALENDAR).isoformat()
        for day, hours in ((date(2026, 3, 6), window), (date(2026, 3, 6), ()), (date(2026, 3, 7), ()))
    ]
    assert [moment[:16] for moment in moments] == ["2026-03-06T10:30", "2026-03-06T09:00", "2026-03-07T00:00"]


# --- Phases --------------------------------------------------------------------------------------


def test_a_site_is_called_monthly_for_a_year_then_quarterly_to_the_end_of_the_second() -> None:
    series = _series(("1 month", "1 year"), ("3 month", "2 year"), anchor="2024-08-31")
    days = _days(series, "2030-01-01")
    assert days[:2] + days[10:] == [
        "2024-09-30", "2024-10-31",
        "2025-07-31", "2025-08-31",
        "2025-11-30", "2026-02-28", "2026-05-31", "2026-08-31",
    ]  # fmt: skip
    assert _days(series, "2030-01-01", after="2025-08-31") == days[12:]


# --- Draws ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("population", "share", "size"),
    [
        (1200, "5", 60),
        (1201, "5", 61),
        (21, "5", 2),
        (1, "5", 1),
        (0, "5", 0),
        (5, "20", 1),
        (6, "20", 2),
        (3, "100", 3),
    ],
)
def test_a_share_is_rounded_up_to_whole_things(population: int, share: str, size: int) -> None:
    assert sample_size(population, Decimal(share)) == size


def test_anybody_can_draw_again_with_seed_and_hash() -> None:
    seed, things = seed_of("secret", "2026-04-01"), [str(number) for number in range(40)]
    by_hand = sorted(things, key=lambda thing: sha256(f"{seed}:{thing}".encode()).hexdigest())[:2]
    assert draw(seed, things, Decimal(5)).first == tuple(by_hand)
    assert seed_of("secret", "2026-05-01") != seed


@settings(max_examples=60, deadline=None)
@given(
    populations=st.lists(st.sets(st.integers(0, 25)), min_size=1, max_size=14),
    share=st.integers(0, 100),
    secret=st.text(max_size=4),
)
def test_a_round_repeats_nothing_before_all_had_their_turn(
    populations: list[set[int]], share: int, secret: str
) -> None:
    """Whoever comes joins the round, whoever goes leaves it."""
    passed: set[str] = set()
    for number, people in enumerate(populations):
        present = {str(person) for person in people}
        drawn = draw(seed_of(secret, str(number)), present, Decimal(share), passed)
        assert len(drawn.first) + len(drawn.second) == sample_size(len(present), Decimal(share))
        assert not passed & set(drawn.first)
        assert _are_distinct((*drawn.first, *drawn.second))
        assert {*drawn.first, *drawn.second} <= present
        if drawn.second:
            # The next round begins only once everybody who is there has had his turn.
            assert present <= passed | set(drawn.first)
            passed = set(drawn.second)
        else:
            passed |= set(drawn.first)


def _are_distinct(things: Collection[str]) -> bool:
    return len(things) == len(set(things))
