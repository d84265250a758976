"""Opening a ticket: the caller's number first, then what it is about."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, g, render_template, request
from werkzeug.wrappers import Response

from gongdan.domain.folding import fold_identifier
from gongdan.domain.identifiers import check_phone
from gongdan.domain.snapshots import TicketView
from gongdan.domain.ticket_types import TicketType
from gongdan.domain.verdicts import Verdict
from gongdan.errors import Conflict, FieldProblem, InvalidInput, NotFound
from gongdan.services.core_fields import LABELS, REFERENCES
from gongdan.services.intake import CHANNELS, NewTicket
from gongdan.services.parties import HoldingView, PartyView
from gongdan.text import msg
from gongdan.web.access import current_desk, may, needs
from gongdan.web.forms import Form
from gongdan.web.pages import done_with, go, told
from gongdan.web.problems import status_of
from gongdan.web.ticket_people import people_options
from gongdan.web.words import say

pages = Blueprint("intake", __name__, url_prefix="/tickets/new")

#: Core texts of the form, as ``NewTicket`` calls them.
_TEXTS = (
    "subject",
    "description",
    "channel",
    "contact_name",
    "contact_phone",
    "place",
    "severity",
    "category",
    "form_id",
)
#: How many recognised callers are shown at once.
_MOST_CALLERS = 3


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody whom the typed number belongs to."""

    party: PartyView
    holdings: Sequence[HoldingView]
    open_tickets: Sequence[TicketView]


@pages.get("")
@needs("ticket.create")
def choose() -> str | Response:
    types = current_desk().intake.types()
    if len(types) == 1:
        return go("intake.fill", name=types[0].name, **_handed_on())
    return render_template("intake/choose.html", types=types, handed_on=_handed_on())


@pages.get("/<name>")
@needs("ticket.create")
def fill(name: str) -> str | Response:
    """Show the form; the address may name a customer or a place that it is about. Permits have a catalogue."""
    if any(kind.ticket_type == name and kind.category for kind in current_desk().permits.kinds()):
        return go("permits.catalogue")
    ticket_type = current_desk().intake.type(name)
    return _form_page(ticket_type, Form.of(channel="phone", form_id=secrets.token_hex(16), **_known(_handed_on())))


@pages.post("/<name>")
@needs("ticket.create")
def save(name: str) -> Response | tuple[str, int]:
    ticket_type, form = current_desk().intake.type(name), Form.typed()
    try:
        opened = current_desk().intake.open(_new(ticket_type, form))
    except (InvalidInput, Conflict) as refusal:
        refused = form.refused(refusal, _labels(ticket_type)).ruled_by(ticket_type.fields)
        shown = refused.moved("requester", "contact_name").moved("role", "newcomer_role")
        return _form_page(ticket_type, shown), status_of(refusal)
    done_with(_key(name))
    told(msg("已登记 {number}"), number=opened.number)
    _tell_of_place(form, opened)
    return go("ticket.show", ticket_id=opened.id)


@pages.get("/<name>/caller")
@needs("ticket.create")
def caller(name: str) -> str:
    """Answer while a number is typed: whose it is, where he lives, what is open for him."""
    del name
    return render_template("intake/caller.html", callers=_callers(request.args.get("contact_phone", "")))


@pages.get("/<name>/newcomer")
@needs("ticket.create")
def newcomer(name: str) -> str:
    """Answer while a number is typed: when nobody has it, whether the caller is to be a customer."""
    ticket_type = current_desk().intake.type(name)
    form = Form({key: request.args.getlist(key) for key in request.args})
    shown = _may_be_newcomer(form)
    return render_template("intake/newcomer.html", form=form, is_newcomer=shown, roles=_newcomer_roles(ticket_type))


@pages.get("/<name>/duplicates")
@needs("ticket.create")
def duplicates(name: str) -> str:
    """Answer when a place is chosen: what is open there already."""
    del name
    found = current_desk().cases.open_at(None, _uuid(request.args.get("asset", "")))
    return render_template("intake/duplicates.html", tickets=found)


def _tell_of_place(form: Form, opened: TicketView) -> None:
    """Tell what became of a place that was typed and not chosen."""
    typed = form.value("place").strip()
    if form.value("asset") or not typed or not may("asset.view"):
        return
    if opened.asset_id:
        told(msg("“{typed}”就是 {place}，已经关联"), typed=typed, place=opened.place)
    else:
        told(msg("“{typed}”不是登记过的地点，按文字保存"), typed=typed)


