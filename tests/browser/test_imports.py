from __future__ import annotations

import csv
import threading
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from gongdan.services.imports import Imports, RunView
from tests.browser.conftest import Visit
from tests.browser.office import Office

pytestmark = pytest.mark.browser

BROKEN = Path(__file__).parents[1] / "data"

#: Building 9 stands in no other list: one clean row, one that is rewritten, one to be checked, one without a room.
ROWS = (
    ("楼栋", "单元", "房号", "业主姓名", "电话"),
    ("9栋", "1单元", "101", "唐婉清", "13600001111"),
    ("九号楼", "1单元", "１０２", "薛平", "136 0000 2222"),
    ("9栋", "1单元", "201", "雷鸣", "13600"),
    ("9栋", "1单元", "", "贺兰", "13600003333"),
    ("合计", "", "", "", ""),
)


def upload(page: Page, path: Path) -> None:
    page.goto("/imports")
    page.locator(".upload-kind").filter(has_text="房屋台账").click()
    page.locator("input[type=file]").set_input_files(path)
    expect(page.locator("[data-drop-list]")).to_contain_text(path.name)
    page.get_by_role("button", name="检查文件").click()


def expect_counts(page: Page, counts: dict[str, int]) -> None:
    """Look at the legend: a count for each verdict."""
    legend = page.locator(".verdict-legend li")
    for verdict, count in counts.items():
        expect(legend.filter(has_text=verdict).locator("strong")).to_have_text(str(count))


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Hold imports back until the event is set, so that one can be seen at work."""
    opened, resume = threading.Event(), Imports.resume

    def wait_and_resume(imports: Imports, *given: Any, **more: Any) -> RunView:
        opened.wait(timeout=20)
        return resume(imports, *given, **more)

    monkeypatch.setattr(Imports, "resume", wait_and_resume)
    return opened


def test_a_list_is_looked_at_taken_in_and_taken_back(
    visit: Visit, office: Office, tmp_path: Path, gate: threading.Event
) -> None:
    path = tmp_path / "九栋房屋台账.csv"
    with path.open("w", encoding="gb18030", newline="") as file:
        csv.writer(file).writerows(ROWS)
    page = visit("chenhong")
    upload(page, path)

    page.wait_for_url("**/imports/files/**")
    expect(page.locator("[aria-current=step]")).to_contain_text("核对")
    expect_counts(page, {"照原样导入": 1, "规范写法后导入": 1, "标记待人核对": 1, "请按提示更正": 1, "标题、合计": 2})
    assert office.work.assets.by_name("9-1-101") is None

    page.locator(".page-acts").get_by_role("button", name="开始导入").click()
    page.wait_for_url("**/imports/*-*")
    expect(page.get_by_role("progressbar", name="导入进度")).to_be_visible()
    expect(page.locator("#progress")).to_contain_text("正在导入")
    gate.set()
    expect(page.locator(".outcomes")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text(path.name)
    assert office.work.assets.by_name("9-1-102") is not None

    page.once("dialog", lambda question: question.accept())
    page.get_by_role("button", name="撤销这次导入").click()
    expect(page.locator(".page-head .state")).to_contain_text("已撤销")
    assert office.work.assets.by_name("9-1-101") is None


@pytest.mark.parametrize(
    ("name", "sentence"), [("空文件.csv", "文件“空文件.csv”是空的"), ("网页表格.xls", "网页")], ids=["empty", "html"]
)
def test_a_file_that_is_no_list_gets_its_sentence_on_the_page(visit: Visit, name: str, sentence: str) -> None:
    page = visit("chenhong")
    upload(page, BROKEN / name)
    expect(page.locator("#upload").get_by_role("alert")).to_contain_text(sentence)
    assert page.url.endswith("/imports")
