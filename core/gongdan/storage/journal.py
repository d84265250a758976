"""The journal: append-only, one hash chain per company."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, String, Text, bindparam, inspect, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from gongdan.domain.journal import GENESIS, seal
from gongdan.storage.base import Base, CompanyScoped
from gongdan.storage.bulk import bulk_insert
from gongdan.storage.json_texts import canonical
from gongdan.storage.tenancy import company_of


class JournalEntryRow(CompanyScoped, Base):
    """One act: who did what to which thing when, with the values before and after."""

    __tablename__ = "journal_entry"
    __table_args__ = (
        Index("ix_journal_entry_subject", "company_id", "subject_id", "sequence"),
        {"sqlite_with_rowid": False},
    )

    company_id: Mapped[UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    actor_name: Mapped[str] = mapped_column(String(120))
    act: Mapped[str] = mapped_column(String(64))
    subject_kind: Mapped[str] = mapped_column(String(32))
    subject_id: Mapped[UUID]
    #: Canonical JSON, kept as the text that was sealed.
    payload: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(String(64))


class JournalHeadRow(CompanyScoped, Base):
    """The end of a company's chain; locked by whoever appends."""

    __tablename__ = "journal_head"

    company_id: Mapped[UUID] = mapped_column(primary_key=True)
    sequence: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True, slots=True)
class Act:
    """One thing to be written down."""

    act: str
    subject_kind: str
    subject_id: UUID
    #: What changed: usually ``{"before": {…}, "after": {…}}``.
    payload: Mapping[str, object]
    #: Aware; when it was done.
    at: datetime
    actor_id: UUID | None
    actor_name: str


def append(session: Session, key: bytes, acts: Sequence[Act]) -> None:
    """Append ``acts`` to the chain of the session's company; the head stays locked until the transaction ends."""
    if not acts:
        return
    company_id = company_of(session)
    sequence, previous = _locked_head(session, company_id)
    rows: list[dict[str, Any]] = []
    for act in acts:
        sequence += 1
        row = _row(company_id, sequence, act)
        previous = row["hash"] = seal(key, previous, sealed_text(row))
        rows.append(row)
    bulk_insert(session, JournalEntryRow, rows)
    moved = {"of_company": company_id, "to_sequence": sequence, "to_hash": previous}
    session.connection().execute(_MOVE_HEAD, moved)


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What verifying a chain found."""

    #: Entries read.
    entries: int
    #: Sequence of the first entry that does not fit; None when the chain is whole.
    first_bad: int | None
    #: ``hash``, ``gap`` or ``head``; empty when the chain is whole.
    problem: str = ""


def verify(session: Session, company_id: UUID, key: bytes) -> ChainReport:
    """Walk the chain from its first entry and name the first one that does not fit."""
    sequence, previous = 0, GENESIS
    for row in _entries(session, company_id):
        sequence += 1
        if row["sequence"] != sequence:
            return ChainReport(sequence - 1, sequence, "gap")
        if seal(key, previous, sealed_text(row)) != row["hash"]:
            return ChainReport(sequence - 1, sequence, "hash")
        previous = str(row["hash"])
    head = session.get(JournalHeadRow, company_id)
    stored = (head.sequence, head.hash) if head else (0, GENESIS)
    if stored != (sequence, previous):
        return ChainReport(sequence, sequence + 1, "head")
    return ChainReport(sequence, None)


def sealed_text(row: Mapping[str, Any]) -> str:
    """Return the text of an entry that its hash covers: every column but the hash, each with its name."""
    return canonical({name: value for name, value in row.items() if name != "hash"})


def _row(company_id: UUID, sequence: int, act: Act) -> dict[str, Any]:
    return {
        "company_id": company_id,
        "sequence": sequence,
        "at": act.at.astimezone(UTC),
        "actor_id": act.actor_id,
        "actor_name": act.actor_name,
        "act": act.act,
        "subject_kind": act.subject_kind,
        "subject_id": act.subject_id,
        "payload": canonical(act.payload),
    }


def _entries(session: Session, company_id: UUID) -> Iterator[Mapping[str, Any]]:
    query = (
        select(*inspect(JournalEntryRow).column_attrs)
        .where(JournalEntryRow.company_id == company_id)
        .order_by(JournalEntryRow.sequence)
        .execution_options(yield_per=1000)
    )
    with session.execute(query) as found:
        for row in found.mappings():
            yield dict(row)


def _locked_head(session: Session, company_id: UUID) -> tuple[int, str]:
    connection, own = session.connection(), {"of_company": company_id}
    found = connection.execute(_LOCK_HEAD, own).one_or_none()
    if found is None:
        new_head = {"company_id": company_id, "sequence": 0, "hash": GENESIS}
        make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
        session.execute(make(JournalHeadRow).values(new_head).on_conflict_do_nothing())
        found = connection.execute(_LOCK_HEAD, own).one()
    return found.sequence, found.hash


#: Made once and sent past the ORM, since every piece of work needs both; so they name the company themselves.
_HEAD: Any = inspect(JournalHeadRow).local_table
_LOCK_HEAD = (
    select(_HEAD.c.sequence, _HEAD.c.hash).where(_HEAD.c.company_id == bindparam("of_company")).with_for_update()
)
_MOVE_HEAD = (
    update(_HEAD)
    .where(_HEAD.c.company_id == bindparam("of_company"))
    .values(sequence=bindparam("to_sequence"), hash=bindparam("to_hash"))
)
