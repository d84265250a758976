"""Plans of tickets: calls that come again after a repair, counted anew when its day slips."""

from collections.abc import Mapping
from datetime import date
from types import ModuleType
from uuid import UUID

import pytest

from gongdan.domain.plans import PlanState, RunState
from gongdan.domain.policy import PolicyEffect
from gongdan.services.desk import CompanyDesk
from gongdan.testing import sample
from gongdan.testing.factories import Factory, People
from tests.core.services.planned import CALLS, Wait, at, with_plans


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {sample.NAME: with_plans(CALLS)}


def _move(desk: CompanyDesk, ticket_id: UUID, move: str, **given: str) -> None:
    desk.moves.make(ticket_id, move, desk.tickets.find(ticket_id).version, given)


def _finished(desk: CompanyDesk, **fields: str) -> UUID:
    """Return a ticket that is repaired now, or on the day that its field says."""
    ticket = Factory(desk).ticket(fields=fields)
    _move(desk, ticket.id, "dispatch", assignee=str(desk.actor.account_id))
    _move(desk, ticket.id, "finish", result="已修好", cause="wear")
    return ticket.id


def _calls(desk: CompanyDesk, ticket_id: UUID) -> list[tuple[str, RunState]]:
    (plan,) = desk.plans.of_ticket(ticket_id)
    return [(run.planned_for.isoformat(), run.state) for run in desk.plans.runs(plan.id)[::-1]]


@pytest.mark.clause("SAMPLE-P3")
def test_calls_come_every_month_then_every_quarter_and_end_after_two_years(
    company_desk: CompanyDesk, person: People, wait: Wait
) -> None:
    agent = person("agent", name="张敏")
    ticket_id = _finished(agent)
    wait(at(4, 7, 12))
    (plan,) = agent.plans.of_ticket(ticket_id)
    (run,) = agent.plans.runs(plan.id)
    # 5 April 2026 is a rest day, the 6th a holiday.
    assert (run.nominal_on, run.planned_for, run.begins_at) == (date(2026, 4, 5), date(2026, 4, 7), at(4, 7, 10, 30))
    assert (run.window, run.due_at, run.ticket_id) == ("10:30-11:30 15:00-17:30", at(4, 9, 18), ticket_id)
    assert run.duty_id in {duty.id for duty in agent.duties.of_ticket(ticket_id)}
    assert (plan.anchor_event, plan.next_on) == ("category:done", date(2026, 5, 6))
    wait(at(4, 1, year=2028))
    ended = agent.plans.find(plan.id)
    assert (ended.runs, ended.state, ended.end_event) == (16, PlanState.ENDED, "finished")
    phases = [run.nominal_on.isoformat() for run in agent.plans.runs(plan.id)[::-1]]
    assert phases[11:] == ["2027-03-05", "2027-06-05", "2027-09-05", "2027-12-05", "2028-03-05"]


def test_when_the_day_slips_what_is_open_is_counted_anew_and_what_is_done_stays(person: People, wait: Wait) -> None:
    agent = person("supervisor", "administrator", name="张敏")
    ticket_id = _finished(agent, repaired_on="2026-03-02")
    (plan,) = agent.plans.of_ticket(ticket_id)
    wait(at(4, 2, 12))
    agent.plans.complete(agent.plans.runs(plan.id)[0].id, "客户满意")
    wait(at(5, 6, 12))
    assert _calls(agent, ticket_id) == [("2026-04-02", RunState.DONE), ("2026-05-06", RunState.OPEN)]
    ticket = agent.tickets.find(ticket_id)
    agent.tickets.correct(ticket_id, ticket.version, {"repaired_on": "2026-03-20"}, reason="完工单日期有误")
    assert _calls(agent, ticket_id) == [
        ("2026-04-02", RunState.DONE),
        ("2026-05-06", RunState.CANCELLED),
        ("2026-04-20", RunState.MISSED),
    ]
    assert agent.plans.find(plan.id).next_on == date(2026, 5, 20)
    (rebased,) = [act for act in agent.journal.of(plan.id) if act.act == "plan.rebased"]
    assert (rebased.before["anchor_at"], rebased.after["anchor_at"], rebased.after["cancelled"]) == (
        "2026-03-01T16:00:00+00:00", "2026-03-19T16:00:00+00:00", [2]
    )  # fmt: skip


def test_a_reopened_ticket_ends_its_plan_and_the_next_round_begins_it_anew(person: People, wait: Wait) -> None:
    agent = person("supervisor", "administrator", name="张敏")
    ticket_id = _finished(agent)
    wait(at(4, 7, 12))
    _move(agent, ticket_id, "reopen", remark="又漏水了")
    (plan,) = agent.plans.of_ticket(ticket_id)
    assert (plan.state, _calls(agent, ticket_id)) == (PlanState.ENDED, [("2026-04-07", RunState.CANCELLED)])
    wait(at(4, 10, 10))
    _move(agent, ticket_id, "finish", result="换了软管", cause="wear")
    (plan,) = agent.plans.of_ticket(ticket_id)
    assert (plan.state, plan.next_on, plan.runs) == (PlanState.RUNNING, date(2026, 5, 11), 1)
    _move(agent, ticket_id, "close")
    assert agent.plans.find(plan.id).is_running


def test_a_ticket_keeps_its_policy_until_a_decision_says_otherwise(
    company_desk: CompanyDesk, person: People, wait: Wait
) -> None:
    agent = person("agent", name="张敏")
    ticket_id = _finished(agent)
    wait(at(3, 5, 11))
    company_desk.policies.set("sample.calls", "1 week")
    (plan,) = agent.plans.of_ticket(ticket_id)
    assert plan.next_on == date(2026, 4, 7)
    wait(at(3, 5, 12))
    company_desk.policies.set("sample.calls", "2 week", effect=PolicyEffect.OPEN)
    assert agent.plans.of_ticket(ticket_id)[0].next_on == date(2026, 3, 19)


def test_a_merged_ticket_rests_and_comes_back(person: People, wait: Wait) -> None:
    agent = person("agent", name="张敏")
    ticket_id, into = _finished(agent), Factory(agent).ticket()
    wait(at(4, 7, 12))
    agent.links.merge(ticket_id, into.id)
    (plan,) = agent.plans.of_ticket(ticket_id)
    assert (plan.state, plan.end_event) == (PlanState.ENDED, "merged")
    assert _calls(agent, ticket_id) == [("2026-04-07", RunState.CANCELLED)]
    wait(at(4, 8, 12))
    agent.links.remove(agent.links.of_ticket(ticket_id)[0].id)
    assert agent.plans.of_ticket(ticket_id)[0].next_on == date(2026, 5, 6)
    assert _calls(agent, ticket_id) == [("2026-04-07", RunState.OPEN)]
