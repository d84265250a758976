"""Exports: the nouns of an import written back as a list that says the same when it is imported again."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gongdan.domain.facts import AssetRecord, HeldBy, Place, TicketRecord
from gongdan.domain.fields import Field, FieldKind
from gongdan.domain.importing import AssetExport, Importer, TicketExport, Values
from gongdan.errors import FieldProblem, InvalidInput
from gongdan.services.actors import Actor
from gongdan.sheets.writing import Written, write_csv, write_xlsx
from gongdan.storage.assets import AssetLinkRow, AssetRow
from gongdan.storage.parties import ContactPointRow, PartyRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk
    from gongdan.storage.vault import Vault

#: Endings of the files that can be written.
FORMATS = ("xlsx", "csv")

_CHUNK = 500


class Exports:
    """Use cases around exports of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def kinds(self) -> Sequence[Importer]:
        """Return the kinds of lists that can be written."""
        return [importer for importer in self._desk.imports.kinds() if importer.export is not None]

    def write(self, kind: str, path: Path) -> int:
        """Write a list as xlsx or csv, by the ending of ``path``, and return the number of rows.

        Identity numbers are written for those who may see them, and left empty for others; an import passes over
        empty cells. Raises ``InvalidInput``.
        """
        self._desk.require("export.run")
        importer = self._desk.imports.importer(kind)
        ending = path.suffix.lstrip(".").lower()
        if importer.export is None or ending not in FORMATS:
            value, rule = (
                (kind, msg("这一种不能导出")) if importer.export is None else (path.name, msg("只能导出 xlsx 或 csv"))
            )
            raise InvalidInput((FieldProblem("path", value, rule, label=msg("导出")),))
        headings = [column.label for column in importer.columns]
        rows = (_cells(importer, values) for values in self._rows(importer.export))
        count = (write_xlsx if ending == "xlsx" else write_csv)(path, headings, rows)
        self.note(kind, count)
        return count

    def note(self, kind: str, count: int) -> None:
        """Journal that a list of ``count`` rows was handed out as a file."""
        self._desk.require("export.run")
        with self._desk.working() as work:
            after = {"kind": kind, "rows": count, "identities": self._desk.actor.may("party.unmask")}
            work.record("export.written", "company", self._desk.company.id, after=after)

    def _rows(self, export: AssetExport | TicketExport) -> Iterator[Values]:
        with self._desk.reading() as session:
            if isinstance(export, AssetExport):
                fields = self._asset_fields(export.kind)
                people = _People(self._desk.actor, self._desk.installation.vault)
                for record in _asset_records(session, export.kind, fields, people):
                    yield export.row(record)
            else:
                for ticket in self._ticket_records(session, export):
                    yield export.row(ticket)

    def _asset_fields(self, kind: str) -> Sequence[Field]:
        declared = self._desk.installation.plugins.catalogue.asset_kinds.get(kind)
        return declared.fields if declared else ()

    def _ticket_records(self, session: Session, export: TicketExport) -> Iterator[TicketRecord]:
        zone = self._desk.zone
        types = self._desk.installation.plugins.catalogue.ticket_types
        fields = {name: declared.fields for name in export.types if (declared := types.get(name))}
        query = (
            select(TicketRow)
            .where(TicketRow.type.in_(export.types))
            .order_by(TicketRow.opened_at, TicketRow.id)
            .execution_options(yield_per=_CHUNK)
        )
        for row in session.scalars(query):
            yield TicketRecord(
                type=row.type,
                number=row.number,
                subject=row.subject,
                description=row.description,
                opened_at=row.opened_at.astimezone(zone).replace(tzinfo=None),
                closed_at=row.closed_at.astimezone(zone).replace(tzinfo=None) if row.closed_at else None,
                state=row.state,
                is_open=row.is_open,
                contact_name=row.contact_name,
                contact_phone=row.contact_phone,
                place=row.place,
                category=row.category,
                fields=_typed(fields.get(row.type, ()), row.fields, self._desk),
            )


