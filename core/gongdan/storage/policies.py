"""Policy lines of companies, and the runs that wrote several at once."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gongdan.storage.base import Base, CompanyScoped, Identified


class PolicyRunRow(Identified, CompanyScoped, Base):
    """A pack that was applied, as one piece that can be taken back."""

    __tablename__ = "policy_run"

    #: Name of the pack, ``<plugin>.<name>``.
    pack: Mapped[str] = mapped_column(String(120))
    #: Hash of the pack's lines, so that one can tell which edition it was.
    fingerprint: Mapped[str] = mapped_column(String(64))
    effective_from: Mapped[datetime]
    note: Mapped[str] = mapped_column(Text)
    author_id: Mapped[UUID | None]
    author_name: Mapped[str] = mapped_column(String(120))
    applied_at: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str] = mapped_column(String(120))


class PolicyLineRow(Identified, CompanyScoped, Base):
    """What the company decided for a key from a moment on; the next line of the key ends it."""

    __tablename__ = "policy_line"
    __table_args__ = (UniqueConstraint("company_id", "key", "effective_from"),)

    key: Mapped[str] = mapped_column(String(120))
    #: Empty means: from here on nothing is decided.
    value: Mapped[str | None] = mapped_column(String(200))
    effective_from: Mapped[datetime]
    clause: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text)
    author_id: Mapped[UUID | None]
    author_name: Mapped[str] = mapped_column(String(120))
    decided_at: Mapped[datetime]
    run_id: Mapped[UUID | None] = mapped_column(ForeignKey("policy_run.id"))
