"""Lists of runs of plans, with everything that is shown beside them."""

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from gongdan.services.plan_rows import About, Around, RunView, run_view
from gongdan.services.secrecy_looks import classified_among
from gongdan.storage.accounts import AccountRow, RoleRow
from gongdan.storage.duties import DutyRow
from gongdan.storage.plans import PlanRow, PlanRunRow, PlanTargetRow
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


def run_query() -> Select[PlanRow, PlanRunRow, DutyRow | None]:
    """Return what ``run_views`` reads: runs with their plan and, where there is one, their duty."""
    return (
        select(PlanRow, PlanRunRow, DutyRow)
        .join(PlanRunRow, PlanRunRow.plan_id == PlanRow.id)
        .outerjoin(DutyRow, DutyRow.id == PlanRunRow.duty_id)
    )


def run_views(
    desk: "CompanyDesk", session: Session, query: Select[PlanRow, PlanRunRow, DutyRow | None]
) -> Sequence[RunView]:
    """Return snapshots of runs, each with its ticket, who owes it, and how much of it is done."""
    rows = session.execute(query).all()
    tickets = tickets_of(desk, session, {plan.ticket_id for plan, _, _ in rows})
    counted = (
        select(PlanTargetRow.run_id, func.count(), func.count(PlanTargetRow.done_at))
        .where(PlanTargetRow.run_id.in_([run.id for _, run, _ in rows]))
        .group_by(PlanTargetRow.run_id)
    )
    names = _names(session, [duty for _, _, duty in rows if duty])
    things = {run_id: (size, done) for run_id, size, done in session.execute(counted)} if rows else {}
    return tuple(
        run_view(
            plan, run, duty, Around(tickets.get(plan.ticket_id, About()), _debtor(duty, names), *things.get(run.id, ()))
        )
        for plan, run, duty in rows
    )


def _names(session: Session, duties: Collection[DutyRow]) -> Mapping[UUID | str, str]:
    """Return the names of people by their ids, and source texts of roles by theirs."""
    people = {duty.debtor_id for duty in duties if duty.debtor_id}
    roles = {duty.debtor_role for duty in duties if duty.debtor_role}
    named = select(AccountRow.id, AccountRow.name).where(AccountRow.id.in_(people))
    labelled = select(RoleRow.name, RoleRow.label).where(RoleRow.name.in_(roles))
    found: dict[UUID | str, str] = dict(session.execute(named).all()) if people else {}
    return found | (dict(session.execute(labelled).all()) if roles else {})


def _debtor(duty: DutyRow | None, names: Mapping[UUID | str, str]) -> str:
    return names.get(duty.debtor_id or duty.debtor_role, duty.debtor_role) if duty else ""


def tickets_of(desk: "CompanyDesk", session: Session, ids: Collection[UUID | None]) -> Mapping[UUID | None, About]:
    """Return what the tickets of plans are called, as far as it may be seen."""
    wanted = [ticket_id for ticket_id in ids if ticket_id]
    query = select(TicketRow.id, TicketRow.number, TicketRow.subject, TicketRow.place).where(TicketRow.id.in_(wanted))
    if not wanted:
        return {}
    hidden = classified_among(desk, session, wanted)
    found: dict[UUID | None, About] = {}
    for ticket_id, number, subject, place in session.execute(query):
        seen = hidden.get(ticket_id)
        found[ticket_id] = (
            About(number, seen.text(subject), seen.text(place)) if seen else About(number, subject, place)
        )
    return found
