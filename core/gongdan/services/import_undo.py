"""Undoing an import: everything it made goes, everything it changed returns, or nothing happens at all."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final
from uuid import UUID

from sqlalchemy import delete, select

from gongdan.errors import Refused
from gongdan.services.assets import index_asset
from gongdan.services.duty_imports import forget_duties
from gongdan.services.export_records import chunks
from gongdan.services.import_effects import Effect
from gongdan.services.import_obstacles import Obstacles, ids_by_noun, owners_of
from gongdan.services.parties import index_party
from gongdan.services.ticket_rows import index_ticket
from gongdan.services.work import Work
from gongdan.storage import search
from gongdan.storage.assets import AssetLinkRow, AssetRow
from gongdan.storage.parties import ContactPointRow, PartyRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: How many obstacles the refusal names.
_NAMED: Final = 5

#: Noun → table, in the order of deletion: what points at others goes first.
_MODELS: Mapping[str, Any] = {
    "ticket": TicketRow,
    "asset_link": AssetLinkRow,
    "contact_point": ContactPointRow,
    "party": PartyRow,
    "asset": AssetRow,
}
_FOUND_BY_WORDS: Final = frozenset({"ticket", "party", "asset"})


@dataclass(eq=False)
class UndoRefused(Refused):
    """People or later imports have gone on working with what the run brought."""

    code: ClassVar[str] = "undo_refused"
    text: ClassVar[str] = msg("不能撤销：导入之后已有 {count} 条记录被使用或修改，例如 {examples}")
    remedy: ClassVar[str] = msg("请先处理这些记录，或在原表中更正后重新导入")

    count: int = 0
    examples: str = ""


class Undoing:
    """Takes back what one run has done."""

    def __init__(self, desk: "CompanyDesk", work: Work, run_id: UUID) -> None:
        self._types = desk.installation.plugins.catalogue.ticket_types
        self._work = work
        self._run_id = run_id

    def undo(self, effects: Sequence[Effect]) -> None:
        """Undo ``effects``, the newest first; raises ``UndoRefused`` before anything is written."""
        obstacles = Obstacles(self._work.session, self._run_id, effects).names()
        if obstacles:
            raise UndoRefused(len(obstacles), "、".join(obstacles[:_NAMED]))
        made = ids_by_noun(effect for effect in effects if effect.before is None)
        called = owners_of(self._work.session, "contact_point", made["contact_point"]) - made["party"]
        for effect in effects:
            if effect.before is not None and effect.id not in made[effect.noun]:
                self._restore(effect, effect.before)
        for noun in _MODELS:
            self._delete(noun, made[noun])
        for party_id in called:
            self._index("party", self._work.get(PartyRow, party_id, "party"))

    def _restore(self, effect: Effect, before: Mapping[str, Any]) -> None:
        row: Any = self._work.get(_MODELS[effect.noun], effect.id, effect.noun)
        for name, value in before.items():
            setattr(row, name, value)
        self._work.session.flush()
        self._index(effect.noun, row)
        self._work.record("import.restored", effect.noun, effect.id, after={**before, "run": self._run_id})

    def _index(self, noun: str, row: Any) -> None:
        session = self._work.session
        if noun == "ticket":
            index_ticket(session, row, self._types.get(row.type))
        elif noun == "asset":
            index_asset(session, row)
        elif noun == "party":
            index_party(session, row)

    def _delete(self, noun: str, ids: Collection[UUID]) -> None:
        model = _MODELS[noun]
        if noun == "ticket":
            forget_duties(self._work.session, ids)
        for group in self._leaves_first(ids) if noun == "asset" else [ids]:
            for some in chunks(group):
                statement = delete(model).where(model.id.in_(some)).execution_options(synchronize_session=False)
                self._work.session.execute(statement)
        if noun in _FOUND_BY_WORDS:
            search.remove(self._work.session, noun, list(ids))
            for key in ids:
                self._work.record("import.removed", noun, key, after={"run": self._run_id})

    def _leaves_first(self, ids: Collection[UUID]) -> Sequence[Sequence[UUID]]:
        """Return the assets by depth, the deepest first, since a child points at its parent."""
        levels: dict[int, list[UUID]] = {}
        for some in chunks(ids):
            query = select(AssetRow.id, AssetRow.path).where(AssetRow.id.in_(some))
            for key, path in self._work.session.execute(query):
                levels.setdefault(path.count("/"), []).append(key)
        return [levels[depth] for depth in sorted(levels, reverse=True)]
