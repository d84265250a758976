"""Accounts: people who can log in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from gongdan.domain.folding import is_blank
from gongdan.domain.leavers import DENIED_BEFORE_LEAVING
from gongdan.domain.searching import fold
from gongdan.domain.snapshots import CompanyView
from gongdan.errors import Conflict, FieldProblem, InvalidInput, LoginRefused, NotFound
from gongdan.services import passwords
from gongdan.services.actors import Actor
from gongdan.storage.accounts import AccountRow, LoginSessionRow, MembershipRow, RoleRow
from gongdan.storage.companies import CompanyRow
from gongdan.storage.leavers import LeavingRow
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import Desk

_LOGIN = re.compile(r"[\w.@+-]{2,120}")


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account without its secrets."""

    id: UUID
    login: str
    name: str
    locale: str
    phone: str
    is_operator: bool
    must_change_password: bool
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """Where a person works: his companies, the one he is in, and who he is there."""

    companies: tuple[CompanyView, ...]
    #: None for somebody who belongs to no company today.
    company: CompanyView | None
    actor: Actor


class Accounts:
    """Use cases around accounts, over all companies."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk

    def create(
        self,
        actor: Actor,
        login: str,
        name: str,
        password: str,
        *,
        is_operator: bool = False,
        must_change_password: bool = True,
        locale: str = "zh",
        phone: str = "",
    ) -> AccountView:
        """Make an account; raises ``InvalidInput`` or ``Conflict``. Company administrators make no operators."""
        if is_operator:
            actor.require_operator()
        elif not actor.is_operator:
            actor.require("account.admin")
        _check(login, name)
        hashed = passwords.hash_password(password, login)
        with self._desk.working(actor) as work:
            if work.session.scalar(select(AccountRow.id).where(AccountRow.login == login)):
                raise Conflict("account", login)
            row = AccountRow(
                login=login,
                name=name.strip(),
                password_hash=hashed,
                is_operator=is_operator,
                must_change_password=must_change_password,
                locale=locale,
                phone=phone.strip(),
                created_at=work.now,
            )
            work.session.add(row)
            work.session.flush()
            work.record("account.created", "account", row.id, after={"login": login, "operator": is_operator})
            return view(row)

    def by_login(self, login: str) -> AccountView:
        """Return the account; raises ``NotFound``."""
        with self._desk.reading() as session:
            row = session.scalars(select(AccountRow).where(AccountRow.login == login)).one_or_none()
            if row is None:
                raise NotFound("account", login)
            return view(row)

    def all(self) -> Sequence[AccountView]:
        """Return every account of the installation, by login."""
        with self._desk.reading() as session:
            return tuple(view(row) for row in session.scalars(select(AccountRow).order_by(AccountRow.login)))

    def search(self, text: str, *, after: str = "", limit: int = 100) -> tuple[Sequence[AccountView], str]:
        """Return accounts in which every word stands, by login, and the login after which the next ones begin."""
        words = fold(text).split()
        query = select(AccountRow).where(AccountRow.login > after).order_by(AccountRow.login)
        with self._desk.reading() as session, session.scalars(query.execution_options(yield_per=limit)) as rows:
            fitting = (row for row in rows if _stands_in(words, row))
            found = [view(row) for row in islice(fitting, limit + 1)]
        return found[:limit], found[limit - 1].login if len(found) > limit else ""

    def companies_of(self, account_id: UUID) -> Sequence[CompanyView]:
        """Return the companies the person is a member of today, by code."""
        query = (
            select(CompanyRow)
            .join(MembershipRow, MembershipRow.company_id == CompanyRow.id)
            .where(MembershipRow.account_id == account_id, MembershipRow.left_at.is_(None))
            .order_by(CompanyRow.code)
        )
        with self._desk.reading() as session:
            return tuple(_company_view(row) for row in session.scalars(query))

    def actor(self, account_id: UUID, company_id: UUID) -> Actor | None:
        """Return the person as an actor in the company; None unless he is a member of it today."""
        with self._desk.reading(company_id) as session:
            account = session.get(AccountRow, account_id)
            if account is None or account.disabled_at is not None:
                return None
            query = select(MembershipRow.roles).where(
                MembershipRow.account_id == account_id,
                MembershipRow.company_id == company_id,
                MembershipRow.left_at.is_(None),
            )
            roles = session.scalar(query)
            if roles is None:
                return None
            sets = session.scalars(select(RoleRow.permissions).where(RoleRow.name.in_(roles)))
            permissions = frozenset(name for permissions in sets for name in permissions)
            permissions -= _denied(session, account.id)
            return Actor(account.id, account.name, permissions, frozenset(roles), is_operator=account.is_operator)

    def enter(self, account: AccountView, wanted: UUID | None) -> Entry:
        """Return a person's companies by code, and who he is in the wanted one, else in the one he joined first.

        ``account`` is one that may log in now, such as that of a live session.
        """
        query = (
            select(CompanyRow, MembershipRow)
            .join(MembershipRow, MembershipRow.company_id == CompanyRow.id)
            .where(MembershipRow.account_id == account.id, MembershipRow.left_at.is_(None))
            .order_by(CompanyRow.code)
        )
        with self._desk.reading() as session:
            places = [(_company_view(row), place) for row, place in session.execute(query)]
        companies = tuple(company for company, _ in places)
        if not places:
            return Entry(companies, None, Actor(account.id, account.name, is_operator=account.is_operator))
        first = min(places, key=lambda found: found[1].joined_at)
        company, place = next((found for found in places if found[0].id == wanted), first)
        roles = place.roles
        with self._desk.reading(company.id) as session:
            sets = session.scalars(select(RoleRow.permissions).where(RoleRow.name.in_(roles))).all()
            denied = _denied(session, account.id)
        permissions = frozenset(name for permissions in sets for name in permissions) - denied
        actor = Actor(account.id, account.name, permissions, frozenset(roles), is_operator=account.is_operator)
        return Entry(companies, company, actor)

    def operator(self, account_id: UUID) -> Actor:
        """Return the person as an actor on the installation, without any company's permissions."""
        with self._desk.reading() as session:
            row = session.get_one(AccountRow, account_id)
            return Actor(row.id, row.name, is_operator=row.is_operator and row.disabled_at is None)

    def change_password(self, account_id: UUID, current: str, new: str) -> None:
        """Set a new password and end every other session.

        Raises as ``confirm`` does, or ``InvalidInput``.
        """
        stored = self.confirm(account_id, current)
        if current == new:
            raise InvalidInput((FieldProblem("password", "", msg("新密码不能与原密码相同"), label=msg("密码")),))
        self._set_password(Actor(account_id, stored.name), stored, new, must_change=False)

    def confirm(self, account_id: UUID, password: str) -> AccountRow:
        """Make sure that it is the person himself, who types his password once more.

        Tries count like those of a log-in. Raises ``LoginRefused`` or ``LoginThrottled``.
        """
        with self._desk.reading() as session:
            stored = session.get_one(AccountRow, account_id)
        self._desk.sessions.count_try(stored.login, f"password of {stored.login}")
        if not passwords.is_correct(stored.password_hash, password):
            raise LoginRefused
        self._desk.sessions.forget_tries(stored.login)
        return stored

    def reset_password(self, actor: Actor, account_id: UUID, new: str) -> None:
        """Give an account a first password, to be changed at the next log-in; every session ends.

        Raises ``NotAllowed`` unless ``may_reset``.
        """
        with self._desk.reading() as session:
            stored = session.get(AccountRow, account_id)
        if stored is None:
            raise NotFound("account", str(account_id))
        if not self.may_reset(actor, view(stored)):
            actor.require("account.admin")
            actor.require_operator()
        self._set_password(actor, stored, new, must_change=True)

    def may_reset(self, actor: Actor, account: AccountView) -> bool:
        """Tell whether ``actor`` may give the account another password.

        He must administer the accounts of every company the person works for, and be one who could give him his
        roles there, since whoever sets a password can enter as him; operators may always, and nobody else may reset
        an operator's.
        """
        if actor.is_operator:
            return True
        companies = self.companies_of(account.id)
        if account.is_operator or not companies or actor.account_id is None:
            return False
        for company in companies:
            here, other = self.actor(actor.account_id, company.id), self.actor(account.id, company.id)
            if here is None or not here.may("account.admin"):
                return False
            if other is not None and not here.may_grant(other.permissions):
                return False
        return True

    def set_disabled(self, actor: Actor, account_id: UUID, *, disabled: bool) -> None:
        """Close or open an account; a closed one's sessions end at once. Nobody closes his own."""
        actor.require_operator()
        if disabled and account_id == actor.account_id:
            raise InvalidInput((FieldProblem("account", "", msg("不能停用自己的账号"), label=msg("账号")),))
        with self._desk.working(actor) as work:
            row = work.get(AccountRow, account_id, "account")
            row.disabled_at = work.now if disabled else None
            self._end_sessions(work.session, account_id, work.now) if disabled else None
            work.record("account.disabled" if disabled else "account.enabled", "account", account_id)

    def change_profile(self, account_id: UUID, *, name: str, phone: str, locale: str) -> AccountView:
        """Change what a person may change about himself."""
        with self._desk.working(Actor(account_id, name)) as work:
            row = work.get(AccountRow, account_id, "account")
            _check(row.login, name)
            before = {"name": row.name, "phone": row.phone, "locale": row.locale}
            row.name, row.phone, row.locale = name.strip(), phone.strip(), locale
            after = {"name": row.name, "phone": row.phone, "locale": row.locale}
            work.record("account.changed", "account", account_id, before=before, after=after)
            return view(row)

    def _set_password(self, actor: Actor, stored: AccountRow, new: str, *, must_change: bool) -> None:
        hashed = passwords.hash_password(new, stored.login)
        with self._desk.working(actor) as work:
            row = work.get(AccountRow, stored.id, "account")
            row.password_hash, row.must_change_password = hashed, must_change
            self._end_sessions(work.session, row.id, work.now)
            work.record("account.password_set", "account", row.id)

    @staticmethod
    def _end_sessions(session: Session, account_id: UUID, now: datetime) -> None:
        session.execute(
            update(LoginSessionRow)
            .where(LoginSessionRow.account_id == account_id, LoginSessionRow.revoked_at.is_(None))
            .values(revoked_at=now)
            .execution_options(synchronize_session=False)
        )


