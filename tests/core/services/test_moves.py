from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from gongdan.domain.ticket_links import LinkKind
from gongdan.errors import InvalidInput, MoveRefused, NotAllowed, NotFound, Refusal, StaleVersion
from gongdan.services.desk import CompanyDesk
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import Factory, People

Unchanged = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def agent(person: People) -> CompanyDesk:
    return person("agent", name="张敏")


@pytest.fixture
def supervisor(person: People) -> CompanyDesk:
    return person("supervisor", name="李建国")


def _id(desk: CompanyDesk) -> str:
    return str(desk.actor.account_id)


def _finished(desk: CompanyDesk, ticket_id: UUID) -> int:
    """Take a new ticket to the state done; returns its version."""
    desk.moves.make(ticket_id, "dispatch", 1, {"assignee": _id(desk), "estimate": "80"})
    return desk.moves.make(ticket_id, "finish", 2, {"result": "已更换软管", "cause": "wear", "fee": "50"}).version


@pytest.mark.clause("SAMPLE-01")
def test_a_ticket_goes_from_intake_to_closed(agent: CompanyDesk, supervisor: CompanyDesk, clock: Clock) -> None:
    ticket = Factory(agent).ticket()
    clock.move(timedelta(minutes=30))
    dispatched = agent.moves.make(ticket.id, "dispatch", 1, {"assignee": _id(supervisor), "estimate": "80"})
    assert (dispatched.state, dispatched.state_category, dispatched.version) == ("working", "waiting_us", 2)
    assert dispatched.assignee_id == supervisor.actor.account_id
    done = agent.moves.make(ticket.id, "finish", 2, {"result": "已更换软管", "cause": "wear", "fee": "50"})
    assert (done.state, done.is_open, done.fields["fee"], done.cause) == ("done", True, "50", "wear")
    clock.move(timedelta(days=1))
    closed = supervisor.moves.make(ticket.id, "close", 3, {"finding": "valid"})
    assert (closed.state, closed.state_category, closed.is_open, closed.version) == ("closed", "closed", False, 4)
    assert closed.closed_at == datetime(2026, 3, 6, 2, 30, tzinfo=UTC)
    assert (closed.finding, closed.finding_by) == ("valid", supervisor.actor.account_id)


def test_every_reason_is_named_at_once_with_its_clauses(agent: CompanyDesk, unchanged: Unchanged) -> None:
    ticket = Factory(agent).ticket(fields={"estimate": "80"})
    with unchanged(), pytest.raises(MoveRefused) as refused:
        agent.moves.make(ticket.id, "finish", 1, {"fee": "100"})
    assert refused.value.move == "完成"
    assert refused.value.refusals == (
        Refusal("from_state", "工单当前的状态不允许这一步", ("SAMPLE-01",)),
        Refusal("required", "必须填写", ("SAMPLE-01",), "result"),
        Refusal("required", "必须填写", ("SAMPLE-01",), "cause"),
        Refusal("fee_within_estimate", "实际费用超过预估费用", ("SAMPLE-02",), "fee"),
    )


@pytest.mark.clause("SAMPLE-02")
def test_a_guard_lets_pass_what_keeps_its_rule_and_refuses_what_does_not(
    agent: CompanyDesk, unchanged: Unchanged
) -> None:
    ticket = Factory(agent).ticket()
    agent.moves.make(ticket.id, "dispatch", 1, {"assignee": _id(agent), "estimate": "80"})
    answers = {"result": "已更换软管", "cause": "wear"}
    with unchanged(), pytest.raises(MoveRefused) as refused:
        agent.moves.make(ticket.id, "finish", 2, {**answers, "fee": "80.01"})
    assert [refusal.guard for refusal in refused.value.refusals] == ["fee_within_estimate"]
    assert agent.moves.make(ticket.id, "finish", 2, {**answers, "fee": "80.00"}).state == "done"


