"""The quote that keeps a spreadsheet from taking a text for a formula, and its removal.

Whatever `guard` writes, `unguard` reads back as it was; a text that needed no guard is left alone by both.
"""

import re
from typing import Final

#: What starts a formula or a command in some spreadsheet program, also in full width.
_DANGEROUS: Final = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def guard(text: str) -> str:
    """Put a ``'`` before a text that a program might calculate."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def unguard(text: str) -> str:
    """Take away the ``'`` that `guard` has put."""
    if text.startswith("'") and _DANGEROUS.match(text, 1):
        return text[1:]
    return text
