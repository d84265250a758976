"""The whole content of a database, to prove that a refused act has changed nothing."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import inspect, literal_column, select, table
from sqlalchemy.engine import Engine

Contents = Mapping[str, list[tuple[object, ...]]]


def contents(engine: Engine) -> Contents:
    """Return every row of every table of every company, in one order."""
    with engine.connect() as connection:
        tables = map(table, inspect(connection).get_table_names())
        return {
            each.name: sorted(map(tuple, connection.execute(select(literal_column("*")).select_from(each))), key=repr)
            for each in tables
        }


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
