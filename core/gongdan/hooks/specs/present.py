"""Present: called while a page is built; read-only."""

from collections.abc import Sequence

from gongdan.domain.presenting import MenuEntry, Panel, Tile
from gongdan.domain.snapshots import CompanyView, TicketView
from gongdan.hooks.markers import hookspec


@hookspec
def ticket_panels(ticket: TicketView) -> Sequence[Panel] | None:
    """Return cards for the right-hand side of a ticket's page.

    Called once for each page; answers stand in the order of the plugins. Since 0.1.
    """


@hookspec
def menu_entries(company: CompanyView) -> Sequence[MenuEntry] | None:
    """Return entries for the left rail; an entry whose permission the person lacks is not shown.

    Called once for each page. Since 0.1.
    """


@hookspec
def dashboard_tiles(company: CompanyView) -> Sequence[Tile] | None:
    """Return counts for the home page; each opens the list that it counts.

    Called once when the home page is built. The tile's ``query`` is a query string of the ticket list. Since 0.1.
    """
