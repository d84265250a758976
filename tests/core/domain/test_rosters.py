"""The rules of shifts, absences, stand-ins and swaps, as values."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongdan.domain.rosters import (
    Absence,
    Exchange,
    Partner,
    Period,
    RosterLimits,
    Rules,
    Shift,
    StandIn,
    SwapState,
    Through,
    absence_refusals,
    deputy_of,
    posts_at,
    shift_refusals,
    stand_in_refusals,
    swap_refusals,
    week_of,
)
from gongdan.errors import Refusal

SHANGHAI = ZoneInfo("Asia/Shanghai")
RULES = Rules(RosterLimits(2, timedelta(hours=4)), SHANGHAI)
UNDECIDED = Rules(RosterLimits(None, None), SHANGHAI)
ZHANG, LI, WANG = UUID(int=1), UUID(int=2), UUID(int=3)
STAFF = frozenset({ZHANG, LI, WANG})
DESK = UUID(int=9)


def at(day: int, hour: float = 0, *, month: int = 3) -> datetime:
    """Return an hour of a day in Shanghai; 24 and more belong to the next days."""
    return datetime(2026, month, day, tzinfo=SHANGHAI) + timedelta(hours=hour)


def period(day: int, begins: float, ends: float, *, month: int = 3) -> Period:
    return Period(at(day, begins, month=month), at(day, ends, month=month))


def shift(person: UUID, when: Period, role: str = "agent") -> Shift:
    return Shift(id=uuid4(), account_id=person, department_id=DESK, role=role, period=when)


def names(refusals: tuple[Refusal, ...]) -> list[tuple[str, tuple[str, ...]]]:
    return [(refusal.guard, refusal.clauses) for refusal in refusals]


# --- Periods ---------------------------------------------------------------------------------


def test_the_end_of_a_shift_belongs_to_the_next_one() -> None:
    day, night = period(5, 8, 16), period(5, 16, 24)
    assert (day.covers(at(5, 8)), day.covers(at(5, 16)), night.covers(at(5, 16))) == (True, False, True)
    assert (day.overlaps(night), day.adjoins(night)) == (False, True)


@pytest.mark.parametrize(
    ("when", "text"),
    [
        (period(5, 16, 24), "03-05 16:00–00:00"),
        (period(5, 20, 32), "03-05 20:00–08:00"),
        (period(5, 0, 72), "03-05 00:00–03-08 00:00"),
    ],
)
def test_a_period_is_written_as_short_as_can_be(when: Period, text: str) -> None:
    assert when.text(SHANGHAI) == text
    assert Period(when.begins.astimezone(UTC), when.ends.astimezone(UTC)).text(SHANGHAI) == text


def test_a_week_begins_on_monday() -> None:
    assert week_of(date(2026, 3, 8)) == tuple(date(2026, 3, day) for day in range(2, 9))
    assert week_of(date(2026, 3, 9))[0] == date(2026, 3, 9)


@given(st.integers(0, 100), st.integers(1, 48), st.integers(0, 100), st.integers(1, 48))
def test_two_periods_share_time_exactly_when_they_overlap(first: int, long: int, second: int, short: int) -> None:
    one, other = period(1, first, first + long), period(1, second, second + short)
    hours = set(range(first, first + long)) & set(range(second, second + short))
    assert one.shared(other) == timedelta(hours=len(hours))
    assert one.overlaps(other) == bool(hours)


# --- Who is there ----------------------------------------------------------------------------


def test_a_shift_past_midnight_is_held_until_morning() -> None:
    night = shift(ZHANG, period(5, 20, 32))
    found = [[post.holder_id for post in posts_at(moment, [night], [], absences=(), staff=STAFF)]
             for moment in (at(5, 19.9), at(5, 20), at(6, 7.9), at(6, 8))]  # fmt: skip
    assert found == [[], [ZHANG], [ZHANG], []]


def test_a_stand_in_holds_the_post_for_his_time_only() -> None:
    day = shift(ZHANG, period(5, 8, 16))
    lunch = StandIn(day.id, LI, period(5, 12, 13))
    posts = [posts_at(at(5, hour), [day], [lunch], absences=(), staff=STAFF)[0] for hour in (11, 12, 13)]
    assert [(post.holder_id, post.through) for post in posts] == [
        (ZHANG, Through.SHIFT),
        (LI, Through.STAND_IN),
        (ZHANG, Through.SHIFT),
    ]


def test_a_deputy_acts_for_who_is_away_and_his_deputy_for_him() -> None:
    day = shift(ZHANG, period(5, 8, 16))
    absences = [Absence(ZHANG, period(5, 0, 24), LI), Absence(LI, period(5, 12, 24), WANG)]
    posts = [posts_at(at(5, hour), [day], [], absences=absences, staff=STAFF)[0] for hour in (9, 13)]
    assert [(post.holder_id, post.through) for post in posts] == [(LI, Through.DEPUTY), (WANG, Through.DEPUTY)]


@pytest.mark.parametrize(
    "absences",
    [
        [Absence(ZHANG, period(5, 0, 24))],
        [Absence(ZHANG, period(5, 0, 24), LI), Absence(LI, period(5, 0, 24), ZHANG)],
        [Absence(ZHANG, period(5, 0, 24), UUID(int=7))],
    ],
    ids=["no deputy", "each other's deputy", "a deputy who has left"],
)
def test_a_post_whose_people_are_all_away_is_empty(absences: list[Absence]) -> None:
    (post,) = posts_at(at(5, 9), [shift(ZHANG, period(5, 8, 16))], [], absences=absences, staff=STAFF)
    assert post.holder_id is None


def test_who_has_left_holds_no_post() -> None:
    assert deputy_of(ZHANG, at(5), [], {LI}) is None
    assert deputy_of(ZHANG, at(5), [], {ZHANG}) == ZHANG


# --- Shifts and absences ---------------------------------------------------------------------


def test_two_shifts_of_a_person_may_touch_and_may_not_overlap() -> None:
    day = shift(ZHANG, period(5, 8, 16))
    assert shift_refusals(period(5, 16, 24), [day], [], SHANGHAI) == ()
    (refusal,) = shift_refusals(period(5, 15.5, 24), [day], [], SHANGHAI)
    assert (refusal.guard, refusal.params) == ("no_overlap", {"when": "03-05 08:00–16:00"})


def test_nobody_gets_a_shift_while_he_is_away() -> None:
    away = Absence(ZHANG, period(5, 0, 24))
    assert names(shift_refusals(period(5, 8, 16), [], [away], SHANGHAI)) == [("present", ())]
    assert shift_refusals(period(6, 0, 8), [], [away], SHANGHAI) == ()


def test_one_absence_does_not_lie_over_another() -> None:
    first, second = Absence(ZHANG, period(5, 0, 24)), Absence(ZHANG, period(5, 12, 36))
    refusals = absence_refusals(second, others=[first], own=[], swapped=(), rules=RULES)
    assert names(refusals) == [("one_absence", ())]


@pytest.mark.clause("001-01-31")
def test_a_deputy_does_not_hold_a_post_for_more_than_four_hours() -> None:
    day = shift(ZHANG, period(5, 8, 16))
    short, long = Absence(ZHANG, period(5, 12, 24), LI), Absence(ZHANG, period(5, 11.5, 24), LI)
    assert absence_refusals(short, others=[], own=[day], swapped=(), rules=RULES) == ()
    refusals = absence_refusals(long, others=[], own=[day], swapped=(), rules=RULES)
    assert names(refusals) == [("stand_in_limit", ("001-01-31",))]
    assert absence_refusals(long, others=[], own=[day], swapped=(), rules=UNDECIDED) == ()


@pytest.mark.clause("003-19-10")
def test_nobody_takes_leave_from_a_shift_that_he_swapped() -> None:
    day = shift(ZHANG, period(5, 8, 16))
    away = Absence(ZHANG, period(5, 15, 24))
    refusals = absence_refusals(away, others=[], own=[day], swapped={day.id}, rules=RULES)
    assert names(refusals) == [("kept_after_swap", ("003-19-10",))]


@pytest.mark.clause("001-01-31")
@pytest.mark.parametrize(("ends", "refused"), [(12, False), (12.25, True)])
def test_a_stand_in_holds_the_post_for_four_hours_at_most(ends: float, *, refused: bool) -> None:
    day = shift(ZHANG, period(5, 8, 20))
    found = stand_in_refusals(StandIn(day.id, LI, period(5, 8, ends)), day, (), RULES)
    assert names(found) == ([("stand_in_limit", ("001-01-31",))] if refused else [])


@pytest.mark.clause("001-01-31")
def test_two_stretches_without_a_break_are_one_stand_in() -> None:
    day = shift(ZHANG, period(5, 8, 20))
    first = StandIn(day.id, LI, period(5, 8, 11))
    next_one, later = StandIn(day.id, LI, period(5, 11, 13)), StandIn(day.id, LI, period(5, 12, 14))
    (refusal,) = stand_in_refusals(next_one, day, [first], RULES)
    assert refusal.params == {"hours": "4", "held": "5"}
    assert stand_in_refusals(later, day, [first], RULES) == ()
    assert stand_in_refusals(StandIn(day.id, WANG, period(5, 11, 13)), day, [first], RULES) == ()


def test_a_stand_in_is_somebody_else_alone_and_within_the_shift() -> None:
    day = shift(ZHANG, period(5, 8, 16))
    other = StandIn(day.id, WANG, period(5, 15, 16))
    found = stand_in_refusals(StandIn(day.id, ZHANG, period(5, 15, 17)), day, [other], RULES)
    assert [refusal.guard for refusal in found] == ["another_person", "within_shift", "one_stand_in"]


# --- Swaps -----------------------------------------------------------------------------------

OWN, OTHER = UUID(int=100), UUID(int=101)


def refused(
    given: Shift,
    taken: Shift,
    *,
    asker: tuple[Shift, ...] = (),
    other: tuple[Shift, ...] = (),
    exchanges: tuple[Exchange, ...] = (),
    absences: tuple[Absence, ...] = (),
    rules: Rules = RULES,
) -> list[tuple[str, tuple[str, ...]]]:
    """Return what stands in the way of a swap; ``exchanges`` and ``absences`` are the asker's."""
    there = Exchange(OWN, given.period, taken.period), Exchange(OWN, taken.period, given.period)
    partners = (
        Partner(ZHANG, "张敏", there[0], (given, *asker), exchanges, absences),
        Partner(LI, "李建国", there[1], (taken, *other), (), ()),
    )
    return names(swap_refusals(given, taken, partners, rules))


