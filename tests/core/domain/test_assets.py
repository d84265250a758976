from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongdan.domain.assets import Term, child_path

FIRST = date(2026, 1, 1)
DAYS = st.none() | st.integers(min_value=0, max_value=8).map(lambda number: FIRST + timedelta(number))


def _sound(term: Term) -> bool:
    return term.begins is None or term.ends is None or term.begins < term.ends


TERMS = st.builds(Term, DAYS, DAYS).filter(_sound)


@pytest.mark.parametrize(
    ("first", "second", "overlaps"),
    [
        (Term(None, None), Term(None, None), True),
        (Term(date(2026, 1, 1), None), Term(None, date(2026, 1, 1)), False),
        (Term(date(2026, 1, 1), date(2026, 3, 1)), Term(date(2026, 3, 1), None), False),
        (Term(date(2026, 1, 1), date(2026, 3, 2)), Term(date(2026, 3, 1), None), True),
    ],
    ids=["both open", "one ends as the other begins, open", "one ends as the other begins", "one day in common"],
)
def test_terms_overlap_when_they_share_a_day(first: Term, second: Term, *, overlaps: bool) -> None:
    assert first.overlaps(second) is overlaps


@given(first=TERMS, second=TERMS)
def test_overlapping_is_the_same_from_both_sides_and_means_a_common_day(first: Term, second: Term) -> None:
    days = [FIRST + timedelta(number) for number in range(-1, 10)]
    common = any(first.holds_on(day) and second.holds_on(day) for day in days)
    assert first.overlaps(second) is second.overlaps(first) is common


def test_a_term_holds_from_its_first_day_until_the_day_before_its_end() -> None:
    term = Term(date(2026, 1, 1), None).ended(date(2026, 1, 3))
    held = [day for day in range(1, 5) if term.holds_on(date(2026, 1, day))]
    assert held == [1, 2]


def test_a_path_grows_by_the_code_of_the_child() -> None:
    assert child_path(child_path("", "3栋"), "501") == "/3栋/501"
