"""Tickets: lists, one ticket's page, and changes of its values."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.duties import Happening
from gongdan.domain.events import EventKind
from gongdan.domain.fields import Field
from gongdan.domain.snapshots import TicketView
from gongdan.domain.ticket_types import TicketType
from gongdan.domain.workflow import is_empty
from gongdan.errors import (
    FieldProblem,
    InvalidInput,
    MoveRefused,
    NotFound,
    PluginDisabled,
    StaleVersion,
    TicketClosed,
)
from gongdan.services import ticket_lists
from gongdan.services.core_fields import CHOICES, LABELS, REFERENCES, read_core_fields
from gongdan.services.departments import require_open
from gongdan.services.duty_changes import happened
from gongdan.services.intake import CHANNELS, phone_problems
from gongdan.services.schemas import read_fields
from gongdan.services.secrecy_looks import seen_ticket, to_write
from gongdan.services.ticket_lists import COUNT_LIMIT, PAGE_SIZE, SORTS, TicketFilter, TicketLine, TicketList
from gongdan.services.ticket_rows import EDITABLE, index_ticket, values_of
from gongdan.services.work import Work, changed, get_row
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

__all__ = ["COUNT_LIMIT", "PAGE_SIZE", "SORTS", "TicketFilter", "TicketLine", "TicketList", "Tickets"]

#: What else a person needs to change these, by column.
_PERMISSIONS = {"owner_id": "ticket.change_owner", "assignee_id": "ticket.assign"}

#: Columns of the people who are concerned: they change hands beside the flow, by permissions of their own.
_PEOPLE = frozenset({"owner_id", "assignee_id", "department_id"})


class Tickets:
    """Use cases around tickets of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def list(self, wanted: TicketFilter, *, after: str = "", limit: int = PAGE_SIZE) -> TicketList:
        """Return a page of tickets; ``after`` is the ``next_key`` of the page before. Raises ``InvalidInput``."""
        self._desk.require("ticket.view")
        with self._desk.reading() as session:
            return ticket_lists.page(self._desk, session, wanted, after=after, limit=limit)

    def count(self, wanted: TicketFilter, *, limit: int | None = COUNT_LIMIT) -> int:
        """Return how many tickets the filter shows, at most ``limit``; None counts to the end."""
        self._desk.require("ticket.view")
        with self._desk.reading() as session:
            return ticket_lists.count(self._desk, session, wanted, limit=limit)

    def find(self, ticket_id: UUID) -> TicketView:
        """Return a ticket; raises ``NotFound``."""
        self._desk.require("ticket.view")
        with self._desk.reading() as session:
            return seen_ticket(self._desk, session, self.row(session, ticket_id))

    def see(self, ticket_id: UUID) -> None:
        """Hand out nothing; raises ``NotFound`` or ``NotAllowed`` for what the actor may not see."""
        self._desk.require("ticket.view")
        with self._desk.reading() as session:
            self.row(session, ticket_id)

    def by_number(self, number: str) -> TicketView:
        """Return the ticket of a number; raises ``NotFound``."""
        self._desk.require("ticket.view")
        with self._desk.reading() as session:
            row = session.scalars(select(TicketRow).where(TicketRow.number == number.strip())).one_or_none()
            if row is None:
                raise NotFound("ticket", number)
            return seen_ticket(self._desk, session, row)

    def type_of(self, ticket: TicketView) -> TicketType | None:
        """Return the declared type of a ticket; None when its plugin is no longer installed."""
        return self._desk.installation.plugins.catalogue.ticket_types.get(ticket.type)

    def change(self, ticket_id: UUID, version: int, given: Mapping[str, object]) -> TicketView:
        """Change values of an open ticket: those of ``EDITABLE`` and typed fields under their own names.

        What belongs to the flow is left to the moves, but for the people, whose permissions are their own. Raises
        ``StaleVersion`` when somebody saved since, ``InvalidInput`` for wrong values and for those that a move
        writes, ``TicketClosed``, ``NotAllowed``.
        """
        self._desk.require("ticket.edit")
        with self._desk.working() as work:
            row, ticket_type = self._to_change(work, ticket_id, version)
            if not row.is_open:
                raise TicketClosed(row.number)
            if problems := _moved(ticket_type, given):
                raise InvalidInput(problems)
            before = values_of(row)
            self._write(work.session, row, ticket_type, given)
            return self._save(work, row, ticket_type, before)

    def correct(self, ticket_id: UUID, version: int, given: Mapping[str, object], *, reason: str) -> TicketView:
        """Put right what is wrong in a ticket, open or not, whoever or whichever move wrote it; the reason is kept.

        Raises what ``change`` raises, and ``MoveRefused`` when a rule that holds at any time says no.
        """
        self._desk.require("ticket.correct")
        if is_empty(reason):
            raise InvalidInput(
                (FieldProblem("correction_reason", reason, msg("请写明原因"), label=LABELS["correction_reason"]),)
            )
        with self._desk.working() as work:
            row, ticket_type = self._to_change(work, ticket_id, version)
            before = values_of(row)
            self._write(work.session, row, ticket_type, given)
            if values_of(row) != before and (broken := self._desk.moves.broken_rules(row, ticket_type)):
                raise MoveRefused(msg("更正"), tuple(broken))
            return self._save(work, row, ticket_type, before, reason=reason.strip())

    def _to_change(self, work: Work, ticket_id: UUID, version: int) -> tuple[TicketRow, TicketType]:
        row = self.row(work.session, ticket_id, lock=True)
        if row.version != version:
            raise StaleVersion("ticket", row.number, version, row.version)
        return row, self.type_in_use(row)

    def _save(
        self, work: Work, row: TicketRow, ticket_type: TicketType, before: Mapping[str, object], *, reason: str = ""
    ) -> TicketView:
        """Write down what differs from ``before``, as a correction when there is a reason."""
        old, new = changed(before, values_of(row))
        if not new:
            return seen_ticket(self._desk, work.session, row)
        row.changed_at = work.now
        work.session.flush()
        index_ticket(work.session, row, ticket_type)
        act, why = ("ticket.corrected", {"correction_reason": reason}) if reason else ("ticket.changed", {})
        work.record(act, "ticket", row.id, before=old, after={**new, **why})
        work.tell(EventKind.TICKET_CHANGED, "ticket", row.id, names=sorted(new), type=row.type)
        happened(self._desk, work, row, Happening.CHANGED, before=before, remark=reason)
        return seen_ticket(self._desk, work.session, row)

    def type_in_use(self, row: TicketRow) -> TicketType:
        """Return the type of a ticket that is to be changed; raises ``PluginDisabled`` for one that is read only."""
        found = self._desk.installation.plugins.catalogue.ticket_types.get(row.type)
        if found is None or row.plugin not in self._desk.enabled:
            raise PluginDisabled(row.plugin)
        return found

    def row(self, session: Session, ticket_id: UUID, *, lock: bool = False) -> TicketRow:
        """Return the row inside a running transaction; raises ``NotFound``."""
        return get_row(session, TicketRow, ticket_id, "ticket", lock=lock)

    def _write(self, session: Session, row: TicketRow, ticket_type: TicketType, given: Mapping[str, object]) -> None:
        given = to_write(self._desk, session, row, given)
        for column, permission in _PERMISSIONS.items():
            if column in given and str(given[column] or "") != str(getattr(row, column) or ""):
                self._desk.require(permission)
        fields, problems = read_fields(ticket_type.fields, given, self._desk.zone, required=False)
        emptied = [field for field in ticket_type.fields if field.name in given and field.name not in fields]
        _, core_problems = read_core_fields(session, ticket_type, _by_core_name(given))
        problems += [*core_problems, *_missing(emptied, given), *_wrong_channel(given), *_wrong_phone(given)]
        if problems:
            raise InvalidInput(tuple(problems))
        department = _plain("department_id", given.get("department_id"))
        if isinstance(department, UUID) and department != row.department_id:
            require_open(session, department)
        gone = {field.name for field in emptied}
        row.fields = {**{name: value for name, value in row.fields.items() if name not in gone}, **fields}
        for name in EDITABLE:
            if name in given and name != "fields":
                setattr(row, name, _plain(name, given[name]))
        if "finding" in given:
            row.finding_by = self._desk.actor.account_id if row.finding else None


