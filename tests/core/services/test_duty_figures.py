"""Duties after their figures have changed: another policy, holidays that are announced, tickets from a list."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from types import ModuleType
from uuid import UUID, uuid4

import pytest
from sqlalchemy import update

from gongdan.domain.calendars import DayKind, SpecialDay
from gongdan.domain.duties import DutyState
from gongdan.domain.policy import PolicyEffect
from gongdan.errors import NotAllowed, NotFound
from gongdan.services.calendars import CalendarDraft, Calendars
from gongdan.services.desk import CompanyDesk
from gongdan.services.duty_imports import TakenUp
from gongdan.services.duty_rows import DutyView
from gongdan.services.holidays import HolidayYear
from gongdan.storage.imports import ImportRunRow
from gongdan.storage.tickets import TicketRow
from gongdan.testing import sample
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import Factory, People

Unchanged = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {sample.NAME: sample.with_duties()}


@pytest.fixture
def agent(person: People) -> CompanyDesk:
    return person("agent", name="张敏")


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of March 2026 in Shanghai."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def _duty(desk: CompanyDesk, ticket_id: UUID, rule: str) -> DutyView:
    return next(duty for duty in desk.duties.of_ticket(ticket_id) if duty.rule == f"sample.{rule}")


def _resolving(desk: CompanyDesk) -> UUID:
    ticket = Factory(desk).ticket()
    desk.moves.make(ticket.id, "dispatch", 1, {"assignee": str(desk.actor.account_id)})
    return ticket.id


# --- Another policy ------------------------------------------------------------------------------


def test_a_ticket_keeps_the_policy_of_its_opening(agent: CompanyDesk, company_desk: CompanyDesk, clock: Clock) -> None:
    ticket = Factory(agent).ticket()
    clock.move(timedelta(minutes=5))
    company_desk.policies.set("sample.resolve", "4 desk_h")
    agent.moves.make(ticket.id, "dispatch", 1, {"assignee": str(agent.actor.account_id)})
    # 24 hours of the desk from Thursday 10:05, not four.
    assert _duty(agent, ticket.id, "resolve").due_at == at(9, 16, 5)


def test_recomputing_counts_the_new_limit_from_the_old_start_and_shows_it_before(
    agent: CompanyDesk, company_desk: CompanyDesk, clock: Clock
) -> None:
    ticket_id = _resolving(agent)
    clock.move(timedelta(minutes=5))
    (shown,) = company_desk.policies.preview("sample.resolve", "4 desk_h", PolicyEffect.RECOMPUTE)
    assert (shown.before, shown.after, shown.limit_after) == (at(9, 16), at(5, 14), "4 desk_h")
    assert _duty(agent, ticket_id, "resolve").due_at == at(9, 16)
    company_desk.policies.set("sample.resolve", "4 desk_h", effect=PolicyEffect.RECOMPUTE)
    duty = _duty(agent, ticket_id, "resolve")
    assert (duty.due_at, duty.state) == (at(5, 14), DutyState.OPEN)
    assert "duty.due_changed" in [act.act for act in agent.journal.of(duty.id)]


def test_a_limit_that_has_run_out_by_the_new_policy_is_missed_at_once(
    agent: CompanyDesk, company_desk: CompanyDesk, clock: Clock
) -> None:
    ticket_id = _resolving(agent)
    clock.set(at(5, 13))
    company_desk.policies.set("sample.resolve", "2 desk_h", effect=PolicyEffect.RECOMPUTE)
    duty = _duty(agent, ticket_id, "resolve")
    assert (duty.state, duty.missed_at) == (DutyState.MISSED, at(5, 12))


def test_open_tickets_may_follow_for_what_begins_from_now_on(
    agent: CompanyDesk, company_desk: CompanyDesk, clock: Clock
) -> None:
    ticket = Factory(agent).ticket()
    clock.move(timedelta(minutes=5))
    company_desk.policies.set("sample.dispatch_other", "2 h", effect=PolicyEffect.OPEN)
    company_desk.policies.set("sample.resolve", "4 desk_h", effect=PolicyEffect.NEW)
    assert _duty(agent, ticket.id, "dispatch").due_at == at(5, 10, 30)
    clock.move(timedelta(minutes=5))
    company_desk.policies.set("sample.longest_wait", "4 h", effect=PolicyEffect.OPEN)
    agent.moves.make(ticket.id, "dispatch", 1, {"assignee": str(agent.actor.account_id)})
    assert _duty(agent, ticket.id, "resolve").due_at == at(5, 14, 10)


def test_deciding_an_open_limit_gives_the_duty_its_due_time(
    agent: CompanyDesk, company_desk: CompanyDesk, clock: Clock
) -> None:
    ticket_id = _resolving(agent)
    version = agent.tickets.find(ticket_id).version
    agent.moves.make(ticket_id, "finish", version, {"result": "已更换软管", "cause": "misuse"})
    assert _duty(agent, ticket_id, "explain").due_at is None
    clock.move(timedelta(hours=1))
    company_desk.policies.set("sample.explain", "3 h", effect=PolicyEffect.RECOMPUTE)
    assert _duty(agent, ticket_id, "explain").due_at == at(5, 13)


# --- A calendar that gives no time ---------------------------------------------------------------


def test_a_figure_that_the_calendar_never_reaches_holds_up_no_act_and_no_timer(
    agent: CompanyDesk, company_desk: CompanyDesk, clock: Clock
) -> None:
    # One hour a week: 20,000 hours of the desk are 383 years, for the limit of a major case, for the warning, the
    # rung after the miss and the longest wait alike.
    week = ("", "", "", "10:00-11:00", "", "", "")
    company_desk.calendars.save(CalendarDraft("周四一小时", week, follows_holidays=False))
    for key in ("dispatch_major", "dispatch_told_later", "warn_before", "longest_wait", "explain"):
        company_desk.policies.set(f"sample.{key}", "20000 desk_h")
    ticket = Factory(agent).ticket(severity="minor")
    agent.tickets.change(ticket.id, 1, {"severity": "major"})
    duty = _duty(agent, ticket.id, "dispatch")
    assert (duty.state, duty.due_at, duty.limit, duty.is_undecided) == (DutyState.OPEN, None, "20000 desk_h", False)
    words = [sentence.text for sentence in agent.explain.duty(duty.id).sentences]
    assert "没有到期时间：按工作日历“{name}”算不出，请核对时限与上班时间" in words
    clock.set(at(5, 10, 10))
    agent.tickets.change(ticket.id, 2, {"severity": "minor"})
    assert _duty(agent, ticket.id, "dispatch").due_at == at(5, 10, 40)
    clock.set(at(5, 10, 50))
    for place, (move, given) in enumerate((("dispatch", {"assignee": str(agent.actor.account_id)}),
                                           ("ask_customer", {}), ("resume", {}))):  # fmt: skip
        agent.moves.make(ticket.id, move, 3 + place, given)
    assert _duty(agent, ticket.id, "dispatch").state is DutyState.LATE
    # 24 hours of the desk: ten minutes of this Thursday, 23 whole ones, fifty minutes of 20 August.
    assert _duty(agent, ticket.id, "resolve").due_at == datetime(2026, 8, 20, 2, 50, tzinfo=UTC)


# --- A calendar that learns more -----------------------------------------------------------------


def test_a_provisional_due_time_is_reckoned_once_more_when_the_year_is_announced(
    agent: CompanyDesk, company_desk: CompanyDesk, clock: Clock
) -> None:
    # Tuesday, 29 December 2026: two working days later is New Year's eve, four are in the new year.
    clock.set(datetime(2026, 12, 29, 2, tzinfo=UTC))
    company_desk.policies.set("sample.callback", "4 workday")
    clock.move(timedelta(minutes=1))
    ticket_id = _resolving(agent)
    version = agent.tickets.find(ticket_id).version
    agent.moves.make(ticket_id, "finish", version, {"result": "已更换软管", "cause": "wear"})
    duty = _duty(agent, ticket_id, "callback")
    # Wednesday, Thursday, Friday (taken for a working day), Monday, at 18:00 in Shanghai.
    assert (duty.due_at, duty.is_provisional) == (datetime(2027, 1, 4, 10, tzinfo=UTC), True)
    days = tuple(SpecialDay(date(2027, 1, day), DayKind.REST, "元旦") for day in (1, 2, 3))
    company_desk.calendars.import_days(HolidayYear(2027, days, "国办发明电〔2026〕9 号", date(2026, 11, 5)))
    duty = _duty(agent, ticket_id, "callback")
    assert (duty.due_at, duty.is_provisional) == (datetime(2027, 1, 5, 10, tzinfo=UTC), False)
    acts = [act for act in agent.journal.of(duty.id) if act.act == "duty.due_changed"]
    assert [act.after["event"] for act in acts] == ["calendar"]


# --- Other hours, company days -------------------------------------------------------------------


def test_a_company_day_moves_what_is_owed_only_when_asked_and_the_journal_lists_it(
    agent: CompanyDesk, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    ticket_id = _resolving(agent)
    friday = partial(Calendars.set_day, day=date(2026, 3, 6), kind=DayKind.REST)
    with unchanged():
        # 8 hours on Thursday, 9 on Monday, 7 on Tuesday; Friday falls out.
        (shown,) = company_desk.calendars.preview(partial(friday, moves_due=True))
    assert (shown.label, shown.before, shown.after) == ("完成维修", at(9, 16), at(10, 16))
    friday(company_desk.calendars)
    assert _duty(agent, ticket_id, "resolve").due_at == at(9, 16)
    assert [one.after for one in friday(company_desk.calendars, moves_due=True)] == [at(10, 16)]
    duty = _duty(agent, ticket_id, "resolve")
    assert duty.due_at == at(10, 16)
    assert [act.after["event"] for act in agent.journal.of(duty.id) if act.act == "duty.due_changed"] == ["calendar"]
    (moved,) = company_desk.journal.latest(act="calendar.duties_moved")
    assert (len(moved.before), list(moved.before), list(moved.after)) == (
        1,
        [f"{duty.number} 完成维修"],
        list(moved.before),
    )


def test_other_hours_move_neither_a_promised_time_nor_a_miss(
    agent: CompanyDesk, company_desk: CompanyDesk, clock: Clock
) -> None:
    promised = Factory(agent).ticket(fields={"appointment": "2026-03-05T15:00"})
    agent.moves.make(promised.id, "dispatch", 1, {"assignee": str(agent.actor.account_id)})
    missed, owed = Factory(agent).ticket(), _resolving(agent)
    clock.set(at(5, 11))
    late = CalendarDraft("晚班", ("10:00-20:00",) * 5 + ("", ""))
    (moved,) = company_desk.calendars.save(late, moves_due=True)
    # 10 hours on Thursday and on Friday, 4 on Monday.
    assert (moved.duty_id, moved.after) == (_duty(agent, owed, "resolve").id, at(9, 14))
    assert _duty(agent, promised.id, "resolve").due_at == at(5, 15)
    assert _duty(agent, missed.id, "dispatch").missed_at == at(5, 10, 30)


# --- Lists ---------------------------------------------------------------------------------------


def test_imported_tickets_owe_nothing_until_the_company_asks(
    agent: CompanyDesk, company_desk: CompanyDesk, clock: Clock
) -> None:
    run_id = _run(company_desk)
    ticket = Factory(agent).ticket()
    with company_desk.working() as work:
        # As an import leaves a ticket: with its run, and nothing owed.
        keeper_free = update(TicketRow).where(TicketRow.id == ticket.id).values(import_run_id=run_id)
        work.session.execute(keeper_free.execution_options(synchronize_session=False))
    assert company_desk.duties.take_up(run_id) == TakenUp(0, 0)
    other = _imported(company_desk, run_id)
    clock.set(at(5, 11))
    assert agent.duties.of_ticket(other) == ()
    told: list[tuple[int, int]] = []
    begun = company_desk.duties.take_up(run_id, progress=lambda done, total: told.append((done, total)))
    assert (begun, told) == (TakenUp(1, 1), [(1, 1)])
    [act] = company_desk.journal.latest(act="duty.taken_up")
    assert act.after == {"tickets": 1, "duties": 1}
    duty = _duty(agent, other, "dispatch")
    assert (duty.event_at, duty.missed_at, duty.state) == (at(5, 10), at(5, 10, 30), DutyState.MISSED)


def test_nothing_is_taken_up_twice_without_leave_or_of_no_run(
    agent: CompanyDesk, company_desk: CompanyDesk, unchanged: Callable[[], AbstractContextManager[None]]
) -> None:
    run_id = _run(company_desk)
    _imported(company_desk, run_id)
    with unchanged(), pytest.raises(NotAllowed):
        agent.duties.take_up(run_id)
    with unchanged(), pytest.raises(NotFound):
        company_desk.duties.take_up(uuid4())
    company_desk.duties.take_up(run_id)
    with unchanged():
        assert company_desk.duties.take_up(run_id) == TakenUp(0, 0)


def _run(desk: CompanyDesk) -> UUID:
    row = ImportRunRow(
        id=uuid4(), kind="cases", plugin="sample", file_name="台账.csv", fingerprint="", sheet="", encoding="",
        mapping={}, state="finished", rows_done=1, rows_total=1, counts={}, started_at=at(5, 9),
    )  # fmt: skip
    with desk.working() as work:
        work.session.add(row)
    return row.id


def _imported(desk: CompanyDesk, run_id: UUID) -> UUID:
    row = TicketRow(
        plugin="sample", type="sample_repair", subject="漏水", number="BX202603-0900", description="漏水",
        channel="other", contact_name="", contact_phone="", place="", severity="", category="", cause="", finding="",
        state="new", state_category="new", is_open=True, round=1, opened_at=at(5, 10), changed_at=at(5, 10),
        fields={}, flags=[], import_run_id=run_id,
    )  # fmt: skip
    with desk.working() as work:
        work.session.add(row)
        work.session.flush()
        return row.id
