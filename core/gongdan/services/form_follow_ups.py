"""What a failed item of a checklist leads to: a ticket, opened once, in the transaction that writes the failure."""

from typing import TYPE_CHECKING

from sqlalchemy import select

from gongdan.domain.forms import CheckItem, CheckResult, FollowUp
from gongdan.domain.ticket_links import LinkKind
from gongdan.services.form_keeping import HeldForm
from gongdan.services.form_rows import first_edition
from gongdan.services.intake import NewTicket
from gongdan.storage.forms import FormFollowUpRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: What the new ticket says, in the language of the company's regulation.
_FAILED = msg("《{form}》{item}：不合格。{remark}")


def open_follow_ups(desk: "CompanyDesk", held: HeldForm) -> None:
    """Open a ticket for each failed item that has none yet, be it by an earlier edition of the form."""
    failed = [item for item in held.kind.items if item.on_fail and _has_failed(held, item)]
    if not failed:
        return
    session, first = held.work.session, first_edition(held.work.session, held.row)
    known = set(session.scalars(select(FormFollowUpRow.item).where(FormFollowUpRow.form_id == first)))
    for item in failed:
        if item.name not in known and item.on_fail:
            ticket = desk.intake.open_within(held.work, _ticket(held, item, item.on_fail))
            desk.links.add_within(held.work, LinkKind.CAUSED_BY, ticket, held.ticket)
            session.add(FormFollowUpRow(form_id=first, item=item.name, ticket_id=ticket.id, opened_at=held.work.now))
            told = {"item": item.label, "ticket": ticket.number}
            held.work.record("form.follow_up_opened", "form", held.row.id, after=told)
    session.flush()


def _has_failed(held: HeldForm, item: CheckItem) -> bool:
    answer = held.row.entered.get("answers", {}).get(item.name, {})
    return bool(answer.get("result") == CheckResult.FAILED)


def _ticket(held: HeldForm, item: CheckItem, wanted: FollowUp) -> NewTicket:
    ticket, remark = held.ticket, held.row.entered["answers"][item.name].get("remark", "")
    return NewTicket(
        type=wanted.ticket_type,
        description=_FAILED.format(form=held.kind.label, item=item.label, remark=remark),
        channel="patrol",
        requester_id=ticket.requester_id,
        contact_name=ticket.contact_name,
        contact_phone=ticket.contact_phone,
        asset_id=ticket.asset_id,
        place=ticket.place,
        severity=wanted.severity,
        category=wanted.category,
        department_id=ticket.department_id,
        fields=dict(wanted.fields),
    )
