"""From ticket rows to what others may hold: snapshots and search documents."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.snapshots import TicketView
from gongdan.domain.ticket_types import TicketType
from gongdan.services.attachment_rows import words_of
from gongdan.storage import search
from gongdan.storage.parties import ContactPointRow, PartyRow
from gongdan.storage.tickets import NoteRow, TicketRow

#: Values of a ticket that people change and that the journal keeps before and after.
EDITABLE = (
    "subject",
    "description",
    "channel",
    "requester_id",
    "contact_name",
    "contact_phone",
    "owner_id",
    "assignee_id",
    "department_id",
    "asset_id",
    "place",
    "severity",
    "category",
    "cause",
    "finding",
    "fields",
)


def plain_ticket(row: TicketRow) -> TicketView:
    """Return a snapshot of the row without any mask: for rules and plugins' checks; people get ``secrecy_looks``."""
    return TicketView(
        id=row.id,
        company_id=row.company_id,
        plugin=row.plugin,
        type=row.type,
        number=row.number,
        subject=row.subject,
        description=row.description,
        channel=row.channel,
        requester_id=row.requester_id,
        contact_name=row.contact_name,
        contact_phone=row.contact_phone,
        owner_id=row.owner_id,
        assignee_id=row.assignee_id,
        department_id=row.department_id,
        asset_id=row.asset_id,
        place=row.place,
        severity=row.severity,
        category=row.category,
        cause=row.cause,
        finding=row.finding,
        finding_by=row.finding_by,
        state=row.state,
        state_category=row.state_category,
        is_open=row.is_open,
        round=row.round,
        opened_at=row.opened_at,
        changed_at=row.changed_at,
        closed_at=row.closed_at,
        fields=dict(row.fields),
        flags=tuple(row.flags),
        version=row.version,
    )


def values_of(row: TicketRow) -> dict[str, Any]:
    """Return the editable values and the state of a row, for the journal."""
    return {name: getattr(row, name) for name in (*EDITABLE, "state", "round")}


def core_values(row: TicketRow) -> Mapping[str, object]:
    """Return what guards may look at, under the names of ``workflow.CORE_FIELDS``."""
    return {
        "state": row.state,
        "state_category": row.state_category,
        "severity": row.severity,
        "category": row.category,
        "cause": row.cause,
        "finding": row.finding,
        "round": row.round,
        "assignee": row.assignee_id,
        "owner": row.owner_id,
        "department": row.department_id,
        "asset": row.asset_id,
        "requester": row.requester_id,
        "subject": row.subject,
        "opened_at": row.opened_at,
    }


def search_words(values: Mapping[str, Any], ticket_type: TicketType | None) -> list[str]:
    """Return the words of a ticket's own values under which it can be found; callers add names and notes."""
    words = [values[name] for name in ("number", "description", "place", "contact_name", "contact_phone")]
    if not values["description"].startswith(values["subject"].rstrip("…")):
        words.append(values["subject"])
    if ticket_type:
        fields = values["fields"]
        words += [str(fields[field.name]) for field in ticket_type.fields if field.searchable and field.name in fields]
    return words


def index_ticket(session: Session, row: TicketRow, ticket_type: TicketType | None) -> None:
    """Bring the search index up to date with a ticket, its requester, its notes and files."""
    words = search_words(
        {
            name: getattr(row, name)
            for name in (
                "number",
                "subject",
                "description",
                "place",
                "contact_name",
                "contact_phone",
                "fields",
            )
        },
        ticket_type,
    )
    if row.requester_id:
        words += requester_words(session, row.requester_id)
    words += session.scalars(select(NoteRow.body).where(NoteRow.ticket_id == row.id)).all()
    words += words_of(session, "ticket", row.id)
    search.replace(session, search.Document("ticket", row.id, words, row.opened_at))


def requester_words(session: Session, party_id: UUID) -> list[str]:
    """Return the name and the phones of a party."""
    names = session.scalars(select(PartyRow.name).where(PartyRow.id == party_id)).all()
    phones = session.scalars(select(ContactPointRow.normalised).where(ContactPointRow.party_id == party_id)).all()
    return [*names, *phones]
