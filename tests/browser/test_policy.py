"""Policy on the page: a pack is compared and adopted, a key decided with amount, unit and reason."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.office import Office

pytestmark = pytest.mark.browser

ON_SITE = "property_mgmt.on_site"


def decided(office: Office) -> set[str]:
    return {value.key for value in office.work.policies.current() if not value.is_undecided}


def test_a_pack_is_adopted_a_key_decided_and_all_of_it_taken_back(office: Office, visit: Visit) -> None:
    # Other tests in the same office may have decided some keys, and some have a proposal.
    before = decided(office) - {ON_SITE}
    page = visit("chenhong")
    page.goto("/policy")
    page.locator("#packs .policy-pack", has_text="住宅小区").get_by_role("link", name="比较").click()
    page.get_by_label("理由").fill("主任会议")
    page.get_by_role("button", name="采用", exact=True).click()
    expect(page.locator("#packs")).to_contain_text("主任会议")
    row = page.locator("tr", has_text="派工后多久到场")
    expect(row).to_contain_text("20 分钟")

    row.get_by_role("button").click()
    dialog = page.locator("#dialog")
    expect(dialog).to_contain_text("工程人员二十分钟未到场")
    dialog.locator("[name=amount]").fill("25")
    dialog.get_by_label("理由").fill("电梯检修期间")
    dialog.get_by_role("button", name="设定").click()
    expect(row).to_contain_text("25 分钟")
    expect(row).to_contain_text("电梯检修期间")
    expect(row).to_contain_text("陈红")
    assert office.work.policies.value(ON_SITE, office.desk.clock()).text == "25 min"
    assert decided(office) > {ON_SITE, *before}

    page.locator("#packs").get_by_role("button", name="撤回").click()
    dialog.get_by_role("button", name="撤回", exact=True).click()
    expect(page.locator("#packs")).to_contain_text("陈红 已撤回")
    # What was decided by hand stays, everything that the pack brought is open again.
    assert decided(office) == {ON_SITE, *before}


def test_a_wrong_limit_is_refused_in_the_dialog_with_what_was_typed(visit: Visit) -> None:
    page = visit("chenhong")
    page.goto("/policy")
    page.locator("tr", has_text="受理后多久派工").get_by_role("button").click()
    dialog = page.locator("#dialog")
    dialog.locator("[name=amount]").fill("半")
    dialog.get_by_role("button", name="设定").click()
    expect(dialog.locator("#p-amount")).to_be_visible()
    expect(dialog.locator("[name=amount]")).to_have_value("半")
