"""Changing a ticket to what a row says anew of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gongdan.domain.duties import Happening
from gongdan.domain.facts import TicketFact
from gongdan.domain.importing import CheckedRow
from gongdan.domain.verdicts import Reason
from gongdan.services.duty_changes import happened
from gongdan.services.import_corrections import FIELDS, Corrections
from gongdan.services.import_echoes import Echo, Echoes, news
from gongdan.services.import_effects import Effect, merged_flags
from gongdan.services.import_values import StoredValues
from gongdan.services.intake import subject_of
from gongdan.services.ticket_rows import index_ticket, values_of
from gongdan.services.work import Work, changed
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

_SILENT: Echo[TicketFact] = Echo()


@dataclass(frozen=True, slots=True)
class _Meeting:
    """A row of the list, the ticket that it names, and what the ticket says of itself."""

    ticket: TicketRow
    checked: CheckedRow
    fact: TicketFact
    echo: Echo[TicketFact]


class TicketChanger:
    """Changes the stored tickets that one batch names."""

    def __init__(self, desk: "CompanyDesk", run_id: UUID) -> None:
        self._desk = desk
        self._values = StoredValues(desk)
        self._run_id = run_id
        self._echoes: Mapping[UUID, Echo[TicketFact]] = {}
        self._corrections: Corrections

    def meet(self, work: Work, tickets: Collection[TicketRow], echoes: Echoes) -> None:
        """Read what has to be known of the tickets of a batch."""
        self._echoes = echoes.of_tickets(tickets)
        self._corrections = Corrections(work.session, [ticket.id for ticket in tickets])

    def change(self, work: Work, ticket: TicketRow, checked: CheckedRow, fact: TicketFact) -> Effect | None:
        """Write what a row says beyond what is known; returns what undoing needs, None when that is nothing."""
        met = _Meeting(ticket, checked, fact, self._echoes.get(ticket.id, _SILENT))
        old, new = self._differences(met)
        if not new:
            return None
        effect = Effect("ticket", ticket.id, {**old, "changed_at": ticket.changed_at})
        before = values_of(ticket)
        for name, value in new.items():
            setattr(ticket, name, value)
        ticket.changed_at = work.now
        work.session.flush()
        index_ticket(work.session, ticket, self._values.type(ticket.type))
        work.record("ticket.changed", "ticket", ticket.id, before=old, after={**new, "run": self._run_id})
        if "state" in new:
            # A list may end what is owed; what it brings begins nothing.
            happened(self._desk, work, ticket, Happening.MOVED, before=before, starts=False)
        return effect

    def _differences(self, met: _Meeting) -> tuple[dict[str, Any], dict[str, Any]]:
        ticket = met.ticket
        wanted = {**self._said(met), **self._fields(met), **self._closing(met)}
        old, new = changed({name: getattr(ticket, name) for name in wanted}, wanted)
        own = [reason.value for reason in met.checked.reasons]
        flags = own if new else merged_flags(ticket.flags, met.checked, met.echo.reasons)
        if flags != ticket.flags:
            old["flags"], new["flags"] = ticket.flags, flags
        return old, new

    def _said(self, met: _Meeting) -> dict[str, Any]:
        ticket, fact, echoed = met.ticket, met.fact, met.echo.fact
        said = news(_core(fact), _core(echoed) if echoed else {})
        if _finds_asset(ticket, fact):
            said["asset_id"] = fact.asset
        if "opened_at" in said:
            said["opened_at"] = self._values.utc(fact.opened_at)
        said = self._corrections.without_old(ticket.id, said)
        if "description" in said and ticket.subject == subject_of(ticket.description):
            said["subject"] = subject_of(fact.description)
        return said

    def _fields(self, met: _Meeting) -> dict[str, Any]:
        echoed = met.echo.fact
        said = self._values.fields(news(met.fact.fields, echoed.fields if echoed else {}))
        kept = self._corrections.without_old(met.ticket.id, said, within=FIELDS)
        return {"fields": {**met.ticket.fields, **kept}}

    def _closing(self, met: _Meeting) -> dict[str, Any]:
        """Return the state that the row gives to a ticket nobody has worked on, or a corrected time of its end."""
        ticket, fact, echoed = met.ticket, met.fact, met.echo.fact
        initial = self._values.type(ticket.type).workflow.initial.name
        if ticket.state == initial and ticket.round == 1:
            return self._values.state(fact) if fact.state and (not echoed or fact.state != echoed.state) else {}
        known_end = self._values.utc(echoed.closed_at) if echoed and echoed.closed_at else None
        if fact.closed_at and ticket.closed_at is not None and ticket.closed_at == known_end:
            return {"closed_at": self._values.utc(fact.closed_at)}
        return {}


def _core(fact: TicketFact) -> dict[str, object]:
    return {
        "description": fact.description,
        "contact_name": fact.contact_name,
        "contact_phone": fact.contact_phone,
        "place": fact.place,
        "asset_id": fact.asset,
        "category": fact.category,
        # Lists hold hours and minutes.
        "opened_at": fact.opened_at.replace(second=0, microsecond=0),
    }


def _finds_asset(ticket: TicketRow, fact: TicketFact) -> bool:
    """Tell whether the row names the unit that an earlier list did not find."""
    return fact.asset is not None and ticket.asset_id is None and Reason.UNKNOWN_REFERENCE.value in ticket.flags
