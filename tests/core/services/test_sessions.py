"""Logging in: throttled, revocable on every device, and closed with the account."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from gongdan.errors import InvalidInput, LoginRefused, LoginThrottled, NotAllowed, NotFound
from gongdan.services import passwords
from gongdan.services.accounts import AccountView
from gongdan.services.actors import SYSTEM, Actor
from gongdan.services.desk import Desk
from gongdan.services.sessions import (
    IDLE,
    LONGEST,
    TRIES_PER_ADDRESS,
    TRIES_PER_LOGIN,
    TRIES_PER_LOGIN_EVERYWHERE,
    WINDOW,
)
from gongdan.storage.accounts import LoginFailureRow
from gongdan.testing.clocks import Clock
from gongdan.testing.contents import contents, unchanged
from gongdan.testing.factories import PASSWORD

NEW = "秋天的桂花 2026 autumn"


@pytest.fixture
def account(desk: Desk) -> AccountView:
    return desk.accounts.create(SYSTEM, "zhangmin", "张敏", PASSWORD, must_change_password=False)


def _log_in(desk: Desk, password: str = PASSWORD, *, login: str = "zhangmin", address: str = "10.0.0.7") -> str:
    return desk.sessions.log_in(login, password, address=address, device="前台电脑")


def _fail(desk: Desk, times: int, *, login: str = "zhangmin", address: str = "10.0.0.7") -> None:
    for _ in range(times):
        with pytest.raises(LoginRefused):
            _log_in(desk, "wrong password", login=login, address=address)


def test_a_right_password_opens_a_session(desk: Desk, account: AccountView) -> None:
    found = desk.sessions.find(_log_in(desk))
    assert found is not None
    assert (found.account.id, found.device, found.address, found.company_id) == (
        account.id,
        "前台电脑",
        "10.0.0.7",
        None,
    )


@pytest.mark.parametrize("password", ["", "海棠花开 2026 Spring", PASSWORD + " ", "x" * 100_000])
def test_a_wrong_password_opens_none(desk: Desk, account: AccountView, password: str) -> None:
    with pytest.raises(LoginRefused):
        _log_in(desk, password)
    assert contents(desk.database.engine)["login_session"] == []


@pytest.mark.parametrize("login", ["nobody", "", "ZHANGMIN", "zhangmin ", "' OR 1=1 --", "%", "x" * 5000])
def test_an_unknown_name_is_refused_as_a_wrong_password_is(desk: Desk, account: AccountView, login: str) -> None:
    with pytest.raises(LoginRefused) as refused:
        _log_in(desk, login=login)
    assert str(refused.value) == "用户名或密码不正确"


def test_neither_password_nor_token_is_kept(desk: Desk, account: AccountView) -> None:
    token = _log_in(desk)
    everything = str(contents(desk.database.engine))
    assert (PASSWORD in everything, token in everything) == (False, False)


@pytest.mark.parametrize("token", ["", "%", "x" * 10_000, "漏\0水", "\ud800"])
def test_a_made_up_token_finds_no_session(desk: Desk, account: AccountView, token: str) -> None:
    _log_in(desk)
    assert desk.sessions.find(token) is None


# --- Throttling ----------------------------------------------------------------------------------------------------


def test_after_too_many_tries_for_a_name_even_the_right_password_waits(
    desk: Desk, account: AccountView, clock: Clock
) -> None:
    _fail(desk, TRIES_PER_LOGIN - 1)
    _log_in(desk)
    _fail(desk, 1)
    clock.move(timedelta(minutes=5))
    _fail(desk, TRIES_PER_LOGIN - 1)
    with pytest.raises(LoginThrottled) as refused:
        _log_in(desk)
    assert refused.value.wait_minutes == 10
    clock.move(timedelta(minutes=10))
    _log_in(desk)


def test_who_guesses_elsewhere_does_not_keep_the_owner_out(desk: Desk, account: AccountView) -> None:
    _fail(desk, TRIES_PER_LOGIN, address="10.0.0.8")
    with pytest.raises(LoginThrottled):
        _log_in(desk, address="10.0.0.8")
    _log_in(desk)


def test_a_name_that_is_guessed_from_everywhere_waits(desk: Desk, account: AccountView) -> None:
    for number in range(TRIES_PER_LOGIN_EVERYWHERE):
        _fail(desk, 1, address=f"10.0.1.{number}")
    with pytest.raises(LoginThrottled):
        _log_in(desk)


def test_a_long_address_counts_as_the_part_that_is_kept(desk: Desk, account: AccountView) -> None:
    _fail(desk, TRIES_PER_LOGIN, address="x" * 200)
    with pytest.raises(LoginThrottled):
        _log_in(desk, address="x" * 200)


def test_a_try_counts_while_its_password_is_still_being_checked(
    desk: Desk, account: AccountView, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fail(desk, TRIES_PER_LOGIN - 1)

    def check_while_another_tries(stored: str | None, given: str) -> bool:
        del stored, given
        with pytest.raises(LoginThrottled):
            _log_in(desk)
        return False

    monkeypatch.setattr(passwords, "is_correct", check_while_another_tries)
    with pytest.raises(LoginRefused):
        _log_in(desk, "wrong password")


def test_failures_are_forgotten_once_they_count_no_more(desk: Desk, clock: Clock) -> None:
    _fail(desk, 3, login="nobody")
    clock.move(WINDOW)
    _fail(desk, 1, login="somebody")
    with desk.reading() as session:
        assert session.scalars(select(LoginFailureRow.login)).all() == ["somebody"]


def test_a_name_without_an_account_is_throttled_all_the_same(desk: Desk, account: AccountView) -> None:
    _fail(desk, TRIES_PER_LOGIN, login="nobody")
    with pytest.raises(LoginThrottled):
        _log_in(desk, login="nobody")


def test_one_address_cannot_try_many_names(desk: Desk, account: AccountView, clock: Clock) -> None:
    for number in range(TRIES_PER_ADDRESS):
        _fail(desk, 1, login=f"guess{number}")
    with pytest.raises(LoginThrottled):
        _log_in(desk)
    _log_in(desk, address="10.0.0.8")
    clock.move(WINDOW)
    _log_in(desk)


def test_waiting_does_not_lengthen_the_wait(desk: Desk, account: AccountView, clock: Clock) -> None:
    _fail(desk, TRIES_PER_LOGIN)
    clock.move(WINDOW - timedelta(seconds=1))
    for _ in range(3):
        with pytest.raises(LoginThrottled) as refused:
            _log_in(desk)
        assert refused.value.wait_minutes == 1
    clock.move(timedelta(seconds=1))
    _log_in(desk)


# --- Ending --------------------------------------------------------------------------------------------------------


def test_a_session_ends_when_it_is_not_used_for_long(desk: Desk, account: AccountView, clock: Clock) -> None:
    token = _log_in(desk)
    clock.move(IDLE - timedelta(seconds=1))
    assert desk.sessions.find(token) is not None
    clock.move(IDLE - timedelta(seconds=1))
    assert desk.sessions.find(token) is not None
    clock.move(IDLE)
    assert desk.sessions.find(token) is None


def test_a_session_ends_after_its_longest_time_however_much_it_is_used(
    desk: Desk, account: AccountView, clock: Clock
) -> None:
    token = _log_in(desk)
    step = timedelta(hours=6)
    for _ in range(LONGEST // step - 1):
        clock.move(step)
        assert desk.sessions.find(token) is not None
    clock.move(step)
    assert desk.sessions.find(token) is None


def test_a_person_sees_and_ends_each_of_his_devices(desk: Desk, account: AccountView, clock: Clock) -> None:
    first = _log_in(desk)
    clock.move(timedelta(minutes=1))
    second = _log_in(desk, address="10.0.0.8")
    shown = desk.sessions.of_account(account.id)
    assert [view.address for view in shown] == ["10.0.0.8", "10.0.0.7"]
    desk.sessions.revoke(account.id, shown[1].id)
    assert (desk.sessions.find(first), desk.sessions.find(second) is None) == (None, False)


def test_nobody_ends_another_persons_session(desk: Desk, account: AccountView) -> None:
    token = _log_in(desk)
    (view,) = desk.sessions.of_account(account.id)
    other = desk.accounts.create(SYSTEM, "lina", "李娜", PASSWORD)
    for session_id in (view.id, UUID(int=8)):
        with unchanged(desk.database.engine), pytest.raises(NotFound):
            desk.sessions.revoke(other.id, session_id)
    assert desk.sessions.find(token) is not None


def test_logging_out_ends_this_device_and_logging_out_everywhere_all_of_them(desk: Desk, account: AccountView) -> None:
    tokens = [_log_in(desk) for _ in range(3)]
    desk.sessions.log_out(tokens[0])
    assert [desk.sessions.find(token) is None for token in tokens] == [True, False, False]
    desk.sessions.log_out_everywhere(account.id)
    assert [desk.sessions.find(token) for token in tokens] == [None] * 3


def test_a_disabled_account_is_out_at_once_and_stays_out(desk: Desk, account: AccountView) -> None:
    token = _log_in(desk)
    desk.accounts.set_disabled(SYSTEM, account.id, disabled=True)
    assert desk.sessions.find(token) is None
    with pytest.raises(LoginRefused):
        _log_in(desk)
    desk.accounts.set_disabled(SYSTEM, account.id, disabled=False)
    assert desk.sessions.find(token) is None
    assert desk.sessions.find(_log_in(desk)) is not None


def test_only_an_operator_disables_accounts(desk: Desk, account: AccountView) -> None:
    administrator = Actor(UUID(int=1), "李建国", frozenset({"account.admin"}))
    with unchanged(desk.database.engine), pytest.raises(NotAllowed):
        desk.accounts.set_disabled(administrator, account.id, disabled=True)


# --- Passwords -----------------------------------------------------------------------------------------------------


def test_a_changed_password_ends_every_session(desk: Desk, account: AccountView) -> None:
    token = _log_in(desk)
    desk.accounts.change_password(account.id, PASSWORD, NEW)
    assert desk.sessions.find(token) is None
    with pytest.raises(LoginRefused):
        _log_in(desk)
    _log_in(desk, NEW)


def test_a_first_password_must_be_changed_and_a_changed_one_need_not(desk: Desk) -> None:
    account = desk.accounts.create(SYSTEM, "lina", "李娜", PASSWORD)
    assert account.must_change_password
    desk.accounts.change_password(account.id, PASSWORD, NEW)
    assert not desk.accounts.by_login("lina").must_change_password
    desk.accounts.reset_password(SYSTEM, account.id, PASSWORD)
    assert desk.accounts.by_login("lina").must_change_password


@pytest.mark.parametrize(
    ("current", "new", "error"),
    [
        ("wrong password", NEW, LoginRefused),
        (PASSWORD, PASSWORD, InvalidInput),
        (PASSWORD, "短密码", InvalidInput),
        (PASSWORD, "啊" * 20, InvalidInput),
        (PASSWORD, "my name is ZhangMin!", InvalidInput),
        (PASSWORD, "abcdefghij" * 21, InvalidInput),
    ],
    ids=["wrong", "same", "short", "repeated", "name", "long"],
)
def test_a_password_that_is_wrong_or_easy_to_guess_changes_nothing(
    desk: Desk, account: AccountView, current: str, new: str, error: type[Exception]
) -> None:
    token = _log_in(desk)
    with unchanged(desk.database.engine, but=["login_failure"]), pytest.raises(error):
        desk.accounts.change_password(account.id, current, new)
    assert desk.sessions.find(token) is not None


def test_passwords_are_hashed_with_argon2id(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    hashed = passwords.hash_password(PASSWORD, "zhangmin")
    assert hashed.startswith("$argon2id$")
    assert hashed != passwords.hash_password(PASSWORD, "zhangmin")
    assert passwords.is_correct(hashed, PASSWORD)
    assert not passwords.is_correct("no hash at all", PASSWORD)


def test_first_passwords_keep_the_rules_and_differ(desk: Desk) -> None:
    made = {passwords.first_password("zhangmin") for _ in range(200)}
    assert len(made) == 200
    assert all(passwords.hash_password(each, "zhangmin") for each in list(made)[:20])


def test_guessing_the_current_password_is_throttled_like_a_log_in(desk: Desk, account: AccountView) -> None:
    for _ in range(TRIES_PER_LOGIN):
        with pytest.raises(LoginRefused):
            desk.accounts.change_password(account.id, "falsch geraten 1", NEW)
    with pytest.raises(LoginThrottled):
        desk.accounts.change_password(account.id, PASSWORD, NEW)


def test_a_changed_password_takes_back_the_tries_that_missed_it(desk: Desk, account: AccountView) -> None:
    with pytest.raises(LoginRefused):
        desk.accounts.change_password(account.id, "falsch geraten 1", NEW)
    desk.accounts.change_password(account.id, PASSWORD, NEW)
    for _ in range(TRIES_PER_LOGIN - 1):
        with pytest.raises(LoginRefused):
            desk.sessions.log_in(account.login, PASSWORD, address="10.0.0.9", device="")
    assert desk.sessions.log_in(account.login, NEW, address="10.0.0.9", device="")
