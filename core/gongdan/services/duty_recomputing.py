"""Duties after their figures have changed: another policy, or a calendar that has learnt more."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from gongdan.domain.duties import DutyState
from gongdan.domain.duty_clocks import DutyClock, if_reached
from gongdan.domain.limits import read_limit
from gongdan.domain.plans import PlanState
from gongdan.services.duty_figures import Figure, Figures
from gongdan.services.duty_keeper import DutyKeeper
from gongdan.services.duty_points import gaps_of
from gongdan.services.duty_severities import undecided_keys
from gongdan.services.work import Work
from gongdan.storage.duties import DutyPauseRow, DutyRow
from gongdan.storage.plans import PlanRow
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

_NOT_MISSED = (DutyState.OPEN.value, DutyState.PAUSED.value)
#: Tickets with plans that go on, although they may be closed.
_GOING_ON = select(PlanRow.ticket_id).where(PlanRow.state == PlanState.RUNNING.value, PlanRow.ticket_id.is_not(None))


@dataclass(frozen=True, slots=True)
class DutyChange:
    """A duty before and after its limit has changed; times are aware, UTC."""

    duty_id: UUID
    #: What is owed, a source text.
    label: str
    ticket_id: UUID | None
    number: str
    before: datetime | None
    after: datetime | None
    limit_before: str
    limit_after: str


class Recomputing:
    """Looks at the open duties of a company again."""

    def __init__(self, desk: "CompanyDesk", session: Session, now: datetime) -> None:
        self._desk = desk
        self._session = session
        self._now = now
        self._figures = Figures(desk, session)

    def preview(self, keys: Collection[str], moment: datetime | None) -> Sequence[DutyChange]:
        """Return what would become of the duties whose limit is one of ``keys``; only those that change."""
        at = moment or self._now
        return [change for _, _, change in self._changes(self._figures_for(self._rows(keys), keys, at))]

    def run(
        self, work: Work, keys: Collection[str], moment: datetime | None, *, moves_due: bool
    ) -> Sequence[DutyChange]:
        """Pin every ticket that is open or whose plan goes on to ``moment``, and let duties follow if they are to."""
        at, keeper, done = moment or work.now, DutyKeeper(self._desk, work), []
        # Tickets before their duties, as every act on a ticket does, so that neither waits for the other.
        work.session.execute(
            update(TicketRow)
            .where(or_(TicketRow.is_open.is_(True), TicketRow.id.in_(_GOING_ON)))
            .values(policy_at=at)
            .execution_options(synchronize_session=False)
        )
        rows = self._rows(keys, lock=True) if moves_due else ()
        wanted = self._figures_for(rows, keys, at)
        for row, _ in wanted:
            keeper.settle(row)
        for row, figure, change in self._changes([pair for pair in wanted if pair[0].state in _NOT_MISSED]):
            row.policy_at = at
            keeper.set_limit(row, figure, "policy")
            done.append(change)
        return done

    def refresh(self, work: Work) -> int:
        """Reckon provisional due times anew; return how many have moved."""
        keeper = DutyKeeper(self._desk, work)
        query = select(DutyRow).where(DutyRow.ended_at.is_(None), DutyRow.is_provisional.is_(True))
        rows = work.session.scalars(query.order_by(DutyRow.id).with_for_update()).all()
        for row in rows:
            keeper.settle(row)
        return sum(keeper.refresh(row, "calendar") for row in rows if row.state in _NOT_MISSED)

    def recount(self, work: Work) -> Sequence[DutyChange]:
        """Reckon every due time anew that is owed, not missed and not promised; return those that have moved."""
        keeper, done = DutyKeeper(self._desk, work), []
        query = select(DutyRow).where(
            DutyRow.ended_at.is_(None), DutyRow.is_promised.is_(False), DutyRow.state.in_(_NOT_MISSED)
        )
        rows = work.session.scalars(query.order_by(DutyRow.id).with_for_update()).all()
        numbers = self._numbers(rows)
        for row in rows:
            keeper.settle(row)
            before = row.due_at
            if row.state in _NOT_MISSED and keeper.refresh(row, "calendar") and row.due_at != before:
                number = numbers.get(row.ticket_id, "") if row.ticket_id else ""
                done.append(
                    DutyChange(row.id, row.label, row.ticket_id, number, before, row.due_at, row.limit, row.limit)
                )
        return done

    def _rows(self, keys: Collection[str], *, lock: bool = False) -> Sequence[DutyRow]:
        """Return what is owed by one of the keys, and what may be waiting for one with a graver ticket."""
        rules = self._desk.installation.plugins.catalogue.duty_rules.of(self._desk.enabled)
        naming = [rule.name for rule in rules if not isinstance(rule.limit, str) and {*rule.limit.values()} & {*keys}]
        query = (
            select(DutyRow)
            .where(
                DutyRow.ended_at.is_(None),
                DutyRow.state.in_(_NOT_MISSED),
                or_(DutyRow.policy_key.in_(keys), DutyRow.rule.in_(naming)),
            )
            .order_by(DutyRow.id)
        )
        return self._session.scalars(query.with_for_update() if lock else query).all()

    def _figures_for(
        self, rows: Collection[DutyRow], keys: Collection[str], moment: datetime
    ) -> Sequence[tuple[DutyRow, Figure]]:
        """Return the figures of ``moment`` for those of the duties that one of the keys concerns."""
        tickets = {row.ticket_id for row in rows if row.ticket_id}
        query = select(TicketRow.id, TicketRow.severity).where(TicketRow.id.in_(tickets))
        severities = dict(self._session.execute(query).all()) if tickets else {}
        waiting = undecided_keys(self._desk, self._session, rows, severities)
        found = []
        for row in rows:
            figure = self._figures.figure(waiting[row.id], moment) if waiting.get(row.id) in keys else None
            if figure is not None and figure.text:
                found.append((row, figure))
            elif row.policy_key in keys:
                found.append((row, self._figures.figure(row.policy_key, moment)))
        return found

    def _changes(self, wanted: Collection[tuple[DutyRow, Figure]]) -> Iterator[tuple[DutyRow, Figure, DutyChange]]:
        numbers = self._numbers([row for row, _ in wanted])
        for row, figure in wanted:
            if figure.text != row.limit:
                number = numbers.get(row.ticket_id, "") if row.ticket_id else ""
                after = row.due_at if row.is_promised else self._due(row, figure)
                yield (
                    row,
                    figure,
                    DutyChange(row.id, row.label, row.ticket_id, number, row.due_at, after, row.limit, figure.text),
                )

    def _due(self, row: DutyRow, figure: Figure) -> datetime | None:
        if figure.limit is None:
            return None
        query = select(DutyPauseRow).where(DutyPauseRow.duty_id == row.id)
        gaps = gaps_of(self._session.scalars(query).all())
        calendar = self._figures.calendar(row.calendar_department_id)
        due = if_reached(DutyClock(calendar, row.started_at, read_limit(figure.text), gaps).due)
        return due.at if due else None

    def _numbers(self, rows: Collection[DutyRow]) -> dict[UUID, str]:
        ids = {row.ticket_id for row in rows if row.ticket_id}
        query = select(TicketRow.id, TicketRow.number).where(TicketRow.id.in_(ids))
        return dict(self._session.execute(query).all()) if ids else {}
