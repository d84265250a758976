"""What people do on the pages, by the words that they read there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from playwright.sync_api import Locator, Page, expect

Answers = Mapping[str, str]


def fill_in(place: Page | Locator, answers: Answers) -> None:
    """Fill fields by their labels; lists take the words that they show."""
    for label, answer in answers.items():
        field = place.get_by_label(label, exact=True)
        if field.evaluate("field => field.tagName") == "SELECT":
            field.select_option(label=answer)
        else:
            field.fill(answer)


def begin_move(page: Page, label: str) -> Locator:
    """Press the button of a move and return its dialog."""
    page.locator(".moves").get_by_role("button", name=label, exact=True).click()
    dialog = page.locator("#dialog")
    expect(dialog.get_by_role("heading", name=re.compile(f"^{label} · "))).to_be_visible()
    return dialog


def send(dialog: Locator) -> None:
    dialog.locator("button[type=submit]").click()


def make_move(page: Page, label: str, answers: Answers, *, state: str) -> None:
    """Make a move; the ticket is in ``state`` afterwards."""
    dialog = begin_move(page, label)
    fill_in(dialog, answers)
    send(dialog)
    expect_state(page, state)


def expect_state(page: Page, state: str) -> None:
    expect(page.locator(".case-head .state").first).to_have_text(state)


def type_search(page: Page, text: str) -> Locator:
    """Type into the search box from the keyboard and return the list below it, which may still be closed."""
    box = page.get_by_role("search").get_by_role("combobox")
    page.keyboard.press("/")
    expect(box).to_be_focused()
    page.keyboard.type(text)
    expect(box).to_have_value(text)
    return page.locator("#hits")


def search(page: Page, text: str) -> Locator:
    """Type into the search box from the keyboard and return the list of hits, of which there must be one."""
    hits = type_search(page, text)
    expect(hits.get_by_role("option").first).to_be_visible()
    return hits


def hours_from_now(hours: int) -> str:
    """Return a time as a field for date and time takes it."""
    return f"{datetime.now() + timedelta(hours=hours):%Y-%m-%dT%H:%M}"  # noqa: DTZ005 -- a field knows no zone
