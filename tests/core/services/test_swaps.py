"""Swaps: asked, accepted, approved, and what the regulation does not allow."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest

from gongdan.domain.rosters import Period, SwapState
from gongdan.errors import InvalidInput, MoveRefused, NotAllowed
from gongdan.services import swaps
from gongdan.services.absences import NewAbsence
from gongdan.services.desk import CompanyDesk
from gongdan.services.rosters import NewShift
from gongdan.services.swaps import SwapView
from gongdan.testing.clocks import Clock
from tests.core.services.crew import Crew, account_of, at

Unchanged = Callable[[], AbstractContextManager[None]]


def asked(crew: Crew, given_day: int = 10, taken_day: int = 14) -> SwapView:
    """Let 张敏 ask 李建国 for his evening in exchange for her day."""
    given, taken = crew.shift(crew.zhang, given_day, 8, 16), crew.shift(crew.li, taken_day, 16, 24)
    return crew.zhang.swaps.ask(given.id, taken.id, "带孩子看病")


def approved(crew: Crew, given_day: int, taken_day: int) -> SwapView:
    swap = asked(crew, given_day, taken_day)
    crew.li.swaps.answer(swap.id, agrees=True)
    return crew.head.swaps.decide(swap.id, approves=True)


def reasons(refusal: MoveRefused) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.guard, one.clauses) for one in refusal.refusals]


def people(crew: Crew, day: int, hour: float) -> list[str]:
    return [one.name for one in crew.head.rosters.on_duty(at(day, hour), crew.department_id)]


def test_a_swap_that_is_asked_accepted_and_approved_changes_who_works(crew: Crew) -> None:
    swap = asked(crew)
    assert (swap.state, people(crew, 10, 9), people(crew, 14, 17)) == (SwapState.ASKED, ["张敏"], ["李建国"])
    assert crew.li.swaps.answer(swap.id, agrees=True).state is SwapState.ACCEPTED
    assert people(crew, 10, 9) == ["张敏"]
    decided = crew.head.swaps.decide(swap.id, approves=True, remark="同意")
    assert (decided.state, decided.decided_name, decided.remark) == (SwapState.APPROVED, "陈红", "同意")
    assert (people(crew, 10, 9), people(crew, 14, 17)) == (["李建国"], ["张敏"])
    assert [view.is_swapped for view in crew.head.rosters.ahead()] == [True, True]


@pytest.mark.parametrize("end", ["decline", "refuse", "withdraw"])
def test_a_swap_that_comes_to_nothing_leaves_the_roster_as_it_was(crew: Crew, end: str) -> None:
    swap = asked(crew)
    if end == "decline":
        state = crew.li.swaps.answer(swap.id, agrees=False).state
    elif end == "withdraw":
        state = crew.zhang.swaps.withdraw(swap.id).state
    else:
        crew.li.swaps.answer(swap.id, agrees=True)
        state = crew.head.swaps.decide(swap.id, approves=False).state
    assert state.value == {"decline": "declined", "refuse": "refused", "withdraw": "withdrawn"}[end]
    assert (people(crew, 10, 9), people(crew, 14, 17)) == (["张敏"], ["李建国"])


def test_each_step_is_for_one_person_and_once(crew: Crew, unchanged: Unchanged) -> None:
    swap = asked(crew)
    acts: tuple[tuple[Callable[[], object], type[Exception]], ...] = (
        (lambda: crew.head.swaps.decide(swap.id, approves=True), MoveRefused),
        (lambda: crew.wang.swaps.answer(swap.id, agrees=True), NotAllowed),
        (lambda: crew.zhang.swaps.answer(swap.id, agrees=True), NotAllowed),
        (lambda: crew.li.swaps.withdraw(swap.id), NotAllowed),
        (lambda: crew.wang.swaps.decide(swap.id, approves=True), NotAllowed),
    )
    for act, expected in acts:
        with unchanged(), pytest.raises(expected):
            act()
    crew.li.swaps.answer(swap.id, agrees=True)
    with unchanged(), pytest.raises(MoveRefused):
        crew.li.swaps.answer(swap.id, agrees=False)


@pytest.mark.clause("003-19-02")
def test_nobody_approves_his_own_swap(crew: Crew, company_desk: CompanyDesk, unchanged: Unchanged) -> None:
    company_desk.members.save(account_of(crew.head), ["supervisor", "agent"])
    given, taken = crew.shift(crew.zhang, 10, 8, 16), crew.shift(crew.head, 14, 16, 24)
    swap = crew.zhang.swaps.ask(given.id, taken.id, "带孩子看病")
    crew.head.swaps.answer(swap.id, agrees=True)
    with unchanged(), pytest.raises(MoveRefused) as refused:
        crew.head.swaps.decide(swap.id, approves=True)
    assert reasons(refused.value) == [("another_decides", ("003-19-02",))]


@pytest.mark.clause("003-19-01")
def test_a_swap_needs_a_reason(crew: Crew, unchanged: Unchanged) -> None:
    given, taken = crew.shift(crew.zhang, 10, 8, 16), crew.shift(crew.li, 14, 16, 24)
    with unchanged(), pytest.raises(InvalidInput) as refused:
        crew.zhang.swaps.ask(given.id, taken.id, " ")
    assert [problem.field for problem in refused.value.problems] == ["reason"]


def test_swaps_that_make_no_sense_are_refused(crew: Crew, clock: Clock, unchanged: Unchanged) -> None:
    own, other, second = (crew.shift(crew.zhang, day, 8, 16) for day in (10, 12, 20))
    theirs = crew.shift(crew.li, 14, 16, 24)
    begun = crew.shift(crew.li, 5, 8, 16)
    for given, taken, guard in (
        (own, other, "another_person"),
        (theirs, own, "own_shift"),
        (own, begun, "not_begun"),
    ):
        with unchanged(), pytest.raises(MoveRefused) as refused:
            crew.zhang.swaps.ask(given.id, taken.id, "有事")
        assert guard in [one.guard for one in refused.value.refusals]
    crew.zhang.swaps.ask(own.id, theirs.id, "有事")
    with unchanged(), pytest.raises(MoveRefused) as refused:
        crew.zhang.swaps.ask(second.id, theirs.id, "有事")
    assert [one.guard for one in refused.value.refusals] == ["no_swap_pending"]


@pytest.mark.clause("003-19-04")
def test_the_third_swap_of_a_month_is_refused(crew: Crew, unchanged: Unchanged) -> None:
    for day in (7, 11, 15, 19, 23, 27):
        # Shifts of their own between the swapped ones.
        crew.shift(crew.zhang, day, 8, 16)
        crew.shift(crew.li, day, 8, 16)
    approved(crew, 9, 13)
    approved(crew, 17, 21)
    given, taken = crew.shift(crew.zhang, 25, 8, 16), crew.shift(crew.li, 29, 16, 24)
    with unchanged(), pytest.raises(MoveRefused) as refused:
        crew.zhang.swaps.ask(given.id, taken.id, "有事")
    assert reasons(refused.value) == [("swaps_a_month", ("003-19-04",)), ("swaps_a_month", ("003-19-04",))]
    assert [one.params for one in refused.value.refusals] == [
        {"person": name, "count": 2, "limit": 2} for name in ("张敏", "李建国")
    ]


@pytest.mark.clause("003-19-04")
def test_the_company_decides_how_many_swaps_a_month_has(
    crew: Crew, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    company_desk.policies.set("core.swaps_a_month", "0")
    given, taken = crew.shift(crew.zhang, 10, 8, 16), crew.shift(crew.li, 14, 16, 24)
    with unchanged(), pytest.raises(MoveRefused) as refused:
        crew.zhang.swaps.ask(given.id, taken.id, "有事")
    assert {guard for guard, _ in reasons(refused.value)} == {"swaps_a_month"}


@pytest.mark.clause("003-19-05")
def test_a_swap_right_after_another_is_refused(crew: Crew, unchanged: Unchanged) -> None:
    approved(crew, 10, 14)
    given, taken = crew.shift(crew.zhang, 16, 8, 16), crew.shift(crew.li, 20, 16, 24)
    with unchanged(), pytest.raises(MoveRefused) as refused:
        crew.zhang.swaps.ask(given.id, taken.id, "有事")
    assert reasons(refused.value) == [("no_swaps_running", ("003-19-05",)), ("no_swaps_running", ("003-19-05",))]


@pytest.mark.clause("003-19-06")
def test_a_swap_that_makes_somebody_work_two_shifts_running_is_refused(crew: Crew, unchanged: Unchanged) -> None:
    crew.shift(crew.zhang, 14, 8, 16)
    given, taken = crew.shift(crew.zhang, 10, 8, 16), crew.shift(crew.li, 14, 16, 24)
    with unchanged(), pytest.raises(MoveRefused) as refused:
        crew.zhang.swaps.ask(given.id, taken.id, "有事")
    assert reasons(refused.value) == [("no_two_shifts_running", ("003-19-06",))]


@pytest.mark.clause("003-19-06")
def test_the_rules_are_asked_again_when_it_is_decided(crew: Crew, unchanged: Unchanged) -> None:
    swap = asked(crew)
    crew.li.swaps.answer(swap.id, agrees=True)
    crew.shift(crew.zhang, 14, 8, 16)
    with unchanged(), pytest.raises(MoveRefused) as refused:
        crew.head.swaps.decide(swap.id, approves=True)
    assert reasons(refused.value) == [("no_two_shifts_running", ("003-19-06",))]


@pytest.mark.clause("003-19-07")
def test_only_people_in_the_same_role_swap(crew: Crew, company_desk: CompanyDesk, unchanged: Unchanged) -> None:
    company_desk.members.save(account_of(crew.li), ["agent", "worker"])
    given, taken = crew.shift(crew.zhang, 10, 8, 16), crew.shift(crew.li, 14, 16, 24, "worker")
    with unchanged(), pytest.raises(MoveRefused) as refused:
        crew.zhang.swaps.ask(given.id, taken.id, "有事")
    assert reasons(refused.value) == [("same_work", ("003-19-07",))]


@pytest.mark.clause("003-19-10")
def test_nobody_is_away_on_a_shift_that_he_got_by_a_swap(crew: Crew, unchanged: Unchanged) -> None:
    approved(crew, 10, 14)
    away = NewAbsence(account_id=account_of(crew.zhang), kind="personal", begins=at(14), ends=at(14, 24))
    with unchanged(), pytest.raises(MoveRefused) as refused:
        crew.head.absences.enter(away)
    assert reasons(refused.value) == [("kept_after_swap", ("003-19-10",))]


def test_a_shift_that_somebody_wants_to_swap_is_not_moved_meanwhile(crew: Crew, unchanged: Unchanged) -> None:
    swap = asked(crew)
    new = NewShift(account_id=account_of(crew.wang), department_id=crew.department_id, role="agent",
                   begins=at(10, 8), ends=at(10, 16))  # fmt: skip
    for act in (
        lambda: crew.head.rosters.cancel(swap.given.id),
        lambda: crew.head.rosters.change(swap.given.id, new),
    ):
        with unchanged(), pytest.raises(MoveRefused):
            act()


def test_who_has_left_does_not_swap(crew: Crew, company_desk: CompanyDesk, unchanged: Unchanged) -> None:
    swap = asked(crew)
    company_desk.members.remove(account_of(crew.zhang))
    with unchanged(), pytest.raises(MoveRefused) as refused:
        crew.li.swaps.answer(swap.id, agrees=True)
    assert [one.guard for one in refused.value.refusals] == ["still_here"]


def test_what_has_to_be_decided_stands_first(crew: Crew) -> None:
    pending = asked(crew)
    crew.shift(crew.zhang, 17, 8, 16)
    done = crew.zhang.swaps.ask(crew.shift(crew.zhang, 20, 8, 16).id, crew.shift(crew.wang, 24, 16, 24).id, "有事")
    crew.zhang.swaps.withdraw(done.id)
    assert [swap.id for swap in crew.head.swaps.latest()] == [pending.id, done.id]


def test_a_pending_swap_is_not_lost_behind_newer_ones(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(swaps, "_LATEST", 1)
    pending = asked(crew)
    crew.shift(crew.zhang, 17, 8, 16)
    done = []
    for day in (20, 28):
        given, taken = crew.shift(crew.zhang, day, 8, 16), crew.shift(crew.wang, day + 2, 16, 24)
        done.append(crew.zhang.swaps.ask(given.id, taken.id, "有事"))
        crew.zhang.swaps.withdraw(done[-1].id)
    assert [swap.id for swap in crew.head.swaps.latest()] == [pending.id, done[-1].id]


def test_a_swap_gives_nobody_a_second_post(crew: Crew, unchanged: Unchanged) -> None:
    swap = asked(crew)
    taken = crew.shift(crew.wang, 14, 8, 24)
    crew.head.absences.stand_in(
        taken.id,
        account_of(crew.zhang),
        Period(swap.taken.period.begins, swap.taken.period.begins + timedelta(hours=1)),
    )
    with unchanged(), pytest.raises(MoveRefused) as refused:
        crew.li.swaps.answer(swap.id, agrees=True)
    assert [one.guard for one in refused.value.refusals] == ["no_overlap"]
