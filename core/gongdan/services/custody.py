"""Custody: things taken in, lent, brought back, lost and found; every act is written down for good."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from gongdan.domain.custody import Borrower, CustodyAct, CustodyKind, CustodyState, state_after
from gongdan.errors import Conflict, FieldProblem, InvalidInput, NotFound, StaleVersion
from gongdan.services import custody_lists
from gongdan.services.custody_borrowers import called
from gongdan.services.custody_checks import (
    MAX_CODE,
    MAX_NAME,
    ItemInput,
    Lending,
    check_item,
    check_lending,
    folded,
    reason_problems,
    remark_problems,
    until_problems,
    witness_problems,
)
from gongdan.services.custody_keeper import CustodyKeeper
from gongdan.services.custody_lists import PAGE_SIZE, BookLine, CustodyCounts, CustodyFilter
from gongdan.services.custody_rows import ItemFile, ItemView, LoanView, loan_view, move_view
from gongdan.services.duty_figures import Figures
from gongdan.services.numbers import reserve
from gongdan.services.roster_rows import text_problems
from gongdan.services.work import Work, changed, get_row
from gongdan.storage.custody import CustodyItemRow, CustodyLoanRow, CustodyMoveRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


class Custody:
    """Use cases around the things that one company keeps."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    # --- Seeing ------------------------------------------------------------------------------

    def kinds(self) -> Sequence[CustodyKind]:
        """Return what the core and the company's plugins know how to keep."""
        return self._desk.installation.plugins.catalogue.custody_kinds.of(self._desk.enabled)

    def items(
        self, wanted: CustodyFilter | None = None, *, after: str = "", limit: int = PAGE_SIZE
    ) -> Sequence[ItemView]:
        """Return things by their codes, those behind the code ``after``."""
        self._desk.require("custody.view")
        with self._desk.reading() as session:
            return custody_lists.items(self._desk, session, wanted or CustodyFilter(), after=after, limit=limit)

    def counts(self, wanted: CustodyFilter | None = None) -> CustodyCounts:
        """Return how many things are where; what is lent and late is counted on its own as well."""
        self._desk.require("custody.view")
        with self._desk.reading() as session:
            return custody_lists.counts(session, wanted or CustodyFilter(), self._now())

    def book(self, department_id: UUID | None = None) -> Sequence[BookLine]:
        """Return how many of each kind should be in the store, are lent, and are lost, by department."""
        self._desk.require("custody.view")
        with self._desk.reading() as session:
            return custody_lists.book(session, department_id)

    def mine(self) -> Sequence[LoanView]:
        """Return what the actor has in his hands, what is to be back first in front."""
        account_id = self._desk.actor.account_id
        with self._desk.reading() as session:
            mine = CustodyLoanRow.account_id == account_id, CustodyLoanRow.ended_at.is_(None)
            return custody_lists.loans(session, *mine) if account_id else ()

    def overdue(self, *, limit: int = PAGE_SIZE) -> Sequence[LoanView]:
        """Return what should have been back by now, the latest first."""
        self._desk.require("custody.view")
        with self._desk.reading() as session:
            late = CustodyLoanRow.ended_at.is_(None), CustodyLoanRow.until < self._now()
            return custody_lists.loans(session, *late, limit=limit)

    def find(self, item_id: UUID) -> ItemFile:
        """Return a thing with everything that was done to it; raises ``NotFound``.

        Whoever has it in his hands sees it without the permission.
        """
        with self._desk.reading() as session:
            row = get_row(session, CustodyItemRow, item_id, "custody_item")
            if not self._has(session, item_id):
                self._desk.require("custody.view")
            return self._file(session, row)

    def by_code(self, code: str) -> ItemView:
        """Return the thing with a code, typed or scanned; raises ``NotFound``."""
        self._desk.require("custody.view")
        with self._desk.reading() as session:
            row = session.scalars(select(CustodyItemRow).where(CustodyItemRow.code == folded(code))).one_or_none()
            if row is None:
                raise NotFound("custody_item", code[:MAX_CODE])
            return custody_lists.views(self._desk, session, [row])[0]

    def loan(self, loan_id: UUID) -> LoanView:
        """Return a loan; raises ``NotFound``. The borrower sees his own without the permission."""
        with self._desk.reading() as session:
            row = get_row(session, CustodyLoanRow, loan_id, "custody_loan")
            if row.account_id != self._desk.actor.account_id:
                self._desk.require("custody.view")
            return loan_view(row, get_row(session, CustodyItemRow, row.item_id, "custody_item"))

    def borrower(self, name: str, phone: str = "") -> Borrower:
        """Return who is meant by a typed name: the member of that name, else a person from outside.

        Raises ``InvalidInput`` when several members have the name.
        """
        with self._desk.reading() as session:
            return called(session, self._desk.company.id, name, phone)

    def usual_until(self) -> datetime | None:
        """Return when what is lent now is usually back, as the policy says; None while nobody has decided it."""
        with self._desk.reading() as session:
            figures = Figures(self._desk, session)
            limit = figures.figure("core.custody_loan", self._now()).limit
            return figures.calendar(None).due(self._now(), limit).at if limit else None

    # --- Taking in and describing ------------------------------------------------------------

    def take_in(self, given: ItemInput) -> ItemView:
        """Take a thing into custody; raises ``InvalidInput``, ``NotFound``, or ``Conflict`` for a code in use."""
        self._desk.require("custody.keep")
        with self._desk.working() as work:
            kind = check_item(work.session, self.kinds(), given)
            row = CustodyItemRow(id=uuid7(), kind=kind.name, state=CustodyState.IN_STORE.value, moves=0)
            row.code, row.taken_in_at = self._code(work, kind, given.code), work.now
            _fill(row, given)
            work.session.add(row)
            work.session.flush()
            CustodyKeeper(self._desk, work).write(
                row, CustodyAct.TAKEN_IN, remark=row.remark, details={"mark": row.mark}
            )
            return self._view(work.session, row)

    def describe(self, item_id: UUID, version: int, given: ItemInput) -> ItemView:
        """Correct what is known of a thing, kind and code apart; what was written down before stays.

        Raises ``InvalidInput``, ``StaleVersion``, ``MoveRefused`` for one that is destroyed, ``NotFound``.
        """
        self._desk.require("custody.keep")
        with self._desk.working() as work:
            keeper = CustodyKeeper(self._desk, work)
            row = keeper.item(item_id)
            if row.version != version:
                raise StaleVersion("custody_item", str(item_id), version, row.version)
            check_item(work.session, self.kinds(), given)
            keeper.check(row, CustodyAct.DESCRIBED)
            was = _values(row)
            _fill(row, given)
            before, after = changed(was, _values(row))
            if before:
                loan = keeper.loan_of(row)
                details = {"before": _plain(before), "after": _plain(after)}
                keeper.write(
                    row, CustodyAct.DESCRIBED, loan=loan, holder=loan.borrower if loan else "", details=details
                )
            work.session.flush()
            return self._view(work.session, row)

    # --- Lending -----------------------------------------------------------------------------

    def lend(self, item_id: UUID, lending: Lending) -> ItemView:
        """Give a thing into somebody's hands; he owes it back by the agreed moment (001-02-03).

        Raises ``InvalidInput``, ``MoveRefused`` for a thing that is not in the store, ``NotFound``.
        """
        self._desk.require("custody.keep")
        with self._desk.working() as work:
            keeper = CustodyKeeper(self._desk, work)
            row = keeper.item(item_id)
            agreed = check_lending(work, lending)
            keeper.check(row, CustodyAct.LENT)
            keeper.lend(row, agreed)
            return self._view(work.session, row)

    def hand_on(self, item_id: UUID, lending: Lending) -> ItemView:
        """Let a thing go from one hand straight into another one, who owes it back from now on; raises as ``lend``."""
        self._desk.require("custody.keep")
        with self._desk.working() as work:
            keeper = CustodyKeeper(self._desk, work)
            row = keeper.item(item_id)
            agreed = check_lending(work, lending)
            keeper.check(row, CustodyAct.HANDED_ON)
            keeper.end_loan(row, CustodyAct.HANDED_ON)
            keeper.lend(row, agreed, CustodyAct.HANDED_ON)
            return self._view(work.session, row)

    def prolong(self, item_id: UUID, until: datetime | None, reason: str) -> ItemView:
        """Agree upon another time of return, with the reason; raises as ``lend``."""

        def act(keeper: CustodyKeeper, row: CustodyItemRow) -> None:
            loan = keeper.loan_of(row)
            if loan is not None and until is not None:
                keeper.prolong(row, loan, until, reason.strip())

        problems = [*until_problems(until, self._now()), *reason_problems(reason)]
        return self._act(item_id, CustodyAct.PROLONGED, problems, act)

    def give_back(self, item_id: UUID, remark: str = "", *, place: str = "") -> ItemView:
        """Take a thing back into the store, to where it lay or to another place; raises as ``lend``."""

        def act(keeper: CustodyKeeper, row: CustodyItemRow) -> None:
            loan = keeper.end_loan(row, CustodyAct.RETURNED)
            row.place = place.strip() or row.place
            _step(row, CustodyAct.RETURNED)
            keeper.write(row, CustodyAct.RETURNED, loan=loan, remark=remark.strip())

        problems = [*remark_problems(remark), *text_problems("place", place, msg("存放位置"), longest=MAX_NAME)]
        return self._act(item_id, CustodyAct.RETURNED, problems, act)

    # --- Lost, found, moved ------------------------------------------------------------------

    def lose(self, item_id: UUID, reason: str) -> ItemView:
        """Say that a thing is lost, whoever had it; raises as ``lend``."""

        def act(keeper: CustodyKeeper, row: CustodyItemRow) -> None:
            loan = keeper.end_loan(row, CustodyAct.LOST)
            _step(row, CustodyAct.LOST)
            lost_by = {"lost_by": loan.borrower} if loan else None
            keeper.write(row, CustodyAct.LOST, loan=loan, remark=reason.strip(), details=lost_by)

        return self._act(item_id, CustodyAct.LOST, reason_problems(reason), act)

    def find_again(self, item_id: UUID, remark: str) -> ItemView:
        """Say that a lost thing has been found; it is in the store again. Raises as ``lend``."""

        def act(keeper: CustodyKeeper, row: CustodyItemRow) -> None:
            _step(row, CustodyAct.FOUND)
            keeper.write(row, CustodyAct.FOUND, remark=remark.strip())

        return self._act(item_id, CustodyAct.FOUND, reason_problems(remark), act)

    def move(self, item_id: UUID, place: str, remark: str = "") -> ItemView:
        """Put a thing elsewhere in the store; raises as ``lend``."""

        def act(keeper: CustodyKeeper, row: CustodyItemRow) -> None:
            before, row.place = row.place, place.strip()
            keeper.write(row, CustodyAct.MOVED, remark=remark.strip(), details={"before": before})

        problems = [*text_problems("place", place, msg("存放位置"), longest=MAX_NAME, required=True)]
        return self._act(item_id, CustodyAct.MOVED, [*problems, *remark_problems(remark)], act)

    def change_lock(self, item_id: UUID, mark: str, witnesses: Sequence[str], reason: str) -> ItemView:
        """Write down that the lock was changed before two witnesses; what opens the new one is in the store.

        Raises ``InvalidInput``, ``MoveRefused`` for what opens no lock, ``NotFound``.
        """

        def act(keeper: CustodyKeeper, row: CustodyItemRow) -> None:
            before, row.mark = row.mark, mark.strip()
            _step(row, CustodyAct.LOCK_CHANGED)
            seen = [name.strip() for name in witnesses]
            details = {"mark": row.mark, "before": before, "witnesses": seen}
            keeper.write(row, CustodyAct.LOCK_CHANGED, remark=reason.strip(), details=details)

        problems = [*text_problems("mark", mark, msg("新的环号或封号"), longest=MAX_CODE, required=True)]
        problems += [*witness_problems(witnesses), *reason_problems(reason)]
        return self._act(item_id, CustodyAct.LOCK_CHANGED, problems, act)

    # --- Shared ------------------------------------------------------------------------------

    def _act(
        self,
        item_id: UUID,
        act: CustodyAct,
        problems: Sequence[FieldProblem],
        do: Callable[[CustodyKeeper, CustodyItemRow], None],
    ) -> ItemView:
        self._desk.require("custody.keep")
        if problems:
            raise InvalidInput(tuple(problems))
        with self._desk.working() as work:
            keeper = CustodyKeeper(self._desk, work)
            row = keeper.item(item_id)
            keeper.check(row, act)
            do(keeper, row)
            work.session.flush()
            return self._view(work.session, row)

    def _now(self) -> datetime:
        return self._desk.installation.clock()

    def _has(self, session: Session, item_id: UUID) -> bool:
        mine = CustodyLoanRow.account_id == self._desk.actor.account_id, CustodyLoanRow.ended_at.is_(None)
        query = select(CustodyLoanRow.id).where(CustodyLoanRow.item_id == item_id, *mine)
        return self._desk.actor.account_id is not None and session.scalar(query) is not None

    def _code(self, work: Work, kind: CustodyKind, typed: str) -> str:
        code, session = folded(typed), work.session
        if code:
            if _has_code(session, code):
                raise Conflict("custody_item", code)
            return code
        local = work.now.astimezone(self._desk.zone)
        while True:
            serial = reserve(session, f"custody:{kind.name}", kind.number.period(local), 1)
            code = folded(kind.number.format(self._desk.company.code, local, serial))
            if not _has_code(session, code):
                return code

    def _view(self, session: Session, row: CustodyItemRow) -> ItemView:
        session.flush()
        return custody_lists.views(self._desk, session, [row])[0]

    def _file(self, session: Session, row: CustodyItemRow) -> ItemFile:
        moves = select(CustodyMoveRow).where(CustodyMoveRow.item_id == row.id).order_by(CustodyMoveRow.number.desc())
        loans = select(CustodyLoanRow).where(CustodyLoanRow.item_id == row.id).order_by(CustodyLoanRow.lent_at.desc())
        return ItemFile(
            self._view(session, row),
            tuple(map(move_view, session.scalars(moves))),
            tuple(loan_view(loan, row) for loan in session.scalars(loans)),
        )


def _has_code(session: Session, code: str) -> bool:
    return session.scalar(select(CustodyItemRow.id).where(CustodyItemRow.code == code)) is not None


def _step(row: CustodyItemRow, act: CustodyAct) -> None:
    row.state = state_after(act, CustodyState(row.state)).value


def _fill(row: CustodyItemRow, given: ItemInput) -> None:
    row.name, row.place, row.mark = given.name.strip(), given.place.strip(), given.mark.strip()
    row.asset_id, row.party_id, row.department_id = given.asset_id, given.party_id, given.department_id
    row.copies, row.retain_until, row.remark = given.copies, given.retain_until, given.remark.strip()


def _values(row: CustodyItemRow) -> dict[str, object]:
    names = ("name", "asset_id", "party_id", "department_id", "place", "mark", "copies", "retain_until", "remark")
    return {name: getattr(row, name) for name in names}


def _plain(values: dict[str, object]) -> dict[str, object]:
    """Return values as JSON keeps them."""
    return {name: str(value) if isinstance(value, UUID | date) else value for name, value in values.items()}
