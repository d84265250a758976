"""Tickets in words: the names that a ticket type gives to states and choices, in the reader's language."""

from collections.abc import Mapping

from flask import Flask

from gongdan.domain.snapshots import TicketView
from gongdan.domain.ticket_links import LinkKind
from gongdan.domain.ticket_types import TicketType
from gongdan.domain.workflow import StateCategory
from gongdan.services.intake import CHANNELS
from gongdan.services.links import MERGED_STATE, LinkView
from gongdan.text import msg
from gongdan.web.access import installation
from gongdan.web.words import say

#: What a state means to everybody who does not know the ticket type.
CATEGORY_LABELS: Mapping[str, str] = {
    StateCategory.NEW: msg("新"),
    StateCategory.TRIAGE: msg("待受理"),
    StateCategory.WAITING_US: msg("待我方处理"),
    StateCategory.WAITING_CUSTOMER: msg("等待客户"),
    StateCategory.WAITING_THIRD: msg("等待第三方"),
    StateCategory.DONE: msg("已办结"),
    StateCategory.CLOSED: msg("已关闭"),
    StateCategory.VOID: msg("已作废"),
}

#: How a linked ticket stands to the one looked at: seen from the first end, from the second.
LINK_LABELS: Mapping[LinkKind, tuple[str, str]] = {
    LinkKind.PARENT: (msg("下级工单"), msg("上级工单")),
    LinkKind.FOLLOW_UP: (msg("后续工单"), msg("由此工单延续")),
    LinkKind.MERGED: (msg("已并入"), msg("并入本单的工单")),
    LinkKind.CAUSED_BY: (msg("起因"), msg("引起的工单")),
    LinkKind.RELATED: (msg("相关工单"), msg("相关工单")),
}


def type_of(ticket: TicketView) -> TicketType | None:
    """Return the declared type; None when its plugin is no longer installed."""
    return installation().plugins.catalogue.ticket_types.get(ticket.type)


def type_label(ticket: TicketView) -> str:
    """Return what the ticket's kind is called."""
    found = type_of(ticket)
    return say(found.label) if found else ticket.type


def state_label(ticket: TicketView, state: str = "") -> str:
    """Return what a state of the ticket's type is called; the ticket's own state by default."""
    name, found = state or ticket.state, type_of(ticket)
    if name == MERGED_STATE:
        return say(msg("已合并"))
    declared = found.workflow.state(name) if found else None
    return say(declared.label) if declared else name


def choice(ticket: TicketView, core_field: str, value: str | None = None) -> str:
    """Return the label of severity, category, cause or finding; of the ticket's own value by default."""
    given = str(getattr(ticket, core_field)) if value is None else value
    found = type_of(ticket)
    return say(found.choice_label(core_field, given)) if found and given else given


def severity_rank(ticket: TicketView) -> int:
    """Return 1 for the worst severity of the ticket's type, 2 for the next; 5 when it has none."""
    found = type_of(ticket)
    values = [one.value for one in found.severities] if found else []
    return min(values.index(ticket.severity) + 1, 5) if ticket.severity in values else 5


def channel(value: str) -> str:
    """Return what a way of reaching the company is called."""
    return next((say(one.label) for one in CHANNELS if one.value == value), value)


def link_label(link: LinkView) -> str:
    """Return how the other ticket of a link stands to the one looked at."""
    outgoing, incoming = LINK_LABELS[link.kind]
    return say(outgoing if link.is_outgoing else incoming)


def install(app: Flask) -> None:
    """Give templates the words."""
    app.jinja_env.globals.update(
        type_label=type_label,
        state_label=state_label,
        choice=choice,
        severity_rank=severity_rank,
        channel=channel,
        link_label=link_label,
    )
