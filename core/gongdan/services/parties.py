"""Parties: the people and companies that a company deals with."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.folding import fold_identifier, is_blank
from gongdan.domain.identifiers import check_identity_number, check_phone, mask_identity_number
from gongdan.domain.secrecy import SecrecyClass, masked_name, masked_phone, text_problems, withheld
from gongdan.domain.verdicts import Verdict
from gongdan.errors import FieldProblem, InvalidInput, NotFound, SecrecyClosed, StaleVersion
from gongdan.services.attachment_rows import words_of
from gongdan.services.finding import question
from gongdan.services.party_lists import Around, read_around
from gongdan.services.secrecy_gate import Reading, reading_under
from gongdan.services.work import Work, changed, get_row
from gongdan.storage import search
from gongdan.storage.assets import AssetLinkRow, AssetRow
from gongdan.storage.parties import ContactPointRow, PartyRow, RelationRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Rows on a page of a list.
PAGE_SIZE = 50
#: What a classified party hides from who has not opened it.
PARTY_PARTS = ("name", "phones", "remark")
#: Three digits are in every number, and no number is longer than what is kept of it.
_FEWEST_DIGITS, _LONGEST_NUMBER = 4, 120


@dataclass(frozen=True, slots=True)
class ContactPointView:
    """A way to reach a party."""

    id: UUID
    kind: str
    raw: str
    normalised: str
    verdict: str
    verified_at: datetime | None
    consent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PartyView:
    """A party; its identity number is masked, and much more of one that is classified."""

    id: UUID
    kind: str
    name: str
    identity_mask: str
    identity_verdict: str
    tier: str
    remark: str
    flags: tuple[str, ...]
    version: int
    contact_points: tuple[ContactPointView, ...] = ()
    secrecy: SecrecyClass = SecrecyClass.ORDINARY
    #: Name, numbers and remark are not shown as they are.
    is_masked: bool = False

    @property
    def phones(self) -> tuple[str, ...]:
        """Return the phone numbers, normalised."""
        return tuple(point.normalised for point in self.contact_points if point.kind == "phone")


@dataclass(frozen=True, slots=True)
class HoldingView:
    """An asset that a party is linked to, with the role and the term of the link."""

    asset_id: UUID
    asset_label: str
    role: str
    begins: date | None
    ends: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyInput:
    """What a person fills in about a party; phones as typed."""

    kind: str = "person"
    name: str
    phones: Sequence[str] = ()
    #: None leaves a stored number as it is; an empty text removes it.
    identity: str | None = None
    tier: str = ""
    remark: str = ""
    consent: Mapping[str, Sequence[str]] = field(default_factory=dict)


class Parties:
    """Use cases around parties of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def find(self, party_id: UUID) -> PartyView:
        """Return a party, whole when the actor has opened it, which is written down; raises ``NotFound``."""
        self._desk.require("party.view")
        with self._desk.reading() as session:
            return self._opened(session, party_id)

    def see(self, party_id: UUID) -> None:
        """Hand out nothing; raises ``NotFound`` or ``NotAllowed`` for what the actor may not see."""
        self._desk.require("party.view")
        with self._desk.reading() as session:
            get_row(session, PartyRow, party_id, "party")

    def list(self, text: str = "", *, after: str = "", limit: int = PAGE_SIZE) -> tuple[Sequence[PartyView], str]:
        """Return a page of parties by name, and the key of the next page (empty on the last)."""
        self._desk.require("party.view")
        query = select(PartyRow.id, PartyRow.name).order_by(PartyRow.name, PartyRow.id).limit(limit + 1)
        with self._desk.reading() as session:
            if text.strip():
                query = query.where(
                    PartyRow.id.in_(search.find(session, "party", question(self._desk, text), limit=500))
                )
            if after:
                name, last = _place(session, after)
                query = query.where((PartyRow.name > name) | ((PartyRow.name == name) & (PartyRow.id > last)))
            rows = session.execute(query).all()
            found = views(self._desk, session, [row.id for row in rows[:limit]])
            next_key = str(rows[limit - 1].id) if len(rows) > limit else ""
            return tuple(found.values()), next_key

    def by_phone(self, phone: str) -> Sequence[PartyView]:
        """Return the parties that are reached under a number, as typed; none for fewer than four digits, or a novel.

        Who may not see numbers whole types all of it: from its beginning he could find out the rest. So does
        everybody for a classified customer.
        """
        self._desk.require("party.view")
        wanted = fold_identifier(phone)
        if not _FEWEST_DIGITS <= len(wanted) <= _LONGEST_NUMBER:
            return ()
        exactly = ContactPointRow.normalised == (check_phone(phone).value or wanted)
        begins = ContactPointRow.normalised.like(f"{_escaped(wanted)}%", escape="\\")
        found = exactly | begins if self._desk.actor.may("party.phone") else exactly
        query = select(ContactPointRow.party_id, exactly.label("is_exact")).where(found).limit(10)
        with self._desk.reading() as session:
            rows = session.execute(query).all()
            exact = {row.party_id for row in rows if row.is_exact}
            known = views(self._desk, session, list(dict.fromkeys(row.party_id for row in rows)))
            return tuple(party for party in known.values() if party.id in exact or not party.is_masked)

    def holdings(self, party_id: UUID) -> Sequence[HoldingView]:
        """Return the assets the party is or was linked to, open links first."""
        self._desk.require("party.view")
        query = (
            select(AssetLinkRow, AssetRow.label)
            .join(AssetRow, AssetRow.id == AssetLinkRow.asset_id)
            .where(AssetLinkRow.party_id == party_id)
            .order_by(AssetLinkRow.ends.is_not(None), AssetRow.path)
        )
        with self._desk.reading() as session:
            return tuple(
                HoldingView(link.asset_id, label, link.role, link.begins, link.ends)
                for link, label in session.execute(query)
            )

    def around(self, party_ids: Collection[UUID]) -> Mapping[UUID, Around]:
        """Return what a list shows beside each party: its places of today and its open tickets."""
        self._desk.require("party.view")
        today = self._desk.installation.clock().astimezone(self._desk.zone).date()
        with self._desk.reading() as session:
            return read_around(session, party_ids, today)

    def create(self, given: PartyInput) -> PartyView:
        """Make a party; raises ``InvalidInput``. An identity number with a wrong check character is refused."""
        with self._desk.working() as work:
            return self.create_in(work, given)

    def create_in(self, work: Work, given: PartyInput) -> PartyView:
        """Make a party as ``create`` does, inside a running transaction."""
        self._desk.require("party.edit")
        problems, identity = _problems(given)
        if problems:
            raise InvalidInput(tuple(problems))
        row = PartyRow(
            kind=given.kind,
            name=given.name.strip(),
            tier=given.tier,
            remark=given.remark.strip(),
            created_at=work.now,
            identity_mask="",
            identity_verdict="",
            flags=[],
        )
        self._set_identity(row, identity)
        work.session.add(row)
        work.session.flush()
        self._set_phones(work.session, row, given)
        work.record("party.created", "party", row.id, after={"name": row.name, "phones": list(given.phones)})
        index_party(work.session, row)
        return views(self._desk, work.session, [row.id])[row.id]

    def change(self, party_id: UUID, version: int, given: PartyInput) -> PartyView:
        """Change a party; raises ``StaleVersion``, ``InvalidInput``, or ``SecrecyClosed`` for one behind masks."""
        self._desk.require("party.edit")
        with self._desk.working() as work:
            row = work.get(PartyRow, party_id, "party", lock=True)
            if self._desk.gate.class_of("party", row).is_classified:
                self._require_opened(work.session, row)
            problems, identity = _problems(given)
            if problems:
                raise InvalidInput(tuple(problems))
            if row.version != version:
                raise StaleVersion("party", masked_name(row.name), version, row.version)
            before = _journalled(work.session, row)
            row.kind, row.name = given.kind, given.name.strip()
            row.tier, row.remark = given.tier, given.remark.strip()
            if given.identity is not None:
                self._set_identity(row, identity)
            self._set_phones(work.session, row, given)
            work.session.flush()
            old, new = changed(before, _journalled(work.session, row))
            work.record("party.changed", "party", row.id, before=old, after=new)
            index_party(work.session, row)
            return self._opened(work.session, row.id)

    def unmask(self, party_id: UUID, reason: str) -> str:
        """Return the full identity number; the reading and its reason are written down for every customer.

        Raises ``InvalidInput`` without a reason, and ``SecrecyClosed`` for a classified customer who is not opened.
        """
        self._desk.require("party.unmask")
        if problems := text_problems(reason):
            raise InvalidInput(problems)
        with self._desk.working() as work:
            row = work.get(PartyRow, party_id, "party")
            level = self._desk.gate.class_of("party", row)
            if level.is_classified:
                self._require_opened(work.session, row)
            told = Reading(
                noun="party",
                record_id=row.id,
                label=masked_name(row.name),
                level=level,
                parts=("identity",),
                reason_kind="identity",
                reason=reason.strip(),
            )
            self._desk.gate.hand_out([told])
            return self._desk.installation.vault.decrypt(row.identity_cipher) if row.identity_cipher else ""

    def relate(
        self, from_id: UUID, role: str, to_id: UUID, *, begins: date | None = None, ends: date | None = None
    ) -> None:
        """Relate two parties from ``begins`` inclusive to ``ends`` exclusive; raises ``InvalidInput``."""
        self._desk.require("party.edit")
        if begins and ends and ends <= begins:
            raise InvalidInput((FieldProblem("ends", ends.isoformat(), msg("结束日期应晚于开始日期")),))
        with self._desk.working() as work:
            work.get(PartyRow, from_id, "party")
            work.get(PartyRow, to_id, "party")
            work.session.add(RelationRow(role=role, from_id=from_id, to_id=to_id, begins=begins, ends=ends))
            work.record("party.related", "party", from_id, after={"role": role, "to": to_id})

    def _opened(self, session: Session, party_id: UUID) -> PartyView:
        """Return a party, whole when the actor may read it as it is; raises ``NotFound``."""
        seen = views(self._desk, session, [party_id])[party_id]
        access = self._desk.gate.access(session, "party", party_id) if seen.is_masked else None
        if access is None:
            return seen
        self._desk.gate.hand_out([reading_under(access, seen.name, seen.secrecy, PARTY_PARTS)])
        return plain_views(self._desk, session, [party_id])[party_id]

    def _require_opened(self, session: Session, row: PartyRow) -> None:
        if self._desk.gate.access(session, "party", row.id) is None:
            raise SecrecyClosed("secrecy.read", "party", str(row.id))

    def _set_identity(self, row: PartyRow, identity: str) -> None:
        vault = self._desk.installation.vault
        row.identity_cipher = vault.encrypt(identity) if identity else None
        row.identity_digest = vault.digest(identity) if identity else None
        row.identity_mask = mask_identity_number(identity) if identity else ""
        row.identity_verdict = Verdict.OK.value if identity else ""

    def _set_phones(self, session: Session, row: PartyRow, given: PartyInput) -> None:
        stored = session.scalars(
            select(ContactPointRow).where(ContactPointRow.party_id == row.id, ContactPointRow.kind == "phone")
        ).all()
        wanted = {check_phone(phone).value or fold_identifier(phone): phone for phone in given.phones if phone.strip()}
        for point in stored:
            if point.normalised not in wanted:
                session.delete(point)
            elif point.normalised in given.consent:
                point.consent = sorted(given.consent[point.normalised])
        known = {point.normalised for point in stored}
        for normalised, raw in wanted.items():
            if normalised not in known:
                session.add(
                    ContactPointRow(
                        party_id=row.id,
                        kind="phone",
                        raw=raw.strip(),
                        normalised=normalised,
                        verdict=check_phone(raw).verdict.value,
                        consent=sorted(given.consent.get(normalised, ())),
                    )
                )


