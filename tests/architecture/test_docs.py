"""The documentation says what the code does."""

import inspect
import re
from pathlib import Path
from types import ModuleType

import pytest

from gongdan import api
from gongdan.domain.workflow import check_move
from gongdan.hooks.manager import PluginManager
from gongdan.hooks.specs import GROUPS

_ROOT = Path(__file__).parents[2]
_HOOKS = (_ROOT / "docs" / "hooks.md").read_text(encoding="utf-8")
_HEADING = re.compile(r"^### (\w+)\((.*)\)$", re.MULTILINE)


def _specs(group: ModuleType) -> dict[str, list[str]]:
    functions = inspect.getmembers(group, inspect.isfunction)
    return {
        name: list(inspect.signature(function).parameters)
        for name, function in functions
        if function.__module__ == group.__name__
    }


def test_every_hook_has_a_heading_with_its_arguments_and_no_heading_stands_alone() -> None:
    documented = {name: re.findall(r"\w+", arguments) for name, arguments in _HEADING.findall(_HOOKS)}
    specified = {name: arguments for group in GROUPS for name, arguments in _specs(group).items()}
    assert documented == specified


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.__name__.rsplit(".", 1)[-1])
def test_a_hook_takes_at_most_four_arguments_and_says_since_when_it_exists(group: ModuleType) -> None:
    for name, arguments in _specs(group).items():
        assert len(arguments) <= 4, name
        assert "Since 0." in (inspect.getdoc(getattr(group, name)) or ""), name


def test_every_public_name_of_the_facade_is_exported_and_described() -> None:
    for name in api.__all__:
        value = getattr(api, name)
        if inspect.isclass(value) or (inspect.isfunction(value) and value.__name__ == name):
            assert inspect.getdoc(value), name


def test_links_between_the_pages_lead_somewhere() -> None:
    pages = [*_ROOT.glob("*.md"), *(_ROOT / "docs").rglob("*.md"), *(_ROOT / "plugins").glob("*/README.md")]
    assert pages
    for page in pages:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} → {target}"


def test_the_smallest_plugin_of_the_documentation_can_be_loaded_and_its_guard_refuses() -> None:
    page = (_ROOT / "docs" / "writing-a-plugin.md").read_text(encoding="utf-8")
    source = page.split("# gongdan_fountain/plugin.py\n", 1)[1].split("```", 1)[0]
    module = ModuleType("gongdan_fountain.plugin")
    exec(compile(source, "writing-a-plugin.md", "exec"), module.__dict__)  # noqa: S102 -- our own documentation

    manager = PluginManager()
    manager.register("fountain", module)
    declared = manager.catalogue.ticket_types.get("fountain_repair")

    assert declared is not None
    move = declared.workflow.moves[0]
    attempt = api.MoveAttempt(ticket={"state": "reported"}, fields={"result": "换泵"}, given={}, roles=(), actor="")
    assert [(refusal.guard, refusal.field) for refusal in check_move(declared.workflow, move, attempt)] == [
        ("pump_off", "pump_off")
    ]
