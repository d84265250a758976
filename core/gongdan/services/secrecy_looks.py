"""Looks: how much of a classified record somebody gets to see, and masks over all the rest of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.secrecy import (
    WITHHELD,
    SecrecyClass,
    Way,
    declared_class,
    effective_class,
    masked_name,
    masked_phone,
    scrubbed,
    scrubbed_value,
    withheld,
    withheld_value,
)
from gongdan.domain.snapshots import TicketView
from gongdan.errors import FieldProblem, InvalidInput, SecrecyClosed
from gongdan.services.secrecy_gate import reading_under
from gongdan.services.ticket_rows import plain_ticket
from gongdan.storage.parties import PartyRow
from gongdan.storage.secrecy import SecrecyAccessRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Everything of a ticket that masks cover.
TICKET_PARTS = ("contact_name", "contact_phone", "subject", "description", "place", "fields")


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketLook:
    """What somebody sees of a ticket and of what hangs on it."""

    ticket_id: UUID
    number: str
    #: Class of the ticket's own texts.
    own: SecrecyClass
    #: Class of the one who called, which is that of the customer.
    contact: SecrecyClass
    #: Names that are masked wherever they stand.
    names: tuple[str, ...]
    access: SecrecyAccessRow | None = None

    @property
    def level(self) -> SecrecyClass:
        """Return the higher of both classes: what it takes to see all of it."""
        return max(self.own, self.contact, key=lambda level: level.rank)

    @property
    def is_masked(self) -> bool:
        """Tell whether something is not shown."""
        return self.level.is_classified and self.access is None

    @property
    def is_withheld(self) -> bool:
        """Tell whether texts are not shown at all."""
        return self.is_masked and self.own.is_classified

    def text(self, text: str) -> str:
        """Return a text of the ticket, or of what hangs on it, as it may be seen."""
        if not self.is_masked:
            return text
        return withheld(text) if self.own.is_classified else scrubbed(text, self.names)

    def value(self, value: object) -> object:
        """Return a JSON value of the ticket as it may be seen."""
        if not self.is_masked:
            return value
        return withheld_value(value) if self.own.is_classified else scrubbed_value(value, self.names)

    def values(self, values: Mapping[str, object]) -> Mapping[str, object]:
        """Return named values of the ticket, or of a paper about it, as they may be seen."""
        if not self.is_masked:
            return values
        masks = {"contact_name": masked_name, "contact_phone": masked_phone}
        return {
            name: masks[name](str(value or "")) if name in masks else self.value(value)
            for name, value in values.items()
        }

    def ticket(self, view: TicketView) -> TicketView:
        """Return the ticket as it may be seen."""
        seen = replace(view, secrecy=self.level.value, is_masked=self.is_masked)
        if not self.is_masked:
            return seen
        fields = self.value(view.fields)
        return replace(
            seen,
            contact_name=masked_name(view.contact_name),
            contact_phone=masked_phone(view.contact_phone),
            subject=self.text(view.subject),
            description=self.text(view.description),
            place=self.text(view.place),
            fields=fields if isinstance(fields, Mapping) else {},
        )

    def entry(self, values: Mapping[str, object]) -> Mapping[str, object]:
        """Return the values of a journal entry about the ticket as they may be seen."""
        if not self.is_masked:
            return values
        seen = {key: value if key in _PLAIN else self.value(value) for key, value in values.items()}
        masks = {"contact_name": masked_name, "contact_phone": masked_phone}
        return seen | {key: mask(str(values[key] or "")) for key, mask in masks.items() if key in values}


#: Values of a journal entry that say nothing about what was asked for: references, states, choices.
_PLAIN = frozenset(
    {"number", "state", "round", "channel", "severity", "category", "cause", "finding", "move", "run", "type"}
    | {"requester_id", "owner_id", "assignee_id", "department_id", "asset_id", "level", "parts", "way", "reason_kind"}
)


def looks(desk: "CompanyDesk", session: Session, rows: Collection[TicketRow]) -> Mapping[UUID, TicketLook]:
    """Return how tickets look in lists, where nobody sees more than the masks."""
    requesters = _requesters(desk, session, [row.requester_id for row in rows if row.requester_id])
    return {row.id: _look(desk, row, requesters) for row in rows}


def classified_among(desk: "CompanyDesk", session: Session, ids: Collection[UUID | None]) -> Mapping[UUID, TicketLook]:
    """Return how those of tickets look that are classified, or whose customers are; nothing of all others."""
    query = select(TicketRow).where(TicketRow.id.in_([key for key in ids if key]))
    rules = desk.gate.rules
    if not any(rule.noun in ("party", "ticket") for rule in rules):
        secret = select(PartyRow.id).where(PartyRow.secrecy != "")
        query = query.where((TicketRow.secrecy != "") | TicketRow.requester_id.in_(secret))
    rows = session.scalars(query).all() if ids else ()
    return {key: found for key, found in looks(desk, session, rows).items() if found.level.is_classified}


def look(desk: "CompanyDesk", session: Session, row: TicketRow) -> TicketLook:
    """Return how one ticket looks on its own page, where the actor may have opened it."""
    found = looks(desk, session, [row])[row.id]
    if not found.level.is_classified:
        return found
    return replace(found, access=desk.gate.access(session, "ticket", row.id))


def party_names(desk: "CompanyDesk", session: Session, ids: Collection[UUID]) -> dict[UUID, str]:
    """Return what customers are called beside other things; the classified ones by their masks."""
    query = select(PartyRow.id, PartyRow.secrecy, PartyRow.name).where(PartyRow.id.in_(ids))
    found = session.execute(query) if ids else ()
    return {key: desk.gate.party_name(own_class, name) for key, own_class, name in found}


def seen_tickets(desk: "CompanyDesk", session: Session, rows: Sequence[TicketRow]) -> Sequence[TicketView]:
    """Return tickets as lists show them."""
    found = looks(desk, session, rows)
    return [found[row.id].ticket(plain_ticket(row)) for row in rows]


def seen_ticket(desk: "CompanyDesk", session: Session, row: TicketRow) -> TicketView:
    """Return a ticket as its own page shows it; what the actor has opened is handed out and written down."""
    found = look(desk, session, row)
    tell(desk, found, TICKET_PARTS)
    return found.ticket(plain_ticket(row))


def tell(desk: "CompanyDesk", found: TicketLook, parts: tuple[str, ...], way: Way | None = None) -> None:
    """Write down that parts of a ticket that the actor has opened are handed out."""
    if found.access is not None and found.level.is_classified:
        desk.gate.hand_out([reading_under(found.access, found.number, found.level, parts)], way)


def _look(desk: "CompanyDesk", row: TicketRow, requesters: Mapping[UUID, tuple[SecrecyClass, str]]) -> TicketLook:
    unknown = declared_class(desk.gate.rules, "party"), ""
    contact, name = requesters.get(row.requester_id, _ORDINARY) if row.requester_id else unknown
    is_nobody = not (row.contact_name or row.contact_phone or row.requester_id)
    return TicketLook(
        ticket_id=row.id,
        number=row.number,
        own=desk.gate.class_of("ticket", row, row.type),
        contact=SecrecyClass.ORDINARY if is_nobody else contact,
        names=tuple(one for one in (name, row.contact_name) if one),
    )


_ORDINARY = (SecrecyClass.ORDINARY, "")


def _requesters(
    desk: "CompanyDesk", session: Session, ids: Collection[UUID]
) -> Mapping[UUID, tuple[SecrecyClass, str]]:
    """Return class and name of customers; those who are not classified stand for themselves without a name.

    What reads one state of the data asks for each customer once.
    """
    known = desk.gate.requesters_of(session)
    missing = set(ids) - known.keys()
    declared = declared_class(desk.gate.rules, "party")
    query = select(PartyRow.id, PartyRow.secrecy, PartyRow.name).where(PartyRow.id.in_(missing))
    if not declared.is_classified:
        query = query.where(PartyRow.secrecy != "")
    found = session.execute(query).all() if missing else ()
    known |= dict.fromkeys(missing, _ORDINARY)
    known |= {key: (effective_class(stored, declared), name) for key, stored, name in found}
    return known


def to_write(
    desk: "CompanyDesk", session: Session, row: TicketRow, given: Mapping[str, object]
) -> Mapping[str, object]:
    """Return what somebody really gives for a ticket: a mask that comes back from a form is no value.

    Raises ``SecrecyClosed`` for a ticket whose texts are withheld from him, and ``InvalidInput`` for a mask that he
    gives for anything else.
    """
    found = look(desk, session, row)
    if not found.is_masked:
        return given
    if found.is_withheld:
        raise SecrecyClosed("secrecy.read", "ticket", str(row.id))
    seen = found.ticket(plain_ticket(row))
    masks = {**seen.fields, **{name: getattr(seen, name) for name in TICKET_PARTS if name != "fields"}}
    real = {name: value for name, value in given.items() if not _is_mask(value, masks.get(name))}
    wrong = [name for name, value in real.items() if isinstance(value, str) and WITHHELD in value]
    if wrong:
        raise InvalidInput(tuple(FieldProblem(name, WITHHELD, msg("这是遮盖后的内容，不能保存")) for name in wrong))
    return real


def require_unmasked(desk: "CompanyDesk", session: Session, row: TicketRow, stored: object) -> None:
    """Raise ``SecrecyClosed`` where what is stored of a paper about a ticket is not what the actor gets to see."""
    found = look(desk, session, row)
    if found.is_withheld or (found.is_masked and found.value(stored) != stored):
        raise SecrecyClosed("secrecy.read", "ticket", str(row.id))


def _is_mask(value: object, mask: object) -> bool:
    """Tell whether a value is what the page showed; a form wraps lines its own way."""
    return isinstance(value, str) and isinstance(mask, str) and value.split() == mask.split() and bool(value)
