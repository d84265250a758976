"""The log of readings: who has seen which classified record, when, why and by which way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.secrecy import LEAVING, SecrecyClass, Way
from gongdan.errors import FieldProblem, InvalidInput
from gongdan.storage.parties import PartyRow
from gongdan.storage.secrecy import SecrecyReadingRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

#: Rows on a page of the log.
PAGE_SIZE = 100
#: Readings that the page of a record shows; the log has them all.
_OF_RECORD = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class LogFilter:
    """What a reader of the log looks for; what is empty finds everything."""

    #: Part of the name of who read.
    person: str = ""
    #: The whole name of a customer, or the number of a ticket: the log holds masks alone.
    record: str = ""
    record_id: UUID | None = None
    #: Word of the reason.
    reason: str = ""
    reason_kind: str = ""
    way: str = ""
    #: Aware; the end is the first moment that is too late.
    begins: datetime | None = None
    ends: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingView:
    """One line of the log; ``at`` is aware, UTC."""

    id: UUID
    at: datetime
    account_id: UUID | None
    person: str
    noun: str
    record_id: UUID
    #: What the record was called, masked.
    label: str
    level: SecrecyClass
    parts: tuple[str, ...]
    reason_kind: str
    reason: str
    way: Way
    address: str


@dataclass(frozen=True, slots=True)
class LogPage:
    """Some lines, the newest first."""

    lines: Sequence[ReadingView]
    #: Key of the next page; empty on the last one.
    next_key: str = ""


def page(session: Session, wanted: LogFilter, *, after: str = "", limit: int = PAGE_SIZE) -> LogPage:
    """Return a page of the log; ``after`` is the ``next_key`` of the page before. Raises ``InvalidInput``."""
    row = SecrecyReadingRow
    query = select(row).where(*_conditions(wanted))
    if after:
        at, last = _place(after)
        query = query.where((row.at < at) | ((row.at == at) & (row.id < last)))
    found = session.scalars(query.order_by(row.at.desc(), row.id.desc()).limit(limit + 1)).all()
    shown = found[:limit]
    return LogPage(tuple(map(_view, shown)), _key(shown[-1]) if len(found) > limit else "")


def of_record(session: Session, noun: str, record_id: UUID, *, is_leaving: bool = False) -> Sequence[ReadingView]:
    """Return the latest readings of a record; ``is_leaving``: those by which it left the house."""
    row = SecrecyReadingRow
    query = select(row).where(row.noun == noun, row.record_id == record_id)
    if is_leaving:
        query = query.where(row.way.in_([way.value for way in LEAVING]))
    return tuple(map(_view, session.scalars(query.order_by(row.at.desc(), row.id.desc()).limit(_OF_RECORD))))


def _conditions(wanted: LogFilter) -> Sequence[Any]:
    row = SecrecyReadingRow
    found: list[Any] = []
    for column, text in ((row.person, wanted.person), (row.reason, wanted.reason)):
        if text:
            found.append(column.contains(text, autoescape=True))
    exact: Mapping[Any, object] = {
        row.record_id: wanted.record_id, row.reason_kind: wanted.reason_kind, row.way: wanted.way,
    }  # fmt: skip
    found += [column == value for column, value in exact.items() if value]
    if wanted.record:
        parties = select(PartyRow.id).where(PartyRow.name == wanted.record)
        tickets = select(TicketRow.id).where(TicketRow.number == wanted.record)
        found.append(row.record_id.in_(parties) | row.record_id.in_(tickets))
    if wanted.begins:
        found.append(row.at >= wanted.begins)
    if wanted.ends:
        found.append(row.at < wanted.ends)
    return found


def _key(row: SecrecyReadingRow) -> str:
    return f"{row.at.isoformat()}~{row.id}"


def _place(key: str) -> tuple[datetime, UUID]:
    at, _, last = key.partition("~")
    try:
        found = datetime.fromisoformat(at), UUID(last)
    except ValueError as problem:
        raise InvalidInput((FieldProblem("after", key, msg("翻页位置无效"), msg("请回到第一页")),)) from problem
    if found[0].tzinfo is None:
        raise InvalidInput((FieldProblem("after", key, msg("翻页位置无效"), msg("请回到第一页")),))
    return found


def _view(row: SecrecyReadingRow) -> ReadingView:
    return ReadingView(
        id=row.id,
        at=row.at,
        account_id=row.account_id,
        person=row.person,
        noun=row.noun,
        record_id=row.record_id,
        label=row.label,
        level=SecrecyClass(row.level),
        parts=tuple(row.parts),
        reason_kind=row.reason_kind,
        reason=row.reason,
        way=Way(row.way),
        address=row.address,
    )
