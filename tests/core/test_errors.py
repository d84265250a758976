"""Every error names its code and builds its text from its fields."""

import inspect
from collections.abc import Iterator
from dataclasses import fields

import pytest

from gongdan import errors
from gongdan.errors import Conflict, GongdanError, LoginThrottled, NotAllowed, StaleVersion


def _classes() -> Iterator[type[GongdanError]]:
    for _, found in inspect.getmembers(errors, inspect.isclass):
        if issubclass(found, GongdanError):
            yield found


def test_codes_are_given_once() -> None:
    codes = [each.code for each in _classes()]
    assert sorted(codes) == sorted(set(codes))


@pytest.mark.parametrize("kind", list(_classes()), ids=lambda kind: kind.__name__)
def test_an_error_can_be_raised_without_fields_and_says_its_text(kind: type[GongdanError]) -> None:
    error = kind()
    assert str(error) == kind.text.format(**error.details())
    assert {field.name for field in fields(kind)} == set(error.details())
    assert kind.remedy.format(**error.details()) is not None


def test_the_text_is_built_from_the_fields() -> None:
    assert str(NotAllowed("ticket.move")) == "您没有这项权限：ticket.move"
    assert str(LoginThrottled(3)) == "尝试次数过多，请在 3 分钟后再试"
    assert str(Conflict("party", "王芳 {x}")) == "与已有记录冲突：王芳 {x}"
    assert StaleVersion("ticket", "BX1", 1, 2).details() == {
        "noun": "ticket",
        "key": "BX1",
        "expected": 1,
        "actual": 2,
    }
