"""Swaps: two people work each other's shifts, asked by the one, accepted by the other, approved by a superior."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, aliased

from gongdan.domain import rosters as rules
from gongdan.domain.rosters import Exchange, Partner, Period, Shift, SwapState
from gongdan.errors import InvalidInput, NotAllowed, Refusal
from gongdan.services.roster_rows import (
    let_duties_follow,
    names_of,
    open_shift,
    own_absences,
    own_shifts,
    own_stand_ins,
    refuse,
    shift_of,
    staff,
    text_problems,
)
from gongdan.services.work import Work, get_row
from gongdan.storage.rosters import ShiftRow, ShiftSwapRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: How far around a swap a person's other shifts and swaps are looked at.
_AROUND = timedelta(days=62)
#: Swaps on a page.
_LATEST = 50
_ACT = msg("换班")


@dataclass(frozen=True, slots=True)
class SwapView:
    """A swap with the names of the two and their shifts."""

    id: UUID
    state: SwapState
    asker_id: UUID
    asker_name: str
    other_id: UUID
    other_name: str
    #: The asker's shift, which the other one is to work.
    given: Shift
    #: The other one's shift, which the asker works in return.
    taken: Shift
    reason: str
    asked_at: datetime
    decided_name: str
    decided_at: datetime | None
    remark: str


class Swaps:
    """Use cases around swaps; whoever asks or decides waits for his turn.

    What the rules say is asked anew at every step, since the roster may have changed meanwhile.
    """

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def latest(self) -> Sequence[SwapView]:
        """Return the swaps that somebody has to decide, then the newest of the others."""
        self._desk.require("roster.view")
        given, taken = aliased(ShiftRow), aliased(ShiftRow)
        query = (
            select(ShiftSwapRow, given, taken)
            .join(given, given.id == ShiftSwapRow.given_shift_id)
            .join(taken, taken.id == ShiftSwapRow.taken_shift_id)
            .order_by(ShiftSwapRow.asked_at.desc(), ShiftSwapRow.id.desc())
        )
        is_pending = ShiftSwapRow.state.in_([state.value for state in SwapState if state.is_pending])
        with self._desk.reading() as session:
            names = names_of(session, self._desk.company.id)
            pending = session.execute(query.where(is_pending)).all()
            others = session.execute(query.where(~is_pending).limit(_LATEST)).all()
            return tuple(_shown(row, names, first, second) for row, first, second in (*pending, *others))

    def find(self, swap_id: UUID) -> SwapView:
        """Return a swap; raises ``NotFound``."""
        self._desk.require("roster.view")
        with self._desk.reading() as session:
            row = get_row(session, ShiftSwapRow, swap_id, "swap")
            return _view(session, row, names_of(session, self._desk.company.id))

    def ask(self, given_id: UUID, taken_id: UUID, reason: str) -> SwapView:
        """Ask to swap one's own shift for another one's; raises ``InvalidInput``, ``NotFound`` or ``MoveRefused``."""
        self._desk.require("roster.view")
        if problems := text_problems("reason", reason, msg("事由"), required=True):
            raise InvalidInput(problems)
        with self._desk.working() as work:
            work.take_turn()
            given, taken = (open_shift(work.session, one) for one in (given_id, taken_id))
            refusals = []
            if given.account_id != work.actor.account_id:
                refusals.append(Refusal("own_shift", msg("只能拿自己的班来换"), field="given"))
            row = ShiftSwapRow(
                asker_id=given.account_id,
                other_id=taken.account_id,
                given_shift_id=given_id,
                taken_shift_id=taken_id,
                reason=reason.strip(),
                state=SwapState.ASKED.value,
                asked_at=work.now,
                decided_name="",
                remark="",
            )
            refuse(_ACT, (*refusals, *_pending(work.session, given_id, taken_id)))
            self._check(work, row)
            work.session.add(row)
            work.session.flush()
            return self._told(work, row, "roster.swap_asked")

    def answer(self, swap_id: UUID, *, agrees: bool) -> SwapView:
        """Accept or decline what another one asked; raises ``NotAllowed`` for anybody but the one who is asked."""
        self._desk.require("roster.view")
        with self._desk.working() as work:
            work.take_turn()
            row = self._pending(work, swap_id, SwapState.ASKED)
            if work.actor.account_id != row.other_id:
                raise NotAllowed("roster.admin")
            if agrees:
                self._check(work, row)
            row.state = (SwapState.ACCEPTED if agrees else SwapState.DECLINED).value
            row.answered_at = work.now
            return self._told(work, row, f"roster.swap_{row.state}")

    def withdraw(self, swap_id: UUID) -> SwapView:
        """Take back what one asked before it is decided; raises ``NotAllowed`` for somebody else's."""
        self._desk.require("roster.view")
        with self._desk.working() as work:
            work.take_turn()
            row = self._pending(work, swap_id, SwapState.ASKED, SwapState.ACCEPTED)
            if work.actor.account_id != row.asker_id:
                raise NotAllowed("roster.admin")
            row.state = SwapState.WITHDRAWN.value
            return self._told(work, row, "roster.swap_withdrawn")

    def decide(self, swap_id: UUID, *, approves: bool, remark: str = "") -> SwapView:
        """Approve or refuse an accepted swap; approved, the two shifts change hands.

        Raises ``MoveRefused`` also for one's own swap.
        """
        self._desk.require("roster.admin")
        if problems := text_problems("remark", remark, msg("意见")):
            raise InvalidInput(problems)
        with self._desk.working() as work:
            work.take_turn()
            row = self._pending(work, swap_id, SwapState.ACCEPTED)
            if work.actor.account_id in (row.asker_id, row.other_id):
                refuse(_ACT, (Refusal("another_decides", msg("不能批准自己的换班"), ("003-19-02",)),))
            row.state = (SwapState.APPROVED if approves else SwapState.REFUSED).value
            row.decided_at, row.decided_by, row.decided_name = work.now, work.actor.account_id, work.actor.name
            row.remark = remark.strip()
            if approves:
                self._check(work, row)
                given, taken = (open_shift(work.session, one) for one in (row.given_shift_id, row.taken_shift_id))
                given.account_id, taken.account_id = row.other_id, row.asker_id
                work.session.flush()
                let_duties_follow(work)
            return self._told(work, row, f"roster.swap_{row.state}")

    # --- Shared ------------------------------------------------------------------------------

    @staticmethod
    def _pending(work: Work, swap_id: UUID, *states: SwapState) -> ShiftSwapRow:
        row = work.get(ShiftSwapRow, swap_id, "swap", lock=True)
        if SwapState(row.state) not in states:
            refuse(_ACT, (Refusal("still_open", msg("这次换班已有结果，或还没有轮到这一步")),))
        return row

    def _check(self, work: Work, row: ShiftSwapRow) -> None:
        session = work.session
        given, taken = (shift_of(open_shift(session, one)) for one in (row.given_shift_id, row.taken_shift_id))
        zone = self._desk.zone
        found = [
            Refusal("not_begun", msg("{when} 的班已经开始，不能再换"), params={"when": shift.period.text(zone)})
            for shift in (given, taken)
            if shift.period.begins <= work.now
        ]
        names, present = names_of(session, self._desk.company.id), staff(session, self._desk.company.id)
        found += [
            Refusal("still_here", msg("{person}已不是本公司在职人员"), params={"person": names.get(person, "")})
            for person in (row.asker_id, row.other_id)
            if person not in present
        ]
        if (given.account_id, taken.account_id) != (row.asker_id, row.other_id):
            found.append(Refusal("same_people", msg("班次已改排给别人：请重新申请换班")))
        for person, period in ((row.asker_id, taken.period), (row.other_id, given.period)):
            found += rules.held_posts(period, own_stand_ins(session, person, period), zone)
        rule = self._desk.rosters.rules(session)
        partners = (
            _partner(session, (row.asker_id, names), row.id, given.period, taken.period),
            _partner(session, (row.other_id, names), row.id, taken.period, given.period),
        )
        refuse(_ACT, (*found, *rules.swap_refusals(given, taken, partners, rule)))

    def _told(self, work: Work, row: ShiftSwapRow, act: str) -> SwapView:
        view = _view(work.session, row, names_of(work.session, self._desk.company.id))
        after = {
            "asker": view.asker_name,
            "other": view.other_name,
            "given": view.given.period.text(self._desk.zone),
            "taken": view.taken.period.text(self._desk.zone),
            "reason": row.reason,
            "remark": row.remark,
        }
        work.record(act, "swap", row.id, after={name: value for name, value in after.items() if value})
        return view


