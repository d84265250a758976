"""Secrecy: asking to read what is classified, consenting to it, changing classes, and the log of readings."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from gongdan.domain.secrecy import (
    AccessState,
    SecrecyClass,
    is_sealed,
    masked_name,
    needs_consent,
    permission_to_classify,
    reason_problems,
    text_problems,
    watermark_text,
)
from gongdan.errors import Conflict, FieldProblem, InvalidInput, MoveRefused, NotFound, Refusal
from gongdan.services import secrecy_log
from gongdan.services.secrecy_gate import by_actor
from gongdan.services.secrecy_log import LogFilter, LogPage, ReadingView
from gongdan.services.secrecy_looks import look
from gongdan.services.work import Work, get_row
from gongdan.storage.parties import PartyRow
from gongdan.storage.secrecy import SecrecyAccessRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: The latest requests that a page shows beside those that wait.
_LATEST = 30


@dataclass(frozen=True, slots=True)
class _Noun:
    """How records of a noun are found and called."""

    model: Any
    permission: str
    kind: Callable[[Any], str]
    label: Callable[[Any], str]


_NOUNS: Mapping[str, _Noun] = {
    "party": _Noun(PartyRow, "party.view", lambda _: "", lambda row: masked_name(row.name)),
    "ticket": _Noun(TicketRow, "ticket.view", lambda row: row.type, lambda row: row.number),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccess:
    """What a person gives to read a record."""

    noun: str
    record_id: UUID
    #: One of ``domain.secrecy.REASONS``.
    reason_kind: str
    reason: str
    #: The case for which it is read, where there is one.
    ticket_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessView:
    """A person's request to read a record; times are aware, UTC."""

    id: UUID
    noun: str
    record_id: UUID
    label: str
    level: SecrecyClass
    account_id: UUID | None
    person: str
    reason_kind: str
    reason: str
    ticket_id: UUID | None
    state: AccessState
    asked_at: datetime
    ends_at: datetime | None
    decided_at: datetime | None
    decided_by_name: str
    remark: str

    def is_open(self, now: datetime) -> bool:
        """Tell whether the record may be read at ``now``."""
        return self.state is AccessState.OPEN and self.ends_at is not None and now < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a record stands to the person who looks at it."""

    noun: str
    record_id: UUID
    label: str
    level: SecrecyClass
    #: The record's own class, without that of the one who called.
    own_level: SecrecyClass
    #: Somebody else has to agree first.
    needs_consent: bool
    #: The person's newest request that is open or waits; None without one.
    access: AccessView | None
    #: Who can consent, by name.
    consenters: tuple[str, ...]


class Secrecy:
    """Use cases around secrecy of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    # --- Reading -----------------------------------------------------------------------------

    def standing(self, noun: str, record_id: UUID) -> Standing:
        """Return a record's class, and how far the person is with reading it; raises ``NotFound``."""
        with self._desk.reading() as session:
            row = self._record(session, noun, record_id)
            level = self._level(session, noun, row)
            mine = self._mine(session, noun, record_id) if level.is_classified else None
            asks = level.is_classified and self._needs_consent(session, noun, row, level)
            return Standing(
                noun=noun,
                record_id=record_id,
                label=_NOUNS[noun].label(row),
                level=level,
                own_level=self._own_level(noun, row),
                needs_consent=asks,
                access=_view(mine) if mine else None,
                consenters=self._consenters() if asks else (),
            )

    def ask(self, new: NewAccess) -> AccessView:
        """Ask to read a record; it is open at once, or waits for consent.

        Who asks again while it is open or waits gets the same answer. Raises ``InvalidInput`` for a reason that says
        nothing, ``Conflict`` for a record that is not classified. Source: 001-02-05, 003-09-15.
        """
        self._desk.require("secrecy.read")
        problems = (*reason_problems(new.reason_kind, new.reason), *self._ticket_problems(new.ticket_id))
        if problems:
            raise InvalidInput(problems)
        with self._desk.working() as work:
            row = self._record(work.session, new.noun, new.record_id)
            level = self._level(work.session, new.noun, row)
            if not level.is_classified:
                raise Conflict(new.noun, msg("这条记录没有分级，不需要说明原因"))
            mine = self._mine(work.session, new.noun, new.record_id)
            return _view(mine or self._begin(work, new, row, level))

    def close(self, access_id: UUID) -> AccessView:
        """End one's own access, or take back what one asked; raises ``NotFound`` for another one's."""
        with self._desk.working() as work:
            query = select(SecrecyAccessRow).where(SecrecyAccessRow.id == access_id, *by_actor(self._desk))
            row = work.session.scalars(query.with_for_update()).one_or_none()
            if row is None:
                raise NotFound("secrecy_access", str(access_id))
            if row.state in (AccessState.OPEN.value, AccessState.ASKED.value):
                row.state = AccessState.ENDED.value
                work.record("secrecy.closed", row.noun, row.record_id, after={"access": row.id})
            return _view(row)

    def decide(self, access_id: UUID, *, grants: bool, remark: str = "") -> AccessView:
        """Consent to a reading or refuse it; raises ``MoveRefused`` for one's own or for one that is decided.

        Source: 001-02-05.
        """
        self._desk.require("secrecy.consent")
        if not grants and (problems := text_problems(remark)):
            raise InvalidInput(tuple(_renamed(problem, "remark", msg("意见")) for problem in problems))
        with self._desk.working() as work:
            row = work.get(SecrecyAccessRow, access_id, "secrecy_access", lock=True)
            self._refuse_decision(row)
            row.state = (AccessState.OPEN if grants else AccessState.REFUSED).value
            row.ends_at = work.now + self._minutes(work.session) if grants else None
            row.decided_at, row.decided_by, row.decided_by_name = work.now, work.actor.account_id, work.actor.name
            row.remark = remark.strip()
            act = "secrecy.granted" if grants else "secrecy.refused"
            work.record(act, row.noun, row.record_id, after={"person": row.person, "remark": row.remark})
            return _view(row)

    def waiting(self) -> Sequence[AccessView]:
        """Return the requests that wait for consent, the oldest first."""
        self._desk.require("secrecy.consent")
        query = select(SecrecyAccessRow).where(SecrecyAccessRow.state == AccessState.ASKED.value)
        with self._desk.reading() as session:
            return tuple(map(_view, session.scalars(query.order_by(SecrecyAccessRow.asked_at, SecrecyAccessRow.id))))

    def count_waiting(self) -> int:
        """Return how many requests wait for the actor's consent; 0 for who may not consent."""
        if not self._desk.actor.may("secrecy.consent"):
            return 0
        query = select(func.count()).select_from(SecrecyAccessRow)
        with self._desk.reading() as session:
            return session.scalar(query.where(SecrecyAccessRow.state == AccessState.ASKED.value)) or 0

    def mine(self) -> Sequence[AccessView]:
        """Return the actor's latest requests, the newest first."""
        query = select(SecrecyAccessRow).where(*by_actor(self._desk)).order_by(SecrecyAccessRow.asked_at.desc())
        with self._desk.reading() as session:
            return tuple(map(_view, session.scalars(query.limit(_LATEST))))

    # --- Classes -----------------------------------------------------------------------------

    def classify(self, noun: str, record_id: UUID, level: SecrecyClass, reason: str) -> Standing:
        """Give one record a class of its own; lowering it needs the stronger right, and both a reason."""
        with self._desk.working() as work:
            row = self._record(work.session, noun, record_id, lock=True)
            before = self._own_level(noun, row)
            self._desk.require(permission_to_classify(before, level))
            if problems := text_problems(reason):
                raise InvalidInput(problems)
            if level is not before:
                row.secrecy = level.value
                self._end_accesses(work, noun, record_id)
                after = {"level": level.value, "reason": reason.strip()}
                work.record("secrecy.classified", noun, record_id, before={"level": before.value}, after=after)
        return self.standing(noun, record_id)

    def watermark(self) -> str:
        """Return what stands across classified pages and papers: company, person, local time."""
        now = self._desk.installation.clock().astimezone(self._desk.zone)
        return watermark_text(self._desk.actor.name, self._desk.company.name, now)

    def has_classified(self) -> bool:
        """Tell whether the company has customers or tickets that are classified."""
        if any(rule.noun in _NOUNS for rule in self._desk.gate.rules):
            return True
        with self._desk.reading() as session:
            raised = (select(known.model.id).where(known.model.secrecy != "").limit(1) for known in _NOUNS.values())
            return any(session.scalar(query) for query in raised)

    # --- The log -----------------------------------------------------------------------------

    def log(self, wanted: LogFilter, *, after: str = "") -> LogPage:
        """Return a page of readings, the newest first; ``after`` is the ``next_key`` of the page before."""
        self._desk.require("secrecy.audit")
        with self._desk.reading() as session:
            return secrecy_log.page(session, wanted, after=after)

    def readings_of(self, noun: str, record_id: UUID, *, is_leaving: bool = False) -> Sequence[ReadingView]:
        """Return who has read a record, the newest first; ``is_leaving`` asks for what carried it out of the house."""
        self._desk.require("secrecy.audit")
        with self._desk.reading() as session:
            return secrecy_log.of_record(session, noun, record_id, is_leaving=is_leaving)

    def note_export(self, count: int) -> None:
        """Journal that ``count`` lines of the log were handed out as a file."""
        self._desk.require("secrecy.audit")
        with self._desk.working() as work:
            after = {"kind": "secrecy_log", "rows": count, "identities": False}
            work.record("export.written", "company", self._desk.company.id, after=after)

    def _end_accesses(self, work: Work, noun: str, record_id: UUID) -> None:
        """End what was opened under the class of before; another one may ask for consent."""
        query = select(SecrecyAccessRow).where(
            SecrecyAccessRow.noun == noun,
            SecrecyAccessRow.record_id == record_id,
            SecrecyAccessRow.state.in_([AccessState.OPEN.value, AccessState.ASKED.value]),
        )
        for access in work.session.scalars(query):
            access.state = AccessState.ENDED.value

    # --- Shared ------------------------------------------------------------------------------

    def _record(self, session: Session, noun: str, record_id: UUID, *, lock: bool = False) -> Any:
        known = _NOUNS.get(noun)
        if known is None:
            raise NotFound(noun, str(record_id))
        self._desk.require(known.permission)
        return get_row(session, known.model, record_id, noun, lock=lock)

    def _level(self, session: Session, noun: str, row: Any) -> SecrecyClass:
        """Return what it takes to read all of a record: of a ticket also the one who called."""
        return look(self._desk, session, row).level if noun == "ticket" else self._own_level(noun, row)

    def _own_level(self, noun: str, row: Any) -> SecrecyClass:
        return self._desk.gate.class_of(noun, row, _NOUNS[noun].kind(row))

    def _needs_consent(self, session: Session, noun: str, row: Any, level: SecrecyClass) -> bool:
        """Tell whether somebody else has to agree; who may consent does not ask himself, but for what is sealed."""
        if is_sealed(self._desk.gate.rules, noun, _NOUNS[noun].kind(row)):
            return True
        if self._desk.actor.may("secrecy.consent"):
            return False
        answer = self._desk.policies.values_at(session, self._desk.installation.clock())["core.secrecy_consent"]
        return needs_consent(level, answer.value if isinstance(answer.value, str) else None)

    def _minutes(self, session: Session) -> timedelta:
        answer = self._desk.policies.values_at(session, self._desk.installation.clock())["core.secrecy_minutes"]
        return timedelta(minutes=answer.value if isinstance(answer.value, int) else 0)

    def _mine(self, session: Session, noun: str, record_id: UUID) -> SecrecyAccessRow | None:
        if opened := self._desk.gate.access(session, noun, record_id):
            return opened
        query = select(SecrecyAccessRow).where(
            SecrecyAccessRow.record_id == record_id,
            SecrecyAccessRow.noun == noun,
            SecrecyAccessRow.state == AccessState.ASKED.value,
            *by_actor(self._desk),
        )
        return session.scalars(query.limit(1)).one_or_none()

    def _begin(self, work: Work, new: NewAccess, row: Any, level: SecrecyClass) -> SecrecyAccessRow:
        waits = self._needs_consent(work.session, new.noun, row, level)
        access = SecrecyAccessRow(
            noun=new.noun,
            record_id=new.record_id,
            label=_NOUNS[new.noun].label(row),
            level=level.value,
            account_id=work.actor.account_id,
            person=work.actor.name,
            reason_kind=new.reason_kind,
            reason=new.reason.strip(),
            ticket_id=new.ticket_id,
            state=(AccessState.ASKED if waits else AccessState.OPEN).value,
            asked_at=work.now,
            ends_at=None if waits else work.now + self._minutes(work.session),
            decided_by_name="",
            remark="",
        )
        work.session.add(access)
        work.session.flush()
        after = {"level": level.value, "reason_kind": new.reason_kind, "reason": access.reason}
        work.record("secrecy.asked" if waits else "secrecy.opened", new.noun, new.record_id, after=after)
        return access

    def _refuse_decision(self, row: SecrecyAccessRow) -> None:
        refusals = []
        if row.state != AccessState.ASKED.value:
            refusals.append(Refusal("still_waiting", msg("这项申请已经有结果了")))
        if row.account_id is not None and row.account_id == self._desk.actor.account_id:
            refusals.append(Refusal("another_decides", msg("不能批准自己的申请"), ("001-02-05",)))
        if refusals:
            raise MoveRefused(msg("批准查看"), tuple(refusals))

    def _ticket_problems(self, ticket_id: UUID | None) -> tuple[FieldProblem, ...]:
        if ticket_id is None:
            return ()
        with self._desk.reading() as session:
            if session.scalar(select(TicketRow.id).where(TicketRow.id == ticket_id)):
                return ()
        return (FieldProblem("ticket", str(ticket_id), msg("本公司没有这一项"), label=msg("工单")),)

    def _consenters(self) -> tuple[str, ...]:
        return tuple(member.name for member in self._desk.members.who_may("secrecy.consent"))


def _renamed(problem: FieldProblem, field: str, label: str) -> FieldProblem:
    return FieldProblem(field, problem.value, msg("请写明理由"), params=problem.params, label=label)


def _view(row: SecrecyAccessRow) -> AccessView:
    return AccessView(
        id=row.id,
        noun=row.noun,
        record_id=row.record_id,
        label=row.label,
        level=SecrecyClass(row.level),
        account_id=row.account_id,
        person=row.person,
        reason_kind=row.reason_kind,
        reason=row.reason,
        ticket_id=row.ticket_id,
        state=AccessState(row.state),
        asked_at=row.asked_at,
        ends_at=row.ends_at,
        decided_at=row.decided_at,
        decided_by_name=row.decided_by_name,
        remark=row.remark,
    )
