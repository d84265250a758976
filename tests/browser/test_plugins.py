from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from gongdan.services.actors import SYSTEM
from gongdan.services.assets import AssetInput
from gongdan.testing.factories import PASSWORD
from tests.browser.conftest import Visit
from tests.browser.hands import expect_state, fill_in
from tests.browser.office import Office

pytestmark = pytest.mark.browser


def enter(page: Page, company: str) -> None:
    """Change to another company from the rail."""
    rail = page.locator(".rail")
    rail.locator(".rail-company [data-bs-toggle]").click()
    rail.get_by_role("button", name=company, exact=True).last.click()
    expect(rail.locator(".rail-company [data-bs-toggle]")).to_have_text(company)


def expect_property_office(page: Page, *, there: bool) -> None:
    """Tell whether the menu and the ticket types of the plugin are offered."""
    page.goto("/tickets/new")
    for name in ("报修", "投诉"):
        expect(page.locator(".rail").get_by_role("link", name=name, exact=True)).to_have_count(int(there))
    expect(page.locator(".type-card")).to_have_count(4 if there else 0)


def register(page: Page) -> str:
    page.goto("/tickets/new/complaint")
    fill_in(page, {"来电人": "周海波", "内容": "大堂灯太暗", "何时发生": "上周起每天", "投诉人要求": "换亮一点的灯"})
    page.get_by_role("combobox", name="地点").press_sequentially("大堂")
    page.get_by_role("option", name="大堂").click()
    page.get_by_role("button", name="登记", exact=True).click()
    expect_state(page, "已受理")
    return page.url


@pytest.fixture
def administrator(office: Office) -> str:
    """孙静, who administers two companies without plugins."""
    made = office.desk.accounts.create(SYSTEM, "sunjing", "孙静", PASSWORD, must_change_password=False)
    for company in (office.other, office.desk.companies.create(SYSTEM, "yongan", "永安物业")):
        office.desk.at(company).members.save(made.id, ["administrator"])
    return made.login


def test_a_plugin_is_enabled_for_one_company_and_disabled_without_loss(
    visit: Visit, office: Office, administrator: str
) -> None:
    page = visit(administrator)
    page.goto("/")
    enter(page, "永安物业")
    expect_property_office(page, there=False)

    page.goto("/plugins")
    card = page.get_by_role("article").filter(has_text="物业管理")
    card.get_by_role("button", name="启用").click()
    expect(card).to_contain_text("已启用")
    expect_property_office(page, there=True)
    hall = AssetInput(kind="public_part", code="大堂", label="大堂")
    office.desk.at(office.desk.companies.by_code("yongan")).assets.create(hall)
    ticket = register(page)
    enter(page, "颐和物业")
    expect_property_office(page, there=False)

    enter(page, "永安物业")
    page.goto("/plugins")
    card.get_by_role("button", name="停用").click()
    question = page.locator("#dialog")
    expect(question).to_contain_text("已有的 1 张工单连同日志、附件全部保留")
    question.get_by_role("button", name="停用", exact=True).click()
    expect(card).to_contain_text("未启用")
    expect_property_office(page, there=False)
    page.goto(ticket)
    expect(page.get_by_role("heading", name="大堂灯太暗")).to_be_visible()
    expect(page.locator("#content")).to_contain_text("换亮一点的灯")
    expect(page.locator(".moves")).to_have_count(0)
