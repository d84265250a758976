"""The moments at which something has to be done about a duty: warn, tell of the miss, climb the ladder, end a pause."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from gongdan.domain.duties import DutyRule, DutyState, Rung
from gongdan.domain.duty_clocks import DutyClock, Gap, if_reached, share_of
from gongdan.domain.limits import read_limit
from gongdan.services.duty_figures import Figures
from gongdan.storage.duties import DutyPauseRow, DutyRow
from gongdan.text import msg

#: The point of the miss itself.
DUE = "due"


class PointKind(IntEnum):
    """What is to be done, in the order in which it is done at one moment."""

    CAP = 0
    WARN = 1
    RUNG_BEFORE = 2
    MISS = 3
    RUNG_AFTER = 4

    @property
    def timer(self) -> str:
        """Return the kind of its timer."""
        return {PointKind.CAP: "duty.cap", PointKind.WARN: "duty.warn", PointKind.MISS: "duty.due"}.get(
            self, "duty.rung"
        )


#: Kinds of timers that duties have.
TIMER_KINDS = ("duty.cap", "duty.warn", "duty.due", "duty.rung")


@dataclass(frozen=True, slots=True)
class Point:
    """A moment of a duty, and what it is for."""

    at: datetime
    kind: PointKind
    #: As ``duty_step`` keeps it.
    code: str
    #: Source text.
    label: str = ""
    rung: Rung | None = None
    #: What lets the clock go on: ``cap``, or ``expected`` for the day on which the ticket is expected to go on.
    event: str = ""

    @property
    def order(self) -> tuple[datetime, int, str]:
        """Return by what points of one duty are sorted."""
        return self.at, self.kind, self.code


def clock_of(row: DutyRow, gaps: Sequence[Gap], figures: Figures) -> DutyClock | None:
    """Return the clock of a duty; None while its limit is undecided, or when it goes by a promised time."""
    return None if row.is_promised else clock_for(row, row.limit, gaps, figures)


def clock_for(row: DutyRow, limit: str, gaps: Sequence[Gap], figures: Figures) -> DutyClock | None:
    """Return the clock that a duty would have with a limit as the policy writes it; None for an undecided one."""
    if not limit:
        return None
    return DutyClock(figures.calendar(row.calendar_department_id), row.started_at, read_limit(limit), gaps)


def points_of(
    row: DutyRow, rule: DutyRule | None, pauses: Sequence[DutyPauseRow], figures: Figures
) -> tuple[Point, ...]:
    """Return every point of a duty as it stands, past ones too, in their order."""
    if row.state == DutyState.PAUSED:
        running = next((pause for pause in pauses if pause.ends_at is None), None)
        if running is None or running.cap_at is None:
            return ()
        if running.kind == "expected":
            return (Point(running.cap_at, PointKind.CAP, "cap", msg("预计恢复，重新计时"), event="expected"),)
        return (Point(running.cap_at, PointKind.CAP, "cap", msg("暂停到期"), event="cap"),)
    found = list(_of_rule(row, rule, pauses, figures)) if rule else []
    if row.due_at is not None and row.missed_at is None:
        found.append(Point(row.due_at, PointKind.MISS, DUE, msg("到期")))
    return tuple(sorted(found, key=lambda point: point.order))


def gaps_of(pauses: Collection[DutyPauseRow]) -> tuple[Gap, ...]:
    """Return the gaps that have ended."""
    return tuple(Gap(pause.begins_at, pause.ends_at) for pause in pauses if pause.ends_at is not None)


def _of_rule(row: DutyRow, rule: DutyRule, pauses: Sequence[DutyPauseRow], figures: Figures) -> Iterator[Point]:
    shares: list[tuple[int, PointKind, str, Rung | None]] = [
        (percent, PointKind.WARN, f"warn:{percent}", None) for percent in rule.warn_percents
    ]
    shares += [
        (rung.percent, PointKind.RUNG_BEFORE, f"rung:{place}", rung)
        for place, rung in enumerate(rule.ladder)
        if rung.percent is not None
    ]
    for percent, kind, code, rung in shares:
        at = _share(row, pauses, figures, percent)
        if at is not None and row.missed_at is None:
            yield Point(at, kind, code, rung.label if rung else msg("预警"), rung)
    if row.due_at is None:
        return
    for key in rule.warn_leads if row.missed_at is None else ():
        at = _before(row, row.due_at, key, figures)
        if at is not None:
            yield Point(at, PointKind.WARN, f"lead:{key}", msg("预警"))
    for place, rung in enumerate(rule.ladder):
        if rung.percent is None:
            at = _after(row, rung, figures)
            if at is not None:
                yield Point(at, PointKind.RUNG_AFTER, f"rung:{place}", rung.label, rung)


def _share(row: DutyRow, pauses: Sequence[DutyPauseRow], figures: Figures, percent: int) -> datetime | None:
    if percent == 0:
        return row.started_at
    if row.due_at is None:
        # Nobody has decided the limit, or the calendar gives no time for it.
        return None
    clock = clock_of(row, gaps_of(pauses), figures)
    if clock is None:
        return share_of(row.started_at, row.due_at, percent)
    return if_reached(lambda: clock.share(percent))


def _before(row: DutyRow, due: datetime, key: str, figures: Figures) -> datetime | None:
    """Return when a lead before the due time begins; None while it is undecided, or the calendar gives no time."""
    lead, calendar = figures.span(key, row.policy_at), figures.calendar(row.calendar_department_id)
    found = if_reached(lambda: calendar.before(due, lead)) if lead else None
    return found.at if found else None


def _after(row: DutyRow, rung: Rung, figures: Figures) -> datetime | None:
    """Return when a rung after the due time is reached; None while its figure is undecided, or never reached."""
    due = row.due_at
    if due is None or not rung.after:
        return due
    limit = figures.figure(rung.after, row.policy_at).limit
    calendar = figures.calendar(row.calendar_department_id)
    found = if_reached(lambda: calendar.due(due, limit)) if limit else None
    return found.at if found else None
