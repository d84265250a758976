"""What the clock of a duty is reckoned by: figures of the policy, calendars, and the people of the company."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.calendars import WorkingCalendar
from gongdan.domain.limits import Limit, Span, read_limit
from gongdan.domain.policy import PolicyValue
from gongdan.domain.receivers import Person, Staff
from gongdan.storage.accounts import AccountRow, MembershipRow
from gongdan.storage.companies import DepartmentRow

if TYPE_CHECKING:
    from gongdan.domain.policy import PolicyTimeline
    from gongdan.services.desk import CompanyDesk


@dataclass(frozen=True, slots=True)
class Figure:
    """A limit as the policy of one moment has it; empty when it is undecided."""

    key: str
    text: str = ""
    limit: Limit | None = None
    line_id: UUID | None = None


class Figures:
    """What one transaction needs to know, each asked once and only when it is needed."""

    def __init__(self, desk: "CompanyDesk", session: Session) -> None:
        self._desk = desk
        self._session = session
        self._calendars: dict[UUID | None, WorkingCalendar] = {}

    def figure(self, key: str, at: datetime) -> Figure:
        """Return what the policy says of a limit at ``at``."""
        if not key:
            return Figure("")
        value = self.value(key, at)
        if value.text is None:
            return Figure(key, line_id=value.line_id)
        return Figure(key, value.text, read_limit(value.text), value.line_id)

    def span(self, key: str, at: datetime) -> Span | None:
        """Return a limit that is a span; None when it is another one or undecided."""
        limit = self.figure(key, at).limit
        return limit if isinstance(limit, Span) else None

    def value(self, key: str, at: datetime) -> PolicyValue:
        """Return the answer to a policy key at ``at``."""
        return self._timeline.value(key, at)

    def calendar(self, department_id: UUID | None) -> WorkingCalendar:
        """Return the calendar of a department, or of the company."""
        if department_id not in self._calendars:
            self._calendars[department_id] = self._desk.calendars.of(department_id, self._session)
        return self._calendars[department_id]

    @cached_property
    def _timeline(self) -> "PolicyTimeline":
        return self._desk.policies.timeline(self._session)

    @cached_property
    def staff(self) -> Staff:
        """Return the people who can act today, and the tree of departments."""
        query = (
            select(AccountRow.id, AccountRow.name, MembershipRow)
            .join(MembershipRow, MembershipRow.account_id == AccountRow.id)
            .where(
                MembershipRow.company_id == self._desk.company.id,
                MembershipRow.left_at.is_(None),
                AccountRow.disabled_at.is_(None),
            )
        )
        people = {
            account_id: Person(
                account_id, name, member.department_id, member.position, member.supervisor_id, frozenset(member.roles)
            )
            for account_id, name, member in self._session.execute(query)
        }
        above = self._session.execute(select(DepartmentRow.id, DepartmentRow.parent_id))
        return Staff(people, dict(above.all()))
