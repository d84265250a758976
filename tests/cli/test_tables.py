from gongdan.cli.tables import box, pad, table, width


def test_a_chinese_character_takes_two_columns_and_a_combining_one_none() -> None:
    assert [width(text) for text in ("abc", "工单", "《a》", "é")] == [3, 4, 5, 1]


def test_columns_stand_below_one_another_whatever_is_in_them() -> None:
    shown = table(["代码", "名称", "x"], [["xingfu", "幸福物业", "1"], ["a", "b", "2"]])
    assert shown == "代码    名称      x\nxingfu  幸福物业  1\na       b         2"


def test_a_line_break_in_a_cell_does_not_break_the_table() -> None:
    assert table(["a"], [["第一行\n第二行"]]) == "a\n第一行 第二行"


def test_a_table_without_rows_shows_its_headings() -> None:
    assert table(["代码", "名称"], []) == "代码  名称"


def test_a_box_closes_on_the_right() -> None:
    assert box(["地址", "abc"]) == "┌──────┐\n│ 地址 │\n│ abc  │\n└──────┘"
    assert pad("工单", 6) == "工单  "
