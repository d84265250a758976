from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.frontend.site import Site

pytestmark = pytest.mark.browser


def tile(code: str, tickets: int, owner: str, *, tabindex: int = -1) -> str:
    key = "some" if tickets else "none"
    tone = 'data-tone-open="some"' if tickets else ""
    return (
        f'<a class="unit" data-unit href="/unit/{code}" tabindex="{tabindex}" aria-label="{code}" '
        f'data-label="3-{code}" '
        f'data-words="{code} {owner}" data-people="业主 {owner}" data-answer-open="{key}" data-answer-people="known" '
        f'{tone} data-tone-people="done"><strong>{code}</strong></a>'
    )


def legend(question: str, key: str, label: str) -> str:
    button = f'<button type="button" data-answer="{key}" aria-pressed="false">{label}</button>'
    return f'<ul class="legend" data-legend="{question}"><li>{button}</li></ul>'


def floor(name: str, *tiles: str) -> str:
    return f'<tr><th>{name}</th><td><div class="units">{"".join(tiles)}</div></td></tr>'


BUILDING = f"""
<div class="building" data-building>
  <nav class="building-tabs"><a href="/other">4栋</a></nav>
  <fieldset class="questions"><label><input type="radio" name="by" value="open" checked>未结工单</label>
    <label><input type="radio" name="by" value="people">登记情况</label></fieldset>
  <input data-find aria-label="查找">
  {legend("open", "some", "1 件")}
  {legend("people", "known", "已登记")}
  <table class="tower"><tbody>
    {floor("2 层", tile("201", 0, "王芳", tabindex=0), tile("202", 1, "李建国"))}
    {floor("1 层", tile("101", 0, "陈秀英"), tile("102", 0, "王强"))}
  </tbody></table>
  <div class="unit-card" role="tooltip" hidden data-nobody="无人登记"></div>
</div>
"""


@pytest.fixture
def building(page: Page, site: Site) -> Page:
    site.put("/unit/202", "202")
    site.open(page, BUILDING)
    return page


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.getAttribute('aria-label')"))


def test_arrow_keys_walk_the_building_and_stop_at_its_edges(building: Page) -> None:
    building.get_by_label("201").focus()
    walked = []
    for key in ("ArrowLeft", "ArrowRight", "ArrowDown", "ArrowDown", "Home", "ArrowUp", "End"):
        building.keyboard.press(key)
        walked.append(focused(building))
    assert walked == ["201", "202", "102", "102", "101", "201", "202"]


def test_only_the_tile_last_walked_to_can_be_reached_with_tab(building: Page) -> None:
    building.get_by_label("201").focus()
    building.keyboard.press("ArrowDown")
    assert building.eval_on_selector_all("[data-unit][tabindex='0']", "tiles => tiles.map(tile => tile.ariaLabel)") == [
        "101"
    ]


def test_enter_opens_the_unit(building: Page) -> None:
    building.get_by_label("201").focus()
    building.keyboard.press("ArrowRight")
    building.keyboard.press("Enter")
    building.wait_for_url("**/unit/202")


def test_the_card_tells_who_lives_there_and_goes_with_escape(building: Page) -> None:
    building.get_by_label("202").hover()
    expect(building.get_by_role("tooltip")).to_contain_text("业主 李建国")
    building.get_by_label("201").focus()
    building.keyboard.press("ArrowRight")
    expect(building.get_by_role("tooltip")).to_be_visible()
    building.keyboard.press("Escape")
    expect(building.get_by_role("tooltip")).to_be_hidden()


def test_the_question_colours_the_tiles_and_stands_in_the_address(building: Page) -> None:
    def colour(code: str) -> str:
        return str(building.get_by_label(code).evaluate("tile => getComputedStyle(tile).backgroundColor"))

    assert colour("202") != colour("201")
    building.get_by_text("登记情况").click()
    assert colour("202") == colour("201")
    assert building.url.endswith("?by=people")
    expect(building.get_by_role("link", name="4栋")).to_have_attribute("href", "http://gongdan.test/other?by=people")
    expect(building.get_by_role("button", name="1 件")).to_be_hidden()


def test_an_answer_lets_its_units_stand_out_and_lets_go_again(building: Page) -> None:
    answer = building.get_by_role("button", name="1 件")
    answer.click()
    expect(building.locator(".is-dim")).to_have_count(3)
    expect(answer).to_have_attribute("aria-pressed", "true")
    answer.click()
    expect(building.locator(".is-dim")).to_have_count(0)


def test_typed_words_find_units_and_enter_goes_to_the_first(building: Page) -> None:
    building.get_by_label("查找").fill("王")
    expect(building.locator(".is-found")).to_have_count(2)
    building.keyboard.press("Enter")
    assert focused(building) == "201"


def test_a_wide_building_shrinks_its_tiles_before_it_scrolls_to_the_side(page: Page, site: Site) -> None:
    tiles = [f"{number:04}" for number in range(1201, 1221)]
    tower = (
        f'<table class="tower"><tbody>{floor("12 层", *(tile(code, 0, "欧阳秀英") for code in tiles))}</tbody></table>'
    )
    page.set_viewport_size({"width": 1280, "height": 800})
    site.open(page, f'<div class="building" data-building><div class="tower-frame">{tower}</div></div>')
    frame = page.locator(".tower-frame")
    assert frame.evaluate("frame => frame.scrollWidth - frame.clientWidth") == 0
    widths = page.locator(".unit").evaluate_all("tiles => tiles.map((tile) => Math.round(tile.offsetWidth))")
    assert min(widths) >= 42
    codes = page.locator(".unit > strong")
    assert codes.evaluate_all("codes => codes.every((code) => code.scrollWidth <= code.parentElement.clientWidth)")
