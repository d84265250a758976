"""Repairs: every move when all is there, every refusal, and the way from the call to the closed slip."""

import pytest

from gongdan.api import CompanyDesk, InvalidInput, NewTicket, Outcome, TicketFilter
from gongdan.testing.factories import People
from gongdan_gps_install.ticket_types import TERMINAL_REPAIR
from tests.plugins.flows import Attempt

FLOW = TERMINAL_REPAIR.workflow
INSTALLER = "11111111-1111-1111-1111-111111111111"
EXCHANGED = {
    "old_terminal_number": "013812340002",
    "new_terminal_number": "013812340004",
    "label_written": True,
    "old_sim_number": "1064812340002",
    "new_sim_number": "1064812340004",
}
ARRIVED = {"arrived_at": "2026-03-05T10:00:00+08:00"}


def _attempt(move: str, role: str, **fields: object) -> Attempt:
    ticket = {"assignee": INSTALLER, "cause": "terminal"}
    return Attempt(FLOW, move, role=role, actor=INSTALLER, remark="见说明", fields=fields, ticket=ticket)


#: For each move somebody who may make it, with everything that it asks for.
COMPLETE = {
    attempt.move: attempt
    for attempt in (
        _attempt(
            "submit",
            "gps_clerk",
            visit_at="2026-03-06T09:00:00+08:00",
            visit_place="龙岗物流园B区",
            warranty_until="2026-03-05",
        ),
        _attempt("settle_remotely", "gps_clerk", repair_result="欠费停机，续费后上线", result_told=True),
        _attempt("revise", "gps_clerk"),
        _attempt("improvise", "installer", missing_part="GPS 天线", workaround="借用库存件"),
        _attempt("dispatch", "gps_division_manager"),
        _attempt("dispatch_outside", "gps_clerk", outside_firm="宏远汽车电子"),
        _attempt("cancel", "gps_clerk"),
        _attempt("depart", "installer", data_checked=True, kit_packed=True),
        _attempt("arrive", "installer"),
        _attempt("wait_for_part", "installer", missing_part="GPS 天线"),
        _attempt("go_on", "installer"),
        _attempt("repair", "installer", repair_result="更换终端与 SIM 卡", **EXCHANGED),
        _attempt("redo", "installer"),
        _attempt("confirm", "installer", confirmed_by="徐龙", nothing_damaged=True),
        _attempt("hand_in", "installer", papers_complete=True),
        _attempt("close", "gps_clerk", result_told=True),
    )
}


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


@pytest.mark.clause("001-03-14")
@pytest.mark.parametrize(
    ("move", "name"),
    [
        ("submit", "visit_at"),
        ("submit", "visit_place"),
        ("submit", "warranty_until"),
        ("settle_remotely", "repair_result"),
        ("dispatch_outside", "outside_firm"),
        ("wait_for_part", "missing_part"),
        ("repair", "repair_result"),
        ("confirm", "confirmed_by"),
    ],
)
def test_a_move_is_refused_without_what_it_requires(move: str, name: str) -> None:
    assert f"required:{name}" in COMPLETE[move].but(**{name: None}).refusals()


@pytest.mark.clause("001-03-41")
def test_a_missing_part_is_named_and_what_was_agreed_is_written_down() -> None:
    full = COMPLETE["wait_for_part"]
    silent = Attempt(FLOW, "wait_for_part", role=full.role, fields=full.fields, ticket=full.ticket)
    assert silent.refusals() == ["remark:remark"]


@pytest.mark.clause("001-03-09")
def test_nobody_arrives_who_has_not_left() -> None:
    assert Attempt(FLOW, "arrive", state="dispatched", role="installer").refusals() == ["from_state"]


@pytest.mark.clause("001-03-17")
@pytest.mark.clause("001-03-18")
def test_nobody_leaves_before_slip_and_kit_are_checked() -> None:
    unready = COMPLETE["depart"].but(data_checked=None, kit_packed=False)
    assert unready.refusals() == ["data_are_checked:data_checked", "kit_is_packed:kit_packed"]


@pytest.mark.clause("001-03-20")
@pytest.mark.parametrize(
    "numbers",
    [
        {"new_terminal_number": None},
        {"old_terminal_number": None, "label_written": None},
        {"new_terminal_number": "013812340002"},
    ],
)
def test_an_exchanged_terminal_has_its_old_and_its_new_number(numbers: dict[str, object]) -> None:
    assert COMPLETE["repair"].but(**numbers).refusals() == ["terminals_are_paired:new_terminal_number"]


@pytest.mark.clause("001-03-22")
@pytest.mark.parametrize("name", ["old_sim_number", "new_sim_number"])
def test_an_exchanged_card_has_its_old_and_its_new_number(name: str) -> None:
    assert COMPLETE["repair"].but(**{name: None}).refusals() == ["cards_are_paired:new_sim_number"]


@pytest.mark.clause("001-03-19")
def test_a_terminal_taken_out_carries_a_label() -> None:
    assert COMPLETE["repair"].but(label_written=False).refusals() == ["terminal_is_labelled:label_written"]


