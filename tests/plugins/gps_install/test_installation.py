"""Installations: every move when all is there, every refusal, and the way from the papers to the end."""

import pytest

from gongdan.api import CompanyDesk, InvalidInput, NewTicket, Outcome, TicketFilter, TicketView
from gongdan.errors import MoveRefused
from gongdan.testing.factories import People
from gongdan_gps_install.ticket_types import INSTALLATION_ORDER
from tests.plugins.flows import Attempt

FLOW = INSTALLATION_ORDER.workflow
INSTALLER = "11111111-1111-1111-1111-111111111111"
PAPERS = {"has_request": True, "has_vehicle_list": True, "has_driver_data": True}


def _attempt(move: str, role: str, **fields: object) -> Attempt:
    ticket = {"assignee": INSTALLER}
    return Attempt(FLOW, move, role=role, actor=INSTALLER, remark="见说明", fields=fields, ticket=ticket)


#: For each move somebody who may make it, with everything that it asks for.
COMPLETE = {
    attempt.move: attempt
    for attempt in (
        _attempt("accept", "gps_clerk", plate="粤B12345", plate_colour="蓝", **PAPERS),
        _attempt("ask_for_papers", "gps_clerk"),
        _attempt(
            "submit",
            "gps_clerk",
            visit_at="2026-03-06T09:00:00+08:00",
            visit_place="龙岗物流园B区",
            terminal_model="GT06N",
        ),
        _attempt("revise", "gps_clerk"),
        _attempt("dispatch", "gps_division_manager"),
        _attempt("dispatch_outside", "gps_clerk", outside_firm="宏远汽车电子"),
        _attempt("depart", "installer", data_checked=True, kit_packed=True),
        _attempt("arrive", "installer"),
        _attempt("start", "installer", car_condition="完好", fitting_place="仪表台下方", condition_agreed=True),
        _attempt("test", "installer", terminal_number="013812345678", sim_number="1064812345678", online=True),
        _attempt("confirm", "installer", confirmed_by="吴芳强", nothing_damaged=True),
        _attempt("refit", "installer"),
        _attempt("hand_in", "installer", papers_complete=True),
        _attempt("give_up", "installer", failure_reason="absent"),
        _attempt("close", "gps_clerk", next_care_on="2026-06-05"),
        _attempt("cancel", "gps_clerk"),
    )
}

#: What a move cannot be made without, beside what its guards ask.
REQUIRED = [
    ("submit", "visit_at"),
    ("submit", "visit_place"),
    ("submit", "terminal_model"),
    ("dispatch", "assignee"),
    ("dispatch_outside", "outside_firm"),
    ("dispatch_outside", "assignee"),
    ("start", "car_condition"),
    ("start", "fitting_place"),
    ("test", "terminal_number"),
    ("test", "sim_number"),
    ("confirm", "confirmed_by"),
    ("give_up", "failure_reason"),
    ("close", "next_care_on"),
]


@pytest.mark.parametrize("move", ["ask_for_papers", "dispatch_outside", "refit", "give_up", "cancel"])
def test_what_is_out_of_the_ordinary_needs_a_remark(move: str) -> None:
    full = COMPLETE[move]
    silent = Attempt(FLOW, move, role=full.role, fields=full.fields, ticket=full.ticket)
    assert silent.refusals() == ["remark:remark"]


def test_every_move_is_tried() -> None:
    assert set(COMPLETE) == {move.name for move in FLOW.moves}


@pytest.mark.parametrize("move", COMPLETE)
def test_a_move_passes_when_all_is_there(move: str) -> None:
    assert COMPLETE[move].refusals() == []


@pytest.mark.clause("001-03-15")
@pytest.mark.clause("001-03-16")
@pytest.mark.clause("001-03-42")
@pytest.mark.parametrize("move", COMPLETE)
def test_a_move_is_refused_to_those_who_are_not_named(move: str) -> None:
    stranger = "installer" if COMPLETE[move].role != "installer" else "gps_clerk"
    assert COMPLETE[move].by(stranger, INSTALLER).refusals() == ["role"]


@pytest.mark.parametrize(("move", "name"), REQUIRED)
def test_a_move_is_refused_without_what_it_requires(move: str, name: str) -> None:
    missing = COMPLETE[move].but(**{name: None}).about(**{name: None})
    assert f"required:{name}" in missing.refusals()


