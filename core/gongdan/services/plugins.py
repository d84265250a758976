"""Plugins of a company: enabling runs migrations and seeds, disabling hides and keeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.events import EventKind
from gongdan.domain.timers import PLUGIN_DISABLED
from gongdan.errors import Conflict, NotFound
from gongdan.hooks.manager import LoadFailure, load_object
from gongdan.services.roles import seed_roles
from gongdan.storage import schema, timers
from gongdan.storage.companies import CompanyPluginRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


@dataclass(frozen=True, slots=True)
class PluginView:
    """A plugin as one company sees it."""

    name: str
    #: Source texts; the name itself for a plugin that is not loaded.
    label: str
    description: str
    distribution: str
    version: str
    is_enabled: bool
    enabled_at: datetime | None
    #: Not loaded although installed or once enabled: why.
    problem: str = ""
    #: Where a plugin that failed to load would be: ``module`` as its distribution names it.
    entry_point: str = ""


class Plugins:
    """Use cases around the plugins of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def all(self) -> Sequence[PluginView]:
        """Return every plugin that is loaded, failed to load, or is enabled though gone, by name."""
        manager = self._desk.installation.plugins
        with self._desk.reading() as session:
            since = {row.plugin: row.enabled_at for row in _open_rows(session)}
        views = [
            PluginView(
                plugin.name,
                book.label if book else plugin.name,
                book.description if book else "",
                plugin.distribution,
                plugin.version,
                plugin.name in since,
                since.get(plugin.name),
            )
            for plugin in manager.loaded
            for book in [manager.catalogue.rulebooks.get(plugin.name)]
        ]
        views += [_failed(failure, since.get(failure.name)) for failure in manager.failures]
        shown = {view.name for view in views}
        views += [
            PluginView(name, name, "", "", "", is_enabled=True, enabled_at=at, problem="not installed")
            for name, at in since.items()
            if name not in shown
        ]
        return tuple(sorted(views, key=lambda view: view.name))

    def enable(self, name: str) -> None:
        """Enable a loaded plugin: its migrations, then its roles and seeds; raises ``NotFound`` or ``Conflict``.

        Seeds that fail take the enabling back. They run again with the next one, so they must bear being repeated.
        """
        self._desk.require("plugin.admin")
        manager = self._desk.installation.plugins
        loaded = next((plugin for plugin in manager.loaded if plugin.name == name), None)
        if loaded is None:
            raise NotFound("plugin", name)
        for answer in manager.declared("register_migrations"):
            if answer.plugin == name:
                source = schema.MigrationSource(name, answer.value)
                schema.upgrade(self._desk.installation.database.engine, source)
        with self._desk.working() as work:
            work.take_turn()
            if any(row.plugin == name for row in _open_rows(work.session)):
                raise Conflict("plugin", name)
            row = CompanyPluginRow(plugin=name, version=loaded.version, enabled_at=work.now)
            work.session.add(row)
            work.session.flush()
            book = manager.catalogue.rulebooks.get(name)
            seed_roles(work.session, book.roles if book else ())
            work.record("plugin.enabled", "plugin", row.id, after={"plugin": name, "version": loaded.version})
            self._desk.plans.follow_plugin(work, name, is_enabled=True)
            timers.resume(
                work.session, work.now, timers.TimerRow.plugin == name, timers.TimerRow.last_error == PLUGIN_DISABLED
            )
            work.tell(EventKind.PLUGIN_ENABLED, "plugin", row.id, plugin=name)
        try:
            self._seed(name)
        except BaseException:
            self.disable(name)
            raise

    def disable(self, name: str) -> None:
        """Disable a plugin for the company; its tickets stay readable. Raises ``NotFound``."""
        self._desk.require("plugin.admin")
        with self._desk.working() as work:
            rows = [row for row in _open_rows(work.session) if row.plugin == name]
            if not rows:
                raise NotFound("plugin", name)
            for row in rows:
                row.disabled_at = work.now
                work.record("plugin.disabled", "plugin", row.id, before={"plugin": name})
                self._desk.plans.follow_plugin(work, name, is_enabled=False)
                work.tell(EventKind.PLUGIN_DISABLED, "plugin", row.id, plugin=name)

    def _seed(self, name: str) -> None:
        installation = self._desk.installation
        for answer in installation.plugins.declared("register_seed"):
            if answer.plugin == name:
                load_object(answer.value)(installation.at(self._desk.company, self._desk.actor))


def enabled_plugins(session: Session) -> frozenset[str]:
    """Return the names of the plugins that the session's company has enabled."""
    query = select(CompanyPluginRow.plugin).where(CompanyPluginRow.disabled_at.is_(None))
    return frozenset(session.scalars(query))


def _open_rows(session: Session) -> Sequence[CompanyPluginRow]:
    return session.scalars(select(CompanyPluginRow).where(CompanyPluginRow.disabled_at.is_(None))).all()


def _failed(failure: LoadFailure, since: datetime | None) -> PluginView:
    return PluginView(
        failure.name,
        failure.name,
        "",
        failure.distribution,
        "",
        since is not None,
        since,
        failure.cause,
        failure.entry_point,
    )
