from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from flask import Flask
from jinja2 import BytecodeCache, FileSystemBytecodeCache
from sqlalchemy import event

from gongdan.domain.snapshots import CompanyView
from gongdan.services.desk import Desk
from gongdan.settings import Settings
from gongdan.testing.factories import People
from gongdan.web.app import create_app
from tests.web.visitor import Visitor


@pytest.fixture(scope="session")
def compiled_templates(tmp_path_factory: pytest.TempPathFactory) -> BytecodeCache:
    """Keep what templates are compiled into, so that each test's application need not do it again."""
    return FileSystemBytecodeCache(str(tmp_path_factory.mktemp("templates")))


@pytest.fixture
def app(desk: Desk, settings: Settings, compiled_templates: BytecodeCache) -> Flask:
    made = create_app(desk, settings)
    made.jinja_env.bytecode_cache = compiled_templates
    return made


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
        visitor.log_in(login)
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
