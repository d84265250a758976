"""Pages of plugins: mounted under ``/x/<plugin>/``, open only where the company has the plugin enabled."""

import logging

from flask import Blueprint, Flask, current_app, g, request

from gongdan.errors import PluginDisabled
from gongdan.hooks.manager import PluginManager, load_object
from gongdan.web.access import mark_members_only

_log = logging.getLogger("gongdan.web")

_OWNERS = "gongdan-plugin-pages"


def install(app: Flask, manager: PluginManager) -> None:
    """Mount what the loaded plugins bring; one whose pages cannot be loaded is left out and logged."""
    owners: dict[str, str] = {}
    for answer in manager.declared("register_blueprints"):
        for path in answer.value:
            name = _mount(app, answer.plugin, path)
            if name:
                owners[name] = answer.plugin
    app.extensions[_OWNERS] = owners
    mark_members_only(app, [name for name in app.view_functions if name.rpartition(".")[0] in owners])
    app.before_request(_require_enabled)


def _mount(app: Flask, plugin: str, path: str) -> str:
    try:
        pages = load_object(path)
    except Exception:  # noqa: BLE001 -- the boundary: a plugin may raise anything while it is imported
        _log.exception("pages %s of plugin %s left out", path, plugin)
        return ""
    if not isinstance(pages, Blueprint):
        _log.error("pages %s of plugin %s are no blueprint", path, plugin)
        return ""
    name = f"{plugin}-{pages.name}"
    app.register_blueprint(pages, name=name, url_prefix=f"/x/{plugin}")
    return name


def _require_enabled() -> None:
    """Raise ``PluginDisabled`` for a page of a plugin that the company does not have enabled."""
    owners = current_app.extensions[_OWNERS]
    # A blueprint inside a plugin's blueprint is the plugin's as well.
    plugin = next((owners[name] for name in request.blueprints if name in owners), "")
    if plugin and g.desk is not None and plugin not in g.desk.enabled:
        raise PluginDisabled(plugin)
