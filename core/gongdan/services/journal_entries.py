"""Entries of the journal as others may hold them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gongdan.storage.journal import JournalEntryRow


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
