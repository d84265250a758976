from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from gongdan.domain.snapshots import CompanyView
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.testing.factories import People
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]


def first_password(page: str) -> str:
    found = re.search(r'id="first-password">([^<]+)<', page)
    assert found
    return found[1]


def test_a_new_person_gets_an_account_a_place_and_a_password_shown_once(
    app: Flask, administrator: Visitor, company_desk: CompanyDesk
) -> None:
    department = company_desk.departments.create("gc", "工程部")
    boss = next(member for member in company_desk.members.all() if member.login == "chenhong")
    administrator.get("/members/new")
    page = administrator.post(
        "/members",
        {"login": "wangqiang", "name": "王强", "phone": "13800001111", "locale": "zh", "roles": ["worker", "agent"],
         "department_id": str(department.id), "position": "水电工", "supervisor_id": str(boss.account_id)},
    ).text  # fmt: skip
    member = next(member for member in company_desk.members.all() if member.login == "wangqiang")
    assert (member.name, member.position, member.roles, member.department_id, member.supervisor_id) == (
        "王强", "水电工", ("agent", "worker"), department.id, boss.account_id,
    )  # fmt: skip
    password = first_password(page)
    assert password not in administrator.get("/members").text

    newcomer = Visitor(app)
    newcomer.log_in("wangqiang", password)
    assert newcomer.get("/").headers["Location"] == "/account/password"


def test_a_login_that_is_taken_is_refused_beside_its_field(
    administrator: Visitor, person: People, unchanged: Unchanged
) -> None:
    person("agent", login="lina", name="李娜")
    administrator.get("/members/new")
    with unchanged():
        answer = administrator.post("/members", {"login": "lina", "name": "李娜", "roles": "agent"})
    assert answer.status_code == 422
    assert re.search(r'id="p-login"[^>]*>这个用户名已有人使用', answer.text)
    assert 'name="name" value="李娜"' in answer.text


def test_a_person_without_a_role_makes_no_account(administrator: Visitor, desk: Desk, unchanged: Unchanged) -> None:
    administrator.get("/members/new")
    with unchanged():
        answer = administrator.post("/members", {"login": "lina", "name": "李娜"})
    assert answer.status_code == 422
    assert "至少选择一个角色" in answer.text
    assert "lina" not in {account.login for account in desk.accounts.all()}


@pytest.fixture
def operator(visitor_as: Callable[..., Visitor]) -> Visitor:
    """Return an operator who also administers the company."""
    return visitor_as("administrator", login="hanlixin", name="韩立新", is_operator=True)


def test_an_operator_takes_in_an_account_of_another_company_by_its_login(
    operator: Visitor, person: People, other_company: CompanyView, company_desk: CompanyDesk
) -> None:
    person("agent", login="lina", name="李娜", company=other_company)
    operator.get("/members/existing")
    operator.post("/members/existing", {"login": "lina", "roles": "observer"})
    assert [member.roles for member in company_desk.members.all() if member.login == "lina"] == [("observer",)]


def test_an_unknown_login_joins_nothing(operator: Visitor, unchanged: Unchanged) -> None:
    operator.get("/members/existing")
    with unchanged():
        answer = operator.post("/members/existing", {"login": "niemand", "roles": "observer"})
    assert answer.status_code == 422
    assert "没有这个用户名的账号" in answer.text


def test_an_administrator_neither_pulls_people_in_nor_learns_which_log_ins_exist(
    administrator: Visitor, person: People, other_company: CompanyView, unchanged: Unchanged
) -> None:
    person("agent", login="lina", name="李娜", company=other_company)
    administrator.get("/members")
    with unchanged():
        known, unknown = (
            administrator.post("/members/existing", {"login": login, "roles": "observer"})
            for login in ("lina", "niemand")
        )
    assert (known.status_code, unknown.status_code) == (403, 403)
    assert "加入已有账号" not in administrator.get("/members").text


def test_roles_and_place_are_changed(administrator: Visitor, person: People, company_desk: CompanyDesk) -> None:
    lina = person("agent", login="lina", name="李娜").actor.account_id
    administrator.get(f"/members/{lina}")
    administrator.post(f"/members/{lina}", {"roles": "supervisor", "position": "客服主管"})
    member = next(member for member in company_desk.members.all() if member.login == "lina")
    assert (member.roles, member.position) == (("supervisor",), "客服主管")


