"""Classes of secrecy, reasons that say something, and masks that hide it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongdan.domain.secrecy import (
    WITHHELD,
    SecrecyClass,
    SecrecyRule,
    declared_class,
    effective_class,
    is_sealed,
    needs_consent,
    permission_to_classify,
    reason_problems,
    scrubbed,
    scrubbed_value,
    withheld_value,
)

ORDINARY, SECRET, TOP = SecrecyClass.ORDINARY, SecrecyClass.SECRET, SecrecyClass.TOP_SECRET

RULES = (
    SecrecyRule(noun="party", level=TOP),
    SecrecyRule(noun="ticket", level=SECRET, kinds=("teller_rights",)),
    SecrecyRule(noun="ticket", level=TOP, kinds=("personnel",), is_sealed=True),
    SecrecyRule(noun="ticket", level=SECRET, kinds=("personnel",)),
)


@pytest.mark.parametrize(
    ("noun", "kind", "level"),
    [
        ("party", "", TOP),
        ("party", "company", TOP),
        ("ticket", "teller_rights", SECRET),
        ("ticket", "personnel", TOP),
        ("ticket", "manual", ORDINARY),
        ("ticket", "repair", ORDINARY),
    ],
)
def test_the_highest_rule_that_speaks_of_a_record_gives_its_class(noun: str, kind: str, level: SecrecyClass) -> None:
    assert declared_class(RULES, noun, kind) is level


@pytest.mark.clause("001-02-06")
def test_what_is_sealed_is_sealed_for_its_kind_alone() -> None:
    assert is_sealed(RULES, "ticket", "personnel")
    assert not is_sealed(RULES, "ticket", "teller_rights")
    assert not is_sealed(RULES, "party")


@pytest.mark.parametrize(
    ("stored", "declared", "level"),
    [("", TOP, TOP), ("", ORDINARY, ORDINARY), ("ordinary", TOP, ORDINARY), ("secret", ORDINARY, SECRET)],
)
def test_what_somebody_decided_for_a_record_goes_before_what_is_declared(
    stored: str, declared: SecrecyClass, level: SecrecyClass
) -> None:
    assert effective_class(stored, declared) is level


def test_a_word_that_is_no_class_gives_nothing_away() -> None:
    assert effective_class("geheim", ORDINARY) is TOP


@pytest.mark.parametrize(
    ("before", "after", "permission"),
    [
        (ORDINARY, SECRET, "secrecy.classify"),
        (SECRET, TOP, "secrecy.classify"),
        (SECRET, SECRET, "secrecy.classify"),
        (TOP, SECRET, "secrecy.declassify"),
        (SECRET, ORDINARY, "secrecy.declassify"),
    ],
)
def test_lowering_a_class_is_the_stronger_right(before: SecrecyClass, after: SecrecyClass, permission: str) -> None:
    assert permission_to_classify(before, after) == permission


@pytest.mark.clause("001-02-05")
@pytest.mark.parametrize(
    ("answer", "asked"), [(None, [TOP]), ("top_secret", [TOP]), ("secret", [SECRET, TOP]), ("never", [])]
)
def test_consent_begins_where_the_company_says(answer: str | None, asked: list[SecrecyClass]) -> None:
    assert [level for level in SecrecyClass if needs_consent(level, answer)] == asked


@pytest.mark.parametrize("text", ["", "  ", "。。。", "-", "\u200b\u200b", "看"])
def test_a_reason_that_says_nothing_is_none(text: str) -> None:
    assert [problem.field for problem in reason_problems("service", text)] == ["reason"]


def test_a_reason_is_chosen_and_written() -> None:
    assert reason_problems("service", "客户来电查询返佣") == ()
    assert [problem.field for problem in reason_problems("好奇", "")] == ["reason_kind", "reason"]
    assert [problem.rule for problem in reason_problems("service", "查" * 201)] == ["最多 {longest} 个字符"]


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("王小芳来电，请回 13800138000", "王**来电，请回 138****8000"),
        ("座机0755-23456789转王小芳", "座机*********6789转王**"),
        ("身份证11010519491231002X。", "身份证1101**********002X。"),
        ("单号 20260305138001380001", "单号 20260305138001380001"),
        ("漏水三天", "漏水三天"),
    ],
)
def test_names_and_numbers_in_a_text_are_masked_and_the_rest_stays(text: str, seen: str) -> None:
    assert scrubbed(text, ["王小芳"]) == seen


@given(before=st.text(alphabet="修水管。 ab"), after=st.text(alphabet="修水管。 ab"))
def test_no_text_keeps_a_whole_number(before: str, after: str) -> None:
    seen = scrubbed(f"{before}13800138000{after}")
    assert "13800138000" not in seen
    assert seen.startswith(before)


def test_values_are_masked_as_deep_as_they_lie() -> None:
    value = {"fields": {"driver": "王小芳", "phones": ["13800138000"], "count": 3, "is_urgent": True}, "none": None}
    masked = {"driver": "王**", "phones": ["138****8000"], "count": 3, "is_urgent": True}
    assert scrubbed_value(value, ["王小芳"]) == {"fields": masked, "none": None}
    hidden = {"driver": WITHHELD, "phones": [WITHHELD], "count": WITHHELD, "is_urgent": True}
    assert withheld_value(value) == {"fields": hidden, "none": None}


def test_a_rule_for_what_has_no_classes_is_named() -> None:
    assert SecrecyRule(noun="weather", level=SECRET).problems() == ("secrecy rule for weather, which has no classes",)
    assert SecrecyRule(noun="party", level=ORDINARY, is_sealed=True).problems() == (
        "secrecy rule for party seals what is ordinary",
    )
