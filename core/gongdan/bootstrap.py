"""Putting the parts together: settings to engine, clock, plugins and desk."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

from gongdan.errors import DatabaseNotReady, SettingsError
from gongdan.hooks.manager import PluginManager
from gongdan.services.desk import Desk, Parts
from gongdan.settings import Settings
from gongdan.storage import schema
from gongdan.storage.database import Database
from gongdan.storage.files import FileStore, FolderStore
from gongdan.storage.vault import Vault, read_or_make_secret
from gongdan.text import msg


def system_clock() -> datetime:
    """Return the time now, aware, UTC."""
    return datetime.now(UTC)


def open_desk(
    settings: Settings, *, plugins: PluginManager | None = None, clock: Callable[[], datetime] = system_clock
) -> Desk:
    """Return the desk of an installation; the database may still be empty, see ``require_ready``."""
    settings.home.mkdir(parents=True, exist_ok=True)
    return Desk(
        Parts(
            database=Database(settings.database_url),
            plugins=plugins or load_plugins(settings),
            vault=Vault(read_or_make_secret(settings.home / "secret.key")),
            files=open_files(settings),
            uploads=settings.home / "uploads",
            clock=clock,
            timers_kept=timedelta(days=settings.timer_days),
        )
    )


def open_files(settings: Settings) -> FileStore:
    """Return the store of attachments that the settings name; raises ``SettingsError``. Nothing is asked of it yet."""
    url = settings.files_url
    if not url:
        return FolderStore(settings.home / "files")
    if not url.startswith("s3://"):
        raise SettingsError("files_url", url.partition("?")[0], msg("须以 s3:// 开头，或留空"))
    try:
        from gongdan.storage.buckets import BucketStore, read_address  # noqa: PLC0415 -- not everybody has the library
    except ImportError as problem:
        raise SettingsError("files_url", "s3://", msg("需要先运行 pip install 'gongdan[s3]'")) from problem
    return BucketStore(read_address(url))


def load_plugins(settings: Settings) -> PluginManager:
    """Return a manager with every installed plugin that the settings allow; none in safe mode."""
    manager = PluginManager(trace=settings.trace_hooks)
    if not settings.safe_mode:
        manager.load_installed(settings.plugins or None)
    return manager


def upgrade(desk: Desk) -> None:
    """Bring the tables up to date, the core's first, then the loaded plugins' by name; then holidays and plans."""
    for source in _sources(desk):
        schema.upgrade(desk.database.engine, source)
    for company in desk.companies.all():
        desk.at(company).calendars.seed()
        desk.at(company).plans.begin_standing()


def schema_states(desk: Desk) -> tuple[schema.SchemaState, ...]:
    """Return the versions of the tables, the core's first; raises ``DatabaseUnreachable``."""
    return tuple(schema.state(desk.database.engine, source) for source in _sources(desk))


def schema_fingerprints(desk: Desk) -> Mapping[str, Mapping[str, str]]:
    """Return what makes the tables, by the name of the source and of its version file."""
    return {source.name: schema.fingerprints(source) for source in _sources(desk)}


def require_ready(desk: Desk) -> None:
    """Raise ``DatabaseNotReady`` unless the core's tables are of this version."""
    if not schema.state(desk.database.engine, schema.CORE).is_current:
        raise DatabaseNotReady(msg("表结构不存在或版本不符"))


def _sources(desk: Desk) -> Iterator[schema.MigrationSource]:
    yield schema.CORE
    for answer in desk.plugins.declared("register_migrations"):
        yield schema.MigrationSource(answer.plugin, answer.value)