def views(desk: "CompanyDesk", session: Session, party_ids: Sequence[UUID]) -> dict[UUID, PartyView]:
    """Return parties as lists show them, by id, in the order asked for; raises ``NotFound``."""
    found = plain_views(desk, session, party_ids)
    return {key: _masked(view) if view.secrecy.is_classified else view for key, view in found.items()}


def plain_views(desk: "CompanyDesk", session: Session, party_ids: Sequence[UUID]) -> dict[UUID, PartyView]:
    """Return parties without any mask; whoever hands them out has told the gate. Raises ``NotFound``."""
    rows = {row.id: row for row in session.scalars(select(PartyRow).where(PartyRow.id.in_(party_ids)))}
    points: dict[UUID, list[ContactPointView]] = {}
    query = select(ContactPointRow).where(ContactPointRow.party_id.in_(party_ids)).order_by(ContactPointRow.id)
    for point in session.scalars(query):
        points.setdefault(point.party_id, []).append(_point(point))
    for missing in set(party_ids) - rows.keys():
        raise NotFound("party", str(missing))
    return {key: _view(desk, rows[key], tuple(points.get(key, ()))) for key in party_ids}


def index_party(session: Session, row: PartyRow) -> None:
    """Bring the search index up to date with a party, its contact points and files."""
    phones = session.scalars(select(ContactPointRow.normalised).where(ContactPointRow.party_id == row.id)).all()
    words = [row.name, *phones, *words_of(session, "party", row.id)]
    search.replace(session, search.Document("party", row.id, words, row.created_at))


