"""Statements: every move when all is there, every refusal, and the way from the figures to the payment."""

import pytest

from gongdan.api import CompanyDesk, InvalidInput, NewTicket, PartyInput, TicketFilter, TicketView
from gongdan.errors import MoveRefused
from gongdan.testing.factories import People
from gongdan_brokerage.rules import check_month
from gongdan_brokerage.ticket_types import REBATE_STATEMENT
from tests.plugins.flows import Attempt

FLOW = REBATE_STATEMENT.workflow
CLERK = "11111111-1111-1111-1111-111111111111"
REVIEWER = "22222222-2222-2222-2222-222222222222"
HEAD = "33333333-3333-3333-3333-333333333333"

#: 1,000.00 open from September, 5,200.50 earned in October, 200.50 taken back: 6,000.00 are owed.
FIGURES = {
    "volume": "17335000.00",
    "opening_pending": "1000.00",
    "accrued": "5200.50",
    "corrections": "-200.50",
    "correction_note": "9 月黄金第 3 行手数更正",
    "unattributed": "0.00",
    "prepared_by": CLERK,
    "reviewed_by": REVIEWER,
}
PAYMENT = {"paid": "6000.00", "paid_on": "2026-11-08", "bank_reference": "20261108001"}


def _attempt(move: str, role: str, actor: str, /, **fields: object) -> Attempt:
    return Attempt(FLOW, move, role=role, actor=actor, remark="见说明", fields={**FIGURES, **fields})


#: For each move somebody who may make it, with everything that it asks for.
COMPLETE = {
    attempt.move: attempt
    for attempt in (
        _attempt("compute", "rebate_clerk", CLERK),
        _attempt("review", "rebate_reviewer", REVIEWER, review_way="recalculated", review_difference="0.00"),
        _attempt("send_back", "rebate_reviewer", REVIEWER),
        _attempt("approve", "brokerage_head", HEAD),
        _attempt("confirm", "rebate_clerk", CLERK, confirmed_by="梁文"),
        _attempt("dispute", "rebate_clerk", CLERK, disputed_line="黄金 10 月 12 日 3 手"),
        _attempt("answer_dispute", "brokerage_head", HEAD, dispute_answer="该笔为对冲成交，按方案不计"),
        _attempt("pay", "cashier", HEAD, **PAYMENT),
        _attempt("pay_in_part", "cashier", HEAD, **{**PAYMENT, "paid": "2500.00"}),
        _attempt("close", "rebate_clerk", CLERK, paid="2500.00", closing_pending="3500.00"),
        _attempt("cancel", "rebate_clerk", CLERK),
    )
}

#: What a move cannot be made without, beside what its guards ask.
REQUIRED = [
    ("compute", "volume"),
    ("compute", "opening_pending"),
    ("compute", "accrued"),
    ("compute", "unattributed"),
    ("review", "review_way"),
    ("review", "review_difference"),
    ("confirm", "confirmed_by"),
    ("dispute", "disputed_line"),
    ("answer_dispute", "dispute_answer"),
    ("pay", "paid"),
    ("pay", "paid_on"),
    ("pay", "bank_reference"),
    ("pay_in_part", "paid"),
    ("pay_in_part", "paid_on"),
    ("pay_in_part", "bank_reference"),
    ("close", "closing_pending"),
]


@pytest.mark.parametrize("move", ["send_back", "dispute", "cancel"])
def test_what_is_out_of_the_ordinary_needs_a_remark(move: str) -> None:
    full = COMPLETE[move]
    silent = Attempt(FLOW, move, role=full.role, actor=full.actor, fields=full.fields)
    assert silent.refusals() == ["remark:remark"]


def test_every_move_is_tried() -> None:
    assert set(COMPLETE) == {move.name for move in FLOW.moves}


@pytest.mark.parametrize("move", COMPLETE)
def test_a_move_passes_when_all_is_there(move: str) -> None:
    assert COMPLETE[move].refusals() == []


@pytest.mark.parametrize("move", COMPLETE)
def test_a_move_is_refused_to_those_who_are_not_named(move: str) -> None:
    stranger = "cashier" if COMPLETE[move].role != "cashier" else "rebate_clerk"
    assert COMPLETE[move].by(stranger, HEAD).refusals() == ["role"]


