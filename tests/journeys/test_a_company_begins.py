"""From an empty installation to the first closed case, each step by the person whose it is."""

from datetime import timedelta

from gongdan.domain.ticket_links import LinkKind
from gongdan.services.actors import SYSTEM
from gongdan.services.desk import Desk
from gongdan.services.members import NewMember
from gongdan.services.parties import PartyInput
from gongdan.services.tickets import TicketFilter
from gongdan.testing import sample
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import PASSWORD, Factory, People


def test_an_operator_sets_up_an_administrator_hires_and_the_agents_work(desk: Desk, clock: Clock) -> None:
    operator_account = desk.accounts.create(SYSTEM, "ops", "运维", PASSWORD, is_operator=True)
    operator = desk.accounts.operator(operator_account.id)
    company = desk.companies.create(operator, "xingfu", "幸福物业")
    chief = desk.accounts.create(operator, "chenhong", "陈红", PASSWORD)
    desk.companies.appoint(operator, company.id, chief.id)

    administrator_actor = desk.accounts.actor(chief.id, company.id)
    assert administrator_actor is not None
    administrator = desk.at(company, administrator_actor)
    administrator.plugins.enable(sample.NAME)
    administrator = desk.at(company, administrator_actor)
    administrator.numbers.set_pattern(sample.REPAIR.name, "幸福{yy}{mm}{serial:3}")
    service = administrator.departments.create("cs", "客服部")
    hired, first_password = administrator.members.hire(
        NewMember(login="zhangmin", name="张敏", roles=("agent",), department_id=service.id)
    )
    worker, _ = administrator.members.hire(NewMember(login="liqiang", name="李强", roles=("worker",)))

    token = desk.sessions.log_in("zhangmin", first_password, address="10.0.0.7", device="前台电脑")
    session = desk.sessions.find(token)
    assert session is not None
    assert session.account.must_change_password
    desk.accounts.change_password(hired.account_id, first_password, PASSWORD)
    agent_actor = desk.accounts.actor(hired.account_id, company.id)
    worker_actor = desk.accounts.actor(worker.account_id, company.id)
    assert agent_actor is not None
    assert worker_actor is not None

    agent = desk.at(company, agent_actor)
    caller = agent.parties.create(PartyInput(name="王芳", phones=("13800138000",)))
    assert [party.id for party in agent.parties.by_phone("1380013")] == [caller.id]
    ticket = Factory(agent).ticket(requester_id=caller.id, description="厨房水管漏水")
    assert ticket.number == "幸福2603001"
    agent.moves.make(ticket.id, "dispatch", 1, {"assignee": str(worker.account_id), "estimate": "80"})

    clock.move(timedelta(hours=2))
    at_work = desk.at(company, worker_actor)
    assert [line.ticket.id for line in at_work.tickets.list(TicketFilter(assignee=str(worker.account_id))).lines] == [
        ticket.id
    ]
    done = at_work.moves.make(ticket.id, "finish", 2, {"result": "已更换软管", "cause": "wear", "fee": "50"})
    at_work.notes.write(ticket.id, "@张敏 已完工，请回访")
    assert [note.body for note, _ in agent.notes.mentioning(hired.account_id)] == ["@张敏 已完工，请回访"]

    administrator.members.save(hired.account_id, ["agent", "supervisor"], department_id=service.id)
    promoted = desk.accounts.actor(hired.account_id, company.id)
    assert promoted is not None
    closed = desk.at(company, promoted).moves.make(ticket.id, "close", done.version, {"finding": "valid"})
    assert (closed.state, closed.owner_id, closed.assignee_id) == ("closed", hired.account_id, worker.account_id)
    assert administrator.journal.verify().first_bad is None


def test_a_flood_is_one_case_with_many_calls(person: People, clock: Clock) -> None:
    at = person("supervisor", "agent", name="李建国")
    factory = Factory(at)
    burst = factory.ticket(description="三号楼主管爆裂")
    calls = [factory.ticket(description=f"三号楼 {room} 停水", place=f"3-{room}") for room in (501, 502, 503)]
    for call in calls[:2]:
        at.links.make(LinkKind.CAUSED_BY, call.id, burst.id)
    at.links.merge(calls[1].id, calls[0].id)
    at.links.make(LinkKind.PARENT, burst.id, calls[0].id)
    at.links.make(LinkKind.PARENT, burst.id, calls[2].id)
    assert at.tickets.count(TicketFilter(is_open=True)) == 3

    clock.move(timedelta(hours=3))
    version = at.moves.make(burst.id, "dispatch", 1, {"assignee": str(at.actor.account_id)}).version
    version = at.moves.make(burst.id, "finish", version, {"result": "换管", "cause": "wear"}).version
    for call in (calls[0], calls[2]):
        at.moves.make(call.id, "void", 1, {"remark": "与主管爆裂一并处理"})
    closed = at.moves.make(burst.id, "close", version, {})
    assert at.tickets.count(TicketFilter(is_open=True)) == 0

    clock.move(timedelta(days=1))
    again = at.moves.make(burst.id, "reopen", closed.version, {"remark": "又漏了"})
    assert (again.round, again.is_open) == (2, True)
    found = [line.ticket.number for line in at.tickets.list(TicketFilter(text="停水", sort="number")).lines]
    assert found == [call.number for call in calls]
    assert at.journal.verify().first_bad is None
