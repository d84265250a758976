"""Readers of dates and times of day, in every spelling that people type into spreadsheets."""

import re
from datetime import date, datetime, time, timedelta
from typing import Final

from gongdan.domain.cells import Cell, Reader, Reading, cell_text, is_number, reject, suspect
from gongdan.domain.folding import fold_chinese_numbers, fold_text
from gongdan.domain.verdicts import Reason, Verdict
from gongdan.text import msg

_ISO_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_FULL_DATE: Final = re.compile(r"([0-9]{4})(?:[-/.]|年)([0-9]{1,2})(?:[-/.]|月)([0-9]{1,2})日?号?")
_COMPACT_DATE: Final = re.compile(r"([12][0-9]{3})([01][0-9])([0-3][0-9])")
_SHORT_YEAR: Final = re.compile(r"'?([0-9]{2})(?:[-/.]|年)([0-9]{1,2})(?:[-/.]|月)([0-9]{1,2})[日号]?")
_WITHOUT_YEAR: Final = re.compile(r"[0-9]{1,2}(?:[-/.]|月)[0-9]{1,2}[日号]?|[0-9]{4}年?(?:[0-9]{1,2}月)?")
_SERIAL_TEXT: Final = re.compile(r"[1-9][0-9]{4}(?:\.[0-9]+)?")
_NO_DATE_YET: Final = re.compile(
    r"待定|未定|待通知|等通知|等电话|另行通知|待约|[今昨前明后][天日]|[上本下]周.?|月[初中底]"
)
_WEEKDAY: Final = re.compile(r"[ (]*(?:星期|周)[一二三四五六日天]\)?$")
_CENTURY: Final = 2000
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2199

#: The 1900 system counts a 29 February 1900 that never was: serial 60.
_PHANTOM_DAY: Final = 60
_EPOCH_1900: Final = date(1899, 12, 30)
_EPOCH_1904: Final = date(1904, 1, 1)
_SHIFT_1904: Final = (_EPOCH_1904 - _EPOCH_1900).days
_COMPACT_NUMBERS: Final = range(_FIRST_YEAR * 10_000, _LAST_YEAR * 10_000)
_LAST_SERIAL: Final = 109_939

_PARTS: Final = "凌晨|清晨|早晨|早上|早|上午|中午|午后|下午|傍晚|晚上|晚间|晚|夜里|夜间|半夜|深夜|AM|PM"
_TIME: Final = re.compile(
    rf"(?P<part>{_PARTS})?(?P<hour>[0-9]{{1,2}})"
    r"(?::(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})(?:\.0+)?)?"
    r"|[点时](?:(?P<word>半|整|钟|[13]刻)|(?P<spoken>[0-9]{1,2})分?)?)"
    r"(?P<after>AM|PM)?"
)
_PLAIN_TIME: Final = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?")
_AFTERNOON: Final = frozenset({"午后", "下午", "傍晚", "PM"})
_NIGHT: Final = frozenset({"晚上", "晚间", "晚", "夜里", "夜间", "半夜", "深夜"})
_FORENOON: Final = frozenset({"早", "早晨", "早上", "上午"})
_MINUTES: Final = {"半": 30, "1刻": 15, "3刻": 45, "整": 0, "钟": 0}
_NOON: Final = 12
_DAY_HOURS: Final = 24
#: 晚上 before this hour is after midnight: the day is in doubt.
_EVENING: Final = 5

_MOMENT: Final = re.compile(r"([0-9]{4}(?:[-/.]|年)[0-9]{1,2}(?:[-/.]|月)[0-9]{1,2}日?)[T ]*(.*)")

_DATE_RULE: Final = msg("日期须真实存在，并带年份")
_DATE_REMEDY: Final = msg("请改写成 2026-03-05 这样的日期")
_TIME_RULE: Final = msg("时间须在 0:00 到 23:59 之间")
_TIME_REMEDY: Final = msg("请改写成 15:20 这样的时间")
_DOUBT_REMEDY: Final = msg("请核对后补上准确的日期或时间")


# --- Dates -----------------------------------------------------------------------------------


