"""Rules of a form: what they may say, when they are asked, and what is no rule."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gongdan.domain.form_completeness import ask_rule
from gongdan.domain.form_records import form_kind, record
from gongdan.domain.forms import FormEntries, FormRule
from gongdan.testing.sample_forms import REPAIR_ORDER

NOTHING = FormEntries(fields={}, lines={}, taken={})


def _rule(answer: object, about: str = "hours", name: str = "sums") -> FormRule:
    return FormRule(name=name, label="合计", check=lambda _entries: answer, about=about)  # type: ignore[arg-type,return-value]  # a plugin may err


def test_a_rule_says_why_or_nothing() -> None:
    assert (ask_rule(_rule("合计不符"), NOTHING), ask_rule(_rule(None), NOTHING)) == ("合计不符", None)


@pytest.mark.parametrize("answer", [False, 0, ["合计不符"]])
def test_a_rule_that_says_anything_else_is_a_mistake(answer: object) -> None:
    with pytest.raises(TypeError, match="form rule sums may not answer"):
        ask_rule(_rule(answer), NOTHING)


def test_a_rule_is_about_something_on_the_form_and_stands_once() -> None:
    wrong = replace(REPAIR_ORDER, rules=(_rule(None), _rule(None), _rule(None, about="moon", name="far")))
    assert wrong.problems() == (
        "form sample.repair_order: rule sums stands twice",
        "form sample.repair_order: rule far is about moon, which is not on it",
    )


def test_a_filed_form_keeps_no_rules() -> None:
    ruled = replace(REPAIR_ORDER, rules=(_rule(None),))
    assert form_kind(record(ruled)) == REPAIR_ORDER
