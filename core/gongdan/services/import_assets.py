"""Writing asset facts: places in the tree, and who stands in which role to them today."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from gongdan.domain.assets import child_path, level_paths
from gongdan.domain.facts import AssetFact, LinkFact, PartyFact, Place
from gongdan.domain.importing import CheckedRow, Issue, Outcome
from gongdan.services.export_records import CHUNK, chunks
from gongdan.services.import_corrections import FIELDS, Corrections
from gongdan.services.import_echoes import Echo, Echoes, news
from gongdan.services.import_effects import Additions, Effect, merged_flags
from gongdan.services.import_misfits import Misfits, conflict
from gongdan.services.import_parties import KnownParties, PartyWriter
from gongdan.services.import_values import StoredValues
from gongdan.services.work import Work, changed
from gongdan.storage import search
from gongdan.storage.assets import AssetLinkRow, AssetRow, holds_on
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

_SILENT: Echo[AssetFact] = Echo()
_KIND_RULE = msg("这一位置已是另一类资产")
_KIND_REMEDY = msg("请核对楼栋、单元与房号是否错位")


@dataclass(slots=True)
class AssetBatch:
    """What is stored of the places that a batch names, and what the batch makes of it."""

    #: Path as the list gives it → row.
    assets: dict[str, AssetRow]
    #: Asset → its links of today.
    links: Mapping[UUID, Sequence[AssetLinkRow]]
    known: KnownParties
    echoes: Mapping[UUID, Echo[AssetFact]]
    corrections: Corrections
    additions: Additions = field(default_factory=Additions)
    effects: list[Effect] = field(default_factory=list)

    def misfits(self, given: Iterable[tuple[CheckedRow, AssetFact]]) -> Misfits:
        """Return the rows that put something where another kind of thing stands."""
        kinds = {path: asset.kind for path, asset in self.assets.items()}
        found: dict[int, Issue] = {}
        for row, fact in given:
            for place, path in zip(fact.way, _paths(fact), strict=True):
                if kinds.setdefault(path, place.kind) != place.kind:
                    found[row.row] = conflict("", place.label, _KIND_RULE, _KIND_REMEDY)
        return found

    def store(self, session: Session) -> list[Effect]:
        """Write what is new; returns what undoing the batch needs."""
        return [*self.additions.write(session), *self.effects]


@dataclass(frozen=True, slots=True)
class _Holding:
    """Who stands in one role to an asset, by the row."""

    asset: AssetRow
    role: str
    named: Sequence[PartyFact]


class AssetWriter:
    """Writes the asset facts of one import run."""

    def __init__(self, desk: "CompanyDesk", run_id: UUID, echoes: Echoes) -> None:
        self._desk = desk
        self._run_id = run_id
        self._echoes = echoes
        self._values = StoredValues(desk)
        self._parties = PartyWriter(desk, run_id)
        self._other_ways: Mapping[str, str] | None = None

    def write(self, work: Work, row: CheckedRow, fact: AssetFact, batch: AssetBatch) -> Outcome:
        """Write one fact; what is new goes into the database with the whole batch."""
        is_new = _paths(fact)[-1] not in batch.assets
        asset = self._place(work, fact, batch)
        echo = batch.echoes.get(asset.id, _SILENT)
        before = self._set_values(asset, fact, batch)
        linked = self._set_roles(work, asset, fact, batch)
        flags = self._flags(asset, row, echo, brings_news=is_new or bool(before) or linked)
        if flags != asset.flags:
            before["flags"], asset.flags = asset.flags, flags
        if is_new:
            return Outcome.IMPORTED
        if before:
            batch.effects.append(Effect("asset", asset.id, before))
            after = {**{name: getattr(asset, name) for name in before}, "run": self._run_id}
            work.record("asset.changed", "asset", asset.id, before=before, after=after)
        return Outcome.CHANGED if before or linked else Outcome.SAME

    # --- What is stored ----------------------------------------------------------------------

    def read(self, work: Work, facts: Sequence[AssetFact]) -> AssetBatch:
        """Read what is stored of the places that a batch names."""
        session = work.session
        assets = self._named(session, {path for fact in facts for path in _paths(fact)})
        leaves = {path: assets[path] for fact in facts if (path := _paths(fact)[-1]) in assets}
        rows = {row.id: row for row in leaves.values()}
        links = _links(session, rows.keys(), self._today(work))
        linked = {link.party_id for held in links.values() for link in held if link.party_id}
        named = [link.party for fact in facts for link in fact.links]
        return AssetBatch(
            assets=assets,
            links=links,
            known=self._parties.known(session, named, linked),
            echoes=self._echoes.of_assets(session, rows.values()),
            corrections=Corrections(session, rows.keys()),
        )

    def _named(self, session: Session, paths: Collection[str]) -> dict[str, AssetRow]:
        """Return path as the list gives it → asset, also where the list gives another way to it."""
        found = _by_path(session, paths)
        missing = [path for path in paths if path not in found]
        if missing and self._other_ways is None:
            self._other_ways = self._echoes.other_ways(session)
        ways = self._other_ways or {}
        other = {path: ways[path] for path in missing if path in ways}
        stored = _by_path(session, other.values())
        return {**found, **{path: stored[way] for path, way in other.items() if way in stored}}

    # --- Places ------------------------------------------------------------------------------

    def _place(self, work: Work, fact: AssetFact, batch: AssetBatch) -> AssetRow:
        """Return the asset, making it and every level above it that is missing."""
        parent: AssetRow | None = None
        for place, path in zip(fact.way, _paths(fact), strict=True):
            asset = batch.assets.get(path)
            if asset is None:
                asset = batch.assets[path] = self._make(work, place, parent, batch.additions)
            parent = asset
        if parent is None:
            message = "an asset fact without a way"
            raise ValueError(message)
        return parent

    def _make(self, work: Work, place: Place, parent: AssetRow | None, additions: Additions) -> AssetRow:
        asset = AssetRow(
            id=uuid7(),
            kind=place.kind,
            code=place.code,
            label=place.label,
            parent_id=parent.id if parent else None,
            path=child_path(parent.path if parent else "", place.code),
            position=place.position,
            state="",
            fields={},
            created_at=work.now,
            import_run_id=self._run_id,
            flags=[],
        )
        additions.assets.append(asset)
        additions.documents.append(search.Document("asset", asset.id, [asset.label, asset.path], work.now))
        work.record("asset.imported", "asset", asset.id, after={"run": self._run_id, "path": asset.path})
        return asset

    def _set_values(self, asset: AssetRow, fact: AssetFact, batch: AssetBatch) -> dict[str, Any]:
        """Write what the row says anew of the asset; return the values that were there before."""
        echoed = batch.echoes.get(asset.id, _SILENT).fact
        state = news({"state": fact.state}, {"state": echoed.state if echoed else ""})
        said = news(fact.fields, echoed.fields if echoed else {})
        fields = self._values.fields(said)
        wanted = {
            **batch.corrections.without_old(asset.id, state),
            "fields": {**asset.fields, **batch.corrections.without_old(asset.id, fields, within=FIELDS)},
        }
        old, new = changed({name: getattr(asset, name) for name in wanted}, wanted)
        for name, value in new.items():
            setattr(asset, name, value)
        return old

    @staticmethod
    def _flags(asset: AssetRow, row: CheckedRow, echo: Echo[AssetFact], *, brings_news: bool) -> list[str]:
        return [reason.value for reason in row.reasons] if brings_news else merged_flags(asset.flags, row, echo.reasons)

    # --- Who holds them ----------------------------------------------------------------------

    def _set_roles(self, work: Work, asset: AssetRow, fact: AssetFact, batch: AssetBatch) -> bool:
        """Write who stands in which role, as far as the row says so anew; tell whether that changed anything."""
        echoed = batch.echoes.get(asset.id, _SILENT).fact
        known = echoed.links if echoed else ()
        has_changed = False
        for role in dict.fromkeys(link.role for link in fact.links):
            named = _named_in(role, fact.links)
            if not _is_known(named, _named_in(role, known)):
                has_changed |= self._set_links(_Holding(asset, role, named), work, batch)
        return has_changed

    def _set_links(self, holding: _Holding, work: Work, batch: AssetBatch) -> bool:
        """Let the parties of a role be those that the row names: new ones begin, those not named end today."""
        links = [link for link in batch.links.get(holding.asset.id, ()) if link.role == holding.role]
        current = {link.party_id: link for link in links if link.party_id}
        wanted: dict[UUID, None] = {}
        has_changed = False
        for fact in holding.named:
            party_id, additions, effects = self._parties.find_or_make(work, fact, batch.known, list(current))
            has_changed = has_changed or bool(additions.points or effects)
            batch.additions.take(additions)
            batch.effects += effects
            wanted[party_id] = None
        stale = [link for party_id, link in current.items() if party_id not in wanted]
        # Of a holder before the first list nothing is known, but who follows another one begins today.
        begins = self._today(work) if stale else None
        new = [party_id for party_id in wanted if party_id not in current]
        batch.additions.links += [self._begin_link(work, holding, party_id, begins) for party_id in new]
        batch.effects += [self._end_link(work, link) for link in stale]
        return has_changed or bool(new or stale)

    def _begin_link(self, work: Work, holding: _Holding, party_id: UUID, begins: date | None) -> AssetLinkRow:
        asset_id, role = holding.asset.id, holding.role
        after = {"role": role, "party": party_id, "begins": begins, "run": self._run_id}
        work.record("asset.linked", "asset", asset_id, after=after)
        return AssetLinkRow(
            id=uuid7(), asset_id=asset_id, role=role, party_id=party_id, begins=begins, import_run_id=self._run_id
        )

    def _end_link(self, work: Work, link: AssetLinkRow) -> Effect:
        before = {"ends": link.ends}
        link.ends = self._today(work)
        after = {"role": link.role, "party": link.party_id, "ends": link.ends, "run": self._run_id}
        work.record("asset.link_ended", "asset", link.asset_id, before=before, after=after)
        return Effect("asset_link", link.id, before)

    def _today(self, work: Work) -> date:
        return work.now.astimezone(self._desk.zone).date()


def _paths(fact: AssetFact) -> tuple[str, ...]:
    return level_paths(place.code for place in fact.way)


def _by_path(session: Session, paths: Collection[str]) -> dict[str, AssetRow]:
    wanted = sorted(paths)
    found: dict[str, AssetRow] = {}
    for start in range(0, len(wanted), CHUNK):
        query = select(AssetRow).where(AssetRow.path.in_(wanted[start : start + CHUNK])).with_for_update(key_share=True)
        found.update((row.path, row) for row in session.scalars(query))
    return found


def _links(session: Session, asset_ids: Collection[UUID], today: date) -> Mapping[UUID, Sequence[AssetLinkRow]]:
    found: dict[UUID, list[AssetLinkRow]] = {}
    for part in chunks(asset_ids):
        query = select(AssetLinkRow).where(AssetLinkRow.asset_id.in_(part), holds_on(today))
        for link in session.scalars(query.order_by(AssetLinkRow.id)):
            found.setdefault(link.asset_id, []).append(link)
    return found


def _named_in(role: str, links: Sequence[LinkFact]) -> list[PartyFact]:
    return [link.party for link in links if link.role == role]


def _is_known(named: Sequence[PartyFact], known: Sequence[PartyFact]) -> bool:
    """Tell whether the parties are those that are known, and nothing is said of them beyond that."""
    return [fact.name for fact in named] == [fact.name for fact in known] and all(
        set(fact.phones) <= set(other.phones) and fact.identity in {"", other.identity}
        for fact, other in zip(named, known, strict=True)
    )
