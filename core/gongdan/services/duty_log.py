"""The duty log: numbered pages, one a department and day, to which entries are only ever added.

A mistake is put right by a new entry that names the old one; the database refuses to change or delete any. What each
entry says stands in the sealed journal as well, so that a page torn out by force is found.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from gongdan.errors import Conflict, FieldProblem, InvalidInput, NotFound, Refusal
from gongdan.services.departments import require_open
from gongdan.services.roster_rows import refuse, text_problems
from gongdan.services.work import Work, get_row
from gongdan.storage.companies import DepartmentRow
from gongdan.storage.journal import JournalEntryRow
from gongdan.storage.rosters import DutyLogEntryRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Longest entry, in characters.
MAX_LENGTH = 5000

#: Highest number of a page.
_LAST_PAGE = 1_000_000

_WRITTEN = "duty_log.written"


class EntryKind(StrEnum):
    """What an entry of the duty log is."""

    #: Something that happened.
    EVENT = "event"
    #: Something that has to be followed up.
    MATTER = "matter"
    CORRECTION = "correction"
    #: A matter is done.
    SETTLEMENT = "settlement"
    #: The head has looked at a page.
    CHECK = "check"
    #: Both have signed that the post passed on.
    HANDOVER = "handover"


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry; ``written_at`` is aware, UTC."""

    id: UUID
    department_id: UUID
    day: date
    page: int
    line: int
    kind: EntryKind
    body: str
    is_important: bool
    corrects_id: UUID | None
    settles_id: UUID | None
    checks_page: int | None
    ticket_id: UUID | None
    author_id: UUID | None
    author_name: str
    written_at: datetime
    #: Page and line of the entry that corrects this one, such as ``3-2``; empty while none does.
    corrected_by: str = ""
    #: Page and line of the entry that settles this one.
    settled_by: str = ""

    @property
    def number(self) -> str:
        """Return page and line, as people refer to it."""
        return f"{self.page}-{self.line}"


@dataclass(frozen=True, slots=True)
class LogPage:
    """One page: a department's day."""

    number: int
    day: date
    entries: tuple[LogEntry, ...]
    #: Who checked the page, and when.
    checked_by: str = ""
    checked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class LogReport:
    """What comparing the log with the sealed journal found."""

    #: Entries read.
    entries: int
    #: Page and line of the first entry that does not fit, such as ``3-2``; empty when all do.
    first_bad: str = ""


