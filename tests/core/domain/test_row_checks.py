"""A small list of shops stands for every list; the plugins test their own."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import pytest

from gongdan.domain.cells import Cell
from gongdan.domain.headings import HeadingNotFound
from gongdan.domain.importing import CheckedRow, Column, Importer, Issue, References, RowVerdict, Ruling, Values
from gongdan.domain.moments import read_date
from gongdan.domain.normalising import read_amount, read_code, read_phone, read_text
from gongdan.domain.row_checks import SheetFacts, check_rows
from gongdan.domain.verdicts import Reason


def shop_key(values: Values) -> str | None:
    code = values["code"]
    return code if isinstance(code, str) else None


def check_region(values: Values, references: References) -> Ruling:
    region = values["region"]
    if region is None or region in references["regions"]:
        return Ruling({"known": True})
    issue = Issue("region", str(region), Reason.UNKNOWN_REFERENCE, RowVerdict.FLAGGED, "没有这个大区", "请核对")
    return Ruling({"region": None, "known": False}, (issue,))


SHOPS = Importer(
    kind="shops",
    label="门店",
    columns=(
        Column(name="code", label="代码", reader=read_code, synonyms=("门店代码", "编号"), required=True),
        Column(name="name", label="名称", reader=read_text, required=True),
        Column(name="region", label="大区", reader=read_text, carry_down=True),
        Column(name="phone", label="电话", reader=read_phone, on_reject=RowVerdict.FLAGGED, keep_raw=True),
        Column(name="opened", label="开业日期", reader=read_date),
        Column(name="rent", label="租金", reader=read_amount, on_reject=RowVerdict.FLAGGED),
    ),
    key=shop_key,
    rule=check_region,
    references={"regions": "region"},
)
HEADINGS: list[Cell] = ["代码", "名称", "大区", "电话", "开业日期", "租金"]
REGIONS: References = {"regions": {"华南": 1, "华东": 2}}


def check(
    *rows: Sequence[Cell],
    headings: Sequence[Cell] = HEADINGS,
    mapping: Mapping[str, str] | None = None,
    facts: SheetFacts | None = None,
) -> list[CheckedRow]:
    numbered = enumerate([headings, *rows], start=1)
    checking = check_rows(SHOPS, numbered, REGIONS, mapping=mapping, facts=facts)
    return list(checking.rows)[1:]


def test_a_clean_row_is_taken_as_it_stands() -> None:
    (row,) = check(["S01", "南山店", "华南", "13800138000", "2026-03-05", "12000"])
    assert (row.verdict, row.reasons, row.key, row.changes, row.issues) == (RowVerdict.OK, (), "S01", {}, ())
    assert row.values == {
        "code": "S01",
        "name": "南山店",
        "region": "华南",
        "phone": "13800138000",
        "opened": date(2026, 3, 5),
        "rent": Decimal("12000.00"),
        "known": True,
    }


def test_a_change_without_loss_is_reported_with_the_cell_as_it_stood() -> None:
    (row,) = check([" s-01 ", "南山店", "华南", "+86 138 0013 8000", "2026年3月5日", "1.2万"])
    assert row.verdict is RowVerdict.NORMALISED
    assert row.changes == {
        "code": " s-01 ",
        "phone": "+86 138 0013 8000",
        "opened": "2026年3月5日",
        "rent": "1.2万",
    }
    assert row.values["code"] == "S01"


def test_a_number_cell_in_a_code_column_is_a_change_and_names_the_number() -> None:
    (row,) = check([1001.0, "南山店", "华南", "", "", 12000.0])
    assert (row.verdict, row.key, row.changes) == (RowVerdict.NORMALISED, "1001", {"code": 1001})


def test_a_row_without_a_needed_value_is_refused_and_says_which() -> None:
    (row,) = check(["", "南山店", "华南", "", "2026.3.5", ""])
    assert (row.verdict, row.reasons, row.key) == (RowVerdict.REFUSED, (Reason.MISSING_REQUIRED,), None)
    (issue,) = row.issues
    assert (issue.column, issue.raw) == ("code", "")
    assert issue.rule.format(**issue.params) == "“代码”必须填写"
    assert issue.remedy
    assert row.changes == {"opened": "2026.3.5"}


def test_an_impossible_date_refuses_and_a_bad_phone_flags() -> None:
    refused, flagged = check(
        ["S01", "南山店", "华南", "", "2026-02-30", ""], ["S02", "福田店", "华南", "1380013", "", ""]
    )
    assert (refused.verdict, refused.reasons) == (RowVerdict.REFUSED, (Reason.BAD_DATE,))
    assert (flagged.verdict, flagged.reasons) == (RowVerdict.FLAGGED, (Reason.BAD_FORMAT,))
    assert flagged.values["phone"] == "1380013"
    assert "phone" not in flagged.changes


def test_a_value_that_cannot_be_read_is_left_empty_where_it_only_flags() -> None:
    (row,) = check(["S01", "南山店", "华南", "", "", "面议"])
    assert (row.verdict, row.values["rent"]) == (RowVerdict.FLAGGED, None)


def test_the_worst_verdict_wins_and_gives_the_reasons() -> None:
    (row,) = check(["4.4E+17", "南山店", "西北", "1380013", "2026-02-30", ""])
    assert row.verdict is RowVerdict.REFUSED
    assert row.reasons == (Reason.PRECISION_LOST, Reason.BAD_DATE)


def test_the_rule_of_the_importer_sees_the_whole_row() -> None:
    (row,) = check(["S01", "南山店", "西北", "", "", ""])
    assert (row.verdict, row.reasons) == (RowVerdict.FLAGGED, (Reason.UNKNOWN_REFERENCE,))
    assert (row.values["region"], row.values["known"]) == (None, False)


def test_the_same_row_again_is_a_duplicate_and_another_content_a_conflict() -> None:
    rows = check(
        ["S01", "南山店", "华南", "", "", ""],
        ["s01", "南山店", "华南", "", "", ""],
        ["S01", "福田店", "华南", "", "", ""],
    )
    assert [row.verdict for row in rows] == [RowVerdict.OK, RowVerdict.REFUSED, RowVerdict.REFUSED]
    assert [row.reasons for row in rows[1:]] == [(Reason.DUPLICATE,), (Reason.CONFLICT,)]
    assert [row.changes for row in rows[1:]] == [{}, {}]
    assert [row.issues[0].params["first_row"] for row in rows[1:]] == [2, 2]


def test_a_refused_row_does_not_reserve_its_key() -> None:
    refused, taken = check(
        ["S01", "南山店", "华南", "", "2026-02-30", ""], ["S01", "南山店", "华南", "", "2026-02-28", ""]
    )
    assert (refused.verdict, taken.verdict) == (RowVerdict.REFUSED, RowVerdict.OK)


def test_a_blank_cell_of_a_carried_column_means_the_same_as_above() -> None:
    first, second, blank, third = check(
        ["S01", "南山店", "华南", "", "", ""],
        ["S02", "福田店", "", "", "", ""],
        ["", "", "", "", "", ""],
        ["S03", "罗湖店", " ", "", "", ""],
    )
    assert [row.values["region"] for row in (first, second, third)] == ["华南", "华南", "华南"]
    assert (second.verdict, second.changes) == (RowVerdict.NORMALISED, {"region": ""})
    assert (blank.verdict, blank.reasons) == (RowVerdict.NOT_A_ROW, (Reason.BLANK,))


def test_titles_totals_and_repeated_headings_are_passed_over() -> None:
    rows = check(
        ["S01", "南山店", "华南", "", "", "12000"],
        ["", "本月小计", "", "", "", "12000"],
        HEADINGS,
        ["华东大区", "", "", "", "", ""],
        ["合 计", "", "", "", "", 12000.0],
        [],
    )
    assert [row.verdict for row in rows[1:]] == [RowVerdict.NOT_A_ROW] * 5
    assert [row.reasons for row in rows[1:]] == [(Reason.TITLE_OR_TOTAL,)] * 4 + [(Reason.BLANK,)]


def test_the_word_for_a_total_inside_a_text_is_no_total() -> None:
    (row,) = check(["S01", "合计店铺", "华南", "", "", ""])
    assert row.verdict is RowVerdict.OK


def test_the_heading_row_is_found_under_titles_and_by_other_words() -> None:
    rows: list[tuple[int, Sequence[Cell]]] = [
        (1, ["某某公司门店一览"]),
        (2, []),
        (3, ["序号", "*门店代码：", "名 称", "备 忘", "租金（元/月）"]),
        (4, ["1", "S01", "南山店", "无", "12000"]),
    ]
    checking = check_rows(SHOPS, rows, REGIONS)
    assert checking.layout.heading_row == 3
    assert dict(checking.layout.places) == {"code": 1, "name": 2, "rent": 4}
    assert checking.layout.unknown == ("序号", "备 忘")
    assert checking.layout.absent == ("大区", "电话", "开业日期")
    verdicts = [(row.row, row.verdict, row.reasons) for row in checking.rows]
    assert verdicts[:3] == [
        (1, RowVerdict.NOT_A_ROW, (Reason.TITLE_OR_TOTAL,)),
        (2, RowVerdict.NOT_A_ROW, (Reason.BLANK,)),
        (3, RowVerdict.NOT_A_ROW, (Reason.TITLE_OR_TOTAL,)),
    ]
    assert verdicts[3][1] is RowVerdict.OK


def test_a_mapping_goes_before_labels_and_can_switch_a_column_off() -> None:
    (row,) = check(
        ["A", "S01", "南山店", "13800138000"],
        headings=["代码", "店号", "名称", "电话"],
        mapping={"店号": "code", "代码": "", "电话": ""},
    )
    assert (row.key, row.values["phone"]) == ("S01", None)


def test_a_column_that_nobody_declared_is_never_used() -> None:
    (row,) = check(
        ["S01", "南山店", "c-1", "admin"], headings=["代码", "名称", "company_id", "role"], mapping={"role": "owner"}
    )
    assert row.verdict is RowVerdict.OK
    assert "company_id" not in row.values
    assert "owner" not in row.values


def test_a_sheet_without_the_needed_headings_is_refused_with_their_names() -> None:
    with pytest.raises(HeadingNotFound) as refused:
        check(["1", "2"], headings=["名称", "面积"])
    assert refused.value.missing == "代码"
    assert "门店" in str(refused.value)


def test_a_row_of_a_text_file_that_is_wider_than_its_headings_is_refused() -> None:
    wide = ["S01", "南山店", "华南", "", "", "", "多出来的"]
    (refused,) = check(wide, facts=SheetFacts(text_file=True))
    (taken,) = check(wide)
    assert (refused.verdict, refused.reasons) == (RowVerdict.REFUSED, (Reason.BAD_FORMAT,))
    assert taken.verdict is RowVerdict.OK


def test_serials_of_a_1904_workbook_count_from_1904() -> None:
    (row,) = check(["S01", "南山店", "", "", 44278.0, ""], facts=SheetFacts(from_1904=True))
    assert row.values["opened"] == date(2025, 3, 24)


def test_below_a_value_that_cannot_be_read_nothing_is_carried_down() -> None:
    importer = Importer(
        kind="calls",
        label="来电",
        columns=(
            Column(name="day", label="日期", reader=read_date, required=True, carry_down=True),
            Column(name="text", label="内容", reader=read_text, required=True),
        ),
        key=lambda values: f"{values['day']} {values['text']}" if values["day"] else None,
    )
    rows: list[tuple[int, Sequence[Cell]]] = [
        (1, ["日期", "内容"]),
        (2, ["2026-02-30", "漏水"]),
        (3, ["", "停电"]),
        (4, ["2026-03-01", "噪音"]),
        (5, ["", "异味"]),
    ]
    checked = list(check_rows(importer, rows, {}).rows)[1:]
    assert [row.reasons for row in checked] == [(Reason.BAD_DATE,), (Reason.MISSING_REQUIRED,), (), ()]
    assert checked[3].values["day"] == date(2026, 3, 1)
