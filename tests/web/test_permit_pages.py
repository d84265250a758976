"""Permits on the pages: the catalogue, an application, the guard's answer, goods at the gate, the visitor desk."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from types import ModuleType

import pytest
from flask import Flask

import gongdan_property_mgmt.plugin
from gongdan.domain.snapshots import CompanyView
from gongdan.services.desk import CompanyDesk
from gongdan.testing.factories import People
from tests.plugins.property_mgmt.gate import Gate
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {"property_mgmt": gongdan_property_mgmt.plugin}


@pytest.fixture
def gate(company_desk: CompanyDesk, person: People, company: CompanyView) -> Gate:
    return Gate(company_desk, person, company)


@pytest.fixture
def signed(app: Flask, person: People, gate: Gate) -> Callable[..., Visitor]:
    """Sign somebody in who has some roles."""
    del gate

    def sign(*roles: str) -> Visitor:
        person(*roles, login="visitor")
        visitor = Visitor(app)
        visitor.log_in("visitor")
        return visitor

    return sign


def test_a_clerk_applies_from_the_catalogue_and_sees_what_is_missing(
    signed: Callable[..., Visitor], gate: Gate
) -> None:
    clerk = signed("desk_clerk")
    catalogue = clerk.get("/permits/catalogue").text
    assert "动火许可证" in catalogue
    assert catalogue.count("未定") > 20
    form = clerk.get("/permits/new/property_mgmt.worker_pass").text
    assert "施工单位" in form
    assert "看火人" not in form
    given = {
        "form_id": "f1", "contact_name": "刘洋", "description": "装修", "asset": str(gate.room.id),
        "valid_from": "2026-03-05", "valid_to": "2026-03-20", "contractor": "鸿达装饰",
    }  # fmt: skip
    answer = clerk.post("/permits/new/property_mgmt.worker_pass", given)
    assert answer.status_code == 303
    page = clerk.get(answer.location).text
    assert "还缺" in page
    address = f"{answer.location}/people"
    assert clerk.post(address, {"name": "周建", "identity": "110105194912310021"}).status_code == 422
    assert clerk.post(address, {"name": "周建", "identity": "11010519491231002X"}).status_code == 303
    assert "1101**********002X" in clerk.get(answer.location).text
    # A form that is sent twice leads to the same application.
    assert clerk.post("/permits/new/property_mgmt.worker_pass", given).location == answer.location
    assert clerk.get("/tickets/new/permit").location == "/permits/catalogue"


def test_a_guard_reads_one_word_and_nobody_else_may_ask(
    signed: Callable[..., Visitor], gate: Gate, unchanged: Unchanged
) -> None:
    view = gate.issued("temporary_pass")
    guard = signed("gate_guard")
    assert re.search(
        r'check-answer tone-done.*?check-word">有效<', guard.get(f"/check?code={view.serial}").text, re.DOTALL
    )
    assert "查无此证" in guard.get("/check?code=LS0-%3Cscript%3E").text
    gate.manager.passes.revoke(view.id, "转借他人")
    # The short address on the paper leads a guard here.
    led = guard.get(f"/q/{view.token}")
    assert (led.status_code, led.location) == (303, f"/check?code={view.token}")
    answer = guard.get(led.location).text
    assert re.search(r'check-answer tone-late.*?check-word">已吊销<', answer, re.DOTALL)
    assert "转借他人" in answer
    with unchanged():
        assert guard.post(f"/passes/{view.id}/revoke", {"reason": "再次"}).status_code == 403


def test_a_stranger_is_told_that_a_pass_is_revoked_and_not_whose_it_is(app: Flask, gate: Gate) -> None:
    view = gate.issued("temporary_pass")
    gate.manager.passes.revoke(view.id, "转借他人")
    page = Visitor(app).get(f"/q/{view.token}").text
    assert "已撤销" in page
    assert view.serial in page
    assert view.holder_name not in page


def test_goods_are_counted_on_the_guards_page(signed: Callable[..., Visitor], gate: Gate, unchanged: Unchanged) -> None:
    ticket = gate.slip(("沙发", "1"), ("纸箱", "6"))
    view = gate.sealed(ticket)
    guard = signed("gate_guard")
    assert "逐项核对" in guard.get(f"/check?code={view.serial}").text
    sofa, boxes = gate.guard.permits.goods(ticket.id)
    counts = {f"found-{sofa.id}": "1", f"found-{boxes.id}": "7", "code": view.token}
    with unchanged():
        refused = guard.post(f"/check/{view.id}/let-out", counts)
    assert refused.status_code == 422
    assert "放行条上是 6，现场是 7" in refused.text
    assert guard.post(f"/check/{view.id}/let-out", {**counts, f"found-{boxes.id}": "6"}).status_code == 303
    assert "已使用" in guard.get(f"/check?code={view.serial}").text


@pytest.mark.clause("001-01-04")
def test_the_desk_registers_a_visitor_and_is_told_how_long_it_took(signed: Callable[..., Visitor], gate: Gate) -> None:
    clerk = signed("desk_clerk")
    page = clerk.get("/visitors").text
    hidden = dict(re.findall(r'name="(form_id|opened)" value="([^"]+)"', page))
    given = {
        **hidden, "name": "钱进", "phone": "13900139000", "place": "501", "asset_id": str(gate.room.id),
        "consent": "agreed", "consent_by": "王芳", "consent_way": "phone", "purpose": "delivery",
    }  # fmt: skip
    assert clerk.post("/visitors", {**given, "consent": ""}).status_code == 422
    assert clerk.post("/visitors", given).status_code == 303
    [visit] = gate.clerk.visits.inside()
    assert visit.seconds == 0
    assert "钱进" in clerk.get("/visitors/evacuation").text
    assert "0 秒" in clerk.get("/visitors/register").text
    assert "来过 1 次" in clerk.get("/visitors/known?phone=13900139000", fragment=True).text
    # Nobody makes himself quicker than he was.
    forged = {**given, "form_id": "another", "opened": "2026-03-05T02:00:00+00:00"}
    clerk.post("/visitors", forged)
    assert [one.seconds for one in gate.clerk.visits.inside()] == [0, None]
    clerk.post(f"/visitors/{visit.id}/leave")
    assert len(gate.clerk.visits.inside()) == 1


@pytest.mark.parametrize("path", ["/permits", "/permits?group=overdue&days=x&kind=none&q=%25_", "/permits?group=odd"])
def test_lists_answer_whatever_their_address_says(signed: Callable[..., Visitor], path: str) -> None:
    assert signed("desk_clerk").get(path).status_code == 200
