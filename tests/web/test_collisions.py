from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from gongdan.errors import WorkCollided
from gongdan.services.desk import CompanyDesk
from gongdan.services.parties import Parties, PartyInput
from tests.web.visitor import Visitor

WANG = {"name": "王芳", "kind": "person", "phone": "13900000001"}


class Colliding:
    """Making a customer collides as often as the test wants, before or after something else was saved."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.left = self.calls = 0
        self.saves: Callable[[], object] = lambda: None
        create = Parties.create

        def collide(parties: Parties, given: PartyInput) -> object:
            self.calls += 1
            self.left -= 1
            if self.left >= 0:
                self.saves()
                raise WorkCollided
            return create(parties, given)

        monkeypatch.setattr(Parties, "create", collide)


@pytest.fixture
def colliding(monkeypatch: pytest.MonkeyPatch) -> Colliding:
    return Colliding(monkeypatch)


def _count(at: CompanyDesk) -> int:
    return len(at.parties.by_phone("13900000001"))


def test_a_request_that_collided_is_tried_again_unseen(
    agent: Visitor, company_desk: CompanyDesk, colliding: Colliding
) -> None:
    colliding.left = 1
    agent.get("/parties/new")
    assert agent.post("/parties", WANG).status_code == 303
    assert (colliding.calls, _count(company_desk)) == (2, 1)


def test_a_request_that_collides_twice_asks_to_try_again_in_words(
    agent: Visitor, colliding: Colliding, unchanged: Callable[[], AbstractContextManager[None]]
) -> None:
    colliding.left = 2
    agent.get("/parties/new")
    with unchanged():
        answer = agent.post("/parties", WANG)
    assert (answer.status_code, colliding.calls) == (409, 2)
    assert "有人同时在改同一处" in answer.text
    assert "请再试一次" in answer.text


def test_what_has_saved_something_already_is_not_done_twice(
    agent: Visitor, company_desk: CompanyDesk, colliding: Colliding
) -> None:
    def save() -> None:
        with company_desk.working():
            pass

    colliding.left, colliding.saves = 1, save
    agent.get("/parties/new")
    assert agent.post("/parties", WANG).status_code == 409
    assert (colliding.calls, _count(company_desk)) == (1, 0)
