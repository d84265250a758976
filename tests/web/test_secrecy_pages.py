"""Classified customers and tickets on their pages: masks, the dialog for the reason, consent, the log."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from gongdan.domain.secrecy import SecrecyClass
from gongdan.services.desk import CompanyDesk
from gongdan.services.intake import NewTicket
from gongdan.services.parties import PartyInput, PartyView
from gongdan.services.secrecy_log import LogFilter
from tests.web.visitor import Visitor

NAME, PHONE = "王小芳", "13800138001"

CALLER = "/tickets/new/sample_repair/caller"

Unchanged = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def party(company_desk: CompanyDesk) -> PartyView:
    """A secret customer."""
    made = company_desk.parties.create(PartyInput(name=NAME, phones=(PHONE,), remark="住院中"))
    company_desk.secrecy.classify("party", made.id, SecrecyClass.SECRET, "名人客户")
    return made


def _open(visitor: Visitor, party: PartyView, reason: str = "客户来电查询") -> str:
    given = {"reason_kind": "service", "reason": reason}
    return visitor.post(f"/secrecy/party/{party.id}/open", given, fragment=True).text


def test_a_reason_opens_the_page_and_every_page_is_one_line_of_the_log(
    agent: Visitor, company_desk: CompanyDesk, party: PartyView, unchanged: Unchanged
) -> None:
    page = agent.get(f"/parties/{party.id}").text
    assert "王**" in page
    assert "138****8001" in page
    assert 'class="watermark"' in page
    assert all(secret not in page for secret in (NAME, PHONE, "住院中", 'href="tel:'))
    assert "说明原因后可以查看" in page
    with unchanged():
        assert "请写明查看原因" in _open(agent, party, " ")
    _open(agent, party)
    page = agent.get(f"/parties/{party.id}").text
    assert all(secret in page for secret in (NAME, PHONE, "住院中"))
    lines = company_desk.secrecy.log(LogFilter()).lines
    assert [(line.person, line.parts, line.way.value, line.address) for line in lines] == [
        ("张敏", ("history",), "page", "127.0.0.1"),
        ("张敏", ("name", "phones", "remark"), "page", "127.0.0.1"),
    ]


@pytest.mark.parametrize("address", ["/parties", "/search?q=13800138001", "/search/live?q=13800138001", "/tickets"])
def test_no_list_shows_a_classified_customer_even_to_who_has_opened_him(
    agent: Visitor, company_desk: CompanyDesk, party: PartyView, address: str
) -> None:
    new = NewTicket(
        type="sample_repair", description=f"{NAME}家漏水", requester_id=party.id, contact_phone=PHONE, place="3-2-501"
    )
    company_desk.intake.open(new)
    _open(agent, party)
    page = agent.get(address).text
    assert "王**" in page
    assert NAME not in page
    assert page.replace(f'value="{PHONE}"', "").replace(f"“{PHONE}”", "").count(PHONE) == address.count(PHONE)


def test_the_edit_page_of_a_masked_customer_is_closed(agent: Visitor, party: PartyView) -> None:
    answer = agent.get(f"/parties/{party.id}/edit")
    assert answer.status_code == 403
    assert "请先在它的页面上说明原因" in answer.text
    _open(agent, party)
    assert NAME in agent.get(f"/parties/{party.id}/edit").text


def test_top_secret_waits_for_consent_and_opens_with_it(
    agent: Visitor, visitor_as: Callable[..., Visitor], company_desk: CompanyDesk, party: PartyView
) -> None:
    company_desk.secrecy.classify("party", party.id, SecrecyClass.TOP_SECRET, "大客户")
    head = visitor_as("administrator", login="lizong", name="李总")
    _open(agent, party)
    page = agent.get(f"/parties/{party.id}").text
    assert "等待批准" in page
    assert "李总" in page
    assert NAME not in page
    waiting = head.get("/secrecy/requests").text
    assert "客户来电查询" in waiting
    (access,) = company_desk.secrecy.waiting()
    assert "客户来电查询" in head.get(f"/secrecy/accesses/{access.id}/decide", fragment=True).text
    head.post(f"/secrecy/accesses/{access.id}/decide", {"answer": "grant", "remark": ""}, fragment=True)
    assert NAME in agent.get(f"/parties/{party.id}").text
    agent.post(f"/secrecy/accesses/{access.id}/close", {})
    assert NAME not in agent.get(f"/parties/{party.id}").text


def test_the_log_page_filters_and_goes_out_as_a_file(
    agent: Visitor, visitor_as: Callable[..., Visitor], company_desk: CompanyDesk, party: PartyView
) -> None:
    head = visitor_as("administrator", login="lizong", name="李总")
    _open(agent, party)
    agent.get(f"/parties/{party.id}")
    log = head.get("/secrecy/log").text
    assert "客户来电查询" in log
    assert "姓名、电话、备注" in log
    assert NAME not in log
    assert "客户来电查询" not in head.get("/secrecy/log?way=print").text
    assert "客户来电查询" in head.get(f"/secrecy/log?record={NAME}").text
    sent = head.get("/secrecy/log.csv?who=张敏").data.decode("utf-8-sig")
    assert "客户来电查询" in sent
    assert company_desk.journal.latest(act="export.")[0].after["kind"] == "secrecy_log"
    assert "张敏" in head.get(f"/parties/{party.id}").text
    assert agent.get("/secrecy/log").status_code == 403


def test_the_watermark_names_company_person_and_time(agent: Visitor) -> None:
    answer = agent.get("/secrecy/watermark.svg")
    assert answer.mimetype == "image/svg+xml"
    assert "幸福物业 · 张敏 · 2026-03-05 10:00" in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"


def test_a_class_is_set_in_a_dialog_with_a_reason(
    visitor_as: Callable[..., Visitor], company_desk: CompanyDesk, party: PartyView, unchanged: Unchanged
) -> None:
    supervisor = visitor_as("supervisor", login="chenhong", name="陈红")
    address = f"/secrecy/party/{party.id}/class"
    assert "密级" in supervisor.get(address, fragment=True).text
    with unchanged():
        lowered = supervisor.post(address, {"level": "ordinary", "reason": "已公开"}, fragment=True).text
        assert "降低密级" in lowered
        assert "不是可选的值" in supervisor.post(address, {"level": "x", "reason": "已公开"}, fragment=True).text
    supervisor.post(address, {"level": "top_secret", "reason": "大客户"}, fragment=True)
    assert company_desk.secrecy.standing("party", party.id).level is SecrecyClass.TOP_SECRET


def test_a_classified_caller_is_recognised_at_intake_behind_his_mask(agent: Visitor, party: PartyView) -> None:
    del party
    known = agent.get(f"{CALLER}?contact_phone={PHONE}", fragment=True).text
    assert "王**" in known
    assert "已分级客户" in known
    assert NAME not in known
