"""Letters that come in, circulate and go out; their texts and their trail are only added to."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gongdan.storage.base import Base, CompanyScoped, Identified


class LetterRow(Identified, CompanyScoped, Base):
    """A letter: one that came in, or one of the company's own."""

    __tablename__ = "letter"
    __table_args__ = (
        UniqueConstraint("company_id", "number"),
        Index("ix_letter_begun", "company_id", "direction", "begun_at"),
        Index("ix_letter_state", "company_id", "state"),
    )

    #: ``incoming``, ``outgoing``, ``internal``.
    direction: Mapped[str] = mapped_column(String(16))
    #: Empty until it is registered or signed; then it stays.
    number: Mapped[str | None] = mapped_column(String(60))
    #: Letter or subject that it is filed under.
    category: Mapped[str] = mapped_column(String(60))
    #: Who sent it, or to whom it goes.
    party: Mapped[str] = mapped_column(String(200))
    #: The sender's own number.
    foreign_number: Mapped[str] = mapped_column(String(120))
    #: Of the text that counts.
    title: Mapped[str] = mapped_column(String(200))
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"))
    #: Who gives the note, or reviews the draft.
    manager_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    #: Who registered or drafted it.
    begun_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    begun_by_name: Mapped[str] = mapped_column(String(120))
    begun_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16))
    #: The manager's note.
    note: Mapped[str] = mapped_column(Text)
    #: Number of the text that was signed; nobody alters it.
    signed_text: Mapped[int | None]
    signed_at: Mapped[datetime | None]
    sent_at: Mapped[datetime | None]
    filed_at: Mapped[datetime | None]
    #: The original in custody.
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey("custody_item.id"))
    entries: Mapped[int]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- read by SQLAlchemy as declared


class LetterTextRow(Identified, CompanyScoped, Base):
    """One version of what a letter says; the database refuses to change or delete it."""

    __tablename__ = "letter_text"
    __table_args__ = (UniqueConstraint("letter_id", "number"),)

    letter_id: Mapped[UUID] = mapped_column(ForeignKey("letter.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    author_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]


class LetterStepRow(Identified, CompanyScoped, Base):
    """Somebody's turn."""

    __tablename__ = "letter_step"
    __table_args__ = (
        UniqueConstraint("letter_id", "place"),
        Index("ix_letter_step_account", "account_id", "state"),
    )

    letter_id: Mapped[UUID] = mapped_column(ForeignKey("letter.id"))
    #: Counted from 1.
    place: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    state: Mapped[str] = mapped_column(String(16))
    #: When it is to be done, where the note says so.
    until: Mapped[datetime | None]
    #: Who carried the letter there.
    carried_by_name: Mapped[str] = mapped_column(String(120))
    begun_at: Mapped[datetime | None]
    done_at: Mapped[datetime | None]
    done_by_name: Mapped[str] = mapped_column(String(120))
    result: Mapped[str] = mapped_column(Text)
    report: Mapped[str] = mapped_column(Text)
    duty_id: Mapped[UUID | None] = mapped_column(ForeignKey("duty.id"))


class LetterEntryRow(Identified, CompanyScoped, Base):
    """One line of a letter's trail; the database refuses to change or delete it."""

    __tablename__ = "letter_entry"
    __table_args__ = (UniqueConstraint("letter_id", "number"),)

    letter_id: Mapped[UUID] = mapped_column(ForeignKey("letter.id"))
    number: Mapped[int]
    act: Mapped[str] = mapped_column(String(16))
    #: About whom, or to whom.
    person: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    details: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    actor_name: Mapped[str] = mapped_column(String(120))
