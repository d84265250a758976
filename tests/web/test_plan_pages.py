"""Plans on the pages: the calendar of plans, one plan, one run to be done, and the ways that lead there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date
from types import ModuleType
from uuid import UUID, uuid4

import pytest
from flask import Flask

from gongdan.domain.plans import RunState
from gongdan.domain.snapshots import CompanyView
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.plan_rows import PlanView, RunFile
from gongdan.testing import sample
from gongdan.testing.beginnings import Beginning
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import Factory, People
from tests.core.services.planned import Wait, at, with_plans
from tests.web.visitor import Visitor

Signed = Callable[[str], Visitor]
Unchanged = Callable[[], AbstractContextManager[None]]

#: The company begins on Thursday, 5 March 2026.


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {sample.NAME: with_plans()}


@pytest.fixture
def wait(desk: Desk, clock: Clock) -> Wait:
    """Let time pass until a moment: everything that is due by then happens at its time."""

    def until(moment: object) -> None:
        desk.timers.run_due(moment)  # type: ignore[arg-type]  # a moment
        clock.set(moment)  # type: ignore[arg-type]  # a moment

    return until


PEOPLE = {
    "chenhong": ("陈红", "administrator", "supervisor"),
    "zhangmin": ("张敏", "agent"),
    "lijianguo": ("李建国", "sample_engineer"),
}


@pytest.fixture
def signed(begin: Beginning, app: Flask, person: People, clock: Clock) -> Signed:
    """Sign somebody in at the time of the test; a session does not outlast the days that a test lets pass."""
    begin(lambda: [person(*roles, login=login, name=name) for login, (name, *roles) in PEOPLE.items()])
    kept: dict[tuple[str, date], Visitor] = {}

    def sign_in(login: str) -> Visitor:
        key = login, clock().date()
        if key not in kept:
            kept[key] = Visitor(app)
            kept[key].arrive(login)
        return kept[key]

    return sign_in


@pytest.fixture
def flats(begin: Beginning, factory: Factory, company_desk: CompanyDesk) -> Sequence[str]:
    """Five occupied flats."""
    return begin(lambda: _build(factory, company_desk))


def _build(factory: Factory, company_desk: CompanyDesk) -> Sequence[str]:
    building, owner = factory.building(), factory.party()
    units = [factory.unit(building) for _ in range(5)]
    for unit in units:
        company_desk.assets.link(unit.id, "sample_owner", party_id=owner.id)
    return [unit.label for unit in units]


def _plan(desk: CompanyDesk, name: str) -> PlanView:
    return next(plan for plan in desk.plans.all(is_running=None) if plan.rule == f"sample.{name}")


def _run(desk: CompanyDesk, name: str) -> RunFile:
    """Return the latest run of a plan."""
    return desk.plans.run(desk.plans.runs(_plan(desk, name).id)[0].id)


def _cells(page: str) -> dict[int, list[str]]:
    """Return the looks and labels in the grid, by day of the month."""
    grid = page[page.index("plan-grid") : page.index("plan-agenda")]
    found = {}
    for cell in re.findall(r'<td class="plan-day[^"]*".*?</td>', grid, re.DOTALL):
        number = re.search(r"<(?:a|span)[^>]*>(\d+)</", cell)
        items = re.findall(r'plan-item run-(\w+)".*?plan-item-label">([^<]+?)\s*<', cell, re.DOTALL)
        if number and items:
            found[int(number[1])] = [f"{look} {label}" for look, label in items]
    return found


def test_the_journal_tells_plans_and_what_is_owed_in_words(signed: Signed, wait: Wait) -> None:
    wait(at(3, 6, 10))
    visitor = signed("chenhong")
    plans = visitor.get("/journal?act=plan").text.partition("<tbody>")[2]
    duties = visitor.get("/journal?act=duty.").text.partition("<tbody>")[2]
    for words in ("启用扩展", "进行中", "2026-03-06", "起点"):
        assert words in plans
    # Who owes it, what it is, how long there is, and by when.
    for words in ("李建国", "客服周报", "当日", "2026-03-06 18:00"):
        assert words in duties
    for raw in ("plugin_enabled", "running", "sample.report", "same_day", "planned_for"):
        assert raw not in plans + duties


# --- The calendar --------------------------------------------------------------------------------


@pytest.mark.clause("SAMPLE-P1")
def test_a_month_shows_what_was_done_what_was_missed_and_what_is_to_come(
    company_desk: CompanyDesk, signed: Signed, wait: Wait
) -> None:
    wait(at(3, 6, 10))
    company_desk.plans.complete(_run(company_desk, "report").run.id, "接报 21 件")
    wait(at(3, 13, 20))
    wait(at(3, 20, 10))
    page = signed("chenhong").get("/plans").text
    assert _cells(page) == {
        6: ["done 客服周报"], 13: ["missed 客服周报"], 20: ["open 客服周报"], 27: ["coming 客服周报"]
    }  # fmt: skip
    assert "2026 年 3 月" in page
    assert "每星期五" in page
    assert 'href="/clauses/SAMPLE-P1"' in page
    # 3 April is a Friday, 1 April begins the visits; the grid of the next month knows both.
    later = signed("chenhong").get("/plans?month=2026-04").text
    assert _cells(later)[1] == ["coming 走访住户"]
    assert _cells(later)[3] == ["coming 客服周报"]
    assert 'href="/plans?month=2026-03"' in later
    assert "这个月没有安排" in signed("chenhong").get("/plans?month=2026-01").text
    assert "2026 年 3 月" in signed("chenhong").get("/plans?month=nonsense").text


def test_a_day_that_is_moved_because_of_a_rest_day_is_marked_and_said(
    company_desk: CompanyDesk, signed: Signed
) -> None:
    company_desk.policies.set("sample.report", "week:sat")
    wanted = "按周期应为 2026-03-07，当天不上班，改在 2026-03-06"
    page = signed("chenhong").get("/plans").text
    assert _cells(page)[6] == ["coming 客服周报"]
    assert wanted in page
    assert wanted in signed("chenhong").get(f"/plans/{_plan(company_desk, 'report').id}").text
    # 1 and 2 May are holidays: what falls on them comes on 30 April, in another month.
    assert _cells(signed("chenhong").get("/plans?month=2026-04").text)[30] == ["coming 客服周报"]


def test_an_undecided_plan_leads_to_where_it_is_decided_and_a_drawn_day_is_not_told(
    company_desk: CompanyDesk, signed: Signed, desk: Desk
) -> None:
    page = signed("chenhong").get("/plans").text
    assert re.search(r'href="/policy/keys/sample\.audit"[^>]*>.*?未定：audit', page, re.DOTALL)
    company_desk.policies.set("sample.audit", "month:random")
    page = signed("chenhong").get("/plans?month=2026-04").text
    assert "本月还有一次“抽查”" in page
    assert not any("抽查" in item for items in _cells(page).values() for item in items)
    own = signed("chenhong").get(f"/plans/{_plan(company_desk, 'audit').id}").text
    assert "到当天才公布" in own
    del desk


def test_the_plans_of_many_tickets_stand_together_on_their_day(signed: Signed, person: People) -> None:
    _repaired(person("agent", login="liuyang"), 2)
    page = signed("chenhong").get("/plans?month=2026-04").text
    assert re.search(r'run-coming" href="/plans\?month=2026-04&amp;day=2026-04-07#day".*?×2', page, re.DOTALL)
    day = signed("chenhong").get("/plans?month=2026-04&day=2026-04-07").text
    assert day[day.index('id="day"') :].count("定期回访</strong>") == 2


def test_plans_that_the_page_leaves_out_are_counted(
    signed: Signed, person: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    _repaired(person("agent", login="liuyang"), 2)
    whole = signed("chenhong").get("/plans?month=2026-04").text
    assert "只列出" not in whole
    assert "只画出" not in whole
    monkeypatch.setattr("gongdan.services.plans.Plans.count", lambda plans, **_: 1200)
    page = signed("chenhong").get("/plans?month=2026-04").text
    assert re.search(r"共 1200 个，只列出前 \d 个", page)
    assert "到月底有 1200 个计划要来，将到的日子只画出最先到来的 1000 个" in page


def test_without_plans_the_page_teaches_the_first_step(company_desk: CompanyDesk, signed: Signed) -> None:
    company_desk.plugins.disable(sample.NAME)
    page = signed("chenhong").get("/plans").text
    assert "还没有定期要做的事" in page
    assert "打开扩展" in page
    assert page.count("客服周报") == 0
    assert "客服周报" in signed("chenhong").get("/plans?state=ended").text


def test_who_may_not_see_plans_finds_neither_the_page_nor_the_entry(
    company_desk: CompanyDesk, person: People, signed: Signed
) -> None:
    company_desk.roles.save("porter", "门卫", ["roster.view"], new=True)
    person("porter", login="menwei", name="王五")
    porter = signed("menwei")
    plan = _plan(company_desk, "report")
    for path in ("/plans", f"/plans/{plan.id}"):
        assert porter.get(path).status_code == 403
        assert signed("zhangmin").get(path).status_code == 200
    assert 'href="/plans"' not in porter.get("/account").text
    assert 'href="/plans"' in signed("zhangmin").get("/account").text


def test_another_company_sees_nothing_of_it(
    company_desk: CompanyDesk,
    desk: Desk,
    other_company: CompanyView,
    wait: Wait,
    unchanged: Unchanged,
    app: object,
) -> None:
    wait(at(3, 6, 10))
    plan, run = _plan(company_desk, "report"), _run(company_desk, "report").run
    stranger = _member_of(desk, other_company, app)
    assert str(run.id) not in stranger.get("/plans").text
    with unchanged():
        for path in (f"/plans/{plan.id}", f"/plans/runs/{run.id}", f"/plans/{plan.id}/end"):
            assert stranger.get(path).status_code == 404
        assert stranger.post(f"/plans/{plan.id}/end", {"reason": "不要了"}).status_code == 404
        assert stranger.post(f"/plans/runs/{run.id}/complete", {"result": "已报"}).status_code == 404


# --- One plan ------------------------------------------------------------------------------------


def test_a_plan_shows_its_anchor_its_policy_its_runs_and_the_days_to_come(
    company_desk: CompanyDesk, signed: Signed, flats: Sequence[str], wait: Wait
) -> None:
    company_desk.policies.set("sample.visits_share", "60", note="业委会要求")
    wait(at(4, 1, 12))
    assert len(flats) == 5
    page = signed("chenhong").get(f"/plans/{_plan(company_desk, 'visits').id}").text
    for words in (
        "启用扩展", "每月 1 日", "60%", "扩展的建议值", "第 1 次", "3 / 5 个，60%", "下一次 2026-05-01", "0/3",
        "2026-06-01",
    ):  # fmt: skip
        assert words in page, words
    assert 'href="/policy/keys/sample.visits_share"' in page
    assert 'href="/clauses/SAMPLE-P2"' in page


def test_who_may_ends_a_plan_with_a_reason_and_lets_it_go_on(
    company_desk: CompanyDesk, signed: Signed, unchanged: Unchanged
) -> None:
    plan = _plan(company_desk, "report")
    path, administrator, agent = f"/plans/{plan.id}", signed("chenhong"), signed("zhangmin")
    assert "终止…" in administrator.get(path).text
    assert "终止…" not in agent.get(path).text
    with unchanged():
        assert agent.post(f"{path}/end", {"reason": "不再需要"}).status_code == 403
        assert agent.post(f"{path}/resume").status_code == 403
        assert agent.get(f"{path}/end").status_code == 403
        refused = administrator.post(f"{path}/end", {"reason": " "}, fragment=True)
        assert (refused.status_code, "必须填写" in refused.text) == (422, True)
        assert administrator.post(f"{path}/resume").status_code == 409
    assert "不再生成下一次" in administrator.get(f"{path}/end", fragment=True).text
    assert administrator.post(f"{path}/end", {"reason": "改为日报"}).location == path
    page = administrator.get(path).text
    assert "陈红：改为日报" in page
    assert administrator.post(f"{path}/end", {"reason": "再来"}).status_code == 409
    administrator.post(f"{path}/resume")
    assert "下一次 2026-03-06" in administrator.get(path).text


# --- One run -------------------------------------------------------------------------------------


def test_a_run_without_things_is_done_with_a_result_by_who_owes_it(
    company_desk: CompanyDesk, signed: Signed, wait: Wait, unchanged: Unchanged
) -> None:
    wait(at(3, 6, 17))
    lead, agent = signed("lijianguo"), signed("zhangmin")
    run = _run(company_desk, "report").run
    path = f"/plans/runs/{run.id}"
    page = lead.get(path).text
    assert "还有 1 小时" in page
    assert f'href="/duties/{run.duty_id}"' in page
    assert 'href="/clauses/SAMPLE-P1"' in page
    with unchanged():
        refused = lead.post(f"{path}/complete", {"result": " "})
        assert (refused.status_code, "必须填写" in refused.text) == (422, True)
        seen = agent.get(path).text
        assert 'name="result"' not in seen
        assert "由 李建国 办理" in seen
        assert agent.post(f"{path}/complete", {"result": "已报"}).status_code == 403
    assert lead.post(f"{path}/complete", {"result": "接报 21 件"}).location == path
    assert "接报 21 件" in lead.get(path).text
    assert _run(company_desk, "report").run.state is RunState.DONE
    with unchanged():
        assert lead.post(f"{path}/complete", {"result": "再报"}).status_code == 409


@pytest.mark.clause("SAMPLE-P2")
def test_the_things_of_a_run_are_ticked_off_and_the_draw_can_be_checked(
    company_desk: CompanyDesk,
    person: People,
    signed: Signed,
    flats: Sequence[str],
    wait: Wait,
    unchanged: Unchanged,
) -> None:
    wait(at(4, 1, 12))
    agent, file = signed("zhangmin"), _run(company_desk, "visits")
    path = f"/plans/runs/{file.run.id}"
    page = agent.get(path).text
    first, second = file.targets
    assert {first.label, second.label} <= set(flats)
    assert page.count('class="target-open"') == 2
    assert "0/2" in page
    assert file.run.seed in page
    assert "40%" in page
    to_first = f"{path}/targets/{first.id}"
    assert first.label in agent.get(to_first, fragment=True).text
    with unchanged():
        refused = agent.post(to_first, {"outcome": ""}, fragment=True)
        assert (refused.status_code, "必须填写" in refused.text) == (422, True)
        assert agent.get(f"{path}/targets/{uuid4()}").status_code == 404
        assert agent.post(f"{path}/targets/{uuid4()}", {"outcome": "无"}).status_code == 404
        assert agent.post(f"{to_first}/take-back", {"reason": "敲错门"}, fragment=True).status_code == 403
    assert agent.post(to_first, {"outcome": "反映电梯慢"}).location == path
    page = agent.get(path).text
    assert "1/2" in page
    assert "反映电梯慢" in page
    assert agent.post(to_first, {"outcome": "再访"}, fragment=True).status_code == 409
    agent.post(f"{path}/targets/{second.id}", {"outcome": "一切正常"})
    assert "2 个对象都已办完" in agent.get(path).text
    assert _run(company_desk, "visits").run.state is RunState.DONE

    # Another one of the same name may take nothing back, and is not offered it.
    person("agent", login="zhangminmin", name="张敏")
    seen = signed("zhangminmin").get(path)
    assert (seen.status_code, f"{to_first}/take-back" in seen.text) == (200, False)
    assert f"{to_first}/take-back" in agent.get(path).text
    assert "重新有人负责" in agent.get(f"{to_first}/take-back", fragment=True).text
    with unchanged():
        refused = agent.post(f"{to_first}/take-back", {"reason": " "}, fragment=True)
        assert (refused.status_code, "必须填写" in refused.text) == (422, True)
    agent.post(f"{to_first}/take-back", {"reason": "走错了单元"})
    assert "1/2" in agent.get(path).text
    assert _run(company_desk, "visits").run.state is RunState.OPEN


def test_who_does_not_owe_a_run_ticks_nothing_off(
    company_desk: CompanyDesk,
    signed: Signed,
    flats: Sequence[str],
    wait: Wait,
    unchanged: Unchanged,
) -> None:
    wait(at(4, 1, 12))
    assert flats
    file = _run(company_desk, "visits")
    other = signed("lijianguo")
    path = f"/plans/runs/{file.run.id}"
    assert "target-open" not in other.get(path).text
    with unchanged():
        answer = other.post(f"{path}/targets/{file.targets[0].id}", {"outcome": "无"})
    assert answer.status_code == 403


def test_a_page_of_another_company_changes_nothing(
    company_desk: CompanyDesk, signed: Signed, unchanged: Unchanged
) -> None:
    path, administrator = f"/plans/{_plan(company_desk, 'report').id}/end", signed("chenhong")
    with unchanged():
        assert administrator.client.post(path, data={"reason": "不要了"}).status_code == 400
        assert administrator.post(path, {"reason": "不要了", "page_company": "nirgends"}).status_code == 409


def test_a_run_that_is_not_there_is_not_found(signed: Signed) -> None:
    assert signed("zhangmin").get(f"/plans/runs/{uuid4()}").status_code == 404
    assert signed("zhangmin").get(f"/plans/{uuid4()}").status_code == 404


# --- Ways that lead there ------------------------------------------------------------------------


def test_duties_and_notices_about_a_run_lead_to_it(company_desk: CompanyDesk, signed: Signed, wait: Wait) -> None:
    wait(at(3, 7, 10))
    lead = signed("lijianguo")
    run = _run(company_desk, "report").run
    address = f"/plans/runs/{run.id}"
    assert f'href="{address}"' in lead.get("/").text
    assert f'href="{address}"' in signed("chenhong").get("/duties/team").text
    assert f'href="{address}"' in lead.get(f"/duties/{run.duty_id}", fragment=True).text
    opened = re.search(r'action="(/notices/[^"]+/open)"', lead.get("/notices").text)
    assert opened
    assert lead.post(opened[1]).location == address
    assert signed("chenhong").post(f"/duties/{run.duty_id}/waive", {"reason": "停用"}).location == address


def test_a_ticket_shows_the_runs_of_its_plans_and_what_is_to_come(
    company_desk: CompanyDesk, signed: Signed, person: People, wait: Wait
) -> None:
    [ticket_id] = _repaired(person("agent", login="liuyang"), 1)
    # 5 April is a Sunday after a holiday, 7 April the first working day; so 5 May becomes 6 May.
    wait(at(4, 7, 11))
    strip = signed("chenhong").get(f"/tickets/{ticket_id}").text
    strip = strip[strip.index('class="plan-strip"') :]
    looks = re.findall(r'plan-item run-(\w+)".*?class="number">([\d-]+)<', strip, re.DOTALL)
    assert looks[:3] == [("open", "04-07"), ("coming", "05-06"), ("coming", "06-05")]
    run = company_desk.plans.runs(_plan(company_desk, "calls").id)[0]
    assert f'href="/plans/runs/{run.id}"' in strip
    page = signed("chenhong").get(f"/plans/runs/{run.id}").text
    assert "10:30–11:30" in page
    assert f'href="/tickets/{ticket_id}"' in page
    assert run.planned_for == date(2026, 4, 7)


def _repaired(desk: CompanyDesk, count: int) -> list[UUID]:
    """Return tickets that were repaired on 5 March, so that a call is planned a month later."""
    made = []
    for _ in range(count):
        ticket = Factory(desk).ticket()
        ticket = desk.moves.make(ticket.id, "dispatch", ticket.version, {"assignee": str(desk.actor.account_id)})
        desk.moves.make(ticket.id, "finish", ticket.version, {"result": "已修", "cause": "wear"})
        made.append(ticket.id)
    return made


def _member_of(desk: Desk, company: CompanyView, app: object) -> Visitor:
    from gongdan.services.actors import SYSTEM
    from gongdan.testing.factories import PASSWORD

    made = desk.accounts.create(SYSTEM, "qianjin", "钱进", PASSWORD, must_change_password=False)
    desk.at(company).members.save(made.id, ["administrator", "supervisor"])
    visitor = Visitor(app)  # type: ignore[arg-type]  # the application
    visitor.arrive("qianjin")
    return visitor
