"""JSON as text: the one spelling that the journal seals, and the short spelling of JSON columns."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

import orjson

_CANONICAL = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME


def canonical(payload: Mapping[str, object]) -> str:
    """Return the one spelling of ``payload``: sorted keys, no spaces, characters as they are, times in UTC."""
    try:
        return orjson.dumps(payload, default=_plain, option=_CANONICAL).decode()
    except TypeError:
        return _slow_canonical(payload)


def column_text(value: object) -> str:
    """Return the text of a JSON column: plain values only, no spaces, characters as they are."""
    try:
        return orjson.dumps(value, option=orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_SUBCLASS).decode()
    except TypeError:
        # Whole numbers of more than 64 bits are legal in JSON.
        return _slow(value)


def _plain(value: object) -> str:
    return value.astimezone(UTC).isoformat() if isinstance(value, datetime) else str(value)


#: Take what the quick writer refuses: whole numbers of more than 64 bits, and lone surrogates.
_slow_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain).encode
_slow = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
