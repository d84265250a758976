"""Who may read what is classified, and who has read it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gongdan.storage.base import Base, CompanyScoped, Identified


class SecrecyAccessRow(Identified, CompanyScoped, Base):
    """A person's request to read one classified record, and for how long he may."""

    __tablename__ = "secrecy_access"
    __table_args__ = (
        Index("ix_secrecy_access_record", "record_id", "account_id"),
        Index("ix_secrecy_access_state", "company_id", "state"),
    )

    noun: Mapped[str] = mapped_column(String(16))
    record_id: Mapped[UUID]
    #: What the record is called, masked.
    label: Mapped[str] = mapped_column(String(200))
    #: The class that the record had when it was asked for.
    level: Mapped[str] = mapped_column(String(16))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    person: Mapped[str] = mapped_column(String(120))
    reason_kind: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text)
    ticket_id: Mapped[UUID | None] = mapped_column(ForeignKey("ticket.id"))
    #: ``asked``, ``open``, ``refused``, ``ended``.
    state: Mapped[str] = mapped_column(String(16))
    asked_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_by_name: Mapped[str] = mapped_column(String(120))
    remark: Mapped[str] = mapped_column(Text)


class SecrecyReadingRow(Identified, CompanyScoped, Base):
    """One reading of plain values; lines are only added."""

    __tablename__ = "secrecy_reading"
    __table_args__ = (
        Index("ix_secrecy_reading_at", "company_id", "at"),
        Index("ix_secrecy_reading_record", "record_id", "at"),
    )

    at: Mapped[datetime]
    account_id: Mapped[UUID | None]
    person: Mapped[str] = mapped_column(String(120))
    noun: Mapped[str] = mapped_column(String(16))
    record_id: Mapped[UUID]
    #: What the record is called, masked.
    label: Mapped[str] = mapped_column(String(200))
    level: Mapped[str] = mapped_column(String(16))
    #: Names of what was shown, never the values.
    parts: Mapped[list[str]]
    reason_kind: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text)
    #: ``page``, ``service``, ``search``, ``export``, ``print``, ``attachment``.
    way: Mapped[str] = mapped_column(String(16))
    #: Network address of the device, as far as one is known.
    address: Mapped[str] = mapped_column(String(64))
    access_id: Mapped[UUID | None]
