"""The fields that every ticket has: what they are called, and which values they may take."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from gongdan.domain.fields import Field, FieldKind
from gongdan.domain.ticket_types import TicketType
from gongdan.errors import FieldProblem
from gongdan.storage.accounts import MembershipRow
from gongdan.storage.assets import AssetRow
from gongdan.storage.companies import DepartmentRow
from gongdan.storage.parties import PartyRow
from gongdan.storage.tenancy import company_of
from gongdan.text import msg

#: Shown names, source texts.
LABELS: Mapping[str, str] = {
    "subject": msg("主题"),
    "description": msg("内容"),
    "requester": msg("来电人"),
    "contact_name": msg("来电人"),
    "contact_phone": msg("电话"),
    "asset": msg("地点"),
    "channel": msg("来源"),
    "severity": msg("级别"),
    "category": msg("类别"),
    "cause": msg("原因"),
    "finding": msg("认定"),
    "owner": msg("首接人"),
    "assignee": msg("经办人"),
    "department": msg("部门"),
    "correction_reason": msg("更正原因"),
}

#: Fields that take one of the ticket type's choices.
CHOICES = ("severity", "category", "cause", "finding")

#: Fields that name another row, with the column that keeps its id.
REFERENCES: Mapping[str, str] = {
    "owner": "owner_id",
    "assignee": "assignee_id",
    "department": "department_id",
    "asset": "asset_id",
    "requester": "requester_id",
}


def core_field(ticket_type: TicketType, name: str, *, required: bool) -> Field:
    """Return a core field in the form of a declared one, for dialogs."""
    if name in CHOICES:
        choices = ticket_type.choices(name)
        return Field(name=name, label=LABELS[name], kind=FieldKind.CHOICE, required=required, choices=choices)
    return Field(name=name, label=LABELS[name], kind=FieldKind.PERSON, required=required)


def read_core_fields(
    session: Session, ticket_type: TicketType, given: Mapping[str, object]
) -> tuple[dict[str, Any], list[FieldProblem]]:
    """Return the filled choices and references of ``given`` by name, and every problem found.

    A reference must be one of the session's company: a member, a department, an asset, a party.
    """
    values: dict[str, Any] = {}
    problems: list[FieldProblem] = []
    for name, value in given.items():
        if value in {None, ""}:
            continue
        if name in CHOICES:
            values[name] = str(value)
            if value not in {choice.value for choice in ticket_type.choices(name)}:
                problems.append(FieldProblem(name, str(value), msg("不是可选的值"), label=LABELS[name]))
        elif name in REFERENCES:
            values[name] = _found(session, name, str(value))
            if values[name] is None:
                problems.append(FieldProblem(name, str(value), msg("本公司没有这一项"), label=LABELS[name]))
    return values, problems


def _found(session: Session, name: str, given: str) -> UUID | None:
    try:
        key = UUID(given)
    except ValueError:
        return None
    found: UUID | None = session.scalar(_QUERIES[name](session, key))
    return found


def _member(session: Session, key: UUID) -> Select[Any]:
    return select(MembershipRow.account_id).where(
        MembershipRow.account_id == key,
        MembershipRow.company_id == company_of(session),
        MembershipRow.left_at.is_(None),
    )


_QUERIES: Mapping[str, Callable[[Session, UUID], Select[Any]]] = {
    "owner": _member,
    "assignee": _member,
    "department": lambda _, key: select(DepartmentRow.id).where(DepartmentRow.id == key),
    "asset": lambda _, key: select(AssetRow.id).where(AssetRow.id == key),
    "requester": lambda _, key: select(PartyRow.id).where(PartyRow.id == key),
}
