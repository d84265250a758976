"""Changing a ticket's values, and putting right what is wrong; when two people save, both versions side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask import Blueprint, render_template, url_for
from werkzeug.wrappers import Response

from gongdan.domain.fields import Field, FieldKind
from gongdan.domain.snapshots import TicketView
from gongdan.domain.ticket_types import TicketType
from gongdan.errors import GongdanError, InvalidInput, MoveRefused, NotFound, PluginDisabled, StaleVersion, TicketClosed
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
from gongdan.web.ticket_people import people_options
from gongdan.web.words import say

pages = Blueprint("ticket_edit", __name__, url_prefix="/tickets/<uuid:ticket_id>")

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

#: Records that the form names by a search.
_RECORDS: Sequence[Field] = tuple(
    Field(name=name, label=LABELS[name], kind=FieldKind.PERSON) for name in ("requester", "asset")
)

#: People and departments, which only a correction changes here, with the permission that each needs.
_PEOPLE: Mapping[str, str] = {
    "owner": "ticket.change_owner",
    "assignee": "ticket.assign",
    "department": "ticket.assign",
}

#: Why a correction is made; no ticket type has a field of this name.
_REASON = "correction_reason"

Answer = Response | str | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Scope:
    """What can be written into a ticket: everything in a correction, else what no move of its type writes."""

    ticket: TicketView
    type: TicketType
    is_correction: bool

    @property
    def chosen(self) -> Sequence[Field]:
        """Return the core fields that take one of the type's choices."""
        names = [name for name in CHOICES if self.type.choices(name) and self._has(name)]
        return [core_field(self.type, name, required=False) for name in names]

    @property
    def typed(self) -> Sequence[Field]:
        """Return the typed fields."""
        return [field for field in self.type.fields if self._has(field.name)]

    @property
    def records(self) -> Sequence[Field]:
        """Return the customer and the place."""
        return [field for field in _RECORDS if self._has(field.name)]

    @property
    def people(self) -> Sequence[Field]:
        """Return who is concerned, as far as the person may say so."""
        allowed = [name for name, permission in _PEOPLE.items() if self.is_correction and may(permission)]
        return [core_field(self.type, name, required=False) for name in allowed]

    @property
    def plain(self) -> Sequence[Field]:
        """Return the fields whose inputs hold the value itself."""
        return (*_TEXTS, *self.chosen, *self.typed)

    @property
    def all(self) -> Sequence[Field]:
        """Return every field of the form."""
        return (*self.plain, *self.records, *self.people)

    @property
    def address(self) -> str:
        """Return where the form is sent."""
        return url_for(f"ticket_edit.{'correct' if self.is_correction else 'edit'}", ticket_id=self.ticket.id)

    def _has(self, name: str) -> bool:
        return self.is_correction or name not in self.type.moved_fields


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


@pages.get("/edit")
@needs("ticket.edit")
def edit(ticket_id: UUID) -> str:
    scope = _scope(ticket_id)
    if not scope.ticket.is_open:
        raise TicketClosed(scope.ticket.number)
    return _edit_page(scope, _stored_form(scope))


@pages.post("/edit")
@needs("ticket.edit")
def save(ticket_id: UUID) -> Answer:
    return _save(_scope(ticket_id))


@pages.get("/correct")
@needs("ticket.correct")
def correct(ticket_id: UUID) -> str:
    """Show everything that the ticket says, whoever or whichever move wrote it."""
    scope = _scope(ticket_id, is_correction=True)
    return _edit_page(scope, _stored_form(scope))


@pages.post("/correct")
@needs("ticket.correct")
def save_correction(ticket_id: UUID) -> Answer:
    return _save(_scope(ticket_id, is_correction=True))


def _save(scope: Scope) -> Answer:
    tickets, form, ticket_id = current_desk().tickets, Form.typed(), scope.ticket.id
    changed = _changed(form, scope.all)
    given = _columns(changed)
    try:
        if scope.is_correction:
            tickets.correct(ticket_id, form.version(), given, reason=form.value(_REASON))
        else:
            tickets.change(ticket_id, form.version(), given)
    except StaleVersion:
        return _merge_page(scope, form, changed), status_of(StaleVersion())
    except (InvalidInput, MoveRefused, TicketClosed) as refusal:
        return _edit_page(scope, _refused(scope, form, refusal)), status_of(refusal)
    told(msg("已更正") if scope.is_correction else msg("已保存"))
    done_with(_key(scope, form))
    return go("ticket.show", ticket_id=ticket_id)


def _refused(scope: Scope, form: Form, refusal: GongdanError) -> Form:
    labels = {field.name: say(field.label) for field in scope.all}
    return form.refused(refusal, labels).ruled_by(scope.all)


def history_of(case: Case) -> Sequence[Line]:
    """Return every value of a ticket that changed, the latest change first."""
    words = Words(case)
    lines = [
        Line(act.at, say(act.actor_name), change.label, change.before, change.after)
        for act in case.acts
        if act.act in _CHANGING
        for change in words.changes(act, without=frozenset({"move", "into", _REASON}))
    ]
    return tuple(reversed(lines))


