from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from flask import Flask

from gongdan.domain.snapshots import CompanyView
from gongdan.services.actors import SYSTEM
from gongdan.services.desk import Desk
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import PASSWORD, People
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]


def test_a_page_asks_for_signing_in_and_leads_back_to_itself(stranger: Visitor, person: People) -> None:
    person(login="zhangmin")
    asked = stranger.get("/tickets?open=1")
    assert asked.status_code == 303
    assert asked.location == "/login?next=/tickets?open%3D1"

    assert stranger.log_in("zhangmin", next="/tickets?open=1").location == "/tickets?open=1"


def test_a_fragment_without_a_session_sends_the_whole_page_to_signing_in(stranger: Visitor) -> None:
    around = {"HX-Request": "true", "HX-Current-URL": "http://localhost/tickets?open=1"}
    answer = stranger.client.get("/search/live?q=漏水", headers=around)
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"] == "/login?next=/tickets?open%3D1"


def test_a_fragment_of_a_page_that_cannot_be_leads_home_after_signing_in(stranger: Visitor) -> None:
    around = {"HX-Request": "true", "HX-Current-URL": "http://["}
    answer = stranger.client.get("/search/live?q=漏水", headers=around)
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/login?next=/")


@pytest.mark.parametrize(
    ("login", "password"), [("zhangmin", "错误的密码123"), ("nobody", PASSWORD), ("closed", PASSWORD)]
)
def test_a_wrong_password_an_unknown_name_and_a_closed_account_are_told_alike(
    stranger: Visitor, person: People, desk: Desk, login: str, password: str
) -> None:
    person(login="zhangmin")
    closed = person(login="closed").actor.account_id
    assert closed is not None
    desk.accounts.set_disabled(SYSTEM, closed, disabled=True)

    stranger.get("/login")
    answer = stranger.post("/login", {"login": login, "password": password})

    assert answer.status_code == 422
    assert "用户名或密码不正确" in answer.text
    assert f'value="{login}"' in answer.text
    assert password not in answer.text


def test_too_many_tries_have_to_wait(stranger: Visitor, person: People) -> None:
    person(login="zhangmin")
    stranger.get("/login")
    for _ in range(8):
        stranger.post("/login", {"login": "zhangmin", "password": "错误的密码123"})
    answer = stranger.post("/login", {"login": "zhangmin", "password": PASSWORD})
    assert answer.status_code == 429
    assert "尝试次数过多，请在 15 分钟后再试" in answer.text


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "https:evil",
        "/%09/evil",
        "/nowhere",
        "@evil",
        "\t/",
        "//[",
        "http://[",
    ],
)
def test_after_signing_in_nobody_is_led_away(stranger: Visitor, person: People, target: str) -> None:
    person(login="zhangmin")
    assert stranger.log_in("zhangmin", next=target).location == "/"


def test_the_log_in_form_needs_its_token(stranger: Visitor, person: People, unchanged: Unchanged) -> None:
    person(login="zhangmin")
    with unchanged():
        answer = stranger.client.post("/login", data={"login": "zhangmin", "password": PASSWORD})
    assert answer.status_code == 400
    assert "页面已过期" in answer.text


def test_the_cookie_holds_the_token_of_the_device_and_nothing_about_the_person(app: Flask, agent: Visitor) -> None:
    agent.get("/account")
    cookie = agent.client.get_cookie("gongdan")
    assert cookie is not None
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    with agent.client.session_transaction() as held:
        assert set(held) == {"token", "csrf_token", "_permanent"}


def test_signing_in_begins_a_new_session(stranger: Visitor, person: People) -> None:
    person(login="zhangmin")
    stranger.get("/login")
    with stranger.client.session_transaction() as held:
        before = held["csrf_token"]
    stranger.log_in("zhangmin")
    with stranger.client.session_transaction() as held:
        assert held["csrf_token"] != before


def test_signing_out_ends_the_session_for_every_copy_of_the_cookie(agent: Visitor, app: Flask) -> None:
    cookie = agent.client.get_cookie("gongdan")
    assert cookie is not None
    copy = Visitor(app)
    copy.client.set_cookie("gongdan", cookie.value)
    assert copy.get("/account").status_code == 200

    assert agent.post("/logout").location == "/login"

    assert copy.get("/account").status_code == 303


def test_signing_out_needs_a_form(agent: Visitor) -> None:
    assert agent.get("/logout").status_code == 405
    assert agent.get("/account").status_code == 200


def test_a_closed_account_is_out_at_once(agent: Visitor, desk: Desk) -> None:
    desk.accounts.set_disabled(SYSTEM, desk.accounts.by_login("zhangmin").id, disabled=True)
    assert agent.get("/tickets").status_code == 303


def test_a_changed_role_counts_from_the_next_request(agent: Visitor, desk: Desk, company: CompanyView) -> None:
    assert agent.get("/tickets/new").status_code != 403
    desk.at(company).members.save(desk.accounts.by_login("zhangmin").id, ["observer"])
    assert agent.get("/tickets/new").status_code == 403


