"""The whole content of a database, to prove that a refused act has changed nothing."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, Select, inspect, literal_column, select, table
from sqlalchemy.engine import Engine

Contents = Mapping[str, list[str]]


def contents(engine: Engine) -> Contents:
    """Return every row of every table of every company, in one order."""
    with engine.connect() as connection:
        names = inspect(connection).get_table_names()
        found: dict[str, list[str]] = {name: [] for name in names}
        for name, row in _rows(connection, names):
            found[name].append(row)
        return {name: sorted(rows) for name, rows in found.items()}


def _rows(connection: Connection, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    if connection.dialect.name == "postgresql":
        # One statement, since a server is asked some sixty times otherwise.
        each = (f"SELECT '{name}', ({name}.*)::text FROM {name}" for name in names)  # noqa: S608 -- names of the catalogue
        yield from map(tuple, connection.exec_driver_sql(" UNION ALL ".join(each)))
        return
    for name in names:
        everything: Select[Any] = select(literal_column("*")).select_from(table(name))
        yield from ((name, repr(tuple(row))) for row in connection.execute(everything))


def differences(before: Contents, after: Contents) -> list[str]:
    """Name the tables that have gained, lost or changed rows."""
    return [name for name in sorted(before.keys() | after.keys()) if before.get(name) != after.get(name)]


@contextmanager
def unchanged(engine: Engine, *, but: Collection[str] = ()) -> Iterator[None]:
    """Fail when anything in the database differs at the end of the block, the tables ``but`` left aside."""
    before = contents(engine)
    yield
    after = contents(engine)
    assert (
        differences(*({name: rows for name, rows in state.items() if name not in but} for state in (before, after)))
        == []
    )
