from __future__ import annotations

import re
from uuid import UUID

import pytest
from playwright.sync_api import Page, expect

from gongdan.services.members import NewMember
from tests.browser.conftest import Visit
from tests.browser.hands import begin_move, expect_state, fill_in, hours_from_now, make_move, send
from tests.browser.office import OWNER, OWNER_PHONE, Office

pytestmark = pytest.mark.browser

NEW_PASSWORD = "雨后的操场 2026 绿了"


def begin_first_day(page: Page, login: str, password: str) -> None:
    """Sign in with a first password, which has to be changed before anything else."""
    page.goto("/tickets/new/complaint")
    fill_in(page, {"用户名": login, "密码": password})
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("heading", name="修改密码")).to_be_visible()
    page.goto("/tickets/new/complaint")
    expect(page.get_by_text("首次登录请先设置自己的密码")).to_be_visible()
    fill_in(page, {"原密码": password, "新密码": NEW_PASSWORD, "再输一次": NEW_PASSWORD})
    page.get_by_role("button", name="保存新密码").click()
    expect(page.get_by_text("密码已修改")).to_be_visible()


def take_call(page: Page, office: Office) -> None:
    """Register a complaint while the caller speaks: number, room, and the five things to be written down."""
    earlier = office.report("客厅暖气片不热", room="2-2-302")
    office.work.tickets.change(earlier.id, earlier.version, {"requester_id": office.owner_id})
    page.goto("/tickets/new/complaint")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator("#p-contact_name")).to_contain_text("必须填写")
    page.get_by_label("来电号码").press_sequentially(OWNER_PHONE)
    caller = page.locator("#caller")
    expect(caller).to_contain_text(OWNER)
    expect(caller.locator(".caller-rooms .chip")).to_have_text([re.compile("2-1-101"), re.compile("2-2-302")])
    expect(caller.get_by_role("link", name="客厅暖气片不热")).to_be_visible()
    caller.get_by_role("button", name="2-1-101").click()
    expect(page.get_by_label("来电人", exact=True)).to_have_value(OWNER)
    expect(page.get_by_role("combobox", name="地点")).to_have_value("2-1-101")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator("#p-occurred")).to_contain_text("004-04-20")
    fill_in(page, {"内容": "楼上昨夜开派对到凌晨，楼下老人一夜没睡", "投诉人要求": "请制止并上门道歉",
                   "何时发生": "昨晚十点到凌晨两点", "类别": "噪音扰民"})  # fmt: skip
    page.get_by_role("button", name="登记", exact=True).click()
    expect_state(page, "已受理")


def grade_and_forward(page: Page) -> None:
    """A harm makes the complaint a major one, whatever the clerk thinks of it."""
    dialog = begin_move(page, "定级")
    answers = {"造成的后果": "经济损失", "级别": "一般", "定级理由": "鱼缸被震裂，地板泡坏"}
    fill_in(dialog, answers)
    send(dialog)
    refusal = dialog.locator("#p-severity")
    expect(refusal).to_contain_text("必须定为重大")
    expect(refusal.get_by_role("link", name="004-04-08")).to_be_visible()
    expect(dialog.get_by_label("级别", exact=True)).to_be_focused()
    expect(dialog.get_by_label("定级理由", exact=True)).to_have_value(answers["定级理由"])
    fill_in(dialog, {"造成的后果": "没有下列后果", "级别": "一般"})
    send(dialog)
    expect_state(page, "已定级")
    make_move(page, "转办", {"部门": "工程部"}, state="已转办")
    answers = {"首次答复": "已派人核实，明天中午前答复", "约定下次答复时间": hours_from_now(20)}
    make_move(page, "首次答复", answers, state="已首复")


def handle(page: Page) -> None:
    """Department manager: find out, hold it valid, handle it, finish it."""
    found = {"调查经过": "楼上承认聚会到两点", "认定": "有效", "原因": "处理不及时", "责任人": "夜班保安"}
    make_move(page, "查明认定", found, state="已查明")
    make_move(page, "开始处理", {"纠正措施或协助计划": "夜间巡查增加一次，书面劝告"}, state="处理中")
    done = {"处理结果": "已上门道歉，双方和解", "合法、合行业规范、合合同": "是"}
    make_move(page, "处理完毕", done, state="待回访")


def close(page: Page) -> None:
    """Call back; a signature is needed."""
    dialog = begin_move(page, "回访满意，关闭")
    fill_in(dialog, {"回访结果": "满意", "投诉人已签字": "否"})
    send(dialog)
    expect(dialog.locator("#p-complainant_signed")).to_contain_text("004-04-50")
    fill_in(dialog, {"投诉人已签字": "是"})
    send(dialog)
    expect_state(page, "已关闭")


@pytest.mark.clause("004-04-08")
@pytest.mark.clause("004-04-50")
def test_a_complaint_goes_from_the_ringing_phone_to_its_end(visit: Visit, office: Office) -> None:
    _, password = office.work.members.hire(NewMember(login="wangfang", name="王芳", roles=["desk_clerk"]))
    clerk = visit()
    begin_first_day(clerk, "wangfang", password)
    take_call(clerk, office)
    expect(clerk.locator("#notices")).to_contain_text("已登记 TS")
    grade_and_forward(clerk)
    expect(clerk.locator(".moves").get_by_role("button", name="查明认定")).to_have_count(0)

    manager = visit("chenzhiyuan")
    manager.goto(clerk.url)
    handle(manager)
    close(manager)

    ticket = office.work.tickets.find(UUID(manager.url.rsplit("/", 1)[-1]))
    assert (ticket.state, ticket.finding, ticket.fields["callback_satisfaction"]) == ("closed", "valid", "satisfied")
