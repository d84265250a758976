"""``gongdan import``: what it shows, writes and leaves behind."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import gongdan_property_mgmt
from gongdan.services import import_runs
from gongdan.services.import_tickets import TicketWriter
from gongdan.sheets.reading import open_sheet
from gongdan.testing.databases import Databases
from gongdan_property_mgmt import plugin
from tests.cli.conftest import Console
from tests.core.services.importing.lists import (
    CASE_HEADINGS,
    CASE_ROWS,
    UNIT_HEADINGS,
    UNIT_ROWS,
    cases,
    units,
    write_list,
)

Proof = Callable[[], AbstractContextManager[None]]

DATA = Path(__file__).parents[1] / "data"
DEMO = Path(gongdan_property_mgmt.__file__).parent / "demo"


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {"property_mgmt": plugin}


@pytest.fixture
def office(ready: Console) -> Console:
    """Return a command line with a property company."""
    return ready


def import_units(office: Console, folder: Path, *words: str) -> Any:
    return office.json("import", str(units(folder).path), "--as", "units", *words)


# --- What is shown ---------------------------------------------------------------------------


def test_people_see_counts_doubtful_rows_and_where_the_rest_stands(office: Console, tmp_path: Path) -> None:
    import_units(office, tmp_path)
    path = cases(tmp_path).path
    shown = office.done_with_progress("import", str(path), "--as", "cases").splitlines()
    assert shown[0] == "正常 1  已规范 3  待核实 1  未导入 1  非数据行 1  新增 5"
    assert shown[1].split()[:5] == ["行号", "判定", "原因", "字段", "原内容"]
    assert [line.split()[:5] for line in shown[2:5]] == [
        ["6", "未导入", "日期有误", "日期", "2026-02-30"],
        ["5", "待核实", "格式不对", "电话", "12345"],
        ["5", "待核实", "查无对应", "房号", "9-9-999"],
    ]
    assert "日期须真实存在，并带年份" in shown[2]
    assert shown[5] == f"逐行判定见 {path.with_name('报修投诉台账.verdicts.xlsx')}"
    assert shown[6].startswith("导入批次 ")


def test_the_spreadsheet_beside_the_file_has_the_verdict_on_every_row(office: Console, tmp_path: Path) -> None:
    import_units(office, tmp_path)
    office.json("import", str(cases(tmp_path).path), "--as", "cases")
    lines = [list(cells) for _, cells in open_sheet(tmp_path / "报修投诉台账.verdicts.xlsx").rows()]
    assert lines[0] == ["行号", "判定", "结果", "原因", "字段", "原内容", "规则", "处理办法"]
    assert [line[:4] for line in lines[1:]] == [
        [1, "非数据行", "", "标题或合计"],
        [2, "已规范", "新增", ""],
        [3, "已规范", "新增", ""],
        [4, "正常", "新增", ""],
        [5, "待核实", "新增", "格式不对"],
        [5, "待核实", "新增", "查无对应"],
        [6, "未导入", "", "日期有误"],
        [7, "已规范", "新增", ""],
    ]
    assert lines[6][4:] == [
        "房号",
        "9-9-999",
        "房屋台账里没有“9-9-999”",
        "工单照常导入，房屋留空；请核对房号，或先导入房屋台账",
    ]


def test_machines_get_the_run_its_counts_and_every_row(office: Console, tmp_path: Path) -> None:
    import_units(office, tmp_path)
    found = office.json("import", str(cases(tmp_path).path), "--as", "cases")
    assert found["counts"] == {
        "ok": 1, "normalised": 3, "flagged": 1, "refused": 1, "not_a_row": 1, "imported": 5,
    }  # fmt: skip
    assert (found["kind"], found["state"], found["report"]) == (
        "cases",
        "finished",
        str(tmp_path / "报修投诉台账.verdicts.xlsx"),
    )
    assert [row["row"] for row in found["rows"]] == [1, 2, 3, 4, 5, 6, 7]
    assert found["rows"][1] == {
        "row": 2, "verdict": "normalised", "outcome": "imported", "reasons": [],
        "fields": {"fee": {"raw": "80元", "value": "80.00"}}, "issues": [],
    }  # fmt: skip
    assert found["rows"][5] == {
        "row": 6, "verdict": "refused", "outcome": None, "reasons": ["bad_date"], "fields": {},
        "issues": [{"field": "date", "value": "2026-02-30", "reason": "bad_date", "verdict": "refused"}],
    }  # fmt: skip
    (run, _) = office.json("import", "--runs")
    assert (run["run"], run["state"], run["rows"], run["file"]) == (found["run"], "finished", 7, "报修投诉台账.csv")


def test_what_a_whole_file_has_to_be_told_of_is_told(office: Console, tmp_path: Path) -> None:
    told = office.done_with_progress("import", str(DATA / "其实是csv.xlsx"), "--as", "units", "--dry-run")
    assert "文件名以 .xlsx 结尾，内容其实是 csv，已按内容读取" in told
    (DATA / "其实是csv.verdicts.xlsx").unlink()
    strange = write_list(tmp_path / "台账.csv", (*UNIT_HEADINGS, "朝向"), [(*row, "南") for row in UNIT_ROWS])
    assert "没有用到的表头：朝向" in office.done_with_progress("import", str(strange.path), "--as", "units")
    assert office.json("import", str(strange.path), "--as", "units")["passed_over"] == ["朝向"]


def test_what_would_steer_the_terminal_is_not_printed(office: Console, tmp_path: Path) -> None:
    rows = [("3栋", "2单元", "501", "\x1b[2J89㎡㎡", *[""] * 5)]
    shown = office.done_with_progress("import", str(units(tmp_path, rows).path), "--as", "units")
    assert "\x1b" not in shown
    assert "[2J89㎡㎡" in shown


def test_the_result_speaks_english_too(office: Console, tmp_path: Path) -> None:
    shown = office.done_with_progress("import", str(units(tmp_path).path), "--as", "units", "--lang", "en")
    assert "imported" in shown.lower() or "new" in shown.lower()
    assert not any("一" <= character <= "鿿" for character in shown.replace("房屋台账", ""))


def test_the_kinds_are_listed_with_their_columns(office: Console) -> None:
    kinds = office.json("import", "--kinds")
    assert [(kind["kind"], kind["label"]) for kind in kinds] == [("units", "房屋台账"), ("cases", "报修投诉台账")]
    assert kinds[1]["columns"].startswith("工单号、日期、时间、房号")


def test_a_folder_that_cannot_be_written_costs_the_spreadsheet_and_nothing_else(
    office: Console, tmp_path: Path
) -> None:
    path = units(tmp_path).path
    (tmp_path / "房屋台账.verdicts.xlsx").mkdir()
    result = office("import", str(path), "--as", "units", "--json")
    assert (result.exit_code, json.loads(result.stdout)["report"]) == (0, "")
    assert "逐行判定写不到" in result.stderr


# --- Mappings --------------------------------------------------------------------------------


@pytest.fixture
def strange(tmp_path: Path) -> Path:
    """Return a list of units with a heading that nobody knows."""
    headings = ["户" if heading == "房号" else heading for heading in UNIT_HEADINGS]
    return write_list(tmp_path / "台账.csv", headings, UNIT_ROWS).path


def test_headings_are_mapped_one_by_one_or_by_a_file(office: Console, strange: Path, tmp_path: Path) -> None:
    mapped = office.json("import", str(strange), "--as", "units", "--mapping", "户=房号", "--dry-run")
    file = tmp_path / "列.json"
    file.write_text('{"户": "room"}', encoding="utf-8-sig")
    again = office.json("import", str(strange), "--as", "units", "--mapping", str(file), "--dry-run")
    assert mapped["counts"] == again["counts"] == {"not_a_row": 1, "ok": 4, "normalised": 1, "imported": 5}


@pytest.mark.parametrize("given", ["户", "没有.json", "坏.json", "数.json"])
def test_a_mapping_that_cannot_be_read_is_wrong_use(
    office: Console, strange: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("坏.json").write_text("{", encoding="utf-8")
    Path("数.json").write_text('{"户": 3}', encoding="utf-8")
    result = office("import", str(strange), "--as", "units", "--mapping", given)
    assert (result.exit_code, given in result.stderr) == (2, True)


# --- Refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "told"),
    [
        ("空文件.csv", "空文件.csv"),
        ("截断.xlsx", "截断.xlsx"),
        ("网页表格.xls", "网页表格.xls"),
    ],
)
def test_a_broken_file_is_refused_in_words_and_changes_nothing(
    office: Console, unchanged_database: Proof, file: str, told: str
) -> None:
    with unchanged_database():
        result = office("import", str(DATA / file), "--as", "units")
        assert (result.exit_code, told in result.stderr, "Traceback" in result.stderr) == (1, True, False)
        result = office("import", str(DATA / file), "--as", "units", "--json")
        assert json.loads(result.stderr)["error"]["text"]
    assert not list(DATA.glob("*.verdicts.xlsx"))


def test_a_company_a_kind_or_a_run_that_is_not_there_is_refused(
    office: Console, tmp_path: Path, unchanged_database: Proof
) -> None:
    path = str(units(tmp_path).path)
    nobody = "01a2000a-0000-7000-8000-000000000000"
    with unchanged_database():
        for words, told in (
            ((path, "--as", "units", "--company", "wangwang"), "wangwang"),
            ((path, "--as", "flats"), "units、cases"),
            (("--undo", nobody), f"导入批次: {nobody}"),
            ((path, "--resume", nobody), f"导入批次: {nobody}"),
        ):
            result = office("import", *words)
            assert (result.exit_code, told in result.stderr) == (1, True), result.stderr


def test_a_file_or_a_kind_that_is_not_given_is_wrong_use(office: Console, tmp_path: Path) -> None:
    for words in (
        (),
        (str(units(tmp_path).path),),
        (str(tmp_path / "没有.csv"), "--as", "units"),
        (str(tmp_path), "--as", "units"),
    ):
        assert office("import", *words).exit_code == 2


def test_a_company_that_has_not_enabled_the_plugin_is_told_so(
    office: Console, tmp_path: Path, unchanged_database: Proof
) -> None:
    office.done("company", "create", "anju", "安居物业")
    with unchanged_database():
        result = office("import", str(units(tmp_path).path), "--as", "units", "--company", "anju", "--json")
    assert json.loads(result.stderr)["error"]["code"] == "plugin_disabled"


# --- Dry, interrupted, resumed, undone -------------------------------------------------------


def test_a_dry_run_changes_nothing_in_the_database(office: Console, tmp_path: Path, unchanged_database: Proof) -> None:
    with unchanged_database():
        found = import_units(office, tmp_path, "--dry-run")
    assert (found["state"], found["counts"]["imported"]) == ("dry_run", 5)
    assert office.json("import", "--runs") == []


@pytest.fixture
def interrupts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Press Ctrl-C while the first batch of two rows is written; returns the batches that were written."""
    monkeypatch.setattr(import_runs, "BATCH_ROWS", 2)
    write, written = TicketWriter.write, list[int]()

    def press(*arguments: Any) -> Any:
        written.append(len(written))
        if len(written) == 1:
            os.kill(os.getpid(), signal.SIGINT)
        return write(*arguments)

    monkeypatch.setattr(TicketWriter, "write", press)
    return written