def _problems(given: PartyInput) -> tuple[list[FieldProblem], str]:
    problems = []
    if is_blank(given.name):
        problems.append(FieldProblem("name", "", msg("必须填写"), label=msg("姓名")))
    if given.kind not in ("person", "company"):
        problems.append(FieldProblem("kind", given.kind, msg("不是可选的值"), label=msg("类型")))
    problems += [
        FieldProblem("phones", phone, msg("不是有效的电话号码"), msg("手机 11 位；固定电话请带区号"), label=msg("电话"))
        for phone in given.phones
        if phone.strip() and check_phone(phone).verdict is Verdict.REJECT
    ]
    identity = ""
    if given.identity:
        finding = check_identity_number(given.identity)
        identity = finding.value or ""
        if finding.verdict is not Verdict.OK:
            problems.append(
                FieldProblem(
                    "identity",
                    given.identity,
                    msg("证件号码的位数或校验码不对"),
                    msg("请对照证件逐位核对"),
                    label=msg("证件号码"),
                )
            )
    return problems, identity


def _journalled(session: Session, row: PartyRow) -> dict[str, object]:
    phones = session.scalars(select(ContactPointRow.normalised).where(ContactPointRow.party_id == row.id)).all()
    return {
        "name": row.name,
        "kind": row.kind,
        "tier": row.tier,
        "remark": row.remark,
        "identity": row.identity_mask,
        "phones": sorted(phones),
    }


