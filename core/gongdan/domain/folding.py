"""One spelling for the many ways in which the same text is written."""

import re
import unicodedata
from typing import Final

#: Control, zero-width and direction marks: nobody sees them, and they make two equal texts differ.
_INVISIBLE: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
#: Categories of characters that show nothing by themselves.
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Mn", "Zl", "Zp", "Zs"})
#: Letters and symbols by category that leave the place empty: fillers of Hangul, a Braille cell without dots.
_BLANK_LETTERS: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
_SEPARATORS: Final = re.compile(r"[\s\-‐-―−·•‧∙・.]+")
_QUOTE_MARKS: Final = "'‘’`"
_LINE_BREAKS: Final = re.compile(r"\r\n?")

_NAME_SPLIT: Final = re.compile(r"[/／、,，;；|\n]+")
_SHORTEST_NAME: Final = 2

_DIGITS: Final = {
    **{character: value for value, character in enumerate("零一二三四五六七八九")},
    **{character: value for value, character in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    "两": 2,
    "貳": 2,
}
_UNITS: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_TEN_THOUSAND: Final = {"万": 10_000, "萬": 10_000}
_CHINESE_NUMBER: Final = re.compile(f"[{''.join((*_DIGITS, *_UNITS, *_TEN_THOUSAND))}]+")


def is_blank(text: str) -> bool:
    """Tell whether nothing of a text can be seen: blanks, control and format characters, marks without a letter.

    A character that is private or not yet known may be one of a rare name, so it counts as seen.
    """
    return all(one in _BLANK_LETTERS or unicodedata.category(one) in _UNSEEN for one in text)


def drop_invisible(text: str) -> str:
    """Remove marks that cannot be seen; tabs stay, and each line ends with a line feed alone."""
    if text.isprintable():
        return text
    return _LINE_BREAKS.sub("\n", _INVISIBLE.sub("", text))


def fold_prose(text: str) -> str:
    """Trim free text; its punctuation, full-width or not, is the writer's and stays."""
    return drop_invisible(text).strip()


def fold_text(text: str) -> str:
    """Fold full-width and compatibility forms (NFKC), drop invisible marks, trim."""
    if text.isascii():
        return drop_invisible(text).strip()
    return unicodedata.normalize("NFKC", drop_invisible(text)).strip()


def fold_identifier(text: str) -> str:
    """Fold a code as it is compared: no spaces, ``-``, ``·``, ``.`` or leading quote; upper case."""
    folded = fold_text(text)
    if folded.isalnum() and folded.isascii():
        return folded.upper()
    # Removing and raising characters can bring two together that have a common form.
    return unicodedata.normalize("NFKC", _SEPARATORS.sub("", folded).lstrip(_QUOTE_MARKS).upper())


def fold_name(text: str) -> str:
    """Fold the name of a person or place: no space inside a Chinese name, one between Latin words.

    The ``·`` in the names of minorities stays.
    """
    folded = fold_text(text)
    if folded.isalnum():
        return folded
    words = folded.split()
    glue = " " if any(word.isascii() for word in words) else ""
    return unicodedata.normalize("NFKC", glue.join(words))


def fold_heading(text: str) -> str:
    """Fold a column heading: no spaces, line breaks, stars for required columns, or closing colon."""
    return re.sub(r"[\s*:]+", "", fold_text(text)).casefold()


def split_names(text: str) -> tuple[str, ...]:
    """Split a cell that holds several names.

    A space separates only where each side is long enough: 林国 郭秀勇 are two persons, 张 三 is one.
    """
    names: list[str] = []
    for part in _NAME_SPLIT.split(fold_text(text)):
        words = part.split()
        if len(words) > 1 and all(_whole_name(word) for word in words):
            names.extend(words)
        elif words:
            names.append(fold_name(part))
    return tuple(names)


def _whole_name(word: str) -> bool:
    return len(word) >= _SHORTEST_NAME and not word.isascii()


def read_chinese_number(text: str) -> int | None:
    """Read 三, 十二, 一百零五, 二〇二五 or 壹拾 as a whole number; None if the text is none."""
    if not _CHINESE_NUMBER.fullmatch(text):
        return None
    if all(character in _DIGITS for character in text):
        return int("".join(str(_DIGITS[character]) for character in text))
    return _with_units(text)


def _with_units(text: str) -> int:
    total = section = digit = 0
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _UNITS:
            section += (digit or 1) * _UNITS[character]
            digit = 0
        else:
            total += (section + digit) * _TEN_THOUSAND[character]
            section = digit = 0
    return total + section + digit


def fold_chinese_numbers(text: str) -> str:
    """Replace each number in Chinese characters by digits: 三号楼 becomes 3号楼."""
    return _CHINESE_NUMBER.sub(_as_digits, text)


def _as_digits(found: re.Match[str]) -> str:
    number = read_chinese_number(found.group())
    return found.group() if number is None else str(number)