def _moved(ticket_type: TicketType, given: Mapping[str, object]) -> tuple[FieldProblem, ...]:
    """Return a problem for each given value that only moves write."""
    names = {column: name for name, column in REFERENCES.items()}
    moved = [
        names.get(key, key) for key in given if key not in _PEOPLE and names.get(key, key) in ticket_type.moved_fields
    ]
    return tuple(
        FieldProblem(
            name,
            str(given.get(name) or ""),
            msg("由办理步骤填写，不能直接修改"),
            msg("请办理相应的步骤；填错了的请更正"),
            label=declared.label if (declared := ticket_type.field(name)) else LABELS[name],
        )
        for name in moved
    )


def _by_core_name(given: Mapping[str, object]) -> dict[str, object]:
    names = {column: name for name, column in REFERENCES.items()} | {name: name for name in CHOICES}
    return {names[key]: value for key, value in given.items() if key in names}


def _missing(emptied: Sequence[Field], given: Mapping[str, object]) -> Sequence[FieldProblem]:
    labels = {field.name: field.label for field in emptied if field.required}
    if "subject" in given and is_empty(given["subject"]):
        labels["subject"] = LABELS["subject"]
    return [FieldProblem(name, "", msg("必须填写"), label=label) for name, label in labels.items()]


def _wrong_channel(given: Mapping[str, object]) -> Sequence[FieldProblem]:
    channel = str(given.get("channel", CHANNELS[0].value))
    if channel in {choice.value for choice in CHANNELS}:
        return ()
    return [FieldProblem("channel", channel, msg("不是可选的值"), label=LABELS["channel"])]


def _wrong_phone(given: Mapping[str, object]) -> Sequence[FieldProblem]:
    return phone_problems(str(given.get("contact_phone") or ""))


def _plain(name: str, value: object) -> object:
    """Return a value as its column keeps it: texts trimmed, references as ids or nothing."""
    if name in REFERENCES.values():
        return UUID(str(value)) if value else None
    return value.strip() if isinstance(value, str) else value
