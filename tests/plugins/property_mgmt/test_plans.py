"""What a property office does again and again, as the residential regulation says it."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from gongdan.api import AssetInput, CompanyDesk, PartyInput, RunState, RunView
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import People

RESIDENTIAL = "property_mgmt.residential"
Wait = Callable[[int, int, int], None]


@pytest.fixture
def wait(company_desk: CompanyDesk, clock: Clock) -> Wait:
    """Let time pass until an hour of a day of 2026 in Shanghai, with the residential pack in force from the start."""
    company_desk.policies.apply(company_desk.policies.pack(RESIDENTIAL))

    def until(month: int, day: int, hour: int) -> None:
        moment = datetime(2026, month, day, hour, tzinfo=UTC) - timedelta(hours=8)
        company_desk.installation.timers.run_due(moment)
        clock.set(moment)

    return until


def _runs(desk: CompanyDesk, rule: str) -> list[RunView]:
    """Return the runs of a plan, the oldest first."""
    plan = next(plan for plan in desk.plans.all() if plan.rule == f"property_mgmt.{rule}")
    return list(desk.plans.runs(plan.id))[::-1]


@pytest.mark.clause("001-01-20")
def test_a_twentieth_of_the_households_is_visited_every_month_and_none_twice_in_a_round(
    company_desk: CompanyDesk, person: People, wait: Wait
) -> None:
    clerk = person("desk_clerk", name="张敏")
    building = company_desk.assets.create(AssetInput(kind="building", code="3"))
    owner = company_desk.parties.create(PartyInput(name="王芳", phones=("13800138000",)))
    units = [
        company_desk.assets.create(AssetInput(kind="unit", code=str(100 + number), parent_id=building.id))
        for number in range(22)
    ]
    for unit in units[:21]:
        company_desk.assets.link(unit.id, "owner", party_id=owner.id)
    seen: list[str] = []
    for month in (4, 5, 6):
        # 1 April is a working day, 1 to 5 May are holidays, 1 June is a working day.
        wait(month, 6, 12)
        run = _runs(clerk, "household_visits")[-1]
        # 5 % of 21 occupied flats are 1.05: two.
        assert (run.population, run.size, run.share) == (21, 2, "5")
        seen += [target.label for target in clerk.plans.run(run.id).targets]
    assert len(set(seen)) == 6
    assert [run.planned_for for run in _runs(clerk, "household_visits")] == [
        date(2026, 4, 1), date(2026, 5, 6), date(2026, 6, 1)
    ]  # fmt: skip
    # Each has its own month to be done in; 31 May 2026 is a Sunday and ends at midnight.
    assert [run.due_at for run in _runs(clerk, "household_visits")] == [
        datetime(2026, 4, 30, 10, tzinfo=UTC), datetime(2026, 5, 31, 15, 59, 59, tzinfo=UTC),
        datetime(2026, 6, 30, 10, tzinfo=UTC),
    ]  # fmt: skip
    assert [duty.label for duty in clerk.duties.mine()].count("走访住户") == 3


@pytest.mark.clause("001-01-07")
def test_a_fifth_of_the_duty_records_is_sampled_on_a_day_that_nobody_knows_before(
    company_desk: CompanyDesk, person: People, wait: Wait
) -> None:
    clerk, manager = person("desk_clerk"), person("department_manager", name="李建国")
    department = company_desk.departments.create("kf", "客服中心")
    for number in range(6):
        clerk.duty_log.write(department.id, f"{number} 号来电已登记")
    wait(3, 31, 20)
    plan = next(plan for plan in company_desk.plans.all() if plan.rule == "property_mgmt.log_sample")
    assert (plan.next_on, plan.is_unannounced, plan.runs) == (None, True, 0)
    wait(4, 30, 20)
    (run,) = _runs(manager, "log_sample")
    assert company_desk.calendars.of().is_working_day(run.planned_for)
    # A fifth of six entries of March is 1.2: two.
    assert (run.planned_for.month, run.population, run.size, run.debtor) == (4, 6, 2, "李建国")


@pytest.mark.clause("004-05-08")
@pytest.mark.clause("004-09-02")
def test_an_office_tower_asks_and_visits_once_it_has_decided_what_its_regulation_leaves_open(
    company_desk: CompanyDesk, person: People, clock: Clock
) -> None:
    clerk = person("desk_clerk")

    def states() -> dict[str, tuple[date | None, tuple[str, ...]]]:
        found = {plan.rule.removeprefix("property_mgmt."): plan for plan in clerk.plans.all()}
        return {name: (found[name].next_on, found[name].undecided) for name in ("survey", "household_visits")}

    company_desk.policies.apply(company_desk.policies.pack("property_mgmt.office"))
    assert states() == {
        "survey": (None, ("发放问卷：多久发完",)), "household_visits": (None, ("走访住户：每次走访几成",))
    }  # fmt: skip
    clock.set(datetime(2026, 3, 6, 2, tzinfo=UTC))
    company_desk.policies.set("property_mgmt.survey_within", "30 day")
    company_desk.policies.set("property_mgmt.visits_share", "10")
    # Begun on 5 March; 5 September 2026 is a Saturday.
    assert states() == {"survey": (date(2026, 9, 4), ()), "household_visits": (date(2026, 4, 1), ())}


@pytest.mark.clause("001-01-22")
@pytest.mark.clause("001-01-57")
def test_surveys_go_out_before_june_and_december_and_the_report_at_the_end_of_the_month(
    company_desk: CompanyDesk, person: People, wait: Wait
) -> None:
    lead = person("desk_supervisor")
    preview = company_desk.plans.preview("property_mgmt.survey", date(2026, 1, 1), date(2026, 12, 31))
    # 15 November 2026 is a Sunday.
    assert [day.day for day in preview.days] == [date(2026, 5, 15), date(2026, 11, 13)]
    wait(4, 30, 12)
    march, april = _runs(company_desk, "complaint_report")
    assert (march.planned_for, march.state) == (date(2026, 3, 31), RunState.MISSED)
    assert (april.planned_for, april.state, april.due_at) == (
        date(2026, 4, 30), RunState.OPEN, datetime(2026, 4, 30, 10, tzinfo=UTC)
    )  # fmt: skip
    assert lead.plans.complete(april.id, "投诉 12 件，均已回访").run.state is RunState.DONE
