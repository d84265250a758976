from zoneinfo import ZoneInfo

import pytest

from gongdan.domain.fields import Field, FieldKind
from gongdan.domain.plates import check_plate
from gongdan.services.schemas import read_fields

_PLATE = Field(name="plate", label="车牌号", check=check_plate)
_ZONE = ZoneInfo("Asia/Shanghai")


def test_a_checked_text_is_stored_in_its_one_spelling() -> None:
    assert read_fields([_PLATE], {"plate": " 粤b·12345 "}, _ZONE) == ({"plate": "粤B12345"}, [])


def test_a_text_of_the_wrong_form_is_refused() -> None:
    _, problems = read_fields([_PLATE], {"plate": "粤B123"}, _ZONE)
    assert [(problem.field, problem.value, problem.rule, problem.label) for problem in problems] == [
        ("plate", "粤B123", "格式不正确", "车牌号")
    ]


def test_a_text_above_its_length_is_refused_and_the_length_named() -> None:
    short = Field(name="wish", label="诉求", max_length=5)
    assert read_fields([short], {"wish": "尽快修好吧"}, _ZONE) == ({"wish": "尽快修好吧"}, [])
    _, (problem,) = read_fields([short], {"wish": "请尽快修好吧"}, _ZONE)
    assert (problem.field, problem.rule, (problem.params or {})["max_length"]) == (
        "wish",
        "最多 {max_length} 个字符",
        5,
    )


def test_a_doubtful_text_is_taken() -> None:
    assert read_fields([_PLATE], {"plate": "粤BABC12"}, _ZONE) == ({"plate": "粤BABC12"}, [])


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        (FieldKind.MONEY, "80.10", "80.10"),
        (FieldKind.MONEY, "80.1000", "80.1000"),
        (FieldKind.MONEY, "-0.01", "-0.01"),
        (FieldKind.MONEY, "999999999999999.99", "999999999999999.99"),
        (FieldKind.DECIMAL, "0.123456789012345678901234567890", "0.123456789012345678901234567890"),
        (FieldKind.DECIMAL, "1e3", "1000"),
        (FieldKind.INTEGER, " 42 ", 42),
        (FieldKind.BOOLEAN, "是", None),
        (FieldKind.BOOLEAN, "true", True),
        (FieldKind.DATE, "2028-02-29", "2028-02-29"),
        (FieldKind.DATETIME, "2026-03-05 14:30", "2026-03-05T14:30:00+08:00"),
        (FieldKind.DATETIME, "2026-03-05T06:30:00Z", "2026-03-05T06:30:00+00:00"),
        (FieldKind.TEXT, " 漏水 ", "漏水"),
        (FieldKind.PHONE, "138 0013 8000", "138 0013 8000"),
    ],
)
def test_a_value_is_stored_exactly_as_it_was_meant(kind: FieldKind, typed: str, stored: object) -> None:
    values, problems = read_fields([Field(name="value", label="值", kind=kind)], {"value": typed}, _ZONE)
    assert (values.get("value"), bool(problems)) == (stored, stored is None)


@pytest.mark.clause("IMP-10")
@pytest.mark.parametrize(
    ("kind", "typed"),
    [
        (FieldKind.MONEY, "0.005"),
        (FieldKind.MONEY, "NaN"),
        (FieldKind.MONEY, "Infinity"),
        (FieldKind.MONEY, "1e400"),
        (FieldKind.MONEY, "1e999999999"),
        (FieldKind.MONEY, "-1e999999999"),
        (FieldKind.MONEY, "1e-999999999"),
        (FieldKind.DECIMAL, "0e-999999999"),
        (FieldKind.MONEY, "1,000.50"),
        (FieldKind.MONEY, "1000000000000000"),
        (FieldKind.DECIMAL, "1e999999999"),
        (FieldKind.DECIMAL, "sNaN"),
        (FieldKind.INTEGER, "4.2"),
        (FieldKind.INTEGER, "9" * 4000),
        (FieldKind.INTEGER, "9" * 5000),
        (FieldKind.INTEGER, "四十二"),
        (FieldKind.DATE, "2026-02-29"),
        (FieldKind.DATETIME, "2026-03-05 25:00"),
        (FieldKind.PHONE, "12345"),
        (FieldKind.CHOICE, "other"),
    ],
)
def test_a_value_that_is_none_is_refused_and_repeated(kind: FieldKind, typed: str) -> None:
    values, problems = read_fields([Field(name="value", label="值", kind=kind)], {"value": typed}, _ZONE)
    assert (values, [(problem.field, problem.value, problem.label) for problem in problems]) == (
        {},
        [("value", typed, "值")],
    )
