"""The one search box: tickets, parties and assets in groups."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import select

from gongdan.domain.searching import fold
from gongdan.domain.snapshots import TicketView
from gongdan.services.finding import question
from gongdan.services.grids import AssetView, asset_view, natural
from gongdan.services.parties import PartyView, views
from gongdan.services.secrecy_looks import seen_tickets
from gongdan.storage import search
from gongdan.storage.assets import AssetRow
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


#: So many assets are put in order before the first ones are shown.
_ORDERED = 60


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found: tickets and parties with the newest first, assets by name."""

    tickets: Sequence[TicketView]
    parties: Sequence[PartyView]
    assets: Sequence[AssetView]


class Searching:
    """Use cases around searching."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def everywhere(self, text: str, *, limit: int = 8) -> Hits:
        """Return what contains every word of ``text``, as far as the person may see it; at most ``limit`` a group.

        When no ticket does, the tickets that come nearest stand for them.
        """
        may = self._desk.actor.may
        with self._desk.reading() as session:
            asked = question(self._desk, text, is_loose=True)
            exact = replace(asked, is_loose=False)
            tickets = search.find(session, "ticket", asked, limit=limit) if may("ticket.view") else []
            parties = search.find(session, "party", exact, limit=limit) if may("party.view") else []
            assets = search.find(session, "asset", exact, limit=max(limit, _ORDERED)) if may("asset.view") else []
            rows = {row.id: row for row in session.scalars(select(TicketRow).where(TicketRow.id.in_(tickets)))}
            things = {row.id: row for row in session.scalars(select(AssetRow).where(AssetRow.id.in_(assets)))}
            return Hits(
                tuple(seen_tickets(self._desk, session, [rows[key] for key in tickets if key in rows])),
                tuple(views(self._desk, session, parties).values()),
                _by_name([asset_view(things[key]) for key in assets if key in things], asked)[:limit],
            )


def _by_name(assets: Sequence[AssetView], asked: search.Question) -> tuple[AssetView, ...]:
    """Return assets by name; those that are called as typed come first, then those whose name begins so."""
    wordings = tuple(map(fold, (asked.text, *asked.spellings)))

    def place(asset: AssetView) -> tuple[object, ...]:
        label = fold(asset.label)
        return label not in wordings, not label.startswith(wordings), natural(asset.label)

    return tuple(sorted(assets, key=place))
