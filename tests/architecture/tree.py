"""The checkout as these tests see it: our own files, without what tools and builds leave behind."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_NOT_OURS = {".git", ".venv", "node_modules", "static", "dist", "__pycache__", ".hypothesis", "var", "gongdan-data"}
_TEXT = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".js",
    ".mjs",
    ".css",
    ".json",
    ".html",
    ".po",
    ".pot",
    ".yml",
    ".yaml",
    ".cfg",
    "",
}


def _walk() -> Iterator[Path]:
    for folder, inner, names in os.walk(ROOT):
        inner[:] = [name for name in inner if name not in _NOT_OURS and not name.endswith("_cache")]
        yield from (Path(folder, name) for name in names)


@cache
def our_files() -> tuple[Path, ...]:
    """Return every file of ours, relative to the root."""
    return tuple(sorted(path.relative_to(ROOT) for path in _walk() if path.suffix != ".pyc"))


def text_files() -> tuple[Path, ...]:
    """Return the files of ours that are text."""
    return tuple(path for path in our_files() if path.suffix in _TEXT)


def python_files(*folders: str) -> tuple[Path, ...]:
    """Return the Python files under the given folders of the root."""
    return tuple(path for path in our_files() if path.suffix == ".py" and path.parts[0] in folders)
