"""A ticket's paper is looked at, printed by the browser and taken along as PDF; each print is noted."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from pypdf import PdfReader

from gongdan.printing import typesetter
from gongdan.services.desk import CompanyDesk
from gongdan.services.printing import PRINTED
from gongdan.testing.factories import Factory
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]


def prints(desk: CompanyDesk) -> list[tuple[str, str]]:
    return [(entry.actor_name, str(entry.after["way"])) for entry in desk.journal.latest(act=PRINTED)]


def test_a_tickets_paper_shows_what_the_ticket_says(agent: Visitor, factory: Factory) -> None:
    ticket = factory.ticket(subject="厨房漏水", contact_name="王芳", contact_phone="13800138000")
    page = agent.get(f"/papers/tickets/{ticket.id}").text
    for text in ("幸福物业", ticket.number, "厨房漏水", "王芳", "13800138000", "经办人签字", "客户签字"):
        assert text in page
    assert "补打" not in page
    assert "style=" not in page


def test_the_pdf_says_the_same_as_the_page(agent: Visitor, factory: Factory) -> None:
    ticket = factory.ticket(subject="<b>厨房</b> *漏水* #1", contact_name="王芳")
    page = agent.get(f"/papers/tickets/{ticket.id}").text
    answer = agent.get(f"/papers/tickets/{ticket.id}.pdf")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    text = "".join(PdfReader(io.BytesIO(answer.data)).pages[0].extract_text().split())
    sheet = page[page.index("<article") : page.index("</article>")]
    words = [part for part in re.sub(r"<[^>]+>", "\n", sheet).split("\n") if part.strip()]
    shown = ["".join(part.split()).replace("&lt;", "<").replace("&gt;", ">") for part in words]
    assert [part for part in shown if part not in text] == []
    assert "<b>厨房</b>*漏水*#1" in text


def test_every_print_is_noted_and_the_second_says_so(
    agent: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    ticket = factory.ticket()
    agent.get(f"/papers/tickets/{ticket.id}.pdf")
    assert agent.post(f"/papers/tickets/{ticket.id}/printed").status_code == 204
    assert prints(company_desk) == [("张敏", "page"), ("张敏", "pdf")]
    assert "补打" in agent.get(f"/papers/tickets/{ticket.id}").text


def test_looking_is_no_print(agent: Visitor, factory: Factory, unchanged: Unchanged) -> None:
    ticket = factory.ticket()
    with unchanged():
        agent.get(f"/papers/tickets/{ticket.id}")


def test_without_the_extra_the_page_says_what_to_install_and_nothing_is_noted(
    agent: Visitor, factory: Factory, unchanged: Unchanged, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = factory.ticket()
    monkeypatch.setattr(typesetter, "find_spec", lambda name: None)
    with unchanged():
        answer = agent.get(f"/papers/tickets/{ticket.id}.pdf")
    assert answer.status_code == 503
    assert "pip install" in answer.text


def test_a_phone_that_one_may_not_see_is_not_printed(visitor_as: Callable[..., Visitor], factory: Factory) -> None:
    ticket = factory.ticket(contact_phone="13800138000")
    observer = visitor_as("observer", login="guanfang", name="关芳")
    page = observer.get(f"/papers/tickets/{ticket.id}").text
    assert "13800138000" not in page
    assert "138****8000" in page


def test_another_companys_paper_is_not_found(agent: Visitor, other_factory: Factory, unchanged: Unchanged) -> None:
    ticket = other_factory.ticket()
    with unchanged():
        for path in ("", ".pdf"):
            assert agent.get(f"/papers/tickets/{ticket.id}{path}").status_code == 404