class _People:
    """What the person who exports may see of others."""

    def __init__(self, actor: Actor, vault: "Vault") -> None:
        self._may_unmask = actor.may("party.unmask")
        self._vault = vault

    def of(self, session: Session, asset_ids: Sequence[UUID]) -> dict[UUID, list[HeldBy]]:
        """Return who stands in which role to each asset today."""
        query = (
            select(AssetLinkRow.asset_id, AssetLinkRow.role, PartyRow)
            .join(PartyRow, PartyRow.id == AssetLinkRow.party_id)
            .where(AssetLinkRow.asset_id.in_(asset_ids), AssetLinkRow.ends.is_(None))
            .order_by(AssetLinkRow.id)
        )
        links = session.execute(query).all()
        phones = _phones(session, [row.PartyRow.id for row in links])
        found: dict[UUID, list[HeldBy]] = {}
        for asset_id, role, party in links:
            held = HeldBy(role, party.name, tuple(phones.get(party.id, ())), self._identity(party))
            found.setdefault(asset_id, []).append(held)
        return found

    def _identity(self, party: PartyRow) -> str:
        return self._vault.decrypt(party.identity_cipher) if self._may_unmask and party.identity_cipher else ""


def _asset_records(session: Session, kind: str, declared: Sequence[Field], people: _People) -> Iterator[AssetRecord]:
    places = {
        path: Place(kind_, code, label, position)
        for path, kind_, code, label, position in session.execute(
            select(AssetRow.path, AssetRow.kind, AssetRow.code, AssetRow.label, AssetRow.position)
        )
    }
    order = (func.length(AssetRow.path), AssetRow.path)
    rows = session.scalars(select(AssetRow).where(AssetRow.kind == kind).order_by(*order)).all()
    for start in range(0, len(rows), _CHUNK):
        part = rows[start : start + _CHUNK]
        held = people.of(session, [row.id for row in part])
        for row in part:
            parties = held.get(row.id, [])
            fields = {field.name: _value(field, row.fields.get(field.name)) for field in declared}
            yield AssetRecord(way=_way(places, row.path), state=row.state, fields=fields, parties=parties)


def _way(places: dict[str, Place], path: str) -> tuple[Place, ...]:
    codes = path.split("/")[1:]
    return tuple(places["/" + "/".join(codes[: depth + 1])] for depth in range(len(codes)))


def _phones(session: Session, party_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    query = (
        select(ContactPointRow.party_id, ContactPointRow.raw)
        .where(ContactPointRow.party_id.in_(party_ids), ContactPointRow.kind == "phone")
        .order_by(ContactPointRow.id)
    )
    found: dict[UUID, list[str]] = {}
    for party_id, phone in session.execute(query):
        found.setdefault(party_id, []).append(phone)
    return found


def _typed(declared: Sequence[Field], stored: dict[str, object], desk: "CompanyDesk") -> dict[str, object]:
    values = {field.name: _value(field, stored.get(field.name)) for field in declared}
    return {
        name: value.astimezone(desk.zone).replace(tzinfo=None) if isinstance(value, datetime) else value
        for name, value in values.items()
    }


def _value(field: Field, stored: object) -> object:
    """Return a stored JSON value as the type that its field declares."""
    if stored is None or not isinstance(stored, str):
        return stored
    if field.kind is FieldKind.DATETIME:
        return datetime.fromisoformat(stored)
    if field.kind is FieldKind.DATE:
        return date.fromisoformat(stored)
    return Decimal(stored) if field.kind in {FieldKind.DECIMAL, FieldKind.MONEY} else stored


def _cells(importer: Importer, values: Values) -> list[Written]:
    return [_written(values.get(column.name)) for column in importer.columns]


def _written(value: object) -> Written:
    if value is None or isinstance(value, str | int | Decimal | date | time):
        return value
    return "、".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
