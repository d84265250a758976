"""Plans whose days fall together, whose anchors slip late or lie far off, and that nothing is left of."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import ModuleType
from uuid import UUID

import pytest

from gongdan.domain.plans import PlanState, RunState
from gongdan.domain.policy import PolicyEffect
from gongdan.errors import Conflict, InvalidInput
from gongdan.services.desk import CompanyDesk
from gongdan.services.plan_rows import PlanView
from gongdan.testing import sample
from gongdan.testing.factories import Factory, People
from tests.core.services.planned import CALLS, Wait, at, plan_of, with_plans

#: The company begins on Thursday, 5 March 2026.

#: Years go by in a moment where nobody writes a report every week.
CALLS_ALONE: Mapping[str, ModuleType] = {sample.NAME: with_plans(CALLS)}


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {sample.NAME: with_plans()}


def _days(desk: CompanyDesk, name: str) -> Sequence[str]:
    return [run.planned_for.isoformat() for run in desk.plans.runs(plan_of(desk, name).id)[::-1]]


def _repaired(desk: CompanyDesk, day: str) -> tuple[PlanView, UUID]:
    """Return the plan of calls of a ticket that was repaired on a day, and the ticket's key."""
    ticket = Factory(desk).ticket(fields={"repaired_on": day})
    for move, given in (
        ("dispatch", {"assignee": str(desk.actor.account_id)}),
        ("finish", {"result": "已修好", "cause": "wear"}),
    ):
        desk.moves.make(ticket.id, move, desk.tickets.find(ticket.id).version, given)
    (plan,) = desk.plans.of_ticket(ticket.id)
    return plan, ticket.id


# --- Days that fall together ---------------------------------------------------------------------


@pytest.mark.parametrize("rest_days", ["after", "before"])
def test_days_that_a_weekend_puts_together_are_one_run(company_desk: CompanyDesk, wait: Wait, rest_days: str) -> None:
    company_desk.policies.set("sample.rest_days", rest_days)
    company_desk.policies.set("sample.report", "1 day")
    wait(at(3, 10, 12))
    # Saturday the 7th and Sunday the 8th go to Monday the 9th or Friday the 6th, which have their own run already.
    assert _days(company_desk, "report") == ["2026-03-06", "2026-03-09", "2026-03-10"]


def test_a_report_that_a_holiday_puts_on_the_day_of_the_next_one_comes_once(
    company_desk: CompanyDesk, sleep: Wait
) -> None:
    company_desk.policies.set("sample.rest_days", "after")
    company_desk.policies.set("sample.catch_up", "merge")
    company_desk.policies.set("sample.report", "week:thu")
    sleep(at(9, 30))
    # 1 to 7 October 2026 are National Day; Thursday the 1st goes to Thursday the 8th.
    sleep(at(10, 8, 12))
    assert _days(company_desk, "report") == ["2026-09-24", "2026-10-08"]
    plan = plan_of(company_desk, "report")
    coming = [day.day for day in company_desk.plans.ahead(date(2026, 10, 31))[plan.id]]
    assert (plan.next_on, coming) == (
        date(2026, 10, 15), [date(2026, 10, 15), date(2026, 10, 22), date(2026, 10, 29)]
    )  # fmt: skip


# --- Anchors -------------------------------------------------------------------------------------


@pytest.mark.parametrize("plugin_modules", [CALLS_ALONE], ids=["calls alone"])
@pytest.mark.clause("SAMPLE-P3")
def test_a_day_that_is_corrected_in_the_second_year_makes_nothing_twice(person: People, wait: Wait) -> None:
    agent = person("supervisor", "administrator", name="张敏")
    plan, ticket_id = _repaired(agent, "2026-03-02")
    wait(at(12, 3, 12, year=2027))
    *done, last = agent.plans.runs(plan.id)[::-1]
    for run in done:
        agent.plans.complete(run.id, "客户满意")
    assert (len(done), last.planned_for) == (14, date(2027, 12, 2))
    agent.tickets.correct(
        ticket_id, agent.tickets.find(ticket_id).version, {"repaired_on": "2026-02-27"}, reason="完工单日期有误"
    )
    runs = agent.plans.runs(plan.id)[::-1]
    assert [run.id for run in runs[:15]] == [*(run.id for run in done), last.id]
    # 27 November 2027 is a Saturday; its two working days were over on 1 December.
    assert [(run.planned_for.isoformat(), run.state) for run in runs[14:]] == [
        ("2027-12-02", RunState.CANCELLED), ("2027-11-29", RunState.MISSED)
    ]  # fmt: skip
    assert agent.plans.find(plan.id).next_on == date(2028, 2, 28)


