from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

from gongdan.services.desk import CompanyDesk
from gongdan.testing.factories import Factory
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]


def test_an_empty_page_offers_the_first_step(administrator: Visitor) -> None:
    page = administrator.get("/settings/departments").text
    assert "还没有部门" in page
    assert "添加第一个部门" in page


def test_departments_are_added_below_one_another_and_changed(administrator: Visitor, company_desk: CompanyDesk) -> None:
    administrator.get("/settings/departments")
    administrator.post("/settings/departments", {"code": "gc", "name": "工程部"}, fragment=True)
    (above,) = company_desk.departments.all()
    answer = administrator.post(
        "/settings/departments", {"code": "sd", "name": "水电班", "above": str(above.id)}, fragment=True
    )
    assert answer.headers["HX-Redirect"] == "/settings/departments"
    assert [(one.path, one.name) for one in company_desk.departments.all()] == [("/gc", "工程部"), ("/gc/sd", "水电班")]
    administrator.post(f"/settings/departments/{above.id}", {"code": "wx", "name": "工程维修部"}, fragment=True)
    page = administrator.get("/settings/departments").text
    assert re.search(r"tree-step-0.*?工程维修部.*?/wx<.*?tree-step-1.*?水电班.*?/wx/sd<", page, re.DOTALL)


def test_a_wrong_department_is_refused_in_the_dialog(administrator: Visitor, unchanged: Unchanged) -> None:
    administrator.get("/settings/departments")
    with unchanged():
        wrong = administrator.post("/settings/departments", {"code": "a/b", "name": ""}, fragment=True)
        nowhere = administrator.post(
            "/settings/departments", {"code": "x", "name": "某部", "above": "nobody"}, fragment=True
        )
    assert wrong.status_code == 422
    assert 'id="p-code"' in wrong.text
    assert 'id="p-name"' in wrong.text
    assert "<html" not in wrong.text
    assert nowhere.status_code == 422


def test_a_code_is_given_once(administrator: Visitor, company_desk: CompanyDesk, unchanged: Unchanged) -> None:
    company_desk.departments.create("gc", "工程部")
    administrator.get("/settings/departments")
    with unchanged():
        answer = administrator.post("/settings/departments", {"code": "gc", "name": "另一个"}, fragment=True)
    assert answer.status_code == 409
    assert "与已有记录冲突：/gc" in answer.text


def test_a_department_moves_with_all_below_it_to_any_but_those(
    administrator: Visitor, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    above = company_desk.departments.create("gc", "工程部")
    below = company_desk.departments.create("sd", "水电班", above.id)
    other = company_desk.departments.create("kf", "客服部")
    administrator.get("/settings/departments")
    dialog = administrator.get(f"/settings/departments/{above.id}/move", fragment=True).text
    assert re.findall(r'<option value="([^"]*)"', dialog) == ["", str(other.id)]
    with unchanged():
        circle = administrator.post(f"/settings/departments/{above.id}/move", {"above": str(below.id)}, fragment=True)
    assert circle.status_code == 422
    assert re.search(r'id="p-above">不能移到自己或自己的下级部门之下', circle.text)
    moved = administrator.post(f"/settings/departments/{above.id}/move", {"above": str(other.id)}, fragment=True)
    assert moved.headers["HX-Redirect"] == "/settings/departments"
    assert "已移动部门“工程部”" in administrator.get("/settings/departments").text
    administrator.post(f"/settings/departments/{below.id}/move", {"above": ""}, fragment=True)
    assert [one.path for one in company_desk.departments.all()] == ["/kf", "/kf/gc", "/sd"]


def test_an_empty_department_is_closed_and_a_used_one_says_why_not(
    administrator: Visitor, company_desk: CompanyDesk, factory: Factory, unchanged: Unchanged
) -> None:
    used, empty = (company_desk.departments.create(code, name) for code, name in (("gc", "工程部"), ("kf", "客服部")))
    factory.ticket(department_id=used.id)
    administrator.get("/settings/departments")
    reason = "还有 1 张未结工单，请先办结或改由别的部门处理"
    assert reason in administrator.get(f"/settings/departments/{used.id}/close", fragment=True).text
    assert "还有" not in administrator.get(f"/settings/departments/{empty.id}/close", fragment=True).text
    with unchanged():
        refused = administrator.post(f"/settings/departments/{used.id}/close", fragment=True)
    assert (refused.status_code, reason in refused.text) == (422, True)
    assert "现在不能停用或删除" in refused.text
    closed = administrator.post(f"/settings/departments/{empty.id}/close", fragment=True)
    assert closed.headers["HX-Redirect"] == "/settings/departments"
    assert [one.name for one in company_desk.departments.all()] == ["工程部"]


def test_another_companys_department_cannot_be_changed_moved_or_closed(
    administrator: Visitor, other_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    theirs = other_desk.departments.create("gc", "工程部")
    administrator.get("/settings/departments")
    address = f"/settings/departments/{theirs.id}"
    with unchanged():
        answers = [
            administrator.post(address, {"code": "x", "name": "改名"}, fragment=True),
            administrator.post(f"{address}/move", {"above": ""}, fragment=True),
            administrator.post(f"{address}/close", fragment=True),
            administrator.get(f"{address}/move"),
            administrator.get(f"{address}/close"),
        ]
    assert [answer.status_code for answer in answers] == [404, 404, 404, 404, 404]


def test_people_without_the_permission_change_nothing(agent: Visitor, unchanged: Unchanged) -> None:
    assert "/settings" not in agent.get("/").text
    with unchanged():
        answers = [agent.get("/settings/departments"), agent.post("/settings/departments", {"code": "x", "name": "x"})]
    assert [answer.status_code for answer in answers] == [403, 403]
