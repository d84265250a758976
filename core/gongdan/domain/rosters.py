"""Rosters: who holds which post from when to when, who stands in for him, and which shifts may be swapped.

Every rule takes plain values and returns what stands in the way; an empty answer means that nothing does.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from gongdan.errors import Refusal
from gongdan.text import msg

#: No shift is longer.
LONGEST_SHIFT: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class RosterLimits:
    """What a company allows about its rosters; None is not limited, since the company has not decided it."""

    #: Swaps that one person may take part in during a calendar month.
    swaps_a_month: int | None
    #: How long a stand-in may hold a post at a time.
    stand_in: timedelta | None


@dataclass(frozen=True, slots=True)
class Rules:
    """The limits in force, and the zone in which the company writes its times."""

    limits: RosterLimits
    zone: ZoneInfo


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From a moment up to another one, which no longer belongs to it; both aware."""

    begins: datetime
    ends: datetime

    def covers(self, at: datetime) -> bool:
        """Tell whether a moment lies in it."""
        return self.begins <= at < self.ends

    def overlaps(self, other: "Period") -> bool:
        """Tell whether the two share a moment."""
        return self.begins < other.ends and other.begins < self.ends

    def adjoins(self, other: "Period") -> bool:
        """Tell whether no time lies between the two."""
        return self.begins <= other.ends and other.begins <= self.ends

    def within(self, other: "Period") -> bool:
        """Tell whether no moment of it lies outside the other one."""
        return other.begins <= self.begins and self.ends <= other.ends

    def shared(self, other: "Period") -> timedelta:
        """Return how long the two go together."""
        return max(min(self.ends, other.ends) - max(self.begins, other.begins), timedelta())

    def text(self, zone: ZoneInfo) -> str:
        """Return it as people of the zone write it: ``03-05 16:00–00:00``; the day of the end only when in doubt."""
        begins, ends = self.begins.astimezone(zone), self.ends.astimezone(zone)
        is_long = self.ends - self.begins > LONGEST_SHIFT
        return f"{begins:%m-%d %H:%M}–{ends:%m-%d %H:%M}" if is_long else f"{begins:%m-%d %H:%M}–{ends:%H:%M}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """Somebody's time at a post of a department."""

    id: UUID
    account_id: UUID
    department_id: UUID
    #: Name of the company's role in which he is on duty.
    role: str
    period: Period


@dataclass(frozen=True, slots=True)
class Absence:
    """Somebody is away; his deputy, if there is one, acts for him."""

    account_id: UUID
    period: Period
    deputy_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class StandIn:
    """Somebody holds another one's post for a part of the shift."""

    shift_id: UUID
    account_id: UUID
    period: Period


# --- Who is there ----------------------------------------------------------------------------


class Through(StrEnum):
    """How somebody came to be on duty."""

    SHIFT = "shift"
    STAND_IN = "stand_in"
    DEPUTY = "deputy"


@dataclass(frozen=True, slots=True)
class Post:
    """A shift at one moment, and who holds it then."""

    shift: Shift
    #: None when the one whose shift it is cannot be there and nobody acts for him.
    holder_id: UUID | None
    through: Through = Through.SHIFT


def deputy_of(account_id: UUID, at: datetime, absences: Iterable[Absence], staff: Collection[UUID]) -> UUID | None:
    """Return who acts for a person at a moment: himself unless he is away, else his deputy, or that one's, and so on.

    None when the last of them has no deputy, has left the company, or names one who was asked already.
    """
    away = {absence.account_id: absence.deputy_id for absence in absences if absence.period.covers(at)}
    asked: set[UUID] = set()
    person: UUID | None = account_id
    while person in away and person not in asked:
        asked.add(person)
        person = away[person]
    return person if person in staff and person not in asked else None


def posts_at(
    at: datetime,
    shifts: Iterable[Shift],
    stand_ins: Iterable[StandIn],
    *,
    absences: Sequence[Absence],
    staff: Collection[UUID],
) -> tuple[Post, ...]:
    """Return who holds the post of each shift that is running at a moment, in the order of their beginning.

    ``staff``: who works for the company today and may sign in.
    """
    standing = {one.shift_id: one.account_id for one in stand_ins if one.period.covers(at)}
    found = []
    for shift in sorted(shifts, key=lambda shift: shift.period):
        if shift.period.covers(at):
            first = standing.get(shift.id, shift.account_id)
            holder = deputy_of(first, at, absences, staff)
            through = Through.STAND_IN if first != shift.account_id else Through.SHIFT
            found.append(Post(shift, holder, through if holder == first else Through.DEPUTY))
    return tuple(found)


