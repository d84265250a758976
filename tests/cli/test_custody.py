"""``gongdan custody``: taken in, lent, listed, taken back, and what the book says."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.cli.conftest import Console

Proof = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def office(ready: Console) -> Console:
    """Return a command line of a company with a front desk that keeps a key."""
    ready.done("department", "create", "kf", "客服中心")
    for login, name in (("zhangmin", "张敏"), ("wangfang", "王芳")):
        ready.done("account", "create", login, "--name", name)
        ready.done("account", "member", login, "--role", "agent")
    ready.done("custody", "take-in", "key", "3-2-501 入户门", "--department", "kf", "--place", "1 号柜")
    return ready


def test_a_key_is_lent_listed_and_taken_back(office: Console) -> None:
    lend = ("custody", "lend", "k0001", "--to", "wangfang", "--purpose", "陪同看房")
    lent = office.json(*lend, "--until", "2099-03-05T18:00", "--as", "zhangmin")
    assert (lent["holder"], lent["state"], lent["until"]) == ("王芳", "lent", "2099-03-05T10:00:00+00:00")
    (listed,) = office.json("custody", "list", "--state", "lent")
    assert (listed["code"], listed["is_overdue"]) == ("K0001", False)
    (line,) = office.json("custody", "count", "--department", "kf")
    assert (line["kind"], line["in_store"], line["lent"]) == ("key", 0, 1)
    assert office.json("custody", "return", "K0001", "--place", "2 号柜")["place"] == "2 号柜"
    assert office.json("custody", "list", "--state", "lent") == []


def test_what_is_refused_changes_nothing(office: Console, unchanged_database: Proof) -> None:
    with unchanged_database():
        not_out = office("custody", "return", "K0001")
        no_phone = office("custody", "lend", "K0001", "--to", "黄师傅", "--purpose", "看房")
    assert (not_out.exit_code, "K0001 在库" in not_out.output) == (1, True)
    assert (no_phone.exit_code, "须留电话" in no_phone.output) == (1, True)
