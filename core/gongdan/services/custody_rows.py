"""What rows of custody say: things, who has them, and what was done to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from gongdan.domain.custody import CustodyAct, CustodyState, is_overdue
from gongdan.storage.custody import CustodyItemRow, CustodyLoanRow, CustodyMoveRow


@dataclass(frozen=True, slots=True, kw_only=True)
class LoanView:
    """A thing in somebody's hands; moments are aware, UTC."""

    id: UUID
    item_id: UUID
    #: Code and name of the thing.
    code: str
    name: str
    kind: str
    account_id: UUID | None
    party_id: UUID | None
    borrower: str
    #: Of a person from outside.
    phone: str
    purpose: str
    lent_at: datetime
    lent_by: str
    until: datetime
    ended_at: datetime | None
    end_act: str
    ended_by: str
    duty_id: UUID | None

    @property
    def is_open(self) -> bool:
        """Tell whether the thing is still in these hands."""
        return self.ended_at is None

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether it should have been back."""
        return self.is_open and is_overdue(self.until, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemView:
    """A thing in custody as it stands."""

    id: UUID
    version: int
    #: Name of the declared kind.
    kind: str
    code: str
    name: str
    asset_id: UUID | None
    #: What the asset is called; empty without one.
    asset: str
    party_id: UUID | None
    #: Who has left it in custody.
    depositor: str
    department_id: UUID | None
    department: str
    place: str
    mark: str
    copies: int
    retain_until: date | None
    state: CustodyState
    remark: str
    taken_in_at: datetime
    #: In whose hands it is; None in the store.
    loan: LoanView | None

    @property
    def holder(self) -> str:
        """Return who has it; empty in the store."""
        return self.loan.borrower if self.loan else ""

    def is_overdue(self, now: datetime) -> bool:
        """Tell whether it should have been back."""
        return self.loan is not None and self.loan.is_overdue(now)

    def is_past_retention(self, today: date) -> bool:
        """Tell whether it need not be kept any more."""
        return self.retain_until is not None and self.retain_until < today and self.state is not CustodyState.DESTROYED


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveView:
    """One act on a thing, as it was written down."""

    id: UUID
    number: int
    act: CustodyAct
    state: CustodyState
    holder: str
    place: str
    remark: str
    details: Mapping[str, Any]
    at: datetime
    actor: str


@dataclass(frozen=True, slots=True)
class ItemFile:
    """A thing with everything that was done to it, the latest first."""

    item: ItemView
    moves: Sequence[MoveView]
    loans: Sequence[LoanView]


@dataclass(frozen=True, slots=True)
class CustodyNames:
    """What assets, parties and departments are called."""

    assets: Mapping[UUID, str]
    parties: Mapping[UUID, str]
    departments: Mapping[UUID, str]


def loan_view(row: CustodyLoanRow, item: CustodyItemRow) -> LoanView:
    """Return a snapshot of a loan."""
    return LoanView(
        id=row.id,
        item_id=row.item_id,
        code=item.code,
        name=item.name,
        kind=item.kind,
        account_id=row.account_id,
        party_id=row.party_id,
        borrower=row.borrower,
        phone=row.phone,
        purpose=row.purpose,
        lent_at=row.lent_at,
        lent_by=row.lent_by_name,
        until=row.until,
        ended_at=row.ended_at,
        end_act=row.end_act,
        ended_by=row.ended_by_name,
        duty_id=row.duty_id,
    )


def item_view(row: CustodyItemRow, loan: CustodyLoanRow | None, names: CustodyNames) -> ItemView:
    """Return a snapshot of a thing; ``loan`` is the open one."""
    return ItemView(
        id=row.id,
        version=row.version,
        kind=row.kind,
        code=row.code,
        name=row.name,
        asset_id=row.asset_id,
        asset=names.assets.get(row.asset_id, "") if row.asset_id else "",
        party_id=row.party_id,
        depositor=names.parties.get(row.party_id, "") if row.party_id else "",
        department_id=row.department_id,
        department=names.departments.get(row.department_id, "") if row.department_id else "",
        place=row.place,
        mark=row.mark,
        copies=row.copies,
        retain_until=row.retain_until,
        state=CustodyState(row.state),
        remark=row.remark,
        taken_in_at=row.taken_in_at,
        loan=loan_view(loan, row) if loan else None,
    )


def move_view(row: CustodyMoveRow) -> MoveView:
    """Return a snapshot of an act."""
    return MoveView(
        id=row.id,
        number=row.number,
        act=CustodyAct(row.act),
        state=CustodyState(row.state),
        holder=row.holder,
        place=row.place,
        remark=row.remark,
        details=row.details,
        at=row.at,
        actor=row.actor_name,
    )
