"""Inserting many rows at the speed of the driver.

The ORM's bulk insert spends most of its time on preparing each row. Here the statement is compiled once for each
table, and each value goes straight through the bind processor of its column's type.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import itemgetter
from typing import Any

from sqlalchemy import Dialect, Table, insert, inspect
from sqlalchemy.orm import Session

from gongdan.storage.base import CompanyScoped
from gongdan.storage.tenancy import company_of

Processor = Callable[[Any], Any]


def bulk_insert(session: Session, model: type[CompanyScoped], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows of the session's company, which is filled in here; all rows have the keys of the first one.

    Defaults of the ORM do not apply: a row names every column that may not be empty.
    """
    if not rows:
        return
    connection = session.connection()
    table: Any = inspect(model).local_table
    statement = _prepared(table, frozenset((*rows[0], "company_id")), connection.dialect)
    company = {"company_id": company_of(session)}
    values = [_processed(statement, {**row, **company}) for row in rows]
    given: list[Any] = (
        list(map(tuple, values))
        if statement.is_positional
        else [dict(zip(statement.names, row, strict=True)) for row in values]
    )
    # One row alone is spared the pipeline that PostgreSQL's driver opens for many.
    connection.exec_driver_sql(statement.sql, given if len(given) > 1 else given[0])


@dataclass(frozen=True, slots=True)
class _Statement:
    sql: str
    names: tuple[str, ...]
    pick: Callable[[dict[str, Any]], tuple[Any, ...]]
    #: Place and bind processor of the columns that have one.
    processors: tuple[tuple[int, Processor], ...]
    is_positional: bool


@lru_cache(maxsize=64)
def _prepared(table: Table, given: frozenset[str], dialect: Dialect) -> _Statement:
    compiled = insert(table).compile(dialect=dialect, column_keys=sorted(given))
    names = tuple(compiled.positiontup or sorted(given))
    found = (table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names)
    processors = tuple((place, processor) for place, processor in enumerate(found) if processor)
    return _Statement(str(compiled), names, itemgetter(*names), processors, bool(compiled.positional))


def _processed(statement: _Statement, row: dict[str, Any]) -> list[Any]:
    values = list(statement.pick(row))
    for place, process in statement.processors:
        if values[place] is not None:
            values[place] = process(values[place])
    return values
