"""Changes of the roster: shifts, absences and stand-ins in dialogs."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from flask import Blueprint, request
from marshmallow import Schema
from werkzeug.wrappers import Response as AnyResponse

from gongdan.domain.rosters import Period
from gongdan.errors import FieldProblem, GongdanError, InvalidInput
from gongdan.services.absences import ABSENCE_KINDS, NewAbsence
from gongdan.services.roster_rows import ShiftView, StandInView
from gongdan.services.rosters import NewShift
from gongdan.text import msg
from gongdan.web import edges, shown
from gongdan.web.access import current_desk, needs
from gongdan.web.forms import Form
from gongdan.web.pages import dialog, go, told
from gongdan.web.problems import status_of
from gongdan.web.rosters import words
from gongdan.web.words import say

pages = Blueprint("roster_changes", __name__)

Answer = AnyResponse | tuple[str, int]


class ShiftSchema(Schema):
    """A shift that is being planned or changed; an end before its beginning lies on the next day."""

    account = edges.key(msg("人员"))
    department = edges.key(msg("部门"))
    role = edges.text(msg("角色"))
    day = edges.day(msg("日期"))
    begins = edges.clock(msg("开始"))
    ends = edges.clock(msg("结束"))
    note = edges.text(msg("备注"))


class AbsenceSchema(Schema):
    """An absence that is being entered."""

    account = edges.key(msg("人员"))
    kind = edges.text(msg("类型"), "personal")
    begins = edges.moment(msg("开始"))
    ends = edges.moment(msg("结束"))
    deputy = edges.key(msg("代理人"))
    reason = edges.text(msg("事由"))


class StandInSchema(Schema):
    """A stand-in that is being entered."""

    account = edges.key(msg("顶岗人"))
    begins = edges.moment(msg("开始"))
    ends = edges.moment(msg("结束"))
    reason = edges.text(msg("事由"))


# --- Shifts ----------------------------------------------------------------------------------


@pages.get("/roster/shifts/new")
@needs("roster.admin")
def new() -> str:
    given = request.args
    account = given.get("account", "")
    form = Form.of(account=account, department=given.get("department", "") or _own_department(account),
                   day=given.get("day", ""), begins="08:00", ends="16:00", role=_usual_role(account))  # fmt: skip
    return _shift_dialog(form, None)


@pages.post("/roster/shifts")
@needs("roster.admin")
def create() -> Answer:
    form = Form.typed()
    try:
        view = current_desk().rosters.plan(_shift(form))
    except GongdanError as refusal:
        return _shift_dialog(form.refused(refusal), None), status_of(refusal)
    told(msg("已排班：{name} {when}"), name=view.name, when=view.period.text(shown.zone()))
    return _back(view)


@pages.get("/roster/shifts/<uuid:shift_id>")
@needs("roster.view")
def show(shift_id: UUID) -> str:
    view = current_desk().rosters.shift(shift_id)
    return _shift_dialog(_form_of(view), view)


@pages.post("/roster/shifts/<uuid:shift_id>")
@needs("roster.admin")
def change(shift_id: UUID) -> Answer:
    form, view = Form.typed(), current_desk().rosters.shift(shift_id)
    try:
        changed = current_desk().rosters.change(shift_id, _shift(form))
    except GongdanError as refusal:
        return _shift_dialog(form.refused(refusal), view), status_of(refusal)
    told(msg("已保存"))
    return _back(changed)


@pages.post("/roster/shifts/<uuid:shift_id>/cancel")
@needs("roster.admin")
def cancel(shift_id: UUID) -> AnyResponse:
    view = current_desk().rosters.shift(shift_id)
    current_desk().rosters.cancel(shift_id)
    told(msg("已取消 {name} 的班次"), name=view.name)
    return _back(view)


# --- Absences --------------------------------------------------------------------------------


@pages.get("/roster/absences/new")
@needs("roster.admin")
def new_absence() -> str:
    day = request.args.get("day", "") or f"{shown.now().astimezone(shown.zone()):%Y-%m-%d}"
    form = Form.of(account=request.args.get("account", ""), kind="personal", begins=f"{day}T00:00", ends=f"{day}T23:59")
    return _absence_dialog(form)


@pages.post("/roster/absences")
@needs("roster.admin")
def enter_absence() -> Answer:
    form = Form.typed()
    try:
        values = edges.read(AbsenceSchema, form)
        _require(values, account=msg("人员"), begins=msg("开始"), ends=msg("结束"))
        view = current_desk().absences.enter(NewAbsence(
            account_id=values["account"], kind=values["kind"], begins=_aware(values["begins"]),
            ends=_aware(values["ends"]), reason=values["reason"], deputy_id=values["deputy"],
        ))  # fmt: skip
    except GongdanError as refusal:
        return _absence_dialog(form.refused(refusal)), status_of(refusal)
    told(msg("已登记 {name} 请假"), name=view.name)
    return go("rosters.index", day=view.absence.period.begins.astimezone(shown.zone()).date())


@pages.post("/roster/absences/<uuid:absence_id>/cancel")
@needs("roster.admin")
def cancel_absence(absence_id: UUID) -> AnyResponse:
    current_desk().absences.cancel(absence_id)
    told(msg("已取消请假"))
    return go("rosters.index")


# --- Stand-ins -------------------------------------------------------------------------------


@pages.get("/roster/shifts/<uuid:shift_id>/stand-in")
@needs("roster.admin")
def new_stand_in(shift_id: UUID) -> str:
    view = current_desk().rosters.shift(shift_id)
    begins = view.period.begins.astimezone(shown.zone())
    ends = min(view.period.ends.astimezone(shown.zone()), begins + timedelta(hours=1))
    return _stand_in_dialog(Form.of(begins=f"{begins:%Y-%m-%dT%H:%M}", ends=f"{ends:%Y-%m-%dT%H:%M}"), view)


@pages.post("/roster/shifts/<uuid:shift_id>/stand-in")
@needs("roster.admin")
def stand_in(shift_id: UUID) -> Answer:
    form, view = Form.typed(), current_desk().rosters.shift(shift_id)
    try:
        values = edges.read(StandInSchema, form)
        _require(values, account=msg("顶岗人"), begins=msg("开始"), ends=msg("结束"))
        period = Period(_aware(values["begins"]), _aware(values["ends"]))
        made = current_desk().absences.stand_in(shift_id, values["account"], period, values["reason"])
    except GongdanError as refusal:
        return _stand_in_dialog(form.refused(refusal), view), status_of(refusal)
    told(msg("已安排 {name} 顶岗"), name=made.name)
    return _back(view)


@pages.post("/roster/stand-ins/<uuid:stand_in_id>/cancel")
@needs("roster.admin")
def cancel_stand_in(stand_in_id: UUID) -> AnyResponse:
    current_desk().absences.cancel_stand_in(stand_in_id)
    told(msg("已取消顶岗"))
    return go("rosters.index")


# --- Shared ----------------------------------------------------------------------------------


def _shift(form: Form) -> NewShift:
    values = edges.read(ShiftSchema, form)
    _require(values, account=msg("人员"), department=msg("部门"), role=msg("角色"), day=msg("日期"),
             begins=msg("开始"), ends=msg("结束"))  # fmt: skip
    begins, ends = _times(values["day"], values["begins"], values["ends"])
    return NewShift(account_id=values["account"], department_id=values["department"], role=values["role"],
                    begins=begins, ends=ends, note=values["note"])  # fmt: skip


def _times(day: date, begins: time, ends: time) -> tuple[datetime, datetime]:
    """Return both moments; an end at or before the beginning is that of the next day."""
    last = day if ends > begins else day + timedelta(days=1)
    return datetime.combine(day, begins, shown.zone()), datetime.combine(last, ends, shown.zone())


def _aware(at: datetime) -> datetime:
    """Return a typed moment in the company's zone; the last minute of a day is its end."""
    local = at.replace(tzinfo=shown.zone())
    return local + timedelta(minutes=1) if (at.hour, at.minute) == (23, 59) else local


