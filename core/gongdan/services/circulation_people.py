"""Who may give notes on letters, and what those names are called."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.errors import FieldProblem
from gongdan.services.roster_rows import staff
from gongdan.storage.accounts import AccountRow, MembershipRow, RoleRow
from gongdan.text import msg


def holders(session: Session, company_id: UUID, permission: str) -> Sequence[tuple[UUID, str]]:
    """Return who works for a company today and has a permission, by name."""
    roles = {role.name for role in session.scalars(select(RoleRow)) if permission in role.permissions}
    query = (
        select(AccountRow.id, AccountRow.name, MembershipRow.roles)
        .join(MembershipRow, MembershipRow.account_id == AccountRow.id)
        .where(
            MembershipRow.company_id == company_id, MembershipRow.left_at.is_(None), AccountRow.disabled_at.is_(None)
        )
        .order_by(AccountRow.name)
    )
    return [(key, name) for key, name, held in session.execute(query) if roles & set(held)]


def manager_problems(
    session: Session, company_id: UUID, manager_id: UUID | None, permission: str
) -> tuple[FieldProblem, ...]:
    """Say why a letter cannot be laid before somebody."""
    known = holders(session, company_id, permission)
    if manager_id in {key for key, _ in known}:
        return ()
    rule, label = msg("请选择有批示权限的人"), msg("呈送")
    names = "、".join(name for _, name in known)
    remedy = msg("可选：{names}") if known else msg("请公司管理员给总经理的角色加上批示权限")
    return (FieldProblem("manager", "", rule, remedy, params={"names": names}, label=label),)


def names_of_staff(session: Session, company_id: UUID, wanted: Collection[UUID]) -> Mapping[UUID, str]:
    """Return the names of those of ``wanted`` who work for a company today."""
    there = set(staff(session, company_id)).intersection(wanted)
    query = select(AccountRow.id, AccountRow.name).where(AccountRow.id.in_(there))
    return dict(session.execute(query).all()) if there else {}
