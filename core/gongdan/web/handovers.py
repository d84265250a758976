"""Handovers: the list, and the page on which two people hand a post over and sign."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Blueprint, g, render_template, request
from marshmallow import Schema
from werkzeug.wrappers import Response as AnyResponse

from gongdan.domain.handovers import CountedItem
from gongdan.errors import FieldProblem, GongdanError, InvalidInput, LoginRefused
from gongdan.services.handovers import Checking, HandoverView, Telling
from gongdan.text import msg
from gongdan.web import edges
from gongdan.web.access import current_desk, needs
from gongdan.web.forms import Form
from gongdan.web.pages import dialog, go, told
from gongdan.web.problems import status_of
from gongdan.web.words import say

pages = Blueprint("handovers", __name__, url_prefix="/roster/handovers")

Answer = AnyResponse | tuple[str, int]

#: Longest line of one thing: its name and how many there are.
_LONGEST_NUMBER = 6


class BeginSchema(Schema):
    """A handover that is being begun."""

    department = edges.key(msg("部门"))
    incoming = edges.key(msg("接班人"))
    items = edges.text(msg("公物"))


@pages.get("")
@needs("roster.view")
def index() -> str:
    desk = current_desk()
    names = {one.id: one.name for one in desk.departments.all()}
    return render_template("roster/handovers.html", handovers=desk.handovers.latest(), department_names=names)


@pages.get("/new")
@needs("duty_log.write")
def new() -> str:
    members = {one.account_id: one for one in current_desk().members.all()}
    own = members.get(g.person.id)
    department = request.args.get("department", "") or str((own.department_id if own else None) or "")
    found = next((one for one in current_desk().departments.all() if str(one.id) == department), None)
    items = current_desk().handovers.usual_items(found.id) if found else ()
    return _begin_dialog(Form.of(department=department, items=_lines_of(items)))


@pages.post("")
@needs("duty_log.write")
def begin() -> Answer:
    form = Form.typed()
    try:
        values = edges.read(BeginSchema, form)
        if values["department"] is None:
            raise InvalidInput((FieldProblem("department", "", msg("必须填写"), label=msg("部门")),))
        items = _items(form.value("items"))
        made = current_desk().handovers.begin(values["department"], values["incoming"], items)
    except GongdanError as refusal:
        return _begin_dialog(form.refused(refusal)), status_of(refusal)
    told(msg("已开始交接班，请 {name} 在自己的设备上清点并签字"), name=made.incoming_name)
    return go("handovers.show", handover_id=made.id)


@pages.get("/<uuid:handover_id>")
@needs("roster.view")
def show(handover_id: UUID) -> str:
    return _page(current_desk().handovers.find(handover_id), Form.of())


@pages.post("/<uuid:handover_id>/tell")
@needs("duty_log.write")
def tell(handover_id: UUID) -> Answer:
    form = Form.typed()
    handover = current_desk().handovers.find(handover_id)
    explanations = {item.name: form.value(f"explanation-{place}") for place, item in enumerate(handover.state.items)}
    given = Telling(
        remark=form.value("remark"),
        is_desk_tidy=bool(form.value("is_desk_tidy")),
        explanations=explanations,
        area_explanation=form.value("area_explanation"),
    )
    try:
        current_desk().handovers.tell(handover_id, form.version(), given)
    except GongdanError as refusal:
        return _page(handover, form.refused(refusal)), status_of(refusal)
    told(msg("已保存"))
    return go("handovers.show", handover_id=handover_id)


@pages.post("/<uuid:handover_id>/check")
@needs("duty_log.write")
def check(handover_id: UUID) -> Answer:
    form = Form.typed()
    handover = current_desk().handovers.find(handover_id)
    try:
        counts = _counts(form, handover.state.items)
        area = {"normal": True, "abnormal": False}.get(form.value("area"))
        given = Checking(
            counts=counts,
            has_read_log=bool(form.value("has_read_log")),
            is_area_normal=area,
            area_remark=form.value("area_remark"),
            follow_up=form.value("follow_up"),
        )
        current_desk().handovers.check(handover_id, form.version(), given)
    except GongdanError as refusal:
        return _page(handover, form.refused(refusal)), status_of(refusal)
    told(msg("已保存"))
    return go("handovers.show", handover_id=handover_id)


@pages.post("/<uuid:handover_id>/sign")
@needs("duty_log.write")
def sign(handover_id: UUID) -> Answer:
    """Sign with one's own password; what was typed is never sent back."""
    password = request.form.get("password", "")
    form = Form.of()
    try:
        signed = current_desk().handovers.sign(handover_id, password)
    except LoginRefused:
        problem = FieldProblem("password", "", msg("密码不正确"), label=msg("本人密码"))
        wrong = InvalidInput((problem,))
        return _page(current_desk().handovers.find(handover_id), form.refused(wrong)), status_of(wrong)
    except GongdanError as refusal:
        return _page(current_desk().handovers.find(handover_id), form.refused(refusal)), status_of(refusal)
    told(msg("双方已签字，交接班完成") if signed.is_done else msg("已签字，等对方签字"))
    return go("handovers.show", handover_id=handover_id)


