"""Approvals of tickets: asked, decided in turn, blocking what they guard, lapsing, reversed."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from decimal import Decimal
from types import ModuleType

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gongdan.domain.approvals import ApprovalState, Outcome
from gongdan.domain.duties import DutyState
from gongdan.errors import InvalidInput, MoveRefused, NotFound, StaleVersion
from gongdan.services.absences import NewAbsence
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.testing import sample
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import People
from tests.core.services.approved import (
    BOTH,
    FEE,
    LINE,
    PROMISE,
    House,
    account_of,
    approve,
    open_house,
    with_approvals,
)

Unchanged = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {sample.NAME: with_approvals(FEE)}


@pytest.fixture
def house(company_desk: CompanyDesk, person: People) -> House:
    made = open_house(company_desk, person)
    made.decide_limits()
    return made


def _reasons(refused: pytest.ExceptionInfo[MoveRefused]) -> list[tuple[str, object]]:
    """Return the guards of a refusal with the people that it names."""
    return [(one.guard, (one.params or {}).get("people")) for one in refused.value.refusals]


# --- Asked and decided ---------------------------------------------------------------------------


@pytest.mark.clause("001-13-41", "001-13-64", "003-01-06")
def test_an_amount_is_decided_level_by_level_and_blocks_the_move_until_the_last_has_signed(
    house: House, unchanged: Unchanged
) -> None:
    ticket = house.ticket("3000")
    with pytest.raises(MoveRefused) as refused, unchanged():
        house.finish(ticket)
    assert [refusal.reason for refusal in refused.value.refusals] == ["须先申请“{approval}”，由{people}审批"]
    assert _reasons(refused) == [("approval", ("王芳",))]

    asked = house.ask(ticket)
    assert (asked.state, asked.amount) == (ApprovalState.OPEN, Decimal(3000))
    assert [(step.label, step.people[0][1], step.is_waiting) for step in asked.steps] == [
        ("经理", "李建国", True),
        ("副总", "王芳", False),
    ]
    assert [figure["text"] for figure in asked.figures] == ["500.00", "5000.00"]
    assert [one.id for one in house.manager.approvals.inbox()] == [asked.id]
    assert (house.deputy.approvals.inbox(), house.agent.approvals.waiting()) == ((), 0)

    with pytest.raises(MoveRefused) as refused, unchanged():
        house.finish(ticket)
    assert _reasons(refused) == [("approval", ("李建国",))]
    approve(house.manager, asked)
    with pytest.raises(MoveRefused) as refused, unchanged():
        house.finish(ticket)
    assert _reasons(refused) == [("approval", ("王芳",))]
    done = approve(house.deputy, asked)
    assert (done.state, done.ended_at is not None) == (ApprovalState.APPROVED, True)
    assert house.finish(ticket).state == "done"
    used = house.agent.approvals.find(asked.id)
    assert (used.state, used.used_by) == (ApprovalState.APPROVED, "finish")
    acts = [act.act for act in house.owner.journal.of(asked.id)]
    assert acts == ["approval.asked", "approval.decided", "approval.decided", "approval.used"]


@pytest.mark.clause("003-04-40")
def test_where_nobody_has_decided_the_limits_the_highest_level_decides(
    company_desk: CompanyDesk, person: People
) -> None:
    house = open_house(company_desk, person)
    asked = house.ask(house.ticket("1"))
    assert [step.label for step in asked.steps] == ["经理", "副总", "总经理"]
    assert [figure["text"] for figure in asked.figures] == [None, None]


def test_a_refusal_needs_a_reason_ends_the_chain_and_is_told_to_whoever_asked(
    house: House, unchanged: Unchanged
) -> None:
    ticket = house.ticket("3000")
    asked = house.ask(ticket)
    with pytest.raises(InvalidInput), unchanged():
        house.manager.decisions.decide(asked.id, Outcome.REFUSE, " ")
    refused = house.manager.decisions.decide(asked.id, Outcome.REFUSE, "报价过高")
    assert refused.state is ApprovalState.REFUSED
    assert house.deputy.approvals.inbox() == ()
    notice = house.agent.notices.mine()[0]
    assert (notice.kind, notice.params["state"]) == ("approval.ended", "未获批准")
    with pytest.raises(MoveRefused) as blocked, unchanged():
        house.finish(ticket)
    assert blocked.value.refusals[0].reason == "“{approval}”未获{person}批准：{reason}"
    with pytest.raises(MoveRefused) as again, unchanged():
        house.deputy.decisions.decide(asked.id, Outcome.APPROVE)
    assert again.value.refusals[0].guard == "decided"


def test_an_approval_that_came_back_is_asked_anew_and_follows_the_first(house: House) -> None:
    ticket = house.ticket("3000")
    first = house.ask(ticket)
    house.manager.decisions.decide(first.id, Outcome.RETURN, "请附报价单")
    second = house.ask(ticket)
    assert (second.follows_id, second.state) == (first.id, ApprovalState.OPEN)


@pytest.mark.parametrize("who", ["agent", "deputy", "chief"])
def test_nobody_decides_without_the_right_or_before_his_turn(house: House, unchanged: Unchanged, who: str) -> None:
    asked = house.ask(house.ticket("3000"))
    with pytest.raises(MoveRefused) as refused, unchanged():
        getattr(house, who).decisions.decide(asked.id, Outcome.APPROVE)
    assert _reasons(refused) == [("turn" if who == "deputy" else "no_right", ("李建国",))]


def test_a_decision_sent_twice_is_made_once(house: House, unchanged: Unchanged) -> None:
    asked = house.ask(house.ticket("3000"))
    approve(house.manager, asked)
    with pytest.raises(MoveRefused) as refused, unchanged():
        approve(house.manager, asked)
    assert refused.value.refusals[0].params == {"person": "李建国", "outcome": "批准", "at": "2026-03-05 10:00"}


def test_the_same_thing_is_not_asked_twice_and_not_on_a_page_that_is_out_of_date(
    house: House, unchanged: Unchanged
) -> None:
    ticket = house.ticket("3000")
    house.ask(ticket)
    with pytest.raises(MoveRefused) as refused, unchanged():
        house.ask(ticket)
    assert refused.value.refusals[0].guard == "asked"
    with pytest.raises(StaleVersion), unchanged():
        house.agent.approvals.ask(ticket.id, "sample.fee", ticket.version - 1)


def test_another_companys_approvals_do_not_exist(house: House, other_desk: CompanyDesk, unchanged: Unchanged) -> None:
    asked = house.ask(house.ticket("3000"))
    with pytest.raises(NotFound), unchanged():
        other_desk.decisions.decide(asked.id, Outcome.APPROVE)
    assert other_desk.approvals.all() == ()


def test_nobody_approves_what_he_has_asked_for_himself(house: House, person: People) -> None:
    ticket = house.ticket("300")
    own = house.manager.approvals.ask(ticket.id, "sample.fee", ticket.version)
    # The manager's level has nobody else, so the next one decides.
    assert [(step.label, step.people[0][1]) for step in own.steps] == [("副总", "王芳")]
    other = person("sample_manager", name="刘洋")
    house.manager.approvals.withdraw(own.id)
    again = house.manager.approvals.ask(ticket.id, "sample.fee", ticket.version)
    assert [(step.label, step.people[0][0]) for step in again.steps] == [("经理", account_of(other))]


# --- In the database -----------------------------------------------------------------------------


@pytest.mark.parametrize("statement", ["UPDATE decision SET outcome = 'refuse'", "DELETE FROM decision"])
def test_the_database_lets_nobody_change_a_decision(house: House, desk: Desk, statement: str) -> None:
    approve(house.manager, house.ask(house.ticket("300")))
    with pytest.raises(DBAPIError), house.owner.working() as work:
        work.session.execute(text(statement))
    assert house.manager.approvals.decided()[0].decisions[0].outcome is Outcome.APPROVE


# --- What changes meanwhile ----------------------------------------------------------------------


def test_another_amount_lets_the_approval_lapse_and_a_decision_on_it_says_what_has_changed(
    house: House, unchanged: Unchanged
) -> None:
    ticket = house.ticket("300")
    asked = house.ask(ticket)
    house.change(ticket, estimate="800")
    assert (lapsed := house.agent.approvals.find(asked.id)).state is ApprovalState.LAPSED
    assert (lapsed.end_event, lapsed.end_values) == ("changed", {"estimate": "800"})
    with pytest.raises(MoveRefused) as refused, unchanged():
        approve(house.manager, asked)
    assert refused.value.refusals[0].params == {"fields": ("预估费用",)}
    anew = house.ask(ticket)
    assert [step.label for step in anew.steps] == ["经理", "副总"]


def test_what_was_approved_is_no_longer_so_when_the_amount_changes_before_the_move(
    house: House, unchanged: Unchanged
) -> None:
    ticket = house.ticket("300")
    approve(house.manager, house.ask(ticket))
    house.change(ticket, estimate="400")
    with pytest.raises(MoveRefused), unchanged():
        house.finish(ticket)
    house.change(ticket, estimate="300.00")
    # Lapsed stays lapsed, whatever the amount becomes again.
    with pytest.raises(MoveRefused), unchanged():
        house.finish(ticket)


@pytest.mark.parametrize(("move", "event"), [("void", "void"), ("reopen", "reopened")])
def test_an_approval_lapses_when_the_ticket_goes_another_way(house: House, move: str, event: str) -> None:
    ticket = house.ticket("300")
    if move == "reopen":
        approve(house.manager, house.ask(ticket))
        finished = house.finish(ticket)
        house.agent.moves.make(ticket.id, "reopen", finished.version, {"remark": "又漏了"})
        asked = house.ask(ticket)
        assert asked.round == 2
        assert house.owner.approvals.find(asked.follows_id or asked.id).state is ApprovalState.APPROVED
        return
    asked = house.ask(ticket)
    house.agent.moves.make(ticket.id, move, house.agent.tickets.find(ticket.id).version, {"remark": "重复"})
    assert house.agent.approvals.find(asked.id).end_event == event
    assert house.manager.approvals.inbox() == ()


def test_withdrawn_by_whoever_asked_and_by_nobody_else(house: House, unchanged: Unchanged) -> None:
    asked = house.ask(house.ticket("300"))
    with pytest.raises(MoveRefused), unchanged():
        house.manager.approvals.withdraw(asked.id)
    assert house.agent.approvals.withdraw(asked.id).state is ApprovalState.WITHDRAWN
    with pytest.raises(MoveRefused), unchanged():
        approve(house.manager, asked)


# --- Deputies ------------------------------------------------------------------------------------


def _away(house: House, who: CompanyDesk, deputy: CompanyDesk, clock: Clock) -> None:
    now = clock()
    house.owner.absences.enter(
        NewAbsence(
            account_id=account_of(who),
            kind="business",
            begins=now - timedelta(hours=1),
            ends=now + timedelta(days=2),
            deputy_id=account_of(deputy),
        )
    )


def test_the_deputy_of_one_who_is_away_decides_in_his_seat_and_is_marked(
    house: House, person: People, clock: Clock
) -> None:
    stand_in = person("worker", name="赵磊")
    asked = house.ask(house.ticket("300"))
    assert stand_in.approvals.inbox() == ()
    _away(house, house.manager, stand_in, clock)
    assert [one.id for one in stand_in.approvals.inbox()] == [asked.id]
    decision = approve(stand_in, asked).decisions[0]
    assert (decision.name, decision.decided_by_name, decision.is_deputy) == ("李建国", "赵磊", True)


def test_a_deputy_does_not_decide_on_his_own_request(house: House, clock: Clock, unchanged: Unchanged) -> None:
    asked = house.ask(house.ticket("300"))
    _away(house, house.manager, house.agent, clock)
    assert house.agent.approvals.inbox() == ()
    with pytest.raises(MoveRefused), unchanged():
        approve(house.agent, asked)


# --- Reversed ------------------------------------------------------------------------------------


def test_a_decision_is_reversed_by_a_second_one_that_names_it(house: House, unchanged: Unchanged) -> None:
    ticket = house.ticket("300")
    asked = house.ask(ticket)
    first = approve(house.manager, asked).decisions[0]
    with pytest.raises(MoveRefused) as refused, unchanged():
        house.deputy.decisions.reverse(asked.id, first.id, Outcome.REFUSE, "不同意")
    assert refused.value.refusals[0].guard == "no_right"
    reversed_ = house.manager.decisions.reverse(asked.id, first.id, Outcome.REFUSE, "发现报价有误")
    assert (reversed_.state, [one.is_reversed for one in reversed_.decisions]) == (ApprovalState.REFUSED, [True, False])
    assert reversed_.decisions[1].reverses_id == first.id
    with pytest.raises(MoveRefused), unchanged():
        house.finish(ticket)
    back = house.manager.decisions.reverse(asked.id, reversed_.decisions[1].id, Outcome.APPROVE, "报价已核实")
    assert (back.state, len(back.decisions)) == (ApprovalState.APPROVED, 3)
    assert house.finish(ticket).state == "done"


def test_a_decision_stays_when_something_has_followed_that_cannot_be_undone(house: House, unchanged: Unchanged) -> None:
    ticket = house.ticket("300")
    asked = house.ask(ticket)
    first = approve(house.manager, asked).decisions[0]
    house.finish(ticket)
    with pytest.raises(MoveRefused) as refused, unchanged():
        house.manager.decisions.reverse(asked.id, first.id, Outcome.REFUSE, "不同意")
    assert refused.value.refusals[0].params == {"act": "完成", "at": "2026-03-05 10:00"}


def test_in_sequence_a_decision_stays_once_the_next_one_has_been_made(house: House, unchanged: Unchanged) -> None:
    asked = house.ask(house.ticket("3000"))
    first = approve(house.manager, asked).decisions[0]
    approve(house.deputy, asked)
    with pytest.raises(MoveRefused) as refused, unchanged():
        house.manager.decisions.reverse(asked.id, first.id, Outcome.REFUSE, "不同意")
    assert (refused.value.refusals[0].params or {})["person"] == "王芳"


def test_a_refusal_that_is_reversed_lets_the_chain_go_on(house: House) -> None:
    asked = house.ask(house.ticket("3000"))
    first = house.manager.decisions.decide(asked.id, Outcome.REFUSE, "看错了").decisions[0]
    back = house.manager.decisions.reverse(asked.id, first.id, Outcome.APPROVE, "看错了单子")
    assert (back.state, back.ended_at) == (ApprovalState.OPEN, None)
    assert [one.id for one in house.deputy.approvals.inbox()] == [asked.id]


# --- Duties --------------------------------------------------------------------------------------


def test_an_answer_is_a_duty_that_the_decision_meets_and_nobody_decided_by_when(house: House) -> None:
    ticket = house.ticket("3000")
    asked = house.ask(ticket)
    duty = house.manager.duties.mine()[0]
    assert (duty.label, duty.subject_kind, duty.subject_id, duty.due_at) == ("费用核决", "approval", asked.id, None)
    approve(house.manager, asked)
    assert house.manager.duties.mine() == ()
    assert house.owner.duties.find(duty.id).state is DutyState.DONE
    assert [one.label for one in house.deputy.duties.mine()] == ["费用核决"]
    house.change(ticket, estimate="9000")
    assert house.deputy.duties.mine() == ()


def test_a_late_answer_is_told_upwards(house: House, desk: Desk, clock: Clock) -> None:
    house.owner.policies.set("sample.answered_within", "2 h")
    house.owner.members.save(account_of(house.manager), ("sample_manager",), supervisor_id=account_of(house.chief))
    asked = house.ask(house.ticket("300"))
    late = clock() + timedelta(hours=3)
    desk.timers.run_due(late)
    clock.set(late)
    assert {notice.kind for notice in house.manager.notices.mine()} == {"approval.asked", "duty.warned", "duty.missed"}
    assert [notice.kind for notice in house.chief.notices.mine()] == ["duty.escalated"]
    approve(house.manager, asked)
    step = house.owner.approvals.find(asked.id).steps[0]
    assert house.owner.duties.find(step.duty_id or asked.id).state is DutyState.LATE


def test_reminded_once_until_the_company_says_how_often(house: House, clock: Clock, unchanged: Unchanged) -> None:
    asked = house.ask(house.ticket("300"))
    house.agent.approvals.remind(asked.id)
    assert [notice.kind for notice in house.manager.notices.mine()] == ["approval.reminded", "approval.asked"]
    with pytest.raises(MoveRefused), unchanged():
        house.agent.approvals.remind(asked.id)
    house.owner.policies.set("core.reminders_apart", "4 h")
    clock.set(clock() + timedelta(hours=4))
    house.agent.approvals.remind(asked.id)


# --- Other chains --------------------------------------------------------------------------------


class TestTogether:
    """Two departments sign at once, asked by a move."""

    @pytest.fixture
    def plugin_modules(self) -> Mapping[str, ModuleType]:
        return {sample.NAME: with_approvals(BOTH)}

    def test_both_are_asked_at_once_and_either_may_come_first(self, house: House) -> None:
        ticket = house.ticket("300")
        asked = house.agent.approvals.of_ticket(ticket.id)[0]
        assert (asked.event, [step.is_waiting for step in asked.steps]) == ("move:dispatch", [True, True])
        assert approve(house.deputy, asked).state is ApprovalState.OPEN
        assert approve(house.manager, asked).state is ApprovalState.APPROVED
        assert house.finish(ticket).state == "done"


class TestLine:
    """Superior by superior of whoever asks."""

    @pytest.fixture
    def plugin_modules(self) -> Mapping[str, ModuleType]:
        return {sample.NAME: with_approvals(LINE)}

    @pytest.mark.clause("003-18-06")
    def test_no_level_is_left_out_and_beyond_the_line_the_highest_decides(self, house: House) -> None:
        members = house.owner.members
        members.save(account_of(house.agent), ("agent",), supervisor_id=account_of(house.manager))
        members.save(account_of(house.manager), ("sample_manager",), supervisor_id=account_of(house.deputy))
        ticket = house.ticket("300")
        asked = house.ask(ticket, "sample.line")
        assert [step.people[0][1] for step in asked.steps] == ["李建国"]
        house.change(ticket, estimate="9000")
        anew = house.ask(ticket, "sample.line")
        assert [(step.people[0][1], step.is_beyond) for step in anew.steps] == [
            ("李建国", False),
            ("王芳", False),
            ("陈红", True),
        ]


class TestPromise:
    """Nobody promises a customer more than his limit."""

    @pytest.fixture
    def plugin_modules(self) -> Mapping[str, ModuleType]:
        return {sample.NAME: with_approvals(PROMISE)}

    @pytest.mark.clause("001-13-54", "003-04-32")
    def test_beyond_ones_own_limit_neither_the_move_nor_a_public_note_is_possible(
        self, house: House, unchanged: Unchanged
    ) -> None:
        ticket = house.ticket("3000")
        for desk, limit in ((house.agent, "没有权限"), (house.manager, Decimal(500))):
            with pytest.raises(MoveRefused) as refused, unchanged():
                house.finish(ticket, desk)
            params = refused.value.refusals[0].params or {}
            assert (params["limit"], params["amount"], params["people"]) == (limit, Decimal(3000), ("王芳",))
        with pytest.raises(MoveRefused), unchanged():
            house.agent.notes.write(ticket.id, "我们赔您 3000 元", is_public=True)
        house.agent.notes.write(ticket.id, "客户要求赔 3000 元")
        approve(house.deputy, house.ask(ticket, "sample.promise"))
        house.agent.notes.write(ticket.id, "我们赔您 3000 元", is_public=True)
        assert house.finish(ticket).state == "done"

    def test_within_ones_own_limit_nobody_is_asked(self, house: House) -> None:
        ticket = house.ticket("3000")
        assert house.deputy.approvals.askable(ticket) == ()
        assert house.finish(ticket, house.deputy).state == "done"
