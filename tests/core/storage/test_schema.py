"""Migrations of the core and of plugins, up and down, whole or not at all."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text

from gongdan.bootstrap import open_desk, require_ready, upgrade
from gongdan.domain.subjects import SubjectKey
from gongdan.errors import DatabaseNotReady, DeclarationError
from gongdan.hooks.manager import PluginManager
from gongdan.services.actors import SYSTEM
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.file_checks import Upload
from gongdan.settings import Settings
from gongdan.storage import schema
from gongdan.storage.database import Database
from gongdan.storage.schema import CORE, MigrationSource
from gongdan.storage.tables import METADATA
from gongdan.testing.databases import Databases
from gongdan.testing.factories import Factory
from gongdan.testing.fakes import make_plugin

#: What the metadata does not know, since each database has its own kind of full-text index.
UNKNOWN = {"tokens", "ix_search_document_tokens"}


@pytest.fixture
def empty(databases: Databases) -> Iterator[Database]:
    database = Database(databases.empty())
    yield database
    database.close()


def _tables(database: Database) -> set[str]:
    return {name for name in inspect(database.engine).get_table_names() if not name.startswith("search_token")}


def _version(folder: Path, revision: str, before: str | None, *statements: str) -> None:
    lines = "\n".join(f"    {statement}" for statement in statements)
    folder.mkdir(exist_ok=True)
    (folder / f"{revision}_version.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n\n"
        f"revision = {revision!r}\ndown_revision = {before!r}\n\n\n"
        f"def upgrade() -> None:\n{lines}\n\n\n"
        "def downgrade() -> None:\n    op.drop_table('rooms_booking')\n",
        encoding="utf-8",
    )


def _create(table: str) -> str:
    return f"op.create_table({table!r}, sa.Column('id', sa.Integer), sa.Column('company_id', sa.Uuid))"


@pytest.fixture
def rooms(tmp_path: Path) -> MigrationSource:
    """Return the migrations of a plugin with one table."""
    source = MigrationSource("rooms", tmp_path / "versions")
    _version(source.versions, "0001", None, _create("rooms_booking"))
    return source


def test_the_migrated_tables_are_those_of_the_metadata(empty: Database) -> None:
    schema.upgrade(empty.engine, CORE)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": lambda name, *_: not _is_ours_alone(name)}
        )
        assert compare_metadata(context, METADATA) == []


def _is_ours_alone(name: str | None) -> bool:
    return name is not None and (name in UNKNOWN or name.startswith(("search_token", "alembic_version")))


def test_the_core_goes_down_to_nothing_and_up_again(empty: Database) -> None:
    schema.upgrade(empty.engine, CORE)
    before = _tables(empty)
    schema.downgrade(empty.engine, CORE)
    assert _tables(empty) == {"alembic_version_core"}
    schema.upgrade(empty.engine, CORE)
    assert _tables(empty) == before


def test_upgrading_what_is_up_to_date_changes_nothing(empty: Database) -> None:
    for _ in range(2):
        schema.upgrade(empty.engine, CORE)
        assert schema.is_current(empty.engine)


def test_an_installation_says_whether_its_tables_are_ready(databases: Databases, settings: Settings) -> None:
    desk = open_desk(Settings(home=settings.home, database_url=databases.empty()), plugins=PluginManager())
    with pytest.raises(DatabaseNotReady):
        require_ready(desk)
    upgrade(desk)
    require_ready(desk)
    schema.downgrade(desk.database.engine, CORE)
    with pytest.raises(DatabaseNotReady):
        require_ready(desk)
    desk.close()


def test_a_plugin_has_tables_and_a_version_of_its_own(empty: Database, rooms: MigrationSource) -> None:
    schema.upgrade(empty.engine, CORE)
    core = _tables(empty)
    schema.upgrade(empty.engine, rooms)
    assert _tables(empty) - core == {"rooms_booking", "alembic_version_rooms"}
    schema.downgrade(empty.engine, rooms)
    assert _tables(empty) - core == {"alembic_version_rooms"}


def test_a_migration_that_fails_leaves_nothing_behind_and_works_once_mended(
    empty: Database, rooms: MigrationSource
) -> None:
    schema.upgrade(empty.engine, CORE)
    schema.upgrade(empty.engine, rooms)
    before = _tables(empty)
    second, third = _create("rooms_key"), _create("rooms_lock")
    _version(rooms.versions, "0002", "0001", second)
    _version(rooms.versions, "0003", "0002", third, "op.execute('INSERT INTO no_such_table VALUES (1)')")
    with pytest.raises(Exception, match="no_such_table"):
        schema.upgrade(empty.engine, rooms)
    assert _tables(empty) == before
    _version(rooms.versions, "0003", "0002", third)
    schema.upgrade(empty.engine, rooms)
    assert _tables(empty) - before == {"rooms_key", "rooms_lock"}


def test_an_uninstalled_plugin_blocks_no_upgrade(empty: Database, rooms: MigrationSource) -> None:
    schema.upgrade(empty.engine, CORE)
    schema.upgrade(empty.engine, rooms)
    schema.upgrade(empty.engine, CORE)
    assert schema.is_current(empty.engine)
    assert "rooms_booking" in _tables(empty)


def test_enabling_a_plugin_makes_its_tables(company_desk: CompanyDesk, rooms: MigrationSource) -> None:
    desk = company_desk.installation
    desk.plugins.register("rooms", make_plugin(register_migrations=lambda: rooms.versions))
    assert "rooms_booking" not in _tables(desk.database)
    company_desk.plugins.enable("rooms")
    assert "rooms_booking" in _tables(desk.database)


def test_a_plugin_whose_migration_fails_is_not_enabled(company_desk: CompanyDesk, rooms: MigrationSource) -> None:
    _version(rooms.versions, "0002", "0001", _create("rooms_key"), "raise RuntimeError('中途断电')")
    desk = company_desk.installation
    before = _tables(desk.database)
    desk.plugins.register("rooms", make_plugin(register_migrations=lambda: rooms.versions))
    with pytest.raises(Exception, match="中途断电"):
        company_desk.plugins.enable("rooms")
    assert _tables(desk.database) == before
    assert {view.name: view.is_enabled for view in company_desk.plugins.all()} == {"rooms": False, "sample": True}


@pytest.mark.postgres
def test_a_plugins_company_tables_are_locked_as_the_cores_are(desk: Desk, rooms: MigrationSource) -> None:
    schema.upgrade(desk.database.engine, rooms)
    for code in ("xingfu", "anju"):
        place = desk.companies.create(SYSTEM, code, code)
        with desk.database.writing(place.id) as session:
            session.execute(
                text("INSERT INTO rooms_booking VALUES (:id, :company)"),
                {"id": len(code), "company": place.id},
            )
            assert session.execute(text("SELECT count(*) FROM rooms_booking")).scalar_one() == 1


def test_versions_are_frozen_and_import_nothing_of_ours() -> None:
    for path in CORE.versions.glob("*.py"):
        nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        imported = {
            name.partition(".")[0]
            for node in nodes
            if isinstance(node, ast.Import | ast.ImportFrom)
            for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [one.name for one in node.names])
        }
        assert imported - sys.stdlib_module_names <= {"alembic", "sqlalchemy"}, path.name


def test_a_plugin_that_touches_tables_of_others_is_refused(empty: Database, tmp_path: Path) -> None:
    schema.upgrade(empty.engine, CORE)
    before = _tables(empty)
    for number, statement in enumerate((_create("booking"), "op.drop_table('saved_view')"), start=1):
        source = MigrationSource("rooms", tmp_path / f"versions{number}")
        _version(source.versions, "0001", None, statement)
        with pytest.raises(DeclarationError):
            schema.upgrade(empty.engine, source)
        assert _tables(empty) == before


def test_files_stay_on_their_tickets_both_ways_and_those_of_other_things_go_with_the_way_back(
    company_desk: CompanyDesk, factory: Factory
) -> None:
    engine, paper = company_desk.installation.database.engine, Upload("说明.txt", "厨房漏水".encode())
    opened = factory.ticket()
    ticket, party = SubjectKey("ticket", opened.id), SubjectKey("party", factory.party().id)
    (kept,) = company_desk.attachments.add(ticket, [paper])
    company_desk.attachments.add(party, [paper])
    schema.downgrade(engine, CORE, "0009")
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT a.name, t.number FROM attachment a JOIN ticket t ON t.id = a.ticket_id"))
        assert [tuple(row) for row in rows] == [("说明.txt", opened.number)]
    schema.upgrade(engine, CORE)
    assert company_desk.attachments.of(ticket) == (kept,)
    assert company_desk.attachments.of(party) == ()
