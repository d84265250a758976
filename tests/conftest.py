from __future__ import annotations

import gc
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from dev import find_browser

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def pytest_collection_finish(session: pytest.Session) -> None:
    """Look for garbage less often: thousands of tests and what they import stay to the end."""
    del session
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)


@pytest.fixture(scope="session")
def chromium_browser() -> Iterator[Browser]:
    """Start Chromium once for all tests in the browser; a process can hold one Playwright only."""
    from playwright.sync_api import sync_playwright

    path, missing = find_browser()
    if missing:
        pytest.fail(missing)
    with sync_playwright() as playwright:
        # Chromium refuses its sandbox to root, and containers run as root.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
