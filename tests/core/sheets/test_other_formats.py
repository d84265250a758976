"""Workbooks of the old and of the open format."""

import zipfile
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongdan.domain.cells import Cell
from gongdan.errors import FileRefused
from gongdan.sheets.compound import shared_text_lengths, workbook_stream
from gongdan.sheets.errors import DamagedFile, EncryptedFile, UnsafeXml, WorkbookTooLarge
from gongdan.sheets.kinds import FileKind
from gongdan.sheets.limits import SheetLimits
from gongdan.sheets.reading import open_sheet

DATA = Path(__file__).parents[2] / "data"
XLS, ODS = DATA / "旧版台账.xls", DATA / "开放格式台账.ods"
ROWS: list[list[Cell]] = [
    ["楼栋", "单元", "房号", "建筑面积", "业主姓名", "入住日期"],
    ["3栋", "1单元", "101", 89.5, "张三", date(2024, 9, 18)],
    ["3栋", "1单元", "102", 100.45, "李四/王五", date(2024, 9, 18)],
]


@pytest.mark.parametrize(("path", "kind"), [(XLS, FileKind.XLS), (ODS, FileKind.ODS)])
def test_dates_numbers_and_merged_cells_come_in_as_from_a_new_workbook(path: Path, kind: FileKind) -> None:
    sheet = open_sheet(path)
    assert (sheet.kind, sheet.name) == (kind, "房屋")
    assert [list(cells) for _, cells in sheet.rows()][:3] == ROWS


def test_formulas_of_an_old_workbook_are_remarked() -> None:
    (remark,) = open_sheet(XLS).remarks
    # Such a workbook does not say in which cells they stand.
    assert remark.text.format(**remark.params) == "1 个单元格是公式，只读入保存时的结果，不会运算"


def test_an_old_workbook_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "截断.xls"
    path.write_bytes(XLS.read_bytes()[:2000])
    with pytest.raises(DamagedFile):
        open_sheet(path)


def test_an_old_workbook_that_reaches_too_far_is_refused_before_room_is_made_for_it() -> None:
    with pytest.raises(WorkbookTooLarge, match="单元格数"):
        open_sheet(XLS, limits=SheetLimits(cells=10))
    with pytest.raises(WorkbookTooLarge, match="字数"):
        open_sheet(XLS, limits=SheetLimits(characters=20))


def test_a_compound_file_whose_sectors_run_in_a_circle_is_refused(tmp_path: Path) -> None:
    content = bytearray(XLS.read_bytes())
    table = int.from_bytes(content[76:80], "little")
    directory = int.from_bytes(content[48:52], "little")
    place = (table + 1) * 512 + directory * 4
    content[place : place + 4] = directory.to_bytes(4, "little")
    path = tmp_path / "环.xls"
    path.write_bytes(content)
    with pytest.raises(DamagedFile):
        open_sheet(path)


def test_the_lengths_of_shared_texts_are_read_over_the_borders_of_records() -> None:
    head = (2).to_bytes(4, "little") * 2
    first = (3).to_bytes(2, "little") + b"\x00abc"
    second = (4).to_bytes(2, "little") + b"\x01" + "漏水".encode("utf-16-le")
    rest = b"\x00ok"
    assert shared_text_lengths([head + first + second, rest]) == [3, 4]


def test_bytes_without_a_workbook_are_none() -> None:
    with pytest.raises(ValueError, match="no stream"):
        workbook_stream(bytes(1024))


def make_ods(path: Path, rows: str, *, manifest: str = "", before: str = "") -> Path:
    spaces = "".join(
        f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for prefix, name in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    table = f'<table:table table:name="甲">{rows}</table:table>'
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr(
            "META-INF/manifest.xml", f"<manifest:manifest xmlns:manifest='m'>{manifest}</manifest:manifest>"
        )
        package.writestr("content.xml", f"{before}<office:document-content{spaces}>{body}</office:document-content>")
    return path


def cell(text: str, attributes: str = "") -> str:
    return f'<table:table-cell office:value-type="string" {attributes}><text:p>{text}</text:p></table:table-cell>'


def test_blank_cells_repeated_to_the_end_of_the_sheet_are_no_content(tmp_path: Path) -> None:
    blank = repeated_row(1048570, '<table:table-cell table:number-columns-repeated="16384"/>')
    path = make_ods(tmp_path / "尾.ods", f"<table:table-row>{cell('房号')}</table:table-row>{blank}")
    assert [list(cells) for _, cells in open_sheet(path).rows()] == [["房号"]]


def test_one_cell_repeated_a_million_times_is_refused(tmp_path: Path) -> None:
    wide = cell("甲", 'table:number-columns-repeated="100"')
    with pytest.raises(WorkbookTooLarge):
        open_sheet(make_ods(tmp_path / "重复.ods", repeated_row(1_000_000, wide)))


def repeated_row(count: int, cells: str) -> str:
    return f'<table:table-row table:number-rows-repeated="{count}">{cells}</table:table-row>'


def test_entities_and_passwords_of_an_open_workbook_are_refused(tmp_path: Path) -> None:
    row = f"<table:table-row>{cell('甲')}</table:table-row>"
    with pytest.raises(UnsafeXml):
        open_sheet(make_ods(tmp_path / "实体.ods", row, before='<!DOCTYPE x [<!ENTITY a "b">]>'))
    locked = "<manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    with pytest.raises(EncryptedFile):
        open_sheet(make_ods(tmp_path / "密码.ods", row, manifest=locked))


@given(
    st.sampled_from([XLS, ODS, DATA / "公式注入.xlsx"]),
    st.lists(st.tuples(st.floats(0, 0.999), st.binary(min_size=1, max_size=8)), min_size=1, max_size=5),
)
def test_a_workbook_with_changed_bytes_is_read_or_refused_in_words(
    tmp_path_factory: pytest.TempPathFactory, source: Path, changes: list[tuple[float, bytes]]
) -> None:
    content = bytearray(source.read_bytes())
    for share, new in changes:
        place = int(share * len(content))
        content[place : place + len(new)] = new
    path = tmp_path_factory.mktemp("bytes") / source.name
    path.write_bytes(content)
    with suppress(FileRefused):
        rows = list(open_sheet(path).rows())
        assert [number for number, _ in rows] == list(range(1, len(rows) + 1))
