"""The roster says who owes a duty: those on shift, and the deputy of one who is away."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import ModuleType
from uuid import UUID

import pytest
from sqlalchemy import event

from gongdan.domain.duties import Rung
from gongdan.domain.rosters import Period
from gongdan.domain.rulebook import Rulebook
from gongdan.domain.timers import TimerState
from gongdan.services.absences import NewAbsence
from gongdan.services.desk import CompanyDesk
from gongdan.services.duty_rows import DutyView
from gongdan.services.rosters import NewShift
from gongdan.testing import sample
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import PASSWORD, Factory
from gongdan.testing.fakes import make_plugin
from tests.core.services.crew import Crew, account_of, at
from tests.core.services.planned import Wait
from tests.core.services.test_handovers import ready

#: Owed by whoever answers the phone, who are told once more when it is missed.
SORT = replace(
    sample.DISPATCH,
    name="sample.sort",
    label="分拣",
    owed_by=("agent",),
    ladder=(Rung(label="再次提醒", receivers=("agent",)),),
)


@pytest.fixture(scope="module")
def plugin_modules() -> Mapping[str, ModuleType]:
    book: Rulebook = sample.with_duties().register_rulebook()

    def rulebook() -> Rulebook:
        return replace(book, duty_rules=(*book.duty_rules, SORT))

    return {sample.NAME: make_plugin(register_rulebook=rulebook)}


def _duty(desk: CompanyDesk, ticket_id: UUID, rule: str) -> DutyView:
    return next(duty for duty in desk.duties.of_ticket(ticket_id) if duty.rule == f"sample.{rule}")


def _why(desk: CompanyDesk, duty: DutyView) -> list[str]:
    return [sentence.text for sentence in desk.explain.duty(duty.id).why]


def _told(desk: CompanyDesk, duty: DutyView) -> list[tuple[str, str]]:
    return [(step.point, step.receiver) for step in desk.duties.file(duty.id).steps]


def _away(crew: Crew, begins: float) -> None:
    """Zhang Min is away until the evening, and Li Jianguo acts for her."""
    crew.head.absences.enter(
        NewAbsence(
            account_id=account_of(crew.zhang), kind="sick", begins=at(5, begins), ends=at(5, 18),
            deputy_id=account_of(crew.li),
        )
    )  # fmt: skip


def test_who_is_on_shift_owes_it_and_is_told(crew: Crew, clock: Clock) -> None:
    crew.shift(crew.zhang, 5, 8, 16)
    crew.shift(crew.li, 5, 16, 24)
    ticket = Factory(crew.wang).ticket(department_id=crew.department_id)
    duty = _duty(crew.head, ticket.id, "sort")
    assert (duty.debtor, duty.why.by) == ("张敏", "on_duty")
    assert _why(crew.head, duty) == ["“{role}”角色当班的人，在工单所属部门"]
    clock.move(timedelta(hours=1))
    crew.head.duties.waive(duty.id, "重复登记")
    # Warned after 24 minutes, missed after 30; the rung names the role, and she alone is on shift.
    assert _told(crew.head, duty) == [("warn:80", "张敏"), ("due", "张敏"), ("rung:0", "张敏")]


def test_the_next_shift_takes_over_what_nobody_has_begun_with(crew: Crew, clock: Clock) -> None:
    crew.shift(crew.zhang, 5, 8, 10.25)
    crew.shift(crew.li, 5, 10.25, 16)
    ticket = Factory(crew.wang).ticket(department_id=crew.department_id)
    clock.move(timedelta(minutes=20))
    crew.wang.tickets.change(ticket.id, 1, {"subject": "水管漏水，已关总阀"})
    duty = _duty(crew.head, ticket.id, "sort")
    assert (duty.debtor, duty.why.by, duty.why.relieved) == ("李建国", "on_duty", "张敏")
    assert _why(crew.head, duty) == ["“{role}”角色当班的人，在工单所属部门", "从 {person} 接手，其已下班或交班"]
    (act,) = [act for act in crew.head.journal.of(duty.id) if act.act == "duty.taken_over"]
    assert (act.before, act.after["relieved"]) == ({"debtor": str(account_of(crew.zhang))}, "张敏")
    assert "duty.taken_over" in {notice.kind for notice in crew.li.notices.mine()}
    # The warning of 10:24 is for him, then.
    clock.move(timedelta(minutes=5))
    crew.head.duties.waive(duty.id, "重复登记")
    assert _told(crew.head, duty) == [("warn:80", "李建国")]


def test_a_look_that_comes_late_tells_whoever_was_on_shift_then(crew: Crew, clock: Clock) -> None:
    crew.shift(crew.zhang, 5, 8, 10.45)
    crew.shift(crew.li, 5, 10.45, 16)
    ticket = Factory(crew.wang).ticket(department_id=crew.department_id)
    clock.move(timedelta(hours=1))
    crew.wang.tickets.change(ticket.id, 1, {"subject": "水管漏水，已关总阀"})
    # Warned at 10:24, before the change at 10:27; missed at 10:30, after it.
    duty = _duty(crew.head, ticket.id, "sort")
    assert _told(crew.head, duty) == [("warn:80", "张敏"), ("due", "李建国"), ("rung:0", "李建国")]


def test_what_somebody_has_taken_note_of_or_nobody_follows_stays_his(crew: Crew, clock: Clock) -> None:
    crew.shift(crew.zhang, 5, 8, 11)
    noted, alone = (Factory(crew.wang).ticket(department_id=crew.department_id) for _ in range(2))
    clock.move(timedelta(minutes=35))
    crew.zhang.duties.acknowledge(_duty(crew.head, noted.id, "sort").id)
    clock.move(timedelta(minutes=30))
    crew.wang.tickets.change(alone.id, 1, {"subject": "没有下一班"})
    crew.shift(crew.li, 5, 11.1, 16)
    clock.move(timedelta(minutes=5))
    crew.wang.tickets.change(noted.id, 1, {"subject": "已在处理"})
    assert [_duty(crew.head, ticket.id, "sort").debtor for ticket in (noted, alone)] == ["张敏", "张敏"]


def test_who_signs_for_the_post_takes_over_although_the_shift_has_not_ended(crew: Crew) -> None:
    crew.shift(crew.zhang, 5, 8, 16)
    ticket = Factory(crew.wang).ticket(department_id=crew.department_id)
    handover = ready(crew)
    for who in (crew.zhang, crew.li):
        who.handovers.sign(handover.id, PASSWORD)
    crew.wang.tickets.change(ticket.id, 1, {"subject": "水管漏水，已关总阀"})
    duty = _duty(crew.head, ticket.id, "sort")
    assert (duty.debtor, duty.why.by, duty.why.relieved) == ("李建国", "handover", "张敏")
    assert _why(crew.head, duty)[0] == "接下“{role}”角色岗位的人，已在交接班上签字"


def test_everybody_with_the_role_owes_it_while_nobody_is_on_shift(crew: Crew) -> None:
    crew.shift(crew.li, 5, 16, 24)
    ticket = Factory(crew.wang).ticket(department_id=crew.department_id)
    duty = _duty(crew.head, ticket.id, "sort")
    assert (duty.debtor_id, duty.why.by, duty.why.role) == (None, "role", "agent")


def test_several_on_shift_owe_it_together(crew: Crew) -> None:
    crew.shift(crew.zhang, 5, 8, 16)
    crew.shift(crew.li, 5, 8, 16)
    ticket = Factory(crew.wang).ticket(department_id=crew.department_id)
    duty = _duty(crew.head, ticket.id, "sort")
    assert (duty.debtor_id, duty.why.by) == (None, "on_duty")
    assert duty.id in {mine.id for mine in crew.zhang.duties.mine()}


def test_the_deputy_owes_what_one_who_is_away_would_owe(crew: Crew) -> None:
    _away(crew, 9)
    duty = _duty(crew.head, Factory(crew.zhang).ticket().id, "dispatch")
    assert (duty.debtor, duty.why.by, duty.why.deputy_for) == ("李建国", "owner", "张敏")
    assert _why(crew.head, duty) == ["工单的首接人", "代理 {person}，其当时请假"]


def test_the_deputy_is_told_of_what_was_owed_before_the_absence(crew: Crew, clock: Clock) -> None:
    _away(crew, 10.2)
    duty = _duty(crew.head, Factory(crew.zhang).ticket().id, "dispatch")
    assert duty.debtor == "张敏"
    clock.move(timedelta(minutes=25))
    crew.head.duties.waive(duty.id, "重复登记")
    assert _told(crew.head, duty) == [("warn:80", "李建国")]


def test_the_deputy_of_a_head_who_is_away_is_told_and_the_explanation_says_for_whom(
    crew: Crew, company_desk: CompanyDesk, clock: Clock
) -> None:
    company_desk.members.save(account_of(crew.head), ["supervisor"], department_id=crew.department_id)
    duty = _duty(crew.head, Factory(crew.zhang).ticket(department_id=crew.department_id).id, "dispatch")
    crew.head.absences.enter(
        NewAbsence(
            account_id=account_of(crew.head),
            kind="sick",
            begins=at(5, 9),
            ends=at(5, 18),
            deputy_id=account_of(crew.li),
        )
    )
    clock.move(timedelta(minutes=31))
    crew.head.duties.waive(duty.id, "重复登记")
    assert ("rung:0", "李建国") in _told(crew.head, duty)
    words = crew.head.explain.duty(duty.id).sentences
    (told,) = [each.params for each in words if each.text == "{at} 告知 {receiver}（{label}），代理请假的 {person}"]
    assert (told["receiver"], told["label"]) == ("李建国", "告知部门负责人")


def test_a_company_without_a_roster_is_asked_once_a_transaction(crew: Crew) -> None:
    seen: list[str] = []
    engine = crew.head.installation.database.engine
    listen = lambda *given: seen.append(given[2])  # noqa: E731  # a listener of the library's signature
    event.listen(engine, "before_cursor_execute", listen)
    try:
        Factory(crew.zhang).ticket(department_id=crew.department_id)
    finally:
        event.remove(engine, "before_cursor_execute", listen)
    assert len([statement for statement in seen if "absence" in statement or "shift" in statement]) == 1


def test_the_end_of_a_shift_hands_over_although_nobody_acts(crew: Crew, wait: Wait) -> None:
    crew.shift(crew.zhang, 5, 8, 10.25)
    crew.shift(crew.li, 5, 10.25, 16)
    duty = _duty(crew.head, Factory(crew.wang).ticket(department_id=crew.department_id).id, "sort")
    wait(at(5, 10.25) - timedelta(seconds=1))
    assert crew.head.duties.find(duty.id).debtor == "张敏"
    wait(at(5, 10.25))
    assert crew.head.duties.find(duty.id).debtor == "李建国"
    (act,) = [act for act in crew.head.journal.of(duty.id) if act.act == "duty.taken_over"]
    assert (act.at, act.after["relieved"]) == (at(5, 10.25), "张敏")


def test_what_nobody_follows_goes_to_the_next_shift_when_it_begins(crew: Crew, wait: Wait) -> None:
    crew.shift(crew.zhang, 5, 8, 11)
    crew.shift(crew.li, 5, 14, 16)
    ticket = Factory(crew.wang).ticket(department_id=crew.department_id)
    wait(at(5, 13))
    assert _duty(crew.head, ticket.id, "sort").debtor == "张敏"
    wait(at(5, 14))
    assert _duty(crew.head, ticket.id, "sort").debtor == "李建国"


def test_it_passes_on_from_shift_to_shift_and_is_left_alone_once_it_is_noted(crew: Crew, wait: Wait) -> None:
    crew.shift(crew.zhang, 5, 8, 10.1)
    crew.shift(crew.li, 5, 10.1, 10.2)
    crew.shift(crew.wang, 5, 10.2, 11)
    crew.shift(crew.zhang, 5, 11, 14)
    duty = _duty(crew.head, Factory(crew.head).ticket(department_id=crew.department_id).id, "sort")
    wait(at(5, 10.6))
    assert crew.head.duties.find(duty.id).debtor == "王芳"
    crew.wang.duties.acknowledge(duty.id)
    wait(at(5, 15))
    assert crew.head.duties.find(duty.id).debtor == "王芳"


@pytest.mark.parametrize("change", ["shorter", "another", "absence", "stand-in"])
def test_a_changed_roster_counts_for_what_is_owed_already(crew: Crew, wait: Wait, change: str) -> None:
    shift = crew.shift(crew.zhang, 5, 8, 14)
    crew.shift(crew.wang, 5, 14, 24)
    ticket = Factory(crew.head).ticket(department_id=crew.department_id)
    wait(at(5, 10.1))
    own = NewShift(account_id=account_of(crew.zhang), department_id=crew.department_id, role="agent",
                   begins=at(5, 8), ends=at(5, 14))  # fmt: skip
    if change == "shorter":
        crew.head.rosters.change(shift.id, replace(own, ends=at(5, 11)))
        crew.shift(crew.li, 5, 11, 14)
    elif change == "another":
        crew.head.rosters.change(shift.id, replace(own, account_id=account_of(crew.li)))
    elif change == "absence":
        _away(crew, 11)
    else:
        crew.head.absences.stand_in(shift.id, account_of(crew.li), Period(at(5, 11), at(5, 13)))
    wait(at(5, 10.2))
    assert _duty(crew.head, ticket.id, "sort").debtor == ("李建国" if change == "another" else "张敏")
    wait(at(5, 11))
    assert _duty(crew.head, ticket.id, "sort").debtor == "李建国"


def test_a_shift_that_is_planned_afterwards_takes_over_as_well(crew: Crew, wait: Wait) -> None:
    crew.shift(crew.zhang, 5, 8, 11)
    ticket = Factory(crew.wang).ticket(department_id=crew.department_id)
    wait(at(5, 12))
    crew.shift(crew.li, 5, 13, 16)
    wait(at(5, 13))
    assert _duty(crew.head, ticket.id, "sort").debtor == "李建国"


def test_a_duty_has_one_timer_of_the_roster_and_none_when_it_has_ended(
    crew: Crew, company_desk: CompanyDesk, wait: Wait
) -> None:
    crew.shift(crew.zhang, 5, 8, 11)
    crew.shift(crew.li, 5, 11, 16)
    duty = _duty(crew.head, Factory(crew.wang).ticket(department_id=crew.department_id).id, "sort")
    assert _reliefs(company_desk) == [(duty.id, at(5, 11))]
    crew.shift(crew.wang, 5, 16, 20)
    wait(at(5, 11))
    assert _reliefs(company_desk) == [(duty.id, at(5, 16))]
    crew.head.duties.waive(duty.id, "重复登记")
    assert _reliefs(company_desk) == []


def _reliefs(desk: CompanyDesk) -> list[tuple[UUID, datetime]]:
    waiting = desk.timer_lists.list(TimerState.WAITING)
    return [(UUID(str(timer.payload["duty"])), timer.due_at) for timer in waiting if timer.kind == "duty.relief"]
