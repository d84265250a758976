"""The journal's chain: each entry is sealed with the one before it, so that a changed row shows.

The seal is an HMAC, so that someone who can write to the database but does not know the key cannot mend the
chain after a change.
"""

import hmac

#: The hash before the first entry of a chain.
GENESIS = "0" * 64


def seal(key: bytes, previous: str, entry: str) -> str:
    """Return the hash of ``entry`` (canonical text) after ``previous`` (64 hex digits), as 64 hex digits."""
    return hmac.digest(key, f"{previous}\n{entry}".encode(), "sha256").hex()
