"""A test that is never run looks like a test that passes."""

from __future__ import annotations

import ast
from collections import Counter
from functools import cache
from pathlib import Path

from tests.architecture.tree import ROOT, python_files

Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def parsed(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def is_fixture(function: Function) -> bool:
    return any("fixture" in ast.unparse(decorator) for decorator in function.decorator_list)


def is_called_by_pytest(function: Function) -> bool:
    return function.name.startswith(("test_", "pytest_")) or is_fixture(function)


def used_names() -> Counter[str]:
    nodes = [node for path in python_files("tests") for node in ast.walk(parsed(path))]
    used = Counter(node.id for node in nodes if isinstance(node, ast.Name))
    used.update(node.attr for node in nodes if isinstance(node, ast.Attribute))
    return used


def test_every_function_in_a_test_file_is_a_test_a_fixture_or_used_by_one() -> None:
    used = used_names()
    idle = [
        f"{path}: {node.name}"
        for path in python_files("tests")
        # The plugin's project that tests build is no test; its views are called by Flask.
        if "gongdan-fountain" not in path.parts
        for node in parsed(path).body
        if isinstance(node, Function) and not is_called_by_pytest(node) and not used[node.name]
    ]
    assert idle == []


def test_every_test_lies_in_a_file_that_pytest_collects() -> None:
    lost = [
        f"{path}: {node.name}"
        for path in python_files("tests")
        for node in ast.walk(parsed(path))
        if isinstance(node, Function) and node.name.startswith("test_") and not path.name.startswith("test_")
    ]
    assert lost == []


def test_no_two_tests_of_a_file_share_a_name() -> None:
    twins = []
    for path in python_files("tests"):
        counts = Counter(node.name for node in parsed(path).body if isinstance(node, Function))
        twins += [f"{path}: {name}" for name, count in counts.items() if count > 1]
    assert twins == []
