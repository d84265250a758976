"""import-linter checks the contracts (`python3 dev.py lint`); here stands what keeps the contracts complete."""

from __future__ import annotations

import tomllib
from typing import Any

from tests.architecture.tree import ROOT, python_files

SETTINGS: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PLUGINS = sorted(path.name for path in (ROOT / "plugins").iterdir() if path.is_dir())


def contract(kind: str) -> dict[str, Any]:
    [found] = [each for each in SETTINGS["tool"]["importlinter"]["contracts"] if each["type"] == kind]
    return dict(found)


def test_every_room_has_its_place_and_no_place_is_empty() -> None:
    package = ROOT / "core" / "gongdan"
    rooms = {path.name for path in package.iterdir() if (path / "__init__.py").exists()}
    rooms |= {path.stem for path in package.glob("*.py") if path.stem != "__init__"}
    placed = {room.strip() for layer in contract("layers")["layers"] for room in layer.split("|")}
    assert placed == rooms
    assert contract("layers")["exhaustive"] is True


def test_every_plugin_is_in_the_metadata_the_build_and_the_contracts() -> None:
    packages = [f"gongdan_{name}" for name in PLUGINS]
    roots = ["core/gongdan", *(f"plugins/{name}/gongdan_{name}" for name in PLUGINS)]
    assert sorted(SETTINGS["tool"]["importlinter"]["root_packages"]) == ["gongdan", *packages]
    assert sorted(contract("independence")["modules"]) == packages
    assert sorted(SETTINGS["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == roots
    assert sorted(SETTINGS["tool"]["hatch"]["build"]["dev-mode-dirs"]) == ["core", *(f"plugins/{n}" for n in PLUGINS)]
    assert SETTINGS["project"]["entry-points"]["gongdan.plugins"] == {
        name: f"gongdan_{name}.plugin" for name in PLUGINS
    }


def test_a_source_root_holds_one_package_and_no_other_python() -> None:
    owners = {path.parts[:2] for path in python_files("core")}
    owners |= {path.parts[:3] for path in python_files("plugins")}
    assert owners == {("core", "gongdan"), *(("plugins", name, f"gongdan_{name}") for name in PLUGINS)}
