"""The building grid: everything under an asset that is drawn as tiles, with who lives there and what is open."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from gongdan.services.secrecy_gate import Gate
from gongdan.storage.assets import AssetLinkRow, AssetRow
from gongdan.storage.parties import PartyRow
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


@dataclass(frozen=True, slots=True)
class AssetView:
    """An asset at its place in the tree."""

    id: UUID
    kind: str
    code: str
    label: str
    parent_id: UUID | None
    path: str
    position: str
    state: str
    fields: Mapping[str, object]
    flags: tuple[str, ...]
    version: int


@dataclass(frozen=True, slots=True)
class LinkedParty:
    """Somebody who is linked to an asset today, with the role of the link."""

    role: str
    name: str


@dataclass(frozen=True, slots=True)
class Tile:
    """One asset in the grid of its parent."""

    asset: AssetView
    open_tickets: int
    people: tuple[LinkedParty, ...]

    @property
    def owners(self) -> tuple[str, ...]:
        """Return the names of everybody linked to the asset today."""
        return tuple(person.name for person in self.people)


@dataclass(frozen=True, slots=True)
class Grid:
    """A building drawn as rows of tiles: sections (单元) side by side, floors from the top down."""

    root: AssetView
    #: Section label → floor label → tiles in order of their code.
    sections: Mapping[str, Mapping[str, Sequence[Tile]]]
    #: What is no tile and has open tickets, such as the hall or the building as a whole, with how many.
    elsewhere: Sequence[tuple[AssetView, int]] = ()


def read_grid(desk: "CompanyDesk", session: Session, root: AssetRow, kinds: Collection[str]) -> Grid:
    """Return the grid of ``root`` with the people of today."""
    today = desk.installation.clock().astimezone(desk.zone).date()
    below = select(AssetRow).where(AssetRow.path.startswith(root.path + "/", autoescape=True))
    rows = session.scalars(below).all()
    labels = {row.id: row.label for row in (root, *rows)}
    busy = _open_tickets(session, root.path)
    people = _people(desk.gate, session, root.path, today)
    sections: dict[str, dict[str, list[Tile]]] = {}
    for row in sorted((row for row in rows if row.kind in kinds), key=lambda row: natural(row.path)):
        floors = sections.setdefault(labels.get(row.parent_id, "") if row.parent_id else "", {})
        tile = Tile(asset_view(row), busy.get(row.id, 0), tuple(people.get(row.id, ())))
        floors.setdefault(row.position, []).append(tile)
    others = [row for row in (root, *rows) if row.id in busy and row.kind not in kinds]
    return Grid(
        asset_view(root),
        {section: _from_the_top(floors) for section, floors in sections.items()},
        [(asset_view(row), busy[row.id]) for row in sorted(others, key=lambda row: natural(row.path))],
    )


def asset_view(row: AssetRow) -> AssetView:
    """Return a snapshot of the row."""
    return AssetView(
        row.id,
        row.kind,
        row.code,
        row.label,
        row.parent_id,
        row.path,
        row.position,
        row.state,
        dict(row.fields),
        tuple(row.flags),
        row.version,
    )


def natural(text: str) -> tuple[tuple[int, str], ...]:
    """Return a sort key in which 2 comes before 10."""
    parts: list[tuple[int, str]] = []
    digits = ""
    for char in text + "\0":
        if char.isascii() and char.isdigit():
            digits += char
            continue
        if digits:
            parts.append((int(digits), ""))
            digits = ""
        parts.append((-1, char))
    return tuple(parts)


def _from_the_top(floors: Mapping[str, Sequence[Tile]]) -> Mapping[str, Sequence[Tile]]:
    return dict(sorted(floors.items(), key=lambda item: natural(item[0]), reverse=True))


def _open_tickets(session: Session, path: str) -> dict[UUID, int]:
    within = AssetRow.path.startswith(path + "/", autoescape=True)
    query = (
        select(TicketRow.asset_id, func.count())
        .join(AssetRow, AssetRow.id == TicketRow.asset_id)
        .where(TicketRow.is_open.is_(True), or_(AssetRow.path == path, within))
        .group_by(TicketRow.asset_id)
    )
    return {key: count for key, count in session.execute(query) if key}


def _people(gate: Gate, session: Session, path: str, today: date) -> dict[UUID, list[LinkedParty]]:
    query = (
        select(AssetLinkRow.asset_id, AssetLinkRow.role, PartyRow.name, PartyRow.secrecy)
        .join(AssetRow, AssetRow.id == AssetLinkRow.asset_id)
        .join(PartyRow, PartyRow.id == AssetLinkRow.party_id)
        .where(
            AssetRow.path.startswith(path + "/", autoescape=True),
            or_(AssetLinkRow.begins.is_(None), AssetLinkRow.begins <= today),
            or_(AssetLinkRow.ends.is_(None), AssetLinkRow.ends > today),
        )
        .order_by(AssetLinkRow.id)
    )
    found: dict[UUID, list[LinkedParty]] = {}
    for asset_id, role, name, own_class in session.execute(query):
        found.setdefault(asset_id, []).append(LinkedParty(role, gate.party_name(own_class, name)))
    return found
