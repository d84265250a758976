"""Duties in the browser: chips that count down by themselves, the panel behind them, what I owe on the home page."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from gongdan.domain.snapshots import TicketView
from tests.browser.conftest import Visit
from tests.browser.office import PLUGIN, Office
from tests.browser.test_pages import RULES, violations

pytestmark = pytest.mark.browser


@pytest.fixture
def complaint(office: Office) -> Iterator[TicketView]:
    """A complaint that is to be answered within two hours; the company's policy is as it was afterwards."""
    work = office.work
    run = work.policies.apply(work.policies.pack(f"{PLUGIN}.residential"))
    yield office.report("电梯异响，三天没有人来看", type="complaint")
    if run:
        work.policies.rollback(run.id)


def test_a_chip_counts_down_by_itself_and_opens_what_explains_it(visit: Visit, complaint: TicketView) -> None:
    page = visit("chenhong")
    page.clock.install()
    page.goto(f"/tickets/{complaint.id}")
    chip = page.locator(".due-chip", has_text="首次答复")
    expect(chip).to_contain_text("还有 1 小时 59 分")
    page.clock.fast_forward("01:50:00")
    expect(chip.locator(".is-near")).to_contain_text("还有 9 分")
    page.clock.fast_forward("00:45:00")
    expect(chip.locator(".is-late")).to_contain_text("逾期 35 分")

    chip.focus()
    page.keyboard.press("Enter")
    dialog = page.locator("#dialog")
    expect(dialog).to_contain_text("为什么是这个时间")
    expect(dialog.get_by_role("heading", name=re.compile("^首次答复 · "))).to_be_visible()
    assert violations(page, RULES) == []
    dialog.locator("a.clause").first.click()
    expect(page.locator("#clause .clause-text")).to_be_visible()
    page.locator("#clause .btn-close").click()
    dialog.get_by_text("豁免这项责任").click()
    dialog.get_by_role("button", name="豁免", exact=True).click()
    expect(dialog.locator("#p-reason")).to_contain_text("必须填写")
    dialog.get_by_label("理由").fill("业主已撤诉")
    dialog.get_by_role("button", name="豁免", exact=True).click()
    expect(page.locator("#notices")).to_contain_text("已豁免“首次答复”")
    expect(chip).to_have_count(0)


def test_what_i_owe_comes_first_on_a_phone_and_its_time_explains_itself(visit: Visit, complaint: TicketView) -> None:
    page = visit("zhangmin", width=390, height=844)
    page.goto("/")
    owed = page.get_by_role("region", name="我的责任")
    line = owed.locator("li", has_text=complaint.number).filter(has_text="首次答复")
    expect(line).to_contain_text("还有 1 小时 59 分")
    expect(line).to_contain_text("1-1-101")
    above, tiles = owed.bounding_box(), page.locator(".figures").bounding_box()
    assert above
    assert tiles
    assert above["y"] + above["height"] <= tiles["y"]
    assert tiles["height"] < 120
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert violations(page, RULES) == []
    line.get_by_role("button").click()
    expect(page.locator("#dialog")).to_contain_text("为什么是这个时间")
    page.locator("#dialog .btn-close").click()
    line.get_by_role("link").click()
    expect(page.locator(".case-head")).to_contain_text(complaint.number)
