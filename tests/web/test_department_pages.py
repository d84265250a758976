from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

from gongdan.services.desk import CompanyDesk
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]


def test_an_empty_page_offers_the_first_step(administrator: Visitor) -> None:
    page = administrator.get("/settings/departments").text
    assert "还没有部门" in page
    assert "添加第一个部门" in page


def test_departments_are_added_below_one_another_and_renamed(administrator: Visitor, company_desk: CompanyDesk) -> None:
    administrator.get("/settings/departments")
    administrator.post("/settings/departments", {"code": "gc", "name": "工程部"}, fragment=True)
    (above,) = company_desk.departments.all()
    answer = administrator.post(
        "/settings/departments", {"code": "sd", "name": "水电班", "above": str(above.id)}, fragment=True
    )
    assert answer.headers["HX-Redirect"] == "/settings/departments"
    assert [(one.path, one.name) for one in company_desk.departments.all()] == [("/gc", "工程部"), ("/gc/sd", "水电班")]
    administrator.post(f"/settings/departments/{above.id}", {"name": "工程维修部"}, fragment=True)
    page = administrator.get("/settings/departments").text
    assert re.search(r"tree-step-0.*?工程维修部.*?tree-step-1.*?水电班", page, re.DOTALL)


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


def test_another_companys_department_cannot_be_renamed(
    administrator: Visitor, other_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    theirs = other_desk.departments.create("gc", "工程部")
    administrator.get("/settings/departments")
    with unchanged():
        answer = administrator.post(f"/settings/departments/{theirs.id}", {"name": "改名"}, fragment=True)
    assert answer.status_code == 404


def test_people_without_the_permission_change_nothing(agent: Visitor, unchanged: Unchanged) -> None:
    assert "/settings" not in agent.get("/").text
    with unchanged():
        answers = [agent.get("/settings/departments"), agent.post("/settings/departments", {"code": "x", "name": "x"})]
    assert [answer.status_code for answer in answers] == [403, 403]
