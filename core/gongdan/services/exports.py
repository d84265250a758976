"""Exports: the nouns of an import written back as a list that says the same when it is imported again."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.importing import AssetExport, Importer, TicketExport, Values
from gongdan.domain.snapshots import TicketView
from gongdan.errors import FieldProblem, InvalidInput, Refused
from gongdan.services.export_records import CHUNK, Records, chunks
from gongdan.services.grids import natural
from gongdan.services.parties import PartyView, plain_views
from gongdan.services.secrecy_looks import looks
from gongdan.services.secrecy_outlets import ExportReason, Outlet
from gongdan.services.ticket_lists import TicketFilter, TicketLine
from gongdan.services.ticket_rows import plain_ticket
from gongdan.sheets.writing import Written, write_csv, write_xlsx
from gongdan.storage.assets import AssetRow
from gongdan.storage.parties import PartyRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

_WRITERS: dict[str, Callable[[Path, Sequence[str], Iterable[Sequence[Written]]], int]] = {
    "xlsx": write_xlsx,
    "csv": write_csv,
}
#: What a person has to be allowed to look at, by what is written.
_SEEN: Mapping[type, Sequence[str]] = {AssetExport: ("asset.view", "party.view"), TicketExport: ("ticket.view",)}
#: Endings of the files that can be written.
FORMATS = tuple(_WRITERS)


class Exports:
    """Use cases around exports of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def kinds(self) -> Sequence[Importer]:
        """Return the kinds of lists that can be written."""
        return [importer for importer in self._desk.imports.kinds() if importer.export is not None]

    def write(self, kind: str, path: Path, reason: ExportReason | None = None) -> int:
        """Write a list as xlsx or csv, by the ending of ``path``, and return the number of rows.

        Identity numbers, phones and personal fields are written for those who may see them whole, and left empty for
        others; an import passes over empty cells. What is classified is left empty too, unless a reason is given, which
        the log keeps for each record. A file that was there before stays until the new one is whole.
        Raises ``InvalidInput``, ``NotAllowed`` for a list of what the person may not look at, and ``OSError`` where
        nothing can be written.
        """
        self._desk.require("export.run")
        importer = self._desk.imports.importer(kind)
        if importer.export is None:
            raise _refused(kind, msg("这一种不能导出"))
        for permission in _SEEN[type(importer.export)]:
            self._desk.require(permission)
        write = _WRITERS.get(path.suffix.lstrip(".").lower())
        if write is None:
            raise _refused(path.name, msg("只能导出 xlsx 或 csv"))
        headings, outlet = [column.label for column in importer.columns], Outlet(self._desk, reason)
        with _whole(path) as part:
            rows = self._rows(importer.export, outlet)
            count = write(part, headings, (cells_of(importer, values) for values in rows))
            outlet.tell()
        holds_secrets = any(column.secret for column in importer.columns)
        self.note(kind, count, identities=holds_secrets and self._desk.actor.may("party.unmask"))
        return count

    def note(self, kind: str, count: int, *, identities: bool = False) -> None:
        """Journal that a list of ``count`` rows was handed out as a file; ``identities``: with numbers in full."""
        self._desk.require("export.run")
        with self._desk.working() as work:
            after = {"kind": kind, "rows": count, "identities": identities}
            work.record("export.written", "company", self._desk.company.id, after=after)

    def tickets(self, wanted: TicketFilter, outlet: Outlet) -> Iterator[TicketLine]:
        """Return the lines of a list, page after page, with plain values of what the outlet lets out."""
        self._desk.require("export.run")
        key, is_more = "", True
        while is_more:
            found = self._desk.tickets.list(wanted, after=key, limit=CHUNK)
            plain = self._plain_tickets([line.ticket.id for line in found.lines if line.ticket.is_masked], outlet)
            yield from (replace(line, ticket=plain.get(line.ticket.id, line.ticket)) for line in found.lines)
            key, is_more = found.next_key, bool(found.next_key)

    def parties(self, text: str, outlet: Outlet) -> Iterator[PartyView]:
        """Return the customers that a search finds, with plain values of those whom the outlet lets out."""
        self._desk.require("export.run")
        key, is_more = "", True
        while is_more:
            found, key = self._desk.parties.list(text, after=key, limit=CHUNK)
            plain = self._plain_parties([party.id for party in found if party.is_masked], outlet)
            yield from (plain.get(party.id, party) for party in found)
            is_more = bool(key)

    def _plain_tickets(self, ids: Collection[UUID], outlet: Outlet) -> Mapping[UUID, TicketView]:
        if not ids:
            return {}
        with self._desk.reading() as session:
            rows = session.scalars(select(TicketRow).where(TicketRow.id.in_(ids))).all()
            seen = looks(self._desk, session, rows)
            return {row.id: plain_ticket(row) for row in rows if outlet.ticket(seen[row.id])}

    def _plain_parties(self, ids: Collection[UUID], outlet: Outlet) -> Mapping[UUID, PartyView]:
        if not ids:
            return {}
        with self._desk.reading() as session:
            rows = session.scalars(select(PartyRow).where(PartyRow.id.in_(ids))).all()
            return plain_views(self._desk, session, [row.id for row in rows if outlet.party(row)])

    def _rows(self, export: AssetExport | TicketExport, outlet: Outlet) -> Iterator[Values]:
        records = Records(self._desk, unmasked=self._desk.actor.may("party.unmask"), outlet=outlet)
        with self._desk.reading() as session:
            if isinstance(export, AssetExport):
                for rows in assets_in_order(session, export.kind):
                    yield from map(export.row, records.assets(session, rows))
            else:
                for part in batched(_tickets_in_order(session, export.types)):
                    yield from map(export.row, records.tickets(session, part))


def assets_in_order(session: Session, kind: str) -> Iterator[Sequence[AssetRow]]:
    """Return all assets of a kind in parts, in the order in which people read them: 2 before 10."""
    keys = session.execute(select(AssetRow.id, AssetRow.path).where(AssetRow.kind == kind)).all()
    for part in chunks([key for key, path in sorted(keys, key=lambda found: natural(found[1]))]):
        rows = {row.id: row for row in session.scalars(select(AssetRow).where(AssetRow.id.in_(part)))}
        yield [rows[key] for key in part if key in rows]


def cells_of(importer: Importer, values: Values) -> list[Written]:
    """Return a row of an export, one cell for each column of the importer."""
    return [_written(values.get(column.name)) for column in importer.columns]


def _tickets_in_order(session: Session, types: Sequence[str]) -> Iterable[TicketRow]:
    query = select(TicketRow).where(TicketRow.type.in_(types)).order_by(TicketRow.opened_at, TicketRow.id)
    return session.scalars(query.execution_options(yield_per=CHUNK))


def batched(rows: Iterable[TicketRow]) -> Iterator[Sequence[TicketRow]]:
    """Return rows in parts whose customers one statement can ask for."""
    waiting = iter(rows)
    return iter(lambda: list(islice(waiting, CHUNK)), [])


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """Hand out a file beside ``path`` that takes its place at the end, or goes away when the block fails."""
    part = path.with_name(f".{path.stem}.part{path.suffix}")
    # Whether anything can be written here is found out now, and not when everything has been read.
    part.open("ab").close()
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _written(value: object) -> Written:
    if value is None or isinstance(value, str | int | Decimal | date | datetime | time):
        return value
    return "、".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _refused(value: str, rule: str) -> Refused:
    return InvalidInput((FieldProblem("path", value, rule, label=msg("导出")),))
