"""The list of repairs and complaints, checked against what is expected of every row."""

from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from gongdan.domain.cells import Cell
from gongdan.domain.importing import CheckedRow, References, RowVerdict
from gongdan.domain.row_checks import check_rows
from gongdan.domain.verdicts import Reason
from gongdan.sheets.reading import open_sheet
from gongdan_property_mgmt.importers import CASES, UNITS
from tests.plugins.property_mgmt.expectations import DEMO, check_file, expected_rows, reported

FILE = "报修投诉台账.csv"
HEADINGS: list[Cell] = ["日期", "时间", "房号", "姓名", "电话", "类型", "内容", "到场时间", "完成时间", "费用"]
KNOWN: References = {"units": {"3-2-501": 1}}


@pytest.fixture(scope="module")
def units() -> References:
    rows = check_file(UNITS, DEMO / "房屋台账.xlsx", {})
    return {"units": {row.key: row.row for row in rows if row.taken and row.key}}


def check(**cells: Cell) -> CheckedRow:
    given: dict[str, Cell] = {"日期": "2026-03-05", "时间": "15:20", "房号": "3-2-501", "类型": "报修", "内容": "漏水"}
    values = {**given, **cells}
    rows = [(1, HEADINGS), (2, [values.get(str(heading), "") for heading in HEADINGS])]
    return list(check_rows(CASES, rows, KNOWN).rows)[1]


def test_every_row_of_the_list_gets_the_verdict_reasons_changes_and_values_that_are_expected(
    units: References,
) -> None:
    rows = check_file(CASES, DEMO / FILE, units)
    assert [reported(CASES, row, with_key=False) for row in rows] == expected_rows(FILE)


def test_the_file_is_known_as_gb18030_by_its_bytes() -> None:
    assert open_sheet(DEMO / FILE).encoding == "gb18030"


def test_the_verdicts_add_up_to_the_rows_of_the_file(units: References) -> None:
    counts = Counter(row.verdict for row in check_file(CASES, DEMO / FILE, units))
    assert counts == {
        RowVerdict.OK: 33,
        RowVerdict.NORMALISED: 2857,
        RowVerdict.FLAGGED: 63,
        RowVerdict.REFUSED: 53,
        RowVerdict.NOT_A_ROW: 27,
    }


@pytest.mark.parametrize(
    "room", ["3-2-501", "3#2-501", "3栋2单元501", "３－２－５０１", "三号楼二单元501室", "3-2-0501"]
)
def test_every_way_to_write_a_room_finds_the_unit(room: str) -> None:
    assert check(房号=room).values["room"] == "3-2-501"


def test_an_unknown_room_is_taken_flagged_with_an_empty_unit_and_keeps_its_words() -> None:
    row = check(房号="地下车库B区")
    assert (row.verdict, row.reasons) == (RowVerdict.FLAGGED, (Reason.UNKNOWN_REFERENCE,))
    assert (row.values["room"], row.values["place"]) == (None, "地下车库B区")
    assert row.issues[0].rule.format(**row.issues[0].params) == "房屋台账里没有“地下车库B区”"


def test_a_case_without_a_room_is_taken() -> None:
    assert check(房号="").verdict is RowVerdict.OK


def test_the_times_after_the_call_get_their_days() -> None:
    row = check(到场时间="15:40", 完成时间="03-06 9:30")
    assert row.values["arrived_at"] == datetime(2026, 3, 5, 15, 40)  # noqa: DTZ001 -- a list holds local times
    assert row.values["finished_at"] == datetime(2026, 3, 6, 9, 30)  # noqa: DTZ001 -- as above


def test_a_case_of_december_may_end_in_january() -> None:
    row = check(日期="2025-12-31", 时间="23:30", 到场时间="0:10", 完成时间="01-02 10:00")
    assert row.values["arrived_at"] == datetime(2026, 1, 1, 0, 10)  # noqa: DTZ001 -- as above
    assert row.values["finished_at"] == datetime(2026, 1, 2, 10, 0)  # noqa: DTZ001 -- as above


@pytest.mark.parametrize("finished", ["02-30 9:00", "修好了", "03-01 9:00"])
def test_an_end_before_the_call_or_that_is_none_is_flagged(finished: str) -> None:
    row = check(完成时间=finished)
    assert (row.verdict, row.values["finished_at"]) == (RowVerdict.FLAGGED, None)
    assert row.issues[0].column == "finished"


def test_a_kind_that_is_none_is_taken_as_a_repair_and_flagged() -> None:
    row = check(类型="咨询")
    assert (row.verdict, row.values["kind"]) == (RowVerdict.FLAGGED, "报修")


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"日期": "2025-02-30"}, Reason.BAD_DATE),
        ({"日期": "昨天"}, Reason.BAD_DATE),
        ({"日期": ""}, Reason.MISSING_REQUIRED),
        ({"内容": "  "}, Reason.MISSING_REQUIRED),
    ],
)
def test_a_case_without_a_day_or_a_text_is_refused(cells: dict[str, Cell], reason: Reason) -> None:
    row = check(**cells)
    assert (row.verdict, row.reasons) == (RowVerdict.REFUSED, (reason,))


def test_the_same_words_on_the_same_day_in_another_room_are_another_case(tmp_path: Path) -> None:
    path = tmp_path / "台账.csv"
    path.write_text(
        "日期,时间,房号,类型,内容,电话\n"
        "2026-03-05,9:00,3-2-501,报修,停电,13800138000\n"
        ",9:00,3-2-502,报修,停电,13800138000\n"
        ",9:00,3-2-501,报修,停电,13800138000\n"
        ",9:00,3-2-501,报修,停电,13800138001\n",
        encoding="utf-8",
    )
    rows = check_file(CASES, path, {"units": {"3-2-501": 1, "3-2-502": 2}})
    assert [row.reasons for row in rows[1:]] == [(), (), (Reason.DUPLICATE,), (Reason.CONFLICT,)]
