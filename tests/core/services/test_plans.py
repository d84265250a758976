"""Plans: runs that come by time, are done, caught up, counted anew and ended."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from types import ModuleType

import pytest

from gongdan.domain.duties import DutyState
from gongdan.domain.plans import PlanState, RunState
from gongdan.errors import Conflict, InvalidInput, NotAllowed, NotFound
from gongdan.hooks.packs import read_pack
from gongdan.language.sentences import spoken
from gongdan.language.translator import make_translator
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.plan_rows import RunView
from gongdan.testing import sample
from gongdan.testing.beginnings import Beginning
from gongdan.testing.factories import Factory, People
from tests.core.services.planned import Wait, at, plan_of, with_plans

#: The company begins on Thursday, 5 March 2026.


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {sample.NAME: with_plans()}


def _runs(desk: CompanyDesk, name: str) -> Sequence[RunView]:
    """Return the runs of a plan, the oldest first."""
    return desk.plans.runs(plan_of(desk, name).id)[::-1]


def _days(desk: CompanyDesk, name: str) -> list[tuple[str, RunState]]:
    return [(run.planned_for.isoformat(), run.state) for run in _runs(desk, name)]


# --- A plan of the company -----------------------------------------------------------------------


@pytest.mark.clause("SAMPLE-P1")
def test_a_weekly_report_is_owed_on_friday_and_done_with_a_result(
    company_desk: CompanyDesk, person: People, wait: Wait
) -> None:
    lead = person("sample_engineer", name="李建国")
    plan = plan_of(company_desk, "report")
    assert (plan.state, plan.next_on, plan.runs, plan.undecided) == (PlanState.RUNNING, date(2026, 3, 6), 0, ())
    wait(at(3, 6, 10))
    (run,) = _runs(company_desk, "report")
    assert (run.number, run.state, run.begins_at, run.due_at) == (1, RunState.OPEN, at(3, 6, 9), at(3, 6, 18))
    assert [duty.id for duty in lead.duties.mine()] == [run.duty_id]
    with pytest.raises(InvalidInput) as refusal:
        lead.plans.complete(run.id, " ")
    assert [problem.field for problem in refusal.value.problems] == ["result"]
    done = lead.plans.complete(run.id, "接报 21 件，办结 20 件").run
    assert (done.state, done.result, done.done_by, done.done_at) == (
        RunState.DONE, "接报 21 件，办结 20 件", "李建国", at(3, 6, 10)
    )  # fmt: skip
    assert lead.duties.find(run.duty_id or run.id).state is DutyState.DONE
    with pytest.raises(Conflict):
        lead.plans.complete(run.id, "再报一次")
    wait(at(3, 13, 12))
    assert _days(company_desk, "report") == [("2026-03-06", RunState.DONE), ("2026-03-13", RunState.OPEN)]


def test_the_past_that_runs_followed_is_not_rewritten(
    company_desk: CompanyDesk, wait: Wait, unchanged: Callable[[], AbstractContextManager[None]]
) -> None:
    # The report of Friday, 6 March, has come.
    wait(at(3, 9))
    pack = read_pack(b"pack: mine\nlines:\n  sample.report: {value: 'week:mon'}\n")
    for decide in (
        lambda: company_desk.policies.set("sample.report", "week:mon", at(3, 5, 12)),
        lambda: company_desk.policies.set("sample.report_within", "2 workday", at(3, 5, 12)),
        lambda: company_desk.policies.apply(pack, at(3, 5, 12)),
    ):
        with unchanged(), pytest.raises(InvalidInput) as refusal:
            decide()
        (problem,) = refusal.value.problems
        assert (problem.value, problem.rule) == (
            "2026-03-05 12:00", "生效时间已过，此后的定期事项已按原来的值安排，不能改写"
        )  # fmt: skip
    # No run has gone by this key, and none has come since this moment.
    company_desk.policies.set("sample.calls_within", "3 workday", at(3, 5, 12))
    company_desk.policies.set("sample.report", "week:mon", at(3, 8))


def test_a_pack_that_runs_followed_stays_in_history_when_it_is_taken_back(
    company_desk: CompanyDesk, wait: Wait
) -> None:
    thursdays = company_desk.policies.apply(read_pack(b"pack: mine\nlines:\n  sample.report: {value: 'week:thu'}\n"))
    assert thursdays is not None
    wait(at(3, 13))
    done = company_desk.policies.rollback(thursdays.id)
    assert (done.removed, done.restored, done.kept) == ((), ("sample.report",), ())
    assert company_desk.policies.value("sample.report", at(3, 12)).text == "week:thu"


def test_who_owes_a_run_needs_no_permission_and_others_do(
    company_desk: CompanyDesk, person: People, wait: Wait
) -> None:
    person("sample_engineer")
    agent = person("agent")
    wait(at(3, 6, 10))
    (run,) = _runs(agent, "report")
    assert not agent.plans.run(run.id).may_do
    with pytest.raises(NotAllowed, match=r"plan\.do"):
        agent.plans.complete(run.id, "已报")
    assert company_desk.plans.run(run.id).run.state is RunState.OPEN


def test_what_is_not_done_is_missed_and_late_afterwards(company_desk: CompanyDesk, person: People, wait: Wait) -> None:
    lead = person("sample_engineer")
    wait(at(3, 7, 10))
    (run,) = _runs(company_desk, "report")
    assert (run.state, run.is_live) == (RunState.MISSED, True)
    assert [notice.params["number"] for notice in lead.notices.mine()] == ["2026-03-06"]
    assert lead.plans.complete(run.id, "补报").run.state is RunState.LATE


def test_an_undecided_plan_says_so_and_makes_nothing_until_somebody_decides(
    company_desk: CompanyDesk, wait: Wait
) -> None:
    wait(at(3, 20))
    plan = plan_of(company_desk, "audit")
    assert (plan.undecided, plan.next_on, plan.runs) == (("audit",), None, 0)
    company_desk.policies.set("sample.audit", "month:25")
    assert plan_of(company_desk, "audit").next_on == date(2026, 3, 25)
    company_desk.policies.set("sample.audit", "month:28", at(4, 1))
    wait(at(5, 1))
    assert [day for day, _ in _days(company_desk, "audit")] == ["2026-03-25", "2026-04-28"]


def test_a_plan_ends_with_its_plugin_and_goes_on_with_it(company_desk: CompanyDesk, desk: Desk, wait: Wait) -> None:
    wait(at(3, 6, 10))
    company_desk.plugins.disable(sample.NAME)
    plan = plan_of(company_desk, "report")
    assert (plan.state, plan.end_event) == (PlanState.ENDED, "plugin_disabled")
    assert _days(company_desk, "report") == [("2026-03-06", RunState.CANCELLED)]
    wait(at(3, 30))
    desk.at(company_desk.company).plugins.enable(sample.NAME)
    wait(at(4, 4))
    assert [day for day, _ in _days(company_desk, "report")] == ["2026-03-06", "2026-04-03"]


def test_somebody_ends_a_plan_and_lets_it_go_on(company_desk: CompanyDesk, person: People, wait: Wait) -> None:
    plan = plan_of(company_desk, "report")
    with pytest.raises(NotAllowed, match=r"plan\.manage"):
        person("agent").plans.end(plan.id, "不再需要")
    with pytest.raises(InvalidInput) as refusal:
        company_desk.plans.end(plan.id, "")
    assert [problem.field for problem in refusal.value.problems] == ["reason"]
    ended = company_desk.plans.end(plan.id, "改为日报")
    assert (ended.state, ended.reason, ended.end_event) == (PlanState.ENDED, "改为日报", "by_hand")
    wait(at(3, 14))
    assert _runs(company_desk, "report") == ()
    assert company_desk.plans.resume(plan.id).next_on == date(2026, 3, 20)
    with pytest.raises(Conflict):
        company_desk.plans.resume(plan.id)


def test_a_new_rule_begins_with_the_next_upgrade(company_desk: CompanyDesk) -> None:
    assert company_desk.plans.begin_standing() == 0


# --- After downtime ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ("each", [("2026-03-06", RunState.MISSED), ("2026-03-13", RunState.MISSED), ("2026-03-20", RunState.OPEN)]),
        ("merge", [("2026-03-20", RunState.OPEN)]),
        ("missed", [("2026-03-06", RunState.MISSED), ("2026-03-13", RunState.MISSED), ("2026-03-20", RunState.OPEN)]),
    ],
)
def test_after_downtime_nothing_is_made_twice_and_the_policy_says_what_becomes_of_it(
    company_desk: CompanyDesk, policy: str, expected: list[tuple[str, RunState]], sleep: Wait
) -> None:
    company_desk.policies.set("sample.catch_up", policy)
    sleep(at(3, 20, 12))
    sleep(at(3, 20, 12))
    runs = _runs(company_desk, "report")
    assert _days(company_desk, "report") == expected
    assert [run.number for run in runs] == list(range(1, len(expected) + 1))
    # What was merged is named; what is written down as missed nobody owes, what is made up for somebody does.
    merged = [date(2026, 3, 6), date(2026, 3, 13)] if policy == "merge" else []
    assert list(runs[-1].stands_for) == merged
    assert [run.is_live for run in runs[:-1]] == [policy == "each"] * (len(expected) - 1)


# --- Things that a run deals with ----------------------------------------------------------------


@pytest.fixture
def flats(begin: Beginning, factory: Factory, company_desk: CompanyDesk) -> Sequence[str]:
    """Five occupied flats and an empty one."""
    return begin(lambda: _build(factory, company_desk))


def _build(factory: Factory, company_desk: CompanyDesk) -> Sequence[str]:
    building = factory.building()
    owner = factory.party()
    units = [factory.unit(building) for _ in range(6)]
    for unit in units[:5]:
        company_desk.assets.link(unit.id, "sample_owner", party_id=owner.id)
    return [unit.label for unit in units[:5]]


@pytest.mark.clause("SAMPLE-P2")
def test_a_share_is_drawn_every_month_and_none_twice_before_all_had_their_turn(
    company_desk: CompanyDesk, person: People, flats: Sequence[str], wait: Wait
) -> None:
    agent = person("agent", name="张敏")
    drawn: list[list[str]] = []
    for month in (4, 5, 6):
        wait(at(month, 1, 12))
        file = agent.plans.run(_runs(agent, "visits")[-1].id)
        assert (file.run.population, file.run.share, file.run.size, file.may_do) == (5, "40", 2, True)
        drawn.append([target.label for target in file.targets])
        for target in file.targets:
            agent.plans.visit(target.id, "一切正常")
        assert agent.plans.run(file.run.id).run.state is RunState.DONE
    # Two, two, and the last one with the first of the next round.
    assert {*drawn[0], *drawn[1], drawn[2][0]} == set(flats)
    assert [target.round for target in file.targets] == [1, 2]
    with company_desk.reading():
        acts = [act.after for act in company_desk.journal.of(file.run.id) if act.act == "plan_run.made"]
    assert [(act["population"], act["share"], act["seed"]) for act in acts] == [(5, "40", file.run.seed)]


def test_a_thing_is_taken_back_and_the_run_is_owed_again(
    company_desk: CompanyDesk, person: People, flats: Sequence[str], wait: Wait
) -> None:
    agent, other = person("agent", name="张敏"), person("observer")
    wait(at(4, 1, 12))
    (run,) = _runs(company_desk, "visits")
    first, second = agent.plans.run(run.id).targets
    agent.plans.visit(first.id, "无人在家，已留条")
    with pytest.raises(Conflict):
        agent.plans.visit(first.id, "又去了一次")
    with pytest.raises(InvalidInput):
        agent.plans.complete(run.id, "都去过了")
    with pytest.raises(NotAllowed):
        other.plans.visit(second.id, "正常")
    assert agent.plans.visit(second.id, "正常").run.state is RunState.DONE
    with pytest.raises(NotAllowed):
        other.plans.take_back(second.id, "写错了")
    with pytest.raises(InvalidInput):
        agent.plans.take_back(second.id, "")
    file = agent.plans.take_back(second.id, "写错了房号")
    assert (file.run.state, file.run.done, file.run.done_at) == (RunState.OPEN, 1, None)
    assert agent.plans.visit(second.id, "正常").run.state is RunState.DONE
    assert [act.act for act in company_desk.journal.of(second.id)] == [
        "plan_target.done", "plan_target.taken_back", "plan_target.done"
    ]  # fmt: skip


def test_a_run_without_things_is_done_with_a_result(company_desk: CompanyDesk, wait: Wait) -> None:
    wait(at(4, 1, 12))
    (run,) = _runs(company_desk, "visits")
    assert (run.population, run.size) == (0, 0)
    assert company_desk.plans.complete(run.id, "没有住户").run.state is RunState.DONE


# --- Looking ahead, other companies --------------------------------------------------------------


def test_a_preview_tells_the_days_and_what_moves_them(company_desk: CompanyDesk) -> None:
    seen = company_desk.plans.preview("sample.report", date(2026, 2, 7), date(2026, 3, 1))
    # Spring Festival is from 15 to 23 February 2026; Saturday the 14th is worked.
    assert [(day.day.isoformat(), day.is_shifted, day.is_provisional) for day in seen.days] == [
        ("2026-02-13", False, False), ("2026-02-14", True, False), ("2026-02-27", False, False)
    ]  # fmt: skip
    beyond = company_desk.plans.preview("sample.report", date(2027, 6, 1), date(2027, 6, 12))
    assert [day.is_provisional for day in beyond.days] == [True, True]
    assert company_desk.plans.preview("sample.audit", date(2026, 1, 1), date(2026, 2, 1)).undecided == ("audit",)
    with pytest.raises(InvalidInput):
        company_desk.plans.preview("sample.report", date(2026, 2, 1), date(2026, 1, 1))
    with pytest.raises(NotFound):
        company_desk.plans.preview("sample.unknown", date(2026, 2, 1), date(2026, 3, 1))


def test_two_companies_never_see_each_others_plans(
    company_desk: CompanyDesk, other_desk: CompanyDesk, wait: Wait
) -> None:
    wait(at(4, 1, 12))
    own, (run, *_) = plan_of(company_desk, "report"), _runs(company_desk, "report")
    assert not {plan.id for plan in company_desk.plans.all()} & {plan.id for plan in other_desk.plans.all()}
    assert {each.plan_id for each in other_desk.plans.live()}.isdisjoint({own.id})
    for refused in (
        lambda: other_desk.plans.find(own.id),
        lambda: other_desk.plans.runs(own.id),
        lambda: other_desk.plans.run(run.id),
        lambda: other_desk.plans.complete(run.id, "已报"),
        lambda: other_desk.plans.end(own.id, "不要了"),
    ):
        with pytest.raises(NotFound):
            refused()


# --- Why it is so --------------------------------------------------------------------------------


def test_a_run_is_explained_back_to_plan_recurrence_and_sample(
    company_desk: CompanyDesk, flats: Sequence[str], wait: Wait
) -> None:
    del flats
    wait(at(3, 5, 11))
    company_desk.policies.set("sample.visits", "month:4", note="月初人手不够")
    wait(at(4, 4, 12))
    (run,) = _runs(company_desk, "visits")
    assert run.duty_id is not None
    told = [
        spoken(sentence, make_translator("zh", ()), company_desk.zone)
        for sentence in company_desk.explain.duty(run.duty_id).sentences
    ]
    assert told[0] == "走访住户（第 1 次）：进行中"
    assert "计划“走访住户”的第 1 次，计划日 2026-04-04" in told
    assert "周期：每月 4 日" in told
    assert any(line.startswith("制度值自") and "系统" in line for line in told)
    assert any(line.startswith("当天共 5 个对象，抽取 40% 即 2 个") for line in told)
