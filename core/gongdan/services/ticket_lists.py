"""Lists of tickets: filters, pages in an order, and counts that stop early."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gongdan.domain.duties import DutyState
from gongdan.domain.snapshots import TicketView
from gongdan.errors import FieldProblem, InvalidInput
from gongdan.services.duty_conditions import is_overdue
from gongdan.services.finding import question
from gongdan.services.secrecy_looks import seen_tickets
from gongdan.services.ticket_orders import SORTS, page_rows
from gongdan.storage import search
from gongdan.storage.accounts import AccountRow
from gongdan.storage.duties import DutyRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

__all__ = ["COUNT_LIMIT", "PAGE_SIZE", "SORTS", "TicketFilter", "TicketLine", "TicketList", "count", "page"]

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Counting stops here unless asked otherwise; the page shows ``1,000+`` until the rest is counted.
COUNT_LIMIT = 1000
#: Rows on a page of a list.
PAGE_SIZE = 50
#: How many hits of a text search a list filters.
SEARCH_LIMIT = 1000

#: Days beyond these are as good as these, and can be told in every zone.
_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(9000, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketFilter:
    """What a list shows; empty values do not filter."""

    #: Words that must all occur.
    text: str = ""
    #: Only open (True) or only closed (False) tickets.
    is_open: bool | None = None
    types: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    state_categories: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    #: Account ids; the word ``none`` means nobody.
    assignee: str = ""
    owner: str = ""
    department: str = ""
    requester: UUID | None = None
    asset: UUID | None = None
    #: Opened on or after this day of the company, inclusive.
    opened_from: date | None = None
    #: Opened on or before this day of the company, inclusive.
    opened_to: date | None = None
    flagged: bool = False
    import_run: UUID | None = None
    #: With something owed whose time has passed.
    is_overdue: bool = False
    #: One of ``SORTS``, with ``-`` in front for descending.
    sort: str = "-opened_at"


@dataclass(frozen=True, slots=True)
class NextDue:
    """What is due first of all that is owed about a ticket."""

    duty_id: UUID
    #: Source text.
    label: str
    state: DutyState
    started_at: datetime
    due_at: datetime
    is_provisional: bool
    missed_at: datetime | None
    ended_at: datetime | None = None

    @property
    def is_undecided(self) -> bool:
        """Tell whether nobody has decided the limit; one that is due has one."""
        return False


@dataclass(frozen=True, slots=True)
class TicketLine:
    """A ticket in a list, with the names of the people in it."""

    ticket: TicketView
    assignee_name: str
    owner_name: str
    #: None when nothing is owed, or no limit is decided.
    next_due: NextDue | None = None


@dataclass(frozen=True, slots=True)
class TicketList:
    """One page of a list."""

    lines: Sequence[TicketLine]
    #: Opaque key of the next page; empty on the last one.
    next_key: str = ""
    #: Number of hits, at most ``COUNT_LIMIT``.
    count: int = 0


def page(desk: "CompanyDesk", session: Session, wanted: TicketFilter, *, after: str, limit: int) -> TicketList:
    """Return a page of tickets; ``after`` is the ``next_key`` of the page before. Raises ``InvalidInput``."""
    rows, next_key = page_rows(session, _conditions(desk, session, wanted), wanted.sort, after=after, limit=limit)
    return TicketList(
        lines=_lines(desk, session, rows),
        next_key=next_key,
        count=0 if after else count(desk, session, wanted),
    )


def count(desk: "CompanyDesk", session: Session, wanted: TicketFilter, *, limit: int | None = COUNT_LIMIT) -> int:
    """Return how many tickets the filter shows, at most ``limit``."""
    found = select(TicketRow.id).where(*_conditions(desk, session, wanted)).limit(limit).subquery()
    return session.execute(select(func.count()).select_from(found)).scalar_one()


def _conditions(desk: "CompanyDesk", session: Session, wanted: TicketFilter) -> Sequence[Any]:
    conditions = [*_simple_conditions(wanted), *_day_conditions(wanted, desk.zone)]
    if wanted.is_overdue:
        late = select(DutyRow.ticket_id).where(is_overdue(desk.installation.clock()), DutyRow.ticket_id.is_not(None))
        conditions.append(TicketRow.id.in_(late))
    if wanted.text.strip():
        hits = search.find(session, "ticket", question(desk, wanted.text, is_loose=True), limit=SEARCH_LIMIT)
        conditions.append(TicketRow.id.in_(hits))
    return conditions


def _simple_conditions(wanted: TicketFilter) -> Sequence[Any]:
    found: list[Any] = []
    if wanted.is_open is not None:
        found.append(TicketRow.is_open == wanted.is_open)
    for column, values in (
        (TicketRow.type, wanted.types),
        (TicketRow.state, wanted.states),
        (TicketRow.state_category, wanted.state_categories),
        (TicketRow.severity, wanted.severities),
        (TicketRow.category, wanted.categories),
    ):
        if values:
            found.append(column.in_(values))
    for reference, value in (
        (TicketRow.assignee_id, wanted.assignee),
        (TicketRow.owner_id, wanted.owner),
        (TicketRow.department_id, wanted.department),
    ):
        if value:
            found.append(reference.is_(None) if value == "none" else reference == _uuid(value))
    if wanted.requester:
        found.append(TicketRow.requester_id == wanted.requester)
    if wanted.asset:
        found.append(TicketRow.asset_id == wanted.asset)
    if wanted.import_run:
        found.append(TicketRow.import_run_id == wanted.import_run)
    if wanted.flagged:
        found.append(func.json_array_length(TicketRow.flags) > 0)
    return found


def _day_conditions(wanted: TicketFilter, zone: ZoneInfo) -> Sequence[Any]:
    found: list[Any] = []
    if wanted.opened_from:
        begins = min(max(wanted.opened_from, _FIRST_DAY), _LAST_DAY)
        found.append(TicketRow.opened_at >= datetime.combine(begins, time(), zone))
    if wanted.opened_to:
        ends = min(max(wanted.opened_to, _FIRST_DAY), _LAST_DAY) + timedelta(days=1)
        found.append(TicketRow.opened_at < datetime.combine(ends, time(), zone))
    return found


def _lines(desk: "CompanyDesk", session: Session, rows: Sequence[TicketRow]) -> Sequence[TicketLine]:
    people = {key for row in rows for key in (row.assignee_id, row.owner_id) if key}
    names: dict[UUID | None, str] = {}
    if people:
        found = session.execute(select(AccountRow.id, AccountRow.name).where(AccountRow.id.in_(people)))
        names.update({row.id: row.name for row in found})
    due = _next_due(session, [row.id for row in rows])
    return [
        TicketLine(ticket, names.get(ticket.assignee_id, ""), names.get(ticket.owner_id, ""), due.get(ticket.id))
        for ticket in seen_tickets(desk, session, rows)
    ]


def _next_due(session: Session, ticket_ids: Sequence[UUID]) -> Mapping[UUID, NextDue]:
    """Return what is due first of each ticket: one that runs before one that stands still."""
    is_paused = DutyRow.state == DutyState.PAUSED.value
    # Asked for those that are owed, SQLite would go through all of the company's instead of the tickets' own.
    query = (
        select(
            DutyRow.ticket_id, DutyRow.id, DutyRow.label, DutyRow.state, DutyRow.started_at, DutyRow.due_at,
            DutyRow.is_provisional, DutyRow.missed_at, DutyRow.ended_at,
        )
        .where(DutyRow.ticket_id.in_(ticket_ids))
        .order_by(is_paused, DutyRow.due_at, DutyRow.id)
    )  # fmt: skip
    found: dict[UUID, NextDue] = {}
    for row in session.execute(query) if ticket_ids else ():
        ticket_id, duty_id, label, state, started_at, due_at, is_provisional, missed_at, ended_at = row
        if ticket_id and due_at and not ended_at and ticket_id not in found:
            found[ticket_id] = NextDue(duty_id, label, DutyState(state), started_at, due_at, is_provisional, missed_at)
    return found


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as problem:
        raise InvalidInput((FieldProblem("filter", text, msg("筛选条件无效")),)) from problem
