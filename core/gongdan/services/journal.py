"""Reading the journal and proving that nobody changed it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select

from gongdan.services.actors import Actor
from gongdan.storage.journal import ChainReport, JournalEntryRow, verify
from gongdan.storage.tenancy import INSTALLATION

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk, Desk

__all__ = ["BEYOND_ALL", "PAGE_SIZE", "ChainReport", "JournalEntry", "JournalReader", "entry_of", "verify_installation"]

PAGE_SIZE = 100
#: No sequence is as high, and every database can compare with it.
BEYOND_ALL = 2**31 - 1


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """One act; ``at`` is aware, UTC."""

    sequence: int
    at: datetime
    actor_id: UUID | None
    actor_name: str
    #: ``noun.verb``, such as ``ticket.moved``.
    act: str
    subject_kind: str
    subject_id: UUID
    before: Mapping[str, object]
    after: Mapping[str, object]


class JournalReader:
    """Use cases around the journal of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def of(self, subject_id: UUID) -> Sequence[JournalEntry]:
        """Return what happened to one thing, oldest first."""
        query = select(JournalEntryRow).where(JournalEntryRow.subject_id == subject_id)
        with self._desk.reading() as session:
            return tuple(map(entry_of, session.scalars(query.order_by(JournalEntryRow.sequence))))

    def latest(self, *, before: int | None = None, limit: int = PAGE_SIZE, act: str = "") -> Sequence[JournalEntry]:
        """Return the newest entries, or those before a sequence; ``act`` is a prefix such as ``ticket.``."""
        self._desk.require("journal.view")
        query = select(JournalEntryRow).order_by(JournalEntryRow.sequence.desc()).limit(limit)
        if before is not None:
            query = query.where(JournalEntryRow.sequence < max(0, min(before, BEYOND_ALL)))
        if act:
            query = query.where(JournalEntryRow.act.startswith(act, autoescape=True))
        with self._desk.reading() as session:
            return tuple(map(entry_of, session.scalars(query)))

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


def entry_of(row: JournalEntryRow) -> JournalEntry:
    """Return a row of the journal as an entry."""
    payload = json.loads(row.payload)
    return JournalEntry(
        row.sequence,
        row.at,
        row.actor_id,
        row.actor_name,
        row.act,
        row.subject_kind,
        row.subject_id,
        payload["before"],
        payload["after"],
    )
