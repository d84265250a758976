"""Lists of forms, page by page, and the proof that nobody changed one that is filed."""

import base64
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from gongdan.domain.form_views import FormState
from gongdan.errors import FieldProblem, InvalidInput
from gongdan.services.form_contents import hash_of
from gongdan.storage.forms import FormRow
from gongdan.storage.journal import JournalEntryRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

PAGE_SIZE = 50
#: Longest key of a page, in characters; a longer one was made up.
_LONGEST_KEY = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class FormFilter:
    """Which forms a list shows; what is empty does not narrow it."""

    kind: str = ""
    state: str = ""
    #: Beginning of the number.
    number: str = ""
    #: Begun on or after, and on or before these days of the company, inclusive.
    begun_from: date | None = None
    begun_to: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FormLine:
    """A form in a list; times are aware, UTC."""

    id: UUID
    kind: str
    #: Source text.
    label: str
    number: str
    edition: int
    state: FormState
    ticket_id: UUID
    ticket_number: str
    begun_at: datetime
    begun_by: str
    filed_at: datetime | None
    filed_by: str


@dataclass(frozen=True, slots=True)
class FormList:
    """One page of a list."""

    lines: Sequence[FormLine]
    #: Opaque key of the next page; empty on the last one.
    next_key: str = ""


@dataclass(frozen=True, slots=True)
class FormReport:
    """What comparing filed forms with their hashes found."""

    #: Forms read.
    forms: int
    #: Kind and number of each that is not as it was filed, with what is wrong: ``content``, ``row`` or ``journal``.
    bad: Sequence[tuple[str, str, str]]


class FormLists:
    """Use cases around lists of forms."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def page(self, wanted: FormFilter, *, after: str = "", limit: int = PAGE_SIZE) -> FormList:
        """Return a page, the latest first; ``after`` is the ``next_key`` of the page before.

        Raises ``InvalidInput`` for a page that is none.
        """
        self._desk.require("ticket.view")
        query = select(FormRow, TicketRow.number).join(TicketRow, TicketRow.id == FormRow.ticket_id)
        query = query.where(*self._conditions(wanted))
        if after:
            query = query.where(_beyond(after))
        with self._desk.reading() as session:
            found = session.execute(query.order_by(FormRow.begun_at.desc(), FormRow.id.desc()).limit(limit + 1)).all()
            lines = [_line(row, number) for row, number in found[:limit]]
        return FormList(lines, _key(lines[-1]) if len(found) > limit else "")

    def all(self, wanted: FormFilter) -> Iterator[FormLine]:
        """Yield every form that a filter shows, the latest first, one page in memory at a time."""
        page = self.page(wanted, limit=500)
        yield from page.lines
        while page.next_key:
            page = self.page(wanted, after=page.next_key, limit=500)
            yield from page.lines

    def verify(self) -> FormReport:
        """Compare every filed form with its hash, and that with what the sealed journal says was filed.

        That the journal itself is whole is another question, see ``JournalReader.verify``.
        """
        self._desk.require("journal.view")
        query = select(FormRow).where(FormRow.hash != "").order_by(FormRow.begun_at, FormRow.id)
        bad: list[tuple[str, str, str]] = []
        count = 0
        with self._desk.reading() as session:
            for row in session.scalars(query.execution_options(yield_per=200)):
                count += 1
                if wrong := _wrong(session, row):
                    bad.append((row.kind, row.number, wrong))
        return FormReport(count, bad)

    def _conditions(self, wanted: FormFilter) -> Iterator[Any]:
        if wanted.kind:
            yield FormRow.kind == wanted.kind
        if wanted.state:
            yield FormRow.state == wanted.state
        if wanted.number.strip():
            yield FormRow.number.startswith(wanted.number.strip(), autoescape=True)
        if wanted.begun_from:
            yield FormRow.begun_at >= datetime.combine(wanted.begun_from, time(), self._desk.zone)
        if wanted.begun_to:
            yield FormRow.begun_at < datetime.combine(wanted.begun_to, time(), self._desk.zone) + timedelta(days=1)


def _wrong(session: Session, row: FormRow) -> str:
    """Return what is not as it was filed; empty when all is."""
    if hash_of(row.content) != row.hash:
        return "content"
    kept: Mapping[str, Any] = json.loads(row.content)
    held = (str(row.id), row.kind_version, str(row.ticket_id), row.round, row.number, row.edition)
    written = (kept["id"], kept["kind_version"], kept["ticket"]["id"], kept["round"], kept["number"], kept["edition"])
    if held != written:
        return "row"
    query = select(JournalEntryRow.payload).where(
        JournalEntryRow.subject_id == row.id, JournalEntryRow.act == "form.filed"
    )
    sealed = [json.loads(payload)["after"].get("hash") for payload in session.scalars(query)]
    return "" if sealed == [row.hash] else "journal"


def _line(row: FormRow, ticket_number: str) -> FormLine:
    return FormLine(
        id=row.id,
        kind=row.kind,
        label=row.label,
        number=row.number,
        edition=row.edition,
        state=FormState(row.state),
        ticket_id=row.ticket_id,
        ticket_number=ticket_number,
        begun_at=row.begun_at,
        begun_by=row.begun_by_name,
        filed_at=row.filed_at,
        filed_by=row.filed_by_name,
    )


def _key(line: FormLine) -> str:
    return base64.urlsafe_b64encode(json.dumps([line.begun_at.isoformat(), line.id.hex]).encode()).decode()


def _beyond(key: str) -> Any:
    try:
        begun, form_id = json.loads(base64.urlsafe_b64decode(key[:_LONGEST_KEY].encode()))
        at, last = datetime.fromisoformat(begun).astimezone(UTC), UUID(str(form_id))
    except (ValueError, TypeError, OverflowError) as problem:
        raise InvalidInput((FieldProblem("after", key, msg("翻页位置无效"), msg("请回到第一页")),)) from problem
    return or_(FormRow.begun_at < at, and_(FormRow.begun_at == at, FormRow.id < last))
