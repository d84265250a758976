import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongdan.domain.hours import Interval, check_hours, hours_text, read_hours
from gongdan.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("09:00-18:00", "09:00-18:00"),
        ("9:00-12:00, 14:00-18:00", "09:00-12:00 14:00-18:00"),
        ("14:00-18:00 9:00-12:00", "09:00-12:00 14:00-18:00"),
        ("9：00—12：00、14：00～18：00", "09:00-12:00 14:00-18:00"),
        ("9:00 至 12:00；14:00到18:00", "09:00-12:00 14:00-18:00"),
        ("22:00-30:00", "22:00-30:00"),
        ("22:00-次日6:00", "22:00-30:00"),
        ("0:00-24:00", "00:00-24:00"),
        ("", ""),
        ("  ", ""),
    ],
)
def test_hours_are_read_as_people_type_them(text: str, written: str) -> None:
    assert hours_text(read_hours(text)) == written


@pytest.mark.parametrize(
    ("text", "value", "rule"),
    [
        ("18:00-09:00", "18:00-09:00", "下班须晚于上班"),
        ("22:00-06:00", "22:00-06:00", "下班须晚于上班"),
        ("09:00-09:00", "09:00-09:00", "下班须晚于上班"),
        ("24:00-30:00", "24:00-30:00", "上班须在 0:00 到 23:59 之间"),
        ("09:00-34:00", "09:00-34:00", "一段上班时间不超过 24 小时"),
        ("09:00-12:00 11:30-18:00", "09:00-12:00", "与 {other} 重叠"),
        ("09:60-18:00", "09:60", "分钟须小于 60"),
        ("9-18", "9-18", "不是上下班时间"),
        ("all day", "all day", "不是上下班时间"),
    ],
)
def test_what_are_no_hours_is_refused_with_the_spelling(text: str, value: str, rule: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_hours(text)
    problem = refused.value.problems[0]
    assert (problem.value, problem.rule) == (value, rule)
    assert problem.remedy


@given(st.lists(st.integers(0, 1_439), min_size=2, max_size=8, unique=True).map(sorted))
def test_hours_survive_being_written(minutes: list[int]) -> None:
    hours = tuple(Interval(*pair) for pair in zip(minutes[::2], minutes[1::2], strict=False))
    assert check_hours(hours) == ()
    assert read_hours(hours_text(hours)) == hours
