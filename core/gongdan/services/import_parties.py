"""Finding and writing the parties that an import names."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from gongdan.domain.facts import PartyFact
from gongdan.domain.identifiers import check_identity_number, check_phone, mask_identity_number
from gongdan.domain.verdicts import Verdict
from gongdan.services.import_effects import Additions, Effect
from gongdan.services.work import Work
from gongdan.storage import search
from gongdan.storage.parties import ContactPointRow, PartyRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

_IDENTITY = ("identity_cipher", "identity_digest", "identity_mask", "identity_verdict")


@dataclass(slots=True)
class _Known:
    """A party that the batch may mean."""

    row: PartyRow
    phones: list[str]
    #: Made by this batch, and not yet in the database.
    is_new: bool = False


@dataclass(slots=True)
class KnownParties:
    """The parties that a batch may mean, by what they are found under; a name alone is never enough."""

    by_identity: dict[tuple[str, str], _Known] = field(default_factory=dict)
    by_phone: dict[tuple[str, str], _Known] = field(default_factory=dict)
    by_id: dict[UUID, _Known] = field(default_factory=dict)

    def add(self, party: _Known) -> None:
        """Make a party findable."""
        row = party.row
        self.by_id[row.id] = party
        if row.identity_digest:
            self.by_identity[row.name, row.identity_digest] = party
        for phone in party.phones:
            self.by_phone[row.name, phone] = party


class PartyWriter:
    """Finds or makes the parties of one import run."""

    def __init__(self, desk: "CompanyDesk", run_id: UUID) -> None:
        self._run_id = run_id
        self._vault = desk.installation.vault

    def known(self, session: Session, facts: Collection[PartyFact], linked: Collection[UUID]) -> KnownParties:
        """Return the stored parties that the facts may mean: by number, by phone, or by id."""
        phones = {phone for fact in facts for phone in _phones(fact)}
        digests = {self._vault.digest(fact.identity) for fact in facts if fact.identity}
        ids = {*linked, *_ids_of_phones(session, phones), *_ids_of_digests(session, digests)}
        known = KnownParties()
        for party in _load(session, ids):
            known.add(party)
        return known

    def find_or_make(
        self, work: Work, fact: PartyFact, known: KnownParties, linked: Collection[UUID]
    ) -> tuple[UUID, Additions, list[Effect]]:
        """Return the party of a fact, and what is made and changed for it."""
        party = self._find(fact, known, linked)
        additions = Additions()
        effects: list[Effect] = []
        if party is None:
            party = self._make(work, fact, additions)
        else:
            effects = self._complete(work, party, fact, additions)
        known.add(party)
        return party.row.id, additions, effects

    def _find(self, fact: PartyFact, known: KnownParties, linked: Collection[UUID]) -> _Known | None:
        if fact.identity and (party := known.by_identity.get((fact.name, self._vault.digest(fact.identity)))):
            return party
        for phone in _phones(fact):
            if party := known.by_phone.get((fact.name, phone)):
                return party
        here = (known.by_id[key] for key in linked if key in known.by_id)
        return next((party for party in here if party.row.name == fact.name), None)

    def _make(self, work: Work, fact: PartyFact, additions: Additions) -> _Known:
        row = PartyRow(
            id=uuid7(),
            kind=fact.kind,
            name=fact.name,
            tier="",
            remark="",
            created_at=work.now,
            import_run_id=self._run_id,
            flags=[],
            **self._identity(fact),
        )
        phones = list(_phones(fact))
        additions.parties.append(row)
        additions.points += _points(row.id, phones)
        additions.documents.append(search.Document("party", row.id, [row.name, *phones], work.now))
        after = {"run": self._run_id, "name": row.name, "phones": phones}
        work.record("party.imported", "party", row.id, after=after)
        return _Known(row, phones, is_new=True)

    def _complete(self, work: Work, party: _Known, fact: PartyFact, additions: Additions) -> list[Effect]:
        """Add what the stored party lacks; of what is stored, only a wrong number gives way, to a right one."""
        missing = [phone for phone in _phones(fact) if phone not in party.phones]
        additions.points += _points(party.row.id, missing)
        party.phones += missing
        effects: list[Effect] = []
        if self._is_better_identity(party.row, fact):
            before = {name: getattr(party.row, name) for name in _IDENTITY}
            effects += [] if party.is_new else [Effect("party", party.row.id, before)]
            for name, value in self._identity(fact).items():
                setattr(party.row, name, value)
        if missing or effects:
            document = search.Document("party", party.row.id, [party.row.name, *party.phones], work.now)
            additions.documents.append(document)
            after = {"run": self._run_id, "phones": missing, "identity": mask_identity_number(fact.identity)}
            work.record("party.changed", "party", party.row.id, after=after)
        return effects

    def _is_better_identity(self, row: PartyRow, fact: PartyFact) -> bool:
        if not fact.identity or row.identity_verdict == Verdict.OK:
            return False
        return not row.identity_digest or check_identity_number(fact.identity).verdict is Verdict.OK

    def _identity(self, fact: PartyFact) -> dict[str, Any]:
        if not fact.identity:
            return dict(zip(_IDENTITY, (None, None, "", ""), strict=True))
        values = (
            self._vault.encrypt(fact.identity),
            self._vault.digest(fact.identity),
            mask_identity_number(fact.identity),
            check_identity_number(fact.identity).verdict.value,
        )
        return dict(zip(_IDENTITY, values, strict=True))


def _phones(fact: PartyFact) -> tuple[str, ...]:
    return tuple(dict.fromkeys(check_phone(phone).value or phone for phone in fact.phones))


def _points(party_id: UUID, phones: Sequence[str]) -> list[ContactPointRow]:
    return [
        ContactPointRow(
            id=uuid7(),
            party_id=party_id,
            kind="phone",
            raw=phone,
            normalised=phone,
            verdict=check_phone(phone).verdict.value,
            consent=[],
        )
        for phone in phones
    ]


def _ids_of_phones(session: Session, phones: Collection[str]) -> set[UUID]:
    return set(session.scalars(select(ContactPointRow.party_id).where(ContactPointRow.normalised.in_(phones))))


def _ids_of_digests(session: Session, digests: Collection[str]) -> set[UUID]:
    return set(session.scalars(select(PartyRow.id).where(PartyRow.identity_digest.in_(digests))))


def _load(session: Session, ids: Collection[UUID]) -> list[_Known]:
    phones: dict[UUID, list[str]] = {}
    points = select(ContactPointRow.party_id, ContactPointRow.normalised).where(
        ContactPointRow.party_id.in_(ids), ContactPointRow.kind == "phone"
    )
    for party_id, phone in session.execute(points.order_by(ContactPointRow.id)):
        phones.setdefault(party_id, []).append(phone)
    rows = session.scalars(
        select(PartyRow).where(PartyRow.id.in_(ids)).order_by(PartyRow.id).with_for_update(key_share=True)
    )
    return [_Known(row, phones.get(row.id, [])) for row in rows]
