"""Leavers: who is about to go, what he has in his hands, who takes it, and two signatures."""

from uuid import UUID

from flask import Blueprint, g, render_template, request
from marshmallow import Schema
from werkzeug.wrappers import Response

from gongdan.domain.leavers import HeldKind
from gongdan.errors import FieldProblem, GongdanError, InvalidInput, LoginRefused
from gongdan.services.leavers import LeavingView, NewLeaving
from gongdan.text import msg
from gongdan.web import edges
from gongdan.web.access import current_desk, member, needs
from gongdan.web.forms import Form
from gongdan.web.pages import dialog, go, told
from gongdan.web.problems import status_of
from gongdan.web.words import say

pages = Blueprint("leavers", __name__, url_prefix="/leavers")

Answer = Response | str | tuple[str, int]

KINDS = {
    HeldKind.LOAN: (msg("借用的物品"), "key"),
    HeldKind.OWNED: (msg("首接的工单"), "ticket"),
    HeldKind.ASSIGNED: (msg("经办的工单"), "tools"),
    HeldKind.LETTER: (msg("待办的公文"), "mail"),
    HeldKind.DUTY: (msg("未了结的责任"), "hourglass"),
    HeldKind.CUSTOMER: (msg("联络的客户"), "users"),
}


class BeginSchema(Schema):
    """A leaver's handover that is being begun."""

    account = edges.key(msg("离岗人"))
    leaves_on = edges.day(msg("最后工作日"))
    receiver = edges.key(msg("所属部门接收人"))
    information = edges.key(msg("信息部接收人"))
    reason = edges.text(msg("原因"))


@pages.get("")
@needs("leaver.manage")
def index() -> str:
    return render_template("leavers/index.html", leavings=current_desk().leavers.latest())


@pages.get("/new")
@needs("leaver.manage")
def new() -> str:
    known = current_desk().leavers.information_department()
    only = known[0][0] if len(known) == 1 else ""
    return _begin_dialog(Form.of(account=request.args.get("account", ""), information=only))


@pages.post("")
@needs("leaver.manage")
def begin() -> Answer:
    form = Form.typed()
    try:
        values = edges.read(BeginSchema, form)
        if values["account"] is None:
            raise InvalidInput((FieldProblem("account", "", msg("必须填写"), label=msg("离岗人")),))
        made = current_desk().leavers.begin(
            NewLeaving(
                account_id=values["account"], leaves_on=values["leaves_on"], receiver_id=values["receiver"],
                information_id=values["information"], reason=values["reason"],
            )
        )  # fmt: skip
    except GongdanError as refusal:
        return _begin_dialog(form.refused(refusal)), status_of(refusal)
    told(msg("{name} 的离岗交接已开始，即日起不能再导出数据"), name=made.name)
    return go("leavers.show", leaving_id=made.id)


@pages.get("/<uuid:leaving_id>")
@member
def show(leaving_id: UUID) -> str:
    return _page(current_desk().leavers.find(leaving_id), Form.of())


@pages.post("/<uuid:leaving_id>/assign")
@needs("leaver.manage")
def assign(leaving_id: UUID) -> Answer:
    """Take the chosen takers; one for all fills the lines that have none."""
    leavers, form = current_desk().leavers, Form.typed()
    leaving = leavers.find(leaving_id)
    everything = _uuid(form.value("all"))
    takers = {}
    for line in leaving.lines:
        chosen = _uuid(form.value(line.held.key)) or (everything if line.taker_id is None else None)
        if chosen and chosen != line.taker_id:
            takers[line.held.key] = chosen
    try:
        leavers.assign(leaving_id, takers)
    except GongdanError as refusal:
        return _page(leavers.find(leaving_id), form.refused(refusal)), status_of(refusal)
    told(msg("已保存接手人"))
    return go("leavers.show", leaving_id=leaving_id)


@pages.post("/<uuid:leaving_id>/sign")
@member
def sign(leaving_id: UUID) -> Answer:
    """Sign with one's own password; what was typed is never sent back."""
    leavers, form = current_desk().leavers, Form.of()
    try:
        signed = leavers.sign(leaving_id, request.form.get("password", ""))
    except LoginRefused:
        problem = FieldProblem("password", "", msg("密码不正确"), label=msg("本人密码"))
        wrong = InvalidInput((problem,))
        return _page(leavers.find(leaving_id), form.refused(wrong)), status_of(wrong)
    except GongdanError as refusal:
        return _page(leavers.find(leaving_id), form.refused(refusal)), status_of(refusal)
    told(msg("双方已签字，{name} 已离开公司") if signed.is_done else msg("已签字，等对方签字"), name=signed.name)
    return go("leavers.show", leaving_id=leaving_id)


@pages.post("/<uuid:leaving_id>/withdraw")
@needs("leaver.manage")
def withdraw(leaving_id: UUID) -> Response:
    current_desk().leavers.withdraw(leaving_id)
    told(msg("已撤回离岗交接"))
    return go("leavers.show", leaving_id=leaving_id)


@pages.get("/customers/<uuid:party_id>")
@member
def customer(party_id: UUID) -> str:
    return _customer_page(party_id, Form.of())


@pages.post("/customers/<uuid:party_id>")
@member
def tell_customer(party_id: UUID) -> Answer:
    form = Form.typed()
    duty_id = _uuid(form.value("duty")) or UUID(int=0)
    try:
        current_desk().leavers.tell_customer(duty_id, form.value("words"))
    except InvalidInput as refusal:
        return _customer_page(party_id, form.refused(refusal)), status_of(refusal)
    told(msg("已记录：客户已知道由谁联络"))
    return go("home.index")


# --- Shared ----------------------------------------------------------------------------------


def _page(leaving: LeavingView, form: Form) -> str:
    desk = current_desk()
    people = [(one.account_id, one.name) for one in desk.members.all()
              if not one.is_disabled and one.account_id != leaving.account_id]  # fmt: skip
    me = g.person.id
    has_signed = {
        leaving.receiver_id: leaving.receiver_signed_at,
        leaving.information_id: leaving.information_signed_at,
    }
    return render_template(
        "leavers/show.html",
        leaving=leaving,
        form=form,
        people=people,
        kinds={kind: (say(word), icon) for kind, (word, icon) in KINDS.items()},
        may_sign=leaving.is_open and me in has_signed and has_signed[me] is None,
        is_signed=bool(leaving.receiver_signed_at or leaving.information_signed_at),
    )


def _begin_dialog(form: Form) -> str:
    desk = current_desk()
    departments = {one.id: one.name for one in desk.departments.all()}
    people = [
        (one.account_id, f"{one.name} · {departments[one.department_id]}" if one.department_id else one.name)
        for one in desk.members.all()
        if not one.is_disabled
    ]
    return dialog("leavers/begin.html", form=form, people=people, information=desk.leavers.information_department())


def _customer_page(party_id: UUID, form: Form) -> str:
    mine = [duty for duty in current_desk().duties.mine() if duty.subject_id == party_id]
    return dialog("leavers/customer.html", party_id=party_id, duty=mine[0] if mine else None, form=form)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
