"""Plugins: what each one brings, which ones the company works with, and why one could not be loaded."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template
from werkzeug.wrappers import Response as AnyResponse

from gongdan.errors import NotFound
from gongdan.services.plugins import PluginView
from gongdan.services.tickets import TicketFilter
from gongdan.text import msg
from gongdan.web.access import current_desk, needs
from gongdan.web.pages import dialog, go, told
from gongdan.web.words import say

pages = Blueprint("plugins", __name__)


@dataclass(frozen=True, slots=True)
class Card:
    """A plugin with what it brings, in words."""

    plugin: PluginView
    label: str
    description: str
    ticket_types: tuple[str, ...] = ()
    asset_kinds: tuple[str, ...] = ()
    importers: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    clauses: int = 0

    @property
    def is_broken(self) -> bool:
        """Tell whether it is installed or enabled and yet not in use."""
        return bool(self.plugin.problem)


@pages.get("/plugins")
@needs("plugin.admin")
def index() -> str:
    cards = _cards()
    return render_template(
        "plugins/index.html", cards=[card for card in cards if not card.is_broken],
        broken=[card for card in cards if card.is_broken],
    )  # fmt: skip


@pages.get("/plugins/<name>/disable")
@needs("plugin.admin")
def ask(name: str) -> str:
    """Say what disabling means for the tickets there are."""
    card = _find(name)
    catalogue = current_desk().installation.plugins.catalogue
    types = tuple(one.value.name for one in catalogue.ticket_types if one.plugin == name)
    count = current_desk().tickets.count
    return dialog(
        "plugins/disable.html", card=card,
        tickets=count(TicketFilter(types=types)) if types else 0,
        open_tickets=count(TicketFilter(types=types, is_open=True)) if types else 0,
    )  # fmt: skip


@pages.post("/plugins/<name>/enable")
@needs("plugin.admin")
def enable(name: str) -> AnyResponse:
    current_desk().plugins.enable(name)
    told(msg("已启用“{name}”，它的工单类型与角色现在可用"), name=_find(name).label)
    return go("plugins.index")


@pages.post("/plugins/<name>/disable")
@needs("plugin.admin")
def disable(name: str) -> AnyResponse:
    current_desk().plugins.disable(name)
    told(msg("已停用“{name}”，已有工单仍可查看"), name=_find(name).label)
    return go("plugins.index")


def _find(name: str) -> Card:
    for card in _cards():
        if card.plugin.name == name:
            return card
    raise NotFound("plugin", name)


def _cards() -> Sequence[Card]:
    """Return every plugin, those that the company works with first."""
    return sorted(map(_card, current_desk().plugins.all()), key=lambda card: not card.plugin.is_enabled)


def _card(plugin: PluginView) -> Card:
    catalogue = current_desk().installation.plugins.catalogue
    book = catalogue.rulebooks.get(plugin.name)
    if book is None or plugin.problem:
        return Card(plugin, say(plugin.label), say(plugin.description))
    return Card(
        plugin, say(book.label), say(book.description),
        ticket_types=tuple(say(one.label) for one in book.ticket_types),
        asset_kinds=tuple(say(one.label) for one in book.asset_kinds),
        importers=tuple(say(one.value.label) for one in catalogue.importers if one.plugin == plugin.name),
        roles=tuple(say(one.label) for one in book.roles),
        clauses=len(book.clauses),
    )  # fmt: skip
