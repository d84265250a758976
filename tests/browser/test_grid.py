from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import Visit
from tests.browser.office import Office

pytestmark = pytest.mark.browser


def colour(tile: Locator) -> str:
    found: str = tile.evaluate("tile => getComputedStyle(tile).backgroundColor")
    return found


def test_the_question_colours_the_building_and_a_tile_opens_its_unit(visit: Visit, office: Office) -> None:
    office.report("阳台推拉门滑轮脱落", room="2-1-202")
    page = visit("zhangmin")
    page.goto(f"/assets/{office.work.assets.list(kind='building')[1].id}/grid")
    tower = page.locator(".tower")
    expect(tower.locator("[data-unit]")).to_have_count(12)
    busy = tower.get_by_role("link", name="2-1-202，")
    calm = tower.get_by_role("link", name="2-1-201，")
    assert colour(busy) != colour(calm)
    expect(busy.get_by_text("1 件")).to_be_visible()

    page.get_by_role("radio", name="待核对").check()
    assert colour(busy) == colour(calm)
    expect(busy.get_by_text("1 件")).to_be_hidden()

    busy.click()
    page.wait_for_url(f"**/assets/{office.unit('2-1-202')}")
    expect(page.get_by_role("link", name="阳台推拉门滑轮脱落")).to_be_visible()


def test_the_keyboard_walks_the_building_and_finds_a_room(visit: Visit, office: Office) -> None:
    page = visit("zhangmin")
    page.goto(f"/assets/{office.work.assets.list(kind='building')[0].id}/grid")
    page.get_by_role("link", name="1-1-301，").focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="1-1-201，")).to_be_focused()
    page.get_by_label("在这栋楼里查找").fill("2栋王")
    page.get_by_label("在这栋楼里查找").fill("302")
    expect(page.locator("[data-unit]:not(.is-dim)")).to_have_count(2)
