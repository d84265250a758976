"""Exports: the nouns of an import written back as a list that says the same when it is imported again."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.importing import AssetExport, Importer, TicketExport, Values
from gongdan.errors import FieldProblem, InvalidInput, Refused
from gongdan.services.export_records import CHUNK, Records, chunks
from gongdan.services.grids import natural
from gongdan.sheets.writing import Written, write_csv, write_xlsx
from gongdan.storage.assets import AssetRow
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

    def write(self, kind: str, path: Path) -> int:
        """Write a list as xlsx or csv, by the ending of ``path``, and return the number of rows.

        Identity numbers, phones and personal fields are written for those who may see them whole, and left empty for
        others; an import passes over empty cells. A file that was there before stays until the new one is whole.
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
        headings = [column.label for column in importer.columns]
        with _whole(path) as part:
            count = write(part, headings, (cells_of(importer, values) for values in self._rows(importer.export)))
        holds_secrets = any(column.secret for column in importer.columns)
        self.note(kind, count, identities=holds_secrets and self._desk.actor.may("party.unmask"))
        return count

    def note(self, kind: str, count: int, *, identities: bool = False) -> None:
        """Journal that a list of ``count`` rows was handed out as a file; ``identities``: with numbers in full."""
        self._desk.require("export.run")
        with self._desk.working() as work:
            after = {"kind": kind, "rows": count, "identities": identities}
            work.record("export.written", "company", self._desk.company.id, after=after)

    def _rows(self, export: AssetExport | TicketExport) -> Iterator[Values]:
        records = Records(self._desk, unmasked=self._desk.actor.may("party.unmask"))
        with self._desk.reading() as session:
            if isinstance(export, AssetExport):
                for rows in assets_in_order(session, export.kind):
                    yield from map(export.row, records.assets(session, rows))
            else:
                yield from (export.row(records.ticket(row)) for row in _tickets_in_order(session, export.types))


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
