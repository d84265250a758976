"""Forms, their signatures, copies, and the tickets that failed items opened."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from gongdan.storage.base import Base, CompanyScoped, Identified

_NUMBERED = text("number <> ''")
_STANDS = text("corrects_id IS NOT NULL AND state <> 'void'")


class FormRow(Identified, CompanyScoped, Base):
    """One edition of one form. Once it has a hash, a trigger of the database refuses every change of what it seals."""

    __tablename__ = "form"
    __table_args__ = (
        UniqueConstraint("company_id", "kind", "source_key"),
        Index(
            "uq_form_number",
            "company_id", "kind", "number", "edition",
            unique=True, postgresql_where=_NUMBERED, sqlite_where=_NUMBERED,
        ),
        # A filed form is corrected by one edition at a time.
        Index("uq_form_corrects", "corrects_id", unique=True, postgresql_where=_STANDS, sqlite_where=_STANDS),
        Index("ix_form_ticket", "ticket_id"),
        Index("ix_form_recent", "company_id", "begun_at", "id"),
    )  # fmt: skip

    plugin: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(64))
    kind_version: Mapped[int]
    #: What the kind was called when it was begun, a source text; lists show it when its plugin is gone.
    label: Mapped[str] = mapped_column(String(200))
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"))
    round: Mapped[int]
    #: Empty until it is given.
    number: Mapped[str] = mapped_column(String(64))
    edition: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    #: What people filled in: ``fields``, ``lines``, ``answers``.
    entered: Mapped[dict[str, Any]]
    #: Canonical JSON of all that was filed, kept as the text that was hashed; empty for a draft.
    content: Mapped[str] = mapped_column(Text)
    #: SHA-256 of the content, as 64 hex digits; empty for a draft.
    hash: Mapped[str] = mapped_column(String(64))
    begun_at: Mapped[datetime]
    begun_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    begun_by_name: Mapped[str] = mapped_column(String(120))
    changed_at: Mapped[datetime]
    filed_at: Mapped[datetime | None]
    filed_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    filed_by_name: Mapped[str] = mapped_column(String(120))
    #: The edition that it corrects, and why.
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("form.id"))
    reason: Mapped[str] = mapped_column(Text)
    #: When it was made void or corrected, by whom, and why.
    ended_at: Mapped[datetime | None]
    ended_by_name: Mapped[str] = mapped_column(String(120))
    ended_why: Mapped[str] = mapped_column(Text)
    #: What makes a page that is sent twice the same page, as a digest of 32 hex digits; empty for others.
    source_key: Mapped[str | None] = mapped_column(String(32))
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- read by SQLAlchemy as declared


class FormSignatureRow(Identified, CompanyScoped, Base):
    """One signature on a form; it may fall, nothing else of it ever changes."""

    __tablename__ = "form_signature"
    __table_args__ = (Index("ix_form_signature_form", "form_id"),)

    form_id: Mapped[UUID] = mapped_column(ForeignKey("form.id"))
    box: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(120))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    deputy_for: Mapped[str] = mapped_column(String(120))
    way: Mapped[str] = mapped_column(String(16))
    signed_at: Mapped[datetime]
    #: Hash of the blocks that it stands for, as 64 hex digits.
    digest: Mapped[str] = mapped_column(String(64))
    #: Hash of the drawn signature in the file store; empty for none.
    image: Mapped[str] = mapped_column(String(64))
    attachment_id: Mapped[UUID | None] = mapped_column(ForeignKey("attachment.id"))
    witness_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    witness: Mapped[str] = mapped_column(String(120))
    fallen_at: Mapped[datetime | None]
    fallen_why: Mapped[str] = mapped_column(Text)


class FormFollowUpRow(Identified, CompanyScoped, Base):
    """The ticket that a failed item of a form opened."""

    __tablename__ = "form_follow_up"
    __table_args__ = (Index("ix_form_follow_up_form", "form_id"),)

    #: The first edition of the form: later ones open nothing twice.
    form_id: Mapped[UUID] = mapped_column(ForeignKey("form.id"))
    item: Mapped[str] = mapped_column(String(64))
    ticket_id: Mapped[UUID] = mapped_column(ForeignKey("ticket.id"))
    opened_at: Mapped[datetime]


class FormCopyRow(Identified, CompanyScoped, Base):
    """The receipt of one copy of a filed form."""

    __tablename__ = "form_copy"
    __table_args__ = (UniqueConstraint("form_id", "place"),)

    form_id: Mapped[UUID] = mapped_column(ForeignKey("form.id"))
    #: Counted from 1.
    place: Mapped[int]
    received_at: Mapped[datetime]
    received_by: Mapped[str] = mapped_column(String(120))
    ticked_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    ticked_by_name: Mapped[str] = mapped_column(String(120))
