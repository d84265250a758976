"""Everything runs under ``default-src 'self'``: the fixture `site` fails a test whose page breaks it."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Position, expect

from tests.frontend.site import STATIC, Site

pytestmark = pytest.mark.browser

CHART = """
<div class=chart data-chart=weeks role=img aria-label=每周工单></div>
<script type=application/json id=weeks>
{"xAxis": {"type": "category", "data": ["第一周", "第二周"]}, "yAxis": {}, "tooltip": {}, "legend": {},
 "series": [{"name": "报修", "type": "bar", "data": [{"value": 3, "url": "/list"}, 5]}]}
</script>
"""


def test_a_request_carries_token_and_company_of_its_page_and_its_answer_is_swapped_in(page: Page, site: Site) -> None:
    site.answers["/note"] = "<p>已记录</p>"
    button = "<button hx-post=/note hx-target=#here>保存</button><div id=here></div>"
    head = '<meta name="csrf-token" content="token-7"><meta name="page-company" content="xingfu">'
    site.open(page, button, head=head)
    page.get_by_role("button").click()
    expect(page.locator("#here")).to_have_text("已记录")
    headers = site.asked("/note")[0].headers
    assert (headers["x-csrftoken"], headers["x-page-company"]) == ("token-7", "xingfu")


def test_an_answer_with_an_error_status_is_shown_like_any_other(page: Page, site: Site) -> None:
    site.answers["/note"], site.statuses["/note"] = "<p>请填写备注</p>", 422
    site.open(page, "<button hx-post=/note hx-target=#here>保存</button><div id=here></div>")
    page.get_by_role("button").click()
    expect(page.locator("#here")).to_have_text("请填写备注")


def test_a_request_without_an_answer_shows_the_notice_until_one_is_answered(page: Page, site: Site) -> None:
    site.answers["/note"] = "好"
    site.unreachable.add("/note")
    notice = "<div data-offline-notice hidden>网络断开</div>"
    site.open(page, f"<button hx-get=/note hx-target=#here>查</button><div id=here></div>{notice}")
    page.get_by_role("button").click()
    expect(page.get_by_text("网络断开")).to_be_visible()
    site.unreachable.clear()
    page.get_by_role("button").click()
    expect(page.get_by_text("网络断开")).to_be_hidden()


def test_alpine_expressions_work(page: Page, site: Site) -> None:
    site.open(page, '<div x-data="{ open: false }"><button @click="open = !open">更多</button><p x-show=open>详情')
    expect(page.get_by_text("详情")).to_be_hidden()
    page.get_by_role("button").click()
    expect(page.get_by_text("详情")).to_be_visible()


def test_alpine_starts_in_content_that_is_swapped_in(page: Page, site: Site) -> None:
    site.answers["/part"] = '<div x-data="{ n: 1 }"><button @click="n++">加</button><output x-text=n></output></div>'
    site.open(page, "<div id=here hx-get=/part hx-trigger=load></div>")
    page.get_by_role("button", name="加").click()
    expect(page.locator("output")).to_have_text("2")


def test_a_dialog_opens_with_its_content_and_closes_when_the_server_says_so(page: Page, site: Site) -> None:
    site.answers["/assign"] = "<form hx-post=/assigned><input name=to aria-label=转给><button>转办</button></form>"
    site.answers["/assigned"], site.headers["/assigned"] = "", {"HX-Trigger": "dialog:close"}
    content = "<div class=modal-dialog><div class=modal-content></div></div>"
    dialog = f"<div class=modal id=dialog tabindex=-1>{content}</div>"
    site.open(page, f'<button hx-get=/assign hx-target="#dialog .modal-content">转办…</button>{dialog}')
    page.get_by_role("button").click()
    expect(page.get_by_label("转给")).to_be_focused()
    page.get_by_role("button", name="转办", exact=True).click()
    expect(page.locator("#dialog")).to_be_hidden()


def test_a_chart_draws_shows_its_tooltip_and_a_bar_opens_its_list(page: Page, site: Site) -> None:
    site.answers["/list"] = "清单"
    site.open(page, CHART)
    chart = page.locator("[data-chart]")
    expect(chart.locator("svg")).to_be_visible()
    middle_of_the_first_bar = Position(x=330, y=200)
    chart.hover(position=middle_of_the_first_bar)
    expect(chart.get_by_text("报修")).to_have_count(2)
    chart.click(position=middle_of_the_first_bar)
    page.wait_for_url("**/list")


def test_the_chosen_theme_is_there_before_the_page_and_stays(page: Page, site: Site) -> None:
    site.open(page, "<button data-theme-set=dark>深色</button><button data-theme-set=system>跟随系统</button>")
    page.get_by_role("button", name="深色").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    expect(page.get_by_role("button", name="深色")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="跟随系统").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "light")


def test_every_icon_of_the_list_is_a_symbol(page: Page, site: Site) -> None:
    site.open(page, "<svg class=icon id=star><use href=/static/icons.svg#star-filled></use></svg>")
    assert page.locator("#star").bounding_box() is not None
    assert (STATIC / "icons.svg").read_text(encoding="utf-8").count("<symbol ") >= 80