def _stands_in(words: Sequence[str], row: AccountRow) -> bool:
    """Tell whether every word stands in what an account is found by."""
    text = fold(f"{row.login} {row.name} {row.phone}")
    return all(word in text for word in words)


def view(row: AccountRow) -> AccountView:
    """Return a snapshot of the account."""
    return AccountView(
        row.id,
        row.login,
        row.name,
        row.locale,
        row.phone,
        row.is_operator,
        row.must_change_password,
        row.created_at,
        row.disabled_at,
    )


def is_login(text: str) -> bool:
    """Tell whether ``text`` can be a login name at all."""
    return bool(_LOGIN.fullmatch(text))


def _company_view(row: CompanyRow) -> CompanyView:
    return CompanyView(row.id, row.code, row.name, row.time_zone, row.locale, row.accent, row.parent_id)


def _check(login: str, name: str) -> None:
    problems = []
    if not is_login(login):
        problems.append(
            FieldProblem("login", login, msg("2 至 120 个字符，只能是文字、数字和 . @ + - _"), label=msg("用户名"))
        )
    if is_blank(name):
        problems.append(FieldProblem("name", name, msg("必须填写"), label=msg("姓名")))
    if problems:
        raise InvalidInput(tuple(problems))


def _denied(session: Session, account_id: UUID) -> frozenset[str]:
    """Return what a member may not do because he is about to leave the company that the session is bound to."""
    leaving = select(LeavingRow.id).where(LeavingRow.account_id == account_id, LeavingRow.ended_at.is_(None))
    return DENIED_BEFORE_LEAVING if session.scalar(leaving) is not None else frozenset()
