"""Assets: the tree of things that tickets are about, and who is linked to them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session, aliased

from gongdan.domain.assets import AssetKind, Term, child_path
from gongdan.domain.folding import is_blank
from gongdan.domain.searching import fold
from gongdan.errors import Conflict, FieldProblem, InvalidInput, NotFound, StaleVersion
from gongdan.services.attachment_rows import words_of
from gongdan.services.finding import question, readings
from gongdan.services.grids import AssetView, Grid, asset_view, natural, read_grid
from gongdan.services.schemas import read_fields
from gongdan.services.work import Work, changed, get_row
from gongdan.storage import search
from gongdan.storage.assets import AssetAliasRow, AssetLinkRow, AssetRow, AssetSerialRow
from gongdan.storage.parties import PartyRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

PAGE_SIZE = 50
#: So many places of one name are offered to choose from.
_MOST_MEANT = 10


@dataclass(frozen=True, slots=True)
class AssetLinkView:
    """A dated link of an asset, with the name of its far side."""

    id: UUID
    role: str
    party_id: UUID | None
    party_name: str
    #: The asset at the far side; of a link that another asset has to this one, that other asset.
    other_asset_id: UUID | None
    begins: date | None
    ends: date | None
    other_label: str = ""
    #: The link belongs to the other asset and ends there.
    is_incoming: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetInput:
    """What a person fills in about an asset."""

    kind: str
    code: str
    label: str = ""
    parent_id: UUID | None = None
    position: str = ""
    state: str = ""
    fields: Mapping[str, object] = field(default_factory=dict)


class Assets:
    """Use cases around assets of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def kinds(self) -> Sequence[AssetKind]:
        """Return the kinds that the company's plugins declare."""
        return self._desk.installation.plugins.catalogue.asset_kinds.of(self._desk.enabled)

    def find(self, asset_id: UUID) -> AssetView:
        """Return an asset; raises ``NotFound``."""
        self._desk.require("asset.view")
        with self._desk.reading() as session:
            row = session.scalars(select(AssetRow).where(AssetRow.id == asset_id)).one_or_none()
            if row is None:
                raise NotFound("asset", str(asset_id))
            return asset_view(row)

    def list(self, text: str = "", *, kind: str = "", after: str = "", limit: int = PAGE_SIZE) -> Sequence[AssetView]:
        """Return assets in the order of the tree, from behind the path ``after``."""
        self._desk.require("asset.view")
        query = select(AssetRow).order_by(AssetRow.path).limit(limit)
        with self._desk.reading() as session:
            if text.strip():
                query = query.where(
                    AssetRow.id.in_(search.find(session, "asset", question(self._desk, text), limit=500))
                )
            if kind:
                query = query.where(AssetRow.kind == kind)
            if after:
                query = query.where(AssetRow.path > after)
            return tuple(asset_view(row) for row in session.scalars(query))

    def children(self, parent_id: UUID | None, *, limit: int | None = None) -> Sequence[AssetView]:
        """Return what stands directly under an asset, or the roots; with ``limit``, only the first of them by path."""
        self._desk.require("asset.view")
        condition = AssetRow.parent_id.is_(None) if parent_id is None else AssetRow.parent_id == parent_id
        with self._desk.reading() as session:
            rows = session.scalars(select(AssetRow).where(condition).order_by(AssetRow.path).limit(limit)).all()
            return tuple(sorted(map(asset_view, rows), key=lambda asset: natural(asset.code)))

    def by_name(self, name: str) -> AssetView | None:
        """Return the asset of a label, path or alias, as typed; None when there is none."""
        return next(iter(self._called([name.strip()])), None)

    def meant_by(self, typed: str) -> Sequence[AssetView]:
        """Return what a person may mean who types a place: what is called so, else what its kind's spellings name."""
        return self._called([typed.strip()]) or self._called(readings(self._desk, typed))

    def _called(self, names: Collection[str]) -> Sequence[AssetView]:
        self._desk.require("asset.view")
        wanted = [name for name in names if name]
        alias = select(AssetAliasRow.asset_id).where(AssetAliasRow.alias.in_(map(fold, wanted)))
        query = select(AssetRow).where(
            or_(AssetRow.label.in_(wanted), AssetRow.path.in_(wanted), AssetRow.id.in_(alias))
        )
        with self._desk.reading() as session:
            return tuple(asset_view(row) for row in session.scalars(query.order_by(AssetRow.path).limit(_MOST_MEANT)))

    def lineage(self, asset: AssetView) -> Sequence[AssetView]:
        """Return what stands above an asset, from the root down."""
        self._desk.require("asset.view")
        codes = asset.path.split("/")[1:]
        above = ["/" + "/".join(codes[:length]) for length in range(1, len(codes))]
        with self._desk.reading() as session:
            rows = session.scalars(select(AssetRow).where(AssetRow.path.in_(above)).order_by(AssetRow.path))
            return tuple(map(asset_view, rows))

    def aliases(self, asset_id: UUID) -> Sequence[str]:
        """Return the other names of an asset, folded, by name."""
        self._desk.require("asset.view")
        query = select(AssetAliasRow.alias).where(AssetAliasRow.asset_id == asset_id)
        with self._desk.reading() as session:
            return tuple(session.scalars(query.order_by(AssetAliasRow.alias)))

    def serials(self, asset_id: UUID) -> Sequence[tuple[str, str]]:
        """Return the serial numbers of an asset as (kind, value)."""
        self._desk.require("asset.view")
        query = select(AssetSerialRow.kind, AssetSerialRow.value).where(AssetSerialRow.asset_id == asset_id)
        with self._desk.reading() as session:
            return tuple(session.execute(query.order_by(AssetSerialRow.kind)))

    def sizes(self, parent_ids: Collection[UUID]) -> Mapping[UUID, int]:
        """Return how many assets stand directly under each of the given ones; none are left out."""
        self._desk.require("asset.view")
        query = (
            select(AssetRow.parent_id, func.count())
            .where(AssetRow.parent_id.in_(parent_ids))
            .group_by(AssetRow.parent_id)
        )
        with self._desk.reading() as session:
            return {key: count for key, count in session.execute(query) if key}

    def grid(self, root_id: UUID) -> Grid:
        """Return everything under an asset whose kind is drawn as tiles, by section and floor."""
        self._desk.require("asset.view")
        kinds = [kind.name for kind in self.kinds() if kind.in_grid]
        with self._desk.reading() as session:
            root = get_row(session, AssetRow, root_id, "asset")
            return read_grid(self._desk, session, root, kinds)

    def create(self, given: AssetInput) -> AssetView:
        """Make an asset; raises ``InvalidInput`` or ``Conflict``."""
        self._desk.require("asset.edit")
        kind, fields = self._checked(given)
        with self._desk.working() as work:
            parent = work.get(AssetRow, given.parent_id, "asset") if given.parent_id else None
            if (parent.kind if parent else "") not in (kind.parents or ("",)):
                raise _invalid("parent", parent.label if parent else "", msg("不能放在这一级下面"))
            path = child_path(parent.path if parent else "", given.code.strip())
            if work.session.scalar(select(AssetRow.id).where(AssetRow.path == path)):
                raise Conflict("asset", path)
            row = AssetRow(
                kind=kind.name,
                code=given.code.strip(),
                label=given.label.strip() or given.code.strip(),
                parent_id=given.parent_id,
                path=path,
                position=given.position,
                state=given.state,
                fields=fields,
                created_at=work.now,
                flags=[],
            )
            work.session.add(row)
            work.session.flush()
            index_asset(work.session, row)
            work.record("asset.created", "asset", row.id, after={"path": path, "label": row.label, "fields": fields})
            return asset_view(row)

    def change(self, asset_id: UUID, version: int, given: AssetInput) -> AssetView:
        """Change label, state, position and fields; a former label stays as an alias. Raises ``StaleVersion``."""
        self._desk.require("asset.edit")
        _, fields = self._checked(given)
        with self._desk.working() as work:
            row = work.get(AssetRow, asset_id, "asset", lock=True)
            if row.version != version:
                raise StaleVersion("asset", row.label, version, row.version)
            before = _values(row)
            label = given.label.strip() or row.label
            if label != row.label:
                self._keep_alias(work, row)
            row.label, row.state, row.position = label, given.state, given.position
            emptied = given.fields.keys() - fields.keys()
            row.fields = {**{name: value for name, value in row.fields.items() if name not in emptied}, **fields}
            work.session.flush()
            index_asset(work.session, row)
            old, new = changed(before, _values(row))
            work.record("asset.changed", "asset", row.id, before=old, after=new)
            return asset_view(row)

    def add_serial(self, asset_id: UUID, kind: str, value: str) -> None:
        """Give an asset a serial number of a declared kind; raises ``Conflict`` when another asset carries it."""
        self._desk.require("asset.edit")
        with self._desk.working() as work:
            row = work.get(AssetRow, asset_id, "asset")
            declared = next((each for each in self.kinds() if each.name == row.kind), None)
            if declared is None or kind not in declared.serials:
                raise _invalid("kind", kind, msg("不是可选的值"))
            taken = work.session.scalar(
                select(AssetRow.label)
                .join(AssetSerialRow, AssetSerialRow.asset_id == AssetRow.id)
                .where(AssetSerialRow.kind == kind, AssetSerialRow.value == value)
            )
            if taken:
                raise Conflict("serial", f"{value} · {taken}")
            work.session.add(AssetSerialRow(asset_id=row.id, kind=kind, value=value))
            work.session.flush()
            index_asset(work.session, row)
            work.record("asset.serial_added", "asset", asset_id, after={"kind": kind, "value": value})

    def links(self, asset_id: UUID) -> Sequence[AssetLinkView]:
        """Return the links of an asset and those of others to it, open ones first."""
        self._desk.require("asset.view")
        near, other = aliased(AssetRow), aliased(AssetRow)
        query = (
            select(AssetLinkRow, PartyRow.name, PartyRow.secrecy, near.label, other.label)
            .join(near, near.id == AssetLinkRow.asset_id)
            .outerjoin(PartyRow, PartyRow.id == AssetLinkRow.party_id)
            .outerjoin(other, other.id == AssetLinkRow.other_asset_id)
            .where(or_(AssetLinkRow.asset_id == asset_id, AssetLinkRow.other_asset_id == asset_id))
            .order_by(AssetLinkRow.ends.is_not(None), AssetLinkRow.begins.desc())
        )
        with self._desk.reading() as session:
            called = self._desk.gate.party_name
            return tuple(
                _link_view(asset_id, link, called(own or "", name or ""), _far(asset_id, link, label, other_label))
                for link, name, own, label, other_label in session.execute(query)
            )

    def grid_roots(self) -> Sequence[AssetView]:
        """Return the assets that are drawn as a grid, such as buildings, in the order of their codes."""
        self._desk.require("asset.view")
        kinds = {kind.name: kind for kind in self.kinds()}
        wanted = set()
        for above in {parent for kind in kinds.values() if kind.in_grid for parent in kind.parents}:
            # Units stand in sections of a building, or in the building itself.
            wanted |= set(kinds[above].parents) if above in kinds and kinds[above].parents else {above}
        with self._desk.reading() as session:
            rows = session.scalars(select(AssetRow).where(AssetRow.kind.in_(wanted))).all()
            return tuple(sorted(map(asset_view, rows), key=lambda asset: natural(asset.path)))

    def open_tickets(self, assets: Collection[AssetView]) -> Mapping[UUID, int]:
        """Return how many tickets are open about each asset and everything under it."""
        self._desk.require("asset.view")
        query = (
            select(AssetRow.path).join(TicketRow, TicketRow.asset_id == AssetRow.id).where(TicketRow.is_open.is_(True))
        )
        with self._desk.reading() as session:
            paths = session.scalars(query).all()
        return {asset.id: sum(f"{path}/".startswith(f"{asset.path}/") for path in paths) for asset in assets}

    def link(
        self,
        asset_id: UUID,
        role: str,
        *,
        party_id: UUID | None = None,
        other_asset_id: UUID | None = None,
        begins: date | None = None,
        ends: date | None = None,
    ) -> None:
        """Link an asset to a party or another asset for a term; raises ``Conflict`` when a rule allows only one."""
        with self._desk.working() as work:
            self.link_in(
                work, asset_id, role, party_id=party_id, other_asset_id=other_asset_id, begins=begins, ends=ends
            )

    def link_in(
        self,
        work: Work,
        asset_id: UUID,
        role: str,
        *,
        party_id: UUID | None = None,
        other_asset_id: UUID | None = None,
        begins: date | None = None,
        ends: date | None = None,
    ) -> None:
        """Link an asset as ``link`` does, inside a running transaction."""
        self._desk.require("asset.edit")
        declared = self._desk.installation.plugins.catalogue.link_rules.of(self._desk.enabled)
        rule = next((rule for rule in declared if rule.role == role), None)
        if rule is None:
            raise _invalid("role", role, msg("不是可选的关系"))
        if (party_id is None) == (other_asset_id is None) or other_asset_id == asset_id:
            raise _invalid("party", "", msg("请选择一位客户或一项资产"))
        if begins and ends and ends <= begins:
            raise _invalid("ends", ends.isoformat(), msg("结束日期应晚于开始日期"))
        self._lock_ends(work, asset_id, party_id, other_asset_id)
        name = self._far_name(work, party_id, other_asset_id)
        far = AssetLinkRow.party_id == party_id if party_id else AssetLinkRow.other_asset_id == other_asset_id
        conditions: list[ColumnElement[bool]] = [(AssetLinkRow.asset_id == asset_id) & far]
        conditions += [AssetLinkRow.asset_id == asset_id] if rule.one_per_asset else []
        conditions += [far] if rule.one_per_target else []
        self._refuse_overlap(work.session, role, or_(*conditions), Term(begins, ends))
        link = AssetLinkRow(
            asset_id=asset_id,
            role=role,
            party_id=party_id,
            other_asset_id=other_asset_id,
            begins=begins,
            ends=ends,
        )
        work.session.add(link)
        work.session.flush()
        work.record(
            "asset.linked",
            "asset",
            asset_id,
            after={
                "role": role,
                "name": name,
                "party": party_id,
                "other": other_asset_id,
                "begins": begins,
                "ends": ends,
            },
        )

    def end_link(self, link_id: UUID, day: date) -> None:
        """Close a link; ``day`` is the first day on which it no longer holds."""
        self._desk.require("asset.edit")
        with self._desk.working() as work:
            link = work.get(AssetLinkRow, link_id, "link")
            if link.begins and day < link.begins:
                raise _invalid("ends", day.isoformat(), msg("结束日期应晚于开始日期"))
            if link.ends and day > link.ends:
                raise _invalid("ends", day.isoformat(), msg("已结束的关系不能再延长"))
            name = self._far_name(work, link.party_id, link.other_asset_id)
            after = {"role": link.role, "name": name, "ends": day}
            work.record("asset.link_ended", "asset", link.asset_id, before={"ends": link.ends}, after=after)
            link.ends = day

    @staticmethod
    def _lock_ends(work: Work, asset_id: UUID, party_id: UUID | None, other_asset_id: UUID | None) -> None:
        """Lock both ends in one order, so that no two people give one of them away at the same time."""
        for key in sorted({asset_id, other_asset_id or asset_id}):
            work.get(AssetRow, key, "asset", lock=True)
        if party_id:
            work.get(PartyRow, party_id, "party", lock=True)

    def _checked(self, given: AssetInput) -> tuple[AssetKind, dict[str, object]]:
        kind = next((kind for kind in self.kinds() if kind.name == given.kind), None)
        if kind is None:
            raise _invalid("kind", given.kind, msg("不是可选的值"))
        fields, problems = read_fields(kind.fields, given.fields, self._desk.zone)
        if is_blank(given.code) or "/" in given.code:
            problems.append(FieldProblem("code", given.code, msg("必须填写，且不能含“/”"), label=msg("编号")))
        if given.state and given.state not in {value for value, _ in kind.states}:
            problems.append(FieldProblem("state", given.state, msg("不是可选的值"), label=msg("状态")))
        if problems:
            raise InvalidInput(tuple(problems))
        return kind, fields

    def _today(self) -> date:
        return self._desk.installation.clock().astimezone(self._desk.zone).date()

    def _far_name(self, work: Work, party_id: UUID | None, other_asset_id: UUID | None) -> str:
        """Return what stands at the far side of a link; raises ``NotFound``."""
        if party_id:
            party = work.get(PartyRow, party_id, "party")
            return self._desk.gate.party_name(party.secrecy, party.name)
        return work.get(AssetRow, other_asset_id, "asset").label if other_asset_id else ""

    @staticmethod
    def _keep_alias(work: Work, row: AssetRow) -> None:
        alias = fold(row.label)
        if not work.session.scalar(select(AssetAliasRow.id).where(AssetAliasRow.alias == alias)):
            work.session.add(AssetAliasRow(asset_id=row.id, alias=alias))

    def _refuse_overlap(self, session: Session, role: str, condition: object, term: Term) -> None:
        query = (
            select(AssetLinkRow, AssetRow.label, PartyRow.name, PartyRow.secrecy)
            .join(AssetRow, AssetRow.id == AssetLinkRow.asset_id)
            .outerjoin(PartyRow, PartyRow.id == AssetLinkRow.party_id)
            .where(AssetLinkRow.role == role, condition)  # type: ignore[arg-type]  # an SQL expression
        )
        for link, label, name, own_class in session.execute(query):
            if term.overlaps(Term(link.begins, link.ends)):
                called = self._desk.gate.party_name(own_class or "", name or "")
                raise Conflict("link", f"{label} · {called}".strip(" ·"))


