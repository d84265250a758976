"""Repairs from the call to the callback, by the people who do it."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from gongdan.api import AssetInput, CompanyDesk, InvalidInput, NewTicket, TicketFilter, TicketView
from gongdan.errors import MoveRefused
from gongdan.services.grids import AssetView
from gongdan.testing.beginnings import Beginning
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import People


@dataclass(frozen=True, slots=True)
class Office:
    """The people of the office, each at the company's desk."""

    clerk: CompanyDesk
    worker: CompanyDesk
    supervisor: CompanyDesk


@pytest.fixture
def office(begin: Beginning, person: People) -> Office:
    return begin(
        lambda: Office(
            person("desk_clerk", name="张敏"),
            person("repair_worker", name="赵子静"),
            person("desk_supervisor", name="刘文静"),
        )
    )


@pytest.fixture
def unit(company_desk: CompanyDesk) -> AssetView:
    building = company_desk.assets.create(AssetInput(kind="building", code="3", label="3栋"))
    section = company_desk.assets.create(AssetInput(kind="section", code="2", label="3栋2单元", parent_id=building.id))
    return company_desk.assets.create(
        AssetInput(
            kind="unit", code="501", label="3-2-501", parent_id=section.id, position="5", fields={"area": "100.45"}
        )
    )


_FIELDS = {"charge_kind": "paid", "visit_at": "2026-03-05T14:00"}


def _call(office: Office, unit: AssetView, **values: object) -> TicketView:
    given: dict[str, object] = {
        "type": "repair",
        "description": "厨房水管接口漏水",
        "contact_name": "王芳",
        "contact_phone": "13800138000",
        "asset_id": unit.id,
        "fields": _FIELDS,
    }
    return office.clerk.intake.open(NewTicket(**{**given, **values}))  # type: ignore[arg-type]  # any wrong value


def _move(desk: CompanyDesk, ticket: TicketView, move: str, **given: object) -> TicketView:
    return desk.moves.make(ticket.id, move, desk.tickets.find(ticket.id).version, given)


def _finish(office: Office, ticket: TicketView, receipt: str) -> TicketView:
    worker = str(office.worker.actor.account_id)
    _move(office.clerk, ticket, "dispatch", trade="plumber", assignee=worker)
    _move(office.worker, ticket, "arrive")
    _move(office.worker, ticket, "start", charge_kind="paid", quote_amount="80", quote_accepted="true")
    return _move(
        office.worker,
        ticket,
        "finish",
        result="更换角阀",
        materials="角阀 1 只",
        hours="0.5",
        fee="80",
        receipt_number=receipt,
        cause="wear",
    )


@pytest.mark.clause("001-01-09")
@pytest.mark.clause("001-01-10")
@pytest.mark.clause("004-02-02")
def test_a_call_is_taken_down_whole(office: Office, unit: AssetView, company_desk: CompanyDesk) -> None:
    with pytest.raises(InvalidInput) as refused:
        _call(office, unit, contact_name="", contact_phone="", asset_id=None, description="", subject="漏水", fields={})
    assert {problem.field for problem in refused.value.problems} == {
        "requester",
        "contact_phone",
        "asset",
        "description",
        "charge_kind",
        "visit_at",
    }
    assert company_desk.tickets.count(TicketFilter()) == 0


def test_a_repair_is_walked_from_the_call_to_the_end(office: Office, unit: AssetView, clock: Clock) -> None:
    ticket = _call(office, unit)
    assert (ticket.state, ticket.category, ticket.severity) == ("pending", "plumbing", "normal")
    clock.move(timedelta(minutes=30))
    ticket = _finish(office, ticket, "0012345")
    assert ticket.fields["dispatched_by"] == "张敏"
    assert ticket.fields["worker"] == "赵子静"
    assert ticket.fields["arrived_at"] == "2026-03-05T10:30:00+08:00"
    _move(office.worker, ticket, "confirm", confirmation_way="signature", confirmed_by="王芳")
    ticket = _move(office.clerk, ticket, "call_back", callback_way="phone", callback_satisfaction="satisfied")
    assert ticket.fields["callback_by"] == "张敏"
    ticket = _move(office.clerk, ticket, "close")
    assert (ticket.state, ticket.is_open, ticket.round) == ("closed", False, 1)


