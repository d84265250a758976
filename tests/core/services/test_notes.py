from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from gongdan.domain.snapshots import TicketView
from gongdan.errors import InvalidInput, NotAllowed, NotFound
from gongdan.services.desk import CompanyDesk
from gongdan.services.tickets import TicketFilter
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import Factory, People

Unchanged = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def agent(person: People) -> CompanyDesk:
    return person("agent", name="张敏", login="zhangmin")


@pytest.fixture
def ticket(agent: CompanyDesk) -> TicketView:
    return Factory(agent).ticket()


def test_notes_stand_in_the_order_in_which_they_were_written(
    agent: CompanyDesk, ticket: TicketView, clock: Clock
) -> None:
    for body in ("已联系业主", "  约定下午上门\n", "已完工"):
        agent.notes.write(ticket.id, body, is_public=body == "已完工")
        clock.move(timedelta(minutes=1))
    notes = agent.notes.of_ticket(ticket.id)
    assert [(note.body, note.is_public) for note in notes] == [
        ("已联系业主", False),
        ("约定下午上门", False),
        ("已完工", True),
    ]
    assert {(note.author_id, note.author_name) for note in notes} == {(agent.actor.account_id, "张敏")}


@pytest.mark.parametrize("body", ["", " \n\t", "啊" * 20_001, "漏\0水"], ids=["empty", "blank", "long", "NUL"])
def test_a_note_that_says_nothing_or_too_much_is_refused(
    agent: CompanyDesk, ticket: TicketView, unchanged: Unchanged, body: str
) -> None:
    with unchanged(), pytest.raises(InvalidInput) as refused:
        agent.notes.write(ticket.id, body)
    assert [problem.field for problem in refused.value.problems] == ["body"]


def test_what_somebody_typed_is_kept_as_it_was_typed(agent: CompanyDesk, ticket: TicketView) -> None:
    body = "<b>急</b> {{ 7*7 }} ${x} =HYPERLINK(1) @\u200b"
    agent.notes.write(ticket.id, body)
    (note,) = agent.notes.of_ticket(ticket.id)
    assert note.body == body


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("@李强 请上门", ["李强"]),
        ("请 @liqiang 看一下 @张敏", ["李强", "张敏"]),
        ("@李强 @李强 @liqiang", ["李强"]),
        ("@李强强 请上门", ["李强强"]),
        ("@李强强和@李强", ["李强强", "李强"]),
        ("李强 请上门", []),
        ("邮箱 a@b.cn", []),
        ("@王五", []),
        ("@", []),
    ],
)
def test_people_are_mentioned_by_name_or_login_each_once(
    agent: CompanyDesk, ticket: TicketView, person: People, body: str, named: list[str]
) -> None:
    people = {
        "张敏": agent,
        "李强": person("worker", name="李强", login="liqiang"),
        "李强强": person("worker", name="李强强", login="liqq"),
    }
    note, _ = agent.notes.write(ticket.id, body)
    assert list(note.mentions) == [str(people[name].actor.account_id) for name in named]


def test_people_of_other_companies_are_not_mentioned(
    agent: CompanyDesk, ticket: TicketView, person: People, other_desk: CompanyDesk
) -> None:
    person("agent", name="王五", company=other_desk.company)
    note, _ = agent.notes.write(ticket.id, "@王五 请看")
    assert note.mentions == ()


def test_a_person_sees_the_news_that_name_him_for_thirty_days(
    agent: CompanyDesk, ticket: TicketView, person: People, clock: Clock
) -> None:
    worker = person("worker", name="李强")
    agent.notes.write(ticket.id, "@李强 请上门")
    assert worker.actor.account_id is not None
    for days, seen in ((0, ["@李强 请上门"]), (30, ["@李强 请上门"]), (1, [])):
        clock.move(timedelta(days=days))
        news = worker.notes.mentioning(worker.actor.account_id)
        assert [note.body for note, _ in news] == seen


def test_a_ticket_is_found_by_its_notes(agent: CompanyDesk, ticket: TicketView) -> None:
    agent.notes.write(ticket.id, "更换了三角阀")
    lines = agent.tickets.list(TicketFilter(text="三角阀")).lines
    assert [line.ticket.id for line in lines] == [ticket.id]


def test_foreign_tickets_take_no_notes_and_show_none(
    agent: CompanyDesk, other_factory: Factory, unchanged: Unchanged
) -> None:
    foreign = other_factory.ticket()
    with unchanged(), pytest.raises(NotFound):
        agent.notes.write(foreign.id, "偷写")
    with pytest.raises(NotFound):
        agent.notes.of_ticket(foreign.id)


def test_who_may_only_look_writes_nothing(person: People, ticket: TicketView, unchanged: Unchanged) -> None:
    observer = person("observer")
    with unchanged(), pytest.raises(NotAllowed):
        observer.notes.write(ticket.id, "旁观")
    assert observer.notes.of_ticket(ticket.id) == ()
