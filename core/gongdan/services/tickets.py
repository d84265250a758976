"""Tickets: lists, one ticket's page, and changes of its values."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, defer

from gongdan.domain.events import EventKind
from gongdan.domain.snapshots import TicketView
from gongdan.domain.ticket_types import TicketType
from gongdan.errors import FieldProblem, InvalidInput, NotFound, PluginDisabled, StaleVersion
from gongdan.services.schemas import read_fields
from gongdan.services.ticket_rows import EDITABLE, index_ticket, ticket_view, values_of
from gongdan.services.work import changed, get_row
from gongdan.storage import search
from gongdan.storage.accounts import AccountRow
from gongdan.storage.assets import AssetRow
from gongdan.storage.parties import PartyRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Counting stops here; the page shows ``1,000+``.
COUNT_LIMIT = 1000
#: Rows on a page of a list.
PAGE_SIZE = 50
#: How many hits of a text search a list filters.
SEARCH_LIMIT = 1000

#: What a list can be sorted by; each has an index that also holds the id.
SORTS: Mapping[str, Any] = {
    "opened_at": TicketRow.opened_at, "changed_at": TicketRow.changed_at, "number": TicketRow.number,
    "severity": TicketRow.severity, "state": TicketRow.state_category,
}  # fmt: skip


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
    #: One of ``SORTS``, with ``-`` in front for descending.
    sort: str = "-opened_at"


@dataclass(frozen=True, slots=True)
class TicketLine:
    """A ticket in a list, with the names of the people in it."""

    ticket: TicketView
    assignee_name: str
    owner_name: str


@dataclass(frozen=True, slots=True)
class TicketList:
    """One page of a list."""

    lines: Sequence[TicketLine]
    #: Opaque key of the next page; empty on the last one.
    next_key: str = ""
    #: Number of hits, at most ``COUNT_LIMIT``.
    count: int = 0
    types: Mapping[str, TicketType] = field(default_factory=dict)


class Tickets:
    """Use cases around tickets of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def list(self, wanted: TicketFilter, *, after: str = "", limit: int = PAGE_SIZE) -> TicketList:
        """Return a page of tickets; ``after`` is the ``next_key`` of the page before. Raises ``InvalidInput``."""
        self._desk.require("ticket.view")
        with self._desk.reading() as session:
            query = self._filtered(session, select(TicketRow).options(defer(TicketRow.description)), wanted)
            column, descending = _sort(wanted.sort)
            ordered = query.order_by(column.desc() if descending else column.asc(),
                                     TicketRow.id.desc() if descending else TicketRow.id.asc())  # fmt: skip
            if after:
                ordered = ordered.where(_beyond(column, descending=descending, key=after))
            rows = session.scalars(ordered.limit(limit + 1)).all()
            return TicketList(
                lines=_lines(session, rows[:limit]),
                next_key=_key(rows[limit - 1], column) if len(rows) > limit else "",
                count=0 if after else self._count(session, wanted),
            )

    def count(self, wanted: TicketFilter) -> int:
        """Return how many tickets the filter shows, at most ``COUNT_LIMIT``."""
        with self._desk.reading() as session:
            return self._count(session, wanted)

    def find(self, ticket_id: UUID) -> TicketView:
        """Return a ticket; raises ``NotFound``."""
        self._desk.require("ticket.view")
        with self._desk.reading() as session:
            return ticket_view(self.row(session, ticket_id))

    def by_number(self, number: str) -> TicketView:
        """Return the ticket of a number; raises ``NotFound``."""
        self._desk.require("ticket.view")
        with self._desk.reading() as session:
            row = session.scalars(select(TicketRow).where(TicketRow.number == number.strip())).one_or_none()
            if row is None:
                raise NotFound("ticket", number)
            return ticket_view(row)

    def type_of(self, ticket: TicketView) -> TicketType | None:
        """Return the declared type of a ticket; None when its plugin is no longer installed."""
        return self._desk.installation.plugins.catalogue.ticket_types.get(ticket.type)

    def change(self, ticket_id: UUID, version: int, given: Mapping[str, object]) -> TicketView:
        """Change values of a ticket: those of ``EDITABLE`` and typed fields under their own names.

        Raises ``StaleVersion`` when somebody saved since, ``InvalidInput`` for wrong values, ``NotAllowed``.
        """
        self._desk.require("ticket.edit")
        with self._desk.working() as work:
            row = self.row(work.session, ticket_id, lock=True)
            if row.version != version:
                raise StaleVersion("ticket", row.number, version, row.version)
            ticket_type = self._desk.installation.plugins.catalogue.ticket_types.get(row.type)
            if ticket_type is None or row.plugin not in self._desk.enabled:
                raise PluginDisabled(row.plugin)
            before = values_of(row)
            self._write(work.session, row, ticket_type, given)
            old, new = changed(before, values_of(row))
            if not new:
                return ticket_view(row)
            row.changed_at = work.now
            work.session.flush()
            index_ticket(work.session, row, ticket_type)
            work.record("ticket.changed", "ticket", row.id, before=old, after=new)
            work.tell(EventKind.TICKET_CHANGED, "ticket", row.id, names=sorted(new), type=row.type)
            return ticket_view(row)

    def row(self, session: Session, ticket_id: UUID, *, lock: bool = False) -> TicketRow:
        """Return the row inside a running transaction; raises ``NotFound``."""
        return get_row(session, TicketRow, ticket_id, "ticket", lock=lock)

    def _write(self, session: Session, row: TicketRow, ticket_type: TicketType, given: Mapping[str, object]) -> None:
        fields, problems = read_fields(ticket_type.fields, given, self._desk.zone, required=False)
        cleared = {declared.name for declared in ticket_type.fields
                   if declared.name in given and declared.name not in fields}  # fmt: skip
        problems += [FieldProblem(name, "", msg("必须填写"), label=_label(ticket_type, name))
                     for name in sorted(cleared) if _is_required(ticket_type, name)]  # fmt: skip
        for name in ("severity", "category", "cause", "finding"):
            value = given.get(name)
            if value and value not in {choice.value for choice in ticket_type.choices(name)}:
                problems.append(FieldProblem(name, str(value), msg("不是可选的值")))
        if "subject" in given and not str(given["subject"]).strip():
            problems.append(FieldProblem("subject", "", msg("必须填写"), label=msg("主题")))
        for name, (model, permission) in _REFERENCES.items():
            if name in given and given[name] != getattr(row, name):
                self._desk.require(permission)
                if given[name]:
                    self._require_reference(session, model, given[name])
        if problems:
            raise InvalidInput(tuple(problems))
        row.fields = {**{key: value for key, value in row.fields.items() if key not in cleared}, **fields}
        for name in EDITABLE:
            if name in given and name != "fields":
                setattr(row, name, _plain(given[name]))
        if "finding" in given:
            row.finding_by = self._desk.actor.account_id

    def _require_reference(self, session: Session, model: Any, key: object) -> None:  # noqa: ANN401 -- a mapped class
        if model is AccountRow:
            self._desk.members.require(session, UUID(str(key)))
        else:
            get_row(session, model, UUID(str(key)), "reference")

    def _filtered(self, session: Session, query: Select[Any], wanted: TicketFilter) -> Select[Any]:
        conditions = [*_simple_conditions(wanted), *_day_conditions(wanted, self._desk)]
        if wanted.text.strip():
            hits = search.find(session, "ticket", wanted.text, limit=SEARCH_LIMIT)
            conditions.append(TicketRow.id.in_(hits))
        return query.where(*conditions)

    def _count(self, session: Session, wanted: TicketFilter) -> int:
        limited = self._filtered(session, select(TicketRow.id), wanted).limit(COUNT_LIMIT).subquery()
        return session.execute(select(func.count()).select_from(limited)).scalar_one()


