"""Fixtures for tests of the core and of plugins.

``desk`` is an installation on a fresh database whose ``clock`` stands still; ``company`` and ``other_company`` have
every plugin of ``plugin_modules`` enabled. A plugin's tests override ``plugin_modules``::

    @pytest.fixture
    def plugin_modules() -> Mapping[str, ModuleType]:
        return {"property_mgmt": gongdan_property_mgmt.plugin}
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager
    from pathlib import Path
    from types import ModuleType

    from gongdan.domain.snapshots import CompanyView
    from gongdan.hooks.manager import PluginManager
    from gongdan.services.desk import CompanyDesk, Desk
    from gongdan.settings import Settings
    from gongdan.storage.database import Database
    from gongdan.testing.beginnings import Beginning
    from gongdan.testing.clocks import Clock
    from gongdan.testing.databases import Databases, SharedEngines, Shelf
    from gongdan.testing.factories import Factory, People
    from gongdan.testing.plugin_managers import PluginManagers

pytest.register_assert_rewrite("gongdan.testing.conformance", "gongdan.testing.contents")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what says nothing on this backend; the summary counts it.

    What is marked ``postgres`` runs on PostgreSQL alone; what asks for no database runs on SQLite's turn alone, since
    a second run could not differ.
    """
    on_postgresql = os.environ.get("GONGDAN_TEST_BACKEND") == "postgresql"
    left_out = {item for item in items if not _says_something(item, on_postgresql=on_postgresql)}
    if left_out:
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]


def _says_something(item: pytest.Item, *, on_postgresql: bool) -> bool:
    if item.get_closest_marker("postgres"):
        return on_postgresql
    return not on_postgresql or "databases" in getattr(item, "fixturenames", ())


#: Code and name of each company that tests can ask for, by the fixture that returns it.
_COMPANIES = {"company": ("xingfu", "幸福物业"), "other_company": ("anju", "安居物业")}


@pytest.fixture(scope="session")
def engines() -> Iterator[SharedEngines]:
    """Let tests whose databases have one address use one engine."""
    from gongdan.storage import database
    from gongdan.testing.databases import SharedEngines

    shared = SharedEngines(database.make_engine)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(database, "make_engine", shared.make)

        def close(opened: Database) -> None:
            shared.close(opened)

        patch.setattr(database.Database, "close", close)
        yield shared
        shared.dispose()


@pytest.fixture(scope="session")
def databases(engines: SharedEngines) -> Iterator[Databases]:
    """Hand out databases on the backend of ``GONGDAN_TEST_BACKEND``; each test process has its own."""
    from gongdan.testing.databases import open_databases

    opened = open_databases()
    yield opened
    engines.dispose()
    opened.close()


@pytest.fixture(scope="session")
def shelf(databases: Databases, engines: SharedEngines) -> Shelf:
    """Keep what many tests begin with."""
    from gongdan.testing.databases import Shelf

    return Shelf(databases, engines)


@pytest.fixture
def database_url(databases: Databases, engines: SharedEngines) -> str:
    """Return the address of a database with the core's tables and no rows."""
    engines.take_back()
    return databases.fresh()


@pytest.fixture
def clock() -> Clock:
    """Stand at 10:00 in Shanghai on Thursday, 5 March 2026, until the test moves it."""
    from gongdan.testing.clocks import Clock

    return Clock()


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    """Return the plugins of the test by name; override it in the tests of a plugin."""
    from gongdan.testing import sample

    return {sample.NAME: sample}


@pytest.fixture(scope="session")
def plugin_managers() -> PluginManagers:
    """Keep a manager for each set of plugins."""
    from gongdan.testing.plugin_managers import PluginManagers

    return PluginManagers()


@pytest.fixture
def plugin_manager(
    plugin_managers: PluginManagers, plugin_modules: Mapping[str, ModuleType]
) -> Iterator[PluginManager]:
    """Lend a manager with ``plugin_modules``; one to which the test registers something more is not lent again."""
    with plugin_managers.lend(plugin_modules) as manager:
        yield manager


@pytest.fixture(scope="session")
def secret() -> str:
    """Return the secret of every home folder, so that what is sealed with it can be kept on the shelf."""
    from secrets import token_hex

    return token_hex(32)


@pytest.fixture
def settings(tmp_path: Path, database_url: str, secret: str) -> Settings:
    """Return settings with a home folder and a database of the test's own."""
    from gongdan.settings import read_settings

    kept = tmp_path / "home" / "secret.key"
    kept.parent.mkdir()
    kept.write_text(secret, encoding="ascii")
    kept.chmod(0o600)
    return read_settings({}, home=tmp_path / "home", database_url=database_url, secure_cookies=False)


