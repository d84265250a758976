"""From rows of forms to what others may hold."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.form_views import CopyView, FollowUpView, FormState, FormView, ItemAnswer, SignatureView
from gongdan.domain.forms import FormKind, SigningWay
from gongdan.domain.workflow import StateCategory
from gongdan.services.form_contents import contents_of
from gongdan.services.links import MERGED_STATE
from gongdan.services.secrecy_looks import TicketLook, look, tell
from gongdan.storage.forms import FormCopyRow, FormFollowUpRow, FormRow, FormSignatureRow
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


def form_view(desk: "CompanyDesk", session: Session, row: FormRow, ticket: TicketRow) -> FormView:
    """Return a snapshot of a form."""
    contents, seen = contents_of(desk, session, row, ticket), look(desk, session, ticket)
    tell(desk, seen, ("forms",))
    return FormView(
        id=row.id,
        company_id=row.company_id,
        plugin=row.plugin,
        kind=contents.kind,
        ticket_id=ticket.id,
        ticket_number=ticket.number,
        ticket_subject=seen.text(ticket.subject),
        round=row.round,
        number=row.number,
        edition=row.edition,
        state=FormState(row.state),
        version=row.version,
        fields=seen.values(contents.fields),
        lines={name: [seen.values(line) for line in lines] for name, lines in contents.lines.items()},
        answers={name: _seen_answer(seen, contents.answer(name)) for name in contents.answers},
        taken=seen.values(contents.taken),
        taken_fields=contents.taken_fields,
        names=contents.names,
        digests={box.name: contents.digest(box) for box in contents.kind.signatures},
        signatures=_signatures(session, row),
        follow_ups=follow_ups_of(session, row),
        copies=_copies(session, row, contents.kind),
        begun_at=row.begun_at,
        begun_by=row.begun_by_name,
        changed_at=row.changed_at,
        filed_at=row.filed_at,
        filed_by=row.filed_by_name,
        hash=row.hash,
        previous_id=row.corrects_id,
        next_id=_next(session, row),
        reason=row.reason,
        ended_at=row.ended_at,
        ended_by=row.ended_by_name,
        ended_why=row.ended_why,
    )


def _seen_answer(seen: TicketLook, answer: ItemAnswer) -> ItemAnswer:
    return replace(answer, remark=seen.text(answer.remark))


def signatures_of(session: Session, form_id: UUID) -> Sequence[FormSignatureRow]:
    """Return the signatures of a form, the oldest first."""
    query = select(FormSignatureRow).where(FormSignatureRow.form_id == form_id)
    return session.scalars(query.order_by(FormSignatureRow.signed_at, FormSignatureRow.id)).all()


def signature_record(row: FormSignatureRow) -> dict[str, object]:
    """Return a signature as a filed form keeps it."""
    return {
        "id": row.id,
        "box": row.box,
        "name": row.name,
        "account_id": row.account_id,
        "deputy_for": row.deputy_for,
        "way": row.way,
        "at": row.signed_at,
        "digest": row.digest,
        "image": row.image,
        "attachment_id": row.attachment_id,
        "witness": row.witness,
    }


def first_edition(session: Session, row: FormRow) -> UUID:
    """Return the edition that all others of a form correct."""
    found, before = row.id, row.corrects_id
    while before is not None:
        found, before = before, session.scalar(select(FormRow.corrects_id).where(FormRow.id == before))
    return found


def follow_ups_of(session: Session, row: FormRow) -> tuple[FollowUpView, ...]:
    """Return the tickets that failed items of any edition have opened, the oldest first."""
    query = (
        select(FormFollowUpRow.item, TicketRow)
        .join(TicketRow, TicketRow.id == FormFollowUpRow.ticket_id)
        .where(FormFollowUpRow.form_id == first_edition(session, row))
        .order_by(FormFollowUpRow.opened_at, FormFollowUpRow.id)
    )
    return tuple(
        FollowUpView(item=item, ticket_id=ticket.id, number=ticket.number, stands=_stands(ticket))
        for item, ticket in session.execute(query)
    )


def _stands(ticket: TicketRow) -> bool:
    return ticket.state_category != StateCategory.VOID and ticket.state != MERGED_STATE


def _signatures(session: Session, row: FormRow) -> tuple[SignatureView, ...]:
    """Return the signatures: those that were filed as they were filed, and those that have fallen."""
    rows = signatures_of(session, row.id)
    if not row.content:
        return tuple(map(_signature, rows))
    filed = [_filed_signature(kept) for kept in json.loads(row.content)["signatures"]]
    fallen = [_signature(each) for each in rows if each.fallen_at is not None]
    return tuple(sorted((*filed, *fallen), key=lambda each: each.at))


def _signature(row: FormSignatureRow) -> SignatureView:
    return SignatureView(
        id=row.id,
        box=row.box,
        name=row.name,
        account_id=row.account_id,
        deputy_for=row.deputy_for,
        way=SigningWay(row.way),
        at=row.signed_at,
        digest=row.digest,
        image=row.image,
        attachment_id=row.attachment_id,
        witness=row.witness,
        fallen_at=row.fallen_at,
        fallen_why=row.fallen_why,
    )


def _filed_signature(kept: Mapping[str, Any]) -> SignatureView:
    return SignatureView(
        id=UUID(kept["id"]),
        box=kept["box"],
        name=kept["name"],
        account_id=UUID(kept["account_id"]) if kept["account_id"] else None,
        deputy_for=kept["deputy_for"],
        way=SigningWay(kept["way"]),
        at=datetime.fromisoformat(kept["at"]),
        digest=kept["digest"],
        image=kept["image"],
        attachment_id=UUID(kept["attachment_id"]) if kept["attachment_id"] else None,
        witness=kept["witness"],
    )


def _copies(session: Session, row: FormRow, kind: FormKind) -> tuple[CopyView, ...]:
    if not kind.copies:
        return ()
    query = select(FormCopyRow).where(FormCopyRow.form_id == row.id)
    received = {each.place: each for each in session.scalars(query)} if row.hash else {}
    return tuple(_copy(place, copy.recipient, received.get(place)) for place, copy in enumerate(kind.copies, 1))


def _copy(place: int, recipient: str, receipt: FormCopyRow | None) -> CopyView:
    if receipt is None:
        return CopyView(place=place, recipient=recipient)
    return CopyView(
        place=place,
        recipient=recipient,
        received_at=receipt.received_at,
        received_by=receipt.received_by,
        ticked_by=receipt.ticked_by_name,
    )


def _next(session: Session, row: FormRow) -> UUID | None:
    if not row.hash:
        return None
    query = select(FormRow.id).where(FormRow.corrects_id == row.id, FormRow.state != FormState.VOID.value)
    return session.scalar(query)
