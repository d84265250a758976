from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Visit
from tests.browser.hands import begin_move, expect_state, fill_in, make_move, send
from tests.browser.office import Office

pytestmark = pytest.mark.browser


def dispatch(desk_clerk: Page) -> None:
    dialog = begin_move(desk_clerk, "派单")
    fill_in(dialog, {"工种": "水工"})
    send(dialog)
    expect(dialog.locator("#p-assignee")).to_contain_text("004-02-08")
    fill_in(dialog, {"经办人": "胡军明"})
    send(dialog)
    expect_state(desk_clerk, "已派")


def do_the_work(worker: Page, result: str) -> None:
    """Arrive, begin, report the end; the customer signs on the worker's telephone."""
    worker.reload()
    make_move(worker, "到场签到", {}, state="已到场")
    make_move(worker, "开工", {"收费性质": "无偿"}, state="处理中")
    make_move(worker, "报完工", {"维修结果": result, "用料": "角阀 1 只", "工时": "1.5"}, state="完工待确认")
    make_move(worker, "客户确认", {"确认方式": "签字", "确认人": "周海波"}, state="已确认")


@pytest.mark.clause("001-08-47")
@pytest.mark.clause("004-03-02")
def test_a_repair_that_does_not_please_is_done_again(visit: Visit, office: Office) -> None:
    ticket = office.report("厨房水管漏水，地板已泡湿")
    clerk, worker = visit("zhangmin"), visit("hujunming", width=390, height=844)
    clerk.goto(f"/tickets/{ticket.id}")
    worker.goto(f"/tickets/{ticket.id}")
    expect(worker.locator(".moves").get_by_role("button", name="派单")).to_have_count(0)

    dispatch(clerk)
    do_the_work(worker, "更换角阀")
    clerk.reload()
    make_move(clerk, "登记回访", {"回访结果": "不满意", "客户意见": "还在滴水"}, state="已回访")
    make_move(clerk, "返工", {}, state="待派")
    expect(clerk.locator(".case-head")).to_contain_text("第 2 轮")
    make_move(clerk, "派单", {"工种": "水工", "经办人": "胡军明"}, state="已派")
    do_the_work(worker, "重新缠生料带，观察半小时无渗漏")
    clerk.reload()
    make_move(clerk, "登记回访", {"回访结果": "满意"}, state="已回访")
    make_move(clerk, "关闭", {}, state="已关闭")

    done = office.work.tickets.find(ticket.id)
    assert (done.state, done.round, done.fields["result"]) == ("closed", 2, "重新缠生料带，观察半小时无渗漏")
    for result in ("更换角阀", "还在滴水"):
        expect(clerk.locator(".timeline-list")).to_contain_text(result)
