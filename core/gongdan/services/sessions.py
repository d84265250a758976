"""Logging in and out: throttled, revocable, one row for each signed-in device."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from gongdan.errors import LoginRefused, LoginThrottled, NotFound
from gongdan.services import passwords
from gongdan.services.accounts import AccountView, is_login, view
from gongdan.services.actors import Actor
from gongdan.storage.accounts import AccountRow, LoginFailureRow, LoginSessionRow

if TYPE_CHECKING:
    from gongdan.services.desk import Desk

#: How long a device stays signed in without being used.
IDLE = timedelta(hours=12)
#: How long a device stays signed in at most.
LONGEST = timedelta(days=14)
#: Failed tries are counted over this span.
WINDOW = timedelta(minutes=15)
#: Failed tries for one login name from one address within the window before they have to wait.
TRIES_PER_LOGIN = 8
#: Failed tries for one login name from all addresses; its owner is to get in while somebody else is guessing.
TRIES_PER_LOGIN_EVERYWHERE = 40
#: Failed tries from one address within the window before it has to wait.
TRIES_PER_ADDRESS = 40
#: A session's last use is written down at most this often.
_SEEN_EVERY = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class SessionView:
    """A signed-in device."""

    id: UUID
    account: AccountView
    company_id: UUID | None
    created_at: datetime
    seen_at: datetime
    device: str
    address: str


class Sessions:
    """Use cases around logging in."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk

    def log_in(self, login: str, password: str, *, address: str, device: str) -> str:
        """Return the token of a new session; raises ``LoginRefused`` or ``LoginThrottled``.

        Failed tries count for the name whether or not an account of that name exists; a successful one takes back
        what was counted for its name.
        """
        if not is_login(login):
            raise LoginRefused
        account = self.count_try(login, address)
        stored = account.password_hash if account and account.disabled_at is None else None
        if not passwords.is_correct(stored, password) or account is None:
            raise LoginRefused
        return self._open(account, address, device)

    def count_try(self, login: str, address: str) -> AccountRow | None:
        """Count a try at the password of a login and return its account; raises ``LoginThrottled``.

        A try counts before its password is looked at: checking takes long, and many may come at once.
        """
        address = address[:64]
        with self._desk.working(Actor(None, login)) as work:
            self._throttle(work.session, login, address, work.now)
            work.session.execute(delete(LoginFailureRow).where(LoginFailureRow.failed_at <= work.now - WINDOW))
            work.session.add(LoginFailureRow(login=login, address=address, failed_at=work.now))
            return work.session.scalars(select(AccountRow).where(AccountRow.login == login)).one_or_none()

    def forget_tries(self, login: str) -> None:
        """Take back what was counted for a login whose owner has shown the right password."""
        with self._desk.working(Actor(None, login)) as work:
            work.session.execute(delete(LoginFailureRow).where(LoginFailureRow.login == login))

    def find(self, token: str) -> SessionView | None:
        """Return the live session of a token; None when it is unknown, ended, or its account is closed."""
        now = self._desk.clock()
        query = (
            select(LoginSessionRow, AccountRow)
            .join(AccountRow, AccountRow.id == LoginSessionRow.account_id)
            .where(LoginSessionRow.token_digest == _digest(token), LoginSessionRow.revoked_at.is_(None))
        )
        with self._desk.reading() as session:
            found = session.execute(query).one_or_none()
        if found is None:
            return None
        row, account = found
        if row.expires_at <= now or row.seen_at + IDLE <= now or account.disabled_at is not None:
            return None
        if row.seen_at + _SEEN_EVERY <= now:
            self._update(row.id, seen_at=now)
        return _view(row, account)

    def enter_company(self, session_id: UUID, company_id: UUID) -> None:
        """Remember which company the device is in."""
        self._update(session_id, company_id=company_id)

    def of_account(self, account_id: UUID) -> Sequence[SessionView]:
        """Return the signed-in devices of a person, the latest first."""
        now = self._desk.clock()
        query = (
            select(LoginSessionRow, AccountRow)
            .join(AccountRow, AccountRow.id == LoginSessionRow.account_id)
            .where(
                LoginSessionRow.account_id == account_id,
                LoginSessionRow.revoked_at.is_(None),
                LoginSessionRow.expires_at > now,
                LoginSessionRow.seen_at > now - IDLE,
            )
            .order_by(LoginSessionRow.seen_at.desc())
        )
        with self._desk.reading() as session:
            return tuple(_view(row, account) for row, account in session.execute(query))

    def log_out(self, token: str) -> None:
        """End the session of a token."""
        found = self.find(token)
        if found:
            self.revoke(found.account.id, found.id)

    def revoke(self, account_id: UUID, session_id: UUID) -> None:
        """End one device's session of the person; raises ``NotFound`` for somebody else's."""
        with self._desk.working(Actor(account_id, "")) as work:
            row = work.get(LoginSessionRow, session_id, "session")
            if row.account_id != account_id:
                raise NotFound("session", str(session_id))
            row.revoked_at = work.now
            work.record("session.ended", "account", account_id, after={"device": row.device})

    def log_out_everywhere(self, account_id: UUID) -> None:
        """End every session of the person."""
        with self._desk.working(Actor(account_id, "")) as work:
            work.session.execute(
                update(LoginSessionRow)
                .where(LoginSessionRow.account_id == account_id, LoginSessionRow.revoked_at.is_(None))
                .values(revoked_at=work.now)
                .execution_options(synchronize_session=False)
            )
            work.record("session.all_ended", "account", account_id)

    def _throttle(self, session: Session, login: str, address: str, now: datetime) -> None:
        by_login, by_address = LoginFailureRow.login == login, LoginFailureRow.address == address
        for tried, limit in (
            (by_login & by_address, TRIES_PER_LOGIN),
            (by_login, TRIES_PER_LOGIN_EVERYWHERE),
            (by_address, TRIES_PER_ADDRESS),
        ):
            query = select(func.count(), func.min(LoginFailureRow.failed_at)).where(
                tried, LoginFailureRow.failed_at > now - WINDOW
            )
            count, oldest = session.execute(query).one()
            if count >= limit:
                left = oldest + WINDOW - now
                raise LoginThrottled(max(1, -(-int(left.total_seconds()) // 60)))

    def _open(self, account: AccountRow, address: str, device: str) -> str:
        token = secrets.token_urlsafe(32)
        with self._desk.working(Actor(account.id, account.name)) as work:
            work.session.execute(delete(LoginFailureRow).where(LoginFailureRow.login == account.login))
            row = LoginSessionRow(
                account_id=account.id,
                token_digest=_digest(token),
                created_at=work.now,
                seen_at=work.now,
                expires_at=work.now + LONGEST,
                device=device[:255],
                address=address[:64],
            )
            work.session.add(row)
            work.record("session.opened", "account", account.id, after={"address": address, "device": device[:255]})
        return token

    def _update(self, session_id: UUID, **values: object) -> None:
        with self._desk.working(Actor(None, "")) as work:
            work.session.execute(
                update(LoginSessionRow)
                .where(LoginSessionRow.id == session_id)
                .values(**values)
                .execution_options(synchronize_session=False)
            )


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _view(row: LoginSessionRow, account: AccountRow) -> SessionView:
    return SessionView(row.id, view(account), row.company_id, row.created_at, row.seen_at, row.device, row.address)
