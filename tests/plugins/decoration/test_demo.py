"""The demo company fills itself, and its notices stand where they should."""

from gongdan.api import CompanyDesk, TicketFilter
from gongdan_decoration.demo import DEMO
from gongdan_decoration.demo.filling import fill
from gongdan_decoration.demo.patrols import PATROLS
from gongdan_decoration.ticket_types import RECTIFICATION
from tests.plugins.hiring import hire


def test_the_demo_shows_every_state_of_rectifications(company_desk: CompanyDesk) -> None:
    hire(company_desk, DEMO)
    told: list[str] = []
    fill(company_desk, told.append)
    assert told == ["登记工地与客户", "登记两周的巡检与整改"]
    found = company_desk.tickets.list(TicketFilter())
    assert len(found.lines) == len(PATROLS) == 12
    assert {line.ticket.state for line in found.lines} == {state.name for state in RECTIFICATION.workflow.states}
    assert sorted(line.ticket.round for line in found.lines)[-2:] == [2, 2]
    assert company_desk.journal.verify().first_bad is None


def test_the_demo_has_people_for_every_role() -> None:
    assert {role for person in DEMO.people for role in person.roles} == {
        "administrator",
        "service_manager",
        "service_specialist",
        "site_inspector",
        "site_manager",
        "site_supervisor",
    }
