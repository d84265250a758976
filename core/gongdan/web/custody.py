"""Custody: the list of keys, documents and what else is kept, one thing with its history, and the acts on it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from flask import Blueprint, render_template, request, url_for
from marshmallow import Schema, fields
from werkzeug.exceptions import BadRequest
from werkzeug.exceptions import NotFound as NoSuchPage
from werkzeug.wrappers import Response

from gongdan.domain.custody import Borrower, CustodyState
from gongdan.errors import GongdanError, NotFound
from gongdan.services.custody_checks import WITNESSES, ItemInput, Lending
from gongdan.services.custody_lists import PAGE_SIZE, CustodyFilter
from gongdan.services.custody_rows import ItemView
from gongdan.text import msg
from gongdan.web import custody_words, edges, shown
from gongdan.web.access import current_desk, is_fragment, may, member, needs
from gongdan.web.custody_words import FORMS, LABELS, OVERDUE, ActForm
from gongdan.web.forms import Form
from gongdan.web.pages import dialog, go, told
from gongdan.web.problems import status_of
from gongdan.web.record_words import today

pages = Blueprint("custody", __name__, url_prefix="/custody")

Answer = Response | str | tuple[str, int]

#: Chips of the list: the states, and what is lent and late.
_STATES = (CustodyState.IN_STORE, CustodyState.LENT, OVERDUE, CustodyState.LOST, CustodyState.DESTROYED)


class ItemSchema(Schema):
    """What is filled in about a thing."""

    kind = edges.text(LABELS["kind"])
    code = edges.text(LABELS["code"])
    name = edges.text(LABELS["name"])
    asset_id = edges.key(LABELS["asset_id"])
    party_id = edges.key(LABELS["party_id"])
    department_id = edges.key(LABELS["department_id"])
    place = edges.text(LABELS["place"])
    mark = edges.text(LABELS["mark"])
    copies = fields.Integer(
        load_default=1, error_messages={"invalid": msg("应为整数")}, metadata={"label": LABELS["copies"]}
    )
    retain_until = edges.day(LABELS["retain_until"])
    remark = edges.text(LABELS["remark"])


class ActSchema(Schema):
    """What the dialog of an act takes; each act reads its own fields."""

    until = edges.moment(msg("归还时间"))
    party_id = edges.key(msg("客户"))


@pages.get("")
@needs("custody.view")
def index() -> str:
    """Show what is kept, narrowed by the address, and the box that takes a code."""
    custody, wanted = current_desk().custody, _wanted()
    with current_desk().reading():
        items = custody.items(wanted, after=request.args.get("after", ""), limit=PAGE_SIZE + 1)
        template = "custody/rows.html" if is_fragment() else "custody/index.html"
        return render_template(
            template,
            items=items[:PAGE_SIZE],
            more=_address(after=items[PAGE_SIZE - 1].code) if len(items) > PAGE_SIZE else "",
            counts=custody.counts(_wanted(everywhere=True)),
            form=Form.of(**{name: request.args.get(name, "") for name in _CONDITIONS}),
            kinds=custody_words.kind_words(),
            departments=[(str(one.id), one.name) for one in current_desk().departments.all()],
            states=_STATES,
            address=_address,
            today=today(),
        )


@pages.get("/mine")
@member
def mine() -> str:
    return render_template("custody/mine.html", loans=current_desk().custody.mine(), kinds=custody_words.kind_words())


@pages.get("/hand")
@needs("custody.view")
def hand() -> Answer:
    """Answer a typed or scanned code with the act that it most likely is for: lend what is in, take back what is out.

    One who only looks is led to the thing.
    """
    code = request.args.get("code", "").strip()
    try:
        item = current_desk().custody.by_code(code)
    except NotFound as unknown:
        return dialog("custody/unknown.html", code=code[:60]), status_of(unknown)
    name = {CustodyState.IN_STORE: "lend", CustodyState.LENT: "return"}.get(item.state)
    if name is None or not may("custody.keep"):
        return go("custody.show", item_id=item.id)
    return _act_dialog(item, FORMS[name], Form.of())


@pages.get("/new")
@needs("custody.keep")
def new() -> str:
    asked = {name: request.args.get(name, "") for name in ("kind", "code", "asset_id")}
    return _item_dialog(Form.of(copies="1", **asked))


@pages.post("")
@needs("custody.keep")
def create() -> Answer:
    form = Form.typed()
    try:
        item = current_desk().custody.take_in(ItemInput(**edges.read(ItemSchema, form)))
    except GongdanError as refusal:
        return _item_dialog(form.refused(refusal)), status_of(refusal)
    told(msg("{code} 已入库，请把编号写在标签上"), code=item.code)
    return go("custody.show", item_id=item.id)


@pages.get("/<uuid:item_id>")
@member
def show(item_id: UUID) -> str:
    file = current_desk().custody.find(item_id)
    return render_template(
        "custody/show.html",
        file=file,
        item=file.item,
        kinds=custody_words.kind_words(),
        forms_now=custody_words.forms_for(file.item) if may("custody.keep") else (),
        today=today(),
    )


@pages.get("/<uuid:item_id>/edit")
@needs("custody.keep")
def edit(item_id: UUID) -> str:
    item = current_desk().custody.find(item_id).item
    names = ("kind", "name", "asset_id", "party_id", "department_id", "place", "mark", "copies", "retain_until")
    values = {name: getattr(item, name) for name in (*names, "remark", "version")}
    return _item_dialog(Form.of(**values), item)


@pages.post("/<uuid:item_id>")
@needs("custody.keep")
def save(item_id: UUID) -> Answer:
    custody, form = current_desk().custody, Form.typed()
    try:
        given = ItemInput(**edges.read(ItemSchema, form))
        custody.describe(item_id, form.version(), given)
    except GongdanError as refusal:
        return _item_dialog(form.refused(refusal), custody.find(item_id).item), status_of(refusal)
    told(msg("已保存"))
    return go("custody.show", item_id=item_id)


@pages.get("/loans/<uuid:loan_id>")
@member
def loan(loan_id: UUID) -> Response:
    return go("custody.show", item_id=current_desk().custody.loan(loan_id).item_id)


@pages.get("/<uuid:item_id>/<name>")
@needs("custody.keep")
def ask(item_id: UUID, name: str) -> str:
    return _act_dialog(current_desk().custody.find(item_id).item, _form_of(name), Form.of())


@pages.post("/<uuid:item_id>/<name>")
@needs("custody.keep")
def act(item_id: UUID, name: str) -> Answer:
    chosen, form = _form_of(name), Form.typed()
    try:
        item = _do(item_id, name, form)
    except GongdanError as refusal:
        before = current_desk().custody.find(item_id).item
        return _act_dialog(before, chosen, form.refused(refusal)), status_of(refusal)
    told(chosen.done, code=item.code, holder=item.holder)
    return go("custody.index") if form.value("back") == "list" else go("custody.show", item_id=item_id)


# --- Shared ----------------------------------------------------------------------------------

_CONDITIONS = ("q", "kind", "department", "state")
_LENDS = ("lend", "hand-on")


def _do(item_id: UUID, name: str, form: Form) -> ItemView:
    """Do what a dialog asks for; raises what the service raises."""
    custody = current_desk().custody
    values = edges.read(ActSchema, form)
    until = values["until"].replace(tzinfo=shown.zone()) if values["until"] else None
    reason, remark, place = form.value("reason"), form.value("remark"), form.value("place")
    if name in _LENDS:
        lending = Lending(borrower=_borrower(form, values["party_id"]), purpose=form.value("purpose"), until=until)
        return custody.lend(item_id, lending) if name == "lend" else custody.hand_on(item_id, lending)
    witnesses = [form.value(f"witness-{number}") for number in range(WITNESSES)]
    acts: Mapping[str, Callable[[], ItemView]] = {
        "return": partial(custody.give_back, item_id, remark, place=place),
        "prolong": partial(custody.prolong, item_id, until, reason),
        "move": partial(custody.move, item_id, place, remark),
        "find": partial(custody.find_again, item_id, reason),
        "lock": partial(custody.change_lock, item_id, form.value("mark"), witnesses, reason),
        "lose": partial(custody.lose, item_id, reason),
    }
    return acts[name]()


def _borrower(form: Form, party_id: UUID | None) -> Borrower:
    if party_id:
        return Borrower("", party_id=party_id, phone=form.value("phone"))
    return current_desk().custody.borrower(form.value("borrower"), form.value("phone"))


def _wanted(*, everywhere: bool = False) -> CustodyFilter:
    """Return which things the address asks for; ``everywhere`` whatever their state. Raises ``BadRequest``."""
    state, department = request.args.get("state", ""), request.args.get("department", "")
    kind = request.args.get("kind", "")
    is_overdue = state == OVERDUE and not everywhere
    try:
        return CustodyFilter(
            text=request.args.get("q", ""),
            kinds=(kind,) if kind else (),
            states=() if everywhere or is_overdue else _states(state),
            department_id=UUID(department) if department else None,
            is_overdue_at=shown.now() if is_overdue else None,
        )
    except ValueError as problem:
        raise BadRequest from problem


def _states(state: str) -> Sequence[CustodyState]:
    """Return the states that are listed: those that are there, unless one is asked for."""
    if state:
        return (CustodyState(state),)
    return tuple(one for one in CustodyState if one is not CustodyState.DESTROYED)


def _address(**changes: str) -> str:
    """Return the address of the list with some conditions changed."""
    now = {name: request.args.get(name, "") for name in _CONDITIONS}
    return url_for("custody.index", **{name: value for name, value in {**now, **changes}.items() if value})  # type: ignore[arg-type]  # values of the address


def _form_of(name: str) -> ActForm:
    if name not in FORMS:
        raise NoSuchPage
    return FORMS[name]


def _act_dialog(item: ItemView, chosen: ActForm, form: Form) -> str:
    custody = current_desk().custody
    if not form.values:
        until = custody.usual_until() if chosen.name in {"lend", "hand-on", "prolong"} else None
        form = Form.of(until=_local(until), place=item.place if chosen.name == "return" else "")
    members = [one for one in current_desk().members.all() if not one.is_disabled] if chosen.name in _LENDS else ()
    return dialog(
        "custody/act.html",
        item=item,
        act=chosen,
        form=form,
        members=members,
        kinds=custody_words.kind_words(),
        from_list=request.endpoint == "custody.hand" or form.value("back") == "list",
    )


def _local(moment: datetime | None) -> str:
    return f"{moment.astimezone(shown.zone()):%Y-%m-%dT%H:%M}" if moment else ""


def _item_dialog(form: Form, item: ItemView | None = None) -> str:
    departments = [(one.id, "　" * one.depth + one.name) for one in current_desk().departments.all()]
    kinds = list(custody_words.kind_words().items())
    return dialog("custody/item.html", form=form, item=item, kinds=kinds, departments=departments)
