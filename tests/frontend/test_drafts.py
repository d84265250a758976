from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.frontend.site import Site, wait_until

pytestmark = pytest.mark.browser

FORM = """
<form method=post action=/sent data-keep=ticket-new {more}>
  <div data-keep-notice hidden>已恢复未提交的内容 <button type=button data-keep-discard>清除</button></div>
  <input name=subject aria-label=标题><input name=room aria-label=房号><input name=room aria-label=房号二>
  <label><input type=checkbox name=urgent>紧急</label>
  <select name=channel aria-label=渠道><option>电话<option>微信</select>
  <input type=password name=secret aria-label=口令><input type=hidden name=token value=first>
  <button>提交</button>
</form>
"""
ZHANG = '<meta name="account" content="zhang-min">'
LI = '<meta name="account" content="li-na">'


def write(page: Page) -> None:
    page.get_by_label("标题").fill("厨房漏水")
    page.get_by_label("房号二").fill("1202")
    page.get_by_label("紧急").check()
    page.get_by_label("渠道").select_option("微信")
    page.get_by_label("口令").fill("wu-ye-8")
    wait_until(page, lambda: any("微信" in draft for draft in Site.kept(page).values()))


def show(page: Page, site: Site, *, head: str = ZHANG, more: str = "", attributes: str = "") -> None:
    site.open(page, FORM.format(more=more), head=head, attributes=attributes)


def test_what_was_typed_comes_back_with_a_notice(page: Page, site: Site) -> None:
    show(page, site)
    write(page)
    page.reload()
    expect(page.get_by_label("标题")).to_have_value("厨房漏水")
    expect(page.get_by_label("房号", exact=True)).to_have_value("")
    expect(page.get_by_label("房号二")).to_have_value("1202")
    expect(page.get_by_label("紧急")).to_be_checked()
    expect(page.get_by_label("渠道")).to_have_value("微信")
    expect(page.get_by_text("已恢复")).to_be_visible()


def test_passwords_and_hidden_fields_are_never_kept(page: Page, site: Site) -> None:
    show(page, site)
    write(page)
    [draft] = Site.kept(page).values()
    assert "wu-ye-8" not in draft
    assert "first" not in draft


def test_nobody_else_is_shown_the_draft(page: Page, site: Site) -> None:
    show(page, site)
    write(page)
    show(page, site, head=LI)
    expect(page.get_by_label("标题")).to_have_value("")
    show(page, site)
    expect(page.get_by_label("标题")).to_have_value("厨房漏水")


def test_a_form_that_the_network_lost_keeps_its_draft(page: Page, site: Site) -> None:
    show(page, site, more="hx-post=/sent")
    write(page)
    site.unreachable.add("/sent")
    page.get_by_role("button", name="提交").click()
    wait_until(page, lambda: site.asked("/sent") != [])
    page.reload()
    expect(page.get_by_label("标题")).to_have_value("厨房漏水")


def test_a_form_that_the_server_refused_keeps_its_draft(page: Page, site: Site) -> None:
    show(page, site, more="hx-post=/sent hx-swap=none")
    write(page)
    site.statuses["/sent"] = 422
    with page.expect_response("**/sent"):
        page.get_by_role("button", name="提交").click()
    page.reload()
    expect(page.get_by_label("标题")).to_have_value("厨房漏水")


def test_a_form_that_the_server_took_loses_its_draft(page: Page, site: Site) -> None:
    show(page, site, more="hx-post=/sent hx-swap=none")
    write(page)
    site.answers["/sent"] = "好"
    page.get_by_role("button", name="提交").click()
    wait_until(page, lambda: Site.kept(page) == {})


def test_a_page_that_names_the_form_as_done_drops_its_draft(page: Page, site: Site) -> None:
    show(page, site)
    write(page)
    site.put("/sent", "已登记", head=ZHANG, attributes='data-keep-done="ticket-new"')
    page.get_by_role("button", name="提交").click()
    page.wait_for_url("**/sent")
    assert Site.kept(page) == {}


def test_discarding_empties_the_form_and_forgets(page: Page, site: Site) -> None:
    show(page, site)
    write(page)
    page.reload()
    page.get_by_role("button", name="清除").click()
    expect(page.get_by_label("标题")).to_have_value("")
    assert Site.kept(page) == {}


def test_signing_out_forgets_every_draft(page: Page, site: Site) -> None:
    show(page, site)
    write(page)
    site.put("/bye", "再见")
    site.open(page, "<form method=post action=/bye data-keep-forget><button>退出</button></form>", head=ZHANG)
    page.get_by_role("button").click()
    page.wait_for_url("**/bye")
    assert Site.kept(page) == {}
