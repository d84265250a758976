"""What a checked row says about units, people and cases, and that an export says the same again."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from gongdan.domain.cells import Cell
from gongdan.domain.facts import (
    AssetFact,
    AssetRecord,
    HeldBy,
    LinkFact,
    PartyFact,
    Place,
    TicketFact,
    TicketRecord,
)
from gongdan.domain.headings import NumberedRow
from gongdan.domain.importing import AssetExport, CheckedRow, Importer, RowVerdict, TicketExport
from gongdan.domain.row_checks import check_rows
from gongdan_property_mgmt.importers import CASES, UNITS

KNOWN = {"units": {"3-2-501": "the unit"}}
UNIT: dict[str, Cell] = {"楼栋": "三号楼", "单元": "2单元", "房号": "0501", "建筑面积": "89.5㎡", "房屋状态": "出租"}
CASE: dict[str, Cell] = {
    "日期": "2026-03-05", "时间": "下午3:20", "房号": "3#2-501", "姓名": "王芳", "电话": "13800138000", "类型": "报修",
    "内容": "厨房水管漏水", "派单人": "刘文静", "维修人": "陈艳洋", "到场时间": "15:40", "完成时间": "03-06 9:30",
    "费用": "80元", "回访": "满意",
}  # fmt: skip


def check(importer: Importer, cells: dict[str, Cell]) -> CheckedRow:
    rows: list[NumberedRow] = [(1, list(cells)), (2, list(cells.values()))]
    return list(check_rows(importer, rows, KNOWN).rows)[1]


def unit_fact(**cells: Cell) -> AssetFact:
    (fact,) = UNITS.facts(check(UNITS, {**UNIT, **cells}))
    assert isinstance(fact, AssetFact)
    return fact


def case_fact(**cells: Cell) -> TicketFact:
    (fact,) = CASES.facts(check(CASES, {**CASE, **cells}))
    assert isinstance(fact, TicketFact)
    return fact


def test_a_unit_stands_under_its_section_and_building_on_its_floor() -> None:
    fact = unit_fact()
    assert fact.way == (
        Place("building", "3", "3栋"),
        Place("section", "2", "2单元"),
        Place("unit", "501", "3-2-501", "5"),
    )
    assert (fact.state, fact.fields) == ("let", {"area": Decimal("89.5")})


def test_a_slab_block_has_no_sections() -> None:
    assert [place.kind for place in unit_fact(单元="").way] == ["building", "unit"]


@pytest.mark.parametrize(
    ("names", "phones", "shares"),
    [
        ("张三", "13800138000/13900139000", [("13800138000", "13900139000")]),
        ("张三/李四", "13800138000/13900139000", [("13800138000",), ("13900139000",)]),
        ("张三/李四", "13800138000", [("13800138000",), ()]),
    ],
)
def test_phones_go_to_the_owners_they_belong_to(names: str, phones: str, shares: list[tuple[str, ...]]) -> None:
    links = unit_fact(业主姓名=names, 电话=phones, 证件号码="11010519491231002X").links
    assert [link.party.phones for link in links] == shares
    assert links[0].party.identity == "11010519491231002X"
    assert {link.role for link in links} == {"owner"}


def test_a_tenant_and_a_firm_are_told_from_owners_and_persons() -> None:
    links = unit_fact(业主姓名="幸福置业有限公司", 租户="赵磊").links
    assert links == (
        LinkFact("owner", PartyFact(name="幸福置业有限公司", kind="company")),
        LinkFact("tenant", PartyFact(name="赵磊")),
    )


def test_an_unknown_state_is_flagged_and_says_nothing() -> None:
    row = check(UNITS, {**UNIT, "房屋状态": "不详"})
    assert row.verdict is RowVerdict.FLAGGED
    assert unit_fact(房屋状态="不详").state == ""


def test_a_case_with_an_end_is_closed_with_its_original_times() -> None:
    fact = case_fact()
    assert (fact.type, fact.state, fact.asset, fact.place) == ("repair", "closed", "the unit", "3-2-501")
    assert fact.opened_at == datetime(2026, 3, 5, 15, 20)  # noqa: DTZ001 -- a list holds local times
    assert fact.closed_at == datetime(2026, 3, 6, 9, 30)  # noqa: DTZ001 -- as above
    assert fact.category == "plumbing"
    assert fact.fields == {
        "dispatched_by": "刘文静",
        "worker": "陈艳洋",
        "arrived_at": datetime(2026, 3, 5, 15, 40),  # noqa: DTZ001 -- as above
        "finished_at": datetime(2026, 3, 6, 9, 30),  # noqa: DTZ001 -- as above
        "fee": Decimal("80.00"),
        "callback_satisfaction": "satisfied",
        "charge_kind": "paid",
    }


def test_a_complaint_without_an_end_stands_at_the_beginning_of_its_flow() -> None:
    fact = case_fact(类型="投诉", 完成时间="", 回访="要求道歉", 费用="")
    assert (fact.type, fact.state, fact.closed_at) == ("complaint", "", None)
    assert fact.fields["callback_opinion"] == "要求道歉"
    assert "charge_kind" not in fact.fields


def test_an_unknown_place_gives_no_asset_and_keeps_its_words() -> None:
    fact = case_fact(房号="地下车库")
    assert (fact.asset, fact.place) == (None, "地下车库")


def test_the_export_of_a_unit_says_the_same_when_it_is_imported_again() -> None:
    fact = unit_fact(
        业主姓名="张三/李四", 电话="13800138000/13900139000", 证件号码="11010519491231002X", 入住日期="2020.1.1"
    )
    record = AssetRecord(
        way=fact.way,
        state=fact.state,
        fields={"area": "89.5", "moved_in_on": "2020-01-01"},
        parties=[HeldBy(link.role, link.party.name, link.party.phones, link.party.identity) for link in fact.links],
    )
    assert isinstance(UNITS.export, AssetExport)
    row = UNITS.export.row(record)
    assert row["moved"] == date(2020, 1, 1)
    cells = {column.label: row[column.name] or "" for column in UNITS.columns}
    again = check(UNITS, cells)  # type: ignore[arg-type]  # an export writes cells
    assert again.issues == ()
    assert UNITS.facts(again) == (fact,)


def test_the_export_of_a_case_says_the_same_when_it_is_imported_again() -> None:
    fact = case_fact()
    stored = {
        **fact.fields,
        "fee": "80.00",
        "arrived_at": "2026-03-05T15:40:00+08:00",
        "finished_at": "2026-03-06T09:30:00+08:00",
    }
    record = TicketRecord(
        type=fact.type, number="BX202603-0001", subject="", description=fact.description, opened_at=fact.opened_at,
        closed_at=fact.closed_at, state=fact.state, is_open=False, contact_name=fact.contact_name,
        contact_phone=fact.contact_phone, place=fact.place, category=fact.category, fields=stored,
    )  # fmt: skip
    assert isinstance(CASES.export, TicketExport)
    row = CASES.export.row(record)
    cells = {column.label: row[column.name] for column in CASES.columns}
    again = check(CASES, cells)  # type: ignore[arg-type]  # an export writes cells
    assert again.issues == ()
    # The number comes before the key, so that what is written anew in the row still means the same case.
    assert CASES.facts(again) == (replace(fact, number="BX202603-0001", key="BX202603-0001"),)


def test_the_number_of_a_case_is_an_optional_first_column() -> None:
    assert CASES.columns[0].name == "number"
    assert case_fact().number == ""
    assert case_fact(工单编号="BX202603-0001").number == "BX202603-0001"
