"""Writing ticket facts: many at once, matched by their key, with their original dates."""

import itertools
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from gongdan.domain.facts import TicketFact
from gongdan.domain.importing import CheckedRow, Outcome
from gongdan.domain.numbering import NumberPattern
from gongdan.services.export_records import CHUNK
from gongdan.services.import_echoes import Echoes
from gongdan.services.import_effects import Effect
from gongdan.services.import_misfits import Misfits, conflict
from gongdan.services.import_ticket_changes import TicketChanger
from gongdan.services.import_values import StoredValues
from gongdan.services.intake import subject_of
from gongdan.services.numbers import Numbers, reserve
from gongdan.services.ticket_rows import search_words
from gongdan.services.work import Work
from gongdan.storage import search
from gongdan.storage.bulk import bulk_insert
from gongdan.storage.journal import Act
from gongdan.storage.parties import ContactPointRow, PartyRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

_TYPE_RULE = msg("这个工单号是另一类工单的，类型不能由导入更改")
_TYPE_REMEDY = msg("请核对工单号与类型；确需更改的，作废原工单后重新登记")


@dataclass(frozen=True, slots=True)
class Case:
    """What one row says of one ticket."""

    row: CheckedRow
    fact: TicketFact
    #: ``source_key`` of the ticket.
    digest: str


@dataclass(frozen=True, slots=True)
class TicketBatch:
    """The cases of a batch, and the tickets that are stored of them."""

    cases: Sequence[Case]
    #: Digest → ticket.
    stored: Mapping[str, TicketRow]

    def misfits(self) -> Misfits:
        """Return the rows that name a ticket of another type."""
        return {
            case.row.row: conflict("", self.stored[case.digest].number, _TYPE_RULE, _TYPE_REMEDY)
            for case in self.cases
            if case.digest in self.stored and self.stored[case.digest].type != case.fact.type
        }


@dataclass(frozen=True, slots=True)
class _Caller:
    """The one party that is reached under a phone."""

    id: UUID
    #: Name and phones, under which its tickets are found.
    words: tuple[str, ...]