@pytest.mark.clause("001-08-46")
def test_an_arrival_is_known_by_time_and_name(office: Office, unit: AssetView, clock: Clock) -> None:
    ticket = _call(office, unit)
    _move(office.clerk, ticket, "dispatch", trade="plumber", assignee=str(office.worker.actor.account_id))
    clock.move(timedelta(minutes=14))
    arrived = _move(office.worker, ticket, "arrive")
    assert (arrived.fields["worker"], arrived.fields["arrived_at"]) == ("赵子静", "2026-03-05T10:14:00+08:00")


@pytest.mark.clause("001-08-43")
@pytest.mark.clause("001-08-44")
@pytest.mark.clause("001-08-47")
@pytest.mark.clause("004-03-02")
def test_dissatisfaction_brings_the_repair_back_under_its_number(office: Office, unit: AssetView) -> None:
    ticket = _finish(office, _call(office, unit), "0012345")
    _move(office.worker, ticket, "confirm", confirmation_way="signature", confirmed_by="王芳")
    _move(office.clerk, ticket, "call_back", callback_satisfaction="unsatisfied", callback_opinion="接口还在滴水")
    again = _move(office.clerk, ticket, "rework")
    assert (again.number, again.state, again.round) == (ticket.number, "pending", 2)
    assert again.fields["callback_opinion"] == "接口还在滴水"
    assert {"result", "materials", "hours", "arrived_at", "finished_at"}.isdisjoint(again.fields)
    ticket = _finish(office, again, "0012399")
    assert "callback_satisfaction" not in ticket.fields
    _move(office.worker, ticket, "confirm", confirmation_way="signature", confirmed_by="王芳")
    _move(office.clerk, ticket, "call_back", callback_satisfaction="satisfied")
    assert _move(office.clerk, ticket, "close").round == 2


@pytest.mark.clause("001-08-47")
def test_the_callback_of_the_worker_himself_changes_nothing(office: Office, unit: AssetView, person: People) -> None:
    both = person("desk_clerk", "repair_worker", name="陈秀英")
    busy = Office(office.clerk, both, office.supervisor)
    ticket = _finish(busy, _call(busy, unit), "0012345")
    before = _move(both, ticket, "confirm", confirmation_way="online", confirmed_by="王芳")
    with pytest.raises(MoveRefused) as refused:
        _move(both, ticket, "call_back", callback_satisfaction="satisfied")
    assert [refusal.guard for refusal in refused.value.refusals] == ["caller_is_not_the_worker"]
    assert office.clerk.tickets.find(ticket.id) == before


@pytest.mark.clause("001-01-11")
def test_a_fee_above_the_quote_changes_nothing(office: Office, unit: AssetView) -> None:
    ticket = _call(office, unit)
    _move(office.clerk, ticket, "dispatch", trade="plumber", assignee=str(office.worker.actor.account_id))
    _move(office.worker, ticket, "arrive")
    before = _move(office.worker, ticket, "start", charge_kind="paid", quote_amount="80", quote_accepted="true")
    with pytest.raises(MoveRefused) as refused:
        _move(office.worker, ticket, "finish", result="好", materials="无", hours="1", fee="100", receipt_number="1")
    assert [(refusal.guard, refusal.field) for refusal in refused.value.refusals] == [("fee_is_within_quote", "fee")]
    assert office.clerk.tickets.find(ticket.id) == before
    _move(office.worker, ticket, "quote_more", charge_kind="paid", quote_amount="100", quote_accepted="true")
    done = _move(office.worker, ticket, "finish", result="好", materials="无", hours="1", fee="100", receipt_number="1")
    assert done.fields["fee"] == "100"


