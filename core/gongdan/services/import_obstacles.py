"""What stands in the way of undoing an import: whatever people or later imports have built upon it."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from gongdan.services.export_records import chunks
from gongdan.services.import_effects import Effect
from gongdan.storage.assets import AssetLinkRow, AssetRow
from gongdan.storage.imports import ImportRunRow
from gongdan.storage.journal import JournalEntryRow
from gongdan.storage.parties import ContactPointRow, PartyRow, RelationRow
from gongdan.storage.tickets import TicketLinkRow, TicketRow

#: What has a journal of its own, and the column by which people call it.
_NAMES: Mapping[str, tuple[Any, Any]] = {
    "ticket": (TicketRow, TicketRow.number),
    "asset": (AssetRow, AssetRow.label),
    "party": (PartyRow, PartyRow.name),
}
#: What is journalled with the noun that it belongs to.
_PARTS: Mapping[str, tuple[Any, str, Any]] = {
    "asset_link": (AssetLinkRow, "asset", AssetLinkRow.asset_id),
    "contact_point": (ContactPointRow, "party", ContactPointRow.party_id),
}
#: The first act of what an import made, and acts that change nothing.
_HARMLESS: Final = ("ticket.imported", "asset.imported", "party.imported", "party.unmasked", "secrecy.read")


def ids_by_noun(effects: Iterable[Effect]) -> Mapping[str, set[UUID]]:
    """Return the ids of effects by noun; every noun is there."""
    found: dict[str, set[UUID]] = {noun: set() for noun in (*_NAMES, *_PARTS)}
    for effect in effects:
        found[effect.noun].add(effect.id)
    return found


def owners_of(session: Session, part: str, ids: Collection[UUID]) -> set[UUID]:
    """Return the assets of links, or the parties of contact points."""
    model, _, column = _PARTS[part]
    return {owner for some in chunks(ids) for owner in session.scalars(select(column).where(model.id.in_(some)))}


class Obstacles:
    """What stands in the way of undoing one run."""

    def __init__(self, session: Session, run_id: UUID, effects: Sequence[Effect]) -> None:
        self._session = session
        self._run = str(run_id)
        self._made = ids_by_noun(effect for effect in effects if effect.before is None)
        self._written = ids_by_noun(effects)

    def names(self) -> Sequence[str]:
        """Return what people call the obstacles, each once, in one order."""
        return sorted({*self._acted_on(), *self._linked(), *self._referring()})

    # --- By the journal ----------------------------------------------------------------------

    def _acted_on(self) -> Iterator[str]:
        """Yield what somebody else has acted on since the run did; runs that are undone have done nothing."""
        undone = self._session.scalars(select(ImportRunRow.id).where(ImportRunRow.state == "undone"))
        harmless = {self._run, *map(str, undone)}
        for noun, (model, name) in _NAMES.items():
            owners = (owners_of(self._session, part, self._written[part]) for part in _PARTS if _PARTS[part][1] == noun)
            for some in chunks(self._written[noun].union(*owners)):
                acts = self._acts(some).items()
                touched = [
                    key for key, runs in acts if not self._since(runs, is_made=key in self._made[noun]) <= harmless
                ]
                yield from self._session.scalars(select(name).where(model.id.in_(touched)))

    def _acts(self, subject_ids: Collection[UUID]) -> Mapping[UUID, Sequence[str]]:
        """Return by which runs each subject was acted on, in order; the run of a person is empty."""
        query = select(JournalEntryRow.subject_id, JournalEntryRow.payload).where(
            JournalEntryRow.subject_id.in_(subject_ids), JournalEntryRow.act.not_in(_HARMLESS)
        )
        found: dict[UUID, list[str]] = {}
        for subject_id, payload in self._session.execute(query.order_by(JournalEntryRow.sequence)):
            found.setdefault(subject_id, []).append(json.loads(payload)["after"].get("run", ""))
        return found

    def _since(self, runs: Sequence[str], *, is_made: bool) -> set[str]:
        return set(runs if is_made else runs[runs.index(self._run) :])

    # --- By what points here -----------------------------------------------------------------

    def _linked(self) -> Iterator[str]:
        """Yield tickets that people have linked: the journal names only one end of a link."""
        for some in chunks(self._made["ticket"]):
            here = or_(TicketLinkRow.from_id == TicketRow.id, TicketLinkRow.to_id == TicketRow.id)
            query = select(TicketRow.number).join(TicketLinkRow, here).where(TicketRow.id.in_(some))
            yield from self._session.scalars(query)

    def _referring(self) -> Iterator[str]:
        """Yield what was not made by the run and points at what was."""
        for some in chunks(self._made["asset"]):
            yield from self._others("ticket", TicketRow.asset_id.in_(some))
            yield from self._others("asset", AssetRow.parent_id.in_(some))
            yield from self._other_links(or_(AssetLinkRow.asset_id.in_(some), AssetLinkRow.other_asset_id.in_(some)))
        for some in chunks(self._made["party"]):
            yield from self._others("ticket", TicketRow.requester_id.in_(some))
            yield from self._other_links(AssetLinkRow.party_id.in_(some))
            related = or_(RelationRow.from_id == PartyRow.id, RelationRow.to_id == PartyRow.id)
            query = select(PartyRow.name).join(RelationRow, related).where(PartyRow.id.in_(some))
            yield from self._session.scalars(query)

    def _others(self, noun: str, points_here: Any) -> Iterator[str]:
        model, name = _NAMES[noun]
        found = self._session.execute(select(model.id, name).where(points_here))
        return (called for key, called in found if key not in self._made[noun])

    def _other_links(self, points_here: Any) -> Iterator[str]:
        query = select(AssetLinkRow.id, AssetRow.label).join(AssetRow, AssetRow.id == AssetLinkRow.asset_id)
        found = self._session.execute(query.where(points_here))
        return (called for key, called in found if key not in self._made["asset_link"])