@pages.get("/<uuid:handover_id>/take-over")
@needs("roster.admin")
def ask_takeover(handover_id: UUID) -> str:
    return _takeover_dialog(Form.of(), handover_id)


@pages.post("/<uuid:handover_id>/take-over")
@needs("roster.admin")
def take_over(handover_id: UUID) -> Answer:
    form = Form.typed()
    try:
        current_desk().handovers.take_over(handover_id, form.value("reason"))
    except GongdanError as refusal:
        return _takeover_dialog(form.refused(refusal), handover_id), status_of(refusal)
    told(msg("您已接手未办完的重要工作"))
    return go("handovers.show", handover_id=handover_id)


@pages.post("/<uuid:handover_id>/leave")
@needs("duty_log.write")
def leave(handover_id: UUID) -> AnyResponse:
    left = current_desk().handovers.leave(handover_id)
    told(msg("已登记离岗：双方还没有都签字") if left.was_left_unsigned else msg("已登记离岗"))
    return go("handovers.show", handover_id=handover_id)


@pages.post("/<uuid:handover_id>/withdraw")
@needs("duty_log.write")
def withdraw(handover_id: UUID) -> AnyResponse:
    current_desk().handovers.withdraw(handover_id)
    told(msg("已撤回交接班"))
    return go("handovers.index")


# --- Shared ----------------------------------------------------------------------------------


def _page(handover: HandoverView, form: Form) -> str:
    """Show a handover; a form that was refused keeps what was typed, everything else is as stored."""
    filled = form.values or _stored(handover)
    departments = {one.id: one.name for one in current_desk().departments.all()}
    return render_template(
        "roster/handover.html",
        handover=handover,
        form=Form({**_stored(handover), **filled}, form.problems, form.text, form.remedy),
        department_name=departments.get(handover.department_id, ""),
        is_outgoing=g.person.id == handover.outgoing_id,
        is_incoming=g.person.id == handover.incoming_id,
    )


def _stored(handover: HandoverView) -> Mapping[str, Sequence[str]]:
    state = handover.state
    area = {True: "normal", False: "abnormal", None: ""}[state.is_area_normal]
    values: dict[str, object] = {
        "remark": handover.remark,
        "is_desk_tidy": "true" if state.is_desk_tidy else "",
        "area_explanation": state.area_explanation,
        "has_read_log": "true" if state.has_read_log else "",
        "area": area,
        "area_remark": handover.area_remark,
        "follow_up": handover.follow_up,
    }
    for place, item in enumerate(state.items):
        values[f"explanation-{place}"] = item.explanation
        values[f"counted-{place}"] = "" if item.counted is None else item.counted
    return Form.of(**values).values


def _counts(form: Form, items: Sequence[CountedItem]) -> Mapping[str, int]:
    found, problems = {}, []
    for place, item in enumerate(items):
        text = form.value(f"counted-{place}").strip()
        if not text:
            continue
        if not _is_number(text):
            problems.append(FieldProblem(f"counted-{place}", text, msg("应为整数"), label=item.name))
        else:
            found[item.name] = int(text)
    if problems:
        raise InvalidInput(tuple(problems))
    return found


def _items(text: str) -> Sequence[CountedItem]:
    """Read one thing a line, its count at the end: ``对讲机 2``; without a count there is one."""
    found = []
    for line in filter(None, (line.strip() for line in text.splitlines())):
        name, _, count = line.rpartition(" ")
        is_counted = bool(name) and _is_number(count)
        found.append(CountedItem(name.strip(), int(count)) if is_counted else CountedItem(line, 1))
    return found


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= _LONGEST_NUMBER


def _lines_of(items: Sequence[CountedItem]) -> str:
    return "\n".join(f"{say(item.name)} {item.expected}" for item in items)


def _begin_dialog(form: Form) -> str:
    desk = current_desk()
    departments = [(one.id, "　" * one.depth + one.name) for one in desk.departments.all()]
    people = [(one.account_id, one.name) for one in desk.members.all()
              if not one.is_disabled and one.account_id != g.person.id]  # fmt: skip
    return dialog("roster/begin.html", form=form, departments=departments, people=people)


def _takeover_dialog(form: Form, handover_id: UUID) -> str:
    return dialog("roster/take_over.html", form=form, handover=current_desk().handovers.find(handover_id))
