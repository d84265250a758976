"""The roster, the duty log and handovers in the browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from functools import cached_property
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from gongdan.domain.rosters import Period
from gongdan.domain.snapshots import CompanyView
from gongdan.services.absences import NewAbsence
from gongdan.services.desk import CompanyDesk
from gongdan.services.roster_rows import ShiftView
from gongdan.services.rosters import NewShift
from gongdan.testing import sample
from gongdan.testing.beginnings import Beginning
from gongdan.testing.factories import PASSWORD, Factory, People
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]
SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: float = 0) -> datetime:
    return datetime(2026, 3, day, tzinfo=SHANGHAI) + timedelta(hours=hour)


class Front:
    """The front desk: 张敏 and 李建国, 陈红 at its head; each signs in when first needed."""

    def __init__(self, app: Flask, work: CompanyDesk) -> None:
        self._app, self.work = app, work
        self.department_id = work.departments.create("kf", "客服中心").id
        self.ids = {member.login: member.account_id for member in work.members.all()}

    @cached_property
    def zhang(self) -> Visitor:
        return self._signed_in("zhangmin")

    @cached_property
    def li(self) -> Visitor:
        return self._signed_in("lijianguo")

    @cached_property
    def head(self) -> Visitor:
        return self._signed_in("chenhong")

    def shift(self, login: str, day: int, begins: float, ends: float) -> ShiftView:
        new = NewShift(account_id=self.ids[login], department_id=self.department_id, role="agent",
                       begins=at(day, begins), ends=at(day, ends))  # fmt: skip
        return self.work.rosters.plan(new)

    def _signed_in(self, login: str) -> Visitor:
        visitor = Visitor(self._app)
        visitor.arrive(login)
        return visitor


@pytest.fixture
def front(begin: Beginning, app: Flask, company_desk: CompanyDesk, person: People) -> Front:
    begin(lambda: _hire(person))
    return Front(app, company_desk)


def _hire(person: People) -> None:
    for login, name in (("zhangmin", "张敏"), ("lijianguo", "李建国")):
        person("agent", login=login, name=name)
    person("administrator", "supervisor", login="chenhong", name="陈红")


# --- The week --------------------------------------------------------------------------------


def test_an_empty_week_offers_the_first_step_to_who_may_take_it(front: Front) -> None:
    assert "排第一个班" in front.head.get("/roster").text or "给 张敏" in front.head.get("/roster").text
    assert "排一个班" not in front.zhang.get("/roster").text


def test_the_week_shows_who_works_when_and_who_is_there_now(front: Front) -> None:
    front.shift("zhangmin", 5, 8, 16)
    front.shift("lijianguo", 5, 20, 32)
    page = front.zhang.get("/roster").text
    assert "2026-03-02 至 2026-03-08" in page
    assert re.search(r"现在值班.*?张敏.*?到 16:00", page, re.DOTALL)
    assert "20:00–08:00" in page
    assert "03-12" in front.zhang.get("/roster?day=2026-03-12").text
    assert "08:00–16:00" not in front.zhang.get("/roster?day=2026-03-12").text


@pytest.mark.clause("001-01-15")
def test_a_post_that_nobody_holds_is_shown_with_the_clause(front: Front) -> None:
    front.shift("zhangmin", 5, 8, 16)
    front.work.absences.enter(NewAbsence(account_id=front.ids["zhangmin"], kind="sick", begins=at(5), ends=at(6)))
    page = front.li.get("/roster").text
    assert "空岗：张敏 的班" in page
    assert "/clauses/001-01-15" in page
    assert "shift-empty" in page
    assert "The service desk is manned 24 hours a day" in front.li.get("/clauses/001-01-15").text


def test_a_shift_is_planned_changed_and_cancelled_in_dialogs(front: Front) -> None:
    front.head.get("/roster")
    form = {"account": str(front.ids["zhangmin"]), "department": str(front.department_id), "role": "agent",
            "day": "2026-03-09", "begins": "20:00", "ends": "08:00", "note": "夜班"}  # fmt: skip
    answer = front.head.post("/roster/shifts", form, fragment=True)
    assert answer.headers["HX-Redirect"].startswith("/roster?day=2026-03-09")
    (view,) = front.work.rosters.ahead()
    assert view.period == Period(at(9, 20), at(10, 8))
    assert 'value="20:00"' in front.head.get(f"/roster/shifts/{view.id}", fragment=True).text
    front.head.post(f"/roster/shifts/{view.id}", {**form, "account": str(front.ids["lijianguo"])}, fragment=True)
    assert [one.name for one in front.work.rosters.ahead()] == ["李建国"]
    front.head.post(f"/roster/shifts/{view.id}/cancel")
    assert front.work.rosters.ahead() == ()


def test_a_refused_shift_keeps_what_was_typed(front: Front, unchanged: Unchanged) -> None:
    front.shift("zhangmin", 9, 8, 16)
    front.head.get("/roster")
    form = {"account": str(front.ids["zhangmin"]), "department": str(front.department_id), "role": "agent",
            "day": "2026-03-09", "begins": "15:00", "ends": "23:00", "note": "加班"}  # fmt: skip
    with unchanged():
        overlap = front.head.post("/roster/shifts", form, fragment=True)
        empty = front.head.post("/roster/shifts", {"day": "morgen"}, fragment=True)
    assert (overlap.status_code, empty.status_code) == (409, 422)
    assert "此人 03-09 08:00–16:00 已有班次，两个班次不能重叠" in overlap.text
    assert 'value="加班"' in overlap.text


def test_absences_and_stand_ins_are_entered_and_taken_back(front: Front) -> None:
    planned = front.shift("zhangmin", 9, 8, 16)
    front.head.get("/roster")
    values = {"account": str(front.ids["lijianguo"]), "begins": "2026-03-09T12:00", "ends": "2026-03-09T13:00"}
    assert "安排顶岗" in front.head.get(f"/roster/shifts/{planned.id}/stand-in", fragment=True).text
    front.head.post(f"/roster/shifts/{planned.id}/stand-in", values, fragment=True)
    away = {"account": str(front.ids["lijianguo"]), "kind": "sick", "begins": "2026-03-10T00:00",
            "ends": "2026-03-10T23:59"}  # fmt: skip
    front.head.post("/roster/absences", away, fragment=True)
    week = front.work.rosters.week(at(9).date())
    assert [view.stand_in.period for view in week.stand_ins] == [Period(at(9, 12), at(9, 13))]
    assert [view.absence.period for view in week.absences] == [Period(at(10), at(11))]
    page = front.zhang.get("/roster?day=2026-03-09").text
    assert "顶岗" in page
    assert re.search(r"病假.*?全天", page, re.DOTALL)
    front.head.post(f"/roster/stand-ins/{week.stand_ins[0].id}/cancel")
    front.head.post(f"/roster/absences/{week.absences[0].id}/cancel")
    week = front.work.rosters.week(at(9).date())
    assert (week.stand_ins, week.absences) == ((), ())


@pytest.mark.clause("001-01-31")
def test_a_stand_in_for_too_long_is_refused_beside_the_clause(front: Front, unchanged: Unchanged) -> None:
    planned = front.shift("zhangmin", 9, 8, 16)
    front.head.get("/roster")
    values = {"account": str(front.ids["lijianguo"]), "begins": "2026-03-09T08:00", "ends": "2026-03-09T13:00"}
    with unchanged():
        answer = front.head.post(f"/roster/shifts/{planned.id}/stand-in", values, fragment=True)
    assert answer.status_code == 409
    assert "顶岗一次不得超过 4 小时" in answer.text
    assert "/clauses/001-01-31" in answer.text


def test_people_without_the_right_change_nothing(front: Front, unchanged: Unchanged) -> None:
    planned = front.shift("zhangmin", 9, 8, 16)
    front.zhang.get("/roster")
    with unchanged():
        answers = [front.zhang.post(path) for path in (
            "/roster/shifts", f"/roster/shifts/{planned.id}", f"/roster/shifts/{planned.id}/cancel", "/roster/absences",
        )]  # fmt: skip
    assert {answer.status_code for answer in answers} == {403}


# --- Swaps -----------------------------------------------------------------------------------


def test_a_swap_goes_from_one_to_the_other_to_the_head(front: Front) -> None:
    given, taken = front.shift("zhangmin", 10, 8, 16), front.shift("lijianguo", 14, 16, 24)
    dialog = front.zhang.get(f"/roster/shifts/{given.id}/swap", fragment=True).text
    assert "李建国 · 03-14 16:00–00:00" in dialog
    front.zhang.get("/roster")
    values = {"other": str(taken.id), "reason": "带孩子看病"}
    assert front.zhang.post(f"/roster/shifts/{given.id}/swap", values, fragment=True).status_code == 204
    (swap,) = front.work.swaps.latest()
    assert "等对方答复" in front.zhang.get("/roster").text
    front.li.get("/roster")
    front.li.post(f"/roster/swaps/{swap.id}/accept")
    assert "等主管批准" in front.head.get("/roster").text
    assert (
        "03-10 08:00–16:00 → 03-14 16:00–00:00" in front.head.get(f"/roster/swaps/{swap.id}/decide", fragment=True).text
    )
    front.head.post(f"/roster/swaps/{swap.id}/decide", {"answer": "approve", "remark": "同意"}, fragment=True)
    assert [one.name for one in front.work.rosters.ahead()] == ["李建国", "张敏"]
    assert "换来的班" in front.zhang.get("/roster?day=2026-03-10").text


@pytest.mark.clause("003-19-06")
def test_a_swap_that_is_not_allowed_is_refused_with_its_clause(front: Front, unchanged: Unchanged) -> None:
    front.shift("zhangmin", 14, 8, 16)
    given, taken = front.shift("zhangmin", 10, 8, 16), front.shift("lijianguo", 14, 16, 24)
    front.zhang.get("/roster")
    with unchanged():
        values = {"other": str(taken.id), "reason": "带孩子看病"}
        answer = front.zhang.post(f"/roster/shifts/{given.id}/swap", values, fragment=True)
    assert answer.status_code == 409
    assert "换班后张敏要连着上 03-14 08:00–16:00 和 03-14 16:00–00:00 两个班" in answer.text
    assert "/clauses/003-19-06" in answer.text


def test_a_swap_is_declined_withdrawn_or_not_approved(front: Front) -> None:
    for day, steps in ((10, ("decline",)), (20, ("withdraw",)), (25, ("accept", "decide"))):
        given, taken = front.shift("zhangmin", day, 8, 16), front.shift("lijianguo", day + 2, 16, 24)
        front.zhang.get("/roster")
        front.zhang.post(f"/roster/shifts/{given.id}/swap", {"other": str(taken.id), "reason": "有事"})
        swap = front.work.swaps.latest()[0]
        for step in steps:
            who = {"withdraw": front.zhang, "decide": front.head}.get(step, front.li)
            who.get("/roster")
            who.post(f"/roster/swaps/{swap.id}/{step}", {"answer": "refuse"})
    states = [swap.state.value for swap in front.work.swaps.latest()]
    assert states == ["refused", "withdrawn", "declined"]


# --- The duty log ----------------------------------------------------------------------------


def test_an_entry_is_written_corrected_and_settled(front: Front) -> None:
    place = str(front.department_id)
    assert "这本日志还是空的" in front.zhang.get("/roster/log").text
    front.zhang.post("/roster/log", {"department": place, "body": "3-2-501 漏水", "follow_up": "true"})
    (matter,) = front.work.duty_log.open_matters(front.department_id)
    assert "3-2-501 漏水" in front.zhang.get(f"/roster/log/{matter.id}/correct", fragment=True).text
    front.zhang.post(f"/roster/log/{matter.id}/correct", {"body": "3-2-502 漏水"}, fragment=True)
    front.li.get("/roster/log")
    front.li.post(f"/roster/log/{matter.id}/settle", {"body": "已修好"}, fragment=True)
    page = front.zhang.get(f"/roster/log?department={place}").text
    assert "第 1 页" in page
    assert "已由 1-2 更正" in page
    assert "已由 1-3 办结" in page
    assert "没有待跟进的事项" in page


@pytest.mark.clause("001-08-37")
def test_the_head_signs_a_page(front: Front) -> None:
    front.work.duty_log.write(front.department_id, "夜间无异常")
    path = f"/roster/log?department={front.department_id}"
    assert "检查并签字" not in front.zhang.get(path).text
    assert "/clauses/001-08-37" in front.head.get(path).text
    front.head.post(f"/roster/log/{front.department_id}/pages/1/check")
    assert "陈红 已检查" in front.zhang.get(f"{path}&page=1").text


def test_what_is_wrong_with_an_entry_is_told_and_nothing_is_written(
    front: Front, factory: Factory, unchanged: Unchanged
) -> None:
    ticket = factory.ticket()
    place = str(front.department_id)
    front.zhang.get("/roster/log")
    with unchanged():
        empty = front.zhang.post("/roster/log", {"department": place, "body": ""})
        unknown = front.zhang.post("/roster/log", {"department": place, "body": "电梯困人", "ticket": "BX-0"})
    assert (empty.status_code, unknown.status_code) == (422, 422)
    assert "没有这个编号的工单" in unknown.text
    assert "电梯困人" in unknown.text
    front.zhang.post("/roster/log", {"department": place, "body": "电梯困人", "ticket": ticket.number})
    assert f'/tickets/{ticket.id}">{ticket.number}' in front.zhang.get("/roster/log").text


# --- Handovers -------------------------------------------------------------------------------


def begun(front: Front) -> UUID:
    front.zhang.get("/roster/handovers")
    values = {
        "department": str(front.department_id),
        "incoming": str(front.ids["lijianguo"]),
        "items": "对讲机 2\n钥匙",
    }
    answer = front.zhang.post("/roster/handovers", values, fragment=True)
    return UUID(answer.headers["HX-Redirect"].rsplit("/", 1)[1])


def filled(front: Front, counted: str = "2") -> str:
    """Let both fill in their parts; return the address of the handover."""
    path = f"/roster/handovers/{begun(front)}"
    page = front.li.get(path).text
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version
    front.li.post(f"{path}/check", {"version": version[1], "counted-0": counted, "counted-1": "1",
                                    "has_read_log": "true", "area": "normal"})  # fmt: skip
    version = re.search(r'name="version" value="(\d+)"', front.zhang.get(path).text)
    assert version
    front.zhang.post(f"{path}/tell", {"version": version[1], "remark": "快递待取", "is_desk_tidy": "true"})
    return path


@pytest.mark.clause("001-08-31")
def test_both_sign_in_their_own_browsers(front: Front) -> None:
    path = filled(front)
    assert 'name="password"' not in front.head.get(path).text
    assert "快递待取" in front.li.get(path).text
    front.zhang.post(f"{path}/sign", {"password": PASSWORD})
    assert "差一人签字" in front.li.get("/roster/handovers").text
    assert "未签字" in front.li.get(path).text
    front.li.post(f"{path}/sign", {"password": PASSWORD})
    assert "双方已签" in front.head.get("/roster/handovers").text
    assert "张敏 → 李建国" in front.li.get("/roster/log").text


def test_a_wrong_password_is_told_beside_the_field(front: Front) -> None:
    path = filled(front)
    front.zhang.get(path)
    answer = front.zhang.post(f"{path}/sign", {"password": "falsch"})
    assert answer.status_code == 422
    assert "密码不正确" in answer.text
    assert "falsch" not in answer.text


@pytest.mark.clause("001-08-36")
def test_important_work_is_shown_and_taken_over_by_the_head(
    front: Front, factory: Factory, unchanged: Unchanged
) -> None:
    worst = sample.REPAIR.severities[0].value
    ticket = factory.ticket(severity=worst, assignee_id=front.ids["zhangmin"])
    path = filled(front)
    page = front.zhang.get(path).text
    assert "/clauses/001-08-36" in page
    assert 'name="password"' not in page
    with unchanged():
        assert front.zhang.post(f"{path}/sign", {"password": PASSWORD}).status_code == 409
    front.head.get(path)
    assert ticket.number in front.head.get(f"{path}/take-over", fragment=True).text
    with unchanged():
        assert front.head.post(f"{path}/take-over", {"reason": ""}, fragment=True).status_code == 422
    front.head.post(f"{path}/take-over", {"reason": "我跟进抢修"}, fragment=True)
    assert "陈红 接手重要工作：我跟进抢修" in front.zhang.get(path).text
    assert 'name="password"' in front.zhang.get(path).text


@pytest.mark.clause("001-08-27")
def test_a_missing_thing_asks_the_outgoing_one_for_an_explanation(front: Front) -> None:
    path = filled(front, counted="1")
    page = front.zhang.get(path).text
    assert "“对讲机”应有 2，实有 1，去向" in page
    assert "/clauses/001-08-27" in page


@pytest.mark.clause("001-08-34")
def test_leaving_unsigned_is_shown_in_red(front: Front) -> None:
    path = filled(front)
    front.zhang.get(path)
    front.zhang.post(f"{path}/leave")
    assert "张敏 在双方签字之前离岗" in front.head.get(path).text
    assert "未互签已离岗" in front.head.get("/roster/handovers").text


def test_a_handover_is_begun_and_withdrawn(front: Front, unchanged: Unchanged) -> None:
    front.zhang.get("/roster/handovers")
    with unchanged():
        answer = front.zhang.post("/roster/handovers", {"items": "钥匙 1\n钥匙 2"}, fragment=True)
    assert answer.status_code == 422
    path = f"/roster/handovers/{begun(front)}"
    front.zhang.get(path)
    front.zhang.post(f"{path}/withdraw")
    assert "已撤回" in front.zhang.get("/roster/handovers").text


def test_counts_that_are_no_numbers_are_told(front: Front, unchanged: Unchanged) -> None:
    path = f"/roster/handovers/{begun(front)}"
    front.li.get(path)
    with unchanged():
        answer = front.li.post(f"{path}/check", {"version": "1", "counted-0": "两个"})
    assert answer.status_code == 422
    assert "应为整数" in answer.text


def test_another_company_finds_none_of_it(
    app: Flask, front: Front, person: People, other_company: CompanyView, unchanged: Unchanged
) -> None:
    planned, entry = front.shift("zhangmin", 9, 8, 16), front.work.duty_log.write(front.department_id, "内部")
    handover_id = begun(front)
    person("administrator", login="fremd", name="外人", company=other_company)
    stranger = Visitor(app)
    stranger.log_in("fremd")
    with unchanged():
        answers = [stranger.get(path) for path in (
            f"/roster/shifts/{planned.id}", f"/roster/log/{entry.id}/correct", f"/roster/handovers/{handover_id}",
        )]  # fmt: skip
        answers += [stranger.post(path) for path in (
            f"/roster/shifts/{planned.id}/cancel", f"/roster/handovers/{handover_id}/leave",
            f"/roster/log/{front.department_id}/pages/1/check",
        )]  # fmt: skip
    assert {answer.status_code for answer in answers} == {404}


# --- The edge of time ------------------------------------------------------------------------


@pytest.mark.parametrize("day", ["0001-01-01", "1969-12-31", "2201-01-01", "9999-12-31"])
def test_days_out_of_range_are_refused_in_words(front: Front, unchanged: Unchanged, day: str) -> None:
    shift = front.shift("zhangmin", 9, 8, 16)
    front.head.get("/roster")
    account = str(front.ids["lijianguo"])
    acts = (
        ("/roster/shifts", {"account": account, "department": str(front.department_id), "role": "agent", "day": day,
                            "begins": "20:00", "ends": "08:00"}),
        ("/roster/absences", {"account": account, "begins": f"{day}T00:00", "ends": "2026-03-09T23:59"}),
        ("/roster/absences", {"account": account, "begins": "2026-03-09T00:00", "ends": f"{day}T23:59"}),
        (f"/roster/shifts/{shift.id}/stand-in",
         {"account": account, "begins": "2026-03-09T08:00", "ends": f"{day}T23:59"}),
    )  # fmt: skip
    with unchanged():
        answers = [front.head.post(path, form, fragment=True) for path, form in acts]
        answers += [
            front.head.get(path) for path in (f"/roster?day={day}", f"/journal?from={day}", f"/journal?to={day}")
        ]
    assert [answer.status_code for answer in answers] == [422] * 7
    assert all("应在 1970-01-01 到 2200-12-31 之间" in answer.text for answer in answers)


@pytest.mark.parametrize("day", ["1970-01-01", "2200-12-31"])
def test_the_first_and_the_last_day_are_shown(front: Front, day: str) -> None:
    for path in (f"/roster?day={day}", f"/journal?from={day}&to={day}"):
        assert front.head.get(path).status_code == 200


def test_numbers_out_of_range_name_no_page(front: Front, unchanged: Unchanged) -> None:
    front.work.duty_log.write(front.department_id, "夜间无异常")
    front.head.get("/roster")
    most = "9" * 20
    with unchanged():
        page = front.head.get(f"/roster/log?department={front.department_id}&page={most}")
        check = front.head.post(f"/roster/log/{front.department_id}/pages/{most}/check")
    assert (page.status_code, check.status_code) == (404, 404)


def test_an_entry_of_the_log_has_an_address_of_its_own(front: Front) -> None:
    entry = front.work.duty_log.write(front.department_id, "电梯停用")
    answer = front.zhang.get(f"/roster/log/{entry.id}")
    assert answer.status_code == 303
    assert answer.location.endswith(f"department={front.department_id}&page=1#e{entry.id.hex}")
    assert f'id="e{entry.id.hex}"' in front.zhang.get(answer.location).text
    assert front.zhang.get(f"/roster/log/{uuid4()}").status_code == 404
