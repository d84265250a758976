"""What a plugin's duty rules may not say."""

from dataclasses import replace

import pytest

from gongdan.domain.duties import Condition, DutyRule, Rung, Trigger
from gongdan.domain.duty_checks import Declared, problems
from gongdan.domain.policy import PolicyKey
from gongdan.domain.policy_values import PolicyKind
from gongdan.errors import DeclarationError
from gongdan.hooks.manager import PluginManager
from gongdan.testing import sample
from gongdan.testing.fakes import make_plugin

KEYS = {key.name: key for key in sample.DUTY_KEYS} | {
    "sample.count": PolicyKey("sample.count", "次数", PolicyKind.INTEGER)
}
DECLARED = Declared({"sample_repair": sample.REPAIR}, {"supervisor", "administrator", "sample_engineer"}, KEYS)
RULE = sample.DISPATCH


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        (replace(RULE, ticket_types=("complaint",)), "no ticket type complaint"),
        (replace(RULE, ticket_types=()), "no ticket type is named"),
        (replace(RULE, starts=Trigger()), "its start never happens for sample_repair"),
        (replace(RULE, starts=Trigger(moves=("send",))), "starts with an unknown move send"),
        (replace(RULE, stops=Trigger(states=("sent",))), "stops with an unknown state sent"),
        (replace(RULE, stops=Trigger(on_fields=("wish",))), "stops with an unknown field wish"),
        (replace(RULE, stops=Trigger()), "its end never happens for sample_repair"),
        (replace(RULE, when=(Condition("wish", ("a",)),)), "asks for an unknown field wish"),
        (replace(RULE, when=(Condition("severity", ("grave",)),)), "severity is never grave"),
        (
            replace(RULE, when=(Condition("severity", ()),)),
            "its start never happens: severity has to be one of nothing",
        ),
        (replace(RULE, limit={"grave": "sample.dispatch_major"}), "severity is never grave"),
        (replace(RULE, limit="sample.none"), "unknown policy key sample.none"),
        (replace(RULE, limit="sample.count"), "policy key sample.count is no limit"),
        (replace(RULE, limit=""), "it names neither a limit nor a promised time"),
        (replace(RULE, promised_field="estimate"), "there is no field estimate with a date and time"),
        (replace(RULE, expected_field="estimate"), "there is no field estimate with a date"),
        (replace(RULE, pauses_in=(), expected_field="estimate"), "it never stands still until estimate"),
        (replace(RULE, pause_cap="sample.none"), "unknown policy key sample.none"),
        (replace(RULE, warn_percents=(100,)), "100 % is not between 0 and 99"),
        (replace(RULE, owed_by=()), "nobody owes it"),
        (replace(RULE, owed_by=("plumber",)), "unknown role plumber"),
        (replace(RULE, ladder=(Rung(label="上报", receivers=()),)), "rung 上报 has no receivers"),
        (replace(RULE, ladder=(Rung(label="上报", receivers=("boss",)),)), "rung 上报: unknown role boss"),
    ],
)
def test_what_cannot_be_is_named(rule: DutyRule, problem: str) -> None:
    assert f"duty rule sample.dispatch: {problem}" in problems(rule, DECLARED)


@pytest.mark.parametrize("rule", sample.DUTY_RULES)
def test_the_rules_of_the_sample_are_sound(rule: DutyRule) -> None:
    assert problems(rule, DECLARED) == ()


def test_a_state_that_no_move_reaches_never_starts_anything() -> None:
    without = replace(sample.WORKFLOW, moves=tuple(move for move in sample.WORKFLOW.moves if move.name != "void"))
    declared = replace(DECLARED, ticket_types={"sample_repair": replace(sample.REPAIR, workflow=without)})
    rule = replace(RULE, starts=Trigger(states=("void",)))
    assert problems(rule, declared) == ("duty rule sample.dispatch: its start never happens for sample_repair",)


@pytest.mark.parametrize("name", ["sample.dispatch", "other.dispatch"])
def test_a_plugin_with_such_a_rule_is_refused_by_name(name: str) -> None:
    rule = replace(RULE, name=name, ladder=(Rung(label="上报", receivers=()),) if name.startswith("sample") else ())
    book = replace(sample.register_rulebook(), policy_keys=sample.DUTY_KEYS, duty_rules=(rule,))
    with pytest.raises(DeclarationError, match=name):
        PluginManager().register(sample.NAME, make_plugin(register_rulebook=lambda: book))
