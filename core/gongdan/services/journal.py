"""Reading the journal and proving that nobody changed it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from gongdan.services.actors import Actor
from gongdan.services.journal_entries import JournalEntry, entry_of
from gongdan.services.secrecy_entries import entries_of, seen_entries
from gongdan.storage.journal import ChainReport, JournalEntryRow, verify
from gongdan.storage.tenancy import INSTALLATION

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk, Desk

__all__ = ["BEYOND_ALL", "PAGE_SIZE", "ChainReport", "JournalEntry", "JournalReader", "entry_of", "verify_installation"]

PAGE_SIZE = 100
#: No sequence is as high, and every database can compare with it.
BEYOND_ALL = 2**31 - 1


class JournalReader:
    """Use cases around the journal of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def of(self, subject_id: UUID) -> Sequence[JournalEntry]:
        """Return what happened to one thing, oldest first; of a classified record behind masks unless it is opened."""
        query = select(JournalEntryRow).where(JournalEntryRow.subject_id == subject_id)
        with self._desk.reading() as session:
            entries = tuple(map(entry_of, session.scalars(query.order_by(JournalEntryRow.sequence))))
            return tuple(entries_of(self._desk, session, subject_id, entries))

    def latest(self, *, before: int | None = None, limit: int = PAGE_SIZE, act: str = "") -> Sequence[JournalEntry]:
        """Return the newest entries, or those before a sequence; ``act`` is a prefix such as ``ticket.``."""
        self._desk.require("journal.view")
        query = select(JournalEntryRow).order_by(JournalEntryRow.sequence.desc()).limit(limit)
        if before is not None:
            query = query.where(JournalEntryRow.sequence < max(0, min(before, BEYOND_ALL)))
        if act:
            query = query.where(JournalEntryRow.act.startswith(act, autoescape=True))
        with self._desk.reading() as session:
            return tuple(seen_entries(self._desk, session, tuple(map(entry_of, session.scalars(query)))))

    def verify(self) -> ChainReport:
        """Walk the whole chain and name the first entry that does not fit."""
        self._desk.require("journal.view")
        with self._desk.reading() as session:
            return verify(session, self._desk.company.id, self._desk.installation.vault.journal_key)


def verify_installation(desk: "Desk", actor: Actor) -> ChainReport:
    """Walk the chain of what happened outside every company: accounts, log-ins, new companies."""
    actor.require_operator()
    with desk.reading() as session:
        return verify(session, INSTALLATION, desk.vault.journal_key)
