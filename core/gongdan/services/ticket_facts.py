"""What rules may know of a ticket: its values under the names of ``CORE_FACTS``, beside its typed fields."""

from collections.abc import Mapping
from typing import Any

from gongdan.domain.ticket_types import TicketType
from gongdan.services.core_fields import REFERENCES
from gongdan.storage.tickets import TicketRow

_CORE = ("severity", "category", "cause", "finding", "channel", "state", "round")


def facts_of(ticket: TicketRow, ticket_type: TicketType | None) -> dict[str, object]:
    """Return what rules may know of a ticket as it is."""
    values = {name: getattr(ticket, name) for name in (*_CORE, *REFERENCES.values(), "fields")}
    return {**facts_from(values, ticket_type), "state_category": ticket.state_category}


def facts_from(values: Mapping[str, Any], ticket_type: TicketType | None) -> dict[str, object]:
    """Return what rules may know of a ticket as ``values_of`` gave it."""
    state = ticket_type.workflow.state(values["state"]) if ticket_type else None
    references = {name: str(values[column]) if values[column] else None for name, column in REFERENCES.items()}
    core = {name: values[name] for name in _CORE}
    return {**values["fields"], **references, **core, "state_category": state.category.value if state else ""}
