"""Members who leave: nothing goes with them, everything has a taker, two sign, customers are told."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import pytest

from gongdan.domain.custody import Borrower
from gongdan.domain.leavers import HeldKind
from gongdan.domain.snapshots import TicketView
from gongdan.errors import InUse, InvalidInput, LoginRefused, MoveRefused, NotAllowed, NotFound
from gongdan.services.custody_checks import ItemInput, Lending
from gongdan.services.desk import CompanyDesk
from gongdan.services.leavers import LeavingView, NewLeaving
from gongdan.testing.factories import PASSWORD, Factory, People
from tests.core.services.crew import Crew, account_of, at

Unchanged = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True)
class Going:
    """王芳 leaves; the head receives for the department, 赵磊 for the information department."""

    crew: Crew
    office: CompanyDesk
    information: CompanyDesk

    @property
    def leaver(self) -> CompanyDesk:
        return self.crew.wang

    def begun(self, **given: object) -> LeavingView:
        values = {"account_id": account_of(self.leaver), "leaves_on": date(2026, 3, 31), "reason": "回老家",
                  "receiver_id": account_of(self.crew.head),
                  "information_id": account_of(self.information)}  # fmt: skip
        return self.office.leavers.begin(NewLeaving(**{**values, **given}))  # type: ignore[arg-type]  # values

    def assigned(self, leaving: LeavingView) -> LeavingView:
        takers = {line.held.key: account_of(self.crew.li) for line in leaving.lines}
        return self.office.leavers.assign(leaving.id, takers)


@pytest.fixture
def going(crew: Crew, person: People, company_desk: CompanyDesk) -> Going:
    company_desk.roles.save("information", "信息部", ["ticket.view", "leaver.information"], new=True)
    information = person("information", name="赵磊", login="zhaolei")
    office = person("administrator", name="黄丽", login="huangli")
    for who, role in ((crew.wang, "agent"), (crew.head, "supervisor"), (crew.li, "agent")):
        company_desk.members.save(account_of(who), (role,), department_id=crew.department_id)
    return Going(crew, office, information)


@pytest.fixture
def ticket(going: Going, factory: Factory) -> TicketView:
    """Let 王芳 own and work on a ticket of 刘洋, and have a key."""
    leaver = account_of(going.leaver)
    customer = factory.party(name="刘洋")
    made = Factory(going.leaver).ticket(assignee_id=leaver, requester_id=customer.id)
    key = going.crew.zhang.custody.take_in(ItemInput(kind="key", name="3-2-501 入户门"))
    lending = Lending(borrower=Borrower("王芳", account_id=leaver), purpose="看房", until=at(5, 18))
    going.crew.zhang.custody.lend(key.id, lending)
    return made


def kinds(leaving: LeavingView) -> list[HeldKind]:
    return [line.held.kind for line in leaving.lines]


@pytest.mark.clause("003-09-14")
def test_a_membership_with_things_in_hand_does_not_end_silently(
    going: Going, ticket: TicketView, unchanged: Unchanged
) -> None:
    with unchanged(), pytest.raises(InUse) as refused:
        going.office.members.remove(account_of(going.leaver))
    told = [(one.params or {})["what"] for one in refused.value.problems]
    assert told == [
        "K0001 3-2-501 入户门",
        f"{ticket.number} {ticket.subject}",
        f"{ticket.number} {ticket.subject}",
        "刘洋",
    ]
    assert refused.value.problems[-1].remedy == "请先办理离岗交接，写明由谁接手"


def test_empty_hands_may_go_at_once(going: Going) -> None:
    going.office.members.remove(account_of(going.leaver))
    with pytest.raises(NotFound):
        going.office.members.find(account_of(going.leaver))


@pytest.mark.clause("003-09-13")
def test_nobody_exports_who_is_about_to_leave(going: Going, person: People, company_desk: CompanyDesk) -> None:
    leaver = account_of(going.leaver)
    company_desk.members.save(leaver, ("supervisor",), department_id=going.crew.department_id)
    assert person.again(leaver).actor.may("export.run")
    leaving = going.begun()
    assert not person.again(leaver).actor.may("export.run")
    going.office.leavers.withdraw(leaving.id)
    assert person.again(leaver).actor.may("export.run")


def test_everything_in_his_hands_is_one_list(going: Going, ticket: TicketView) -> None:
    assert kinds(going.begun()) == [HeldKind.LOAN, HeldKind.OWNED, HeldKind.ASSIGNED, HeldKind.CUSTOMER]


@pytest.mark.clause("003-09-14")
def test_the_department_and_the_information_department_receive(going: Going, unchanged: Unchanged) -> None:
    somebody = account_of(going.crew.zhang)
    with unchanged(), pytest.raises(InvalidInput) as refused:
        going.begun(receiver_id=somebody, information_id=somebody, leaves_on=None)
    assert [one.field for one in refused.value.problems] == ["leaves_on", "receiver", "information", "information"]


@pytest.mark.clause("003-09-14", "003-09-22")
def test_nobody_signs_before_everything_has_a_taker(going: Going, ticket: TicketView, unchanged: Unchanged) -> None:
    leaving = going.begun()
    with unchanged(), pytest.raises(MoveRefused) as refused:
        going.crew.head.leavers.sign(leaving.id, PASSWORD)
    assert [one.clauses for one in refused.value.refusals] == [("003-09-14",)] * 3 + [("003-09-22",)]
    assert going.office.leavers.find(leaving.id).refusals == refused.value.refusals


@pytest.mark.clause("003-09-14")
def test_only_the_two_sign_each_with_his_own_password(going: Going, unchanged: Unchanged) -> None:
    leaving = going.begun()
    for who in (going.leaver, going.office):
        with unchanged(), pytest.raises(NotAllowed):
            who.leavers.sign(leaving.id, PASSWORD)
    with pytest.raises(LoginRefused):
        going.crew.head.leavers.sign(leaving.id, "falsch")
    going.crew.head.leavers.sign(leaving.id, PASSWORD)
    with unchanged(), pytest.raises(MoveRefused):
        going.crew.head.leavers.sign(leaving.id, PASSWORD)
    assert going.information.leavers.sign(leaving.id, PASSWORD).is_done


@pytest.mark.clause("003-09-14", "003-09-21", "003-09-22")
def test_with_the_second_signature_everything_passes_on_and_customers_are_to_be_told(
    going: Going, ticket: TicketView, unchanged: Unchanged
) -> None:
    leaving = going.assigned(going.begun())
    going.information.leavers.sign(leaving.id, PASSWORD)
    done = going.crew.head.leavers.sign(leaving.id, PASSWORD)
    li = account_of(going.crew.li)
    now = going.crew.head.tickets.find(ticket.id)
    assert (now.owner_id, now.assignee_id) == (li, li)
    assert [loan.code for loan in going.crew.li.custody.mine()] == ["K0001"]
    (told,) = [duty for duty in going.crew.li.duties.mine() if duty.rule == "core.customer_told"]
    assert (told.subject, told.debtor_id) == ("刘洋", li)
    assert (done.is_done, [line.taker for line in done.lines]) == (True, ["李建国"] * 4)
    with pytest.raises(NotFound):
        going.office.members.find(account_of(going.leaver))
    with unchanged(), pytest.raises(NotAllowed):
        going.information.leavers.tell_customer(told.id, "已电话告知")
    going.crew.li.leavers.tell_customer(told.id, "已电话告知，今后由我联系")
    assert not going.crew.head.duties.find(told.id).is_live


def test_what_comes_into_his_hands_meanwhile_needs_a_taker_too(
    going: Going, ticket: TicketView, unchanged: Unchanged
) -> None:
    leaving = going.assigned(going.begun())
    going.crew.head.leavers.sign(leaving.id, PASSWORD)
    late = Factory(going.leaver).ticket()
    with unchanged(), pytest.raises(MoveRefused) as refused:
        going.information.leavers.sign(leaving.id, PASSWORD)
    assert [(one.params or {})["what"] for one in refused.value.refusals] == [f"{late.number} {late.subject}"]


def test_takers_work_for_the_company_and_are_others(going: Going, ticket: TicketView, unchanged: Unchanged) -> None:
    leaving = going.begun()
    key = leaving.lines[0].held.key
    for wrong in ({key: account_of(going.leaver)}, {key: UUID(int=7)}, {"loan:0": account_of(going.crew.li)}):
        with unchanged(), pytest.raises(InvalidInput):
            going.office.leavers.assign(leaving.id, wrong)


def test_one_handover_of_a_leaver_at_a_time(going: Going, unchanged: Unchanged) -> None:
    going.begun()
    with unchanged(), pytest.raises(MoveRefused):
        going.begun()


def test_others_do_not_see_what_a_leaver_has(going: Going, unchanged: Unchanged) -> None:
    leaving = going.begun()
    assert going.leaver.leavers.find(leaving.id).name == "王芳"
    with pytest.raises(NotAllowed):
        going.crew.zhang.leavers.find(leaving.id)
    with unchanged(), pytest.raises(NotAllowed):
        going.crew.zhang.leavers.assign(leaving.id, {})
