"""Cells of a form that its ticket fills: what each is called, what kind of value it has, and the value of now."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.fields import Field, FieldKind
from gongdan.domain.forms import TICKET_FACTS, FormKind
from gongdan.domain.ticket_types import TicketType
from gongdan.services.core_fields import CHOICES, LABELS
from gongdan.services.intake import CHANNELS
from gongdan.storage.accounts import AccountRow
from gongdan.storage.companies import DepartmentRow
from gongdan.storage.tickets import TicketRow
from gongdan.text import msg

_LABELS: Final[Mapping[str, str]] = {
    **LABELS,
    "number": msg("工单编号"),
    "place": msg("地点"),
    "opened_at": msg("登记时间"),
    "closed_at": msg("关闭时间"),
}
_KINDS: Final[Mapping[str, FieldKind]] = {
    "description": FieldKind.LONG_TEXT,
    "contact_phone": FieldKind.PHONE,
    "opened_at": FieldKind.DATETIME,
    "closed_at": FieldKind.DATETIME,
    "channel": FieldKind.CHOICE,
    **dict.fromkeys(CHOICES, FieldKind.CHOICE),
}
#: Facts that name somebody or something by its id: the column of the ticket, and what it is called.
_NAMED: Final[Mapping[str, tuple[str, Any, Any]]] = {
    "owner": ("owner_id", AccountRow.id, AccountRow.name),
    "assignee": ("assignee_id", AccountRow.id, AccountRow.name),
    "department": ("department_id", DepartmentRow.id, DepartmentRow.name),
}


def taken_fields(kind: FormKind, ticket_type: TicketType | None) -> Mapping[str, Field]:
    """Return what the cells are that a ticket of a type fills, under the paper's own words."""
    found = {}
    for taken in kind.taken:
        declared = ticket_type.field(taken.name) if ticket_type else None
        field = declared or _fact(taken.name, ticket_type)
        found[taken.name] = replace(field, label=taken.label) if taken.label else field
    return found


def taken_values(session: Session, kind: FormKind, ticket: TicketRow) -> Mapping[str, object]:
    """Return what the ticket says now, as plain JSON; what it does not say is left out."""
    found: dict[str, object] = {}
    for taken in kind.taken:
        value = ticket.fields.get(taken.name)
        if value is None and taken.name in TICKET_FACTS:
            value = _value(session, ticket, taken.name)
        if value not in (None, ""):
            found[taken.name] = value
    return found


def people_in(fields: Mapping[str, Field], values: Mapping[str, object]) -> set[UUID]:
    """Return the accounts that values of fields with people name."""
    found = (values.get(name) for name, field in fields.items() if field.kind is FieldKind.PERSON)
    return {key for value in found if value and (key := _key(value))}


def names_of_people(session: Session, ids: set[UUID]) -> Mapping[str, str]:
    """Return names by account id, as fields keep it."""
    if not ids:
        return {}
    query = select(AccountRow.id, AccountRow.name).where(AccountRow.id.in_(ids))
    return {str(row.id): row.name for row in session.execute(query)}


def _fact(name: str, ticket_type: TicketType | None) -> Field:
    choices = CHANNELS if name == "channel" else ticket_type.choices(name) if ticket_type else ()
    return Field(
        name=name,
        label=_LABELS.get(name, name),
        kind=_KINDS.get(name, FieldKind.TEXT),
        choices=choices,
        personal=name == "contact_phone",
    )


def _value(session: Session, ticket: TicketRow, name: str) -> object:
    if name in _NAMED:
        column, key, label = _NAMED[name]
        held = getattr(ticket, column)
        return session.scalar(select(label).where(key == held)) if held else None
    value = getattr(ticket, name)
    return value.isoformat() if name in {"opened_at", "closed_at"} and value else value


def _key(value: object) -> UUID | None:
    read: Callable[[str], UUID] = UUID
    try:
        return read(str(value))
    except ValueError:
        return None
