"""Somebody with a browser: keeps cookies, and sends token and company of the page that he looks at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from gongdan.services.desk import Desk
from gongdan.testing.factories import PASSWORD
from gongdan.web.access import TOKEN

_COMPANY = re.compile(r'<meta name="page-company" content="([^"]*)">')
_TOKEN = re.compile(r'<meta name="csrf-token" content="([^"]+)">')


class Visitor:
    """A browser without scripts, or with htmx where ``fragment`` is asked for."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self.client = app.test_client()
        self._token = ""
        self._company = ""
        self._has_arrived = False

    def get(self, path: str, *, fragment: bool = False, **more: Any) -> TestResponse:
        """Open a page, or what htmx asks for."""
        # Read to its end and closed, as a browser does.
        answer = self.client.get(path, headers=_headers(fragment=fragment), buffered=True, **more)
        self._look(answer)
        return answer

    def post(
        self, path: str, values: Mapping[str, Any] | None = None, *, fragment: bool = False, **more: Any
    ) -> TestResponse:
        """Send a form with the token and the company of the page at hand."""
        given = {"csrf_token": self.token, "page_company": self._company, **(values or {})}
        answer = self.client.post(path, data=given, headers=_headers(fragment=fragment), **more)
        self._look(answer)
        return answer

    def log_in(self, login: str, password: str = PASSWORD, **more: str) -> TestResponse:
        """Sign in with the form."""
        self.get("/login")
        answer = self.post("/login", {"login": login, "password": password, **more})
        self.get("/account")
        return answer

    def arrive(self, login: str) -> None:
        """Come back with the cookie of somebody who has signed in before, and look at no page yet."""
        desk: Desk = self._app.extensions["gongdan"]
        with self.client.session_transaction() as session:
            session.permanent = True
            session[TOKEN] = desk.sessions.log_in(login, PASSWORD, address="127.0.0.1", device="Firefox")
        self._has_arrived = True

    @property
    def token(self) -> str:
        """Return the token of the page at hand, for what other tabs send; who has just arrived opens one."""
        if self._has_arrived and not self._token:
            self.get("/account")
        return self._token

    def _look(self, answer: TestResponse) -> None:
        text = answer.text if answer.mimetype == "text/html" else ""
        token, company = _TOKEN.search(text), _COMPANY.search(text)
        self._token = token[1] if token else self._token
        self._company = company[1] if company else self._company


def _headers(*, fragment: bool) -> dict[str, str]:
    return {"HX-Request": "true"} if fragment else {}
