import sys
from types import ModuleType

import click
import pytest

from gongdan.cli.terminal import Terminal
from gongdan.domain.rulebook import Rulebook
from gongdan.hooks.manager import PluginManager
from gongdan.hooks.markers import hookimpl
from gongdan.services.ticket_lists import TicketFilter
from tests.cli.conftest import Console


@click.command("count")
@click.option("--open", "is_open", is_flag=True, help="只数未结束的")
@click.pass_obj
def count(terminal: Terminal, *, is_open: bool) -> None:
    """Print how many tickets the company has."""
    found = terminal.company.tickets.count(TicketFilter(is_open=True if is_open else None))
    terminal.show_json({"company": terminal.company.company.code, "count": found})


@hookimpl
def register_rulebook() -> Rulebook:
    """Declare nothing but a name."""
    return Rulebook(label="样例物业", description="测试用的命令")


@hookimpl
def register_commands() -> tuple[str, ...]:
    """Name the one command."""
    return ("tests.cli.test_plugin_commands:count",)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let the names of the shipped plugins stand for this one; return which of them are loaded."""
    loaded: list[str] = []

    def load(manager: PluginManager, allowed: set[str]) -> None:
        module = ModuleType("commands")
        module.register_rulebook = register_rulebook  # type: ignore[attr-defined]  # made for the test
        module.register_commands = register_commands  # type: ignore[attr-defined]  # as above
        for name in allowed:
            loaded.append(name)
            manager.register(name, module)

    monkeypatch.setattr(PluginManager, "load_installed", load)
    return loaded


def test_a_plugin_s_command_works_on_the_company_that_is_named(ready: Console, installed: list[str]) -> None:
    ready.done("company", "create", "meijia", "美家装饰")
    assert '"company": "meijia",\n  "count": 0' in ready.done("decoration", "--company", "meijia", "count", "--open")
    assert installed == ["decoration"]


def test_the_help_of_a_plugin_lists_its_commands(console: Console, installed: list[str]) -> None:
    assert installed == []
    shown = console.done("gps-install", "--help")
    assert "样例物业" in shown
    assert "count" in shown


def test_the_help_of_gongdan_imports_no_plugin(console: Console) -> None:
    before = set(sys.modules)
    console.done("--help")
    assert {name for name in set(sys.modules) - before if name.startswith("gongdan_")} == set()


def test_a_plugin_that_does_not_load_says_why(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    from gongdan.hooks.manager import LoadFailure

    def fail(manager: PluginManager, allowed: set[str]) -> None:
        manager.failures += [LoadFailure(name, "tests", "x", "ImportError: 少一个文件") for name in allowed]

    monkeypatch.setattr(PluginManager, "load_installed", fail)
    result = console("decoration", "--help")
    assert (result.exit_code, "ImportError: 少一个文件" in result.stderr) == (1, True)
