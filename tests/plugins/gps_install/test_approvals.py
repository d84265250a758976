"""What the manager of the division consents to: orders in writing, emergencies by word of mouth."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID

import pytest

from gongdan.api import ApprovalState, CompanyDesk, NewTicket, Outcome, Spoken, TicketView
from gongdan.errors import MoveRefused
from gongdan.testing.factories import People

Unchanged = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def clerk(person: People) -> CompanyDesk:
    return person("gps_clerk", name="黄丽")


@pytest.fixture
def manager(person: People) -> CompanyDesk:
    return person("gps_division_manager", name="周杰")


@pytest.fixture
def installer(person: People) -> CompanyDesk:
    return person("installer", name="赵磊")


def _move(desk: CompanyDesk, ticket: TicketView, move: str, **given: object) -> TicketView:
    return desk.moves.make(ticket.id, move, desk.tickets.find(ticket.id).version, given)


@pytest.fixture
def order(clerk: CompanyDesk, manager: CompanyDesk) -> TicketView:
    """Return an order that waits for the manager."""
    del manager
    papers = {"has_request": "true", "has_vehicle_list": "true", "has_driver_data": "true", "plate": "粤E39898"}
    opened = clerk.intake.open(
        NewTicket(
            type="installation_order",
            subject="新装",
            contact_name="惠州市宏远车队",
            contact_phone="19928525357",
            fields=papers,
        )
    )
    _move(clerk, opened, "accept")
    place = {"visit_at": "2026-03-06T09:00", "visit_place": "龙岗物流园B区", "terminal_model": "GT06N"}
    return _move(clerk, opened, "submit", **place)


@pytest.mark.clause("001-03-15")
def test_nobody_is_sent_before_the_manager_has_approved_the_order(
    order: TicketView, manager: CompanyDesk, installer: CompanyDesk, unchanged: Unchanged
) -> None:
    sent = {"assignee": str(installer.actor.account_id)}
    with pytest.raises(MoveRefused) as refused, unchanged():
        _move(manager, order, "dispatch", **sent)
    refusal = refused.value.refusals[0]
    assert (refusal.guard, refusal.clauses, refusal.params) == (
        "approval",
        ("001-03-15",),
        {"approval": "派工单审批", "people": ("周杰",)},
    )
    manager.decisions.decide(manager.approvals.inbox()[0].id, Outcome.APPROVE)
    assert _move(manager, order, "dispatch", **sent).state == "dispatched"


@pytest.mark.clause("001-03-15")
def test_an_order_that_came_back_is_revised_and_asked_anew(
    order: TicketView, clerk: CompanyDesk, manager: CompanyDesk
) -> None:
    asked = manager.approvals.inbox()[0]
    manager.decisions.decide(asked.id, Outcome.RETURN, "注明原终端号")
    _move(clerk, order, "revise")
    _move(clerk, order, "submit", visit_at="2026-03-06T10:00", visit_place="龙岗物流园B区", terminal_model="GT06N")
    again = manager.approvals.inbox()[0]
    assert again.follows_id == asked.id
    assert manager.approvals.find(asked.id).state is ApprovalState.RETURNED


@pytest.mark.clause("001-03-42")
def test_outside_help_is_sent_on_the_managers_word_which_he_confirms_later(
    order: TicketView, clerk: CompanyDesk, manager: CompanyDesk, installer: CompanyDesk, unchanged: Unchanged
) -> None:
    help_ = {
        "outside_firm": "宏远汽车电子",
        "assignee": str(installer.actor.account_id),
        "remark": "人员全部外出",
    }
    with pytest.raises(MoveRefused), unchanged():
        _move(clerk, order, "dispatch_outside", **help_)
    said = _say(clerk, order, "gps_install.outside", manager)
    assert _move(clerk, order, "dispatch_outside", **help_).state == "dispatched"
    spoken = manager.approvals.find(said)
    assert (spoken.state, spoken.decisions[0].name, spoken.decisions[0].decided_by_name) == (
        ApprovalState.SPOKEN,
        "周杰",
        "黄丽",
    )
    assert [duty.label for duty in manager.duties.mine()] == ["补签口头同意"]
    confirmed = manager.decisions.decide(said, Outcome.APPROVE)
    assert (confirmed.state, [each.number for each in confirmed.decisions]) == (ApprovalState.APPROVED, [1, 2])
    assert manager.duties.mine() == ()


@pytest.mark.clause("001-03-42")
def test_the_manager_himself_asks_nobody_for_outside_help(
    order: TicketView, manager: CompanyDesk, installer: CompanyDesk
) -> None:
    help_ = {"outside_firm": "宏远汽车电子", "assignee": str(installer.actor.account_id), "remark": "人员全部外出"}
    assert _move(manager, order, "dispatch_outside", **help_).state == "dispatched"
    # Nobody needs to sign the order any more, and it says so.
    assert [each.end_event for each in manager.approvals.of_ticket(order.id)] == ["moved_on"]


def _say(desk: CompanyDesk, ticket: TicketView, rule: str, manager: CompanyDesk) -> UUID:
    account_id = manager.actor.account_id
    assert account_id is not None
    spoken = Spoken(account_id=account_id, at=desk.installation.clock(), channel="phone", words="同意")
    return desk.decisions.speak(ticket.id, rule, desk.tickets.find(ticket.id).version, spoken).id
