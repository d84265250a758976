import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongdan.sheets.cell_marks import guard, unguard
from gongdan.sheets.reading import open_sheet
from gongdan.sheets.writing import Written, write_csv, write_xlsx

HOSTILE = [
    '=HYPERLINK("http://192.0.2.1","点我")',
    "+8613800000000",
    "-1+1",
    "@SUM(1)",
    "\t=1",
    "http://192.0.2.1",
    "'=1",
]
HEADINGS = ["房号", "备注"]


def test_a_workbook_holds_no_formula_and_no_link_whatever_the_text(tmp_path: Path) -> None:
    path = tmp_path / "导出.xlsx"
    assert write_xlsx(path, HEADINGS, [[f"1-1-{index}", text] for index, text in enumerate(HOSTILE)]) == 7
    with zipfile.ZipFile(path) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert [cells[1] for _, cells in open_sheet(path).rows()][1:] == HOSTILE


def test_a_text_file_keeps_every_hostile_cell_from_being_calculated(tmp_path: Path) -> None:
    path = tmp_path / "导出.csv"
    write_csv(path, HEADINGS, [["1-1-101", text] for text in HOSTILE])
    content = path.read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    lines = content.decode("utf-8-sig").splitlines()
    assert lines[2] == "1-1-101,'+8613800000000"
    assert lines[3] == "1-1-101,'-1+1"
    assert [cells[1] for _, cells in open_sheet(path).rows()][1:] == HOSTILE


def test_identifiers_stay_text_and_numbers_and_dates_stay_what_they_are(tmp_path: Path) -> None:
    row: list[Written] = ["013800138000", "11010519491231002X", Decimal("89.50"), 3, date(2026, 3, 5), None]
    path = tmp_path / "导出.xlsx"
    write_xlsx(path, ["一", "二", "三", "四", "五", "六"], [row])
    assert list(open_sheet(path).rows())[1] == (
        2,
        ["013800138000", "11010519491231002X", 89.5, 3, date(2026, 3, 5), ""],
    )


def test_times_and_long_numbers_are_written_so_that_nothing_is_lost(tmp_path: Path) -> None:
    moment = datetime(2026, 3, 5, 14, 30)  # noqa: DTZ001 -- a file holds local times
    row: list[Written] = [moment, time(9, 5), 1234567890123456]
    write_xlsx(tmp_path / "导出.xlsx", ["一", "二", "三"], [row])
    write_csv(tmp_path / "导出.csv", ["一", "二", "三"], [row])
    assert list(open_sheet(tmp_path / "导出.xlsx").rows())[1] == (2, [moment, time(9, 5), "1234567890123456"])
    assert list(open_sheet(tmp_path / "导出.csv").rows())[1] == (2, ["2026-03-05 14:30", "09:05", "1234567890123456"])


@pytest.mark.parametrize("text", ["漏水", "3-2-501", "'单引号", "", "a=b"])
def test_a_harmless_text_gets_no_quote(text: str) -> None:
    assert guard(text) == text


@given(st.text(max_size=20))
def test_what_is_guarded_is_read_back_as_it_was(text: str) -> None:
    assert unguard(guard(text)) == text


@given(st.text(max_size=20))
def test_nothing_that_is_guarded_starts_a_formula(text: str) -> None:
    assert not guard(text).startswith(("=", "+", "-", "@", "\t", "\r"))
