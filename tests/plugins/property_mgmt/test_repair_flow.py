"""The flow of repairs: every move when all is there, and every reason why it is refused."""

import pytest

from gongdan_property_mgmt.ticket_types import REPAIR
from tests.plugins.flows import Attempt

FLOW = REPAIR.workflow
WORKER = "11111111-1111-1111-1111-111111111111"
CLERK = "22222222-2222-2222-2222-222222222222"


def _attempt(move: str, role: str, **fields: object) -> Attempt:
    return Attempt(FLOW, move, role=role, actor=CLERK, remark="见说明", fields=fields, ticket={"assignee": WORKER})


#: For each move somebody who may make it, with everything that it asks for.
COMPLETE = {
    attempt.move: attempt
    for attempt in (
        _attempt("dispatch", "desk_clerk", trade="plumber"),
        _attempt("redispatch", "desk_clerk", trade="plumber"),
        _attempt("arrive", "repair_worker"),
        _attempt("start", "repair_worker", charge_kind="paid", quote_amount="80.00", quote_accepted=True),
        _attempt("quote_more", "repair_worker", charge_kind="paid", quote_amount="120.00", quote_accepted=True),
        _attempt("pause", "repair_worker", pause_reason="parts", resume_on="2026-03-08"),
        _attempt("resume", "repair_worker", pause_reason="parts", resume_on="2026-03-08"),
        _attempt(
            "finish",
            "repair_worker",
            charge_kind="paid",
            quote_amount="80.00",
            fee="80.00",
            receipt_number="0012345",
            result="更换角阀",
            materials="4分角阀 1 只",
            hours="0.5",
        ),
        _attempt("confirm", "repair_worker", confirmation_way="signature", confirmed_by="王芳"),
        _attempt("foreman_confirm", "area_foreman", reported_by="staff"),
        _attempt("decline", "desk_clerk"),
        _attempt("call_back", "desk_clerk", callback_satisfaction="satisfied"),
        _attempt("miss_callback", "desk_clerk", next_callback_at="2026-03-06T10:00:00+08:00"),
        _attempt("close_unreached", "desk_supervisor", callback_satisfaction="unreached"),
        _attempt("close", "desk_clerk", callback_satisfaction="average"),
        _attempt("rework", "desk_clerk", callback_satisfaction="unsatisfied"),
        _attempt("cancel", "desk_clerk"),
        _attempt("reopen", "desk_supervisor"),
    )
}

#: For each move a role that may not make it.
STRANGERS = {
    **dict.fromkeys(COMPLETE, "department_staff"),
    "dispatch": "repair_worker",
    "start": "desk_clerk",
    "finish": "desk_clerk",
    "foreman_confirm": "desk_clerk",
    "call_back": "repair_worker",
    "close": "repair_worker",
    "close_unreached": "desk_clerk",
    "cancel": "repair_worker",
    "reopen": "desk_clerk",
}

#: What a move cannot be made without, beside what its guards ask.
REQUIRED = [
    ("dispatch", "trade"),
    ("redispatch", "trade"),
    ("quote_more", "charge_kind"),
    ("quote_more", "quote_amount"),
    ("pause", "pause_reason"),
    ("pause", "resume_on"),
    ("finish", "result"),
    ("finish", "materials"),
    ("finish", "hours"),
    ("confirm", "confirmation_way"),
    ("confirm", "confirmed_by"),
    ("call_back", "callback_satisfaction"),
    ("miss_callback", "next_callback_at"),
    ("close_unreached", "callback_satisfaction"),
]


def test_every_move_is_tried() -> None:
    assert set(COMPLETE) == {move.name for move in FLOW.moves}


@pytest.mark.parametrize("move", COMPLETE)
def test_a_move_passes_when_all_is_there(move: str) -> None:
    assert COMPLETE[move].refusals() == []


@pytest.mark.parametrize(("move", "role"), STRANGERS.items())
def test_a_move_is_refused_to_those_who_are_not_named(move: str, role: str) -> None:
    assert COMPLETE[move].by(role, CLERK).refusals() == ["role"]


@pytest.mark.parametrize(("move", "name"), REQUIRED)
def test_a_move_is_refused_without_what_it_requires(move: str, name: str) -> None:
    assert f"required:{name}" in COMPLETE[move].but(**{name: None}).refusals()


