"""Policy keys and lines: what a value must look like, and which one is in force when."""

from datetime import UTC, datetime, time
from decimal import Decimal
from uuid import uuid4

import pytest

from gongdan.domain.fields import Choice
from gongdan.domain.limits import SameDay, Span, SpanUnit
from gongdan.domain.policy import PolicyKey, PolicyKind, PolicyLine, PolicyTimeline, check, normal_text, read_value

LIMIT = PolicyKey("sample.answer", "首次答复", PolicyKind.LIMIT, ("SAMPLE-01",), lowest="5 min", highest="48 h")
INTEGER = PolicyKey("sample.days", "保留天数", PolicyKind.INTEGER, lowest="1", highest="30", proposed="7")
PERCENT = PolicyKey("sample.share", "抽查比例", PolicyKind.PERCENT, ("SAMPLE-01",), lowest="20")
MONEY = PolicyKey("sample.fee", "上门费", PolicyKind.MONEY, highest="500.00")
TIME = PolicyKey("sample.night", "夜间起点", PolicyKind.TIME, lowest="17:00", highest="23:30")
YES_NO = PolicyKey("sample.paid", "是否收费", PolicyKind.YES_NO)
TEXT = PolicyKey("sample.phone", "值班电话", PolicyKind.TEXT)
CHOICE = PolicyKey(
    "sample.way", "回访方式", PolicyKind.CHOICE, choices=(Choice("phone", "电话"), Choice("visit", "上门"))
)
MARCH = datetime(2026, 3, 1, tzinfo=UTC)
APRIL = datetime(2026, 4, 1, tzinfo=UTC)


def _line(key: str, text: str | None, since: datetime) -> PolicyLine:
    return PolicyLine(uuid4(), key, text, since, None, "", "", None, "张敏", since)


@pytest.mark.parametrize(
    ("key", "text", "value", "kept"),
    [
        (LIMIT, "24  desk_h", Span(24, SpanUnit.DESK_HOUR), "24 desk_h"),
        (LIMIT, "same_day", SameDay(), "same_day"),
        (INTEGER, " 7 ", 7, "7"),
        (INTEGER, "030", 30, "30"),
        (PERCENT, "20", Decimal(20), "20"),
        (PERCENT, "33.50 %", Decimal("33.5"), "33.5"),
        (PERCENT, "100", Decimal(100), "100"),
        (MONEY, "50", Decimal(50), "50.00"),
        (TIME, "17:30", time(17, 30), "17:30"),
        (YES_NO, "是", True, "yes"),
        (YES_NO, "no", False, "no"),
        (TEXT, " 0755-8888 ", "0755-8888", "0755-8888"),
        (CHOICE, "visit", "visit", "visit"),
    ],
)
def test_a_value_is_read_and_kept_in_one_way(key: PolicyKey, text: str, value: object, kept: str) -> None:
    assert check(key, text) == ()
    assert read_value(key, text) == value
    assert normal_text(key, text) == kept


@pytest.mark.parametrize(
    ("key", "text", "rule"),
    [
        (LIMIT, "soon", "不是一个时限"),
        (LIMIT, "4 min", "不能小于 {lowest}"),
        (LIMIT, "49 h", "不能大于 {highest}"),
        (LIMIT, "3 workday", "不能大于 {highest}"),
        (LIMIT, "month+1:6", "不能大于 {highest}"),
        (INTEGER, "0", "不能小于 {lowest}"),
        (INTEGER, "31", "不能大于 {highest}"),
        (INTEGER, "7.5", "应为整数"),
        (INTEGER, "٧", "应为整数"),
        (INTEGER, "", "应为整数"),
        (PERCENT, "19.99", "不能小于 {lowest}"),
        (PERCENT, "101", "应为 0 到 100 的百分数"),
        (PERCENT, "NaN", "应为 0 到 100 的百分数"),
        (MONEY, "500.01", "不能大于 {highest}"),
        (MONEY, "1e9", "应为金额，最多两位小数"),
        (MONEY, "1.005", "应为金额，最多两位小数"),
        (TIME, "16:59", "不能小于 {lowest}"),
        (TIME, "24:00", "应为时间"),
        (TIME, "5:30", "应为时间"),
        (YES_NO, "maybe", "应为是或否"),
        (TEXT, "一行\n又一行", "应为一行文字"),
        (TEXT, "字" * 201, "最多 {longest} 个字符"),
        (CHOICE, "letter", "不是可选的值"),
    ],
)
def test_a_value_that_does_not_fit_is_told_with_key_value_and_rule(key: PolicyKey, text: str, rule: str) -> None:
    [problem] = check(key, text)
    assert (problem.field, problem.label, problem.rule) == (key.name, key.label, rule)
    assert problem.value == text[:200]


def test_a_line_is_in_force_from_its_moment_until_the_next() -> None:
    lines = [_line("sample.days", "10", APRIL), _line("sample.days", "3", MARCH)]
    timeline = PolicyTimeline([INTEGER], lines)
    moments = (
        datetime(2026, 2, 28, 23, 59, 59, 999999, tzinfo=UTC),
        MARCH,
        datetime(2026, 3, 31, 23, 59, 59, 999999, tzinfo=UTC),
        APRIL,
    )
    assert [timeline.value("sample.days", moment).value for moment in moments] == [7, 3, 3, 10]
    assert [timeline.value("sample.days", moment).is_proposed for moment in moments] == [True, False, False, False]


def test_a_key_without_line_or_proposal_is_undecided_and_so_is_one_that_was_left_open_again() -> None:
    timeline = PolicyTimeline([MONEY, INTEGER], [_line("sample.days", None, MARCH)])
    fee, days = timeline.values(APRIL).values()
    assert (fee.is_undecided, fee.value, fee.line_id) == (True, None, None)
    assert (days.is_undecided, days.value, days.effective_from) == (True, None, MARCH)


@pytest.mark.clause("SAMPLE-01")
def test_an_answer_names_the_clause_of_its_line_else_of_its_key() -> None:
    own = PolicyLine(uuid4(), "sample.share", "30", APRIL, None, "SAMPLE-02", "主任会议", None, "张敏", APRIL)
    timeline = PolicyTimeline([PERCENT], [_line("sample.share", "25", MARCH), own])
    assert timeline.value("sample.share", MARCH).clause == "SAMPLE-01"
    assert (timeline.value("sample.share", APRIL).clause, timeline.value("sample.share", APRIL).note) == (
        "SAMPLE-02",
        "主任会议",
    )


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        (PolicyKey("days", "x", PolicyKind.INTEGER), "is not called <plugin>.<name>"),
        (PolicyKey("sample.way", "x", PolicyKind.CHOICE), "choice without any"),
        (PolicyKey("sample.days", "x", PolicyKind.INTEGER, proposed="soon"), "proposed soon does not fit"),
        (PolicyKey("sample.days", "x", PolicyKind.INTEGER, proposed="0", lowest="1"), "proposed 0 does not fit"),
    ],
)
def test_a_key_that_cannot_be_is_told_to_its_author(key: PolicyKey, problem: str) -> None:
    assert problem in "; ".join(key.problems())
