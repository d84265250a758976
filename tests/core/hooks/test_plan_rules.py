"""Plan rules that cannot be stop the start, and are named with everything that is wrong."""

from dataclasses import replace

import pytest

from gongdan.domain.duties import Trigger
from gongdan.domain.plans import ClosedTickets, OccupiedAssets, Phase, PlanRule, Sample
from gongdan.errors import DeclarationError
from gongdan.hooks.manager import PluginManager
from gongdan.testing import sample
from tests.core.services.planned import CALLS, REPORT, VISITS, with_plans

WRONG: dict[str, tuple[PlanRule, str]] = {
    "no phase": (replace(REPORT, phases=()), "it has no phase"),
    "endless phase": (replace(REPORT, phases=(*REPORT.phases, *REPORT.phases)), "a phase without an end has others"),
    "unknown key": (replace(REPORT, limit="sample.nothing"), "unknown policy key sample.nothing"),
    "no limit": (replace(REPORT, limit=""), "it names no limit"),
    "key of another kind": (replace(REPORT, phases=(Phase("sample.report_within"),)), "is no recurrence"),
    "no choice": (replace(REPORT, rest_days="sample.catch_up"), "sample.catch_up is no choice among"),
    "neither": (replace(REPORT, catch_up="sometimes"), "sometimes is neither a policy key nor one of"),
    "nobody": (replace(REPORT, owed_by=("owner",)), "a plan of the company has no owner"),
    "unknown role": (replace(REPORT, owed_by=("king",)), "unknown role king"),
    "company with a start": (replace(REPORT, starts=Trigger(on_opened=True)), "begins and ends with its plugin"),
    "no such type": (replace(CALLS, ticket_types=("nothing",)), "no ticket type nothing"),
    "no start": (replace(CALLS, starts=Trigger()), "its start never happens for sample_repair"),
    "no such field": (replace(CALLS, anchor_field="nothing"), "there is no field nothing with a date"),
    "no such assets": (replace(VISITS, sample=Sample(OccupiedAssets("ship", ("owner",)))), "no asset kind ship"),
    "no such tickets": (replace(VISITS, sample=Sample(ClosedTickets("ship"))), "no ticket type ship"),
    "another one's name": (replace(REPORT, name="other.report"), "does not begin with sample."),
}


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_is_named(case: str) -> None:
    rule, problem = WRONG[case]
    with pytest.raises(DeclarationError) as refusal:
        PluginManager().register(sample.NAME, with_plans(rule))
    assert problem in str(refusal.value)


def test_a_rule_that_is_sound_is_taken_and_gives_the_rule_of_its_duties() -> None:
    manager = PluginManager()
    manager.register(sample.NAME, with_plans())
    duty = manager.catalogue.rule_of_duty("sample.calls")
    assert duty is not None
    assert (duty.limit, duty.owed_by, duty.warn_percents) == ("sample.calls_within", ("owner",), (50,))
    assert manager.catalogue.plugin_of_duty("sample.calls") == sample.NAME