class DutyLog:
    """Use cases around the duty log of a company's departments."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    # --- Reading -----------------------------------------------------------------------------

    def pages(self, department_id: UUID) -> Sequence[tuple[int, date, int]]:
        """Return number, day and count of entries of each page, the newest first."""
        self._desk.require("roster.view")
        query = (
            select(DutyLogEntryRow.page, DutyLogEntryRow.day, func.count())
            .where(DutyLogEntryRow.department_id == department_id)
            .group_by(DutyLogEntryRow.page, DutyLogEntryRow.day)
            .order_by(DutyLogEntryRow.page.desc())
        )
        with self._desk.reading() as session:
            return tuple((page, day, count) for page, day, count in session.execute(query))

    def page(self, department_id: UUID, number: int) -> LogPage:
        """Return a page of a department; raises ``NotFound``."""
        self._desk.require("roster.view")
        if not 1 <= number <= _LAST_PAGE:
            raise NotFound("duty_log_page", str(number))
        with self._desk.reading() as session:
            query = _of_page(department_id, number).order_by(DutyLogEntryRow.line)
            entries = tuple(map(_entry, session.scalars(query)))
            if not entries:
                raise NotFound("duty_log_page", str(number))
            checks = select(DutyLogEntryRow).where(
                DutyLogEntryRow.department_id == department_id, DutyLogEntryRow.checks_page == number
            )
            checked = session.scalars(checks.order_by(DutyLogEntryRow.written_at.desc()).limit(1)).one_or_none()
            by, at = (checked.author_name, checked.written_at) if checked else ("", None)
            return LogPage(number, entries[0].day, _with_answers(session, entries), by, at)

    def open_matters(self, department_id: UUID) -> Sequence[LogEntry]:
        """Return what has to be followed up, oldest first."""
        self._desk.require("roster.view")
        with self._desk.reading() as session:
            return open_matters(session, department_id)

    def find(self, entry_id: UUID) -> LogEntry:
        """Return an entry; raises ``NotFound``."""
        self._desk.require("roster.view")
        with self._desk.reading() as session:
            entry = _entry(get_row(session, DutyLogEntryRow, entry_id, "duty_log_entry"))
            return _with_answers(session, (entry,))[0]

    def verify(self) -> LogReport:
        """Compare every entry with what the sealed journal says was written; names the first that does not fit.

        That the journal itself is whole is another question, see ``JournalReader.verify``.
        """
        self._desk.require("journal.view")
        with self._desk.reading() as session:
            acts = select(JournalEntryRow).where(JournalEntryRow.act == _WRITTEN).order_by(JournalEntryRow.sequence)
            written = {row.subject_id: json.loads(row.payload)["after"] for row in session.scalars(acts)}
            rows = {row.id: row for row in session.scalars(select(DutyLogEntryRow))}
            for entry_id in written | {row_id: {} for row_id in rows if row_id not in written}:
                row, kept = rows.get(entry_id), written.get(entry_id)
                if row is None or kept is None or not _fits(row, kept):
                    number = _number(row) if row else str(kept["number"]) if kept else ""
                    return LogReport(len(rows), number)
            return LogReport(len(rows))

    # --- Writing -----------------------------------------------------------------------------

    def write(
        self,
        department_id: UUID,
        body: str,
        *,
        is_matter: bool = False,
        is_important: bool = False,
        ticket_id: UUID | None = None,
    ) -> LogEntry:
        """Write an entry on today's page; an important one has to be followed up before the next handover.

        Raises ``InvalidInput`` or ``NotFound``.
        """
        self._desk.require("duty_log.write")
        _check(body)
        if ticket_id is not None:
            self._desk.tickets.find(ticket_id)
        kind = EntryKind.MATTER if is_matter or is_important else EntryKind.EVENT
        with self._desk.working() as work:
            # Before the department is locked: who closes it has his turn first as well.
            work.take_turn()
            get_row(work.session, DepartmentRow, department_id, "department")
            require_open(work.session, department_id)
            row = _new(department_id, kind, body, is_important=is_important)
            row.ticket_id = ticket_id
            return self.add(work, row)

    def correct(self, entry_id: UUID, body: str) -> LogEntry:
        """Put an entry right by a new one; the old one stays as it is. Raises ``MoveRefused`` for a second one."""
        self._desk.require("duty_log.write")
        _check(body)
        with self._desk.working() as work:
            work.take_turn()
            old = self._entry(work.session, entry_id)
            if old.corrected_by:
                reason, params = msg("这一条已由 {number} 更正：请更正那一条"), {"number": old.corrected_by}
                refuse(msg("更正"), (Refusal("corrected_once", reason, ("001-08-23",), params=params),))
            row = _new(old.department_id, EntryKind.CORRECTION, body)
            row.corrects_id = old.id
            return self.add(work, row)

    def settle(self, entry_id: UUID, body: str) -> LogEntry:
        """Write down that a matter is done; raises ``MoveRefused`` for what is none, or is done already."""
        self._desk.require("duty_log.write")
        _check(body)
        with self._desk.working() as work:
            work.take_turn()
            old = self._entry(work.session, entry_id)
            if old.kind is not EntryKind.MATTER or old.settled_by:
                refuse(msg("办结"), (Refusal("open_matter", msg("这一条不是待跟进事项，或已经办结")),))
            row = _new(old.department_id, EntryKind.SETTLEMENT, body)
            row.settles_id = old.id
            return self.add(work, row)

    def check(self, department_id: UUID, page: int, remark: str = "") -> LogEntry:
        """Sign that one has looked at a page; the head does it every day (001-08-37)."""
        self._desk.require("roster.admin")
        if problems := text_problems("body", remark, msg("意见"), longest=MAX_LENGTH):
            raise InvalidInput(problems)
        checked = self.page(department_id, page)
        with self._desk.working() as work:
            row = _new(department_id, EntryKind.CHECK, remark)
            row.checks_page = checked.number
            return self.add(work, row)

    def add(self, work: Work, row: DutyLogEntryRow) -> LogEntry:
        """Put an entry on the last line of today's page, inside a running transaction."""
        work.take_turn()
        session = work.session
        row.day = work.now.astimezone(self._desk.zone).date()
        row.page, row.line = _next_line(session, row.department_id, row.day)
        row.author_id, row.author_name, row.written_at = work.actor.account_id, work.actor.name, work.now
        session.add(row)
        session.flush()
        department = get_row(session, DepartmentRow, row.department_id, "department")
        work.record(_WRITTEN, "duty_log_entry", row.id, after={**_sealed(row), "department": department.name})
        return _entry(row)

    @staticmethod
    def _entry(session: Session, entry_id: UUID) -> LogEntry:
        found = _entry(get_row(session, DutyLogEntryRow, entry_id, "duty_log_entry"))
        return _with_answers(session, (found,))[0]


def new_entry(department_id: UUID, kind: EntryKind, body: str) -> DutyLogEntryRow:
    """Return an entry that another use case hands to ``DutyLog.add``."""
    return _new(department_id, kind, body)


