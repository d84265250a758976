"""What people have put in the place of imported values: an old list does not take it back."""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.services.export_records import chunks
from gongdan.storage.journal import JournalEntryRow
from gongdan.storage.json_texts import canonical

#: Stands before the names of typed fields.
FIELDS = "fields."

_ACTS = ("ticket.changed", "ticket.corrected", "ticket.moved", "asset.changed")


class Corrections:
    """The values of some records that people have replaced, by the journal."""

    def __init__(self, session: Session, subject_ids: Collection[UUID]) -> None:
        self._replaced: set[tuple[UUID, str, str]] = set()
        for part in chunks(subject_ids):
            query = select(JournalEntryRow.subject_id, JournalEntryRow.payload).where(
                JournalEntryRow.subject_id.in_(part), JournalEntryRow.act.in_(_ACTS)
            )
            for subject_id, payload in session.execute(query):
                self._replaced.update((subject_id, *pair) for pair in _replaced(json.loads(payload)))

    def without_old(self, subject_id: UUID, values: Mapping[str, object], *, within: str = "") -> dict[str, object]:
        """Return the values (typed fields are ``within`` ``FIELDS``) without those that a person has replaced."""
        return {
            name: value
            for name, value in values.items()
            if (subject_id, within + name, _text(value)) not in self._replaced
        }


def _replaced(payload: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield name and value of everything that an act of a person, not of a run, has replaced."""
    before, after = payload["before"], payload["after"]
    if "run" in after:
        return
    for name, value in before.items():
        if name != "fields":
            yield name, _text(value)
            continue
        yield from ((FIELDS + one, _text(old)) for one, old in value.items() if after["fields"].get(one) != old)


def _text(value: object) -> str:
    return canonical({"": value})