def _callers(phone: str) -> Sequence[Caller]:
    desk = current_desk()
    if not phone.strip() or not may("party.view"):
        return ()
    with desk.reading():
        parties = desk.parties.by_phone(phone)[:_MOST_CALLERS]
        return [Caller(one, _open(desk.parties.holdings(one.id)), desk.cases.open_at(one.id, None)) for one in parties]


def _may_be_newcomer(form: Form) -> bool:
    """Tell whether the caller can become a customer: with a whole number that nobody has."""
    phone = form.value("contact_phone")
    is_asked = may("party.view") and may("party.edit") and not form.value("requester")
    return is_asked and check_phone(phone).verdict is not Verdict.REJECT and not _callers(phone)


def _newcomer_roles(ticket_type: TicketType) -> Sequence[tuple[str, str]]:
    """Return what a new customer can be to the place: what the plugin of the ticket type declares."""
    declared = current_desk().installation.plugins.catalogue
    plugin = declared.ticket_types.plugin_of(ticket_type.name)
    rules = [owned.value for owned in declared.link_rules if owned.plugin == plugin and may("asset.edit")]
    return [(rule.role, say(rule.label)) for rule in rules]


def _open(holdings: Sequence[HoldingView]) -> Sequence[HoldingView]:
    return [holding for holding in holdings if holding.ends is None]


def _form_page(ticket_type: TicketType, form: Form) -> str:
    desk = current_desk()
    asset_id = _uuid(form.value("asset"))
    with desk.reading():
        return render_template(
            "intake/form.html",
            type=ticket_type,
            form=form,
            required=frozenset(ticket_type.intake_requires),
            channels=[(one.value, say(one.label)) for one in CHANNELS],
            severities=[(one.value, say(one.label)) for one in ticket_type.severities],
            categories=[(one.value, say(one.label)) for one in ticket_type.categories],
            options=people_options(),
            callers=_callers(form.value("contact_phone")),
            is_newcomer=_may_be_newcomer(form),
            roles=_newcomer_roles(ticket_type),
            same_place=desk.cases.open_at(None, asset_id),
            key=_key(ticket_type.name),
        )


def _new(ticket_type: TicketType, form: Form) -> NewTicket:
    given: dict[str, Any] = {name: form.value(name) for name in _TEXTS if name in form.values}
    chosen = _references(form)
    given["contact_phone"] = _whole_number(form.value("contact_phone"), chosen.get("requester_id"))
    if form.value("newcomer") == "true":
        given |= {"is_newcomer": True, "newcomer_role": form.value("newcomer_role")}
    fields = {field.name: form.value(field.name) for field in ticket_type.fields if field.at_intake}
    return NewTicket(type=ticket_type.name, fields=fields, **given, **chosen)


def _whole_number(typed: str, requester: UUID | None) -> str:
    """Return the whole number when only its beginning was typed before the caller was recognised."""
    if requester is None or not (may("party.view") and may("party.phone")):
        return typed
    try:
        phones = current_desk().parties.find(requester).phones
    except NotFound:
        return typed
    wanted = fold_identifier(typed)
    return next((phone for phone in phones if wanted and phone.startswith(wanted)), typed)


def _references(form: Form) -> dict[str, Any]:
    """Return the chosen ids by column; raises ``InvalidInput`` for what is no id."""
    names = [name for name in ("requester", "asset", "assignee", "department") if form.value(name)]
    found = {REFERENCES[name]: _uuid(form.value(name)) for name in names}
    wrong = [name for name in names if found[REFERENCES[name]] is None]
    if wrong:
        rule = msg("本公司没有这一项")
        raise InvalidInput(tuple(FieldProblem(name, form.value(name), rule, label=LABELS[name]) for name in wrong))
    return found


def _handed_on() -> dict[str, str]:
    """Return what the address says about the new ticket, to be kept while a type is chosen."""
    return {name: value for name in ("requester", "asset") if (value := request.args.get(name, ""))}


def _known(handed_on: Mapping[str, str]) -> dict[str, object]:
    known: dict[str, object] = {}
    desk = current_desk()
    requester, asset = _uuid(handed_on.get("requester", "")), _uuid(handed_on.get("asset", ""))
    if requester and may("party.view"):
        party = desk.parties.find(requester)
        known |= {"requester": party.id, "contact_name": party.name}
        shows = may("party.phone") and not party.is_masked
        known |= {"contact_phone": party.phones[0]} if party.phones and shows else {}
    if asset and may("asset.view"):
        found = desk.assets.find(asset)
        known |= {"asset": found.id, "place": found.label}
    return known


def _labels(ticket_type: TicketType) -> Mapping[str, str]:
    return {field.name: say(field.label) for field in ticket_type.fields}


def _key(name: str) -> str:
    return f"new-{g.desk.company.code}-{name}"


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