@pytest.mark.parametrize(("move", "name"), REQUIRED)
def test_a_move_is_refused_without_what_it_requires(move: str, name: str) -> None:
    assert f"required:{name}" in COMPLETE[move].but(**{name: None}).refusals()


@pytest.mark.clause("001-10-13")
@pytest.mark.parametrize("name", ["volume", "opening_pending", "accrued", "unattributed"])
def test_a_statement_holds_volume_rebate_and_what_was_pending(name: str) -> None:
    assert COMPLETE["compute"].but(**{name: None}).refusals() == [f"required:{name}"]


@pytest.mark.clause("001-10-27")
@pytest.mark.parametrize("name", ["paid", "paid_on", "bank_reference"])
def test_a_payment_names_its_sum_its_day_and_the_bank(name: str) -> None:
    assert f"required:{name}" in COMPLETE["pay"].but(**{name: None}).refusals()


@pytest.mark.clause("001-10-27")
def test_a_month_closes_with_what_is_still_pending() -> None:
    assert "required:closing_pending" in COMPLETE["close"].but(closing_pending=None).refusals()


@pytest.mark.clause("001-10-26")
def test_volume_without_an_agent_is_explained() -> None:
    unexplained = COMPLETE["compute"].but(unattributed="12000.00")
    assert unexplained.refusals() == ["unattributed_volume_is_explained:unattributed_note"]
    assert unexplained.but(unattributed_note="客户 C0213 当日无归属").refusals() == []


@pytest.mark.clause("001-10-26")
def test_a_correction_says_what_it_corrects() -> None:
    assert COMPLETE["compute"].but(correction_note=None).refusals() == ["correction_is_explained:correction_note"]


@pytest.mark.clause("001-10-26")
def test_nobody_reviews_his_own_figures() -> None:
    assert COMPLETE["review"].by("rebate_reviewer", CLERK).refusals() == ["another_one_reviews"]


@pytest.mark.clause("001-10-26")
@pytest.mark.parametrize("difference", ["0.01", "-0.01"])
def test_figures_that_differ_are_not_passed(difference: str) -> None:
    odd = COMPLETE["review"].but(review_difference=difference)
    assert odd.refusals() == ["nothing_differs:review_difference"]


@pytest.mark.clause("001-10-26")
@pytest.mark.parametrize("actor", [CLERK, REVIEWER])
def test_a_third_person_approves(actor: str) -> None:
    assert COMPLETE["approve"].by("brokerage_head", actor).refusals() == ["a_third_one_approves"]


@pytest.mark.clause("001-10-28")
@pytest.mark.parametrize("move", ["pay", "pay_in_part"])
def test_nobody_is_paid_more_than_he_is_owed(move: str) -> None:
    assert COMPLETE[move].but(paid="6000.01").refusals() == ["payment_is_not_too_high:paid"]


@pytest.mark.clause("001-10-28")
def test_a_part_is_not_the_whole() -> None:
    assert COMPLETE["pay"].but(paid="5999.99").refusals() == ["payment_is_whole:paid"]


@pytest.mark.clause("001-10-27")
@pytest.mark.clause("001-10-28")
@pytest.mark.parametrize("closing", ["3499.99", "3500.01", "0.00"])
def test_a_month_closes_when_the_books_balance(closing: str) -> None:
    assert COMPLETE["close"].but(closing_pending=closing).refusals() == ["books_balance:closing_pending"]


@pytest.mark.parametrize("raw", ["2026-10", "2026.10", "202610", "2026年10月", " 2026/10 "])
def test_a_month_is_read_in_its_usual_spellings(raw: str) -> None:
    assert check_month(raw).value == "2026-10"


@pytest.mark.parametrize("raw", ["2026-13", "10月", "2026", "26-10"])
def test_what_is_no_month_is_refused(raw: str) -> None:
    assert check_month(raw).value is None


# --- Through the services -----------------------------------------------------------------------


@pytest.fixture
def clerk(person: People) -> CompanyDesk:
    return person("rebate_clerk", name="张敏")


