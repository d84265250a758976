"""Shifts, absences, stand-ins and swaps; the duty log, which is only added to; handovers."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gongdan.storage.base import Base, CompanyScoped, Identified


class ShiftRow(Identified, CompanyScoped, Base):
    """Somebody's time at a post of a department."""

    __tablename__ = "shift"
    __table_args__ = (
        Index("ix_shift_begins", "company_id", "begins_at"),
        Index("ix_shift_account", "account_id", "begins_at"),
    )

    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    #: Name of the company's role in which the person is on duty.
    role: Mapped[str] = mapped_column(String(64))
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    note: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime]
    #: Taken off the roster; what happened on it goes on naming it.
    cancelled_at: Mapped[datetime | None]


class AbsenceRow(Identified, CompanyScoped, Base):
    """Somebody is away, and who acts for him meanwhile."""

    __tablename__ = "absence"
    __table_args__ = (
        Index("ix_absence_begins", "company_id", "begins_at"),
        Index("ix_absence_account", "account_id", "begins_at"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    #: ``sick``, ``personal``, ``business``, ``other``.
    kind: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(200))
    deputy_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    made_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]


class StandInRow(Identified, CompanyScoped, Base):
    """Somebody holds another one's post for a part of the shift."""

    __tablename__ = "stand_in"
    __table_args__ = (Index("ix_stand_in_shift", "shift_id"),)

    shift_id: Mapped[UUID] = mapped_column(ForeignKey("shift.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    reason: Mapped[str] = mapped_column(String(200))
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    made_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]


class ShiftSwapRow(Identified, CompanyScoped, Base):
    """Two people want to work each other's shifts; the periods stay as they were when it was asked."""

    __tablename__ = "shift_swap"
    __table_args__ = (
        Index("ix_shift_swap_asked", "company_id", "asked_at"),
        Index("ix_shift_swap_given", "given_shift_id"),
        Index("ix_shift_swap_taken", "taken_shift_id"),
    )

    asker_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    #: The asker's shift, which the other one is to work.
    given_shift_id: Mapped[UUID] = mapped_column(ForeignKey("shift.id"))
    #: The other one's shift, which the asker works in return.
    taken_shift_id: Mapped[UUID] = mapped_column(ForeignKey("shift.id"))
    reason: Mapped[str] = mapped_column(String(200))
    #: asked, accepted, approved, declined, refused, withdrawn.
    state: Mapped[str] = mapped_column(String(16))
    asked_at: Mapped[datetime]
    answered_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_name: Mapped[str] = mapped_column(String(120))
    remark: Mapped[str] = mapped_column(String(200))


class DutyLogEntryRow(Identified, CompanyScoped, Base):
    """One entry of a department's duty log; the database refuses to change or delete it.

    A department's page is one day of the company; pages are numbered from 1 without a gap, and so are the lines of
    each.
    """

    __tablename__ = "duty_log_entry"
    __table_args__ = (
        UniqueConstraint("company_id", "department_id", "page", "line"),
        Index("ix_duty_log_entry_day", "company_id", "department_id", "day"),
        Index("ix_duty_log_entry_corrects", "corrects_id"),
        Index("ix_duty_log_entry_settles", "settles_id"),
    )

    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    day: Mapped[date]
    page: Mapped[int]
    line: Mapped[int]
    #: ``event``, ``matter``, ``correction``, ``settlement``, ``check``, ``handover``.
    kind: Mapped[str] = mapped_column(String(16))
    body: Mapped[str] = mapped_column(Text)
    #: Of a matter: it has to be finished before the post is handed over.
    is_important: Mapped[bool]
    #: The entry that this one corrects; that one stays as it was written.
    corrects_id: Mapped[UUID | None] = mapped_column(ForeignKey("duty_log_entry.id"))
    #: The matter that this one settles.
    settles_id: Mapped[UUID | None] = mapped_column(ForeignKey("duty_log_entry.id"))
    #: The page that this one checks.
    checks_page: Mapped[int | None]
    ticket_id: Mapped[UUID | None] = mapped_column(ForeignKey("ticket.id"))
    author_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    author_name: Mapped[str] = mapped_column(String(120))
    written_at: Mapped[datetime]


class HandoverRow(Identified, CompanyScoped, Base):
    """A post passes from one person to the next; it is done when both have signed."""

    __tablename__ = "handover"
    __table_args__ = (Index("ix_handover_begun", "company_id", "department_id", "begun_at"),)

    department_id: Mapped[UUID] = mapped_column(ForeignKey("department.id"))
    outgoing_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    incoming_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    begun_at: Mapped[datetime]
    #: What the outgoing one tells.
    remark: Mapped[str] = mapped_column(Text)
    is_desk_tidy: Mapped[bool]
    #: Things of the post: name, expected, counted, explanation.
    items: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    has_read_log: Mapped[bool]
    is_area_normal: Mapped[bool | None]
    area_remark: Mapped[str] = mapped_column(Text)
    area_explanation: Mapped[str] = mapped_column(Text)
    #: What the incoming one writes down to go on with.
    follow_up: Mapped[str] = mapped_column(Text)
    checked_at: Mapped[datetime | None]
    outgoing_signed_at: Mapped[datetime | None]
    incoming_signed_at: Mapped[datetime | None]
    #: Open matters as they were when the last one signed.
    matters: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    #: Who took the important work over, so that the post could be handed over without it.
    takeover_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    takeover_name: Mapped[str] = mapped_column(String(120))
    takeover_reason: Mapped[str] = mapped_column(Text)
    takeover_at: Mapped[datetime | None]
    takeover_keys: Mapped[list[str]]
    #: The outgoing one left the post.
    left_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- read by SQLAlchemy as declared
