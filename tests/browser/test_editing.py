from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.hands import fill_in
from tests.browser.office import Office

pytestmark = pytest.mark.browser


def test_of_two_people_at_one_case_neither_loses_his_words(visit: Visit, office: Office) -> None:
    ticket = office.report("门禁失灵")
    first, second = visit("zhangmin"), visit("liuyang")
    for page in (first, second):
        page.goto(f"/tickets/{ticket.id}")
        page.keyboard.press("m")
        page.wait_for_url("**/edit")
    fill_in(first, {"内容": "单元门门禁失灵，刷卡无反应", "来电人": "周海波夫人"})
    first.get_by_role("button", name="保存", exact=True).click()
    first.wait_for_url(f"**/tickets/{ticket.id}")

    fill_in(second, {"内容": "地库门禁失灵", "地点说明": "地库 B1 东侧"})
    second.get_by_role("button", name="保存", exact=True).click()
    expect(second.get_by_role("alert")).to_contain_text("张敏 在您填写时保存了这件工单")
    clash = second.get_by_role("group", name="内容")
    expect(clash).to_contain_text("单元门门禁失灵，刷卡无反应")
    expect(clash).to_contain_text("地库门禁失灵")
    clash.get_by_text("已保存的").click()
    second.get_by_role("button", name="按所选保存").click()
    second.wait_for_url(f"**/tickets/{ticket.id}")

    kept = office.work.tickets.find(ticket.id)
    assert kept.description == "单元门门禁失灵，刷卡无反应"
    assert (kept.contact_name, kept.place) == ("周海波夫人", "地库 B1 东侧")
