"""What tests of forms share: a repair on its way, and the people who fill and sign its order."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from gongdan.domain.form_views import FormView
from gongdan.domain.snapshots import TicketView
from gongdan.services.desk import CompanyDesk
from gongdan.services.form_filling import FormInput
from gongdan.testing.factories import PASSWORD, Factory, People
from gongdan.testing.sample_forms import PATROL, REPAIR_ORDER

#: All that a repair order needs but its signature.
DONE = FormInput(
    fields={"hours": "1.5", "outcome": "mended"},
    lines={"materials": [{"item": "水龙头", "count": "1", "amount": "85.50"}, {"item": "生料带", "amount": "4.50"}]},
)


@dataclass(frozen=True)
class Paperwork:
    """A dispatched repair whose order is begun; its clerk, its engineer and his head."""

    clerk: CompanyDesk
    engineer: CompanyDesk
    head: CompanyDesk
    ticket: TicketView
    order: FormView

    def now(self) -> FormView:
        """Return the order as it is now."""
        return self.engineer.forms.find(self.order.id)

    def filled(self) -> FormView:
        """Fill the order in."""
        return self.engineer.forms.save(self.order.id, self.now().version, DONE)

    def signed(self) -> FormView:
        """Fill the order in and sign it."""
        view = self.filled()
        return self.engineer.signing.type(view.id, "engineer", view.digests["engineer"], PASSWORD)

    def filed(self) -> FormView:
        """Fill, sign and file the order."""
        return self.engineer.forms.file(self.order.id, self.signed().version)

    def finish(self) -> TicketView:
        """Finish the repair."""
        ticket = self.engineer.tickets.find(self.ticket.id)
        return self.engineer.moves.make(ticket.id, "finish", ticket.version, {"result": "已修好", "cause": "wear"})


def begin(person: People, factory: Factory) -> Paperwork:
    """Dispatch a repair, which begins its order."""
    clerk, head = person("agent", name="张敏"), person("supervisor", name="陈红")
    engineer = person("sample_engineer", name="李建国", login="lijianguo")
    party = factory.party()
    ticket = factory.ticket(requester_id=party.id, severity="major")
    account = engineer.actor.account_id
    ticket = clerk.moves.make(ticket.id, "dispatch", ticket.version, {"assignee": str(account)})
    (order,) = engineer.forms.of_ticket(ticket.id)
    return Paperwork(clerk, engineer, head, ticket, order)


def patrol(desk: CompanyDesk, ticket_id: UUID, page: str = "") -> FormView:
    """Begin a patrol sheet."""
    return desk.forms.begin(ticket_id, PATROL.name, form_id=page)


__all__ = ["DONE", "PASSWORD", "REPAIR_ORDER", "Paperwork", "begin", "patrol"]
