"""Circulation: the list of letters with whose turn it is, one letter with its turns and trail, and what is done."""

from collections.abc import Callable, Mapping
from functools import partial
from uuid import UUID

from flask import Blueprint, g, render_template, request, url_for
from marshmallow import Schema
from werkzeug.exceptions import BadRequest
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.wrappers import Response

from gongdan.domain.circulation import Direction, Handling, LetterState, StepKind, StepState
from gongdan.errors import GongdanError
from gongdan.services.circulation import PAGE_SIZE, Incoming, Instruction, LetterFilter
from gongdan.services.circulation_rows import LetterFile, LetterView
from gongdan.services.correspondence import REVIEWS, Draft
from gongdan.text import msg
from gongdan.web import edges, shown
from gongdan.web.access import current_desk, may, member, needs
from gongdan.web.circulation_words import DIRECTIONS
from gongdan.web.forms import Form
from gongdan.web.pages import dialog, go, told
from gongdan.web.problems import status_of
from gongdan.web.words import say

pages = Blueprint("circulation", __name__, url_prefix="/letters")

Answer = Response | str | tuple[str, int]

_CONDITIONS = ("q", "direction", "state", "first", "last")
#: Acts on a letter that a dialog asks for: label and icon by the last part of the address.
_ACTS: Mapping[str, tuple[str, str]] = {
    "instruct": (msg("批示"), "pencil"),
    "finish": (msg("办毕"), "circle-check"),
    "doubt": (msg("请示"), "help-circle"),
    "endorse": (msg("签发"), "signature"),
    "send-back": (msg("退回修改"), "arrow-back-up"),
    "revise": (msg("修改"), "pencil"),
    "urge": (msg("催办"), "bell"),
    "send": (msg("发出"), "send"),
    "file": (msg("归档"), "archive"),
}


class IncomingSchema(Schema):
    """A letter that the office signs for."""

    party = edges.text(msg("来文单位"))
    title = edges.text(msg("标题"))
    category = edges.text(msg("分类"))
    foreign_number = edges.text(msg("来文字号"))
    manager = edges.key(msg("呈送"))
    department = edges.key(msg("部门"))


class NoteSchema(Schema):
    """The manager's note."""

    note = edges.text(msg("批示"))
    handler = edges.key(msg("承办人"))
    until = edges.moment(msg("办理期限"))


class DraftSchema(Schema):
    """A letter of one's own."""

    direction = edges.text(msg("类别"))
    title = edges.text(msg("标题"))
    body = edges.text(msg("正文"))
    recipient = edges.text(msg("主送"))
    category = edges.text(msg("分类"))
    manager = edges.key(msg("呈送"))
    department = edges.key(msg("部门"))


class FileSchema(Schema):
    """Where a letter is filed."""

    retain_until = edges.day(msg("保存到"))


@pages.get("")
@needs("circulation.view")
def index() -> str:
    """Show the letters, narrowed by the address, each with whose turn it is."""
    circulation = current_desk().circulation
    with current_desk().reading():
        return render_template(
            "circulation/index.html",
            letters=circulation.letters(_wanted()),
            mine=circulation.mine(),
            form=Form.of(**{name: request.args.get(name, "") for name in _CONDITIONS}),
            directions=[(one.value, say(text)) for one, text in DIRECTIONS.items()],
            address=_address,
            page_size=PAGE_SIZE,
        )


@pages.get("/mine")
@member
def mine() -> str:
    return render_template("circulation/mine.html", letters=current_desk().circulation.mine())


@pages.get("/<uuid:letter_id>")
@member
def show(letter_id: UUID) -> str:
    file = current_desk().circulation.find(letter_id)
    return render_template(
        "circulation/show.html",
        file=file,
        letter=file.letter,
        acts=[(name, *_ACTS[name]) for name in _possible(file)],
        may_pass_on=may("circulation.office") and _is_ready(file),
    )


@pages.get("/steps/<uuid:step_id>")
@member
def step(step_id: UUID) -> Response:
    return go("circulation.show", letter_id=current_desk().circulation.letter_of(step_id))


@pages.get("/register")
@needs("circulation.office")
def ask_register() -> str:
    return _register_dialog(Form.of(department=_own_department(), manager=_only(_managers())))


