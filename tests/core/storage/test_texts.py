"""Texts that a database cannot keep are refused before the database sees them, and alike on both."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID

import pytest

from gongdan.errors import InvalidInput, LoginRefused, NotFound
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.tickets import TicketFilter
from gongdan.services.work import Work
from gongdan.storage.tickets import NoteRow
from gongdan.testing.factories import Factory

Unchanged = Callable[[], AbstractContextManager[None]]


@pytest.mark.parametrize(
    ("values", "field", "rule"),
    [
        ({"contact_name": "王" * 121}, "contact_name", "最多 {max_length} 个字符"),
        ({"place": "三号楼" * 67}, "place", "最多 {max_length} 个字符"),
        ({"description": "漏\0水"}, "description", "含有无法保存的字符"),
        ({"contact_name": "王\ud800"}, "contact_name", "含有无法保存的字符"),
        ({"place": "厨房\ud800"}, "place", "含有无法保存的字符"),
    ],
    ids=["name too long", "place too long", "NUL", "half a character", "half a character in a place"],
)
def test_a_ticket_with_such_a_text_is_refused_naming_the_field(
    factory: Factory, unchanged: Unchanged, values: dict[str, str], field: str, rule: str
) -> None:
    with unchanged(), pytest.raises(InvalidInput) as refused:
        factory.ticket(**{"subject": "漏水", **values})
    assert [(problem.field, problem.rule) for problem in refused.value.problems] == [(field, rule)]


def test_a_text_as_long_as_its_column_is_kept(factory: Factory) -> None:
    assert factory.ticket(contact_name="王" * 120, place="楼" * 200).contact_name == "王" * 120


def test_a_description_has_an_end_even_where_its_column_has_none(factory: Factory, unchanged: Unchanged) -> None:
    assert factory.ticket(description="漏" * 50_000).description == "漏" * 50_000
    with unchanged(), pytest.raises(InvalidInput) as refused:
        factory.ticket(description="漏" * 50_001)
    assert [problem.field for problem in refused.value.problems] == ["description"]


def _note(work: Work, ticket_id: UUID, body: str) -> NoteRow:
    return NoteRow(
        ticket_id=ticket_id, is_public=False, body=body, author_name="张敏", mentions=[], written_at=work.now, round=1
    )


def test_a_case_with_more_words_than_the_index_holds_is_found_by_its_first_ones(
    factory: Factory, company_desk: CompanyDesk
) -> None:
    ticket = factory.ticket(description="地库积水")
    # More than the megabyte that a tsvector of PostgreSQL takes.
    *old, last = (" ".join(f"w{8_000 * note + word}" for word in range(2_400)) for note in range(32))
    with company_desk.working() as work:
        work.session.add_all(_note(work, ticket.id, body) for body in old)
    # Each note that is written has the whole case indexed anew, so the others are only put there.
    company_desk.notes.write(ticket.id, last)
    assert [line.ticket.id for line in company_desk.tickets.list(TicketFilter(text="积水")).lines] == [ticket.id]


def test_characters_beyond_the_basic_plane_are_kept(factory: Factory) -> None:
    assert factory.ticket(contact_name="𠮷田😀").contact_name == "𠮷田😀"


def test_asking_for_a_text_with_nul_finds_nothing(desk: Desk, company_desk: CompanyDesk, factory: Factory) -> None:
    factory.ticket()
    assert company_desk.tickets.list(TicketFilter(text="漏\0水")).lines == []
    assert company_desk.tickets.list(TicketFilter(types=("sample\0repair",))).lines == []
    with pytest.raises(NotFound):
        company_desk.tickets.by_number("BX\0202603-0001")
    with pytest.raises(NotFound):
        desk.companies.by_code("xing\0fu")


def test_a_login_with_nul_is_refused_as_any_other(desk: Desk) -> None:
    with pytest.raises(LoginRefused):
        desk.sessions.log_in("zhang\0min", "correct horse 1", address="10.0.0.1", device="")
