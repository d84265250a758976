from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest
from flask import Flask
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from sqlalchemy import event

from gongdan.domain.snapshots import CompanyView
from gongdan.services.desk import Desk
from gongdan.settings import Settings
from gongdan.testing.factories import People
from gongdan.web import import_jobs, print_runs
from gongdan.web.app import create_app
from tests.web.visitor import Visitor


class Applications:
    """One application for each set of plugins, since giving it its two hundred addresses takes long."""

    def __init__(self, compiled_templates: BytecodeCache) -> None:
        self._compiled = compiled_templates
        self._made: dict[Hashable, tuple[Flask, dict[str, Any]]] = {}

    def lend(self, desk: Desk, settings: Settings) -> Flask:
        """Return the application as if it had just been made for ``desk``."""
        key = tuple((plugin.name, plugin.module) for plugin in desk.plugins.loaded)
        if key not in self._made:
            made = create_app(desk, settings)
            made.jinja_env.bytecode_cache = self._compiled
            self._made[key] = (made, dict(made.config))
        app, config = self._made[key]
        app.config.clear()
        app.config.update(config)
        app.extensions["gongdan"] = desk
        import_jobs.install(app)
        print_runs.install(app)
        return app


@pytest.fixture(scope="session")
def applications(tmp_path_factory: pytest.TempPathFactory) -> Applications:
    return Applications(FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates"))))


@pytest.fixture
def app(desk: Desk, settings: Settings, applications: Applications) -> Flask:
    return applications.lend(desk, settings)


@pytest.fixture
def stranger(app: Flask) -> Visitor:
    """Somebody who has not signed in."""
    return Visitor(app)


@pytest.fixture
def visitor_as(app: Flask, person: People) -> Callable[..., Visitor]:
    """Sign somebody in: ``visitor_as("agent", login="zhangmin")``; without roles, an agent."""

    def sign_in(*roles: str, login: str = "zhangmin", name: str = "张敏", is_operator: bool = False) -> Visitor:
        person(*roles, login=login, name=name, is_operator=is_operator)
        visitor = Visitor(app)
        visitor.arrive(login)
        return visitor

    return sign_in


@pytest.fixture
def agent(visitor_as: Callable[..., Visitor], company: CompanyView) -> Visitor:
    """张敏, who answers the phone of 幸福物业."""
    del company
    return visitor_as("agent")


@pytest.fixture
def administrator(visitor_as: Callable[..., Visitor]) -> Visitor:
    """陈红, who may do everything in 幸福物业."""
    return visitor_as("administrator", "supervisor", login="chenhong", name="陈红")


@pytest.fixture
def statements(desk: Desk) -> Callable[[], AbstractContextManager[list[str]]]:
    """Note what the database is asked while a block runs."""

    @contextmanager
    def watch() -> Iterator[list[str]]:
        sent: list[str] = []

        def note(connection: object, cursor: object, statement: str, *more: object) -> None:
            if not statement.startswith(("BEGIN", "PRAGMA", "SELECT set_config")):
                sent.append(statement)

        event.listen(desk.database.engine, "before_cursor_execute", note)
        yield sent
        event.remove(desk.database.engine, "before_cursor_execute", note)

    return watch
