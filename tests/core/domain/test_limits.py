import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongdan.domain.limits import (
    Limit,
    MonthDay,
    NextOpening,
    SameDay,
    Span,
    SpanUnit,
    WeekdayBefore,
    describe,
    limit_text,
    read_limit,
)
from gongdan.errors import InvalidInput


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("20 min", Span(20, SpanUnit.MINUTE)),
        ("24 h", Span(24, SpanUnit.HOUR)),
        ("90 desk_min", Span(90, SpanUnit.DESK_MINUTE)),
        ("24 desk_h", Span(24, SpanUnit.DESK_HOUR)),
        ("24 workday_h", Span(24, SpanUnit.WORKDAY_HOUR)),
        ("2 workday", Span(2, SpanUnit.WORKDAY)),
        ("3 day", Span(3, SpanUnit.DAY)),
        ("0 min", Span(0, SpanUnit.MINUTE)),
        ("same_day", SameDay()),
        ("next_opening", NextOpening()),
        ("month+1:6", MonthDay(6)),
        ("month+0:31", MonthDay(31, 0)),
        ("fri<25", WeekdayBefore(4, 25)),
    ],
)
def test_a_limit_is_read_and_written_again(text: str, limit: Limit) -> None:
    assert read_limit(text) == limit
    assert limit_text(limit) == text


@pytest.mark.parametrize(("text", "written"), [(" 24  DESK_H ", "24 desk_h"), ("2workday", "2 workday"),
                                               ("Month + 1 : 06", "month+1:6"), ("FRI < 25", "fri<25")])  # fmt: skip
def test_blanks_and_capitals_do_not_matter(text: str, written: str) -> None:
    assert limit_text(read_limit(text)) == written


@pytest.mark.parametrize(
    "text",
    ["", "24", "h", "-1 h", "1.5 h", "24 hours", "二 h", "２ h", "1 h 30 min", "month+1", "month+1:0", "month+1:32",
     "month+25:1", "fri<7", "fri<32", "tag<25", "87841 h", "3661 day", "9999999999 min", "24 desk_h\n1 h; x"],
)  # fmt: skip
def test_what_is_no_limit_is_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_limit(text)
    (problem,) = refused.value.problems
    assert (problem.field, problem.value) == ("limit", text)
    assert problem.remedy


@pytest.mark.parametrize(
    ("text", "words", "params"),
    [
        ("24 desk_h", "{amount} 小时（仅计上班时间）", {"amount": 24}),
        ("24 workday_h", "{amount} 小时（工作日全天计，休息日不计）", {"amount": 24}),
        ("24 h", "{amount} 小时", {"amount": 24}),
        ("2 workday", "{amount} 个工作日（至末日下班）", {"amount": 2}),
        ("month+1:6", "次月 {day} 日前", {"day": 6}),
        ("month+1:31", "次月月底前", {}),
        ("month+0:28", "当月 {day} 日前", {"day": 28}),
        ("month+0:31", "月底前", {}),
        ("month+3:6", "{months} 个月后的 {day} 日前", {"months": 3, "day": 6}),
        ("fri<25", "{day} 日前的最后一个星期五", {"day": 25}),
        ("same_day", "当日", {}),
        ("next_opening", "下一次上班时", {}),
    ],
)
def test_a_limit_says_which_reading_it_uses(text: str, words: str, params: dict[str, object]) -> None:
    assert describe(read_limit(text)) == (words, params)


limits = st.one_of(
    st.builds(Span, st.integers(0, 3_660), st.sampled_from(SpanUnit)),
    st.builds(MonthDay, st.integers(1, 31), st.integers(0, 24)),
    st.builds(WeekdayBefore, st.integers(0, 6), st.integers(8, 31)),
    st.just(SameDay()),
    st.just(NextOpening()),
)


@given(limits)
def test_every_limit_survives_being_written(limit: Limit) -> None:
    assert read_limit(limit_text(limit)) == limit
    words, params = describe(limit)
    assert words.format(**params)
