"""A fresh database for each test, on SQLite or on PostgreSQL.

``GONGDAN_TEST_BACKEND`` chooses ``sqlite`` (the default) or ``postgresql``.
"""

import os
import shutil
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from gongdan.storage import schema
from gongdan.storage.database import Database

BACKEND = "GONGDAN_TEST_BACKEND"


class SharedEngines:
    """One engine for each address, since every new engine compiles each statement anew.

    The first database of a test gets it; others that the test opens beside it have engines of their own.
    """

    def __init__(self, make: Callable[[str], Engine]) -> None:
        self._make = make
        self._engines: dict[str, Engine] = {}
        self._lent: set[str] = set()

    def __call__(self, url: str) -> Engine:
        """Return the engine of an address."""
        if url in self._lent:
            return self._make(url)
        self._lent.add(url)
        if url not in self._engines:
            self._engines[url] = self._make(url)
        return self._engines[url]

    def forget_connections(self) -> None:
        """Close what is left of the connections of the test before; the next one may have the engines."""
        self._lent.clear()
        for engine in self._engines.values():
            engine.dispose()


class Databases(ABC):
    """Hands out addresses of databases; everything it has made is gone after ``close``."""

    @abstractmethod
    def fresh(self) -> str:
        """Return the address of a database with the core's tables and no rows; the one before is given back."""

    @abstractmethod
    def empty(self) -> str:
        """Return the address of a database without tables."""

    @abstractmethod
    def close(self) -> None:
        """Remove everything."""


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

    def fresh(self) -> str:
        """Return the address of a copy of the template, in place of the one before."""
        path = self._folder / "fresh.db"
        for left in self._folder.glob(f"{path.name}*"):
            left.unlink()
        shutil.copyfile(self._template, path)
        return _url(path)

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
