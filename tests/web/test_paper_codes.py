"""The code on a paper leads members to the case and tells strangers only whether the paper is valid."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from gongdan.domain.snapshots import TicketView
from gongdan.language import for_locale
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.testing.factories import Factory
from gongdan.web import throttle
from tests.web.visitor import Visitor


def code_of(visitor: Visitor, ticket: TicketView) -> str:
    """Return the path of the code on a ticket's paper, once that has been printed."""
    visitor.post(f"/papers/tickets/{ticket.id}/printed")
    found = re.search(r'aria-label="http://[^/"]+(/q/[^"]+)"', visitor.get(f"/papers/tickets/{ticket.id}").text)
    assert found is not None
    return found[1]


def test_a_member_is_led_to_the_case(agent: Visitor, factory: Factory) -> None:
    ticket = factory.ticket()
    assert agent.get(code_of(agent, ticket)).headers["Location"] == f"/tickets/{ticket.id}"


def test_a_stranger_is_told_name_number_and_validity_alone(agent: Visitor, stranger: Visitor, factory: Factory) -> None:
    ticket = factory.ticket(subject="厨房漏水", contact_name="王芳", contact_phone="13800138000", place="三号楼")
    page = stranger.get(code_of(agent, ticket)).text
    for told in ("幸福物业", ticket.number, "有效"):
        assert told in page
    for kept in ("厨房漏水", "王芳", "13800138000", "三号楼", str(ticket.id)):
        assert kept not in page


def test_a_void_ticket_is_told_as_void(
    agent: Visitor, stranger: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    ticket = factory.ticket()
    code = code_of(agent, ticket)
    company_desk.moves.make(ticket.id, "void", ticket.version, {"remark": "重复登记"})
    page = stranger.get(code).text
    assert "已作废" in page
    assert "有效</span>" not in page


def test_somebody_of_another_company_is_told_no_more_than_a_stranger(
    agent: Visitor, stranger: Visitor, other_factory: Factory, other_desk: CompanyDesk, desk: Desk, factory: Factory
) -> None:
    own, foreign = factory.ticket(), other_factory.ticket(subject="别家的事")
    printing = other_desk.printing
    codes = desk.paper_codes
    printing.note("ticket", foreign.id, printing.paper("ticket", foreign.id, for_locale("zh")), way="page")
    path = f"/q/{codes.token(other_desk.company.id, 'ticket', foreign.id)}"
    assert agent.get(path).status_code == stranger.get(path).status_code == 200
    assert "别家的事" not in agent.get(path).text
    assert str(own.id) not in agent.get(path).text


def test_a_code_that_was_never_printed_is_unknown(stranger: Visitor, factory: Factory, desk: Desk) -> None:
    ticket = factory.ticket()
    token = desk.paper_codes.token(ticket.company_id, "ticket", ticket.id)
    answer = stranger.get(f"/q/{token}")
    assert answer.status_code == 404
    assert "查不到这张单据" in answer.text


@pytest.mark.parametrize("token", ["A" * 22, "x", "a" * 5000, "%00", "中文", "..%2f..%2fetc"])
def test_an_unknown_code_is_answered_in_words(stranger: Visitor, token: str, company: object) -> None:
    assert stranger.get(f"/q/{token}").status_code in {400, 404}


def test_looking_up_a_code_changes_nothing(
    agent: Visitor, stranger: Visitor, factory: Factory, unchanged: Callable[[], AbstractContextManager[None]]
) -> None:
    code = code_of(agent, factory.ticket())
    with unchanged():
        stranger.get(code)
        agent.get(code)


def test_an_address_that_asks_too_often_has_to_wait(stranger: Visitor, app: Flask, company: object) -> None:
    throttle.install(app, limit=2)
    statuses = [stranger.get("/q/unknown").status_code for _ in range(3)]
    throttle.install(app)
    assert statuses == [404, 404, 429]


def test_the_throttle_forgets_after_its_window() -> None:
    now = [0.0]
    counting = throttle.Throttle(2, 60, lambda: now[0])
    assert [counting.count("a"), counting.count("a"), counting.count("a"), counting.count("b")] == [
        True,
        True,
        False,
        True,
    ]
    now[0] = 61
    assert counting.count("a")
