from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from dev import find_browser


def pytest_collection_finish(session: pytest.Session) -> None:
    """Look for garbage less often: thousands of tests and what they import stay to the end."""
    del session
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)


@pytest.fixture(scope="session")
def chromium_browser() -> Iterator[Browser]:
    """Start Chromium once for all tests in the browser; a process can hold one Playwright only."""
    path, missing = find_browser()
    if missing:
        pytest.fail(missing)
    with sync_playwright() as playwright:
        # Chromium refuses its sandbox to root, and containers run as root.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
