"""The first lock of company isolation: no statement and no flush changes another company's rows."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, insert, inspect, literal, select, update
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import ObjectDeletedError

from gongdan.domain.snapshots import CompanyView, TicketView
from gongdan.errors import TenancyViolation
from gongdan.services.desk import Desk
from gongdan.storage.bulk import bulk_insert
from gongdan.storage.tenancy import CompanySession
from gongdan.storage.tickets import SavedViewRow, TicketRow
from gongdan.testing.contents import unchanged

VIEW: dict[str, Any] = {"id": UUID(int=7), "owner_id": None, "noun": "ticket", "name": "本周漏水", "query": "open=1"}
COLUMNS = ("id", "noun", "name", "query", "company_id")


@contextmanager
def refused(desk: Desk, company_id: UUID) -> Iterator[Session]:
    """Work in a company's transaction, which must break off and leave nothing behind.

    On PostgreSQL the second lock may come first: it hides the row, which then counts as deleted.
    """
    refusal = pytest.raises((TenancyViolation, ObjectDeletedError))
    with unchanged(desk.database.engine), refusal, desk.database.writing(company_id) as session:
        yield session


def _views(desk: Desk, company_id: UUID) -> list[str]:
    with desk.reading(company_id) as session:
        return sorted(session.scalars(select(SavedViewRow.name)))


def _flush(session: Session, row: object) -> None:
    session.add(row)
    session.flush()


def test_a_row_without_a_company_gets_the_one_of_the_session(desk: Desk, company: CompanyView) -> None:
    with desk.database.writing(company.id) as session:
        session.add(SavedViewRow(**VIEW))
    with desk.reading(company.id) as session:
        assert session.scalars(select(SavedViewRow.company_id)).all() == [company.id]


INSERTS: dict[str, Callable[[Session, dict[str, Any]], object]] = {
    "flush": lambda session, given: _flush(session, SavedViewRow(**given)),
    "merge": lambda session, given: _flush(session, session.merge(SavedViewRow(**given))),
    "parameters": lambda session, given: session.execute(insert(SavedViewRow), given),
    "many": lambda session, given: session.execute(insert(SavedViewRow), [given]),
    "values": lambda session, given: session.execute(insert(SavedViewRow).values(given)),
    "many values": lambda session, given: session.execute(insert(SavedViewRow).values([given])),
    "from select": lambda session, given: session.execute(
        insert(SavedViewRow).from_select(COLUMNS, select(*(literal(given[name]) for name in COLUMNS)))
    ),
    "bulk objects": lambda session, given: session.bulk_save_objects([SavedViewRow(**given)]),
    "bulk mappings": lambda session, given: session.bulk_insert_mappings(inspect(SavedViewRow), [given]),
}


@pytest.mark.parametrize("write", INSERTS.values(), ids=INSERTS)
def test_a_foreign_row_is_not_inserted(
    desk: Desk, company: CompanyView, other_company: CompanyView, write: Callable[[Session, dict[str, Any]], object]
) -> None:
    with refused(desk, company.id) as session:
        write(session, {**VIEW, "company_id": other_company.id})


def test_a_bulk_insert_goes_to_the_own_company(desk: Desk, company: CompanyView, other_company: CompanyView) -> None:
    with desk.database.writing(company.id) as session:
        bulk_insert(session, SavedViewRow, [{**VIEW, "company_id": other_company.id}])
    assert (_views(desk, company.id), _views(desk, other_company.id)) == (["本周漏水"], [])


def test_an_update_without_a_condition_changes_the_own_rows_only(
    desk: Desk, own: TicketView, foreign: TicketView
) -> None:
    with desk.database.writing(own.company_id) as session:
        session.execute(update(TicketRow).values(place="一号楼"))
        session.execute(update(TicketRow).where(TicketRow.id == foreign.id).values(place="二号楼"))
    for ticket, place in ((own, "一号楼"), (foreign, "六栋")):
        with desk.reading(ticket.company_id) as session:
            assert session.scalars(select(TicketRow.place)).all() == [place]


def test_a_delete_without_a_condition_removes_the_own_rows_only(
    desk: Desk, company: CompanyView, other_company: CompanyView
) -> None:
    for place in (company, other_company):
        desk.at(place).saved_views.save("ticket", "本周漏水", "open=1")
    with desk.database.writing(company.id) as session:
        session.execute(delete(SavedViewRow))
    assert (_views(desk, company.id), _views(desk, other_company.id)) == ([], ["本周漏水"])


UPDATES: dict[str, Callable[[Session, TicketView], object]] = {
    # No condition can be added to an update by keys, so it is not taken at all.
    "by key": lambda session, foreign: session.execute(update(TicketRow), [{"id": foreign.id, "subject": "异响"}]),
    "bulk mappings": lambda session, foreign: session.bulk_update_mappings(
        inspect(TicketRow), [{"id": foreign.id, "subject": "异响"}]
    ),
    "of the company": lambda session, foreign: session.execute(update(TicketRow).values(company_id=foreign.company_id)),
}


@pytest.mark.parametrize("write", UPDATES.values(), ids=UPDATES)
def test_an_update_neither_reaches_a_foreign_row_nor_gives_one_away(
    desk: Desk, own: TicketView, foreign: TicketView, write: Callable[[Session, TicketView], object]
) -> None:
    with refused(desk, own.company_id) as session:
        write(session, foreign)


def test_an_own_row_cannot_be_given_away(desk: Desk, own: TicketView, other_company: CompanyView) -> None:
    with refused(desk, own.company_id) as session:
        session.scalars(select(TicketRow)).one().company_id = other_company.id


def _change(session: Session, row: TicketRow, own: UUID) -> None:
    row.place = "一号楼"


def _claim(session: Session, row: TicketRow, own: UUID) -> None:
    row.company_id = own


def _remove(session: Session, row: TicketRow, own: UUID) -> None:
    session.delete(row)


@pytest.mark.parametrize("act", [_change, _claim, _remove])
@pytest.mark.parametrize("expired", [False, True])
def test_a_foreign_row_that_came_from_another_session_is_not_written(
    desk: Desk, own: TicketView, foreign: TicketView, act: Callable[[Session, TicketRow, UUID], None], *, expired: bool
) -> None:
    with desk.reading(foreign.company_id) as session:
        row = session.scalars(select(TicketRow)).one()
        session.expire(row) if expired else None
    with refused(desk, own.company_id) as session:
        session.add(row)
        act(session, row, own.company_id)


UNBOUND: dict[str, Callable[[Session], object]] = {
    "update": lambda session: session.execute(update(TicketRow).values(place="")),
    "delete": lambda session: session.execute(delete(SavedViewRow)),
    "insert": lambda session: session.execute(insert(SavedViewRow), [VIEW]),
    "bulk insert": lambda session: bulk_insert(session, SavedViewRow, [VIEW]),
    "flush": lambda session: _flush(session, SavedViewRow(**VIEW)),
}


@pytest.mark.parametrize("write", UNBOUND.values(), ids=UNBOUND)
def test_a_session_without_a_company_writes_nothing(desk: Desk, write: Callable[[Session], object]) -> None:
    engine = desk.database.engine
    with unchanged(engine), pytest.raises(TenancyViolation), CompanySession(engine) as session:
        write(session)


NAMES = st.sampled_from(("本周漏水", "待派单", "已逾期"))
ACTS = st.tuples(st.sampled_from(("add", "rename", "remove")), st.sampled_from((0, 1)), NAMES, NAMES)


def _act(session: Session, act: str, name: str, new_name: str) -> None:
    if act == "add":
        session.add(SavedViewRow(noun="ticket", name=name, query=""))
    elif act == "rename":
        session.execute(update(SavedViewRow).where(SavedViewRow.name == name).values(name=new_name))
    else:
        session.execute(delete(SavedViewRow).where(SavedViewRow.name == name))


def _expected(names: list[str], act: str, name: str, new_name: str) -> list[str]:
    if act == "add":
        return [*names, name]
    if act == "rename":
        return [new_name if known == name else known for known in names]
    return [known for known in names if known != name]


@given(acts=st.lists(ACTS, max_size=12))
def test_whatever_two_companies_do_each_sees_what_it_did_itself(
    desk: Desk, company: CompanyView, other_company: CompanyView, acts: list[tuple[str, int, str, str]]
) -> None:
    places = (company.id, other_company.id)
    expected: dict[UUID, list[str]] = {place: [] for place in places}
    for place in places:
        with desk.database.writing(place) as session:
            session.execute(delete(SavedViewRow))
    for act, which, name, new_name in acts:
        place = places[which]
        with desk.database.writing(place) as session:
            _act(session, act, name, new_name)
        expected[place] = _expected(expected[place], act, name, new_name)
        assert [_views(desk, seen) for seen in places] == [sorted(expected[seen]) for seen in places]