def test_what_lies_more_than_ten_years_back_is_not_made_up_for(person: People) -> None:
    agent = person("administrator", name="张敏")
    plan, _ = _repaired(agent, "1999-03-02")
    assert (plan.state, plan.end_event, plan.runs) == (PlanState.ENDED, "finished", 0)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_day_that_nobody_can_mean_is_refused_and_the_plan_stays(person: People, day: str) -> None:
    agent = person("supervisor", "administrator", name="张敏")
    plan, ticket_id = _repaired(agent, "2026-03-02")
    ticket = agent.tickets.find(ticket_id)
    with pytest.raises(InvalidInput) as refusal:
        agent.tickets.correct(ticket_id, ticket.version, {"repaired_on": day}, reason="改日期")
    assert [problem.field for problem in refusal.value.problems] == ["repaired_on"]
    assert agent.plans.find(plan.id) == plan


@pytest.mark.parametrize(
    ("anchor", "until", "field"),
    [
        (date(9999, 12, 31), date(9999, 12, 31), "from"),
        (date(1, 1, 1), date(1, 6, 1), "from"),
        (date(2026, 1, 1), date(9999, 12, 31), "until"),
    ],
)
def test_a_preview_of_days_that_nobody_can_mean_is_refused(
    company_desk: CompanyDesk, anchor: date, until: date, field: str
) -> None:
    with pytest.raises(InvalidInput) as refusal:
        company_desk.plans.preview("sample.report", anchor, until)
    assert [problem.field for problem in refusal.value.problems] == [field]


# --- Nothing to go on with -----------------------------------------------------------------------


@pytest.mark.parametrize("plugin_modules", [CALLS_ALONE], ids=["calls alone"])
def test_a_plan_that_has_come_to_its_end_is_not_resumed(person: People, wait: Wait) -> None:
    agent = person("administrator", name="张敏")
    plan, _ = _repaired(agent, "2026-03-02")
    wait(at(4, 1, year=2028))
    ended = agent.plans.find(plan.id)
    assert ended.end_event == "finished"
    with pytest.raises(Conflict):
        agent.plans.resume(plan.id)
    assert agent.plans.find(plan.id) == ended


def test_the_plan_of_a_merged_ticket_is_not_resumed(person: People) -> None:
    agent = person("administrator", name="张敏")
    plan, ticket_id = _repaired(agent, "2026-03-02")
    agent.links.merge(ticket_id, Factory(agent).ticket().id)
    ended = agent.plans.find(plan.id)
    with pytest.raises(Conflict):
        agent.plans.resume(plan.id)
    assert agent.plans.find(plan.id) == ended


# --- What nobody is to know ----------------------------------------------------------------------


@pytest.mark.clause("001-01-07")
def test_the_place_of_a_plan_in_the_list_does_not_tell_a_day_that_is_drawn(company_desk: CompanyDesk) -> None:
    company_desk.policies.set("sample.audit", "month:random")
    company_desk.policies.set("sample.report", "year:12-1")
    listed = [(plan.rule, plan.next_on) for plan in company_desk.plans.all()]
    # The audit comes on some day of April.
    assert listed == [
        ("sample.visits", date(2026, 4, 1)), ("sample.report", date(2026, 12, 1)), ("sample.audit", None)
    ]  # fmt: skip


# --- A closed ticket -----------------------------------------------------------------------------


def test_a_decision_for_open_cases_reaches_calls_that_go_on_after_closing(person: People, wait: Wait) -> None:
    agent = person("supervisor", "administrator", name="张敏")
    plan, ticket_id = _repaired(agent, "2026-03-05")
    agent.moves.make(ticket_id, "close", agent.tickets.find(ticket_id).version, {})
    # Calls come a month after 5 March, on Tuesday the 7th of April after Tomb-Sweeping Day.
    assert agent.plans.find(plan.id).next_on == date(2026, 4, 7)
    wait(at(3, 5, 12))
    agent.policies.set("sample.calls", "2 week", effect=PolicyEffect.OPEN)
    assert agent.plans.find(plan.id).next_on == date(2026, 3, 19)