_REFERENCES: Mapping[str, tuple[Any, str]] = {
    "owner_id": (AccountRow, "ticket.change_owner"), "assignee_id": (AccountRow, "ticket.assign"),
    "requester_id": (PartyRow, "ticket.edit"), "asset_id": (AssetRow, "ticket.edit"),
}  # fmt: skip


def _simple_conditions(wanted: TicketFilter) -> Sequence[Any]:
    found: list[Any] = []
    if wanted.is_open is not None:
        found.append(TicketRow.is_open.is_(wanted.is_open))
    for column, values in (
        (TicketRow.type, wanted.types), (TicketRow.state, wanted.states),
        (TicketRow.state_category, wanted.state_categories), (TicketRow.severity, wanted.severities),
        (TicketRow.category, wanted.categories),
    ):  # fmt: skip
        if values:
            found.append(column.in_(values))
    for column, value in (
        (TicketRow.assignee_id, wanted.assignee), (TicketRow.owner_id, wanted.owner),
        (TicketRow.department_id, wanted.department),
    ):  # fmt: skip
        if value:
            found.append(column.is_(None) if value == "none" else column == _uuid(value))
    if wanted.requester:
        found.append(TicketRow.requester_id == wanted.requester)
    if wanted.asset:
        found.append(TicketRow.asset_id == wanted.asset)
    if wanted.import_run:
        found.append(TicketRow.import_run_id == wanted.import_run)
    if wanted.flagged:
        found.append(func.json_array_length(TicketRow.flags) > 0)
    return found


