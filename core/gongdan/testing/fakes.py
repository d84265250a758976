"""Plugins that a test writes on the spot."""

from collections.abc import Callable
from types import ModuleType

from gongdan.hooks.markers import hookimpl


def make_plugin(**hooks: Callable[..., object]) -> ModuleType:
    """Return a plugin that consists of the given implementations: ``make_plugin(check_move=refuse)``."""
    module = ModuleType("plugin_of_a_test")
    for name, function in hooks.items():
        hookimpl(getattr(function, "__func__", function))
        setattr(module, name, function)
    return module
