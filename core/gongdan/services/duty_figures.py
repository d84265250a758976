"""What the clock of a duty is reckoned by: figures of the policy, calendars, and the people of the company."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.calendars import WorkingCalendar
from gongdan.domain.limits import Limit, Span, read_limit
from gongdan.domain.policy_timelines import PolicyValue
from gongdan.domain.receivers import Person, Presence, Staff, Unrostered
from gongdan.domain.rosters import Absence, deputy_of
from gongdan.services.roster_rows import absences_at, next_change, planned
from gongdan.storage.accounts import AccountRow, MembershipRow
from gongdan.storage.companies import DepartmentRow
from gongdan.storage.rosters import AbsenceRow, ShiftRow

if TYPE_CHECKING:
    from gongdan.domain.policy_timelines import PolicyTimeline
    from gongdan.services.desk import CompanyDesk


@dataclass(frozen=True, slots=True)
class Figure:
    """A limit as the policy of one moment has it; empty when it is undecided."""

    key: str
    text: str = ""
    limit: Limit | None = None
    line_id: UUID | None = None


class _Rostered:
    """Who is there at one moment by the roster; each role and department is asked once."""

    def __init__(self, desk: "CompanyDesk", session: Session, at: datetime, staff: Staff) -> None:
        self._desk = desk
        self._session = session
        self._at = at
        self._staff = staff
        self._found: dict[tuple[str, UUID | None], tuple[Collection[UUID], UUID | None]] = {}

    def on_duty(self, role: str, department_id: UUID | None) -> tuple[Collection[UUID], UUID | None]:
        """Return who is on shift in a role, and for which department."""
        asked = role, department_id
        if asked not in self._found:
            present = self._desk.rosters.on_duty_in(self._session, self._at, department_id, role)
            place = present[0].department_id if present and department_id else None
            self._found[asked] = frozenset(one.account_id for one in present), place
        return self._found[asked]

    def deputy_of(self, account_id: UUID) -> UUID | None:
        """Return who acts for a person."""
        return deputy_of(account_id, self._at, self._absences, self._staff.people)

    @cached_property
    def _absences(self) -> Sequence[Absence]:
        return absences_at(self._session, self._at)


class Figures:
    """What one transaction needs to know, each asked once and only when it is needed."""

    def __init__(self, desk: "CompanyDesk", session: Session) -> None:
        self._desk = desk
        self._session = session
        self._calendars: dict[UUID | None, WorkingCalendar] = {}
        self._presences: dict[datetime, Presence] = {}
        self._deputies: dict[datetime, Mapping[UUID, UUID]] = {}
        self._next_changes: dict[tuple[str, datetime], datetime | None] = {}

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

    def next_decision(self, keys: Collection[str], after: datetime) -> datetime | None:
        """Return from when the next line of one of some keys is in force, after ``after``; None when there is none."""
        lines = (line.effective_from for key in keys for line in self._timeline.lines(key))
        return min((moment for moment in lines if moment > after), default=None)

    def calendar(self, department_id: UUID | None) -> WorkingCalendar:
        """Return the calendar of a department, or of the company."""
        if department_id not in self._calendars:
            self._calendars[department_id] = self._desk.calendars.of(department_id, self._session)
        return self._calendars[department_id]

    def presence(self, at: datetime) -> Presence:
        """Return who is there at ``at``; a company without shifts and absences is asked once whether it has any."""
        if not self._has_roster:
            return Unrostered()
        if at not in self._presences:
            self._presences[at] = _Rostered(self._desk, self._session, at, self.staff)
        return self._presences[at]

    def deputies(self, at: datetime) -> Mapping[UUID, UUID]:
        """Return who acts at ``at`` for each person who is away."""
        if at not in self._deputies:
            away = absences_at(self._session, at)
            # Mostly nobody is away, and then nobody has to be asked who works here.
            found = {one.account_id: deputy_of(one.account_id, at, away, self.staff.people) for one in away}
            self._deputies[at] = {person: deputy for person, deputy in found.items() if deputy and deputy != person}
        return self._deputies[at]

    def next_change(self, role: str, after: datetime) -> datetime | None:
        """Return when somebody else may be on shift in a role, after ``after``; None when the roster ends before."""
        asked = role, after
        if asked not in self._next_changes:
            self._next_changes[asked] = next_change(self._session, after, role)
        return self._next_changes[asked]

    @cached_property
    def _has_roster(self) -> bool:
        found = [select(model.id).where(planned(model)).limit(1).scalar_subquery() for model in (ShiftRow, AbsenceRow)]
        return any(self._session.execute(select(*found)).one())

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
