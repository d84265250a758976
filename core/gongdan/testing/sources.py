"""Reading Python sources without running them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

_SOURCE = re.compile(r"Source: ([\w, -]+\w)")


def python_files(folder: Path) -> list[Path]:
    """Return the Python files of a package, relative to it, in order."""
    return sorted(path.relative_to(folder) for path in folder.rglob("*.py"))


def imports(path: Path) -> set[str]:
    """Return the absolute names that a file imports: modules, and what comes from them."""
    found: set[str] = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def attributes(path: Path) -> set[str]:
    """Return the names that a file asks of other things: ``now`` of ``datetime.now()``."""
    return {node.attr for node in ast.walk(_tree(path)) if isinstance(node, ast.Attribute)}


def clauses(path: Path) -> Iterator[str]:
    """Return the clause ids that docstrings name after ``Source:``."""
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            for match in _SOURCE.finditer(ast.get_docstring(node) or ""):
                yield from (part.strip() for part in match[1].split(","))


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))
