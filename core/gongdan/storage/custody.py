"""Things in custody, in whose hands they are, and what was done to them, which is only added to."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from gongdan.storage.base import Base, CompanyScoped, Identified

_OPEN = text("ended_at IS NULL")


class CustodyItemRow(Identified, CompanyScoped, Base):
    """A key, document, register, manual, or what else is kept."""

    __tablename__ = "custody_item"
    __table_args__ = (
        UniqueConstraint("company_id", "code"),
        Index("ix_custody_item_kind", "company_id", "kind", "code"),
        Index("ix_custody_item_asset", "asset_id"),
        Index("ix_custody_item_department", "department_id", "state"),
    )

    #: Name of the declared kind.
    kind: Mapped[str] = mapped_column(String(64))
    #: What stands on its tag.
    code: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(200))
    #: What it belongs to: the flat that a key opens.
    asset_id: Mapped[UUID | None] = mapped_column(ForeignKey("asset.id"))
    #: Who has left it in custody.
    party_id: Mapped[UUID | None] = mapped_column(ForeignKey("party.id"))
    #: Who keeps it.
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"))
    #: Where in the store it lies.
    place: Mapped[str] = mapped_column(String(200))
    #: Number of its ring or seal.
    mark: Mapped[str] = mapped_column(String(60))
    copies: Mapped[int]
    #: Last day on which it has to be kept.
    retain_until: Mapped[date | None]
    state: Mapped[str] = mapped_column(String(16))
    remark: Mapped[str] = mapped_column(Text)
    taken_in_at: Mapped[datetime]
    #: How many moves it has had.
    moves: Mapped[int]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- read by SQLAlchemy as declared


class CustodyLoanRow(Identified, CompanyScoped, Base):
    """A thing in somebody's hands; the database refuses a second one before the first has ended."""

    __tablename__ = "custody_loan"
    __table_args__ = (
        Index("uq_custody_loan_open", "item_id", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_custody_loan_account", "account_id", "ended_at"),
        Index("ix_custody_loan_party", "party_id"),
        Index("ix_custody_loan_until", "company_id", "until", postgresql_where=_OPEN, sqlite_where=_OPEN),
    )

    item_id: Mapped[UUID] = mapped_column(ForeignKey("custody_item.id"))
    #: The member who has it; empty for a party and for an outsider.
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    party_id: Mapped[UUID | None] = mapped_column(ForeignKey("party.id"))
    borrower: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str] = mapped_column(String(40))
    purpose: Mapped[str] = mapped_column(String(200))
    lent_at: Mapped[datetime]
    lent_by: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    lent_by_name: Mapped[str] = mapped_column(String(120))
    until: Mapped[datetime]
    #: The duty to bring it back.
    duty_id: Mapped[UUID | None] = mapped_column(ForeignKey("duty.id"))
    ended_at: Mapped[datetime | None]
    #: ``returned``, ``lost``, ``handed_on``.
    end_act: Mapped[str] = mapped_column(String(16))
    ended_by_name: Mapped[str] = mapped_column(String(120))


class CustodyMoveRow(Identified, CompanyScoped, Base):
    """One act on a thing; the database refuses to change or delete it."""

    __tablename__ = "custody_move"
    __table_args__ = (UniqueConstraint("item_id", "number"), Index("ix_custody_move_at", "company_id", "at"))

    item_id: Mapped[UUID] = mapped_column(ForeignKey("custody_item.id"))
    #: Counted from 1, without a gap.
    number: Mapped[int]
    act: Mapped[str] = mapped_column(String(16))
    #: Where the thing is afterwards.
    state: Mapped[str] = mapped_column(String(16))
    loan_id: Mapped[UUID | None] = mapped_column(ForeignKey("custody_loan.id"))
    #: Who has it afterwards; empty in the store.
    holder: Mapped[str] = mapped_column(String(200))
    place: Mapped[str] = mapped_column(String(200))
    remark: Mapped[str] = mapped_column(Text)
    #: What else belongs to the act: purpose, until, mark, witnesses, values before.
    details: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    actor_name: Mapped[str] = mapped_column(String(120))
