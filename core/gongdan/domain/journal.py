"""The journal's chain: each entry is sealed with the one before it, so that a changed row shows.

The seal is an HMAC, so that someone who can write to the database but does not know the key cannot mend the
chain after a change.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from uuid import UUID

#: The hash before the first entry of a chain.
GENESIS = "0" * 64


def canonical(payload: Mapping[str, object]) -> str:
    """Return the one spelling of ``payload``: sorted keys, no spaces, characters unescaped."""
    return _encode(payload)


def seal(key: bytes, previous: str, entry: str) -> str:
    """Return the hash of ``entry`` (canonical text) after ``previous`` (64 hex digits), as 64 hex digits."""
    return hmac.new(key, f"{previous}\n{entry}".encode(), hashlib.sha256).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, UUID):
        return value.hex
    return str(value)


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain).encode
