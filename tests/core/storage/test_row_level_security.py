"""The second lock of company isolation: PostgreSQL itself hides other companies' rows, whatever the SQL says."""

import pytest
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import ProgrammingError

from gongdan.domain.snapshots import TicketView
from gongdan.services.desk import Desk
from gongdan.storage.database import APP_ROLE
from gongdan.testing.contents import unchanged

pytestmark = pytest.mark.postgres

#: They are read before a company is chosen, and filtered by the services.
GLOBAL = {"membership", "login_session", "paper_code"}


def test_a_hand_written_select_sees_the_own_rows_only(desk: Desk, own: TicketView, foreign: TicketView) -> None:
    with desk.reading(own.company_id) as session:
        assert session.execute(text("SELECT place FROM ticket")).all() == [("三号楼",)]
        assert session.execute(text("SELECT count(*) FROM search_document")).scalar_one() == 1
        assert session.execute(text("SELECT DISTINCT company_id FROM journal_entry")).all() == [(own.company_id,)]


def test_a_hand_written_update_or_delete_reaches_no_foreign_row(
    desk: Desk, own: TicketView, foreign: TicketView
) -> None:
    with unchanged(desk.database.engine), desk.database.writing(own.company_id) as session:
        for statement in ("UPDATE ticket SET place = '' WHERE id = :id", "DELETE FROM ticket WHERE id = :id"):
            assert session.execute(text(statement), {"id": foreign.id}).rowcount == 0  # type: ignore[attr-defined]  # a cursor result


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ticket SET company_id = :company",
        "INSERT INTO role (id, company_id, name, label, permissions) VALUES (:company, :company, 'x', 'x', '[]')",
    ],
    ids=["update", "insert"],
)
def test_a_hand_written_statement_gives_no_row_to_another_company(
    desk: Desk, own: TicketView, foreign: TicketView, statement: str
) -> None:
    refused = pytest.raises(ProgrammingError, match="row-level security")
    with unchanged(desk.database.engine), refused, desk.database.writing(own.company_id) as session:
        session.execute(text(statement), {"company": foreign.company_id})


def test_the_applications_role_has_no_way_round(desk: Desk) -> None:
    query = text("SELECT rolsuper, rolbypassrls, rolcanlogin, rolcreaterole FROM pg_roles WHERE rolname = :role")
    owned = text("SELECT count(*) FROM pg_class WHERE relowner = CAST(:role AS regrole)")
    with desk.database.engine.connect() as connection:
        assert connection.execute(query, {"role": APP_ROLE}).one() == (False, False, False, False)
        assert connection.execute(owned, {"role": APP_ROLE}).scalar_one() == 0


def test_every_transaction_of_a_company_acts_as_that_role(desk: Desk, own: TicketView) -> None:
    with desk.reading(own.company_id) as reading:
        assert reading.execute(text("SELECT current_user")).scalar_one() == APP_ROLE
    with desk.database.writing(own.company_id) as writing:
        assert writing.execute(text("SELECT current_user")).scalar_one() == APP_ROLE


def test_every_company_table_is_locked(desk: Desk) -> None:
    secured = text("SELECT relname FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid WHERE relrowsecurity")
    with desk.database.engine.connect() as connection:
        assert set(connection.execute(secured).scalars()) == _company_tables(connection) - GLOBAL


def test_the_next_transaction_from_the_pool_sees_nothing(desk: Desk, own: TicketView) -> None:
    who = text("SELECT pg_backend_pid()")
    # So that the pool has one connection only.
    desk.database.engine.dispose()
    with desk.reading(own.company_id) as session:
        assert session.execute(text("SELECT count(*) FROM ticket")).scalar_one() == 1
        before = session.execute(who).scalar_one()
    with desk.database.engine.begin() as connection:
        assert connection.execute(who).scalar_one() == before
        connection.execute(text(f"SET LOCAL ROLE {APP_ROLE}"))
        assert connection.execute(text("SELECT count(*) FROM ticket")).scalar_one() == 0


def _company_tables(connection: Connection) -> set[str]:
    inspector = inspect(connection)
    return {
        table
        for table in inspector.get_table_names()
        if "company_id" in {column["name"] for column in inspector.get_columns(table)}
    }
