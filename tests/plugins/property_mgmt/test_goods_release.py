"""The goods release slip: the owner is verified, the duty officer signs and seals, the gate counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gongdan.api import NewGoods, PassState
from gongdan.domain.permits import Standing
from gongdan.errors import Conflict, InvalidInput, MoveRefused, NotAllowed
from tests.plugins.property_mgmt.gate import OWNER_PHONE, TENANT_PHONE, Gate, local
from tests.plugins.property_mgmt.test_permits import refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from gongdan.domain.snapshots import CompanyView
    from gongdan.services.desk import CompanyDesk
    from gongdan.testing.clocks import Clock
    from gongdan.testing.factories import People


@pytest.fixture
def gate(company_desk: CompanyDesk, person: People, company: CompanyView) -> Gate:
    return Gate(company_desk, person, company)


@pytest.mark.clause("001-01-01")
def test_the_owner_himself_is_verified_by_his_link_to_the_flat(
    gate: Gate, unchanged: Callable[[], AbstractContextManager[None]]
) -> None:
    ticket = gate.slip()
    with unchanged():
        found = refused(gate, gate.clerk, ticket, "verify", asker="owner", requester=str(gate.tenant))
    assert found == {"owner:requester"}
    assert gate.move(gate.clerk, ticket, "verify", asker="owner").state == "verified"


@pytest.mark.clause("001-01-01")
def test_a_tenant_needs_the_owners_word_in_writing_or_from_the_number_on_file(gate: Gate) -> None:
    ticket = gate.slip(asker="tenant")
    nobody = refused(gate, gate.clerk, ticket, "verify", asker="tenant")
    assert nobody == {"consent:consent_way", "consent:consent_by"}
    own_number = {"consent_way": "call", "consent_by": "王芳", "consent_phone": TENANT_PHONE}
    assert refused(gate, gate.clerk, ticket, "verify", asker="tenant", **own_number) == {"number_on_file:consent_phone"}
    on_file = {**own_number, "consent_phone": OWNER_PHONE}
    assert gate.move(gate.clerk, ticket, "verify", asker="tenant", **on_file).fields["verified_by"] == "张敏"


@pytest.mark.clause("001-01-02")
def test_every_field_is_filled_before_anybody_signs(gate: Gate) -> None:
    ticket = gate.slip(plate="", holder_name="")
    gate.move(gate.clerk, ticket, "verify", asker="owner")
    assert refused(gate, gate.officer, ticket, "sign") == {"required:plate", "required:holder_name"}
    for goods in gate.clerk.permits.goods(ticket.id):
        gate.clerk.permits.remove_goods(goods.id)
    assert "goods" in refused(gate, gate.officer, ticket, "sign")


@pytest.mark.clause("001-01-03")
def test_a_slip_counts_only_once_the_duty_officer_has_signed_and_sealed(gate: Gate) -> None:
    ticket = gate.slip()
    gate.move(gate.clerk, ticket, "verify", asker="owner")
    assert refused(gate, gate.clerk, ticket, "sign") == {"role"}
    assert "from_state" in refused(gate, gate.officer, ticket, "seal")
    gate.move(gate.officer, ticket, "sign")
    assert gate.passes(ticket) == ()
    gate.move(gate.officer, ticket, "seal")
    [view] = gate.passes(ticket)
    assert (view.serial, view.plate, view.holder_name) == ("FX20260305-001", "沪A12345", "搬家公司老赵")
    assert gate.guard.passes.check(view.serial).standing is Standing.VALID


@pytest.mark.clause("000-02-24")
@pytest.mark.clause("001-01-41")
@pytest.mark.clause("001-05-17")
def test_the_gate_counts_line_by_line_and_the_slip_is_used_up(
    gate: Gate, unchanged: Callable[[], AbstractContextManager[None]]
) -> None:
    ticket = gate.slip(("沙发", "1"), ("纸箱", "6"))
    view = gate.sealed(ticket)
    with unchanged(), pytest.raises(InvalidInput) as differs:
        gate.guard.passes.let_out(view.id, gate.counts(ticket, "1", "7"), "东门")
    [problem] = differs.value.problems
    assert (problem.params or {})["wanted"], (problem.params or {})["found"] == ("6", "7")
    with unchanged(), pytest.raises(InvalidInput):
        gate.guard.passes.let_out(view.id, gate.counts(ticket, "1", "六"), "东门")
    with unchanged(), pytest.raises(InvalidInput) as uncounted:
        gate.guard.passes.let_out(view.id, {}, "东门")
    assert len(uncounted.value.problems) == 2
    assert gate.guard.passes.let_out(view.id, gate.counts(ticket, "1", "6"), "东门").state is PassState.USED
    assert gate.clerk.tickets.find(ticket.id).state == "used"
    assert gate.guard.passes.check(view.serial).standing is Standing.USED
    with unchanged(), pytest.raises(MoveRefused):
        gate.guard.passes.let_out(view.id, gate.counts(ticket, "1", "6"), "东门")


def test_the_move_alone_does_not_let_anything_out(gate: Gate) -> None:
    ticket = gate.slip()
    gate.sealed(ticket)
    assert refused(gate, gate.guard, ticket, "let_out") == {"counted"}


def test_only_the_gate_lets_goods_out(gate: Gate, unchanged: Callable[[], AbstractContextManager[None]]) -> None:
    ticket = gate.slip()
    view = gate.sealed(ticket)
    with unchanged(), pytest.raises(MoveRefused):
        gate.clerk.passes.let_out(view.id, gate.counts(ticket, "1", "6"))


@pytest.mark.clause("001-01-41")
def test_goods_that_are_turned_back_are_on_record_with_what_was_counted(
    gate: Gate, unchanged: Callable[[], AbstractContextManager[None]]
) -> None:
    ticket = gate.slip()
    view = gate.sealed(ticket)
    with unchanged(), pytest.raises(InvalidInput):
        gate.guard.passes.refuse_exit(view.id, "", {})
    gate.guard.passes.refuse_exit(view.id, "多出一台电视", gate.counts(ticket, "1", "7"), "东门")
    assert gate.clerk.tickets.find(ticket.id).state == "turned_back"
    assert [line.found for line in gate.clerk.permits.goods(ticket.id)] == [1, 7]
    found = gate.clerk.passes.find(view.id)
    assert (found.state, found.reason) == (PassState.REFUSED, "多出一台电视")
    assert [one.result for one in gate.clerk.passes.checks(view.id)] == [Standing.REFUSED]


def test_a_slip_that_was_not_used_in_its_time_expires(gate: Gate, clock: Clock) -> None:
    ticket = gate.slip()
    view = gate.sealed(ticket)
    clock.set(local(18))
    with pytest.raises(MoveRefused):
        gate.guard.passes.let_out(view.id, gate.counts(ticket, "1", "6"))
    gate.desk.installation.timers.run_due(clock())
    assert gate.clerk.tickets.find(ticket.id).state == "expired"
    assert gate.guard.passes.check(view.serial).standing is Standing.EXPIRED


def test_what_is_on_a_sealed_slip_is_not_changed(
    gate: Gate, unchanged: Callable[[], AbstractContextManager[None]]
) -> None:
    ticket = gate.slip()
    gate.sealed(ticket)
    with unchanged(), pytest.raises(InvalidInput):
        gate.clerk.permits.add_goods(ticket.id, NewGoods(name="电视", quantity="1"))
    [first, *_] = gate.clerk.permits.goods(ticket.id)
    with unchanged(), pytest.raises(InvalidInput):
        gate.clerk.permits.remove_goods(first.id)


@pytest.mark.parametrize("quantity", ["", "0", "-1", "两", "NaN", "1e99", "0.00001"])
def test_a_quantity_is_a_number_of_things(gate: Gate, quantity: str) -> None:
    ticket = gate.slip()
    with pytest.raises(InvalidInput):
        gate.clerk.permits.add_goods(ticket.id, NewGoods(name="电视", quantity=quantity))


@pytest.mark.clause("000-02-07")
@pytest.mark.clause("001-05-02")
def test_arrears_are_a_talk_and_never_a_block(gate: Gate) -> None:
    gate.decide("arrears_talk", "2 workday")
    ticket = gate.slip()
    gate.sealed(ticket, has_arrears="true")
    [duty] = [duty for duty in gate.manager.duties.of_ticket(ticket.id) if duty.rule == "property_mgmt.arrears_talk"]
    assert duty.due_at is not None
    view = gate.passes(ticket)[0]
    assert gate.guard.passes.let_out(view.id, gate.counts(ticket, "1", "6")).state is PassState.USED
    [still] = [one for one in gate.manager.duties.of_ticket(ticket.id) if one.id == duty.id]
    assert still.ended_at is None


def test_who_may_not_check_sees_nothing(gate: Gate, person: People) -> None:
    view = gate.sealed(gate.slip())
    stranger = person("observer")
    with pytest.raises(NotAllowed):
        stranger.passes.check(view.serial)
    with pytest.raises(Conflict):
        gate.manager.passes.revoke(gate.manager.passes.revoke(view.id, "物品有争议").id, "再次")
