"""The database: engines, sessions bound to one company, and transactions.

SQLite runs in WAL mode; a transaction that will write begins with BEGIN IMMEDIATE, so that it waits for its turn
instead of failing half-way. PostgreSQL transactions run as a role without rights of ownership and with the
company as a setting, which row-level security checks.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext, make_url
from sqlalchemy.exc import ArgumentError, OperationalError
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

from gongdan.errors import DatabaseUnreachable, NestedTransaction, SettingsError, WorkCollided
from gongdan.storage import tenancy
from gongdan.storage.json_texts import column_text
from gongdan.storage.tenancy import CompanySession
from gongdan.storage.texts import refuse_texts
from gongdan.text import msg

#: The PostgreSQL role that the application acts as; it owns nothing and cannot bypass row-level security.
APP_ROLE = "gongdan_app"

#: What makes a transaction see one state of the data from its first statement to its last.
_READING: Mapping[str, dict[str, object]] = {
    "sqlite": {},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}

#: What PostgreSQL says of a transaction that it took back for another one's sake: serialization failure, deadlock.
_COLLISIONS = frozenset({"40001", "40P01"})

#: How long a SQLite transaction waits for its turn, in milliseconds.
BUSY_TIMEOUT_MS = 30_000

#: How many rows of an index SQLite looks at to know how they are spread.
ANALYSED_ROWS = 1000


#: Asked at the beginning of every transaction, and so handed to the driver as it stands.
_ENTER = f"SELECT set_config('role', '{APP_ROLE}', true), set_config('gongdan.company', %(company)s, true)"

event.listen(CompanySession, "before_flush", refuse_texts)


@event.listens_for(CompanySession, "after_begin")
def _enter_company(session: Session, transaction: SessionTransaction, connection: Connection) -> None:
    del transaction
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_ENTER, {"company": str(tenancy.company_of(session))})


class Database:
    """One database; opens transactions for a company."""

    def __init__(self, url: str) -> None:
        self.engine = make_engine(url)
        self.dialect = self.engine.dialect.name
        self._writing = sessionmaker(
            self.engine.execution_options(gongdan_write=True), class_=CompanySession, expire_on_commit=False
        )
        self._reading = sessionmaker(
            self.engine.execution_options(**_READING[self.dialect]), class_=CompanySession, expire_on_commit=False
        )
        self._turn = threading.Lock() if self.dialect == "sqlite" else nullcontext()
        self._here = threading.local()

    @contextmanager
    def writing(self, company_id: UUID) -> Iterator[CompanySession]:
        """Open a transaction that may write; it commits at the end or leaves nothing behind.

        Raises ``NestedTransaction`` inside another one of the same thread, which would wait for itself, and
        ``WorkCollided`` when PostgreSQL took it back for another one's sake.
        """
        if getattr(self._here, "is_writing", False):
            raise NestedTransaction
        self._here.is_writing = True
        try:
            with self._turn, self._writing() as session:
                tenancy.bind(session, company_id)
                with session.begin():
                    yield session
            self._here.committed = self.committed + 1
        finally:
            self._here.is_writing = False

    @property
    def committed(self) -> int:
        """Return how many writing transactions of this thread have ended well so far."""
        count: int = getattr(self._here, "committed", 0)
        return count

    @contextmanager
    def reading(self, company_id: UUID) -> Iterator[CompanySession]:
        """Open a transaction that sees one state of the data and writes nothing."""
        with self._reading() as session:
            tenancy.bind(session, company_id)
            yield session

    def analyse(self) -> None:
        """Tell SQLite's planner how the rows are spread; a PostgreSQL server sees to that by itself.

        Without that it takes a company's whole journal for as short as the entries of one ticket.
        """
        if self.dialect == "sqlite":
            with self._turn, self.engine.execution_options(gongdan_write=True).begin() as connection:
                connection.exec_driver_sql(f"PRAGMA analysis_limit={ANALYSED_ROWS}")
                connection.exec_driver_sql("ANALYZE")

    def close(self) -> None:
        """Close every connection of the pool."""
        self.engine.dispose()


def make_engine(url: str) -> Engine:
    """Return the engine of an address; raises ``SettingsError`` for one that names no database."""
    try:
        parsed = make_url(url)
    except ArgumentError as problem:
        raise SettingsError("GONGDAN_DATABASE_URL", url, msg("不是数据库地址")) from problem
    name = parsed.get_backend_name()
    if name == "sqlite":
        engine = create_engine(parsed, json_serializer=column_text)
        event.listen(engine, "handle_error", _tell_unreachable)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    if name == "postgresql":
        engine = create_engine(
            parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True, json_serializer=column_text
        )
        event.listen(engine, "handle_error", _tell_unreachable)
        event.listen(engine, "handle_error", _tell_collided)
        event.listen(engine, "connect", _prepare_postgresql)
        return engine
    raise SettingsError("GONGDAN_DATABASE_URL", name, msg("只支持 SQLite 与 PostgreSQL"))


def _tell_collided(context: ExceptionContext) -> None:
    """Raise ``WorkCollided`` for a transaction that would succeed if it were begun anew."""
    if getattr(context.original_exception, "sqlstate", None) in _COLLISIONS:
        raise WorkCollided from context.original_exception


def _tell_unreachable(context: ExceptionContext) -> None:
    """Raise ``DatabaseUnreachable`` when nobody answers any more, or never has.

    A connection that is found dead before its use is no failure yet: the pool makes a new one.
    """
    is_away = context.connection is None or context.is_disconnect
    if is_away and not context.is_pre_ping and isinstance(context.sqlalchemy_exception, OperationalError):
        raise DatabaseUnreachable from context.original_exception


def _prepare_sqlite(connection: Any, record: object) -> None:
    del record
    connection.isolation_level = None
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
        "cache_size=-64000",
        "wal_autocheckpoint=8000",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _prepare_postgresql(connection: Any, record: object) -> None:
    """Let a query for a text with NUL find nothing, as on SQLite, where the driver would raise."""
    del record
    from psycopg.types.string import StrDumper  # noqa: PLC0415 -- the driver is an extra of the distribution

    class WithoutNul(StrDumper):
        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace("\0", "\ufffd"))

    connection.adapters.register_dumper(str, WithoutNul)


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("gongdan_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