def index_asset(session: Session, row: AssetRow) -> None:
    """Bring the search index up to date with an asset, its other names, serials and files."""
    aliases = session.scalars(select(AssetAliasRow.alias).where(AssetAliasRow.asset_id == row.id)).all()
    serials = session.scalars(select(AssetSerialRow.value).where(AssetSerialRow.asset_id == row.id)).all()
    words = [row.label, row.path, *aliases, *serials, *words_of(session, "asset", row.id)]
    search.replace(session, search.Document("asset", row.id, words, row.created_at))


def _far(asset_id: UUID, link: AssetLinkRow, label: str, other_label: str | None) -> str:
    return (label if link.asset_id != asset_id else other_label) or ""


def _link_view(asset_id: UUID, link: AssetLinkRow, party_name: str, other_label: str) -> AssetLinkView:
    is_incoming = link.asset_id != asset_id
    other_id = link.asset_id if is_incoming else link.other_asset_id
    return AssetLinkView(
        link.id, link.role, link.party_id, party_name, other_id, link.begins, link.ends, other_label, is_incoming
    )


def _values(row: AssetRow) -> dict[str, object]:
    return {"label": row.label, "state": row.state, "position": row.position, "fields": dict(row.fields)}


def _invalid(name: str, value: str, rule: str) -> InvalidInput:
    return InvalidInput((FieldProblem(name, value, rule),))
