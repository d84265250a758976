"""One case as its page shows it: the ticket, what happened to it, and whom and what it is about."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gongdan.domain.snapshots import TicketView
from gongdan.services.assets import AssetLinkView
from gongdan.services.attachment_rows import AttachmentView
from gongdan.services.grids import AssetView
from gongdan.services.journal import JournalEntry
from gongdan.services.links import LinkView
from gongdan.services.notes import NoteView, notes_of
from gongdan.services.parties import HoldingView, PartyView
from gongdan.services.secrecy_entries import acts_of
from gongdan.services.secrecy_files import files_of
from gongdan.services.secrecy_looks import TICKET_PARTS, look, party_names, seen_tickets, tell
from gongdan.services.ticket_rows import plain_ticket
from gongdan.storage.accounts import AccountRow
from gongdan.storage.assets import AssetRow
from gongdan.storage.companies import DepartmentRow
from gongdan.storage.parties import PartyRow
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: What the page of a case shows of a ticket.
CASE_PARTS = (*TICKET_PARTS, "notes", "attachments", "history")
#: How many other open tickets of the same customer or place are shown.
OTHERS = 8

#: Where a ticket and its journal name others by their ids: the column by which each is called.
_NAMED: Mapping[str, tuple[Any, Any]] = {
    "owner_id": (AccountRow.id, AccountRow.name),
    "assignee_id": (AccountRow.id, AccountRow.name),
    "finding_by": (AccountRow.id, AccountRow.name),
    "department_id": (DepartmentRow.id, DepartmentRow.name),
    "asset_id": (AssetRow.id, AssetRow.label),
    "requester_id": (PartyRow.id, PartyRow.name),
}

#: What one must be allowed to see before one reads what these are called.
_SEEN_WITH: Mapping[Any, str] = {AssetRow.id: "asset.view", PartyRow.id: "party.view"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Everything that hangs on a ticket, as it was at one moment."""

    ticket: TicketView
    notes: Sequence[NoteView]
    attachments: Sequence[AttachmentView]
    #: The ticket's journal, oldest first.
    acts: Sequence[JournalEntry]
    links: Sequence[LinkView]
    #: None when there is none or the person may not see customers.
    requester: PartyView | None
    holdings: Sequence[HoldingView]
    #: None when there is none or the person may not see assets.
    asset: AssetView | None
    asset_links: Sequence[AssetLinkView]
    #: Other open tickets of the same customer or about the same asset, newest first.
    others: Sequence[TicketView]
    #: Shown names by id, for everybody and everything that the ticket or its journal names.
    names: Mapping[UUID, str]

    def name(self, key: object) -> str:
        """Return the shown name of an id, given as such or as text; empty when there is none."""
        found = _uuid(key)
        return self.names.get(found, "") if found else ""


class Cases:
    """Use cases around everything that hangs on a ticket."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def read(self, ticket_id: UUID) -> Case:
        """Return a ticket with everything around it; raises ``NotFound``. The number of statements is fixed."""
        desk = self._desk
        desk.require("ticket.view")
        with desk.reading() as session:
            row = desk.tickets.row(session, ticket_id)
            seen = look(desk, session, row)
            tell(desk, seen, CASE_PARTS)
            ticket, acts = seen.ticket(plain_ticket(row)), acts_of(session, seen)
            requester = ticket.requester_id if desk.actor.may("party.view") else None
            asset = ticket.asset_id if desk.actor.may("asset.view") else None
            return Case(
                ticket=ticket,
                notes=notes_of(session, seen),
                attachments=files_of(session, seen),
                acts=acts,
                links=desk.links.of_ticket(ticket_id),
                requester=desk.parties.find(requester) if requester else None,
                holdings=desk.parties.holdings(requester) if requester else (),
                asset=desk.assets.find(asset) if asset else None,
                asset_links=desk.assets.links(asset) if asset else (),
                others=_others(desk, session, ticket),
                names=_names(desk, session, ticket, acts),
            )

    def called(self, acts: Sequence[JournalEntry]) -> Mapping[UUID, str]:
        """Return what the ids in journal entries are called, as far as the person may see it."""
        may = self._desk.actor.may
        hidden = {key for key, permission in _SEEN_WITH.items() if not may(permission)}
        with self._desk.reading() as session:
            return _called(
                self._desk, session, {column: ids for column, ids in _ids(acts).items() if column not in hidden}
            )

    def open_at(self, requester_id: UUID | None, asset_id: UUID | None) -> Sequence[TicketView]:
        """Return the open tickets of a customer or about an asset, newest first."""
        self._desk.require("ticket.view")
        with self._desk.reading() as session:
            return _open(self._desk, session, requester_id, asset_id)


def _others(desk: "CompanyDesk", session: Session, ticket: TicketView) -> Sequence[TicketView]:
    found = _open(desk, session, ticket.requester_id, ticket.asset_id)
    return tuple(other for other in found if other.id != ticket.id)[:OTHERS]


def _open(
    desk: "CompanyDesk", session: Session, requester_id: UUID | None, asset_id: UUID | None
) -> Sequence[TicketView]:
    same = [TicketRow.requester_id == requester_id] if requester_id else []
    same += [TicketRow.asset_id == asset_id] if asset_id else []
    if not same:
        return ()
    query = select(TicketRow).where(TicketRow.is_open.is_(True), or_(*same)).order_by(TicketRow.opened_at.desc())
    return tuple(seen_tickets(desk, session, session.scalars(query.limit(OTHERS + 1)).all()))


def _names(
    desk: "CompanyDesk", session: Session, ticket: TicketView, acts: Sequence[JournalEntry]
) -> Mapping[UUID, str]:
    wanted = _ids(acts)
    for name, (key, _) in _NAMED.items():
        wanted[key] |= {found for found in [_uuid(getattr(ticket, name))] if found}
    wanted[AccountRow.id] |= _people_in([ticket.fields])
    return _called(desk, session, wanted)


def _ids(acts: Sequence[JournalEntry]) -> dict[Any, set[UUID]]:
    """Return the ids in journal entries by the column that they are of."""
    changed = [values for act in acts for values in (act.before, act.after)]
    wanted: dict[Any, set[UUID]] = {}
    for name, (key, _) in _NAMED.items():
        wanted.setdefault(key, set()).update(found for values in changed if (found := _uuid(values.get(name))))
    # Declared fields stand beside the others or in a set of their own.
    wanted[AccountRow.id] |= _people_in([*changed, *(values.get("fields") for values in changed)])
    return wanted


def _called(desk: "CompanyDesk", session: Session, wanted: Mapping[Any, Collection[UUID]]) -> Mapping[UUID, str]:
    shown = dict(_NAMED.values())
    called: dict[UUID, str] = {}
    for column, ids in wanted.items():
        if column is PartyRow.id:
            called |= party_names(desk, session, ids)
        elif ids:
            called |= dict(session.execute(select(column, shown[column]).where(column.in_(ids))).all())
    return called


def _people_in(sets: Iterable[object]) -> set[UUID]:
    """Return what may be the people in typed fields; a field that holds something else names nobody."""
    values = [value for fields in sets if isinstance(fields, Mapping) for value in fields.values()]
    return {found for value in values if isinstance(value, str) and (found := _uuid(value))}


def _uuid(value: object) -> UUID | None:
    if isinstance(value, UUID) or value is None:
        return value
    try:
        return UUID(str(value))
    except ValueError:
        return None
