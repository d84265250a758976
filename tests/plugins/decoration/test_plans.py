"""Calls while works run and for two years after, and the weekly report, as the franchise's handbook says it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from gongdan.api import AssetInput, CompanyDesk, NewTicket, RunState, RunView
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import People

Wait = Callable[..., None]


@pytest.fixture
def wait(company_desk: CompanyDesk, clock: Clock) -> Wait:
    """Let time pass until an hour of a day in Shanghai, with the handbook's pack in force from the start."""
    company_desk.policies.apply(company_desk.policies.pack("decoration.franchise"))

    def until(month: int, day: int, hour: int = 12, year: int = 2026) -> None:
        moment = datetime(year, month, day, hour, tzinfo=UTC) - timedelta(hours=8)
        company_desk.installation.timers.run_due(moment)
        clock.set(moment)

    return until


def _runs(desk: CompanyDesk, number: str, rule: str) -> list[RunView]:
    ticket = desk.tickets.by_number(number)
    plan = next(plan for plan in desk.plans.of_ticket(ticket.id) if plan.rule == f"decoration.{rule}")
    return list(desk.plans.runs(plan.id))[::-1]


def _move(desk: CompanyDesk, number: str, move: str, **given: str) -> None:
    ticket = desk.tickets.by_number(number)
    desk.moves.make(ticket.id, move, ticket.version, given)


@pytest.mark.clause("000-04-117")
@pytest.mark.clause("000-04-118")
@pytest.mark.clause("000-04-122")
@pytest.mark.clause("000-04-123")
@pytest.mark.clause("002-01-88")
def test_a_site_is_called_weekly_then_monthly_then_quarterly(
    company_desk: CompanyDesk, person: People, wait: Wait
) -> None:
    # Two years of weekly reports would be written meanwhile.
    (report,) = company_desk.plans.all()
    company_desk.plans.end(report.id, "另行汇报")
    specialist = person("service_specialist", "supervisor", name="张敏")
    site = company_desk.assets.create(AssetInput(kind="site", code="海棠湾3-501"))
    opened = specialist.intake.open(
        NewTicket(type="site_works", description="整装", contact_name="王芳", asset_id=site.id)
    )
    _move(specialist, opened.number, "begin", begun_on="2026-03-02")
    wait(3, 17)
    weekly = _runs(specialist, opened.number, "works_calls")
    assert [run.planned_for for run in weekly] == [date(2026, 3, 9), date(2026, 3, 16)]
    assert (weekly[0].begins_at, weekly[0].window) == (
        datetime(2026, 3, 9, 2, 30, tzinfo=UTC), "10:30-11:30 15:00-17:30"
    )  # fmt: skip
    assert weekly[0].debtor == "张敏"
    assert specialist.plans.complete(weekly[1].id, "进度正常，客户满意").run.state is RunState.DONE
    _move(specialist, opened.number, "complete", completed_on="2026-03-17")
    _move(specialist, opened.number, "file")
    wait(4, 1, year=2028)
    states = [run.state for run in _runs(specialist, opened.number, "works_calls")]
    assert states == [RunState.MISSED, RunState.DONE]
    calls = _runs(specialist, opened.number, "completed_calls")
    assert len(calls) == 12 + 4
    assert [run.nominal_on for run in calls[10:]] == [
        date(2027, 2, 17), date(2027, 3, 17), date(2027, 6, 17), date(2027, 9, 17), date(2027, 12, 17),
        date(2028, 3, 17),
    ]  # fmt: skip


@pytest.mark.clause("000-04-115")
def test_the_weekly_report_is_due_on_friday(company_desk: CompanyDesk, person: People, wait: Wait) -> None:
    specialist = person("service_specialist", name="张敏")
    wait(3, 6)
    (run,) = specialist.plans.live()
    assert (run.rule, run.planned_for, run.due_at) == (
        "decoration.weekly_report", date(2026, 3, 6), datetime(2026, 3, 6, 10, tzinfo=UTC)
    )  # fmt: skip
    assert specialist.plans.complete(run.id, "在施 8 处，回访 8 户").run.state is RunState.DONE
