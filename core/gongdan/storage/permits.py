"""Passes, everything that was looked at on them, and the people and goods of a permit."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from gongdan.storage.base import Base, CompanyScoped, Identified


def _where(condition: str) -> dict[str, Any]:
    """Return the options of an index over some rows only."""
    return {"postgresql_where": text(condition), "sqlite_where": text(condition)}


class PassRow(Identified, CompanyScoped, Base):
    """Something that lets somebody do something for a time. The database refuses two exclusive ones that overlap."""

    __tablename__ = "pass"
    __table_args__ = (
        UniqueConstraint("company_id", "serial"),
        UniqueConstraint("token"),
        Index("uq_pass_slot", "company_id", "kind", "slot_key", "slot", unique=True, **_where("slot IS NOT NULL")),
        Index("ix_pass_ticket", "ticket_id"),
        Index("ix_pass_ends", "company_id", "state", "ends_at"),
        Index("ix_pass_asset", "asset_id", "kind", **_where("asset_id IS NOT NULL")),
    )

    #: Name of a ``PermitKind``, or a word of the core such as ``visitor``.
    kind: Mapped[str] = mapped_column(String(128))
    serial: Mapped[str] = mapped_column(String(64))
    #: What the QR code says; nobody can guess it.
    token: Mapped[str] = mapped_column(String(32))
    ticket_id: Mapped[UUID | None] = mapped_column(ForeignKey("ticket.id"))
    holder_name: Mapped[str] = mapped_column(String(120))
    holder_phone: Mapped[str] = mapped_column(String(64))
    #: The identity number: sealed, as a digest to find it again, and as everybody may see it.
    identity_cipher: Mapped[str | None] = mapped_column(String(255))
    identity_digest: Mapped[str | None] = mapped_column(String(64))
    identity_mask: Mapped[str] = mapped_column(String(32))
    asset_id: Mapped[UUID | None] = mapped_column(ForeignKey("asset.id"))
    place: Mapped[str] = mapped_column(String(200))
    plate: Mapped[str] = mapped_column(String(32))
    begins_at: Mapped[datetime]
    #: The first moment at which it no longer holds.
    ends_at: Mapped[datetime]
    #: It was given in whole days.
    is_by_day: Mapped[bool]
    is_exclusive: Mapped[bool]
    #: It has to be brought back.
    is_returned: Mapped[bool]
    #: Its place within the quota, from 1; empty when there is none, or when it no longer counts.
    slot: Mapped[int | None]
    #: Among whom the quota is counted: an asset's id, or empty for the company.
    slot_key: Mapped[str] = mapped_column(String(36))
    state: Mapped[str] = mapped_column(String(16))
    issued_at: Mapped[datetime]
    issued_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    issued_by_name: Mapped[str] = mapped_column(String(120))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    ended_by_name: Mapped[str] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(Text)
    #: The pass that this one prolongs.
    follows_id: Mapped[UUID | None] = mapped_column(ForeignKey("pass.id"))
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- read by SQLAlchemy as declared


class PassCheckRow(Identified, CompanyScoped, Base):
    """Somebody looked at a pass, or at something that was none; the database refuses to change or delete it."""

    __tablename__ = "pass_check"
    __table_args__ = (
        Index("ix_pass_check_pass", "pass_id", "checked_at"),
        Index("ix_pass_check_recent", "company_id", "checked_at"),
    )

    pass_id: Mapped[UUID | None] = mapped_column(ForeignKey("pass.id"))
    #: What was typed or scanned, cut to its first characters.
    asked: Mapped[str] = mapped_column(String(64))
    #: ``Standing`` at that moment.
    result: Mapped[str] = mapped_column(String(16))
    #: Where it was looked at: a gate, a floor.
    post: Mapped[str] = mapped_column(String(120))
    checked_at: Mapped[datetime]
    checked_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    checked_by_name: Mapped[str] = mapped_column(String(120))


class PermitPersonRow(Identified, CompanyScoped, Base):
    """One person of a permit, as the register of workers lists them; each gets a pass."""

    __tablename__ = "permit_person"
    __table_args__ = (UniqueConstraint("ticket_id", "line"),)

    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"))
    line: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str] = mapped_column(String(64))
    trade: Mapped[str] = mapped_column(String(64))
    identity_cipher: Mapped[str | None] = mapped_column(String(255))
    identity_digest: Mapped[str | None] = mapped_column(String(64))
    identity_mask: Mapped[str] = mapped_column(String(32))
    pass_id: Mapped[UUID | None] = mapped_column(ForeignKey("pass.id"))
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]


class PermitItemRow(Identified, CompanyScoped, Base):
    """One line of the goods that a permit lets out."""

    __tablename__ = "permit_item"
    __table_args__ = (UniqueConstraint("ticket_id", "line"),)

    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"))
    line: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    quantity: Mapped[Decimal]
    unit: Mapped[str] = mapped_column(String(16))
    remark: Mapped[str] = mapped_column(String(200))
    #: How many the guard has counted; empty until he has.
    found: Mapped[Decimal | None]
    checked_at: Mapped[datetime | None]
