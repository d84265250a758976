"""Visitors: why somebody comes, who agreed to it, and how quickly he was entered into the register."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from gongdan.domain.fields import Choice
from gongdan.text import msg


class Consent(StrEnum):
    """What the occupier said before somebody was let in. Source: 001-01-05."""

    AGREED = "agreed"
    REFUSED = "refused"
    #: Nobody answered, so nobody agreed.
    UNREACHED = "unreached"
    #: He holds the place himself: owner, tenant or resident.
    HOLDER = "holder"

    @property
    def lets_in(self) -> bool:
        """Tell whether somebody may enter."""
        return self in {Consent.AGREED, Consent.HOLDER}


CONSENTS: tuple[Choice, ...] = (
    Choice(Consent.AGREED, msg("同意")),
    Choice(Consent.REFUSED, msg("不同意")),
    Choice(Consent.UNREACHED, msg("联系不上")),
    Choice(Consent.HOLDER, msg("本人是业主或住户")),
)

CONSENT_WAYS: tuple[Choice, ...] = (
    Choice("phone", msg("电话")),
    Choice("intercom", msg("对讲")),
    Choice("in_person", msg("当面")),
    Choice("appointment", msg("事先预约")),
)

PURPOSES: tuple[Choice, ...] = (
    Choice("visit", msg("探访")),
    Choice("business", msg("商务")),
    Choice("delivery", msg("送货送餐")),
    Choice("repair", msg("维修安装")),
    Choice("interview", msg("面试")),
    Choice("other", msg("其他")),
)

#: What a visitor shows: the register keeps its number sealed.
DOCUMENTS: tuple[Choice, ...] = (
    Choice("resident_id", msg("居民身份证")),
    Choice("other", msg("其他证件")),
)


@dataclass(frozen=True, slots=True)
class RegisterFigures:
    """How quickly visitors were registered, from opening the page to saving it. Source: 001-01-04."""

    #: Entries, those that were not measured included.
    visits: int
    #: Entries whose time was measured.
    measured: int
    #: Measured entries within the limit; None while nobody has decided one.
    in_time: int | None
    #: In seconds; None without a measured entry.
    median_seconds: int | None
    longest_seconds: int | None

    @property
    def in_time_percent(self) -> int | None:
        """Return the share of the measured entries that were in time, rounded down; None for a share of nothing."""
        return None if self.in_time is None or not self.measured else self.in_time * 100 // self.measured


def figures(seconds: Sequence[int | None], limit_seconds: int | None) -> RegisterFigures:
    """Reckon up how long entries took; None stands for one that was not measured."""
    measured = [one for one in seconds if one is not None]
    in_time = None if limit_seconds is None else sum(one <= limit_seconds for one in measured)
    return RegisterFigures(
        visits=len(seconds),
        measured=len(measured),
        in_time=in_time,
        median_seconds=round(median(measured)) if measured else None,
        longest_seconds=max(measured, default=None),
    )
