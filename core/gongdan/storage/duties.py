"""Duties: who owes what by when, the gaps in their clocks, whom they were told to, and notices."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from gongdan.storage.base import Base, CompanyScoped, Identified

_LIVE = text("ended_at IS NULL")


class DutyRow(Identified, CompanyScoped, Base):
    """One thing that somebody owes by a time. Words such as rule and kind are names that a rulebook declares."""

    __tablename__ = "duty"
    __table_args__ = (
        Index("ix_duty_ticket", "ticket_id", "rule"),
        Index("ix_duty_subject", "subject_id"),
        Index("ix_duty_live", "company_id", "due_at", "id", postgresql_where=_LIVE, sqlite_where=_LIVE),
        Index("ix_duty_debtor", "debtor_id", "due_at", postgresql_where=_LIVE, sqlite_where=_LIVE),
    )

    plugin: Mapped[str] = mapped_column(String(64))
    rule: Mapped[str] = mapped_column(String(128))
    kind: Mapped[str] = mapped_column(String(32))
    #: What is owed, a source text, as the rule said when it began.
    label: Mapped[str] = mapped_column(String(200))
    #: What it is about: ``ticket``, ``plan_run``, ``custody_loan`` …
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[UUID]
    ticket_id: Mapped[UUID | None] = mapped_column(ForeignKey("ticket.id"))
    #: What it is about, in a few words; empty where a ticket or a plan says so.
    about: Mapped[str] = mapped_column(String(200), server_default="")
    round: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    #: The person who owes it; empty when everybody with a role does.
    debtor_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    debtor_role: Mapped[str] = mapped_column(String(64))
    debtor_department_id: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"))
    #: Why it is he, see ``domain.receivers.Reason``.
    debtor_why: Mapped[dict[str, Any]]
    #: What set it off: ``opened``, ``move:dispatch``, ``field:severity`` …
    start_event: Mapped[str] = mapped_column(String(128))
    event_at: Mapped[datetime]
    #: Where the clock begins.
    started_at: Mapped[datetime]
    #: Empty while nobody has decided the limit.
    due_at: Mapped[datetime | None]
    is_provisional: Mapped[bool]
    #: The due time is one that was promised.
    is_promised: Mapped[bool]
    #: Where the limit comes from: key, moment of the policy, line, and the value as it was.
    policy_key: Mapped[str] = mapped_column(String(120))
    policy_at: Mapped[datetime]
    policy_line_id: Mapped[UUID | None]
    limit: Mapped[str] = mapped_column("limit_text", String(200))
    #: Name of the calendar it was reckoned by.
    calendar: Mapped[str] = mapped_column(String(200))
    calendar_department_id: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"))
    #: When something is to be looked at next; empty when nothing is.
    next_at: Mapped[datetime | None]
    #: How many timers it has had; the last one alone counts.
    timer: Mapped[int]
    missed_at: Mapped[datetime | None]
    met_at: Mapped[datetime | None]
    #: Nobody owes it any more.
    ended_at: Mapped[datetime | None]
    #: What ended it, as ``start_event``; ``waived`` when somebody let it go.
    end_event: Mapped[str] = mapped_column(String(128))
    ended_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    ended_by_name: Mapped[str] = mapped_column(String(120))
    #: Why it was waived.
    reason: Mapped[str] = mapped_column(Text)
    #: The state before its ticket went up in another one, to come back to.
    state_before: Mapped[str] = mapped_column(String(16))
    #: The older duty that this one follows.
    follows_id: Mapped[UUID | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))


class DutyPauseRow(Identified, CompanyScoped, Base):
    """A gap in a duty's clock; ``ends_at`` is empty while it stands still."""

    __tablename__ = "duty_pause"
    __table_args__ = (Index("ix_duty_pause_duty", "duty_id", "begins_at"),)

    duty_id: Mapped[UUID] = mapped_column(ForeignKey("duty.id"))
    #: ``state`` for a pause that the cap bounds, ``expected`` for one that ends on the day on which the ticket is
    #: expected to go on, ``reopened`` for the time between two rounds.
    kind: Mapped[str] = mapped_column(String(16))
    #: The ticket's state that stopped the clock.
    state: Mapped[str] = mapped_column(String(64))
    #: Why, in the words of whoever did it.
    reason: Mapped[str] = mapped_column(Text)
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    actor_name: Mapped[str] = mapped_column(String(120))
    begins_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    #: When the cap, or the expected day, ends it at the latest.
    cap_at: Mapped[datetime | None]
    #: ``cap``, ``expected``, or what of the ticket let the clock go on.
    end_event: Mapped[str] = mapped_column(String(128))


class DutyStepRow(Identified, CompanyScoped, Base):
    """One person who was told of a duty: warned, told of the miss, or reached by a rung of the ladder."""

    __tablename__ = "duty_step"
    __table_args__ = (UniqueConstraint("duty_id", "point", "receiver_id"),)

    duty_id: Mapped[UUID] = mapped_column(ForeignKey("duty.id"))
    #: ``warn:80``, ``lead:<policy key>``, ``due``, ``rung:0`` …
    point: Mapped[str] = mapped_column(String(128))
    label: Mapped[str] = mapped_column(String(200))
    #: Empty when nobody could be found, or nobody needed to be told any more.
    receiver_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    receiver_why: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]


class NoticeRow(Identified, CompanyScoped, Base):
    """Something a person is told inside the application."""

    __tablename__ = "notice"
    __table_args__ = (
        Index("ix_notice_account", "account_id", "at"),
        Index(
            "ix_notice_unread",
            "account_id",
            "company_id",
            postgresql_where=text("read_at IS NULL"),
            sqlite_where=text("read_at IS NULL"),
        ),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(64))
    #: A source text and the values for its placeholders.
    text: Mapped[str] = mapped_column(String(500))
    params: Mapped[dict[str, Any]]
    ticket_id: Mapped[UUID | None]
    duty_id: Mapped[UUID | None]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
