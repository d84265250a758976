"""Companies, their departments, and which plugins they have enabled."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gongdan.storage.base import Base, CompanyScoped, Identified


class CompanyRow(Identified, Base):
    """A company; it is global, since log-in and the company switch come before any company is chosen."""

    __tablename__ = "company"

    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("company.id"))
    time_zone: Mapped[str] = mapped_column(String(64))
    locale: Mapped[str] = mapped_column(String(16))
    accent: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[datetime]


class CompanyPluginRow(Identified, CompanyScoped, Base):
    """One period in which a company has a plugin enabled; ``disabled_at`` is empty while it lasts."""

    __tablename__ = "company_plugin"
    __table_args__ = (Index("ix_company_plugin_company_id_plugin", "company_id", "plugin"),)

    plugin: Mapped[str] = mapped_column(String(64))
    version: Mapped[str] = mapped_column(String(64))
    enabled_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class DepartmentRow(Identified, CompanyScoped, Base):
    """A department in the company's tree; ``path`` holds the codes from the root down."""

    __tablename__ = "department"
    __table_args__ = (UniqueConstraint("company_id", "path"),)

    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"))
    code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    path: Mapped[str] = mapped_column(String(500))
    closed_at: Mapped[datetime | None]


class NumberPatternRow(Identified, CompanyScoped, Base):
    """A company's own number pattern for a ticket type, in place of the declared one."""

    __tablename__ = "number_pattern"
    __table_args__ = (UniqueConstraint("company_id", "ticket_type"),)

    ticket_type: Mapped[str] = mapped_column(String(64))
    pattern: Mapped[str] = mapped_column(String(120))


class NumberCounterRow(Identified, CompanyScoped, Base):
    """The last serial given out for a series (a ticket type) within a period."""

    __tablename__ = "number_counter"
    __table_args__ = (UniqueConstraint("company_id", "series", "period"),)

    series: Mapped[str] = mapped_column(String(64))
    period: Mapped[str] = mapped_column(String(16))
    last: Mapped[int]
