"""The gate: the one place that hands out plain values of classified records, and writes down that it did.

Everything else gets snapshots with masks. What is handed out is in the log before anybody has it; where the log
cannot be written, nothing is handed out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from gongdan.domain.secrecy import (
    AccessState,
    SecrecyClass,
    SecrecyRule,
    Way,
    declared_class,
    effective_class,
    masked_name,
)
from gongdan.services.work import Work
from gongdan.storage.base import Classified
from gongdan.storage.secrecy import SecrecyAccessRow, SecrecyReadingRow

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


@dataclass(slots=True)
class Occasion:
    """How somebody came to read: by which way, and from where."""

    way: Way = Way.SERVICE
    #: Network address of the device; empty where none is known.
    address: str = ""
    #: One look at one page: what it shows twice was read once.
    is_one_look: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """Plain values of one record that are about to be handed out."""

    noun: str
    record_id: UUID
    #: What the record is called, masked.
    label: str
    level: SecrecyClass
    #: Names of the parts, of ``domain.secrecy.PARTS`` or of declared fields.
    parts: tuple[str, ...]
    reason_kind: str
    reason: str
    access_id: UUID | None = None


class Gate:
    """Knows the classes of a company's records, and who may read which of them now."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk
        #: Parts that the occasion at hand has shown already, by what was read and under which right.
        self._seen: dict[tuple[object, ...], set[str]] = {}
        self._session: Session | None = None
        self._requesters: dict[UUID, tuple[SecrecyClass, str]] = {}

    @cached_property
    def rules(self) -> tuple[SecrecyRule, ...]:
        """Return what the company's plugins declare."""
        return self._desk.installation.plugins.catalogue.secrecy_rules(self._desk.enabled)

    def class_of(self, noun: str, row: Classified, kind: str = "") -> SecrecyClass:
        """Return the class of a record."""
        return effective_class(row.secrecy, declared_class(self.rules, noun, kind))

    def requesters_of(self, session: Session) -> dict[UUID, tuple[SecrecyClass, str]]:
        """Return what is known of customers from the transaction at hand; nothing in one that may change them."""
        if session is not self._session or not self._desk.is_reading(session):
            self._session, self._requesters = session, {}
        return self._requesters

    def party_name(self, stored: str, name: str) -> str:
        """Return what a customer is called beside other things, from his own class, empty for none, and his name."""
        level = effective_class(stored, declared_class(self.rules, "party"))
        return masked_name(name) if level.is_classified else name

    def access(self, session: Session, noun: str, record_id: UUID) -> SecrecyAccessRow | None:
        """Return the actor's right to read a record at this moment, None when he has none."""
        if not self._desk.actor.may("secrecy.read"):
            return None
        query = (
            select(SecrecyAccessRow)
            .where(
                SecrecyAccessRow.record_id == record_id,
                SecrecyAccessRow.noun == noun,
                SecrecyAccessRow.state == AccessState.OPEN.value,
                SecrecyAccessRow.ends_at > self._desk.installation.clock(),
                *by_actor(self._desk),
            )
            .order_by(SecrecyAccessRow.ends_at.desc())
            .limit(1)
        )
        return session.scalars(query).one_or_none()

    def hand_out(self, readings: Sequence[Reading], way: Way | None = None) -> None:
        """Write down what is about to be shown; whatever goes wrong here keeps it from being shown."""
        occasion = self._desk.occasion
        used = way or occasion.way
        new = [one for one in readings if not self._is_seen(one, used)]
        if not new:
            return
        with self._desk.joining() as work:
            for reading in new:
                _write(work, reading, used, occasion.address)
        for reading in new:
            self._seen.setdefault(_key(reading, used), set()).update(reading.parts)

    def _is_seen(self, reading: Reading, way: Way) -> bool:
        return self._desk.occasion.is_one_look and set(reading.parts) <= self._seen.get(_key(reading, way), set())


def _key(reading: Reading, way: Way) -> tuple[object, ...]:
    return way, reading.noun, reading.record_id, reading.access_id, reading.reason


def by_actor(desk: "CompanyDesk") -> Sequence[ColumnElement[bool]]:
    """Return the conditions under which a request is the actor's own; those without an account go by their name."""
    actor = desk.actor
    if actor.account_id is not None:
        return (SecrecyAccessRow.account_id == actor.account_id,)
    return (SecrecyAccessRow.account_id.is_(None), SecrecyAccessRow.person == actor.name)


def reading_under(access: SecrecyAccessRow, label: str, level: SecrecyClass, parts: tuple[str, ...]) -> Reading:
    """Return the reading of some parts of the record that an access is for."""
    return Reading(
        noun=access.noun,
        record_id=access.record_id,
        label=label,
        level=level,
        parts=parts,
        reason_kind=access.reason_kind,
        reason=access.reason,
        access_id=access.id,
    )


def _write(work: Work, reading: Reading, way: Way, address: str) -> None:
    work.session.add(
        SecrecyReadingRow(
            at=work.now,
            account_id=work.actor.account_id,
            person=work.actor.name,
            noun=reading.noun,
            record_id=reading.record_id,
            label=reading.label,
            level=reading.level.value,
            parts=list(reading.parts),
            reason_kind=reading.reason_kind,
            reason=reading.reason,
            way=way.value,
            address=address,
            access_id=reading.access_id,
        )
    )
    after = {
        "level": reading.level.value,
        "parts": list(reading.parts),
        "reason": reading.reason,
        "reason_kind": reading.reason_kind,
        "way": way.value,
    }
    work.record("secrecy.read", reading.noun, reading.record_id, after=after)
