"""Plans of tickets that were there before them: begun when the company asks, from the day that the ticket names."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from gongdan.domain.plans import PlanRule
from gongdan.domain.workflow import Workflow
from gongdan.services.plan_changes import anchor_of, has_ended
from gongdan.services.plan_keeper import PlanKeeper
from gongdan.services.work import Work
from gongdan.storage.plans import PlanRow
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


@dataclass(frozen=True, slots=True)
class PlansTakenUp:
    """What has begun about tickets that were there before their plans."""

    #: Tickets of which a plan has begun.
    tickets: int
    #: Plans that have begun.
    plans: int
    #: Tickets on which something has happened that begins a plan, while nothing says on which day.
    undated: int


def take_up(
    desk: "CompanyDesk",
    work: Work,
    run_id: UUID | None,
    progress: Callable[[int, int], object] | None = None,
) -> PlansTakenUp:
    """Begin the plans whose cause has happened to tickets of an import run, of all without one, and that are not over.

    A plan that a ticket has or has had is left alone, so no run comes twice.
    """
    rules = [rule for rule in desk.installation.plugins.catalogue.plan_rules.of(desk.enabled) if not rule.is_standing]
    tickets = _locked_tickets(work, {name for rule in rules for name in rule.ticket_types}, run_id)
    # Whoever begins a plan of a ticket has locked it, so nothing is added to these while they are held.
    query = select(PlanRow.ticket_id, PlanRow.rule).where(PlanRow.ticket_id.is_not(None))
    have = {(ticket_id, rule) for ticket_id, rule in work.session.execute(query)}
    keeper, begun, undated = PlanKeeper(desk, work), list[UUID](), set[UUID]()
    for done, ticket in enumerate(tickets, 1):
        for rule in rules:
            if (ticket.id, rule.name) in have or not _has_begun(desk, rule, ticket):
                continue
            anchor, event = _anchor(desk, rule, ticket)
            if anchor is None:
                undated.add(ticket.id)
            elif anchor <= work.now:
                keeper.begin(rule, anchor, event, ticket)
                begun.append(ticket.id)
        if progress is not None:
            progress(done, len(tickets))
    return PlansTakenUp(len(set(begun)), len(begun), len(undated))


def _locked_tickets(work: Work, types: set[str], run_id: UUID | None) -> Sequence[TicketRow]:
    query = select(TicketRow).where(TicketRow.type.in_(types))
    if run_id is not None:
        query = query.where(TicketRow.import_run_id == run_id)
    return work.session.scalars(query.order_by(TicketRow.id).with_for_update(key_share=True)).all()


def _has_begun(desk: "CompanyDesk", rule: PlanRule, ticket: TicketRow) -> bool:
    """Tell whether the ticket has come past what begins the plan, and not to what ends it."""
    declared = desk.installation.plugins.catalogue.ticket_types.get(ticket.type)
    if ticket.type not in rule.ticket_types or declared is None:
        return False
    flow, starts = declared.workflow, rule.starts
    if has_ended(rule, ticket.state, ticket.state_category) or ticket.state in _entered_by(flow, rule.ends.moves):
        return False
    entered = {*starts.states, *_entered_by(flow, starts.moves)}
    entered |= {state.name for state in flow.states if state.category in starts.categories}
    is_filled = any(ticket.fields.get(name) for name in starts.on_fields)
    return starts.on_opened or is_filled or ticket.state in flow.reachable(entered)


def _entered_by(flow: Workflow, moves: Sequence[str]) -> set[str]:
    return {move.to_state for name in moves if (move := flow.move(name))}


def _anchor(desk: "CompanyDesk", rule: PlanRule, ticket: TicketRow) -> tuple[datetime | None, str]:
    """Return from when the plan counts and what says so; when a move was made long ago, only a field can tell."""
    if anchor := anchor_of(desk, rule, ticket):
        return anchor, f"field:{rule.anchor_field}"
    return (ticket.opened_at, "opened") if rule.starts.on_opened else (None, "")
