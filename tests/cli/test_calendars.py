"""``gongdan policy calendar``, and what the doctor says of a year that is missing."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import time_machine

from tests.cli.conftest import Console

Proof = Callable[[], AbstractContextManager[None]]
COMMAND = ("policy", "calendar")
TABLE = "日期,类型,名称\n2027-01-01,放假,元旦\n2027-02-06,放假,春节\n2027-02-20,上班,春节\n"


@pytest.fixture
def notice(tmp_path: Path) -> Path:
    """Return the days of a notice as somebody typed them."""
    path = tmp_path / "notice.csv"
    path.write_text(TABLE, "utf-8")
    return path


def test_hours_and_days_are_shown(ready: Console) -> None:
    shown = ready.json(*COMMAND, "show", "2026")
    assert (shown["mon"], shown["sat"], shown["known_until"]) == ("09:00-18:00", "", "2026-12-31")
    assert len(shown["days"]) == 39
    assert shown["days"][3] == {
        "date": "2026-01-04", "kind": "work", "name": "元旦", "hours": "",
        "source": "国务院办公厅关于2026年部分节假日安排的通知（2025-11-04）",
    }  # fmt: skip
    text = ready.done(*COMMAND, "show", "2027")
    assert "2027 年的节假日尚未导入，到期时间只按星期推算，均为暂定" in text


def test_a_year_is_imported_once_and_replaced_when_asked(
    ready: Console, notice: Path, unchanged_database: Proof
) -> None:
    imported = ready.done(*COMMAND, "import", "2027", str(notice), "--source", "通知", "--noticed", "2026-11-05")
    assert "已导入 2027 年的节假日：3 天，改变 0 天，略过 0 条" in imported
    assert ready.json(*COMMAND, "show", "2027")["days"][0]["source"] == "通知（2026-11-05）"
    with unchanged_database():
        assert "没有改动" in ready.done(*COMMAND, "import", "2027", str(notice))
        notice.write_text(TABLE.replace("02-20,上班", "02-20,放假"), "utf-8")
        refused = ready(*COMMAND, "import", "2027", str(notice))
    assert refused.exit_code == 1
    assert "节假日“2027-02-20”: 已按上班导入，文件中为放假" in refused.stderr
    replaced = ready.json(*COMMAND, "import", "2027", str(notice), "--replace")
    assert replaced["changed"] == [{"date": "2027-02-20", "before": "work", "after": "rest"}]


def test_a_year_that_came_with_the_program_needs_no_file(ready: Console, unchanged_database: Proof) -> None:
    with unchanged_database():
        assert "没有改动" in ready.done(*COMMAND, "import", "2026")
        refused = ready(*COMMAND, "import", "2027")
    assert "随程序安装的数据没有这一年" in refused.stderr


def test_a_file_that_is_no_calendar_is_refused(ready: Console, tmp_path: Path, unchanged_database: Proof) -> None:
    stray = tmp_path / "people.csv"
    stray.write_text("姓名,电话\n王芳,13800138000\n", "utf-8")
    with unchanged_database():
        refused = ready(*COMMAND, "import", "2027", str(stray))
    assert (refused.exit_code, "找不到“日期”和“类型”两列" in refused.stderr) == (1, True)


def test_hours_are_set_for_the_days_that_are_named(ready: Console) -> None:
    ready.done("department", "create", "eng", "工程部")
    set_to = ready.json(*COMMAND, "set", "--hours", "mon-fri=08:30-12:00,14:00-18:00", "--hours", "sat=09:00-12:00")
    assert (set_to["mon"], set_to["fri"], set_to["sat"]) == (
        "08:30-12:00 14:00-18:00", "08:30-12:00 14:00-18:00", "09:00-12:00",
    )  # fmt: skip
    eng = ready.json(*COMMAND, "set", "--department", "eng", "--name", "夜班", "--hours", "mon-sun=20:00-30:00")
    assert (eng["name"], eng["sun"], eng["inherited_from"]) == ("夜班", "20:00-30:00", "")
    back = ready.json(*COMMAND, "set", "--department", "eng", "--inherit")
    assert (back["sat"], back["inherited_from"]) == ("09:00-12:00", "全公司")


@pytest.mark.parametrize("hours", ["mon", "tag=09:00-18:00", "mon-=09:00-18:00x"])
def test_hours_that_name_no_day_or_no_time_are_refused(ready: Console, unchanged_database: Proof, hours: str) -> None:
    with unchanged_database():
        assert ready(*COMMAND, "set", "--hours", hours).exit_code in {1, 2}
        assert ready(*COMMAND, "set", "--inherit").exit_code == 2


def test_a_company_day_is_set_and_taken_back(ready: Console) -> None:
    ready.done(*COMMAND, "day", "2026-12-24", "work", "--name", "半天", "--hours", "09:00-12:00")
    days = {day["date"]: day for day in ready.json(*COMMAND, "show", "2026")["days"]}
    assert (days["2026-12-24"]["name"], days["2026-12-24"]["hours"]) == ("半天", "09:00-12:00")
    assert "到期时间重算了 0 个" in ready.done(*COMMAND, "day", "2026-12-24", "none", "--recompute")
    assert "2026-12-24" not in ready.done(*COMMAND, "show", "2026")


@time_machine.travel("2026-10-01T00:30+08:00")
def test_the_doctor_names_the_company_that_waits_for_a_year(ready: Console, notice: Path) -> None:
    (check,) = [one for one in ready.json("doctor", "--port", "59123") if one["subject"] == "工作日历"]
    assert (check["health"], check["found"]) == ("warn", "xingfu：2027 年的节假日还未导入")
    assert "2027 年的节假日还未导入" in ready.done(*COMMAND, "show", "2026")
    ready.done(*COMMAND, "import", "2027", str(notice))
    assert "工作日历" not in ready.done("doctor", "--port", "59123")
