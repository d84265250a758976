"""Notes: what people write on a ticket, for each other or for the customer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from gongdan.domain.events import EventKind
from gongdan.domain.folding import is_blank
from gongdan.domain.snapshots import TicketView
from gongdan.domain.subjects import SubjectKey
from gongdan.errors import FieldProblem, InvalidInput, MoveRefused
from gongdan.services.approval_subjects import of_ticket
from gongdan.services.attachment_rows import AttachmentView
from gongdan.services.file_checks import Upload
from gongdan.services.secrecy_looks import TicketLook, look, looks, tell
from gongdan.services.ticket_rows import index_ticket, plain_ticket
from gongdan.storage.tickets import NoteRow, TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Longest note, in characters.
MAX_LENGTH = 20_000
#: How long a note counts as news for those it names.
_MENTIONED_WITHIN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note; ``written_at`` is aware, UTC."""

    id: UUID
    ticket_id: UUID
    is_public: bool
    body: str
    author_id: UUID | None
    author_name: str
    mentions: tuple[str, ...]
    written_at: datetime
    round: int


class Notes:
    """Use cases around notes."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def write(
        self,
        ticket_id: UUID,
        body: str,
        *,
        is_public: bool = False,
        files: Sequence[Upload] = (),
    ) -> tuple[NoteView, Sequence[AttachmentView]]:
        """Write a note with files, all or nothing; ``@name`` mentions members by name or login.

        Raises ``InvalidInput`` for an empty note without files, ``FileRefused`` for a file that is not taken, and
        ``MoveRefused`` for a public one on a ticket that promises more than the person may, by 001-13-54.
        """
        self._desk.require("note.write")
        if is_blank(body) and not files:
            raise InvalidInput((FieldProblem("body", "", msg("请写一点内容或添加附件"), label=msg("记录")),))
        if len(body) > MAX_LENGTH:
            raise InvalidInput(
                (
                    FieldProblem(
                        "body",
                        body[:40],
                        msg("最多 {max_length} 个字符"),
                        params={"max_length": MAX_LENGTH},
                        label=msg("记录"),
                    ),
                )
            )
        mentions, subject = self._mentioned(body), SubjectKey("ticket", ticket_id)
        stored = self._desk.attachments.store(subject, files) if files else ()
        with self._desk.working() as work:
            if stored:
                # Whoever attaches takes his turn, and asks for it before anything else is locked.
                work.take_turn()
            ticket = self._desk.tickets.row(work.session, ticket_id, lock=True)
            if is_public:
                self._check_promise(work.session, ticket)
            row = NoteRow(
                ticket_id=ticket_id,
                is_public=is_public,
                body=body.strip(),
                mentions=mentions,
                author_id=work.actor.account_id,
                author_name=work.actor.name,
                written_at=work.now,
                round=ticket.round,
            )
            work.session.add(row)
            work.session.flush()
            added = self._desk.attachments.attach(work, subject, stored, note_id=row.id)
            ticket_type = self._desk.installation.plugins.catalogue.ticket_types.get(ticket.type)
            index_ticket(work.session, ticket, ticket_type)
            work.record(
                "note.written",
                "ticket",
                ticket_id,
                after={"note": row.id, "public": is_public, "body": row.body, "mentions": mentions},
            )
            work.tell(EventKind.NOTE_WRITTEN, "ticket", ticket_id, note=str(row.id), public=is_public)
            return _view(row, look(self._desk, work.session, ticket)), added

    def of_ticket(self, ticket_id: UUID) -> Sequence[NoteView]:
        """Return a ticket's notes, oldest first; raises ``NotFound``."""
        self._desk.require("ticket.view")
        with self._desk.reading() as session:
            seen = look(self._desk, session, self._desk.tickets.row(session, ticket_id))
            notes = notes_of(session, seen)
            if notes:
                tell(self._desk, seen, ("notes",))
            return notes

    def mentioning(self, account_id: UUID, *, limit: int = 10) -> Sequence[tuple[NoteView, TicketView]]:
        """Return the latest notes of the last 30 days that name a person, with their tickets, newest first."""
        self._desk.require("ticket.view")
        since = self._desk.installation.clock() - _MENTIONED_WITHIN
        query = (
            select(NoteRow, TicketRow)
            .join(TicketRow, TicketRow.id == NoteRow.ticket_id)
            .where(NoteRow.written_at >= since, cast(NoteRow.mentions, String).contains(str(account_id)))
            .order_by(NoteRow.written_at.desc(), NoteRow.id.desc())
            .limit(limit)
        )
        with self._desk.reading() as session:
            found = [(note, ticket) for note, ticket in session.execute(query)]
            seen = looks(self._desk, session, [ticket for _, ticket in found])
            return tuple((_view(note, seen[row.id]), seen[row.id].ticket(plain_ticket(row))) for note, row in found)

    def _check_promise(self, session: Session, ticket: TicketRow) -> None:
        """Raise ``MoveRefused`` when a ticket promises the customer more than the person may tell him."""
        catalogue = self._desk.installation.plugins.catalogue
        about = of_ticket(ticket, catalogue.ticket_types.get(ticket.type))
        gate = self._desk.approvals.gate(session, ticket.id, lock=True)
        if refusals := gate.note_refusals(about, self._desk.moves.roles()):
            raise MoveRefused(msg("对外记录"), refusals)

    def _mentioned(self, body: str) -> list[str]:
        if "@" not in body:
            return []
        members = {name: member for member in self._desk.members.all() for name in (member.name, member.login)}
        longest_first = sorted(members, key=len, reverse=True)
        named = re.finditer("@(" + "|".join(map(re.escape, longest_first)) + ")", body)
        return list(dict.fromkeys(str(members[match[1]].account_id) for match in named))


def notes_of(session: Session, seen: TicketLook) -> Sequence[NoteView]:
    """Return a ticket's notes as far as they may be seen, oldest first; what is handed out is told by the caller."""
    query = select(NoteRow).where(NoteRow.ticket_id == seen.ticket_id).order_by(NoteRow.written_at, NoteRow.id)
    return tuple(_view(row, seen) for row in session.scalars(query))


def _view(row: NoteRow, seen: TicketLook) -> NoteView:
    return NoteView(
        row.id,
        row.ticket_id,
        row.is_public,
        seen.text(row.body),
        row.author_id,
        row.author_name,
        tuple(row.mentions),
        row.written_at,
        row.round,
    )