def _pending(session: Session, *shifts: UUID) -> tuple[Refusal, ...]:
    query = select(ShiftSwapRow.id).where(
        or_(ShiftSwapRow.given_shift_id.in_(shifts), ShiftSwapRow.taken_shift_id.in_(shifts)),
        ShiftSwapRow.state.in_([state.value for state in SwapState if state.is_pending]),
    )
    if session.scalar(query.limit(1)) is None:
        return ()
    return (Refusal("no_swap_pending", msg("这个班次正在申请换班：请先处理换班申请")),)


def _partner(
    session: Session, person: tuple[UUID, Mapping[UUID, str]], swap_id: UUID | None, *periods: Period
) -> Partner:
    """Return one of the two; ``periods``: the shift that he gives, the one that he gets."""
    account_id, names = person
    given, taken = periods
    around = Period(min(given, taken).begins - _AROUND, max(given, taken).ends + _AROUND)
    return Partner(
        account_id=account_id,
        name=names.get(account_id, ""),
        exchange=Exchange(swap_id or _NEW, given, taken),
        shifts=own_shifts(session, account_id, around),
        exchanges=_exchanges(session, account_id, swap_id, around),
        absences=own_absences(session, account_id, around),
    )


#: Stands for a swap that is only being asked for.
_NEW = UUID(int=0)


