"""What a list of parties shows beside each of them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from gongdan.storage.assets import AssetLinkRow, AssetRow
from gongdan.storage.tickets import TicketRow


@dataclass(frozen=True, slots=True)
class Around:
    """A party's places of today, by path, and how many of its tickets are open."""

    places: tuple[str, ...] = ()
    open_tickets: int = 0


def read_around(session: Session, party_ids: Collection[UUID], today: date) -> Mapping[UUID, Around]:
    """Return what is around each of the parties; ``today`` decides which links hold."""
    places = _places(session, party_ids, today)
    tickets = _open_tickets(session, party_ids)
    return {key: Around(tuple(places.get(key, ())), tickets.get(key, 0)) for key in party_ids}


def _places(session: Session, party_ids: Collection[UUID], today: date) -> dict[UUID, list[str]]:
    query = (
        select(AssetLinkRow.party_id, AssetRow.label)
        .join(AssetRow, AssetRow.id == AssetLinkRow.asset_id)
        .where(
            AssetLinkRow.party_id.in_(party_ids),
            or_(AssetLinkRow.begins.is_(None), AssetLinkRow.begins <= today),
            or_(AssetLinkRow.ends.is_(None), AssetLinkRow.ends > today),
        )
        .order_by(AssetRow.path)
    )
    found: dict[UUID, list[str]] = {}
    for party_id, label in session.execute(query):
        if party_id:
            found.setdefault(party_id, []).append(label)
    return found


def _open_tickets(session: Session, party_ids: Collection[UUID]) -> dict[UUID, int]:
    query = (
        select(TicketRow.requester_id, func.count())
        .where(TicketRow.requester_id.in_(party_ids), TicketRow.is_open.is_(True))
        .group_by(TicketRow.requester_id)
    )
    return {key: count for key, count in session.execute(query) if key}
