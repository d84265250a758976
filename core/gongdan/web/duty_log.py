"""The duty log: one page a department and day; what is written stays."""

from collections.abc import Mapping
from uuid import UUID

from flask import Blueprint, render_template, request
from marshmallow import Schema
from werkzeug.wrappers import Response as AnyResponse

from gongdan.errors import FieldProblem, GongdanError, InvalidInput, NotFound
from gongdan.services.departments import DepartmentView
from gongdan.services.duty_log import EntryKind, LogEntry
from gongdan.text import msg
from gongdan.web import edges
from gongdan.web.access import current_desk, current_person, needs
from gongdan.web.forms import Form
from gongdan.web.pages import dialog, go, told
from gongdan.web.problems import status_of

pages = Blueprint("duty_log", __name__)

#: What the kinds of entries are called, their icons and tones.
KINDS: Mapping[EntryKind, tuple[str, str, str]] = {
    EntryKind.EVENT: (msg("记录"), "note", "quiet"),
    EntryKind.MATTER: (msg("待跟进"), "flag", "waiting"),
    EntryKind.CORRECTION: (msg("更正"), "pencil", "ours"),
    EntryKind.SETTLEMENT: (msg("办结"), "circle-check", "done"),
    EntryKind.CHECK: (msg("检查"), "signature", "ours"),
    EntryKind.HANDOVER: (msg("交接班"), "arrows-exchange", "ours"),
}


class EntrySchema(Schema):
    """An entry that is being written."""

    department = edges.key(msg("部门"))
    body = edges.text(msg("内容"))
    follow_up = edges.flag(msg("需要继续跟进"))
    important = edges.flag(msg("重要：交班前须办完"))
    ticket = edges.text(msg("工单编号"))


@pages.get("/roster/log")
@needs("roster.view")
def index() -> str:
    return _page(Form.of())


@pages.post("/roster/log")
@needs("duty_log.write")
def write() -> AnyResponse | tuple[str, int]:
    form = Form.typed()
    try:
        values = edges.read(EntrySchema, form)
        if values["department"] is None:
            raise InvalidInput((FieldProblem("department", "", msg("必须填写"), label=msg("部门")),))
        entry = current_desk().duty_log.write(
            values["department"],
            values["body"],
            is_matter=values["follow_up"],
            is_important=values["important"],
            ticket_id=_ticket(values["ticket"]),
        )
    except GongdanError as refusal:
        return _page(form.refused(refusal)), status_of(refusal)
    told(msg("已写入第 {page} 页第 {line} 行"), page=entry.page, line=entry.line)
    return go("duty_log.index", department=values["department"])


@pages.get("/roster/log/<uuid:entry_id>")
@needs("roster.view")
def show(entry_id: UUID) -> AnyResponse:
    """Lead to the page of the log that an entry stands on."""
    entry = current_desk().duty_log.find(entry_id)
    return go("duty_log.index", department=entry.department_id, page=entry.page, _anchor=f"e{entry.id.hex}")


@pages.get("/roster/log/<uuid:entry_id>/correct")
@needs("duty_log.write")
def ask_correction(entry_id: UUID) -> str:
    entry = current_desk().duty_log.find(entry_id)
    return _answer_dialog(Form.of(body=entry.body), entry, "correct")


@pages.post("/roster/log/<uuid:entry_id>/correct")
@needs("duty_log.write")
def correct(entry_id: UUID) -> AnyResponse | tuple[str, int]:
    return _answer(entry_id, "correct")


@pages.get("/roster/log/<uuid:entry_id>/settle")
@needs("duty_log.write")
def ask_settlement(entry_id: UUID) -> str:
    return _answer_dialog(Form.of(), current_desk().duty_log.find(entry_id), "settle")


@pages.post("/roster/log/<uuid:entry_id>/settle")
@needs("duty_log.write")
def settle(entry_id: UUID) -> AnyResponse | tuple[str, int]:
    return _answer(entry_id, "settle")


@pages.post("/roster/log/<uuid:department_id>/pages/<int:number>/check")
@needs("roster.admin")
def check(department_id: UUID, number: int) -> AnyResponse:
    current_desk().duty_log.check(department_id, number)
    told(msg("已检查第 {page} 页并签字"), page=number)
    return go("duty_log.index", department=department_id, page=number)


def _answer(entry_id: UUID, act: str) -> AnyResponse | tuple[str, int]:
    """Write the entry that corrects or settles another one."""
    form, log = Form.typed(), current_desk().duty_log
    entry = log.find(entry_id)
    try:
        made = (log.correct if act == "correct" else log.settle)(entry_id, form.value("body"))
    except GongdanError as refusal:
        return _answer_dialog(form.refused(refusal), entry, act), status_of(refusal)
    told(msg("已写入第 {page} 页第 {line} 行"), page=made.page, line=made.line)
    return go("duty_log.index", department=entry.department_id)


def _answer_dialog(form: Form, entry: LogEntry, act: str) -> str:
    return dialog("roster/log_answer.html", form=form, entry=entry, act=act, kinds=KINDS)


def _ticket(number: str) -> UUID | None:
    if not number:
        return None
    try:
        return current_desk().tickets.by_number(number).id
    except NotFound as refusal:
        problem = FieldProblem("ticket", number, msg("没有这个编号的工单"), label=msg("工单编号"))
        raise InvalidInput((problem,)) from refusal


def _page(form: Form) -> str:
    desk = current_desk()
    departments = desk.departments.all()
    department = _department(form.value("department") or request.args.get("department", ""))
    found = desk.duty_log.pages(department.id) if department else ()
    wanted = request.args.get("page", type=int) or (found[0][0] if found else 0)
    page = desk.duty_log.page(department.id, wanted) if department and wanted else None
    return render_template(
        "roster/log.html",
        form=form.with_value("department", department.id) if department else form,
        department=department,
        departments=departments,
        page=page,
        log_pages=found,
        matters=desk.duty_log.open_matters(department.id) if department else (),
        kinds=KINDS,
        texts=_tickets(page.entries if page else ()),
    )


def _department(text: str) -> DepartmentView | None:
    """Return the department that is asked for, else one's own, else the first."""
    departments = current_desk().departments.all()
    person = current_person()
    own = next((one.department_id for one in current_desk().members.all()
                if person and one.account_id == person.id), None)  # fmt: skip
    for wanted in (text, str(own or "")):
        found = next((one for one in departments if str(one.id) == wanted), None)
        if found:
            return found
    return departments[0] if departments else None


def _tickets(entries: tuple[LogEntry, ...]) -> Mapping[UUID, str]:
    """Return the numbers of the tickets that entries name, for those who may see them."""
    desk = current_desk()
    if not desk.actor.may("ticket.view"):
        return {}
    return {one.ticket_id: desk.tickets.find(one.ticket_id).number for one in entries if one.ticket_id}
