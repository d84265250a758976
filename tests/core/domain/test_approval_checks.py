"""What a plugin's approval rules may not say."""

from dataclasses import replace

import pytest

from gongdan.domain.approval_checks import approval_problems
from gongdan.domain.approvals import UNBOUNDED, ApprovalRule, ApprovalStep
from gongdan.domain.duties import Condition, Rung, Trigger
from gongdan.domain.duty_checks import Declared
from gongdan.domain.people import GENERAL_MANAGER
from gongdan.domain.policy import PolicyKey
from gongdan.domain.policy_values import PolicyKind
from gongdan.errors import DeclarationError
from gongdan.hooks.manager import PluginManager
from gongdan.testing import sample
from tests.core.services.approved import BOTH, FEE, LINE, PROMISE, SCRAP, with_approvals

KEYS = {
    f"sample.{name}": PolicyKey(f"sample.{name}", name, kind)
    for name, kind in (
        ("manager_decides", PolicyKind.MONEY),
        ("deputy_decides", PolicyKind.MONEY),
        ("answered_within", PolicyKind.LIMIT),
        ("confirmed_within", PolicyKind.LIMIT),
    )
}
ROLES = {"sample_manager", "sample_deputy", GENERAL_MANAGER, "supervisor"}
DECLARED = Declared({"sample_repair": sample.REPAIR}, ROLES, KEYS)
BOUNDED = {"sample_manager": "sample.manager_decides"}
CHIEF = ApprovalStep(label="总经理", approvers=(GENERAL_MANAGER,))


def _step(**values: object) -> ApprovalRule:
    return replace(FEE, limits={}, steps=(replace(CHIEF, **values),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        (replace(FEE, ticket_types=("complaint",)), "no ticket type complaint"),
        (replace(FEE, ticket_types=()), "no ticket type is named"),
        (replace(SCRAP, ticket_types=("sample_repair",)), "one about sample_thing has no ticket that could start it"),
        (replace(FEE, blocks=("sell",)), "it blocks an unknown move sell"),
        (replace(FEE, starts=Trigger(moves=("sell",))), "starts with an unknown move sell"),
        (replace(FEE, starts=Trigger(states=("sold",))), "its start never happens for sample_repair"),
        (replace(FEE, when=(Condition("severity", ("grave",)),)), "severity is never grave"),
        (replace(FEE, fields=("wish",)), "unknown field wish"),
        (replace(FEE, amount_field="result"), "there is no field result with an amount"),
        (replace(FEE, steps=()), "it has no step"),
        (_step(approvers=()), "step 总经理: it is either up the line or names its approvers"),
        (_step(line=True), "step 总经理: it is either up the line or names its approvers"),
        (_step(approvers=("boss",)), "step 总经理: unknown role boss"),
        (_step(approvers=("debtor",)), "step 总经理: unknown role debtor"),
        (_step(quorum=-1), "step 总经理: a quorum of -1"),
        (replace(_step(above="sample.manager_decides"), amount_field=""),
         "step 总经理: it is needed above an amount, and there is none"),
        (replace(FEE, steps=(replace(CHIEF, above="sample.manager_decides"),)),
         "step 总经理: a level with a limit is needed by that limit, not above another amount"),
        (replace(FEE, asked_by=("boss",)), "unknown role boss"),
        (replace(FEE, reversed_by=("boss",)), "unknown role boss"),
        (replace(FEE, limits={"boss": UNBOUNDED}), "unknown role boss"),
        (replace(FEE, amount_field=""), "it has limits, and no amount"),
        (replace(FEE, limits=BOUNDED), "nobody decides an amount beyond all limits"),
        (replace(LINE, limits=BOUNDED), "nobody decides an amount beyond all limits"),
        (replace(LINE, steps=(*LINE.steps, CHIEF)), "a line has its own levels; no step beside it may be one"),
        (replace(PROMISE, limits={}), "it guards what is written by limits, and there are none"),
        (replace(FEE, word_of_mouth="sample.none"), "unknown policy key sample.none"),
        (replace(FEE, word_of_mouth="sample.manager_decides"), "policy key sample.manager_decides is no limit"),
        (_step(above="sample.answered_within"), "policy key sample.answered_within is no amount"),
        (replace(FEE, warn_percents=(100,)), "100 % is not between 0 and 99"),
        (replace(FEE, ladder=(Rung(label="上报", receivers=("boss",)),)), "rung 上报: unknown role boss"),
        (replace(FEE, name="sample.fee#1"), "its name has # in it"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_named(rule: ApprovalRule, problem: str) -> None:
    assert f"approval rule {rule.name}: {problem}" in approval_problems(rule, DECLARED)


@pytest.mark.parametrize("rule", [FEE, PROMISE, BOTH, LINE, SCRAP])
def test_the_rules_of_the_tests_are_sound(rule: ApprovalRule) -> None:
    assert approval_problems(rule, DECLARED) == ()


def test_a_rule_that_cannot_be_stops_the_start() -> None:
    manager = PluginManager()
    with pytest.raises(DeclarationError, match="it blocks an unknown move sell"):
        manager.register("sample", with_approvals(replace(FEE, blocks=("sell",))))
