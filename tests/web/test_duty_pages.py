"""Duties on the pages: chips and panel of a ticket."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from types import ModuleType
from uuid import UUID, uuid4

import pytest

from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.duty_rows import DutyView
from gongdan.testing import sample
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import Factory, People
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of March 2026 in Shanghai; the 5th is a Thursday."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {sample.NAME: sample.with_duties()}


@pytest.fixture
def clerk(person: People) -> CompanyDesk:
    return person("agent", login="zhangmin", name="张敏")


@pytest.fixture
def zhangmin(app: object, clerk: CompanyDesk, signed: Callable[[str], Visitor]) -> Visitor:
    del app, clerk
    return signed("zhangmin")


@pytest.fixture
def signed(app: object) -> Callable[[str], Visitor]:
    """Sign somebody in who has an account."""

    def sign_in(login: str) -> Visitor:
        visitor = Visitor(app)  # type: ignore[arg-type]  # the application
        visitor.arrive(login)
        return visitor

    return sign_in


def _duty(desk: CompanyDesk, ticket_id: UUID, rule: str) -> DutyView:
    return next(duty for duty in desk.duties.of_ticket(ticket_id) if duty.rule == f"sample.{rule}")


def _chips(page: str) -> list[str]:
    """Return what the chips under the title say, and how they look."""
    found = re.findall(
        r'class="due-chip".*?due-label">(.*?)</span>.*?class="due([^"]*)".*?<span>(.*?)</span>', page, re.DOTALL
    )
    return ["".join((label, look.replace(" is-", ":"), " ", text)) for label, look, text in found]


def test_a_chip_counts_down_in_two_units_and_turns_amber_and_red(
    zhangmin: Visitor, clerk: CompanyDesk, clock: Clock
) -> None:
    ticket = Factory(clerk).ticket()
    path = f"/tickets/{ticket.id}"
    assert _chips(zhangmin.get(path).text) == ["派单 还有 30 分"]
    clock.set(at(5, 10, 24))
    assert _chips(zhangmin.get(path).text) == ["派单:near 还有 6 分"]
    clock.set(at(5, 10, 29) + timedelta(seconds=30))
    assert _chips(zhangmin.get(path).text) == ["派单:near 马上到期"]
    clock.set(at(5, 12, 5))
    page = zhangmin.get(path).text
    assert _chips(page) == ["派单:late 逾期 1 小时 35 分"]
    assert 'title="2026-03-05 10:30 到期"' in page
    assert 'data-due="2026-03-05T02:30:00+00:00"' in page


def test_a_pause_stands_still_and_an_undecided_limit_is_folded(
    zhangmin: Visitor, clerk: CompanyDesk, clock: Clock
) -> None:
    ticket = Factory(clerk).ticket()
    clerk.moves.make(ticket.id, "dispatch", 1, {"assignee": str(clerk.actor.account_id)})
    ticket = clerk.moves.make(ticket.id, "ask_customer", 2, {})
    clock.move(timedelta(hours=3))
    page = zhangmin.get(f"/tickets/{ticket.id}").text
    assert _chips(page) == ["完成维修:quiet 暂停中"]
    assert "已了结的责任" in page
    ticket = clerk.moves.make(ticket.id, "finish", 3, {"result": "已修", "cause": "misuse"})
    page = zhangmin.get(f"/tickets/{ticket.id}").text
    assert "1 项时限未定" in page
    assert _chips(page[page.index("due-undecided") :]) == ["说明原因:quiet 时限未定"]


def test_the_chip_says_that_the_limit_of_the_graver_severity_is_undecided(
    zhangmin: Visitor, clerk: CompanyDesk, company_desk: CompanyDesk
) -> None:
    company_desk.policies.set("sample.dispatch_major", None)
    ticket = Factory(clerk).ticket(severity="minor")
    assert "新级别时限未定" not in zhangmin.get(f"/tickets/{ticket.id}").text
    clerk.tickets.change(ticket.id, 1, {"severity": "major"})
    assert "新级别时限未定" in zhangmin.get(f"/tickets/{ticket.id}").text


def test_the_panel_explains_start_policy_days_pauses_and_who_was_told(
    signed: Callable[[str], Visitor], clerk: CompanyDesk, company_desk: CompanyDesk, clock: Clock
) -> None:
    company_desk.policies.set("sample.resolve", "12 desk_h", note="与业委会商定")
    ticket = Factory(clerk).ticket()
    clerk.moves.make(ticket.id, "dispatch", 1, {"assignee": str(clerk.actor.account_id)})
    clock.set(at(5, 16))
    clerk.moves.make(ticket.id, "ask_customer", 2, {"remark": "等业主在家"})
    clock.set(at(6, 10))
    clerk.moves.make(ticket.id, "resume", 3, {})
    duty = _duty(clerk, ticket.id, "resolve")
    panel = signed("zhangmin").get(f"/duties/{duty.id}", fragment=True).text
    assert "<html" not in panel
    # 5th: 10 to 16; 6th: 10 to 16, which makes the 12 hours.
    assert "2026-03-06 16:00 到期" in panel
    assert re.findall(r'<td class="amount">(\d+)</td>', panel) == ["360", "360"]
    assert "12 小时（仅计上班时间）" in panel
    assert "理由：与业委会商定" in panel
    assert "办理步骤“派单”" in panel or "进入状态“处理中”" in panel
    assert 'href="/clauses/SAMPLE-04"' in panel
    assert "到 2026-03-06 10:00" in panel
    assert "豁免这项责任" not in panel


def test_an_escalation_is_acknowledged_by_whom_it_reached_alone(
    clerk: CompanyDesk, desk: Desk, clock: Clock, administrator: Visitor, zhangmin: Visitor, unchanged: Unchanged
) -> None:
    ticket = Factory(clerk).ticket()
    desk.timers.run_due(at(5, 12))
    clock.set(at(5, 12))
    duty = _duty(clerk, ticket.id, "dispatch")
    path = f"/duties/{duty.id}"
    assert "我已知悉" not in zhangmin.get(path, fragment=True).text
    with unchanged():
        assert zhangmin.post(f"{path}/acknowledge").status_code == 404

    panel = administrator.get(path, fragment=True).text
    assert re.search(r"告知公司管理员 → <strong>陈红", panel)
    assert "我已知悉" in panel
    assert administrator.post(f"{path}/acknowledge").location == f"/tickets/{ticket.id}"
    panel = administrator.get(path, fragment=True).text
    assert "2026-03-05 12:00 已知悉" in panel
    assert "我已知悉" not in panel


def test_a_duty_is_waived_with_a_reason_by_who_may(
    clerk: CompanyDesk, administrator: Visitor, zhangmin: Visitor, unchanged: Unchanged
) -> None:
    ticket = Factory(clerk).ticket()
    path = f"/duties/{_duty(clerk, ticket.id, 'dispatch').id}"
    assert "豁免这项责任" in administrator.get(path, fragment=True).text
    with unchanged():
        answer = administrator.post(f"{path}/waive", {"reason": " "}, fragment=True)
        assert answer.status_code == 422
        assert re.search(r'id="p-reason"[^>]*>必须填写', answer.text)
        assert zhangmin.post(f"{path}/waive", {"reason": "不用了"}).status_code == 403
    assert administrator.post(f"{path}/waive", {"reason": "业主取消"}).status_code == 303
    page = zhangmin.get(f"/tickets/{ticket.id}").text
    assert _chips(page) == []
    assert "已豁免" in page
    assert "业主取消" in zhangmin.get(path).text


def test_a_duty_that_is_not_there_is_not_found(zhangmin: Visitor) -> None:
    assert zhangmin.get(f"/duties/{uuid4()}").status_code == 404


def _groups(page: str) -> dict[str, list[str]]:
    """Return what the home page says is owed, by group."""
    block = page[page.index('id="owed-title"') : page.index('class="figures"')]
    found = {}
    for part in re.split(r"(?=<h3>)", block)[1:]:
        heading = re.match(r"<h3>(\S+)", part)
        assert heading
        found[heading[1]] = re.findall(r"<strong>(.*?)</strong>", part)
    return found


def test_the_home_page_shows_what_i_owe_by_when_with_ticket_and_place(
    zhangmin: Visitor, clerk: CompanyDesk, desk: Desk, clock: Clock
) -> None:
    empty = zhangmin.get("/").text
    assert "现在没有您的责任" in empty
    me = str(clerk.actor.account_id)
    factory = Factory(clerk)
    late = factory.ticket(place="3-2-501")
    clock.set(at(5, 11))
    soon = factory.ticket()
    for number, days in ((factory.ticket(), 3), (factory.ticket(), 8)):
        promised = clerk.tickets.change(number.id, 1, {"appointment": f"2026-03-{5 + days:02}T09:00"})
        clerk.moves.make(number.id, "dispatch", promised.version, {"assignee": me})
    page = zhangmin.get("/").text
    assert _groups(page) == {
        "已逾期": ["派单"],
        "今天": ["派单"],
        "本周": ["完成维修"],
        "以后": ["完成维修"],
    }
    assert "逾期 30 分" in page
    assert f'<span class="text-secondary number">{late.number}</span>' in page
    assert 'title="3-2-501"' in page
    assert soon.number in page
    assert re.search(r'href="/tickets\?overdue=1"><strong>1</strong>', page)


def test_the_list_shows_what_is_due_first_and_narrows_to_the_overdue(
    zhangmin: Visitor, clerk: CompanyDesk, clock: Clock
) -> None:
    late = Factory(clerk).ticket()
    clock.set(at(5, 11))
    soon = Factory(clerk).ticket(severity="major")
    page = zhangmin.get("/tickets").text
    cells = re.findall(r'class="cell-due">.*?<span>(.*?)</span>', page, re.DOTALL)
    assert cells == ["还有 10 分", "逾期 30 分"]
    narrowed = zhangmin.get("/tickets?overdue=1").text
    assert late.number in narrowed
    assert soon.number not in narrowed
    clerk.moves.make(late.id, "dispatch", 1, {"assignee": str(clerk.actor.account_id)})
    assert late.number not in zhangmin.get("/tickets?overdue=1").text


def test_due_times_of_a_page_of_tickets_take_one_statement(
    zhangmin: Visitor, clerk: CompanyDesk, statements: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    factory = Factory(clerk)
    for _ in range(5):
        factory.ticket()
    with statements() as sent:
        zhangmin.get("/tickets")
    assert sum("FROM duty" in statement for statement in sent) == 1


def test_the_board_shows_load_and_lateness_and_narrows(
    clerk: CompanyDesk, administrator: Visitor, zhangmin: Visitor, clock: Clock, person: People
) -> None:
    liu = person("agent", login="liuyang", name="刘洋")
    Factory(clerk).ticket()
    clock.set(at(5, 11))
    Factory(clerk).ticket()
    other = Factory(liu).ticket()
    page = administrator.get("/duties/team").text
    pattern = r'>([^<>]+)</a></td>.*?<td class="amount[^"]*">(\d)</td><td class="amount">(\d)'
    rows = re.findall(pattern, page, re.DOTALL)
    assert rows == [("张敏", "1", "2"), ("刘洋", "0", "1")]
    assert page.index("逾期 30 分") < page.index("还有 30 分")
    mine = administrator.get(f"/duties/team?person={clerk.actor.account_id}&overdue=1").text
    assert mine.count('data-key="row"') == 1
    assert other.number not in mine
    assert "没有符合条件的责任" in administrator.get("/duties/team?kind=callback").text
    assert administrator.get("/duties/team?kind=nonsense").status_code == 400
    assert zhangmin.get("/duties/team").status_code == 403
    assert "/duties/team" not in zhangmin.get("/").text


def test_the_bell_counts_what_is_unread_and_a_notice_leads_to_its_ticket(
    zhangmin: Visitor, clerk: CompanyDesk, desk: Desk, clock: Clock, unchanged: Unchanged
) -> None:
    ticket = Factory(clerk).ticket()
    assert "bell-count" not in zhangmin.get("/").text
    desk.timers.run_due(at(5, 10, 35))
    clock.set(at(5, 10, 35))
    zhangmin.get("/notices")
    with unchanged():
        page = zhangmin.get("/notices").text
    assert '<span class="bell-count">2</span>' in page
    told = re.findall(r'data-key="open">(.*?)</button>', page)
    assert told == [f"“派单”已逾期：{ticket.number}", f"“派单”即将到期：{ticket.number}"]

    opened = re.search(r'action="(/notices/[^"]+/open)"', page)
    assert opened
    assert zhangmin.post(opened[1]).location == f"/tickets/{ticket.id}"
    assert '<span class="bell-count">1</span>' in zhangmin.get("/notices").text
    zhangmin.post("/notices/read")
    page = zhangmin.get("/notices").text
    assert "bell-count" not in page
    assert "is-unread" not in page


def test_nobody_marks_the_notices_of_another(
    zhangmin: Visitor, administrator: Visitor, clerk: CompanyDesk, desk: Desk, clock: Clock
) -> None:
    Factory(clerk).ticket()
    desk.timers.run_due(at(5, 10, 31))
    clock.set(at(5, 10, 31))
    opened = re.search(r'action="(/notices/[^"]+/open)"', zhangmin.get("/notices").text)
    assert opened
    administrator.get("/notices")
    assert administrator.post(opened[1]).location == "/notices"
    assert clerk.notices.unread() == 2