def test_ctrl_c_ends_behind_the_batch_at_hand_and_says_how_to_go_on(
    office: Console, tmp_path: Path, interrupts: list[int]
) -> None:
    path = str(cases(tmp_path).path)
    result = office("import", path, "--as", "cases")
    (run,) = office.json("import", "--runs")
    assert (result.exit_code, interrupts, run["state"], run["rows"]) == (1, [0], "interrupted", 2)
    assert f"导入已中断，可用 --resume {run['run']} 继续" in result.stdout
    again = office.json("import", path, "--resume", run["run"])
    assert (again["run"], again["state"], again["counts"]["imported"]) == (run["run"], "finished", 5)
    assert [row["row"] for row in again["rows"]] == [1, 2, 3, 4, 5, 6, 7]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_ctrl_c_leaves_machines_a_whole_answer(office: Console, tmp_path: Path, interrupts: list[int]) -> None:
    result = office("import", str(cases(tmp_path).path), "--as", "cases", "--json")
    found = json.loads(result.stdout)
    assert (result.exit_code, found["state"], len(found["rows"])) == (1, "interrupted", 2)


def test_a_resume_of_a_finished_run_or_with_another_file_is_refused(
    office: Console, tmp_path: Path, interrupts: list[int], unchanged_database: Proof
) -> None:
    run = json.loads(office("import", str(cases(tmp_path).path), "--as", "cases", "--json").stdout)["run"]
    other = cases(tmp_path, CASE_ROWS[:3]).path
    with unchanged_database():
        result = office("import", str(other), "--resume", run)
    assert (result.exit_code, "文件与开始导入时的不同，不能继续" in result.stderr) == (1, True)
    path = str(cases(tmp_path).path)
    office.json("import", path, "--resume", run)
    with unchanged_database():
        assert "这次导入已经结束，不能继续" in office("import", path, "--resume", run).stderr


