"""Undoing an import: everything it made goes, everything it changed returns, or nothing happens at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from gongdan.errors import Refused
from gongdan.services.assets import index_asset
from gongdan.services.import_effects import Effect
from gongdan.services.parties import index_party
from gongdan.services.work import Work
from gongdan.storage import search
from gongdan.storage.assets import AssetAliasRow, AssetLinkRow, AssetRow, AssetSerialRow
from gongdan.storage.base import Base
from gongdan.storage.journal import JournalEntryRow
from gongdan.storage.parties import ContactPointRow, PartyRow, RelationRow
from gongdan.storage.tickets import AttachmentRow, NoteRow, TicketLinkRow, TicketRow
from gongdan.text import msg

_CHUNK = 500
#: How many obstacles the refusal names.
_NAMED = 5

_MODELS: Mapping[str, type[Base]] = {
    "ticket": TicketRow,
    "asset": AssetRow,
    "party": PartyRow,
    "contact_point": ContactPointRow,
    "asset_link": AssetLinkRow,
}
#: The order of deletion: what points at others goes first.
_ORDER = ("ticket", "asset_link", "contact_point", "party", "asset")


@dataclass(eq=False)
class UndoRefused(Refused):
    """People have gone on working with what the run brought."""

    code: ClassVar[str] = "undo_refused"
    text: ClassVar[str] = msg("不能撤销：导入之后已有 {count} 条记录被使用或修改，例如 {examples}")
    remedy: ClassVar[str] = msg("请先处理这些记录，或在原表中更正后重新导入")

    count: int = 0
    examples: str = ""


def undo(work: Work, effects: Sequence[Effect]) -> None:
    """Undo ``effects``, the newest first; raises ``UndoRefused`` before anything is written."""
    made: dict[str, list[UUID]] = {noun: [] for noun in _ORDER}
    for effect in effects:
        if effect.before is None:
            made[effect.noun].append(effect.id)
    in_use = _in_use(work.session, made)
    if in_use:
        raise UndoRefused(len(in_use), "、".join(in_use[:_NAMED]))
    created = {key for keys in made.values() for key in keys}
    for effect in effects:
        if effect.before is not None and effect.id not in created:
            _restore(work, effect)
    work.session.flush()
    for noun in _ORDER:
        _delete(work, noun, made[noun])


def _restore(work: Work, effect: Effect) -> None:
    row: Any = work.get(_MODELS[effect.noun], effect.id, effect.noun)
    for name, value in (effect.before or {}).items():
        setattr(row, name, value)
    work.session.flush()
    if effect.noun == "asset":
        index_asset(work.session, row)
    elif effect.noun == "party":
        index_party(work.session, row)
    work.record("import.restored", effect.noun, effect.id, after=effect.before or {})


def _delete(work: Work, noun: str, keys: Sequence[UUID]) -> None:
    model: Any = _MODELS[noun]
    if noun in {"ticket", "asset", "party"}:
        search.remove(work.session, noun, keys)
    ordered = _leaves_first(work.session, keys) if noun == "asset" else [keys]
    for group in ordered:
        for part in _chunks(group):
            statement = delete(model).where(model.id.in_(part)).execution_options(synchronize_session=False)
            work.session.execute(statement)
    for key in keys if noun in {"ticket", "asset", "party"} else ():
        work.record("import.removed", noun, key)


def _leaves_first(session: Session, keys: Sequence[UUID]) -> Sequence[Sequence[UUID]]:
    """Return the assets by depth, the deepest first, since a child points at its parent."""
    levels: dict[int, list[UUID]] = {}
    for part in _chunks(keys):
        for key, path in session.execute(select(AssetRow.id, AssetRow.path).where(AssetRow.id.in_(part))):
            levels.setdefault(path.count("/"), []).append(key)
    return [levels[depth] for depth in sorted(levels, reverse=True)]


def _in_use(session: Session, made: Mapping[str, Sequence[UUID]]) -> list[str]:
    """Return the names of records that people or later imports have built upon."""
    own = frozenset(key for keys in made.values() for key in keys)
    return [
        *_used_tickets(session, made["ticket"]),
        *_used_assets(session, made["asset"], own),
        *_used_parties(session, made["party"], own),
    ]


def _used_tickets(session: Session, keys: Sequence[UUID]) -> list[str]:
    def worked_on(part: Sequence[UUID]) -> Any:
        acts = select(JournalEntryRow.subject_id).where(
            JournalEntryRow.subject_id.in_(part), JournalEntryRow.act.not_in(("ticket.imported", "ticket.changed"))
        )
        notes = select(NoteRow.ticket_id).where(NoteRow.ticket_id.in_(part))
        files = select(AttachmentRow.ticket_id).where(AttachmentRow.ticket_id.in_(part))
        links = select(TicketLinkRow.from_id).where(or_(TicketLinkRow.from_id.in_(part), TicketLinkRow.to_id.in_(part)))
        return or_(*(TicketRow.id.in_(query) for query in (acts, notes, files, links)))

    found: list[str] = []
    for part in _chunks(keys):
        found += session.scalars(select(TicketRow.number).where(TicketRow.id.in_(part), worked_on(part))).all()
    return found


def _used_assets(session: Session, keys: Sequence[UUID], own: frozenset[UUID]) -> list[str]:
    found: list[str] = []
    for part in _chunks(keys):
        query = select(TicketRow.id, TicketRow.number).where(TicketRow.asset_id.in_(part))
        found += [number for key, number in session.execute(query) if key not in own]
        children = select(AssetRow.id, AssetRow.label).where(AssetRow.parent_id.in_(part))
        found += [label for key, label in session.execute(children) if key not in own]
        held = select(AssetLinkRow.id, AssetRow.label).join(AssetRow, AssetRow.id == AssetLinkRow.asset_id)
        held = held.where(or_(AssetLinkRow.asset_id.in_(part), AssetLinkRow.other_asset_id.in_(part)))
        found += [label for key, label in session.execute(held) if key not in own]
        for model in (AssetAliasRow, AssetSerialRow):
            found += [str(name) for name in session.scalars(_labels_with(model, part))]
    return found


def _labels_with(model: type[AssetAliasRow] | type[AssetSerialRow], part: Sequence[UUID]) -> Any:
    return select(AssetRow.label).join(model, model.asset_id == AssetRow.id).where(AssetRow.id.in_(part))


def _used_parties(session: Session, keys: Sequence[UUID], own: frozenset[UUID]) -> list[str]:
    found: list[str] = []
    for part in _chunks(keys):
        asked = select(TicketRow.id, TicketRow.number).where(TicketRow.requester_id.in_(part))
        found += [number for key, number in session.execute(asked) if key not in own]
        held = select(AssetLinkRow.id, PartyRow.name).join(PartyRow, PartyRow.id == AssetLinkRow.party_id)
        found += [name for key, name in session.execute(held.where(AssetLinkRow.party_id.in_(part))) if key not in own]
        related = select(PartyRow.name).join(
            RelationRow, or_(RelationRow.from_id == PartyRow.id, RelationRow.to_id == PartyRow.id)
        )
        found += session.scalars(related.where(PartyRow.id.in_(part))).all()
    return found


def _chunks(keys: Sequence[UUID]) -> Sequence[Sequence[UUID]]:
    return [keys[start : start + _CHUNK] for start in range(0, len(keys), _CHUNK)]
