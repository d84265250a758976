"""Taking the people of a demo company in, as ``gongdan demo`` does, and looking at its papers."""

from collections.abc import Sequence

from gongdan.api import CompanyDesk, Demo, FormState, TicketFilter
from gongdan.services.actors import SYSTEM
from gongdan.testing.factories import PASSWORD


def hire(desk: CompanyDesk, demo: Demo) -> None:
    for person in demo.people:
        account = desk.installation.accounts.create(
            SYSTEM, person.login, person.name, PASSWORD, must_change_password=False
        )
        known = {view.name: view.id for view in desk.departments.all()}
        place = known.get(person.department) or desk.departments.create(f"{len(known) + 1:02}", person.department).id
        desk.members.save(account.id, person.roles, department_id=place, position=person.position)


def filed(desk: CompanyDesk) -> Sequence[str]:
    """Return the kinds of all forms that are filed, in order, the same one as often as it is there."""
    tickets = [line.ticket.id for line in desk.tickets.list(TicketFilter()).lines]
    forms = [form for ticket in tickets for form in desk.forms.of_ticket(ticket)]
    return sorted(form.kind.name for form in forms if form.state is FormState.FILED)
