"""Moving, changing and closing departments: what follows, and what stands in the way."""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from threading import Barrier, BrokenBarrierError
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from gongdan.errors import Conflict, FieldProblem, InUse, InvalidInput, NotAllowed, NotFound
from gongdan.services import departments, intake
from gongdan.services.departments import Departments, DepartmentView
from gongdan.services.desk import CompanyDesk
from gongdan.services.intake import NewTicket
from gongdan.services.work import Work
from gongdan.storage.companies import DepartmentRow
from gongdan.testing import sample
from gongdan.testing.beginnings import Beginning
from gongdan.testing.factories import Factory, People

Unchanged = Callable[[], AbstractContextManager[None]]
Tree = Mapping[str, DepartmentView]


@pytest.fixture
def tree(begin: Beginning, company_desk: CompanyDesk) -> Tree:
    """Make 工程部 with 水电班 and its 夜班 below it, and 客服部 beside it."""
    return begin(lambda: _grow(company_desk))


def _grow(company_desk: CompanyDesk) -> Tree:
    create = company_desk.departments.create
    made = {"eng": create("eng", "工程部"), "service": create("service", "客服部")}
    made["water"] = create("water", "水电班", made["eng"].id)
    made["night"] = create("night", "夜班", made["water"].id)
    return made


def paths(desk: CompanyDesk) -> dict[str, str]:
    return {one.name: one.path for one in desk.departments.all()}


# --- Moving and changing -------------------------------------------------------------------------------------------


def test_all_that_stands_below_moves_along(company_desk: CompanyDesk, tree: Tree) -> None:
    moved = company_desk.departments.move(tree["water"].id, tree["service"].id)
    assert (moved.parent_id, moved.path) == (tree["service"].id, "/service/water")
    assert paths(company_desk) == {
        "工程部": "/eng",
        "客服部": "/service",
        "水电班": "/service/water",
        "夜班": "/service/water/night",
    }
    (entry,) = company_desk.journal.latest(act="department.moved")
    assert (entry.before, entry.after) == ({"path": "/eng/water"}, {"path": "/service/water"})


def test_what_stands_below_a_department_follows_it_before_all_others(company_desk: CompanyDesk) -> None:
    create = company_desk.departments.create
    engineering = create("gc", "工程部")
    for code, name, above in (("gc-x", "工程部西区", None), ("sd", "水电班", engineering.id), ("bg", "办公室", None)):
        create(code, name, above)
    # "-" is less than "/", so by the text of its path 工程部西区 would part 工程部 from its own 水电班.
    assert list(paths(company_desk).values()) == ["/bg", "/gc", "/gc/sd", "/gc-x"]


def test_a_department_moves_out_of_all_others(company_desk: CompanyDesk, tree: Tree) -> None:
    assert company_desk.departments.move(tree["night"].id, None).parent_id is None
    assert paths(company_desk)["夜班"] == "/night"


def test_a_department_that_stays_where_it_is_leaves_no_trace(
    company_desk: CompanyDesk, tree: Tree, unchanged: Unchanged
) -> None:
    with unchanged():
        company_desk.departments.move(tree["water"].id, tree["eng"].id)
        company_desk.departments.change(tree["water"].id, "water", "水电班")


@pytest.mark.parametrize("below", ["eng", "water", "night"])
def test_no_department_stands_below_itself(
    company_desk: CompanyDesk, tree: Tree, unchanged: Unchanged, below: str
) -> None:
    with unchanged(), pytest.raises(InvalidInput) as refused:
        company_desk.departments.move(tree["eng"].id, tree[below].id)
    assert [problem.field for problem in refused.value.problems] == ["above"]


def test_a_name_that_merely_begins_alike_is_no_department_below(company_desk: CompanyDesk, tree: Tree) -> None:
    other = company_desk.departments.create("eng2", "工程二部")
    company_desk.departments.move(tree["eng"].id, other.id)
    assert paths(company_desk)["夜班"] == "/eng2/eng/water/night"


def test_a_place_that_is_taken_is_refused(company_desk: CompanyDesk, tree: Tree, unchanged: Unchanged) -> None:
    company_desk.departments.create("water", "送水组", tree["service"].id)
    with unchanged(), pytest.raises(Conflict) as refused:
        company_desk.departments.move(tree["water"].id, tree["service"].id)
    assert refused.value.existing == "/service/water"
    with unchanged(), pytest.raises(Conflict):
        company_desk.departments.change(tree["eng"].id, "service", "工程部")


