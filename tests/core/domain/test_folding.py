import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongdan.domain.folding import (
    fold_chinese_numbers,
    fold_heading,
    fold_name,
    fold_prose,
    fold_text,
    is_blank,
    read_chinese_number,
    split_names,
)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("三", 3),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("一百零五", 105),
        ("两千三百", 2300),
        ("一万二千", 12_000),
        ("二〇二五", 2025),
        ("壹拾叁", 13),
    ],
)
def test_a_number_in_characters_is_read(text: str, number: int) -> None:
    assert read_chinese_number(text) == number


@pytest.mark.parametrize("text", ["", "3", "三号", "半"])
def test_a_text_that_is_no_number_is_left(text: str) -> None:
    assert read_chinese_number(text) is None


def test_numbers_inside_a_text_become_digits() -> None:
    assert fold_chinese_numbers("三号楼十二单元") == "3号楼12单元"


@pytest.mark.parametrize(
    ("raw", "names"),
    [
        (" 林磊　", ("林磊",)),
        ("林国 郭秀勇", ("林国", "郭秀勇")),
        ("张 三", ("张三",)),
        ("刘博刚/周强伟", ("刘博刚", "周强伟")),
        ("林静桂、郭伟兰；王五", ("林静桂", "郭伟兰", "王五")),
        ("阿依古丽·买买提", ("阿依古丽·买买提",)),
        ("John Smith", ("John Smith",)),
        ("张三\n李四", ("张三", "李四")),
        ("/", ()),
    ],
)
def test_names_in_one_cell_are_told_apart(raw: str, names: tuple[str, ...]) -> None:
    assert split_names(raw) == names


def test_prose_keeps_its_punctuation_and_a_name_loses_its_spaces() -> None:
    assert fold_prose("\u200b 漏水，请处理！\r\n谢谢 ") == "漏水，请处理！\n谢谢"
    assert fold_name("吴　芳 强") == "吴芳强"
    assert fold_heading(" * 房 号：") == "房号"


@pytest.mark.parametrize(
    "text", ["", " \t\n\u3000", "\u200b", "\u2060\ufeff\u200d", "\u202e", "\u3164", "\u2800", "\ufe0f", "\u00ad\x7f"]
)
def test_a_text_in_which_nothing_can_be_seen_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["王", "\u200b王", ".", "0", "é", "\ue000", "\U000323b0"])
def test_a_text_with_one_visible_character_is_not_blank(text: str) -> None:
    assert not is_blank(text)


def test_direction_marks_and_zero_width_characters_vanish() -> None:
    assert fold_text("\u202e３-２\u200b") == "3-2"


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    assert fold_text(fold_text(text)) == fold_text(text)
    assert fold_name(fold_name(text)) == fold_name(text)
    assert fold_prose(fold_prose(text)) == fold_prose(text)
