from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from uuid import UUID, uuid4

from sqlalchemy import select, update

from gongdan.domain.timers import PLUGIN_DISABLED
from gongdan.services.desk import CompanyDesk
from gongdan.storage.timers import TimerRow
from gongdan.testing.clocks import START
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]


def park(at: CompanyDesk, key: str = "a", problem: str = "RuntimeError: 水表接口没有应答", tries: int = 8) -> UUID:
    with at.working() as work:
        work.schedule("test.meter", key, START)
        values = {"state": "parked", "tries": tries, "last_error": problem, "done_at": START}
        work.session.execute(update(TimerRow).where(TimerRow.key == key).values(**values))
        return work.session.scalars(select(TimerRow.id).where(TimerRow.key == key)).one()


def state(at: CompanyDesk, timer_id: UUID) -> tuple[str, int]:
    with at.reading() as session:
        row = session.scalars(select(TimerRow).where(TimerRow.id == timer_id)).one()
        return row.state, row.tries


def test_what_is_parked_stands_there_with_its_reason_and_the_menu_says_so(
    administrator: Visitor, company_desk: CompanyDesk
) -> None:
    assert "有搁置" not in administrator.get("/timers").text
    park(company_desk)
    page = administrator.get("/timers").text
    for words in ("test.meter", "RuntimeError: 水表接口没有应答", "8 次", "已搁置 1", "有搁置"):
        assert words in page, words
    assert "有搁置" in administrator.get("/plugins").text


def test_what_waits_says_when_it_is_next(administrator: Visitor, company_desk: CompanyDesk) -> None:
    with company_desk.working() as work:
        work.schedule("duty.warn", "duty:1:1", START, {"duty": str(uuid4())})
    page = administrator.get("/timers").text
    assert ("等待中 1" in page, "到期前预警" in page, START.isoformat() in page) == (True, True, True)


def test_our_own_reasons_are_translated(administrator: Visitor, company_desk: CompanyDesk) -> None:
    park(company_desk, problem=PLUGIN_DISABLED)
    administrator.post("/language", {"locale": "en", "next": "/timers"})
    assert "公司已停用该扩展" not in administrator.get("/timers").text


def test_a_parked_timer_is_tried_again_as_if_for_the_first_time(
    administrator: Visitor, company_desk: CompanyDesk
) -> None:
    timer_id = park(company_desk)
    administrator.get("/timers")
    administrator.post(f"/timers/{timer_id}/retry")
    assert state(company_desk, timer_id) == ("waiting", 0)


def test_giving_up_asks_for_a_reason_and_keeps_it_in_the_journal(
    administrator: Visitor, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    timer_id = park(company_desk)
    assert "不能再恢复" in administrator.get(f"/timers/{timer_id}/give-up", fragment=True).text
    administrator.get("/timers")
    with unchanged():
        refused = administrator.post(f"/timers/{timer_id}/give-up", {"reason": " "}, fragment=True)
    assert (refused.status_code, "必须填写" in refused.text) == (422, True)
    administrator.post(f"/timers/{timer_id}/give-up", {"reason": "水表已拆"})
    assert state(company_desk, timer_id)[0] == "cancelled"
    (act,) = company_desk.journal.latest(act="timer.given_up")
    assert (act.before["problem"], act.after) == ("RuntimeError: 水表接口没有应答", {"reason": "水表已拆"})


def test_what_only_waits_cannot_be_given_up(
    administrator: Visitor, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    timer_id = park(company_desk)
    administrator.get("/timers")
    administrator.post(f"/timers/{timer_id}/retry")
    with unchanged():
        assert administrator.post(f"/timers/{timer_id}/give-up", {"reason": "水表已拆"}).status_code == 404


def test_others_neither_see_nor_touch_them(agent: Visitor, company_desk: CompanyDesk, unchanged: Unchanged) -> None:
    timer_id = park(company_desk)
    assert "有搁置" not in agent.get("/").text
    assert agent.get("/timers").status_code == 403
    with unchanged():
        assert agent.post(f"/timers/{timer_id}/retry").status_code == 403
