from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.frontend.site import Site, wait_until

pytestmark = pytest.mark.browser

SEARCH = """
<button>别处</button><form action=/search><div data-search>
<input type=search name=q aria-label=搜索 role=combobox aria-controls=hits aria-expanded=false
       autocomplete=off hx-get=/live
       hx-trigger="input changed delay:50ms" hx-target=#hits hx-sync=this:replace>
<div id=hits role=listbox data-search-hits hidden></div></div></form>
"""
HITS = "<a role=option id=h1 href=/tickets/1>厨房漏水</a><a role=option id=h2 href=/rooms/1201>1201</a>"
ROWS = "".join(f"<input type=checkbox data-select name=ids value={number}>" for number in range(1, 6))
SELECTION = f"""
<form data-selection><input type=checkbox data-select-all aria-label=全选>{ROWS}
<div data-selection-bar hidden>已选 <span data-selection-count></span> 件</div></form>
"""


def search(page: Page, site: Site) -> None:
    site.answers["/live"] = HITS
    site.put("/tickets/1", "工单")
    site.put("/rooms/1201", "房屋")
    site.put("/search", "结果")
    site.open(page, SEARCH)
    page.get_by_label("搜索").fill("漏水")
    expect(page.get_by_role("listbox")).to_be_visible()


def test_hits_appear_while_one_types_and_arrows_with_enter_open_one(page: Page, site: Site) -> None:
    search(page, site)
    expect(page.get_by_label("搜索")).to_have_attribute("aria-expanded", "true")
    for key in ("ArrowDown", "ArrowDown"):
        page.keyboard.press(key)
    expect(page.get_by_label("搜索")).to_have_attribute("aria-activedescendant", "h2")
    page.keyboard.press("Enter")
    page.wait_for_url("**/rooms/1201")


def test_enter_without_a_choice_sends_the_form(page: Page, site: Site) -> None:
    search(page, site)
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")


@pytest.mark.parametrize("leave", ["Escape", "click", "empty"])
def test_the_hits_close(page: Page, site: Site, leave: str) -> None:
    search(page, site)
    if leave == "Escape":
        page.keyboard.press("Escape")
    elif leave == "click":
        page.get_by_text("别处").click()
    else:
        page.get_by_label("搜索").fill("")
    expect(page.get_by_role("listbox")).to_be_hidden()


def test_half_typed_syllables_of_an_input_method_ask_nothing(page: Page, site: Site) -> None:
    site.answers["/live"] = HITS
    site.open(page, SEARCH)
    page.get_by_label("搜索").focus()
    keyboard = page.context.new_cdp_session(page)
    for syllables in ("l", "lou", "lou shui"):
        keyboard.send("Input.imeSetComposition", {"text": syllables, "selectionStart": 0, "selectionEnd": 0})
    page.wait_for_timeout(150)
    assert site.asked("/live") == []
    keyboard.send("Input.insertText", {"text": "漏水"})
    expect(page.get_by_role("listbox")).to_be_visible()
    assert [request.url.rpartition("=")[2] for request in site.asked("/live")] == ["%E6%BC%8F%E6%B0%B4"]


def test_empty_filters_stay_out_of_the_link(page: Page, site: Site) -> None:
    site.put("/tickets", "清单")
    options = "<option value=''>全部<option value=late>超时"
    fields = f"<input name=q value=''><select name=state data-submit-on-change aria-label=状态>{options}</select>"
    site.open(page, f"<form action=/tickets data-filters>{fields}<input type=hidden name=sort value=due></form>")
    page.get_by_label("状态").select_option("超时")
    page.wait_for_url("**/tickets?state=late&sort=due")


def test_delete_takes_a_focused_chip_away(page: Page, site: Site) -> None:
    site.put("/tickets", "清单")
    site.open(page, "<a class=chip href=/tickets>状态：超时</a>")
    page.get_by_role("link").focus()
    page.keyboard.press("Delete")
    page.wait_for_url("**/tickets")


def test_a_shift_click_chooses_the_run_and_the_bar_counts_it(page: Page, site: Site) -> None:
    site.open(page, SELECTION)
    page.locator("[value='2']").click()
    page.locator("[value='4']").click(modifiers=["Shift"])
    expect(page.get_by_text("已选 3 件")).to_be_visible()
    assert page.get_by_label("全选").evaluate("box => box.indeterminate") is True


def test_choosing_all_and_none(page: Page, site: Site) -> None:
    site.open(page, SELECTION)
    page.get_by_label("全选").check()
    expect(page.get_by_text("已选 5 件")).to_be_visible()
    page.get_by_label("全选").uncheck()
    expect(page.locator("[data-selection-bar]")).to_be_hidden()


def test_a_form_is_sent_once_however_often_one_presses(page: Page, site: Site) -> None:
    site.open(page, "<form method=post action=/slow><button>提交</button></form>")
    site.slow.add("/slow")
    page.get_by_role("button").click(click_count=3, no_wait_after=True)
    wait_until(page, lambda: site.asked("/slow") != [])
    assert len(site.asked("/slow")) == 1


def test_a_question_answered_with_no_sends_nothing(page: Page, site: Site) -> None:
    site.put("/gone", "已删除")
    site.open(page, "<form method=post action=/gone data-confirm=确定作废？><button>作废</button></form>")
    page.once("dialog", lambda dialog: dialog.dismiss())
    with page.expect_event("dialog") as asked:
        page.get_by_role("button").click()
    assert asked.value.message == "确定作废？"
    assert site.asked("/gone") == []
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button").click()
    page.wait_for_url("**/gone")
