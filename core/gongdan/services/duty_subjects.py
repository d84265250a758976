"""What a duty is about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from gongdan.storage.tickets import TicketRow

TICKET: Final = "ticket"
PLAN_RUN: Final = "plan_run"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A ticket, or a run of a plan with or without one."""

    #: ``TICKET`` or ``PLAN_RUN``.
    kind: str
    id: UUID
    #: The ticket that it is, or belongs to.
    ticket: TicketRow | None
    #: Which time it is, from 1.
    round: int
    #: The moment whose policy counts; aware.
    policy_at: datetime
    #: Whose calendar counts, and where debtors are looked for; None for the company.
    department_id: UUID | None

    @property
    def severity(self) -> str:
        """Return how grave the case is; empty without a ticket."""
        return self.ticket.severity if self.ticket else ""


def of_ticket(ticket: TicketRow) -> Subject:
    """Return a ticket as what a duty is about."""
    return Subject(
        kind=TICKET,
        id=ticket.id,
        ticket=ticket,
        round=ticket.round,
        policy_at=ticket.policy_at or ticket.opened_at,
        department_id=ticket.department_id,
    )
