"""The visitor register."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from gongdan.storage.base import Base, CompanyScoped, Identified

_INSIDE = text("entered_at IS NOT NULL AND left_at IS NULL")


class VisitRow(Identified, CompanyScoped, Base):
    """One person at one visit, as the register of visitors lists them."""

    __tablename__ = "visit"
    __table_args__ = (
        UniqueConstraint("company_id", "form_key"),
        Index("ix_visit_registered", "company_id", "registered_at"),
        Index("ix_visit_phone", "company_id", "phone"),
        Index("ix_visit_identity", "company_id", "identity_digest"),
        Index("ix_visit_inside", "company_id", "entered_at", postgresql_where=_INSIDE, sqlite_where=_INSIDE),
    )

    name: Mapped[str] = mapped_column(String(120))
    phone: Mapped[str] = mapped_column(String(64))
    #: What the person showed: ``resident_id``, ``other``, or empty for nothing.
    document: Mapped[str] = mapped_column(String(16))
    identity_cipher: Mapped[str | None] = mapped_column(String(255))
    identity_digest: Mapped[str | None] = mapped_column(String(64))
    identity_mask: Mapped[str] = mapped_column(String(32))
    firm: Mapped[str] = mapped_column(String(120))
    plate: Mapped[str] = mapped_column(String(32))
    purpose: Mapped[str] = mapped_column(String(32))
    asset_id: Mapped[UUID | None] = mapped_column(ForeignKey("asset.id"))
    #: Whom he visits, in words as they were: the place, and the person there.
    place: Mapped[str] = mapped_column(String(200))
    host: Mapped[str] = mapped_column(String(120))
    #: ``agreed``, ``refused``, ``unreached``, ``holder`` (he holds the place himself).
    consent: Mapped[str] = mapped_column(String(16))
    consent_by: Mapped[str] = mapped_column(String(120))
    #: ``phone``, ``intercom``, ``in_person``, ``appointment``; empty when nobody was asked.
    consent_way: Mapped[str] = mapped_column(String(16))
    consent_at: Mapped[datetime | None]
    #: When the page was opened, and how long it took to save it; empty when it was entered later.
    opened_at: Mapped[datetime | None]
    seconds: Mapped[int | None]
    registered_at: Mapped[datetime]
    registered_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    registered_by_name: Mapped[str] = mapped_column(String(120))
    #: Empty for somebody who was not let in.
    entered_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    left_by_name: Mapped[str] = mapped_column(String(120))
    pass_id: Mapped[UUID | None] = mapped_column(ForeignKey("pass.id"))
    remark: Mapped[str] = mapped_column(Text)
    #: What makes a form that is sent twice the same form.
    form_key: Mapped[str | None] = mapped_column(String(32))
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- read by SQLAlchemy as declared
