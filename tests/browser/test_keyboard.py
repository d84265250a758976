from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.hands import fill_in
from tests.browser.office import Office

pytestmark = pytest.mark.browser


def test_a_list_is_walked_without_a_mouse(visit: Visit, office: Office) -> None:
    for text in ("地下车库积水", "单元门厅玻璃碎裂"):
        office.report(text)
    page = visit("zhangmin")
    page.goto("/tickets")
    rows = page.locator("[data-key=row]")
    for key in "jjk":
        page.keyboard.press(key)
    expect(rows.first).to_have_class(re.compile("is-current"))
    expect(rows.first.get_by_role("link")).to_be_focused()
    subject = rows.first.get_by_role("link").inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(subject)

    page.keyboard.press("n")
    note = page.get_by_label("写记录", exact=True)
    expect(note).to_be_focused()
    page.keyboard.type("jck")
    expect(note).to_have_value("jck")
    page.keyboard.press("Escape")
    expect(note).not_to_be_focused()
    page.keyboard.press("e")
    expect(page.locator("#dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#dialog")).to_be_hidden()
    page.keyboard.press("c")
    page.wait_for_url("**/tickets/new")


def test_the_list_of_keys_opens_and_closes_from_the_keyboard(visit: Visit) -> None:
    page = visit("zhangmin")
    page.goto("/")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="键盘快捷键")
    expect(keys).to_be_visible()
    page.keyboard.press("c")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    assert page.url.endswith("/")


def test_a_refused_form_begins_at_the_first_wrong_field(visit: Visit) -> None:
    page = visit("zhangmin")
    page.goto("/tickets/new/complaint")
    expect(page.get_by_label("来电号码")).to_be_focused()
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("alert").first).to_be_visible()
    expect(page.locator(".is-invalid").first).to_be_focused()


def test_what_was_typed_survives_a_reload(visit: Visit, office: Office) -> None:
    typed = {"来电人": "周海波", "内容": "业主群里反映喷泉停了", "何时发生": "今早", "投诉人要求": "尽快恢复"}
    page = visit("zhangmin")
    page.goto("/tickets/new/complaint")
    fill_in(page, typed)
    page.wait_for_timeout(500)
    page.reload()
    for label, text in typed.items():
        expect(page.get_by_label(label, exact=True)).to_have_value(text)
    expect(page.locator("[data-keep-notice]")).to_be_visible()
    page.get_by_role("button", name="放弃").click()
    expect(page.get_by_label("内容", exact=True)).to_have_value("")
