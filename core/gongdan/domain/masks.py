"""Values with their middle hidden, for those who may not see them whole."""

from typing import Final

_HIDDEN: Final = 4


def masked_phone(value: str) -> str:
    """Return a phone number whose middle cannot be read: ``138****5678``."""
    if len(value) <= _HIDDEN:
        return "*" * len(value)
    head = value[: max(0, len(value) - 2 * _HIDDEN)]
    return head + "*" * min(_HIDDEN, len(value) - _HIDDEN) + value[-_HIDDEN:]


def masked_text(value: str) -> str:
    """Return the first character of a value that is personal."""
    return f"{value[:1]}**" if value else ""
