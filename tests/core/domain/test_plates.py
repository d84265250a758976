import pytest

from gongdan.domain.plates import PlateForm, check_plate, check_plate_colour, plate_form
from gongdan.domain.verdicts import Reason, Verdict


@pytest.mark.parametrize(
    ("raw", "value", "form"),
    [
        ("粤B·12345", "粤B12345", PlateForm.ORDINARY),
        ("京a 8b8b8", "京A8B8B8", PlateForm.ORDINARY),
        ("粤BD12345", "粤BD12345", PlateForm.NEW_ENERGY_SMALL),
        ("粤BDA2345（新能源）", "粤BDA2345", PlateForm.NEW_ENERGY_SMALL),
        ("粤B12345D", "粤B12345D", PlateForm.NEW_ENERGY_LARGE),
        ("赣T·0473挂", "赣T0473挂", PlateForm.TRAILER),
    ],
)
def test_the_form_of_a_plate_shows_in_its_characters(raw: str, value: str, form: PlateForm) -> None:
    finding = check_plate(raw)
    assert (finding.verdict, finding.value) == (Verdict.OK, value)
    assert plate_form(value) is form


@pytest.mark.parametrize("raw", ["粤临B12345", "粤Z1234港", "京A1234学", "粤BABC12"])
def test_a_temporary_or_special_plate_is_suspect(raw: str) -> None:
    assert check_plate(raw).verdict is Verdict.SUSPECT


@pytest.mark.parametrize("raw", ["粤BO2345", "粤B1234", "B12345", "粤I12345", "粤BD123456", ""])
def test_a_plate_with_a_forbidden_letter_or_length_is_rejected(raw: str) -> None:
    assert check_plate(raw).verdict is Verdict.REJECT


@pytest.mark.parametrize(
    ("raw", "plate", "colour"),
    [
        ("1", "粤B12345", "蓝"),
        ("黄色", "粤B12345", "黄"),
        ("", "粤BD12345", "渐变绿"),
        ("绿", "粤BD12345", "渐变绿"),
        ("绿", "粤B12345D", "黄绿"),
        ("", "赣T0473挂", "黄"),
    ],
)
def test_a_colour_is_completed_where_the_form_leaves_one_choice(raw: str, plate: str, colour: str) -> None:
    finding = check_plate_colour(raw, plate)
    assert (finding.verdict, finding.value) == (Verdict.OK, colour)


def test_an_ordinary_plate_without_colour_is_missing_something() -> None:
    assert check_plate_colour("", "粤B12345").reason is Reason.MISSING_REQUIRED


@pytest.mark.parametrize(("raw", "plate"), [("蓝", "粤BD12345"), ("绿", "粤B12345"), ("绿", "赣T0473挂")])
def test_a_colour_against_the_form_is_a_conflict(raw: str, plate: str) -> None:
    assert check_plate_colour(raw, plate).reason is Reason.CONFLICT


def test_a_word_that_is_no_colour_is_rejected() -> None:
    assert check_plate_colour("大车", "粤B12345").verdict is Verdict.REJECT
