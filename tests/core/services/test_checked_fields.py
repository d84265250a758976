from zoneinfo import ZoneInfo

from gongdan.domain.fields import Field
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


def test_a_doubtful_text_is_taken() -> None:
    assert read_fields([_PLATE], {"plate": "粤BABC12"}, _ZONE) == ({"plate": "粤BABC12"}, [])
