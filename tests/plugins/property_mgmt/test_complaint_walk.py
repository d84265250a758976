"""Complaints from the first contact to the last signature, by the people who answer for them."""

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
    cleaner: CompanyDesk
    manager: CompanyDesk
    project_manager: CompanyDesk


@pytest.fixture
def office(begin: Beginning, person: People) -> Office:
    return begin(
        lambda: Office(
            person("desk_clerk", name="张敏"),
            person("department_staff", name="孙刚勇"),
            person("department_manager", name="杨军明"),
            person("project_manager", name="陈建华"),
        )
    )


@pytest.fixture
def garden(company_desk: CompanyDesk) -> AssetView:
    return company_desk.assets.create(AssetInput(kind="public_part", code="garden", label="中心花园"))


def _complain(office: Office, garden: AssetView, description: str = "垃圾桶满了两天没有清运") -> TicketView:
    return office.clerk.intake.open(
        NewTicket(
            type="complaint",
            description=description,
            contact_name="马晓东",
            asset_id=garden.id,
            fields={"occurred": "上周起每天", "wish": "每天清运两次"},
        )
    )


def _move(desk: CompanyDesk, ticket: TicketView, move: str, **given: object) -> TicketView:
    return desk.moves.make(ticket.id, move, desk.tickets.find(ticket.id).version, given)


def _handle(office: Office, ticket: TicketView, *, severity: str, consequence: str, finding: str) -> TicketView:
    reason = {"severity": severity, "consequence": consequence, "severity_reason": "按所述情况"}
    _move(office.clerk, ticket, "grade", **reason)
    _move(office.clerk, ticket, "forward", assignee=str(office.cleaner.actor.account_id))
    _move(office.clerk, ticket, "reply", first_reply="正在核实", next_reply_at="2026-03-05T16:00")
    _move(office.cleaner, ticket, "establish", investigation="班次漏排", finding=finding, cause="slow")
    told = {"told_at": "2026-03-05T15:00"} if finding == "invalid" else {}
    _move(office.cleaner, ticket, "handle", measure="增加一班清运", **told)
    return _move(office.cleaner, ticket, "finish", result="已清运", measure="增加一班清运", standard_met="true")


@pytest.mark.clause("001-01-13")
@pytest.mark.clause("004-04-20")
@pytest.mark.clause("004-04-24")
@pytest.mark.clause("004-04-25")
def test_a_complaint_needs_five_answers(office: Office, company_desk: CompanyDesk) -> None:
    with pytest.raises(InvalidInput) as refused:
        office.clerk.intake.open(NewTicket(type="complaint", subject="我要投诉"))
    assert {problem.field for problem in refused.value.problems} == {
        "requester",
        "occurred",
        "asset",
        "description",
        "wish",
    }
    assert company_desk.tickets.count(TicketFilter()) == 0


@pytest.mark.clause("004-04-18")
def test_whoever_takes_a_complaint_owns_it(office: Office, garden: AssetView) -> None:
    ticket = _complain(office, garden)
    assert (ticket.number, ticket.state) == ("TS202603-0001", "accepted")
    assert ticket.owner_id == office.clerk.actor.account_id


def test_an_ordinary_complaint_is_walked_to_the_end(office: Office, garden: AssetView) -> None:
    ticket = _handle(office, _complain(office, garden), severity="ordinary", consequence="none", finding="valid")
    assert ticket.finding_by == office.cleaner.actor.account_id
    assert ticket.fields["dispatched_by"] == "张敏"
    closed = _move(
        office.manager,
        ticket,
        "close",
        callback_way="phone",
        callback_satisfaction="satisfied",
        complainant_signed="true",
    )
    assert (closed.state, closed.round, closed.fields["callback_by"]) == ("closed", 1, "杨军明")


@pytest.mark.clause("004-04-51")
def test_dissatisfaction_starts_another_round_with_another_measure(office: Office, garden: AssetView) -> None:
    ticket = _handle(office, _complain(office, garden), severity="minor", consequence="none", finding="valid")
    again = _move(
        office.manager,
        ticket,
        "rework",
        callback_satisfaction="unsatisfied",
        callback_opinion="第二天又没清运",
    )
    assert (again.number, again.state, again.round) == (ticket.number, "in_progress", 2)
    with pytest.raises(MoveRefused) as refused:
        _move(office.cleaner, ticket, "finish", result="已清运", standard_met="true")
    assert [(refusal.guard, refusal.field) for refusal in refused.value.refusals] == [("required", "measure")]
    assert office.clerk.tickets.find(ticket.id) == again
    _move(office.cleaner, ticket, "finish", measure="换保洁公司", result="每天两次", standard_met="true")
    closed = _move(office.manager, ticket, "close", callback_satisfaction="satisfied", complainant_signed="true")
    assert (closed.state, closed.round) == ("closed", 2)