def read_date(cell: Cell) -> Reading:
    """Read a date; the time of day of a date cell is left out.

    An impossible date is REJECT. One without a year, or 待定, is SUSPECT and empty; a year of two digits is
    read as 20xx, SUSPECT. Number cells are serials of the 1900 system.
    """
    if isinstance(cell, str):
        return _date_from_text(cell)
    if isinstance(cell, datetime):
        return Reading(cell.date(), changed=cell.time() != time())
    if isinstance(cell, date):
        return Reading(cell)
    if is_number(cell):
        return _date_from_serial(float(cell))
    return _bad_date()


def read_date_1904(cell: Cell) -> Reading:
    """Read a date of a workbook whose serials count from 1904."""
    return read_date(_shift(cell))


def _shift(cell: Cell) -> Cell:
    if is_number(cell) and 0 <= cell <= _LAST_SERIAL:
        return cell + _SHIFT_1904
    return cell


def _bad_date() -> Reading:
    return reject(Reason.BAD_DATE, _DATE_RULE, _DATE_REMEDY)


def _date_in_doubt(value: date | None = None) -> Reading:
    return suspect(value, Reason.BAD_DATE, _DATE_RULE, _DOUBT_REMEDY)


def _date_from_text(raw: str) -> Reading:
    if _ISO_DATE.fullmatch(raw):
        return _calendar_date(raw[:4], raw[5:7], raw[8:], changed=False)
    found = _FULL_DATE.fullmatch(raw)
    if found:
        return _calendar_date(found[1], found[2], found[3])
    text = _WEEKDAY.sub("", fold_text(raw).removeprefix("'"))
    for candidate in (text, fold_chinese_numbers(text)):
        reading = _folded_date(candidate)
        if reading is not None:
            return reading
    return _bad_date()


def _folded_date(text: str) -> Reading | None:
    found = _FULL_DATE.fullmatch(text) or _COMPACT_DATE.fullmatch(text)
    if found:
        return _calendar_date(found[1], found[2], found[3])
    if _SERIAL_TEXT.fullmatch(text):
        return _date_from_serial(float(text))
    short = _SHORT_YEAR.fullmatch(text)
    if short:
        reading = _calendar_date(str(_CENTURY + int(short[1])), short[2], short[3])
        return _date_in_doubt(reading.value) if isinstance(reading.value, date) else reading
    if _WITHOUT_YEAR.fullmatch(text) or _NO_DATE_YET.fullmatch(text):
        return _date_in_doubt()
    moment = _MOMENT.fullmatch(text)
    if moment and _read_clock(moment[2]).verdict is not Verdict.REJECT:
        return _folded_date(moment[1])
    return None


def _calendar_date(year: str, month: str, day: str, *, changed: bool = True) -> Reading:
    try:
        value = date(int(year), int(month), int(day))
    except ValueError:
        return _bad_date()
    return Reading(value, changed=changed) if _FIRST_YEAR <= value.year <= _LAST_YEAR else _bad_date()


def _date_from_serial(serial: float) -> Reading:
    number = int(serial) if serial == serial and abs(serial) < 1e9 else 0  # noqa: PLR0124, PLR2004 -- not a number, or none of a day
    if number in _COMPACT_NUMBERS:
        return _date_from_text(str(number))
    if _FIRST_YEAR <= number <= _LAST_YEAR:
        # Somebody typed a year alone: as a serial it would be a day in 1905.
        return _date_in_doubt()
    if number < 1 or number == _PHANTOM_DAY or number > _LAST_SERIAL:
        return _bad_date()
    days = number if number > _PHANTOM_DAY else number + 1
    return Reading(_EPOCH_1900 + timedelta(days=days), changed=True)


# --- Times -----------------------------------------------------------------------------------


def read_time(cell: Cell) -> Reading:
    """Read a time of day: 15:20, 15：20, 下午3:20, 8点半, 晚上8点15分, 3:20 PM, 八点一刻.

    A time whose day is in doubt, such as 晚上12点 or 上午12:30, is SUSPECT.
    """
    if isinstance(cell, str):
        return _read_clock(cell)
    if isinstance(cell, datetime):
        return Reading(cell.time(), changed=True)
    if isinstance(cell, time):
        return Reading(cell)
    if is_number(cell) and 0 <= cell < 1:
        return Reading(_time_of_day(cell), changed=True)
    return _bad_time()


