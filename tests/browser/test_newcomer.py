from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.hands import expect_state, fill_in
from tests.browser.office import OWNER, OWNER_PHONE, Office

pytestmark = pytest.mark.browser

UNKNOWN_PHONE = "13912340005"


def test_a_caller_whom_nobody_knows_becomes_a_customer_without_leaving_the_form(visit: Visit, office: Office) -> None:
    page = visit("chenhong")
    page.goto("/tickets/new/complaint")
    number, tick = page.get_by_label("来电号码"), page.get_by_label("登记为新客户")
    number.press_sequentially(OWNER_PHONE)
    expect(page.locator("#caller")).to_contain_text(OWNER)
    expect(tick).to_have_count(0)
    number.fill("")
    number.press_sequentially(UNKNOWN_PHONE)
    expect(page.get_by_label("他与地点的关系")).to_be_hidden()
    tick.check()
    page.get_by_label("他与地点的关系").select_option("租户")
    place = page.locator("#f-asset")
    place.fill("楼下大堂")
    fill_in(page, {"来电人": "许文静", "内容": "楼上昨夜开派对到凌晨", "投诉人要求": "请制止",
                   "何时发生": "昨晚十点", "类别": "噪音扰民"})  # fmt: skip
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.locator("#p-asset")).to_contain_text("请从列表中选择地点")
    expect(tick).to_be_checked()
    place.fill("")
    place.press_sequentially("1-1-102")
    page.get_by_role("option", name="1-1-102").click()
    page.get_by_role("button", name="登记", exact=True).click()
    expect_state(page, "已受理")
    [party] = office.work.parties.by_phone(UNKNOWN_PHONE)
    assert (party.name, [one.role for one in office.work.parties.holdings(party.id)]) == ("许文静", ["tenant"])