def _require(values: Mapping[str, Any], **labels: str) -> None:
    problems = tuple(
        FieldProblem(name, "", msg("必须填写"), label=label) for name, label in labels.items() if not values[name]
        and not isinstance(values[name], time)
    )  # fmt: skip
    if problems:
        raise InvalidInput(problems)


def _back(view: ShiftView) -> AnyResponse:
    day = view.period.begins.astimezone(shown.zone()).date()
    return go("rosters.index", day=day, department=view.shift.department_id)


def _form_of(view: ShiftView) -> Form:
    begins, ends = (at.astimezone(shown.zone()) for at in (view.period.begins, view.period.ends))
    return Form.of(account=view.shift.account_id, department=view.shift.department_id, role=view.shift.role,
                   day=begins.date(), begins=f"{begins:%H:%M}", ends=f"{ends:%H:%M}", note=view.note)  # fmt: skip


def _people() -> Sequence[tuple[UUID, str]]:
    return [(one.account_id, one.name) for one in current_desk().members.all() if not one.is_disabled]


def _departments() -> Sequence[tuple[UUID, str]]:
    return [(one.id, "　" * one.depth + one.name) for one in current_desk().departments.all()]


def _roles() -> Sequence[tuple[str, str]]:
    return [(role.name, say(role.label)) for role in current_desk().roles.all()]


def _own_department(account: str) -> str:
    found = next((one for one in current_desk().members.all() if str(one.account_id) == account), None)
    return str(found.department_id or "") if found else ""


def _usual_role(account: str) -> str:
    found = next((one for one in current_desk().members.all() if str(one.account_id) == account), None)
    return found.roles[0] if found and found.roles else ""


def _shift_dialog(form: Form, view: ShiftView | None) -> str:
    stand_ins: tuple[StandInView, ...] = ()
    if view:
        week = current_desk().rosters.week(view.period.begins.astimezone(shown.zone()).date())
        stand_ins = tuple(one for one in week.stand_ins if one.stand_in.shift_id == view.id)
    is_ahead = view is not None and view.period.begins > shown.now() and not view.is_cancelled
    return dialog("roster/shift.html", form=form, shift=view, people=_people(), departments=_departments(),
                  roles=_roles(), stand_ins=stand_ins, is_ahead=is_ahead, **words())  # fmt: skip


def _absence_dialog(form: Form) -> str:
    kinds = [(kind, say(label)) for kind, label in ABSENCE_KINDS.items()]
    return dialog("roster/absence.html", form=form, people=_people(), kinds=kinds)


def _stand_in_dialog(form: Form, view: ShiftView) -> str:
    return dialog("roster/stand_in.html", form=form, shift=view, people=_people(), **words())
