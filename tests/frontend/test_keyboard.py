from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.frontend.site import Site

pytestmark = pytest.mark.browser

ROWS = "".join(
    f"<div data-key=row><a href=/tickets/{number} data-key=open>{subject}</a>"
    f"<a href=/tickets/{number}/move data-key=e>派工</a></div>"
    for number, subject in ((1, "漏水"), (2, "电梯异响"))
)
LIST = f"""
<input type=search data-key="/" aria-label=搜索><a data-key=c href=/new>新建</a>{ROWS}
<div x-data="{{ open: false }}">
<button data-key="?" @click="open = true">快捷键</button><p x-show=open>列表</p></div>
"""
PATHS = ("/new", "/tickets/1", "/tickets/2", "/tickets/1/move", "/tickets/2/move")


@pytest.fixture
def ticket_list(page: Page, site: Site) -> Page:
    for path in PATHS:
        site.put(path, path)
    site.open(page, LIST)
    return page


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_j_and_k_walk_the_rows_and_stop_at_the_ends(ticket_list: Page) -> None:
    press(ticket_list, "j", "j", "j", "k", "k")
    expect(ticket_list.locator(".is-current")).to_contain_text("漏水")
    expect(ticket_list.get_by_role("link", name="漏水")).to_be_focused()


def test_enter_opens_the_chosen_row(ticket_list: Page) -> None:
    press(ticket_list, "j", "j", "Enter")
    ticket_list.wait_for_url("**/tickets/2")


def test_a_key_belongs_to_the_chosen_row_first(ticket_list: Page) -> None:
    press(ticket_list, "j", "j", "e")
    ticket_list.wait_for_url("**/tickets/2/move")


def test_c_opens_a_new_case(ticket_list: Page) -> None:
    press(ticket_list, "c")
    ticket_list.wait_for_url("**/new")


def test_slash_leads_to_the_search_box_and_escape_out_of_it(ticket_list: Page) -> None:
    press(ticket_list, "/")
    expect(ticket_list.get_by_label("搜索")).to_be_focused()
    expect(ticket_list.get_by_label("搜索")).to_have_value("")
    press(ticket_list, "Escape")
    expect(ticket_list.get_by_label("搜索")).not_to_be_focused()


def test_the_question_mark_presses_the_button_for_the_list_of_keys(ticket_list: Page) -> None:
    press(ticket_list, "?")
    expect(ticket_list.get_by_text("列表")).to_be_visible()


def test_keys_are_letters_while_one_types(ticket_list: Page) -> None:
    ticket_list.get_by_label("搜索").focus()
    press(ticket_list, "c", "j", "e")
    expect(ticket_list.get_by_label("搜索")).to_have_value("cje")
    expect(ticket_list.locator(".is-current")).to_have_count(0)


def test_keys_with_ctrl_belong_to_the_browser(ticket_list: Page) -> None:
    press(ticket_list, "Control+c", "Control+j")
    expect(ticket_list.locator(".is-current")).to_have_count(0)
    assert ticket_list.url.endswith("/")


def test_keys_rest_for_people_who_have_switched_them_off(page: Page, site: Site) -> None:
    site.open(page, LIST, attributes="data-shortcuts=off")
    press(page, "j", "c")
    expect(page.locator(".is-current")).to_have_count(0)
    assert page.url.endswith("/")