@pages.post("/register")
@needs("circulation.office")
def register() -> Answer:
    form = Form.typed()
    try:
        values = edges.read(IncomingSchema, form)
        given = Incoming(
            sender=values["party"], title=values["title"], category=values["category"], manager_id=values["manager"],
            foreign_number=values["foreign_number"], department_id=values["department"],
        )  # fmt: skip
        letter = current_desk().circulation.register(given)
    except GongdanError as refusal:
        return _register_dialog(form.refused(refusal)), status_of(refusal)
    told(msg("已登记为 {number}，呈 {name} 批示"), number=letter.number, name=letter.manager)
    return go("circulation.show", letter_id=letter.id)


@pages.get("/draft")
@needs("circulation.draft")
def ask_draft() -> str:
    return _draft_dialog(Form.of(direction="outgoing", department=_own_department(), manager=_only(_managers())))


@pages.post("/draft")
@needs("circulation.draft")
def draft() -> Answer:
    form = Form.typed()
    try:
        letter = current_desk().correspondence.draft(_draft(form))
    except GongdanError as refusal:
        return _draft_dialog(form.refused(refusal)), status_of(refusal)
    told(msg("已送 {name} 审阅"), name=letter.manager)
    return go("circulation.show", letter_id=letter.id)


@pages.post("/<uuid:letter_id>/pass-on")
@needs("circulation.office")
def pass_on(letter_id: UUID) -> Response:
    letter = current_desk().circulation.pass_on(letter_id)
    told(msg("已传给 {name}"), name=letter.turn.name if letter.turn else "")
    return go("circulation.show", letter_id=letter_id)


@pages.get("/<uuid:letter_id>/<name>")
@member
def ask(letter_id: UUID, name: str) -> str:
    if name not in _ACTS:
        raise NoSuchPage
    return _act_dialog(letter_id, name, _first_values(letter_id, name))


@pages.post("/<uuid:letter_id>/<name>")
@member
def act(letter_id: UUID, name: str) -> Answer:
    if name not in _ACTS:
        raise NoSuchPage
    form = Form.typed()
    try:
        _do(letter_id, name, form)
    except GongdanError as refusal:
        return _act_dialog(letter_id, name, form.refused(refusal)), status_of(refusal)
    told(msg("{what}：已记录"), what=say(_ACTS[name][0]))
    return go("circulation.show", letter_id=letter_id)


# --- Shared ----------------------------------------------------------------------------------


def _do(letter_id: UUID, name: str, form: Form) -> None:
    """Do what a dialog asks for; raises what the service raises."""
    circulation, correspondence = current_desk().circulation, current_desk().correspondence
    acts: Mapping[str, Callable[[], LetterView]] = {
        "instruct": lambda: circulation.instruct(letter_id, _note(form)),
        "finish": partial(circulation.finish, letter_id, form.value("result"), form.value("report")),
        "doubt": partial(circulation.doubt, letter_id, form.value("question")),
        "endorse": partial(correspondence.endorse, letter_id, form.value("remark")),
        "send-back": partial(correspondence.send_back, letter_id, form.value("remark")),
        "revise": lambda: correspondence.revise(letter_id, form.version(), _draft(form)),
        "urge": partial(circulation.urge, letter_id, form.value("words")),
        "send": partial(correspondence.send, letter_id, form.value("way")),
        "file": lambda: circulation.file(
            letter_id, form.value("category"), form.value("place"), edges.read(FileSchema, form)["retain_until"]
        ),
    }
    acts[name]()


def _note(form: Form) -> Instruction:
    values = edges.read(NoteSchema, form)
    until = values["until"].replace(tzinfo=shown.zone()) if values["until"] else None
    readers = [UUID(text) for name in sorted(form.values) if name.startswith("reader-") and (text := form.value(name))]
    handling = Handling(values["handler"], until) if values["handler"] else None
    return Instruction(note=values["note"], readers=readers, handling=handling)


def _draft(form: Form) -> Draft:
    values = edges.read(DraftSchema, form)
    direction = Direction(values["direction"]) if values["direction"] in REVIEWS else Direction.OUTGOING
    return Draft(
        title=values["title"], body=form.value("body"), recipient=values["recipient"], category=values["category"],
        direction=direction, department_id=values["department"], manager_id=values["manager"],
    )  # fmt: skip


