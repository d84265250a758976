"""A site that lives in memory and serves the built assets under the policy that gongdan sends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, Request, Route

import gongdan

WAIT_MS = 50
WAITS = 100
STATIC = Path(gongdan.__file__).parent / "web" / "static"
ORIGIN = "http://gongdan.test"
POLICY = "default-src 'self'; img-src 'self' data:"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass
class Site:
    #: The body that each path answers; its status is 200 unless `statuses` has another.
    answers: dict[str, str] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    #: Paths whose requests fail as if the network were gone.
    unreachable: set[str] = field(default_factory=set)
    #: Paths whose requests are never answered.
    slow: set[str] = field(default_factory=set)
    requests: list[Request] = field(default_factory=list)
    #: Script errors and broken policies.
    complaints: list[str] = field(default_factory=list)

    def put(self, path: str, body: str, *, head: str = "", attributes: str = "") -> None:
        """Let ``path`` answer a whole page."""
        charts = "<script src=/static/charts.js defer></script>" if "data-chart" in body else ""
        self.answers[path] = (
            f"<!doctype html><html lang=zh-CN><head><meta charset=utf-8><title>页面</title>{head}"
            "<script src=/static/theme.js></script><link rel=stylesheet href=/static/app.css>"
            f"<script src=/static/app.js defer></script>{charts}</head>"
            f"<body {attributes}>{body}</body></html>"
        )

    def open(self, page: Page, body: str, *, head: str = "", attributes: str = "") -> None:
        """Show ``body`` as the page at ``/``."""
        self.put("/", body, head=head, attributes=attributes)
        page.goto(f"{ORIGIN}/")

    def answer(self, route: Route, path: str) -> None:
        self.requests.append(route.request)
        if path in self.slow:
            return
        if path in self.unreachable:
            route.abort()
        elif path.startswith("/static/"):
            file = STATIC / path.removeprefix("/static/")
            route.fulfill(body=file.read_bytes(), content_type=TYPES[file.suffix])
        else:
            route.fulfill(
                status=self.statuses.get(path, 200 if path in self.answers else 404),
                body=self.answers.get(path, ""),
                content_type="text/html; charset=utf-8",
                headers={"Content-Security-Policy": POLICY, **self.headers.get(path, {})},
            )

    def hear(self, kind: str, text: str) -> None:
        """Keep errors of the console, but for requests that a test lets fail."""
        if kind == "error" and not text.startswith("Failed to load resource") and "Failed to fetch" not in text:
            self.complaints.append(text)

    @staticmethod
    def kept(page: Page) -> dict[str, str]:
        """Return what the page has in the browser's store."""
        found: dict[str, str] = page.evaluate("({ ...localStorage })")
        return found

    def asked(self, path: str) -> list[Request]:
        """Return the requests for ``path`` in their order."""
        return [request for request in self.requests if request.url.removeprefix(ORIGIN).split("?")[0] == path]


def wait_until(page: Page, condition: Callable[[], bool]) -> None:
    """Wait until ``condition`` holds, at most five seconds.

    Playwright's own wait evaluates strings in the page, which the policy forbids.
    """
    for _ in range(WAITS):
        if condition():
            return
        page.wait_for_timeout(WAIT_MS)
    pytest.fail("the condition did not come true")