@pytest.mark.clause("001-03-10")
@pytest.mark.parametrize(
    ("paper", "guard"),
    [
        ("has_request", "request_is_in"),
        ("has_vehicle_list", "vehicle_list_is_in"),
        ("has_driver_data", "driver_data_is_in"),
    ],
)
@pytest.mark.parametrize("answer", [None, False])
def test_an_order_is_accepted_with_all_three_papers(paper: str, guard: str, answer: object) -> None:
    assert COMPLETE["accept"].but(**{paper: answer}).refusals() == [f"{guard}:{paper}"]


@pytest.mark.clause("001-03-10")
def test_a_vehicle_is_known_by_its_plate_or_by_its_frame() -> None:
    unknown = COMPLETE["accept"].but(plate=None)
    assert unknown.refusals() == ["vehicle_is_known:plate"]
    assert unknown.but(vin="LSVYS08RXPS007789", plate_colour="无").refusals() == []


@pytest.mark.clause("001-03-10")
@pytest.mark.parametrize(
    ("plate", "colour"), [("粤BD12345", "蓝"), ("粤B12345D", "渐变绿"), ("粤A5685挂", "蓝"), ("粤B12345", "渐变绿")]
)
def test_a_plate_has_one_of_its_own_colours(plate: str, colour: str) -> None:
    odd = COMPLETE["accept"].but(plate=plate, plate_colour=colour)
    assert odd.refusals() == ["colour_fits_the_plate:plate_colour"]


@pytest.mark.parametrize(
    ("plate", "colour"), [("粤BD12345", "渐变绿"), ("粤B12345D", "黄绿"), ("粤A5685挂", "黄"), ("粤B12345", None)]
)
def test_a_colour_that_fits_or_is_not_known_passes(plate: str, colour: object) -> None:
    assert COMPLETE["accept"].but(plate=plate, plate_colour=colour).refusals() == []


@pytest.mark.clause("001-03-11")
@pytest.mark.parametrize("name", ["visit_at", "visit_place", "terminal_model"])
def test_an_order_for_approval_says_when_where_and_what(name: str) -> None:
    assert COMPLETE["submit"].but(**{name: None}).refusals() == [f"required:{name}"]


@pytest.mark.clause("001-03-16")
def test_somebody_is_sent() -> None:
    assert COMPLETE["dispatch"].about(assignee=None).refusals() == ["required:assignee"]


@pytest.mark.clause("001-03-42")
def test_outside_help_is_named_and_explained() -> None:
    help_ = COMPLETE["dispatch_outside"]
    assert help_.but(outside_firm=None).refusals() == ["required:outside_firm"]
    silent = Attempt(FLOW, "dispatch_outside", role=help_.role, fields=help_.fields, ticket=help_.ticket)
    assert silent.refusals() == ["remark:remark"]


@pytest.mark.clause("001-03-03")
def test_the_place_of_fitting_is_agreed_before_the_work() -> None:
    assert COMPLETE["start"].but(fitting_place=None).refusals() == ["required:fitting_place"]


@pytest.mark.clause("001-03-04")
def test_an_order_closes_with_a_day_for_the_next_care() -> None:
    assert COMPLETE["close"].but(next_care_on=None).refusals() == ["required:next_care_on"]


@pytest.mark.clause("001-03-17")
def test_nobody_leaves_before_the_order_is_checked() -> None:
    assert COMPLETE["depart"].but(data_checked=None).refusals() == ["data_are_checked:data_checked"]


@pytest.mark.clause("001-03-18")
def test_nobody_leaves_before_the_kit_is_packed() -> None:
    assert COMPLETE["depart"].but(kit_packed=False).refusals() == ["kit_is_packed:kit_packed"]


@pytest.mark.clause("001-03-25")
def test_the_cars_condition_is_agreed_before_the_work() -> None:
    assert COMPLETE["start"].but(condition_agreed=False).refusals() == ["condition_is_agreed:condition_agreed"]


def test_a_terminal_that_is_not_online_is_not_tested() -> None:
    assert COMPLETE["test"].but(online=False).refusals() == ["terminal_is_online:online"]


@pytest.mark.clause("001-03-25")
def test_the_customer_sees_that_nothing_is_damaged() -> None:
    assert COMPLETE["confirm"].but(nothing_damaged=None).refusals() == ["nothing_is_damaged:nothing_damaged"]


@pytest.mark.clause("001-03-24")
def test_an_order_is_handed_in_complete() -> None:
    assert COMPLETE["hand_in"].but(papers_complete=False).refusals() == ["papers_are_complete:papers_complete"]


# --- Through the services -----------------------------------------------------------------------


