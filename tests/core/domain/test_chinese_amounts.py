"""Amounts and days in words, against vectors written by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongdan.domain.chinese_amounts import amount_in_words, date_in_words

_VALUES = {digit: value for value, digit in enumerate("零壹贰叁肆伍陆柒捌玖")}
_PLACES = {"拾": 10, "佰": 100, "仟": 1000}


@pytest.mark.parametrize(("amount", "words"), [
    ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
    ("107000.53", "壹拾万柒仟元伍角叁分"),
    ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
    ("6007.14", "陆仟零柒元壹角肆分"),
    ("1409.50", "壹仟肆佰零玖元伍角整"),
    ("325.04", "叁佰贰拾伍元零肆分"),
    ("1010.10", "壹仟零壹拾元壹角整"),
    ("0.05", "伍分"),
    ("0.10", "壹角整"),
    ("0.99", "玖角玖分"),
    ("0", "零元整"),
    ("1", "壹元整"),
    ("10", "壹拾元整"),
    ("110", "壹佰壹拾元整"),
    ("1000", "壹仟元整"),
    ("10000", "壹万元整"),
    ("10010", "壹万零壹拾元整"),
    ("100500", "壹拾万零伍佰元整"),
    ("20300000", "贰仟零叁拾万元整"),
    ("100000000", "壹亿元整"),
    ("110000000", "壹亿壹仟万元整"),
    ("100050000", "壹亿零伍万元整"),
    ("100010001", "壹亿零壹万零壹元整"),
    ("1000000000000", "壹万亿元整"),
    ("1000100000000", "壹万零壹亿元整"),
    ("9999999999999999.99",
     "玖仟玖佰玖拾玖万玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
])  # fmt: skip
def test_an_amount_is_written_as_on_a_bill(amount: str, words: str) -> None:
    assert amount_in_words(Decimal(amount)) == f"人民币{words}"


@pytest.mark.parametrize(("amount", "words"), [
    ("-16409.02", "人民币负壹万陆仟肆佰零玖元零贰分"), ("-0.004", "人民币零元整"), ("2.345", "人民币贰元叁角伍分"),
])  # fmt: skip
def test_red_letters_begin_with_a_minus_and_parts_of_a_fen_are_rounded(amount: str, words: str) -> None:
    assert amount_in_words(Decimal(amount)) == words


def test_an_amount_beyond_all_words_is_refused() -> None:
    with pytest.raises(ValueError, match="too large"):
        amount_in_words(Decimal(10) ** 16)


def _read(words: str) -> Decimal:
    """Read an amount in words back, by another way than it was written."""
    yuan, _, rest = words.partition("元") if "元" in words else ("", "", words)
    jiao, fen = (Decimal(_digit_before(rest, unit)) for unit in ("角", "分"))
    return Decimal(_whole(yuan)) + jiao / 10 + fen / 100


def _digit_before(text: str, unit: str) -> int:
    return _VALUES[text[text.index(unit) - 1]] if unit in text else 0


def _whole(words: str) -> int:
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        if unit in words:
            above, _, below = words.rpartition(unit) if unit == "亿" else words.partition(unit)
            return _whole(above) * size + _whole(below)
    found, digit = 0, 0
    for word in words:
        if word in _PLACES:
            found, digit = found + digit * _PLACES[word], 0
        else:
            digit = _VALUES[word]
    return found + digit


@given(st.integers(0, 10**18 - 1))
def test_every_amount_can_be_read_back_and_has_no_two_gaps_beside_each_other(cents: int) -> None:
    words = amount_in_words(Decimal(cents) / 100, prefix="")
    assert _read(words) == Decimal(cents) / 100
    assert ("零零" in words, words.endswith(("整", "分"))) == (False, True)


@pytest.mark.parametrize(("day", "words"), [
    (date(2026, 3, 5), "贰零贰陆年叁月零伍日"),
    (date(2026, 2, 15), "贰零贰陆年零贰月壹拾伍日"),
    (date(2026, 10, 20), "贰零贰陆年零壹拾月零贰拾日"),
    (date(2026, 1, 10), "贰零贰陆年零壹月零壹拾日"),
    (date(2026, 11, 30), "贰零贰陆年壹拾壹月零叁拾日"),
    (date(2026, 12, 31), "贰零贰陆年壹拾贰月叁拾壹日"),
])  # fmt: skip
def test_a_day_is_written_so_that_nobody_can_add_to_it(day: date, words: str) -> None:
    assert date_in_words(day) == words
