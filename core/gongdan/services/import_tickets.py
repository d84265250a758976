"""Writing ticket facts: many at once, matched by their key, with their original dates."""

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from gongdan.domain.facts import TicketFact
from gongdan.domain.importing import CheckedRow, Outcome
from gongdan.domain.numbering import NumberPattern
from gongdan.domain.ticket_types import TicketType
from gongdan.domain.workflow import State
from gongdan.errors import NotFound
from gongdan.services.import_effects import Effect, merged_flags
from gongdan.services.intake import subject_of
from gongdan.services.numbers import Numbers, reserve
from gongdan.services.schemas import stored_value
from gongdan.services.ticket_rows import index_ticket, search_words
from gongdan.services.work import Work, changed
from gongdan.storage import search
from gongdan.storage.bulk import bulk_insert
from gongdan.storage.journal import Act
from gongdan.storage.parties import ContactPointRow
from gongdan.storage.tickets import TicketRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

_CHUNK = 500
#: What a later import of the same case may change; its state only as long as nobody has worked on it.
_COMPARED = ("description", "contact_name", "contact_phone", "place", "asset_id", "category")


@dataclass(frozen=True, slots=True)
class _Case:
    row: CheckedRow
    fact: TicketFact
    digest: str


class TicketWriter:
    """Writes the ticket facts of one import run."""

    def __init__(self, desk: "CompanyDesk", run_id: UUID) -> None:
        self._desk = desk
        self._run_id = run_id
        self._callers: Mapping[str, UUID] | None = None
        self._patterns: dict[str, NumberPattern] = {}

    def write(self, work: Work, given: Sequence[tuple[CheckedRow, TicketFact]]) -> tuple[list[Outcome], list[Effect]]:
        """Write one batch; returns the outcome of each fact in order, and what undoing needs."""
        cases = [_Case(row, fact, _digest(fact)) for row, fact in given]
        stored = self._stored(work.session, cases)
        new = [case for case in cases if case.digest not in stored]
        effects = self._add(work, new)
        outcomes: dict[str, Outcome] = {case.digest: Outcome.IMPORTED for case in new}
        for case in cases:
            if case.digest in stored:
                outcomes[case.digest] = self._update(work, stored[case.digest], case, effects)
        return [outcomes[case.digest] for case in cases], effects

    def _stored(self, session: Session, cases: Sequence[_Case]) -> dict[str, TicketRow]:
        digests = [case.digest for case in cases]
        found: dict[str, TicketRow] = {}
        for start in range(0, len(digests), _CHUNK):
            query = select(TicketRow).where(
                TicketRow.type.in_({case.fact.type for case in cases}),
                TicketRow.source_key.in_(digests[start : start + _CHUNK]),
            )
            found.update((row.source_key, row) for row in session.scalars(query) if row.source_key)
        return {**found, **self._numbered(session, cases)}

    @staticmethod
    def _numbered(session: Session, cases: Sequence[_Case]) -> dict[str, TicketRow]:
        """Return digest → ticket for the cases that name a ticket by its number."""
        digests = {case.fact.number: case.digest for case in cases if case.fact.number}
        numbers = list(digests)
        found: dict[str, TicketRow] = {}
        for start in range(0, len(numbers), _CHUNK):
            query = select(TicketRow).where(TicketRow.number.in_(numbers[start : start + _CHUNK]))
            found.update((digests[row.number], row) for row in session.scalars(query))
        return found

    def _add(self, work: Work, cases: Sequence[_Case]) -> list[Effect]:
        if not cases:
            return []
        numbers = self._numbers(work.session, cases)
        callers = self._known_callers(work.session)
        rows: list[dict[str, Any]] = []
        documents: list[search.Document] = []
        for case, number in zip(cases, numbers, strict=True):
            ticket_type = self._type(case.fact.type)
            row = self._row(case, ticket_type, number)
            row["requester_id"] = callers.get(case.fact.contact_phone)
            rows.append(row)
            documents.append(search.Document("ticket", row["id"], search_words(row, ticket_type), row["opened_at"]))
            work.acts.append(self._act(work, case, row))
        bulk_insert(work.session, TicketRow, rows)
        search.add(work.session, documents)
        return [Effect("ticket", row["id"]) for row in rows]

    def _row(self, case: _Case, ticket_type: TicketType, number: str) -> dict[str, Any]:
        fact, state = case.fact, self._state(ticket_type, case.fact.state)
        opened = self._utc(fact.opened_at)
        closed = self._utc(fact.closed_at) if fact.closed_at else None
        is_open = state.category.is_open
        return {
            "id": uuid7(),
            "plugin": self._desk.installation.plugins.catalogue.ticket_types.plugin_of(fact.type),
            "type": fact.type,
            "number": number,
            "subject": subject_of(fact.description),
            "description": fact.description,
            "channel": fact.channel,
            "requester_id": None,
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
            "state": state.name,
            "state_category": state.category.value,
            "is_open": is_open,
            "round": 1,
            "opened_at": opened,
            "changed_at": closed or opened,
            "closed_at": None if is_open else closed or opened,
            "fields": self._fields(fact),
            "source_key": case.digest,
            "import_run_id": self._run_id,
            "flags": [reason.value for reason in case.row.reasons],
            "version": 1,
        }

    def _act(self, work: Work, case: _Case, row: Mapping[str, Any]) -> Act:
        after = {
            "run": self._run_id,
            "row": case.row.row,
            "number": row["number"],
            "state": row["state"],
            "description": row["description"],
            "place": row["place"],
            "opened_at": row["opened_at"],
        }
        payload = {"before": {}, "after": after}
        return Act("ticket.imported", "ticket", row["id"], payload, work.now, work.actor.account_id, work.actor.name)

    def _update(self, work: Work, row: TicketRow, case: _Case, effects: list[Effect]) -> Outcome:
        fact = case.fact
        ticket_type = self._type(fact.type)
        before = {name: getattr(row, name) for name in (*_COMPARED, "fields", "state", "flags")}
        wanted: dict[str, Any] = {
            "description": fact.description,
            "contact_name": fact.contact_name,
            "contact_phone": fact.contact_phone,
            "place": fact.place,
            "asset_id": fact.asset,
            "category": fact.category,
        }
        after = {name: value or before[name] for name, value in wanted.items()}
        after["fields"] = {**before["fields"], **self._fields(fact)}
        after["state"] = self._later_state(row, ticket_type, fact)
        brings_news = any(after[name] != before[name] for name in after)
        after["flags"] = merged_flags(row.flags, case.row, brings_news=brings_news)
        old, new = changed(before, after)
        if not new:
            return Outcome.SAME
        kept = ("closed_at", "changed_at", "is_open", "state_category")
        effects.append(Effect("ticket", row.id, {**old, **{name: getattr(row, name) for name in kept}}))
        self._overwrite(work, row, fact, new)
        work.record("ticket.changed", "ticket", row.id, before=old, after={**new, "run": self._run_id})
        return Outcome.CHANGED

    def _overwrite(self, work: Work, row: TicketRow, fact: TicketFact, new: Mapping[str, Any]) -> None:
        ticket_type = self._type(fact.type)
        for name, value in new.items():
            setattr(row, name, value)
        if "state" in new:
            category = self._state(ticket_type, row.state).category
            row.state_category, row.is_open = category.value, category.is_open
            row.closed_at = None if row.is_open else self._utc(fact.closed_at or fact.opened_at)
        row.changed_at = work.now
        work.session.flush()
        index_ticket(work.session, row, ticket_type)

    def _later_state(self, row: TicketRow, ticket_type: TicketType, fact: TicketFact) -> str:
        untouched = row.state == ticket_type.workflow.initial.name and row.round == 1
        return self._state(ticket_type, fact.state).name if untouched else row.state

    def _numbers(self, session: Session, cases: Sequence[_Case]) -> list[str]:
        """Take a block of serials for each type and period, and give them out in the order of the file."""
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
            self._patterns[ticket_type] = Numbers(self._desk).pattern(session, self._type(ticket_type))
        return self._patterns[ticket_type]

    def _known_callers(self, session: Session) -> Mapping[str, UUID]:
        """Return phone → party, for phones that belong to exactly one party."""
        if self._callers is None:
            query = select(ContactPointRow.normalised, ContactPointRow.party_id).where(ContactPointRow.kind == "phone")
            found: dict[str, set[UUID]] = {}
            for phone, party_id in session.execute(query):
                found.setdefault(phone, set()).add(party_id)
            self._callers = {phone: next(iter(parties)) for phone, parties in found.items() if len(parties) == 1}
        return self._callers

    def _fields(self, fact: TicketFact) -> dict[str, object]:
        return {name: stored_value(value, self._desk.zone) for name, value in fact.fields.items() if value is not None}

    def _utc(self, local: datetime) -> datetime:
        return local.replace(tzinfo=self._desk.zone).astimezone(UTC)

    def _type(self, name: str) -> TicketType:
        found = self._desk.installation.plugins.catalogue.ticket_types.get(name)
        if found is None:
            raise NotFound("ticket_type", name)
        return found

    @staticmethod
    def _state(ticket_type: TicketType, name: str) -> State:
        state = ticket_type.workflow.state(name) if name else ticket_type.workflow.initial
        if state is None:
            raise NotFound("state", name)
        return state


def _digest(fact: TicketFact) -> str:
    """Return the key as 32 hex digits that begin with the day, and neighbours in time are neighbours in the index."""
    return f"{fact.opened_at:%Y%m%d}{blake2b(fact.key.encode(), digest_size=12).hexdigest()}"
