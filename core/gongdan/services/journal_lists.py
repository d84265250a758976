"""The journal as people read it: what each act is about, what was looked for, and one line for each import."""

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from gongdan.services.journal import BEYOND_ALL, PAGE_SIZE
from gongdan.services.journal_entries import JournalEntry, entry_of
from gongdan.services.secrecy_entries import seen_entries
from gongdan.services.secrecy_looks import party_names
from gongdan.storage.accounts import AccountRow
from gongdan.storage.assets import AssetRow
from gongdan.storage.companies import CompanyRow, DepartmentRow
from gongdan.storage.imports import ImportRunRow
from gongdan.storage.journal import JournalEntryRow
from gongdan.storage.parties import PartyRow
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: What things are called, by the kind of thing: the columns, and the permission that it takes to read them.
_CALLED: Mapping[str, tuple[Any, Any, str]] = {
    "ticket": (TicketRow.id, TicketRow.number, "ticket.view"),
    "party": (PartyRow.id, PartyRow.name, "party.view"),
    "asset": (AssetRow.id, AssetRow.label, "asset.view"),
    "account": (AccountRow.id, AccountRow.name, ""),
    "department": (DepartmentRow.id, DepartmentRow.name, ""),
    "company": (CompanyRow.id, CompanyRow.name, ""),
    "import_run": (ImportRunRow.id, ImportRunRow.file_name, ""),
}
#: Values of an entry that say what its thing is called, the best first, by the kind of thing.
_TELLING: Mapping[str, Sequence[str]] = {"ticket": ("number",), "party": ("name",), "asset": ("path", "label")}
_TELLING_OTHERS = ("number", "label", "name", "file", "code", "login", "plugin")
#: Things that imports bring and take away.
_IMPORTED = frozenset({"ticket", "party", "asset"})
#: An entry that an import made names its run; 36 characters are a UUID.
_OF_A_RUN = f'%"run":"{"_" * 36}"%'
#: Who may not see phones whole must not find out by searching for one.
_LIKE_A_PHONE = re.compile(r"[\d\s+()-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFilter:
    """What a reader of the journal looks for; what is empty finds everything."""

    #: Prefix of acts such as ``ticket.``.
    act: str = ""
    #: Part of the name of who did it.
    person: str = ""
    #: Aware; the end is the first moment that is too late.
    begins: datetime | None = None
    ends: datetime | None = None
    #: Number or name of a thing, or a word of the entry.
    text: str = ""
    #: The import whose entries are wanted one by one.
    run: UUID | None = None

    @property
    def is_folded(self) -> bool:
        """Tell whether one line stands for all entries of an import."""
        return self.run is None and not self.text

    @property
    def noun(self) -> str:
        """Return the kind of thing whose acts are wanted."""
        return self.act.removesuffix(".")


@dataclass(frozen=True, slots=True)
class JournalLine:
    """An entry with what it is about."""

    entry: JournalEntry
    #: Number or name of the thing; empty when it has none or the reader may not see it.
    subject: str
    #: The thing is gone; what it was is known from the journal.
    is_deleted: bool = False
    #: How many entries of an import this line stands for.
    folded: int = 0


@dataclass(frozen=True, slots=True)
class JournalPage:
    """Some lines, newest first."""

    lines: Sequence[JournalLine]
    #: Sequence before which the next page begins; None at the end.
    next: int | None


def read_page(
    desk: "CompanyDesk", wanted: JournalFilter, *, before: int | None = None, limit: int = PAGE_SIZE
) -> JournalPage:
    """Return the newest lines, or those before a sequence."""
    desk.require("journal.view")
    query = select(JournalEntryRow).where(*_conditions(desk, wanted))
    if before is not None:
        query = query.where(JournalEntryRow.sequence < max(0, min(before, BEYOND_ALL)))
    with desk.reading() as session:
        query = query.order_by(JournalEntryRow.sequence.desc()).limit(limit)
        stored = tuple(map(entry_of, session.scalars(query)))
        entries = tuple(seen_entries(desk, session, stored))
        names, gone = _subjects(desk, session, entries)
        folded = _folded(session, entries, wanted) if wanted.is_folded else {}
    lines = [
        JournalLine(entry, names.get(entry.subject_id, ""), entry.subject_id in gone, folded.get(entry.sequence, 0))
        for entry in entries
        if _belongs(entry, wanted, folded)
    ]
    return JournalPage(lines, entries[-1].sequence if len(entries) == limit else None)


# --- What is looked for ----------------------------------------------------------------------


def _conditions(desk: "CompanyDesk", wanted: JournalFilter) -> list[ColumnElement[bool]]:
    row = JournalEntryRow
    found: list[ColumnElement[bool]] = []
    if wanted.run:
        found.append(_of_run(wanted.run))
    if wanted.is_folded:
        found.append(not_(row.payload.like(_OF_A_RUN)))
    if wanted.act:
        found.append(_acts(wanted))
    if wanted.person:
        found.append(row.actor_name.contains(wanted.person, autoescape=True))
    if wanted.begins:
        found.append(row.at >= wanted.begins)
    if wanted.ends:
        found.append(row.at < wanted.ends)
    if wanted.text:
        found.append(or_(*_words(desk, wanted.text)))
    return found


def _acts(wanted: JournalFilter) -> ColumnElement[bool]:
    """Match the acts of a kind; what imports did to such things is told by the import's own lines."""
    row = JournalEntryRow
    named = row.act.startswith(wanted.act, autoescape=True)
    if wanted.noun not in _IMPORTED:
        return named
    if wanted.is_folded:
        return or_(named, row.subject_kind == "import_run")
    return or_(named, and_(row.act.startswith("import."), row.subject_kind == wanted.noun))


def _words(desk: "CompanyDesk", text: str) -> list[ColumnElement[bool]]:
    row, may = JournalEntryRow, desk.actor.may
    found: list[ColumnElement[bool]] = []
    for noun, (key, name, permission) in _CALLED.items():
        if not permission or may(permission):
            things = select(key).where(name.contains(text, autoescape=True))
            found.append(and_(row.subject_kind == noun, row.subject_id.in_(things)))
    if may("party.phone") or not _LIKE_A_PHONE.fullmatch(text):
        found.append(row.payload.contains(json.dumps(text, ensure_ascii=False)[1:-1], autoescape=True))
    return found


def _of_run(run_id: UUID) -> ColumnElement[bool]:
    return JournalEntryRow.payload.contains(f'"run":"{run_id}"', autoescape=True)


def _belongs(entry: JournalEntry, wanted: JournalFilter, folded: Mapping[int, int]) -> bool:
    """Tell whether a line is shown: among the acts of a kind, an import that touched none of them is not."""
    is_guest = wanted.is_folded and entry.subject_kind == "import_run" and wanted.noun in _IMPORTED
    return not is_guest or folded.get(entry.sequence, 0) > 0


# --- What entries are about ------------------------------------------------------------------


def _subjects(
    desk: "CompanyDesk", session: Session, entries: Iterable[JournalEntry]
) -> tuple[Mapping[UUID, str], Collection[UUID]]:
    """Return what things are called by their ids, and which of them are no longer there."""
    by_noun: dict[str, dict[UUID, JournalEntry]] = {}
    for entry in entries:
        by_noun.setdefault(entry.subject_kind, {}).setdefault(entry.subject_id, entry)
    names: dict[UUID, str] = {}
    gone: set[UUID] = set()
    for noun, things in by_noun.items():
        if noun not in _CALLED:
            names |= _told(desk, session, things)
            continue
        key, name, permission = _CALLED[noun]
        if permission and not desk.actor.may(permission):
            continue
        if noun == "party":
            names |= party_names(desk, session, things)
        else:
            names |= dict(session.execute(select(key, name).where(key.in_(things))).all())
        absent = {key: entry for key, entry in things.items() if key not in names}
        gone |= set(absent)
        names |= _told(desk, session, absent)
    return names, gone


def _told(desk: "CompanyDesk", session: Session, things: Mapping[UUID, JournalEntry]) -> Mapping[UUID, str]:
    """Return what the journal calls things: in the entry at hand, else in the first one that says so."""
    names = {key: name for key, entry in things.items() if (name := _name_in(entry))}
    silent = [key for key in things if key not in names]
    query = select(JournalEntryRow).where(JournalEntryRow.subject_id.in_(silent)).order_by(JournalEntryRow.sequence)
    found = tuple(map(entry_of, session.scalars(query))) if silent else ()
    for entry in seen_entries(desk, session, found):
        name = _name_in(entry)
        if name and entry.subject_id not in names:
            names[entry.subject_id] = name
    return names


def _name_in(entry: JournalEntry) -> str:
    values = {**entry.before, **entry.after}
    found = (values.get(name) for name in _TELLING.get(entry.subject_kind, _TELLING_OTHERS))
    return next((value.strip("/") for value in found if isinstance(value, str) and value), "")


# --- Imports in one line ---------------------------------------------------------------------


def _folded(session: Session, entries: Iterable[JournalEntry], wanted: JournalFilter) -> Mapping[int, int]:
    """Return how many entries of its run each of an import's own entries stands for: those since the one before it.

    The last one also stands for those behind it, which a run that was killed has left.
    """
    own = [entry for entry in entries if entry.subject_kind == "import_run"]
    if not own:
        return {}
    row = JournalEntryRow
    query = select(row.subject_id, row.sequence).where(row.subject_id.in_({entry.subject_id for entry in own}))
    places: dict[UUID, list[int]] = {}
    for run_id, sequence in session.execute(query.order_by(row.sequence)):
        places.setdefault(run_id, []).append(sequence)
    counts = {}
    for entry in own:
        known = places[entry.subject_id]
        place = known.index(entry.sequence)
        first = known[place - 1] if place else entry.sequence
        last = entry.sequence if place < len(known) - 1 else BEYOND_ALL
        counted = select(func.count()).select_from(row).where(row.sequence > first, row.sequence < last)
        if wanted.noun in _IMPORTED:
            counted = counted.where(row.subject_kind == wanted.noun)
        counts[entry.sequence] = session.scalar(counted.where(_of_run(entry.subject_id))) or 0
    return counts
