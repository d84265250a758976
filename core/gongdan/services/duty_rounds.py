"""Duties and the roster: what a timer does when a shift ends, and when somebody has changed the roster."""

from collections.abc import Mapping
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from gongdan.domain.timers import TimerView
from gongdan.services.duty_keeper import DutyKeeper
from gongdan.services.duty_relief import RELIEF, has_from_roster
from gongdan.services.roster_rows import ROSTER_CHANGED
from gongdan.services.timers import Handler
from gongdan.services.work import Work
from gongdan.storage.duties import DutyRow
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


def _relieve(desk: "CompanyDesk", work: Work, timer: TimerView) -> None:
    """Give a duty to whoever is on shift by now, and look again at the next change of shifts."""
    query = select(DutyRow).where(DutyRow.id == UUID(str(timer.payload["duty"])))
    row = work.session.scalars(query.with_for_update(key_share=True)).one_or_none()
    if row is not None:
        DutyKeeper(desk, work).look_at_roster(row, max(work.now, timer.due_at))


def _follow(desk: "CompanyDesk", work: Work, timer: TimerView) -> None:
    """Look at everything that somebody owes with his post, since the roster is another one."""
    owed = select(DutyRow.id, DutyRow.debtor_why).where(DutyRow.ended_at.is_(None), DutyRow.debtor_id.is_not(None))
    ids = [duty_id for duty_id, why in work.session.execute(owed) if has_from_roster(why)]
    query = select(DutyRow).where(DutyRow.id.in_(ids)).order_by(DutyRow.id).with_for_update(key_share=True)
    rows = work.session.scalars(query).all() if ids else ()
    keeper = DutyKeeper(desk, work)
    tickets = {row.ticket_id for row in rows if row.ticket_id}
    for ticket in work.session.scalars(select(TicketRow).where(TicketRow.id.in_(tickets))) if tickets else ():
        keeper.people.know(ticket)
    for row in rows:
        keeper.look_at_roster(row, max(work.now, timer.due_at), is_anew=True)


#: What the executor does with the timers of the roster.
ROSTER_HANDLERS: Mapping[str, Handler] = {RELIEF: _relieve, ROSTER_CHANGED: _follow}