@pytest.fixture
def quick_passwords(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hash passwords in a moment instead of a noticeable while."""
    from argon2 import PasswordHasher

    from gongdan.services import passwords

    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "hasher", lambda: quick)


@pytest.fixture
def desk(settings: Settings, plugin_manager: PluginManager, clock: Clock, quick_passwords: None) -> Iterator[Desk]:
    """Return an installation on a fresh database, without companies or accounts."""
    del quick_passwords
    from gongdan.bootstrap import open_desk

    opened = open_desk(settings, plugins=plugin_manager, clock=clock)
    yield opened
    opened.close()


@pytest.fixture
def begin(desk: Desk, shelf: Shelf, request: pytest.FixtureRequest) -> Beginning:
    """Keep what fixtures make at the beginning of many tests.

    A fixture that makes the same for every test has it made once, its rows and what it returns::

        @pytest.fixture
        def office(begin: Beginning, company_desk: CompanyDesk, person: People) -> Office:
            return begin(lambda: Office(company_desk, person))
    """
    from uuid import uuid4

    from gongdan.testing.beginnings import Beginning

    wanted = tuple(name for name in _COMPANIES if name in request.fixturenames)
    modules = tuple((plugin.name, plugin.module) for plugin in desk.plugins.loaded)
    key = (wanted, modules, desk.clock())
    version = shelf.take(key)
    if version is None:
        for name in wanted:
            _make_company(desk, *_COMPANIES[name])
        version = uuid4().bytes
        shelf.put(key, version)
    return Beginning(desk, shelf, (key, version))


@pytest.fixture
def companies(desk: Desk, begin: Beginning, request: pytest.FixtureRequest) -> Callable[[str], CompanyView]:
    """Make the companies that the test names, and whatever else is asked for by the name of its fixture."""
    del begin
    wanted = [name for name in _COMPANIES if name in request.fixturenames]
    made = {name: desk.companies.by_code(_COMPANIES[name][0]) for name in wanted}
    return lambda name: made.get(name) or _make_company(desk, *_COMPANIES[name])


@pytest.fixture
def company(companies: Callable[[str], CompanyView]) -> CompanyView:
    """Return 幸福物业, with every plugin of the test enabled."""
    return companies("company")


@pytest.fixture
def other_company(companies: Callable[[str], CompanyView]) -> CompanyView:
    """Return 安居物业, a second company with the same plugins, whose data must never be seen by the first."""
    return companies("other_company")


@pytest.fixture
def company_desk(desk: Desk, company: CompanyView) -> CompanyDesk:
    """Return the company's desk with the installation itself as the actor."""
    return desk.at(company)


@pytest.fixture
def other_desk(desk: Desk, other_company: CompanyView) -> CompanyDesk:
    """Return the other company's desk with the installation itself as the actor."""
    return desk.at(other_company)


@pytest.fixture
def person(desk: Desk, company: CompanyView, begin: Beginning) -> People:
    """Make members: ``person("agent", name="张敏")`` returns the company's desk as she sees it."""
    from gongdan.testing.factories import People

    people = People(desk, company)
    begin.count("people", people)
    return people


@pytest.fixture
def factory(company_desk: CompanyDesk, begin: Beginning) -> Factory:
    """Make tickets, parties and assets of the company."""
    from gongdan.testing.factories import Factory

    made = Factory(company_desk)
    begin.count("factory", made)
    return made


@pytest.fixture
def other_factory(other_desk: CompanyDesk, begin: Beginning) -> Factory:
    """Make tickets, parties and assets of the other company."""
    from gongdan.testing.factories import Factory

    made = Factory(other_desk)
    begin.count("other_factory", made)
    return made


@pytest.fixture
def unchanged(desk: Desk) -> Callable[[], AbstractContextManager[None]]:
    """Prove that a refused act leaves every row of every table as it was."""
    from functools import partial

    from gongdan.testing.contents import unchanged as unchanged_in

    return partial(unchanged_in, desk.database.engine)


def _make_company(desk: Desk, code: str, name: str) -> CompanyView:
    from gongdan.services.actors import SYSTEM

    made = desk.companies.create(SYSTEM, code, name)
    for plugin in desk.plugins.loaded:
        desk.at(made).plugins.enable(plugin.name)
    return made
