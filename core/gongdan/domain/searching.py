"""Tokens for full-text search in Chinese, Latin and mixed text.

A run of Chinese characters becomes its overlapping pairs, and its last character alone; so every character
begins a token, and one-character words are found by prefix. Latin letters and digits stay together as words; plates
and numbers also have their tails, since people say ``820F`` for 粤B31820F. ``漏水3号`` gives ``漏水 水 3 号``; whether
the pairs of a hit really stand side by side is checked against the text.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from gongdan.domain.folding import fold_identifier
from gongdan.domain.identifiers import check_phone

_RUN = re.compile(r"[㐀-鿿豈-﫿\U00020000-\U0003ffff]+|[a-z0-9]+")
_MOBILE_LENGTH = 11
#: Characters of a Latin word that are indexed; PostgreSQL takes no token above 2 kB.
_LONGEST_WORD = 64
_SPACE = re.compile(r"\s+")
#: The letters and digits of a plate, and a number that letters begin.
_PLATE = re.compile(r"[a-z](?=[a-z]*[0-9])[0-9a-z]{5,6}")
_NUMBER = re.compile(r"[a-z]{1,8}([0-9]{4,16})")
#: People know a plate by this many last characters, or more.
_SHORTEST_TAIL = 4
#: Longest text that may be an identifier in another spelling.
_LONGEST_IDENTIFIER = 40
#: Numbers of telephones as they are stored and as people write them into texts.
_PHONE = re.compile(
    r"(?<![0-9a-z])(?:1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}|0[0-9]{2,3}[ -]?[0-9]{7,8}"
    r"|[48]00[ -]?[0-9]{3}[ -]?[0-9]{4})(?![0-9a-z])"
)
_NO_DIGIT = re.compile(r"[^0-9]+")
#: Of a sentence that stands nowhere as it was typed, so many of three characters must be in what comes nearest.
#: Characters of a word that stands alone.
_PAIR = 2
_NEAR_ENOUGH = 2


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
        return dict.fromkeys((run, *_tails(run)))
    pairs = dict.fromkeys(_pairs(run))
    pairs[run[-1]] = None
    return pairs


def _pairs(run: str) -> Iterable[str]:
    return map("".join, pairwise(run))


def _tails(run: str) -> Iterable[str]:
    """Return the ends under which people look for a phone, a plate and a number: ``b1820f`` has ``1820f``, ``820f``."""
    if run.isdigit():
        return (run[-4:],) if len(run) == _MOBILE_LENGTH else ()
    if _PLATE.fullmatch(run):
        return [run[start:] for start in range(1, len(run) - _SHORTEST_TAIL + 1)]
    number = _NUMBER.fullmatch(run)
    return (number[1],) if number else ()


def query_tokens(folded: str) -> list[tuple[str, bool]]:
    """Return what a hit must contain: (token, is_prefix).

    Latin words and single Chinese characters match as prefixes, since the person may still be typing.
    """
    needed: dict[tuple[str, bool], None] = {}
    for run in _RUN.findall(folded):
        if run[0] <= "z" or len(run) == 1:
            needed[run[:_LONGEST_WORD], True] = None
        else:
            needed.update(dict.fromkeys((pair, False) for pair in _pairs(run)))
    return list(needed)


def terms(folded: str) -> list[str]:
    """Return the words that each must occur in a hit as they stand."""
    return folded.split(" ") if folded else []


def spellings(text: str) -> list[str]:
    """Return how else an identifier may be stored: ``TS 202611-0014`` without blanks, ``粤B·31820F`` without marks."""
    folded = fold(text)
    if not any(map(str.isdigit, folded)) or len(folded) > _LONGEST_IDENTIFIER:
        return []
    phone = check_phone(text).value
    others = (folded.replace(" ", ""), fold_identifier(text).lower(), *((phone,) if phone else ()))
    return [other for other in dict.fromkeys(others) if other and other != folded]


def begins_in(word: str, folded: str) -> bool:
    """Tell whether a word stands in a text and does not begin inside another: ``3-2-501`` is not in ``13-2-501``."""
    start = folded.find(word)
    while start > 0 and _is_latin(folded[start - 1]) and _is_latin(word[0]):
        start = folded.find(word, start + 1)
    return start >= 0


def _is_latin(character: str) -> bool:
    return character.isascii() and (character.isalnum() or character == "-")


def without_phones(folded: str, asked: Collection[str]) -> str:
    """Return a text without the telephone numbers in it, but for those that were asked for, in digits, as a whole."""
    return _PHONE.sub(lambda found: found[0] if digits(found[0]) in asked else " ", folded)


def digits(text: str) -> str:
    """Return the digits of a text."""
    return _NO_DIGIT.sub("", text)


@dataclass(frozen=True, slots=True)
class Nearest:
    """What is looked for when a sentence stands nowhere as it was typed: its pairs of characters, in any order."""

    #: What each hit must have all the same, as ``query_tokens`` says it.
    needed: tuple[tuple[str, bool], ...]
    #: Any of these; the more, the nearer.
    pairs: tuple[str, ...]

    def rank(self, folded: str) -> tuple[int, int] | None:
        """Return how near a text comes, the higher the nearer; None for not near enough."""
        characters = set("".join(self.pairs))
        found = sum(character in folded for character in characters)
        if found * (_NEAR_ENOUGH + 1) < len(characters) * _NEAR_ENOUGH:
            return None
        return sum(pair in folded for pair in self.pairs), found


def nearest(folded: str) -> Nearest | None:
    """Return what to look for instead of a sentence; None when it has no three Chinese characters side by side."""
    pairs = [token for token, _ in query_tokens(folded) if len(token) > 1 and token[0] > "z"]
    long = {pair for run in _RUN.findall(folded) if run[0] > "z" and len(run) > _PAIR for pair in _pairs(run)}
    if not long:
        return None
    needed = tuple(one for one in query_tokens(folded) if one[0] not in long)
    return Nearest(needed, tuple(pair for pair in pairs if pair in long))
