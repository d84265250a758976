from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.frontend.site import Site


@pytest.fixture
def context(chromium_browser: Browser) -> Iterator[BrowserContext]:
    context = chromium_browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(5_000)
    yield context
    context.close()


@pytest.fixture
def site(context: BrowserContext) -> Iterator[Site]:
    """Answer every request from memory; at the end, no page may have broken the policy or thrown."""
    site = Site()
    context.route("**/*", lambda route: site.answer(route, urlsplit(route.request.url).path))
    context.on("weberror", lambda error: site.complaints.append(str(error.error)))
    context.on("console", lambda line: site.hear(line.type, line.text))
    yield site
    assert site.complaints == []


@pytest.fixture
def page(context: BrowserContext, site: Site) -> Page:
    return context.new_page()
