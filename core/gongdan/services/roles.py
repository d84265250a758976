"""Roles: a company's sets of permissions."""

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from gongdan.domain.people import ADMINISTRATOR, Permission, Role
from gongdan.errors import Conflict, FieldProblem, InUse, InvalidInput, NotFound
from gongdan.services.actors import BEYOND_OWN
from gongdan.storage.accounts import MembershipRow, RoleRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

_NAME = re.compile(r"[a-z][a-z0-9_]{1,60}")


@dataclass(frozen=True, slots=True)
class RoleView:
    """A role as the company has it."""

    name: str
    label: str
    permissions: frozenset[str]


class Roles:
    """Use cases around the roles of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def all(self) -> Sequence[RoleView]:
        """Return the company's roles by name."""
        with self._desk.reading() as session:
            rows = session.scalars(select(RoleRow).order_by(RoleRow.name))
            return tuple(RoleView(row.name, row.label, frozenset(row.permissions)) for row in rows)

    def permissions(self) -> Sequence[Permission]:
        """Return every permission that the core and the company's plugins declare."""
        return self._desk.installation.plugins.catalogue.permissions.of(self._desk.enabled)

    def save(self, name: str, label: str, permissions: Collection[str], *, new: bool = False) -> None:
        """Make or change a role; raises ``InvalidInput``, ``Conflict`` or ``NotFound``.

        The administrator's role keeps the permission to administer accounts, or nobody could undo the change. Who is
        no administrator himself gives and takes only permissions that he has.
        """
        self._desk.require("account.admin")
        self._check(name, label, permissions)
        with self._desk.working() as work:
            work.take_turn()
            row = _find(work.session, name)
            if new and row:
                raise Conflict("role", name)
            if row is None:
                if not new:
                    raise NotFound("role", name)
                row = RoleRow(name=name, label="", permissions=[])
                work.session.add(row)
            self._require_grantable(set(permissions).symmetric_difference(row.permissions))
            before = {"label": row.label, "permissions": list(row.permissions)}
            row.label, row.permissions = label.strip(), sorted(permissions)
            work.session.flush()
            work.record(
                "role.saved",
                "role",
                row.id,
                before=before,
                after={"name": name, "label": row.label, "permissions": row.permissions},
            )

    def remove(self, name: str) -> None:
        """Delete a role that nobody has today; what was done in it stays, and a plugin's comes with the next enabling.

        Raises ``InUse`` for the administrator's and for one that members have, ``InvalidInput`` for one with
        permissions that the actor may not take, ``NotFound``.
        """
        self._desk.require("account.admin")
        with self._desk.working() as work:
            # Nobody gets the role while it goes, see ``Members.save``.
            work.take_turn()
            row = _find(work.session, name)
            if row is None:
                raise NotFound("role", name)
            if problems := self._kept_by(work.session, row):
                raise InUse(problems)
            self._require_grantable(row.permissions)
            before = {"name": name, "label": row.label, "permissions": list(row.permissions)}
            work.session.delete(row)
            work.record("role.removed", "role", row.id, before=before)

    def obstacle(self, name: str) -> InUse | None:
        """Return why a role cannot be deleted today; None when nothing stands in the way. Raises ``NotFound``."""
        self._desk.require("account.admin")
        with self._desk.reading() as session:
            row = _find(session, name)
            if row is None:
                raise NotFound("role", name)
            problems = self._kept_by(session, row)
            return InUse(problems) if problems else None

    def _kept_by(self, session: Session, row: RoleRow) -> tuple[FieldProblem, ...]:
        if row.name == ADMINISTRATOR:
            return (FieldProblem("", row.label, msg("公司管理员这个角色不能删除"), label=msg("角色")),)
        today = select(MembershipRow.roles).where(
            MembershipRow.company_id == self._desk.company.id, MembershipRow.left_at.is_(None)
        )
        count = sum(row.name in roles for roles in session.scalars(today))
        if not count:
            return ()
        rule = msg("还有 {count} 名成员是这个角色，请先在“人员”页给他们换角色")
        return (FieldProblem("", row.label, rule, params={"count": count}, label=msg("角色")),)

    def _require_grantable(self, permissions: Collection[str]) -> None:
        labels = {permission.name: permission.label for permission in self.permissions()}
        beyond = [name for name in sorted(permissions) if not self._desk.actor.may_grant((name,))]
        if beyond:
            label = msg("权限")
            raise InvalidInput(
                tuple(FieldProblem("permissions", labels.get(name, name), BEYOND_OWN, label=label) for name in beyond)
            )

    def _check(self, name: str, label: str, permissions: Collection[str]) -> None:
        known = {permission.name for permission in self.permissions()}
        problems = []
        if not _NAME.fullmatch(name):
            problems.append(
                FieldProblem("name", name, msg("只能用小写字母、数字和下划线，并以字母开头"), label=msg("角色标识"))
            )
        if not label.strip():
            problems.append(FieldProblem("label", label, msg("必须填写"), label=msg("角色名称")))
        problems += [
            FieldProblem("permissions", given, msg("不是已知的权限"), label=msg("权限"))
            for given in sorted(set(permissions) - known)
        ]
        if name == ADMINISTRATOR and "account.admin" not in permissions:
            problems.append(
                FieldProblem("permissions", "account.admin", msg("公司管理员必须保留管理账号的权限"), label=msg("权限"))
            )
        if problems:
            raise InvalidInput(tuple(problems))


def _find(session: Session, name: str) -> RoleRow | None:
    return session.scalars(select(RoleRow).where(RoleRow.name == name)).one_or_none()


def seed_roles(session: Session, roles: Iterable[Role]) -> None:
    """Add declared roles that the company does not have yet; its own changes stay."""
    existing = set(session.scalars(select(RoleRow.name)))
    for role in roles:
        if role.name not in existing:
            session.add(RoleRow(name=role.name, label=role.label, permissions=sorted(role.permissions)))
    session.flush()
