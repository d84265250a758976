"""Accounts, memberships, roles, sessions and failed log-ins."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gongdan.storage.base import Base, CompanyScoped, Identified


class AccountRow(Identified, Base):
    """A person who can log in; global, since one person may work for several companies."""

    __tablename__ = "account"

    login: Mapped[str] = mapped_column(String(120), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    password_hash: Mapped[str] = mapped_column(String(255))
    must_change_password: Mapped[bool]
    #: Administers the installation: creates companies and accounts everywhere.
    is_operator: Mapped[bool]
    locale: Mapped[str] = mapped_column(String(16))
    phone: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class MembershipRow(Identified, Base):
    """A person's place in a company; global because it decides which companies a person may enter."""

    __tablename__ = "membership"
    __table_args__ = (
        UniqueConstraint("account_id", "company_id"),
        Index("ix_membership_company_id", "company_id"),
    )

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"))
    company_id: Mapped[UUID] = mapped_column(ForeignKey("company.id"))
    department_id: Mapped[UUID | None]
    position: Mapped[str] = mapped_column(String(120))
    supervisor_id: Mapped[UUID | None] = mapped_column(ForeignKey("account.id"))
    roles: Mapped[list[str]]
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]


class RoleRow(Identified, CompanyScoped, Base):
    """A role as one company has it: a set of permission names."""

    __tablename__ = "role"
    __table_args__ = (UniqueConstraint("company_id", "name"),)

    name: Mapped[str] = mapped_column(String(64))
    label: Mapped[str] = mapped_column(String(120))
    permissions: Mapped[list[str]]


class LoginSessionRow(Identified, Base):
    """One signed-in device; only a digest of its token is kept."""

    __tablename__ = "login_session"

    account_id: Mapped[UUID] = mapped_column(ForeignKey("account.id"), index=True)
    token_digest: Mapped[str] = mapped_column(String(64), unique=True)
    company_id: Mapped[UUID | None] = mapped_column(ForeignKey("company.id"))
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    device: Mapped[str] = mapped_column(String(255))
    address: Mapped[str] = mapped_column(String(64))


class LoginFailureRow(Identified, Base):
    """A failed try, counted per login name and per address."""

    __tablename__ = "login_failure"
    __table_args__ = (
        Index("ix_login_failure_login_failed_at", "login", "failed_at"),
        Index("ix_login_failure_address_failed_at", "address", "failed_at"),
    )

    login: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(64))
    failed_at: Mapped[datetime]
