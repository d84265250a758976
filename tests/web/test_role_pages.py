from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

from gongdan.services.desk import CompanyDesk
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]


def ticks(desk: CompanyDesk) -> dict[str, list[str]]:
    """Return what the matrix would send as it stands."""
    roles = desk.roles.all()
    return {"role": [role.name for role in roles]} | {f"may-{role.name}": sorted(role.permissions) for role in roles}


def permissions(desk: CompanyDesk, name: str) -> frozenset[str]:
    return next(role.permissions for role in desk.roles.all() if role.name == name)


def test_the_matrix_shows_every_permission_of_core_and_plugins(administrator: Visitor) -> None:
    page = administrator.get("/roles").text
    for label in ("查看工单", "管理账号与角色", "调整维修报价"):
        assert label in page
    assert re.search(r'aria-label="维修工程师：调整维修报价"', page)


def test_ticks_become_permissions_and_only_changed_roles_are_saved(
    administrator: Visitor, company_desk: CompanyDesk
) -> None:
    given = ticks(company_desk)
    given["may-agent"] = [*given["may-agent"], "export.run"]
    administrator.get("/roles")
    answer = administrator.post("/roles", given)
    assert answer.status_code == 303
    assert "export.run" in permissions(company_desk, "agent")
    saved = [entry.after["name"] for entry in company_desk.journal.latest(act="role.")]
    assert saved == ["agent"]


def test_a_new_permission_holds_at_once(administrator: Visitor, agent: Visitor, company_desk: CompanyDesk) -> None:
    assert agent.get("/journal").status_code == 403
    given = ticks(company_desk)
    given["may-agent"] = [*given["may-agent"], "journal.view"]
    administrator.get("/roles")
    administrator.post("/roles", given)
    assert agent.get("/journal").status_code == 200


def test_the_administrator_cannot_lock_everybody_out(
    administrator: Visitor, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    given = ticks(company_desk)
    given["may-administrator"] = ["ticket.view"]
    given["may-agent"] = []
    administrator.get("/roles")
    with unchanged():
        answer = administrator.post("/roles", given)
    assert answer.status_code == 422
    assert "公司管理员必须保留管理账号的权限" in answer.text
    assert not re.search(r'value="account.admin" checked[^>]*aria-label="公司管理员', answer.text)


def test_a_new_role_begins_like_another(administrator: Visitor, company_desk: CompanyDesk) -> None:
    administrator.get("/roles")
    administrator.post("/roles/new", {"name": "leader", "label": "维修班长", "like": "worker"}, fragment=True)
    assert permissions(company_desk, "leader") == permissions(company_desk, "worker")
    assert "维修班长" in administrator.get("/roles").text


def test_a_wrong_role_is_refused_in_the_dialog(administrator: Visitor, unchanged: Unchanged) -> None:
    administrator.get("/roles")
    with unchanged():
        wrong = administrator.post("/roles/new", {"name": "班长", "label": ""}, fragment=True)
        taken = administrator.post("/roles/new", {"name": "agent", "label": "客服二"}, fragment=True)
    assert wrong.status_code == 422
    assert 'id="p-name"' in wrong.text
    assert 'id="p-label"' in wrong.text
    assert taken.status_code == 409


def test_a_role_is_renamed_and_keeps_its_permissions(administrator: Visitor, company_desk: CompanyDesk) -> None:
    before = permissions(company_desk, "worker")
    administrator.get("/roles")
    administrator.post("/roles/worker/rename", {"label": "师傅"}, fragment=True)
    assert "师傅" in administrator.get("/roles").text
    assert permissions(company_desk, "worker") == before


def test_a_role_that_nobody_has_is_deleted(administrator: Visitor, company_desk: CompanyDesk) -> None:
    page = administrator.get("/roles").text
    assert "/roles/observer/remove" in page
    assert "/roles/administrator/remove" not in page
    assert "还有" not in administrator.get("/roles/observer/remove", fragment=True).text
    answer = administrator.post("/roles/observer/remove", fragment=True)
    assert answer.headers["HX-Redirect"] == "/roles"
    assert "observer" not in {role.name for role in company_desk.roles.all()}
    assert "已删除角色“查阅者”" in administrator.get("/roles").text


def test_a_role_that_cannot_go_says_why(administrator: Visitor, unchanged: Unchanged) -> None:
    administrator.get("/roles")
    reasons = (
        ("supervisor", "还有 1 名成员是这个角色，请先在“人员”页给他们换角色"),
        ("administrator", "公司管理员这个角色不能删除"),
    )
    for name, reason in reasons:
        assert reason in administrator.get(f"/roles/{name}/remove", fragment=True).text
        with unchanged():
            refused = administrator.post(f"/roles/{name}/remove", fragment=True)
        assert (refused.status_code, reason in refused.text) == (422, True)
    with unchanged():
        answers = [administrator.get("/roles/nothing/remove"), administrator.post("/roles/nothing/remove")]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_others_change_no_roles(agent: Visitor, company_desk: CompanyDesk, unchanged: Unchanged) -> None:
    with unchanged():
        answers = [
            agent.get("/roles"),
            agent.post("/roles", ticks(company_desk) | {"may-agent": ["account.admin"]}),
            agent.post("/roles/observer/remove"),
        ]
    assert [answer.status_code for answer in answers] == [403, 403, 403]
