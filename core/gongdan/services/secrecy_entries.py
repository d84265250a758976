"""Entries of the journal as they may be seen: the journal keeps every value, and pages show the masks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.secrecy import (
    SecrecyClass,
    declared_class,
    masked_name,
    masked_phone,
    scrubbed_value,
    withheld_value,
)
from gongdan.services.journal_entries import JournalEntry, entry_of
from gongdan.services.secrecy_gate import reading_under
from gongdan.services.secrecy_looks import TicketLook, looks
from gongdan.storage.journal import JournalEntryRow
from gongdan.storage.parties import PartyRow
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Acts about secrecy itself: what they hold is for everybody who may see the record at all.
_OWN_ACTS = "secrecy."


def seen_entries(desk: "CompanyDesk", session: Session, entries: Sequence[JournalEntry]) -> Sequence[JournalEntry]:
    """Return entries as lists show them: nobody sees more than the masks."""
    tickets = _tickets(desk, session, {entry.subject_id for entry in entries if entry.subject_kind == "ticket"})
    about = {entry.subject_id for entry in entries if entry.subject_kind == "party"}
    parties = _parties(desk, session, about | {key for entry in entries for key in _named(entry)})
    return [_seen(desk, entry, tickets, parties) for entry in entries]


def entries_of(
    desk: "CompanyDesk", session: Session, subject_id: UUID, entries: Sequence[JournalEntry]
) -> Sequence[JournalEntry]:
    """Return the entries of one thing, plain when it is a record that the actor has opened, which is written down."""
    noun = entries[0].subject_kind if entries else ""
    seen = seen_entries(desk, session, entries)
    if list(seen) == list(entries):
        return seen
    access = desk.gate.access(session, noun, subject_id)
    if access is None:
        return seen
    desk.gate.hand_out([reading_under(access, access.label, SecrecyClass(access.level), ("history",))])
    return entries


def acts_of(session: Session, seen: TicketLook) -> Sequence[JournalEntry]:
    """Return a ticket's entries as far as they may be seen, oldest first; what is handed out is told by the caller."""
    query = select(JournalEntryRow).where(JournalEntryRow.subject_id == seen.ticket_id)
    entries = map(entry_of, session.scalars(query.order_by(JournalEntryRow.sequence)))
    return tuple(_of_ticket(entry, seen) if not entry.act.startswith(_OWN_ACTS) else entry for entry in entries)


def _seen(
    desk: "CompanyDesk",
    entry: JournalEntry,
    tickets: Mapping[UUID, TicketLook],
    parties: Mapping[UUID, tuple[SecrecyClass, str]],
) -> JournalEntry:
    if entry.act.startswith(_OWN_ACTS):
        return entry
    if entry.subject_kind == "ticket":
        look = tickets.get(entry.subject_id)
        return _of_ticket(entry, look) if look else _of_gone(desk, entry)
    if entry.subject_kind == "party":
        level, name = parties.get(entry.subject_id, (declared_class(desk.gate.rules, "party"), ""))
        return _of_party(entry, name) if level.is_classified else entry
    return _beside(entry, parties)


def _named(entry: JournalEntry) -> Iterator[UUID]:
    """Return the customers whom an entry about something else names, such as that of a link."""
    for values in (entry.before, entry.after):
        try:
            yield UUID(str(values.get("party")))
        except ValueError:
            continue


def _beside(entry: JournalEntry, parties: Mapping[UUID, tuple[SecrecyClass, str]]) -> JournalEntry:
    """Return an entry about something else with the names of classified customers masked."""
    known = [parties[key] for key in _named(entry) if key in parties]
    if not any(level.is_classified for level, _ in known):
        return entry
    names = {name for _, name in known} | {str(values.get("name") or "") for values in (entry.before, entry.after)}
    return replace(entry, before=_party_values(entry.before, names), after=_party_values(entry.after, names))


def _of_ticket(entry: JournalEntry, look: TicketLook) -> JournalEntry:
    return replace(entry, before=look.entry(entry.before), after=look.entry(entry.after))


def _of_gone(desk: "CompanyDesk", entry: JournalEntry) -> JournalEntry:
    """Return what may be seen of a ticket that is no longer there, and whose class nobody knows any more."""
    if not any(declared_class(desk.gate.rules, noun).is_classified for noun in ("ticket", "party")):
        return entry
    number = {"number": entry.after.get("number", "")} if entry.after.get("number") else {}
    after = withheld_value(entry.after)
    return replace(entry, before={}, after={**(after if isinstance(after, Mapping) else {}), **number})


def _of_party(entry: JournalEntry, name: str) -> JournalEntry:
    names = {name, *(str(values.get("name") or "") for values in (entry.before, entry.after))} - {""}
    return replace(entry, before=_party_values(entry.before, names), after=_party_values(entry.after, names))


def _party_values(values: Mapping[str, object], names: set[str]) -> dict[str, object]:
    return {key: _party_value(key, value, names) for key, value in values.items()}


def _party_value(key: str, value: object, names: set[str]) -> object:
    if key == "remark":
        return withheld_value(value)
    if key == "name":
        return masked_name(str(value or ""))
    if key == "phones" and isinstance(value, list):
        return [masked_phone(str(phone)) for phone in value]
    return scrubbed_value(value, names)


def _tickets(desk: "CompanyDesk", session: Session, ids: set[UUID]) -> Mapping[UUID, TicketLook]:
    if not ids:
        return {}
    return looks(desk, session, session.scalars(select(TicketRow).where(TicketRow.id.in_(ids))).all())


def _parties(desk: "CompanyDesk", session: Session, ids: set[UUID]) -> Mapping[UUID, tuple[SecrecyClass, str]]:
    rows = session.scalars(select(PartyRow).where(PartyRow.id.in_(ids))) if ids else ()
    return {row.id: (desk.gate.class_of("party", row), row.name) for row in rows}
