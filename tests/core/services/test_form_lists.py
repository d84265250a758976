"""Lists of forms, page by page, and the proof that nobody changed one."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from types import ModuleType

import pytest
from sqlalchemy import text

from gongdan.errors import InvalidInput
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.form_lists import FormFilter
from gongdan.testing.factories import Factory, People
from gongdan.testing.sample_forms import PATROL, with_forms
from tests.core.services.papers import Paperwork, begin, patrol


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {"sample": with_forms()}


@pytest.fixture
def work(person: People, factory: Factory) -> Paperwork:
    return begin(person, factory)


def test_a_list_is_read_page_by_page_the_latest_first(work: Paperwork, company_desk: CompanyDesk) -> None:
    made = [patrol(work.clerk, work.ticket.id, f"page-{number}").number for number in range(5)]
    first = company_desk.form_lists.page(FormFilter(kind=PATROL.name), limit=3)
    rest = company_desk.form_lists.page(FormFilter(kind=PATROL.name), after=first.next_key, limit=3)
    assert [line.number for line in (*first.lines, *rest.lines)] == made[::-1]
    assert (first.next_key != "", rest.next_key) == (True, "")
    with pytest.raises(InvalidInput):
        company_desk.form_lists.page(FormFilter(), after="nonsense")


def test_a_list_is_narrowed_by_state_number_and_day(
    work: Paperwork, company_desk: CompanyDesk, other_desk: CompanyDesk
) -> None:
    work.filed()
    patrol(work.clerk, work.ticket.id)
    lists = company_desk.form_lists
    assert [line.number for line in lists.page(FormFilter(state="filed")).lines] == ["GZD2026-0001"]
    assert [line.number for line in lists.page(FormFilter(number="XC")).lines] == ["XC202603-001"]
    assert lists.page(FormFilter(begun_from=date(2026, 3, 6))).lines == []
    assert len(lists.page(FormFilter(begun_from=date(2026, 3, 5), begun_to=date(2026, 3, 5))).lines) == 2
    assert other_desk.form_lists.page(FormFilter()).lines == []


@pytest.mark.parametrize(("change", "wrong"), [
    ("UPDATE form SET content = replace(content, '1.5', '9.5')", "content"),
    ("UPDATE form SET round = 7", "row"),
    ("UPDATE form SET content = replace(content, '1.5', '9.5'), hash = :forged", "journal"),
])  # fmt: skip
def test_a_form_that_was_changed_past_every_guard_is_found(
    work: Paperwork, company_desk: CompanyDesk, desk: Desk, change: str, wrong: str
) -> None:
    view = work.filed()
    assert (company_desk.form_lists.verify().forms, company_desk.form_lists.verify().bad) == (1, [])
    with desk.database.engine.begin() as connection:
        is_sqlite = desk.database.dialect == "sqlite"
        connection.execute(
            text("DROP TRIGGER form_sealed" if is_sqlite else "SET LOCAL session_replication_role = replica")
        )
        (content,) = connection.execute(text("SELECT content FROM form")).one()
        forged = hashlib.sha256(content.replace("1.5", "9.5").encode()).hexdigest()
        connection.execute(text(change), {"forged": forged} if ":forged" in change else {})
    assert company_desk.form_lists.verify().bad == [(view.kind.name, view.number, wrong)]
