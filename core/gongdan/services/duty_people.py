"""The people of a duty: who owes it, who is told, and why it is they."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from gongdan.domain.duties import DutyRule
from gongdan.domain.receivers import Around, Found, Person, Presence, find
from gongdan.services.duty_figures import Figures
from gongdan.services.duty_points import Point
from gongdan.services.notices import NewNotice, tell
from gongdan.services.work import Work
from gongdan.storage.duties import DutyRow, DutyStepRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """One kind of notice, and its words."""

    name: str
    #: Source text.
    text: str


WARNED: Final = NoticeKind("duty.warned", msg("“{duty}”即将到期：{number}"))
MISSED: Final = NoticeKind("duty.missed", msg("“{duty}”已逾期：{number}"))
ESCALATED: Final = NoticeKind("duty.escalated", msg("“{duty}”升级提醒（{rung}）：{number}"))
ACKNOWLEDGED: Final = NoticeKind("duty.acknowledged", msg("{name} 已知悉“{duty}”的升级提醒：{number}"))
TAKEN_OVER: Final = NoticeKind("duty.taken_over", msg("“{duty}”由您接手，原由 {person} 负责：{number}"))
WAIVED: Final = NoticeKind("duty.waived", msg("“{duty}”已豁免：{number}（{reason}）"))


class DutyPeople:
    """Finds and tells the people of the duties that one transaction touches."""

    def __init__(self, work: Work, figures: Figures) -> None:
        self._work = work
        self._figures = figures
        self._tickets: dict[UUID, TicketRow] = {}

    def know(self, ticket: TicketRow) -> None:
        """Take a ticket that the caller holds, so that it is not read again."""
        self._tickets[ticket.id] = ticket

    def charge(self, row: DutyRow, rule: DutyRule, ticket: TicketRow | None) -> None:
        """Write down who owes a duty, and why he: one person, or everybody with a role."""
        self.put(row, self._owing(row, rule, ticket, self._work.now))

    def owing(self, row: DutyRow, rule: DutyRule, at: datetime) -> Found:
        """Return who would owe a duty if it began at a moment."""
        return self._owing(row, rule, self.ticket(row), at)

    def _owing(self, row: DutyRow, rule: DutyRule, ticket: TicketRow | None, at: datetime) -> Found:
        presence = self._figures.presence(at)
        # Only a rule that wants the debtor himself asks for him: as head of the department he may be found as well.
        debtor = row.debtor_id if "debtor" in rule.owed_by else None
        without = Around(department=row.calendar_department_id, debtor=debtor, presence=presence)
        around = _around(ticket, presence, debtor) if ticket else without
        return find(rule.owed_by, around, self._figures.staff)

    @staticmethod
    def put(row: DutyRow, found: Found) -> None:
        """Write down who owes a duty from now on."""
        is_one = len(found.people) == 1
        row.debtor_id = found.people[0].id if is_one else None
        row.debtor_role = "" if is_one else found.reason.role
        place = found.reason.department_id
        # Somebody of another department may be on shift here; he is to see what he owes.
        row.debtor_department_id = place if all(person.department_id == place for person in found.people) else None
        row.debtor_why = found.reason.stored()

    def debtors(self, row: DutyRow, at: datetime) -> tuple[Found, ...]:
        """Return who owes a duty at a moment: for one who is away his deputy, for one who has left the head."""
        wanted = "debtor" if row.debtor_id is not None else row.debtor_role
        found = find((wanted,) if wanted else (), self._around(row, at), self._figures.staff)
        return (found,) if found.people else ()

    def receivers(self, row: DutyRow, wanted: Iterable[str], at: datetime) -> tuple[Found, ...]:
        """Return who is meant by each of ``wanted`` at a moment, nobody twice."""
        around = self._around(row, at)
        told_to: set[UUID] = set()
        answers: list[Found] = []
        for name in wanted:
            asked = row.debtor_role if name == "debtor" and row.debtor_role else name
            found = find((asked,), around, self._figures.staff)
            people = tuple(person for person in found.people if person.id not in told_to)
            told_to.update(person.id for person in people)
            answers += [Found(people, found.reason)] if people else []
        return tuple(answers)

    def name(self, account_id: UUID | None) -> str:
        """Return what a person is called; empty for one who has left."""
        person = self._figures.staff.people.get(account_id) if account_id else None
        return person.name if person else ""

    def named(self, account_ids: Collection[UUID | None]) -> Sequence[Person]:
        """Return those of the people who can act today, in one order."""
        staff = self._figures.staff.people
        return [staff[key] for key in sorted(key for key in account_ids if key) if key in staff]

    def step(self, row: DutyRow, point: Point, found: Collection[Found]) -> None:
        """Write down who was told at a point; a row without anybody says that the point has passed."""
        told_to: list[tuple[UUID | None, Found]] = [(person.id, answer) for answer in found for person in answer.people]
        for receiver_id, answer in told_to or [(None, Found())]:
            self._work.session.add(
                DutyStepRow(
                    duty_id=row.id,
                    point=point.code,
                    label=point.label,
                    receiver_id=receiver_id,
                    receiver_why=answer.reason.stored(),
                    at=point.at,
                )
            )

    def notify(self, row: DutyRow, people: Iterable[Person], kind: NoticeKind, at: datetime, **params: str) -> None:
        """Tell people something about a duty."""
        ticket = self.ticket(row)
        notice = NewNotice(
            kind=kind.name,
            text=kind.text,
            params={"duty": row.label, "number": ticket.number if ticket else row.about or self._day_of(row), **params},
            ticket_id=row.ticket_id,
            duty_id=row.id,
            at=at,
        )
        for person in people:
            tell(self._work, person.id, notice)

    def _day_of(self, row: DutyRow) -> str:
        """Return by what a duty without a ticket is told from others of its kind: the day on which it began."""
        zone = ZoneInfo(self._figures.calendar(row.calendar_department_id).zone)
        return row.started_at.astimezone(zone).date().isoformat()

    def _around(self, row: DutyRow, at: datetime) -> Around:
        ticket, presence = self.ticket(row), self._figures.presence(at)
        if ticket is None:
            return Around(department=row.calendar_department_id, debtor=row.debtor_id, presence=presence)
        return _around(ticket, presence, row.debtor_id)

    def ticket(self, row: DutyRow) -> TicketRow | None:
        """Return the ticket of a duty; None for one without."""
        if row.ticket_id is None:
            return None
        if row.ticket_id not in self._tickets:
            query = select(TicketRow).where(TicketRow.id == row.ticket_id)
            self._tickets[row.ticket_id] = self._work.session.scalars(query).one()
        return self._tickets[row.ticket_id]


def _around(ticket: TicketRow, presence: Presence, debtor: UUID | None = None) -> Around:
    return Around(
        assignee=ticket.assignee_id,
        owner=ticket.owner_id,
        department=ticket.department_id,
        debtor=debtor,
        presence=presence,
    )
