"""What an import made and changed, as undoing it needs to know."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from gongdan.domain.importing import CheckedRow
from gongdan.storage import search
from gongdan.storage.assets import AssetLinkRow, AssetRow
from gongdan.storage.parties import ContactPointRow, PartyRow


@dataclass(frozen=True, slots=True)
class Effect:
    """One row of ours that an import made, or changed from the values in ``before``."""

    #: ticket, asset, party, contact_point, asset_link.
    noun: str
    id: UUID
    #: None for a row that the import made.
    before: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Additions:
    """Rows that a batch makes, and the words under which nouns are found from now on."""

    assets: list[AssetRow] = field(default_factory=list)
    parties: list[PartyRow] = field(default_factory=list)
    points: list[ContactPointRow] = field(default_factory=list)
    links: list[AssetLinkRow] = field(default_factory=list)
    documents: list[search.Document] = field(default_factory=list)

    def take(self, other: "Additions") -> None:
        """Take what another one has."""
        self.assets += other.assets
        self.parties += other.parties
        self.points += other.points
        self.links += other.links
        self.documents += other.documents

    def write(self, session: Session) -> list[Effect]:
        """Write everything, what others point at first; returns the effects."""
        for rows in (self.assets, self.parties, self.points, self.links):
            session.add_all(rows)
            session.flush()
        latest = {document.subject_id: document for document in self.documents}
        for kind in {document.kind for document in latest.values()}:
            search.remove(session, kind, [key for key, document in latest.items() if document.kind == kind])
        search.add(session, list(latest.values()))
        return [
            *(Effect("asset", row.id) for row in self.assets),
            *(Effect("party", row.id) for row in self.parties),
            *(Effect("contact_point", row.id) for row in self.points),
            *(Effect("asset_link", row.id) for row in self.links),
        ]


def merged_flags(stored_flags: Sequence[str], row: CheckedRow, known: Collection[str]) -> list[str]:
    """Return the flags of something that a row speaks of again without changing it.

    A row whose doubtful cell is empty, such as the line of an export, clears no flag; a doubt that is ``known`` from
    the stored values themselves is none that the row has brought.
    """
    own = (reason.value for reason in row.reasons)
    return list(dict.fromkeys((*stored_flags, *(reason for reason in own if reason not in known))))


def stored(effect: Effect) -> dict[str, Any]:
    """Return an effect as it is kept in JSON."""
    entry: dict[str, Any] = {"n": effect.noun, "id": effect.id.hex}
    if effect.before is not None:
        entry["before"] = {name: _packed(value) for name, value in effect.before.items()}
    return entry


def loaded(entry: Mapping[str, Any]) -> Effect:
    """Return the effect that ``stored`` kept."""
    before = entry.get("before")
    values = None if before is None else {name: _unpacked(value) for name, value in before.items()}
    return Effect(entry["n"], UUID(entry["id"]), values)


def _packed(value: object) -> object:
    if isinstance(value, UUID):
        return {"uuid": value.hex}
    if isinstance(value, datetime):
        return {"time": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return {"json": value}


def _unpacked(value: Mapping[str, Any]) -> object:
    if "uuid" in value:
        return UUID(value["uuid"])
    if "time" in value:
        return datetime.fromisoformat(value["time"])
    return date.fromisoformat(value["date"]) if "date" in value else value["json"]