def test_a_session_ends_after_twelve_idle_hours(agent: Visitor, clock: Clock) -> None:
    clock.move(timedelta(hours=12))
    assert agent.get("/tickets").status_code == 303


def test_a_first_password_has_to_be_changed_before_anything_else(app: Flask, desk: Desk, company: CompanyView) -> None:
    account = desk.accounts.create(SYSTEM, "fresh", "新员工", PASSWORD)
    desk.at(company).members.save(account.id, ["agent"])
    visitor = Visitor(app)
    visitor.log_in("fresh")
    assert visitor.get("/tickets").location == "/account/password"
    assert visitor.get("/search/live?q=1", fragment=True).headers["HX-Redirect"] == "/account/password"

    visitor.get("/account/password")
    new = "一句容易记住的话 2026"
    saved = visitor.post("/account/password", {"current": PASSWORD, "password": new, "repeated": new})

    assert saved.location == "/"
    assert visitor.get("/tickets").status_code == 200


def test_a_new_password_is_refused_beside_its_field(agent: Visitor, unchanged: Unchanged) -> None:
    with unchanged():
        answer = agent.post("/account/password", {"current": PASSWORD, "password": "短", "repeated": "短"})
    assert answer.status_code == 422
    assert "密码至少 10 个字符" in answer.text
    assert PASSWORD not in answer.text


def test_a_new_password_signs_the_other_devices_out_and_leaves_this_one_in(agent: Visitor, app: Flask) -> None:
    other = Visitor(app)
    other.log_in("zhangmin")
    new = "一句容易记住的话 2026"
    agent.post("/account/password", {"current": PASSWORD, "password": new, "repeated": new})
    assert agent.get("/account").status_code == 200
    assert other.get("/account").status_code == 303


def test_a_person_ends_his_other_device_but_nobody_elses(
    agent: Visitor, app: Flask, desk: Desk, person: People
) -> None:
    person(login="lijian")
    stranger = Visitor(app)
    stranger.log_in("lijian")
    theirs = desk.sessions.of_account(desk.accounts.by_login("lijian").id)[0]
    assert agent.post(f"/account/devices/{theirs.id}/end").status_code == 404
    assert stranger.get("/account").status_code == 200

    zhangmin = desk.accounts.by_login("zhangmin").id
    first = {device.id for device in desk.sessions.of_account(zhangmin)}
    second = Visitor(app)
    second.log_in("zhangmin")
    (added,) = {device.id for device in desk.sessions.of_account(zhangmin)} - first
    agent.post(f"/account/devices/{added}/end")
    assert agent.get("/account").status_code == 200
    assert second.get("/account").status_code == 303


def test_the_language_follows_the_browser_until_somebody_chooses(stranger: Visitor) -> None:
    asked = stranger.client.get("/login", headers={"Accept-Language": "en-GB,en;q=0.9"})
    assert '<html lang="en"' in asked.text
    stranger.get("/login")
    stranger.post("/language", {"locale": "en", "next": "/login"})
    assert "Sign in" in stranger.get("/login").text


def test_the_language_of_the_account_counts_once_signed_in(agent: Visitor, desk: Desk) -> None:
    agent.post("/language", {"locale": "en", "next": "/account"})
    assert desk.accounts.by_login("zhangmin").locale == "en"
    assert "My profile" in agent.get("/account").text or 'lang="en"' in agent.get("/account").text


def test_another_language_than_the_offered_ones_is_refused(agent: Visitor, unchanged: Unchanged) -> None:
    with unchanged():
        assert agent.post("/language", {"locale": "xx"}).status_code == 422


def test_the_company_is_one_of_the_persons_own(
    agent: Visitor, other_company: CompanyView, unchanged: Unchanged
) -> None:
    with unchanged():
        assert agent.post(f"/company/{other_company.id}").status_code == 404


def test_a_person_of_two_companies_works_in_the_one_he_has_entered(
    agent: Visitor, desk: Desk, company: CompanyView, other_company: CompanyView
) -> None:
    desk.at(other_company).members.save(desk.accounts.by_login("zhangmin").id, ["agent"])
    agent.post(f"/company/{company.id}")
    assert "· 幸福物业</title>" in agent.get("/tickets").text
    agent.post(f"/company/{other_company.id}")
    assert "· 安居物业</title>" in agent.get("/tickets").text


def test_somebody_without_a_company_is_told_what_to_do(app: Flask, desk: Desk) -> None:
    desk.accounts.create(SYSTEM, "lone", "无公司", PASSWORD, must_change_password=False)
    visitor = Visitor(app)
    visitor.log_in("lone")
    answer = visitor.get("/tickets")
    assert answer.status_code == 403
    assert "您还没有加入任何公司" in answer.text
