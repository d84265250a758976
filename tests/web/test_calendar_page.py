from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime
from io import BytesIO

from gongdan.domain.calendars import DayKind
from gongdan.services.calendars import CalendarDraft
from gongdan.services.desk import CompanyDesk
from gongdan.testing.clocks import Clock
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]
WEEK = {
    "mon": "08:30-12:00 14:00-18:00", "tue": "09:00-18:00", "wed": "", "thu": "", "fri": "", "sat": "", "sun": "",
}  # fmt: skip
TABLE = "日期,类型,名称\n2027-01-01,放假,元旦\n2027-02-20,上班,春节\n"


def test_a_year_is_drawn_with_its_holidays_and_make_up_days(administrator: Visitor) -> None:
    page = administrator.get("/calendar?year=2026").text
    assert page.count('<section class="month') == 12
    assert re.search(r'day-holiday" title="国庆节 · 放假">1<small>休</small>', page)
    assert re.search(r'day-make-up" title="国庆节 · 上班">10<small>班</small>', page)
    assert "2026-10-01 – 2026-10-07" in page
    assert "国务院办公厅关于2026年部分节假日安排的通知（2025-11-04）" in page
    assert 'day-work is-today" aria-current="date">5<' in page
    assert "is-unknown" not in page


def test_a_year_that_is_not_known_is_greyed_and_says_so(administrator: Visitor) -> None:
    page = administrator.get("/calendar?year=2027").text
    assert page.count('<section class="month is-unknown') == 12
    assert "2027 年的节假日未知：以下只按星期推算。" in page


def test_from_october_on_the_page_warns_of_the_next_year(administrator: Visitor, clock: Clock) -> None:
    assert "还未导入" not in administrator.get("/calendar").text
    clock.set(datetime.fromisoformat("2026-10-01T10:00+08:00"))
    administrator.log_in("chenhong")
    page = administrator.get("/calendar").text
    assert "2027 年的节假日还未导入，超出 2026-12-31 的到期时间都是暂定的。" in page


def test_any_year_in_the_address_gives_a_page(administrator: Visitor) -> None:
    for year in ("1", "9999", "x", "-5", "２０２６", "999999999999"):
        assert administrator.get(f"/calendar?year={year}").status_code == 200
    assert administrator.get("/calendar?department=nobody").status_code == 422


def test_an_agent_sees_no_calendar_and_a_supervisor_changes_none(
    agent: Visitor, visitor_as: Callable[..., Visitor], unchanged: Unchanged
) -> None:
    assert agent.get("/calendar").status_code == 403
    supervisor = visitor_as("supervisor", login="lihua", name="李华")
    page = supervisor.get("/calendar").text
    assert "修改上班时间" not in page
    with unchanged():
        assert supervisor.post("/calendar/hours", {"name": "班", **WEEK}).status_code == 403
        assert supervisor.post("/calendar/day", {"day": "2026-03-06", "kind": "rest"}).status_code == 403
        assert supervisor.post("/calendar/import/2027").status_code == 403


def test_hours_are_changed_in_the_dialog(administrator: Visitor, company_desk: CompanyDesk) -> None:
    dialog = administrator.get("/calendar/hours", fragment=True).text
    assert re.search(r'name="mon" value="09:00-18:00"', dialog)
    administrator.post("/calendar/hours", {"name": "客服", "follows_holidays": "true", **WEEK}, fragment=True)
    page = administrator.get("/calendar").text
    assert "客服" in page
    assert "08:30-12:00" in page
    assert company_desk.calendars.of().follows_holidays


def test_wrong_hours_are_refused_beside_their_day(administrator: Visitor, unchanged: Unchanged) -> None:
    administrator.get("/calendar")
    with unchanged():
        answer = administrator.post(
            "/calendar/hours", {**WEEK, "name": "", "mon": "18:00-09:00", "zone": "Mars/Base"}, fragment=True
        )
    assert answer.status_code == 422
    for name in ("name", "mon", "zone"):
        assert f'id="p-{name}"' in answer.text
    assert 'value="18:00-09:00"' in answer.text


def test_a_department_sets_hours_of_its_own_and_inherits_again(
    administrator: Visitor, company_desk: CompanyDesk
) -> None:
    eng = company_desk.departments.create("eng", "工程部")
    administrator.get("/calendar")
    administrator.post("/calendar/hours", {"name": "早班", "department": str(eng.id), **WEEK})
    assert company_desk.calendars.of(eng.id).name == "早班"
    assert "早班" in administrator.get(f"/calendar?department={eng.id}").text
    assert "工程部" in administrator.get(f"/calendar/hours/inherit?department={eng.id}", fragment=True).text
    administrator.post("/calendar/hours/inherit", {"department": str(eng.id)})
    assert company_desk.calendars.of(eng.id).name == "公司工作日历"


