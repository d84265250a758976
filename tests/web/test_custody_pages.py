"""What is kept, on pages: found by its code, lent and taken back in two steps, its history."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask

from gongdan.domain.custody import Borrower, CustodyState
from gongdan.services.custody_checks import ItemInput, Lending
from gongdan.services.custody_rows import ItemView
from gongdan.services.desk import CompanyDesk
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import People
from tests.core.services.crew import account_of, at
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def keeper(person: People) -> CompanyDesk:
    return person("agent", name="张敏", login="zhangmin")


@pytest.fixture
def worker(person: People) -> CompanyDesk:
    return person("worker", name="胡军", login="hujun")


@pytest.fixture
def clerk(app: Flask, keeper: CompanyDesk) -> Visitor:
    visitor = Visitor(app)
    visitor.arrive("zhangmin")
    return visitor


@pytest.fixture
def key(keeper: CompanyDesk) -> ItemView:
    return keeper.custody.take_in(ItemInput(kind="key", name="3-2-501 入户门", place="1 号柜"))


LOAN = {"borrower": "胡军 hujun", "purpose": "入户修水管", "until": "2026-03-05T18:00"}


def test_a_code_leads_to_lending_what_is_in_and_taking_back_what_is_out(
    clerk: Visitor, key: ItemView, worker: CompanyDesk, keeper: CompanyDesk
) -> None:
    asked = clerk.get("/custody/hand?code=k0001", fragment=True)
    assert f"/custody/{key.id}/lend" in asked.text
    assert 'value="2026-03-05T18:00"' in asked.text
    done = clerk.post(f"/custody/{key.id}/lend", {**LOAN, "back": "list"}, fragment=True)
    assert done.headers["HX-Redirect"] == "/custody"
    assert keeper.custody.find(key.id).item.holder == "胡军"
    assert f"/custody/{key.id}/return" in clerk.get("/custody/hand?code=K0001", fragment=True).text
    clerk.post(f"/custody/{key.id}/return", {"place": "2 号柜"}, fragment=True)
    assert keeper.custody.find(key.id).item.state is CustodyState.IN_STORE


def test_an_unknown_code_offers_to_take_the_thing_in_under_it(clerk: Visitor, keeper: CompanyDesk) -> None:
    answer = clerk.get("/custody/hand?code=YS-9", fragment=True)
    assert answer.status_code == 404
    assert "/custody/new?code=YS-9" in answer.text
    clerk.post("/custody", {"kind": "key", "code": "YS-9", "name": "地下室"}, fragment=True)
    assert keeper.custody.by_code("YS-9").name == "地下室"


def test_what_is_missing_stands_beside_its_field_and_nothing_is_lent(
    clerk: Visitor, key: ItemView, unchanged: Unchanged
) -> None:
    with unchanged():
        answer = clerk.post(f"/custody/{key.id}/lend", {"borrower": "黄师傅", "purpose": ""}, fragment=True)
    assert answer.status_code == 422
    for field in ("phone", "purpose", "until"):
        assert f'id="p-{field}"' in answer.text
    assert 'value="黄师傅"' in answer.text


def test_the_list_is_narrowed_by_its_address_and_shows_who_has_what(
    clerk: Visitor, key: ItemView, keeper: CompanyDesk, worker: CompanyDesk, clock: Clock
) -> None:
    lending = Lending(borrower=Borrower("胡军", account_id=account_of(worker)), purpose="修水管", until=at(5, 11))
    keeper.custody.lend(key.id, lending)
    assert "K0001" not in clerk.get("/custody?state=in_store").text
    assert "胡军" in clerk.get("/custody?state=lent&kind=key&q=501").text
    assert "K0001" not in clerk.get("/custody?state=overdue").text
    clock.set(at(5, 12))
    assert "逾期未还" in clerk.get("/custody?state=overdue").text
    assert clerk.get("/custody?state=sold").status_code == 400


def test_the_page_of_a_thing_tells_what_was_done_and_what_may_be_done_now(clerk: Visitor, key: ItemView) -> None:
    clerk.post(f"/custody/{key.id}/lose", {"reason": "盘点不在柜内"}, fragment=True)
    page = clerk.get(f"/custody/{key.id}").text
    assert "盘点不在柜内" in page
    assert f"/custody/{key.id}/lock" in page
    assert f"/custody/{key.id}/lend" not in page


def test_the_borrower_comes_from_his_duty_to_the_thing(
    app: Flask, key: ItemView, keeper: CompanyDesk, worker: CompanyDesk
) -> None:
    lending = Lending(borrower=Borrower("胡军", account_id=account_of(worker)), purpose="修水管", until=at(5, 18))
    keeper.custody.lend(key.id, lending)
    visitor = Visitor(app)
    visitor.arrive("hujun")
    (duty,) = worker.duties.mine()
    assert f"/custody/loans/{duty.subject_id}" in visitor.get("/").text
    assert visitor.get(f"/custody/loans/{duty.subject_id}").headers["Location"] == f"/custody/{key.id}"
    assert "3-2-501 入户门" in visitor.get("/custody/mine").text
    assert visitor.post(f"/custody/{key.id}/return", {}).status_code == 403