def open_matters(session: Session, department_id: UUID) -> tuple[LogEntry, ...]:
    """Return what a department has to follow up, oldest first, inside a running transaction."""
    settling = aliased(DutyLogEntryRow)
    query = (
        select(DutyLogEntryRow)
        .outerjoin(settling, settling.settles_id == DutyLogEntryRow.id)
        .where(
            DutyLogEntryRow.department_id == department_id,
            DutyLogEntryRow.kind == EntryKind.MATTER.value,
            settling.id.is_(None),
        )
        .order_by(DutyLogEntryRow.page, DutyLogEntryRow.line)
    )
    return tuple(map(_entry, session.scalars(query)))


#: What the journal did not keep of an entry at first.
_SEALED_LATER = frozenset({"department_id", "ticket_id", "author_id", "written_at", "checks_page"})


def _fits(row: DutyLogEntryRow, kept: Mapping[str, object]) -> bool:
    """Tell whether an entry is what the journal says was written."""
    return all(
        kept.get(name) == value for name, value in _sealed(row).items() if name in kept or name not in _SEALED_LATER
    )


def _sealed(row: DutyLogEntryRow) -> dict[str, object]:
    """Return what the journal keeps of an entry, and what is compared with it."""
    return {
        "number": _number(row),
        "kind": row.kind,
        "body": row.body,
        "important": row.is_important,
        "author": row.author_name,
        "corrects": str(row.corrects_id or ""),
        "settles": str(row.settles_id or ""),
        "day": row.day.isoformat(),
        "department_id": str(row.department_id),
        "ticket_id": str(row.ticket_id or ""),
        "author_id": str(row.author_id or ""),
        "written_at": row.written_at.astimezone(UTC).isoformat(),
        "checks_page": row.checks_page,
    }


def _number(row: DutyLogEntryRow) -> str:
    return f"{row.page}-{row.line}"


def _new(department_id: UUID, kind: EntryKind, body: str, *, is_important: bool = False) -> DutyLogEntryRow:
    return DutyLogEntryRow(department_id=department_id, kind=kind.value, body=body.strip(), is_important=is_important)


def _next_line(session: Session, department_id: UUID, day: date) -> tuple[int, int]:
    """Return page and line of the next entry of a day; a clock that was put back does not tear a page."""
    query = (
        select(DutyLogEntryRow.page, DutyLogEntryRow.line, DutyLogEntryRow.day)
        .where(DutyLogEntryRow.department_id == department_id)
        .order_by(DutyLogEntryRow.page.desc(), DutyLogEntryRow.line.desc())
        .limit(1)
    )
    last = session.execute(query).one_or_none()
    if last is None:
        return 1, 1
    if last.day > day:
        raise Conflict("duty_log", last.day.isoformat())
    return (last.page, last.line + 1) if last.day == day else (last.page + 1, 1)


def _of_page(department_id: UUID, number: int) -> Select[DutyLogEntryRow]:
    return select(DutyLogEntryRow).where(DutyLogEntryRow.department_id == department_id, DutyLogEntryRow.page == number)


def _with_answers(session: Session, entries: Sequence[LogEntry]) -> tuple[LogEntry, ...]:
    """Return entries with the numbers of those that correct or settle them."""
    own = [entry.id for entry in entries]
    corrected = _numbers(session, select(DutyLogEntryRow).where(DutyLogEntryRow.corrects_id.in_(own)), "corrects_id")
    settled = _numbers(session, select(DutyLogEntryRow).where(DutyLogEntryRow.settles_id.in_(own)), "settles_id")
    return tuple(
        replace(entry, corrected_by=corrected.get(entry.id, ""), settled_by=settled.get(entry.id, ""))
        for entry in entries
    )


def _numbers(session: Session, query: Select[DutyLogEntryRow], name: str) -> Mapping[UUID, str]:
    return {getattr(row, name): _number(row) for row in session.scalars(query)}


def _entry(row: DutyLogEntryRow) -> LogEntry:
    return LogEntry(
        id=row.id,
        department_id=row.department_id,
        day=row.day,
        page=row.page,
        line=row.line,
        kind=EntryKind(row.kind),
        body=row.body,
        is_important=row.is_important,
        corrects_id=row.corrects_id,
        settles_id=row.settles_id,
        checks_page=row.checks_page,
        ticket_id=row.ticket_id,
        author_id=row.author_id,
        author_name=row.author_name,
        written_at=row.written_at,
    )


def _check(body: str) -> None:
    problems: tuple[FieldProblem, ...] = text_problems("body", body, msg("内容"), longest=MAX_LENGTH, required=True)
    if problems:
        raise InvalidInput(problems)
