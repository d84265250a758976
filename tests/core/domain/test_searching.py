import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongdan.domain.searching import fold, query_tokens, terms, tokens


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("漏水", ["漏水", "水"]),
        ("水", ["水"]),
        ("漏水3号", ["漏水", "水", "3", "号"]),
        ("3-2-501", ["3", "2", "501"]),
        ("粤B12345", ["粤", "b12345", "12345", "2345"]),
        ("粤B31820F", ["粤", "b31820f", "31820f", "1820f", "820f"]),
        ("TS202611-0014", ["ts202611", "202611", "0014"]),
        ("Wi-Fi garden", ["wi", "fi", "garden"]),
        ("13800138000", ["13800138000", "8000"]),
        ("厨房漏水、卫生间漏水", ["厨房", "房漏", "漏水", "水", "卫生", "生间", "间漏"]),
        ("……", []),
        ("x" * 5000, ["x" * 64]),
    ],
)
def test_a_text_becomes_pairs_of_characters_and_whole_words(text: str, expected: list[str]) -> None:
    assert tokens(fold(text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("漏水了", [("漏水", False), ("水了", False)]),
        ("漏", [("漏", True)]),
        ("138", [("138", True)]),
        ("王芳 8000", [("王芳", False), ("8000", True)]),
        ('"OR" *', [("or", True)]),
        ("x" * 5000, [("x" * 64, True)]),
        ("", []),
    ],
)
def test_a_query_asks_for_pairs_and_for_beginnings_of_words(text: str, expected: list[tuple[str, bool]]) -> None:
    assert query_tokens(fold(text)) == expected


def test_full_width_and_case_make_no_difference() -> None:
    assert fold("ＡＢＣ　１２３\n漏水") == "abc 123 漏水"
    assert terms(fold(" 漏水　王芳 ")) == ["漏水", "王芳"]


WORDS = st.text(alphabet="漏水王芳3八abz .-", max_size=12)


@given(text=WORDS, query=WORDS)
def test_a_text_that_contains_a_word_where_words_begin_has_all_its_tokens(text: str, query: str) -> None:
    stored = fold(text)
    held = tokens(stored)
    for word in terms(fold(query)):
        beginning = r"(?<![a-z0-9])" if re.match("[a-z0-9]", word) else ""
        if re.search(beginning + re.escape(word), stored):
            for token, is_prefix in query_tokens(word):
                assert any(kept.startswith(token) if is_prefix else kept == token for kept in held)
