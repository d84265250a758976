"""What is owed about complaints and repairs in two companies that follow two regulations; times worked out by hand."""

from collections.abc import Callable, Sequence
from datetime import datetime

import pytest

from gongdan.api import CompanyDesk
from gongdan.domain.duties import DutyState
from gongdan.domain.snapshots import CompanyView, TicketView
from gongdan.services.desk import Desk
from gongdan.testing.beginnings import Beginning
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import People
from gongdan_property_mgmt.duties import DUTY_RULES
from tests.plugins.property_mgmt.office import Office, at


@pytest.fixture
def estate(begin: Beginning, company_desk: CompanyDesk, company: CompanyView, person: People) -> Office:
    """Return a housing estate that follows regulation 001."""
    return begin(lambda: Office(company_desk, person, company, "residential"))


@pytest.fixture
def tower(begin: Beginning, other_desk: CompanyDesk, other_company: CompanyView, person: People) -> Office:
    """Return an office building that follows regulation 004."""
    return begin(lambda: Office(other_desk, person, other_company, "office"))


@pytest.fixture
def wait(desk: Desk, clock: Clock) -> Callable[[datetime], None]:
    """Let time pass until a moment: everything that is due by then happens at its time."""

    def until(moment: datetime) -> None:
        desk.timers.run_due(moment)
        clock.set(moment)

    return until


# --- Passing on ----------------------------------------------------------------------------------


@pytest.mark.clause("004-04-14")
def test_by_day_whoever_of_the_desk_takes_a_complaint_is_to_pass_it_on(tower: Office) -> None:
    ticket = tower.complaint()
    duty = tower.duty(ticket, "forward")
    assert (duty.debtor, duty.due_at) == ("张敏", at(5, 10, 20))
    assert tower.all(ticket, "forward_night") == []


@pytest.mark.clause("004-04-15")
@pytest.mark.clause("004-04-16")
def test_an_ordinary_complaint_of_the_night_is_for_the_next_opening(tower: Office, clock: Clock) -> None:
    clock.set(at(5, 23))
    ticket = tower.complaint(severity="ordinary")
    duty = tower.duty(ticket, "forward_night")
    assert (duty.debtor, duty.due_at) == ("张敏", at(6, 8))
    assert tower.all(ticket, "forward") == []


@pytest.mark.clause("004-04-28")
@pytest.mark.clause("004-04-31")
@pytest.mark.clause("004-04-33")
@pytest.mark.clause("004-09-14")
@pytest.mark.clause("004-09-17")
@pytest.mark.parametrize(
    ("severity", "rule", "minutes"),
    [("major", "forward_major", 10), ("ordinary", "forward", 20), ("minor", "forward", 30)],
)
def test_a_complaint_is_passed_on_in_ten_twenty_or_thirty_minutes(
    tower: Office, estate: Office, severity: str, rule: str, minutes: int
) -> None:
    assert tower.duty(tower.complaint(severity=severity), rule).due_at == at(5, 10, minutes)
    assert estate.duty(estate.complaint(severity=severity), rule).due_at is None


@pytest.mark.clause("004-04-33")
def test_whoever_finds_a_complaint_minor_has_half_an_hour_from_when_it_was_taken(tower: Office, clock: Clock) -> None:
    ticket = tower.complaint()
    clock.set(at(5, 10, 15))
    assert tower.duty(ticket, "forward").due_at == at(5, 10, 20)
    tower.grade(ticket, "minor")
    assert tower.duty(ticket, "forward").due_at == at(5, 10, 30)
    tower.forward(ticket)
    assert tower.duty(ticket, "forward").state is DutyState.DONE


