"""What a spreadsheet cell can hold, and what a reader makes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final, TypeAlias, TypeGuard

from gongdan.domain.verdicts import Reason, Verdict

#: A cell as a file holds it; numbers of workbooks are floats, dates are naive and stand for themselves.
Cell: TypeAlias = str | int | float | bool | date | datetime | time | timedelta | None

#: From here on a float cannot hold every whole number of 16 digits: the last digits of a code are lost.
PRECISION_LIMIT: Final = 1e15


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader made of one cell."""

    #: The value in its one spelling; None where nothing is left to store.
    value: object
    #: SUSPECT is stored and marked for a person, REJECT is not stored.
    verdict: Verdict = Verdict.OK
    #: Reason class of a verdict other than OK.
    reason: Reason | None = None
    #: The text of the cell differs from the value.
    changed: bool = False
    #: The rule that is broken, a source text.
    rule: str = ""
    #: What to do next, a source text.
    remedy: str = ""


#: A reader never sees a blank cell.
Reader: TypeAlias = Callable[[Cell], Reading]

BLANK: Final = Reading(None)


def reject(reason: Reason, rule: str, remedy: str) -> Reading:
    """Say that nothing of the cell can be stored."""
    return Reading(None, Verdict.REJECT, reason, rule=rule, remedy=remedy)


def suspect(value: object, reason: Reason, rule: str, remedy: str) -> Reading:
    """Say that ``value`` is stored and a person has to look at it."""
    return Reading(value, Verdict.SUSPECT, reason, rule=rule, remedy=remedy)


def is_blank(cell: Cell) -> bool:
    """Tell whether a cell holds nothing that a person would see."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def is_number(cell: Cell) -> TypeGuard[int | float]:
    """Tell whether a cell is a number, which a logical value is not."""
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def cell_text(cell: Cell) -> str:
    """Return the text of a cell; a whole number has no decimal point, a date is in ISO form."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    if isinstance(cell, int | float):
        return number_text(cell)
    return shown(cell)


def number_text(number: float) -> str:
    """Return a number with at most 15 significant digits, without exponent up to 10^15."""
    if isinstance(number, int) or (number.is_integer() and abs(number) < PRECISION_LIMIT):
        return str(int(number))
    return format(number, ".15g")


def raw_value(cell: Cell) -> str | float:
    """Return the cell as a report names it: text as it stands, a number as a number."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell if is_number(cell) else cell_text(cell)


def shown(value: object) -> str:
    """Return a single value as text: ISO dates, hours and minutes, decimals without exponent."""
    if isinstance(value, datetime):
        return value.isoformat(sep="T", timespec="seconds")
    if isinstance(value, time):
        return value.isoformat(timespec="seconds" if value.second else "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    return "" if value is None else str(value)
