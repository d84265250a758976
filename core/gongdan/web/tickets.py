"""Lists of tickets: filters as chips, saved views, columns, and acts on many at once."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, g, render_template, request, url_for
from werkzeug.wrappers import Response

from gongdan.domain.ticket_types import TicketType
from gongdan.errors import GongdanError, StaleVersion
from gongdan.services.exports import FORMATS
from gongdan.services.tickets import COUNT_LIMIT, TicketFilter
from gongdan.text import msg
from gongdan.web import ticket_filters
from gongdan.web.access import current_desk, is_fragment, needs
from gongdan.web.pages import go_to, told
from gongdan.web.ticket_filters import COLUMNS, ListView
from gongdan.web.ticket_words import CATEGORY_LABELS
from gongdan.web.words import say

pages = Blueprint("tickets", __name__, url_prefix="/tickets")

#: How many tickets one act may change.
_MOST_AT_ONCE = 200
#: What saved views of this list are kept under.
_NOUN = "ticket"


@dataclass(frozen=True, slots=True)
class Chip:
    """A condition in words, with the address of the list without it."""

    text: str
    address: str


@dataclass(frozen=True, slots=True)
class Count:
    """How many tickets there are, in digits; ``1,000+`` where counting stopped."""

    text: str
    #: Where the page asks for the number counted to the end; empty when it is known or never will be.
    address: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """What the filters of the list offer; labels in words."""

    types: Sequence[tuple[str, str]]
    states: Sequence[tuple[str, str]]
    severities: Sequence[tuple[str, str]]
    categories: Sequence[tuple[str, str]]
    stages: Sequence[tuple[str, str]]
    members: Sequence[tuple[str, str]]
    departments: Sequence[tuple[str, str]]
    #: Members who can still log in.
    assignable: Sequence[tuple[str, str]]

    def label(self, key: str, value: str) -> str:
        """Return the label of a chosen value; the value itself when it is no longer declared."""
        offered: Sequence[tuple[str, str]] = getattr(self, key)
        return dict(offered).get(value, value)


@pages.get("")
@needs("ticket.view")
def index() -> str:
    view = ticket_filters.read_address(list(request.args.items(multi=True)))
    desk = current_desk()
    with desk.reading():
        found = desk.tickets.list(view.filter, after=view.after)
        if is_fragment():
            return render_template("tickets/rows.html", view=view, found=found)
        choices = _choices()
        return render_template(
            "tickets/index.html",
            view=view,
            found=found,
            count=count_of(found.count, view),
            choices=choices,
            is_first=view.is_every_open and not found.lines and not desk.tickets.count(TicketFilter(), limit=1),
            quick=_quick_choices(),
            chips=tuple(_chips(view, choices)),
            saved=[(one, ticket_filters.explicit(one.query)) for one in desk.saved_views.of(_NOUN)],
            columns=COLUMNS,
            exports=_exports(view),
        )


@pages.get("/count")
@needs("ticket.view")
def count() -> str:
    """Return how many tickets a list shows, counted to the end."""
    view = ticket_filters.read(list(request.args.items(multi=True)))
    return f"{current_desk().tickets.count(view.filter, limit=None):,}"


@pages.post("/assign")
@needs("ticket.assign")
def assign() -> Response:
    """Give the chosen tickets to one person; those that somebody else changed meanwhile are left and counted."""
    assignee = request.form.get("assignee") or None
    chosen = request.form.getlist("ids")[:_MOST_AT_ONCE]
    outcomes = [_assign(text, assignee) for text in chosen]
    done, left = outcomes.count(True), outcomes.count(False)
    if done:
        told(msg("已指派 {count} 件"), count=done)
    if left:
        told(msg("{count} 件没有指派：已被他人修改、已结束，或扩展已停用"), count=left)
    return go_to(_back())


@pages.post("/views")
@needs("ticket.view")
def save_view() -> Response:
    view = ticket_filters.read_query(request.form.get("query", ""))
    is_shared = request.form.get("shared") == "true"
    current_desk().saved_views.save(_NOUN, request.form.get("name", ""), view.query, is_shared=is_shared)
    told(msg("视图已保存"))
    return go_to(_address(view.query))


@pages.post("/views/<uuid:view_id>/remove")
@needs("ticket.view")
def remove_view(view_id: UUID) -> Response:
    current_desk().saved_views.remove(view_id)
    told(msg("视图已删除"))
    return go_to(_back())


def count_of(count: int, view: ListView) -> Count:
    """Return a count as pages show it; a search for words reads no more hits than that."""
    if count < COUNT_LIMIT:
        return Count(f"{count:,}")
    return Count(f"{count:,}+", "" if view.text else f"{url_for('tickets.count')}?{view.query}")


def _assign(text: str, assignee: str | None) -> bool:
    ticket_id, _, version = text.partition(":")
    if not version.isdecimal():
        return False
    try:
        current_desk().tickets.change(UUID(ticket_id), int(version), {"assignee_id": assignee})
    except (StaleVersion, ValueError):
        return False
    except GongdanError as refusal:
        if refusal.code in {"not_found", "plugin_disabled", "ticket_closed"}:
            return False
        raise
    return True


def _choices() -> Choices:
    desk = current_desk()
    types, members = desk.intake.types(), desk.members.all()
    return Choices(
        types=[(one.name, say(one.label)) for one in types],
        states=_unique((state.name, say(state.label), one) for one in types for state in one.workflow.states),
        severities=_declared(types, "severity"),
        categories=_declared(types, "category"),
        stages=[(value, say(label)) for value, label in CATEGORY_LABELS.items()],
        members=[(str(member.account_id), member.name) for member in members],
        departments=[(str(department.id), department.name) for department in desk.departments.all()],
        assignable=[(str(member.account_id), member.name) for member in members if not member.is_disabled],
    )


def _declared(types: Sequence[TicketType], core_field: str) -> Sequence[tuple[str, str]]:
    return _unique((choice.value, say(choice.label), one) for one in types for choice in one.choices(core_field))


def _unique(declared: Iterable[tuple[str, str, TicketType]]) -> Sequence[tuple[str, str]]:
    """Return pairs of value and label: a value of two types once, a label of two values with the type's name."""
    labels: dict[str, dict[str, None]] = {}
    types: dict[str, str] = {}
    for value, label, ticket_type in declared:
        labels.setdefault(value, {})[label] = None
        types.setdefault(value, say(ticket_type.label))
    joined = {value: " / ".join(known) for value, known in labels.items()}
    shown = Counter(joined.values())
    return [(value, f"{label}（{types[value]}）" if shown[label] > 1 else label) for value, label in joined.items()]


