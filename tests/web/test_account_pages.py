from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from gongdan.services.desk import Desk
from gongdan.storage.accounts import AccountRow
from gongdan.storage.tenancy import INSTALLATION
from gongdan.testing.factories import People
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def operator(visitor_as: Callable[..., Visitor]) -> Visitor:
    return visitor_as("agent", login="hanlixin", name="韩立新", is_operator=True)


def test_a_disabled_account_is_out_at_once_and_comes_back_when_enabled(
    app: Flask, operator: Visitor, person: People
) -> None:
    lina = person("agent", login="lina", name="李娜").actor.account_id
    visitor = Visitor(app)
    visitor.log_in("lina")
    operator.get("/accounts")
    operator.post(f"/accounts/{lina}/disable")
    assert visitor.get("/account").status_code == 303
    assert visitor.log_in("lina").status_code == 422
    assert "已停用" in operator.get("/accounts").text
    operator.post(f"/accounts/{lina}/enable")
    assert visitor.log_in("lina").status_code == 303


def test_accounts_come_by_the_hundred_and_are_found_by_name(operator: Visitor, desk: Desk) -> None:
    with desk.database.writing(INSTALLATION) as session:
        session.add_all(
            AccountRow(login=f"p{place:03}", name=f"王{place}", password_hash="", is_operator=False,
                       must_change_password=False, locale="zh", phone="", created_at=desk.clock())
            for place in range(120)
        )  # fmt: skip
    # 韩立新 comes before them: a hundred, then twenty-one.
    first = operator.get("/accounts").text
    rest = operator.get("/accounts?after=p098", fragment=True).text
    assert [page.count('<tr data-key="row">') for page in (first, rest)] == [100, 21]
    assert ("after=p098" in first, "after=" in rest, "<html" in rest) == (True, False, False)
    assert operator.get("/accounts?q=王119").text.count('<tr data-key="row">') == 1


def test_nobody_disables_himself(operator: Visitor, desk: Desk, unchanged: Unchanged) -> None:
    own = desk.accounts.by_login("hanlixin").id
    page = operator.get("/accounts").text
    assert f"/accounts/{own}/disable" not in page
    with unchanged():
        answer = operator.post(f"/accounts/{own}/disable")
    assert answer.status_code == 422
    assert "不能停用自己的账号" in answer.text


def test_others_see_and_change_no_accounts(administrator: Visitor, desk: Desk, unchanged: Unchanged) -> None:
    own = desk.accounts.by_login("chenhong").id
    with unchanged():
        answers = [administrator.get("/accounts"), administrator.post(f"/accounts/{own}/disable")]
    assert [answer.status_code for answer in answers] == [403, 403]
