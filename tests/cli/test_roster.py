"""``gongdan roster``: a week, who is on duty, shifts out of a spreadsheet."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.cli.conftest import Console

Proof = Callable[[], AbstractContextManager[None]]

CSV = """日期,开始,结束,用户名,部门,角色,备注
2026-03-09,08:00,16:00,zhangmin,客服中心,客服,
,16:00,24:00,lijianguo,kf,agent,
2026-03-09,20点,8点,wangfang,客服中心,客服,夜班
"""


@pytest.fixture
def office(ready: Console) -> Console:
    """Return a command line of a company with a front desk of three."""
    ready.done("department", "create", "kf", "客服中心")
    for login, name in (("zhangmin", "张敏"), ("lijianguo", "李建国"), ("wangfang", "王芳")):
        ready.done("account", "create", login, "--name", name)
        ready.done("account", "member", login, "--role", "agent")
    return ready


def written(tmp_path: Path, text: str) -> str:
    path = tmp_path / "班表.csv"
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_a_spreadsheet_becomes_shifts_and_the_same_again_changes_nothing(
    office: Console, tmp_path: Path, unchanged_database: Proof
) -> None:
    path = written(tmp_path, CSV.replace("24:00", "23:59"))
    assert office.json("roster", "import", path) == {"planned": 3, "same": 0}
    shown = office.json("roster", "show", "--day", "2026-03-11", "--department", "kf")
    assert [(one["name"], one["begins"], one["ends"], one["role"], one["note"]) for one in shown] == [
        ("张敏", "2026-03-09T00:00:00+00:00", "2026-03-09T08:00:00+00:00", "agent", ""),
        ("李建国", "2026-03-09T08:00:00+00:00", "2026-03-09T15:59:00+00:00", "agent", ""),
        ("王芳", "2026-03-09T12:00:00+00:00", "2026-03-10T00:00:00+00:00", "agent", "夜班"),
    ]
    with unchanged_database():
        assert office.json("roster", "import", path) == {"planned": 0, "same": 3}


def test_every_row_that_cannot_be_read_is_told_and_nothing_is_planned(
    office: Console, tmp_path: Path, unchanged_database: Proof
) -> None:
    wrong = CSV.replace("zhangmin", "nobody").replace("8点,", "25:00,")
    with unchanged_database():
        result = office("roster", "import", written(tmp_path, wrong))
    assert result.exit_code == 1
    assert "用户名“nobody”: 公司里没有\n    第 2 行" in result.stderr
    assert "第 3 行" in result.stderr
    assert "第 4 行" in result.stderr


def test_a_file_whose_shifts_overlap_is_refused_whole(
    office: Console, tmp_path: Path, unchanged_database: Proof
) -> None:
    rows = "日期,开始,结束,用户名,部门,角色\n" + "".join(
        f"2026-03-09,{begins},{ends},zhangmin,kf,agent\n" for begins, ends in (("08:00", "16:00"), ("15:00", "20:00"))
    )
    with unchanged_database():
        result = office("roster", "import", written(tmp_path, rows))
    assert (result.exit_code, "此人 03-09 08:00–16:00 已有班次" in result.stderr) == (1, True)


def test_who_is_on_duty_is_told_for_a_moment_a_department_and_a_role(office: Console, tmp_path: Path) -> None:
    office.done("roster", "import", written(tmp_path, CSV.replace("24:00", "23:59")))
    found = office.json("roster", "now", "--at", "2026-03-09T21:00+08:00", "--department", "kf", "--role", "agent")
    assert [(one["name"], one["through"]) for one in found] == [("李建国", "shift"), ("王芳", "shift")]
    assert "王芳" in office.done("roster", "now", "--at", "2026-03-09T21:00+08:00")
    nobody = office("roster", "now", "--at", "2026-03-11T21:00+08:00")
    assert (nobody.exit_code, "王芳" in nobody.stdout) == (1, False)


@pytest.mark.parametrize("moment", ["morgen", "2026-03-09T21:00"])
def test_a_moment_without_a_zone_is_wrong_use(office: Console, moment: str) -> None:
    result = office("roster", "now", "--at", moment)
    assert (result.exit_code, "时区" in result.stderr) == (2, True)


def test_the_duty_log_is_compared_with_the_journal(office: Console) -> None:
    assert office.json("roster", "verify-log") == {"entries": 0, "is_whole": True, "first_bad": ""}


def test_a_name_that_two_departments_have_names_neither(
    office: Console, tmp_path: Path, unchanged_database: Proof
) -> None:
    office.done("department", "create", "kf2", "客服中心")
    with unchanged_database():
        result = office("roster", "import", written(tmp_path, CSV.replace("24:00", "23:59")))
    assert (result.exit_code, "部门“客服中心”: 有几个部门叫这个名字" in result.stderr) == (1, True)
    paths = CSV.replace("24:00", "23:59").replace("客服中心", "kf")
    assert office.json("roster", "import", written(tmp_path, paths)) == {"planned": 3, "same": 0}
