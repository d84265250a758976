"""The clerk's and the technician's way through the pages, in Chromium, under the policy that the pages carry."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, ViewportSize, expect
from werkzeug.serving import make_server

from gongdan.domain.snapshots import CompanyView
from gongdan.services.desk import CompanyDesk
from gongdan.services.tickets import TicketFilter
from gongdan.testing.factories import PASSWORD, Factory, People

pytestmark = pytest.mark.browser

DESKTOP: ViewportSize = {"width": 1280, "height": 800}
PHONE: ViewportSize = {"width": 390, "height": 844}


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    """Serve the application on a port of its own."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def open_as(chromium_browser: Browser, address: str) -> Iterator[Callable[..., Page]]:
    """Sign somebody in; at the end, no page may have thrown or broken the policy."""
    contexts, complaints = [], []

    def hear(kind: str, text: str) -> None:
        if kind == "error" and not text.startswith("Failed to load resource"):
            complaints.append(text)

    def sign_in(login: str, *, size: ViewportSize = DESKTOP) -> Page:
        context = chromium_browser.new_context(viewport=size, locale="zh-CN", reduced_motion="reduce")
        contexts.append(context)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        context.on("console", lambda line: hear(line.type, line.text))
        page = context.new_page()
        page.goto(f"{address}/login")
        page.get_by_label("用户名").fill(login)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("button", name="登录").click()
        expect(page.get_by_role("heading", name="收件箱")).to_be_visible()
        return page

    yield sign_in
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def wangfang(factory: Factory, company_desk: CompanyDesk) -> str:
    """王芳, who lives in 3-2-501; returns her number."""
    party, unit = factory.party(name="王芳", phones=("13812345678",)), factory.unit(label="3-2-501")
    company_desk.assets.link(unit.id, "sample_owner", party_id=party.id)
    return "13812345678"


def test_a_call_becomes_a_ticket_within_a_few_keys(
    open_as: Callable[..., Page], person: People, company_desk: CompanyDesk, wangfang: str
) -> None:
    person("agent", login="zhangmin", name="张敏")
    page = open_as("zhangmin")
    page.keyboard.press("c")
    page.wait_for_url("**/tickets/new/**")
    expect(page.get_by_label("来电号码")).to_be_focused()

    page.keyboard.type(wangfang[:7])
    page.get_by_role("button", name="3-2-501").click()

    expect(page.get_by_label("来电人", exact=True)).to_have_value("王芳")
    expect(page.get_by_role("combobox", name="地点")).to_have_value("3-2-501")
    page.get_by_label("内容").fill("厨房水管漏水")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_text("等待“派单”，还没有经办人")).to_be_visible()
    (line,) = company_desk.tickets.list(TicketFilter()).lines
    assert (line.ticket.contact_phone, line.ticket.place) == (wangfang, "3-2-501")


def test_a_refused_move_shows_why_and_keeps_what_was_typed(
    open_as: Callable[..., Page], person: People, factory: Factory, address: str
) -> None:
    person("agent", login="zhangmin", name="张敏")
    ticket = factory.ticket()
    page = open_as("zhangmin")
    page.goto(f"{address}/tickets/{ticket.id}")
    page.keyboard.press("e")
    dialog = page.locator("#dialog")
    dialog.get_by_label("预估费用").fill("200")
    dialog.get_by_role("button", name="派单").click()
    expect(dialog.get_by_role("alert")).to_contain_text("现在不能执行“派单”")
    expect(dialog.get_by_label("预估费用")).to_have_value("200")
    expect(dialog.get_by_label("经办人")).to_be_focused()

    dialog.get_by_label("经办人").select_option(label="张敏")
    dialog.get_by_role("button", name="派单").click()
    expect(page.get_by_text("派单，状态变为“处理中”")).to_be_visible()

    page.keyboard.press("e")
    dialog.get_by_role("link", name="SAMPLE-01").first.click()
    expect(page.locator("#clause")).to_contain_text("完成时须写明处理结果与原因")


def test_a_name_after_an_at_is_offered_and_taken(
    open_as: Callable[..., Page], person: People, factory: Factory, address: str
) -> None:
    person("agent", login="zhangmin", name="张敏")
    person("worker", login="lijian", name="李建国")
    ticket = factory.ticket()
    page = open_as("zhangmin")
    page.goto(f"{address}/tickets/{ticket.id}")
    page.keyboard.press("n")
    page.keyboard.type("请带角阀 @李")
    expect(page.get_by_role("option", name="李建国")).to_be_visible()
    page.keyboard.press("Enter")
    expect(page.locator("#note-body")).to_have_value("请带角阀 @李建国 ")
    page.get_by_role("button", name="提交").click()
    expect(page.locator(".mention")).to_have_text("@李建国")
    expect(page.locator("#note-body")).to_have_value("")


def test_the_search_box_finds_while_one_types_and_opens_with_enter(
    open_as: Callable[..., Page], person: People, factory: Factory
) -> None:
    person("agent", login="zhangmin", name="张敏")
    ticket = factory.ticket(description="海棠苑门禁失灵")
    page = open_as("zhangmin")
    page.keyboard.press("/")
    page.keyboard.type("门禁")
    expect(page.get_by_role("option").first).to_contain_text("海棠苑门禁失灵")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tickets/{ticket.id}")


def test_further_rows_are_loaded_into_the_list(
    open_as: Callable[..., Page], person: People, factory: Factory, address: str
) -> None:
    person("agent", login="zhangmin", name="张敏")
    for number in range(52):
        factory.ticket(description=f"第 {number} 件")
    page = open_as("zhangmin")
    page.goto(f"{address}/tickets")
    page.get_by_role("link", name="加载更多").click()
    expect(page.locator("tr[data-key=row]")).to_have_count(52)
    expect(page.get_by_role("link", name="加载更多")).to_have_count(0)


def test_pages_fit_on_a_phone(
    open_as: Callable[..., Page], person: People, factory: Factory, company: CompanyView, address: str, wangfang: str
) -> None:
    del company, wangfang
    person("administrator", "supervisor", login="chenhong", name="陈红")
    ticket = factory.ticket(description="地下车库 B2 区照明不亮，" * 10, place="地下车库 B2 区 · " * 6)
    page = open_as("chenhong", size=PHONE)
    for path in ("/", "/tickets?open=1", f"/tickets/{ticket.id}", f"/tickets/{ticket.id}/edit", "/tickets/new",
                 "/account", "/account/password", "/search?q=车库"):  # fmt: skip
        page.goto(address + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
