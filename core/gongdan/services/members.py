"""Members: who works for a company, where in the tree, and in which roles."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from gongdan.domain.people import ADMINISTRATOR
from gongdan.errors import FieldProblem, InvalidInput, NotFound
from gongdan.storage.accounts import AccountRow, MembershipRow, RoleRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk


@dataclass(frozen=True, slots=True)
class MemberView:
    """A person of the company."""

    account_id: UUID
    login: str
    name: str
    department_id: UUID | None
    position: str
    supervisor_id: UUID | None
    roles: tuple[str, ...]
    is_disabled: bool


class Members:
    """Use cases around the members of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def all(self) -> Sequence[MemberView]:
        """Return today's members by name."""
        query = self._query().order_by(AccountRow.name)
        with self._desk.reading() as session:
            return tuple(_view(account, membership) for account, membership in session.execute(query))

    def find(self, account_id: UUID) -> MemberView:
        """Return a member; raises ``NotFound``."""
        with self._desk.reading() as session:
            return self.require(session, account_id)

    def require(self, session: Session, account_id: UUID) -> MemberView:
        """Return a member inside a running transaction; raises ``NotFound``."""
        found = session.execute(self._query().where(AccountRow.id == account_id)).one_or_none()
        if found is None:
            raise NotFound("member", str(account_id))
        return _view(*found)

    def save(
        self, account_id: UUID, roles: Sequence[str], *, department_id: UUID | None = None, position: str = "",
        supervisor_id: UUID | None = None,
    ) -> MemberView:  # fmt: skip
        """Take a person into the company or change his place; raises ``InvalidInput`` or ``NotFound``."""
        self._desk.require("account.admin")
        with self._desk.working() as work:
            account = work.get(AccountRow, account_id, "account")
            self._check(work.session, account_id, roles, supervisor_id)
            row = work.session.scalars(self._membership(account_id)).one_or_none()
            before = _values(row) if row else {}
            if row is None:
                row = MembershipRow(account_id=account_id, company_id=self._desk.company.id, joined_at=work.now)
                work.session.add(row)
            row.roles, row.department_id, row.position = sorted(roles), department_id, position.strip()
            row.supervisor_id, row.left_at = supervisor_id, None
            self._keep_an_administrator(work.session)
            work.record("member.saved", "account", account_id, before=before, after=_values(row))
            return _view(account, row)

    def remove(self, account_id: UUID) -> None:
        """Let a person leave the company; what he did stays."""
        self._desk.require("account.admin")
        with self._desk.working() as work:
            row = work.session.scalars(self._membership(account_id)).one_or_none()
            if row is None or row.left_at is not None:
                raise NotFound("member", str(account_id))
            row.left_at = work.now
            self._keep_an_administrator(work.session)
            work.record("member.left", "account", account_id, before=_values(row))

    def _query(self) -> Select[tuple[AccountRow, MembershipRow]]:
        return (
            select(AccountRow, MembershipRow)
            .join(MembershipRow, MembershipRow.account_id == AccountRow.id)
            .where(MembershipRow.company_id == self._desk.company.id, MembershipRow.left_at.is_(None))
        )

    def _membership(self, account_id: UUID) -> Select[tuple[MembershipRow]]:
        return select(MembershipRow).where(
            MembershipRow.account_id == account_id, MembershipRow.company_id == self._desk.company.id
        )

    def _check(self, session: Session, account_id: UUID, roles: Sequence[str], supervisor_id: UUID | None) -> None:
        known = set(session.scalars(select(RoleRow.name)))
        problems = [FieldProblem("roles", role, msg("公司没有这个角色"), label=msg("角色"))
                    for role in roles if role not in known]  # fmt: skip
        if not roles:
            problems.append(FieldProblem("roles", "", msg("至少选择一个角色"), label=msg("角色")))
        if supervisor_id == account_id:
            problems.append(FieldProblem("supervisor", "", msg("上级不能是本人"), label=msg("上级")))
        if problems:
            raise InvalidInput(tuple(problems))

    def _keep_an_administrator(self, session: Session) -> None:
        session.flush()
        left = session.scalars(
            select(MembershipRow.roles).where(
                MembershipRow.company_id == self._desk.company.id, MembershipRow.left_at.is_(None)
            )
        )
        if not any(ADMINISTRATOR in roles for roles in left) and not self._desk.actor.is_trusted:
            raise InvalidInput((FieldProblem("roles", "", msg("公司至少要有一名公司管理员"), label=msg("角色")),))


def _values(row: MembershipRow) -> dict[str, object]:
    return {"roles": row.roles, "department": row.department_id, "position": row.position,
            "supervisor": row.supervisor_id}  # fmt: skip


def _view(account: AccountRow, membership: MembershipRow) -> MemberView:
    return MemberView(account.id, account.login, account.name, membership.department_id, membership.position,
                      membership.supervisor_id, tuple(membership.roles), account.disabled_at is not None)  # fmt: skip