@pytest.mark.clause("004-04-28")
@pytest.mark.clause("004-04-31")
def test_a_complaint_that_is_raised_has_a_new_clock_and_its_old_miss_stays(
    tower: Office, wait: Callable[[datetime], None]
) -> None:
    ticket = tower.complaint()
    tower.grade(ticket, "ordinary")
    wait(at(5, 10, 25))
    raised = {"severity": "major", "consequence": "injury", "severity_reason": "有人摔伤", "remark": "医院来电"}
    tower.move(tower.clerk, ticket, "raise_severity", **raised)
    old, new = tower.duty(ticket, "forward"), tower.duty(ticket, "forward_major")
    assert (old.state, old.missed_at, old.is_live) == (DutyState.MISSED, at(5, 10, 20), False)
    assert (new.state, new.due_at, new.is_live) == (DutyState.OPEN, at(5, 10, 35), True)
    assert tower.duty(ticket, "report_major").due_at == at(5, 11, 25)
    wait(at(5, 10, 30))
    tower.forward(ticket)
    assert tower.duty(ticket, "forward_major").state is DutyState.DONE


@pytest.mark.clause("004-04-16")
def test_a_complaint_of_the_night_that_is_graded_by_day_is_passed_on_like_one_of_the_day(
    tower: Office, wait: Callable[[datetime], None]
) -> None:
    wait(at(5, 23))
    ticket = tower.complaint()
    wait(at(6, 8))
    tower.grade(ticket, "ordinary")
    assert tower.duty(ticket, "forward_night").state is DutyState.DONE
    assert tower.duty(ticket, "forward").due_at == at(6, 8, 20)


@pytest.mark.clause("004-04-17")
@pytest.mark.clause("004-04-28")
@pytest.mark.clause("004-04-29")
def test_both_managers_hear_of_a_major_complaint_at_night_at_once(
    tower: Office, wait: Callable[[datetime], None]
) -> None:
    assert tower.all(tower.complaint(severity="major"), "report_major_night") == []
    wait(at(5, 23))
    ticket = tower.complaint(severity="major")
    wait(at(5, 23, 1))
    duty = tower.duty(ticket, "report_major_night")
    assert duty.due_at is None
    assert sorted(tower.told(duty.id)) == [
        ("第一时间告知各级经理", "杨军明", at(5, 23)),
        ("第一时间告知各级经理", "陈建华", at(5, 23)),
    ]
    assert tower.duty(ticket, "forward_major").due_at == at(5, 23, 10)
    assert tower.duty(ticket, "report_major").due_at == at(6, 0)
    assert tower.all(ticket, "forward_night") == []


def test_another_round_of_work_asks_nobody_to_pass_the_complaint_on(tower: Office) -> None:
    ticket = tower.complaint()
    tower.grade(ticket, "ordinary")
    tower.forward(ticket)
    tower.reply(ticket, at(5, 16))
    tower.establish(ticket)
    tower.finish(ticket)
    tower.move(tower.manager, ticket, "rework", callback_satisfaction="unsatisfied", callback_opinion="又吵了")
    assert len(tower.all(ticket, "forward")) == 1
    assert [duty.round for duty in tower.all(ticket, "resolve")] == [1, 2]


# --- Answering -----------------------------------------------------------------------------------


@pytest.mark.clause("001-01-16")
@pytest.mark.clause("004-04-21")
@pytest.mark.clause("004-04-22")
def test_a_complaint_is_answered_in_two_hours_where_somebody_has_said_so(estate: Office, tower: Office) -> None:
    ticket = estate.complaint()
    assert estate.duty(ticket, "first_answer").due_at == at(5, 12)
    settled = {"severity": "minor", "spot_answer": "已当面解释"}
    estate.move(estate.clerk, ticket, "settle", **settled)
    assert estate.duty(ticket, "first_answer").state is DutyState.DONE
    assert tower.duty(tower.complaint(), "first_answer").due_at is None


@pytest.mark.clause("001-01-18")
@pytest.mark.clause("004-04-40")
@pytest.mark.clause("004-04-41")
def test_an_invalid_complaint_is_told_so_in_two_hours_from_the_finding(
    estate: Office, tower: Office, wait: Callable[[datetime], None]
) -> None:
    tickets = [(office, office.complaint()) for office in (estate, tower)]
    wait(at(5, 11))
    for office, ticket in tickets:
        office.grade(ticket, "minor")
        office.forward(ticket)
        office.reply(ticket, at(5, 18))
        office.establish(ticket, "invalid")
    assert [office.duty(ticket, "tell_invalid").due_at for office, ticket in tickets] == [at(5, 13), None]
    assert [office.duty(ticket, "help_invalid").due_at for office, ticket in tickets] == [None, None]
    wait(at(5, 13, 30))
    told = at(5, 13, 20).isoformat()
    estate.move(estate.staff, tickets[0][1], "handle", measure="协助协商", told_at=told)
    assert estate.duty(tickets[0][1], "tell_invalid").state is DutyState.LATE
    assert estate.duty(tickets[0][1], "help_invalid").state is DutyState.DONE