def test_a_move_of_another_role_is_refused_under_the_name_people_know(
    agent: CompanyDesk, supervisor: CompanyDesk, unchanged: Unchanged
) -> None:
    ticket = Factory(agent).ticket()
    version = _finished(agent, ticket.id)
    with unchanged(), pytest.raises(MoveRefused) as refused:
        agent.moves.make(ticket.id, "close", version, {})
    assert refused.value.refusals == (Refusal("role", "这一步须由以下角色执行：{roles}", params={"roles": "主管"}),)
    assert supervisor.moves.make(ticket.id, "close", version, {}).state == "closed"


def test_a_move_that_needs_a_reason_keeps_it_as_an_internal_note(agent: CompanyDesk, unchanged: Unchanged) -> None:
    ticket = Factory(agent).ticket()
    with unchanged(), pytest.raises(MoveRefused) as refused:
        agent.moves.make(ticket.id, "void", 1, {"remark": "  "})
    assert refused.value.refusals == (Refusal("remark", "请写明原因", (), "remark"),)
    agent.moves.make(ticket.id, "void", 1, {"remark": "业主重复报修"})
    (note,) = agent.notes.of_ticket(ticket.id)
    assert (note.body, note.is_public, note.author_name) == ("业主重复报修", False, "张敏")


def test_a_parent_does_not_close_before_its_children(supervisor: CompanyDesk, unchanged: Unchanged) -> None:
    factory = Factory(supervisor)
    parent, first, second = factory.ticket(), factory.ticket(), factory.ticket()
    for child in (first, second):
        supervisor.links.make(LinkKind.PARENT, parent.id, child.id)
    version = _finished(supervisor, parent.id)
    with unchanged(), pytest.raises(MoveRefused) as refused:
        supervisor.moves.make(parent.id, "close", version, {})
    (refusal,) = refused.value.refusals
    assert (refusal.guard, refusal.params) == ("open_children", {"count": 2})
    for child in (first, second):
        supervisor.moves.make(child.id, "void", 1, {"remark": "与主单一并处理"})
    assert supervisor.moves.make(parent.id, "close", version, {}).state == "closed"


def test_reopening_starts_a_round_and_keeps_what_was_written(supervisor: CompanyDesk) -> None:
    ticket = Factory(supervisor).ticket()
    version = _finished(supervisor, ticket.id)
    closed = supervisor.moves.make(ticket.id, "close", version, {})
    again = supervisor.moves.make(ticket.id, "reopen", closed.version, {"remark": "业主反映又漏水"})
    assert (again.state, again.is_open, again.round, again.closed_at) == ("working", True, 2, None)
    assert again.fields["result"] == "已更换软管"
    (note,) = supervisor.notes.of_ticket(ticket.id)
    assert (note.body, note.round) == ("业主反映又漏水", 2)


def test_a_move_made_from_an_old_page_is_refused(agent: CompanyDesk, unchanged: Unchanged) -> None:
    ticket = Factory(agent).ticket()
    agent.tickets.change(ticket.id, 1, {"subject": "主卧漏水"})
    with unchanged(), pytest.raises(StaleVersion) as refused:
        agent.moves.make(ticket.id, "dispatch", 1, {"assignee": _id(agent)})
    assert (refused.value.key, refused.value.expected, refused.value.actual) == ("BX202603-0001", 1, 2)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"estimate": "八十"}, "estimate"),
        ({"estimate": "-1"}, "estimate"),
        ({"estimate": "80.001"}, "estimate"),
        ({"assignee": "不是编号"}, "assignee"),
        ({"assignee": "00000000-0000-0000-0000-000000000000"}, "assignee"),
    ],
)
def test_a_move_with_a_wrong_value_is_refused_naming_the_field(
    agent: CompanyDesk, unchanged: Unchanged, given: dict[str, str], field: str
) -> None:
    ticket = Factory(agent).ticket()
    with unchanged(), pytest.raises(InvalidInput) as refused:
        agent.moves.make(ticket.id, "dispatch", 1, {"assignee": _id(agent), **given})
    assert [problem.field for problem in refused.value.problems] == [field]


