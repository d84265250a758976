"""What the commands of each noun do."""

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from tests.cli.conftest import Console

Proof = Callable[[], AbstractContextManager[None]]


# --- Companies -------------------------------------------------------------------------------


def test_companies_are_created_listed_and_changed(ready: Console) -> None:
    ready.done("company", "create", "meijia", "美家装饰", "--accent", "green")
    ready.done("company", "change", "meijia", "--name", "美家装饰工程")
    listed = ready.json("company", "list")
    assert [(company["code"], company["name"], company["accent"]) for company in listed] == [
        ("meijia", "美家装饰工程", "green"),
        ("xingfu", "幸福物业", "blue"),
    ]


def test_wrong_values_are_all_told_at_once_and_nothing_is_made(ready: Console, unchanged_database: Proof) -> None:
    with unchanged_database():
        result = ready("company", "create", "X", "新公司", "--time-zone", "Mars/Base")
    assert result.exit_code == 1
    assert "公司代码“X”" in result.stderr
    assert "时区“Mars/Base”" in result.stderr


def test_a_misspelled_administrator_leaves_no_company_behind(ready: Console, unchanged_database: Proof) -> None:
    with unchanged_database():
        result = ready("company", "create", "meijia", "美家装饰", "--administrator", "nobody")
    assert (result.exit_code, "账号: nobody" in result.stderr) == (1, True)


def test_an_error_for_machines_is_json_on_standard_error(ready: Console) -> None:
    import json

    result = ready("company", "create", "xingfu", "幸福物业", "--json")
    assert (result.exit_code, result.stdout) == (1, "")
    assert json.loads(result.stderr)["error"]["code"] == "conflict"


def test_the_only_company_needs_no_name_and_two_do(ready: Console) -> None:
    ready.done("role", "list")
    ready.done("company", "create", "meijia", "美家装饰")
    result = ready("role", "list")
    assert result.exit_code == 2
    assert "meijia, xingfu" in result.stderr
    ready.done("role", "list", "--company", "meijia")


# --- Plugins ---------------------------------------------------------------------------------


def test_installed_plugins_are_listed_without_a_database(console: Console) -> None:
    (plugin,) = console.json("plugin", "list")
    assert (plugin["name"], plugin["version"], plugin["problem"]) == ("sample", "1.0", "")


def test_a_company_enables_and_disables_a_plugin(ready: Console) -> None:
    ready.done("plugin", "disable", "sample")
    assert [plugin["is_enabled"] for plugin in ready.json("plugin", "list", "--company", "xingfu")] == [False]
    ready.done("plugin", "enable", "sample")
    assert [plugin["is_enabled"] for plugin in ready.json("plugin", "list", "--company", "xingfu")] == [True]


def test_an_unknown_plugin_is_refused(ready: Console) -> None:
    result = ready("plugin", "enable", "nothing")
    assert (result.exit_code, "扩展: nothing" in result.stderr) == (1, True)


# --- Accounts and members --------------------------------------------------------------------


def test_an_account_becomes_a_member_with_roles_department_and_position(ready: Console) -> None:
    ready.done("account", "create", "zhangmin", "--name", "张敏")
    ready.done("department", "create", "kf", "客服部")
    ready.done("account", "member", "zhangmin", "--role", "agent", "--role", "worker", "--department", "kf",
               "--position", "客服专员")  # fmt: skip
    members = {member["login"]: member for member in ready.json("account", "list", "--company", "xingfu")}
    assert (members["zhangmin"]["roles"], members["zhangmin"]["position"]) == (["agent", "worker"], "客服专员")


def test_an_unknown_role_is_refused_and_makes_nobody_a_member(ready: Console, unchanged_database: Proof) -> None:
    ready.done("account", "create", "zhangmin", "--name", "张敏")
    with unchanged_database():
        result = ready("account", "member", "zhangmin", "--role", "boss")
    assert (result.exit_code, "角色“boss”" in result.stderr) == (1, True)


def test_an_unknown_department_is_refused(ready: Console) -> None:
    result = ready("account", "member", "admin", "--role", "agent", "--department", "nowhere")
    assert (result.exit_code, "部门: nowhere" in result.stderr) == (1, True)


def test_an_account_is_disabled_and_enabled(ready: Console) -> None:
    ready.done("account", "create", "zhangmin", "--name", "张敏")
    assert ready.json("account", "disable", "zhangmin")["is_disabled"]
    assert not ready.json("account", "enable", "zhangmin")["is_disabled"]


def test_a_reset_password_is_another_one_each_time(ready: Console) -> None:
    first, second = (ready.json("account", "reset-password", "admin")["password"] for _ in range(2))
    assert first != second


def test_departments_are_listed_in_the_order_of_the_tree(ready: Console) -> None:
    ready.done("department", "create", "gc", "工程部")
    ready.done("department", "create", "wx", "维修班", "--parent", "gc")
    assert [row["path"] for row in ready.json("department", "list")] == ["/gc", "/gc/wx"]


