"""Duties of tickets: begun, warned of, missed, met, paused, escalated, waived."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from types import ModuleType
from uuid import UUID

import pytest

from gongdan.domain.duties import DutyState
from gongdan.domain.ticket_links import LinkKind
from gongdan.errors import InvalidInput, NotAllowed, NotFound
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.duty_rows import DutyView
from gongdan.services.tickets import TicketFilter
from gongdan.testing import sample
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import Factory, People

Unchanged = Callable[[], AbstractContextManager[None]]

#: Days of March 2026; the 5th is a Thursday. The desk is open from 9 to 18 on weekdays, in Shanghai.


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of March 2026 in Shanghai."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {sample.NAME: sample.with_duties()}


@pytest.fixture
def agent(person: People) -> CompanyDesk:
    return person("agent", name="张敏")


@pytest.fixture
def supervisor(person: People) -> CompanyDesk:
    return person("supervisor", name="李建国")


@pytest.fixture
def wait(desk: Desk, clock: Clock) -> Callable[[datetime], None]:
    """Let time pass until a moment: everything that is due by then happens at its time."""

    def until(moment: datetime) -> None:
        desk.timers.run_due(moment)
        clock.set(moment)

    return until


def _duty(desk: CompanyDesk, ticket_id: UUID, rule: str) -> DutyView:
    return next(duty for duty in desk.duties.of_ticket(ticket_id) if duty.rule == f"sample.{rule}")


def _dispatch(desk: CompanyDesk, ticket_id: UUID, **given: str) -> None:
    version = desk.tickets.find(ticket_id).version
    desk.moves.make(ticket_id, "dispatch", version, {"assignee": str(desk.actor.account_id), **given})


def _move(desk: CompanyDesk, ticket_id: UUID, move: str, **given: str) -> None:
    desk.moves.make(ticket_id, move, desk.tickets.find(ticket_id).version, given)


def _finish(desk: CompanyDesk, ticket_id: UUID) -> None:
    _move(desk, ticket_id, "finish", result="已更换软管", cause="wear")


# --- In time and late ----------------------------------------------------------------------------


@pytest.mark.clause("SAMPLE-03")
def test_a_ticket_is_to_be_dispatched_in_half_an_hour_by_whoever_took_it(agent: CompanyDesk) -> None:
    ticket = Factory(agent).ticket()
    duty = _duty(agent, ticket.id, "dispatch")
    assert (duty.state, duty.due_at, duty.limit) == (DutyState.OPEN, at(5, 10, 30), "30 min")
    assert (duty.debtor_id, duty.debtor, duty.why.by) == (agent.actor.account_id, "张敏", "owner")
    assert [mine.id for mine in agent.duties.mine()] == [duty.id]


def test_what_is_done_in_time_is_done_and_nobody_hears_of_it(
    agent: CompanyDesk, clock: Clock, wait: Callable[[datetime], None]
) -> None:
    ticket = Factory(agent).ticket()
    clock.set(at(5, 10, 20))
    _dispatch(agent, ticket.id)
    duty = _duty(agent, ticket.id, "dispatch")
    assert (duty.state, duty.met_at, duty.end_event) == (DutyState.DONE, at(5, 10, 20), "move:dispatch")
    wait(at(5, 12))
    assert _duty(agent, ticket.id, "dispatch") == duty
    assert agent.notices.unread() == 0


def test_the_due_time_itself_is_in_time(agent: CompanyDesk, wait: Callable[[datetime], None]) -> None:
    ticket = Factory(agent).ticket()
    wait(at(5, 10, 30))
    _dispatch(agent, ticket.id)
    assert _duty(agent, ticket.id, "dispatch").state is DutyState.DONE


def test_the_debtor_is_warned_then_told_of_the_miss_and_it_stays_late(
    agent: CompanyDesk, wait: Callable[[datetime], None]
) -> None:
    ticket = Factory(agent).ticket()
    wait(at(5, 10, 25))
    # 80 % of 30 minutes.
    assert [(notice.kind, notice.at) for notice in agent.notices.mine()] == [("duty.warned", at(5, 10, 24))]
    wait(at(5, 10, 40))
    duty = _duty(agent, ticket.id, "dispatch")
    assert (duty.state, duty.missed_at, duty.is_live) == (DutyState.MISSED, at(5, 10, 30), True)
    assert {notice.kind for notice in agent.notices.mine()} == {"duty.warned", "duty.missed"}
    _dispatch(agent, ticket.id)
    duty = _duty(agent, ticket.id, "dispatch")
    assert (duty.state, duty.missed_at, duty.met_at) == (DutyState.LATE, at(5, 10, 30), at(5, 10, 40))
    acts = [act.act for act in agent.journal.of(duty.id)]
    assert acts == ["duty.started", "duty.warned", "duty.missed", "duty.escalated", "duty.met"]


def test_an_act_that_comes_before_the_timer_finds_the_miss_as_well(agent: CompanyDesk, clock: Clock) -> None:
    ticket = Factory(agent).ticket()
    clock.set(at(5, 10, 40))
    _dispatch(agent, ticket.id)
    duty = _duty(agent, ticket.id, "dispatch")
    assert (duty.state, duty.missed_at, duty.met_at) == (DutyState.LATE, at(5, 10, 30), at(5, 10, 40))
    assert {notice.at for notice in agent.notices.mine()} == {at(5, 10, 24), at(5, 10, 30)}


def test_a_void_ticket_owes_nothing_but_its_miss_stays(agent: CompanyDesk, wait: Callable[[datetime], None]) -> None:
    early, late = Factory(agent).ticket(severity="major"), Factory(agent).ticket()
    wait(at(5, 10, 20))
    for ticket in (early, late):
        _move(agent, ticket.id, "void", remark="重复登记")
    missed, cancelled = _duty(agent, early.id, "dispatch"), _duty(agent, late.id, "dispatch")
    assert (missed.state, missed.is_live) == (DutyState.MISSED, False)
    assert (cancelled.state, cancelled.is_live) == (DutyState.CANCELLED, False)
    wait(at(6, 10))
    assert _duty(agent, late.id, "dispatch") == cancelled
    assert agent.duties.mine() == ()


# --- Working hours, pauses -----------------------------------------------------------------------


@pytest.mark.clause("SAMPLE-04")
def test_24_hours_of_the_desk_are_two_days_and_two_thirds(agent: CompanyDesk) -> None:
    ticket = Factory(agent).ticket()
    _dispatch(agent, ticket.id)
    # Thursday 8 h, Friday 9 h, Monday 7 h.
    assert _duty(agent, ticket.id, "resolve").due_at == at(9, 16)


def test_the_clock_stands_still_while_the_customer_is_asked(agent: CompanyDesk, clock: Clock) -> None:
    ticket = Factory(agent).ticket()
    _dispatch(agent, ticket.id)
    clock.set(at(5, 17))
    _move(agent, ticket.id, "ask_customer")
    assert _duty(agent, ticket.id, "resolve").state is DutyState.PAUSED
    clock.set(at(6, 10))
    _move(agent, ticket.id, "resume")
    duty = _duty(agent, ticket.id, "resolve")
    # One hour of Thursday and one of Friday.
    assert (duty.state, duty.due_at) == (DutyState.OPEN, at(9, 18))
    (pause,) = agent.duties.file(duty.id).pauses
    assert (pause.begins_at, pause.ends_at, pause.state) == (at(5, 17), at(6, 10), "waiting")


def test_a_pause_ends_by_itself_at_its_longest_and_another_one_finds_nothing_left(
    agent: CompanyDesk, wait: Callable[[datetime], None]
) -> None:
    ticket = Factory(agent).ticket()
    _dispatch(agent, ticket.id)
    _move(agent, ticket.id, "ask_customer")
    wait(at(9, 9, 30))
    duty = _duty(agent, ticket.id, "resolve")
    # 48 hours from Thursday 10:00 take 8 of Thursday and 9 of Friday: 24 are left on Monday.
    assert (duty.state, duty.due_at) == (DutyState.OPEN, at(11, 15))
    (pause,) = agent.duties.file(duty.id).pauses
    assert (pause.ends_at, pause.is_capped) == (at(7, 10), True)
    _move(agent, ticket.id, "resume")
    _move(agent, ticket.id, "ask_customer")
    assert _duty(agent, ticket.id, "resolve").state is DutyState.OPEN
    assert len(agent.duties.file(duty.id).pauses) == 1


def test_a_promised_time_goes_before_the_limit(agent: CompanyDesk) -> None:
    ticket = Factory(agent).ticket(fields={"appointment": "2026-03-05T15:00"})
    _dispatch(agent, ticket.id)
    duty = _duty(agent, ticket.id, "resolve")
    assert (duty.due_at, duty.is_promised) == (at(5, 15), True)
    agent.tickets.change(ticket.id, agent.tickets.find(ticket.id).version, {"appointment": "2026-03-06T11:00"})
    assert _duty(agent, ticket.id, "resolve").due_at == at(6, 11)
    agent.tickets.change(ticket.id, agent.tickets.find(ticket.id).version, {"appointment": ""})
    duty = _duty(agent, ticket.id, "resolve")
    assert (duty.due_at, duty.is_promised) == (at(9, 16), False)


def test_a_limit_that_nobody_has_decided_gives_a_duty_without_a_due_time(agent: CompanyDesk) -> None:
    ticket = Factory(agent).ticket()
    _dispatch(agent, ticket.id)
    _move(agent, ticket.id, "finish", result="已更换软管", cause="misuse")
    duty = _duty(agent, ticket.id, "explain")
    assert (duty.due_at, duty.limit, duty.is_undecided, duty.is_live) == (None, "", True, True)


# --- Night ---------------------------------------------------------------------------------------


def test_what_comes_in_at_night_is_handed_over_when_the_desk_opens(agent: CompanyDesk, clock: Clock) -> None:
    by_day = Factory(agent).ticket()
    clock.set(at(6, 22))
    by_night = Factory(agent).ticket()
    assert "sample.hand_over" not in {duty.rule for duty in agent.duties.of_ticket(by_day.id)}
    # Friday night; the desk opens on Monday.
    assert _duty(agent, by_night.id, "hand_over").due_at == at(9, 9)


# --- Severity ------------------------------------------------------------------------------------


def test_a_raised_severity_begins_a_new_clock_and_leaves_the_old_duty_to_be_seen(
    agent: CompanyDesk, clock: Clock
) -> None:
    ticket = Factory(agent).ticket(severity="minor")
    clock.set(at(5, 10, 25))
    agent.tickets.change(ticket.id, 1, {"severity": "major"})
    new, old = agent.duties.of_ticket(ticket.id)
    assert (old.state, old.is_live) == (DutyState.SUPERSEDED, False)
    assert (new.state, new.due_at, new.follows_id) == (DutyState.OPEN, at(5, 10, 35), old.id)


def test_a_raised_severity_does_not_hide_a_miss(agent: CompanyDesk, clock: Clock) -> None:
    ticket = Factory(agent).ticket(severity="minor")
    clock.set(at(5, 10, 45))
    agent.tickets.change(ticket.id, 1, {"severity": "major"})
    new, old = agent.duties.of_ticket(ticket.id)
    assert (old.state, old.missed_at, old.is_live) == (DutyState.MISSED, at(5, 10, 30), False)
    assert (new.state, new.due_at) == (DutyState.OPEN, at(5, 10, 55))


def test_an_undecided_limit_of_a_graver_case_takes_no_due_time_away(
    agent: CompanyDesk, company_desk: CompanyDesk, clock: Clock
) -> None:
    company_desk.policies.set("sample.dispatch_major", None)
    ticket = Factory(agent).ticket(severity="minor")
    clock.set(at(5, 10, 5))
    agent.tickets.change(ticket.id, 1, {"severity": "major"})
    (duty,) = agent.duties.of_ticket(ticket.id)
    assert (duty.state, duty.due_at, duty.limit) == (DutyState.OPEN, at(5, 10, 30), "30 min")
    # And it is said that the older limit counts meanwhile.
    assert duty.undecided_key == "sample.dispatch_major"
    told = {sentence.text: sentence.params for sentence in agent.explain.duty(duty.id).sentences}
    assert told["工单的级别已变，公司尚未决定新级别的时限“{key}”，仍按原来的时限"] == {"key": "严重报修派单时限"}
    agent.tickets.change(ticket.id, 2, {"severity": "minor"})
    assert _duty(agent, ticket.id, "dispatch").undecided_key == ""


def test_a_lowered_severity_counts_the_longer_limit_from_the_old_start(agent: CompanyDesk, clock: Clock) -> None:
    ticket = Factory(agent).ticket(severity="major")
    clock.set(at(5, 10, 5))
    agent.tickets.change(ticket.id, 1, {"severity": "minor"})
    (duty,) = agent.duties.of_ticket(ticket.id)
    assert (duty.state, duty.due_at, duty.limit) == (DutyState.OPEN, at(5, 10, 30), "30 min")


# --- Rounds --------------------------------------------------------------------------------------


def test_reopening_goes_on_with_what_was_left(agent: CompanyDesk, clock: Clock) -> None:
    ticket = Factory(agent).ticket()
    _dispatch(agent, ticket.id)
    clock.set(at(5, 12))
    _finish(agent, ticket.id)
    clock.set(at(6, 9))
    _move(agent, ticket.id, "reopen", remark="仍在漏水")
    new, old = [duty for duty in agent.duties.of_ticket(ticket.id) if duty.rule == "sample.resolve"]
    assert (old.state, old.round, new.round, new.follows_id) == (DutyState.DONE, 1, 2, old.id)
    # Two of 24 hours were used: 9 on Friday, 9 on Monday, 4 on Tuesday.
    assert (new.state, new.due_at) == (DutyState.OPEN, at(10, 13))


@pytest.mark.clause("SAMPLE-05")
def test_a_callback_is_owed_although_the_ticket_is_closed_and_falls_away_with_reopening(
    agent: CompanyDesk, supervisor: CompanyDesk
) -> None:
    closed, reopened = Factory(agent).ticket(), Factory(agent).ticket()
    for ticket in (closed, reopened):
        _dispatch(agent, ticket.id)
        _finish(agent, ticket.id)
    _move(supervisor, closed.id, "close")
    _move(agent, reopened.id, "reopen", remark="仍在漏水")
    # Two working days after Thursday, at the close.
    assert (_duty(agent, closed.id, "callback").is_live, _duty(agent, closed.id, "callback").due_at) == (
        True,
        at(9, 18),
    )
    assert _duty(agent, reopened.id, "callback").state is DutyState.CANCELLED


def test_merged_tickets_owe_nothing_until_they_come_back(
    agent: CompanyDesk, clock: Clock, wait: Callable[[datetime], None]
) -> None:
    ticket, other = Factory(agent).ticket(), Factory(agent).ticket()
    clock.set(at(5, 10, 10))
    agent.links.make(LinkKind.MERGED, ticket.id, other.id)
    assert _duty(agent, ticket.id, "dispatch").state is DutyState.CANCELLED
    wait(at(5, 10, 20))
    (link,) = agent.links.of_ticket(ticket.id)
    agent.links.remove(link.id)
    duty = _duty(agent, ticket.id, "dispatch")
    assert (duty.state, duty.due_at, duty.is_live) == (DutyState.OPEN, at(5, 10, 30), True)
    wait(at(5, 10, 31))
    assert _duty(agent, ticket.id, "dispatch").state is DutyState.MISSED


# --- In lists ------------------------------------------------------------------------------------


def test_a_list_by_due_time_shows_the_most_urgent_first_and_what_has_no_running_time_last(
    agent: CompanyDesk, clock: Clock
) -> None:
    """Due at 10:30, standing still, due at 10:12, nothing owed."""
    tickets = []
    for subject, severity in (("慢", "minor"), ("停", "minor"), ("急", "major"), ("撤", "minor")):
        tickets.append(Factory(agent).ticket(severity=severity, subject=subject))
        clock.move(timedelta(minutes=1))
    waiting, gone = tickets[1], tickets[3]
    _dispatch(agent, waiting.id)
    _move(agent, waiting.id, "ask_customer")
    _move(agent, gone.id, "void", remark="重复登记")

    def pages(sort: str) -> list[str]:
        seen: list[str] = []
        after = ""
        while True:
            shown = agent.tickets.list(TicketFilter(sort=sort), after=after, limit=1)
            seen += [line.ticket.subject for line in shown.lines]
            after = shown.next_key
            if not after:
                return seen

    for sort, order in (("due", ["急", "慢", "撤", "停"]), ("-due", ["慢", "急", "撤", "停"])):
        whole = [line.ticket.subject for line in agent.tickets.list(TicketFilter(sort=sort)).lines]
        assert (whole, pages(sort)) == (order, order)
        three = agent.tickets.list(TicketFilter(sort=sort), limit=3)
        rest = agent.tickets.list(TicketFilter(sort=sort), after=three.next_key, limit=3)
        assert [line.ticket.subject for line in (*three.lines, *rest.lines)] == order
    with pytest.raises(InvalidInput):
        agent.tickets.list(TicketFilter(sort="due"), after="~x")


# --- People --------------------------------------------------------------------------------------


def test_the_ladder_climbs_until_somebody_takes_note(
    agent: CompanyDesk, supervisor: CompanyDesk, person: People, company_desk: CompanyDesk,
    wait: Callable[[datetime], None],
) -> None:  # fmt: skip
    manager, department = person("administrator", name="王总"), company_desk.departments.create("KF", "客服部")
    for desk, role in ((agent, "agent"), (supervisor, "supervisor")):
        assert desk.actor.account_id
        company_desk.members.save(desk.actor.account_id, [role], department_id=department.id)
    ticket, other = Factory(agent).ticket(), Factory(agent).ticket()
    wait(at(5, 10, 31))
    assert [notice.kind for notice in supervisor.notices.mine()] == ["duty.escalated"] * 2
    duty = _duty(agent, ticket.id, "dispatch")
    supervisor.duties.acknowledge(duty.id)
    assert "duty.acknowledged" in {notice.kind for notice in agent.notices.mine()}
    wait(at(5, 12))
    told = {notice.duty_id for notice in manager.notices.mine() if notice.kind == "duty.escalated"}
    assert told == {_duty(agent, other.id, "dispatch").id}
    steps = agent.duties.file(duty.id).steps
    assert [(step.point, step.receiver) for step in steps] == [
        ("warn:80", "张敏"), ("due", "张敏"), ("rung:0", "李建国"), ("rung:1", ""),
    ]  # fmt: skip


def test_nobody_takes_note_of_what_he_was_not_told(
    agent: CompanyDesk, supervisor: CompanyDesk, unchanged: Unchanged
) -> None:
    duty = _duty(agent, Factory(agent).ticket().id, "dispatch")
    with unchanged(), pytest.raises(NotFound):
        supervisor.duties.acknowledge(duty.id)


def test_a_role_that_nobody_holds_falls_to_the_administrators_and_says_so(agent: CompanyDesk, person: People) -> None:
    manager = person("administrator", name="王总")
    ticket = Factory(agent).ticket()
    _dispatch(agent, ticket.id)
    _move(agent, ticket.id, "finish", result="已更换软管", cause="misuse")
    duty = _duty(agent, ticket.id, "explain")
    assert (duty.debtor_id, duty.why.by) == (manager.actor.account_id, "administrator")
    assert duty.why.missing == ("sample_engineer", "department_head")


def test_a_role_of_several_people_is_owed_by_all_of_them(agent: CompanyDesk, person: People) -> None:
    engineers = [person("sample_engineer", name=name) for name in ("刘洋", "赵磊")]
    ticket = Factory(agent).ticket()
    _dispatch(agent, ticket.id)
    _move(agent, ticket.id, "finish", result="已更换软管", cause="misuse")
    duty = _duty(agent, ticket.id, "explain")
    assert (duty.debtor_id, duty.debtor_role, duty.debtor) == (None, "sample_engineer", "维修工程师")
    assert [[mine.id for mine in desk.duties.mine()] for desk in engineers] == [[duty.id], [duty.id]]


def test_another_assignee_owes_what_the_first_one_owed(agent: CompanyDesk, supervisor: CompanyDesk) -> None:
    ticket = Factory(agent).ticket()
    _dispatch(agent, ticket.id)
    assert supervisor.actor.account_id
    version = agent.tickets.find(ticket.id).version
    agent.tickets.change(ticket.id, version, {"assignee_id": str(supervisor.actor.account_id)})
    duty = _duty(agent, ticket.id, "resolve")
    assert duty.debtor_id == supervisor.actor.account_id
    assert "duty.reassigned" in [act.act for act in agent.journal.of(duty.id)]


# --- Waiving -------------------------------------------------------------------------------------


def test_a_supervisor_lets_a_duty_go_with_a_reason(
    agent: CompanyDesk, supervisor: CompanyDesk, wait: Callable[[datetime], None]
) -> None:
    ticket = Factory(agent).ticket()
    duty = supervisor.duties.waive(_duty(agent, ticket.id, "dispatch").id, " 业主改期 ")
    assert (duty.state, duty.reason, duty.ended_by, duty.is_live) == (DutyState.WAIVED, "业主改期", "李建国", False)
    assert [notice.kind for notice in agent.notices.mine()] == ["duty.waived"]
    wait(at(5, 12))
    assert _duty(agent, ticket.id, "dispatch") == duty


def test_a_waiver_needs_a_reason_and_the_permission(
    agent: CompanyDesk, supervisor: CompanyDesk, unchanged: Unchanged
) -> None:
    duty = _duty(agent, Factory(agent).ticket().id, "dispatch")
    with unchanged(), pytest.raises(InvalidInput) as refused:
        supervisor.duties.waive(duty.id, "  ")
    assert [problem.field for problem in refused.value.problems] == ["reason"]
    with unchanged(), pytest.raises(NotAllowed):
        agent.duties.waive(duty.id, "业主改期")
    with pytest.raises(NotAllowed):
        agent.duties.team()


def test_nobody_sees_the_duties_of_another_company(agent: CompanyDesk, other_desk: CompanyDesk) -> None:
    duty = _duty(agent, Factory(agent).ticket().id, "dispatch")
    assert other_desk.duties.team() == ()
    with pytest.raises(NotFound):
        other_desk.duties.find(duty.id)
    with pytest.raises(NotFound):
        other_desk.duties.waive(duty.id, "不相干")
