"""Who works for a company, in which roles, and who may decide it."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from threading import Barrier, BrokenBarrierError
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from gongdan.domain.snapshots import CompanyView
from gongdan.errors import Conflict, FieldProblem, InUse, InvalidInput, NotAllowed, NotFound
from gongdan.services.accounts import AccountView
from gongdan.services.actors import SYSTEM, Actor, plugin_actor
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.members import Members, NewMember
from gongdan.services.roles import Roles
from gongdan.storage.accounts import RoleRow
from gongdan.testing.factories import PASSWORD, Factory, People

Unchanged = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def administrator(person: People) -> CompanyDesk:
    return person("administrator", name="李建国", login="lijianguo")


@pytest.fixture
def account(desk: Desk) -> AccountView:
    return desk.accounts.create(SYSTEM, "zhangmin", "张敏", PASSWORD)


def _account_id(desk: CompanyDesk) -> UUID:
    assert desk.actor.account_id is not None
    return desk.actor.account_id


# --- Members -------------------------------------------------------------------------------------------------------


def test_a_member_has_the_permissions_of_all_his_roles(
    administrator: CompanyDesk, account: AccountView, desk: Desk
) -> None:
    administrator.members.save(account.id, ["sample_engineer", "observer"])
    actor = desk.accounts.actor(account.id, administrator.company.id)
    assert actor is not None
    assert actor.roles == frozenset({"sample_engineer", "observer"})
    assert actor.permissions == frozenset(
        {"ticket.view", "ticket.move", "sample.price", "party.view", "asset.view", "roster.view", "plan.view"}
        | {"custody.view", "permit.view"}
    )


def test_nobody_acts_in_a_company_that_he_is_not_a_member_of(
    administrator: CompanyDesk, account: AccountView, desk: Desk, other_company: CompanyView
) -> None:
    administrator.members.save(account.id, ["agent"])
    assert desk.accounts.actor(account.id, other_company.id) is None
    assert desk.accounts.actor(UUID(int=5), administrator.company.id) is None
    assert [company.code for company in desk.accounts.companies_of(account.id)] == ["xingfu"]
    administrator.members.remove(account.id)
    assert desk.accounts.actor(account.id, administrator.company.id) is None
    assert desk.accounts.companies_of(account.id) == ()


def test_a_disabled_account_acts_nowhere(administrator: CompanyDesk, account: AccountView, desk: Desk) -> None:
    administrator.members.save(account.id, ["agent"])
    desk.accounts.set_disabled(SYSTEM, account.id, disabled=True)
    assert desk.accounts.actor(account.id, administrator.company.id) is None


def test_who_comes_back_is_the_same_member(administrator: CompanyDesk, account: AccountView) -> None:
    administrator.members.save(account.id, ["agent"])
    administrator.members.remove(account.id)
    again = administrator.members.save(account.id, ["worker"], position="水电工")
    assert (again.roles, again.position) == (("worker",), "水电工")
    assert [member.name for member in administrator.members.all()] == ["张敏", "李建国"]


@pytest.mark.parametrize("roles", [[], ["no_such_role"], ["agent", ""]])
def test_roles_that_the_company_does_not_have_are_refused(
    administrator: CompanyDesk, account: AccountView, unchanged: Unchanged, roles: list[str]
) -> None:
    with unchanged(), pytest.raises(InvalidInput) as refused:
        administrator.members.save(account.id, roles)
    assert [problem.field for problem in refused.value.problems] == ["roles"]


def test_the_last_administrator_can_neither_leave_nor_step_down(
    administrator: CompanyDesk, person: People, unchanged: Unchanged
) -> None:
    own = _account_id(administrator)
    for act in (
        lambda: administrator.members.remove(own),
        lambda: administrator.members.save(own, ["agent"]),
    ):
        with unchanged(), pytest.raises(InvalidInput):
            act()
    second = person("administrator")
    administrator.members.remove(own)
    assert [member.account_id for member in second.members.all()] == [second.actor.account_id]


def test_an_administrator_whose_account_is_closed_is_none(
    administrator: CompanyDesk, person: People, desk: Desk, unchanged: Unchanged
) -> None:
    second = person("administrator")
    desk.accounts.set_disabled(SYSTEM, _account_id(second), disabled=True)
    with unchanged(), pytest.raises(InvalidInput):
        administrator.members.remove(_account_id(administrator))


def test_two_administrators_cannot_send_each_other_away_at_once(
    administrator: CompanyDesk, person: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = person("administrator", login="chenhong")
    both_have_left, count = Barrier(2), Members._keep_an_administrator

    def count_when_both_have_left(members: Members, session: Session) -> None:
        session.flush()
        # Whoever has to wait for his turn lets the other one wait in vain.
        with suppress(BrokenBarrierError):
            both_have_left.wait(1)
        count(members, session)

    def send_away(desks: tuple[CompanyDesk, CompanyDesk]) -> str:
        try:
            desks[0].members.remove(_account_id(desks[1]))
        except InvalidInput:
            return "refused"
        return "gone"

    monkeypatch.setattr(Members, "_keep_an_administrator", count_when_both_have_left)
    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(send_away, [(administrator, second), (second, administrator)]))
    assert answers == ["gone", "refused"]
    assert len(administrator.members.all()) == 1


def test_nobody_is_his_own_supervisor_not_even_by_a_detour(
    administrator: CompanyDesk, person: People, unchanged: Unchanged
) -> None:
    first, second, third = (_account_id(person("agent")) for _ in range(3))
    administrator.members.save(second, ["agent"], supervisor_id=first)
    administrator.members.save(third, ["agent"], supervisor_id=second)
    for supervisor in (first, second, third):
        with unchanged(), pytest.raises(InvalidInput):
            administrator.members.save(first, ["agent"], supervisor_id=supervisor)


def test_supervisor_and_department_are_of_the_own_company(
    administrator: CompanyDesk, other_desk: CompanyDesk, person: People, unchanged: Unchanged
) -> None:
    own = _account_id(person("agent"))
    stranger = _account_id(person("agent", company=other_desk.company))
    with unchanged(), pytest.raises(InvalidInput):
        administrator.members.save(own, ["agent"], supervisor_id=stranger)
    foreign = other_desk.departments.create("eng", "工程部")
    with unchanged(), pytest.raises(NotFound):
        administrator.members.save(own, ["agent"], department_id=foreign.id)


def test_who_does_not_administer_accounts_changes_no_member(person: People, unchanged: Unchanged) -> None:
    agent = person("agent")
    own = _account_id(agent)
    acts: tuple[Callable[[], object], ...] = (
        lambda: agent.members.save(own, ["administrator"]),
        lambda: agent.members.remove(own),
        lambda: agent.members.hire(NewMember(login="lina", name="李娜", roles=("agent",))),
        lambda: agent.roles.save("agent", "客服", ["account.admin"]),
        lambda: agent.roles.remove("observer"),
        lambda: agent.departments.create("eng", "工程部"),
    )
    for act in acts:
        with unchanged(), pytest.raises(NotAllowed):
            act()


def test_a_hired_person_logs_in_with_a_password_to_be_changed(administrator: CompanyDesk, desk: Desk) -> None:
    member, password = administrator.members.hire(NewMember(login="lina", name="李娜", roles=("agent",)))
    assert (member.login, member.must_change_password, member.is_operator) == ("lina", True, False)
    assert desk.sessions.find(desk.sessions.log_in("lina", password, address="", device="")) is not None


def test_a_login_that_is_taken_or_cannot_be_hires_nobody(
    administrator: CompanyDesk, account: AccountView, unchanged: Unchanged
) -> None:
    with unchanged(), pytest.raises(Conflict):
        administrator.members.hire(NewMember(login="zhangmin", name="张敏", roles=("agent",)))
    for login in ("", "a", "zhang min", "张敏;", "x" * 121):
        with unchanged(), pytest.raises(InvalidInput):
            administrator.members.hire(NewMember(login=login, name="张敏", roles=("agent",)))


def test_a_place_that_cannot_be_kept_leaves_no_account_behind(
    administrator: CompanyDesk, desk: Desk, unchanged: Unchanged
) -> None:
    with unchanged(), pytest.raises(InvalidInput) as refused:
        administrator.members.hire(NewMember(login="lina", name="李娜", roles=("agent",), position="长" * 121))
    assert [problem.field for problem in refused.value.problems] == ["position"]
    with pytest.raises(NotFound):
        desk.accounts.by_login("lina")


def test_a_password_is_reset_by_who_administers_every_company_of_the_person(
    administrator: CompanyDesk, account: AccountView, other_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    administrator.members.save(account.id, ["agent"])
    assert administrator.members.reset_password(account.id)
    other_desk.members.save(account.id, ["agent"])
    with unchanged(), pytest.raises(NotAllowed):
        administrator.members.reset_password(account.id)
    other_desk.members.save(_account_id(administrator), ["administrator"])
    assert administrator.members.reset_password(account.id)


def test_who_works_for_another_company_is_taken_in_by_an_operator_only(
    administrator: CompanyDesk,
    company_desk: CompanyDesk,
    account: AccountView,
    other_desk: CompanyDesk,
    unchanged: Unchanged,
) -> None:
    other_desk.members.save(account.id, ["agent"])
    with unchanged(), pytest.raises(NotAllowed):
        administrator.members.save(account.id, ["agent"])
    company_desk.members.save(account.id, ["agent"])
    assert administrator.members.save(account.id, ["observer"]).roles == ("observer",)


@pytest.fixture
def clerk(administrator: CompanyDesk, person: People) -> CompanyDesk:
    """Give somebody the accounts to administer, who may do little else himself."""
    administrator.roles.save("personnel", "人事", ["account.admin", "ticket.view"], new=True)
    administrator.roles.save("visitor", "来访", ["ticket.view"], new=True)
    return person("personnel", login="renshi")


def test_who_is_no_administrator_gives_and_takes_only_what_he_may_do_himself(
    administrator: CompanyDesk, clerk: CompanyDesk, account: AccountView, unchanged: Unchanged
) -> None:
    own, boss = _account_id(clerk), _account_id(administrator)
    acts: tuple[tuple[str, Callable[[], object]], ...] = (
        ("roles", lambda: clerk.members.save(own, ["personnel", "administrator"])),
        ("roles", lambda: clerk.members.save(account.id, ["agent"])),
        ("roles", lambda: clerk.members.save(boss, ["visitor"])),
        ("roles", lambda: clerk.members.remove(boss)),
        ("roles", lambda: clerk.members.hire(NewMember(login="lina", name="李娜", roles=("agent",)))),
        ("permissions", lambda: clerk.roles.save("visitor", "来访", ["ticket.view", "ticket.move"])),
        ("permissions", lambda: clerk.roles.save("agent", "客服", ["ticket.view"])),
        ("permissions", lambda: clerk.roles.save("night", "夜班", ["journal.view"], new=True)),
        ("permissions", lambda: clerk.roles.remove("observer")),
    )
    for field, act in acts:
        with unchanged(), pytest.raises(InvalidInput) as refused:
            act()
        assert {problem.field for problem in refused.value.problems} == {field}
    with unchanged(), pytest.raises(NotAllowed):
        clerk.members.reset_password(boss)
    assert clerk.members.save(account.id, ["visitor"]).roles == ("visitor",)
    assert clerk.members.reset_password(account.id)
    assert clerk.members.save(boss, ["administrator"], position="经理").position == "经理"
    administrator.members.save(boss, ["administrator"])
    administrator.members.save(account.id, ["personnel"])
    clerk.roles.remove("visitor")
    administrator.members.save(own, ["personnel", "administrator"])


def test_no_administrator_resets_an_operators_password(
    administrator: CompanyDesk, person: People, unchanged: Unchanged
) -> None:
    operator = person("agent", is_operator=True)
    with unchanged(), pytest.raises(NotAllowed):
        administrator.members.reset_password(_account_id(operator))
    assert operator.members.reset_password(_account_id(operator))


def test_no_administrator_makes_an_operator(administrator: CompanyDesk, desk: Desk, unchanged: Unchanged) -> None:
    with unchanged(), pytest.raises(NotAllowed):
        desk.accounts.create(administrator.actor, "lina", "李娜", PASSWORD, is_operator=True)


def test_a_plugin_administers_no_installation(desk: Desk, account: AccountView, unchanged: Unchanged) -> None:
    plugin = plugin_actor("sample")
    acts: tuple[Callable[[], object], ...] = (
        lambda: desk.accounts.create(plugin, "lina", "李娜", PASSWORD, is_operator=True),
        lambda: desk.accounts.reset_password(plugin, account.id, PASSWORD),
        lambda: desk.companies.create(plugin, "second", "第二家"),
    )
    for act in acts:
        with unchanged(), pytest.raises(NotAllowed):
            act()


# --- Roles and departments -----------------------------------------------------------------------------------------


def test_a_companys_own_role_holds_for_it_alone(administrator: CompanyDesk, other_desk: CompanyDesk) -> None:
    administrator.roles.save("night_shift", "夜班客服", ["ticket.view", "sample.price"], new=True)
    names = [[role.name for role in desk.roles.all()] for desk in (administrator, other_desk)]
    assert ["night_shift" in each for each in names] == [True, False]


@pytest.mark.parametrize(
    ("name", "label", "permissions", "field"),
    [
        ("Night", "夜班", ["ticket.view"], "name"),
        ("night", " ", ["ticket.view"], "label"),
        ("night", "夜班", ["ticket.explode"], "permissions"),
        ("administrator", "管理员", ["ticket.view"], "permissions"),
    ],
)
def test_a_role_that_cannot_be_is_refused(
    administrator: CompanyDesk, unchanged: Unchanged, name: str, label: str, permissions: list[str], field: str
) -> None:
    with unchanged(), pytest.raises(InvalidInput) as refused:
        administrator.roles.save(name, label, permissions, new=name != "administrator")
    assert [problem.field for problem in refused.value.problems] == [field]


def test_a_role_is_made_once_and_changed_only_when_it_is_there(
    administrator: CompanyDesk, unchanged: Unchanged
) -> None:
    with unchanged(), pytest.raises(Conflict):
        administrator.roles.save("agent", "客服", ["ticket.view"], new=True)
    with unchanged(), pytest.raises(NotFound):
        administrator.roles.save("no_such_role", "客服", ["ticket.view"])


def test_a_changed_role_changes_what_its_people_may_do(
    administrator: CompanyDesk, person: People, unchanged: Unchanged
) -> None:
    agent = person("agent")
    administrator.roles.save("agent", "客服", ["ticket.view"])
    today = person.again(_account_id(agent))
    factory = Factory(today)
    with unchanged(), pytest.raises(NotAllowed):
        factory.ticket()


def test_a_role_that_nobody_has_today_is_deleted(
    administrator: CompanyDesk, person: People, account: AccountView
) -> None:
    administrator.roles.save("night", "夜班", ["ticket.view"], new=True)
    administrator.members.save(account.id, ["night"])
    administrator.members.remove(account.id)
    administrator.roles.remove("night")
    assert "night" not in {role.name for role in administrator.roles.all()}
    (entry,) = administrator.journal.latest(act="role.removed")
    assert entry.before == {"name": "night", "label": "夜班", "permissions": ["ticket.view"]}


def test_a_role_that_members_have_stays_and_they_are_counted(
    administrator: CompanyDesk, person: People, unchanged: Unchanged
) -> None:
    person("agent")
    person("observer", "agent")
    person("worker")
    with unchanged(), pytest.raises(InUse) as refused:
        administrator.roles.remove("agent")
    (problem,) = refused.value.problems
    assert (problem.value, problem.params) == ("客服", {"count": 2})
    assert administrator.roles.obstacle("agent") is not None
    assert administrator.roles.obstacle("supervisor") is None


def test_the_administrators_role_stays_whoever_asks(
    administrator: CompanyDesk, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    for desk in (administrator, company_desk):
        with unchanged(), pytest.raises(InUse) as refused:
            desk.roles.remove("administrator")
        assert [problem.rule for problem in refused.value.problems] == ["公司管理员这个角色不能删除"]


def test_another_companys_role_and_one_that_never_was_are_not_found(
    administrator: CompanyDesk, other_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    other_desk.roles.save("night", "夜班", ["ticket.view"], new=True)
    for name in ("night", "nothing"):
        with unchanged(), pytest.raises(NotFound):
            administrator.roles.remove(name)
        with pytest.raises(NotFound):
            administrator.roles.obstacle(name)


def test_nobody_gets_a_role_while_it_goes(
    administrator: CompanyDesk, person: People, account: AccountView, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = person("administrator", login="chenhong")
    both_have_looked = Barrier(2)
    kept_by, check = Roles._kept_by, Members._check

    def wait() -> None:
        # Whoever has to wait for his turn lets the other one wait in vain.
        with suppress(BrokenBarrierError):
            both_have_looked.wait(1)

    def look(roles: Roles, session: Session, row: RoleRow) -> tuple[FieldProblem, ...]:
        found = kept_by(roles, session, row)
        wait()
        return found

    def check_roles(session: Session, roles: Sequence[str]) -> None:
        check(session, roles)
        wait()

    def answer(act: Callable[[], object]) -> str:
        try:
            act()
        except InvalidInput:
            return "refused"
        return "done"

    monkeypatch.setattr(Roles, "_kept_by", look)
    monkeypatch.setattr(Members, "_check", staticmethod(check_roles))
    acts = (
        lambda: administrator.roles.remove("observer"),
        lambda: second.members.save(account.id, ["observer"]),
    )
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(answer, acts)) == ["done", "refused"]


def test_departments_stand_in_a_tree(administrator: CompanyDesk, unchanged: Unchanged) -> None:
    engineering = administrator.departments.create("eng", "工程部")
    water = administrator.departments.create("water", "给排水组", engineering.id)
    assert (water.path, water.depth) == ("/eng/water", 1)
    renamed = administrator.departments.change(engineering.id, "eng", "工程维修部")
    assert [(each.path, each.name) for each in administrator.departments.all()] == [
        ("/eng", "工程维修部"),
        ("/eng/water", "给排水组"),
    ]
    assert renamed.id == engineering.id
    with unchanged(), pytest.raises(Conflict):
        administrator.departments.create("water", "二组", engineering.id)
    for code, name in (("", "x"), ("a/b", "x"), ("eng2", " ")):
        with unchanged(), pytest.raises(InvalidInput):
            administrator.departments.create(code, name)


def test_the_other_companys_departments_are_not_found(
    administrator: CompanyDesk, other_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    foreign = other_desk.departments.create("eng", "工程部")
    with unchanged(), pytest.raises(NotFound):
        administrator.departments.change(foreign.id, "x", "x")
    with unchanged(), pytest.raises(NotFound):
        administrator.departments.create("water", "给排水组", foreign.id)
    assert administrator.departments.all() == ()


# --- Companies -----------------------------------------------------------------------------------------------------


def test_only_an_operator_makes_companies(administrator: CompanyDesk, desk: Desk, unchanged: Unchanged) -> None:
    with unchanged(), pytest.raises(NotAllowed):
        desk.companies.create(administrator.actor, "second", "第二家")


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"code": "Xing Fu"}, ["code"]),
        ({"code": "../x"}, ["code"]),
        ({"name": " "}, ["name"]),
        ({"time_zone": "Asia/Peking"}, ["time_zone"]),
        ({"accent": "red; } body {"}, ["accent"]),
        ({"code": "", "name": "", "time_zone": "../../etc/passwd"}, ["code", "name", "time_zone"]),
    ],
)
def test_a_company_that_cannot_be_is_refused_with_every_problem(
    desk: Desk, unchanged: Unchanged, values: dict[str, str], fields: list[str]
) -> None:
    given = {"code": "second", "name": "第二家", **values}
    with unchanged(), pytest.raises(InvalidInput) as refused:
        desk.companies.create(SYSTEM, given.pop("code"), given.pop("name"), **given)
    assert [problem.field for problem in refused.value.problems] == fields


def test_a_company_code_is_given_once(desk: Desk, company: CompanyView, unchanged: Unchanged) -> None:
    with unchanged(), pytest.raises(Conflict):
        desk.companies.create(SYSTEM, "xingfu", "另一家幸福")


def test_an_administrator_changes_his_own_company_and_no_other(
    administrator: CompanyDesk, desk: Desk, other_company: CompanyView, unchanged: Unchanged
) -> None:
    changed = desk.companies.change(administrator.actor, administrator.company.id, name="幸福家园物业", accent="teal")
    assert (changed.name, changed.accent, changed.code) == ("幸福家园物业", "teal", "xingfu")
    with unchanged(), pytest.raises(NotAllowed):
        desk.companies.change(administrator.actor, other_company.id, name="夺来的公司")


def test_an_operator_appoints_the_first_administrator(desk: Desk, company: CompanyView, account: AccountView) -> None:
    operator = Actor(UUID(int=1), "运维", is_operator=True)
    desk.companies.appoint(operator, company.id, account.id)
    actor = desk.accounts.actor(account.id, company.id)
    assert actor is not None
    assert actor.may("account.admin")


@pytest.mark.parametrize("name", ["幸福物业", " 幸福 物业 "])
def test_no_two_companies_have_one_name(
    desk: Desk, company: CompanyView, other_company: CompanyView, unchanged: Unchanged, name: str
) -> None:
    acts: tuple[Callable[[], object], ...] = (
        lambda: desk.companies.create(SYSTEM, "second", name),
        lambda: desk.companies.change(SYSTEM, other_company.id, name=name),
    )
    for act in acts:
        with unchanged(), pytest.raises(InvalidInput) as refused:
            act()
        assert [(problem.field, problem.rule) for problem in refused.value.problems] == [("name", "已有同名的公司")]
    assert desk.companies.change(SYSTEM, company.id, name="幸福物业", accent="red").accent == "red"
