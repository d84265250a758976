"""Duties of imported tickets: none by themselves, with their original start when the company asks for them."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from gongdan.domain.duties import DutyRule, applies
from gongdan.services.duty_keeper import DutyKeeper
from gongdan.services.duty_subjects import of_ticket
from gongdan.services.export_records import chunks
from gongdan.services.plan_changes import forget_plans
from gongdan.services.ticket_facts import facts_of
from gongdan.services.work import Work
from gongdan.storage.duties import DutyPauseRow, DutyRow, DutyStepRow
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


@dataclass(frozen=True, slots=True)
class TakenUp:
    """What has begun about the tickets of an import."""

    #: Open tickets of which nothing was owed yet.
    tickets: int
    #: Duties that have begun.
    duties: int


def take_up(
    desk: "CompanyDesk", work: Work, run_id: UUID, progress: Callable[[int, int], object] | None = None
) -> TakenUp:
    """Begin what is owed about the open tickets that an import has made, from their opening.

    Only what begins with the opening is known; a ticket whose state ends a duty owes it no more.
    """
    keeper, begun = DutyKeeper(desk, work), 0
    rules = desk.installation.plugins.catalogue.duty_rules.of(desk.enabled)
    have = select(DutyRow.ticket_id).where(DutyRow.ticket_id.is_not(None))
    query = select(TicketRow).where(
        TicketRow.import_run_id == run_id, TicketRow.is_open.is_(True), TicketRow.id.not_in(have)
    )
    tickets = work.session.scalars(query.order_by(TicketRow.opened_at, TicketRow.id)).all()
    for done, ticket in enumerate(tickets, 1):
        keeper.people.know(ticket)
        for rule in rules:
            if _is_owed(desk, keeper, rule, ticket):
                keeper.start(rule, of_ticket(ticket), "opened", at=ticket.opened_at)
                begun += 1
        if progress is not None:
            progress(done, len(tickets))
    return TakenUp(len(tickets), begun)


def _is_owed(desk: "CompanyDesk", keeper: DutyKeeper, rule: DutyRule, ticket: TicketRow) -> bool:
    if not rule.starts.on_opened or ticket.type not in rule.ticket_types:
        return False
    ended = ticket.state in rule.stops.states or ticket.state_category in rule.stops.categories
    declared = desk.installation.plugins.catalogue.ticket_types.get(ticket.type)
    flow = declared.workflow if declared else None
    moved = any(move.to_state == ticket.state for name in rule.stops.moves if flow and (move := flow.move(name)))
    at_night = not keeper.figures.calendar(ticket.department_id).is_open(ticket.opened_at)
    return not (ended or moved) and applies(rule, facts_of(ticket, declared), at_night=at_night)


def forget_duties(session: Session, ticket_ids: Collection[UUID]) -> None:
    """Delete the duties and plans of tickets that go with an import that is undone."""
    quietly = {"synchronize_session": False}
    for some in chunks(ticket_ids):
        forget_plans(session, some)
        duties = session.scalars(select(DutyRow.id).where(DutyRow.ticket_id.in_(some))).all()
        if duties:
            for model in (DutyPauseRow, DutyStepRow):
                session.execute(delete(model).where(model.duty_id.in_(duties)), execution_options=quietly)
            session.execute(delete(DutyRow).where(DutyRow.id.in_(duties)), execution_options=quietly)
