from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from datetime import timedelta
from threading import Barrier, BrokenBarrierError
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from gongdan.domain.snapshots import TicketView
from gongdan.domain.ticket_links import LinkKind
from gongdan.errors import Conflict, InvalidInput, MoveRefused, NotAllowed, NotFound, PluginDisabled
from gongdan.services.desk import CompanyDesk
from gongdan.services.links import Links
from gongdan.testing.beginnings import Beginning
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import Factory, People

Unchanged = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def tickets(begin: Beginning, factory: Factory) -> list[TicketView]:
    texts = ("三号楼停水", "三号楼501停水", "三号楼502停水")
    return begin(lambda: [factory.ticket(description=text) for text in texts])


def _links(desk: CompanyDesk, ticket: TicketView) -> list[tuple[LinkKind, bool, str]]:
    return [(link.kind, link.is_outgoing, link.other.number) for link in desk.links.of_ticket(ticket.id)]


def test_a_link_is_seen_from_both_ends(company_desk: CompanyDesk, tickets: list[TicketView]) -> None:
    parent, child, _ = tickets
    company_desk.links.make(LinkKind.PARENT, parent.id, child.id)
    assert _links(company_desk, parent) == [(LinkKind.PARENT, True, child.number)]
    assert _links(company_desk, child) == [(LinkKind.PARENT, False, parent.number)]


def test_parents_cannot_stand_in_a_circle(
    company_desk: CompanyDesk, tickets: list[TicketView], unchanged: Unchanged
) -> None:
    first, second, third = tickets
    company_desk.links.make(LinkKind.PARENT, first.id, second.id)
    company_desk.links.make(LinkKind.PARENT, second.id, third.id)
    for upper, lower in ((second, first), (third, first), (third, second)):
        with unchanged(), pytest.raises(InvalidInput):
            company_desk.links.make(LinkKind.PARENT, upper.id, lower.id)
    company_desk.links.make(LinkKind.PARENT, first.id, third.id)


def test_three_people_at_once_cannot_close_a_circle(
    company_desk: CompanyDesk, tickets: list[TicketView], monkeypatch: pytest.MonkeyPatch
) -> None:
    all_have_looked, is_above = Barrier(3), Links._is_above

    def look_before_anybody_links(session: Session, upper: UUID, lower: UUID) -> bool:
        answer = is_above(session, upper, lower)
        # Whoever has to wait for his turn lets the others wait in vain.
        with suppress(BrokenBarrierError):
            all_have_looked.wait(0.5)
        return answer

    def link(pair: tuple[TicketView, TicketView]) -> str:
        desk = company_desk.installation.at(company_desk.company, company_desk.actor)
        try:
            desk.links.make(LinkKind.PARENT, pair[0].id, pair[1].id)
        except InvalidInput:
            return "refused"
        return "linked"

    monkeypatch.setattr(Links, "_is_above", staticmethod(look_before_anybody_links))
    first, second, third = tickets
    with ThreadPoolExecutor(3) as pool:
        answers = sorted(pool.map(link, [(first, second), (second, third), (third, first)]))
    assert answers == ["linked", "linked", "refused"]


def test_a_ticket_is_not_linked_to_itself(
    company_desk: CompanyDesk, tickets: list[TicketView], unchanged: Unchanged
) -> None:
    for kind in LinkKind:
        with unchanged(), pytest.raises(InvalidInput):
            company_desk.links.make(kind, tickets[0].id, tickets[0].id)


def test_a_second_link_of_one_kind_is_a_conflict(
    company_desk: CompanyDesk, tickets: list[TicketView], unchanged: Unchanged
) -> None:
    first, second, _ = tickets
    company_desk.links.make(LinkKind.CAUSED_BY, first.id, second.id)
    company_desk.links.make(LinkKind.RELATED, first.id, second.id)
    with unchanged(), pytest.raises(Conflict) as refused:
        company_desk.links.make(LinkKind.CAUSED_BY, first.id, second.id)
    assert refused.value.existing == "BX202603-0001 → BX202603-0002"
    with unchanged(), pytest.raises(Conflict):
        company_desk.links.make(LinkKind.RELATED, second.id, first.id)
    company_desk.links.make(LinkKind.CAUSED_BY, second.id, first.id)


def test_a_foreign_ticket_cannot_be_linked_from_either_side(
    company_desk: CompanyDesk, tickets: list[TicketView], other_factory: Factory, unchanged: Unchanged
) -> None:
    foreign = other_factory.ticket()
    for kind in LinkKind:
        for ends in ((tickets[0].id, foreign.id), (foreign.id, tickets[0].id)):
            with unchanged(), pytest.raises(NotFound):
                company_desk.links.make(kind, *ends)


def test_who_may_not_link_links_nothing(person: People, tickets: list[TicketView], unchanged: Unchanged) -> None:
    worker = person("worker")
    with unchanged(), pytest.raises(NotAllowed):
        worker.links.make(LinkKind.RELATED, tickets[0].id, tickets[1].id)