@pytest.mark.parametrize("move", ["redispatch", "decline", "close_unreached", "cancel", "reopen"])
def test_what_is_out_of_the_ordinary_needs_a_remark(move: str) -> None:
    attempt = COMPLETE[move]
    silent = Attempt(FLOW, move, role=attempt.role, actor=CLERK, fields=attempt.fields, ticket=attempt.ticket)
    assert silent.refusals() == ["remark:remark"]


def test_a_flow_is_walked_in_its_order() -> None:
    moves = ("dispatch", "arrive", "start", "finish", "confirm", "call_back", "close")
    states = [FLOW.initial.name, *(COMPLETE[move].declared.to_state for move in moves)]
    assert states == [
        "pending",
        "dispatched",
        "arrived",
        "in_progress",
        "finished",
        "confirmed",
        "called_back",
        "closed",
    ]
    for move, state in zip(moves, states, strict=False):
        assert state in COMPLETE[move].declared.from_states


# --- Dispatch -----------------------------------------------------------------------------


@pytest.mark.clause("004-02-08")
@pytest.mark.clause("001-08-40")
def test_an_order_without_anybody_to_go_is_not_sent() -> None:
    nobody = COMPLETE["dispatch"].about(assignee=None)
    assert nobody.refusals() == ["someone_is_sent:assignee"]


def test_an_outside_firm_may_go_instead_of_own_staff() -> None:
    assert COMPLETE["dispatch"].about(assignee=None).but(outside_firm="宏达电梯维保").refusals() == []


@pytest.mark.clause("004-02-02")
@pytest.mark.clause("004-09-07")
def test_an_order_names_the_trade() -> None:
    assert COMPLETE["dispatch"].but(trade=None).refusals() == ["required:trade"]


def test_work_does_not_start_before_somebody_is_there() -> None:
    start = COMPLETE["start"]
    early = Attempt(FLOW, "start", state="dispatched", role=start.role, fields=start.fields, ticket=start.ticket)
    assert early.refusals() == ["from_state"]


# --- Money ----------------------------------------------------------------------------------


@pytest.mark.clause("001-01-53")
@pytest.mark.clause("001-01-11")
def test_paid_work_does_not_start_without_a_quote() -> None:
    unquoted = COMPLETE["start"].but(quote_amount=None)
    assert unquoted.refusals() == ["paid_work_is_quoted:quote_amount"]


@pytest.mark.clause("001-01-11")
@pytest.mark.parametrize("answer", [None, False])
def test_paid_work_does_not_start_before_the_occupier_accepts(answer: object) -> None:
    assert COMPLETE["start"].but(quote_accepted=answer).refusals() == ["quote_is_accepted:quote_accepted"]


def test_free_work_starts_without_a_quote() -> None:
    free = COMPLETE["start"].but(charge_kind="free", quote_amount=None, quote_accepted=None)
    assert free.refusals() == []


@pytest.mark.clause("001-01-11")
def test_nothing_is_charged_for_free_work() -> None:
    assert COMPLETE["finish"].but(charge_kind="free").refusals() == ["free_work_costs_nothing:fee"]


def test_free_work_ends_without_fee_and_receipt() -> None:
    assert COMPLETE["finish"].but(charge_kind="free", fee="0.00", receipt_number=None).refusals() == []


@pytest.mark.clause("001-01-11")
def test_a_fee_above_the_quote_is_refused() -> None:
    assert COMPLETE["finish"].but(fee="80.01").refusals() == ["fee_is_within_quote:fee"]


@pytest.mark.clause("001-01-11")
def test_paid_work_ends_with_a_fee() -> None:
    assert COMPLETE["finish"].but(fee=None).refusals() == ["paid_work_has_a_fee:fee"]


@pytest.mark.clause("001-08-45")
def test_a_fee_needs_a_receipt() -> None:
    assert COMPLETE["finish"].but(receipt_number=None).refusals() == ["fee_has_a_receipt:receipt_number"]


# --- Pause and end of the work ----------------------------------------------------------------


@pytest.mark.clause("001-08-17")
@pytest.mark.parametrize("name", ["pause_reason", "resume_on"])
def test_work_that_stops_says_why_and_until_when(name: str) -> None:
    assert COMPLETE["pause"].but(**{name: None}).refusals() == [f"required:{name}"]