@pytest.mark.clause("001-01-17")
@pytest.mark.clause("004-04-22")
def test_the_next_answer_is_due_when_it_was_promised_and_promises_another(
    tower: Office, wait: Callable[[datetime], None]
) -> None:
    ticket = tower.complaint()
    tower.grade(ticket, "ordinary")
    tower.forward(ticket)
    tower.reply(ticket, at(5, 16))
    duty = tower.duty(ticket, "next_answer")
    assert (duty.due_at, duty.is_promised) == (at(5, 16), True)
    wait(at(5, 15, 50))
    tower.establish(ticket)
    tower.reply(ticket, at(6, 10))
    first, second = tower.all(ticket, "next_answer")
    assert (first.state, first.due_at) == (DutyState.DONE, at(5, 16))
    assert (second.state, second.due_at) == (DutyState.OPEN, at(6, 10))


@pytest.mark.clause("004-04-12")
@pytest.mark.clause("004-04-39")
def test_whoever_is_told_as_the_work_begins_hears_again_of_its_progress_and_not_of_the_kept_promise(
    tower: Office, wait: Callable[[datetime], None]
) -> None:
    wait(at(5, 10, 30))
    tower.desk.policies.set("property_mgmt.tell_progress", "1 workday")
    ticket = tower.complaint()
    tower.grade(ticket, "ordinary")
    tower.forward(ticket)
    tower.reply(ticket, at(5, 16))
    tower.establish(ticket)
    tower.move(tower.staff, ticket, "handle", measure="晚九点巡查", told_at=at(5, 10, 30).isoformat())
    assert [duty.state for duty in tower.all(ticket, "next_answer")] == [DutyState.DONE]
    assert tower.duty(ticket, "tell_progress").due_at == at(6, 19)


# --- Resolving -----------------------------------------------------------------------------------


@pytest.mark.clause("004-04-32")
@pytest.mark.clause("004-04-34")
@pytest.mark.clause("004-09-15")
@pytest.mark.clause("004-09-18")
@pytest.mark.parametrize(
    ("taken", "due"),
    [
        # Friday 15:00: 4 h that day, 11 h on Saturday, 9 h on Sunday; the desk is open at the weekend.
        (at(6, 15), at(8, 17)),
        # 30 September 15:00: 4 h that day, none from 1 to 7 October, 11 h on the 8th, 9 h on the 9th.
        (at(30, 15, month=9), at(9, 17, month=10)),
        # At night: 11 h on Friday, 11 h on Saturday, 2 h on Sunday.
        (at(5, 23), at(8, 10)),
    ],
    ids=["weekend", "National Day", "night"],
)
@pytest.mark.parametrize("severity", ["ordinary", "minor"])
def test_a_complaint_is_resolved_in_24_hours_of_the_desk(
    tower: Office, clock: Clock, severity: str, taken: datetime, due: datetime
) -> None:
    clock.set(taken)
    assert tower.duty(tower.complaint(severity=severity), "resolve").due_at == due


@pytest.mark.clause("001-08-21")
@pytest.mark.clause("001-08-49")
@pytest.mark.clause("004-04-30")
@pytest.mark.clause("004-04-35")
def test_what_nobody_has_decided_is_owed_without_a_time_and_says_so(estate: Office) -> None:
    ticket = estate.complaint()
    estate.grade(ticket, "major", "injury")
    estate.forward(ticket)
    for rule in ("investigate", "resolve", "report_major"):
        duty = estate.duty(ticket, rule)
        assert (duty.is_live, duty.due_at) == (True, None)
        sentences = [sentence.text for sentence in estate.desk.explain.duty(duty.id).sentences]
        assert "没有到期时间：公司尚未决定“{key}”" in sentences