# --- Shifts, absences, stand-ins -------------------------------------------------------------


def shift_refusals(
    period: Period, own: Iterable[Shift], absences: Iterable[Absence], zone: ZoneInfo
) -> tuple[Refusal, ...]:
    """Say why a person cannot have a shift: he has another one, or he is away."""
    found = [
        Refusal("no_overlap", msg("此人 {when} 已有班次，两个班次不能重叠"), params={"when": other.period.text(zone)})
        for other in own
        if period.overlaps(other.period)
    ]
    found += [
        Refusal("present", msg("此人 {when} 请假，不能排班"), params={"when": absence.period.text(zone)})
        for absence in absences
        if period.overlaps(absence.period)
    ]
    return tuple(found)


def held_posts(period: Period, stand_ins: Iterable[StandIn], zone: ZoneInfo) -> tuple[Refusal, ...]:
    """Say that a person holds somebody else's post in a period; nobody holds two at once."""
    return tuple(
        Refusal("no_overlap", msg("此人 {when} 替别人顶岗，不能同时在两个岗位"), params={"when": one.period.text(zone)})
        for one in stand_ins
        if period.overlaps(one.period)
    )


def absence_refusals(
    absence: Absence, *, others: Iterable[Absence], own: Sequence[Shift], swapped: Collection[UUID], rules: Rules
) -> tuple[Refusal, ...]:
    """Say why a person cannot be away: he is already, a shift was swapped, or his deputy would stand in too long.

    ``swapped``: the shifts among ``own`` that came by a swap.
    """
    limits, zone = rules.limits, rules.zone
    found = [
        Refusal("one_absence", msg("此人 {when} 已登记请假"), params={"when": other.period.text(zone)})
        for other in others
        if absence.period.overlaps(other.period)
    ]
    for shift in own:
        shared = absence.period.shared(shift.period)
        params = {"when": shift.period.text(zone)}
        if shared and shift.id in swapped:
            found.append(
                Refusal("kept_after_swap", msg("{when} 的班是换来的，不能请假"), ("003-19-10",), params=params)
            )
        if absence.deputy_id and limits.stand_in is not None and shared > limits.stand_in:
            reason = msg("代理人要顶 {when} 的班，顶岗一次不得超过 {hours} 小时：请先把这个班改排给别人")
            found.append(
                Refusal("stand_in_limit", reason, ("001-01-31",), "deputy", params | {"hours": _hours(limits.stand_in)})
            )
    return tuple(found)


def stand_in_refusals(stand_in: StandIn, shift: Shift, others: Sequence[StandIn], rules: Rules) -> tuple[Refusal, ...]:
    """Say why somebody cannot stand in: for too long, outside the shift, for himself, or beside another stand-in.

    ``others``: the stand-ins of the same shift.
    """
    zone, limit = rules.zone, rules.limits.stand_in
    when = {"when": shift.period.text(zone)}
    found = []
    if stand_in.account_id == shift.account_id:
        found.append(Refusal("another_person", msg("不能给自己顶岗"), field="account"))
    if not stand_in.period.within(shift.period):
        found.append(Refusal("within_shift", msg("顶岗时间须在班次 {when} 之内"), params=when))
    held = stand_in.period.ends - stand_in.period.begins
    # Two stretches of one person without a break are one stand-in.
    held += sum(
        (one.period.ends - one.period.begins for one in others
         if one.account_id == stand_in.account_id and one.period.adjoins(stand_in.period)), timedelta()
    )  # fmt: skip
    if limit is not None and held > limit:
        reason = msg("顶岗一次不得超过 {hours} 小时，这一次连起来有 {held} 小时")
        params = {"hours": _hours(limit), "held": _hours(held)}
        found.append(Refusal("stand_in_limit", reason, ("001-01-31",), "ends", params))
    found += [
        Refusal("one_stand_in", msg("{when} 已有人顶岗"), params={"when": one.period.text(zone)})
        for one in others
        if one.period.overlaps(stand_in.period)
    ]
    return tuple(found)


def left_outside(period: Period, stand_ins: Iterable[StandIn], zone: ZoneInfo) -> tuple[Refusal, ...]:
    """Say why a shift cannot be moved to a period: a stand-in of it would lie outside."""
    reason = msg("{when} 有人顶岗，不在改后的班次之内：请先取消顶岗")
    return tuple(
        Refusal("within_shift", reason, params={"when": one.period.text(zone)})
        for one in stand_ins
        if not one.period.within(period)
    )


