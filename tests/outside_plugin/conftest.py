from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from gongdan.domain.snapshots import CompanyView
from gongdan.hooks.manager import PluginManager
from gongdan.services.actors import SYSTEM
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.settings import Settings
from gongdan.web.app import create_app

PROJECT = Path(__file__).parent / "gongdan-fountain"


def _pip(*arguments: str) -> None:
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True)


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Build the plugin as a wheel of its own and install that, without asking any registry."""
    project = tmp_path_factory.mktemp("sources") / "fountain"
    wheels, target = tmp_path_factory.mktemp("wheels"), tmp_path_factory.mktemp("site")
    shutil.copytree(PROJECT, project, ignore=shutil.ignore_patterns("__pycache__"))
    _pip("wheel", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(wheels), str(project))
    (wheel,) = wheels.glob("gongdan_fountain-0.1-*.whl")
    _pip("install", "--no-deps", "--no-index", "--target", str(target), str(wheel))
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(target)
        yield target


@pytest.fixture
def plugin_manager(site: Path) -> PluginManager:
    """Load the plugin as ``bootstrap`` does: by its entry point."""
    manager = PluginManager()
    manager.load_installed({"fountain"})
    return manager


@pytest.fixture
def neighbour(desk: Desk) -> CompanyDesk:
    """Return 安居物业, which has not enabled the plugin."""
    return desk.at(desk.companies.create(SYSTEM, "anju", "安居物业"))


@pytest.fixture
def app(desk: Desk, settings: Settings, company: CompanyView) -> Flask:
    return create_app(desk, settings)
