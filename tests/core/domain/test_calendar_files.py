from datetime import date

import pytest

from gongdan.domain.calendar_files import read_days
from gongdan.domain.calendars import DayKind, SpecialDay
from gongdan.errors import FileRefused, InvalidInput

REST, WORK = DayKind.REST, DayKind.WORK
TABLE = "日期,类型,名称\n2027-01-01,放假,元旦\n2027年2月6日,休,春节\n2027/2/20,上班,春节\n,,\n2026-12-31,放假,元旦\n"
DAYS = [
    SpecialDay(date(2027, 1, 1), REST, "元旦"),
    SpecialDay(date(2027, 2, 6), REST, "春节"),
    SpecialDay(date(2027, 2, 20), WORK, "春节"),
]


def ics(*events: str) -> bytes:
    blocks = "".join(f"BEGIN:VEVENT\r\n{event}\r\nEND:VEVENT\r\n" for event in events)
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{blocks}END:VCALENDAR\r\n".encode()


def event(day: str, summary: str, end: str = "", more: str = "") -> str:
    lines = [f"DTSTART;VALUE=DATE:{day}", f"SUMMARY;LANGUAGE=zh:{summary}"]
    return "\r\n".join([*lines, *([f"DTEND;VALUE=DATE:{end}"] if end else []), *([more] if more else [])])


@pytest.mark.parametrize(
    "content",
    [
        TABLE.encode(),
        TABLE.encode("utf-8-sig"),
        TABLE.encode("gb18030"),
        TABLE.replace(",", "\t").encode(),
        TABLE.replace(",", ";").replace("\n", "\r\n").encode(),
        ("2027 年节假日表,,\n" + TABLE).encode(),
        TABLE.replace("日期,类型,名称", "Date,Kind,Name").replace("放假", "rest").replace("上班", "Work").encode(),
    ],
)
def test_a_table_is_read_whatever_wrote_it(content: bytes) -> None:
    read = read_days("2027.csv", content, 2027)
    assert (list(read.days), read.left_out) == (DAYS, 1)


def test_every_wrong_line_of_a_table_is_named() -> None:
    table = "日期,类型\n2027-02-30,放假\n2027-01-01,也许\n1月2日,放假\n2027-01-03,放假\n"
    with pytest.raises(InvalidInput) as refused:
        read_days("2027.csv", table.encode(), 2027)
    assert [(one.value, one.params) for one in refused.value.problems] == [
        ("2027-02-30", {"row": 2}),
        ("也许", {"row": 3}),
        ("1月2日", {"row": 4}),
    ]


def test_a_calendar_is_read_with_spans_marks_and_folded_lines() -> None:
    content = ics(
        event("20270101", "元旦（休）"),
        event("20270206", "春节 休", "20270209"),
        event("20270220", "春节补班"),
        event("20270404", "清明\r\n 节放假"),
        event("20270501", "劳动节", more="X-APPLE-SPECIAL-DAY:WORK-HOLIDAY"),
        event("20270508", "劳动节", more="X-APPLE-SPECIAL-DAY:ALTERNATE-WORKDAY"),
        event("20270214", "情人节"),
        event("20270926", "国庆节调休"),
        event("20270101", "元旦（休）", more="RRULE:FREQ=YEARLY"),
        event("20261231", "元旦（休）"),
        event("nonsense", "元旦（休）"),
    )
    read = read_days("holidays.ics", content, 2027)
    assert [(day.date.isoformat()[5:], day.kind, day.name) for day in read.days] == [
        ("01-01", REST, "元旦"),
        ("02-06", REST, "春节"),
        ("02-07", REST, "春节"),
        ("02-08", REST, "春节"),
        ("02-20", WORK, "春节"),
        ("04-04", REST, "清明节"),
        ("05-01", REST, "劳动节"),
        ("05-08", WORK, "劳动节"),
    ]
    assert read.left_out == 5


def test_a_day_that_is_both_is_refused() -> None:
    table = "日期,类型\n2027-01-01,放假\n2027-01-01,上班\n2027-01-02,放假\n2027-01-02,放假\n"
    with pytest.raises(InvalidInput) as refused:
        read_days("2027.csv", table.encode(), 2027)
    assert [one.value for one in refused.value.problems] == ["2027-01-01"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("2027.csv", b""),
        ("2027.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00"),
        ("2027.csv", "姓名,电话\n王芳,13800138000\n".encode()),
        ("2027.csv", b'"no end\n'),
        ("2027.csv", b"\xff\xfe\x00\x00"),
        ("2027.ics", TABLE.encode()),
        ("2027.ics", b"BEGIN:VCARD\nEND:VCARD\n"),
    ],
)
def test_what_is_no_calendar_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(FileRefused) as refused:
        read_days(name, content, 2027)
    assert refused.value.name == name


def test_an_event_of_many_years_is_cut_to_a_month() -> None:
    read = read_days("x.ics", ics(event("20270101", "年假（休）", "99991231")), 2027)
    assert len(read.days) == 31
