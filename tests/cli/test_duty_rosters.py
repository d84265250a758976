"""``gongdan worker`` lets the next shift take over what is owed."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from gongdan.bootstrap import open_desk
from gongdan.domain.rulebook import Rulebook
from gongdan.hooks.manager import PluginManager
from gongdan.services.desk import CompanyDesk
from gongdan.services.rosters import NewShift
from gongdan.settings import read_settings
from gongdan.testing import sample
from gongdan.testing.factories import Factory
from gongdan.testing.fakes import make_plugin
from tests.cli.conftest import Console

_HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def plugin_modules() -> Mapping[str, ModuleType]:
    book: Rulebook = sample.with_duties().register_rulebook()
    sort = replace(sample.DISPATCH, name="sample.sort", label="分拣", owed_by=("agent",))
    return {sample.NAME: make_plugin(register_rulebook=lambda: replace(book, duty_rules=(*book.duty_rules, sort)))}


@pytest.fixture
def company(ready: Console, plugin_manager: PluginManager) -> Iterator[CompanyDesk]:
    settings = read_settings({}, home=Path(ready.home), database_url=ready.variables["GONGDAN_DATABASE_URL"])
    desk = open_desk(settings, plugins=plugin_manager)
    yield desk.at(desk.companies.by_code("xingfu"))
    desk.close()


def test_a_worker_hands_what_is_owed_to_the_next_shift_when_the_one_before_ends(
    ready: Console, company: CompanyDesk
) -> None:
    department, now = company.departments.create("kf", "客服中心"), datetime.now(UTC)
    for login, name, begins in (("zhangmin", "张敏", now - _HOUR), ("lijianguo", "李建国", now + _HOUR)):
        ready.done("account", "create", login, "--name", name)
        ready.done("account", "member", login, "--role", "agent")
        account = next(each for each in company.members.all() if each.login == login)
        company.rosters.plan(
            NewShift(account_id=account.account_id, department_id=department.id, role="agent", begins=begins,
                     ends=begins + 2 * _HOUR)
        )  # fmt: skip
    ticket = Factory(company).ticket(department_id=department.id)
    for hours, debtor in ((0.9, "张敏"), (1.1, "李建国")):
        ready.done("worker", "--once", "--now", (now + hours * _HOUR).isoformat())
        listed = ready.json("duty", "list", "--ticket", ticket.number)
        assert [duty["debtor"] for duty in listed if duty["rule"] == "sample.sort"] == [debtor]
