"""The catalogue of permits: applied, approved, paid, issued, and how each ends."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from gongdan.api import NewPerson, PassState
from gongdan.domain.permits import Standing
from gongdan.errors import Conflict, InvalidInput, MoveRefused, NotAllowed
from gongdan.services.passes import PassFilter, PassGroup
from gongdan_property_mgmt.permits.catalogue import PERMIT_KINDS, PERMITS
from tests.plugins.property_mgmt.gate import FILLED, IDENTITY, Gate, local

if TYPE_CHECKING:
    from collections.abc import Callable

    from gongdan.domain.snapshots import CompanyView, TicketView
    from gongdan.services.desk import CompanyDesk, Desk
    from gongdan.testing.clocks import Clock
    from gongdan.testing.factories import People

#: Kinds that stand on their own, by the day and by the minute.
BY_THE_MINUTE = {"overtime", "hot_work", "goods_lift", "meeting_room", "lock_breaking", "lock_change"}
WITH_ANOTHER = {"worker_pass", "work_extension"}


@pytest.fixture
def gate(company_desk: CompanyDesk, person: People, company: CompanyView) -> Gate:
    return Gate(company_desk, person, company)


def refused(gate: Gate, who: CompanyDesk, ticket: TicketView, move: str, **values: object) -> set[str]:
    """Return which guards say no, and to which field."""
    with pytest.raises(MoveRefused) as refusal:
        gate.move(who, ticket, move, **values)
    return {f"{one.guard}:{one.field}".rstrip(":") for one in refusal.value.refusals}


@pytest.mark.clause("000-05-08")
@pytest.mark.clause("000-05-09")
@pytest.mark.clause("000-05-11")
@pytest.mark.clause("000-05-12")
@pytest.mark.clause("000-05-13")
@pytest.mark.clause("000-05-14")
@pytest.mark.clause("000-05-15")
@pytest.mark.clause("000-05-20")
@pytest.mark.clause("000-05-21")
@pytest.mark.clause("000-05-22")
@pytest.mark.clause("000-05-23")
@pytest.mark.clause("000-05-24")
@pytest.mark.clause("000-05-25")
def test_every_row_of_the_catalogue_goes_from_application_to_pass(gate: Gate) -> None:
    made = {}
    for kind in [row.category for row in PERMITS if row.category not in WITH_ANOTHER]:
        times = ("2026-03-05T12:00", "2026-03-05T14:00") if kind in BY_THE_MINUTE else ("2026-03-05", "2026-03-06")
        place = gate.lift if kind == "goods_lift" else gate.room
        made[kind] = gate.issued(kind, *times, asset_id=place.id)
    assert set(made) == set(FILLED) - WITH_ANOTHER
    assert {view.standing for kind, view in made.items() if kind not in BY_THE_MINUTE} == {Standing.VALID}
    assert {made[kind].standing for kind in BY_THE_MINUTE} == {Standing.NOT_YET}
    assert len({view.serial for view in made.values()}) == len(made)
    assert made["hot_work"].serial == "DH202603-0001"


def test_the_catalogue_says_what_each_row_needs_and_what_nobody_has_decided(gate: Gate) -> None:
    cards = {card.kind.category: card for card in gate.clerk.permits.cards()}
    assert len(cards) == len(PERMIT_KINDS) == 22
    hot = cards["hot_work"]
    assert hot.longest is not None
    assert hot.longest.is_undecided
    assert hot.fee is None
    assert [field.name for field in hot.fields][:4] == ["from_at", "to_at", "work", "spot"]
    gate.decide("parking_fee", "300")
    fee = gate.clerk.permits.card(cards["parking"].kind).fee
    assert fee is not None
    assert fee.text == "300.00"


@pytest.mark.clause("000-05-16")
@pytest.mark.clause("001-01-44")
@pytest.mark.clause("003-11-07")
def test_hot_work_is_approved_only_with_place_equipment_fire_watch_and_measures(
    gate: Gate, unchanged: Callable[[], AbstractContextManager[None]]
) -> None:
    lacking = {"spot": "", "fire_watch": "", "safety_measures": "", "has_extinguishers": "false"}
    ticket = gate.apply("hot_work", "2026-03-05T12:00", "2026-03-05T14:00", fields=lacking)
    assert "approval" in refused(gate, gate.manager, ticket, "approve")
    gate.consent(ticket)
    with unchanged():
        found = refused(gate, gate.manager, ticket, "approve")
    assert found == {
        "required:spot", "required:fire_watch", "required:safety_measures", "document:has_extinguishers"
    }  # fmt: skip
    assert refused(gate, gate.clerk, ticket, "approve") >= {"role"}
    # Nobody issues what nobody approved.
    assert "from_state" in refused(gate, gate.clerk, ticket, "issue")


def test_a_permit_holds_no_longer_than_the_company_lets_it(gate: Gate) -> None:
    gate.decide("hot_work_longest", "4 h")
    gate.decide("parking_longest", "1 month")
    short = gate.apply("hot_work", "2026-03-05T12:00", "2026-03-05T16:00")
    long = gate.apply("hot_work", "2026-03-05T12:00", "2026-03-05T16:01")
    assert gate.issue(short).is_by_day is False
    gate.consent(long)
    assert refused(gate, gate.manager, long, "approve") == {"longest:to_at"}
    parking = gate.apply("parking", "2026-03-05", "2026-04-05")
    assert refused(gate, gate.manager, parking, "approve") == {"longest:valid_to"}
    assert gate.move(gate.manager, parking, "approve", valid_to="2026-04-04").state == "approved"


@pytest.mark.parametrize(
    ("begins", "ends"), [("2026-03-05T12:00", "2026-03-05T12:00"), ("2026-03-04T08:00", "2026-03-05T09:59")]
)
def test_a_time_that_is_empty_or_over_is_refused(gate: Gate, begins: str, ends: str) -> None:
    ticket = gate.apply("overtime", begins, ends)
    assert refused(gate, gate.manager, ticket, "approve") == {"period:to_at"}


def test_what_the_company_charges_is_paid_with_a_receipt_before_the_pass_is_given(
    gate: Gate, unchanged: Callable[[], AbstractContextManager[None]]
) -> None:
    gate.decide("temporary_pass_fee", "10")
    gate.decide("temporary_pass_deposit", "50")
    ticket = gate.approve(gate.apply("temporary_pass"))
    with unchanged():
        assert refused(gate, gate.clerk, ticket, "issue") == {"unpaid:fee_paid", "unpaid:deposit_paid"}
    gate.move(gate.clerk, ticket, "pay", fee_paid="10", deposit_paid="49.99", receipt="SJ-1")
    assert refused(gate, gate.clerk, ticket, "issue") == {"unpaid:deposit_paid"}


def test_money_without_a_receipt_is_no_payment(gate: Gate) -> None:
    ticket = gate.approve(gate.apply("temporary_pass"))
    assert refused(gate, gate.clerk, ticket, "pay", fee_paid="10") == {"required:receipt"}


@pytest.mark.clause("000-05-17")
@pytest.mark.clause("000-05-18")
def test_a_lift_or_a_room_is_for_one_at_a_time(
    gate: Gate, unchanged: Callable[[], AbstractContextManager[None]]
) -> None:
    first = gate.issued("goods_lift", "2026-03-05T12:00", "2026-03-05T14:00", asset_id=gate.lift.id)
    second = gate.approve(gate.apply("goods_lift", "2026-03-05T13:59", "2026-03-05T15:00", asset_id=gate.lift.id))
    with unchanged():
        assert refused(gate, gate.clerk, second, "issue") == {"overlap:from_at"}
    later = gate.move(gate.clerk, second, "issue", from_at="2026-03-05T14:00", to_at="2026-03-05T15:00")
    assert later.state == "in_force"
    gate.manager.passes.revoke(first.id, "货梯故障")
    after = gate.issued("meeting_room", "2026-03-05T12:00", "2026-03-05T13:00", asset_id=gate.lift.id)
    assert after.standing is Standing.NOT_YET


def test_the_database_itself_refuses_a_second_one_at_that_time(gate: Gate, desk: Desk) -> None:
    first = gate.issued("goods_lift", "2026-03-05T12:00", "2026-03-05T14:00", asset_id=gate.lift.id)
    other = gate.issued("goods_lift", "2026-03-05T14:00", "2026-03-05T15:00", asset_id=gate.lift.id)
    statement = text(
        "UPDATE pass SET begins_at = (SELECT begins_at FROM pass WHERE serial = :first) WHERE serial = :serial"
    )
    given = {"first": first.serial, "serial": other.serial}
    with pytest.raises(IntegrityError, match="taken"), desk.database.engine.begin() as connection:
        connection.execute(statement, given)


@pytest.mark.clause("000-05-19")
@pytest.mark.clause("001-08-60")
@pytest.mark.clause("001-08-61")
def test_a_flat_has_as_many_parking_permits_as_the_company_lets_it(gate: Gate, clock: Clock) -> None:
    gate.decide("parking_quota", "1")
    first = gate.issued("parking", "2026-03-05", "2026-03-31")
    second = gate.approve(gate.apply("parking", "2026-03-05", "2026-03-31", fields={"plate": "沪B67890"}))
    assert refused(gate, gate.clerk, second, "issue") == {"quota"}
    assert (first.plate, first.holder_name) == ("沪A12345", "王芳")
    # The old one is given back for the other car.
    gate.clerk.passes.give_back(first.id)
    gate.move(gate.clerk, second, "issue")
    assert gate.passes(second)[0].plate == "沪B67890"
    clock.set(local(9, day=31) + timedelta(days=1))
    assert gate.issued("parking", "2026-04-01", "2026-04-30").standing is Standing.VALID


@pytest.mark.clause("000-05-06")
@pytest.mark.clause("001-01-45")
@pytest.mark.clause("001-08-14")
def test_renovation_needs_papers_and_gets_a_permit_in_the_name_of_the_site_manager(gate: Gate) -> None:
    ticket = gate.apply("work_permit", fields={"has_drawings": "false", "has_licence": ""})
    gate.consent(ticket)
    assert refused(gate, gate.manager, ticket, "approve") == {"document:has_drawings", "document:has_licence"}
    gate.move(gate.manager, ticket, "send_back", remark="缺图纸和资质")
    version = gate.clerk.tickets.find(ticket.id).version
    gate.clerk.tickets.change(ticket.id, version, {"has_drawings": "true", "has_licence": "true"})
    gate.move(gate.clerk, ticket, "resubmit")
    view = gate.issue(ticket)
    assert (view.holder_name, view.holder_phone, view.place) == ("周建", "13900139000", "501")


@pytest.mark.clause("001-01-43")
def test_an_extension_is_a_permit_of_its_own_that_names_the_first(gate: Gate) -> None:
    first = gate.issued("work_permit", "2026-03-05", "2026-03-20")
    alone = gate.apply("work_extension", "2026-03-21", "2026-03-31")
    assert refused(gate, gate.manager, alone, "approve") == {"extends"}
    assert first.ticket_id is not None
    more = gate.issued("work_extension", "2026-03-21", "2026-03-31", first=first.ticket_id)
    assert more.follows_id == first.id
    assert gate.clerk.passes.find(first.id).state is PassState.IN_FORCE


@pytest.mark.clause("000-05-10")
@pytest.mark.clause("001-01-42")
def test_workers_are_listed_each_with_a_pass_while_the_work_is_permitted(
    gate: Gate, unchanged: Callable[[], AbstractContextManager[None]]
) -> None:
    ticket = gate.apply("worker_pass")
    assert refused(gate, gate.manager, ticket, "approve") == {"people"}
    with unchanged(), pytest.raises(InvalidInput):
        gate.clerk.permits.add_person(ticket.id, NewPerson(name="周建", identity="110105194912310021"))
    gate.clerk.permits.add_person(ticket.id, NewPerson(name="周建", identity=IDENTITY, trade="水工"))
    gate.clerk.permits.add_person(ticket.id, NewPerson(name="吴涛", phone="13900139001"))
    gate.approve(ticket)
    assert refused(gate, gate.clerk, ticket, "issue") == {"within"}
    gate.issued("work_permit")
    gate.move(gate.clerk, ticket, "issue")
    assert [view.holder_name for view in gate.passes(ticket)] == ["周建", "吴涛"]
    late = gate.clerk.permits.add_person(ticket.id, NewPerson(name="郑勇"))
    people = gate.clerk.permits.people(ticket.id)
    assert [(one.line, one.name, one.serial) for one in people] == [
        (1, "周建", "RY202603-0001"), (2, "吴涛", "RY202603-0002"), (3, "郑勇", "RY202603-0003")
    ]  # fmt: skip
    assert late.serial == "RY202603-0003"
    assert people[0].identity_mask == "1101**********002X"
    with pytest.raises(InvalidInput):
        gate.clerk.permits.add_person(gate.apply("leaflets").id, NewPerson(name="周建"))


def test_the_time_runs_out_by_itself_and_what_has_to_come_back_is_looked_for(gate: Gate, clock: Clock) -> None:
    gate.decide("permit_warning", "2 day")
    parking = gate.issued("parking", "2026-03-05", "2026-03-10")
    badge = gate.issued("temporary_pass", "2026-03-05", "2026-03-10")
    clock.set(local(1, day=8))
    gate.desk.installation.timers.run_due(clock())
    assert [notice.kind for notice in gate.clerk.notices.mine()].count("permit.warned") == 2
    assert gate.clerk.passes.find(badge.id).standing is Standing.VALID
    clock.set(local(0, day=11))
    gate.desk.installation.timers.run_due(clock() + timedelta(seconds=1))
    assert parking.ticket_id
    assert badge.ticket_id
    states = [gate.clerk.tickets.find(key).state for key in (parking.ticket_id, badge.ticket_id)]
    assert states == ["expired", "overdue"]
    overdue = gate.clerk.passes.list(PassFilter(PassGroup.OVERDUE))
    assert [view.serial for view in overdue] == [badge.serial]
    assert "permit.overdue" in [notice.kind for notice in gate.clerk.notices.mine()]
    gate.move(gate.clerk, gate.clerk.tickets.find(badge.ticket_id), "return")
    assert gate.clerk.passes.find(badge.id).state is PassState.RETURNED


def test_a_permit_does_not_expire_before_its_time(gate: Gate) -> None:
    view = gate.issued("parking")
    assert view.ticket_id is not None
    ticket = gate.clerk.tickets.find(view.ticket_id)
    assert refused(gate, gate.clerk, ticket, "run_out") == {"not_expired"}


def test_a_revoked_pass_lets_nobody_in_from_that_moment_on(
    gate: Gate, unchanged: Callable[[], AbstractContextManager[None]]
) -> None:
    view = gate.issued("temporary_pass")
    assert gate.guard.passes.check(view.serial).standing is Standing.VALID
    for who in (gate.clerk, gate.guard):
        with unchanged(), pytest.raises(NotAllowed):
            who.passes.revoke(view.id, "转借他人")
    with unchanged(), pytest.raises(InvalidInput):
        gate.manager.passes.revoke(view.id, " ")
    gate.manager.passes.revoke(view.id, "转借他人")
    assert gate.guard.passes.check(view.token).standing is Standing.REVOKED
    with unchanged(), pytest.raises(Conflict):
        gate.manager.passes.revoke(view.id, "再次")
    found = gate.clerk.passes.find(view.id)
    assert (found.reason, found.ended_by_name) == ("转借他人", "杨军明")


def test_every_look_at_a_pass_is_written_down_and_changes_nothing_else(gate: Gate, clock: Clock) -> None:
    view = gate.issued("temporary_pass", "2026-03-06", "2026-03-07")
    asked = [
        view.serial,
        view.serial.lower().replace("-", ""),
        f"https://example.invalid/q/{view.token}",
        "LS999999-0001",
    ]
    found = [gate.guard.passes.check(code, "东门").standing for code in asked]
    assert found == [Standing.NOT_YET, Standing.NOT_YET, Standing.NOT_YET, Standing.UNKNOWN]
    clock.set(local(12, day=8))
    assert gate.guard.passes.check(view.serial).standing is Standing.EXPIRED
    assert gate.clerk.passes.find(view.id).version == view.version
    assert [(one.result, one.by_name) for one in gate.clerk.passes.checks(view.id)] == [
        (Standing.EXPIRED, "马亮"), *[(Standing.NOT_YET, "马亮")] * 3
    ]  # fmt: skip
    assert len(gate.clerk.passes.checks()) == 5


@pytest.mark.parametrize("code", ["", "  ", "\x00", "\u200b"])
def test_nothing_at_all_is_no_code(gate: Gate, code: str) -> None:
    with pytest.raises(InvalidInput):
        gate.guard.passes.check(code)


def test_another_companys_pass_is_unknown_here(gate: Gate, other_desk: CompanyDesk) -> None:
    view = gate.issued("temporary_pass")
    assert other_desk.passes.check(view.token).standing is Standing.UNKNOWN