@pytest.mark.clause("001-08-17")
def test_work_stops_for_one_of_four_reasons() -> None:
    declared = REPAIR.field("pause_reason")
    assert declared is not None
    assert [choice.label for choice in declared.choices] == ["缺料", "等业主", "等第三方", "交叉施工"]


@pytest.mark.clause("004-02-09")
@pytest.mark.clause("001-08-45")
@pytest.mark.parametrize("name", ["result", "materials", "hours"])
def test_the_order_comes_back_filled_in(name: str) -> None:
    assert COMPLETE["finish"].but(**{name: None}).refusals() == [f"required:{name}"]


@pytest.mark.clause("004-02-10")
@pytest.mark.clause("004-02-13")
@pytest.mark.parametrize("name", ["confirmation_way", "confirmed_by"])
def test_a_customers_repair_is_confirmed_by_the_customer(name: str) -> None:
    assert COMPLETE["confirm"].but(**{name: None}).refusals() == [f"required:{name}"]


@pytest.mark.clause("004-02-07")
@pytest.mark.clause("004-02-11")
def test_a_colleagues_repair_is_not_confirmed_by_a_customer() -> None:
    assert COMPLETE["confirm"].but(reported_by="staff").refusals() == ["customer_reported"]


@pytest.mark.clause("004-02-07")
@pytest.mark.clause("004-02-10")
@pytest.mark.parametrize("reported_by", [None, "customer"])
def test_a_foreman_does_not_confirm_for_a_customer(reported_by: object) -> None:
    assert COMPLETE["foreman_confirm"].but(reported_by=reported_by).refusals() == ["staff_reported"]


# --- Callback ---------------------------------------------------------------------------------


@pytest.mark.clause("001-08-47")
def test_whoever_did_the_work_does_not_ask_whether_it_is_good() -> None:
    assert COMPLETE["call_back"].by("desk_clerk", WORKER).refusals() == ["caller_is_not_the_worker"]


@pytest.mark.clause("001-08-43")
def test_a_callback_without_an_answer_is_none() -> None:
    assert COMPLETE["call_back"].but(callback_satisfaction=None).refusals() == ["required:callback_satisfaction"]


@pytest.mark.clause("001-08-43")
def test_a_call_that_nobody_takes_is_no_callback() -> None:
    unreached = COMPLETE["call_back"].but(callback_satisfaction="unreached")
    assert unreached.refusals() == ["customer_was_reached:callback_satisfaction"]


@pytest.mark.clause("001-08-44")
def test_dissatisfaction_is_written_down_in_words() -> None:
    silent = COMPLETE["call_back"].but(callback_satisfaction="unsatisfied")
    assert silent.refusals() == ["opinion_is_written:callback_opinion"]
    assert silent.but(callback_opinion="阀门还在滴水").refusals() == []


@pytest.mark.clause("001-08-47")
@pytest.mark.parametrize("answer", [None, "unsatisfied", "unreached"])
def test_a_repair_closes_only_when_the_customer_is_content(answer: object) -> None:
    assert COMPLETE["close"].but(callback_satisfaction=answer).refusals() == ["customer_is_content"]


@pytest.mark.clause("004-03-02")
@pytest.mark.parametrize("answer", ["satisfied", "average"])
def test_only_dissatisfaction_starts_a_new_round(answer: str) -> None:
    assert COMPLETE["rework"].but(callback_satisfaction=answer).refusals() == ["customer_is_not_content"]


def test_who_could_be_reached_is_not_closed_as_unreached() -> None:
    reached = COMPLETE["close_unreached"].but(callback_satisfaction="satisfied")
    assert reached.refusals() == ["nobody_answered:callback_satisfaction"]


@pytest.mark.parametrize("state", ["finished", "confirmed", "called_back", "closed"])
def test_work_that_is_done_cannot_be_cancelled(state: str) -> None:
    late = Attempt(FLOW, "cancel", state=state, role="desk_clerk", remark="业户不修了")
    assert late.refusals() == ["from_state"]


# --- The paper --------------------------------------------------------------------------------


@pytest.mark.clause("001-08-39")
def test_a_repair_is_written_on_its_paper() -> None:
    assert REPAIR.paper == "特约服务/维修工作单"
    assert {"visit_at", "charge_kind"} == {field.name for field in REPAIR.fields if field.required}
