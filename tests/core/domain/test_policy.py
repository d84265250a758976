"""Policy keys and lines: what a value must look like, and which one is in force when."""

from datetime import UTC, datetime, time
from decimal import Decimal
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from gongdan.domain.fields import Choice
from gongdan.domain.limits import SameDay, Span, SpanUnit
from gongdan.domain.policy import PolicyKey, check, describe_value, normal_text, read_effective, read_value
from gongdan.domain.policy_timelines import PolicyLine, PolicyTimeline
from gongdan.domain.policy_values import PolicyKind
from gongdan.errors import InvalidInput

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


def test_a_line_of_a_key_that_became_another_kind_decides_nothing_and_still_shows_what_it_said() -> None:
    timeline = PolicyTimeline([INTEGER], [_line("sample.days", "2 workday", MARCH)])
    value = timeline.value("sample.days", APRIL)
    assert (value.is_undecided, value.value, value.effective_from) == (True, None, MARCH)
    assert describe_value(INTEGER, "2 workday") == ("{value}（已不适用）", {"value": "2 workday"})


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        (LIMIT, None, "未定"),
        (LIMIT, "24 desk_h", "24 小时（仅计上班时间）"),
        (INTEGER, "7", "7"),
        (PERCENT, "33.5", "33.5%"),
        (MONEY, "50.00", "50.00 元"),
        (TIME, "17:30", "17:30"),
        (YES_NO, "no", "否"),
        (CHOICE, "visit", "上门"),
        (CHOICE, "letter", "letter"),
        (PolicyKey("sample.swaps", "换班", PolicyKind.INTEGER, unit_label="次"), "2", "2 次"),
    ],
)
def test_a_value_is_said_as_people_say_it(key: PolicyKey, text: str | None, said: str) -> None:
    source, params = describe_value(key, text)
    assert source.format(**params) == said


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("", None),
        ("2026-04-01", datetime(2026, 3, 31, 16, tzinfo=UTC)),
        ("2026-04-01T08:30", datetime(2026, 4, 1, 0, 30, tzinfo=UTC)),
        ("2026-04-01T08:30+00:00", datetime(2026, 4, 1, 8, 30, tzinfo=UTC)),
    ],
)
def test_a_day_begins_at_the_companys_midnight(text: str, moment: datetime | None) -> None:
    assert read_effective(text, ZoneInfo("Asia/Shanghai")) == moment


@pytest.mark.parametrize("text", ["soon", "1999-12-31", "2101-01-01", "2026-02-29", "2026-04-01T25:00"])
def test_a_moment_that_is_none_is_told(text: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        read_effective(text, ZoneInfo("Asia/Shanghai"))
    assert [(problem.field, problem.value) for problem in refusal.value.problems] == [("effective_from", text)]


@pytest.mark.parametrize(
    ("key", "problem"),
    [
        (PolicyKey("days", "x", PolicyKind.INTEGER), "is not called <plugin>.<name>"),
        (PolicyKey("sample.way", "x", PolicyKind.CHOICE), "choice without any"),
        (PolicyKey("sample.days", "x", PolicyKind.INTEGER, proposed="soon"), "proposed soon does not fit"),
        (PolicyKey("sample.days", "x", PolicyKind.INTEGER, proposed="0", lowest="1"), "proposed 0 does not fit"),
        (PolicyKey("sample.days", "x", PolicyKind.LIMIT, proposed="2 h", lowest="soon"), "lowest soon does not fit"),
    ],
)
def test_a_key_that_cannot_be_is_told_to_its_author(key: PolicyKey, problem: str) -> None:
    assert problem in "; ".join(key.problems())
