"""Writing asset facts: places in the tree, and who stands in which role to them today."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from gongdan.domain.assets import child_path
from gongdan.domain.facts import AssetFact, PartyFact, Place
from gongdan.domain.importing import CheckedRow, Outcome
from gongdan.services.import_effects import Effect, merged_flags
from gongdan.services.import_parties import KnownParties, PartyWriter
from gongdan.services.schemas import stored_value
from gongdan.services.work import Work, changed
from gongdan.storage import search
from gongdan.storage.assets import AssetLinkRow, AssetRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

_CHUNK = 500


@dataclass(slots=True)
class _Batch:
    """What is stored of the places that a batch names."""

    #: Path → row.
    assets: dict[str, AssetRow]
    #: Asset → its open links.
    links: dict[UUID, list[AssetLinkRow]]
    known: KnownParties
    effects: list[Effect] = field(default_factory=list)

    def add(self, link: AssetLinkRow) -> None:
        """Take a link that was made."""
        self.links.setdefault(link.asset_id, []).append(link)
        self.effects.append(Effect("asset_link", link.id))

    def end(self, link: AssetLinkRow) -> None:
        """Take a link off that ends."""
        self.links[link.asset_id].remove(link)
        self.effects.append(Effect("asset_link", link.id, {"ends": None}))


@dataclass(frozen=True, slots=True)
class _Holding:
    """Who stands in one role to an asset, by the row."""

    asset: AssetRow
    role: str
    named: Sequence[PartyFact]


class AssetWriter:
    """Writes the asset facts of one import run."""

    def __init__(self, desk: "CompanyDesk", run_id: UUID) -> None:
        self._desk = desk
        self._run_id = run_id
        self._parties = PartyWriter(desk, run_id)

    def write(self, work: Work, given: Sequence[tuple[CheckedRow, AssetFact]]) -> tuple[list[Outcome], list[Effect]]:
        """Write one batch; returns the outcome of each fact in order, and what undoing needs."""
        batch = self._stored(work.session, [fact for _, fact in given])
        outcomes = [self._write_one(work, row, fact, batch) for row, fact in given]
        return outcomes, batch.effects

    def _stored(self, session: Session, facts: Sequence[AssetFact]) -> _Batch:
        paths = sorted({path for fact in facts for path in _paths(fact.way)})
        assets: dict[str, AssetRow] = {}
        links: dict[UUID, list[AssetLinkRow]] = {}
        for start in range(0, len(paths), _CHUNK):
            rows = session.scalars(select(AssetRow).where(AssetRow.path.in_(paths[start : start + _CHUNK]))).all()
            assets.update((row.path, row) for row in rows)
            query = select(AssetLinkRow).where(
                AssetLinkRow.asset_id.in_([row.id for row in rows]), AssetLinkRow.ends.is_(None)
            )
            for link in session.scalars(query):
                links.setdefault(link.asset_id, []).append(link)
        linked = {link.party_id for open_links in links.values() for link in open_links if link.party_id}
        named = [link.party for fact in facts for link in fact.links]
        return _Batch(assets, links, self._parties.known(session, named, linked))

    def _write_one(self, work: Work, row: CheckedRow, fact: AssetFact, batch: _Batch) -> Outcome:
        done = len(batch.effects)
        is_new = _paths(fact.way)[-1] not in batch.assets
        asset = self._place(work, fact, batch)
        before = self._set_values(asset, fact)
        for role in dict.fromkeys(link.role for link in fact.links):
            named = [link.party for link in fact.links if link.role == role]
            self._set_links(_Holding(asset, role, named), work, batch)
        brings_news = is_new or bool(before) or len(batch.effects) > done
        flags = merged_flags(asset.flags, row, brings_news=brings_news)
        if flags != asset.flags:
            before["flags"], asset.flags = asset.flags, flags
        if is_new:
            return Outcome.IMPORTED
        if before:
            batch.effects.append(Effect("asset", asset.id, before))
            after = {**{name: getattr(asset, name) for name in before}, "run": self._run_id}
            work.record("asset.changed", "asset", asset.id, before=before, after=after)
        return Outcome.CHANGED if len(batch.effects) > done else Outcome.SAME

    def _place(self, work: Work, fact: AssetFact, batch: _Batch) -> AssetRow:
        """Return the asset, making it and every level above it that is missing."""
        parent: AssetRow | None = None
        for place, path in zip(fact.way, _paths(fact.way), strict=True):
            asset = batch.assets.get(path)
            if asset is None:
                asset = self._make(work, place, path, parent)
                batch.assets[path] = asset
                batch.effects.append(Effect("asset", asset.id))
            parent = asset
        if parent is None:
            message = "an asset fact without a way"
            raise ValueError(message)
        return parent

    def _make(self, work: Work, place: Place, path: str, parent: AssetRow | None) -> AssetRow:
        asset = AssetRow(
            id=uuid7(),
            kind=place.kind,
            code=place.code,
            label=place.label,
            parent_id=parent.id if parent else None,
            path=path,
            position=place.position,
            state="",
            fields={},
            created_at=work.now,
            import_run_id=self._run_id,
            flags=[],
        )
        work.session.add(asset)
        work.session.flush()
        search.add(work.session, [search.Document("asset", asset.id, [place.label, path], work.now)])
        work.record("asset.imported", "asset", asset.id, after={"run": self._run_id, "path": path})
        return asset

    def _set_values(self, asset: AssetRow, fact: AssetFact) -> dict[str, object]:
        """Write what the row says of the asset; return the values that were there before a change."""
        given = {name: stored_value(value, self._desk.zone) for name, value in fact.fields.items() if value is not None}
        wanted = {"state": fact.state or asset.state, "fields": {**asset.fields, **given}}
        old, new = changed({name: getattr(asset, name) for name in wanted}, wanted)
        for name, value in new.items():
            setattr(asset, name, value)
        return old

    def _set_links(self, holding: _Holding, work: Work, batch: _Batch) -> None:
        """Let the parties of a role be those that the row names: new ones begin, those not named end today."""
        open_links = [link for link in batch.links.get(holding.asset.id, ()) if link.role == holding.role]
        current = {link.party_id: link for link in open_links if link.party_id}
        wanted: dict[UUID, None] = {}
        for fact in holding.named:
            party_id, effects = self._parties.find_or_make(work, fact, batch.known, list(current))
            wanted[party_id] = None
            batch.effects += effects
        for party_id in wanted:
            if party_id not in current:
                batch.add(self._begin_link(work, holding, party_id))
        for party_id, stale in current.items():
            if party_id not in wanted:
                batch.end(stale)
                self._end_link(work, stale)

    def _begin_link(self, work: Work, holding: _Holding, party_id: UUID) -> AssetLinkRow:
        asset_id, role = holding.asset.id, holding.role
        link = AssetLinkRow(id=uuid7(), asset_id=asset_id, role=role, party_id=party_id, import_run_id=self._run_id)
        work.session.add(link)
        after = {"role": role, "party": party_id, "run": self._run_id}
        work.record("asset.linked", "asset", asset_id, after=after)
        return link

    def _end_link(self, work: Work, link: AssetLinkRow) -> None:
        link.ends = work.now.astimezone(self._desk.zone).date()
        after = {"role": link.role, "party": link.party_id, "ends": link.ends, "run": self._run_id}
        work.record("asset.link_ended", "asset", link.asset_id, after=after)


def _paths(way: Sequence[Place]) -> list[str]:
    paths: list[str] = []
    path = ""
    for place in way:
        path = child_path(path, place.code)
        paths.append(path)
    return paths
