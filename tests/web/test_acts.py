"""Every act that the core writes into the journal can be read and chosen there."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import gongdan
from gongdan.web import acts

CORE = Path(gongdan.__file__).parent
_ACT = re.compile(r"[a-z_]+\.[a-z_]+")


def _texts(tree: ast.AST) -> set[str]:
    """Return what looks like an act anywhere in a piece of code."""
    found = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return {text for text in found if _ACT.fullmatch(text)}


def _recorded(tree: ast.AST) -> Iterator[str]:
    """Yield the acts of one module: what ``record`` and ``Act`` are given, or what a name they are given may hold."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        for call in ast.walk(function):
            if not isinstance(call, ast.Call) or not call.args:
                continue
            if getattr(call.func, "attr", getattr(call.func, "id", "")) in {"record", "Act"}:
                yield from _texts(function if isinstance(call.args[0], ast.Name) else call.args[0])


def _acts_of_the_core() -> set[str]:
    found = {act for path in sorted(CORE.rglob("*.py")) for act in _recorded(ast.parse(path.read_text("utf-8")))}
    # Those whose name is put together.
    return found | {"import.finished", "import.interrupted"}


def test_the_scan_finds_acts_in_every_form() -> None:
    assert {"duty.escalated", "ticket.corrected", "account.enabled", "ticket.imported", "import.interrupted"} <= (
        _acts_of_the_core()
    )


def test_every_act_of_the_core_has_words_and_a_group_to_choose_it_by() -> None:
    found = _acts_of_the_core()
    assert sorted(act for act in found if acts.act_icon(act) == "circle-dot") == []
    assert sorted(act for act in found if not any(act.startswith(prefix) for prefix in acts.GROUPS)) == []