#: Acts that change values of a ticket.
_CHANGING = frozenset({"ticket.changed", "ticket.corrected", "ticket.moved", "ticket.merge_undone", "ticket.merged"})


def _scope(ticket_id: UUID, *, is_correction: bool = False) -> Scope:
    """Return what can be written; raises ``PluginDisabled`` when the ticket's plugin is off or gone."""
    desk = current_desk()
    ticket = desk.tickets.find(ticket_id)
    ticket_type = desk.tickets.type_of(ticket)
    if ticket_type is None or ticket.plugin not in desk.enabled:
        raise PluginDisabled(ticket.plugin)
    return Scope(ticket, ticket_type, is_correction)


def _stored_form(scope: Scope) -> Form:
    values: dict[str, object] = {"version": scope.ticket.version}
    for field in scope.plain:
        values[field.name] = values[_WAS + field.name] = _stored(scope.ticket, field)
    for field in (*scope.records, *scope.people):
        values[field.name] = values[_WAS + field.name] = getattr(scope.ticket, REFERENCES[field.name])
    return Form.of(**values)


def _stored(ticket: TicketView, field: Field) -> str:
    """Return a stored value as its input takes it; empty for what the person may not see whole."""
    if not shown.may_read(field):
        return ""
    if field in _TEXTS or field.name in CHOICES:
        return str(getattr(ticket, field.name))
    return shown.input_text(field, ticket.fields.get(field.name))


def _changed(form: Form, fields: Sequence[Field]) -> dict[str, object]:
    """Return the values that the person changed, and only those, by the name of their input."""
    found: dict[str, object] = {}
    for field in fields:
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


def _key(scope: Scope, form: Form) -> str:
    """Return under which name the browser keeps a draft: it belongs to the version that it was made from."""
    return f"{'correct' if scope.is_correction else 'edit'}-{scope.ticket.id}-{form.version()}"


def _edit_page(scope: Scope, form: Form) -> str:
    desk, ticket = current_desk(), scope.ticket
    requester = desk.parties.find(ticket.requester_id).name if ticket.requester_id and may("party.view") else ""
    asset = desk.assets.find(ticket.asset_id).label if ticket.asset_id and may("asset.view") else ""
    return render_template(
        "ticket/edit.html",
        ticket=ticket,
        scope=scope,
        form=form,
        key=_key(scope, form),
        reason=_REASON,
        texts={field.name: field for field in _TEXTS},
        records={field.name for field in scope.records},
        options=_options(scope),
        requester_name=requester,
        asset_label=asset,
        was=_WAS,
        hides=[field.name for field in scope.plain if not shown.may_read(field)],
    )


def _options(scope: Scope) -> Mapping[str, Sequence[tuple[str, str]]]:
    """Return the choices of each field that names a person or a department; who has left stays where he stands."""
    case, known = current_desk().cases.read(scope.ticket.id), people_options()
    members = [(str(member.account_id), member.name) for member in current_desk().members.all()]
    found = {}
    for field in (*scope.people, *(one for one in scope.typed if one.kind is FieldKind.PERSON)):
        offered = list(known["department"] if field.name == "department" else members)
        ticket = scope.ticket
        stored = getattr(ticket, REFERENCES[field.name]) if field in scope.people else ticket.fields.get(field.name)
        if stored and str(stored) not in dict(offered):
            offered.append((str(stored), case.name(stored) or say(msg("（已不存在）"))))
        found[field.name] = offered
    return found


def _merge_page(scope: Scope, form: Form, changed: Mapping[str, object]) -> str:
    """Show what both changed side by side; what only one of them changed needs no decision."""
    case = current_desk().cases.read(scope.ticket.id)
    words, stored = Words(case), _stored_form(scope)
    fields = {field.name: field for field in scope.all}
    clashes, own = [], {}
    for name, value in changed.items():
        theirs, mine = stored.value(name), str(value or "")
        if _plain(theirs) == _plain(form.value(_WAS + name)) or _plain(theirs) == mine:
            own[name] = mine
            continue
        clashes.append(Clash(fields[name], mine, theirs, _in_words(words, name, mine), _in_words(words, name, theirs)))
    return render_template(
        "ticket/merge.html",
        ticket=scope.ticket,
        address=scope.address,
        reason=(_REASON, form.value(_REASON)) if scope.is_correction else None,
        clashes=clashes,
        own=[(fields[name], value, _in_words(words, name, value)) for name, value in own.items()],
        stored=stored,
        was=_WAS,
        by=case.acts[-1] if case.acts else None,
    )


def _in_words(words: Words, name: str, text: str) -> str:
    if name in ("requester", "asset") and text:
        try:
            key = UUID(text)
        except ValueError as problem:
            raise NotFound(name, text) from problem
        desk = current_desk()
        return desk.parties.find(key).name if name == "requester" else desk.assets.find(key).label
    if name in _PEOPLE and text:
        return dict(people_options()[name]).get(text) or words.value(REFERENCES[name], text)
    return words.value(name, text) or "—"
