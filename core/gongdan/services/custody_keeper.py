"""Keeping things: every act on one inside a transaction, with its move, its loan and the duty to bring it back."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select
from uuid6 import uuid7

from gongdan.domain.core_duties import CUSTODY_RETURN
from gongdan.domain.custody import Agreed, CustodyAct, CustodyState, state_after, why_not
from gongdan.errors import MoveRefused
from gongdan.services.custody_words import ACTS
from gongdan.services.duty_keeper import DutyKeeper
from gongdan.services.duty_subjects import CUSTODY_LOAN, Subject
from gongdan.services.work import Work
from gongdan.storage.custody import CustodyItemRow, CustodyLoanRow, CustodyMoveRow
from gongdan.storage.duties import DutyRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


class CustodyKeeper:
    """Does what one transaction does to things."""

    def __init__(self, desk: "CompanyDesk", work: Work) -> None:
        self._kinds = desk.installation.plugins.catalogue.custody_kinds
        self._work = work
        self._duties = DutyKeeper(desk, work)

    def item(self, item_id: UUID) -> CustodyItemRow:
        """Return a thing, locked until the transaction ends; raises ``NotFound``."""
        return self._work.get(CustodyItemRow, item_id, "custody_item", lock=True)

    def loan_of(self, item: CustodyItemRow) -> CustodyLoanRow | None:
        """Return in whose hands a thing is."""
        query = select(CustodyLoanRow).where(CustodyLoanRow.item_id == item.id, CustodyLoanRow.ended_at.is_(None))
        return self._work.session.scalars(query).one_or_none()

    def check(self, item: CustodyItemRow, act: CustodyAct) -> None:
        """Raise ``MoveRefused`` when an act cannot be done to a thing as it stands."""
        kind, loan = self._kinds.get(item.kind), self.loan_of(item)
        refusals = why_not(
            act,
            CustodyState(item.state),
            code=item.code,
            holder=loan.borrower if loan else "",
            opens_lock=bool(kind and kind.opens_lock),
        )
        if refusals:
            raise MoveRefused(ACTS[act], refusals)

    # --- Acts --------------------------------------------------------------------------------

    def lend(self, item: CustodyItemRow, agreed: Agreed, act: CustodyAct = CustodyAct.LENT) -> CustodyLoanRow:
        """Give a thing into somebody's hands, who owes it back by the agreed moment."""
        borrower, work = agreed.borrower, self._work
        loan = CustodyLoanRow(
            id=uuid7(),
            item_id=item.id,
            account_id=borrower.account_id,
            party_id=borrower.party_id,
            borrower=borrower.name,
            phone=borrower.phone,
            purpose=agreed.purpose,
            lent_at=work.now,
            lent_by=work.actor.account_id,
            lent_by_name=work.actor.name,
            until=agreed.until,
            end_act="",
            ended_by_name="",
        )
        work.session.add(loan)
        work.session.flush()
        loan.duty_id = self._owe(item, loan, act.value).id
        item.state = state_after(act, CustodyState(item.state)).value
        details = {"purpose": agreed.purpose, "until": agreed.until.isoformat()}
        self.write(item, act, loan=loan, holder=borrower.name, details=details)
        return loan

    def end_loan(self, item: CustodyItemRow, act: CustodyAct) -> CustodyLoanRow | None:
        """Take a thing out of the hands that it is in; the duty to bring it back is met, or falls away."""
        loan = self.loan_of(item)
        if loan is None:
            return None
        loan.ended_at, loan.end_act, loan.ended_by_name = self._work.now, act.value, self._work.actor.name
        self._settle(loan, act)
        self._work.session.flush()
        return loan

    def prolong(self, item: CustodyItemRow, loan: CustodyLoanRow, until: datetime, reason: str) -> None:
        """Agree upon another time of return; a miss of the old one stays to be seen."""
        before, old = loan.until, self._duty(loan)
        if old is not None:
            self._duties.settle(old)
            self._duties.supersede(old, "prolonged")
        loan.until = until
        loan.duty_id = self._owe(item, loan, "prolonged", follows=old).id
        details = {"until": until.isoformat(), "before": before.isoformat()}
        self.write(item, CustodyAct.PROLONGED, loan=loan, holder=loan.borrower, remark=reason, details=details)

    def write(
        self,
        item: CustodyItemRow,
        act: CustodyAct,
        *,
        loan: CustodyLoanRow | None = None,
        holder: str = "",
        remark: str = "",
        details: Mapping[str, Any] | None = None,
    ) -> None:
        """Write an act down for good, beside the journal."""
        work = self._work
        item.moves += 1
        move = CustodyMoveRow(
            item_id=item.id,
            number=item.moves,
            act=act.value,
            state=item.state,
            loan_id=loan.id if loan else None,
            holder=holder,
            place=item.place,
            remark=remark,
            details=dict(details or {}),
            at=work.now,
            actor_id=work.actor.account_id,
            actor_name=work.actor.name,
        )
        work.session.add(move)
        after = {"code": item.code, "name": item.name, "state": item.state, "holder": holder, "remark": remark}
        work.record(f"custody.{act.value}", "custody_item", item.id, after={**after, **move.details})

    # --- The duty ----------------------------------------------------------------------------

    def _owe(self, item: CustodyItemRow, loan: CustodyLoanRow, event: str, follows: DutyRow | None = None) -> DutyRow:
        about = Subject(
            kind=CUSTODY_LOAN,
            id=loan.id,
            ticket=None,
            round=1,
            policy_at=self._work.now,
            department_id=item.department_id,
            about=f"{item.code} {item.name}"[:200],
            # For somebody from outside whoever lent it sees to it.
            debtor_id=loan.account_id or loan.lent_by,
            due_at=loan.until,
        )
        duty = self._duties.start(CUSTODY_RETURN, about, event, follows=follows)
        self._work.session.flush()
        return duty

    def _duty(self, loan: CustodyLoanRow) -> DutyRow | None:
        query = select(DutyRow).where(DutyRow.id == loan.duty_id, DutyRow.ended_at.is_(None))
        return self._work.session.scalars(query.with_for_update(key_share=True)).one_or_none()

    def _settle(self, loan: CustodyLoanRow, act: CustodyAct) -> None:
        row = self._duty(loan)
        if row is None:
            return
        self._duties.settle(row)
        if act is CustodyAct.RETURNED:
            self._duties.meet(row, act.value)
        else:
            self._duties.cancel(row, act.value)
