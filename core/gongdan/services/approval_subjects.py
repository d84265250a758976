"""What an approval is about: a ticket, or another noun with the values that are approved."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from gongdan.domain.approvals import TICKET
from gongdan.domain.ticket_types import TicketType
from gongdan.services.ticket_facts import facts_of
from gongdan.storage.tickets import TicketRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalSubject:
    """One thing that something is to be done with."""

    #: ``ticket``, or the kind of another noun as its rule names it.
    kind: str
    id: UUID
    #: What people call it.
    label: str
    #: Its values by name: amount, watched fields, what conditions ask for.
    facts: Mapping[str, object]
    #: Which time around it is, from 1: what was approved in one round says nothing of the next.
    round: int = 1
    ticket: TicketRow | None = None
    #: Where approvers are looked for, and whose calendar counts; None for the company.
    department_id: UUID | None = None


def of_ticket(
    ticket: TicketRow, ticket_type: TicketType | None, facts: Mapping[str, object] | None = None
) -> ApprovalSubject:
    """Return a ticket as what an approval is about, with its own values unless others are given."""
    return ApprovalSubject(
        kind=TICKET,
        id=ticket.id,
        label=ticket.number,
        facts=facts if facts is not None else facts_of(ticket, ticket_type),
        round=ticket.round,
        ticket=ticket,
        department_id=ticket.department_id,
    )
