from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect

from gongdan.cli.serve import running
from gongdan.services import passwords
from gongdan.testing.factories import PASSWORD
from tests.browser.office import Office, open_office

#: Opens a page for somebody who has signed in: ``visit("zhangmin", width=390)``.
Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Set two companies up once; a test makes the cases it works on, and leaves what others count as it was."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passwords, "hasher", lambda: quick)
        opened = open_office(tmp_path_factory.mktemp("office"))
        yield opened
        opened.desk.close()


@pytest.fixture(scope="session")
def address(office: Office) -> Iterator[str]:
    """Serve the pages of the office as ``gongdan serve`` does."""
    with running(office.desk, office.settings, "127.0.0.1") as address:
        yield address.rstrip("/")


@pytest.fixture(scope="session")
def signed_in(chromium_browser: Browser, address: str) -> Callable[[str], StorageState]:
    """Sign a person in with the form, once; returns the cookies."""
    kept: dict[str, StorageState] = {}

    def cookies_of(login: str) -> StorageState:
        if login not in kept:
            context = chromium_browser.new_context(base_url=address)
            page = context.new_page()
            page.goto("/login")
            page.locator("[name=login]").fill(login)
            page.locator("[name=password]").fill(PASSWORD)
            page.locator("main form button[type=submit]").click()
            page.wait_for_url(f"{address}/")
            kept[login] = context.storage_state()
            context.close()
        return kept[login]

    return cookies_of


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """Collect what no page may do: throw, break the policy, answer with a defect."""
    heard: list[str] = []
    yield heard
    assert heard == []


@pytest.fixture
def visit(
    chromium_browser: Browser, address: str, signed_in: Callable[[str], StorageState], complaints: list[str]
) -> Iterator[Visit]:
    opened: list[BrowserContext] = []

    def open_page(login: str = "", *, width: int = 1440, height: int = 900) -> Page:
        context = _open_context(chromium_browser, address, signed_in(login) if login else None, width, height)
        _listen(context, complaints)
        opened.append(context)
        return context.new_page()

    yield open_page
    for context in opened:
        context.close()


@pytest.fixture(scope="module")
def look_in(chromium_browser: Browser, address: str, signed_in: Callable[[str], StorageState]) -> Iterator[Visit]:
    """Open pages that are looked at only, in one browser for each person, which has fetched styles and scripts."""
    heard: list[str] = []
    kept: dict[str, Page] = {}

    def open_page(login: str = "", *, width: int = 1440, height: int = 900) -> Page:
        if login not in kept:
            context = _open_context(chromium_browser, address, signed_in(login), width, height)
            _listen(context, heard)
            kept[login] = context.new_page()
        assert heard == []
        return kept[login]

    yield open_page
    for page in kept.values():
        page.context.close()
    assert heard == []


def _open_context(
    browser: Browser, address: str, cookies: StorageState | None, width: int, height: int
) -> BrowserContext:
    context = browser.new_context(
        base_url=address,
        viewport={"width": width, "height": height},
        storage_state=cookies,
        reduced_motion="reduce",
        locale="zh-CN",
    )
    # A busy machine is slow, not wrong.
    context.set_default_timeout(20_000)
    expect.set_options(timeout=20_000)
    return context


def _listen(context: BrowserContext, complaints: list[str]) -> None:
    def hear(kind: str, text: str) -> None:
        # A refusal of the server is shown on the page; Chromium calls it an error all the same.
        if kind == "error" and not text.startswith("Failed to load resource"):
            complaints.append(text)

    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("console", lambda line: hear(line.type, line.text))
    context.on("response", lambda answer: complaints.append(answer.url) if answer.status >= 500 else None)