@pytest.fixture
def reviewer(person: People) -> CompanyDesk:
    return person("rebate_reviewer", name="李建国")


@pytest.fixture
def head(person: People) -> CompanyDesk:
    return person("brokerage_head", name="王芳")


@pytest.fixture
def cashier(person: People) -> CompanyDesk:
    return person("cashier", name="刘洋")


def _statement(clerk: CompanyDesk, month: str = "2026年10月") -> TicketView:
    agent = clerk.parties.create(PartyInput(kind="company", name="杭州瑞丰商贸有限公司"))
    new = NewTicket(
        type="rebate_statement", subject="10 月返佣", requester_id=agent.id, channel="other", fields={"month": month}
    )
    return clerk.intake.open(new)


def _move(desk: CompanyDesk, ticket: TicketView, move: str, **given: object) -> TicketView:
    return desk.moves.make(ticket.id, move, desk.tickets.find(ticket.id).version, given)


def _compute(clerk: CompanyDesk, statement: TicketView) -> TicketView:
    figures = {name: value for name, value in FIGURES.items() if not name.endswith("_by")}
    return _move(clerk, statement, "compute", **figures)


@pytest.mark.clause("001-10-13")
def test_a_statement_is_for_an_agent_and_a_month(clerk: CompanyDesk, company_desk: CompanyDesk) -> None:
    with pytest.raises(InvalidInput) as refused:
        clerk.intake.open(NewTicket(type="rebate_statement", subject="返佣", fields={"month": "十月"}))
    assert {problem.field for problem in refused.value.problems} == {"requester", "month"}
    assert company_desk.tickets.count(TicketFilter()) == 0


def test_a_statement_is_walked_to_the_payment(
    clerk: CompanyDesk, reviewer: CompanyDesk, head: CompanyDesk, cashier: CompanyDesk
) -> None:
    statement = _statement(clerk)
    assert (statement.number, statement.fields["month"]) == ("FY202603-001", "2026-10")
    computed = _compute(clerk, statement)
    assert computed.fields["prepared_by"] == str(clerk.actor.account_id)
    _move(reviewer, statement, "review", review_way="recalculated", review_difference="0")
    _move(head, statement, "approve")
    _move(clerk, statement, "dispute", disputed_line="黄金 10 月 12 日 3 手", remark="代理商来电")
    _move(head, statement, "answer_dispute", dispute_answer="该笔为对冲成交，按方案不计")
    _move(clerk, statement, "confirm", confirmed_by="梁文")
    _move(cashier, statement, "pay_in_part", paid="2500", paid_on="2026-11-08", bank_reference="20261108001")
    _move(cashier, statement, "pay", paid="6000", paid_on="2026-11-20", bank_reference="20261120007")
    closed = _move(clerk, statement, "close", closing_pending="0")
    assert (closed.state, closed.is_open, closed.round) == ("closed", False, 1)


@pytest.mark.clause("001-10-26")
def test_figures_that_are_sent_back_start_another_round(clerk: CompanyDesk, reviewer: CompanyDesk) -> None:
    statement = _statement(clerk)
    _compute(clerk, statement)
    back = _move(reviewer, statement, "send_back", remark="10 月 12 日成交漏计")
    assert (back.state, back.round) == ("collecting", 2)
    assert "prepared_by" not in back.fields
    assert back.fields["accrued"] == "5200.50"


@pytest.mark.clause("001-10-28")
def test_a_payment_that_is_too_high_changes_nothing(
    clerk: CompanyDesk, reviewer: CompanyDesk, head: CompanyDesk, cashier: CompanyDesk
) -> None:
    statement = _statement(clerk)
    _compute(clerk, statement)
    _move(reviewer, statement, "review", review_way="sampled", review_difference="0")
    _move(head, statement, "approve")
    before = _move(clerk, statement, "confirm", confirmed_by="梁文")
    with pytest.raises(MoveRefused) as refused:
        _move(cashier, statement, "pay", paid="60000", paid_on="2026-11-08", bank_reference="1")
    assert [refusal.guard for refusal in refused.value.refusals] == ["payment_is_not_too_high"]
    assert clerk.tickets.find(statement.id) == before
