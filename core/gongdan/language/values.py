"""Values of declared fields in one language, with moments in the zone of the company."""

from datetime import datetime, tzinfo
from decimal import Decimal, InvalidOperation

from gongdan.domain.fields import Field, FieldKind
from gongdan.language.translator import Translator
from gongdan.text import msg


def field_text(field: Field, value: object, translator: Translator, zone: tzinfo) -> str:
    """Return the stored value of a declared field as people read it, with its unit; empty for none."""
    if value is None or value == "":
        return ""
    unit = f" {translator.gettext(field.unit)}" if field.unit and field.kind is not FieldKind.MONEY else ""
    return _in_words(field, value, translator, zone) + unit


def _in_words(field: Field, value: object, translator: Translator, zone: tzinfo) -> str:
    text = str(value)
    match field.kind:
        case FieldKind.CHOICE:
            return translator.gettext(field.choice_label(text))
        case FieldKind.BOOLEAN:
            return translator.gettext(msg("是") if value is True or text == "true" else msg("否"))
        case FieldKind.MONEY:
            amount = _decimal(text)
            return translator.money(amount) if amount is not None else text
        case FieldKind.DATETIME:
            at = _datetime(text)
            return translator.moment(at, zone) if at else text
    return text


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _datetime(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
