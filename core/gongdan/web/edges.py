"""marshmallow at the edge: what a form sends becomes typed values, or problems beside its fields.

A schema's fields carry their labels; rules of the business stay in the services.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import UUID

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate

from gongdan.errors import FieldProblem, InvalidInput
from gongdan.text import msg
from gongdan.web.forms import Form

#: Days outside of it are mistakes of typing; weeks and zones can be reckoned with around it.
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2200, 12, 31)
_IN_RANGE = msg("应在 1970-01-01 到 2200-12-31 之间")


def text(label: str, default: str = "") -> fields.String:
    """Return a field of one text; empty without a value."""
    return fields.String(load_default=default, metadata={"label": label})


def texts(label: str) -> fields.List[str]:
    """Return a field of several texts."""
    return fields.List(fields.String(), load_default=list, metadata={"label": label})


def flag(label: str) -> fields.Boolean:
    """Return a check box; False without a tick."""
    return fields.Boolean(load_default=False, metadata={"label": label})


def key(label: str) -> fields.UUID:
    """Return a field that names a record; None without a choice."""
    return fields.UUID(
        load_default=None, error_messages={"invalid_uuid": msg("不是可选的值")}, metadata={"label": label}
    )


def day(label: str) -> fields.Date:
    """Return a field of a day; None without one."""
    return fields.Date(
        load_default=None,
        validate=validate.Range(FIRST_DAY, LAST_DAY, error=_IN_RANGE),
        error_messages={"invalid": msg("应为日期，例如 2026-03-05")},
        metadata={"label": label},
    )


def clock(label: str) -> fields.Time:
    """Return a field of a time of day; None without one."""
    return fields.Time(
        load_default=None, error_messages={"invalid": msg("应为时间，例如 15:20")}, metadata={"label": label}
    )


def moment(label: str) -> fields.NaiveDateTime:
    """Return a field of a day with a time, without a zone; None without one."""
    return fields.NaiveDateTime(
        format="%Y-%m-%dT%H:%M",
        load_default=None,
        validate=validate.Range(
            datetime.combine(FIRST_DAY, time.min), datetime.combine(LAST_DAY, time.max), error=_IN_RANGE
        ),
        error_messages={"invalid": msg("应为日期和时间，例如 2026-03-05 15:20")},
        metadata={"label": label},
    )


def asked_id(text: str) -> UUID | None:
    """Return the id that an address or a form names, None for what is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def asked_day(text: str) -> date | None:
    """Return the day that an address names, None for what is none; raises ``InvalidInput`` for one out of range."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    if not FIRST_DAY <= found <= LAST_DAY:
        raise InvalidInput((FieldProblem("day", text, _IN_RANGE, label=msg("日期")),))
    return found


def read(schema: type[Schema], form: Form) -> dict[str, Any]:
    """Return the typed values of a form, trimmed; raises ``InvalidInput`` with every wrong one."""
    made = schema(unknown=EXCLUDE)
    given: dict[str, object] = {}
    for name, field in made.fields.items():
        filled = [value.strip() for value in form.all(name) if value.strip()]
        if filled:
            given[name] = filled if isinstance(field, fields.List) else filled[0]
    try:
        loaded: dict[str, Any] = made.load(given)
    except ValidationError as refusal:
        raise InvalidInput(_problems(made.fields, form, refusal.messages_dict)) from refusal
    return loaded


def _problems(
    declared: Mapping[str, fields.Field[Any]], form: Form, messages: Mapping[str, Any]
) -> tuple[FieldProblem, ...]:
    return tuple(
        FieldProblem(name, form.value(name), _first(texts), label=str(declared[name].metadata.get("label", "")))
        for name, texts in messages.items()
    )


def _first(messages: Any) -> str:
    while isinstance(messages, Mapping):
        messages = next(iter(messages.values()))
    return str(messages[0])
