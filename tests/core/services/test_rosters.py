"""Shifts, absences, stand-ins, and who is on duty."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import date, timedelta
from uuid import uuid4

import pytest

from gongdan.domain.rosters import Through
from gongdan.errors import InvalidInput, MoveRefused, NotAllowed, NotFound
from gongdan.services.absences import NewAbsence
from gongdan.services.desk import CompanyDesk
from gongdan.services.rosters import NewShift
from gongdan.testing.factories import People
from tests.core.services.crew import Crew, account_of, at, period

Unchanged = Callable[[], AbstractContextManager[None]]


def new_shift(crew: Crew, who: CompanyDesk, day: int, begins: float, ends: float) -> NewShift:
    return NewShift(account_id=account_of(who), department_id=crew.department_id, role="agent",
                    begins=at(day, begins), ends=at(day, ends))  # fmt: skip


def absence(who: CompanyDesk, day: int, begins: float, ends: float, deputy: CompanyDesk | None = None) -> NewAbsence:
    return NewAbsence(account_id=account_of(who), kind="personal", begins=at(day, begins), ends=at(day, ends),
                      deputy_id=account_of(deputy) if deputy else None)  # fmt: skip


def on_duty(desk: CompanyDesk, day: int, hour: float, crew: Crew, role: str = "") -> list[tuple[str, Through]]:
    return [(one.name, one.through) for one in desk.rosters.on_duty(at(day, hour), crew.department_id, role)]


def clauses(refusal: MoveRefused) -> list[tuple[str, ...]]:
    return [one.clauses for one in refusal.refusals]


# --- Shifts ----------------------------------------------------------------------------------


@pytest.mark.clause("001-01-15")
def test_three_shifts_man_the_desk_around_the_clock(crew: Crew) -> None:
    for who, begins in ((crew.zhang, 8), (crew.li, 16), (crew.wang, 24)):
        crew.shift(who, 9, begins, begins + 8)
    found = [on_duty(crew.head, 9, hour, crew) for hour in (7.99, 8, 15.99, 16, 23.99, 24, 31.99, 32)]
    people = [[name for name, _ in one] for one in found]
    assert people == [[], ["张敏"], ["张敏"], ["李建国"], ["李建国"], ["王芳"], ["王芳"], []]


def test_a_week_shows_the_shifts_that_touch_it(crew: Crew) -> None:
    for day in (1, 2, 8, 9):
        crew.shift(crew.zhang, day, 20, 32)
    roster = crew.zhang.rosters.week(date(2026, 3, 5))
    assert [view.period.begins for view in roster.shifts] == [at(1, 20), at(2, 20), at(8, 20)]
    assert (roster.days[0], roster.days[-1]) == (date(2026, 3, 2), date(2026, 3, 8))


def test_a_week_of_a_department_holds_the_teams_below_it(crew: Crew, company_desk: CompanyDesk) -> None:
    team = company_desk.departments.create("qt", "前台组", crew.department_id)
    other = company_desk.departments.create("gc", "工程部")
    for place in (team.id, other.id):
        crew.head.rosters.plan(replace(new_shift(crew, crew.zhang, 9, 8, 16), department_id=place))
        crew = replace(crew, zhang=crew.li)
    roster = crew.head.rosters.week(date(2026, 3, 9), crew.department_id)
    assert [view.shift.department_id for view in roster.shifts] == [team.id]


def test_overlapping_shifts_of_a_person_are_refused(crew: Crew, unchanged: Unchanged) -> None:
    crew.shift(crew.zhang, 9, 8, 16)
    with unchanged(), pytest.raises(MoveRefused) as refused:
        crew.shift(crew.zhang, 9, 15, 23)
    (refusal,) = refused.value.refusals
    assert (refusal.guard, refusal.params) == ("no_overlap", {"when": "03-09 08:00–16:00"})


def test_several_shifts_are_planned_together_or_not_at_all(crew: Crew, unchanged: Unchanged) -> None:
    pair = new_shift(crew, crew.zhang, 9, 8, 16), new_shift(crew, crew.zhang, 9, 12, 20)
    with unchanged(), pytest.raises(MoveRefused):
        crew.head.rosters.plan_all(pair)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda new: replace(new, ends=new.begins), "ends"),
        (lambda new: replace(new, ends=new.begins + timedelta(hours=25)), "ends"),
        (lambda new: replace(new, role="no_such_role"), "role"),
        (lambda new: replace(new, role="administrator"), "role"),
        (lambda new: replace(new, note="长" * 201), "note"),
        (lambda new: replace(new, account_id=uuid4()), "account"),
    ],
    ids=["no time", "longer than a day", "unknown role", "not his role", "long note", "nobody"],
)
def test_a_shift_that_cannot_be_is_refused(
    crew: Crew, unchanged: Unchanged, change: Callable[[NewShift], NewShift], field: str
) -> None:
    new = change(new_shift(crew, crew.zhang, 9, 8, 16))
    with unchanged(), pytest.raises(InvalidInput) as refused:
        crew.head.rosters.plan(new)
    assert [problem.field for problem in refused.value.problems] == [field]


def test_who_has_left_gets_no_shift_and_holds_none(crew: Crew, company_desk: CompanyDesk, unchanged: Unchanged) -> None:
    crew.shift(crew.zhang, 9, 8, 16)
    company_desk.members.remove(account_of(crew.zhang))
    assert on_duty(crew.head, 9, 9, crew) == []
    assert [view.name for view in crew.head.rosters.empty_posts(at(9, 9))] == ["张敏"]
    with unchanged(), pytest.raises(InvalidInput) as refused:
        crew.shift(crew.zhang, 10, 8, 16)
    (problem,) = refused.value.problems
    assert (problem.field, problem.value) == ("account", "张敏")


def test_a_shift_is_given_to_somebody_else_and_taken_off(crew: Crew) -> None:
    planned = crew.shift(crew.zhang, 9, 8, 16)
    crew.head.rosters.change(planned.id, new_shift(crew, crew.li, 9, 9, 17))
    assert [on_duty(crew.head, 9, hour, crew) for hour in (8.5, 16.5)] == [[], [("李建国", Through.SHIFT)]]
    crew.head.rosters.cancel(planned.id)
    assert on_duty(crew.head, 9, 10, crew) == []
    with pytest.raises(NotFound):
        crew.head.rosters.cancel(planned.id)


def test_only_who_may_plans(crew: Crew, unchanged: Unchanged) -> None:
    planned = crew.shift(crew.zhang, 9, 8, 16)
    new = new_shift(crew, crew.li, 9, 8, 16)
    rosters, absences = crew.zhang.rosters, crew.zhang.absences
    for act in (
        lambda: rosters.plan(new),
        lambda: rosters.change(planned.id, new),
        lambda: rosters.cancel(planned.id),
        lambda: absences.enter(absence(crew.li, 9, 0, 24)),
        lambda: absences.stand_in(planned.id, account_of(crew.li), period(9, 8, 9)),
    ):
        with unchanged(), pytest.raises(NotAllowed):
            act()


def test_another_companys_shift_cannot_be_seen_or_changed(
    crew: Crew, other_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    planned = crew.shift(crew.zhang, 9, 8, 16)
    with unchanged(), pytest.raises(NotFound):
        other_desk.rosters.cancel(planned.id)
    with pytest.raises(NotFound):
        other_desk.rosters.shift(planned.id)
    assert other_desk.rosters.on_duty(at(9, 9)) == ()


# --- Who is on duty --------------------------------------------------------------------------


def test_the_nearest_department_above_answers_for_one_without_a_roster(crew: Crew, company_desk: CompanyDesk) -> None:
    team = company_desk.departments.create("qt", "前台组", crew.department_id)
    crew.shift(crew.zhang, 9, 8, 16)
    rosters = crew.head.rosters
    assert [one.name for one in rosters.on_duty(at(9, 9), team.id)] == ["张敏"]
    rosters.plan(replace(new_shift(crew, crew.li, 9, 8, 16), department_id=team.id))
    assert [one.name for one in rosters.on_duty(at(9, 9), team.id)] == ["李建国"]
    assert [one.name for one in rosters.on_duty(at(9, 9))] == ["张敏", "李建国"]
    assert rosters.on_duty(at(9, 9), company_desk.departments.create("gc", "工程部").id) == ()


def test_a_role_is_asked_for_by_its_name(crew: Crew, person: People) -> None:
    worker = person("worker", name="胡军明", login="hujunming")
    crew.shift(crew.zhang, 9, 8, 16)
    crew.shift(worker, 9, 8, 16, "worker")
    assert on_duty(crew.head, 9, 9, crew, "worker") == [("胡军明", Through.SHIFT)]
    assert on_duty(crew.head, 9, 9, crew, "supervisor") == []


def test_an_engine_without_any_right_may_ask_who_is_on_duty(crew: Crew, person: People) -> None:
    crew.shift(crew.zhang, 9, 8, 16)
    (found,) = person("sample_engineer", login="engineer").rosters.on_duty(at(9, 9), crew.department_id, "agent")
    assert (found.account_id, found.until, found.for_account_id) == (
        account_of(crew.zhang), at(9, 16), account_of(crew.zhang),
    )  # fmt: skip


# --- Absences --------------------------------------------------------------------------------


def test_a_deputy_is_on_duty_for_who_is_away(crew: Crew) -> None:
    crew.shift(crew.zhang, 9, 8, 16)
    crew.head.absences.enter(absence(crew.zhang, 9, 13, 18, crew.li))
    (found,) = crew.head.rosters.on_duty(at(9, 14), crew.department_id, "agent")
    assert (found.name, found.through, found.for_account_id) == ("李建国", Through.DEPUTY, account_of(crew.zhang))
    assert crew.head.rosters.deputy_of(account_of(crew.zhang), at(9, 14)) == account_of(crew.li)
    assert crew.head.rosters.deputy_of(account_of(crew.zhang), at(9, 18)) == account_of(crew.zhang)


def test_an_absence_without_a_deputy_leaves_the_post_empty_until_it_is_taken_back(crew: Crew) -> None:
    crew.shift(crew.zhang, 9, 8, 16)
    entered = crew.head.absences.enter(absence(crew.zhang, 9, 0, 24))
    assert on_duty(crew.head, 9, 9, crew) == []
    assert [view.name for view in crew.head.rosters.empty_posts(at(9, 9))] == ["张敏"]
    crew.head.absences.cancel(entered.id)
    assert on_duty(crew.head, 9, 9, crew) == [("张敏", Through.SHIFT)]
    with pytest.raises(NotFound):
        crew.head.absences.cancel(entered.id)


def test_absences_that_cannot_be_are_refused(crew: Crew, unchanged: Unchanged) -> None:
    crew.shift(crew.zhang, 9, 8, 16)
    absences = crew.head.absences
    absences.enter(absence(crew.wang, 9, 0, 24))
    for wrong, expected in (
        (absence(crew.zhang, 9, 0, 24, crew.zhang), InvalidInput),
        (replace(absence(crew.zhang, 9, 0, 24), kind="holiday"), InvalidInput),
        (absence(crew.zhang, 9, 24, 0), InvalidInput),
        (absence(crew.wang, 9, 12, 36), MoveRefused),
        (absence(crew.zhang, 9, 13, 18, crew.wang), MoveRefused),
    ):
        with unchanged(), pytest.raises(expected):
            absences.enter(wrong)


@pytest.mark.clause("001-01-31")
def test_a_deputy_for_a_whole_shift_is_refused_with_the_clause(crew: Crew, unchanged: Unchanged) -> None:
    crew.shift(crew.zhang, 9, 8, 16)
    with unchanged(), pytest.raises(MoveRefused) as refused:
        crew.head.absences.enter(absence(crew.zhang, 9, 0, 24, crew.li))
    assert clauses(refused.value) == [("001-01-31",)]


@pytest.mark.clause("001-01-31")
def test_the_company_decides_how_long_a_stand_in_may_last(crew: Crew, company_desk: CompanyDesk) -> None:
    planned = crew.shift(crew.zhang, 9, 8, 20)
    company_desk.policies.set("core.stand_in_hours", "6")
    crew.head.absences.stand_in(planned.id, account_of(crew.li), period(9, 8, 14))
    assert on_duty(crew.head, 9, 13, crew) == [("李建国", Through.STAND_IN)]


# --- Stand-ins -------------------------------------------------------------------------------


@pytest.mark.clause("001-01-31")
def test_a_stand_in_beyond_four_hours_is_refused_with_the_clause(crew: Crew, unchanged: Unchanged) -> None:
    planned = crew.shift(crew.zhang, 9, 8, 20)
    with unchanged(), pytest.raises(MoveRefused) as refused:
        crew.head.absences.stand_in(planned.id, account_of(crew.li), period(9, 8, 13))
    assert clauses(refused.value) == [("001-01-31",)]


def test_a_stand_in_holds_the_post_until_he_is_taken_back(crew: Crew) -> None:
    planned = crew.shift(crew.zhang, 9, 8, 16)
    entered = crew.head.absences.stand_in(planned.id, account_of(crew.li), period(9, 12, 13), "午饭")
    assert on_duty(crew.head, 9, 12, crew) == [("李建国", Through.STAND_IN)]
    assert [(one.name, one.reason) for one in crew.zhang.rosters.week(date(2026, 3, 9)).stand_ins] == [
        ("李建国", "午饭")
    ]
    crew.head.absences.cancel_stand_in(entered.id)
    assert on_duty(crew.head, 9, 12, crew) == [("张敏", Through.SHIFT)]
    with pytest.raises(NotFound):
        crew.head.absences.cancel_stand_in(entered.id)


def test_nobody_stands_in_while_he_is_at_a_post_of_his_own_or_away(crew: Crew, unchanged: Unchanged) -> None:
    planned = crew.shift(crew.zhang, 9, 8, 16)
    crew.shift(crew.li, 9, 12, 20)
    crew.head.absences.enter(absence(crew.wang, 9, 0, 24))
    for who, guard in ((crew.li, "no_overlap"), (crew.wang, "present")):
        with unchanged(), pytest.raises(MoveRefused) as refused:
            crew.head.absences.stand_in(planned.id, account_of(who), period(9, 12, 13))
        assert [refusal.guard for refusal in refused.value.refusals] == [guard]


def test_nobody_holds_two_posts_at_once_by_standing_in(crew: Crew, unchanged: Unchanged) -> None:
    first, second = crew.shift(crew.zhang, 9, 8, 16), crew.shift(crew.wang, 9, 8, 16)
    crew.head.absences.stand_in(first.id, account_of(crew.li), period(9, 12, 14))
    acts: tuple[Callable[[], object], ...] = (
        lambda: crew.shift(crew.li, 9, 13, 20),
        lambda: crew.head.absences.stand_in(second.id, account_of(crew.li), period(9, 13, 15)),
        lambda: crew.head.rosters.change(second.id, new_shift(crew, crew.li, 9, 13, 15)),
    )
    for act in acts:
        with unchanged(), pytest.raises(MoveRefused) as refused:
            act()
        (refusal,) = refused.value.refusals
        assert (refusal.guard, refusal.params) == ("no_overlap", {"when": "03-09 12:00–14:00"})
    crew.shift(crew.li, 9, 14, 20)


def test_a_shift_is_not_moved_away_from_under_a_stand_in(crew: Crew, unchanged: Unchanged) -> None:
    planned = crew.shift(crew.zhang, 9, 8, 16)
    entered = crew.head.absences.stand_in(planned.id, account_of(crew.li), period(9, 12, 14))
    later = new_shift(crew, crew.zhang, 9, 13, 20)
    with unchanged(), pytest.raises(MoveRefused) as refused:
        crew.head.rosters.change(planned.id, later)
    (refusal,) = refused.value.refusals
    assert (refusal.guard, refusal.params) == ("within_shift", {"when": "03-09 12:00–14:00"})
    crew.head.rosters.change(planned.id, new_shift(crew, crew.zhang, 9, 12, 20))
    crew.head.absences.cancel_stand_in(entered.id)
    assert crew.head.rosters.change(planned.id, later).period == period(9, 13, 20)


def test_a_shift_is_not_moved_to_a_closed_department(
    crew: Crew, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    planned = crew.shift(crew.zhang, 9, 8, 16)
    closed = company_desk.departments.create("gc", "工程部")
    company_desk.departments.close(closed.id)
    with unchanged(), pytest.raises(InvalidInput) as refused:
        crew.head.rosters.change(planned.id, replace(new_shift(crew, crew.zhang, 9, 8, 16), department_id=closed.id))
    assert [problem.field for problem in refused.value.problems] == ["department"]
