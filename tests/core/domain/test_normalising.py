from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongdan.domain.cells import Cell
from gongdan.domain.normalising import (
    read_amount,
    read_area,
    read_code,
    read_identity_number,
    read_name,
    read_names,
    read_number,
    read_phone,
    read_phones,
    read_text,
)
from gongdan.domain.verdicts import Reason, Verdict


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        ("50元", "50.00"),
        ("￥80.00", "80.00"),
        ("免费", "0.00"),
        ("１２０", "120.00"),
        ("1,234.5", "1234.50"),
        ("12.8万", "128000.00"),
        ("2千", "2000.00"),
        ("(100)", "-100.00"),
        ("¥-5", "-5.00"),
        ("人民币1,000元整", "1000.00"),
        ("-0", "0.00"),
    ],
)
def test_every_spelling_of_an_amount_becomes_a_number_with_two_decimals(cell: str, amount: str) -> None:
    reading = read_amount(cell)
    assert (str(reading.value), reading.verdict, reading.changed) == (amount, Verdict.OK, True)


@pytest.mark.parametrize(("cell", "amount"), [("30", "30.00"), ("-5.5", "-5.50"), (80.56999999999999, "80.57")])
def test_a_plain_number_is_no_change(cell: Cell, amount: str) -> None:
    reading = read_amount(cell)
    assert (str(reading.value), reading.changed) == (amount, False)


@pytest.mark.parametrize(
    "cell", ["1,00", "NaN", "Infinity", "1" * 40, "10^40", "--5", "壹佰元", "0.00001", float("nan"), 1e309, 1e12, True]
)
def test_an_amount_that_is_none_or_too_large_is_rejected(cell: Cell) -> None:
    reading = read_amount(cell)
    assert (reading.value, reading.verdict, reading.reason) == (None, Verdict.REJECT, Reason.BAD_FORMAT)


@pytest.mark.parametrize("cell", ["1E+5", "8.98601e+19"])
def test_an_amount_in_scientific_notation_has_lost_its_precision(cell: str) -> None:
    assert read_amount(cell).reason is Reason.PRECISION_LOST


def test_an_amount_finer_than_a_cent_is_kept_exactly_and_marked() -> None:
    reading = read_amount("0.005")
    assert (reading.value, reading.verdict) == (Decimal("0.005"), Verdict.SUSPECT)


@given(st.decimals(min_value="-999999", max_value="999999", places=2, allow_nan=False))
def test_an_amount_survives_its_own_text(amount: Decimal) -> None:
    value = read_amount(f"¥{amount:,}元").value
    assert value == amount
    assert read_amount(str(value)).value == value


@pytest.mark.parametrize(
    ("cell", "area", "changed"),
    [
        ("91.86㎡", "91.86", True),
        ("89.5 平方米", "89.5", True),
        (100.45, "100.45", False),
        (154.0, "154", False),
        ("154.50", "154.5", False),
    ],
)
def test_an_area_loses_its_unit(cell: Cell, area: str, changed: bool) -> None:  # noqa: FBT001 -- a column of the table
    reading = read_area(cell)
    assert (str(reading.value), reading.changed) == (area, changed)


@pytest.mark.parametrize("cell", ["0", "-3", "约90", 0.0, 1e9, float("nan")])
def test_an_area_that_no_room_has_is_rejected(cell: Cell) -> None:
    assert read_area(cell).verdict is Verdict.REJECT


@pytest.mark.parametrize("cell", [1e308, "abc", float("inf")])
def test_a_number_that_is_none_or_boundless_is_rejected(cell: Cell) -> None:
    assert read_number(cell).verdict is Verdict.REJECT


def test_a_number_loses_its_commas() -> None:
    assert read_number("1,234.50").value == Decimal("1234.5")


@pytest.mark.parametrize(
    ("cell", "phones"),
    [
        ("+86 150 5253 9320", ("15052539320",)),
        ("13052403686、13069819290", ("13052403686", "13069819290")),
        ("13052403686\n13069819290", ("13052403686", "13069819290")),
        ("13800138000 13900139000", ("13800138000", "13900139000")),
        (13800138000.0, ("13800138000",)),
    ],
)
def test_phones_in_one_cell_are_told_apart(cell: Cell, phones: tuple[str, ...]) -> None:
    reading = read_phones(cell)
    assert (reading.value, reading.verdict, reading.changed) == (phones, Verdict.OK, True)


def test_a_short_phone_is_kept_and_marked() -> None:
    reading = read_phone("1351410414")
    assert (reading.value, reading.verdict, reading.reason) == ("1351410414", Verdict.SUSPECT, Reason.BAD_FORMAT)


def test_a_plain_phone_is_no_change() -> None:
    assert (read_phone("13800138000").value, read_phone("13800138000").changed) == ("13800138000", False)


def test_one_bad_phone_among_two_marks_the_cell_and_keeps_both() -> None:
    reading = read_phones("13800138000/1234")
    assert (reading.value, reading.verdict) == (("13800138000", "1234"), Verdict.SUSPECT)


@pytest.mark.parametrize("cell", [4.403051973051364e17, "4.40305E+17", 1.5])
def test_a_code_that_became_a_float_has_lost_its_digits(cell: Cell) -> None:
    assert read_code(cell).reason is Reason.PRECISION_LOST
    assert read_identity_number(cell).reason is Reason.PRECISION_LOST


def test_a_code_of_at_most_fifteen_digits_becomes_text() -> None:
    reading = read_code(607365069676388.0)
    assert (reading.value, reading.changed) == ("607365069676388", True)


def test_a_code_with_the_letter_e_is_no_power_of_ten() -> None:
    assert read_code("898606E7285546834227").value == "898606E7285546834227"


def test_text_and_names_are_read_from_numbers_too() -> None:
    assert read_text(5.0).value == "5"
    assert read_name("吴　芳强").value == "吴芳强"
    assert read_names("张三").changed is False
    assert read_text("=1+1").value == "=1+1"
