"""What every plugin keeps to, as tests that its author gets by naming the plugin.

::

    class TestConformance(PluginConformance):
        name = "property_mgmt"
        module = gongdan_property_mgmt.plugin

A check that does not fit may be overridden; its docstring then gives the reason.
"""

import inspect
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import fields, is_dataclass
from fnmatch import fnmatch
from pathlib import Path
from types import ModuleType

from gongdan.domain.people import CORE_ROLES
from gongdan.domain.rulebook import Rulebook
from gongdan.hooks.manager import PluginManager, load_object
from gongdan.hooks.specs import GROUPS
from gongdan.services.layouts import shipped_problems
from gongdan.storage import schema
from gongdan.storage.database import Database
from gongdan.testing import sources
from gongdan.testing.databases import Databases
from gongdan.testing.strays import strays_in_code, strays_in_template

#: What a plugin's files are called; a room that has grown may be a folder of the same name.
MODULES = frozenset(
    {
        "__init__",
        "approvals",
        "assets",
        "charges",
        "cli",
        "conduct",
        "custody",
        "duties",
        "errors",
        "events",
        "forms",
        "importers",
        "models",
        "notices",
        "permits",
        "plans",
        "plugin",
        "policy",
        "reports",
        "roles",
        "secrecy",
        "rules",
        "services",
        "ticket_types",
        "views",
        "workflows",
    }
)
FOLDERS = frozenset({"clauses", "demo", "locale", "migrations", "packs", "static", "templates"})

#: The parts of the core that a plugin stands on.
FACADE = ("gongdan.api", "gongdan.web.kit", "gongdan.testing")
#: Libraries that one file alone may import, so that the rest runs without a page or a terminal.
EDGES = {"flask": "views", "click": "cli", "wtforms": "views", "werkzeug": "views"}
#: Calls by which a rule would depend on more than its arguments.
AMBIENT = frozenset({"now", "today", "utcnow", "getenv", "environ"})


class PluginConformance:
    """Subclass it in a plugin's tests, with ``name`` and ``module``."""

    #: The plugin's name, as in its entry point.
    name: str
    #: The module that the entry point names.
    module: ModuleType
    #: Files whose Chinese is data that nobody is shown as a text of the program.
    data_files: tuple[str, ...] = ("demo/*", "clauses/*", "import_*.py")

    def test_files_are_called_as_in_every_plugin(self) -> None:
        """One who knows one plugin finds his way in all of them."""
        odd = [path.as_posix() for path in sources.python_files(self._folder) if not _is_usual(path)]
        assert odd == []

    def test_imports_stand_on_the_facade(self) -> None:
        """What is not on the facade may change any day."""
        own = self._folder.name
        outside = {
            f"{path}: {name}"
            for path, name in self._imports()
            if name.partition(".")[0].startswith("gongdan")
            and name.partition(".")[0] != own
            and not name.startswith(FACADE)
        }
        assert outside == set()

    def test_only_views_know_flask_and_only_cli_knows_click(self) -> None:
        """A rule that needs a request could not be used by an import or a command."""
        strays = {
            f"{path}: {name}"
            for path, name in self._imports()
            if (room := EDGES.get(name.partition(".")[0])) and path.parts[0].removesuffix(".py") != room
        }
        assert strays == set()

    def test_rules_ask_neither_clock_nor_environment(self) -> None:
        """The time comes with the work, settings from the desk."""
        asked = {
            f"{path}: {name}"
            for path in sources.python_files(self._folder)
            for name in sources.attributes(self._folder / path) & AMBIENT
        }
        assert asked == set()

    def test_hooks_are_spelled_right_and_declarations_can_be(self) -> None:
        """The manager takes the plugin, as it will at start."""
        manager = self._manager()
        assert [plugin.name for plugin in manager.loaded] == [self.name]
        unmarked = [
            hook
            for group in GROUPS
            for hook, _ in inspect.getmembers(group, lambda member: hasattr(member, "gongdan_spec"))
            if hasattr(self.module, hook) and not hasattr(getattr(self.module, hook), "gongdan_impl")
        ]
        assert unmarked == []

    def test_what_declarations_name_is_declared(self) -> None:
        """Roles of moves, kinds of assets and parents exist; what people read has a text."""
        book = self._rulebook()
        roles = {role.name for role in (*CORE_ROLES, *book.roles)}
        kinds = {kind.name for kind in book.asset_kinds}
        types = book.ticket_types
        missing = {role for each in types for move in each.workflow.moves for role in move.roles} - roles
        missing |= {kind for each in types for kind in each.asset_kinds} - kinds
        # An empty parent lets a kind stand at the root as well.
        missing |= {parent for kind in book.asset_kinds for parent in kind.parents} - kinds - {""}
        assert missing == set()
        assert [each for each in _labels(book) if not each.strip()] == []

    def test_shipped_layouts_carry_their_forms(self) -> None:
        """A layout that cannot be read, or that leaves out what a form needs, would be passed over at the desk."""
        found = [(kind.name, one.line, one.text) for kind in self._rulebook().forms for one in shipped_problems(kind)]
        assert found == []

    def test_clauses_that_are_named_exist_and_those_that_exist_are_named(self) -> None:
        """A clause without its text says nothing, and a text that nothing carries promises too much."""
        book = self._rulebook()
        in_code = {
            clause for path in sources.python_files(self._folder) for clause in sources.clauses(self._folder / path)
        }
        named = set(_clauses(book)) | set(_clauses(self._manager().catalogue.importers)) | in_code
        known = {clause.id for clause in book.clauses}
        assert (named - known, known - named) == (set(), set())
        assert [clause.id for clause in book.clauses if not clause.zh.strip() or not clause.en.strip()] == []

    def test_every_text_is_marked(self) -> None:
        """A text that is not marked is never translated."""
        found = [
            f"{path}:{line}: {text}"
            for path in sources.python_files(self._folder)
            if not any(fnmatch(path.as_posix(), pattern) for pattern in self.data_files)
            for line, text in strays_in_code(self._folder / path)
        ]
        pages = [path for path in sorted(self._folder.glob("templates/**/*")) if path.is_file()]
        found += [f"{path.name}:{line}: {text}" for path in pages for line, text in strays_in_template(path)]
        assert found == []

    def test_what_is_named_can_be_imported(self) -> None:
        """A misspelled command or page would be noticed only when somebody asks for it."""
        manager = self._manager()
        for hook in ("register_commands", "register_blueprints"):
            for answer in manager.declared(hook):
                for place in answer.value:
                    assert load_object(place) is not None
        for answer in manager.declared("register_seed"):
            assert callable(load_object(answer.value))

    def test_tables_begin_with_the_plugins_name_and_go_down_again(self, databases: Databases) -> None:
        """An uninstalled plugin leaves nothing that another could stumble over."""
        for answer in self._manager().declared("register_migrations"):
            source = schema.MigrationSource(self.name, answer.value)
            imported = {name for path in answer.value.glob("*.py") for name in sources.imports(path)}
            assert {name for name in imported if name.startswith("gongdan")} == set()
            with closing(Database(databases.empty())) as database:
                for up in (schema.CORE, source):
                    schema.upgrade(database.engine, up)
                schema.downgrade(database.engine, source)
                assert schema.tables_of(database.engine, source) == set()

    def test_an_overridden_check_gives_its_reason(self) -> None:
        """Nobody switches a check off without saying why."""
        silent = [
            name
            for name, check in vars(type(self)).items()
            if name.startswith("test_") and hasattr(PluginConformance, name) and not inspect.getdoc(check)
        ]
        assert silent == []

    @property
    def _folder(self) -> Path:
        package = inspect.getfile(self.module)
        return Path(package).parent

    def _manager(self) -> PluginManager:
        manager = PluginManager()
        manager.register(self.name, self.module)
        return manager

    def _rulebook(self) -> Rulebook:
        return self._manager().catalogue.rulebooks.get(self.name) or Rulebook(label=self.name, description=self.name)

    def _imports(self) -> Iterator[tuple[Path, str]]:
        for path in sources.python_files(self._folder):
            for name in sources.imports(self._folder / path):
                yield path, name


