"""A fresh database for each test, on SQLite or on PostgreSQL.

``GONGDAN_TEST_BACKEND`` chooses ``sqlite`` (the default) or ``postgresql``.
"""

import os
import select
import shutil
import sqlite3
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from gongdan.storage import schema
from gongdan.storage.database import Database

BACKEND = "GONGDAN_TEST_BACKEND"


class SharedEngines:
    """One engine for each address, since every new engine compiles each statement anew.

    The first database of a test gets it; others that the test opens beside it have engines of their own. A server's
    connections stay open from test to test, since a new one has to read its whole catalogue first.
    """

    def __init__(self, make: Callable[[str], Engine]) -> None:
        self._make = make
        self._engines: dict[str, Engine] = {}
        self._lent: set[str] = set()

    def make(self, url: str) -> Engine:
        """Return the engine of an address."""
        if url in self._lent:
            return self._make(url)
        self._lent.add(url)
        if url not in self._engines:
            self._engines[url] = _without_pings(self._make(url))
        return self._engines[url]

    def close(self, database: Database) -> None:
        """Close the connections of a database, unless the next test is to have them."""
        if database.engine not in self._engines.values() or database.dialect == "sqlite":
            database.engine.dispose()

    def take_back(self) -> None:
        """Lend every engine to the next test."""
        self._lent.clear()
        self.close_files()

    def close_files(self) -> None:
        """Leave no file open that is about to be replaced."""
        for engine in self._engines.values():
            if engine.dialect.name == "sqlite":
                engine.dispose()

    def dispose(self) -> None:
        """Close every connection."""
        for engine in self._engines.values():
            engine.dispose()


def _without_pings(engine: Engine) -> Engine:
    """Let an engine see by itself whether a server of this machine has hung up, where it would ask the server."""
    ask = engine.dialect.do_ping

    def is_there(dbapi_connection: Any) -> bool:
        # A server that ends a session says so and hangs up; one that does not has nothing to say.
        has_news = select.select([dbapi_connection], [], [], 0)[0]
        return ask(dbapi_connection) if has_news else True

    if engine.dialect.name == "postgresql":
        engine.dialect.do_ping = is_there  # type: ignore[method-assign]  # of this engine alone
    return engine


#: All rows of a database, by the name of the table, or of the file.
Rows = Mapping[str, bytes]


class Databases(ABC):
    """Hands out addresses of databases; everything it has made is gone after ``close``."""

    @abstractmethod
    def fresh(self) -> str:
        """Return the address of a database with the core's tables and no rows; the one before is given back."""

    @abstractmethod
    def empty(self) -> str:
        """Return the address of a database without tables."""

    @abstractmethod
    def rows(self) -> Rows:
        """Return what is in the fresh database."""

    @abstractmethod
    def clear(self) -> None:
        """Take all rows out of the fresh database, which nobody has open."""

    @abstractmethod
    def fill(self, rows: Rows) -> None:
        """Put ``rows`` into the fresh database, which nobody has open and which has none."""

    @abstractmethod
    def close(self) -> None:
        """Remove everything."""


class Shelf:
    """Rows that many tests begin with, so that they are made once, each with a note about them.

    They are kept when they are made for a second time: what a single test begins with is not worth it.
    """

    def __init__(self, databases: Databases, engines: SharedEngines) -> None:
        self._databases = databases
        self._engines = engines
        self._kept: dict[Hashable, tuple[Rows, bytes] | None] = {}

    def take(self, key: Hashable, *, over: bool = False) -> bytes | None:
        """Put what is kept under ``key`` into the fresh database and return its note; None when nothing is kept.

        The database has no rows yet, or those that it has are replaced: ``over``.
        """
        kept = self._kept.get(key)
        if kept is None:
            return None
        rows, note = kept
        self._engines.close_files()
        if over:
            self._databases.clear()
        self._databases.fill(rows)
        return note

    def put(self, key: Hashable, note: bytes = b"") -> None:
        """Keep what the fresh database holds, at the second time."""
        self._kept[key] = (self._databases.rows(), note) if key in self._kept else None


def open_databases(environment: Mapping[str, str] | None = None) -> Databases:
    """Return the databases of this run; fails the test with one line when there is no server."""
    variables = os.environ if environment is None else environment
    backend = variables.get(BACKEND, "sqlite")
    if backend == "sqlite":
        return SqliteDatabases()
    if backend == "postgresql":
        from gongdan.testing.postgresql import PostgresDatabases, find_server

        return PostgresDatabases(find_server(variables))
    pytest.fail(f"{BACKEND} is {backend!r}; it must be sqlite or postgresql", pytrace=False)


class SqliteDatabases(Databases):
    """Copies of one migrated file."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="gongdan-test-"))
        self._template = self._folder / "template.db"
        migrate(_url(self._template))

    @property
    def _fresh(self) -> Path:
        return self._folder / "fresh.db"

    def fresh(self) -> str:
        """Return the address of a copy of the template, in place of the one before."""
        self.clear()
        shutil.copyfile(self._template, self._fresh)
        return _url(self._fresh)

    def clear(self) -> None:
        """Remove the file."""
        for left in self._folder.glob(f"{self._fresh.name}*"):
            left.unlink()

    def rows(self) -> Rows:
        """Return the whole file."""
        with closing(sqlite3.connect(self._fresh)) as connection:
            return {self._fresh.name: connection.serialize()}

    def fill(self, rows: Rows) -> None:
        """Write the whole file."""
        self.clear()
        self._fresh.write_bytes(rows[self._fresh.name])

    def empty(self) -> str:
        """Return the address of a file that does not exist yet."""
        return _url(self._folder / f"{uuid4().hex}.db")

    def close(self) -> None:
        """Remove the folder with all files."""
        shutil.rmtree(self._folder)


def migrate(url: str) -> None:
    """Give a database the core's tables."""
    database = Database(url)
    schema.upgrade(database.engine, schema.CORE)
    database.close()


def _url(path: Path) -> str:
    return f"sqlite:///{path}"
