"""Tickets and what hangs on them: notes, links, saved views."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from gongdan.storage.base import Base, Classified, CompanyScoped, Identified


def _where(condition: str, on_sqlite: str = "") -> dict[str, Any]:
    """Return the options of an index over some rows only."""
    return {"postgresql_where": text(condition), "sqlite_where": text(on_sqlite or condition)}


class TicketRow(Identified, CompanyScoped, Classified, Base):
    """One case. Words such as state and severity are names that the ticket type declares."""

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("company_id", "number"),
        UniqueConstraint("company_id", "type", "source_key"),
        Index("ix_ticket_open", "company_id", "opened_at", "id", **_where("is_open", "is_open = 1")),
        Index("ix_ticket_all", "company_id", "opened_at", "id"),
        Index("ix_ticket_assignee", "assignee_id", "opened_at", **_where("assignee_id IS NOT NULL")),
        Index("ix_ticket_requester", "requester_id", **_where("requester_id IS NOT NULL")),
        Index("ix_ticket_asset", "asset_id", **_where("asset_id IS NOT NULL")),
    )

    plugin: Mapped[str] = mapped_column(String(64))
    type: Mapped[str] = mapped_column(String(64))
    number: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(300))
    description: Mapped[str] = mapped_column(Text)
    channel: Mapped[str] = mapped_column(String(32))
    requester_id: Mapped[UUID | None] = mapped_column(ForeignKey("party.id"))
    #: The caller's name and phone as given at intake; they stay when the party changes.
    contact_name: Mapped[str] = mapped_column(String(120))
    contact_phone: Mapped[str] = mapped_column(String(64))
    #: First contact: answers to the customer and never changes hands silently.
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    #: Does the work.
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"))
    asset_id: Mapped[UUID | None] = mapped_column(ForeignKey("asset.id"))
    #: The place in words as it was called when the ticket was opened.
    place: Mapped[str] = mapped_column(String(200))
    severity: Mapped[str] = mapped_column(String(64))
    category: Mapped[str] = mapped_column(String(64))
    cause: Mapped[str] = mapped_column(String(64))
    finding: Mapped[str] = mapped_column(String(64))
    finding_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    state: Mapped[str] = mapped_column(String(64))
    state_category: Mapped[str] = mapped_column(String(32))
    is_open: Mapped[bool]
    round: Mapped[int]
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    fields: Mapped[dict[str, Any]]
    #: What makes an imported case the same case again, or a form that is sent twice the same form, as a digest of
    #: 32 hex digits; empty for tickets that came otherwise.
    source_key: Mapped[str | None] = mapped_column(String(32))
    import_run_id: Mapped[UUID | None]
    #: Marked for a person by an import: reason classes.
    flags: Mapped[list[str]]
    #: The moment whose policy the ticket follows; empty means that of its opening.
    policy_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- read by SQLAlchemy as declared


class NoteRow(Identified, CompanyScoped, Base):
    """Something written on a ticket; notes are never edited."""

    __tablename__ = "note"
    __table_args__ = (
        Index("ix_note_ticket", "ticket_id", "written_at"),
        Index("ix_note_recent", "company_id", "written_at"),
    )

    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"))
    #: The customer may read it.
    is_public: Mapped[bool]
    body: Mapped[str] = mapped_column(Text)
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    author_name: Mapped[str] = mapped_column(String(120))
    #: Account ids, as text, of the people named with @.
    mentions: Mapped[list[str]]
    written_at: Mapped[datetime]
    round: Mapped[int]


class TicketLinkRow(Identified, CompanyScoped, Base):
    """A typed link; ``ended_at`` is empty while it holds."""

    __tablename__ = "ticket_link"
    __table_args__ = (
        Index("ix_ticket_link_from", "from_id", "kind"),
        Index("ix_ticket_link_to", "to_id", "kind"),
    )

    kind: Mapped[str] = mapped_column(String(32))
    from_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"))
    to_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"))
    made_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    #: For a merge: the state that the merged ticket returns to when it is undone.
    state_before: Mapped[str] = mapped_column(String(64))


class SavedViewRow(Identified, CompanyScoped, Base):
    """A list's filters, order and columns under a name; without an owner it is everybody's."""

    __tablename__ = "saved_view"

    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    noun: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(120))
    query: Mapped[str] = mapped_column(String(2000))
