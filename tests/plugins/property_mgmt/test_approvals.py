"""Nobody promises a customer more than his limit."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from decimal import Decimal

import pytest

from gongdan.api import GENERAL_MANAGER, ApprovalState, ApprovalView, CompanyDesk, Outcome
from gongdan.domain.snapshots import CompanyView, TicketView
from gongdan.errors import MoveRefused
from gongdan.testing.factories import People
from tests.plugins.property_mgmt.office import Office, at

Unchanged = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def office(company_desk: CompanyDesk, person: People, company: CompanyView) -> Office:
    return Office(company_desk, person, company, "residential")


@pytest.fixture
def chief(person: People) -> CompanyDesk:
    return person(GENERAL_MANAGER, name="郑国华")


def _decide(office: Office) -> None:
    for name, value in (("supervisor_promises", "100"), ("manager_promises", "500")):
        office.desk.policies.set(f"property_mgmt.{name}", value)


def _established(office: Office, amount: str, *, is_answered: bool = False) -> TicketView:
    ticket = office.complaint()
    office.grade(ticket, "ordinary")
    office.forward(ticket)
    if is_answered:
        office.reply(ticket, at(5, 16))
    found = {"finding": "valid", "cause": "negligence", "investigation": "已查看监控", "compensation": amount}
    office.move(office.staff, ticket, "establish", **found)
    return ticket


def _ask(office: Office, ticket: TicketView) -> ApprovalView:
    version = office.clerk.tickets.find(ticket.id).version
    return office.clerk.approvals.ask(ticket.id, "property_mgmt.compensation", version)


def _reply(office: Office, desk: CompanyDesk, ticket: TicketView) -> None:
    office.move(desk, ticket, "reply", first_reply="赔您 500 元", next_reply_at=at(5, 16).isoformat())


@pytest.mark.clause("001-13-54", "003-04-32")
def test_a_clerk_answers_beyond_her_limit_only_with_consent(
    office: Office, chief: CompanyDesk, unchanged: Unchanged
) -> None:
    del chief
    _decide(office)
    ticket = _established(office, "500")
    with pytest.raises(MoveRefused) as refused, unchanged():
        _reply(office, office.clerk, ticket)
    refusal = refused.value.refusals[0]
    params = refusal.params or {}
    assert (refusal.guard, params["limit"], params["people"]) == ("approval", "没有权限", ("杨军明",))
    with pytest.raises(MoveRefused), unchanged():
        office.clerk.notes.write(ticket.id, "赔您 500 元", is_public=True)
    asked = _ask(office, ticket)
    assert office.manager.decisions.decide(asked.id, Outcome.APPROVE).state is ApprovalState.APPROVED
    _reply(office, office.clerk, ticket)
    assert office.clerk.tickets.find(ticket.id).state == "first_replied"


@pytest.mark.clause("001-13-64", "003-04-40")
@pytest.mark.parametrize(("amount", "who"), [("100", "杨军明"), ("500", "杨军明"), ("500.01", "郑国华")])
def test_the_amount_decides_who_may_promise_it(office: Office, chief: CompanyDesk, amount: str, who: str) -> None:
    """There is no supervisor of the desk here, and nobody has decided the project manager's limit."""
    del chief
    _decide(office)
    ticket = _established(office, amount)
    asked = _ask(office, ticket)
    assert (asked.amount, asked.steps[0].people[0][1], len(asked.steps)) == (Decimal(amount), who, 1)


def test_the_manager_answers_within_his_limit_without_asking(office: Office, chief: CompanyDesk) -> None:
    del chief
    _decide(office)
    ticket = _established(office, "500", is_answered=True)
    office.move(office.manager, ticket, "handle", measure="赔偿 500 元", told_at=at(5, 9).isoformat())
    assert office.clerk.tickets.find(ticket.id).state == "in_progress"
