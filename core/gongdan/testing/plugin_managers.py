"""Plugin managers for tests: what plugins declare is read and checked once, not for each test."""

from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType

from gongdan.hooks.manager import PluginManager


class PluginManagers:
    """One manager for each set of plugins, as long as tests leave it as it was made."""

    def __init__(self) -> None:
        self._idle: dict[Hashable, PluginManager] = {}

    @contextmanager
    def lend(self, modules: Mapping[str, ModuleType]) -> Iterator[PluginManager]:
        """Lend a manager with these plugins, which nobody else has meanwhile."""
        key = tuple(modules.items())
        manager = self._idle.pop(key, None) or _make(modules)
        catalogue = manager.catalogue
        yield manager
        # Whoever registers a plugin, even in vain, makes another catalogue.
        if manager.catalogue is catalogue and not manager.failures:
            self._idle[key] = manager


def _make(modules: Mapping[str, ModuleType]) -> PluginManager:
    manager = PluginManager()
    for name, module in modules.items():
        manager.register(name, module, distribution="tests", version="1.0")
    return manager