def test_another_worker_starts_from_the_beginning(office: Office, unit: AssetView, clock: Clock) -> None:
    ticket = _call(office, unit)
    worker = str(office.worker.actor.account_id)
    _move(office.clerk, ticket, "dispatch", trade="plumber", assignee=worker)
    _move(office.worker, ticket, "arrive")
    clock.move(timedelta(minutes=25))
    again = _move(office.supervisor, ticket, "redispatch", trade="electrician", assignee=worker, remark="应派电工")
    assert (again.state, again.round) == ("dispatched", 1)
    assert {"arrived_at", "worker"}.isdisjoint(again.fields)
    assert again.fields["dispatched_by"] == "刘文静"
    assert again.fields["dispatched_at"] == "2026-03-05T10:25:00+08:00"


@pytest.mark.clause("001-08-17")
def test_work_that_goes_on_has_no_reason_to_stop(office: Office, unit: AssetView) -> None:
    ticket = _call(office, unit)
    _move(office.clerk, ticket, "dispatch", trade="plumber", assignee=str(office.worker.actor.account_id))
    _move(office.worker, ticket, "arrive")
    _move(office.worker, ticket, "start", charge_kind="free")
    paused = _move(office.worker, ticket, "pause", pause_reason="parts", resume_on="2026-03-08")
    assert (paused.state, paused.fields["pause_reason"]) == ("paused", "parts")
    going = _move(office.worker, ticket, "resume")
    assert going.state == "in_progress"
    assert {"pause_reason", "resume_on"}.isdisjoint(going.fields)


@pytest.mark.clause("004-02-11")
def test_a_colleagues_repair_is_confirmed_by_the_foreman(office: Office, unit: AssetView, person: People) -> None:
    ticket = _finish(office, _call(office, unit, fields={**_FIELDS, "reported_by": "staff"}), "0012345")
    foreman = person("area_foreman", name="赵强")
    confirmed = _move(foreman, ticket, "foreman_confirm")
    assert (confirmed.state, confirmed.fields["confirmed_by"]) == ("confirmed", "赵强")


def test_work_that_is_not_accepted_starts_another_round(office: Office, unit: AssetView) -> None:
    finished = _finish(office, _call(office, unit), "0012345")
    assert finished.fields["finished_at"] == "2026-03-05T10:00:00+08:00"
    again = _move(office.clerk, finished, "decline", remark="阀门装反")
    assert (again.state, again.round) == ("pending", 2)
    assert {"result", "materials", "hours", "finished_at", "worker"}.isdisjoint(again.fields)


def test_who_cannot_be_reached_is_closed_by_the_supervisor_and_can_be_reopened(office: Office, unit: AssetView) -> None:
    ticket = _finish(office, _call(office, unit), "0012345")
    _move(office.worker, ticket, "confirm", confirmation_way="signature", confirmed_by="王芳")
    _move(office.clerk, ticket, "miss_callback", next_callback_at="2026-03-06T18:00")
    closed = _move(
        office.supervisor, ticket, "close_unreached", callback_satisfaction="unreached", remark="三天五次未接"
    )
    assert (closed.state, closed.fields["callback_by"]) == ("closed", "刘文静")
    again = _move(office.supervisor, closed, "reopen", remark="业主来电说又漏了")
    assert (again.state, again.is_open, again.round) == ("pending", True, 2)
    assert "result" not in again.fields


def test_a_called_off_repair_keeps_the_reason(office: Office, unit: AssetView) -> None:
    ticket = _move(office.clerk, _call(office, unit), "cancel", remark="业主自己修好了")
    assert (ticket.state, ticket.is_open) == ("void", False)
    assert [note.body for note in office.clerk.notes.of_ticket(ticket.id)] == ["业主自己修好了"]


def test_a_worker_is_offered_his_own_steps_only(office: Office, unit: AssetView) -> None:
    ticket = _call(office, unit)
    assert [offer.move.name for offer in office.worker.moves.offers(ticket)] == []
    assert [offer.move.name for offer in office.clerk.moves.offers(ticket)] == ["dispatch", "cancel"]