def _hours(length: timedelta) -> str:
    return f"{length / timedelta(hours=1):.3g}"


# --- Swaps -----------------------------------------------------------------------------------


class SwapState(StrEnum):
    """How far a swap has come."""

    #: Asked by the one, not yet answered by the other.
    ASKED = "asked"
    #: The other one has agreed; the superior decides.
    ACCEPTED = "accepted"
    APPROVED = "approved"
    #: The other one does not want to.
    DECLINED = "declined"
    #: The superior says no.
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def is_pending(self) -> bool:
        """Tell whether somebody still has to decide."""
        return self in {SwapState.ASKED, SwapState.ACCEPTED}

    @property
    def counts(self) -> bool:
        """Tell whether it counts against the limits: it holds, or may come to hold."""
        return self.is_pending or self is SwapState.APPROVED


@dataclass(frozen=True, slots=True)
class Exchange:
    """A swap as one of the two sees it."""

    id: UUID
    #: The shift that he gives away.
    given: Period
    #: The shift that he gets for it.
    taken: Period


@dataclass(frozen=True, slots=True)
class Partner:
    """One of the two who swap, with what else there is about him."""

    account_id: UUID
    name: str
    exchange: Exchange
    #: His shifts as they are today, the given one included.
    shifts: Sequence[Shift]
    #: The other swaps that count.
    exchanges: Sequence[Exchange]
    absences: Sequence[Absence]


def swap_refusals(given: Shift, taken: Shift, partners: Iterable[Partner], rules: Rules) -> tuple[Refusal, ...]:
    """Say why two shifts cannot be swapped; ``given`` is the asker's, ``taken`` the other one's."""
    if given.account_id == taken.account_id:
        return (Refusal("another_person", msg("不能跟自己换班"), field="other"),)
    found = []
    if given.role != taken.role:
        found.append(Refusal("same_work", msg("只能在同一工种之间换班"), ("003-19-07",), "other"))
    for partner in partners:
        found += _partner_refusals(partner, rules)
    return tuple(found)


def _partner_refusals(partner: Partner, rules: Rules) -> Iterator[Refusal]:
    own, name, limits, zone = partner.exchange, {"person": partner.name}, rules.limits, rules.zone
    month = _month(own.given, zone)
    count = sum(_month(one.given, zone) == month for one in partner.exchanges)
    if limits.swaps_a_month is not None and count >= limits.swaps_a_month:
        reason = msg("{person}本月已换班 {count} 次，每人每月最多 {limit} 次")
        params = {**name, "count": count, "limit": limits.swaps_a_month}
        yield Refusal("swaps_a_month", reason, ("003-19-04",), params=params)
    if _follows_another(partner):
        yield Refusal("no_swaps_running", msg("{person}相邻的班次已经换过，不得接连换班"), ("003-19-05",), params=name)
    for shift in partner.shifts:
        if shift.period != own.given and shift.period.adjoins(own.taken):
            reason = msg("换班后{person}要连着上 {when} 和 {next} 两个班")
            params = {**name, "when": shift.period.text(zone), "next": own.taken.text(zone)}
            yield Refusal("no_two_shifts_running", reason, ("003-19-06",), params=params)
    for absence in partner.absences:
        if absence.period.overlaps(own.taken):
            reason = msg("{person} {when} 请假，不能接这个班")
            yield Refusal("present", reason, ("003-19-10",), params={**name, "when": absence.period.text(zone)})


def _follows_another(partner: Partner) -> bool:
    """Tell whether a shift of this swap stands beside one of another swap in the person's order of shifts."""
    line: dict[Period, UUID | None] = {shift.period: None for shift in partner.shifts}
    for exchange in (*partner.exchanges, partner.exchange):
        line |= {exchange.given: exchange.id, exchange.taken: exchange.id}
    order = [line[period] for period in sorted(line)]
    own = partner.exchange.id
    return any(first and second and first != second and own in (first, second) for first, second in pairwise(order))


def _month(period: Period, zone: ZoneInfo) -> tuple[int, int]:
    local = period.begins.astimezone(zone)
    return local.year, local.month


# --- Weeks -----------------------------------------------------------------------------------


def week_of(day: date) -> tuple[date, ...]:
    """Return the seven days of the week that a day belongs to, from Monday on."""
    monday = day - timedelta(days=day.weekday())
    return tuple(monday + timedelta(days=count) for count in range(7))
