"""Amounts and days as Chinese bills write them: 人民币壹万陆仟肆佰零玖元零贰分.

Source: the annex on writing bills of the payment settlement rules; 整 stands after 元 and after 角, never after 分.
"""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_PLACES: Final = ("", "拾", "佰", "仟")
_SIZES: Final = ((10**8, "亿"), (10**4, "万"))
_CENT: Final = Decimal("0.01")
#: From here on no amount is written in words.
TOO_LARGE: Final = Decimal(10) ** 16


def amount_in_words(amount: Decimal, *, prefix: str = "人民币") -> str:
    """Return an amount of yuan in words, rounded to the fen; one below zero begins with 负 behind the prefix.

    Raises ``ValueError`` for an amount of ten thousand billion (10^16) and more.
    """
    if abs(amount) >= TOO_LARGE:
        message = f"{amount} is too large to be written in words"
        raise ValueError(message)
    cents = int((abs(amount) / _CENT).to_integral_value(ROUND_HALF_UP))
    yuan, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    sign = "负" if amount < 0 and cents else ""
    return f"{prefix}{sign}{_yuan(yuan, is_alone=not cents)}{_rest(yuan, jiao, fen)}"


def _yuan(yuan: int, *, is_alone: bool) -> str:
    if yuan:
        return f"{_whole(yuan)}元"
    return "零元" if is_alone else ""


def _rest(yuan: int, jiao: int, fen: int) -> str:
    if not jiao and not fen:
        return "整"
    words = f"{_DIGITS[jiao]}角" if jiao else ("零" if yuan else "")
    return f"{words}{_DIGITS[fen]}分" if fen else f"{words}整"


def _whole(number: int) -> str:
    """Return a whole number above zero; a gap between what stands before and behind 亿 or 万 is read as one 零."""
    for size, name in _SIZES:
        if number >= size:
            above, below = divmod(number, size)
            gap = "零" if 0 < below < size // 10 else ""
            return f"{_whole(above)}{name}{gap}{_whole(below) if below else ''}"
    return _thousands(number)


def _thousands(group: int) -> str:
    words, is_gap = "", False
    for place, digit in enumerate(map(int, reversed(str(group)))):
        if digit:
            words = f"{_DIGITS[digit]}{_PLACES[place]}{'零' if is_gap and words else ''}{words}"
        is_gap = not digit
    return words


def date_in_words(day: date) -> str:
    """Return a day as bills write it, so that nobody can add a digit: 贰零贰陆年零叁月零伍日.

    January, February and October have a 零 before them, days up to the tenth, the twentieth and the thirtieth as well,
    and 11 to 19 begin with 壹.
    """
    year = "".join(_DIGITS[int(digit)] for digit in f"{day.year:04d}")
    return f"{year}年{_month(day.month)}月{_day(day.day)}日"


def _month(month: int) -> str:
    return f"零{_ten(month)}" if month in {1, 2, 10} else _ten(month)


def _day(day: int) -> str:
    return f"零{_ten(day)}" if day < 10 or day % 10 == 0 else _ten(day)  # noqa: PLR2004 -- one digit, or a round ten


def _ten(number: int) -> str:
    tens, ones = divmod(number, 10)
    return f"{f'{_DIGITS[tens]}拾' if tens else ''}{_DIGITS[ones] if ones else ''}"
