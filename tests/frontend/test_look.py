from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from gongdan.services.companies import ACCENTS
from tests.frontend.site import Site

pytestmark = pytest.mark.browser

CATEGORIES = ("new", "triage", "waiting_us", "waiting_customer", "waiting_third", "done", "closed", "void")
TILES = ("none", "open", "waiting", "late", "done", "empty")

STATES = "".join(
    f"<p class='state state-{name}'>状态</p><p class='state state-{name} is-late'>超时</p>" for name in CATEGORIES
)
UNITS = "".join(f"<a class='unit-tile unit-{name}' href=/x>1201 <span>2 件</span></a>" for name in TILES)
SHEET = f"""<main><h1>工单</h1>
<a href=/x>查看</a> <button class="btn btn-primary">提交</button> <a class="rail-link active" href=/x>首页</a>
{STATES}{UNITS}
<div class=next-step>等待转办</div><div class="next-step is-late">已超时</div>
<div class="happening happening-internal">
<div class=happening-head><strong>张敏</strong><time>14:02</time></div>
<div class=happening-body>业主下午在家</div></div>
<span class="due is-near">还剩 6 分钟</span> <span class="due is-late">超时</span></main>"""


def faint_texts(page: Page) -> list[str]:
    found = Axe().run(page, options={"runOnly": ["color-contrast"]}).response["violations"]
    return [f"{node['html']}: {node['any'][0]['message']}" for rule in found for node in rule["nodes"]]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_stands_out_from_its_ground_in_every_accent(page: Page, site: Site, theme: str) -> None:
    site.open(page, SHEET)
    page.evaluate("theme => { document.documentElement.dataset.bsTheme = theme }", theme)
    for accent in ACCENTS:
        page.evaluate("accent => { document.documentElement.dataset.accent = accent }", accent)
        assert faint_texts(page) == [], accent


@pytest.mark.parametrize("width", [1440, 1024, 390])
def test_the_frame_needs_no_scrolling_to_the_side(page: Page, site: Site, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    rail = "<nav class='rail offcanvas-lg offcanvas-start' id=rail><a class=rail-link href=/x>首页</a></nav>"
    top = "<header class=topbar><div data-search><input class=form-control></div><a class=btn>新建</a></header>"
    row = "<tr><td class=list-main>三单元 1201 厨房漏水到楼下<td class=amount>1,200.00"
    content = f"<main class=content><table class='table list list-cards'>{row}</table></main>"
    bottom = "<nav class=bottombar><a class=bottombar-link href=/x>首页</a></nav>"
    site.open(page, f"{rail}{top}{content}{bottom}", attributes="class=frame")
    assert page.evaluate("document.documentElement.scrollWidth") == width
