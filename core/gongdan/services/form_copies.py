"""Copies of filed forms: those who get one are told, and its receipt is ticked off."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from gongdan.domain.form_views import FormState, FormView
from gongdan.domain.workflow import is_empty
from gongdan.errors import Conflict, FieldProblem, InvalidInput, NotFound
from gongdan.services.duty_figures import Figures
from gongdan.services.form_keeping import HeldForm, hold
from gongdan.services.notices import NewNotice, tell
from gongdan.storage.forms import FormCopyRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

FILED = "form.filed"
#: Longest name of somebody who gets a copy, in characters.
_LONGEST_NAME = 120


class FormCopies:
    """Use cases around the copies of forms."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def receive(self, form_id: UUID, place: int, name: str) -> FormView:
        """Tick off that a copy, counted from 1, was handed to somebody.

        Raises ``InvalidInput`` without a name, ``NotFound`` for a form that is not filed or has no such copy,
        ``Conflict`` for one that was received already.
        """
        self._desk.require("ticket.move")
        if is_empty(name) or len(name) > _LONGEST_NAME:
            rule, params = msg("请写明签收人，最多 {max_length} 个字符"), {"max_length": _LONGEST_NAME}
            raise InvalidInput((FieldProblem("received_by", name, rule, params=params, label=msg("签收人")),))
        with self._desk.working() as work:
            held = hold(self._desk, work, form_id)
            view = held.view()
            copy = next((one for one in view.copies if one.place == place), None)
            if copy is None or view.state is not FormState.FILED:
                raise NotFound("form_copy", str(place))
            if copy.received_at is not None:
                raise Conflict("form_copy", copy.received_by)
            work.session.add(
                FormCopyRow(
                    form_id=form_id,
                    place=place,
                    received_at=work.now,
                    received_by=name.strip(),
                    ticked_by=work.actor.account_id,
                    ticked_by_name=work.actor.name,
                )
            )
            after = {"copy": copy.recipient, "received_by": name.strip()}
            work.record("form.copy_received", "form", form_id, after=after)
            return held.view()


def tell_recipients(desk: "CompanyDesk", held: HeldForm) -> None:
    """Tell everybody who gets a copy that the form is filed, each once, but not the one who filed it."""
    wanted = [copy for copy in held.kind.copies if copy.roles]
    if not wanted:
        return
    work, figures = held.work, Figures(desk, held.work.session)
    told = {work.actor.account_id}
    for copy in wanted:
        for role in copy.roles:
            for account_id in _holders(figures, role, held):
                if account_id not in told:
                    told.add(account_id)
                    tell(work, account_id, _notice(held, copy.recipient))


def _holders(figures: Figures, role: str, held: HeldForm) -> Sequence[UUID]:
    """Return who has a role in the ticket's department, else in those above it, else anywhere; deputies for the absent.

    A copy whose role nobody has stays to be fetched.
    """
    places = (*figures.staff.line(held.ticket.department_id), None)
    people = next((found for place in places if (found := figures.staff.holders(role, place))), ())
    presence = figures.presence(held.work.now)
    return [presence.deputy_of(person.id) or person.id for person in people]


def _notice(held: HeldForm, recipient: str) -> NewNotice:
    return NewNotice(
        kind=FILED,
        text=msg("《{form}》{number} 已归档，您应收“{recipient}”联：{ticket}"),
        params={
            "form": held.row.label,
            "number": held.row.number,
            "recipient": recipient,
            "ticket": held.ticket.number,
        },
        ticket_id=held.ticket.id,
        at=held.work.now,
    )
