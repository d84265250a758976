"""Consent by word of mouth, and approvals about nouns that are no ticket."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from types import ModuleType
from uuid import UUID

import pytest

from gongdan.domain.approvals import ApprovalState, Outcome
from gongdan.domain.duties import DutyState
from gongdan.errors import InvalidInput, MoveRefused, NotFound
from gongdan.services.approval_rows import ApprovalView
from gongdan.services.approval_subjects import ApprovalSubject
from gongdan.services.decisions import Spoken
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.testing import sample
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import People
from tests.core.services.approved import FEE, SCRAP, House, account_of, open_house, with_approvals

Unchanged = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {sample.NAME: with_approvals(FEE, SCRAP)}


@pytest.fixture
def house(company_desk: CompanyDesk, person: People) -> House:
    made = open_house(company_desk, person)
    made.decide_limits()
    return made


# --- By word of mouth ----------------------------------------------------------------------------


def _spoken(who: CompanyDesk, at: datetime, *, channel: str = "phone", words: str = "电话请示，同意先换") -> Spoken:
    return Spoken(account_id=account_of(who), at=at, channel=channel, words=words)


def _say(house: House, ticket_id: UUID, spoken: Spoken, rule: str = "sample.fee") -> ApprovalView:
    return house.agent.decisions.speak(ticket_id, rule, house.agent.tickets.find(ticket_id).version, spoken)


@pytest.mark.clause("001-03-41", "001-03-42")
def test_the_move_is_possible_at_once_and_the_confirmation_is_owed_in_time(
    house: House, clock: Clock, desk: Desk
) -> None:
    house.owner.policies.set("sample.confirmed_within", "4 h")
    ticket = house.ticket("300")
    said = _say(house, ticket.id, _spoken(house.manager, clock() - timedelta(minutes=20)))
    decision = said.decisions[0]
    assert (said.state, decision.name, decision.decided_by_name, decision.spoken_channel) == (
        ApprovalState.SPOKEN, "李建国", "张敏", "phone",
    )  # fmt: skip
    assert decision.spoken_at == clock() - timedelta(minutes=20)
    assert house.finish(ticket).state == "done"
    duty = house.manager.duties.mine()[0]
    assert (duty.label, duty.due_at) == ("补签口头同意", clock() + timedelta(hours=4))
    clock.set(clock() + timedelta(hours=1))
    confirmed = house.manager.decisions.decide(said.id, Outcome.APPROVE)
    assert (confirmed.state, confirmed.decisions[1].confirms_id) == (ApprovalState.APPROVED, decision.id)
    assert house.owner.duties.find(duty.id).state is DutyState.DONE


@pytest.mark.clause("001-03-42")
def test_a_confirmation_that_is_refused_is_told_and_the_past_stays(house: House, clock: Clock) -> None:
    ticket = house.ticket("300")
    said = _say(house, ticket.id, _spoken(house.manager, clock()))
    house.finish(ticket)
    refused = house.manager.decisions.decide(said.id, Outcome.REFUSE, "我没有同意过")
    assert (refused.state, refused.used_by) == (ApprovalState.REFUSED, "finish")
    assert house.agent.tickets.find(ticket.id).state == "done"
    assert house.agent.notices.mine()[0].kind == "approval.not_confirmed"


@pytest.mark.clause("001-03-42")
def test_a_late_confirmation_is_escalated_and_serves_for_no_further_move(
    house: House, clock: Clock, desk: Desk, unchanged: Unchanged
) -> None:
    house.owner.policies.set("sample.confirmed_within", "4 h")
    house.owner.members.save(account_of(house.manager), ("sample_manager",), supervisor_id=account_of(house.chief))
    ticket = house.ticket("300")
    said = _say(house, ticket.id, _spoken(house.manager, clock()))
    desk.timers.run_due(clock() + timedelta(hours=5))
    clock.set(clock() + timedelta(hours=5))
    assert [notice.kind for notice in house.chief.notices.mine()] == ["duty.escalated"]
    with pytest.raises(MoveRefused) as refused, unchanged():
        house.finish(ticket)
    assert refused.value.refusals[0].params == {"approval": "费用核决", "people": ("李建国",)}
    house.manager.decisions.decide(said.id, Outcome.APPROVE)
    assert house.finish(ticket).state == "done"


def test_nobody_confirms_for_him_who_is_said_to_have_consented(
    house: House, clock: Clock, unchanged: Unchanged
) -> None:
    said = _say(house, house.ticket("300").id, _spoken(house.manager, clock()))
    for desk in (house.agent, house.deputy, house.chief):
        with pytest.raises(MoveRefused), unchanged():
            desk.decisions.decide(said.id, Outcome.APPROVE)


def test_only_who_may_decide_the_amount_can_have_consented_and_not_in_the_future(
    house: House, clock: Clock, unchanged: Unchanged
) -> None:
    ticket = house.ticket("3000")
    with pytest.raises(MoveRefused) as refused, unchanged():
        _say(house, ticket.id, _spoken(house.manager, clock()))
    assert refused.value.refusals[0].params == {"people": ("王芳",)}
    for wrong in (
        _spoken(house.deputy, clock() + timedelta(minutes=1)),
        _spoken(house.deputy, clock(), channel="smoke"),
        _spoken(house.deputy, clock(), words=" "),
    ):
        with pytest.raises(InvalidInput), unchanged():
            _say(house, ticket.id, wrong)
    # In an emergency the levels below are not waited for.
    assert _say(house, ticket.id, _spoken(house.deputy, clock())).state is ApprovalState.SPOKEN


def test_another_amount_before_the_move_ends_what_was_said(house: House, clock: Clock, unchanged: Unchanged) -> None:
    ticket = house.ticket("300")
    _say(house, ticket.id, _spoken(house.manager, clock()))
    house.change(ticket, estimate="400")
    assert house.manager.duties.mine() == ()
    with pytest.raises(MoveRefused), unchanged():
        house.finish(ticket)


# --- About another noun --------------------------------------------------------------------------


def _thing(title: str = "1998 年旧合同", **more: object) -> ApprovalSubject:
    given: dict[str, object] = {"id": UUID(int=7), "label": title, "facts": {"title": title}, **more}
    return ApprovalSubject(kind="sample_thing", **given)  # type: ignore[arg-type]


def _ask(house: House, about: ApprovalSubject) -> UUID:
    with house.agent.working() as work:
        return house.agent.approvals.ask_about(work, "sample.scrap", about, "无保存必要")


def _refusals(house: House, about: ApprovalSubject) -> list[str]:
    with house.agent.reading() as session:
        gate = house.agent.approvals.gate(session, about.id)
        return [refusal.reason for refusal in gate.refusals("destroy", about, house.agent.actor.roles)]


@pytest.mark.clause("001-02-12")
def test_a_thing_is_destroyed_once_when_the_general_manager_has_approved_it(house: House) -> None:
    thing = _thing()
    assert _refusals(house, thing) == ["须先申请“{approval}”，由{people}审批"]
    asked = _ask(house, thing)
    assert _refusals(house, thing) == ["“{approval}”正等待{people}审批"]
    assert [view.subject for view in house.chief.approvals.inbox()] == ["1998 年旧合同"]
    house.chief.decisions.decide(asked, Outcome.APPROVE)
    assert _refusals(house, thing) == []
    assert _refusals(house, _thing("1999 年旧合同")) != []
    with house.agent.working() as work:
        house.agent.approvals.used(work, thing, "destroy")
    assert (house.agent.approvals.find(asked).used_by, len(_refusals(house, thing))) == ("destroy", 1)
    assert _ask(house, thing) != asked


def test_a_rule_speaks_of_its_own_noun_only(house: House, unchanged: Unchanged) -> None:
    with pytest.raises(NotFound), unchanged(), house.agent.working() as work:
        house.agent.approvals.ask_about(work, "sample.fee", _thing())
