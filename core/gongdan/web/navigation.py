"""The left rail: what the person may open, the core's own pages first, then those of plugins."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from flask import Flask, current_app, g, request, url_for

from gongdan.text import msg, msg_in
from gongdan.web.access import may
from gongdan.web.words import say


@dataclass(frozen=True, slots=True)
class Link:
    """An entry of the rail, in words."""

    label: str
    path: str
    icon: str
    #: What waits there for a person, in words; empty for nothing.
    waiting: str = ""

    @property
    def is_active(self) -> bool:
        """Tell whether the page at hand belongs to the entry; one with a query stands for that list alone."""
        path, _, query = self.path.partition("?")
        if query:
            return request.path == path and set(parse_qsl(query)) <= set(request.args.items(multi=True))
        return request.path == path or (path != "/" and request.path.startswith(path.rstrip("/") + "/"))


@dataclass(frozen=True, slots=True)
class _Entry:
    #: Source text.
    label: str
    endpoint: str
    icon: str
    permission: str = ""
    operator: bool = False


_DAILY = (
    _Entry(msg("收件箱"), "home.index", "inbox"),
    _Entry(msg_in("many", "工单"), "tickets.index", "ticket", "ticket.view"),
    _Entry(msg_in("many", "客户"), "parties.index", "users", "party.view"),
    _Entry(msg_in("many", "资产"), "assets.index", "building", "asset.view"),
    _Entry(msg_in("many", "单据"), "form_list.index", "files", "ticket.view"),
    _Entry(msg("责任看板"), "duties.team", "layout-kanban", "duty.team"),
    _Entry(msg_in("many", "计划"), "plans.index", "calendar-repeat", "plan.view"),
    _Entry(msg_in("many", "审批"), "approvals.index", "signature"),
    _Entry(msg("排班"), "rosters.index", "clock", "roster.view"),
    _Entry(msg("保管"), "custody.index", "key", "custody.view"),
    _Entry(msg("收发文"), "circulation.index", "mail", "circulation.view"),
)
_ADMINISTRATION = (
    _Entry(msg("导入"), "imports.index", "database-import", "import.run"),
    _Entry(msg("工作日历"), "calendars.index", "calendar", "policy.view"),
    _Entry(msg("公司设置"), "companies.settings", "settings", "company.admin"),
    _Entry(msg("制度"), "policies.index", "gavel", "policy.view"),
    _Entry(msg("人员"), "members.index", "users-group", "account.admin"),
    _Entry(msg("离岗交接"), "leavers.index", "logout", "leaver.manage"),
    _Entry(msg_in("many", "角色"), "roles.index", "shield-check", "account.admin"),
    _Entry(msg_in("many", "扩展"), "plugins.index", "puzzle", "plugin.admin"),
    _Entry(msg("定时任务"), "timers.index", "hourglass", "plugin.admin"),
    _Entry(msg("日志"), "journal.index", "history", "journal.view"),
    _Entry(msg("涉密查阅记录"), "secrecy.log", "eye", "secrecy.audit"),
    _Entry(msg("涉密查看申请"), "secrecy.requests", "lock", "secrecy.consent"),
    _Entry(msg("全部公司"), "companies.index", "building-community", operator=True),
)


def daily() -> Sequence[Link]:
    """Return what people work with every day, and what plugins add to it; plugins are asked once for each page."""
    if "rail" not in g:
        g.rail = (*_links(_DAILY), *_plugin_links())
    found: Sequence[Link] = g.rail
    return found


def administration() -> Sequence[Link]:
    """Return what administrators open."""
    return tuple(_links(_ADMINISTRATION))


def install(app: Flask) -> None:
    """Give templates the rail."""
    app.jinja_env.globals.update(rail_daily=daily, rail_administration=administration)


def _links(entries: Sequence[_Entry]) -> Iterator[Link]:
    for entry in entries:
        if entry.endpoint not in current_app.view_functions:
            continue
        if entry.operator:
            is_shown = g.actor is not None and g.actor.is_operator
        else:
            is_shown = g.desk is not None and (not entry.permission or may(entry.permission))
        if is_shown:
            yield Link(_label(entry), url_for(entry.endpoint), entry.icon, _waiting(entry))


def _waiting(entry: _Entry) -> str:
    if entry.endpoint == "secrecy.requests":
        count = g.desk.secrecy.count_waiting()
        return say(msg("{count} 项待批准"), count=count) if count else ""
    if entry.endpoint == "approvals.index":
        return str(g.desk.approvals.waiting() or "")
    if entry.endpoint == "timers.index" and g.desk.timer_lists.has_parked():
        return say(msg("有搁置"))
    return ""


def assets_label() -> str:
    """Return what the company's trades call their assets, in words."""
    books = g.desk.installation.plugins.catalogue.rulebooks
    words = [book.assets_label for name, book in books.items() if name in g.desk.enabled and book.assets_label]
    return " / ".join(dict.fromkeys(map(say, words))) or say(msg_in("many", "资产"))


def _label(entry: _Entry) -> str:
    return assets_label() if entry.endpoint == "assets.index" else say(entry.label)


def _plugin_links() -> Iterator[Link]:
    if g.desk is None:
        return
    manager = g.desk.installation.plugins
    for answer in manager.ask("menu_entries", g.desk.enabled, report=g.desk.report, company=g.desk.company):
        for entry in answer.value:
            if not entry.permission or may(entry.permission):
                yield Link(say(entry.label), entry.path, entry.icon)
