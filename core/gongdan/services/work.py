"""A piece of work: one transaction, its journal entries, and the events told after the commit."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from uuid6 import uuid7

from gongdan.domain.events import Event, EventKind
from gongdan.errors import NotFound
from gongdan.services.actors import Actor
from gongdan.storage import timers
from gongdan.storage.base import Base
from gongdan.storage.companies import CompanyRow
from gongdan.storage.journal import Act

Row = TypeVar("Row", bound=Base)


@dataclass(slots=True)
class Work:
    """What one use case does inside one transaction."""

    session: Session
    company_id: UUID
    actor: Actor
    #: The moment of the work, aware, UTC; every time it writes is this one.
    now: datetime
    acts: list[Act] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    #: Something is due already when the transaction ends.
    is_waking: bool = False

    def record(
        self,
        act: str,
        subject_kind: str,
        subject_id: UUID,
        *,
        before: Mapping[str, object] | None = None,
        after: Mapping[str, object] | None = None,
    ) -> None:
        """Write an act into the journal at the end of the transaction."""
        payload = {"before": before or {}, "after": after or {}}
        self.acts.append(Act(act, subject_kind, subject_id, payload, self.now, self.actor.account_id, self.actor.name))

    def tell(self, kind: EventKind, subject_kind: str, subject_id: UUID, **data: object) -> None:
        """Tell the company's plugins after the commit; ``data`` is plain JSON."""
        self.events.append(Event(kind, uuid7(), self.company_id, subject_kind, subject_id, self.now, data))

    def schedule(
        self,
        kind: str,
        key: str,
        due_at: datetime,
        payload: Mapping[str, object] | None = None,
    ) -> None:
        """Let the handler of ``kind`` be called at ``due_at``, an aware time, if this transaction holds.

        ``key`` is unique within the company, its parts joined by colons. What was scheduled under it before is moved
        when it waits, and waits again when it has ended. ``payload`` is plain JSON.
        """
        timer = {"kind": kind, "key": key, "plugin": "", "due_at": due_at, "payload": dict(payload or {})}
        timers.put(self.session, self.company_id, [{**timer, "created_at": self.now}])
        self.is_waking = self.is_waking or due_at <= self.now

    def cancel_timers(self, key: str) -> int:
        """Cancel what waits under ``key`` and under all keys that go on with a colon; return how many there were.

        ``duty:1`` cancels ``duty:1`` and ``duty:1:warn``, but not ``duty:12``; ``duty:1:`` spares ``duty:1`` itself.
        """
        return timers.cancel(self.session, key, self.now)

    def take_turn(self) -> None:
        """Wait for other work of the company that asks for its turn, and let the next one wait for this.

        Other work goes on meanwhile: the lock is none that a foreign key asks for.
        """
        query = select(CompanyRow.id).where(CompanyRow.id == self.company_id)
        self.session.execute(query.with_for_update(key_share=True))

    def get(self, model: type[Row], key: UUID, noun: str, *, lock: bool = False) -> Row:
        """Return a row of the company; raises ``NotFound`` for one that is absent or another company's."""
        return get_row(self.session, model, key, noun, lock=lock)


def get_row(session: Session, model: type[Row], key: UUID, noun: str, *, lock: bool = False) -> Row:
    """Return a row that the session's company may see; raises ``NotFound``.

    A locked one may still be named by a foreign key of others' work: waiting for that would be a deadlock at times.
    ``Session.get`` is not used: it may answer from its identity map without asking the isolation criteria.
    """
    query: Any = select(model).where(model.id == key)  # type: ignore[attr-defined]  # every noun is Identified
    if lock:
        query = query.with_for_update(key_share=True)
    row: Row | None = session.scalars(query).one_or_none()
    if row is None:
        raise NotFound(noun, str(key))
    return row


def changed(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[dict[str, object], dict[str, object]]:
    """Return the values that differ, as they were and as they are."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}