def test_another_code_is_followed_by_all_that_stands_below(company_desk: CompanyDesk, tree: Tree) -> None:
    changed = company_desk.departments.change(tree["eng"].id, " gc ", "工程维修部")
    assert (changed.code, changed.name, changed.path) == ("gc", "工程维修部", "/gc")
    assert paths(company_desk)["夜班"] == "/gc/water/night"
    (entry,) = company_desk.journal.latest(act="department.changed")
    assert entry.after == {"path": "/gc", "name": "工程维修部"}


def test_a_path_that_no_longer_fits_is_refused_with_all_below_it(
    company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    above, top = None, None
    for _ in range(8):
        above = company_desk.departments.create("x" * 60, "一级", above.id if above else None)
        top = top or above
    long = company_desk.departments.create("y" * 20, "新上级")
    assert top is not None
    with unchanged(), pytest.raises(InvalidInput):
        company_desk.departments.move(top.id, long.id)


@pytest.mark.parametrize(("code", "name"), [("", "x"), ("a/b", "x"), ("eng2", " ")])
def test_a_department_needs_a_code_and_a_name(
    company_desk: CompanyDesk, tree: Tree, unchanged: Unchanged, code: str, name: str
) -> None:
    with unchanged(), pytest.raises(InvalidInput):
        company_desk.departments.change(tree["eng"].id, code, name)


def test_two_departments_cannot_be_put_below_each_other_at_once(
    company_desk: CompanyDesk, tree: Tree, person: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    desks = [person("administrator") for _ in range(2)]
    eng, service = tree["eng"].id, tree["service"].id
    both_have_looked, lead_to = Barrier(2), departments._lead_to

    def look_then_lead(work: Work, row: DepartmentRow, path: str) -> None:
        # Whoever has to wait for his turn lets the other one wait in vain.
        with suppress(BrokenBarrierError):
            both_have_looked.wait(1)
        lead_to(work, row, path)

    monkeypatch.setattr(departments, "_lead_to", look_then_lead)
    acts = (lambda: desks[0].departments.move(eng, service), lambda: desks[1].departments.move(service, eng))
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(outcome, acts)) == ["done", "refused"]


def outcome(act: Callable[[], object]) -> str:
    try:
        act()
    except InvalidInput:
        return "refused"
    return "done"


# --- Closing -------------------------------------------------------------------------------------------------------


def test_a_closed_department_is_no_choice_any_more(
    company_desk: CompanyDesk, factory: Factory, person: People, tree: Tree, unchanged: Unchanged
) -> None:
    night = tree["night"].id
    member = person("agent").actor.account_id
    assert member is not None
    ticket = factory.ticket()
    company_desk.departments.close(night)
    assert paths(company_desk) == {"工程部": "/eng", "客服部": "/service", "水电班": "/eng/water"}
    (entry,) = company_desk.journal.latest(act="department.closed")
    assert entry.before == {"path": "/eng/water/night", "name": "夜班"}
    acts: tuple[Callable[[], object], ...] = (
        lambda: company_desk.members.save(member, ["agent"], department_id=night),
        lambda: factory.ticket(department_id=night),
        lambda: company_desk.tickets.change(ticket.id, ticket.version, {"department_id": str(night)}),
    )
    for act in acts:
        with unchanged(), pytest.raises(InvalidInput) as refused:
            act()
        assert [problem.rule for problem in refused.value.problems] == ["这个部门已停用"]
    acts = (
        lambda: company_desk.departments.create("early", "早班", night),
        lambda: company_desk.departments.change(night, "early", "早班"),
        lambda: company_desk.departments.move(night, None),
        lambda: company_desk.departments.move(tree["service"].id, night),
        lambda: company_desk.departments.close(night),
        lambda: company_desk.departments.obstacle(night),
    )
    for act in acts:
        with unchanged(), pytest.raises(NotFound):
            act()


def test_what_is_left_in_a_department_is_counted_and_keeps_it_open(
    company_desk: CompanyDesk, factory: Factory, person: People, tree: Tree, unchanged: Unchanged
) -> None:
    water = tree["water"].id
    for _ in range(2):
        member = person("agent").actor.account_id
        assert member is not None
        company_desk.members.save(member, ["agent"], department_id=water)
    for _ in range(3):
        factory.ticket(department_id=water)
    with unchanged(), pytest.raises(InUse) as refused:
        company_desk.departments.close(water)
    assert [(problem.rule, problem.params) for problem in refused.value.problems] == [
        ("还有 {count} 个下级部门，请先移走或停用它们", {"count": 1}),
        ("还有 {count} 名成员，请先在“人员”页给他们换部门", {"count": 2}),
        ("还有 {count} 张未结工单，请先办结或改由别的部门处理", {"count": 3}),
    ]
    obstacle = company_desk.departments.obstacle(water)
    assert obstacle is not None
    assert len(obstacle.problems) == 3
    assert company_desk.departments.obstacle(tree["night"].id) is None


def test_members_who_left_and_closed_tickets_and_departments_hold_nothing_open(
    company_desk: CompanyDesk, factory: Factory, person: People, tree: Tree
) -> None:
    water = tree["water"].id
    member = person("agent").actor.account_id
    assert member is not None
    company_desk.members.save(member, ["agent"], department_id=water)
    company_desk.members.remove(member)
    ticket = factory.ticket(department_id=water)
    company_desk.moves.make(ticket.id, "void", ticket.version, {"remark": "不用了"})
    company_desk.departments.close(tree["night"].id)
    company_desk.departments.close(water)
    case = company_desk.cases.read(ticket.id)
    assert case.name(case.ticket.department_id) == "水电班"


def test_a_ticket_that_names_a_closed_department_can_still_be_changed(
    company_desk: CompanyDesk, factory: Factory, tree: Tree
) -> None:
    night = tree["night"].id
    ticket = factory.ticket(department_id=night)
    closed = company_desk.moves.make(ticket.id, "void", ticket.version, {"remark": "不用了"})
    company_desk.departments.close(night)
    given = {"department_id": str(night), "place": "3-2-502"}
    changed = company_desk.tickets.correct(ticket.id, closed.version, given, reason="改错了房号")
    assert (changed.place, changed.department_id) == ("3-2-502", night)


def test_a_closed_department_keeps_its_code(company_desk: CompanyDesk, tree: Tree, unchanged: Unchanged) -> None:
    company_desk.departments.close(tree["service"].id)
    with unchanged(), pytest.raises(InvalidInput) as refused:
        company_desk.departments.create("service", "客户服务部")
    assert [(problem.field, problem.params) for problem in refused.value.problems] == [("code", {"name": "客服部"})]


def test_closed_departments_follow_those_that_they_stood_below(company_desk: CompanyDesk, tree: Tree) -> None:
    company_desk.departments.close(tree["night"].id)
    company_desk.departments.change(tree["eng"].id, "gc", "工程部")
    with company_desk.reading() as session:
        assert session.get_one(DepartmentRow, tree["night"].id).path == "/gc/water/night"


def test_no_ticket_comes_to_a_department_while_it_closes(
    company_desk: CompanyDesk, person: People, tree: Tree, monkeypatch: pytest.MonkeyPatch
) -> None:
    service, clerk, boss = tree["service"].id, person("agent"), person("administrator")
    both_have_looked, left_in = Barrier(2), Departments._left_in
    new = NewTicket(
        type=sample.REPAIR.name, description="漏水", contact_name="王芳", contact_phone="13800138000",
        place="3-2-501", department_id=service,
    )  # fmt: skip

    def wait() -> None:
        with suppress(BrokenBarrierError):
            both_have_looked.wait(1)

    def look(using: Departments, session: Session, row: DepartmentRow) -> tuple[FieldProblem, ...]:
        found = left_in(using, session, row)
        wait()
        return found

    def require(session: Session, department_id: UUID) -> None:
        departments.require_open(session, department_id)
        wait()

    monkeypatch.setattr(Departments, "_left_in", look)
    monkeypatch.setattr(intake, "require_open", require)
    acts = (lambda: boss.departments.close(service), lambda: clerk.intake.open(new))
    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(outcome, acts)) == ["done", "refused"]


def test_departments_of_others_and_without_the_permission_stay_as_they_are(
    company_desk: CompanyDesk, other_desk: CompanyDesk, person: People, tree: Tree, unchanged: Unchanged
) -> None:
    foreign, agent, own = other_desk.departments.create("eng", "工程部"), person("agent"), tree["night"].id
    refusals: tuple[tuple[type[Exception], Callable[[], object]], ...] = (
        (NotFound, lambda: company_desk.departments.move(foreign.id, None)),
        (NotFound, lambda: company_desk.departments.move(own, foreign.id)),
        (NotFound, lambda: company_desk.departments.close(foreign.id)),
        (NotAllowed, lambda: agent.departments.move(own, None)),
        (NotAllowed, lambda: agent.departments.change(own, "x", "x")),
        (NotAllowed, lambda: agent.departments.close(own)),
        (NotAllowed, lambda: agent.departments.obstacle(own)),
    )
    for kind, act in refusals:
        with unchanged(), pytest.raises(kind):
            act()
