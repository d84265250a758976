"""The office tower of the demo lives by another regulation than the estate."""

from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

from gongdan.api import CompanyDesk, DutyFilter, DutyState, TicketFilter, play
from gongdan.testing.clocks import Clock
from gongdan_property_mgmt.demo import ESTATE, TOWER
from gongdan_property_mgmt.demo.complaints import FULL_BINS
from gongdan_property_mgmt.demo.opening import ESTATE_PACK, TOWER_PACK, open_with
from gongdan_property_mgmt.demo.tower import fill
from gongdan_property_mgmt.demo.tower_cases import BINS, CASES
from tests.plugins.hiring import hire

#: Friday, 20 November, 10:00.
_NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def test_the_tower_meets_is_late_and_misses_by_the_office_regulation(company_desk: CompanyDesk, clock: Clock) -> None:
    clock.set(_NOW)
    hire(company_desk, TOWER)
    told: list[str] = []
    fill(company_desk, told.append)
    company_desk.installation.timers.run_due(_NOW)

    assert told == ["登记房间与租户", "登记本周的报修与投诉", "办理许可、放行与来访"]
    cases = company_desk.tickets.list(TicketFilter(types=("repair", "complaint")))
    assert len(cases.lines) == len(CASES) == 10
    duties = company_desk.duties.team(DutyFilter(is_live=None), limit=1000)
    found = {
        state: Counter(duty.rule for duty in duties if duty.ticket_id and duty.state is state)
        for state in (DutyState.LATE, DutyState.MISSED)
    }
    # The loss was passed on after 15 minutes instead of 10, and the glass door had a visit half an hour late.
    assert found[DutyState.LATE] == {"property_mgmt.forward_major": 1, "property_mgmt.on_site": 1}
    assert found[DutyState.MISSED] == {}
    (report,) = [duty for duty in duties if duty.rule == "property_mgmt.report_major" and duty.state is DutyState.OPEN]
    assert report.due_at == _utc(20, 2, 14)
    (night,) = [duty for duty in duties if duty.rule == "property_mgmt.forward_night"]
    # Taken at 21:40, due when the desk opens, graded five minutes before.
    assert (night.due_at, night.met_at) == (_utc(19, 0, 0), _utc(18, 23, 55))
    assert company_desk.journal.verify().first_bad is None


def test_the_same_complaint_is_due_at_other_times_in_the_tower_than_on_the_estate(
    company_desk: CompanyDesk, other_desk: CompanyDesk, clock: Clock
) -> None:
    clock.set(_utc(12, 2, 0))
    for desk, demo, pack in ((company_desk, TOWER, TOWER_PACK), (other_desk, ESTATE, ESTATE_PACK)):
        hire(desk, demo)
        open_with(desk, pack)
    clock.set(_NOW)
    (in_the_tower,) = play(company_desk, [BINS])
    (on_the_estate,) = play(other_desk, [FULL_BINS])

    tower, estate = _due(company_desk, in_the_tower), _due(other_desk, on_the_estate)

    # Taken at 8:25 and graded at 8:34: 20 minutes, and 24 hours of the desk, which is open for 11 hours a day.
    assert (tower["forward"], tower["resolve"], tower["first_answer"]) == (_utc(20, 0, 45), _utc(22, 2, 34), None)
    # Two hours for the first answer; the rest is only asked to be prompt.
    assert (estate["forward"], estate["resolve"], estate["first_answer"]) == (None, None, _utc(20, 2, 25))


def _due(desk: CompanyDesk, ticket_id: UUID) -> Mapping[str, datetime | None]:
    return {duty.rule.removeprefix("property_mgmt."): duty.due_at for duty in desk.duties.of_ticket(ticket_id)}


def _utc(day: int, hour: int, minute: int) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)
