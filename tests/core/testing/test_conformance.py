"""Each check of the conformance class finds the fault it is there for, and passes without it."""

import importlib
from collections.abc import Callable
from pathlib import Path

import pytest

from gongdan.testing.conformance import PluginConformance
from gongdan.testing.databases import Databases

PLUGIN = '''
"""A sound plugin."""

from pathlib import Path

from gongdan.api import (
    AssetKind, Clause, Field, Move, NumberPattern, Rulebook, State, StateCategory, TicketType, Workflow, hookimpl, msg,
)

FLOW = Workflow(
    states=(State("new", msg("待办"), StateCategory.NEW), State("done", msg("完成"), StateCategory.CLOSED)),
    moves=(Move(name="finish", label=msg("完成"), from_states=("new",), to_state="done", roles=("agent",),
                clauses=("R-01",)),),
)
BOOKING = TicketType(
    name="booking", label=msg("预订"), description=msg("预订会议室"), workflow=FLOW, number=NumberPattern("HY{serial}"),
    fields=(Field(name="room", label=msg("会议室"), clauses=("R-02",)),), asset_kinds=("room",),
)


@hookimpl
def register_rulebook():
    return Rulebook(
        label=msg("会议室"), description=msg("会议室预订"), ticket_types=(BOOKING,),
        asset_kinds=(AssetKind(name="room", label=msg("会议室"), parents=("",)),),
        clauses=(Clause("R-01", "须由客服完成", "An agent finishes"), Clause("R-02", "须写明会议室", "Name the room")),
    )


@hookimpl
def register_migrations():
    return Path(__file__).parent / "migrations"
'''

MIGRATION = """
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade():
    op.create_table("rooms_booking", sa.Column("id", sa.Integer), sa.Column("company_id", sa.Uuid))


def downgrade():
    op.drop_table("rooms_booking")
"""

Check = Callable[[PluginConformance], None]


class Folder:
    """A plugin's package that a test may spoil before it is checked."""

    def __init__(self, site: Path, package: str) -> None:
        self.root = site / package
        self._package = package
        self.write("__init__.py", "")
        self.write("plugin.py", PLUGIN)
        self.write("migrations/0001_booking.py", MIGRATION)

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def replace(self, old: str, new: str, *, name: str = "plugin.py") -> None:
        text = (self.root / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new))

    def conformance(self) -> PluginConformance:
        check = PluginConformance()
        check.name, check.module = "rooms", importlib.import_module(f"{self._package}.plugin")
        return check


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Folder:
    monkeypatch.syspath_prepend(tmp_path)
    return Folder(tmp_path, f"gongdan_rooms_{abs(hash(request.node.name))}")


CHECKS = [name for name in vars(PluginConformance) if name.startswith("test_")]


@pytest.mark.parametrize("check", CHECKS)
def test_a_sound_plugin_passes_every_check(folder: Folder, databases: Databases, check: str) -> None:
    run = getattr(folder.conformance(), check)
    run(databases) if "tables" in check else run()


def _helpers(folder: Folder) -> None:
    folder.write("utils.py", "")


def _core_import(folder: Folder) -> None:
    folder.write("rules.py", "from gongdan.storage.tickets import TicketRow\n")


def _web_import(folder: Folder) -> None:
    folder.write("views.py", "from gongdan.web.app import create_app\n")


def _other_plugin(folder: Folder) -> None:
    folder.write("rules.py", "import gongdan_property_mgmt.rules\n")


def _flask_in_rules(folder: Folder) -> None:
    folder.write("rules.py", "from flask import request\n")


def _clock(folder: Folder) -> None:
    folder.write("rules.py", "from datetime import datetime\n\n\ndef is_late():\n    return datetime.now()\n")


def _environment(folder: Folder) -> None:
    folder.write("rules.py", "import os\n\nLIMIT = os.environ.get('LIMIT')\n")


def _misspelled(folder: Folder) -> None:
    folder.replace("def register_migrations", "def register_migration")


def _unmarked_hook(folder: Folder) -> None:
    folder.replace("@hookimpl\ndef register_migrations", "def register_migrations")


def _unknown_role(folder: Folder) -> None:
    folder.replace('roles=("agent",)', 'roles=("janitor",)')


