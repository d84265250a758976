"""Parties: the people and companies that the company deals with."""

from collections.abc import Mapping
from functools import partial
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from marshmallow import Schema
from werkzeug.wrappers import Response

from gongdan.errors import GongdanError, InvalidInput, SecrecyClosed, StaleVersion
from gongdan.services.parties import PartyInput, PartyView
from gongdan.services.tickets import TicketFilter
from gongdan.text import msg
from gongdan.web import acts, contacts, edges, merging
from gongdan.web.access import current_desk, is_fragment, may, needs
from gongdan.web.forms import Form
from gongdan.web.pages import dialog, done_with, go, told
from gongdan.web.problems import status_of
from gongdan.web.record_words import role_labels, today
from gongdan.web.secrecy import of_record
from gongdan.web.words import say

pages = Blueprint("parties", __name__)

#: Shown names of the fields of the form, in its order.
LABELS: Mapping[str, str] = {
    "kind": msg("类型"), "name": msg("姓名或名称"), "contacts": msg("电话"), "identity": msg("证件号码"),
    "tier": msg("分级"), "remark": msg("备注"),
}  # fmt: skip

KINDS: Mapping[str, str] = {"person": msg("个人"), "company": msg("单位")}

#: How many closed tickets the page of a party shows; the list has them all.
_PAST_TICKETS = 8

Answer = Response | str | tuple[str, int]


class PartySchema(Schema):
    """What is filled in about a party; contacts as ``contacts`` spells them."""

    kind = edges.text(LABELS["kind"], "person")
    name = edges.text(LABELS["name"])
    contacts = edges.text(LABELS["contacts"])
    identity = edges.text(LABELS["identity"])
    drop_identity = edges.flag(LABELS["identity"])
    tier = edges.text(LABELS["tier"])
    remark = edges.text(LABELS["remark"])


@pages.get("/parties")
@needs("party.view")
def index() -> str:
    desk, text = current_desk(), request.args.get("q", "")
    parties, following = desk.parties.list(text, after=request.args.get("after", ""))
    more = url_for("parties.index", q=text or None, after=following) if following else ""
    template = "parties/rows.html" if is_fragment() else "parties/index.html"
    around = desk.parties.around([party.id for party in parties])
    return render_template(template, parties=parties, around=around, text=text, more=more, kinds=KINDS)


@pages.get("/parties/<uuid:party_id>")
@needs("party.view")
def show(party_id: UUID) -> str:
    desk = current_desk()
    party = desk.parties.find(party_id)
    open_tickets = past_tickets = None
    if may("ticket.view"):
        open_tickets = desk.tickets.list(TicketFilter(requester=party_id, is_open=True))
        past_tickets = desk.tickets.list(TicketFilter(requester=party_id, is_open=False), limit=_PAST_TICKETS)
    return render_template(
        "parties/show.html", party=party, kinds=KINDS, consents=contacts.CONSENTS,
        holdings=desk.parties.holdings(party_id), role_labels=role_labels(), open_tickets=open_tickets,
        past_tickets=past_tickets, history=tuple(reversed(desk.journal.of(party_id))), acts=acts,
        today=today(), **of_record("party", party_id, is_classified=party.secrecy.is_classified),
    )  # fmt: skip


@pages.get("/parties/new")
@needs("party.edit")
def new() -> str:
    return _form_page(Form.of(kind="person", name=request.args.get("name", "")), None)


@pages.post("/parties")
@needs("party.edit")
def create() -> Answer:
    form = contacts.gathered(Form.typed())
    try:
        party = current_desk().parties.create(_read(form))
    except InvalidInput as refusal:
        return _form_page(form.refused(refusal), None), status_of(refusal)
    told(msg("已建立客户“{name}”"), name=party.name)
    done_with("party-new")
    return go("parties.show", party_id=party.id)


