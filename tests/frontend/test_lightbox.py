from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.frontend.site import Site

pytestmark = pytest.mark.browser

PHOTOS = """
<div data-photos data-close=关闭 data-previous=上一张 data-next=下一张>
<div data-photo-group><a href=/static/icons.svg data-photo="处理前 · 水管"><img alt=甲></a>
<a href=/static/icons.svg data-photo="处理后 · 水管"><img alt=乙></a></div>
<div data-photo-group><a href=/static/icons.svg data-photo=全景><img alt=丙></a></div></div>
"""


def test_photos_open_large_with_before_and_after_side_by_side(page: Page, site: Site) -> None:
    site.open(page, PHOTOS)
    page.get_by_alt_text("乙").click()
    shown = page.get_by_role("dialog")
    expect(shown.get_by_role("figure")).to_have_text(["处理前 · 水管", "处理后 · 水管"])
    expect(shown.get_by_role("button", name="上一张")).to_be_disabled()
    page.keyboard.press("ArrowRight")
    expect(shown.get_by_role("figure")).to_have_text(["全景"])
    expect(shown).to_contain_text("2 / 2")
    page.keyboard.press("Escape")
    expect(shown).to_have_count(0)
    expect(page.locator("a:focus")).to_have_attribute("data-photo", "处理后 · 水管")
