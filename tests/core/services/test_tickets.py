"""Changing tickets, and lists that show each of them once."""

import base64
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from gongdan.errors import InvalidInput, MoveRefused, NotAllowed, NotFound, StaleVersion, TicketClosed
from gongdan.services.desk import CompanyDesk
from gongdan.services.tickets import SORTS, TicketFilter, Tickets
from gongdan.testing import sample
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import Factory, People

Unchanged = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def agent(person: People) -> CompanyDesk:
    return person("agent", name="张敏")


@pytest.fixture
def supervisor(person: People) -> CompanyDesk:
    return person("supervisor", name="李建国")


# --- Changing ------------------------------------------------------------------------------------------------------


def test_a_change_writes_what_was_given_and_journals_what_differs(agent: CompanyDesk, clock: Clock) -> None:
    ticket = Factory(agent).ticket(fields={"appointment": "2026-03-06 10:00", "is_urgent": "true"})
    clock.move(timedelta(minutes=5))
    given = {
        "subject": " 主卧漏水 ",
        "severity": "major",
        "place": ticket.place,
        "is_urgent": "false",
        "appointment": "",
    }
    changed = agent.tickets.change(ticket.id, 1, given)
    assert (changed.subject, changed.severity, changed.fields, changed.version) == (
        "主卧漏水",
        "major",
        {"is_urgent": False},
        2,
    )
    assert changed.changed_at == datetime(2026, 3, 5, 2, 5, tzinfo=UTC)
    entry = agent.journal.of(ticket.id)[-1]
    assert (entry.act, entry.before, entry.after) == (
        "ticket.changed",
        {
            "subject": ticket.subject,
            "severity": "",
            "fields": {"appointment": "2026-03-06T10:00:00+08:00", "is_urgent": True},
        },
        {"subject": "主卧漏水", "severity": "major", "fields": {"is_urgent": False}},
    )


def test_a_change_to_the_same_values_changes_nothing(agent: CompanyDesk, unchanged: Unchanged) -> None:
    ticket = Factory(agent).ticket(fields={"is_urgent": "true"})
    with unchanged():
        same = agent.tickets.change(ticket.id, 1, {"subject": ticket.subject, "is_urgent": "true"})
    assert same == ticket


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"subject": "  "}, "subject"),
        ({"subject": "漏" * 301}, "subject"),
        ({"severity": "fatal"}, "severity"),
        ({"channel": "telepathy"}, "channel"),
        ({"appointment": "2026-02-30 10:00"}, "appointment"),
        ({"is_urgent": "也许"}, "is_urgent"),
        ({"asset_id": "00000000-0000-0000-0000-000000000000"}, "asset"),
        ({"requester_id": "x"}, "requester"),
    ],
)
def test_a_wrong_value_is_refused_naming_the_field(
    agent: CompanyDesk, unchanged: Unchanged, given: dict[str, object], field: str
) -> None:
    ticket = Factory(agent).ticket()
    with unchanged(), pytest.raises(InvalidInput) as refused:
        agent.tickets.change(ticket.id, 1, given)
    assert [problem.field for problem in refused.value.problems] == [field]


def test_what_the_form_does_not_have_cannot_be_written(agent: CompanyDesk) -> None:
    ticket = Factory(agent).ticket()
    given = {"state": "closed", "is_open": False, "number": "BX1", "round": 9, "company_id": "x", "version": 7}
    assert agent.tickets.change(ticket.id, 1, {**given, "opened_at": "2020-01-01", "plugin": "x"}) == ticket


def test_a_change_from_an_old_page_is_refused(agent: CompanyDesk, unchanged: Unchanged) -> None:
    ticket = Factory(agent).ticket()
    agent.tickets.change(ticket.id, 1, {"subject": "主卧漏水"})
    with unchanged(), pytest.raises(StaleVersion):
        agent.tickets.change(ticket.id, 1, {"subject": "次卧漏水"})


