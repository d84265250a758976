"""Form kinds as plain JSON and back: a filed form keeps the words and fields of its day."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from gongdan.domain.duties import Condition
from gongdan.domain.fields import Choice, Field, FieldKind
from gongdan.domain.forms import (
    CheckItem,
    Checklist,
    Copy,
    FollowUp,
    FormKind,
    Lines,
    PaperSize,
    Section,
    SignatureBox,
    SigningWay,
    Taken,
)
from gongdan.domain.numbering import NumberPattern

#: Which class a record is of.
_CLASS: Final = "is"
_CLASSES: Mapping[str, type[Any]] = {
    each.__name__: each
    for each in (
        CheckItem, Checklist, Choice, Condition, Copy, Field, FollowUp, FormKind, Lines, NumberPattern, Section,
        SignatureBox, Taken,
    )
}  # fmt: skip
#: Attributes that are no plain JSON, by class and name.
_READERS: Mapping[tuple[str, str], type[Any]] = {
    ("Field", "kind"): FieldKind,
    ("Field", "minimum"): Decimal,
    ("Field", "maximum"): Decimal,
    ("SignatureBox", "ways"): SigningWay,
    ("FormKind", "paper"): PaperSize,
}


def record(value: object) -> Any:
    """Return a form kind, or a part of one, as plain JSON; what has its usual value and what is code is left out."""
    if is_dataclass(value) and not isinstance(value, type):
        kept_fields = [each for each in fields(value) if each.init and not each.metadata.get("is_code")]
        held = {each.name: getattr(value, each.name) for each in kept_fields}
        usual = {each.name: each.default for each in fields(value)}
        kept = {name: record(one) for name, one in held.items() if not callable(one) and one != usual[name]}
        return {_CLASS: type(value).__name__, **kept}
    if isinstance(value, tuple):
        return [record(each) for each in value]
    return str(value) if isinstance(value, StrEnum | Decimal) else value


def form_kind(kept: Mapping[str, Any]) -> FormKind:
    """Return the form kind that ``record`` kept."""
    found = _read(kept)
    if not isinstance(found, FormKind):
        message = f"no form kind: {kept.get(_CLASS)}"
        raise TypeError(message)
    return found


def field_of(kept: Mapping[str, Any]) -> Field:
    """Return the field that ``record`` kept."""
    found = _read(kept)
    if not isinstance(found, Field):
        message = f"no field: {kept.get(_CLASS)}"
        raise TypeError(message)
    return found


def _read(kept: Any, reader: type[Any] | None = None) -> Any:
    if isinstance(kept, list):
        return tuple(_read(each, reader) for each in kept)
    if isinstance(kept, Mapping):
        name = str(kept[_CLASS])
        made = _CLASSES[name]
        known = {each.name for each in fields(made) if each.init}
        # What a later version of the program says about forms is passed over.
        return made(**{key: _read(one, _READERS.get((name, key))) for key, one in kept.items() if key in known})
    return kept if reader is None or kept is None else reader(kept)
