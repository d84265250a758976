"""One ticket: its page, its moves, what people write on it, and changes of its values."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from gongdan.domain.fields import Field
from gongdan.domain.secrecy import SecrecyClass
from gongdan.domain.snapshots import TicketView
from gongdan.domain.ticket_types import TicketType
from gongdan.domain.workflow import Move, StateCategory
from gongdan.errors import GongdanError, InvalidInput, MoveRefused, NotFound, StaleVersion
from gongdan.services.cases import Case
from gongdan.services.core_fields import REFERENCES
from gongdan.services.file_checks import MAX_BYTES
from gongdan.services.moves import MoveOffer
from gongdan.text import msg
from gongdan.web import shown, timeline
from gongdan.web.access import current_desk, needs
from gongdan.web.attachments import sent_files
from gongdan.web.case_words import Words
from gongdan.web.duties import duties_of
from gongdan.web.form_card import papers_of
from gongdan.web.forms import Form
from gongdan.web.pages import dialog, done_with, go, told
from gongdan.web.plan_words import strips
from gongdan.web.problems import status_of
from gongdan.web.secrecy import of_record
from gongdan.web.ticket_approvals import ticket_approvals
from gongdan.web.ticket_edit import history_of
from gongdan.web.ticket_next import next_step
from gongdan.web.ticket_people import people_options
from gongdan.web.words import say

pages = Blueprint("ticket", __name__, url_prefix="/tickets/<uuid:ticket_id>")

Answer = Response | str | tuple[str, int]

#: Categories of states in which the work is done.
_ENDS = frozenset({StateCategory.DONE, StateCategory.CLOSED})

#: Refusals that nobody who opens the dialog can do anything about: it is not opened.
_NEVER_ANSWERED = frozenset({"role", "from_state"})


@pages.get("")
@needs("ticket.view")
def show(ticket_id: UUID) -> str:
    return _page(ticket_id, Form.of(internal="true"))


@pages.post("/notes")
@needs("note.write")
def write_note(ticket_id: UUID) -> Answer:
    form = Form.typed()
    is_public = form.value("internal") == "false"
    try:
        current_desk().notes.write(ticket_id, form.value("body"), is_public=is_public, files=sent_files())
    except GongdanError as refusal:
        if isinstance(refusal, NotFound):
            raise
        return _page(ticket_id, form.refused(refusal)), status_of(refusal)
    done_with(_composer_key(ticket_id))
    return go("ticket.show", ticket_id=ticket_id)


@pages.get("/moves/<name>")
@needs("ticket.move")
def move_dialog(ticket_id: UUID, name: str) -> str:
    with current_desk().reading():
        ticket = current_desk().tickets.find(ticket_id)
        offer = current_desk().moves.offer(ticket, name)
        if any(refusal.guard in _NEVER_ANSWERED for refusal in offer.refusals):
            raise MoveRefused(offer.move.label, offer.refusals)
        ticket_type, move = _move(ticket, name)
        fields = current_desk().moves.dialog_fields(ticket_type, move, ticket.category)
        return _move_page(ticket, move, Form.of(**_known(ticket, fields), version=ticket.version))


@pages.post("/moves/<name>")
@needs("ticket.move")
def move(ticket_id: UUID, name: str) -> Answer:
    desk, form = current_desk(), Form.typed()
    ticket = desk.tickets.find(ticket_id)
    ticket_type, wanted = _move(ticket, name)
    fields = desk.moves.dialog_fields(ticket_type, wanted, ticket.category)
    given = {field.name: form.value(field.name) for field in fields if field.name in form.values}
    try:
        moved = desk.moves.make(ticket_id, name, form.version(), given)
    except StaleVersion as refusal:
        fresh = form.with_value("version", ticket.version).refused(refusal)
        return _move_page(ticket, wanted, fresh), status_of(refusal)
    except (InvalidInput, MoveRefused) as refusal:
        labels = {field.name: say(field.label) for field in fields}
        return _move_page(ticket, wanted, form.refused(refusal, labels).ruled_by(fields)), status_of(refusal)
    told(msg("{number}：{move}"), number=moved.number, move=wanted.label)
    return go("ticket.show", ticket_id=ticket_id)


@pages.get("/assign")
@needs("ticket.assign")
def assign_dialog(ticket_id: UUID) -> str:
    ticket = current_desk().tickets.find(ticket_id)
    form = Form.of(assignee=ticket.assignee_id, department=ticket.department_id, version=ticket.version)
    return _people_dialog("ticket/assign.html", ticket, form)


@pages.post("/assign")
@needs("ticket.assign")
def assign(ticket_id: UUID) -> Answer:
    return _change_people("ticket/assign.html", ticket_id, ("assignee", "department"))


@pages.get("/owner")
@needs("ticket.change_owner")
def owner_dialog(ticket_id: UUID) -> str:
    ticket = current_desk().tickets.find(ticket_id)
    return _people_dialog("ticket/owner.html", ticket, Form.of(owner=ticket.owner_id, version=ticket.version))


@pages.post("/owner")
@needs("ticket.change_owner")
def change_owner(ticket_id: UUID) -> Answer:
    return _change_people("ticket/owner.html", ticket_id, ("owner",))


@pages.get("/history")
@needs("ticket.view")
def history(ticket_id: UUID) -> str:
    """Show every value that ever changed, the latest change first."""
    case = current_desk().cases.read(ticket_id)
    return dialog(
        "ticket/history.html", ticket=case.ticket, lines=history_of(case), field=request.args.get("field", "")
    )


def _page(ticket_id: UUID, composer: Form) -> str:
    desk = current_desk()
    with desk.reading():
        case = desk.cases.read(ticket_id)
        offers, members = desk.moves.offers(case.ticket), desk.members.all()
        approvals = ticket_approvals(case.ticket)
        stream = timeline.happenings(case)
        kind = request.args.get("show", "")
        return render_template(
            "ticket/show.html",
            case=case,
            **of_record("ticket", ticket_id, is_classified=case.ticket.secrecy != SecrecyClass.ORDINARY),
            ticket=case.ticket,
            duties=duties_of(ticket_id),
            strips=strips(ticket_id),
            papers=papers_of(case.ticket),
            approvals=approvals,
            offers=offers,
            keys=_keys(case.ticket, offers),
            next_step=next_step(case, members, offers, approvals.awaited),
            stream=timeline.of_kind(stream, kind if kind in timeline.KINDS else ""),
            kinds=timeline.KINDS,
            kind=kind,
            facts=_facts(case),
            panels=_panels(case.ticket),
            composer=composer,
            composer_key=_composer_key(ticket_id),
            members=members,
            is_usable=case.ticket.plugin in desk.enabled and desk.tickets.type_of(case.ticket) is not None,
            plugin_label=_plugin_label(case.ticket),
            max_bytes=MAX_BYTES,
        )


def _keys(ticket: TicketView, offers: Sequence[MoveOffer]) -> Mapping[str, str]:
    """Return the keys of the moves: ``e`` makes the usual one, ``d`` the first that ends the work."""
    ticket_type = current_desk().tickets.type_of(ticket)
    keys: dict[str, list[str]] = {offer.move.name: [] for offer in offers}
    if offers and ticket_type:
        keys[offers[0].move.name].append("e")
        targets = {offer.move.name: ticket_type.workflow.state(offer.move.to_state) for offer in offers}
        ending = [name for name, target in targets.items() if target and target.category in _ENDS]
        if ending:
            keys[ending[0]].append("d")
    return {name: " ".join(own) for name, own in keys.items()}


def _facts(case: Case) -> Sequence[tuple[str, str, str]]:
    """Return the typed fields as name, label and value; without a type, whatever is stored under its name."""
    words = Words(case)
    names = [field.name for field in words.type.fields] if words.type else []
    names += [name for name in case.ticket.fields if name not in names]
    return [(name, words.label(name), words.value(name, case.ticket.fields.get(name))) for name in names]


def _panels(ticket: TicketView) -> Sequence[object]:
    desk = current_desk()
    answers = desk.installation.plugins.ask(
        "ticket_panels", desk.enabled, first=ticket.plugin, report=desk.report, ticket=ticket
    )
    return [panel for answer in answers for panel in answer.value]


def _plugin_label(ticket: TicketView) -> str:
    book = current_desk().installation.plugins.catalogue.rulebooks.get(ticket.plugin)
    return say(book.label) if book else ticket.plugin


def _move(ticket: TicketView, name: str) -> tuple[TicketType, Move]:
    ticket_type = current_desk().tickets.type_of(ticket)
    move = ticket_type.workflow.move(name) if ticket_type else None
    if ticket_type is None or move is None:
        raise NotFound("move", name)
    return ticket_type, move


def _move_page(ticket: TicketView, move: Move, form: Form) -> str:
    desk = current_desk()
    with desk.reading():
        offers: Mapping[str, MoveOffer] = {offer.move.name: offer for offer in desk.moves.offers(ticket)}
        ticket_type, _ = _move(ticket, move.name)
        return dialog(
            "ticket/move.html",
            ticket=ticket,
            move=move,
            target=ticket_type.workflow.state(move.to_state),
            form=_with_papers(ticket, form if form.is_refused else form.warned(_standing(offers.get(move.name)))),
            fields=desk.moves.dialog_fields(ticket_type, move, ticket.category),
            options=people_options(),
            shown_texts=_shown_texts(ticket),
        )


def _with_papers(ticket: TicketView, form: Form) -> Form:
    """Return a form whose refusals lead to the papers that they ask for."""
    return form.linked(lambda kind: url_for("forms.of_kind", ticket_id=ticket.id, kind=kind))


def _standing(offer: MoveOffer | None) -> GongdanError | None:
    """Return what no field of the dialog can answer; None when nothing stands in the way."""
    return MoveRefused(offer.move.label, offer.refusals) if offer and offer.refusals else None


def _known(ticket: TicketView, fields: Sequence[Field]) -> dict[str, object]:
    """Return what the ticket says already about the fields of a dialog."""
    known: dict[str, object] = {}
    for field in fields:
        if field.name in REFERENCES:
            known[field.name] = getattr(ticket, REFERENCES[field.name])
        elif hasattr(ticket, field.name):
            known[field.name] = getattr(ticket, field.name)
        else:
            known[field.name] = shown.input_text(field, ticket.fields.get(field.name))
    return known


def _shown_texts(ticket: TicketView) -> Mapping[str, str]:
    return {"asset": ticket.place, "requester": ticket.contact_name}


def _people_dialog(template: str, ticket: TicketView, form: Form) -> str:
    return dialog(template, ticket=ticket, form=form, options=people_options())


def _change_people(template: str, ticket_id: UUID, names: Sequence[str]) -> Answer:
    """Save a dialog about people; when somebody saved meanwhile, show it again with what is stored now."""
    desk, form = current_desk(), Form.typed()
    try:
        chosen = {REFERENCES[name]: form.value(name) or None for name in names}
        desk.tickets.change(ticket_id, form.version(), chosen)
    except StaleVersion as refusal:
        ticket = desk.tickets.find(ticket_id)
        fresh = form.with_value("version", ticket.version).refused(refusal)
        return _people_dialog(template, ticket, fresh), status_of(refusal)
    except InvalidInput as refusal:
        return _people_dialog(template, desk.tickets.find(ticket_id), form.refused(refusal)), status_of(refusal)
    told(msg("已保存"))
    return go("ticket.show", ticket_id=ticket_id)


def _composer_key(ticket_id: UUID) -> str:
    return f"note-{ticket_id}"
