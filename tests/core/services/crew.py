"""A front desk in three shifts, for tests of the roster."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from gongdan.domain.rosters import Period
from gongdan.services.desk import CompanyDesk
from gongdan.services.roster_rows import ShiftView
from gongdan.services.rosters import NewShift

SHANGHAI = ZoneInfo("Asia/Shanghai")


def at(day: int, hour: float = 0) -> datetime:
    """Return an hour of a day in March 2026; hours from 24 on belong to the next days."""
    return datetime(2026, 3, day, tzinfo=SHANGHAI) + timedelta(hours=hour)


def period(day: int, begins: float, ends: float) -> Period:
    return Period(at(day, begins), at(day, ends))


def account_of(desk: CompanyDesk) -> UUID:
    assert desk.actor.account_id is not None
    return desk.actor.account_id


@dataclass(frozen=True)
class Crew:
    """The people of the desk, each with the company's desk as he sees it."""

    head: CompanyDesk
    zhang: CompanyDesk
    li: CompanyDesk
    wang: CompanyDesk
    department_id: UUID

    def shift(self, who: CompanyDesk, day: int, begins: float, ends: float, role: str = "agent") -> ShiftView:
        """Put a shift on the roster as the head does."""
        new = NewShift(account_id=account_of(who), department_id=self.department_id, role=role,
                       begins=at(day, begins), ends=at(day, ends))  # fmt: skip
        return self.head.rosters.plan(new)