# --- Calling back --------------------------------------------------------------------------------


@pytest.mark.clause("001-01-19")
@pytest.mark.clause("004-04-46")
@pytest.mark.clause("004-04-47")
@pytest.mark.clause("004-04-48")
@pytest.mark.clause("004-04-49")
@pytest.mark.parametrize(("severity", "consequence"), [("major", "injury"), ("ordinary", "none"), ("minor", "none")])
def test_a_complaint_is_called_back_in_a_day_by_the_departments_manager(
    tower: Office, estate: Office, clock: Clock, severity: str, consequence: str
) -> None:
    for office, due in ((tower, at(7, 9)), (estate, None)):
        clock.set(at(5, 10))
        ticket = office.complaint()
        office.grade(ticket, severity, consequence)
        office.forward(ticket)
        office.reply(ticket, at(6, 10))
        office.establish(ticket)
        clock.set(at(6, 9))
        office.finish(ticket)
        duty = office.duty(ticket, "callback_complaint")
        assert (duty.debtor, duty.due_at) == ("杨军明", due)
        visits = office.all(ticket, "visit_major")
        assert [visit.due_at for visit in visits] == ([due] if severity == "major" else [])


@pytest.mark.clause("004-04-48")
def test_a_callback_that_was_put_off_is_due_when_it_was_promised(
    tower: Office, wait: Callable[[datetime], None]
) -> None:
    ticket = tower.complaint()
    tower.grade(ticket, "ordinary")
    tower.forward(ticket)
    tower.reply(ticket, at(6, 10))
    tower.establish(ticket)
    tower.finish(ticket)
    wait(at(5, 18))
    tower.move(tower.manager, ticket, "miss_callback", next_callback_at=at(7, 9).isoformat())
    duty = tower.duty(ticket, "callback_complaint")
    assert (duty.due_at, duty.is_promised, duty.state) == (at(7, 9), True, DutyState.OPEN)


@pytest.mark.clause("001-08-47")
@pytest.mark.clause("004-03-05")
@pytest.mark.clause("004-09-10")
def test_a_repair_is_called_back_in_24_hours_of_the_desk(tower: Office, estate: Office, clock: Clock) -> None:
    tickets = []
    for office in (tower, estate):
        clock.set(at(5, 10))
        ticket = office.repair(at(5, 10))
        office.dispatch(ticket)
        office.begin(ticket)
        clock.set(at(5, 16))
        office.done(ticket)
        tickets.append(ticket)
    # 3 h on Thursday, 11 h on Friday, 10 h on Saturday.
    assert tower.duty(tickets[0], "callback_repair").due_at == at(7, 18)
    assert estate.duty(tickets[1], "callback_repair").due_at is None
    assert tower.all(tickets[0], "callback_service") == []


@pytest.mark.clause("001-01-21")
@pytest.mark.clause("004-02-13")
def test_a_service_is_called_back_by_the_close_of_the_second_working_day(
    estate: Office, tower: Office, clock: Clock
) -> None:
    clock.set(at(30, 15, month=9))
    for office, due in ((estate, at(9, 19, month=10)), (tower, None)):
        ticket = office.repair(at(30, 15, month=9), category="service")
        office.dispatch(ticket)
        office.begin(ticket)
        office.done(ticket)
        assert office.duty(ticket, "callback_service").due_at == due
        assert office.all(ticket, "callback_repair") == []


# --- Repairing -----------------------------------------------------------------------------------


@pytest.mark.clause("001-01-14")
@pytest.mark.clause("001-08-41")
@pytest.mark.clause("004-09-08")
def test_the_worker_is_on_site_in_20_or_15_minutes_else_the_desk_rings_the_customer(
    estate: Office, tower: Office, wait: Callable[[datetime], None]
) -> None:
    tickets = [(office, office.repair(at(5, 10))) for office in (estate, tower)]
    wait(at(5, 10, 5))
    for office, ticket in tickets:
        office.dispatch(ticket)
        assert office.duty(ticket, "dispatch").state is DutyState.DONE
    assert [office.duty(ticket, "on_site").due_at for office, ticket in tickets] == [at(5, 10, 25), at(5, 10, 20)]
    assert [office.duty(ticket, "on_site").debtor for office, ticket in tickets] == ["胡军明", "胡军明"]
    wait(at(5, 10, 22))
    (in_time, late) = tickets
    for office, ticket in tickets:
        office.begin(ticket)
    assert in_time[0].duty(in_time[1], "on_site").state is DutyState.DONE
    missed = late[0].duty(late[1], "on_site")
    assert missed.state is DutyState.LATE
    assert ("致电业户说明未到场原因", "张敏", at(5, 10, 20)) in late[0].told(missed.id)


