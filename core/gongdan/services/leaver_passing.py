"""Passing on what a leaver had, line by line, to whoever takes it."""

from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from gongdan.domain.core_duties import CUSTOMER_TOLD
from gongdan.domain.custody import Agreed, Borrower, CustodyAct
from gongdan.domain.duties import Happening
from gongdan.domain.leavers import Held, HeldKind
from gongdan.services.custody_keeper import CustodyKeeper
from gongdan.services.duty_changes import happened
from gongdan.services.duty_keeper import DutyKeeper
from gongdan.services.duty_subjects import LEFT_CUSTOMER, Subject
from gongdan.services.ticket_rows import values_of
from gongdan.services.work import Work, changed
from gongdan.storage.circulation import LetterStepRow
from gongdan.storage.custody import CustodyLoanRow
from gongdan.storage.duties import DutyRow
from gongdan.storage.parties import PartyRow
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


class Passing:
    """Passes on what one leaver had, inside one transaction."""

    def __init__(self, desk: "CompanyDesk", work: Work, gone: str) -> None:
        self._desk = desk
        self._work = work
        self._gone = gone
        self._duties = DutyKeeper(desk, work)

    def pass_on(self, line: Held, taker: UUID) -> None:
        """Give a line to its taker."""
        match line.kind:
            case HeldKind.LOAN:
                self._loan(line.id, taker)
            case HeldKind.OWNED:
                self._ticket(line.id, "owner_id", taker)
            case HeldKind.ASSIGNED:
                self._ticket(line.id, "assignee_id", taker)
            case HeldKind.LETTER:
                self._letter(line.id, taker)
            case HeldKind.DUTY:
                self._duty(self._work.get(DutyRow, line.id, "duty", lock=True), taker)
            case HeldKind.CUSTOMER:
                self._customer(line.id, taker)

    def _loan(self, loan_id: UUID, taker: UUID) -> None:
        loan = self._work.get(CustodyLoanRow, loan_id, "custody_loan", lock=True)
        keeper = CustodyKeeper(self._desk, self._work)
        item = keeper.item(loan.item_id)
        keeper.end_loan(item, CustodyAct.HANDED_ON)
        (person,) = self._duties.people.named([taker])
        borrower = Borrower(person.name, account_id=taker)
        agreed = Agreed(borrower=borrower, purpose=loan.purpose, until=loan.until)
        keeper.lend(item, agreed, CustodyAct.HANDED_ON)

    def _ticket(self, ticket_id: UUID, field: str, taker: UUID) -> None:
        work = self._work
        ticket = work.get(TicketRow, ticket_id, "ticket", lock=True)
        before = values_of(ticket)
        setattr(ticket, field, taker)
        ticket.changed_at = work.now
        work.session.flush()
        old, new = changed(before, values_of(ticket))
        work.record("ticket.changed", "ticket", ticket.id, before=old, after=new)
        happened(self._desk, work, ticket, Happening.CHANGED, before=before)

    def _letter(self, step_id: UUID, taker: UUID) -> None:
        step = self._work.get(LetterStepRow, step_id, "letter_step", lock=True)
        step.account_id = taker
        query = select(DutyRow).where(DutyRow.id == step.duty_id, DutyRow.ended_at.is_(None))
        duty = self._work.session.scalars(query.with_for_update(key_share=True)).one_or_none()
        if duty is not None:
            self._duty(duty, taker)

    def _duty(self, duty: DutyRow, taker: UUID) -> None:
        self._duties.settle(duty)
        for person in self._duties.people.named([taker]):
            self._duties.pass_to(duty, person, self._gone)

    def _customer(self, party_id: UUID, taker: UUID) -> None:
        party = self._work.get(PartyRow, party_id, "party")
        about = Subject(
            kind=LEFT_CUSTOMER,
            id=party.id,
            ticket=None,
            round=1,
            policy_at=self._work.now,
            department_id=None,
            about=party.name,
            debtor_id=taker,
        )
        self._duties.start(CUSTOMER_TOLD, about, "leaver")
