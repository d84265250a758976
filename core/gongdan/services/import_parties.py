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
from gongdan.services.import_effects import Effect
from gongdan.services.work import Work
from gongdan.storage import search
from gongdan.storage.parties import ContactPointRow, PartyRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


@dataclass(slots=True)
class _Known:
    """A party that the run has met."""

    id: UUID
    name: str
    phones: set[str]
    digest: str


@dataclass(slots=True)
class KnownParties:
    """The parties that a batch may mean, by what they are found under."""

    by_digest: dict[str, _Known] = field(default_factory=dict)
    by_name_and_phone: dict[tuple[str, str], _Known] = field(default_factory=dict)
    by_id: dict[UUID, _Known] = field(default_factory=dict)

    def add(self, party: _Known) -> None:
        """Make a party findable."""
        self.by_id[party.id] = party
        if party.digest:
            self.by_digest[party.digest] = party
        for phone in party.phones:
            self.by_name_and_phone[party.name, phone] = party


class PartyWriter:
    """Finds or makes the parties of one import run."""

    def __init__(self, desk: "CompanyDesk", run_id: UUID) -> None:
        self._desk = desk
        self._run_id = run_id
        self._vault = desk.installation.vault

    def known(self, session: Session, facts: Collection[PartyFact], linked: Collection[UUID]) -> KnownParties:
        """Return the stored parties that the facts may mean: by number, by phone, or by id."""
        phones = {phone for fact in facts for phone in _phones(fact)}
        digests = {self._digest(fact) for fact in facts if fact.identity}
        ids = {*linked, *_ids_of_phones(session, phones), *_ids_of_digests(session, digests)}
        known = KnownParties()
        for party in _load(session, ids):
            known.add(party)
        return known

    def find_or_make(
        self, work: Work, fact: PartyFact, known: KnownParties, linked: Collection[UUID]
    ) -> tuple[UUID, list[Effect]]:
        """Return the party of a fact and what was made or changed for it."""
        party = self._find(fact, known, linked)
        if party is None:
            party, effects = self._make(work, fact)
            known.add(party)
            return party.id, effects
        effects = self._complete(work, party, fact)
        known.add(party)
        return party.id, effects

    def _find(self, fact: PartyFact, known: KnownParties, linked: Collection[UUID]) -> _Known | None:
        if fact.identity and (party := known.by_digest.get(self._digest(fact))):
            return party
        for phone in _phones(fact):
            if party := known.by_name_and_phone.get((fact.name, phone)):
                return party
        same_name = (known.by_id[key] for key in linked if key in known.by_id and known.by_id[key].name == fact.name)
        return next(same_name, None)

    def _make(self, work: Work, fact: PartyFact) -> tuple[_Known, list[Effect]]:
        party = PartyRow(
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
        work.session.add(party)
        work.session.flush()
        points = self._add_phones(work, party.id, _phones(fact))
        search.add(work.session, [search.Document("party", party.id, [fact.name, *_phones(fact)], work.now)])
        after = {"run": self._run_id, "name": fact.name, "phones": list(_phones(fact))}
        work.record("party.imported", "party", party.id, after=after)
        made = _Known(party.id, fact.name, set(_phones(fact)), party.identity_digest or "")
        return made, [Effect("party", party.id), *points]

    def _complete(self, work: Work, party: _Known, fact: PartyFact) -> list[Effect]:
        """Add phones and an identity number that the stored party lacks; nothing that is stored is taken away."""
        missing = [phone for phone in _phones(fact) if phone not in party.phones]
        effects = self._add_phones(work, party.id, missing)
        if fact.identity and not party.digest:
            row = work.get(PartyRow, party.id, "party")
            names = ("identity_cipher", "identity_digest", "identity_mask", "identity_verdict")
            effects.append(Effect("party", party.id, {name: getattr(row, name) for name in names}))
            for name, value in self._identity(fact).items():
                setattr(row, name, value)
            party.digest = self._digest(fact)
        if effects:
            party.phones.update(missing)
            words = [party.name, *sorted(party.phones)]
            search.replace(work.session, search.Document("party", party.id, words, work.now))
            after = {"run": self._run_id, "phones": missing, "identity": mask_identity_number(fact.identity)}
            work.record("party.changed", "party", party.id, after=after)
        return effects

    def _add_phones(self, work: Work, party_id: UUID, phones: Sequence[str]) -> list[Effect]:
        points = [
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
        work.session.add_all(points)
        return [Effect("contact_point", point.id) for point in points]

    def _identity(self, fact: PartyFact) -> dict[str, Any]:
        if not fact.identity:
            return {"identity_cipher": None, "identity_digest": None, "identity_mask": "", "identity_verdict": ""}
        return {
            "identity_cipher": self._vault.encrypt(fact.identity),
            "identity_digest": self._digest(fact),
            "identity_mask": mask_identity_number(fact.identity),
            "identity_verdict": check_identity_number(fact.identity).verdict.value,
        }

    def _digest(self, fact: PartyFact) -> str:
        return self._vault.digest(fact.identity)


def _phones(fact: PartyFact) -> tuple[str, ...]:
    return tuple(dict.fromkeys(check_phone(phone).value or phone for phone in fact.phones))


def _ids_of_phones(session: Session, phones: Collection[str]) -> set[UUID]:
    return set(session.scalars(select(ContactPointRow.party_id).where(ContactPointRow.normalised.in_(phones))))


def _ids_of_digests(session: Session, digests: Collection[str]) -> set[UUID]:
    return set(session.scalars(select(PartyRow.id).where(PartyRow.identity_digest.in_(digests))))


def _load(session: Session, ids: Collection[UUID]) -> Sequence[_Known]:
    phones: dict[UUID, set[str]] = {}
    query = select(ContactPointRow.party_id, ContactPointRow.normalised).where(ContactPointRow.party_id.in_(ids))
    for party_id, phone in session.execute(query):
        phones.setdefault(party_id, set()).add(phone)
    rows = session.execute(select(PartyRow.id, PartyRow.name, PartyRow.identity_digest).where(PartyRow.id.in_(ids)))
    return [_Known(key, name, phones.get(key, set()), digest or "") for key, name, digest in rows]
