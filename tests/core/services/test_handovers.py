"""Handing a post over: what is open, what was counted, two signatures."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from gongdan.domain.custody import Borrower
from gongdan.domain.handovers import CountedItem
from gongdan.errors import InvalidInput, LoginRefused, MoveRefused, NotAllowed, NotFound, StaleVersion
from gongdan.services.custody_checks import ItemInput, Lending
from gongdan.services.desk import CompanyDesk
from gongdan.services.duty_log import EntryKind
from gongdan.services.handovers import Checking, Handovers, HandoverView, Telling
from gongdan.testing import sample
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import PASSWORD, Factory, People
from tests.core.services.crew import Crew, account_of, at

Unchanged = Callable[[], AbstractContextManager[None]]
WORST, ORDINARY = (choice.value for choice in sample.REPAIR.severities)
ITEMS = (CountedItem("对讲机", 2), CountedItem("钥匙", 12))


def begun(crew: Crew) -> HandoverView:
    return crew.zhang.handovers.begin(crew.department_id, account_of(crew.li), ITEMS)


def ready(crew: Crew, keys: int = 12) -> HandoverView:
    """Let 张敏 and 李建国 do everything that comes before the signatures."""
    handover = begun(crew)
    told = Telling(remark="二号楼周五停水", is_desk_tidy=True, explanations={"钥匙": "一把借给工程部"})
    handover = crew.zhang.handovers.tell(handover.id, handover.version, told)
    checked = Checking(
        counts={"对讲机": 2, "钥匙": keys}, has_read_log=True, is_area_normal=True, follow_up="周五贴通知"
    )
    return crew.li.handovers.check(handover.id, handover.version, checked)


def urgent(crew: Crew, factory: Factory, who: CompanyDesk | None = None) -> str:
    ticket = factory.ticket(severity=WORST, assignee_id=account_of(who or crew.zhang), department_id=crew.department_id)
    return ticket.number


def clauses(refusal: MoveRefused) -> list[tuple[str, ...]]:
    return [one.clauses for one in refusal.refusals]


# --- Signing ---------------------------------------------------------------------------------


@pytest.mark.clause("001-08-31", "001-08-29", "001-08-33")
def test_a_handover_is_done_when_both_have_signed_and_the_log_says_so(crew: Crew, clock: Clock) -> None:
    handover = ready(crew)
    signed = crew.zhang.handovers.sign(handover.id, PASSWORD)
    assert (signed.is_done, signed.is_signed) == (False, True)
    clock.move(timedelta(minutes=3))
    done = crew.li.handovers.sign(handover.id, PASSWORD)
    assert (done.is_done, done.is_open, done.incoming_signed_at) == (True, False, clock.now)
    (entry,) = crew.li.duty_log.page(crew.department_id, 1).entries
    assert (entry.kind, entry.body) == (EntryKind.HANDOVER, "张敏 → 李建国\n二号楼周五停水\n周五贴通知")


def test_the_order_of_the_signatures_does_not_matter(crew: Crew) -> None:
    handover = ready(crew)
    crew.li.handovers.sign(handover.id, PASSWORD)
    assert crew.zhang.handovers.sign(handover.id, PASSWORD).is_done


@pytest.mark.clause("001-08-31")
def test_only_the_two_sign_each_once_with_his_own_password(crew: Crew, unchanged: Unchanged) -> None:
    handover = ready(crew)
    for who in (crew.wang, crew.head):
        with unchanged(), pytest.raises(NotAllowed):
            who.handovers.sign(handover.id, PASSWORD)
    crew.zhang.handovers.sign(handover.id, PASSWORD)
    with unchanged(), pytest.raises(MoveRefused) as refused:
        crew.zhang.handovers.sign(handover.id, PASSWORD)
    assert clauses(refused.value) == [("001-08-31",)]


def test_a_wrong_password_signs_nothing(crew: Crew) -> None:
    handover = ready(crew)
    with pytest.raises(LoginRefused):
        crew.zhang.handovers.sign(handover.id, "falsch")
    assert not crew.zhang.handovers.find(handover.id).is_signed


@pytest.mark.clause("001-08-31")
def test_what_one_has_signed_is_not_changed_any_more(crew: Crew, unchanged: Unchanged) -> None:
    handover = ready(crew)
    signed = crew.zhang.handovers.sign(handover.id, PASSWORD)
    with unchanged(), pytest.raises(MoveRefused) as refused:
        crew.li.handovers.check(handover.id, signed.version, Checking(counts={"钥匙": 11}))
    assert clauses(refused.value) == [("001-08-31",)]


@pytest.mark.clause("001-08-26", "001-08-28", "001-08-30", "001-08-32")
def test_nobody_signs_before_everything_is_counted_and_looked_at(crew: Crew, unchanged: Unchanged) -> None:
    handover = begun(crew)
    with unchanged(), pytest.raises(MoveRefused) as refused:
        crew.zhang.handovers.sign(handover.id, PASSWORD)
    assert clauses(refused.value) == [("001-08-32",), ("001-08-28",), ("001-08-26",), ("001-08-26",), ("001-08-30",)]
    assert crew.li.handovers.find(handover.id).refusals == refused.value.refusals


@pytest.mark.clause("001-08-27")
def test_a_missing_thing_is_explained_by_the_outgoing_one(crew: Crew, unchanged: Unchanged) -> None:
    handover = ready(crew, keys=11)
    assert handover.refusals == ()
    silent = crew.zhang.handovers.tell(
        handover.id, handover.version, Telling(is_desk_tidy=True, explanations={"钥匙": " "})
    )
    with unchanged(), pytest.raises(MoveRefused) as refused:
        crew.li.handovers.sign(silent.id, PASSWORD)
    assert clauses(refused.value) == [("001-08-27",)]


@pytest.mark.clause("001-08-27")
def test_a_difference_stays_open_in_the_log_until_somebody_settles_it(crew: Crew) -> None:
    handover = ready(crew, keys=11)
    crew.zhang.handovers.sign(handover.id, PASSWORD)
    crew.li.handovers.sign(handover.id, PASSWORD)
    (matter,) = crew.li.duty_log.open_matters(crew.department_id)
    assert matter.body == "钥匙：12 → 11（一把借给工程部）"


@pytest.mark.clause("001-11-12")
def test_what_should_be_there_comes_from_the_book_of_custody(crew: Crew) -> None:
    keys = [
        crew.zhang.custody.take_in(ItemInput(kind="key", name=name, department_id=crew.department_id))
        for name in ("大堂门", "水泵房", "会议室")
    ]
    borrower = Borrower("王芳", account_id=account_of(crew.wang))
    crew.zhang.custody.lend(keys[0].id, Lending(borrower=borrower, purpose="开会", until=at(5, 18)))
    assert crew.zhang.handovers.usual_items(crew.department_id) == (CountedItem("钥匙", 2),)


# --- Important work --------------------------------------------------------------------------


@pytest.mark.clause("001-08-36")
def test_important_work_of_the_outgoing_one_refuses_the_handover(
    crew: Crew, factory: Factory, unchanged: Unchanged
) -> None:
    number = urgent(crew, factory)
    factory.ticket(severity=ORDINARY, assignee_id=account_of(crew.zhang))
    handover = ready(crew)
    for who in (crew.zhang, crew.li):
        with unchanged(), pytest.raises(MoveRefused) as refused:
            who.handovers.sign(handover.id, PASSWORD)
        (refusal,) = refused.value.refusals
        assert (refusal.clauses, (refusal.params or {})["number"]) == (("001-08-36",), number)


def test_who_may_not_see_tickets_learns_that_there_is_one_and_not_which(
    crew: Crew, factory: Factory, person: People, company_desk: CompanyDesk
) -> None:
    company_desk.roles.save("guard", "门岗", ["roster.view", "duty_log.write"], new=True)
    guard = person("guard", name="门岗", login="guard")
    number = urgent(crew, factory)
    handover = crew.zhang.handovers.begin(crew.department_id, account_of(guard))
    seen = guard.handovers.find(handover.id)
    assert [(one.number, one.subject, one.blocks) for one in seen.state.matters] == [("", "", True)]
    (refusal, *_) = seen.refusals
    assert (refusal.guard, refusal.params) == ("important_work", {"number": "", "subject": ""})
    guard.handovers.check(handover.id, handover.version, Checking(counts={}, has_read_log=True, is_area_normal=True))
    with pytest.raises(MoveRefused) as refused:
        guard.handovers.sign(handover.id, PASSWORD)
    assert number not in str(refused.value.refusals)
    crew.head.handovers.take_over(handover.id, "我跟进")
    crew.zhang.handovers.tell(handover.id, crew.zhang.handovers.find(handover.id).version, Telling(is_desk_tidy=True))
    crew.zhang.handovers.sign(handover.id, PASSWORD)
    done = guard.handovers.sign(handover.id, PASSWORD)
    assert [(one.number, one.subject) for one in done.state.matters] == [("", "")]
    assert [one.number for one in crew.zhang.handovers.find(handover.id).state.matters] == [number]


def test_the_list_does_not_ask_what_is_open(crew: Crew, factory: Factory, monkeypatch: pytest.MonkeyPatch) -> None:
    urgent(crew, factory)
    handover = ready(crew)
    monkeypatch.setattr(Handovers, "_matters", None)
    (listed,) = crew.zhang.handovers.latest()
    assert (listed.id, listed.outgoing_name, listed.state.matters) == (handover.id, "张敏", ())


def test_what_both_say_fits_into_one_entry_of_the_log(crew: Crew, unchanged: Unchanged) -> None:
    handover = begun(crew)
    handover = crew.zhang.handovers.tell(handover.id, handover.version, Telling(remark="长" * 4000, is_desk_tidy=True))
    # 张敏 → 李建国 has 8 characters, two more part the lines: 5000 - 8 - 2 - 4000 = 990.
    too_long, fits = (
        Checking(counts={"对讲机": 2, "钥匙": 12}, has_read_log=True, is_area_normal=True, follow_up="长" * length)
        for length in (991, 990)
    )
    with unchanged(), pytest.raises(InvalidInput) as refused:
        crew.li.handovers.check(handover.id, handover.version, too_long)
    (problem,) = refused.value.problems
    assert (problem.field, problem.params) == ("follow_up", {"max_length": 4990})
    crew.li.handovers.check(handover.id, handover.version, fits)
    for who in (crew.zhang, crew.li):
        who.handovers.sign(handover.id, PASSWORD)
    (entry,) = crew.zhang.duty_log.page(crew.department_id, 1).entries
    assert len(entry.body) == 5000


def test_important_work_of_others_is_told_and_stands_in_nobodys_way(crew: Crew, factory: Factory) -> None:
    number = urgent(crew, factory, crew.wang)
    handover = ready(crew)
    assert [(one.number, one.blocks) for one in handover.state.matters] == [(number, False)]
    crew.zhang.handovers.sign(handover.id, PASSWORD)
    done = crew.li.handovers.sign(handover.id, PASSWORD)
    assert [one.number for one in done.state.matters] == [number]


@pytest.mark.clause("001-08-36")
def test_an_important_matter_of_the_log_refuses_the_handover_until_it_is_settled(crew: Crew) -> None:
    important = crew.zhang.duty_log.write(crew.department_id, "消防主机报警", is_important=True)
    crew.zhang.duty_log.write(crew.department_id, "快递待取", is_matter=True)
    handover = ready(crew)
    assert [(one.number, one.blocks) for one in handover.state.matters] == [("1-1", True), ("1-2", False)]
    assert [refusal.clauses for refusal in handover.refusals] == [("001-08-36",)]
    crew.zhang.duty_log.settle(important.id, "误报，已复位")
    assert crew.zhang.handovers.find(handover.id).refusals == ()


@pytest.mark.clause("001-08-36")
def test_somebody_with_authority_takes_the_important_work_over_with_a_reason(
    crew: Crew, factory: Factory, unchanged: Unchanged
) -> None:
    urgent(crew, factory)
    handover = ready(crew)
    acts: tuple[tuple[Callable[[], object], type[Exception]], ...] = (
        (lambda: crew.li.handovers.take_over(handover.id, "我来"), NotAllowed),
        (lambda: crew.head.handovers.take_over(handover.id, " "), InvalidInput),
    )
    for act, expected in acts:
        with unchanged(), pytest.raises(expected):
            act()
    taken = crew.head.handovers.take_over(handover.id, "工程部通宵抢修，我跟进")
    assert (taken.takeover_name, taken.takeover_reason, taken.refusals) == ("陈红", "工程部通宵抢修，我跟进", ())
    crew.zhang.handovers.sign(handover.id, PASSWORD)
    assert crew.li.handovers.sign(handover.id, PASSWORD).is_done


@pytest.mark.clause("001-08-36")
def test_work_that_turns_up_after_the_takeover_or_a_signature_refuses_anew(
    crew: Crew, factory: Factory, unchanged: Unchanged
) -> None:
    urgent(crew, factory)
    handover = ready(crew)
    crew.head.handovers.take_over(handover.id, "我跟进")
    crew.zhang.handovers.sign(handover.id, PASSWORD)
    number = urgent(crew, factory)
    with unchanged(), pytest.raises(MoveRefused) as refused:
        crew.li.handovers.sign(handover.id, PASSWORD)
    (refusal,) = refused.value.refusals
    assert (refusal.params or {})["number"] == number


def test_the_outgoing_one_does_not_take_his_own_work_over(crew: Crew, factory: Factory, unchanged: Unchanged) -> None:
    urgent(crew, factory, crew.head)
    handover = crew.head.handovers.begin(crew.department_id, account_of(crew.li))
    with unchanged(), pytest.raises(MoveRefused):
        crew.head.handovers.take_over(handover.id, "我自己来")


# --- Around it -------------------------------------------------------------------------------


@pytest.mark.clause("001-08-34")
def test_leaving_before_both_have_signed_is_shown(crew: Crew, clock: Clock) -> None:
    handover = ready(crew)
    crew.zhang.handovers.sign(handover.id, PASSWORD)
    left = crew.zhang.handovers.leave(handover.id)
    assert left.was_left_unsigned
    clock.move(timedelta(minutes=5))
    assert crew.li.handovers.sign(handover.id, PASSWORD).was_left_unsigned


@pytest.mark.clause("001-08-34")
def test_leaving_after_both_have_signed_is_as_it_should_be(crew: Crew, unchanged: Unchanged) -> None:
    handover = ready(crew)
    for who in (crew.zhang, crew.li):
        who.handovers.sign(handover.id, PASSWORD)
    assert not crew.zhang.handovers.leave(handover.id).was_left_unsigned
    with unchanged(), pytest.raises(MoveRefused):
        crew.zhang.handovers.leave(handover.id)
    with unchanged(), pytest.raises(NotAllowed):
        crew.wang.handovers.leave(handover.id)


def test_handovers_that_make_no_sense_are_refused(crew: Crew, company_desk: CompanyDesk, unchanged: Unchanged) -> None:
    company_desk.members.remove(account_of(crew.wang))
    for incoming, items in (
        (account_of(crew.zhang), ()),
        (account_of(crew.wang), ()),
        (None, ()),
        (account_of(crew.li), (CountedItem("钥匙", 1), CountedItem(" 钥匙", 2))),
        (account_of(crew.li), (CountedItem("", 1),)),
        (account_of(crew.li), (CountedItem("钥匙", -1),)),
    ):
        with unchanged(), pytest.raises(InvalidInput):
            crew.zhang.handovers.begin(crew.department_id, incoming, items)
    with unchanged(), pytest.raises(NotAllowed):
        company_desk.handovers.begin(crew.department_id, account_of(crew.li))


def test_one_handover_at_a_time(crew: Crew, unchanged: Unchanged) -> None:
    handover = begun(crew)
    with unchanged(), pytest.raises(MoveRefused):
        begun(crew)
    with unchanged(), pytest.raises(NotAllowed):
        crew.li.handovers.withdraw(handover.id)
    assert not crew.zhang.handovers.withdraw(handover.id).is_open
    with unchanged(), pytest.raises(MoveRefused):
        crew.zhang.handovers.sign(handover.id, PASSWORD)
    begun(crew)


def test_each_fills_in_his_own_part_of_what_he_has_seen(crew: Crew, unchanged: Unchanged) -> None:
    handover = begun(crew)
    handovers = crew.li.handovers
    acts: tuple[tuple[Callable[[], object], type[Exception]], ...] = (
        (lambda: handovers.tell(handover.id, handover.version, Telling()), NotAllowed),
        (lambda: crew.zhang.handovers.check(handover.id, handover.version, Checking(counts={})), NotAllowed),
        (lambda: handovers.check(handover.id, handover.version + 1, Checking(counts={})), StaleVersion),
        (lambda: handovers.check(handover.id, handover.version, Checking(counts={"钥匙": -1})), InvalidInput),
    )
    for act, expected in acts:
        with unchanged(), pytest.raises(expected):
            act()


def test_the_things_of_a_post_are_proposed_as_they_were_counted_last(crew: Crew) -> None:
    handover = ready(crew, keys=11)
    assert crew.li.handovers.usual_items(crew.department_id) == ()
    for who in (crew.zhang, crew.li):
        who.handovers.sign(handover.id, PASSWORD)
    assert crew.li.handovers.usual_items(crew.department_id) == (CountedItem("对讲机", 2), CountedItem("钥匙", 11))


def test_another_company_sees_no_handover(crew: Crew, other_desk: CompanyDesk, unchanged: Unchanged) -> None:
    handover = begun(crew)
    assert other_desk.handovers.latest() == ()
    acts: tuple[Callable[[], object], ...] = (
        lambda: other_desk.handovers.find(handover.id),
        lambda: other_desk.handovers.take_over(handover.id, "x"),
        lambda: other_desk.handovers.withdraw(handover.id),
    )
    for act in acts:
        with unchanged(), pytest.raises(NotFound):
            act()
