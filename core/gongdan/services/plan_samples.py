"""What the runs of plans deal with: what there is on a day, and what is drawn from it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from gongdan.domain.plans import ClosedTickets, LogEntries, OccupiedAssets, Sample, Source, Target
from gongdan.domain.sampling import draw
from gongdan.services.secrecy_looks import classified_among
from gongdan.storage.assets import AssetLinkRow, AssetRow, holds_on
from gongdan.storage.duties import DutyRow
from gongdan.storage.plans import PlanRow, PlanRunRow, PlanTargetRow
from gongdan.storage.rosters import DutyLogEntryRow
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Kinds of log entries that say something of a day; the others speak of entries.
_TELLING_ENTRIES = ("event", "matter")
_LONGEST_LABEL = 200


@dataclass(frozen=True, slots=True)
class Chosen:
    """A thing that a run deals with."""

    target: Target
    #: From 1; 0 where rounds are not kept.
    round: int


@dataclass(frozen=True, slots=True)
class Choice:
    """What a run deals with, and of how much."""

    population: int
    chosen: tuple[Chosen, ...]


class Samples:
    """Finds and draws for the plans of one company."""

    def __init__(self, desk: "CompanyDesk", session: Session) -> None:
        self._desk = desk
        self._session = session

    def choose(self, plan: PlanRow, sample: Sample, run: PlanRunRow, share: Decimal) -> Choice:
        """Draw what a run deals with from what there is on its planned day."""
        found = {str(target.id): target for target in self._find(plan, sample.source, run)}
        now, passed = self._round(plan.id) if sample.no_repeats else (0, frozenset[str]())
        drawn = draw(run.seed, found, share, passed)
        chosen = [Chosen(found[thing], now) for thing in drawn.first]
        chosen += [Chosen(found[thing], now + 1 if sample.no_repeats else now) for thing in drawn.second]
        return Choice(len(found), tuple(chosen))

    def _round(self, plan_id: UUID) -> tuple[int, Collection[str]]:
        """Return the round that runs, and what has had its turn in it: what is done, and what is still owed."""
        query = (
            select(PlanTargetRow.round, PlanTargetRow.target_id)
            .join(PlanRunRow, PlanRunRow.id == PlanTargetRow.run_id)
            .join(DutyRow, DutyRow.id == PlanRunRow.duty_id)
            .where(
                PlanTargetRow.plan_id == plan_id,
                or_(
                    PlanTargetRow.done_at.is_not(None),
                    and_(PlanRunRow.cancelled_at.is_(None), DutyRow.ended_at.is_(None)),
                ),
            )
        )
        had = self._session.execute(query).all()
        now = max((each for each, _ in had), default=1)
        return now, frozenset(str(target_id) for each, target_id in had if each == now)

    def _find(self, plan: PlanRow, source: Source, run: PlanRunRow) -> Sequence[Target]:
        match source:
            case OccupiedAssets(kind, roles):
                found = self._occupied(kind, roles, run.planned_for)
            case LogEntries():
                found = self._entries(run.planned_for)
            case ClosedTickets(type_):
                found = self._closed(type_, self._since(plan, run), run.begins_at)
            case _:
                found = source.find(self._desk, run.planned_for)
        return [Target(one.kind, one.id, one.label[:_LONGEST_LABEL]) for one in found]

    def _occupied(self, kind: str, roles: Collection[str], day: date) -> Iterable[Target]:
        held = select(AssetLinkRow.asset_id).where(AssetLinkRow.role.in_(roles), holds_on(day))
        query = select(AssetRow.id, AssetRow.label).where(AssetRow.kind == kind, AssetRow.id.in_(held))
        return [Target("asset", *row) for row in self._session.execute(query)]

    def _entries(self, day: date) -> Iterable[Target]:
        ends = day.replace(day=1)
        begins = (ends - timedelta(days=1)).replace(day=1)
        row = DutyLogEntryRow
        query = select(row.id, row.day, row.page, row.line).where(
            row.day >= begins, row.day < ends, row.kind.in_(_TELLING_ENTRIES)
        )
        for entry_id, written_on, page, line in self._session.execute(query):
            yield Target("duty_log_entry", entry_id, f"{written_on.isoformat()} #{page}-{line}")

    def _closed(self, ticket_type: str, begins: datetime, ends: datetime) -> Iterable[Target]:
        query = select(TicketRow.id, TicketRow.number, TicketRow.subject).where(
            TicketRow.type == ticket_type, TicketRow.closed_at > begins, TicketRow.closed_at <= ends
        )
        found = self._session.execute(query).all()
        hidden = classified_among(self._desk, self._session, [ticket_id for ticket_id, *_ in found])
        for ticket_id, number, subject in found:
            # The label is kept with the run, and read by whoever does it.
            yield Target("ticket", ticket_id, number if ticket_id in hidden else f"{number} {subject}".strip())

    def _since(self, plan: PlanRow, run: PlanRunRow) -> datetime:
        query = select(PlanRunRow.begins_at).where(
            PlanRunRow.plan_id == plan.id, PlanRunRow.cancelled_at.is_(None), PlanRunRow.begins_at < run.begins_at
        )
        return self._session.scalar(query.order_by(PlanRunRow.begins_at.desc()).limit(1)) or plan.anchor_at
