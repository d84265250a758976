"""The plugin manager: loads plugins one by one, checks them, and asks them in our own order."""

import importlib
import logging
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any

import pluggy

from gongdan.errors import DeclarationError
from gongdan.hooks import catalogue, isolation
from gongdan.hooks.answers import checked
from gongdan.hooks.markers import PROJECT
from gongdan.hooks.specs import GROUPS

#: The entry-point group under which distributions name their plugins.
ENTRY_POINT_GROUP = "gongdan.plugins"

#: A decision that takes longer is reported as slow: it holds the transaction open.
SLOW_DECISION_SECONDS = 0.5

_NAME = re.compile(r"[a-z][a-z0-9_]{1,40}")
_log = logging.getLogger("gongdan.hooks")


@dataclass(frozen=True, slots=True)
class LoadedPlugin:
    """A plugin that is in use by this process."""

    name: str
    distribution: str
    version: str
    module: ModuleType


@dataclass(frozen=True, slots=True)
class LoadFailure:
    """A plugin that could not be loaded; the core runs without it."""

    name: str
    distribution: str
    entry_point: str
    cause: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What one plugin answered."""

    plugin: str
    value: Any


class PluginManager:
    """Knows the loaded plugins and what they declare; made by ``bootstrap``, never global."""

    def __init__(self, *, trace: bool = False) -> None:
        self._pluggy = pluggy.PluginManager(PROJECT)
        for group in GROUPS:
            self._pluggy.add_hookspecs(group)
        self._loaded: dict[str, LoadedPlugin] = {}
        self._trace = trace
        self.failures: list[LoadFailure] = []
        self.catalogue = catalogue.build({}, {})

    def load_installed(self, allowed: Collection[str] | None = None) -> None:
        """Load every installed plugin, or those in ``allowed``; one that fails is left out and listed."""
        for point in sorted(installed_plugins(), key=lambda point: (point.name, _distribution(point))):
            if allowed is None or point.name in allowed:
                self._load(point)
        self._freeze()

    def register(self, name: str, module: ModuleType, distribution: str = "", version: str = "0") -> None:
        """Take a plugin; raises ``DeclarationError`` when its name, hooks or declarations cannot be."""
        if not _NAME.fullmatch(name):
            raise DeclarationError(name, "plugin names consist of a-z, 0-9 and _")
        if name in self._loaded:
            first = self._loaded[name].distribution
            raise DeclarationError(name, f"{distribution} and {first} both bring a plugin of this name")
        try:
            self._pluggy.register(module, name=name)
            self._pluggy.check_pending()
            self._loaded[name] = LoadedPlugin(name, distribution, version, module)
            self._freeze()
        except DeclarationError:
            self._forget(name)
            raise
        except Exception as problem:
            self._forget(name)
            raise DeclarationError(name, f"{type(problem).__name__}: {problem}") from problem

    @property
    def loaded(self) -> tuple[LoadedPlugin, ...]:
        """Return the plugins in use, by name."""
        return tuple(self._loaded[name] for name in sorted(self._loaded))

    def is_loaded(self, name: str) -> bool:
        """Tell whether the plugin is in use by this process."""
        return name in self._loaded

    def declared(self, hook: str) -> Iterator[Answer]:
        """Ask every loaded plugin a declaring hook, by name."""
        for name in sorted(self._loaded):
            for function in self._functions(hook, name):
                if (value := function()) is not None:
                    yield Answer(name, value)

    def ask(
        self,
        hook: str,
        enabled: Collection[str],
        *,
        first: str = "",
        report: Callable[[isolation.Failure], None],
        **values: object,
    ) -> Iterator[Answer]:
        """Ask the enabled plugins, the one called ``first`` first; failures go to ``report`` and are passed over."""
        for name in sorted(self._loaded.keys() & set(enabled), key=lambda name: (name != first, name)):
            for function in self._functions(hook, name):
                call = partial(_answer, hook, function, values)
                outcome = isolation.call_isolated(name, hook, call, slow_seconds=SLOW_DECISION_SECONDS)
                if self._trace:
                    _log.info("hook %s of %s: %.1f ms", hook, name, outcome.seconds * 1000)
                if outcome.failure:
                    report(outcome.failure)
                if outcome.value is not None:
                    yield Answer(name, outcome.value)

    @property
    def listening(self) -> frozenset[str]:
        """Return the names of the plugins that react to events."""
        implementations = self._pluggy.hook.handle_event.get_hookimpls()
        return frozenset(implementation.plugin_name for implementation in implementations)

    def tell(self, plugin: str, **values: object) -> None:
        """Tell one plugin of an event; whatever it raises comes through."""
        for function in self._functions("handle_event", plugin):
            function(**values)

    def _load(self, point: EntryPoint) -> None:
        distribution = _distribution(point)
        version = point.dist.version if point.dist else "0"
        try:
            self.register(point.name, point.load(), distribution, version)
        except Exception as problem:  # noqa: BLE001 -- the boundary: a plugin's import may raise anything
            cause = f"{type(problem).__name__}: {problem}"
            _log.warning("plugin %s of %s (%s) left out: %s", point.name, distribution, point.value, cause)
            self.failures.append(LoadFailure(point.name, distribution, point.value, cause))

    def _forget(self, name: str) -> None:
        self._pluggy.unregister(name=name)
        self._loaded.pop(name, None)
        self._freeze()

    def _freeze(self) -> None:
        rulebooks = {answer.plugin: answer.value for answer in self.declared("register_rulebook")}
        importers = {answer.plugin: tuple(answer.value) for answer in self.declared("register_importers")}
        self.catalogue = catalogue.build(rulebooks, importers)

    def _functions(self, hook: str, plugin: str) -> Iterable[Callable[..., Any]]:
        caller = getattr(self._pluggy.hook, hook)
        for implementation in caller.get_hookimpls():
            if implementation.plugin_name == plugin:
                yield _accepting(implementation)


def _distribution(point: EntryPoint) -> str:
    return point.dist.name if point.dist else "?"


def _accepting(implementation: pluggy.HookImpl) -> Callable[..., Any]:
    """Call an implementation with those of the values that it names, as pluggy does."""

    def call(**values: object) -> Any:
        return implementation.function(**{name: values[name] for name in implementation.argnames})

    return call


def _answer(hook: str, function: Callable[..., object], values: Mapping[str, object]) -> object:
    return checked(hook, function(**values))


def installed_plugins() -> tuple[EntryPoint, ...]:
    """Return the entry points of all installed plugins, without importing any of them."""
    return tuple(entry_points(group=ENTRY_POINT_GROUP))


def load_object(path: str) -> Any:
    """Import what a plugin names as ``module:attribute``."""
    module, _, attribute = path.partition(":")
    return getattr(importlib.import_module(module), attribute)
