"""A company's working calendars: inherited, changed, imported, and known to an end."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete

from gongdan.domain.calendars import DayKind, SpecialDay
from gongdan.domain.limits import Span, SpanUnit
from gongdan.errors import InvalidInput, NotAllowed, NotFound
from gongdan.services.calendars import CalendarDraft
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.holidays import HolidayYear
from gongdan.services.work import Work
from gongdan.storage.calendars import CalendarRow, HolidayYearRow
from gongdan.testing.factories import People

Unchanged = Callable[[], AbstractContextManager[None]]

EARLY = CalendarDraft("早班", ("07:00-15:00",) * 6 + ("",))


def year_2027(**changes: DayKind) -> HolidayYear:
    """Return a year as a notice might set it; ``d0220`` names a day of another kind."""
    kinds = {"d0101": DayKind.REST, "d0206": DayKind.REST, "d0220": DayKind.WORK} | changes
    days = tuple(SpecialDay(date(2027, int(day[1:3]), int(day[3:])), kind, "春节") for day, kind in kinds.items())
    return HolidayYear(2027, days, "放假通知", date(2026, 11, 5))


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


def test_a_company_from_before_there_were_calendars_gets_them_with_the_next_upgrade(company_desk: CompanyDesk) -> None:
    with company_desk.working() as work:
        work.session.execute(delete(CalendarRow))
        work.session.execute(delete(HolidayYearRow).where(HolidayYearRow.year != 2025))
    assert company_desk.calendars.of().known_until == date(2026, 12, 31)
    seeded = company_desk.calendars.seed()
    assert list(seeded) == [*range(2004, 2025), 2026]
    assert company_desk.calendars.seed() == ()
    assert company_desk.journal.latest(act="calendar.year_imported")[0].after["year"] == 2026


# --- Hours ---------------------------------------------------------------------------------------------------------


def test_a_department_goes_by_its_own_hours_else_by_those_above_it(company_desk: CompanyDesk) -> None:
    create = company_desk.departments.create
    engineering, service = create("eng", "工程部"), create("service", "客服部")
    water = create("water", "水电班", engineering.id)
    night = create("night", "夜班", water.id)
    calendars = company_desk.calendars
    calendars.save(EARLY, water.id)
    assert [calendars.of(one.id).name for one in (engineering, water, night, service)] == [
        "公司工作日历", "早班", "早班", "公司工作日历",
    ]  # fmt: skip
    view = calendars.view(night.id)
    assert (view.owner_id, view.owner, view.is_own) == (water.id, "水电班", False)
    assert calendars.view(water.id).is_own
    assert calendars.view().is_own
    calendars.drop(water.id)
    assert calendars.of(night.id).name == "公司工作日历"


def test_a_department_that_moves_goes_by_the_hours_of_its_new_place(company_desk: CompanyDesk) -> None:
    create = company_desk.departments.create
    engineering, service = create("eng", "工程部"), create("service", "客服部")
    water = create("water", "水电班", engineering.id)
    company_desk.calendars.save(EARLY, service.id)
    assert company_desk.calendars.of(water.id).name == "公司工作日历"
    company_desk.departments.move(water.id, service.id)
    assert company_desk.calendars.of(water.id).name == "早班"


def test_the_hours_follow_the_company_into_another_zone_unless_they_name_their_own(
    desk: Desk, company_desk: CompanyDesk
) -> None:
    moved = desk.companies.change(company_desk.actor, company_desk.company.id, time_zone="Europe/Berlin")
    assert desk.at(moved).calendars.of().zone == "Europe/Berlin"
    desk.at(moved).calendars.save(replace(EARLY, zone="Asia/Tokyo"))
    assert desk.at(moved).calendars.of().zone == "Asia/Tokyo"


def test_what_changed_is_journalled_and_the_same_once_more_is_not(company_desk: CompanyDesk) -> None:
    company_desk.calendars.save(EARLY)
    company_desk.calendars.save(EARLY)
    (entry,) = company_desk.journal.latest(act="calendar.changed")
    assert (entry.before["mon"], entry.after["mon"]) == ("09:00-18:00", "07:00-15:00")
    assert (entry.before["sat"], entry.after["sat"]) == ("", "07:00-15:00")
    assert "sun" not in entry.after


def test_everything_that_is_wrong_with_hours_is_told_at_once(company_desk: CompanyDesk, unchanged: Unchanged) -> None:
    week = ("18:00-09:00", "09:00-12:00 11:00-15:00", "nine", "", "", "", "")
    with unchanged(), pytest.raises(InvalidInput) as refused:
        company_desk.calendars.save(CalendarDraft("", week, "Mars/Base"))
    assert [problem.field for problem in refused.value.problems] == ["name", "mon", "tue", "wed", "zone"]


@pytest.mark.parametrize(
    ("week", "field"),
    [(("",) * 7, "week"), (("20:00-33:30", "09:00-18:00", "", "", "", "", ""), "mon")],
)
def test_a_week_that_cannot_be_is_refused(
    company_desk: CompanyDesk, unchanged: Unchanged, week: tuple[str, ...], field: str
) -> None:
    with unchanged(), pytest.raises(InvalidInput) as refused:
        company_desk.calendars.save(CalendarDraft("班", week))
    assert [problem.field for problem in refused.value.problems] == [field]


def test_a_closed_department_gets_no_hours(company_desk: CompanyDesk, unchanged: Unchanged) -> None:
    gone = company_desk.departments.create("gone", "旧部门")
    company_desk.departments.close(gone.id)
    with unchanged(), pytest.raises(InvalidInput):
        company_desk.calendars.save(EARLY, gone.id)


def test_hours_of_another_companys_department_are_not_found(
    company_desk: CompanyDesk, other_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    foreign = other_desk.departments.create("eng", "工程部")
    with unchanged():
        for attempt in (
            lambda: company_desk.calendars.save(EARLY, foreign.id),
            lambda: company_desk.calendars.drop(foreign.id),
            lambda: company_desk.calendars.set_day(date(2026, 3, 6), DayKind.REST, department_id=foreign.id),
            lambda: company_desk.calendars.view(foreign.id),
        ):
            with pytest.raises(NotFound):
                attempt()


def test_only_who_decides_the_policy_changes_calendars(person: People, unchanged: Unchanged) -> None:
    desk = person("agent", "supervisor")
    with unchanged():
        for attempt in (
            lambda: desk.calendars.save(EARLY),
            lambda: desk.calendars.set_day(date(2026, 3, 6), DayKind.REST),
            lambda: desk.calendars.drop_day(date(2026, 3, 6)),
            lambda: desk.calendars.import_days(year_2027()),
        ):
            with pytest.raises(NotAllowed):
                attempt()
    assert desk.calendars.of().is_working_day(date(2026, 3, 5))


# --- Days of its own -----------------------------------------------------------------------------------------------


def test_days_of_its_own_go_before_holidays_and_those_of_departments_before_all(company_desk: CompanyDesk) -> None:
    eng = company_desk.departments.create("eng", "工程部")
    calendars, day = company_desk.calendars, date(2026, 10, 2)
    assert not calendars.of().is_working_day(day)
    calendars.set_day(day, DayKind.WORK, "值守", hours="10:00-16:00")
    assert calendars.of().hours_of(day)[0].begins == 600
    calendars.set_day(day, DayKind.REST, "补休", department_id=eng.id)
    assert (calendars.of().is_working_day(day), calendars.of(eng.id).is_working_day(day)) == (True, False)
    assert [(one.name, one.is_own, one.source) for one in calendars.own_days()] == [("值守", True, "系统")]
    calendars.drop_day(day)
    assert not calendars.of().is_working_day(day)
    with pytest.raises(NotFound):
        calendars.drop_day(day)


def test_a_rest_day_with_hours_is_refused(company_desk: CompanyDesk, unchanged: Unchanged) -> None:
    with unchanged(), pytest.raises(InvalidInput) as refused:
        company_desk.calendars.set_day(date(2026, 3, 6), DayKind.REST, "长" * 121, hours="09:00-12:00")
    assert [problem.field for problem in refused.value.problems] == ["name", "hours"]


def test_hours_that_ignore_holidays_keep_the_companys_own_days(company_desk: CompanyDesk) -> None:
    company_desk.calendars.save(CalendarDraft("值班台", ("00:00-24:00",) * 7, follows_holidays=False))
    company_desk.calendars.set_day(date(2026, 3, 6), DayKind.REST, "停业")
    calendar = company_desk.calendars.of()
    assert calendar.is_working_day(date(2026, 10, 1))
    assert not calendar.is_working_day(date(2026, 3, 6))
    assert calendar.is_known(date(2030, 1, 1))


# --- Holidays of a year --------------------------------------------------------------------------------------------


def test_the_next_year_is_unknown_until_it_is_imported(company_desk: CompanyDesk) -> None:
    calendars, start = company_desk.calendars, datetime(2027, 2, 5, 2, 0, tzinfo=UTC)
    before = calendars.of().due(start, Span(1, SpanUnit.DAY))
    found = calendars.import_days(year_2027())
    assert (found.is_new, found.day_count, found.is_same) == (True, 3, False)
    assert (before.is_provisional, calendars.of().due(start, Span(1, SpanUnit.DAY)).is_provisional) == (True, False)
    assert calendars.of().known_until == date(2027, 12, 31)
    assert calendars.of().is_working_day(date(2027, 2, 20))
    assert calendars.of().special[date(2027, 1, 1)].source == "放假通知（2026-11-05）"


def test_the_same_year_once_more_changes_nothing(company_desk: CompanyDesk, unchanged: Unchanged) -> None:
    company_desk.calendars.import_days(year_2027())
    with unchanged():
        assert company_desk.calendars.import_days(year_2027()).is_same
        assert company_desk.calendars.import_days(replace(year_2027(), source="别处")).is_same


def test_a_year_with_differences_is_refused_day_by_day_and_replaced_when_asked(
    company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    calendars = company_desk.calendars
    calendars.import_days(year_2027())
    other = year_2027(d0220=DayKind.REST, d0301=DayKind.REST, d0206=DayKind.REST)
    other = replace(other, days=tuple(day for day in other.days if day.date != date(2027, 1, 1)))
    with unchanged(), pytest.raises(InvalidInput) as refused:
        calendars.import_days(other)
    assert [(problem.value, problem.rule) for problem in refused.value.problems] == [
        ("2027-01-01", "已按放假导入，文件中没有"),
        ("2027-02-20", "已按上班导入，文件中为放假"),
        ("2027-03-01", "文件中为放假，已导入的没有"),
    ]
    found = calendars.import_days(other, replace=True)
    assert [str(day) for day, _, _ in found.differences] == ["2027-01-01", "2027-02-20", "2027-03-01"]
    assert not calendars.of().is_working_day(date(2027, 2, 20))
    entry, _ = company_desk.journal.latest(act="calendar.year_imported")
    assert (entry.before["2027-02-20"], entry.after["2027-02-20"]) == ("work", "rest")


def test_what_is_no_year_is_refused(company_desk: CompanyDesk, unchanged: Unchanged) -> None:
    new_year = SpecialDay(date(2027, 1, 1), DayKind.REST)
    stray = SpecialDay(date(2026, 12, 31), DayKind.REST)
    with unchanged():
        for given, fields in (
            (HolidayYear(2027, (), ""), ["days"]),
            (HolidayYear(2027, (new_year, new_year, stray), ""), ["days", "days"]),
            (HolidayYear(1900, (), "据" * 161), ["year", "days", "source"]),
        ):
            with pytest.raises(InvalidInput) as refused:
                company_desk.calendars.import_days(given)
            assert [problem.field for problem in refused.value.problems] == fields


def test_a_year_that_is_taken_back_with_its_transaction_is_not_kept(company_desk: CompanyDesk) -> None:
    calendars = company_desk.calendars

    class Interrupted(Exception):
        """Stands for whatever ends a transaction."""

    def fail(work: Work) -> int:
        assert calendars.of(None, work.session).known_until == date(2027, 12, 31)
        raise Interrupted

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(company_desk.duties, "refresh_provisional", fail)
        with pytest.raises(Interrupted):
            calendars.import_days(year_2027())
    assert calendars.of().known_until == date(2026, 12, 31)
    calendars.set_day(date(2026, 3, 6), DayKind.REST)
    assert calendars.of().known_until == date(2026, 12, 31)
    assert not calendars.of().is_working_day(date(2026, 3, 6))


@pytest.mark.parametrize(
    ("now", "year"),
    [
        (datetime(2026, 9, 30, 15, 59, tzinfo=UTC), None),
        (datetime(2026, 9, 30, 16, 0, tzinfo=UTC), 2027),
        (datetime(2026, 12, 31, 0, 0, tzinfo=UTC), 2027),
        (datetime(2027, 3, 1, 0, 0, tzinfo=UTC), 2027),
    ],
)
def test_from_october_on_a_missing_year_is_warned_of(
    company_desk: CompanyDesk, now: datetime, year: int | None
) -> None:
    warning = company_desk.calendars.horizon_warning(now)
    assert (warning.year if warning else None) == year
    company_desk.calendars.import_days(year_2027())
    assert company_desk.calendars.horizon_warning(now) is None


def test_nobody_is_warned_where_holidays_do_not_matter(company_desk: CompanyDesk) -> None:
    company_desk.calendars.save(replace(EARLY, follows_holidays=False))
    assert company_desk.calendars.horizon_warning(datetime(2026, 12, 1, tzinfo=UTC)) is None
