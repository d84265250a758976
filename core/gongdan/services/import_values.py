"""How the values of facts are stored: typed fields as JSON, local times in UTC, states by name."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from gongdan.domain.facts import TicketFact
from gongdan.domain.ticket_types import TicketType
from gongdan.errors import NotFound
from gongdan.services.schemas import stored_value

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


class StoredValues:
    """Turns the values of facts into those of one company's rows."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._zone = desk.zone
        self._types = desk.installation.plugins.catalogue.ticket_types

    def fields(self, given: Mapping[str, object]) -> dict[str, object]:
        """Return typed fields as they are stored; None says nothing."""
        return {name: stored_value(value, self._zone) for name, value in given.items() if value is not None}

    def utc(self, local: datetime) -> datetime:
        """Return a time of the company as an aware one, UTC."""
        return local.replace(tzinfo=self._zone).astimezone(UTC)

    def type(self, name: str) -> TicketType:
        """Return a declared ticket type; raises ``NotFound``."""
        found = self._types.get(name)
        if found is None:
            raise NotFound("ticket_type", name)
        return found

    def state(self, fact: TicketFact) -> dict[str, Any]:
        """Return the columns of the state that a fact gives to its ticket; raises ``NotFound``."""
        flow = self.type(fact.type).workflow
        state = flow.state(fact.state) if fact.state else flow.initial
        if state is None:
            raise NotFound("state", fact.state)
        return {
            "state": state.name,
            "state_category": state.category.value,
            "is_open": state.category.is_open,
            "closed_at": None if state.category.is_open else self.utc(fact.closed_at or fact.opened_at),
        }
