"""marshmallow schemas made from declared fields: one declaration checks form, import and API alike."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from gongdan.domain.fields import FIRST_DAY, LAST_DAY, OUT_OF_RANGE, Field, FieldKind
from gongdan.domain.folding import is_blank
from gongdan.domain.identifiers import Finding, check_phone
from gongdan.domain.verdicts import Verdict
from gongdan.errors import FieldProblem
from gongdan.text import msg

_MONEY_PLACES = 2
#: Numbers of this size and more are slips of the hand, and attacks when they are written as 1e999999.
_TOO_LARGE = 10**15
_MOST_PLACES = 30


def read_fields(
    declared: Sequence[Field], given: Mapping[str, object], zone: ZoneInfo, *, required: bool = True
) -> tuple[dict[str, object], list[FieldProblem]]:
    """Return the given values as they are stored (plain JSON values), and every problem found.

    Texts come as typed in a form; an empty text is no value. Names that are not declared are passed over.
    ``required`` False checks only what is given.
    """
    schema = _schema(tuple(declared))
    filled = {name: _trimmed(value) for name, value in given.items()}
    present = {name: value for name, value in filled.items() if value not in ("", None)}
    problems: list[FieldProblem] = []
    try:
        loaded = schema.load(present)
    except ValidationError as refusal:
        loaded = refusal.valid_data if isinstance(refusal.valid_data, dict) else {}
        texts: dict[str, Any] = refusal.normalized_messages()  # type: ignore[no-untyped-call]  # marshmallow types it not
        problems = [_problem(declared, name, given.get(name), text) for name, text in texts.items()]
    if required:
        problems += [
            _problem(declared, field.name, "", [msg("必须填写")])
            for field in declared
            if field.required and field.name not in present
        ]
    return {name: stored_value(_folded(declared, name, value), zone) for name, value in loaded.items()}, problems


@lru_cache(maxsize=256)
def _schema(declared: tuple[Field, ...]) -> Schema:
    made = Schema.from_dict({field.name: _field(field) for field in declared}, name="Fields")
    return made(unknown=EXCLUDE)


def _field(field: Field) -> fields.Field[Any]:
    return _MAKERS.get(field.kind, _text)(field)


def _integer(field: Field) -> fields.Field[Any]:
    return fields.Integer(validate=_range(field), error_messages={"invalid": msg("应为整数")})


def _decimal(field: Field) -> fields.Field[Any]:
    rules = [_range(field), *([_two_places] if field.kind is FieldKind.MONEY else [])]
    return fields.Decimal(validate=rules, error_messages={"invalid": msg("应为数字"), "special": msg("应为数字")})


def _date(_field: Field) -> fields.Field[Any]:
    return fields.Date(validate=_in_range, error_messages={"invalid": msg("应为日期，例如 2026-03-05")})


def _datetime(_field: Field) -> fields.Field[Any]:
    return fields.DateTime(validate=_in_range, error_messages={"invalid": msg("应为日期和时间，例如 2026-03-05 14:30")})


def _boolean(_field: Field) -> fields.Field[Any]:
    return fields.Boolean(error_messages={"invalid": msg("应为是或否")})


def _choice(field: Field) -> fields.Field[Any]:
    allowed = [choice.value for choice in field.choices]
    return fields.String(validate=validate.OneOf(allowed, error=msg("不是可选的值")), error_messages=_TEXT)


def _text(field: Field) -> fields.Field[Any]:
    rules: list[Any] = [_length(field)]
    if field.kind is FieldKind.PHONE:
        rules.append(_is_phone)
    if field.check:
        rules.append(_passes(field.check))
    return fields.String(validate=rules, error_messages=_TEXT)


_MAKERS: Mapping[FieldKind, Callable[[Field], fields.Field[Any]]] = {
    FieldKind.INTEGER: _integer,
    FieldKind.DECIMAL: _decimal,
    FieldKind.MONEY: _decimal,
    FieldKind.DATE: _date,
    FieldKind.DATETIME: _datetime,
    FieldKind.BOOLEAN: _boolean,
    FieldKind.CHOICE: _choice,
}

_TEXT: dict[str, Any] = {"invalid": msg("应为文字")}


def _range(field: Field) -> Any:
    def check(value: Decimal | int) -> None:
        if not -_TOO_LARGE < value < _TOO_LARGE or _places(Decimal(value)) > _MOST_PLACES:
            raise ValidationError(msg("数字过长"))
        if field.minimum is not None and value < field.minimum:
            raise ValidationError(msg("不能小于 {minimum}"))
        if field.maximum is not None and value > field.maximum:
            raise ValidationError(msg("不能大于 {maximum}"))

    return check


def _in_range(value: date) -> None:
    day = value.date() if isinstance(value, datetime) else value
    if not FIRST_DAY <= day <= LAST_DAY:
        raise ValidationError(OUT_OF_RANGE)


def _length(field: Field) -> Any:
    # marshmallow's own rule would fill the placeholder itself, and does not know it.
    def check(value: str) -> None:
        if len(value) > field.max_length:
            raise ValidationError(msg("最多 {max_length} 个字符"))

    return check


def _two_places(value: Decimal) -> None:
    if _places(value) > _MONEY_PLACES:
        raise ValidationError(msg("金额最多两位小数"))


def _places(value: Decimal) -> int:
    """Return how many decimals there are up to the last that is not zero; rounding would fail for long numbers."""
    _, digits, exponent = value.as_tuple()
    zeros = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return max(0, -exponent - zeros) if isinstance(exponent, int) else 0


def _is_phone(value: str) -> None:
    if check_phone(value).verdict is Verdict.REJECT:
        raise ValidationError(msg("不是有效的电话号码"))


def _passes(check: Callable[[str], Finding]) -> Callable[[str], None]:
    def validate_text(value: str) -> None:
        if check(value).verdict is Verdict.REJECT:
            raise ValidationError(msg("格式不正确"))

    return validate_text


def _folded(declared: Sequence[Field], name: str, value: object) -> object:
    check = next((field.check for field in declared if field.name == name), None)
    return (check(value).value or value) if check and isinstance(value, str) else value


def _problem(declared: Sequence[Field], name: str, value: object, texts: object) -> FieldProblem:
    field = next(field for field in declared if field.name == name)
    text = texts[0] if isinstance(texts, list) else str(texts)
    params = {
        "max_length": field.max_length,
        "minimum": field.minimum,
        "maximum": field.maximum,
        "unit": field.unit,
    }
    return FieldProblem(name, "" if value is None else str(value), text, params=params, label=field.label)


def _trimmed(value: object) -> object:
    if not isinstance(value, str):
        return value
    return "" if is_blank(value) else value.strip()


def stored_value(value: object, zone: ZoneInfo) -> object:
    """Return a typed value as it is kept in JSON; a time without a zone is of the company's zone."""
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=zone)).isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else value
