"""Stored rows as exports see them: typed values, local times, and who holds what today."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.assets import level_paths
from gongdan.domain.facts import AssetRecord, HeldBy, Place, TicketRecord
from gongdan.domain.fields import Field, FieldKind
from gongdan.services.secrecy_looks import looks
from gongdan.services.secrecy_outlets import Outlet
from gongdan.storage.assets import AssetLinkRow, AssetRow, holds_on
from gongdan.storage.parties import ContactPointRow, PartyRow
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Keys that one statement asks for.
CHUNK = 500


class Records:
    """Makes records of a company's rows; only ``unmasked`` ones hold identity numbers, phones and personal fields.

    What the outlet keeps in the house is left empty: a mask would be taken for a value when the list is imported again.
    Without an outlet records are for the program itself.
    """

    def __init__(self, desk: "CompanyDesk", *, unmasked: bool, outlet: Outlet | None = None) -> None:
        self._desk = desk
        self._catalogue = desk.installation.plugins.catalogue
        self._unmasked = unmasked
        self._outlet = outlet

    def tickets(self, session: Session, rows: Sequence[TicketRow]) -> Iterator[TicketRecord]:
        """Return tickets, in the order of ``rows``."""
        seen = looks(self._desk, session, rows) if self._outlet else {}
        for row in rows:
            if self._outlet is None or self._outlet.ticket(seen[row.id]):
                yield self.ticket(row)
            else:
                yield self._kept_back(row, is_withheld=seen[row.id].is_withheld)

    def _kept_back(self, row: TicketRow, *, is_withheld: bool) -> TicketRecord:
        """Return a ticket without its caller, and without any text when it is classified itself."""
        record = replace(self.ticket(row), contact_name="", contact_phone="")
        fields = {name: None if isinstance(value, str) else value for name, value in record.fields.items()}
        subject, description, place = ("", "", "") if is_withheld else ("", "", record.place)
        return replace(record, subject=subject, description=description, place=place, fields=fields)

    def ticket(self, row: TicketRow) -> TicketRecord:
        """Return a ticket."""
        declared = self._catalogue.ticket_types.get(row.type)
        return TicketRecord(
            type=row.type,
            number=row.number,
            subject=row.subject,
            description=row.description,
            opened_at=self._local(row.opened_at),
            closed_at=self._local(row.closed_at) if row.closed_at else None,
            state=row.state,
            is_open=row.is_open,
            contact_name=row.contact_name,
            contact_phone=row.contact_phone if self._unmasked else "",
            place=row.place,
            category=row.category,
            fields=self._typed(declared.fields if declared else (), row.fields),
        )

    def assets(self, session: Session, rows: Sequence[AssetRow]) -> list[AssetRecord]:
        """Return assets, each with the way to it and those who hold it today, in the order of ``rows``."""
        places = _places(session, rows)
        held = self._held(session, [row.id for row in rows])
        return [
            AssetRecord(
                way=tuple(places[path] for path in level_paths(row.path.split("/")[1:])),
                state=row.state,
                fields=self._typed(self._fields_of(row.kind), row.fields),
                parties=held.get(row.id, ()),
            )
            for row in rows
        ]

    def _fields_of(self, kind: str) -> Sequence[Field]:
        declared = self._catalogue.asset_kinds.get(kind)
        return declared.fields if declared else ()

    def _held(self, session: Session, asset_ids: Collection[UUID]) -> Mapping[UUID, Sequence[HeldBy]]:
        today = self._desk.installation.clock().astimezone(self._desk.zone).date()
        found: dict[UUID, list[HeldBy]] = {}
        for part in chunks(asset_ids):
            query = (
                select(AssetLinkRow.asset_id, AssetLinkRow.role, PartyRow)
                .join(PartyRow, PartyRow.id == AssetLinkRow.party_id)
                .where(AssetLinkRow.asset_id.in_(part), holds_on(today))
                .order_by(AssetLinkRow.id)
            )
            links = session.execute(query).all()
            phones = _phones(session, {party.id for _, _, party in links}) if self._unmasked else {}
            for asset_id, role, party in links:
                if self._outlet is not None and not self._outlet.party(party):
                    continue
                held = HeldBy(role, party.name, tuple(phones.get(party.id, ())), self._identity(party))
                found.setdefault(asset_id, []).append(held)
        return found

    def _identity(self, party: PartyRow) -> str:
        vault = self._desk.installation.vault
        return vault.decrypt(party.identity_cipher) if self._unmasked and party.identity_cipher else ""

    def _typed(self, declared: Sequence[Field], stored: Mapping[str, object]) -> dict[str, object]:
        shown = [field for field in declared if self._unmasked or not field.personal]
        values = {field.name: _value(field, stored.get(field.name)) for field in shown}
        return {name: self._local(value) if isinstance(value, datetime) else value for name, value in values.items()}

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self._desk.zone).replace(tzinfo=None)


def chunks(keys: Collection[UUID]) -> list[list[UUID]]:
    """Return keys in parts that one statement can ask for."""
    waiting = iter(keys)
    return list(iter(lambda: list(islice(waiting, CHUNK)), []))


def _places(session: Session, rows: Sequence[AssetRow]) -> dict[str, Place]:
    paths = sorted({path for row in rows for path in level_paths(row.path.split("/")[1:])})
    places: dict[str, Place] = {}
    for start in range(0, len(paths), CHUNK):
        columns = (AssetRow.path, AssetRow.kind, AssetRow.code, AssetRow.label, AssetRow.position)
        query = select(*columns).where(AssetRow.path.in_(paths[start : start + CHUNK]))
        places.update((path, Place(*values)) for path, *values in session.execute(query))
    return places


def _phones(session: Session, party_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    query = (
        select(ContactPointRow.party_id, ContactPointRow.raw)
        .where(ContactPointRow.party_id.in_(party_ids), ContactPointRow.kind == "phone")
        .order_by(ContactPointRow.id)
    )
    found: dict[UUID, list[str]] = {}
    for party_id, phone in session.execute(query):
        found.setdefault(party_id, []).append(phone)
    return found


def _value(field: Field, stored: object) -> object:
    """Return a stored JSON value as the type that its field declares."""
    if not isinstance(stored, str):
        return stored
    if field.kind is FieldKind.DATETIME:
        return datetime.fromisoformat(stored)
    if field.kind is FieldKind.DATE:
        return date.fromisoformat(stored)
    return Decimal(stored) if field.kind in {FieldKind.DECIMAL, FieldKind.MONEY} else stored