def _is_usual(path: Path) -> bool:
    first = path.parts[0]
    return first in FOLDERS or first.removesuffix(".py") in MODULES or fnmatch(first, "import_*.py")


def _clauses(value: object) -> Iterator[str]:
    """Return every clause id that a declaration and what it consists of carry, in ``clauses`` or ``clause``."""
    if isinstance(value, str | bytes):
        return
    if is_dataclass(value) and not isinstance(value, type):
        for each in fields(value):
            held = getattr(value, each.name)
            if each.name not in {"clause", "clauses"}:
                yield from _clauses(held)
            elif not isinstance(value, Rulebook):
                yield from (held,) if isinstance(held, str) and held else held
    elif isinstance(value, Mapping):
        for held in value.values():
            yield from _clauses(held)
    elif hasattr(value, "__iter__"):
        for held in value:
            yield from _clauses(held)


def _labels(book: Rulebook) -> Iterator[str]:
    yield from (book.label, book.description)
    for each in book.ticket_types:
        yield from (each.label, each.description)
        yield from (field.label for field in each.fields)
        yield from (state.label for state in each.workflow.states)
        yield from (move.label for move in each.workflow.moves)
        yield from (choice.label for choice in (*each.severities, *each.categories, *each.causes, *each.findings))
    yield from (kind.label for kind in book.asset_kinds)
    yield from (rule.label for rule in book.link_rules)
    yield from (label for kind in book.custody_kinds for label in (kind.label, kind.mark_label))
    yield from (role.label for role in book.roles)
    yield from (permission.label for permission in book.permissions)
    yield from (key.label for key in book.policy_keys)
    yield from (step.label for rule in book.approval_rules for step in rule.steps)
    approvals = (duty for rule in book.approval_rules for duty in rule.duties.values())
    for rule in (*book.duty_rules, *(plan.duty for plan in book.plan_rules), *approvals):
        yield rule.label
        yield from (rung.label for rung in rule.ladder)
    for form in book.forms:
        yield form.label
        yield from (field.label for field in form.fields)
        yield from (column.label for table in form.tables for column in table.columns)
        yield from (item.label for item in form.items)
        yield from (box.label for box in form.signatures)
        yield from (copy.recipient for copy in form.copies)
    yield from (label for pack in book.packs for label in (pack.label.zh, pack.label.en))
