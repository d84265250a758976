import stat
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.cli.conftest import Console

Proof = Callable[[], AbstractContextManager[None]]


def test_init_makes_a_database_and_an_operator_whose_password_is_shown_once(console: Console) -> None:
    shown = console.json("init", "--login", "ops", "--name", "值班员")
    assert (shown["login"], shown["home"]) == ("ops", str(console.home))
    assert len(shown["password"]) == 14
    accounts = console.json("account", "list")
    assert [(account["login"], account["name"], account["is_operator"]) for account in accounts] == [
        ("ops", "值班员", True)
    ]


def test_the_shown_password_opens_the_account(console: Console) -> None:
    from gongdan.bootstrap import open_desk
    from gongdan.settings import read_settings

    shown = console.json("init")
    settings = read_settings({}, home=console.home, database_url=console.variables["GONGDAN_DATABASE_URL"])
    desk = open_desk(settings)
    assert desk.sessions.log_in("admin", shown["password"], address="127.0.0.1", device="test")
    desk.close()


def test_a_given_password_is_not_shown(console: Console) -> None:
    assert "海棠花开" not in console.done("init", "--password", "海棠花开 2026 spring")


def test_init_says_what_comes_next(console: Console) -> None:
    assert "gongdan company create" in console.done("init")


def test_a_second_init_is_refused_and_changes_nothing(console: Console, unchanged_database: Proof) -> None:
    console.done("init")
    with unchanged_database():
        result = console("init", "--login", "other")
    assert result.exit_code == 1
    assert "已经初始化过" in result.stderr
    assert "reset-password" in result.stderr


def test_a_weak_password_is_refused_and_a_better_one_is_then_taken(console: Console) -> None:
    result = console("init", "--password", "short")
    assert result.exit_code == 1
    assert "密码至少 10 个字符" in result.stderr
    console.done("init", "--password", "海棠花开 2026 spring")


def test_before_init_every_command_says_to_run_it(console: Console) -> None:
    result = console("company", "list")
    assert result.exit_code == 1
    assert "gongdan init" in result.stderr


def test_the_state_of_the_tables_is_told_and_upgraded(console: Console) -> None:
    before = console("db", "status", "--json")
    assert (before.exit_code, '"is_current": false' in before.stdout) == (1, True)
    console.done("db", "upgrade")
    (core,) = console.json("db", "status")
    assert core["stored"] == core["newest"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights elsewhere")
def test_only_the_owner_can_read_the_secret(console: Console) -> None:
    console.done("init")
    assert stat.S_IMODE((console.home / "secret.key").stat().st_mode) == 0o600
