"""Links between tickets: made, merged, and undone."""

from uuid import UUID

from flask import Blueprint
from werkzeug.wrappers import Response

from gongdan.domain.ticket_links import LinkKind
from gongdan.errors import Conflict, FieldProblem, InvalidInput, NotFound
from gongdan.text import msg
from gongdan.web.access import current_desk, needs
from gongdan.web.forms import Form
from gongdan.web.pages import dialog, go, told
from gongdan.web.problems import status_of
from gongdan.web.words import say

pages = Blueprint("ticket_links", __name__, url_prefix="/tickets/<uuid:ticket_id>/links")

#: What the dialog offers: the other ticket's part, the kind of link, and whether this ticket stands at its first end.
_OFFERED: dict[str, tuple[str, LinkKind, bool]] = {
    "related": (msg("与它相关"), LinkKind.RELATED, True),
    "child": (msg("它是本单的下级：它关闭前本单不能关闭"), LinkKind.PARENT, True),
    "parent": (msg("它是本单的上级：本单关闭前它不能关闭"), LinkKind.PARENT, False),
    "follows": (msg("本单由它延续而来"), LinkKind.FOLLOW_UP, False),
    "cause": (msg("它是本单的起因"), LinkKind.CAUSED_BY, True),
    "into": (msg("把本单并入它：本单关闭，可以撤销"), LinkKind.MERGED, True),
    "taken": (msg("把它并入本单：它关闭，可以撤销"), LinkKind.MERGED, False),
}


@pages.get("/new")
@needs("ticket.link")
def add(ticket_id: UUID) -> str:
    return _dialog(ticket_id, Form.of(kind="related"))


@pages.post("/new")
@needs("ticket.link")
def save(ticket_id: UUID) -> Response | tuple[str, int]:
    form = Form.typed()
    try:
        kind, first, second = _read(ticket_id, form)
        current_desk().links.make(kind, first, second)
    except (InvalidInput, Conflict) as refusal:
        return _dialog(ticket_id, form.refused(refusal)), status_of(refusal)
    told(msg("已合并") if kind is LinkKind.MERGED else msg("已关联"))
    return go("ticket.show", ticket_id=ticket_id)


@pages.post("/<uuid:link_id>/remove")
@needs("ticket.link")
def remove(ticket_id: UUID, link_id: UUID) -> Response:
    if link_id not in {link.id for link in current_desk().links.of_ticket(ticket_id)}:
        raise NotFound("link", str(link_id))
    current_desk().links.remove(link_id)
    told(msg("已取消"))
    return go("ticket.show", ticket_id=ticket_id)


def _read(ticket_id: UUID, form: Form) -> tuple[LinkKind, UUID, UUID]:
    """Return the kind and both ends of the wanted link; a typed number names the other ticket, too."""
    offered = _OFFERED.get(form.value("kind"))
    if offered is None:
        raise _wrong("kind", form.value("kind"), msg("不是可选的值"), msg("关系"))
    _, kind, outgoing = offered
    other = _other(form)
    return (kind, ticket_id, other) if outgoing else (kind, other, ticket_id)


def _other(form: Form) -> UUID:
    chosen, number = form.value("ticket"), form.value("ticket_text").split(" ")[0]
    try:
        return UUID(chosen) if chosen else current_desk().tickets.by_number(number).id
    except (ValueError, NotFound) as problem:
        raise _wrong("ticket", number, msg("没有这个编号的工单"), msg("工单")) from problem


def _wrong(name: str, value: str, rule: str, label: str) -> InvalidInput:
    return InvalidInput((FieldProblem(name, value, rule, label=label),))


def _dialog(ticket_id: UUID, form: Form) -> str:
    ticket = current_desk().tickets.find(ticket_id)
    kinds = [(value, say(text)) for value, (text, _, _) in _OFFERED.items()]
    return dialog("ticket/link.html", ticket=ticket, form=form, kinds=kinds)