def test_a_person_of_another_company_is_no_assignee(
    agent: CompanyDesk, person: People, other_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    stranger = person("agent", company=other_desk.company)
    ticket = Factory(agent).ticket()
    with unchanged(), pytest.raises(InvalidInput):
        agent.moves.make(ticket.id, "dispatch", 1, {"assignee": _id(stranger)})


def test_a_value_that_the_move_does_not_ask_for_is_not_written(agent: CompanyDesk) -> None:
    ticket = Factory(agent).ticket()
    given = {"assignee": _id(agent), "result": "偷写的结果", "state": "closed", "severity": "major", "round": "9"}
    moved = agent.moves.make(ticket.id, "dispatch", 1, given)
    assert (moved.state, moved.severity, moved.round, "result" in moved.fields) == ("working", "", 1, False)


def test_what_does_not_exist_and_what_is_not_ours_are_not_found(
    agent: CompanyDesk, other_factory: Factory, unchanged: Unchanged
) -> None:
    foreign = other_factory.ticket()
    own = Factory(agent).ticket()
    for ticket_id, move in ((foreign.id, "dispatch"), (UUID(int=1), "dispatch"), (own.id, "explode")):
        with unchanged(), pytest.raises(NotFound):
            agent.moves.make(ticket_id, move, 1, {"assignee": _id(agent)})


def test_an_observer_moves_nothing(agent: CompanyDesk, person: People, unchanged: Unchanged) -> None:
    ticket = Factory(agent).ticket()
    observer = person("observer")
    with unchanged(), pytest.raises(NotAllowed) as refused:
        observer.moves.make(ticket.id, "dispatch", 1, {"assignee": _id(agent)})
    assert refused.value.permission == "ticket.move"
    assert observer.moves.offers(ticket) == ()


def test_of_two_people_who_move_at_once_one_wins_and_the_other_is_told(agent: CompanyDesk) -> None:
    ticket = Factory(agent).ticket()

    def dispatch(_: int) -> str:
        try:
            own = agent.installation.at(agent.company, agent.actor)
            return own.moves.make(ticket.id, "dispatch", 1, {"assignee": _id(agent)}).state
        except StaleVersion:
            return "stale"

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(dispatch, range(8)))
    assert answers == ["stale"] * 7 + ["working"]
    assert agent.tickets.find(ticket.id).version == 2
    assert [entry.act for entry in agent.journal.of(ticket.id)] == ["ticket.opened", "ticket.moved"]


def test_offers_name_the_usual_move_first_and_what_stands_in_its_way(
    agent: CompanyDesk, supervisor: CompanyDesk
) -> None:
    factory = Factory(supervisor)
    ticket, child = factory.ticket(), factory.ticket()
    supervisor.links.make(LinkKind.PARENT, ticket.id, child.id)
    offered = {offer.move.name: [refusal.guard for refusal in offer.refusals] for offer in agent.moves.offers(ticket)}
    assert offered == {"dispatch": [], "void": ["open_children"]}
    assert next(iter(offered)) == "dispatch"


def test_a_move_of_another_role_is_not_offered(agent: CompanyDesk, supervisor: CompanyDesk) -> None:
    ticket = Factory(agent).ticket()
    _finished(agent, ticket.id)
    done = agent.tickets.find(ticket.id)
    assert [offer.move.name for offer in agent.moves.offers(done)] == ["reopen"]
    assert [offer.move.name for offer in supervisor.moves.offers(done)] == ["close", "reopen"]


def test_a_move_is_journalled_with_the_values_before_and_after(agent: CompanyDesk, clock: Clock) -> None:
    ticket = Factory(agent).ticket()
    clock.move(timedelta(minutes=5))
    agent.moves.make(ticket.id, "dispatch", 1, {"assignee": _id(agent)})
    entry = agent.journal.of(ticket.id)[-1]
    assert (entry.act, entry.actor_name, entry.at) == ("ticket.moved", "张敏", datetime(2026, 3, 5, 2, 5, tzinfo=UTC))
    assert (entry.before, entry.after) == (
        {"state": "new", "assignee_id": None},
        {"state": "working", "assignee_id": _id(agent), "move": "dispatch"},
    )