@pytest.mark.clause("001-08-41")
def test_an_agreed_visit_goes_before_the_minutes(estate: Office) -> None:
    ticket = estate.repair(at(5, 14))
    estate.dispatch(ticket)
    duty = estate.duty(ticket, "on_site")
    assert (duty.due_at, duty.is_promised) == (at(5, 14), True)


@pytest.mark.clause("001-08-16")
@pytest.mark.clause("001-08-19")
@pytest.mark.clause("004-02-01")
def test_a_repair_is_done_the_same_day_where_somebody_has_said_so(estate: Office, tower: Office) -> None:
    assert estate.duty(estate.repair(at(5, 10)), "finish_repair").due_at == at(5, 19)
    assert tower.duty(tower.repair(at(5, 10)), "finish_repair").due_at is None


@pytest.mark.clause("001-08-17")
def test_a_repair_that_waits_stands_still_and_another_round_has_its_whole_time(
    estate: Office, wait: Callable[[datetime], None]
) -> None:
    wait(at(5, 11))
    estate.desk.policies.set("property_mgmt.finish_repair", "8 desk_h")
    ticket = estate.repair(at(5, 11))
    estate.dispatch(ticket)
    estate.begin(ticket)
    assert estate.duty(ticket, "finish_repair").due_at == at(5, 19)
    wait(at(5, 13))
    estate.move(estate.worker, ticket, "pause", pause_reason="parts", resume_on="2026-03-06")
    assert estate.duty(ticket, "finish_repair").state is DutyState.PAUSED
    wait(at(6, 10))
    estate.move(estate.worker, ticket, "resume")
    # 2 h are gone, 6 h are left.
    duty = estate.duty(ticket, "finish_repair")
    assert (duty.state, duty.due_at) == (DutyState.OPEN, at(6, 16))
    wait(at(6, 15))
    estate.move(estate.worker, ticket, "finish", result="更换阀芯", materials="阀芯 1 只", hours="0.4")
    estate.move(estate.clerk, ticket, "decline", remark="还在滴水")
    first, second = estate.all(ticket, "finish_repair")
    assert (first.round, first.state) == (1, DutyState.DONE)
    # 4 h on Friday, 4 h on Saturday.
    assert (second.round, second.due_at) == (2, at(7, 12))
    assert estate.duty(ticket, "dispatch").round == 2


def _waiting(estate: Office, wait: Callable[[datetime], None], resume_on: str) -> TicketView:
    """Begin a repair that is owed by 19:00 of the 5th, and pause it at 13:00 for want of a part."""
    ticket = estate.repair(at(5, 11))
    estate.dispatch(ticket)
    estate.begin(ticket)
    wait(at(5, 13))
    estate.move(estate.worker, ticket, "pause", pause_reason="parts", resume_on=resume_on)
    return ticket


@pytest.mark.clause("001-08-17")
def test_a_repair_of_the_day_that_waits_is_due_on_the_day_it_is_expected_to_go_on(
    estate: Office, wait: Callable[[datetime], None]
) -> None:
    ticket = _waiting(estate, wait, "2026-03-09")
    wait(at(8, 23))
    duty = estate.duty(ticket, "finish_repair")
    assert (duty.state, duty.missed_at) == (DutyState.PAUSED, None)
    wait(at(9, 8))
    duty = estate.duty(ticket, "finish_repair")
    assert (duty.state, duty.due_at) == (DutyState.OPEN, at(9, 19))
    words = [(each.text, each.params.get("at")) for each in estate.desk.explain.duty(duty.id).sentences]
    assert ("原应于 {at} 到期，当时正在暂停，顺延到恢复当天下班", at(5, 19)) in words
    wait(at(9, 20))
    assert estate.duty(ticket, "finish_repair").missed_at == at(9, 19)


