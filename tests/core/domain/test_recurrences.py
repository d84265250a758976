"""Recurrences: written, read, and the days that they give, worked out by hand."""

from collections.abc import Sequence
from datetime import date
from itertools import islice, takewhile

import pytest

from gongdan.domain.recurrences import (
    Every,
    StepUnit,
    describe_period,
    describe_recurrence,
    occurrences,
    read_period,
    read_recurrence,
    recurrence_text,
)
from gongdan.errors import InvalidInput


def _days(text: str, anchor: str, count: int, after: str = "") -> list[str]:
    begins = date.fromisoformat(anchor)
    found = occurrences(
        read_recurrence(text),
        begins,
        date.fromisoformat(after) if after else begins,
        is_workday=lambda day: day.weekday() < 5,
        draw=_middle,
    )
    return [each.day.isoformat() for each in islice(found, count)]


def _middle(key: date, days: Sequence[date]) -> date:
    del key
    return days[len(days) // 2]


@pytest.mark.parametrize(
    ("text", "anchor", "days"),
    [
        # Counted from the anchor, never from the one before.
        ("1 month", "2025-01-31", ["2025-02-28", "2025-03-31", "2025-04-30", "2025-05-31"]),
        ("1 month", "2024-01-31", ["2024-02-29", "2024-03-31"]),
        ("3 month", "2025-11-30", ["2026-02-28", "2026-05-30", "2026-08-30"]),
        ("1 year", "2024-02-29", ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]),
        ("2 week", "2026-02-27", ["2026-03-13", "2026-03-27"]),
        ("10 day", "2026-02-25", ["2026-03-07", "2026-03-17"]),
        # The anchor's own day is none.
        ("week:fri", "2026-03-06", ["2026-03-13", "2026-03-20"]),
        ("week:fri", "2026-03-05", ["2026-03-06"]),
        ("month:1", "2026-03-01", ["2026-04-01"]),
        ("month:31", "2026-01-15", ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        ("month:last_workday", "2026-01-01", ["2026-01-30", "2026-02-27", "2026-03-31"]),
        # 25 September 2026 is itself a Friday and left out.
        ("month:fri<25", "2026-08-01", ["2026-08-21", "2026-09-18", "2026-10-23"]),
        ("year:9-15,3-15", "2026-03-15", ["2026-09-15", "2027-03-15"]),
        ("year:2-29", "2026-01-01", ["2026-02-28", "2027-02-28", "2028-02-29"]),
        # Of the month in which the plan begins no day is drawn.
        ("month:random", "2026-03-02", ["2026-04-16", "2026-05-15"]),
    ],
)
def test_the_days_of_a_recurrence(text: str, anchor: str, days: list[str]) -> None:
    assert _days(text, anchor, len(days)) == days


@pytest.mark.parametrize("text", ["1 month", "3 week", "week:mon", "month:31", "month:fri<25", "year:3-15,9-15"])
def test_it_does_not_matter_from_where_one_looks(text: str) -> None:
    """Whoever looks later sees what the first one saw, without what has passed."""
    whole = _days(text, "2024-01-31", 40)
    for after in whole[::7]:
        rest = list(takewhile(lambda day: day <= whole[-1], _days(text, "2024-01-31", 40, after)))
        assert rest == [day for day in whole if day > after]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (" 2  WEEK ", "2 week"),
        ("3month", "3 month"),
        ("week: fri", "week:fri"),
        ("month : fri < 25", "month:fri<25"),
        ("Month:Last_Workday", "month:last_workday"),
        ("year:9-15, 3-15", "year:3-15,9-15"),
        ("month:random", "month:random"),
    ],
)
def test_there_is_one_way_to_write_it(given: str, kept: str) -> None:
    assert recurrence_text(read_recurrence(given)) == kept
    assert recurrence_text(read_recurrence(kept)) == kept
    assert describe_recurrence(read_recurrence(kept))[0]


@pytest.mark.parametrize(
    ("given", "part"),
    [
        ("", "周期"),
        ("weekly", "周期"),
        ("0 week", "大于 0"),
        ("11 year", "十年"),
        ("month:0", "日须在"),
        ("month:32", "日须在"),
        ("month:fri<7", "日须在"),
        ("year:2-30", "没有"),
        ("year:13-1", "没有"),
    ],
)
def test_what_is_none_is_refused_with_field_value_rule_and_remedy(given: str, part: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_recurrence(given)
    (problem,) = refusal.value.problems
    assert (problem.field, problem.value) == ("recurrence", given)
    assert part in problem.rule
    assert problem.remedy


def test_a_period_is_plain() -> None:
    assert read_period("2 year") == Every(2, StepUnit.YEAR)
    assert describe_period(read_period("90 day"))[1] == {"amount": 90}
    with pytest.raises(InvalidInput):
        read_period("week:fri")