@pytest.fixture
def clerk(person: People) -> CompanyDesk:
    return person("gps_clerk", name="黄丽")


@pytest.fixture
def manager(person: People) -> CompanyDesk:
    return person("gps_division_manager", name="周杰")


@pytest.fixture
def installer(person: People) -> CompanyDesk:
    return person("installer", name="赵磊")


def _order(clerk: CompanyDesk, **fields: object) -> TicketView:
    return clerk.intake.open(
        NewTicket(
            type="installation_order",
            subject="新装 GT06N",
            contact_name="惠州市宏远车队",
            contact_phone="19928525357",
            fields={"has_request": "true", "has_vehicle_list": "true", **fields},
        )
    )


def _move(desk: CompanyDesk, ticket: TicketView, move: str, **given: object) -> TicketView:
    return desk.moves.make(ticket.id, move, desk.tickets.find(ticket.id).version, given)


def _approve(manager: CompanyDesk) -> None:
    manager.decisions.decide(manager.approvals.inbox()[0].id, Outcome.APPROVE)


def test_a_plate_is_stored_in_its_one_spelling(clerk: CompanyDesk) -> None:
    assert _order(clerk, plate=" 粤e·39898 ").fields["plate"] == "粤E39898"


def test_identifiers_of_the_wrong_form_are_refused_together(clerk: CompanyDesk, company_desk: CompanyDesk) -> None:
    with pytest.raises(InvalidInput) as refused:
        _order(clerk, plate="粤E3989", vin="LB39FLPK0MK0413", driver_phone="123")
    assert {problem.field for problem in refused.value.problems} == {"plate", "vin", "driver_phone"}
    assert company_desk.tickets.count(TicketFilter()) == 0


@pytest.mark.clause("001-03-10")
def test_an_order_without_a_paper_changes_nothing(clerk: CompanyDesk) -> None:
    order = _order(clerk, plate="粤E39898")
    with pytest.raises(MoveRefused) as refused:
        _move(clerk, order, "accept")
    assert [(refusal.guard, refusal.field) for refusal in refused.value.refusals] == [
        ("driver_data_is_in", "has_driver_data")
    ]
    assert clerk.tickets.find(order.id) == order


@pytest.mark.clause("001-03-09")
def test_an_order_is_walked_from_the_papers_to_the_end(
    clerk: CompanyDesk, manager: CompanyDesk, installer: CompanyDesk
) -> None:
    order = _order(clerk, plate="粤E39898", plate_colour="蓝")
    assert order.number == "AZ20260305-001"
    _move(clerk, order, "ask_for_papers", remark="缺司机信息")
    _move(clerk, order, "accept", has_driver_data="true")
    _move(clerk, order, "submit", visit_at="2026-03-06T09:00", visit_place="龙岗物流园B区", terminal_model="GT06N")
    _approve(manager)
    _move(manager, order, "dispatch", assignee=str(installer.actor.account_id))
    _move(installer, order, "depart", data_checked="true", kit_packed="true")
    arrived = _move(installer, order, "arrive")
    assert arrived.fields["arrived_at"] == "2026-03-05T10:00:00+08:00"
    _move(installer, order, "start", car_condition="完好", fitting_place="仪表台下方", condition_agreed="true")
    tested = _move(installer, order, "test", terminal_number="13812345678", sim_number="1064812345678", online="true")
    assert tested.fields["terminal_number"] == "013812345678"
    _move(installer, order, "confirm", confirmed_by="吴芳强", nothing_damaged="true")
    _move(installer, order, "hand_in", papers_complete="true")
    closed = _move(clerk, order, "close", next_care_on="2026-06-05")
    assert (closed.state, closed.is_open) == ("closed", False)


def test_a_car_that_did_not_come_ends_the_order(
    clerk: CompanyDesk, manager: CompanyDesk, installer: CompanyDesk
) -> None:
    order = _order(clerk, plate="粤E39898", has_driver_data="true")
    _move(clerk, order, "accept")
    _move(clerk, order, "submit", visit_at="2026-03-06T09:00", visit_place="龙岗物流园B区", terminal_model="GT06N")
    _move(
        manager,
        order,
        "dispatch_outside",
        outside_firm="宏远汽车电子",
        remark="人员全部外出",
        assignee=str(installer.actor.account_id),
    )
    ended = _move(installer, order, "give_up", failure_reason="absent", remark="司机在外地")
    assert (ended.state, ended.state_category, ended.is_open) == ("not_fitted", "closed", False)
