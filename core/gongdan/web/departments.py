"""Departments: the company's tree, with its people counted."""

from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from flask import Blueprint, render_template, request
from marshmallow import Schema
from werkzeug.wrappers import Response as AnyResponse

from gongdan.errors import GongdanError, NotFound
from gongdan.services.departments import DepartmentView
from gongdan.text import msg
from gongdan.web import edges
from gongdan.web.access import current_desk, needs
from gongdan.web.forms import Form
from gongdan.web.pages import dialog, go, told
from gongdan.web.problems import status_of

pages = Blueprint("departments", __name__)


class DepartmentSchema(Schema):
    """A department that is being added or changed."""

    code = edges.text(msg("部门代码"))
    name = edges.text(msg("部门名称"))
    above = edges.key(msg("上级部门"))


class PlaceSchema(Schema):
    """Where a department is to stand."""

    above = edges.key(msg("上级部门"))


@pages.get("/settings/departments")
@needs("company.admin")
def index() -> str:
    desk = current_desk()
    people = Counter(member.department_id for member in desk.members.all())
    return render_template("departments/index.html", departments=desk.departments.all(), people=people)


@pages.get("/settings/departments/new")
@needs("company.admin")
def new() -> str:
    above = request.args.get("above", "")
    return _dialog(Form.of(above=above), None)


@pages.post("/settings/departments")
@needs("company.admin")
def create() -> AnyResponse | tuple[str, int]:
    form, desk = Form.typed(), current_desk()
    try:
        values = edges.read(DepartmentSchema, form)
        made = desk.departments.create(values["code"], values["name"], values["above"])
    except GongdanError as refusal:
        return _dialog(form.refused(refusal), None), status_of(refusal)
    told(msg("已添加部门“{name}”"), name=made.name)
    return go("departments.index")


@pages.get("/settings/departments/<uuid:department_id>/edit")
@needs("company.admin")
def edit(department_id: UUID) -> str:
    department = _find(department_id)
    return _dialog(Form.of(name=department.name, code=department.code), department)


@pages.post("/settings/departments/<uuid:department_id>")
@needs("company.admin")
def save(department_id: UUID) -> AnyResponse | tuple[str, int]:
    form, department = Form.typed(), _find(department_id)
    try:
        values = edges.read(DepartmentSchema, form)
        current_desk().departments.change(department_id, values["code"], values["name"])
    except GongdanError as refusal:
        return _dialog(form.refused(refusal), department), status_of(refusal)
    told(msg("已保存"))
    return go("departments.index")


@pages.get("/settings/departments/<uuid:department_id>/move")
@needs("company.admin")
def ask_where(department_id: UUID) -> str:
    department = _find(department_id)
    return _move_dialog(Form.of(above=department.parent_id), department)


@pages.post("/settings/departments/<uuid:department_id>/move")
@needs("company.admin")
def move(department_id: UUID) -> AnyResponse | tuple[str, int]:
    form, department = Form.typed(), _find(department_id)
    try:
        current_desk().departments.move(department_id, edges.read(PlaceSchema, form)["above"])
    except GongdanError as refusal:
        return _move_dialog(form.refused(refusal), department), status_of(refusal)
    told(msg("已移动部门“{name}”"), name=department.name)
    return go("departments.index")


@pages.get("/settings/departments/<uuid:department_id>/close")
@needs("company.admin")
def ask(department_id: UUID) -> str:
    """Say what closing means, or what has to be done before."""
    form = Form.of().warned(current_desk().departments.obstacle(department_id))
    return dialog("departments/close.html", form=form, department=_find(department_id))


@pages.post("/settings/departments/<uuid:department_id>/close")
@needs("company.admin")
def close(department_id: UUID) -> AnyResponse | tuple[str, int]:
    department = _find(department_id)
    try:
        current_desk().departments.close(department_id)
    except GongdanError as refusal:
        form = Form.of().refused(refusal)
        return dialog("departments/close.html", form=form, department=department), status_of(refusal)
    told(msg("已停用部门“{name}”"), name=department.name)
    return go("departments.index")


def _find(department_id: UUID) -> DepartmentView:
    for department in current_desk().departments.all():
        if department.id == department_id:
            return department
    raise NotFound("department", str(department_id))


def _dialog(form: Form, department: DepartmentView | None) -> str:
    return dialog("departments/dialog.html", form=form, department=department, choices=_choices())


def _move_dialog(form: Form, department: DepartmentView) -> str:
    return dialog("departments/move.html", form=form, department=department, choices=_choices(department))


def _choices(without: DepartmentView | None = None) -> Sequence[tuple[UUID, str]]:
    """Return the departments that another one can stand below: not itself, and nothing below itself."""
    found = current_desk().departments.all()
    return [(one.id, "　" * one.depth + one.name) for one in found if not (without and one.is_within(without))]