def _day_conditions(wanted: TicketFilter, desk: "CompanyDesk") -> Sequence[Any]:
    found: list[Any] = []
    if wanted.opened_from:
        found.append(TicketRow.opened_at >= datetime.combine(wanted.opened_from, time(), desk.zone))
    if wanted.opened_to:
        ends = wanted.opened_to + timedelta(days=1)
        found.append(TicketRow.opened_at < datetime.combine(ends, time(), desk.zone))
    return found


def _sort(sort: str) -> tuple[Any, bool]:
    name = sort.removeprefix("-")
    if name not in SORTS:
        raise InvalidInput((FieldProblem("sort", sort, msg("不能按这一列排序"), label=msg("排序")),))
    return SORTS[name], sort.startswith("-")


def _beyond(column: Any, *, descending: bool, key: str) -> Any:  # noqa: ANN401 -- SQL expressions
    try:
        raw, ticket_id = json.loads(base64.urlsafe_b64decode(key.encode()))
        value = datetime.fromisoformat(raw) if column.key.endswith("_at") else raw
        last = UUID(ticket_id)
    except (ValueError, TypeError) as problem:
        raise InvalidInput((FieldProblem("after", key, msg("翻页位置无效"), msg("请回到第一页")),)) from problem
    if descending:
        return or_(column < value, and_(column == value, TicketRow.id < last))
    return or_(column > value, and_(column == value, TicketRow.id > last))


def _key(row: TicketRow, column: Any) -> str:  # noqa: ANN401 -- a mapped attribute
    value = getattr(row, column.key)
    raw = value.isoformat() if isinstance(value, datetime) else value
    return base64.urlsafe_b64encode(json.dumps([raw, row.id.hex]).encode()).decode()


def _lines(session: Session, rows: Sequence[TicketRow]) -> Sequence[TicketLine]:
    people = {key for row in rows for key in (row.assignee_id, row.owner_id) if key}
    names: dict[UUID | None, str] = {}
    if people:
        found = session.execute(select(AccountRow.id, AccountRow.name).where(AccountRow.id.in_(people)))
        names.update({row.id: row.name for row in found})
    return [TicketLine(ticket_view(row), names.get(row.assignee_id, ""), names.get(row.owner_id, "")) for row in rows]


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as problem:
        raise InvalidInput((FieldProblem("filter", text, msg("筛选条件无效")),)) from problem


def _plain(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


def _label(ticket_type: TicketType, name: str) -> str:
    declared = ticket_type.field(name)
    return declared.label if declared else name


def _is_required(ticket_type: TicketType, name: str) -> bool:
    declared = ticket_type.field(name)
    return declared is not None and declared.required
