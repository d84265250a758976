"""What a pass is worth, how long a permit may hold, and what is wrong with a declaration."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongdan.domain.fields import Choice, Field, FieldKind
from gongdan.domain.limits import read_limit
from gongdan.domain.numbering import NumberPattern
from gongdan.domain.permits import (
    Counted,
    PassState,
    Period,
    PermitKind,
    PermitMoves,
    Standing,
    Validity,
    differing,
    free_slot,
    is_too_long,
    last_day,
    of_days,
    permit_problems,
    standing,
    warned_at,
)
from gongdan.domain.policy_values import PolicyKind
from gongdan.domain.recurrences import read_period
from gongdan.domain.ticket_types import TicketType
from gongdan.domain.visits import figures
from gongdan.domain.workflow import Move, State, StateCategory, Workflow

SHANGHAI = ZoneInfo("Asia/Shanghai")
#: From the beginning of 5 March to the end of 7 March, in Shanghai.
THREE_DAYS = of_days(date(2026, 3, 5), date(2026, 3, 7), SHANGHAI)


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("moment", "worth"),
    [
        (at(4, 23, 59), Standing.NOT_YET),
        (at(5, 0), Standing.VALID),
        (at(7, 23, 59), Standing.VALID),
        (at(8, 0), Standing.EXPIRED),
    ],
)
def test_a_pass_by_the_day_holds_from_midnight_to_midnight(moment: datetime, worth: Standing) -> None:
    assert standing(PassState.IN_FORCE, THREE_DAYS, moment) is worth


@pytest.mark.parametrize("state", [state for state in PassState if state is not PassState.IN_FORCE])
def test_what_was_ended_stays_ended_at_any_time(state: PassState) -> None:
    for moment in (at(1, 0), at(6, 0), at(30, 0)):
        assert standing(state, THREE_DAYS, moment) == state.value
        assert not standing(state, THREE_DAYS, moment).lets_in


@given(state=st.sampled_from(PassState), offset=st.integers(-10_000, 10_000))
def test_only_a_pass_in_force_within_its_time_lets_anybody_in(state: PassState, offset: int) -> None:
    now = THREE_DAYS.begins_at + timedelta(minutes=offset)
    inside = 0 <= offset < 3 * 1_440
    assert standing(state, THREE_DAYS, now).lets_in == (state is PassState.IN_FORCE and inside)


def test_the_last_day_is_the_one_that_still_counts() -> None:
    assert last_day(THREE_DAYS.ends_at, SHANGHAI) == date(2026, 3, 7)
    assert last_day(at(7, 12), SHANGHAI) == date(2026, 3, 7)


@pytest.mark.parametrize(
    ("last", "longest", "too_long"),
    [
        (date(2026, 4, 4), "1 month", False),
        (date(2026, 4, 5), "1 month", True),
        (date(2026, 3, 7), "3 day", False),
        (date(2026, 3, 8), "3 day", True),
    ],
)
def test_a_month_from_the_fifth_ends_with_the_fourth(*, last: date, longest: str, too_long: bool) -> None:
    period = of_days(date(2026, 3, 5), last, SHANGHAI)
    assert is_too_long(period, read_period(longest), SHANGHAI) is too_long


@pytest.mark.parametrize(("ends", "too_long"), [(at(5, 12), False), (at(5, 12, 1), True)])
def test_hours_are_counted_by_the_clock(*, ends: datetime, too_long: bool) -> None:
    assert is_too_long(Period(at(5, 8), ends), read_limit("4 h"), SHANGHAI) is too_long


def test_people_are_told_at_the_beginning_of_a_day() -> None:
    assert warned_at(THREE_DAYS.ends_at, read_period("2 day"), SHANGHAI) == at(5, 0)
    assert warned_at(at(7, 12), read_period("1 day"), SHANGHAI) == at(6, 0)


@pytest.mark.parametrize(("begins", "overlaps"), [(9, True), (10, False), (7, True), (6, False)])
def test_what_ends_when_the_next_begins_does_not_overlap(*, begins: int, overlaps: bool) -> None:
    taken = Period(at(5, 8), at(5, 10))
    assert taken.overlaps(Period(at(5, begins), at(5, begins + 2))) is overlaps


@given(taken=st.sets(st.integers(1, 12)), quota=st.integers(0, 10))
def test_a_slot_is_free_as_long_as_the_quota_is_not_used_up(taken: set[int], quota: int) -> None:
    slot = free_slot(taken, quota)
    within = {number for number in taken if number <= quota}
    assert (slot is None) == (len(within) >= quota)
    assert slot is None or (slot not in taken and 1 <= slot <= quota)


def test_goods_differ_that_were_counted_otherwise_or_not_at_all() -> None:
    same, more, uncounted = (
        Counted(1, "沙发", Decimal(1), Decimal("1.0")),
        Counted(2, "纸箱", Decimal(6), Decimal(7)),
        Counted(3, "冰箱", Decimal(1), None),
    )
    assert differing([same, more, uncounted]) == (more, uncounted)


@pytest.mark.clause("001-01-04")
def test_sixty_seconds_are_in_time_and_sixty_one_are_not() -> None:
    found = figures([20, 60, 61, None], 60)
    assert (found.visits, found.measured, found.in_time, found.in_time_percent) == (4, 3, 2, 66)
    assert (found.median_seconds, found.longest_seconds) == (60, 61)


def test_without_a_limit_or_a_measured_entry_there_is_no_share() -> None:
    assert figures([20], None).in_time_percent is None
    assert figures([None], 60).in_time_percent is None


# --- Declarations ------------------------------------------------------------------------------------------------

FLOW = Workflow(
    states=(State("new", "新", StateCategory.NEW), State("done", "完", StateCategory.CLOSED)),
    moves=(Move(name="issue", label="发证", from_states=("new",), to_state="done"),),
)
TYPE = TicketType(
    name="permit",
    label="许可",
    description="许可",
    workflow=FLOW,
    number=NumberPattern("X{serial:3}"),
    fields=(
        Field(name="valid_from", label="自", kind=FieldKind.DATE),
        Field(name="valid_to", label="至", kind=FieldKind.DATE),
    ),
    categories=(Choice("hot_work", "动火"),),
)
KIND = PermitKind(
    name="test.hot_work",
    label="动火",
    description="动火",
    ticket_type="permit",
    category="hot_work",
    serial=NumberPattern("D{serial:3}"),
)
KEYS = {"test.month": PolicyKind.PERIOD, "test.hours": PolicyKind.LIMIT}


def problems(kind: PermitKind) -> tuple[str, ...]:
    return permit_problems(kind, {"permit": TYPE}, KEYS, ["test.hot_work"])


def test_a_sound_declaration_has_no_problems() -> None:
    assert problems(replace(KIND, longest="test.month")) == ()


@pytest.mark.parametrize(
    ("kind", "problem"),
    [
        (replace(KIND, ticket_type="other"), "no ticket type other"),
        (replace(KIND, category="cold_work"), "no category cold_work"),
        (replace(KIND, needs=("spot",)), "no field spot"),
        (replace(KIND, moves=PermitMoves(issued_by="give")), "no move give"),
        (replace(KIND, moves=PermitMoves(ended_by=(("return", PassState.RETURNED),))), "no move return"),
        (replace(KIND, longest="test.hours"), "test.hours is no policy key of kind period"),
        (
            replace(KIND, validity=Validity.MOMENTS, longest="test.month"),
            "test.month is no policy key of kind limit",
        ),
        (replace(KIND, extends="test.cold_work"), "no permit test.cold_work"),
        (replace(KIND, serial=NumberPattern("D")), "number pattern has no {serial}"),
    ],
)
def test_what_cannot_be_is_named(kind: PermitKind, problem: str) -> None:
    assert problems(kind) == (f"permit test.hot_work: {problem}",)


def test_moments_have_no_zone_of_their_own() -> None:
    period = Period(datetime(2026, 3, 5, tzinfo=UTC), datetime(2026, 3, 6, tzinfo=UTC))
    assert standing(PassState.IN_FORCE, period, at(5, 8)) is Standing.VALID
