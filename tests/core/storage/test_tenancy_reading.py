"""The first lock of company isolation: no statement reads another company's rows."""

from uuid import UUID

import pytest
from sqlalchemy import ForeignKey, MetaData, Select, exists, func, literal, select, text, union_all, update
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    aliased,
    joinedload,
    make_transient_to_detached,
    mapped_column,
    relationship,
    selectinload,
)
from sqlalchemy.sql.base import ExecutableOption

from gongdan.domain.snapshots import TicketView
from gongdan.errors import TenancyViolation
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.storage.base import CompanyScoped, Identified, UuidColumn
from gongdan.storage.tenancy import CompanySession
from gongdan.storage.tickets import NoteRow, TicketRow


class OwnBase(DeclarativeBase):
    """A plugin's own mapping of core tables, with relationships, which the core itself does not use."""

    metadata = MetaData()
    type_annotation_map = {UUID: UuidColumn}  # noqa: RUF012 -- read by SQLAlchemy as declared


class Company(OwnBase):
    __tablename__ = "company"

    id: Mapped[UUID] = mapped_column(primary_key=True)


class Note(Identified, CompanyScoped, OwnBase):
    __tablename__ = "note"

    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"))
    body: Mapped[str]


class Ticket(Identified, CompanyScoped, OwnBase):
    __tablename__ = "ticket"

    number: Mapped[str]
    notes: Mapped[list[Note]] = relationship(Note)


NOTES = OwnBase.metadata.tables["note"]


def test_a_select_gives_the_own_rows_only(desk: Desk, own: TicketView, foreign: TicketView) -> None:
    with desk.reading(own.company_id) as session:
        assert [row.id for row in session.scalars(select(TicketRow))] == [own.id]
        assert session.scalars(select(TicketRow.description)).all() == ["三号楼电梯异响"]
        assert session.query(TicketRow.place).all() == [("三号楼",)]


def test_get_does_not_find_a_foreign_row(desk: Desk, own: TicketView, foreign: TicketView) -> None:
    with desk.reading(own.company_id) as session:
        assert session.get(TicketRow, foreign.id) is None
        assert session.get(TicketRow, own.id) is not None


def test_no_condition_finds_a_foreign_row(desk: Desk, own: TicketView, foreign: TicketView) -> None:
    with desk.reading(own.company_id) as session:
        assert session.scalars(select(TicketRow).where(TicketRow.id == foreign.id)).all() == []
        assert session.scalars(select(TicketRow).where(TicketRow.company_id == foreign.company_id)).all() == []


def test_counts_count_the_own_rows_only(desk: Desk, own: TicketView, foreign: TicketView) -> None:
    with desk.reading(own.company_id) as session:
        assert session.scalar(select(func.count()).select_from(TicketRow)) == 1
        assert session.scalar(select(func.count(TicketRow.id))) == 1
        assert session.query(TicketRow).count() == 1


def test_subqueries_see_the_own_rows_only(desk: Desk, own: TicketView, foreign: TicketView) -> None:
    with desk.reading(own.company_id) as session:
        assert session.scalars(select(select(TicketRow.id).subquery())).all() == [own.id]
        assert session.scalars(select(select(TicketRow.id).cte())).all() == [own.id]
        assert session.scalar(select(select(func.count(TicketRow.id)).scalar_subquery())) == 1
        assert session.scalar(select(literal(1)).where(exists().where(TicketRow.id == foreign.id))) is None
        assert session.scalars(union_all(select(TicketRow.id), select(TicketRow.id))).all() == [own.id, own.id]


def test_aliases_are_bound_as_well(desk: Desk, own: TicketView, foreign: TicketView) -> None:
    other = aliased(TicketRow)
    query = select(TicketRow.id, other.id).join(other, literal(1) == 1)
    with desk.reading(own.company_id) as session:
        assert session.execute(query).all() == [(own.id, own.id)]


def test_a_join_gives_no_foreign_rows(
    desk: Desk, own: TicketView, foreign: TicketView, other_desk: CompanyDesk
) -> None:
    other_desk.notes.write(foreign.id, "业主已搬走")
    inner = select(NoteRow.body).join(TicketRow, literal(1) == 1)
    outer = select(TicketRow.number, func.coalesce(NoteRow.body, "无")).outerjoin(NoteRow, literal(1) == 1)
    with desk.reading(own.company_id) as session:
        assert session.scalars(inner).all() == []
        assert [tuple(row) for row in session.execute(outer)] == [("BX202603-0001", "无")]


@pytest.mark.parametrize(
    "loading", [None, selectinload(Ticket.notes), joinedload(Ticket.notes)], ids=["lazy", "selectin", "joined"]
)
def test_a_relationship_gives_no_foreign_rows(
    company_desk: CompanyDesk, own: TicketView, foreign: TicketView, loading: ExecutableOption | None
) -> None:
    company_desk.notes.write(own.id, "已联系业主")
    stolen, _ = company_desk.notes.write(own.id, "别家的记录")
    # A foreign note on the own ticket cannot be made through gongdan; here somebody has damaged the data.
    with company_desk.installation.database.engine.begin() as connection:
        connection.execute(update(NOTES).where(NOTES.c.id == stolen.id).values(company_id=foreign.company_id))
    query = select(Ticket) if loading is None else select(Ticket).options(loading)
    with company_desk.reading() as session:
        ticket = session.scalars(query).unique().one()
        assert [note.body for note in ticket.notes] == ["已联系业主"]


def test_a_foreign_row_of_a_hand_written_statement_is_refused(desk: Desk, own: TicketView, foreign: TicketView) -> None:
    query = select(TicketRow).from_statement(text("SELECT * FROM ticket"))
    with desk.reading(own.company_id) as session:
        if desk.database.dialect == "postgresql":
            # The second lock lets the foreign row out of the database in no case.
            assert [row.id for row in session.scalars(query)] == [own.id]
        else:
            with pytest.raises(TenancyViolation):
                session.scalars(query).all()


def test_a_foreign_row_cannot_be_read_by_pretending_to_have_it(
    desk: Desk, own: TicketView, foreign: TicketView
) -> None:
    row = TicketRow(id=foreign.id)
    make_transient_to_detached(row)
    with desk.reading(own.company_id) as session:
        session.add(row)
        with pytest.raises((TenancyViolation, InvalidRequestError)):
            session.refresh(row)


@pytest.mark.parametrize(
    "query",
    [select(TicketRow), select(func.count(TicketRow.id)), select(TicketRow.number)],
    ids=["rows", "count", "column"],
)
def test_a_session_without_a_company_reads_nothing(desk: Desk, own: TicketView, query: Select[tuple[object]]) -> None:
    with CompanySession(desk.database.engine) as session, pytest.raises(TenancyViolation):
        session.execute(query)
