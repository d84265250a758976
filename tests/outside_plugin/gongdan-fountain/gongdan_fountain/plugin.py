"""What the plugin hands over, hook by hook."""

from collections.abc import Sequence

from gongdan.api import CompanyView, Importer, MenuEntry, Rulebook, hookimpl, msg
from gongdan_fountain.importers import REPAIRS
from gongdan_fountain.ticket_types import REPAIR


@hookimpl
def register_rulebook() -> Rulebook:
    return Rulebook(label=msg("水景养护"), description=msg("喷泉和水景的报修"), ticket_types=(REPAIR,))


@hookimpl
def register_importers() -> Sequence[Importer]:
    return (REPAIRS,)


@hookimpl
def register_blueprints() -> Sequence[str]:
    return ("gongdan_fountain.views:pages",)


@hookimpl
def menu_entries(company: CompanyView) -> Sequence[MenuEntry]:
    del company
    return (MenuEntry(msg("水景一览"), "/x/fountain/basins", permission="ticket.view"),)