def _point(row: ContactPointRow) -> ContactPointView:
    return ContactPointView(row.id, row.kind, row.raw, row.normalised, row.verdict, row.verified_at, tuple(row.consent))


def _view(desk: "CompanyDesk", row: PartyRow, points: tuple[ContactPointView, ...]) -> PartyView:
    return PartyView(
        row.id,
        row.kind,
        row.name,
        row.identity_mask,
        row.identity_verdict,
        row.tier,
        row.remark,
        tuple(row.flags),
        row.version,
        points,
        desk.gate.class_of("party", row),
    )


def _masked(view: PartyView) -> PartyView:
    points = tuple(replace(point, raw=_mask_of(point), normalised=_mask_of(point)) for point in view.contact_points)
    return replace(
        view, name=masked_name(view.name), remark=withheld(view.remark), contact_points=points, is_masked=True
    )


def _mask_of(point: ContactPointView) -> str:
    return masked_phone(point.normalised) if point.kind == "phone" else withheld(point.raw)


def _place(session: Session, key: str) -> tuple[str, UUID]:
    """Return the name and the id that a page ended with; raises ``InvalidInput`` for a key that was made up.

    The key is the id alone: a name may be none that an address should show.
    """
    try:
        name = session.scalar(select(PartyRow.name).where(PartyRow.id == UUID(key)))
    except ValueError:
        name = None
    if name is None:
        raise InvalidInput((FieldProblem("after", key, msg("翻页位置无效"), msg("请回到第一页")),))
    return name, UUID(key)


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
