"""Things in custody: taken in, lent, brought back, overdue, lost and found; one hand at a time, nothing rewritten."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from gongdan.domain.custody import Borrower, CustodyAct, CustodyState
from gongdan.domain.duties import DutyState
from gongdan.errors import Conflict, InvalidInput, MoveRefused, NotAllowed, NotFound, StaleVersion
from gongdan.services.custody_checks import ItemInput, Lending
from gongdan.services.custody_lists import CustodyFilter
from gongdan.services.custody_rows import ItemView
from gongdan.services.desk import CompanyDesk
from gongdan.services.duty_rows import DutyView
from gongdan.storage.custody import CustodyLoanRow
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import Factory, People
from tests.core.services.crew import Crew, account_of, at
from tests.core.services.planned import Wait

Unchanged = Callable[[], AbstractContextManager[None]]


def key(crew: Crew, **given: object) -> ItemView:
    """Let 张敏 take a key into custody."""
    values = {"kind": "key", "name": "3-2-501 入户门", "department_id": crew.department_id, "place": "1 号柜"}
    return crew.zhang.custody.take_in(ItemInput(**{**values, **given}))  # type: ignore[arg-type]  # values of the test


def to(who: CompanyDesk | Borrower, until: datetime | None = None, purpose: str = "陪同看房") -> Lending:
    """Agree upon a loan until 18:00."""
    borrower = who if isinstance(who, Borrower) else Borrower(who.actor.name, account_id=who.actor.account_id)
    return Lending(borrower=borrower, purpose=purpose, until=until or at(5, 18))


def lent(crew: Crew, who: CompanyDesk | Borrower, until: datetime | None = None) -> ItemView:
    return crew.zhang.custody.lend(key(crew).id, to(who, until))


def duty(crew: Crew, item: ItemView) -> DutyView:
    """Return the duty to bring back what is lent, or was lent last."""
    loan = crew.head.custody.find(item.id).loans[0]
    assert loan.duty_id is not None
    return crew.head.duties.find(loan.duty_id)


def acts(crew: Crew, item: ItemView) -> list[CustodyAct]:
    return [move.act for move in reversed(crew.zhang.custody.find(item.id).moves)]


# --- Taken in --------------------------------------------------------------------------------


def test_a_thing_gets_the_next_code_of_its_kind_and_lies_in_the_store(crew: Crew, clock: Clock) -> None:
    first, second = key(crew), key(crew)
    manual = key(crew, kind="manual", name="工程管理手册")
    assert [one.code for one in (first, second, manual)] == ["K0001", "K0002", "M001"]
    assert (first.state, first.holder, first.department) == (CustodyState.IN_STORE, "", "客服中心")
    (move,) = crew.zhang.custody.find(first.id).moves
    assert (move.number, move.act, move.actor, move.at) == (1, CustodyAct.TAKEN_IN, "张敏", clock.now)


def test_a_code_from_an_old_tag_is_kept_and_found_however_it_is_typed(crew: Crew) -> None:
    made = key(crew, code="ys-07")
    assert crew.zhang.custody.by_code(" ＹＳ－０７ ").id == made.id
    with pytest.raises(NotFound):
        crew.zhang.custody.by_code("YS-08")


def test_the_next_code_steps_over_one_that_was_typed(crew: Crew) -> None:
    key(crew, code="K0001")
    assert key(crew).code == "K0002"


def test_a_code_names_one_thing_only(crew: Crew, unchanged: Unchanged) -> None:
    key(crew, code="YS-07")
    with unchanged(), pytest.raises(Conflict):
        key(crew, code="ys-07")


def test_everything_that_is_wrong_with_a_thing_is_told_at_once(crew: Crew, unchanged: Unchanged) -> None:
    with unchanged(), pytest.raises(InvalidInput) as refused:
        key(crew, kind="cup", name=" ", code="x" * 61, copies=0)
    assert [one.field for one in refused.value.problems] == ["name", "code", "copies", "kind"]


def test_a_key_belongs_to_a_flat_and_to_who_left_it(crew: Crew, factory: Factory) -> None:
    unit, owner = factory.unit(), factory.party(name="刘洋")
    made = key(crew, asset_id=unit.id, party_id=owner.id)
    assert (made.asset, made.depositor) == (unit.label, "刘洋")
    found = crew.zhang.custody.items(CustodyFilter(text=unit.label))
    assert [one.id for one in found] == [made.id]


# --- Lent and brought back -------------------------------------------------------------------


@pytest.mark.clause("001-02-03")
def test_a_loan_says_when_what_for_by_whom_and_until_when(crew: Crew, clock: Clock) -> None:
    item = lent(crew, crew.wang)
    loan = item.loan
    assert loan is not None
    assert (item.state, item.holder) == (CustodyState.LENT, "王芳")
    assert (loan.lent_at, loan.purpose, loan.lent_by, loan.until) == (clock.now, "陪同看房", "张敏", at(5, 18))


@pytest.mark.clause("001-02-03")
@pytest.mark.parametrize(
    ("lending", "wrong"),
    [
        (Lending(borrower=Borrower(""), purpose="看房", until=at(5, 18)), ["borrower"]),
        (Lending(borrower=Borrower("黄师傅"), purpose="", until=None), ["phone", "purpose", "until"]),
        (Lending(borrower=Borrower("黄师傅", phone="12"), purpose="看房", until=at(5, 10)), ["phone", "until"]),
    ],
)
def test_nothing_is_lent_without_borrower_purpose_and_time_of_return(
    crew: Crew, unchanged: Unchanged, lending: Lending, wrong: list[str]
) -> None:
    item = key(crew)
    with unchanged(), pytest.raises(InvalidInput) as refused:
        crew.zhang.custody.lend(item.id, lending)
    assert [one.field for one in refused.value.problems] == wrong


def test_who_has_left_the_company_borrows_nothing(crew: Crew, company_desk: CompanyDesk, unchanged: Unchanged) -> None:
    item, wang = key(crew), to(crew.wang)
    company_desk.members.remove(account_of(crew.wang))
    with unchanged(), pytest.raises(InvalidInput) as refused:
        crew.zhang.custody.lend(item.id, wang)
    assert [one.field for one in refused.value.problems] == ["borrower"]


def test_a_thing_is_in_one_hand_at_a_time(crew: Crew, unchanged: Unchanged) -> None:
    item = lent(crew, crew.wang)
    with unchanged(), pytest.raises(MoveRefused) as refused:
        crew.li.custody.lend(item.id, to(crew.li))
    (refusal,) = refused.value.refusals
    assert (refusal.reason, refusal.params) == ("{code} 在 {holder} 手中，先归还", {"code": "K0001", "holder": "王芳"})


def test_the_database_itself_refuses_a_second_open_loan(crew: Crew, company_desk: CompanyDesk) -> None:
    item = lent(crew, crew.wang)
    plain = dict.fromkeys(("phone", "purpose", "lent_by_name", "end_act", "ended_by_name"), "")
    second = CustodyLoanRow(item_id=item.id, borrower="李建国", lent_at=at(5, 11), until=at(6), **plain)
    second.company_id = company_desk.company.id
    with pytest.raises(Conflict), company_desk.working() as work:
        work.session.add(second)


def test_what_is_brought_back_in_time_meets_the_duty(crew: Crew, wait: Wait) -> None:
    item = lent(crew, crew.wang)
    assert [one.rule for one in crew.wang.duties.mine()] == ["core.custody_return"]
    wait(at(5, 17))
    back = crew.li.custody.give_back(item.id, place="2 号柜")
    assert (back.state, back.loan, back.place) == (CustodyState.IN_STORE, None, "2 号柜")
    assert duty(crew, item).state is DutyState.DONE
    assert acts(crew, item) == [CustodyAct.TAKEN_IN, CustodyAct.LENT, CustodyAct.RETURNED]
    (loan,) = crew.zhang.custody.find(item.id).loans
    assert (loan.ended_at, loan.end_act, loan.ended_by) == (at(5, 17), "returned", "李建国")


def test_what_is_not_lent_cannot_be_brought_back(crew: Crew, unchanged: Unchanged) -> None:
    item = key(crew)
    with unchanged(), pytest.raises(MoveRefused):
        crew.zhang.custody.give_back(item.id)


def test_the_moment_itself_is_in_time_and_what_is_late_is_listed_and_told(crew: Crew, clock: Clock, wait: Wait) -> None:
    item = lent(crew, crew.wang)
    clock.set(at(5, 18))
    assert crew.zhang.custody.overdue() == ()
    wait(at(5, 18) + timedelta(minutes=1))
    (late,) = crew.zhang.custody.overdue()
    assert (late.code, late.borrower) == ("K0001", "王芳")
    assert crew.zhang.custody.counts().overdue == 1
    assert duty(crew, item).state is DutyState.MISSED
    assert "duty.missed" in [notice.kind for notice in crew.wang.notices.mine()]
    crew.zhang.custody.give_back(item.id)
    assert duty(crew, item).state is DutyState.LATE


def test_for_somebody_from_outside_whoever_lent_it_sees_to_it(crew: Crew) -> None:
    item = lent(crew, Borrower("黄师傅", phone="13900139000"))
    assert (item.holder, duty(crew, item).debtor) == ("黄师傅", "张敏")


def test_a_customer_borrows_under_his_own_name(crew: Crew, factory: Factory) -> None:
    owner = factory.party(name="刘洋")
    assert lent(crew, Borrower("", party_id=owner.id)).holder == "刘洋"


def test_another_time_of_return_begins_another_duty_and_the_miss_stays(crew: Crew, wait: Wait) -> None:
    item = lent(crew, crew.wang)
    missed = duty(crew, item)
    wait(at(5, 19))
    crew.zhang.custody.prolong(item.id, at(6, 12), "客户改到明天上午")
    assert crew.head.duties.find(missed.id).state is DutyState.MISSED
    assert (duty(crew, item).due_at, duty(crew, item).follows_id) == (at(6, 12), missed.id)
    assert crew.zhang.custody.overdue() == ()


def test_from_hand_to_hand_the_next_one_owes_it(crew: Crew) -> None:
    item = lent(crew, crew.wang)
    first = duty(crew, item)
    now = crew.zhang.custody.hand_on(item.id, to(crew.li, purpose="接着看房"))
    assert (now.holder, now.state) == ("李建国", CustodyState.LENT)
    assert crew.head.duties.find(first.id).state is DutyState.CANCELLED
    assert crew.wang.custody.mine() == ()
    assert [loan.code for loan in crew.li.custody.mine()] == ["K0001"]
    assert acts(crew, item)[-1] is CustodyAct.HANDED_ON


# --- Lost, found, moved ----------------------------------------------------------------------


def test_a_lost_key_leads_to_another_lock_before_two_witnesses(crew: Crew, unchanged: Unchanged) -> None:
    item = lent(crew, crew.wang)
    lost = crew.zhang.custody.lose(item.id, "王芳在小区内遗失")
    assert (lost.state, lost.loan, duty(crew, item).state) == (CustodyState.LOST, None, DutyState.CANCELLED)
    with unchanged(), pytest.raises(MoveRefused):
        crew.zhang.custody.lend(item.id, to(crew.li))
    with unchanged(), pytest.raises(InvalidInput) as refused:
        crew.zhang.custody.change_lock(item.id, "F-18", ["李建国", " 李建国 "], "遗失换锁")
    assert [one.field for one in refused.value.problems] == ["witnesses"]
    changed = crew.zhang.custody.change_lock(item.id, "F-18", ["李建国", "陈红"], "遗失换锁")
    assert (changed.state, changed.mark) == (CustodyState.IN_STORE, "F-18")
    (last, *_) = crew.zhang.custody.find(item.id).moves
    assert last.details["witnesses"] == ["李建国", "陈红"]


def test_what_opens_no_lock_has_none_to_change(crew: Crew, unchanged: Unchanged) -> None:
    manual = key(crew, kind="manual", name="工程管理手册")
    with unchanged(), pytest.raises(MoveRefused):
        crew.zhang.custody.change_lock(manual.id, "F-18", ["李建国", "陈红"], "换锁")


def test_what_is_found_is_in_the_store_again(crew: Crew) -> None:
    item = key(crew)
    crew.zhang.custody.lose(item.id, "盘点时不在柜内")
    assert crew.zhang.custody.find_again(item.id, "掉在柜后").state is CustodyState.IN_STORE


def test_a_thing_moves_within_the_store_only(crew: Crew, unchanged: Unchanged) -> None:
    item = key(crew)
    assert crew.zhang.custody.move(item.id, "3 号柜").place == "3 号柜"
    crew.zhang.custody.lend(item.id, to(crew.wang))
    with unchanged(), pytest.raises(MoveRefused):
        crew.zhang.custody.move(item.id, "4 号柜")


# --- Described, seen -------------------------------------------------------------------------


@pytest.mark.clause("001-08-51")
def test_the_list_is_brought_up_to_date_and_keeps_what_it_said_before(crew: Crew, unchanged: Unchanged) -> None:
    item = key(crew)
    given = ItemInput(kind="key", name="3-2-502 入户门", department_id=crew.department_id, place="1 号柜")
    crew.zhang.custody.describe(item.id, item.version, given)
    (last, *_) = crew.zhang.custody.find(item.id).moves
    assert last.details == {"before": {"name": "3-2-501 入户门"}, "after": {"name": "3-2-502 入户门"}}
    with unchanged(), pytest.raises(StaleVersion):
        crew.li.custody.describe(item.id, item.version, given)


def test_no_move_is_rewritten_by_anybody(crew: Crew, company_desk: CompanyDesk) -> None:
    key(crew)
    for statement in ("UPDATE custody_move SET remark = 'x'", "DELETE FROM custody_move"):
        refused = pytest.raises(DatabaseError, match=r"append-only|permission denied")
        with refused, company_desk.working() as work:
            work.session.execute(text(statement))


def test_the_journal_tells_every_act(crew: Crew, company_desk: CompanyDesk) -> None:
    item = lent(crew, crew.wang)
    told = [entry.act for entry in company_desk.journal.of(item.id)]
    assert told == ["custody.taken_in", "custody.lent"]


def test_who_may_only_look_does_nothing(crew: Crew, person: People, unchanged: Unchanged) -> None:
    item, worker = key(crew), person("worker", name="胡军")
    assert [one.code for one in worker.custody.items()] == ["K0001"]
    acts: tuple[Callable[[], object], ...] = (
        lambda: worker.custody.lend(item.id, to(crew.li)),
        lambda: worker.custody.lose(item.id, "不见了"),
        lambda: worker.custody.take_in(ItemInput(kind="key", name="门")),
    )
    for act in acts:
        with unchanged(), pytest.raises(NotAllowed):
            act()


def test_whoever_has_a_thing_sees_it_and_nothing_else(crew: Crew, person: People, company_desk: CompanyDesk) -> None:
    company_desk.roles.save("guard", "门岗", ["roster.view"], new=True)
    guard = person("guard", name="何伟")
    mine, other = lent(crew, guard), key(crew)
    assert guard.custody.find(mine.id).item.holder == "何伟"
    others: tuple[Callable[[], object], ...] = (lambda: guard.custody.find(other.id), guard.custody.items)
    for forbidden in (*others, guard.custody.overdue):
        with pytest.raises(NotAllowed):
            forbidden()


def test_another_company_sees_none_of_it(crew: Crew, other_desk: CompanyDesk) -> None:
    item = key(crew)
    with pytest.raises(NotFound):
        other_desk.custody.find(item.id)
    assert other_desk.custody.items() == ()


def test_the_list_is_narrowed_by_where_things_are_and_goes_on_behind_a_code(crew: Crew) -> None:
    codes = [key(crew).code for _ in range(3)]
    crew.zhang.custody.lend(crew.zhang.custody.by_code(codes[1]).id, to(crew.wang))

    def found(**wanted: object) -> list[str]:
        return [one.code for one in crew.zhang.custody.items(CustodyFilter(**wanted))]  # type: ignore[arg-type]  # values

    assert found(states=[CustodyState.LENT]) == ["K0002"]
    assert found(account_id=account_of(crew.wang)) == ["K0002"]
    assert found(is_overdue_at=at(5, 19)) == ["K0002"]
    assert found(text="K000") == codes
    assert found(text="%") == []
    assert [one.code for one in crew.zhang.custody.items(after="K0001", limit=1)] == ["K0002"]
    (line,) = crew.zhang.custody.book(crew.department_id)
    assert (line.kind, line.in_store, line.lent, line.lost) == ("key", 2, 1, 0)


def test_a_typed_name_means_the_member_else_somebody_from_outside(crew: Crew, person: People) -> None:
    namesake = person("agent", name="王芳", login="wangfang2")
    custody = crew.zhang.custody
    assert custody.borrower("李建国").account_id == account_of(crew.li)
    assert custody.borrower("王芳 wangfang2").account_id == account_of(namesake)
    assert custody.borrower("黄师傅", "13900139000") == Borrower("黄师傅", phone="13900139000")
    with pytest.raises(InvalidInput) as refused:
        custody.borrower("王芳")
    assert refused.value.problems[0].params == {"count": 2, "example": "王芳 wangfang"}


def test_an_unknown_thing_is_not_found(crew: Crew, unchanged: Unchanged) -> None:
    with unchanged(), pytest.raises(NotFound):
        crew.zhang.custody.lend(UUID(int=7), to(crew.li))
