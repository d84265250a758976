"""Tokens for full-text search in Chinese, Latin and mixed text.

A run of Chinese characters becomes its overlapping pairs, and its last character alone; so every character
begins a token, and one-character words are found by prefix. Latin letters and digits stay together as words.
``漏水3号`` gives ``漏水 水 3 号``; whether the pairs of a hit really stand side by side is checked against the text.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

_RUN = re.compile(r"[㐀-鿿豈-﫿\U00020000-\U0003ffff]+|[a-z0-9]+")
_MOBILE_LENGTH = 11
#: Characters of a Latin word that are indexed; PostgreSQL takes no token above 2 kB.
_LONGEST_WORD = 64
_SPACE = re.compile(r"\s+")


def fold(text: str) -> str:
    """Return ``text`` as the search compares it: NFKC, lower case, one blank for any run of blanks."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return _SPACE.sub(" ", text.lower()).strip()


def tokens(folded: str) -> list[str]:
    """Return the tokens under which a folded text is indexed, each once."""
    found: dict[str, None] = {}
    for run in _RUN.findall(folded):
        found.update(_tokens_of_run(run))
    return list(found)


@lru_cache(maxsize=65536)
def _tokens_of_run(run: str) -> dict[str, None]:
    if run[0] <= "z":
        run = run[:_LONGEST_WORD]
        # People know a phone by its last four digits, so these are a word of their own.
        return {run: None, run[-4:]: None} if len(run) == _MOBILE_LENGTH and run.isdigit() else {run: None}
    pairs = dict.fromkeys(map("".join, pairwise(run)))
    pairs[run[-1]] = None
    return pairs


def query_tokens(folded: str) -> list[tuple[str, bool]]:
    """Return what a hit must contain: (token, is_prefix).

    Latin words and single Chinese characters match as prefixes, since the person may still be typing.
    """
    needed: dict[tuple[str, bool], None] = {}
    for run in _RUN.findall(folded):
        if run[0] <= "z" or len(run) == 1:
            needed[run[:_LONGEST_WORD], True] = None
        else:
            needed.update(dict.fromkeys((pair, False) for pair in map("".join, pairwise(run))))
    return list(needed)


def terms(folded: str) -> list[str]:
    """Return the words that each must occur in a hit as they stand."""
    return folded.split(" ") if folded else []
