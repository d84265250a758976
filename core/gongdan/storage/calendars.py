"""Working calendars: opening hours, the holidays of each year, and days of a company's own."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Date, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gongdan.storage.base import Base, CompanyScoped, Identified


class CalendarRow(Identified, CompanyScoped, Base):
    """The opening hours of a company, which it has once, or of a department with hours of its own."""

    __tablename__ = "calendar"
    __table_args__ = (UniqueConstraint("company_id", "department_id"),)

    #: Empty for the company's.
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"))
    name: Mapped[str] = mapped_column(String(120))
    #: Empty for the company's own time zone.
    zone: Mapped[str] = mapped_column(String(64))
    follows_holidays: Mapped[bool]
    #: Seven lists of pairs, Monday first: minutes from local midnight, the end may pass 1440.
    week: Mapped[list[Any]] = mapped_column(JSON)
    #: Of the company's: counts every change of any calendar, year or day of the company.
    version: Mapped[int]


class HolidayYearRow(Identified, CompanyScoped, Base):
    """The statutory holidays and make-up working days of one year, as a notice has set them."""

    __tablename__ = "holiday_year"
    __table_args__ = (UniqueConstraint("company_id", "year"),)

    year: Mapped[int]
    #: The notice.
    source: Mapped[str] = mapped_column(String(200))
    notice_date: Mapped[date | None] = mapped_column(Date())
    #: Lists of date, kind and name, by date.
    days: Mapped[list[Any]] = mapped_column(JSON)
    imported_at: Mapped[datetime]
    imported_by: Mapped[str] = mapped_column(String(120))


class CalendarDayRow(Identified, CompanyScoped, Base):
    """A day of the company's own, or of a department's, which goes before holidays and weekdays."""

    __tablename__ = "calendar_day"
    __table_args__ = (Index("ix_calendar_day_day", "company_id", "day"),)

    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("department.id"))
    day: Mapped[date] = mapped_column(Date())
    kind: Mapped[str] = mapped_column(String(8))
    name: Mapped[str] = mapped_column(String(120))
    #: Pairs of minutes; empty for the hours of a Monday.
    hours: Mapped[list[Any]] = mapped_column(JSON)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(120))
