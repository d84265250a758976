"""Orders of ticket lists, and their pages by key: a page begins behind the last row of the one before."""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Subquery, and_, func, or_, select
from sqlalchemy.orm import Session

from gongdan.domain.duties import DutyState
from gongdan.errors import FieldProblem, InvalidInput
from gongdan.storage.duties import DutyRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

#: The order by what is due first; see ``_by_due``.
DUE: Final = "due"
#: What a list can be sorted by besides; each has an index that also holds the id.
_COLUMNS: Mapping[str, Any] = {
    "opened_at": TicketRow.opened_at,
    "changed_at": TicketRow.changed_at,
    "number": TicketRow.number,
    "severity": TicketRow.severity,
    "state": TicketRow.state_category,
}
#: What a list can be sorted by.
SORTS: Final = (*_COLUMNS, DUE)

#: In front of the keys of tickets for which no time runs.
_UNTIMED: Final = "~"
#: Longest key of a page, in characters; a longer one was made up.
_LONGEST_KEY: Final = 1000

Page = tuple[Sequence[TicketRow], str]


def page_rows(session: Session, conditions: Sequence[Any], sort: str, *, after: str, limit: int) -> Page:
    """Return a page of tickets and the key of the next one, empty on the last.

    ``sort``: one of ``SORTS``, with ``-`` in front for descending. Raises ``InvalidInput``.
    """
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    if name not in SORTS:
        raise InvalidInput((FieldProblem("sort", sort, msg("不能按这一列排序"), label=msg("排序")),))
    if name == DUE:
        return _by_due(session, conditions, descending=descending, after=after, limit=limit)
    return _by_column(session, conditions, _COLUMNS[name], descending=descending, after=after, limit=limit)


def _by_column(
    session: Session, conditions: Sequence[Any], column: Any, *, descending: bool, after: str, limit: int
) -> Page:
    query = select(TicketRow).where(*conditions)
    if after:
        query = query.where(_beyond(column, descending=descending, key=after))
    rows = session.scalars(query.order_by(*_ends(column, descending=descending)).limit(limit + 1)).all()
    next_key = _key(getattr(rows[limit - 1], column.key), rows[limit - 1]) if len(rows) > limit else ""
    return rows[:limit], next_key


def _by_due(session: Session, conditions: Sequence[Any], *, descending: bool, after: str, limit: int) -> Page:
    """Sort by the first due time that runs.

    Tickets without one – nothing is owed, the limit is undecided, or everything stands still – come last in both
    directions, the latest first.
    """
    due = _running()
    timed: list[tuple[TicketRow, datetime]] = []
    if not after.startswith(_UNTIMED):
        query = select(TicketRow, due.c.due_at).join(due, due.c.ticket_id == TicketRow.id).where(*conditions)
        if after:
            query = query.where(_beyond(due.c.due_at, descending=descending, key=after))
        found = session.execute(query.order_by(*_ends(due.c.due_at, descending=descending)).limit(limit + 1))
        timed = [(row, at) for row, at in found]
    keys = [_key(at, row) for row, at in timed[:limit]]
    rows = [row for row, _ in timed]
    if len(rows) > limit:
        return rows[:limit], keys[-1]
    no_time = TicketRow.id.not_in(select(due.c.ticket_id))
    rest, next_key = _by_column(
        session,
        (*conditions, no_time),
        TicketRow.opened_at,
        descending=True,
        after=after.removeprefix(_UNTIMED) if after.startswith(_UNTIMED) else "",
        # A full page of timed ones asks whether anything follows.
        limit=max(limit - len(rows), 1),
    )
    if len(rows) == limit:
        return rows, keys[-1] if rest else ""
    return [*rows, *rest], f"{_UNTIMED}{next_key}" if next_key else ""


def _running() -> Subquery:
    """Return the first due time of each ticket whose clock runs."""
    return (
        select(DutyRow.ticket_id, func.min(DutyRow.due_at).label("due_at"))
        .where(
            DutyRow.ended_at.is_(None),
            DutyRow.state != DutyState.PAUSED.value,
            DutyRow.due_at.is_not(None),
            DutyRow.ticket_id.is_not(None),
        )
        .group_by(DutyRow.ticket_id)
        .subquery()
    )


def _ends(column: Any, *, descending: bool) -> tuple[Any, Any]:
    return (column.desc(), TicketRow.id.desc()) if descending else (column.asc(), TicketRow.id.asc())


def _beyond(column: Any, *, descending: bool, key: str) -> Any:
    try:
        raw, ticket_id = json.loads(base64.urlsafe_b64decode(key[:_LONGEST_KEY].encode()))
        value = _aware(raw) if column.key.endswith("_at") else _kept(str(raw))
        last = UUID(str(ticket_id))
    except (ValueError, TypeError, OverflowError) as problem:
        raise InvalidInput((FieldProblem("after", key, msg("翻页位置无效"), msg("请回到第一页")),)) from problem
    if descending:
        return or_(column < value, and_(column == value, TicketRow.id < last))
    return or_(column > value, and_(column == value, TicketRow.id > last))


def _aware(text: str) -> datetime:
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        raise ValueError(text)
    # A day at the end of all days cannot be told in UTC.
    return value.astimezone(UTC)


def _kept(text: str) -> str:
    """Return a text that a database can hold; raises ``ValueError`` for halves of characters."""
    text.encode()
    return text


def _key(value: object, row: TicketRow) -> str:
    raw = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([raw, row.id.hex]).encode()).decode()
