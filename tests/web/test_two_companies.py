"""One browser, two companies, many tabs: nothing typed on a page of the one lands in the other."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from gongdan.domain.snapshots import CompanyView
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.tickets import TicketFilter
from gongdan.testing import sample
from gongdan.testing.factories import Factory, People
from gongdan.web.access import access_of
from tests.web.test_every_page import address
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]

FORM = f"/tickets/new/{sample.REPAIR.name}"
TYPED = {"contact_name": "王芳", "place": "3-2-501", "channel": "phone", "description": "厨房\n漏水 <b>急</b>"}


@pytest.fixture
def zhangmin(app: Flask, desk: Desk, person: People, other_company: CompanyView) -> Visitor:
    """张敏, who works for 幸福物业 and for 安居物业, and is looking at a page of 幸福物业."""
    member = person("supervisor", login="zhangmin", name="张敏")
    assert member.actor.account_id is not None
    desk.at(other_company).members.save(member.actor.account_id, ["supervisor"])
    visitor = Visitor(app)
    visitor.log_in("zhangmin")
    visitor.post(f"/company/{member.company.id}")
    visitor.get(FORM)
    return visitor


def tickets(desk: CompanyDesk) -> list[str]:
    return [line.ticket.description for line in desk.tickets.list(TicketFilter()).lines]


def changing(app: Flask) -> list[tuple[str, bool]]:
    """Return the address of everything that changes something, and whether it does so in a company."""
    rules = [rule for rule in app.url_map.iter_rules() if {"POST", "PUT", "PATCH", "DELETE"} & (rule.methods or set())]
    with app.app_context():
        return [(address(app, rule), access_of(rule.endpoint).in_company) for rule in rules]


@pytest.mark.parametrize("named", ["", "anju", "nirgends"])
@pytest.mark.parametrize("fragment", [False, True])
def test_whatever_changes_a_company_wants_a_page_of_that_company(
    app: Flask, agent: Visitor, other_company: CompanyView, unchanged: Unchanged, named: str, *, fragment: bool
) -> None:
    in_company = [path for path, is_companys in changing(app) if is_companys]
    assert len(in_company) > 40
    with unchanged():
        for path in in_company:
            answer = agent.post(path, {"page_company": named}, fragment=fragment)
            assert answer.status_code == 409, path
            assert ("此页属于" if named else "页面没有写明属于哪家公司") in answer.text, path
            assert other_company.name not in answer.text, path


def test_what_is_no_companys_asks_for_none(app: Flask, agent: Visitor) -> None:
    others = [path for path, is_companys in changing(app) if not is_companys and "log" not in path]
    assert others
    for path in others:
        assert agent.post(path, {"page_company": ""}).status_code != 409, path


def test_every_form_names_the_company_of_its_page(zhangmin: Visitor, factory: Factory) -> None:
    ticket = factory.ticket()
    for path in (FORM, f"/tickets/{ticket.id}", f"/tickets/{ticket.id}/moves/dispatch", "/tickets", "/parties/new"):
        page = zhangmin.get(path).text
        assert '<meta name="page-company" content="xingfu">' in page, path
        assert 'name="page_company" value="xingfu"' in page, path


def test_a_form_of_one_company_sent_from_the_other_changes_neither_and_says_so(
    zhangmin: Visitor,
    other_company: CompanyView,
    company_desk: CompanyDesk,
    other_desk: CompanyDesk,
    unchanged: Unchanged,
) -> None:
    zhangmin.client.post(f"/company/{other_company.id}", data={"csrf_token": zhangmin.token})
    with unchanged():
        answer = zhangmin.post(FORM, TYPED)
    assert answer.status_code == 409
    assert "此页属于“幸福物业”，您已切换到“安居物业”" in answer.text
    assert "切换回“幸福物业”并重新提交" in answer.text
    assert (tickets(company_desk), tickets(other_desk)) == ([], [])

    form = answer.text[answer.text.index(f'action="{FORM}') :]
    form = form[: form.index("</form>")]
    kept = {name: html.unescape(value) for name, value in re.findall(r'name="([^"]+)" value="([^"]*)"', form)}
    assert TYPED.items() <= kept.items()
    again = zhangmin.client.post(FORM, data=kept)
    assert (again.status_code, tickets(company_desk), tickets(other_desk)) == (303, [TYPED["description"]], [])
    assert '<meta name="page-company" content="xingfu">' in zhangmin.get("/").text


def test_a_request_of_a_page_names_its_company_in_a_header(
    zhangmin: Visitor, factory: Factory, other_company: CompanyView, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    ticket = factory.ticket()
    path, given = f"/tickets/{ticket.id}/owner", {"csrf_token": zhangmin.token, "version": 1, "owner": ""}
    headers = {"HX-Request": "true", "X-Page-Company": "xingfu"}
    zhangmin.client.post(f"/company/{other_company.id}", data={"csrf_token": zhangmin.token})
    with unchanged():
        for named in ({}, {"page_company": "xingfu"}, {"page_company": "anju"}):
            answer = zhangmin.client.post(path, data={**given, **named}, headers=headers)
            assert (answer.status_code, answer.headers["HX-Retarget"]) == (409, "#notices")
            assert "切换回“幸福物业”并重新提交" in answer.text
    zhangmin.client.post(f"/company/{company_desk.company.id}", data={"csrf_token": zhangmin.token})
    assert zhangmin.client.post(path, data=given, headers=headers).status_code == 204


def test_files_and_passwords_are_not_carried_along(
    zhangmin: Visitor, factory: Factory, other_company: CompanyView, unchanged: Unchanged
) -> None:
    ticket = factory.ticket()
    zhangmin.client.post(f"/company/{other_company.id}", data={"csrf_token": zhangmin.token})
    given = {"body": "已到场", "password": "geheim", "files": (io.BytesIO(b"x"), "现场.png")}
    with unchanged():
        answer = zhangmin.post(f"/tickets/{ticket.id}/notes", given, content_type="multipart/form-data")
    assert 'name="body" value="已到场"' in answer.text
    assert "附件不会随着重新提交" in answer.text
    assert "geheim" not in answer.text


def test_nobody_switches_into_a_company_that_is_not_his(
    agent: Visitor, other_company: CompanyView, other_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    with unchanged():
        answer = agent.post(FORM, {**TYPED, "page_company": other_company.code, "switch_back": other_company.code})
    assert (answer.status_code, tickets(other_desk)) == (409, [])
    assert "并重新提交" not in answer.text
