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
    values = [
        tuple(
            [
                value if process is None or value is None else process(value)
                for process, value in zip(statement.processors, statement.pick({**row, **company}), strict=True)
            ]
        )
        for row in rows
    ]
    if statement.is_positional:
        connection.exec_driver_sql(statement.sql, values)
    else:
        connection.exec_driver_sql(statement.sql, [dict(zip(statement.names, row, strict=True)) for row in values])


@dataclass(frozen=True, slots=True)
class _Statement:
    sql: str
    names: tuple[str, ...]
    pick: Callable[[dict[str, Any]], tuple[Any, ...]]
    processors: tuple[Processor | None, ...]
    is_positional: bool


@lru_cache(maxsize=64)
def _prepared(table: Table, given: frozenset[str], dialect: Dialect) -> _Statement:
    compiled = insert(table).compile(dialect=dialect, column_keys=sorted(given))
    names = tuple(compiled.positiontup or sorted(given))
    processors = tuple(table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names)
    return _Statement(str(compiled), names, itemgetter(*names), processors, bool(compiled.positional))