class TicketWriter:
    """Writes the ticket facts of one import run."""

    def __init__(self, desk: "CompanyDesk", run_id: UUID, echoes: Echoes) -> None:
        self._desk = desk
        self._run_id = run_id
        self._echoes = echoes
        self._values = StoredValues(desk)
        self._changer = TicketChanger(desk, run_id)
        self._callers: Mapping[str, _Caller] | None = None
        self._patterns: dict[str, NumberPattern] = {}

    def read(self, work: Work, given: Iterable[tuple[CheckedRow, TicketFact]]) -> TicketBatch:
        """Read the tickets that a batch names; the number of a ticket goes before the key of a row."""
        cases = [Case(row, fact, _digest(fact)) for row, fact in given]
        keys = {case.digest: case.digest for case in cases}
        numbers = {case.fact.number: case.digest for case in cases if case.fact.number}
        by_key = _found(work.session, TicketRow.source_key, keys, TicketRow.type.in_(self._types(cases)))
        stored = {**by_key, **_found(work.session, TicketRow.number, numbers)}
        self._changer.meet(work, stored.values(), self._echoes)
        return TicketBatch(cases, stored)

    def write(self, work: Work, batch: TicketBatch, misfits: Misfits) -> tuple[list[tuple[int, Outcome]], list[Effect]]:
        """Write a batch without its misfits; returns row and outcome of each case, and what undoing needs."""
        cases = [case for case in batch.cases if case.row.row not in misfits]
        new = [case for case in cases if case.digest not in batch.stored]
        effects = self._add(work, new)
        outcomes = [(case.row.row, Outcome.IMPORTED) for case in new]
        for case in cases:
            if case.digest in batch.stored:
                effect = self._changer.change(work, batch.stored[case.digest], case.row, case.fact)
                outcomes.append((case.row.row, Outcome.CHANGED if effect else Outcome.SAME))
                effects += [effect] if effect else []
        return outcomes, effects

    def _types(self, cases: Iterable[Case]) -> Collection[str]:
        """Return all ticket types of the plugins that the cases belong to."""
        types = self._desk.installation.plugins.catalogue.ticket_types
        plugins = {types.plugin_of(name) for name in {case.fact.type for case in cases}}
        return [declared.name for declared in types.of(plugins)]

    # --- New tickets -------------------------------------------------------------------------

    def _add(self, work: Work, cases: Sequence[Case]) -> list[Effect]:
        if not cases:
            return []
        callers = self._known_callers(work.session)
        rows: list[dict[str, Any]] = []
        documents: list[search.Document] = []
        for case, number in zip(cases, self._numbers(work.session, cases), strict=True):
            caller = callers.get(case.fact.contact_phone)
            row = self._row(case, number, caller)
            rows.append(row)
            words = search_words(row, self._values.type(case.fact.type))
            words += [word for word in caller.words if word not in words] if caller else []
            documents.append(search.Document("ticket", row["id"], words, row["opened_at"]))
            work.acts.append(self._act(work, case, row))
        bulk_insert(work.session, TicketRow, rows)
        search.add(work.session, documents)
        return [Effect("ticket", row["id"]) for row in rows]

    def _row(self, case: Case, number: str, caller: _Caller | None) -> dict[str, Any]:
        fact, state = case.fact, self._values.state(case.fact)
        opened = self._values.utc(fact.opened_at)
        return {
            "id": uuid7(),
            "plugin": self._desk.installation.plugins.catalogue.ticket_types.plugin_of(fact.type),
            "type": fact.type,
            "number": number,
            "subject": subject_of(fact.description),
            "description": fact.description,
            "channel": fact.channel,
            "requester_id": caller.id if caller else None,
            "contact_name": fact.contact_name,
            "contact_phone": fact.contact_phone,
            "owner_id": None,
            "assignee_id": None,
            "department_id": None,
            "asset_id": fact.asset,
            "place": fact.place,
            "severity": "",
            "category": fact.category,
            "cause": "",
            "finding": "",
            "finding_by": None,
            **state,
            "round": 1,
            "opened_at": opened,
            "changed_at": state["closed_at"] or opened,
            "fields": self._values.fields(fact.fields),
            "source_key": case.digest,
            "import_run_id": self._run_id,
            "flags": [reason.value for reason in case.row.reasons],
            "version": 1,
        }

    def _act(self, work: Work, case: Case, row: Mapping[str, Any]) -> Act:
        names = ("number", "state", "description", "place", "opened_at")
        after = {"run": self._run_id, "row": case.row.row, **{name: row[name] for name in names}}
        payload = {"before": {}, "after": after}
        return Act("ticket.imported", "ticket", row["id"], payload, work.now, work.actor.account_id, work.actor.name)

    def _known_callers(self, session: Session) -> Mapping[str, _Caller]:
        """Return phone → party, for phones that belong to exactly one party."""
        if self._callers is None:
            query = (
                select(ContactPointRow.normalised, PartyRow.id, PartyRow.name)
                .join(PartyRow, PartyRow.id == ContactPointRow.party_id)
                .where(ContactPointRow.kind == "phone")
            )
            self._callers = _callers(session.execute(query).all())
        return self._callers

    # --- Numbers -----------------------------------------------------------------------------

    def _numbers(self, session: Session, cases: Sequence[Case]) -> list[str]:
        """Number the cases in the order of the file; a number that another type gave is passed over."""
        numbers = [""] * len(cases)
        taken: set[str] = set()
        waiting = list(range(len(cases)))
        while waiting:
            given = self._next_numbers(session, [cases[place] for place in waiting])
            taken.update(_found(session, TicketRow.number, {number: number for number in given}))
            for place, number in zip(waiting, given, strict=True):
                if number not in taken:
                    numbers[place] = number
                    taken.add(number)
            waiting = [place for place in waiting if not numbers[place]]
        return numbers

    def _next_numbers(self, session: Session, cases: Sequence[Case]) -> list[str]:
        """Take a block of serials for each type and period, and give them out in order."""
        patterns = {name: self._pattern(session, name) for name in {case.fact.type for case in cases}}
        series = [(case.fact.type, patterns[case.fact.type].period(case.fact.opened_at)) for case in cases]
        serials = {key: itertools.count(reserve(session, *key, taken)) for key, taken in Counter(series).items()}
        company = self._desk.company.code
        return [
            patterns[case.fact.type].format(company, case.fact.opened_at, next(serials[key]))
            for case, key in zip(cases, series, strict=True)
        ]

    def _pattern(self, session: Session, ticket_type: str) -> NumberPattern:
        if ticket_type not in self._patterns:
            self._patterns[ticket_type] = Numbers(self._desk).pattern(session, self._values.type(ticket_type))
        return self._patterns[ticket_type]


def _found(session: Session, column: Any, wanted: Mapping[str, str], *conditions: Any) -> dict[str, TicketRow]:
    """Return the tickets whose column is one of ``wanted``, under what ``wanted`` calls them."""
    keys = list(wanted)
    found: dict[str, TicketRow] = {}
    for start in range(0, len(keys), CHUNK):
        query = select(TicketRow).where(column.in_(keys[start : start + CHUNK]), *conditions)
        for row in session.scalars(query.with_for_update(key_share=True)):
            found[wanted[getattr(row, column.key)]] = row
    return found


def _callers(rows: Iterable[Any]) -> Mapping[str, _Caller]:
    reached: dict[str, set[UUID]] = {}
    words: dict[UUID, dict[str, None]] = {}
    for phone, party_id, name in rows:
        reached.setdefault(phone, set()).add(party_id)
        words.setdefault(party_id, {name: None})[phone] = None
    return {
        phone: _Caller(party_id, tuple(words[party_id]))
        for phone, parties in reached.items()
        if len(parties) == 1
        for party_id in parties
    }


def _digest(fact: TicketFact) -> str:
    """Return the key as 32 hex digits that begin with its first digits: neighbouring days are neighbours in the index.

    Keys begin with the day, or with the number that the list gives, which has the month in it.
    """
    head = "".join(character for character in fact.key[:16] if character in _DIGITS)[:8]
    return f"{head:0<8}{blake2b(fact.key.encode(), digest_size=12).hexdigest()}"


_DIGITS = frozenset("0123456789")