def test_an_ended_link_no_longer_holds_and_can_be_made_again(
    company_desk: CompanyDesk, tickets: list[TicketView], unchanged: Unchanged
) -> None:
    first, second, _ = tickets
    company_desk.links.make(LinkKind.RELATED, first.id, second.id)
    (link,) = company_desk.links.of_ticket(first.id)
    company_desk.links.remove(link.id)
    assert _links(company_desk, first) == []
    with unchanged(), pytest.raises(NotFound):
        company_desk.links.remove(link.id)
    company_desk.links.make(LinkKind.RELATED, second.id, first.id)


def test_a_merged_ticket_closes_and_comes_back_as_it_was(
    company_desk: CompanyDesk, tickets: list[TicketView], clock: Clock
) -> None:
    _, merged, into = tickets
    clock.move(timedelta(minutes=10))
    company_desk.links.make(LinkKind.MERGED, merged.id, into.id)
    gone = company_desk.tickets.find(merged.id)
    assert (gone.state, gone.is_open, gone.closed_at, gone.version) == ("merged", False, clock(), 2)
    (link,) = company_desk.links.of_ticket(merged.id)
    company_desk.links.remove(link.id)
    back = company_desk.tickets.find(merged.id)
    assert _without_trace(back) == _without_trace(merged)
    assert back.version == 3
    assert [entry.act for entry in company_desk.journal.of(merged.id)] == [
        "ticket.opened",
        "ticket.linked",
        "ticket.merged",
        "ticket.merge_undone",
        "ticket.unlinked",
    ]


def test_a_ticket_that_was_closed_before_it_was_merged_comes_back_closed_on_its_day(
    company_desk: CompanyDesk, tickets: list[TicketView], clock: Clock
) -> None:
    merged, into, _ = tickets
    closed = company_desk.moves.make(merged.id, "void", 1, {"remark": "业主撤销"})
    clock.move(timedelta(days=2))
    company_desk.links.merge(merged.id, into.id)
    (link,) = company_desk.links.of_ticket(merged.id)
    company_desk.links.remove(link.id)
    assert _without_trace(company_desk.tickets.find(merged.id)) == _without_trace(closed)


def test_a_ticket_is_merged_once_and_into_nothing_merged(
    company_desk: CompanyDesk, tickets: list[TicketView], unchanged: Unchanged
) -> None:
    first, second, third = tickets
    company_desk.links.merge(first.id, second.id)
    for ends in ((first.id, third.id), (third.id, first.id)):
        with unchanged(), pytest.raises(InvalidInput):
            company_desk.links.merge(*ends)


def test_a_merged_ticket_is_not_moved(
    company_desk: CompanyDesk, tickets: list[TicketView], unchanged: Unchanged
) -> None:
    company_desk.links.merge(tickets[0].id, tickets[1].id)
    merged = company_desk.tickets.find(tickets[0].id)
    assert not company_desk.moves.offers(merged)
    with unchanged(), pytest.raises(MoveRefused):
        company_desk.moves.make(merged.id, "void", merged.version, {"remark": "重复"})


def test_a_ticket_with_open_children_is_not_merged(
    company_desk: CompanyDesk, tickets: list[TicketView], unchanged: Unchanged
) -> None:
    parent, child, into = tickets
    company_desk.links.make(LinkKind.PARENT, parent.id, child.id)
    with unchanged(), pytest.raises(MoveRefused) as refused:
        company_desk.links.merge(parent.id, into.id)
    assert [refusal.guard for refusal in refused.value.refusals] == ["open_children"]


def test_without_its_plugin_a_ticket_is_neither_merged_nor_brought_back(
    company_desk: CompanyDesk, tickets: list[TicketView], unchanged: Unchanged
) -> None:
    merged, into, other = tickets
    company_desk.links.merge(merged.id, into.id)
    (link,) = company_desk.links.of_ticket(merged.id)
    company_desk.plugins.disable("sample")
    today = company_desk.installation.at(company_desk.company)
    with unchanged(), pytest.raises(PluginDisabled):
        today.links.remove(link.id)
    with unchanged(), pytest.raises(PluginDisabled):
        today.links.merge(other.id, into.id)


def _without_trace(ticket: TicketView) -> dict[str, object]:
    names = ("state", "state_category", "is_open", "closed_at", "round", "fields", "subject", "assignee_id")
    return {name: getattr(ticket, name) for name in names}


def test_a_link_of_another_company_is_not_found(
    company_desk: CompanyDesk, other_desk: CompanyDesk, tickets: list[TicketView], unchanged: Unchanged
) -> None:
    company_desk.links.make(LinkKind.RELATED, tickets[0].id, tickets[1].id)
    (link,) = company_desk.links.of_ticket(tickets[0].id)
    for link_id in (link.id, UUID(int=3)):
        with unchanged(), pytest.raises(NotFound):
            other_desk.links.remove(link_id)
    assert other_desk.links.of_ticket(tickets[0].id) == ()
