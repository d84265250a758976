from __future__ import annotations

import re

import pytest

from tests.architecture.tree import ROOT, our_files, python_files, text_files

#: Names that say nothing about what a file is for.
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}
#: Written in pieces, so that this file does not find itself.
REGISTRIES = [".".join(host) for host in (("pypi", "org"), ("pythonhosted", "org"), ("registry", "npmjs", "org"))]
MACHINE_PATH = re.compile(r"(?<![\w/.])/(?:work/(?:main|shared|notes)|root/)")
UNFINISHED = re.compile("|".join(f"{first}{rest}" for first, rest in (("TO", "DO"), ("FIX", "ME"), ("XX", "X"))))


@pytest.mark.parametrize("found", [*REGISTRIES])
def test_no_file_names_a_registry(found: str) -> None:
    assert [str(path) for path in text_files() if found in (ROOT / path).read_text(encoding="utf-8")] == []


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    texts = {path: (ROOT / path).read_text(encoding="utf-8") for path in text_files()}
    assert [str(path) for path, text in texts.items() if MACHINE_PATH.search(text)] == []


def test_nothing_is_left_for_later_in_the_code() -> None:
    texts = {path: (ROOT / path).read_text(encoding="utf-8") for path in python_files("core", "plugins", "tests")}
    assert [str(path) for path, text in texts.items() if UNFINISHED.search(text)] == []


def test_a_file_is_named_for_what_it_holds() -> None:
    assert [str(path) for path in our_files() if path.suffix == ".py" and path.stem in EMPTY_NAMES] == []


def test_every_test_folder_is_a_package() -> None:
    folders = {path.parent for path in python_files("tests")}
    assert [str(folder) for folder in sorted(folders) if not (ROOT / folder / "__init__.py").exists()] == []


def test_every_locked_package_has_its_hash() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        entries = re.split(r"\n(?=\w)", lock.read_text(encoding="utf-8"))
        assert [entry for entry in entries if "--hash=sha256:" not in entry] == [], lock.name


def test_the_locks_agree_with_each_other() -> None:
    pins: dict[str, set[str]] = {}
    for lock in (ROOT / "requirements").glob("*.txt"):
        for name, version in re.findall(r"^([\w.-]+)==(\S+)", lock.read_text(encoding="utf-8"), re.MULTILINE):
            pins.setdefault(name, set()).add(version)
    assert {name: versions for name, versions in pins.items() if len(versions) > 1} == {}
