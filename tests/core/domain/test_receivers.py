"""Who is meant by a role, by the head of a department, by the assignee; and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid4

from gongdan.domain.receivers import Around, Person, Reason, Staff, Unrostered, find, loaded

COMPANY, SERVICE, DESK = uuid4(), uuid4(), uuid4()
ABOVE = {COMPANY: None, SERVICE: COMPANY, DESK: SERVICE}


def person(
    name: str, *roles: str, department: UUID | None = None, position: str = "", above: Person | None = None
) -> Person:
    """Return a member."""
    return Person(uuid4(), name, department, position, above.id if above else None, frozenset(roles))


def staff(*people: Person) -> Staff:
    """Return the people of the company."""
    return Staff({one.id: one for one in people}, ABOVE)


CHIEF = person("王总", "administrator", department=COMPANY, position="总经理")
MANAGER = person("李建国", "agent", department=SERVICE, position="客服经理", above=CHIEF)
AGENT = person("张敏", "agent", department=DESK, above=MANAGER)
ENGINEER = person("刘洋", "engineer", department=COMPANY)
OTHER = person("赵磊", "engineer", department=COMPANY)
EVERYBODY = staff(CHIEF, MANAGER, AGENT, ENGINEER, OTHER)


def test_the_first_that_can_be_found_is_meant() -> None:
    found = find(("assignee", "owner"), Around(owner=AGENT.id, department=DESK), EVERYBODY)
    assert (found.people, found.reason) == ((AGENT,), Reason(by="owner", missing=("assignee",)))


def test_a_role_is_looked_for_in_the_department_then_above_then_anywhere() -> None:
    here = find(("agent",), Around(department=DESK), EVERYBODY)
    assert (here.people, here.reason) == ((AGENT,), Reason(by="role", role="agent", department_id=DESK))
    above = find(("engineer",), Around(department=DESK), EVERYBODY)
    assert (above.people, above.reason.is_above, above.reason.department_id) == ((ENGINEER, OTHER), True, COMPANY)
    elsewhere = staff(CHIEF, person("钱七", "cashier", department=uuid4()))
    found = find(("cashier",), Around(department=DESK), elsewhere)
    assert ([one.name for one in found.people], found.reason.department_id) == (["钱七"], None)


def test_the_head_leads_by_position_in_the_department_or_above() -> None:
    found = find(("department_head",), Around(department=DESK), EVERYBODY)
    assert (found.people, found.reason) == (
        (MANAGER,), Reason(by="department_head", department_id=SERVICE, is_above=True),
    )  # fmt: skip


def test_who_owes_it_himself_is_not_told_as_its_head() -> None:
    found = find(("department_head",), Around(department=SERVICE, debtor=MANAGER.id), EVERYBODY)
    assert found.people == (CHIEF,)


@dataclass(frozen=True)
class Away(Unrostered):
    """The presence of a company in which some are away, each with his deputy."""

    deputies: Mapping[UUID, UUID | None]

    def deputy_of(self, account_id: UUID) -> UUID | None:
        return self.deputies.get(account_id, account_id)


def test_for_a_head_who_is_away_his_deputy_answers() -> None:
    away = Away({MANAGER.id: ENGINEER.id})
    owed = find(("department_head",), Around(department=DESK, presence=away), EVERYBODY)
    assert (owed.people, owed.reason) == (
        (ENGINEER,),
        Reason(by="department_head", department_id=SERVICE, is_above=True, deputy_for="李建国"),
    )
    told = find(("supervisor",), Around(debtor=AGENT.id, presence=away), EVERYBODY)
    assert (told.people, told.reason) == ((ENGINEER,), Reason(by="supervisor", deputy_for="李建国"))


def test_a_head_who_is_away_without_a_deputy_is_meant_still() -> None:
    away = Away({MANAGER.id: None})
    found = find(("department_head",), Around(department=DESK, presence=away), EVERYBODY)
    assert (found.people, found.reason.deputy_for) == ((MANAGER,), "")


def test_a_deputy_who_owes_it_himself_is_not_told_as_its_head() -> None:
    around = Around(department=DESK, debtor=AGENT.id, presence=Away({MANAGER.id: AGENT.id}))
    head, supervisor = (find((name,), around, EVERYBODY) for name in ("department_head", "supervisor"))
    assert (head.people, head.reason.department_id) == ((CHIEF,), COMPANY)
    assert (supervisor.people, supervisor.reason.deputy_for) == ((MANAGER,), "")


def test_a_case_without_a_department_belongs_where_its_people_do() -> None:
    assert find(("department_head",), Around(assignee=AGENT.id), EVERYBODY).people == (MANAGER,)


def test_without_a_head_it_is_the_supervisor() -> None:
    boss = person("孙立", "agent")
    worker = person("周杰", "agent", department=DESK, above=boss)
    found = find(("department_head",), Around(assignee=worker.id, department=DESK), staff(boss, worker))
    assert (found.people, found.reason.by) == ((boss,), "supervisor")


def test_what_nobody_holds_falls_to_the_head_then_to_the_administrators() -> None:
    head = find(("plumber",), Around(department=DESK), EVERYBODY)
    assert (head.people, head.reason.missing) == ((MANAGER,), ("plumber",))
    alone = staff(person("王总", "administrator"))
    found = find(("plumber",), Around(department=DESK), alone)
    assert (found.reason.by, found.reason.missing) == ("administrator", ("plumber", "department_head"))
    assert find(("plumber",), Around(), staff()).people == ()


def test_a_reason_comes_back_as_it_was_kept() -> None:
    reason = Reason(
        by="role",
        role="engineer",
        department_id=COMPANY,
        is_above=True,
        missing=("assignee",),
        deputy_for="张敏",
        relieved="王芳",
    )
    assert loaded(reason.stored()) == reason
    assert loaded({}) == Reason(by="nobody")
