"""What holds for every page, found by walking the map of addresses."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from uuid import uuid4

import pytest
from flask import Flask
from werkzeug.routing import Rule

from gongdan.domain.snapshots import CompanyView
from gongdan.services.desk import Desk
from gongdan.settings import Settings
from gongdan.storage.database import Database
from gongdan.testing.factories import Factory
from gongdan.web.access import member
from gongdan.web.app import create_app
from tests.web.visitor import Visitor


def readable(app: Flask) -> Iterator[Rule]:
    return (rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and rule.endpoint != "static")


def address(app: Flask, rule: Rule, **known: str) -> str:
    values = {name: known.get(name, "x") for name in rule.arguments}
    uuids = {name for name, converter in rule._converters.items() if type(converter).__name__ == "UUIDConverter"}
    values |= {name: known.get(name, str(uuid4())) for name in uuids}
    values |= {
        name: known.get(name, "1")
        for name, converter in rule._converters.items()
        if type(converter).__name__ == "IntegerConverter"
    }
    with app.test_request_context():
        return app.url_map.bind("localhost").build(rule.endpoint, values)


@pytest.mark.parametrize("fragment", [False, True])
def test_every_answer_carries_the_headers(app: Flask, administrator: Visitor, *, fragment: bool) -> None:
    for rule in readable(app):
        answer = administrator.get(address(app, rule), fragment=fragment)
        headers = answer.headers
        assert "default-src" in headers["Content-Security-Policy"], rule
        assert "unsafe-inline" not in headers["Content-Security-Policy"], rule
        assert headers["X-Content-Type-Options"] == "nosniff", rule
        assert headers["Referrer-Policy"] == "same-origin", rule
        assert headers["Cache-Control"] == "private, no-store", rule
        assert "Cookie" in headers["Vary"], rule
        assert answer.status_code < 500, rule


def test_the_policy_allows_our_own_files_only(stranger: Visitor) -> None:
    policy = stranger.get("/login").headers["Content-Security-Policy"]
    assert policy == (
        "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


def test_shipped_files_may_be_kept_for_a_year(stranger: Visitor) -> None:
    with stranger.client.get("/static/app.css") as answer:
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_nobody_but_the_public_pages_answers_a_stranger(app: Flask, stranger: Visitor) -> None:
    open_to_all = {rule.endpoint for rule in readable(app) if stranger.get(address(app, rule)).status_code == 200}
    assert open_to_all == {"account.log_in", "health.alive", "health.ready"}


def test_no_page_changes_anything_when_it_is_opened(
    app: Flask, administrator: Visitor, factory: Factory, unchanged: Callable[[], AbstractContextManager[None]]
) -> None:
    ticket, party, unit = factory.ticket(), factory.party(), factory.unit()
    known = {"ticket_id": str(ticket.id), "party_id": str(party.id), "asset_id": str(unit.id), "name": "dispatch"}
    with unchanged():
        for rule in readable(app):
            if rule.endpoint.startswith("exports.") or rule.endpoint == "papers.ticket_pdf":
                continue  # What leaves the house is journalled; that is what the journal is for.
            path = address(app, rule, **known)
            administrator.get(path)
            administrator.get(path, fragment=True)
            administrator.client.head(path)


def test_a_forged_host_is_refused_in_words(stranger: Visitor) -> None:
    answer = stranger.client.get("/login", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "不能用这个网址访问" in answer.text
    assert "evil.example" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_forged_forwarded_host_is_not_believed_without_a_proxy(stranger: Visitor) -> None:
    answer = stranger.client.get("/", headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https"})
    assert "evil.example" not in answer.text + (answer.location or "")


def test_the_operator_names_the_hosts(desk: Desk, settings: Settings) -> None:
    from dataclasses import replace

    app = create_app(desk, replace(settings, trusted_hosts=("desk.example",)))
    client = app.test_client()
    assert client.get("/login", headers={"Host": "desk.example"}).status_code == 200
    assert client.get("/login", headers={"Host": "localhost"}).status_code == 400


def test_cookies_are_bound_to_https_unless_the_operator_says_otherwise(desk: Desk, settings: Settings) -> None:
    from dataclasses import replace

    client = create_app(desk, replace(settings, secure_cookies=True)).test_client()
    cookie = client.get("/login").headers["Set-Cookie"]
    assert cookie.startswith("__Host-gongdan=")
    assert "Secure" in cookie
    assert "Path=/" in cookie


def test_a_browser_that_came_over_https_comes_no_other_way_for_a_year(desk: Desk, settings: Settings) -> None:
    from dataclasses import replace

    client = create_app(desk, replace(settings, secure_cookies=True)).test_client()
    for path, status in (("/login", 200), ("/healthz", 200), ("/static/app.js", 200), ("/nothing", 404)):
        with client.get(path) as answer:
            assert (answer.status_code, answer.headers["Strict-Transport-Security"]) == (status, "max-age=31536000")


def test_a_trial_without_https_asks_for_none(stranger: Visitor) -> None:
    assert "Strict-Transport-Security" not in stranger.client.get("/login").headers


def test_a_request_that_is_too_large_is_refused_in_words(app: Flask, agent: Visitor) -> None:
    limit = app.config["MAX_CONTENT_LENGTH"]
    answer = agent.client.post("/login", data={"login": "x" * (limit + 1)})
    assert answer.status_code == 413
    assert "提交的内容太大" in answer.text


def test_text_that_no_database_keeps_is_refused(agent: Visitor) -> None:
    assert agent.get("/search?q=a%00b").status_code == 400
    assert agent.post("/account", {"name": "张\0敏", "phone": "", "locale": "zh"}).status_code == 400


def test_a_change_without_a_token_is_refused_in_words(
    app: Flask, agent: Visitor, unchanged: Callable[[], AbstractContextManager[None]]
) -> None:
    changing = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    with unchanged():
        for rule in changing:
            answer = agent.client.post(address(app, rule))
            assert answer.status_code == 400, rule
            assert "页面已过期" in answer.text, rule


def test_an_unknown_address_is_told_in_words(agent: Visitor) -> None:
    answer = agent.get("/nirgends/<script>alert(1)</script>")
    assert answer.status_code == 404
    assert "没有这一页" in answer.text
    assert "<script>alert" not in answer.text


def test_a_defect_shows_a_number_and_no_trace(
    app: Flask, agent: Visitor, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> str:
        raise ZeroDivisionError("geheim")

    monkeypatch.setitem(app.view_functions, "home.index", member(fail))

    answer = agent.get("/")

    assert answer.status_code == 500
    assert "geheim" not in answer.text
    assert "Traceback" not in answer.text
    incident = caplog.records[-1].getMessage().removeprefix("incident ")
    assert incident in answer.text
    assert caplog.records[-1].exc_info is not None


def _closed_port() -> str:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return f"postgresql://gongdan:geheim@127.0.0.1:{listening.getsockname()[1]}/gongdan"


def _no_folder() -> str:
    return "sqlite:////nirgends/gongdan.db"


@pytest.mark.parametrize("address", [_closed_port, _no_folder])
@pytest.mark.parametrize("fragment", [False, True])
def test_a_page_tells_that_the_database_is_away(
    desk: Desk, agent: Visitor, monkeypatch: pytest.MonkeyPatch, address: Callable[[], str], *, fragment: bool
) -> None:
    desk.database.close()
    monkeypatch.setattr(desk, "database", Database(address()))

    answers = [agent.get("/", fragment=fragment), agent.post("/tickets/new", fragment=fragment), agent.get("/readyz")]

    for answer in answers:
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        assert "系统的数据库暂时没有应答" in answer.text
        assert "您刚才的操作没有保存；请稍后再试，一直这样请告诉管理员" in answer.text
        assert not re.search("geheim|nirgends|Traceback", answer.text)


def test_a_page_that_loses_the_database_half_way_tells_so_too(
    app: Flask, desk: Desk, agent: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def ask() -> str:
        desk.database.close()
        monkeypatch.setattr(desk, "database", Database(_no_folder()))
        return str(desk.companies.all())

    monkeypatch.setitem(app.view_functions, "home.index", member(ask))
    answer = agent.get("/")
    assert (answer.status_code, "系统的数据库暂时没有应答" in answer.text) == (503, True)


def test_a_refusal_in_a_fragment_goes_to_the_notices(agent: Visitor) -> None:
    answer = agent.get(f"/tickets/{uuid4()}/edit", fragment=True)
    assert answer.status_code == 404
    assert answer.headers["HX-Retarget"] == "#notices"
    assert "<html" not in answer.text


def test_a_view_that_does_not_say_who_may_see_it_stops_the_start(app: Flask) -> None:
    from gongdan.web.access import require_marks

    app.view_functions["nouns.open"] = lambda: ""
    with pytest.raises(RuntimeError, match=r"nouns\.open"):
        require_marks(app)


def test_health_is_told_without_signing_in(stranger: Visitor) -> None:
    assert stranger.get("/healthz").get_json() == {"status": "ok"}
    assert stranger.get("/readyz").get_json() == {"status": "ok", "timer_lag_seconds": 0}


def test_what_is_typed_is_shown_as_typed(agent: Visitor, factory: Factory, company: CompanyView) -> None:
    del company
    ticket = factory.ticket(description="{{7*7}} <b>漏水</b> {% for %}", contact_name="<img src=x>")
    page = agent.get(f"/tickets/{ticket.id}").text
    assert "{{7*7}} &lt;b&gt;漏水&lt;/b&gt;" in page
    assert "<b>漏水</b>" not in page
    assert "<img src=x>" not in page


def test_english_headings_over_many_things_are_plural_and_labels_of_one_are_not(
    desk: Desk, administrator: Visitor, factory: Factory
) -> None:
    administrator.post("/language", {"locale": "en", "next": "/account"})
    headings = {
        path: re.search(r"<h1>([^<]+?)\s*(?:<|$)", administrator.get(path).text)
        for path in ("/tickets", "/parties", "/roles", "/plugins")
    }
    assert {path: found and found[1] for path, found in headings.items()} == {
        "/tickets": "Tickets", "/parties": "Customers", "/roles": "Roles", "/plugins": "Plugins",
    }  # fmt: skip
    assert "> Customer</h2>" in administrator.get(f"/tickets/{factory.ticket().id}").text
