from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.frontend.site import Site

pytestmark = pytest.mark.browser

COMPOSER = """
<form data-drop><textarea aria-label=备注></textarea>
<input type=file name=files multiple aria-label=附件 data-max-bytes=1000 data-too-large="{name} 超过上限">
<ul data-drop-list data-remove-label=移除></ul><div data-drop-message role=status></div></form>
"""
DROP = """([name, size, kind]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(size)], name, { type: "image/jpeg" }));
  const target = document.querySelector("textarea");
  const data = kind === "paste" ? { clipboardData: transfer } : { dataTransfer: transfer };
  const Kind = kind === "paste" ? ClipboardEvent : DragEvent;
  target.dispatchEvent(new Kind(kind, { bubbles: true, cancelable: true, ...data }));
}"""


def names(page: Page) -> list[str]:
    found = page.get_by_label("附件").evaluate("input => [...input.files].map(file => file.name)")
    return [str(name) for name in found]


def test_dropped_and_pasted_photos_join_the_chosen_ones(page: Page, site: Site) -> None:
    site.open(page, COMPOSER)
    page.evaluate(DROP, ["水管.jpg", 500, "drop"])
    page.evaluate(DROP, ["阀门.jpg", 600, "paste"])
    assert names(page) == ["水管.jpg", "阀门.jpg"]
    expect(page.get_by_role("listitem")).to_have_count(2)


def test_a_file_above_the_limit_is_named_and_left_out(page: Page, site: Site) -> None:
    site.open(page, COMPOSER)
    page.evaluate(DROP, ["全景.jpg", 1001, "drop"])
    assert names(page) == []
    expect(page.get_by_role("status")).to_have_text("全景.jpg 超过上限")


def test_a_file_is_left_out_again_by_its_button(page: Page, site: Site) -> None:
    site.open(page, COMPOSER)
    for name in ("水管.jpg", "阀门.jpg"):
        page.evaluate(DROP, [name, 500, "drop"])
    page.get_by_role("button", name="移除 水管.jpg").click()
    assert names(page) == ["阀门.jpg"]