def test_nobody_is_put_under_his_own_subordinate(
    administrator: Visitor, person: People, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    boss, worker = (person("agent", login=login, name=login).actor.account_id for login in ("boss", "worker"))
    assert boss
    assert worker
    company_desk.members.save(worker, ["agent"], supervisor_id=boss)
    administrator.get(f"/members/{boss}")
    with unchanged():
        answer = administrator.post(f"/members/{boss}", {"roles": "agent", "supervisor_id": str(worker)})
    assert answer.status_code == 422
    assert "上级不能是本人或自己的下属" in answer.text


def test_the_last_administrator_stays(administrator: Visitor, company_desk: CompanyDesk, unchanged: Unchanged) -> None:
    own = next(member.account_id for member in company_desk.members.all() if member.login == "chenhong")
    administrator.get(f"/members/{own}")
    with unchanged():
        answers = [
            administrator.post(f"/members/{own}", {"roles": "agent"}),
            administrator.post(f"/members/{own}/remove"),
        ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert "公司至少要有一名公司管理员" in answers[1].text


def test_a_reset_password_is_shown_once_and_ends_what_was_open(
    app: Flask, administrator: Visitor, person: People
) -> None:
    lina = person("agent", login="lina", name="李娜").actor.account_id
    at_home = Visitor(app)
    at_home.log_in("lina")
    assert at_home.get("/account").status_code == 200
    administrator.get(f"/members/{lina}")
    password = first_password(administrator.post(f"/members/{lina}/password").text)
    assert at_home.get("/account").status_code == 303
    at_home.log_in("lina", password)
    assert at_home.get("/").headers["Location"] == "/account/password"


def test_who_works_elsewhere_too_keeps_his_password(
    administrator: Visitor, person: People, company_desk: CompanyDesk, other_company: CompanyView, unchanged: Unchanged
) -> None:
    lina = person("agent", login="lina", name="李娜", company=other_company).actor.account_id
    assert lina
    company_desk.members.save(lina, ["agent"])
    assert "只有系统管理员可以重设" in administrator.get(f"/members/{lina}").text
    with unchanged():
        answer = administrator.post(f"/members/{lina}/password")
    assert answer.status_code == 403


def test_who_is_removed_may_no_longer_enter(app: Flask, administrator: Visitor, person: People) -> None:
    lina = person("agent", login="lina", name="李娜").actor.account_id
    visitor = Visitor(app)
    visitor.log_in("lina")
    administrator.get(f"/members/{lina}")
    administrator.post(f"/members/{lina}/remove")
    assert visitor.get("/tickets").status_code == 403
    assert administrator.get(f"/members/{lina}").status_code == 404


def test_the_list_is_searched_by_name_login_and_department(
    administrator: Visitor, person: People, company_desk: CompanyDesk
) -> None:
    department = company_desk.departments.create("gc", "工程部")
    qiang = person("worker", login="wangqiang", name="王强").actor.account_id
    person("agent", login="lina", name="李娜")
    assert qiang
    company_desk.members.save(qiang, ["worker"], department_id=department.id)
    by_name = administrator.get("/members?q=王").text
    by_place = administrator.get(f"/members?department={department.id}").text
    for page in (by_name, by_place):
        assert "王强" in page
        assert "李娜" not in page
    assert "没有符合条件的人员" in administrator.get("/members?q=niemand").text


def test_people_without_the_permission_change_nothing(agent: Visitor, person: People, unchanged: Unchanged) -> None:
    lina = person("agent", login="lina", name="李娜").actor.account_id
    assert "/members" not in agent.get("/").text
    with unchanged():
        answers = [
            agent.get("/members"),
            agent.post("/members", {"login": "x1", "name": "x", "roles": "agent"}),
            agent.post(f"/members/{lina}", {"roles": "administrator"}),
            agent.post(f"/members/{lina}/password"),
        ]
    assert [answer.status_code for answer in answers] == [403, 403, 403, 403]
