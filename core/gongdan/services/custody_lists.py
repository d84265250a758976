"""Lists of things in custody: filtered, counted, and who has what."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from gongdan.domain.custody import CustodyState
from gongdan.domain.folding import fold_text
from gongdan.services.custody_rows import CustodyNames, ItemView, LoanView, item_view, loan_view
from gongdan.services.secrecy_looks import party_names
from gongdan.storage.assets import AssetRow
from gongdan.storage.companies import DepartmentRow
from gongdan.storage.custody import CustodyItemRow, CustodyLoanRow

PAGE_SIZE = 100
#: Longest text that is looked for, in characters.
_LONGEST = 100

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyFilter:
    """Which things are wanted; empty conditions leave all in."""

    #: In code, name, mark, or what the asset is called.
    text: str = ""
    kinds: Collection[str] = ()
    states: Collection[CustodyState] = ()
    department_id: UUID | None = None
    asset_id: UUID | None = None
    #: In the hands of this member.
    account_id: UUID | None = None
    #: In hands, and to be back before that moment; aware.
    is_overdue_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CustodyCounts:
    """How many things there are by where they are."""

    by_state: Mapping[CustodyState, int]
    overdue: int

    @property
    def all(self) -> int:
        """Return how many there are altogether, without those destroyed."""
        return sum(count for state, count in self.by_state.items() if state is not CustodyState.DESTROYED)


@dataclass(frozen=True, slots=True)
class BookLine:
    """What the book says of one kind in one department."""

    kind: str
    department_id: UUID | None
    in_store: int
    lent: int
    lost: int


def items(
    desk: "CompanyDesk", session: Session, wanted: CustodyFilter, *, after: str = "", limit: int = PAGE_SIZE
) -> Sequence[ItemView]:
    """Return things by their codes, those behind ``after``."""
    query = _wanted(wanted).order_by(CustodyItemRow.code).limit(limit)
    if after:
        query = query.where(CustodyItemRow.code > after)
    return views(desk, session, session.scalars(query).all())


def views(desk: "CompanyDesk", session: Session, rows: Sequence[CustodyItemRow]) -> Sequence[ItemView]:
    """Return snapshots of things, in their order."""
    loans = {loan.item_id: loan for loan in _open_loans(session, [row.id for row in rows])}
    names = _names(desk, session, rows)
    return tuple(item_view(row, loans.get(row.id), names) for row in rows)


def counts(session: Session, wanted: CustodyFilter, now: datetime) -> CustodyCounts:
    """Return how many of what is wanted are where, whatever its state."""
    found = _wanted(wanted).subquery()
    by_state = session.execute(select(found.c.state, func.count()).group_by(found.c.state)).all()
    late = select(func.count()).select_from(found).join(CustodyLoanRow, CustodyLoanRow.item_id == found.c.id)
    overdue = session.scalar(late.where(CustodyLoanRow.ended_at.is_(None), CustodyLoanRow.until < now))
    return CustodyCounts({CustodyState(state): count for state, count in by_state}, overdue or 0)


def book(session: Session, department_id: UUID | None = None) -> Sequence[BookLine]:
    """Return what the book says of each kind and department, things destroyed left out."""
    state, copies = CustodyItemRow.state, CustodyItemRow.copies
    in_store, lent, lost = (
        func.coalesce(func.sum(copies).filter(state == each.value), 0)
        for each in (CustodyState.IN_STORE, CustodyState.LENT, CustodyState.LOST)
    )
    query = (
        select(CustodyItemRow.kind, CustodyItemRow.department_id, in_store, lent, lost)
        .where(state != CustodyState.DESTROYED.value)
        .group_by(CustodyItemRow.kind, CustodyItemRow.department_id)
        .order_by(CustodyItemRow.kind, CustodyItemRow.department_id)
    )
    if department_id is not None:
        query = query.where(CustodyItemRow.department_id == department_id)
    return tuple(BookLine(*line) for line in session.execute(query))


def loans(session: Session, *conditions: ColumnElement[bool], limit: int = PAGE_SIZE) -> Sequence[LoanView]:
    """Return the loans that meet conditions, what is to be back first in front."""
    query = (
        select(CustodyLoanRow, CustodyItemRow)
        .join(CustodyItemRow, CustodyItemRow.id == CustodyLoanRow.item_id)
        .where(*conditions)
        .order_by(CustodyLoanRow.until, CustodyLoanRow.id)
        .limit(limit)
    )
    return tuple(loan_view(loan, item) for loan, item in session.execute(query))


def _open_loans(session: Session, item_ids: Sequence[UUID]) -> Sequence[CustodyLoanRow]:
    query = select(CustodyLoanRow).where(CustodyLoanRow.item_id.in_(item_ids), CustodyLoanRow.ended_at.is_(None))
    return session.scalars(query).all() if item_ids else ()


def _names(desk: "CompanyDesk", session: Session, rows: Sequence[CustodyItemRow]) -> CustodyNames:
    assets = {row.asset_id for row in rows if row.asset_id}
    parties = {row.party_id for row in rows if row.party_id}
    of_assets = select(AssetRow.id, AssetRow.label).where(AssetRow.id.in_(assets))
    return CustodyNames(
        dict(session.execute(of_assets).all()) if assets else {},
        party_names(desk, session, parties),
        dict(session.execute(select(DepartmentRow.id, DepartmentRow.name)).all()),
    )


def _wanted(wanted: CustodyFilter) -> Select[CustodyItemRow]:
    query = select(CustodyItemRow).where(*_conditions(wanted))
    if wanted.account_id or wanted.is_overdue_at:
        query = query.join(CustodyLoanRow, CustodyLoanRow.item_id == CustodyItemRow.id)
        query = query.where(CustodyLoanRow.ended_at.is_(None))
    if wanted.account_id:
        query = query.where(CustodyLoanRow.account_id == wanted.account_id)
    return query.where(CustodyLoanRow.until < wanted.is_overdue_at) if wanted.is_overdue_at else query


def _conditions(wanted: CustodyFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.kinds:
        yield CustodyItemRow.kind.in_(wanted.kinds)
    if wanted.states:
        yield CustodyItemRow.state.in_([state.value for state in wanted.states])
    if wanted.department_id:
        yield CustodyItemRow.department_id == wanted.department_id
    if wanted.asset_id:
        yield CustodyItemRow.asset_id == wanted.asset_id
    if text := fold_text(wanted.text)[:_LONGEST].strip():
        yield _says(text)


def _says(text: str) -> ColumnElement[bool]:
    asset = aliased(AssetRow)
    called = select(asset.id).where(asset.label.icontains(text, autoescape=True))
    columns = CustodyItemRow.code, CustodyItemRow.name, CustodyItemRow.mark
    return or_(*(column.icontains(text, autoescape=True) for column in columns), CustodyItemRow.asset_id.in_(called))
