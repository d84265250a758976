"""Ticket numbers: a pattern per ticket type, reset by period. Source: 001-13-22 (year, month, serial)."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

_PLACEHOLDER = re.compile(r"\{(company|yyyy|yy|mm|dd|serial)(?::(\d))?\}")


@dataclass(frozen=True, slots=True)
class NumberPattern:
    """A pattern such as ``BX{yyyy}{mm}-{serial:4}``.

    Placeholders: ``{company}`` the company's code, ``{yyyy}`` ``{yy}`` ``{mm}`` ``{dd}`` the local date of opening,
    ``{serial:n}`` the running number, at least ``n`` digits. The finest date part decides when the serial starts
    again at 1: a pattern with ``{dd}`` every day, with ``{mm}`` every month, with a year only every year, else never.
    """

    pattern: str

    def problems(self) -> tuple[str, ...]:
        """Name what makes the pattern unusable, as plain English for the author."""
        found = [] if "{serial" in self.pattern else ["number pattern has no {serial}"]
        if "{" in _PLACEHOLDER.sub("", self.pattern):
            found.append("number pattern has an unknown placeholder")
        parts = {match[1] for match in _PLACEHOLDER.finditer(self.pattern)}
        if ("dd" in parts and "mm" not in parts) or ("mm" in parts and not parts & {"yy", "yyyy"}):
            found.append("number pattern repeats: a finer date part stands without the coarser one")
        return tuple(found)

    def period(self, opened: datetime) -> str:
        """Return the key of the period in which serials run, such as ``2026-03``; ``opened`` is local time."""
        if "{dd" in self.pattern:
            return f"{opened:%Y-%m-%d}"
        if "{mm" in self.pattern:
            return f"{opened:%Y-%m}"
        return f"{opened:%Y}" if "{yy" in self.pattern else ""

    def format(self, company: str, opened: datetime, serial: int) -> str:
        """Return the number; ``opened`` is local time, ``serial`` counts from 1."""
        head, width, tail = _filled(self.pattern, company, opened.date())
        return f"{head}{serial:0{width}d}{tail}"


@lru_cache(maxsize=1024)
def _filled(pattern: str, company: str, opened: date) -> tuple[str, int, str]:
    """Return a pattern with everything filled in but the serial: what stands before it, its digits, what follows."""
    values = {
        "company": company,
        "yyyy": f"{opened:%Y}",
        "yy": f"{opened:%y}",
        "mm": f"{opened:%m}",
        "dd": f"{opened:%d}",
    }
    serial = next(match for match in _PLACEHOLDER.finditer(pattern) if match[1] == "serial")

    def fill(match: re.Match[str]) -> str:
        return values[match[1]]

    head, tail = (_PLACEHOLDER.sub(fill, part) for part in (pattern[: serial.start()], pattern[serial.end() :]))
    return head, int(serial[2] or 1), tail
