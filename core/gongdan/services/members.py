"""Members: who works for a company, where in the tree, and in which roles."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from gongdan.domain.people import ADMINISTRATOR
from gongdan.errors import FieldProblem, InvalidInput, NotFound
from gongdan.services import passwords
from gongdan.services.actors import BEYOND_OWN
from gongdan.services.departments import CLOSED
from gongdan.services.leaver_lines import obstacle
from gongdan.services.work import Work, get_row
from gongdan.storage.accounts import AccountRow, MembershipRow, RoleRow
from gongdan.storage.companies import DepartmentRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Longest position, in characters.
MAX_POSITION = 120


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
    phone: str = ""
    #: Signed in never, or not since an administrator set the password.
    must_change_password: bool = False
    is_operator: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMember:
    """A person who gets an account and a place in the company at once."""

    login: str
    name: str
    phone: str = ""
    locale: str = "zh"
    roles: Sequence[str] = ()
    department_id: UUID | None = None
    position: str = ""
    supervisor_id: UUID | None = None


class Members:
    """Use cases around the members of one company."""

    def __init__(self, desk: "CompanyDesk") -> None:
        self._desk = desk

    def all(self) -> Sequence[MemberView]:
        """Return today's members by name, namesakes by login."""
        query = self._query().order_by(AccountRow.name, AccountRow.login)
        with self._desk.reading() as session:
            return tuple(_view(account, membership) for account, membership in session.execute(query))

    def who_may(self, permission: str) -> Sequence[MemberView]:
        """Return today's members one of whose roles has ``permission``, by name."""
        with self._desk.reading() as session:
            roles = {role.name for role in session.scalars(select(RoleRow)) if permission in role.permissions}
            return tuple(member for member in self.all() if roles & set(member.roles) and not member.is_disabled)

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
        self,
        account_id: UUID,
        roles: Sequence[str],
        *,
        department_id: UUID | None = None,
        position: str = "",
        supervisor_id: UUID | None = None,
    ) -> MemberView:
        """Take a person into the company or change his place; raises ``InvalidInput`` or ``NotFound``.

        A person who works for another company, or for the installation, is taken in by an operator only: nobody is
        pulled into a company whose administrator he does not know. Nobody gives or takes a role that may do more
        than he himself, unless he is an administrator: ``InvalidInput``. Raises ``NotAllowed``.
        """
        self._desk.require("account.admin")
        with self._desk.working() as work:
            work.take_turn()
            account = work.get(AccountRow, account_id, "account")
            if account.is_operator or self._works_elsewhere(work.session, account_id):
                self._require_known(work.session, account_id)
            self._check(work.session, roles)
            self._check_place(work.session, account_id, supervisor_id, department_id)
            row = work.session.scalars(self._membership(account_id)).one_or_none()
            before = _values(row) if row else {}
            self._require_grantable(work.session, set(roles).symmetric_difference(row.roles if row else ()))
            if row is None:
                row = MembershipRow(account_id=account_id, company_id=self._desk.company.id, joined_at=work.now)
                work.session.add(row)
            row.roles, row.department_id, row.position = sorted(roles), department_id, position.strip()
            row.supervisor_id, row.left_at = supervisor_id, None
            self._keep_an_administrator(work.session)
            work.record("member.saved", "account", account_id, before=before, after=_values(row))
            return _view(account, row)

    def hire(self, person: NewMember) -> tuple[MemberView, str]:
        """Make an account with a place in the company; returns the first password, which is kept nowhere.

        Raises ``InvalidInput``, or ``Conflict`` when somebody has the login name already.
        """
        self._desk.require("account.admin")
        # Account and place are two transactions: what the second would refuse must not leave the first behind.
        _check_position(person.position)
        with self._desk.reading() as session:
            self._check(session, person.roles)
            self._require_grantable(session, person.roles)
            self._check_place(session, None, person.supervisor_id, person.department_id)
        password = passwords.first_password(person.login)
        account = self._desk.installation.accounts.create(
            self._desk.actor,
            person.login.strip(),
            person.name,
            password,
            locale=person.locale,
            phone=person.phone,
        )
        member = self.save(
            account.id,
            person.roles,
            department_id=person.department_id,
            position=person.position,
            supervisor_id=person.supervisor_id,
        )
        return member, password

    def reset_password(self, account_id: UUID) -> str:
        """Give a member another first password and return it; raises ``NotFound`` or ``NotAllowed``."""
        member = self.find(account_id)
        password = passwords.first_password(member.login)
        self._desk.installation.accounts.reset_password(self._desk.actor, account_id, password)
        return password

    def remove(self, account_id: UUID) -> None:
        """Let a person leave the company; what he did stays.

        Raises ``InUse`` with the list while he has anything in his hands: a leaver's handover passes it on.
        """
        self._desk.require("account.admin")
        with self._desk.working() as work:
            work.take_turn()
            row = work.session.scalars(self._membership(account_id)).one_or_none()
            if row is None or row.left_at is not None:
                raise NotFound("member", str(account_id))
            self._require_grantable(work.session, row.roles)
            if in_the_way := obstacle(work.session, account_id):
                raise in_the_way
            self.release(work, account_id)

    def release(self, work: Work, account_id: UUID) -> None:
        """End a membership inside a running transaction; whoever calls has seen to what the person had."""
        row = work.session.scalars(self._membership(account_id)).one()
        row.left_at = work.now
        self._keep_an_administrator(work.session)
        work.record("member.left", "account", account_id, before=_values(row))

    def _query(self) -> Select[AccountRow, MembershipRow]:
        return (
            select(AccountRow, MembershipRow)
            .join(MembershipRow, MembershipRow.account_id == AccountRow.id)
            .where(MembershipRow.company_id == self._desk.company.id, MembershipRow.left_at.is_(None))
        )

    def _works_elsewhere(self, session: Session, account_id: UUID) -> bool:
        query = select(MembershipRow.id).where(
            MembershipRow.account_id == account_id, MembershipRow.company_id != self._desk.company.id
        )
        return session.scalar(query.limit(1)) is not None

    def _require_known(self, session: Session, account_id: UUID) -> None:
        """Raise ``NotAllowed`` unless the person is a member today or an operator asks."""
        place = session.scalars(self._membership(account_id)).one_or_none()
        if place is None or place.left_at is not None:
            self._desk.actor.require_operator()

    def _membership(self, account_id: UUID) -> Select[MembershipRow]:
        return select(MembershipRow).where(
            MembershipRow.account_id == account_id, MembershipRow.company_id == self._desk.company.id
        )

    def _require_grantable(self, session: Session, roles: Iterable[str]) -> None:
        """Raise ``InvalidInput`` for roles that may do what the actor may not."""
        found = session.scalars(select(RoleRow).where(RoleRow.name.in_(roles)).order_by(RoleRow.name))
        beyond = [role.label for role in found if not self._desk.actor.may_grant(role.permissions)]
        if beyond:
            raise InvalidInput(tuple(FieldProblem("roles", label, BEYOND_OWN, label=msg("角色")) for label in beyond))

    @staticmethod
    def _check(session: Session, roles: Sequence[str]) -> None:
        known = set(session.scalars(select(RoleRow.name)))
        problems = [
            FieldProblem("roles", role, msg("公司没有这个角色"), label=msg("角色"))
            for role in roles
            if role not in known
        ]
        if not roles:
            problems.append(FieldProblem("roles", "", msg("至少选择一个角色"), label=msg("角色")))
        if problems:
            raise InvalidInput(tuple(problems))

    def _check_place(
        self,
        session: Session,
        account_id: UUID | None,
        supervisor_id: UUID | None,
        department_id: UUID | None,
    ) -> None:
        if department_id and get_row(session, DepartmentRow, department_id, "department").closed_at is not None:
            raise InvalidInput((FieldProblem("department_id", "", CLOSED, label=msg("部门")),))
        if supervisor_id is None:
            return
        query = self._query().with_only_columns(MembershipRow.account_id, MembershipRow.supervisor_id)
        above = dict(session.execute(query).all())
        if supervisor_id not in above:
            raise _wrong_supervisor(msg("上级必须是本公司的人员"))
        if account_id in _chain(above, supervisor_id):
            raise _wrong_supervisor(msg("上级不能是本人或自己的下属"))

    def _keep_an_administrator(self, session: Session) -> None:
        session.flush()
        left = session.scalars(
            self._query().with_only_columns(MembershipRow.roles).where(AccountRow.disabled_at.is_(None))
        )
        if not any(ADMINISTRATOR in roles for roles in left) and not self._desk.actor.is_trusted:
            raise InvalidInput((FieldProblem("roles", "", msg("公司至少要有一名公司管理员"), label=msg("角色")),))


def _chain(above: Mapping[UUID, UUID | None], start: UUID) -> set[UUID]:
    seen: set[UUID] = set()
    step: UUID | None = start
    while step and step not in seen:
        seen.add(step)
        step = above.get(step)
    return seen


def _wrong_supervisor(rule: str) -> InvalidInput:
    return InvalidInput((FieldProblem("supervisor", "", rule, label=msg("上级")),))


def _check_position(position: str) -> None:
    if len(position.strip()) > MAX_POSITION:
        rule, params = msg("最多 {max_length} 个字符"), {"max_length": MAX_POSITION}
        raise InvalidInput((FieldProblem("position", position[:40], rule, params=params, label=msg("职务")),))


def _values(row: MembershipRow) -> dict[str, object]:
    return {
        "roles": row.roles,
        "department": row.department_id,
        "position": row.position,
        "supervisor": row.supervisor_id,
    }


def _view(account: AccountRow, membership: MembershipRow) -> MemberView:
    return MemberView(
        account.id,
        account.login,
        account.name,
        membership.department_id,
        membership.position,
        membership.supervisor_id,
        tuple(membership.roles),
        account.disabled_at is not None,
        account.phone,
        account.must_change_password,
        account.is_operator,
    )