def _time_of_day(fraction: float) -> time:
    minutes, second = divmod(min(round(fraction * 86_400), 86_399), 60)
    return time(minutes // 60, minutes % 60, second)


def _bad_time() -> Reading:
    return reject(Reason.BAD_DATE, _TIME_RULE, _TIME_REMEDY)


def _read_clock(raw: str) -> Reading:
    plain = _PLAIN_TIME.fullmatch(raw)
    if plain:
        return Reading(time(int(plain[1]), int(plain[2]), int(plain[3] or 0)))
    text = fold_text(raw).replace(" ", "").upper()
    found = _TIME.fullmatch(text) or _TIME.fullmatch(fold_chinese_numbers(text))
    if not found:
        return _bad_time()
    minute = _MINUTES[found["word"]] if found["word"] else int(found["minute"] or found["spoken"] or 0)
    hour, in_doubt = _hour(int(found["hour"]), found["part"] or found["after"] or "")
    try:
        value = time(hour, minute, int(found["second"] or 0))
    except ValueError:
        return _bad_time()
    if in_doubt:
        return suspect(value, Reason.BAD_DATE, _TIME_RULE, _DOUBT_REMEDY)
    return Reading(value, changed=True)


def _hour(hour: int, part: str) -> tuple[int, bool]:
    """Return the hour of the day, and whether the words leave the hour or the day in doubt."""
    if part in _NIGHT:
        return _night_hour(hour)
    if part in _AFTERNOON:
        return (hour + _NOON, False) if 0 < hour < _NOON else (hour, not _NOON <= hour < _DAY_HOURS)
    if part in _FORENOON:
        return hour, hour >= _NOON
    if part == "中午":
        return (hour + _NOON, False) if hour in {1, 2} else (hour, hour not in {11, 12, 13, 14})
    if part in {"凌晨", "清晨", "AM"}:
        return hour % _NOON if hour == _NOON else hour, hour > _NOON
    return hour, False


def _night_hour(hour: int) -> tuple[int, bool]:
    if hour in {0, _NOON, _DAY_HOURS} or hour < _EVENING:
        return hour % _NOON, True
    return (hour + _NOON, False) if hour < _NOON else (hour, False)


# --- Moments ---------------------------------------------------------------------------------


def read_moment(cell: Cell) -> Reading:
    """Read a date with a time of day as a naive local datetime; without a time it is SUSPECT at 0:00."""
    if isinstance(cell, datetime):
        return Reading(cell)
    if is_number(cell) and float(cell) % 1:
        return _moment_from_serial(float(cell))
    text = fold_chinese_numbers(fold_text(cell_text(cell)))
    found = _MOMENT.fullmatch(text)
    if not isinstance(cell, str) or not found or not found[2]:
        return _midnight(read_date(cell))
    day, clock = read_date(found[1]), _read_clock(found[2])
    if not isinstance(day.value, date) or not isinstance(clock.value, time):
        return day if day.verdict is Verdict.REJECT else clock
    value = datetime.combine(day.value, clock.value)
    if clock.verdict is not Verdict.OK:
        return suspect(value, Reason.BAD_DATE, _TIME_RULE, _DOUBT_REMEDY)
    return Reading(value, changed=cell != value.isoformat(sep=" ", timespec="minutes"))


def read_moment_1904(cell: Cell) -> Reading:
    """Read a date with a time of a workbook whose serials count from 1904."""
    return read_moment(_shift(cell))


def _moment_from_serial(serial: float) -> Reading:
    day = _date_from_serial(serial)
    if not isinstance(day.value, date):
        return day
    return Reading(datetime.combine(day.value, _time_of_day(serial % 1)), changed=True)


def _midnight(day: Reading) -> Reading:
    if not isinstance(day.value, date):
        return day
    return suspect(datetime.combine(day.value, time()), Reason.BAD_DATE, _TIME_RULE, _DOUBT_REMEDY)


#: The readers of a 1904 workbook, by the reader that the column declares.
READERS_1904: Final[dict[Reader, Reader]] = {read_date: read_date_1904, read_moment: read_moment_1904}
