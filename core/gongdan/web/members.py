"""Members: the people of the company, their place and their roles."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, render_template, request
from marshmallow import Schema
from werkzeug.wrappers import Response as AnyResponse

from gongdan.domain.searching import fold
from gongdan.errors import Conflict, FieldProblem, GongdanError, InvalidInput, NotFound
from gongdan.language import LOCALES
from gongdan.services.accounts import AccountView
from gongdan.services.members import MemberView, NewMember
from gongdan.text import msg, msg_in
from gongdan.web import edges
from gongdan.web.access import current_actor, current_desk, installation, needs
from gongdan.web.forms import Form
from gongdan.web.pages import go, told
from gongdan.web.problems import status_of
from gongdan.web.words import locale, say

pages = Blueprint("members", __name__)


class PlaceSchema(Schema):
    """A person's place in the company."""

    roles = edges.texts(msg_in("many", "角色"))
    department_id = edges.key(msg("部门"))
    position = edges.text(msg("职务"))
    supervisor_id = edges.key(msg("上级"))


class NewMemberSchema(PlaceSchema):
    """A person who gets an account and a place at once."""

    login = edges.text(msg("用户名"))
    name = edges.text(msg("姓名"))
    phone = edges.text(msg("电话"))
    locale = edges.text(msg("语言"), "zh")


@pages.get("/members")
@needs("account.admin")
def index() -> str:
    desk = current_desk()
    text, department = request.args.get("q", ""), request.args.get("department", "")
    found = [one for one in desk.members.all() if _fits(one, text, department)]
    return render_template(
        "members/index.html", members=found, text=text, department=department, **_words(),
    )  # fmt: skip


@pages.get("/members/new")
@needs("account.admin")
def new() -> str:
    return _new_page(Form.of(roles=["agent"], locale=locale()))


@pages.post("/members")
@needs("account.admin")
def create() -> str | tuple[str, int]:
    """Make account and membership; the answer is the one page that shows the first password."""
    form = Form.typed()
    try:
        values = edges.read(NewMemberSchema, form)
        if values["locale"] not in LOCALES:
            values["locale"] = LOCALES[0]
        member, password = current_desk().members.hire(NewMember(**values))
    except Conflict:
        known = FieldProblem("login", form.value("login"), msg("这个用户名已有人使用"),
                             msg("换一个用户名；如果就是此人，请用“加入已有账号”"), label=msg("用户名"))  # fmt: skip
        refusal = InvalidInput((known,))
        return _new_page(form.refused(refusal)), status_of(refusal)
    except GongdanError as refusal:
        return _new_page(form.refused(refusal)), status_of(refusal)
    return render_template("members/password.html", member=member, password=password, is_new=True)


@pages.get("/members/existing")
@needs("account.admin")
def existing() -> str:
    current_desk().actor.require_operator()
    return _existing_page(Form.of(roles=["agent"]))


@pages.post("/members/existing")
@needs("account.admin")
def join() -> AnyResponse | tuple[str, int]:
    # Asked before the log-in is looked up, so that the answer does not tell which log-ins exist.
    current_desk().actor.require_operator()
    form = Form.typed()
    try:
        account = _account(form.value("login").strip())
        _save(account.id, form)
    except GongdanError as refusal:
        return _existing_page(form.refused(refusal)), status_of(refusal)
    told(msg("“{name}”已加入本公司"), name=account.name)
    return go("members.index")


@pages.get("/members/<uuid:account_id>")
@needs("account.admin")
def edit(account_id: UUID) -> str:
    member = current_desk().members.find(account_id)
    form = Form.of(roles=member.roles, department_id=member.department_id or "", position=member.position,
                   supervisor_id=member.supervisor_id or "")  # fmt: skip
    return _edit_page(member, form)


@pages.post("/members/<uuid:account_id>")
@needs("account.admin")
def save(account_id: UUID) -> AnyResponse | tuple[str, int]:
    form, member = Form.typed(), current_desk().members.find(account_id)
    try:
        _save(account_id, form)
    except GongdanError as refusal:
        return _edit_page(member, form.refused(refusal)), status_of(refusal)
    told(msg("已保存“{name}”的岗位与角色"), name=member.name)
    return go("members.index")


@pages.post("/members/<uuid:account_id>/password")
@needs("account.admin")
def reset_password(account_id: UUID) -> str:
    """Give another first password; the answer is the one page that shows it."""
    desk = current_desk()
    member, password = desk.members.find(account_id), desk.members.reset_password(account_id)
    return render_template("members/password.html", member=member, password=password, is_new=False)


@pages.post("/members/<uuid:account_id>/remove")
@needs("account.admin")
def remove(account_id: UUID) -> AnyResponse | tuple[str, int]:
    desk = current_desk()
    member = desk.members.find(account_id)
    try:
        desk.members.remove(account_id)
    except InvalidInput as refusal:
        form = Form.of(roles=member.roles, department_id=member.department_id or "", position=member.position,
                       supervisor_id=member.supervisor_id or "")  # fmt: skip
        return _edit_page(member, form.refused(refusal)), status_of(refusal)
    told(msg("“{name}”已移出本公司，过往记录保留"), name=member.name)
    return go("members.index")


def _account(login: str) -> AccountView:
    try:
        return installation().accounts.by_login(login)
    except NotFound:
        unknown = FieldProblem(
            "login", login, msg("没有这个用户名的账号"), msg("请核对；新人请用“添加人员”"), label=msg("用户名")
        )
        raise InvalidInput((unknown,)) from None


def _save(account_id: UUID, form: Form) -> MemberView:
    values = edges.read(PlaceSchema, form)
    return current_desk().members.save(account_id, values.pop("roles"), **values)


def _fits(member: MemberView, text: str, department: str) -> bool:
    words = fold(f"{member.name} {member.login} {member.phone} {member.position}")
    is_there = not department or str(member.department_id or "none") == department
    return is_there and all(word in words for word in fold(text).split())


def _words() -> Mapping[str, Any]:
    """Return what the pages need to show names instead of keys."""
    desk = current_desk()
    return {
        "departments": desk.departments.all(),
        "department_names": {one.id: one.name for one in desk.departments.all()},
        "role_names": {role.name: say(role.label) for role in desk.roles.all()},
        "people": {one.account_id: one.name for one in desk.members.all()},
    }


def _choices(without: UUID | None = None) -> Mapping[str, Any]:
    desk = current_desk()
    return {
        "role_choices": [(role.name, say(role.label)) for role in desk.roles.all()],
        "department_choices": [(one.id, "　" * one.depth + one.name) for one in desk.departments.all()],
        "supervisor_choices": _people(desk.members.all(), without),
    }


def _people(members: Sequence[MemberView], without: UUID | None) -> Sequence[tuple[UUID, str]]:
    return [(one.account_id, f"{one.name} · {one.position}" if one.position else one.name)
            for one in members if one.account_id != without]  # fmt: skip


def _new_page(form: Form) -> str:
    return render_template("members/new.html", form=form, **_choices())


def _existing_page(form: Form) -> str:
    return render_template("members/existing.html", form=form, **_choices())


def _edit_page(member: MemberView, form: Form) -> str:
    account = installation().accounts.by_login(member.login)
    return render_template(
        "members/edit.html", member=member, form=form, account=account,
        may_reset=installation().accounts.may_reset(current_actor(), account), **_choices(member.account_id),
    )  # fmt: skip