def test_an_import_is_undone_as_a_whole_or_refused_with_examples(office: Console, tmp_path: Path) -> None:
    units_run = import_units(office, tmp_path)["run"]
    cases_run = office.json("import", str(cases(tmp_path).path), "--as", "cases")["run"]
    result = office("import", "--undo", units_run)
    assert result.exit_code == 1
    assert "不能撤销：导入之后已有 4 条记录被使用或修改，例如 BX202601-0001" in result.stderr
    assert office.done("import", "--undo", cases_run) == "已撤销“报修投诉台账.csv”的导入\n"
    assert office.json("import", "--undo", units_run) == {"run": units_run, "state": "undone"}
    assert [run["state"] for run in office.json("import", "--runs")] == ["undone", "undone"]
    assert office.json("ticket", "list") == []


# --- The whole way, as somebody starts it -------------------------------------------------------


def program(variables: Mapping[str, str], *words: str) -> Any:
    """Run ``gongdan`` in a process of its own and return what it prints for machines."""
    done = subprocess.run(
        [sys.executable, "-c", "from gongdan.cli.main import main; main()", *words, "--json"],
        env={**os.environ, **variables},
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_every_row_of_both_demo_lists_has_the_expected_verdict_in_a_process_of_its_own(
    tmp_path: Path, databases: Databases, quick_passwords: None
) -> None:
    variables = {"GONGDAN_HOME": str(tmp_path / "home"), "GONGDAN_DATABASE_URL": databases.empty()}
    # With the plugins that are installed, as the process of its own will find them.
    console = Console(tmp_path / "home", variables)
    console.done("init", "--password", "海棠花开 2026 spring")
    console.done("company", "create", "xingfu", "幸福物业", "--administrator", "admin")
    console.done("plugin", "enable", "property_mgmt")
    for kind, file in (("units", "房屋台账.xlsx"), ("cases", "报修投诉台账.csv")):
        path = tmp_path / file
        path.write_bytes((DEMO / file).read_bytes())
        found = program(variables, "import", str(path), "--company", "xingfu", "--as", kind)
        expected = json.loads((DATA / "expected" / f"{file}.json").read_text(encoding="utf-8"))
        assert {name: found["counts"][name] for name in expected["counts"]} == expected["counts"]
        assert [(row["row"], row["verdict"], row["reasons"], row["fields"]) for row in found["rows"]] == [
            (row["row"], row["verdict"], row["reasons"], row.get("fields", {})) for row in expected["rows"]
        ]


def test_the_lists_of_these_tests_have_the_headings_of_the_importers() -> None:
    assert CASE_HEADINGS[0] == "日期"


# --- What is owed about the tickets of a list --------------------------------------------------


def test_open_tickets_of_a_list_owe_something_when_the_company_asks(
    office: Console, tmp_path: Path, unchanged_database: Proof
) -> None:
    import_units(office, tmp_path)
    run = office.json("import", str(cases(tmp_path).path), "--as", "cases")["run"]
    assert office.json("duty", "list") == []
    begun = office.json("duty", "take-up", run)
    assert (begun["run"], begun["tickets"] > 0) == (run, True)
    assert len(office.json("duty", "list")) == begun["duties"] > 0
    with unchanged_database():
        again = office("duty", "take-up", run)
    assert (again.exit_code, again.stdout) == (0, "0 张未办结工单，建立了 0 项责任\n")