@pages.get("/parties/<uuid:party_id>/edit")
@needs("party.edit")
def edit(party_id: UUID) -> str:
    party = _open_party(party_id)
    return _form_page(merging.remembered(_values(party)).with_value("version", party.version), party)


@pages.post("/parties/<uuid:party_id>")
@needs("party.edit")
def save(party_id: UUID) -> Answer:
    desk, form = current_desk(), contacts.gathered(Form.typed())
    party = _open_party(party_id)
    try:
        desk.parties.change(party_id, form.version(), _read(form, party))
    except StaleVersion as refusal:
        return _merge_page(party, form), status_of(refusal)
    except InvalidInput as refusal:
        return _form_page(form.refused(refusal), party), status_of(refusal)
    told(msg("已保存"))
    done_with(f"party-{party_id}")
    return go("parties.show", party_id=party_id)


@pages.get("/parties/<uuid:party_id>/identity")
@needs("party.unmask")
def ask_reason(party_id: UUID) -> str:
    return dialog("parties/unmask.html", party=current_desk().parties.find(party_id), form=Form.of(), identity="")


@pages.post("/parties/<uuid:party_id>/identity")
@needs("party.unmask")
def unmask(party_id: UUID) -> Answer:
    """Show the whole number once; the reading and its reason are in the journal."""
    desk, form = current_desk(), Form.typed()
    party, identity = desk.parties.find(party_id), ""
    try:
        identity = desk.parties.unmask(party_id, form.value("reason"))
    except GongdanError as refusal:
        form = form.refused(refusal)
    return dialog("parties/unmask.html", party=party, form=form, identity=identity)


def _open_party(party_id: UUID) -> PartyView:
    """Return a party to be changed; raises ``SecrecyClosed`` for one behind masks, which would be taken for values."""
    party = current_desk().parties.find(party_id)
    if party.is_masked:
        raise SecrecyClosed("secrecy.read", "party", str(party_id))
    return party


def _read(form: Form, party: PartyView | None = None) -> PartyInput:
    values = edges.read(PartySchema, form)
    lines = contacts.resolved(contacts.parse(values.pop("contacts")), party.contact_points if party else ())
    removes, typed = values.pop("drop_identity"), values.pop("identity")
    # An empty field leaves a stored number alone, since the form never shows it.
    identity = typed or ("" if removes or party is None else None)
    return PartyInput(
        **values, identity=identity, phones=[line.phone for line in lines],
        consent={line.normalised: line.consent for line in lines},
    )  # fmt: skip


def _values(party: PartyView) -> dict[str, str]:
    return {
        "kind": party.kind, "name": party.name, "contacts": contacts.spelled(party.contact_points),
        "identity": "", "tier": party.tier, "remark": party.remark,
    }  # fmt: skip


def _form_page(form: Form, party: PartyView | None) -> str:
    return render_template(
        "parties/form.html", form=form, party=party, kinds=[(value, say(label)) for value, label in KINDS.items()],
        consents=contacts.CONSENTS, lines=contacts.parse(form.value("contacts")), remembered=merging.hidden(form),
        masked=partial(contacts.masked, points=party.contact_points if party else ()),
    )  # fmt: skip


def _merge_page(party: PartyView, form: Form) -> str:
    return render_template(
        "merge.html", merge=merging.merge(form, _values(party), LABELS), version=party.version, title=party.name,
        address=url_for("parties.save", party_id=party.id), back=url_for("parties.show", party_id=party.id),
        by=_last_change(party.id), words=partial(_in_words, party),
    )  # fmt: skip


def _last_change(party_id: UUID) -> str:
    history = current_desk().journal.of(party_id)
    return say(history[-1].actor_name) if history else ""


def _in_words(party: PartyView, name: str, text: str) -> str:
    if name == "contacts":
        return contacts.in_words(contacts.parse(text), party.contact_points)
    return say(KINDS[text]) if name == "kind" and text in KINDS else text