def test_a_repair_without_exchange_needs_no_numbers() -> None:
    assert COMPLETE["repair"].but(**dict.fromkeys(EXCHANGED)).refusals() == []


@pytest.mark.clause("001-03-05")
@pytest.mark.parametrize(
    ("until", "refusals"), [("2026-03-05", ["warranty_is_kept:parts_fee"]), ("2026-03-04", []), (None, [])]
)
def test_parts_are_charged_from_the_day_after_the_warranty(until: object, refusals: list[str]) -> None:
    charged = COMPLETE["repair"].but(parts_fee="80", warranty_until=until, **ARRIVED)
    assert charged.refusals() == refusals


@pytest.mark.clause("001-03-26")
@pytest.mark.clause("001-03-27")
def test_a_fee_is_collected_on_the_spot_and_invoiced() -> None:
    owed = COMPLETE["confirm"].but(parts_fee="80")
    assert owed.refusals() == ["fee_is_collected:payment_way", "fee_is_invoiced:invoice_number"]
    assert owed.but(payment_way="wechat", invoice_number="24442000000012345678").refusals() == []


@pytest.mark.clause("001-03-28")
def test_money_goes_to_finance_before_the_slip_is_handed_in() -> None:
    owed = COMPLETE["hand_in"].but(parts_fee="80")
    assert owed.refusals() == ["money_is_handed_over:money_handed_over"]
    assert owed.but(money_handed_over=True).refusals() == []


@pytest.mark.clause("001-03-24")
def test_a_slip_is_handed_in_complete() -> None:
    assert COMPLETE["hand_in"].but(papers_complete=None).refusals() == ["papers_are_complete:papers_complete"]


@pytest.mark.clause("001-03-25")
def test_the_customer_sees_that_nothing_is_damaged() -> None:
    assert COMPLETE["confirm"].but(nothing_damaged=None).refusals() == ["nothing_is_damaged:nothing_damaged"]


@pytest.mark.clause("001-03-35")
@pytest.mark.parametrize("move", ["settle_remotely", "close"])
def test_a_slip_ends_once_the_customer_has_been_told(move: str) -> None:
    assert COMPLETE[move].but(result_told=False).refusals() == ["result_is_told:result_told"]


# --- Through the services -----------------------------------------------------------------------


@pytest.mark.clause("001-03-12")
@pytest.mark.clause("001-03-13")
def test_a_repair_is_taken_in_with_model_address_and_symptom(person: People, company_desk: CompanyDesk) -> None:
    clerk = person("gps_clerk", name="黄丽")
    call = NewTicket(
        type="terminal_repair",
        subject="粤E34525 不上线",
        contact_name="佛山市众诚渣土运输有限公司",
        contact_phone="0757-83336621",
        fields={"plate": "粤e·34525", "bought_on": "2024-11-08"},
    )
    with pytest.raises(InvalidInput) as refused:
        clerk.intake.open(call)
    assert [problem.field for problem in refused.value.problems] == ["terminal_model", "customer_address", "symptom"]
    assert company_desk.tickets.count(TicketFilter()) == 0


@pytest.mark.clause("001-03-14")
def test_a_repair_is_walked_from_the_call_to_the_closed_slip(person: People) -> None:
    clerk, manager = person("gps_clerk", name="黄丽"), person("gps_division_manager", name="周杰")
    installer = person("installer", name="赵磊")
    slip = clerk.intake.open(
        NewTicket(
            type="terminal_repair",
            subject="粤E34525 不上线",
            contact_name="佛山市众诚渣土运输有限公司",
            contact_phone="0757-83336621",
            fields={
                "terminal_model": "BSJ-A5",
                "customer_address": "佛山南庄渣土停车场",
                "plate": "粤e·34525",
                "symptom": "三天没有定位",
            },
        )
    )
    assert slip.number == "WX20260305-001"

    def move(desk: CompanyDesk, name: str, **given: object) -> str:
        return desk.moves.make(slip.id, name, desk.tickets.find(slip.id).version, given).state

    visit = {"visit_at": "2026-03-06T09:00", "visit_place": "佛山南庄渣土停车场", "warranty_until": "2026-01-31"}
    assert move(clerk, "submit", **visit) == "awaiting_approval"
    manager.decisions.decide(manager.approvals.inbox()[0].id, Outcome.APPROVE)
    move(manager, "dispatch", assignee=str(installer.actor.account_id))
    move(installer, "depart", data_checked="true", kit_packed="true")
    move(installer, "arrive")
    move(installer, "wait_for_part", missing_part="GPS 天线", remark="周经理电话同意借用库存件")
    move(installer, "go_on")
    move(installer, "repair", repair_result="更换天线", cause="terminal", parts_fee="80")
    paid = {"payment_way": "wechat", "invoice_number": "24442000000012345678", "nothing_damaged": "true"}
    move(installer, "confirm", confirmed_by="徐龙", **paid)
    move(installer, "hand_in", papers_complete="true", money_handed_over="true")
    assert move(clerk, "close", result_told="true") == "closed"