DAY, EVENING = shift(ZHANG, period(10, 8, 16)), shift(LI, period(12, 16, 24))


def test_two_shifts_far_from_others_are_swapped() -> None:
    assert refused(DAY, EVENING) == []


def test_nobody_swaps_with_himself() -> None:
    assert refused(DAY, shift(ZHANG, period(12, 16, 24))) == [("another_person", ())]


@pytest.mark.clause("003-19-07")
def test_only_people_of_the_same_work_swap() -> None:
    assert refused(DAY, shift(LI, period(12, 16, 24), "worker")) == [("same_work", ("003-19-07",))]


@pytest.mark.clause("003-19-04")
def test_a_third_swap_in_a_calendar_month_is_refused() -> None:
    march = tuple(Exchange(uuid4(), period(day, 8, 16), period(day + 1, 8, 16)) for day in (1, 25))
    apart = tuple(shift(ZHANG, period(day, 8, 16)) for day in (5, 20))
    assert refused(DAY, EVENING, asker=apart, exchanges=march) == [("swaps_a_month", ("003-19-04",))]
    assert refused(DAY, EVENING, asker=apart, exchanges=march[:1]) == []
    assert refused(DAY, EVENING, asker=apart, exchanges=march, rules=UNDECIDED) == []


@pytest.mark.clause("003-19-04")
def test_a_month_ends_at_midnight_of_the_company() -> None:
    last, first = period(31, 23.5, 24), period(1, 0, 8, month=4)
    others = (Exchange(uuid4(), last, period(20, 8, 16)), Exchange(uuid4(), first, period(20, 8, 16, month=4)))
    given = shift(ZHANG, period(31, 8, 16))
    taken = shift(LI, period(28, 8, 16))
    apart = tuple(shift(ZHANG, when) for when in (period(25, 8, 16), period(29, 8, 16), period(31, 17, 18)))
    # One swap in March, one in April: a second in March is the last that is allowed.
    assert refused(given, taken, asker=apart, exchanges=others) == []


