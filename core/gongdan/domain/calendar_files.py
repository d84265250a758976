"""Reading the holidays of a year out of a file that somebody made: a table (csv) or a calendar (ics)."""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from io import StringIO
from typing import Final

from gongdan.domain.calendars import DayKind, SpecialDay
from gongdan.domain.folding import fold_heading, fold_text
from gongdan.domain.moments import read_date
from gongdan.domain.verdicts import Verdict
from gongdan.errors import FieldProblem, FileRefused, InvalidInput
from gongdan.text import msg

_HEADINGS: Final = {
    "date": ("日期", "date", "day"),
    "kind": ("类型", "类别", "性质", "安排", "kind", "type"),
    "name": ("名称", "节日", "节假日", "说明", "name", "holiday"),
}
_KINDS: Final = {
    **dict.fromkeys(("休", "放假", "休息", "假", "节假日", "假日", "rest", "holiday", "off"), DayKind.REST),
    **dict.fromkeys(("班", "上班", "补班", "调休上班", "工作日", "work", "workday"), DayKind.WORK),
}
_LONGEST_EVENT: Final = timedelta(days=31)
#: How Apple's calendar of Chinese holidays marks its days.
_APPLE: Final = {"WORK-HOLIDAY": DayKind.REST, "ALTERNATE-WORKDAY": DayKind.WORK}
_ICS_DATE: Final = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T[0-9]{6}Z?)?")
#: 国庆节（休）, 春节 班, 劳动节 补班, 元旦 假期: the name and what the day is.
_SUMMARY: Final = re.compile(r"(.*?)[ (\[【]*(休|班|放假|休息|补班|上班|调休上班|假期)[)\] 】]*")
_NO_CALENDAR: Final = msg("不是日历文件")
_NO_TABLE: Final = msg("找不到“日期”和“类型”两列")


@dataclass(frozen=True, slots=True)
class DaysRead:
    """The holidays of a year that a file holds."""

    days: Sequence[SpecialDay]
    #: Entries of other years, and events that are neither holiday nor make-up day.
    left_out: int


def read_days(name: str, content: bytes, year: int) -> DaysRead:
    """Read the holidays of a year; raises ``FileRefused`` for no calendar, ``InvalidInput`` with every wrong line."""
    text = _decode(name, content)
    if "BEGIN:VCALENDAR" in text[:2_000]:
        entries: Sequence[SpecialDay | None] = list(_events(text))
    elif name.lower().endswith(".ics"):
        raise FileRefused(name, _NO_CALENDAR)
    else:
        entries = _lines(name, text)
    of_year = [day for day in entries if day is not None and day.date.year == year]
    _require_agreement(of_year)
    found = {day.date: day for day in of_year}
    return DaysRead(tuple(found[day] for day in sorted(found)), len(entries) - len(of_year))


def _decode(name: str, content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise FileRefused(name, _NO_CALENDAR)


def _require_agreement(days: Iterable[SpecialDay]) -> None:
    """Raise ``InvalidInput`` for days that a file calls a holiday in one place and a day of work in another."""
    kinds: dict[date, set[DayKind]] = {}
    for day in days:
        kinds.setdefault(day.date, set()).add(day.kind)
    rule, remedy = msg("既有放假，又有上班"), msg("请核对通知，只保留一个")
    problems = [
        FieldProblem("days", str(day), rule, remedy, label=msg("节假日"))
        for day, found in sorted(kinds.items())
        if len(found) > 1
    ]
    if problems:
        raise InvalidInput(tuple(problems))


# --- Tables ----------------------------------------------------------------------------------


def _lines(name: str, text: str) -> list[SpecialDay]:
    delimiter = max(",\t;", key=text[:2_000].count)
    try:
        rows = list(csv.reader(StringIO(text), delimiter=delimiter, strict=True))
    except csv.Error as problem:
        raise FileRefused(name, _NO_CALENDAR) from problem
    places, first = _places(name, rows)
    lines = [
        _line(number, {key: row[place] if place < len(row) else "" for key, place in places.items()})
        for number, row in enumerate(rows[first:], start=first + 1)
        if any(cell.strip() for cell in row)
    ]
    if problems := tuple(line for line in lines if isinstance(line, FieldProblem)):
        raise InvalidInput(problems)
    return [line for line in lines if isinstance(line, SpecialDay)]


def _places(name: str, rows: Sequence[Sequence[str]]) -> tuple[Mapping[str, int], int]:
    """Return the column of each heading, and the number of rows down to the headings."""
    for number, row in enumerate(rows[:20], start=1):
        folded = [fold_heading(cell) for cell in row]
        places = {
            key: next(place for place, cell in enumerate(folded) if cell in words)
            for key, words in _HEADINGS.items()
            if any(cell in words for cell in folded)
        }
        if {"date", "kind"} <= set(places):
            return places, number
    raise FileRefused(name, _NO_TABLE)


def _line(number: int, cells: Mapping[str, str]) -> SpecialDay | FieldProblem:
    reading = read_date(cells["date"].strip())
    if not isinstance(reading.value, date) or reading.verdict is not Verdict.OK:
        rule, remedy = msg("第 {row} 行：日期无法识别"), msg("请改写成 2026-03-05 这样的日期")
        return FieldProblem("days", cells["date"], rule, remedy, params={"row": number}, label=msg("日期"))
    kind = _KINDS.get(fold_text(cells["kind"]).lower())
    if kind is None:
        rule, remedy = msg("第 {row} 行：类型无法识别"), msg("请填“放假”或“上班”")
        return FieldProblem("days", cells["kind"], rule, remedy, params={"row": number}, label=msg("类型"))
    return SpecialDay(reading.value, kind, fold_text(cells.get("name", "")))


# --- Calendars -------------------------------------------------------------------------------


def _events(text: str) -> Iterator[SpecialDay | None]:
    """Yield the days of every event; None for an event that is neither holiday nor make-up day."""
    event: dict[str, str] | None = None
    for line in re.sub(r"\r?\n[ \t]", "", text).splitlines():
        key, _, value = line.partition(":")
        noun = key.partition(";")[0].upper()
        if line.strip().upper() == "BEGIN:VEVENT":
            event = {}
        elif line.strip().upper() == "END:VEVENT" and event is not None:
            yield from _days_of(event)
            event = None
        elif event is not None:
            event.setdefault(noun, value.strip())


def _days_of(event: Mapping[str, str]) -> Iterator[SpecialDay | None]:
    begin = _ics_date(event.get("DTSTART", ""))
    summary = fold_text(event.get("SUMMARY", "").replace("\\,", ",").replace("\\;", ";"))
    found = _SUMMARY.fullmatch(summary)
    kind = _APPLE.get(event.get("X-APPLE-SPECIAL-DAY", ""))
    # 调休 alone may mean either.
    if kind is None and found and not summary.endswith("调休"):
        kind = DayKind.WORK if found[2].endswith("班") else DayKind.REST
    if begin is None or kind is None or "RRULE" in event:
        yield None
        return
    end = _ics_date(event.get("DTEND", "")) or begin + timedelta(days=1)
    name = found[1].strip() if found else summary
    for offset in range(max(1, min(end - begin, _LONGEST_EVENT).days)):
        yield SpecialDay(begin + timedelta(days=offset), kind, name)


def _ics_date(value: str) -> date | None:
    found = _ICS_DATE.fullmatch(value)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None
