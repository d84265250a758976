from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongdan.domain.cells import Cell
from gongdan.domain.moments import read_date, read_date_1904, read_moment, read_time
from gongdan.domain.verdicts import Reason, Verdict


@pytest.mark.parametrize(
    "cell",
    [
        "2026/3/5",
        "2026.3.5",
        "2026年3月5日",
        "20260305",
        "２０２６－３－５",
        "2026-3-5",
        "2026/3/5 0:00:00",
        "2026-03-05 星期四",
        "二〇二六年三月五日",
        "'2026-03-05",
        "46086",
        46086.0,
        20260305.0,
        datetime(2026, 3, 5, 14, 30),  # noqa: DTZ001 -- a cell has no time zone
    ],
)
def test_every_spelling_of_a_date_becomes_one_and_is_a_change(cell: Cell) -> None:
    reading = read_date(cell)
    assert (reading.value, reading.verdict, reading.changed) == (date(2026, 3, 5), Verdict.OK, True)


@pytest.mark.parametrize(
    "cell",
    ["2026-03-05", date(2026, 3, 5), datetime(2026, 3, 5)],  # noqa: DTZ001 -- as above
)
def test_a_plain_date_and_a_date_cell_are_no_change(cell: Cell) -> None:
    reading = read_date(cell)
    assert (reading.value, reading.changed) == (date(2026, 3, 5), False)


@pytest.mark.parametrize(
    "cell", ["2025-02-30", "2025-13-05", "2025-1-0", 0, -3.0, 60.0, 1e12, float("nan"), float("inf"), "甲", True]
)
def test_an_impossible_date_is_rejected(cell: Cell) -> None:
    reading = read_date(cell)
    assert (reading.value, reading.verdict, reading.reason) == (None, Verdict.REJECT, Reason.BAD_DATE)


@pytest.mark.parametrize("cell", ["3月5日", "4.4", "3/7", "待定", "等通知", "昨天", "2024年3月", 2024.0])
def test_a_date_without_a_year_or_day_is_suspect_and_empty(cell: Cell) -> None:
    reading = read_date(cell)
    assert (reading.value, reading.verdict, reading.reason) == (None, Verdict.SUSPECT, Reason.BAD_DATE)


def test_a_year_of_two_digits_is_taken_and_marked() -> None:
    reading = read_date("20.1.1")
    assert (reading.value, reading.verdict) == (date(2020, 1, 1), Verdict.SUSPECT)


@pytest.mark.parametrize(("serial", "day"), [(1, date(1900, 1, 1)), (59, date(1900, 2, 28)), (61, date(1900, 3, 1))])
def test_serials_pass_over_the_day_that_never_was(serial: int, day: date) -> None:
    assert read_date(serial).value == day


def test_a_serial_of_the_1904_system_lies_four_years_later() -> None:
    assert read_date_1904(44278).value == date(2025, 3, 24)
    assert read_date(45740).value == date(2025, 3, 24)
    assert read_date_1904("2025-03-24").value == date(2025, 3, 24)


@given(st.dates(date(1900, 3, 1), date(2199, 12, 31)))
def test_every_spelling_of_any_day_is_read_back(day: date) -> None:
    spellings = (day.isoformat(), f"{day.year}年{day.month}月{day.day}日", f"{day.year}/{day.month}/{day.day}")
    assert {read_date(spelling).value for spelling in spellings} == {day}


@pytest.mark.parametrize(
    ("cell", "clock"),
    [
        ("下午3:20", time(15, 20)),
        ("15：20", time(15, 20)),
        ("下午3点20分", time(15, 20)),
        ("3:20 PM", time(15, 20)),
        ("8点半", time(8, 30)),
        ("八点一刻", time(8, 15)),
        ("晚上8点15分", time(20, 15)),
        ("中午12:20", time(12, 20)),
        ("中午1点", time(13, 0)),
        ("下午12点50分", time(12, 50)),
        ("凌晨12:30", time(0, 30)),
        ("10时05分", time(10, 5)),
        (0.5, time(12, 0)),
    ],
)
def test_every_spelling_of_a_time_becomes_one_and_is_a_change(cell: Cell, clock: time) -> None:
    reading = read_time(cell)
    assert (reading.value, reading.verdict, reading.changed) == (clock, Verdict.OK, True)


@pytest.mark.parametrize(("cell", "clock"), [("9:20", time(9, 20)), ("09:20", time(9, 20)), (time(9, 20), time(9, 20))])
def test_a_plain_time_is_no_change(cell: Cell, clock: time) -> None:
    assert (read_time(cell).value, read_time(cell).changed) == (clock, False)


@pytest.mark.parametrize("cell", ["晚上12点", "晚上2点", "上午12:30"])
def test_a_time_whose_day_is_in_doubt_is_suspect(cell: str) -> None:
    assert read_time(cell).verdict is Verdict.SUSPECT


@pytest.mark.parametrize("cell", ["25:00", "9:5", "中午", "8点70分", 1.5, True, "尽快"])
def test_a_time_that_is_none_is_rejected(cell: Cell) -> None:
    assert read_time(cell).verdict is Verdict.REJECT


@pytest.mark.parametrize(
    ("cell", "changed"),
    [
        ("2026-10-12 14:30", False),
        ("2026/10/12 14:30", True),
        ("2026年10月12日下午2点半", True),
        ("2026-10-12T14:30:00", True),
        (46307.604166666664, True),
    ],
)
def test_a_date_with_a_time_becomes_one_moment(cell: Cell, changed: bool) -> None:  # noqa: FBT001 -- a column of the table
    reading = read_moment(cell)
    assert reading.value == datetime(2026, 10, 12, 14, 30)  # noqa: DTZ001 -- a list holds local times
    assert reading.changed is changed


def test_a_moment_without_a_time_is_marked() -> None:
    assert read_moment("2026-10-12").verdict is Verdict.SUSPECT
    assert read_moment("2026-02-30 10:00").verdict is Verdict.REJECT