def test_the_first_contact_person_changes_only_by_permission(
    agent: CompanyDesk, supervisor: CompanyDesk, unchanged: Unchanged
) -> None:
    ticket = Factory(agent).ticket()
    with unchanged(), pytest.raises(NotAllowed) as refused:
        agent.tickets.change(ticket.id, 1, {"owner_id": supervisor.actor.account_id})
    assert refused.value.permission == "ticket.change_owner"
    changed = supervisor.tickets.change(ticket.id, 1, {"owner_id": str(supervisor.actor.account_id)})
    assert changed.owner_id == supervisor.actor.account_id


def test_a_ticket_is_assigned_by_permission_and_to_members_only(
    agent: CompanyDesk, person: People, other_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    ticket = Factory(agent).ticket()
    engineer, stranger = person("worker"), person("worker", company=other_desk.company)
    with unchanged(), pytest.raises(NotAllowed):
        engineer.tickets.change(ticket.id, 1, {"assignee_id": engineer.actor.account_id})
    with unchanged(), pytest.raises(InvalidInput):
        agent.tickets.change(ticket.id, 1, {"assignee_id": stranger.actor.account_id})
    assigned = agent.tickets.change(ticket.id, 1, {"assignee_id": engineer.actor.account_id})
    assert agent.tickets.change(ticket.id, assigned.version, {"assignee_id": ""}).assignee_id is None


@pytest.mark.parametrize(
    ("given", "label"),
    [
        ({"finding": "invalid"}, "认定"),
        ({"cause": "misuse"}, "原因"),
        ({"result": "已修好"}, "处理结果"),
        ({"fee": "0"}, "实际费用"),
        ({"estimate": "999"}, "预估费用"),
        ({"estimate": ""}, "预估费用"),
    ],
)
def test_what_a_move_writes_cannot_be_edited(
    agent: CompanyDesk, unchanged: Unchanged, given: dict[str, object], label: str
) -> None:
    ticket = Factory(agent).ticket(fields={"estimate": "80"})
    with unchanged(), pytest.raises(InvalidInput) as refused:
        agent.tickets.change(ticket.id, 1, {"subject": "主卧漏水", **given})
    (problem,) = refused.value.problems
    assert (problem.field, problem.label, problem.rule) == (*given, label, "由办理步骤填写，不能直接修改")


def test_a_closed_ticket_is_neither_edited_nor_given_to_others(
    agent: CompanyDesk, supervisor: CompanyDesk, unchanged: Unchanged
) -> None:
    ticket = Factory(agent).ticket()
    closed = agent.moves.make(ticket.id, "void", 1, {"remark": "重复"})
    me = supervisor.actor.account_id
    for given in ({"subject": "主卧漏水"}, {"assignee_id": me}, {"owner_id": me}, {"department_id": ""}):
        with unchanged(), pytest.raises(TicketClosed) as refused:
            supervisor.tickets.change(ticket.id, closed.version, given)
        assert refused.value.number == ticket.number


# --- Correcting ----------------------------------------------------------------------------------------------------


def test_a_correction_changes_what_a_move_wrote_even_of_a_closed_ticket_and_keeps_its_reason(
    agent: CompanyDesk, supervisor: CompanyDesk
) -> None:
    ticket = Factory(agent).ticket(fields={"estimate": "80"})
    closed = agent.moves.make(ticket.id, "void", 1, {"remark": "重复"})
    given = {"finding": "valid", "estimate": "", "fee": "60", "assignee_id": agent.actor.account_id}
    right = supervisor.tickets.correct(ticket.id, closed.version, given, reason=" 收据上是60元 ")
    assert (right.finding, right.finding_by, right.fields) == ("valid", supervisor.actor.account_id, {"fee": "60"})
    assert (right.state, right.is_open, right.assignee_id) == ("void", False, agent.actor.account_id)
    entry = agent.journal.of(ticket.id)[-1]
    assert (entry.act, entry.actor_name) == ("ticket.corrected", "李建国")
    assert (entry.before["finding"], entry.after["finding"]) == ("", "valid")
    assert entry.after["correction_reason"] == "收据上是60元"
    emptied = supervisor.tickets.correct(ticket.id, right.version, {"finding": ""}, reason="没有认定过")
    assert (emptied.finding, emptied.finding_by) == ("", None)


def test_a_correction_needs_a_reason_and_right_values(supervisor: CompanyDesk, unchanged: Unchanged) -> None:
    ticket = Factory(supervisor).ticket()
    cases = (({"fee": "60"}, " \u200b ", "correction_reason"), ({"fee": "很多"}, "收据", "fee"))
    for given, reason, field in cases:
        with unchanged(), pytest.raises(InvalidInput) as refused:
            supervisor.tickets.correct(ticket.id, 1, given, reason=reason)
        assert [problem.field for problem in refused.value.problems] == [field]
    with unchanged():
        assert supervisor.tickets.correct(ticket.id, 1, {"place": ticket.place}, reason="核对") == ticket
    with unchanged(), pytest.raises(StaleVersion):
        supervisor.tickets.correct(ticket.id, 9, {"fee": "60"}, reason="收据")


@pytest.mark.parametrize("role", ["agent", "worker", "observer"])
def test_who_works_on_tickets_does_not_correct_them(person: People, unchanged: Unchanged, role: str) -> None:
    clerk = person(role)
    ticket = Factory(person("supervisor", login="lijianguo")).ticket()
    with unchanged(), pytest.raises(NotAllowed) as refused:
        clerk.tickets.correct(ticket.id, 1, {"subject": "主卧漏水"}, reason="写错了")
    assert refused.value.permission == "ticket.correct"


def test_an_administrator_corrects(person: People) -> None:
    administrator = person("administrator")
    ticket = Factory(administrator).ticket()
    assert administrator.tickets.correct(ticket.id, 1, {"fee": "60"}, reason="收据").fields == {"fee": "60"}


def test_a_correction_keeps_the_rules_that_hold_at_any_time(
    supervisor: CompanyDesk, unchanged: Unchanged, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = Factory(supervisor).ticket(fields={"estimate": "80"})
    (guard,) = sample.WORKFLOW.guards
    bound = replace(sample.WORKFLOW, guards=(replace(guard, always=True),))
    monkeypatch.setattr(Tickets, "type_in_use", lambda *_: replace(sample.REPAIR, workflow=bound))
    with unchanged(), pytest.raises(MoveRefused) as refused:
        supervisor.tickets.correct(ticket.id, 1, {"fee": "81"}, reason="收据")
    (refusal,) = refused.value.refusals
    assert (refusal.reason, refusal.field, refusal.clauses) == ("实际费用超过预估费用", "fee", ("SAMPLE-02",))
    assert supervisor.tickets.correct(ticket.id, 1, {"fee": "80"}, reason="收据").fields["fee"] == "80"


def test_foreign_tickets_are_not_found_by_any_way(
    agent: CompanyDesk, other_factory: Factory, unchanged: Unchanged
) -> None:
    foreign = other_factory.ticket()
    acts: tuple[Callable[[], object], ...] = (
        lambda: agent.tickets.find(foreign.id),
        lambda: agent.tickets.by_number(foreign.number),
        lambda: agent.tickets.change(foreign.id, 1, {"subject": "x"}),
        lambda: agent.cases.read(foreign.id),
    )
    for act in acts:
        with unchanged(), pytest.raises(NotFound):
            act()
    wanted = TicketFilter()
    assert (agent.tickets.list(wanted).lines, agent.tickets.count(wanted)) == ([], 0)


# --- Intake --------------------------------------------------------------------------------------------------------


def test_an_intake_is_refused_with_every_problem_at_once(agent: CompanyDesk, unchanged: Unchanged) -> None:
    factory = Factory(agent)
    with unchanged(), pytest.raises(InvalidInput) as refused:
        factory.ticket(
            description=" ",
            contact_name="",
            channel="telepathy",
            severity="fatal",
            assignee_id=UUID(int=3),
            fields={"estimate": "-1", "appointment": "明天"},
        )
    assert sorted(problem.field for problem in refused.value.problems) == [
        "appointment",
        "assignee",
        "channel",
        "description",
        "estimate",
        "requester",
        "severity",
    ]


def test_a_missing_subject_is_cut_from_the_first_line(agent: CompanyDesk) -> None:
    factory = Factory(agent)
    assert factory.ticket(description="厨房漏水\n已关总阀").subject == "厨房漏水"
    assert factory.ticket(description="漏" * 60).subject == "漏" * 40 + "…"


def test_a_ticket_takes_name_and_place_from_its_requester_and_asset(agent: CompanyDesk, factory: Factory) -> None:
    party = factory.party(name="王芳")
    unit = factory.unit(label="3-2-501")
    ticket = Factory(agent).ticket(requester_id=party.id, asset_id=unit.id, contact_name="", place="")
    assert (ticket.contact_name, ticket.place, ticket.channel) == ("王芳", "3-2-501", "phone")


def test_a_field_that_is_not_for_intake_is_not_taken_there(agent: CompanyDesk) -> None:
    assert Factory(agent).ticket(fields={"fee": "50", "is_urgent": "1"}).fields == {"is_urgent": True}


# --- Lists ---------------------------------------------------------------------------------------------------------


def _numbers(desk: CompanyDesk, **wanted: object) -> list[str]:
    return [line.ticket.number for line in desk.tickets.list(TicketFilter(**wanted)).lines]  # type: ignore[arg-type]  # any filter


def test_a_list_is_filtered_by_what_people_ask_for(agent: CompanyDesk, supervisor: CompanyDesk, clock: Clock) -> None:
    factory = Factory(agent)
    party, unit = Factory(supervisor).party(), Factory(supervisor).unit()
    water = factory.ticket(category="water", severity="major", requester_id=party.id)
    clock.move(timedelta(days=1))
    power = factory.ticket(category="power", asset_id=unit.id, assignee_id=supervisor.actor.account_id)
    agent.moves.make(water.id, "void", 1, {"remark": "重复"})
    first, second = water.number, power.number
    assert _numbers(agent) == [second, first]
    assert (_numbers(agent, is_open=True), _numbers(agent, is_open=False)) == ([second], [first])
    assert (_numbers(agent, categories=("water",)), _numbers(agent, severities=("major", "minor"))) == ([first],) * 2
    assert (_numbers(agent, states=("void",)), _numbers(agent, state_categories=("new",))) == ([first], [second])
    assert _numbers(agent, assignee=str(supervisor.actor.account_id)) == [second]
    assert _numbers(agent, assignee="none") == [first]
    assert _numbers(agent, owner=str(agent.actor.account_id)) == [second, first]
    assert (_numbers(agent, requester=party.id), _numbers(agent, asset=unit.id)) == ([first], [second])
    assert (_numbers(agent, types=("sample_repair",)), _numbers(agent, types=("other",))) == ([second, first], [])
    assert _numbers(agent, flagged=True) == []
    lines = agent.tickets.list(TicketFilter(assignee=str(supervisor.actor.account_id))).lines
    assert [(line.assignee_name, line.owner_name) for line in lines] == [("李建国", "张敏")]


def test_a_day_begins_at_the_companys_midnight(agent: CompanyDesk, clock: Clock) -> None:
    opened = {}
    for moment in ("2026-03-04 15:59:59", "2026-03-04 16:00:00", "2026-03-05 15:59:59", "2026-03-05 16:00:00"):
        clock.set(datetime.fromisoformat(moment).replace(tzinfo=UTC))
        opened[moment] = Factory(agent).ticket().number
    fifth = date(2026, 3, 5)
    inside = [opened["2026-03-05 15:59:59"], opened["2026-03-04 16:00:00"]]
    assert _numbers(agent, opened_from=fifth, opened_to=fifth) == inside


@pytest.mark.parametrize("day", [date.min, date.max])
def test_a_day_out_of_all_time_is_only_a_day(agent: CompanyDesk, day: date) -> None:
    ticket = Factory(agent).ticket()
    assert _numbers(agent, opened_from=day) == ([ticket.number] if day == date.min else [])
    assert _numbers(agent, opened_to=day) == ([ticket.number] if day == date.max else [])


@pytest.mark.parametrize("sort", [f"{sign}{name}" for name in SORTS for sign in ("", "-")])
def test_pages_show_each_ticket_once_in_every_order(agent: CompanyDesk, clock: Clock, sort: str) -> None:
    factory = Factory(agent)
    for number in range(7):
        factory.ticket(severity=("minor", "major")[number % 2])
        clock.move(timedelta(minutes=number % 3))
    whole = _numbers(agent, sort=sort)
    seen: list[str] = []
    after = ""
    while True:
        shown = agent.tickets.list(TicketFilter(sort=sort), after=after, limit=2)
        seen += [line.ticket.number for line in shown.lines]
        after = shown.next_key
        if not after:
            break
    assert seen == whole
    assert sorted(seen) == [f"BX202603-{number:04}" for number in range(1, 8)]


def test_a_ticket_opened_while_somebody_pages_shifts_nothing(agent: CompanyDesk, clock: Clock) -> None:
    factory = Factory(agent)
    for _ in range(4):
        factory.ticket()
        clock.move(timedelta(minutes=1))
    first = agent.tickets.list(TicketFilter(), limit=2)
    factory.ticket()
    second = agent.tickets.list(TicketFilter(), after=first.next_key, limit=2)
    shown = [line.ticket.number for line in (*first.lines, *second.lines)]
    assert shown == ["BX202603-0004", "BX202603-0003", "BX202603-0002", "BX202603-0001"]


def _key(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "after",
    [
        "x",
        "漏水",
        _key("[]"),
        _key('["2026-03-05T02:00:00+00:00", 5]'),
        _key('["2026-03-05T02:00:00", "01"]'),
        _key('[{}, "00000000000000000000000000000000"]'),
        _key("[" * 100_000),
        _key('{"a": 1, "b": 2}'),
        _key('["0001-01-01T00:00:00+14:00", "00000000000000000000000000000000"]'),
        _key('["9999-12-31T23:59:59-14:00", "00000000000000000000000000000000"]'),
    ],
    ids=["letter", "Chinese", "empty", "number", "no zone", "object", "deep", "mapping", "first day", "last day"],
)
def test_a_page_key_that_was_made_up_is_refused(agent: CompanyDesk, after: str) -> None:
    with pytest.raises(InvalidInput):
        agent.tickets.list(TicketFilter(), after=after)


def test_a_page_key_with_half_a_character_is_refused(agent: CompanyDesk) -> None:
    key = _key(r'["\ud800", "00000000000000000000000000000000"]')
    with pytest.raises(InvalidInput):
        agent.tickets.list(TicketFilter(sort="number"), after=key)


@pytest.mark.clause("AUTHZ-04")
@pytest.mark.parametrize(
    "wanted",
    [
        {"sort": "owner.password_hash"},
        {"sort": "--opened_at"},
        {"sort": "opened_at; DROP TABLE ticket"},
        {"assignee": "x' OR 1=1"},
        {"department": "%"},
    ],
)
def test_a_filter_or_order_outside_the_list_is_refused(agent: CompanyDesk, wanted: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        _numbers(agent, **wanted)


def test_who_may_not_see_tickets_sees_no_list_and_no_count(person: People, company_desk: CompanyDesk) -> None:
    company_desk.roles.save("clerk", "文员", ["asset.view"], new=True)
    clerk = person("clerk")
    for act in (clerk.tickets.list, clerk.tickets.count):
        with pytest.raises(NotAllowed):
            act(TicketFilter())
