"""Approvals on the pages: the inbox, one tap, the chain on a ticket, word of mouth, and what is refused in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import ModuleType

import pytest
from flask import Flask

from gongdan.domain.approvals import ApprovalState
from gongdan.services.desk import CompanyDesk
from gongdan.testing import sample
from gongdan.testing.factories import People
from tests.core.services.approved import FEE, House, account_of, approve, open_house, with_approvals
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {sample.NAME: with_approvals(FEE)}


@pytest.fixture
def house(company_desk: CompanyDesk, person: People) -> House:
    made = open_house(company_desk, person)
    made.decide_limits()
    return made


@pytest.fixture
def visit(app: Flask, house: House) -> Callable[[CompanyDesk], Visitor]:
    """Sign in one of the house, once each."""
    logins = {member.account_id: member.login for member in house.owner.members.all()}
    signed: dict[str, Visitor] = {}

    def sign_in(desk: CompanyDesk) -> Visitor:
        login = logins[account_of(desk)]
        if login not in signed:
            signed[login] = Visitor(app)
            signed[login].arrive(login)
        return signed[login]

    return sign_in


Visit = Callable[[CompanyDesk], Visitor]


def test_it_is_asked_on_the_ticket_and_answered_in_the_inbox_with_one_tap(house: House, visit: Visit) -> None:
    ticket = house.ticket("300")
    clerk, manager = visit(house.agent), visit(house.manager)
    assert "申请“费用核决”" in clerk.get(f"/tickets/{ticket.id}").text
    dialog = clerk.get(f"/approvals/ask/{ticket.id}/sample.fee", fragment=True).text
    assert "李建国" in dialog
    clerk.post(f"/approvals/ask/{ticket.id}/sample.fee", {"version": ticket.version, "reason": "客户急等"})
    page = clerk.get(f"/tickets/{ticket.id}").text
    assert "等待李建国审批“费用核决”" in page
    inbox = manager.get("/approvals").text
    assert "客户急等" in inbox
    assert 'class="rail-count">1<' in inbox
    approval = house.manager.approvals.inbox()[0]
    answer = manager.post(f"/approvals/{approval.id}/approve", {"from": "inbox"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/approvals")
    assert house.agent.approvals.find(approval.id).state is ApprovalState.APPROVED
    assert "没有等您审批的事" in manager.get("/approvals").text
    assert "费用核决" in manager.get("/approvals?list=decided").text
    shown = clerk.get(f"/approvals/{approval.id}").text
    assert "已批准" in shown
    assert "经理核决权限" in shown


def test_a_refusal_asks_for_its_reason_and_a_second_tap_is_answered_in_words(
    house: House, visit: Visit, unchanged: Unchanged
) -> None:
    approval = house.ask(house.ticket("300"))
    manager = visit(house.manager)
    address = f"/approvals/{approval.id}/answer/refuse"
    manager.get(address, fragment=True)
    with unchanged():
        assert "必须填写" in manager.post(address, {"reason": ""}, fragment=True).text
    manager.post(address, {"reason": "报价过高"}, fragment=True)
    with unchanged():
        again = manager.post(f"/approvals/{approval.id}/approve", {})
    assert (again.status_code, "李建国已于2026-03-05 10:00作出决定：不批准" in again.text) == (409, True)


def test_a_decision_is_reversed_and_both_are_drawn(house: House, visit: Visit) -> None:
    approval = house.ask(house.ticket("300"))
    decision = approve(house.manager, approval).decisions[0]
    manager = visit(house.manager)
    address = f"/approvals/{approval.id}/reverse/{decision.id}"
    assert address in manager.get(f"/approvals/{approval.id}").text
    assert "不批准" in manager.get(address, fragment=True).text
    manager.post(address, {"outcome": "refuse", "reason": "报价有误"}, fragment=True)
    page = manager.get(f"/approvals/{approval.id}").text
    assert "撤销前一决定，改为：不批准" in page
    assert "已被撤销" in page


@pytest.mark.clause("001-03-41", "001-03-42")
def test_consent_by_word_of_mouth_is_written_down_and_confirmed(house: House, visit: Visit) -> None:
    ticket = house.ticket("300")
    clerk, manager = visit(house.agent), visit(house.manager)
    address = f"/approvals/speak/{ticket.id}/sample.fee"
    assert "李建国" in clerk.get(address, fragment=True).text
    said = {
        "version": ticket.version,
        "account": str(account_of(house.manager)),
        "spoken_at": "2026-03-05T09:40",
        "channel": "phone",
        "reason": "电话请示，同意先换",
    }
    assert "不能晚于现在" in clerk.post(address, {**said, "spoken_at": "2026-03-06T09:40"}, fragment=True).text
    clerk.post(address, said, fragment=True)
    approval = house.agent.approvals.of_ticket(ticket.id)[0]
    assert approval.state is ApprovalState.SPOKEN
    assert "补签确认" in manager.get("/approvals").text
    assert "张敏 登记" in clerk.get(f"/tickets/{ticket.id}").text
    manager.post(f"/approvals/{approval.id}/approve", {"from": "ticket"})
    assert house.agent.approvals.find(approval.id).state is ApprovalState.APPROVED


def test_what_another_person_decides_is_no_business_of_strangers(
    house: House, visit: Visit, person: People, app: Flask, unchanged: Unchanged
) -> None:
    del visit
    approval = house.ask(house.ticket("300"))
    clerk = Visitor(app)
    person("agent", login="stranger", name="赵磊")
    clerk.arrive("stranger")
    with unchanged():
        refused = clerk.post(f"/approvals/{approval.id}/approve", {})
    assert (refused.status_code, "您不在审批人之中，正等待李建国审批" in refused.text) == (409, True)
    assert clerk.get("/approvals?list=all").status_code == 404


def test_reminded_and_withdrawn_by_whoever_asked(house: House, visit: Visit) -> None:
    approval = house.ask(house.ticket("300"))
    clerk = visit(house.agent)
    assert clerk.post(f"/approvals/{approval.id}/remind", {}).status_code == 303
    assert "已经催过" in clerk.post(f"/approvals/{approval.id}/remind", {}).text
    clerk.post(f"/approvals/{approval.id}/withdraw", {})
    page = clerk.get(f"/approvals/{approval.id}").text
    assert "申请人已撤回" in page
