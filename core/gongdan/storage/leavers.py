"""Leavers: what somebody had in his hands passes on, received by two who sign."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from gongdan.storage.base import Base, CompanyScoped, Identified

_OPEN = text("ended_at IS NULL")


class LeavingRow(Identified, CompanyScoped, Base):
    """A member leaves; it has ended when his department and the information department have signed."""

    __tablename__ = "leaving"
    __table_args__ = (
        Index("uq_leaving_open", "company_id", "account_id", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_leaving_begun", "company_id", "begun_at"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    begun_at: Mapped[datetime]
    begun_by_name: Mapped[str] = mapped_column(String(120))
    #: His last day.
    leaves_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    #: Who receives for his department, and who for the information department.
    receiver_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    information_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    receiver_signed_at: Mapped[datetime | None]
    information_signed_at: Mapped[datetime | None]
    #: Who takes what, by the key of its line.
    takers: Mapped[dict[str, Any]]
    #: What there was, as it stood when the last one signed.
    lines: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    ended_at: Mapped[datetime | None]
    #: Given up before it was done.
    is_withdrawn: Mapped[bool]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- read by SQLAlchemy as declared
