from __future__ import annotations

import pytest
from playwright.sync_api import expect

from gongdan.domain.snapshots import TicketView
from tests.browser.conftest import Visit
from tests.browser.hands import search, type_search
from tests.browser.office import Office

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def ticket(office: Office) -> TicketView:
    """A case about a thing that no other case speaks of."""
    return office.report("雨篦子被车压碎", room="1-2-201", phone="13711119876")


@pytest.mark.parametrize("words", ["篦", "篦子", "1-2-201", "9876"])
def test_a_case_is_found_by_what_the_caller_says(visit: Visit, ticket: TicketView, words: str) -> None:
    page = visit("zhangmin")
    page.goto("/")
    hits = search(page, words)
    expect(hits.get_by_role("option", name="雨篦子被车压碎")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=*")
    page.get_by_role("link", name="雨篦子被车压碎").click()
    page.wait_for_url(f"**/tickets/{ticket.id}")


def test_a_hit_opens_with_the_arrow_keys_and_enter(visit: Visit, ticket: TicketView) -> None:
    page = visit("zhangmin")
    page.goto("/tickets")
    search(page, ticket.number)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/tickets/{ticket.id}")


def test_what_is_not_there_is_said_and_escape_leads_out(visit: Visit, ticket: TicketView) -> None:
    page = visit("zhangmin")
    page.goto("/")
    hits = type_search(page, "鑫")
    expect(hits).to_contain_text("没有找到“鑫”")
    page.keyboard.press("Escape")
    expect(hits).to_be_hidden()


def test_rooms_stand_in_their_order_those_that_begin_with_the_words_first(visit: Visit) -> None:
    page = visit("zhangmin")
    page.goto("/")
    rooms = search(page, "2-1").locator("a[href*='/assets/'] .ellipsis")
    expect(rooms).to_have_text(["2-1-101", "2-1-102", "2-1-201", "2-1-202", "2-1-301", "2-1-302"])