def test_a_department_is_changed_moved_and_closed(ready: Console) -> None:
    for given in (("gc", "工程部"), ("kf", "客服部"), ("wx", "维修班", "--parent", "gc")):
        ready.done("department", "create", *given)
    assert ready.json("department", "move", "gc", "--parent", "/kf")["path"] == "/kf/gc"
    assert ready.json("department", "change", "kf/gc", "--code", "eng")["name"] == "工程部"
    assert ready.json("department", "move", "kf/eng/wx")["path"] == "/wx"
    ready.done("department", "change", "wx", "--name", "维修中心")
    assert "工程部" in ready.done("department", "close", "kf/eng")
    listed = [(row["path"], row["name"]) for row in ready.json("department", "list")]
    assert listed == [("/kf", "客服部"), ("/wx", "维修中心")]


def test_a_department_in_use_is_not_closed(ready: Console, unchanged_database: Proof) -> None:
    ready.done("department", "create", "kf", "客服部")
    ready.done("account", "create", "zhangmin", "--name", "张敏")
    ready.done("account", "member", "zhangmin", "--role", "agent", "--department", "kf")
    with unchanged_database():
        result = ready("department", "close", "kf")
    assert (result.exit_code, "部门“客服部”: 还有 1 名成员" in result.stderr) == (1, True)


def test_a_role_is_removed_unless_somebody_has_it(ready: Console, unchanged_database: Proof) -> None:
    ready.done("account", "create", "zhangmin", "--name", "张敏")
    ready.done("account", "member", "zhangmin", "--role", "agent")
    assert ready.json("role", "remove", "observer") == {"name": "observer"}
    assert "observer" not in {row["name"] for row in ready.json("role", "list")}
    with unchanged_database():
        result = ready("role", "remove", "agent")
    assert (result.exit_code, "角色“客服”: 还有 1 名成员" in result.stderr) == (1, True)


def test_roles_are_listed_with_words_for_people_and_names_for_machines(ready: Console) -> None:
    agents = {row["name"]: row for row in ready.json("role", "list")}["agent"]
    assert "ticket.create" in agents["permissions"]
    assert "登记工单" in ready.done("role", "list")


# --- Journal ---------------------------------------------------------------------------------


def test_the_chains_of_the_installation_and_of_every_company_are_verified(ready: Console) -> None:
    rows = ready.json("journal", "verify")
    assert [(row["company"], row["is_whole"]) for row in rows] == [("-", True), ("xingfu", True)]


def test_a_changed_entry_is_found_and_the_status_is_1(ready: Console) -> None:
    from sqlalchemy import create_engine, text

    url = ready.variables["GONGDAN_DATABASE_URL"].replace("postgresql://", "postgresql+psycopg://")
    engine = create_engine(url)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            # Whoever may write to the file may also take its guard away.
            connection.execute(text("DROP TRIGGER journal_entry_no_update"))
        connection.execute(text("UPDATE journal_entry SET actor_name = '别人' WHERE act = 'plugin.enabled'"))
    engine.dispose()
    result = ready("journal", "verify", "--company", "xingfu")
    assert result.exit_code == 1
    assert "内容或校验值被改动" in result.stdout


def test_the_latest_acts_stand_at_the_end(ready: Console) -> None:
    assert ready.json("journal", "tail", "--count", "1")[0]["act"] == "plugin.enabled"
    assert ready.json("journal", "tail", "--act", "company.")[-1]["act"] == "company.created"


# --- Tickets and clauses ---------------------------------------------------------------------


@pytest.fixture
def with_ticket(ready: Console) -> str:
    """Open a ticket in 幸福物业 and return its number."""
    from gongdan.bootstrap import open_desk, system_clock
    from gongdan.settings import read_settings
    from gongdan.testing.factories import Factory

    settings = read_settings({}, home=ready.home, database_url=ready.variables["GONGDAN_DATABASE_URL"])
    desk = open_desk(settings, clock=system_clock)
    factory = Factory(desk.at(desk.companies.by_code("xingfu")))
    number = factory.ticket(requester_id=factory.party().id).number
    desk.close()
    return number


def test_tickets_are_listed_and_shown_in_words(ready: Console, with_ticket: str) -> None:
    assert with_ticket in ready.done("ticket", "list", "--open", "--text", "漏水")
    shown = ready.done("ticket", "show", with_ticket)
    assert "状态: 待派单" in shown
    assert "内容: 厨房水管漏水，请尽快派人" in shown


def test_a_filter_leaves_out_what_does_not_fit(ready: Console, with_ticket: str) -> None:
    assert with_ticket
    assert ready.json("ticket", "list", "--closed") == []
    assert ready.json("ticket", "list", "--text", "电梯") == []


def test_an_unknown_ticket_is_refused(ready: Console) -> None:
    result = ready("ticket", "show", "BX000")
    assert (result.exit_code, "工单: BX000" in result.stderr) == (1, True)


def test_a_clause_is_shown_with_the_places_that_stand_on_it(console: Console) -> None:
    shown = console.json("clause", "show", "SAMPLE-02")
    assert shown["zh"] == "实际费用不得超过预估费用"
    assert shown["used_by"] == ["报修 · 费用不超过预估", "制度 · 到场"]
    assert [row["id"] for row in console.json("clause", "list")] == ["SAMPLE-01", "SAMPLE-02"]


def test_an_unknown_clause_is_refused(console: Console) -> None:
    result = console("clause", "show", "SAMPLE-99")
    assert (result.exit_code, "gongdan clause list" in result.stderr) == (1, True)
