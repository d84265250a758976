"""Permits: the list of what is in force, the catalogue, an application with its people, goods and passes."""

import secrets
from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from gongdan.errors import GongdanError, NotFound
from gongdan.services.intake import NewTicket
from gongdan.services.passes import PassFilter, PassGroup
from gongdan.services.permits import Card, NewGoods, NewPerson
from gongdan.text import msg
from gongdan.web.access import current_desk, may, needs
from gongdan.web.forms import Form
from gongdan.web.pages import done_with, go, told
from gongdan.web.problems import status_of
from gongdan.web.words import say

pages = Blueprint("permits", __name__, url_prefix="/permits")

Answer = AnyResponse | str | tuple[str, int]

#: The tabs of the list.
GROUPS: Mapping[PassGroup, str] = {
    PassGroup.IN_FORCE: msg("有效"),
    PassGroup.EXPIRING: msg("即将到期"),
    PassGroup.OVERDUE: msg("到期未收回"),
    PassGroup.ENDED: msg("已结束"),
}
#: What "soon" means on the list, in days.
_SOON = 7
_MOST_DAYS = 366


@pages.get("")
@needs("permit.view")
def index() -> str:
    desk, asked = current_desk(), _asked()
    return render_template(
        "permits/index.html",
        passes=desk.passes.list(asked),
        counts=desk.passes.counts(within_days=asked.within_days),
        groups=GROUPS,
        asked=asked,
        kinds=desk.permits.kinds(),
    )


def _asked() -> PassFilter:
    given = request.args
    group = given.get("group", "")
    days = given.get("days", _SOON, type=int)
    return PassFilter(
        group=PassGroup(group) if group in list(PassGroup) else PassGroup.IN_FORCE,
        kind=given.get("kind", ""),
        text=given.get("q", ""),
        within_days=min(max(days, 1), _MOST_DAYS),
    )


@pages.get("/catalogue")
@needs("permit.view")
def catalogue() -> str:
    return render_template("permits/catalogue.html", cards=current_desk().permits.cards())


# --- Applying ----------------------------------------------------------------------------------------------------


@pages.get("/new/<name>")
@needs("ticket.create")
def fill(name: str) -> str:
    desk = current_desk()
    card = desk.permits.card(desk.permits.kind(name))
    given: dict[str, object] = {"form_id": secrets.token_hex(16)}
    if first := _first(request.args.get("first", "")):
        given |= {"first": first, **_of_first(first)}
    return _form_page(card, Form.of(**given))


@pages.post("/new/<name>")
@needs("ticket.create")
def apply(name: str) -> Answer:
    desk, form = current_desk(), Form.typed()
    card = desk.permits.card(desk.permits.kind(name))
    try:
        ticket = desk.permits.apply(_new(card, form), first_id=_first(form.value("first")))
    except GongdanError as refusal:
        labels = {field.name: say(field.label) for field in card.fields}
        return _form_page(card, form.refused(refusal, labels).ruled_by(card.fields)), status_of(refusal)
    done_with(f"permit-{name}")
    told(msg("已登记 {number}"), number=ticket.number)
    return go("permits.show", ticket_id=ticket.id)


def _first(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _of_first(first_id: UUID) -> dict[str, object]:
    """Return what an application takes over from the permit that it prolongs."""
    first = current_desk().tickets.find(first_id)
    taken = {name: value for name, value in first.fields.items() if name not in {"valid_from", "valid_to"}}
    return {
        **taken,
        "contact_name": first.contact_name,
        "contact_phone": first.contact_phone,
        "requester": first.requester_id,
        "asset": first.asset_id,
        "place": first.place,
    }


def _new(card: Card, form: Form) -> NewTicket:
    value = form.value
    return NewTicket(
        type=card.kind.ticket_type,
        category=card.kind.category,
        subject=f"{say(card.kind.label)} {value('place')}".strip(),
        description=value("description"),
        channel="visit",
        requester_id=_first(value("requester")),
        contact_name=value("contact_name"),
        contact_phone=value("contact_phone"),
        asset_id=_first(value("asset")),
        place=value("place"),
        fields={field.name: value(field.name) for field in card.fields},
        form_id=value("form_id"),
    )


def _form_page(card: Card, form: Form) -> str:
    return render_template("permits/form.html", card=card, form=form)


# --- One application ---------------------------------------------------------------------------------------------


@pages.get("/<uuid:ticket_id>")
@needs("permit.view")
def show(ticket_id: UUID) -> str:
    return _page(ticket_id, Form.of())


def _page(ticket_id: UUID, form: Form) -> str:
    desk = current_desk()
    ticket = desk.tickets.find(ticket_id)
    kind = desk.permits.of_ticket(ticket)
    if kind is None:
        raise NotFound("permit", ticket.number)
    passes = desk.passes.of_ticket(ticket_id)
    extensions = [one for one in desk.permits.kinds() if one.extends == kind.name]
    return render_template(
        "permits/show.html",
        ticket=ticket,
        card=desk.permits.card(kind),
        passes=passes,
        people=desk.permits.people(ticket_id) if kind.has_people else (),
        goods=desk.permits.goods(ticket_id) if kind.has_goods else (),
        offers=desk.moves.offers(ticket),
        extensions=extensions if passes and may("ticket.create") else (),
        may_write=may("ticket.edit") and ticket.is_open,
        form=form,
    )


@pages.post("/<uuid:ticket_id>/people")
@needs("ticket.edit")
def add_person(ticket_id: UUID) -> Answer:
    form = Form.typed()
    value = form.value
    new = NewPerson(name=value("name"), phone=value("phone"), identity=value("identity"), trade=value("trade"))
    try:
        added = current_desk().permits.add_person(ticket_id, new)
    except GongdanError as refusal:
        return _page(ticket_id, form.refused(refusal)), status_of(refusal)
    told(msg("已登记 {name}"), name=added.name)
    return go("permits.show", ticket_id=ticket_id, _anchor="people")


@pages.post("/<uuid:ticket_id>/people/<uuid:person_id>/remove")
@needs("ticket.edit")
def remove_person(ticket_id: UUID, person_id: UUID) -> AnyResponse:
    current_desk().permits.remove_person(person_id)
    return go("permits.show", ticket_id=ticket_id, _anchor="people")


@pages.post("/<uuid:ticket_id>/goods")
@needs("ticket.edit")
def add_goods(ticket_id: UUID) -> Answer:
    form = Form.typed()
    value = form.value
    new = NewGoods(name=value("name"), quantity=value("quantity"), unit=value("unit"), remark=value("remark"))
    try:
        current_desk().permits.add_goods(ticket_id, new)
    except GongdanError as refusal:
        return _page(ticket_id, form.refused(refusal)), status_of(refusal)
    return go("permits.show", ticket_id=ticket_id, _anchor="goods")


@pages.post("/<uuid:ticket_id>/goods/<uuid:item_id>/remove")
@needs("ticket.edit")
def remove_goods(ticket_id: UUID, item_id: UUID) -> AnyResponse:
    current_desk().permits.remove_goods(item_id)
    return go("permits.show", ticket_id=ticket_id, _anchor="goods")
