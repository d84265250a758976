"""The inbox: what waits for the person, and what he can open with one click."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from flask import Blueprint, g, render_template, url_for
from werkzeug.exceptions import BadRequest

from gongdan.services.tickets import TicketFilter
from gongdan.text import msg
from gongdan.web import ticket_filters
from gongdan.web.access import current_desk, may, member
from gongdan.web.duty_groups import OWED_AT_MOST, owed
from gongdan.web.ticket_filters import NOBODYS, OVERDUE
from gongdan.web.tickets import Count, count_of
from gongdan.web.words import say

pages = Blueprint("home", __name__)

#: How many tickets a part of the page shows; the rest is one click away.
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with the list that it counts."""

    label: str
    icon: str
    tone: str
    count: Count
    address: str


@pages.get("/")
@member
def index() -> str:
    desk = current_desk()
    if not may("ticket.view"):
        return render_template("home/nothing.html")
    me, nobodys = g.person.id, ticket_filters.read_query(NOBODYS)
    with desk.reading():
        return render_template(
            "home/index.html",
            owed=owed(desk.duties.mine(limit=OWED_AT_MOST)),
            owed_at_most=OWED_AT_MOST,
            figures=tuple(_figures()),
            more_figures=tuple(_plugin_figures()),
            mine=desk.tickets.list(TicketFilter(is_open=True, assignee=str(me), sort="-changed_at"), limit=_SHOWN),
            waiting=desk.tickets.list(replace(nobodys.filter, sort="opened_at"), limit=_SHOWN),
            mentions=desk.notes.mentioning(me),
            types=desk.intake.types(),
            mine_address=_list(open=1, assignee=me),
            waiting_address=f"{url_for('tickets.index')}?{nobodys.query}",
        )


def _figures() -> Iterator[Figure]:
    me = g.person.id
    for label, icon, tone, query in (
        (msg("已逾期"), "clock-exclamation", "late", OVERDUE),
        (msg("我经办的未结"), "user-check", "ours", urlencode({"open": 1, "assignee": me})),
        (msg("我首接的未结"), "phone-incoming", "ours", urlencode({"open": 1, "owner": me})),
        (msg("未指派"), "user-plus", "waiting", NOBODYS),
        (msg("等待客户"), "hourglass", "waiting", "open=1&stage=waiting_customer"),
        (msg("全部未结"), "ticket", "new", "open=1"),
    ):
        yield _figure(say(label), icon, tone, query)


def _plugin_figures() -> Iterator[Figure]:
    """Count what plugins ask for; a query that is no list of tickets is left out."""
    desk = current_desk()
    manager = desk.installation.plugins
    for answer in manager.ask("dashboard_tiles", desk.enabled, report=desk.report, company=desk.company):
        for tile in answer.value:
            try:
                yield _figure(say(tile.label), tile.icon, "quiet", tile.query)
            except BadRequest:
                continue


def _figure(label: str, icon: str, tone: str, query: str) -> Figure:
    view = ticket_filters.read_query(query)
    count = count_of(current_desk().tickets.count(view.filter), view)
    return Figure(label, icon, tone, count, f"{url_for('tickets.index')}?{view.query}")


def _list(**conditions: object) -> str:
    return f"{url_for('tickets.index')}?{urlencode(conditions)}"
