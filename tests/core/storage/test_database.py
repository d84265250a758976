"""SQLite answers from the right index once it knows how the rows are spread."""

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text

from gongdan.services.actors import SYSTEM
from gongdan.storage import schema
from gongdan.storage.database import Database
from gongdan.storage.journal import Act, append

COMPANY = UUID(int=7)
SUBJECTS = 300
#: The statement that a ticket's page makes for its timeline.
TIMELINE = "SELECT hash FROM journal_entry WHERE subject_id = :subject AND company_id = :company ORDER BY sequence"


@pytest.fixture
def database(tmp_path: Path) -> Database:
    database = Database(f"sqlite:///{tmp_path / 'gongdan.db'}")
    schema.upgrade(database.engine, schema.CORE)
    acts = [
        Act("ticket.opened", "ticket", uuid4(), {}, datetime(2026, 3, 2, tzinfo=UTC), None, SYSTEM.name)
        for _ in range(SUBJECTS)
    ]
    with database.writing(COMPANY) as session:
        append(session, b"key", acts)
    return database


def _plan(connection: Connection) -> str:
    values = {"subject": UUID(int=1).bytes, "company": COMPANY.bytes}
    return " ".join(line.detail for line in connection.execute(text(f"EXPLAIN QUERY PLAN {TIMELINE}"), values))


def test_the_timeline_of_one_ticket_does_not_read_the_whole_journal(database: Database) -> None:
    database.analyse()
    with database.engine.connect() as connection:
        assert _plan(connection) == (
            "SEARCH journal_entry USING INDEX ix_journal_entry_subject (company_id=? AND subject_id=?)"
        )
