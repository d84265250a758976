"""What a member has in his hands: things, tickets, letters, duties, and the customers that know him."""

from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gongdan.domain.circulation import StepState
from gongdan.domain.leavers import Held, HeldKind
from gongdan.errors import FieldProblem, InUse
from gongdan.services.duty_subjects import CUSTODY_LOAN, LETTER_STEP
from gongdan.storage.circulation import LetterRow, LetterStepRow
from gongdan.storage.custody import CustodyItemRow, CustodyLoanRow
from gongdan.storage.duties import DutyRow
from gongdan.storage.parties import PartyRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

#: A refusal names no more lines; the page of the handover has them all.
_MOST_NAMED = 20

_WORDS = {
    HeldKind.LOAN: msg("借用的 {what}"),
    HeldKind.OWNED: msg("作为首接人的工单 {what}"),
    HeldKind.ASSIGNED: msg("经办的工单 {what}"),
    HeldKind.LETTER: msg("待办的公文 {what}"),
    HeldKind.DUTY: msg("未了结的责任 {what}"),
    HeldKind.CUSTOMER: msg("联络的客户 {what}"),
}


def lines_of(session: Session, account_id: UUID) -> tuple[Held, ...]:
    """Return everything that a member has in his hands, by kind."""
    return (
        *_loans(session, account_id),
        *_tickets(session, account_id),
        *_letters(session, account_id),
        *_duties(session, account_id),
        *_customers(session, account_id),
    )


def obstacle(session: Session, account_id: UUID) -> InUse | None:
    """Return why a membership cannot end silently, with the list and the way out; None when the hands are empty."""
    lines, label, remedy = lines_of(session, account_id), msg("手上的事"), msg("请先办理离岗交接，写明由谁接手")
    if not lines:
        return None
    problems = [
        FieldProblem(
            "roles", "", _WORDS[line.kind], params={"what": f"{line.number} {line.label}".strip()}, label=label
        )
        for line in lines[:_MOST_NAMED]
    ]
    if len(lines) > _MOST_NAMED:
        rule, params = msg("另有 {count} 项"), {"count": len(lines) - _MOST_NAMED}
        problems.append(FieldProblem("roles", "", rule, params=params, label=label))
    problems[-1].remedy = remedy
    return InUse(tuple(problems))


def _loans(session: Session, account_id: UUID) -> Iterator[Held]:
    query = (
        select(CustodyLoanRow.id, CustodyItemRow.code, CustodyItemRow.name)
        .join(CustodyItemRow, CustodyItemRow.id == CustodyLoanRow.item_id)
        .where(CustodyLoanRow.account_id == account_id, CustodyLoanRow.ended_at.is_(None))
        .order_by(CustodyItemRow.code)
    )
    yield from (Held(HeldKind.LOAN, *line) for line in session.execute(query))


def _tickets(session: Session, account_id: UUID) -> Iterator[Held]:
    mine = or_(TicketRow.owner_id == account_id, TicketRow.assignee_id == account_id)
    query = select(TicketRow).where(TicketRow.is_open, mine).order_by(TicketRow.opened_at, TicketRow.id)
    for ticket in session.scalars(query):
        if ticket.owner_id == account_id:
            yield Held(HeldKind.OWNED, ticket.id, ticket.number, ticket.subject)
        if ticket.assignee_id == account_id:
            yield Held(HeldKind.ASSIGNED, ticket.id, ticket.number, ticket.subject)


def _letters(session: Session, account_id: UUID) -> Iterator[Held]:
    query = (
        select(LetterStepRow.id, LetterRow.number, LetterRow.title)
        .join(LetterRow, LetterRow.id == LetterStepRow.letter_id)
        .where(LetterStepRow.account_id == account_id, LetterStepRow.state != StepState.DONE.value)
        .order_by(LetterRow.begun_at, LetterStepRow.place)
    )
    yield from (
        Held(HeldKind.LETTER, step_id, number or "", title) for step_id, number, title in session.execute(query)
    )


def _duties(session: Session, account_id: UUID) -> Iterator[Held]:
    """Yield what he owes by name and what does not go along with a thing, a ticket or a letter."""
    mine = select(TicketRow.id).where(or_(TicketRow.owner_id == account_id, TicketRow.assignee_id == account_id))
    query = (
        select(DutyRow)
        .where(
            DutyRow.debtor_id == account_id,
            DutyRow.ended_at.is_(None),
            DutyRow.subject_kind.not_in([CUSTODY_LOAN, LETTER_STEP]),
            or_(DutyRow.ticket_id.is_(None), DutyRow.ticket_id.not_in(mine)),
        )
        .order_by(DutyRow.due_at, DutyRow.id)
    )
    yield from (Held(HeldKind.DUTY, duty.id, duty.about, duty.label) for duty in session.scalars(query))


def _customers(session: Session, account_id: UUID) -> Iterator[Held]:
    mine = or_(TicketRow.owner_id == account_id, TicketRow.assignee_id == account_id)
    asked = select(TicketRow.requester_id).where(TicketRow.is_open, mine, TicketRow.requester_id.is_not(None))
    query = select(PartyRow.id, PartyRow.name).where(PartyRow.id.in_(asked)).order_by(PartyRow.name, PartyRow.id)
    yield from (Held(HeldKind.CUSTOMER, party_id, "", name) for party_id, name in session.execute(query))
