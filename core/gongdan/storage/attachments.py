"""Files on whatever a company has; their bytes lie in the file store."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gongdan.storage.base import Base, CompanyScoped, Identified


class AttachmentRow(Identified, CompanyScoped, Base):
    """A file on a subject; the bytes lie in the file store under their hash."""

    __tablename__ = "attachment"
    __table_args__ = (
        Index("ix_attachment_subject", "subject_id", "subject_kind"),
        # What a company has stored is added up whenever somebody attaches something.
        Index("ix_attachment_size", "company_id", "size_bytes"),
        UniqueConstraint("before_id"),
    )

    #: What it is on, as the journal names it; whoever adds it sees that it is there.
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[UUID]
    #: The note of a ticket that it came with.
    note_id: Mapped[UUID | None] = mapped_column(ForeignKey("note.id"))
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(100))
    size_bytes: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    #: Of an image that was drawn anew; empty for everything else, which no page shows.
    width_px: Mapped[int | None]
    height_px: Mapped[int | None]
    #: The small picture of it, under its own hash.
    thumbnail_sha256: Mapped[str] = mapped_column(String(64))
    taken_at: Mapped[datetime | None]
    #: Millionths of a degree, north and east positive.
    latitude_microdegrees: Mapped[int | None]
    longitude_microdegrees: Mapped[int | None]
    #: ``WGS-84`` or ``GCJ-02``; empty without coordinates.
    coordinate_system: Mapped[str] = mapped_column(String(8))
    #: What it shows, in a person's words.
    caption: Mapped[str] = mapped_column(String(200))
    #: Time and place were typed by a person; else the camera says so.
    is_typed: Mapped[bool]
    #: Of a photo taken afterwards: the one that shows the same before.
    before_id: Mapped[UUID | None] = mapped_column(ForeignKey("attachment.id"))
    added_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    added_at: Mapped[datetime]
