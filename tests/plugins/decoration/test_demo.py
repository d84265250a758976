"""The demo company fills itself, and its notices stand where they should."""

from datetime import UTC, date, datetime

from gongdan.api import CompanyDesk, RunState, TicketFilter
from gongdan.testing.clocks import Clock
from gongdan_decoration.demo import DEMO
from gongdan_decoration.demo.filling import fill
from gongdan_decoration.demo.patrols import PATROLS
from gongdan_decoration.demo.works import AT_WORK, FIRST_YEAR, SECOND_YEAR
from gongdan_decoration.ticket_types import RECTIFICATION
from tests.plugins.hiring import filed, hire


def test_the_demo_shows_every_state_of_rectifications(company_desk: CompanyDesk) -> None:
    hire(company_desk, DEMO)
    told: list[str] = []
    fill(company_desk, told.append)
    assert told == ["登记工地与客户", "登记两周的巡检与整改", "跟进施工，按期回访"]
    found = company_desk.tickets.list(TicketFilter(types=("rectification",)))
    assert len(found.lines) == len(PATROLS) == 12
    assert {line.ticket.state for line in found.lines} == {state.name for state in RECTIFICATION.workflow.states}
    assert sorted(line.ticket.round for line in found.lines)[-2:] == [2, 2]
    assert filed(company_desk) == ["decoration.settlement_sheet"]
    assert company_desk.journal.verify().first_bad is None


def test_three_sites_are_called_weekly_monthly_and_quarterly(company_desk: CompanyDesk, clock: Clock) -> None:
    # Friday, 20 November, noon.
    clock.set(datetime(2026, 11, 20, 4, 0, tzinfo=UTC))
    hire(company_desk, DEMO)
    fill(company_desk, lambda _: None)
    company_desk.installation.timers.run_due(clock.now)
    plans = {plan.place: plan for plan in company_desk.plans.all() if plan.ticket_id}
    calls = {
        place: [(run.state, run.planned_for) for run in company_desk.plans.runs(plan.id)]
        for place, plan in plans.items()
    }
    assert calls == {
        # Begun on 16 October.
        AT_WORK: [
            (RunState.OPEN, date(2026, 11, 20)),
            (RunState.DONE, date(2026, 11, 13)),
            (RunState.DONE, date(2026, 11, 6)),
            (RunState.MISSED, date(2026, 10, 30)),
            (RunState.DONE, date(2026, 10, 23)),
        ],
        # Completed on 16 August; the call of September was merged into the one of October.
        FIRST_YEAR: [(RunState.OPEN, date(2026, 11, 16)), (RunState.DONE, date(2026, 10, 16))],
        # Completed on 7 August 2025; 7 November is a Saturday.
        SECOND_YEAR: [(RunState.DONE, date(2026, 11, 6)), (RunState.LATE, date(2026, 8, 7))],
    }
    assert {place: plan.next_on for place, plan in plans.items()} == {
        AT_WORK: date(2026, 11, 27),
        FIRST_YEAR: date(2026, 12, 16),
        # 7 February 2027 is a Sunday.
        SECOND_YEAR: date(2027, 2, 5),
    }


def test_the_demo_has_people_for_every_role() -> None:
    assert {role for person in DEMO.people for role in person.roles} == {
        "administrator",
        "service_manager",
        "service_specialist",
        "site_inspector",
        "site_manager",
        "site_supervisor",
    }