def _possible(file: LetterFile) -> list[str]:
    """Return what the person may do with a letter now, the most likely first."""
    letter, me = file.letter, g.person.id
    turns = {step.kind for step in file.steps if step.state is StepState.CURRENT and step.account_id == me}
    found = {
        "instruct": StepKind.INSTRUCT in turns,
        "endorse": StepKind.REVIEW in turns,
        "send-back": StepKind.REVIEW in turns,
        "finish": bool(turns & {StepKind.READ, StepKind.ACT, StepKind.ANSWER}),
        "doubt": StepKind.ACT in turns,
        "revise": letter.state is LetterState.DRAFT and may("circulation.draft"),
        "send": letter.state is LetterState.SIGNED and may("circulation.office"),
        "file": letter.state in {LetterState.RETURNED, LetterState.SENT} and may("circulation.office"),
        "urge": letter.turn is not None and may("circulation.office"),
    }
    return [name for name, fits in found.items() if fits]


def _is_ready(file: LetterFile) -> bool:
    states = {step.state for step in file.steps}
    return StepState.READY in states and StepState.CURRENT not in states


def _wanted() -> LetterFilter:
    """Return which letters the address asks for; raises ``BadRequest`` for what it does not know."""
    state, direction = request.args.get("state", ""), request.args.get("direction", "")
    try:
        return LetterFilter(
            text=request.args.get("q", ""),
            direction=Direction(direction) if direction else None,
            states=(LetterState(state),) if state else (),
            first=edges.asked_day(request.args.get("first", "")),
            last=edges.asked_day(request.args.get("last", "")),
        )
    except ValueError as problem:
        raise BadRequest from problem


def _address(**changes: str) -> str:
    now = {name: request.args.get(name, "") for name in _CONDITIONS}
    return url_for("circulation.index", **{name: value for name, value in {**now, **changes}.items() if value})  # type: ignore[arg-type]  # values of the address


def _managers(permission: str = "circulation.instruct") -> list[tuple[UUID, str]]:
    return list(current_desk().circulation.managers(permission))


def _only(known: list[tuple[UUID, str]]) -> str:
    """Return the one whom a letter can be laid before, if there is just one."""
    return str(known[0][0]) if len(known) == 1 else ""


def _own_department() -> str:
    own = next((one for one in current_desk().members.all() if one.account_id == g.person.id), None)
    return str(own.department_id) if own and own.department_id else ""


def _departments() -> list[tuple[UUID, str]]:
    return [(one.id, "　" * one.depth + one.name) for one in current_desk().departments.all()]


def _register_dialog(form: Form) -> str:
    return dialog("circulation/register.html", form=form, managers=_managers(), departments=_departments())


def _draft_dialog(form: Form) -> str:
    return dialog("circulation/draft.html", form=form, letter=None, managers=_reviewers(), departments=_departments(),
                  directions=_own_directions())  # fmt: skip


def _reviewers() -> list[tuple[UUID, str]]:
    return sorted({*_managers(), *_managers("circulation.sign")}, key=lambda one: one[1])


def _own_directions() -> list[tuple[str, str]]:
    return [(one.value, say(DIRECTIONS[one])) for one in REVIEWS]


def _first_values(letter_id: UUID, name: str) -> Form:
    file = current_desk().circulation.find(letter_id)
    letter = file.letter
    if name == "revise":
        text = file.texts[0]
        return Form.of(
            version=letter.version, title=text.title, body=text.body, recipient=letter.party, category=letter.category,
            direction=letter.direction, manager=letter.manager_id, department=letter.department_id or "",
        )  # fmt: skip
    return Form.of(category=letter.category) if name == "file" else Form.of()


def _act_dialog(letter_id: UUID, name: str, form: Form) -> str:
    letter = current_desk().circulation.find(letter_id).letter
    if name == "revise":
        return dialog("circulation/draft.html", form=form, letter=letter, managers=_reviewers(),
                      departments=_departments(), directions=_own_directions())  # fmt: skip
    label, icon = _ACTS[name]
    people = [(one.account_id, f"{one.name} · {one.position}" if one.position else one.name)
              for one in current_desk().members.all() if not one.is_disabled]  # fmt: skip
    return dialog("circulation/act.html", letter=letter, name=name, label=label, icon=icon, form=form, people=people)
