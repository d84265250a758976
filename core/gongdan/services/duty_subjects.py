"""What a duty is about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from gongdan.storage.tickets import TicketRow

TICKET: Final = "ticket"
PLAN_RUN: Final = "plan_run"
CUSTODY_LOAN: Final = "custody_loan"
LETTER_STEP: Final = "letter_step"
LEFT_CUSTOMER: Final = "left_customer"
APPROVAL: Final = "approval"


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A ticket, a run of a plan, or anything else that somebody has to see to by a time."""

    #: ``TICKET``, ``PLAN_RUN``, or the word that the journal has for another thing.
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
    #: What it is, in a few words; empty for a ticket, whose number and subject say so.
    about: str = ""
    #: Who owes it, where the rule says ``debtor``.
    debtor_id: UUID | None = None
    #: The moment at which it is due, aware, where it is agreed upon; it goes before the rule's limit.
    due_at: datetime | None = None

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