def test_a_department_that_inherits_again_moves_what_is_owed_if_asked_and_tells_how_much_before(
    administrator: Visitor, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    eng = company_desk.departments.create("eng", "工程部")
    administrator.get("/calendar")
    administrator.post("/calendar/hours", {"name": "早班", "department": str(eng.id), **WEEK})
    given = {"department": str(eng.id), "moves_due": "true"}
    with unchanged():
        asked = administrator.post("/calendar/hours/inherit", given, fragment=True)
    assert "0 项责任的到期时间会改变" in asked.text
    administrator.post("/calendar/hours/inherit", {**given, "moving": "0"}, fragment=True)
    assert company_desk.calendars.of(eng.id).name == "公司工作日历"
    assert "到期时间重算了 0 个" in administrator.get("/calendar").text


def test_a_company_day_is_drawn_and_taken_back(administrator: Visitor, company_desk: CompanyDesk) -> None:
    administrator.get("/calendar")
    answer = administrator.post(
        "/calendar/day", {"day": "2026-12-24", "kind": "rest", "name": "<b>司庆"}, fragment=True
    )
    assert answer.headers["HX-Redirect"] == "/calendar?year=2026"
    page = administrator.get("/calendar").text
    assert 'day-own-rest" title="&lt;b&gt;司庆 · 放假">24<small>休</small>' in page
    assert "公司日，陈红 设定" in page
    administrator.post("/calendar/day", {"day": "2026-12-24", "kind": "none"})
    assert company_desk.calendars.own_days() == ()


def test_a_company_day_that_is_to_move_due_times_is_saved_once_their_number_has_been_seen(
    administrator: Visitor, company_desk: CompanyDesk
) -> None:
    administrator.get("/calendar")
    typed = {"day": "2026-12-24", "kind": "rest", "moves_due": "true"}
    asked = administrator.post("/calendar/day", typed, fragment=True)
    assert (asked.status_code, "0 项责任的到期时间会改变" in asked.text) == (200, True)
    assert company_desk.calendars.own_days() == ()
    administrator.post("/calendar/day", {**typed, "moving": "0"}, fragment=True)
    assert len(company_desk.calendars.own_days()) == 1


def test_a_company_day_without_a_date_or_a_kind_is_refused(administrator: Visitor, unchanged: Unchanged) -> None:
    administrator.get("/calendar")
    with unchanged():
        for values in ({"kind": "rest"}, {"day": "2026-13-01", "kind": "rest"}, {"day": "2026-12-24", "kind": "x"},
                       {"day": "2026-12-24", "kind": "rest", "hours": "09:00-12:00"}):  # fmt: skip
            assert administrator.post("/calendar/day", values, fragment=True).status_code == 422


def test_holidays_come_from_a_file_and_differences_are_shown(
    administrator: Visitor, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    def send(table: str, **values: str) -> str:
        file = (BytesIO(table.encode()), "2027.csv")
        return administrator.post("/calendar/import/2027", {"file": file, **values}, fragment=True).text

    administrator.get("/calendar")
    send(TABLE, source="通知", noticed="2026-11-05")
    assert company_desk.calendars.of().known_until == date(2027, 12, 31)
    with unchanged():
        refused = send(TABLE.replace("上班", "放假"))
        stray = send("姓名,电话\n王芳,13800138000\n")
    assert "节假日：已按上班导入，文件中为放假" in refused
    assert "找不到“日期”和“类型”两列" in stray
    send(TABLE.replace("上班", "放假"), replace="true")
    assert not company_desk.calendars.of().is_working_day(date(2027, 2, 20))


def test_a_page_shows_the_calendar_of_its_own_company(
    administrator: Visitor, other_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    other_desk.calendars.save(CalendarDraft("别家的班", ("09:00-18:00",) * 7))
    other_desk.calendars.set_day(date(2026, 12, 24), DayKind.REST, "别家的日子")
    foreign = other_desk.departments.create("eng", "工程部")
    page = administrator.get("/calendar").text
    assert "别家" not in page
    with unchanged():
        assert administrator.get(f"/calendar?department={foreign.id}").status_code == 404
        assert (
            administrator.post("/calendar/hours", {"name": "班", "department": str(foreign.id), **WEEK}).status_code
            == 404
        )