@pytest.mark.clause("004-04-47")
def test_a_major_complaint_is_closed_by_two_managers_on_site(office: Office, garden: AssetView) -> None:
    ticket = _complain(office, garden, "老人在花园滑倒摔伤")
    assert ticket.severity == "major"
    ticket = _handle(office, ticket, severity="major", consequence="injury", finding="valid")
    answers = {"callback_satisfaction": "satisfied", "complainant_signed": "true", "callback_way": "on_site"}
    with pytest.raises(MoveRefused) as refused:
        _move(office.manager, ticket, "close", **answers)
    assert {refusal.guard for refusal in refused.value.refusals} == {
        "project_manager_closes",
        "department_manager_visited",
    }
    assert office.clerk.tickets.find(ticket.id) == ticket
    _move(office.manager, ticket, "visit", callback_way="on_site")
    closed = _move(office.project_manager, ticket, "close", **answers)
    assert (closed.state, closed.fields["visited_by"]) == ("closed", str(office.manager.actor.account_id))


@pytest.mark.clause("004-04-08")
def test_a_lower_severity_after_an_injury_changes_nothing(office: Office, garden: AssetView) -> None:
    ticket = _complain(office, garden, "老人在花园滑倒摔伤")
    with pytest.raises(MoveRefused) as refused:
        _move(office.clerk, ticket, "grade", severity="minor", consequence="injury", severity_reason="轻微擦伤")
    assert [(refusal.guard, refusal.field) for refusal in refused.value.refusals] == [
        ("severity_fits_the_harm", "severity")
    ]
    assert office.clerk.tickets.find(ticket.id) == ticket


@pytest.mark.clause("004-04-40")
@pytest.mark.clause("001-01-18")
def test_an_invalid_complaint_is_answered_and_called_back(office: Office, garden: AssetView) -> None:
    ticket = _handle(office, _complain(office, garden), severity="minor", consequence="none", finding="invalid")
    assert (ticket.state, ticket.finding, ticket.fields["told_at"]) == (
        "awaiting_callback",
        "invalid",
        "2026-03-05T15:00:00+08:00",
    )


def test_a_complaint_raised_to_major_is_handed_on_again(office: Office, garden: AssetView, clock: Clock) -> None:
    ticket = _complain(office, garden)
    _move(office.clerk, ticket, "grade", severity="minor", consequence="none", severity_reason="小的不便")
    _move(office.clerk, ticket, "forward", assignee=str(office.cleaner.actor.account_id))
    clock.move(timedelta(hours=1))
    raised = _move(
        office.project_manager,
        ticket,
        "raise_severity",
        severity="major",
        consequence="press",
        severity_reason="电视台来采访",
        remark="总公司来电",
    )
    assert (raised.state, raised.severity) == ("graded", "major")
    assert "forwarded_at" not in raised.fields
    assert raised.fields["graded_at"] == "2026-03-05T11:00:00+08:00"


def test_the_answer_to_an_earlier_round_does_not_close_the_next(office: Office, garden: AssetView) -> None:
    ticket = _handle(office, _complain(office, garden), severity="minor", consequence="none", finding="valid")
    _move(office.manager, ticket, "rework", callback_satisfaction="unsatisfied", callback_opinion="又没清运")
    ready = _move(office.cleaner, ticket, "finish", measure="换保洁公司", result="每天两次", standard_met="true")
    assert {"callback_satisfaction", "callback_opinion", "callback_by"}.isdisjoint(ready.fields)
    assert (ready.fields["worker"], ready.fields["finished_at"]) == ("孙刚勇", "2026-03-05T10:00:00+08:00")


def test_what_is_answered_on_the_spot_still_gets_its_callback(office: Office, garden: AssetView) -> None:
    ticket = _move(office.clerk, _complain(office, garden), "settle", severity="minor", spot_answer="已说明清运班次")
    assert (ticket.state, ticket.is_open, ticket.fields["worker"]) == ("settled", True, "张敏")
    assert ticket.fields["first_replied_at"] == "2026-03-05T10:00:00+08:00"
    again = _move(
        office.manager,
        ticket,
        "take_up_again",
        callback_satisfaction="unsatisfied",
        callback_opinion="说的和做的不一样",
    )
    assert (again.state, again.round) == ("accepted", 2)
    assert "spot_answer" not in again.fields


def test_a_settled_complaint_that_is_taken_up_again_forgets_its_callback(office: Office, garden: AssetView) -> None:
    ticket = _complain(office, garden)
    _move(office.clerk, ticket, "settle", severity="minor", spot_answer="已说明")
    unhappy = {"callback_satisfaction": "unsatisfied", "callback_opinion": "没说清楚"}
    _move(office.manager, ticket, "take_up_again", **unhappy)
    again = _move(office.clerk, ticket, "settle", severity="minor", spot_answer="当面出示排班表")
    assert {"callback_satisfaction", "callback_opinion"}.isdisjoint(again.fields)


def test_a_reopened_complaint_is_judged_anew(office: Office, garden: AssetView) -> None:
    ticket = _handle(office, _complain(office, garden), severity="minor", consequence="none", finding="valid")
    answers = {"callback_satisfaction": "satisfied", "complainant_signed": "true"}
    closed = _move(office.manager, ticket, "close", **answers)
    again = _move(office.manager, closed, "reopen", remark="业主次日来电，问题依旧")
    assert (again.state, again.round, again.finding, again.cause) == ("accepted", 2, "", "")
    _move(office.clerk, again, "grade", severity="ordinary", consequence="none", severity_reason="反复发生")
