"""Upgrading the schema: the core first, then plugins by name, each with a version table of its own.

A plugin that is no longer installed leaves its tables and its version table behind and blocks nothing.
"""

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import IntegrityError, ProgrammingError

from gongdan.errors import DeclarationError
from gongdan.storage.database import APP_ROLE

_HERE = Path(__file__).parent / "migrations"

#: Tables with a ``company_id`` that are read before a company is chosen.
_GLOBAL_TABLES = frozenset({"membership", "login_session", "paper_code"})

#: Tables that the application may add to but never change.
_APPEND_ONLY = frozenset(
    {
        "journal_entry",
        "duty_log_entry",
        "decision",
        "custody_move",
        "secrecy_reading",
        "letter_text",
        "letter_entry",
        "pass_check",
    }
)


@dataclass(frozen=True, slots=True)
class MigrationSource:
    """Where the migrations of the core or of one plugin lie."""

    #: ``core`` or the plugin's name.
    name: str
    #: Folder with the version files.
    versions: Path

    @property
    def version_table(self) -> str:
        """Return the name of the version table, ``alembic_version_<name>``."""
        return f"alembic_version_{self.name}"

    @property
    def prefix(self) -> str:
        """Return how the names of its tables begin; empty for the core."""
        return "" if self.name == "core" else f"{self.name}_"


CORE = MigrationSource("core", _HERE / "versions")


@dataclass(frozen=True, slots=True)
class SchemaState:
    """Which version the tables of the core or of one plugin have."""

    name: str
    #: Revision in the database; empty when it has no tables of this source yet.
    stored: str
    #: Revision that this version of the code needs.
    newest: str

    @property
    def is_current(self) -> bool:
        """Tell whether nothing is to be upgraded."""
        return self.stored == self.newest


def upgrade(engine: Engine, source: MigrationSource) -> None:
    """Bring the tables of ``source`` to its newest version; all of it or nothing.

    Raises ``DeclarationError`` for a plugin that changes tables whose names do not begin with its own.
    """
    with _changing(engine) as connection:
        before = _foreign_columns(connection, source)
        command.upgrade(_config(connection, source), "head")
        if _foreign_columns(connection, source) != before:
            raise DeclarationError(source.name, f"its migrations touch tables that do not begin with {source.prefix}")
        if connection.dialect.name == "postgresql":
            _secure_postgresql(connection)


def downgrade(engine: Engine, source: MigrationSource, revision: str = "base") -> None:
    """Take the tables of ``source`` back to ``revision``."""
    with _changing(engine) as connection:
        command.downgrade(_config(connection, source), revision)


def state(engine: Engine, source: MigrationSource = CORE) -> SchemaState:
    """Compare the stored version of ``source`` with its newest one."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": source.version_table})
        scripts = ScriptDirectory.from_config(_config(connection, source))
        stored, newest = (",".join(sorted(heads)) for heads in (context.get_current_heads(), scripts.get_heads()))
        return SchemaState(source.name, stored, newest)


def is_current(engine: Engine, source: MigrationSource = CORE) -> bool:
    """Tell whether the stored version of ``source`` is its newest one."""
    return state(engine, source).is_current


def fingerprints(source: MigrationSource) -> Mapping[str, str]:
    """Return a hash of every version file by its name: another hash under the same name makes other tables."""
    return {path.stem: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(source.versions.glob("*.py"))}


def tables_of(engine: Engine, source: MigrationSource) -> set[str]:
    """Return the tables of a plugin that are there, without its version table."""
    with engine.connect() as connection:
        return {name for name in inspect(connection).get_table_names() if name.startswith(source.prefix)}


def _changing(engine: Engine) -> "_Transaction":
    return _Transaction(engine)


class _Transaction:
    """A transaction that changes tables: on SQLite it takes the write lock and leaves foreign keys alone."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(gongdan_write=True)

    def __enter__(self) -> Connection:
        self._connection = self._engine.connect()
        self._transaction = self._connection.begin()
        return self._connection

    def __exit__(self, kind: object, *rest: object) -> None:
        (self._transaction.rollback if kind else self._transaction.commit)()
        self._connection.close()


def _config(connection: Connection, source: MigrationSource) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.set_main_option("version_locations", str(source.versions).replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    config.attributes.update(
        connection=connection,
        version_table=source.version_table,
        table_prefix=source.prefix,
    )
    return config


def _foreign_columns(connection: Connection, source: MigrationSource) -> set[tuple[str, str]]:
    """Return every column of the tables that a plugin may not touch; nothing for the core, which may touch all."""
    columns = inspect(connection).get_multi_columns() if source.prefix else {}
    return {
        (table, column["name"])
        for (_, table), those in columns.items()
        if not table.startswith(source.prefix) and table != source.version_table
        for column in those
    }


def _secure_postgresql(connection: Connection) -> None:
    """Give the application's role its rights and put every company table under row-level security."""
    _make_role(connection)
    schema = connection.execute(text("SELECT quote_ident(current_schema())")).scalar_one()
    for statement in (
        f"GRANT USAGE ON SCHEMA {schema} TO {APP_ROLE}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {APP_ROLE}",
        f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA {schema} TO {APP_ROLE}",
        *_policies(connection),
    ):
        connection.execute(text(statement))


def _make_role(connection: Connection) -> None:
    """Make the application's role, and let the current user act as it.

    Roles belong to the whole server: an installation that is upgraded beside this one may be quicker.
    """
    role = {"role": APP_ROLE}
    if not connection.execute(text("SELECT 1 FROM pg_roles WHERE rolname = :role"), role).scalar():
        with suppress(IntegrityError, ProgrammingError), connection.begin_nested():
            connection.execute(text(f"CREATE ROLE {APP_ROLE} NOLOGIN NOBYPASSRLS"))
    if not connection.execute(text("SELECT pg_has_role(:role, 'MEMBER')"), role).scalar():
        connection.execute(text(f"GRANT {APP_ROLE} TO CURRENT_USER"))


def _policies(connection: Connection) -> Iterable[str]:
    inspector = inspect(connection)
    own = "company_id = NULLIF(current_setting('gongdan.company', true), '')::uuid"
    for table in inspector.get_table_names():
        columns = {column["name"] for column in inspector.get_columns(table)}
        if table.startswith("alembic_version"):
            yield f"REVOKE INSERT, UPDATE, DELETE ON {table} FROM {APP_ROLE}"
        if table in _APPEND_ONLY:
            yield f"REVOKE UPDATE, DELETE ON {table} FROM {APP_ROLE}"
        if "company_id" not in columns or table in _GLOBAL_TABLES:
            continue
        yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
        yield f"DROP POLICY IF EXISTS own_company ON {table}"
        yield f"CREATE POLICY own_company ON {table} USING ({own}) WITH CHECK ({own})"