@pytest.mark.clause("003-19-05")
def test_a_swap_does_not_follow_another_one() -> None:
    before = Exchange(OTHER, period(9, 8, 16), period(3, 8, 16))
    between = shift(ZHANG, period(9, 18, 22))
    assert refused(DAY, EVENING, exchanges=(before,)) == [("no_swaps_running", ("003-19-05",))]
    assert refused(DAY, EVENING, asker=(between,), exchanges=(before,)) == []


@pytest.mark.clause("003-19-06")
def test_neither_of_the_two_may_come_to_work_two_shifts_running() -> None:
    running = ("no_two_shifts_running", ("003-19-06",))
    assert refused(DAY, EVENING, asker=(shift(ZHANG, period(12, 8, 16)),)) == [running]
    assert refused(DAY, EVENING, asker=(shift(ZHANG, period(13, 0, 8)),)) == [running]
    assert refused(DAY, EVENING, other=(shift(LI, period(10, 12, 20)),)) == [running]
    assert refused(DAY, EVENING, asker=(shift(ZHANG, period(13, 1, 8)),)) == []


@pytest.mark.clause("003-19-10")
def test_nobody_takes_a_shift_on_which_he_is_away() -> None:
    away = Absence(ZHANG, period(12, 0, 24))
    assert refused(DAY, EVENING, absences=(away,)) == [("present", ("003-19-10",))]


def test_a_swap_counts_while_it_may_still_come_to_hold() -> None:
    assert [state for state in SwapState if state.counts] == [SwapState.ASKED, SwapState.ACCEPTED, SwapState.APPROVED]
    assert [state for state in SwapState if state.is_pending] == [SwapState.ASKED, SwapState.ACCEPTED]
