from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.hands import begin_move
from tests.browser.office import Office

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}


def expect_no_scrolling_to_the_side(page: Page) -> None:
    __tracebackhide__ = True
    page.wait_for_load_state("load")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= PHONE["width"], page.url


def test_the_pages_of_the_day_fit_a_phone(visit: Visit, office: Office) -> None:
    ticket = office.report("卫生间地漏返味严重，已经反映过一次，老人在家请敲门声音大一点，谢谢物业的师傅们" * 2)
    page = visit("zhangmin", **PHONE)
    paths = ("/", "/tickets", f"/tickets/{ticket.id}", f"/tickets/{ticket.id}/edit", "/tickets/new/repair",
             "/assets/grid", "/assets", f"/assets/{office.unit('2-1-101')}", "/parties",
             f"/parties/{office.owner_id}", "/search?q=1", "/account")  # fmt: skip
    for path in paths:
        page.goto(path)
        expect_no_scrolling_to_the_side(page)


def test_figures_in_a_list_say_what_they_count(visit: Visit) -> None:
    page = visit("chenhong", **PHONE)
    page.goto("/companies")
    row = page.locator("tr[data-key=row]").first
    expect(row.locator("td.amount").nth(0)).to_contain_text("人员")
    expect(row.locator("td.amount").nth(0).get_by_text("人员")).to_be_visible()
    expect(row.locator("td.amount").nth(1).get_by_text("扩展")).to_be_visible()
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(row.get_by_text("人员")).to_be_hidden()


def test_a_move_is_made_with_the_thumb(visit: Visit, office: Office) -> None:
    ticket = office.report("楼道声控灯不亮")
    page = visit("zhangmin", **PHONE)
    page.goto(f"/tickets/{ticket.id}")
    dialog = begin_move(page, "派单")
    expect_no_scrolling_to_the_side(page)
    for button in dialog.get_by_role("button").all():
        box = button.bounding_box()
        assert box is not None
        assert 0 <= box["x"] <= box["x"] + box["width"] <= PHONE["width"]


def test_the_bar_at_the_bottom_and_the_rail_lead_everywhere(visit: Visit) -> None:
    page = visit("zhangmin", **PHONE)
    page.goto("/")
    bar = page.get_by_role("navigation", name="常用")
    bar.get_by_role("link", name="工单").click()
    page.wait_for_url("**/tickets")
    expect(bar.get_by_role("link", name="工单")).to_have_attribute("aria-current", "page")
    for link in bar.get_by_role("link").all():
        box = link.bounding_box()
        assert box is not None
        assert box["height"] >= 40
    expect(page.locator("#rail")).to_be_hidden()
    page.get_by_role("button", name="打开导航").click()
    page.locator("#rail").get_by_role("link", name="投诉").click()
    page.wait_for_url("**/tickets?type=complaint")