def _exchanges(session: Session, account_id: UUID, but: UUID | None, around: Period) -> tuple[Exchange, ...]:
    given, taken = aliased(ShiftRow), aliased(ShiftRow)
    query = (
        select(ShiftSwapRow, given, taken)
        .join(given, given.id == ShiftSwapRow.given_shift_id)
        .join(taken, taken.id == ShiftSwapRow.taken_shift_id)
        .where(
            or_(ShiftSwapRow.asker_id == account_id, ShiftSwapRow.other_id == account_id),
            ShiftSwapRow.state.in_([state.value for state in SwapState if state.counts]),
            or_(given.begins_at > around.begins, taken.begins_at > around.begins),
        )
    )
    found = []
    for row, first, second in session.execute(query):
        if row.id != but:
            mine, theirs = (shift_of(first).period, shift_of(second).period)
            pair = (mine, theirs) if row.asker_id == account_id else (theirs, mine)
            found.append(Exchange(row.id, *pair))
    return tuple(found)


def _view(session: Session, row: ShiftSwapRow, names: Mapping[UUID, str]) -> SwapView:
    given, taken = (get_row(session, ShiftRow, one, "shift") for one in (row.given_shift_id, row.taken_shift_id))
    return _shown(row, names, given, taken)


def _shown(row: ShiftSwapRow, names: Mapping[UUID, str], given: ShiftRow, taken: ShiftRow) -> SwapView:
    return SwapView(
        id=row.id,
        state=SwapState(row.state),
        asker_id=row.asker_id,
        asker_name=names.get(row.asker_id, ""),
        other_id=row.other_id,
        other_name=names.get(row.other_id, ""),
        given=shift_of(given),
        taken=shift_of(taken),
        reason=row.reason,
        asked_at=row.asked_at,
        decided_name=row.decided_name,
        decided_at=row.decided_at,
        remark=row.remark,
    )
