"""A company's working calendars: inherited, changed, imported, and known to an end."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta

from gongdan.domain.calendars import DayKind, SpecialDay
from gongdan.domain.limits import Span, SpanUnit
from gongdan.services.calendars import CalendarDraft
from gongdan.services.desk import CompanyDesk
from gongdan.services.holidays import HolidayYear

Unchanged = Callable[[], AbstractContextManager[None]]

EARLY = CalendarDraft("早班", ("07:00-15:00",) * 6 + ("",))
DAY = timedelta(days=1)


def year_2027(**changes: DayKind) -> HolidayYear:
    """Return a year as a notice might set it, with some days of another kind."""
    days = {date(2027, 1, 1): DayKind.REST, date(2027, 2, 6): DayKind.REST, date(2027, 2, 20): DayKind.WORK}
    days |= {date.fromisoformat(day.replace("_", "-").strip("d")): kind for day, kind in changes.items()}
    found = tuple(SpecialDay(day, kind, "春节") for day, kind in sorted(days.items()))
    return HolidayYear(2027, found, "放假通知", date(2026, 11, 5))


def close(desk: CompanyDesk, start: str, amount: int) -> str:
    """Return the local close of so many working days."""
    moment = datetime.fromisoformat(start).replace(tzinfo=desk.zone)
    return desk.calendars.of().due(moment, Span(amount, SpanUnit.WORKDAY)).at.astimezone(desk.zone).isoformat(" ")[:16]


# --- What a company begins with -----------------------------------------------------------------------------------


def test_a_company_begins_with_office_hours_and_every_known_year(company_desk: CompanyDesk) -> None:
    calendar = company_desk.calendars.of()
    assert (calendar.zone, calendar.known_until) == ("Asia/Shanghai", date(2026, 12, 31))
    assert sorted(company_desk.calendars.years()) == list(range(2004, 2027))
    year = company_desk.calendars.years()[2026]
    assert (year.source, year.notice_date) == ("国务院办公厅关于2026年部分节假日安排的通知", date(2025, 11, 4))
    assert close(company_desk, "2026-09-30 12:00", 1) == "2026-10-08 18:00"


def test_a_calendar_is_read_once_until_somebody_changes_it(company_desk: CompanyDesk) -> None:
    first = company_desk.calendars.of()
    again = company_desk.installation.at(company_desk.company)
    assert again.calendars.of() is first
    company_desk.calendars.set_day(date(2026, 3, 6), DayKind.REST, "司庆")
    assert again.calendars.of() is not first
    assert not again.calendars.of().is_working_day(date(2026, 3, 6))


def test_a_company_sees_no_calendar_of_another(company_desk: CompanyDesk, other_desk: CompanyDesk) -> None:
    company_desk.calendars.save(EARLY)
    company_desk.calendars.set_day(date(2026, 3, 6), DayKind.REST)
    assert other_desk.calendars.of().name == "公司工作日历"
    assert other_desk.calendars.of().is_working_day(date(2026, 3, 6))