@pytest.mark.clause("001-08-17")
def test_a_repair_of_the_day_that_goes_on_before_is_due_that_day_and_one_put_off_again_later(
    estate: Office, wait: Callable[[datetime], None]
) -> None:
    early, late = _waiting(estate, wait, "2026-03-09"), _waiting(estate, wait, "2026-03-06")
    version = estate.desk.tickets.find(late.id).version
    estate.desk.tickets.correct(late.id, version, {"resume_on": "2026-03-10"}, reason="配件延期到货")
    wait(at(7, 10))
    estate.move(estate.worker, early, "resume")
    duty = estate.duty(early, "finish_repair")
    assert (duty.state, duty.due_at) == (DutyState.OPEN, at(7, 19))
    wait(at(10, 8))
    assert estate.duty(late, "finish_repair").due_at == at(10, 19)


@pytest.mark.clause("001-08-17")
def test_a_repair_that_is_to_go_on_the_same_day_stays_due_that_day(
    estate: Office, wait: Callable[[datetime], None]
) -> None:
    ticket = _waiting(estate, wait, "2026-03-05")
    assert estate.duty(ticket, "finish_repair").state is DutyState.OPEN
    wait(at(5, 20))
    assert estate.duty(ticket, "finish_repair").missed_at == at(5, 19)


@pytest.mark.clause("001-08-17")
def test_the_longest_wait_ends_a_pause_of_a_repair_of_the_day(estate: Office, wait: Callable[[datetime], None]) -> None:
    wait(at(5, 11))
    estate.desk.policies.set("property_mgmt.pause_repair", "2 workday")
    ticket = _waiting(estate, wait, "2026-03-20")
    wait(at(12, 8))
    # Two working days after Thursday: until Saturday's close at 19:00, for the desk is open every day.
    assert estate.duty(ticket, "finish_repair").missed_at == at(7, 19)


# --- Why then ------------------------------------------------------------------------------------


def _owed_about(office: Office, clock: Clock) -> Sequence[TicketView]:
    """Let everything happen of which a rule speaks; return the tickets."""
    clock.set(at(5, 10))
    invalid, major = office.complaint(), office.complaint()
    office.grade(invalid, "minor")
    office.grade(major, "major", "injury")
    for ticket, finding in ((invalid, "invalid"), (major, "valid")):
        office.forward(ticket)
        office.reply(ticket, at(6, 10))
        office.establish(ticket, finding)
    office.finish(major)
    repairs = [office.repair(at(5, 10)), office.repair(at(5, 10), category="service")]
    for ticket in repairs:
        office.dispatch(ticket)
        office.begin(ticket)
        office.done(ticket)
    clock.set(at(5, 23))
    return (invalid, major, *repairs, office.complaint(), office.complaint(severity="major"))


@pytest.mark.parametrize("name", ["estate", "tower"])
def test_every_rule_is_explained_with_its_clauses_and_that_of_the_policy(
    request: pytest.FixtureRequest, clock: Clock, name: str
) -> None:
    office: Office = request.getfixturevalue(name)
    tickets = _owed_about(office, clock)
    explained = {each.duty.rule: each for ticket in tickets for each in office.desk.explain.ticket(ticket.number)}
    rules = [rule for rule in DUTY_RULES if "goods_release" not in rule.ticket_types]
    assert set(explained) == {rule.name for rule in rules}
    pack = {line.key: line for line in office.desk.policies.pack(office.pack).lines}
    for rule in rules:
        found = explained[rule.name]
        shown = [sentence.params["id"] for sentence in found.sentences if sentence.text == "条款 {id}：{text}"]
        assert set(rule.clauses) <= set(shown), rule.name
        assert found.policy is not None, rule.name
        if found.policy.key in pack:
            line = pack[found.policy.key]
            assert (found.policy.clause, found.policy.note) == (line.clause, line.note.zh), rule.name
            assert line.clause in shown, rule.name
