"""A short walk through the running demo: signing in, the home page, a ticket."""

import html
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING, ClassVar
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, ProxyHandler, build_opener

from gongdan.cli.demo import HOST
from gongdan.cli.demo_home import Showcase
from gongdan.cli.serve import running
from gongdan.errors import GongdanError
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import Desk
    from gongdan.settings import Settings

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
_TICKET = re.compile(r'href="(/tickets/[0-9a-f]{8}-[0-9a-f-]{27})"')
_SECONDS = 30


@dataclass(eq=False)
class PageFailed(GongdanError):
    """A page of the demo does not answer as it should."""

    code: ClassVar[str] = "page_failed"
    text: ClassVar[str] = msg("页面 {address} 不正常：{found}")
    remedy: ClassVar[str] = msg("请查看日志 logs/gongdan.log")

    address: str = ""
    found: str = ""


class _Browser:
    """Keeps cookies and asks for pages of one server, past any proxy of the system."""

    def __init__(self, base: str) -> None:
        self._base = base.rstrip("/")
        self._opener = build_opener(ProxyHandler({}), HTTPCookieProcessor(CookieJar()))

    def open(self, path: str, form: dict[str, str] | None = None) -> str:
        """Return a page after following redirects; raises ``PageFailed`` for every status but 200."""
        data = urlencode(form).encode() if form else None
        try:
            with self._opener.open(f"{self._base}{path}", data, timeout=_SECONDS) as answer:
                content: bytes = answer.read()
        except HTTPError as problem:
            problem.close()
            raise PageFailed(path, f"HTTP {problem.code}") from problem
        except OSError as problem:
            raise PageFailed(path, str(problem)) from problem
        return content.decode()

    def find(self, path: str, pattern: re.Pattern[str], page: str) -> str:
        """Return what ``pattern`` finds in the page of ``path``; raises ``PageFailed`` when it is not there."""
        found = pattern.search(page)
        if found is None:
            raise PageFailed(path, pattern.pattern)
        return html.unescape(found[1])


def walk(desk: "Desk", settings: "Settings", showcase: Showcase) -> Iterator[tuple[str, float]]:
    """Start a server on a free port, open pages as everybody who can log in, and give address and seconds of each."""
    with running(desk, settings, HOST) as address:
        for person in showcase.people:
            yield from _visit(_Browser(address), person.login, showcase.password)


def _visit(browser: _Browser, login: str, password: str) -> Iterator[tuple[str, float]]:
    began = time.monotonic()
    token = browser.find("/login", _TOKEN, browser.open("/login"))
    home = browser.open("/login", {"login": login, "password": password, "csrf_token": token})
    if 'action="/logout"' not in home:
        raise PageFailed("/login", login)
    yield f"/ ({login})", time.monotonic() - began
    began = time.monotonic()
    path = browser.find("/tickets", _TICKET, browser.open("/tickets"))
    browser.open(path)
    yield f"{path} ({login})", time.monotonic() - began
