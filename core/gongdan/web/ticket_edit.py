"""Changing a ticket's values; when two people save, both versions side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Blueprint, render_template
from werkzeug.wrappers import Response

from gongdan.domain.fields import Field, FieldKind
from gongdan.domain.snapshots import TicketView
from gongdan.domain.ticket_types import TicketType
from gongdan.errors import InvalidInput, NotFound, PluginDisabled, StaleVersion
from gongdan.services.cases import Case
from gongdan.services.core_fields import CHOICES, LABELS, REFERENCES, core_field
from gongdan.services.intake import CHANNELS, SUBJECT_LENGTH
from gongdan.text import msg
from gongdan.web import shown
from gongdan.web.access import current_desk, may, needs
from gongdan.web.case_words import Words
from gongdan.web.forms import Form
from gongdan.web.pages import done_with, go, told
from gongdan.web.problems import status_of
from gongdan.web.words import say

pages = Blueprint("ticket_edit", __name__, url_prefix="/tickets/<uuid:ticket_id>/edit")

#: Hidden inputs hold what the form was filled with, so that a change can be told from what merely stood there.
_WAS = "was-"

#: Texts of the core, in the order of the form.
_TEXTS: Sequence[Field] = (
    Field(name="subject", label=LABELS["subject"], required=True, max_length=SUBJECT_LENGTH),
    Field(name="description", label=LABELS["description"], kind=FieldKind.LONG_TEXT, max_length=20000),
    Field(name="channel", label=LABELS["channel"], kind=FieldKind.CHOICE, choices=CHANNELS),
    Field(name="contact_name", label=LABELS["contact_name"], max_length=120),
    Field(name="contact_phone", label=LABELS["contact_phone"], kind=FieldKind.PHONE, max_length=64, personal=True),
    Field(name="place", label=msg("地点说明"), max_length=200),
)

Answer = Response | str | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Clash:
    """A field that two people changed."""

    field: Field
    #: As typed by the person at the form.
    mine: str
    #: As stored by the other.
    theirs: str
    mine_shown: str
    theirs_shown: str


@dataclass(frozen=True, slots=True)
class Line:
    """One change of one value, for the history."""

    at: datetime
    who: str
    label: str
    before: str
    after: str


@pages.get("")
@needs("ticket.edit")
def edit(ticket_id: UUID) -> str:
    ticket = current_desk().tickets.find(ticket_id)
    return _edit_page(ticket, _stored_form(ticket))


@pages.post("")
@needs("ticket.edit")
def save(ticket_id: UUID) -> Answer:
    desk, form = current_desk(), Form.typed()
    ticket = desk.tickets.find(ticket_id)
    changed = _changed(form, _fields(ticket))
    try:
        desk.tickets.change(ticket_id, form.version(), _columns(changed))
    except StaleVersion:
        return _merge_page(ticket, form, changed), status_of(StaleVersion())
    except InvalidInput as refusal:
        labels = {field.name: say(field.label) for field in _fields(ticket)}
        return _edit_page(ticket, form.refused(refusal, labels).ruled_by(_fields(ticket))), status_of(refusal)
    told(msg("已保存"))
    done_with(f"edit-{ticket_id}-{form.version()}")
    return go("ticket.show", ticket_id=ticket_id)


def history_of(case: Case) -> Sequence[Line]:
    """Return every value of a ticket that changed, the latest change first."""
    words = Words(case)
    lines = [
        Line(act.at, say(act.actor_name), change.label, change.before, change.after)
        for act in case.acts
        if act.act in {"ticket.changed", "ticket.moved", "ticket.merge_undone", "ticket.merged"}
        for change in words.changes(act, without=frozenset({"move", "into"}))
    ]
    return tuple(reversed(lines))


def _fields(ticket: TicketView) -> Sequence[Field]:
    """Return what can be changed about a ticket; raises ``PluginDisabled`` when its plugin is off or gone."""
    desk = current_desk()
    ticket_type = desk.tickets.type_of(ticket)
    if ticket_type is None or ticket.plugin not in desk.enabled:
        raise PluginDisabled(ticket.plugin)
    return (*_TEXTS, *_chosen(ticket_type), *ticket_type.fields)


def _chosen(ticket_type: TicketType) -> Sequence[Field]:
    return [core_field(ticket_type, name, required=False) for name in CHOICES if ticket_type.choices(name)]


def _stored_form(ticket: TicketView) -> Form:
    values: dict[str, object] = {"version": ticket.version}
    for field in _fields(ticket):
        values[field.name] = values[_WAS + field.name] = _stored(ticket, field)
    for field in _REFERENCES:
        values[field.name] = values[_WAS + field.name] = getattr(ticket, REFERENCES[field.name])
    return Form.of(**values)


def _stored(ticket: TicketView, field: Field) -> str:
    """Return a stored value as its input takes it; empty for what the person may not see whole."""
    if field.personal and not may("party.unmask"):
        return ""
    if field in _TEXTS or field.name in CHOICES:
        return str(getattr(ticket, field.name))
    return shown.input_text(field, ticket.fields.get(field.name))


def _changed(form: Form, fields: Sequence[Field]) -> dict[str, object]:
    """Return the values that the person changed, and only those, by the name of their input."""
    found: dict[str, object] = {}
    for field in (*fields, *_REFERENCES):
        typed = _plain(form.value(field.name))
        if field.name in form.values and typed != _plain(form.value(_WAS + field.name)):
            found[field.name] = typed
    return found


def _columns(changed: Mapping[str, object]) -> dict[str, object]:
    """Return changed values as the service takes them: references under their columns, emptied ones as None."""
    return {
        REFERENCES.get(name, name): value or None if name in REFERENCES else value for name, value in changed.items()
    }


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").strip()


def _edit_page(ticket: TicketView, form: Form) -> str:
    desk = current_desk()
    ticket_type = desk.tickets.type_of(ticket)
    members = [(str(member.account_id), member.name) for member in desk.members.all()]
    requester = desk.parties.find(ticket.requester_id).name if ticket.requester_id and may("party.view") else ""
    asset = desk.assets.find(ticket.asset_id).label if ticket.asset_id and may("asset.view") else ""
    return render_template(
        "ticket/edit.html",
        ticket=ticket,
        form=form,
        texts={field.name: field for field in _TEXTS},
        chosen=_chosen(ticket_type) if ticket_type else (),
        typed=ticket_type.fields if ticket_type else (),
        members=members,
        requester_name=requester,
        asset_label=asset,
        was=_WAS,
        hides=[field.name for field in _fields(ticket) if field.personal and not may("party.unmask")],
    )


def _merge_page(ticket: TicketView, form: Form, changed: Mapping[str, object]) -> str:
    """Show what both changed side by side; what only one of them changed needs no decision."""
    case = current_desk().cases.read(ticket.id)
    words, stored = Words(case), _stored_form(ticket)
    fields = {field.name: field for field in (*_fields(ticket), *_REFERENCES)}
    clashes, own = [], {}
    for name, value in changed.items():
        theirs, mine = stored.value(name), str(value or "")
        if _plain(theirs) == _plain(form.value(_WAS + name)) or _plain(theirs) == mine:
            own[name] = mine
            continue
        clashes.append(Clash(fields[name], mine, theirs, _in_words(words, name, mine), _in_words(words, name, theirs)))
    return render_template(
        "ticket/merge.html",
        ticket=ticket,
        clashes=clashes,
        own=[(fields[name], value, _in_words(words, name, value)) for name, value in own.items()],
        stored=stored,
        was=_WAS,
        by=case.acts[-1] if case.acts else None,
    )


#: The references of the form as fields, for their labels.
_REFERENCES: Sequence[Field] = tuple(
    Field(name=name, label=LABELS[name], kind=FieldKind.PERSON) for name in ("requester", "asset")
)


def _in_words(words: Words, name: str, text: str) -> str:
    if name in ("requester", "asset") and text:
        try:
            key = UUID(text)
        except ValueError as problem:
            raise NotFound(name, text) from problem
        desk = current_desk()
        return desk.parties.find(key).name if name == "requester" else desk.assets.find(key).label
    return words.value(name, text) or "—"
