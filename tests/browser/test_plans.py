"""Plans in the browser: the calendar at the desk, a household visited with the phone in hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import expect

from gongdan.services.plan_keeper import PlanKeeper
from gongdan.services.plan_rows import RunFile
from gongdan.storage.plans import PlanRow
from tests.browser.conftest import Visit
from tests.browser.office import PLUGIN, Office
from tests.browser.test_pages import RULES, violations

pytestmark = pytest.mark.browser


@pytest.fixture
def visits(office: Office) -> Iterator[RunFile]:
    """The visits of the month to come, of which two are drawn; nobody owes them afterwards."""
    work = office.work
    applied = work.policies.apply(work.policies.pack(f"{PLUGIN}.residential"))
    plan = next(one for one in work.plans.all() if one.rule == f"{PLUGIN}.household_visits")
    assert plan.next_on
    with work.working() as changing:
        row = changing.get(PlanRow, plan.id, "plan", lock=True)
        noon = datetime.combine(plan.next_on, datetime.min.time(), UTC) + timedelta(hours=12)
        PlanKeeper(work, changing).bring_up(row, noon)
    yield work.plans.run(work.plans.runs(plan.id)[0].id)
    work.plans.end(plan.id, "测试结束")
    work.plans.resume(plan.id)
    if applied:
        work.policies.rollback(applied.id)


def test_a_household_is_visited_on_a_phone(visit: Visit, visits: RunFile) -> None:
    first = visits.targets[0].label
    page = visit("chenhong", width=390, height=844)
    page.goto(f"/plans/runs/{visits.run.id}")
    targets = page.get_by_role("region", name="要办的对象")
    expect(targets).to_contain_text("0/2")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page, RULES) == []
    line = targets.get_by_role("button", name=first)
    box = line.bounding_box()
    assert box
    assert box["height"] >= 40
    line.click()
    dialog = page.locator("#dialog")
    dialog.get_by_role("button", name="完成").click()
    expect(dialog.locator("#p-outcome")).to_contain_text("必须填写")
    dialog.get_by_label("结果").fill("住户反映电梯慢，其余正常")
    dialog.get_by_role("button", name="完成").click()
    expect(targets).to_contain_text("1/2")
    expect(targets.locator(".is-done")).to_contain_text("住户反映电梯慢，其余正常")


def test_the_calendar_is_a_grid_at_the_desk_and_an_agenda_on_a_phone(visit: Visit, visits: RunFile) -> None:
    month = f"{visits.run.planned_for:%Y-%m}"
    page = visit("chenhong")
    page.goto(f"/plans?month={month}")
    item = page.locator(".plan-grid").get_by_role("link", name="走访住户")
    expect(item).to_be_visible()
    assert violations(page, RULES) == []
    page.set_viewport_size({"width": 390, "height": 844})
    expect(item).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(".plan-agenda").get_by_role("link", name="走访住户").click()
    expect(page.get_by_role("heading", name="要办的对象")).to_be_visible()
