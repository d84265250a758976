"""A batch of papers is begun from the list of tickets, watched, and fetched."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import uuid4

import pytest

from gongdan.testing.factories import Factory
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]


def finished(visitor: Visitor, address: str) -> str:
    """Return the page of a batch once it has ended."""
    for _ in range(300):
        if "HX-Redirect" in visitor.get(f"{address}/progress", fragment=True).headers:
            break
        time.sleep(0.05)
    return visitor.get(address).text


def test_chosen_tickets_are_printed_and_fetched_as_one_archive(agent: Visitor, factory: Factory) -> None:
    chosen = [factory.ticket() for _ in range(3)]
    factory.ticket()
    assert "/papers/batches/tickets" in agent.get("/tickets").text
    answer = agent.post("/papers/batches/tickets", {"ids": [f"{ticket.id}:{ticket.version}" for ticket in chosen]})
    page = finished(agent, answer.headers["Location"])
    assert "已完成" in page
    archive = agent.get(f"{answer.headers['Location']}.zip")
    with zipfile.ZipFile(io.BytesIO(archive.data)) as book:
        assert [ticket.number in name for ticket, name in zip(chosen, book.namelist(), strict=True)] == [True] * 3
    assert agent.get(f"{answer.headers['Location']}/1.pdf").data.startswith(b"%PDF-")
    assert answer.headers["Location"] in agent.get("/papers/batches").text


def test_all_tickets_of_a_list_are_printed(agent: Visitor, factory: Factory) -> None:
    for place in ("一号楼", "二号楼", "一号楼"):
        factory.ticket(place=place)
    answer = agent.post("/papers/batches/tickets", {"all": "true", "query": "q=一号楼", "per_file": "10"})
    page = finished(agent, answer.headers["Location"])
    assert "1-2.pdf" in page


@pytest.mark.parametrize("given", [{}, {"ids": ["nonsense"]}, {"ids": [f"{uuid4()}:1"], "per_file": "0"}])
def test_what_cannot_be_printed_is_refused_in_words(
    agent: Visitor, unchanged: Unchanged, given: dict[str, object]
) -> None:
    with unchanged():
        answer = agent.post("/papers/batches/tickets", given)
    assert answer.status_code == 422
    assert "Traceback" not in answer.text


def test_a_discarded_batch_offers_nothing_more(agent: Visitor, factory: Factory) -> None:
    ticket = factory.ticket()
    address = agent.post("/papers/batches/tickets", {"ids": [f"{ticket.id}:1"]}).headers["Location"]
    finished(agent, address)
    agent.post(f"{address}/discard")
    assert "已删除" in agent.get(address).text
    assert agent.get(f"{address}.zip").status_code == 404
