"""Approvals: what was asked, the chain as it was when it was asked, and decisions that are never edited."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from gongdan.storage.base import Base, CompanyScoped, Identified

_LIVE = text("ended_at IS NULL")


class ApprovalRow(Identified, CompanyScoped, Base):
    """One thing that somebody asked others to consent to. Rule and kinds are names that a rulebook declares."""

    __tablename__ = "approval"
    __table_args__ = (
        Index("ix_approval_subject", "subject_id", "rule"),
        Index("ix_approval_live", "company_id", "asked_at", postgresql_where=_LIVE, sqlite_where=_LIVE),
        Index("ix_approval_asked", "asked_by", "asked_at"),
    )

    plugin: Mapped[str] = mapped_column(String(64))
    rule: Mapped[str] = mapped_column(String(128))
    #: What is approved, a source text, as the rule said when it was asked.
    label: Mapped[str] = mapped_column(String(200))
    #: What it is about: ``ticket``, or another noun.
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[UUID]
    #: What people call it: a ticket's number, a thing's name.
    subject_label: Mapped[str] = mapped_column(String(300))
    ticket_id: Mapped[UUID | None] = mapped_column(ForeignKey("ticket.id"))
    round: Mapped[int]
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"))
    state: Mapped[str] = mapped_column(String(16))
    #: ``sequence`` or ``parallel``.
    order: Mapped[str] = mapped_column("step_order", String(16))
    amount: Mapped[Decimal | None]
    #: The approved fields as they were.
    values: Mapped[dict[str, Any]] = mapped_column("approved_values")
    #: What the policy said of limits and bounds: key, value, line, in the order of the rule.
    figures: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    policy_at: Mapped[datetime]
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    asked_by_name: Mapped[str] = mapped_column(String(120))
    asked_at: Mapped[datetime]
    #: What set it off: ``by_hand``, ``move:submit`` …
    event: Mapped[str] = mapped_column(String(128))
    reason: Mapped[str] = mapped_column(Text)
    #: The approval that this one was asked after.
    follows_id: Mapped[UUID | None]
    #: When what it guards was done, and by which move or act.
    used_at: Mapped[datetime | None]
    used_by: Mapped[str] = mapped_column(String(64))
    reminded_at: Mapped[datetime | None]
    #: Of a confirmation that is owed after consent by word of mouth.
    duty_id: Mapped[UUID | None] = mapped_column(ForeignKey("duty.id"))
    #: Nobody is asked any more.
    ended_at: Mapped[datetime | None]
    #: Why it lapsed, and the fields that have another value now.
    end_event: Mapped[str] = mapped_column(String(128))
    end_values: Mapped[dict[str, Any]]


class ApprovalStepRow(Identified, CompanyScoped, Base):
    """One signature that an approval needs."""

    __tablename__ = "approval_step"
    __table_args__ = (UniqueConstraint("approval_id", "place"),)

    approval_id: Mapped[UUID] = mapped_column(ForeignKey("approval.id"))
    #: From 1.
    place: Mapped[int]
    #: Which step of the rule it is, from 0.
    of_rule: Mapped[int]
    label: Mapped[str] = mapped_column(String(200))
    quorum: Mapped[int]
    #: Why it is these people, see ``domain.receivers.Reason``.
    why: Mapped[dict[str, Any]]
    #: It is here because nobody in the line above whoever asked may decide the amount.
    is_beyond: Mapped[bool]
    #: Empty until it is its turn.
    duty_id: Mapped[UUID | None] = mapped_column(ForeignKey("duty.id"))


class ApprovalSeatRow(Identified, CompanyScoped, Base):
    """Somebody who may decide at a step; for one who is away his deputy decides in his seat."""

    __tablename__ = "approval_seat"
    __table_args__ = (
        UniqueConstraint("approval_id", "place", "account_id"),
        Index("ix_approval_seat_account", "account_id"),
    )

    approval_id: Mapped[UUID] = mapped_column(ForeignKey("approval.id"))
    place: Mapped[int]
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(120))


class DecisionRow(Identified, CompanyScoped, Base):
    """What somebody decided; never edited, the next one takes its place."""

    __tablename__ = "decision"
    __table_args__ = (
        UniqueConstraint("approval_id", "number"),
        Index("ix_decision_account", "account_id", "decided_at"),
        Index("ix_decision_decided_by", "decided_by", "decided_at"),
    )

    approval_id: Mapped[UUID] = mapped_column(ForeignKey("approval.id"))
    #: From 1, in the order in which they were made.
    number: Mapped[int]
    place: Mapped[int]
    #: In whose seat.
    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(120))
    #: Who made it: himself, his deputy, or whoever wrote down what he said.
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    decided_by_name: Mapped[str] = mapped_column(String(120))
    outcome: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
    decided_at: Mapped[datetime]
    is_deputy: Mapped[bool]
    #: Consent by word of mouth: when and on which channel it was given, what for.
    is_spoken: Mapped[bool]
    spoken_at: Mapped[datetime | None]
    spoken_channel: Mapped[str] = mapped_column(String(32))
    reverses_id: Mapped[UUID | None] = mapped_column(ForeignKey("decision.id"))
    confirms_id: Mapped[UUID | None] = mapped_column(ForeignKey("decision.id"))
