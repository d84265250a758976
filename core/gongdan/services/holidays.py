"""What is known of China's holidays when gongdan is installed: the days, and the notices that set them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Final

from chinese_calendar.constants import Holiday, holidays, workdays

from gongdan.domain.calendars import DayKind, SpecialDay
from gongdan.errors import FieldProblem, InvalidInput
from gongdan.text import msg

#: Names of the holidays, as the notices write them.
_NAMES: Final = {
    Holiday.new_years_day.value: msg("元旦"),
    Holiday.spring_festival.value: msg("春节"),
    Holiday.tomb_sweeping_day.value: msg("清明节"),
    Holiday.labour_day.value: msg("劳动节"),
    Holiday.dragon_boat_festival.value: msg("端午节"),
    Holiday.national_day.value: msg("国庆节"),
    Holiday.mid_autumn_festival.value: msg("中秋节"),
    Holiday.anti_fascist_70th_day.value: msg("抗战胜利 70 周年纪念日"),
}

_NOTICE: Final = "国务院办公厅关于{year}年部分节假日安排的通知"

#: Year → the day on which its notice was published, where that has been looked up.
_PUBLISHED: Final[Mapping[int, date]] = {
    2012: date(2011, 12, 6),
    2013: date(2012, 12, 10),
    2014: date(2013, 12, 11),
    2015: date(2014, 12, 16),
    2016: date(2015, 12, 10),
    2017: date(2016, 12, 1),
    2018: date(2017, 11, 30),
    2019: date(2018, 12, 6),
    2020: date(2019, 11, 21),
    2021: date(2020, 11, 25),
    2022: date(2021, 10, 25),
    2023: date(2022, 12, 8),
    2024: date(2023, 10, 25),
    2025: date(2024, 11, 12),
    2026: date(2025, 11, 4),
}


@dataclass(frozen=True, slots=True)
class HolidayYear:
    """The statutory holidays and make-up working days of a year."""

    year: int
    days: Sequence[SpecialDay]
    #: The notice that sets them.
    source: str
    #: When it was published; None when nobody wrote that down.
    notice_date: date | None = None


@cache
def shipped_years() -> Sequence[HolidayYear]:
    """Return the years that the installed package knows, the earliest first."""
    return tuple(_shipped_years())


def shipped_year(year: int) -> HolidayYear:
    """Return what the installed package knows of a year; raises ``InvalidInput`` for one that it does not know."""
    for given in shipped_years():
        if given.year == year:
            return given
    rule, remedy = msg("随程序安装的数据没有这一年"), msg("请在通知公布后给出 csv 或 ics 文件")
    raise InvalidInput((FieldProblem("year", str(year), rule, remedy, label=msg("年份")),))


def _shipped_years() -> Iterator[HolidayYear]:
    for year in sorted({day.year for day in holidays}):
        days = tuple(sorted((*_days(year, holidays, DayKind.REST), *_days(year, workdays, DayKind.WORK)), key=_day))
        yield HolidayYear(year, days, _NOTICE.format(year=year), _PUBLISHED.get(year))


def _days(year: int, names: Mapping[date, str], kind: DayKind) -> Iterator[SpecialDay]:
    return (SpecialDay(day, kind, _NAMES.get(name, name)) for day, name in names.items() if day.year == year)


def _day(special: SpecialDay) -> date:
    return special.date
