"""A command line on a home folder and a database of the test's own, with the sample plugin."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from gongdan.cli.main import root
from gongdan.hooks.manager import PluginManager
from gongdan.settings import Settings
from gongdan.storage.database import Database
from gongdan.testing.contents import contents, unchanged
from gongdan.testing.databases import Databases, Shelf


@dataclass
class Console:
    """Runs commands as somebody types them."""

    home: Path
    variables: dict[str, str] = field(default_factory=dict)

    def __call__(self, *words: str) -> Result:
        """Run one command; whatever it raised past the last boundary is raised again."""
        result = CliRunner().invoke(root, words, env=self.variables, prog_name="gongdan")
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def done(self, *words: str) -> str:
        """Run one command that succeeds and return what it prints."""
        result = self(*words)
        assert (result.exit_code, result.stderr) == (0, "")
        return result.stdout

    def done_with_progress(self, *words: str) -> str:
        """Run one command that succeeds and tells its progress on standard error; return what it prints."""
        result = self(*words)
        assert result.exit_code == 0, result.stderr
        return result.stdout

    def json(self, *words: str) -> Any:
        """Run one command that succeeds with ``--json`` and return what it prints."""
        return json.loads(self.done(*words, "--json"))


@pytest.fixture
def desks(quick_passwords: None, plugin_manager: PluginManager, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands have the plugins of the test and speak Chinese."""

    def load(settings: Settings) -> PluginManager:
        return PluginManager() if settings.safe_mode else plugin_manager

    monkeypatch.setattr("gongdan.bootstrap.load_plugins", load)
    # The command line tells gettext its language through this variable.
    monkeypatch.setenv("LANGUAGE", "zh")


def _open_console(home: Path, database_url: str) -> Console:
    return Console(home, {"GONGDAN_HOME": str(home), "GONGDAN_DATABASE_URL": database_url, "LANG": "C.UTF-8",
                          "LC_ALL": "", "LC_MESSAGES": "", "GONGDAN_LOCALE": ""})  # fmt: skip


@pytest.fixture
def console(tmp_path: Path, databases: Databases, desks: None) -> Console:
    """Return a command line whose database has no tables yet."""
    return _open_console(tmp_path / "home", databases.empty())


@pytest.fixture
def at_home(tmp_path: Path, desks: None) -> Console:
    """Return a command line whose database is the file in its home folder, whatever the backend of the tests."""
    console = _open_console(tmp_path / "home", "")
    console.variables.pop("GONGDAN_DATABASE_URL")
    return console


@pytest.fixture
def ready(settings: Settings, plugin_manager: PluginManager, desks: None, shelf: Shelf) -> Console:
    """Return a command line after ``gongdan init``, with the company 幸福物业 and the plugins of the test in it."""
    console = _open_console(settings.home, settings.database_url)
    modules = tuple((plugin.name, plugin.module) for plugin in plugin_manager.loaded)
    if shelf.take(("ready", modules)) is None:
        console.done("init", "--password", "海棠花开 2026 spring")
        console.done("company", "create", "xingfu", "幸福物业", "--administrator", "admin")
        for name, _ in modules:
            console.done("plugin", "enable", name)
        shelf.put(("ready", modules))
    return console


@pytest.fixture
def unchanged_database(request: pytest.FixtureRequest) -> Callable[[], AbstractContextManager[None]]:
    """Prove that a block changes no row of any table of the command line that the test uses."""
    used: Console = request.getfixturevalue("ready" if "ready" in request.fixturenames else "console")

    @contextmanager
    def proof() -> Iterator[None]:
        database = Database(used.variables["GONGDAN_DATABASE_URL"])
        assert any(contents(database.engine).values())
        with unchanged(database.engine):
            yield
        database.close()

    return proof