def _unknown_kind(folder: Folder) -> None:
    folder.replace('asset_kinds=("room",)', 'asset_kinds=("hall",)')


def _no_label(folder: Folder) -> None:
    folder.replace('label=msg("预订")', 'label=" "')


def _unknown_clause(folder: Folder) -> None:
    folder.replace('clauses=("R-02",)', 'clauses=("R-09",)')


def _unknown_source(folder: Folder) -> None:
    folder.write("rules.py", '"""Rules. Source: R-07."""\n')


def _idle_clause(folder: Folder) -> None:
    folder.replace('clauses=("R-02",)', "clauses=()")


def _unmarked_text(folder: Folder) -> None:
    folder.replace('description=msg("预订会议室")', 'description="预订会议室"')


def _unmarked_page(folder: Folder) -> None:
    folder.write("templates/rooms/index.html", "<h1>会议室</h1>")


def _missing_page(folder: Folder) -> None:
    folder.write("plugin.py", PLUGIN + '\n\n@hookimpl\ndef register_blueprints():\n    return ["os:no_such_page"]\n')


FAULTS: dict[str, tuple[Callable[[Folder], None], str]] = {
    "odd file": (_helpers, "test_files_are_called_as_in_every_plugin"),
    "core": (_core_import, "test_imports_stand_on_the_facade"),
    "web": (_web_import, "test_imports_stand_on_the_facade"),
    "other plugin": (_other_plugin, "test_imports_stand_on_the_facade"),
    "flask": (_flask_in_rules, "test_only_views_know_flask_and_only_cli_knows_click"),
    "clock": (_clock, "test_rules_ask_neither_clock_nor_environment"),
    "environment": (_environment, "test_rules_ask_neither_clock_nor_environment"),
    "misspelled hook": (_misspelled, "test_hooks_are_spelled_right_and_declarations_can_be"),
    "unmarked hook": (_unmarked_hook, "test_hooks_are_spelled_right_and_declarations_can_be"),
    "role": (_unknown_role, "test_what_declarations_name_is_declared"),
    "kind": (_unknown_kind, "test_what_declarations_name_is_declared"),
    "label": (_no_label, "test_what_declarations_name_is_declared"),
    "clause": (_unknown_clause, "test_clauses_that_are_named_exist_and_those_that_exist_are_named"),
    "source": (_unknown_source, "test_clauses_that_are_named_exist_and_those_that_exist_are_named"),
    "idle clause": (_idle_clause, "test_clauses_that_are_named_exist_and_those_that_exist_are_named"),
    "unmarked text": (_unmarked_text, "test_every_text_is_marked"),
    "unmarked page": (_unmarked_page, "test_every_text_is_marked"),
    "missing page": (_missing_page, "test_what_is_named_can_be_imported"),
}


@pytest.mark.parametrize(("spoil", "check"), FAULTS.values(), ids=FAULTS)
def test_a_planted_fault_is_found(folder: Folder, spoil: Callable[[Folder], None], check: str) -> None:
    spoil(folder)
    run = getattr(folder.conformance(), check)
    with pytest.raises(Exception, match=r"assert|misspelled|unknown hook|no_such_page"):
        run()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"rooms_booking"', '"booking"'),
        ('op.drop_table("rooms_booking")', "pass"),
        ("from alembic import op", "from alembic import op\nfrom gongdan.api import msg"),
    ],
    ids=["prefix", "down", "import"],
)
def test_a_planted_fault_in_a_migration_is_found(folder: Folder, databases: Databases, old: str, new: str) -> None:
    folder.replace(old, new, name="migrations/0001_booking.py")
    with pytest.raises(Exception, match=r"assert|do not begin with rooms_"):
        folder.conformance().test_tables_begin_with_the_plugins_name_and_go_down_again(databases)


def test_a_check_is_overridden_only_with_a_reason() -> None:
    class Silent(PluginConformance):
        def test_every_text_is_marked(self) -> None:
            pass

    class Reasoned(PluginConformance):
        def test_every_text_is_marked(self) -> None:
            """The plugin speaks to machines only."""

    Reasoned().test_an_overridden_check_gives_its_reason()
    with pytest.raises(AssertionError):
        Silent().test_an_overridden_check_gives_its_reason()