def _quick_choices() -> Sequence[tuple[str, str]]:
    me = str(g.person.id)
    return (
        (say(msg("未结")), "open=1"),
        (say(msg("我经办的")), urlencode({"open": 1, "assignee": me})),
        (say(msg("我首接的")), urlencode({"open": 1, "owner": me})),
        (say(msg("未指派")), ticket_filters.NOBODYS),
        (say(msg("已逾期")), ticket_filters.OVERDUE),
        (say(msg("已关闭")), "open=0"),
        (say(msg("全部")), "open=all"),
    )


def _chips(view: ListView, choices: Choices) -> Iterator[Chip]:
    for key, value in view.pairs:
        yield Chip(_chip_text(key, value, choices), _address(view.without(key, value)))


def _chip_text(key: str, value: str, choices: Choices) -> str:
    flags = {"open1": msg("未结"), "open0": msg("已关闭"), "flagged1": msg("有标记"), "flagged0": msg("无标记"),
             "overdue1": msg("已逾期"), "overdue0": msg("不论是否逾期")}  # fmt: skip
    if key + value in flags:
        return say(flags[key + value])
    label = say(_CHIPS[key])
    if key == "run":
        return label
    return f"{label}：{_chip_value(key, value, choices)}"


def _chip_value(key: str, value: str, choices: Choices) -> str:
    if key in _OFFERED:
        nobody = msg("无") if value == "none" else msg("已离开的成员")
        offered = choices.label(_OFFERED[key], value)
        return say(nobody) if offered == value and _OFFERED[key] == "members" else offered
    if key == "department":
        return say(msg("无")) if value == "none" else choices.label("departments", value)
    if key == "requester":
        return current_desk().parties.find(UUID(value)).name
    return current_desk().assets.find(UUID(value)).label if key == "asset" else value


#: Conditions whose values the filters offer, with the list that names them.
_OFFERED = {
    "type": "types",
    "state": "states",
    "stage": "stages",
    "severity": "severities",
    "category": "categories",
    "assignee": "members",
    "owner": "members",
}
_CHIPS = {
    "q": msg("含有"),
    "type": msg("类型"),
    "state": msg("状态"),
    "stage": msg("阶段"),
    "severity": msg("级别"),
    "category": msg("类别"),
    "assignee": msg("经办人"),
    "owner": msg("首接人"),
    "department": msg("部门"),
    "requester": msg("客户"),
    "asset": msg("地点"),
    "from": msg("登记自"),
    "to": msg("登记至"),
    "run": msg("来自一次导入"),
}


def _exports(view: ListView) -> Sequence[tuple[str, str]]:
    """Return the formats in which what is seen can be sent, with their addresses; none for who may not."""
    if not current_desk().actor.may("export.run"):
        return ()
    return [(ending, f"{url_for('exports.tickets', format=ending)}&{view.query}".rstrip("&")) for ending in FORMATS]


def _address(query: str) -> str:
    return url_for("tickets.index") + (f"?{query}" if query else "")


def _back() -> str:
    """Return the list that the act was sent from."""
    return _address(ticket_filters.read_query(request.form.get("query", "")).query)
