from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

from gongdan.hooks.manager import LoadFailure, PluginManager
from gongdan.services.desk import CompanyDesk
from gongdan.testing.factories import Factory
from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]


def test_a_card_says_what_a_plugin_brings(administrator: Visitor) -> None:
    page = administrator.get("/plugins").text
    for words in (
        "样例物业",
        "测试用的报修流程",
        "1.0",
        "报修",
        "楼栋、房屋",
        "维修工程师",
        "2 条，逐条对应到流程",
        "已启用",
    ):
        assert words in page, words


def test_before_disabling_the_dialog_says_what_stays(administrator: Visitor, factory: Factory) -> None:
    factory.ticket()
    dialog = administrator.get("/plugins/sample/disable", fragment=True).text
    assert "已有的 1 张工单连同日志、附件全部保留" in dialog
    assert "其中 1 张还没有办结" in dialog
    assert "不能再登记它的工单类型：报修" in dialog


def test_a_disabled_plugins_tickets_stay_readable(
    administrator: Visitor, factory: Factory, company_desk: CompanyDesk
) -> None:
    ticket = factory.ticket(description="厨房水管漏水")
    administrator.get("/plugins")
    administrator.post("/plugins/sample/disable")
    assert "厨房水管漏水" in administrator.get(f"/tickets/{ticket.id}").text
    assert not any(view.is_enabled for view in company_desk.plugins.all())
    administrator.post("/plugins/sample/enable")
    assert any(view.is_enabled for view in company_desk.plugins.all())


def test_a_plugin_that_failed_to_load_is_shown_with_its_cause(
    administrator: Visitor, plugin_manager: PluginManager
) -> None:
    plugin_manager.failures.append(
        LoadFailure("gps_install", "gongdan-gps", "gongdan_gps_install.plugin", "ImportError: no module <fleet>")
    )
    page = administrator.get("/plugins").text
    for words in (
        "没有载入的扩展",
        "gongdan-gps",
        "gongdan_gps_install.plugin",
        "ImportError: no module &lt;fleet&gt;",
    ):
        assert words in page, words


def test_an_unknown_plugin_is_neither_enabled_nor_disabled(administrator: Visitor, unchanged: Unchanged) -> None:
    administrator.get("/plugins")
    with unchanged():
        answers = [administrator.post(f"/plugins/niemand/{act}") for act in ("enable", "disable")]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_others_switch_nothing(agent: Visitor, unchanged: Unchanged) -> None:
    with unchanged():
        answers = [agent.get("/plugins"), agent.post("/plugins/sample/disable")]
    assert [answer.status_code for answer in answers] == [403, 403]
