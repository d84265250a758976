"""Forms: begun, filled in, filed, corrected and made void on pages that look like their papers."""

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, render_template, url_for
from uuid6 import uuid7
from werkzeug.wrappers import Response

from gongdan.domain.form_views import FormState, FormView
from gongdan.domain.forms import FormKind
from gongdan.domain.snapshots import TicketView
from gongdan.errors import (
    FileRefused,
    FillRefused,
    FormFrozen,
    GongdanError,
    InvalidInput,
    NotFound,
    StaleVersion,
)
from gongdan.services.form_filling import may_fill
from gongdan.text import msg
from gongdan.web import form_edges
from gongdan.web.access import current_desk, needs
from gongdan.web.form_words import paper
from gongdan.web.forms import Form
from gongdan.web.pages import dialog, done_with, go, told
from gongdan.web.problems import status_of
from gongdan.web.ticket_people import people_options

pages = Blueprint("forms", __name__)

Answer = Response | str | tuple[str, int]

_STANDING = (FormState.DRAFT, FormState.FILED)

#: What the buttons under a form say.
_FILE = "file"
_SIGN = "sign."


@pages.get("/tickets/<uuid:ticket_id>/papers/<kind>")
@needs("ticket.view")
def of_kind(ticket_id: UUID, kind: str) -> Answer:
    """Lead to the ticket's form of a kind, or offer to begin one."""
    desk = current_desk()
    with desk.reading():
        ticket = desk.tickets.find(ticket_id)
        standing = [
            view
            for view in desk.forms.of_ticket(ticket_id)
            if view.kind.name == kind
            and view.round == ticket.round
            and view.state in (FormState.DRAFT, FormState.FILED)
        ]
    if standing:
        return go("forms.show", form_id=standing[-1].id)
    return _begin_page(ticket, _declared(ticket, kind), kind)


@pages.get("/tickets/<uuid:ticket_id>/papers/<kind>/another")
@needs("ticket.move")
def another(ticket_id: UUID, kind: str) -> str:
    """Offer to begin a form of a kind, even if there are others."""
    ticket = current_desk().tickets.find(ticket_id)
    return _begin_page(ticket, _declared(ticket, kind), kind)


@pages.post("/tickets/<uuid:ticket_id>/papers/<kind>")
@needs("ticket.move")
def begin(ticket_id: UUID, kind: str) -> Answer:
    view = current_desk().forms.begin(ticket_id, kind, form_id=Form.typed().value("page"))
    return go("forms.show", form_id=view.id)


@pages.get("/papers/<uuid:form_id>")
@needs("ticket.view")
def show(form_id: UUID) -> str:
    view = current_desk().forms.find(form_id)
    return _page(view, form_edges.stored(view))


@pages.post("/papers/<uuid:form_id>")
@needs("ticket.move")
def save(form_id: UUID) -> Answer:
    """Save what was filled in; then file it, or lead to where it is signed, as the button says."""
    desk, form = current_desk(), Form.typed()
    act = form.value("act")
    try:
        given = form_edges.read(form)
        done = desk.forms.file if act == _FILE else desk.forms.save
        view = done(form_id, form.version(), given)
    except (InvalidInput, FillRefused, FileRefused, StaleVersion) as refusal:
        return _refused(form_id, form, refusal)
    done_with(keep_key(form_id, form.version()))
    if act.startswith(_SIGN):
        return go("form_signing.sign", form_id=form_id, box=act.removeprefix(_SIGN))
    told(msg("《{form}》{number} 已归档") if act == _FILE else msg("已保存"), form=view.kind.label, number=view.number)
    return go("forms.show", form_id=form_id)


@pages.get("/papers/<uuid:form_id>/correct")
@needs("ticket.correct")
def correct_dialog(form_id: UUID) -> str:
    return _reason("forms/correct.html", current_desk().forms.find(form_id), Form.of())


@pages.post("/papers/<uuid:form_id>/correct")
@needs("ticket.correct")
def correct(form_id: UUID) -> Answer:
    form = Form.typed()
    return _with_reason("forms/correct.html", form_id, form, lambda: current_desk().forms.correct(form_id, _why(form)))


@pages.get("/papers/<uuid:form_id>/void")
@needs("ticket.move")
def void_dialog(form_id: UUID) -> str:
    view = current_desk().forms.find(form_id)
    return _reason("forms/void.html", view, Form.of(version=view.version))


@pages.post("/papers/<uuid:form_id>/void")
@needs("ticket.move")
def void(form_id: UUID) -> Answer:
    form = Form.typed()
    return _with_reason(
        "forms/void.html", form_id, form, lambda: current_desk().forms.void(form_id, form.version(), _why(form))
    )


@pages.post("/papers/<uuid:form_id>/copies/<int:place>")
@needs("ticket.move")
def receive_copy(form_id: UUID, place: int) -> Answer:
    """Tick off that a copy was handed to somebody."""
    form = Form.typed()
    try:
        current_desk().form_copies.receive(form_id, place, form.value("received_by"))
    except InvalidInput as refusal:
        view = current_desk().forms.find(form_id)
        return _page(view, form_edges.stored(view).refused(refusal)), status_of(refusal)
    return go("forms.show", form_id=form_id)


def keep_key(form_id: UUID, version: int) -> str:
    """Return under which key a browser keeps what is typed; it belongs to the version that it was made from."""
    return f"paper-{form_id}-{version}"


def _declared(ticket: TicketView, name: str) -> FormKind | None:
    return next((kind for kind in current_desk().forms.kinds(ticket.type) if kind.name == name), None)


def _begin_page(ticket: TicketView, kind: FormKind | None, name: str) -> str:
    if kind is None:
        raise NotFound("form_kind", name)
    return dialog("forms/begin.html", ticket=ticket, kind=kind, page=uuid7().hex)


def _page(view: FormView, form: Form) -> str:
    desk = current_desk()
    is_open = view.is_draft and view.plugin in desk.enabled
    editable = {block.name for block in view.kind.blocks if is_open and may_fill(desk, block)}
    with desk.reading():
        return render_template(
            "forms/show.html",
            view=view,
            paper=paper(view),
            form=form,
            editable=editable,
            rights=desk.signing.rights(view),
            options=people_options()["people"],
            lines={table.name: form_edges.line_numbers(form, table) for table in view.kind.tables},
            key=keep_key(view.id, view.version),
            edges=form_edges,
            earlier=desk.forms.find(view.previous_id) if view.previous_id else None,
            later=desk.forms.find(view.next_id) if view.next_id else None,
            is_usable=view.plugin in desk.enabled,
        )


def _refused(form_id: UUID, form: Form, refusal: GongdanError) -> Answer:
    view = current_desk().forms.find(form_id)
    if not view.is_draft:
        raise FormFrozen(view.kind.label, view.number)
    fresh = form.with_value("version", view.version) if isinstance(refusal, StaleVersion) else form
    return _page(view, form_edges.placed(fresh.refused(refusal), view)), status_of(refusal)


def _why(form: Form) -> str:
    return form.value("reason")


def _reason(template: str, view: FormView, form: Form) -> str:
    return dialog(template, view=view, form=form, address=url_for("forms.show", form_id=view.id))


def _with_reason(template: str, form_id: UUID, form: Form, act: Callable[[], FormView]) -> Answer:
    try:
        view = act()
    except InvalidInput as refusal:
        return _reason(template, current_desk().forms.find(form_id), form.refused(refusal)), status_of(refusal)
    return go("forms.show", form_id=view.id)
