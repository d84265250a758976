"""Roles: which role may do what, as one table of ticks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response as AnyResponse

from gongdan.domain.people import ADMINISTRATOR, Permission
from gongdan.errors import GongdanError, InvalidInput
from gongdan.services.roles import RoleView
from gongdan.text import msg, msg_in
from gongdan.web.access import current_desk, needs
from gongdan.web.forms import Form
from gongdan.web.pages import dialog, go, told
from gongdan.web.problems import status_of
from gongdan.web.words import say

pages = Blueprint("roles", __name__)

#: Names of the groups of permissions, by the noun before the dot.
_GROUPS = {
    "ticket": msg_in("many", "工单"), "note": msg_in("many", "工单"), "party": msg_in("many", "客户"),
    "asset": msg("房屋与资产"),
    "roster": msg("排班"),
    "duty_log": msg("值班日志"),
    "import": msg("数据"), "export": msg("数据"), "journal": msg("管理"), "company": msg("管理"),
    "account": msg("管理"), "plugin": msg("管理"), "policy": msg("制度"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Group:
    """Permissions that stand together."""

    label: str
    permissions: tuple[Permission, ...]


@pages.get("/roles")
@needs("account.admin")
def index() -> str:
    roles = current_desk().roles.all()
    return _page({role.name: role.permissions for role in roles}, Form.of())


@pages.post("/roles")
@needs("account.admin")
def save() -> AnyResponse | tuple[str, int]:
    """Save every role whose ticks changed; nothing is saved when one of them is refused."""
    desk, form = current_desk(), Form.typed()
    roles = [role for role in desk.roles.all() if role.name in form.all("role")]
    ticked = {role.name: frozenset(request.form.getlist(f"may-{role.name}")) for role in roles}
    changed = [role for role in roles if ticked[role.name] != role.permissions]
    try:
        # The administrator's role is the only one that a rule protects, so it goes first.
        for role in sorted(changed, key=lambda role: role.name != ADMINISTRATOR):
            desk.roles.save(role.name, role.label, ticked[role.name])
    except GongdanError as refusal:
        return _page(ticked, form.refused(refusal)), status_of(refusal)
    told(msg("已保存 {count} 个角色的权限，立即生效") if changed else msg("没有改动"), count=len(changed))
    return go("roles.index")


@pages.get("/roles/new")
@needs("account.admin")
def new() -> str:
    return _dialog(Form.of(like=request.args.get("like", "")), None)


@pages.post("/roles/new")
@needs("account.admin")
def create() -> AnyResponse | tuple[str, int]:
    """Make a role with the permissions of another one, or none."""
    desk, form = current_desk(), Form.typed()
    pattern = {role.name: role.permissions for role in desk.roles.all()}.get(form.value("like"), frozenset())
    try:
        desk.roles.save(form.value("name").strip(), form.value("label"), pattern, new=True)
    except GongdanError as refusal:
        return _dialog(form.refused(refusal), None), status_of(refusal)
    told(msg("已新建角色“{name}”，请在表中勾选它的权限"), name=form.value("label").strip())
    return go("roles.index")


@pages.get("/roles/<name>/rename")
@needs("account.admin")
def rename(name: str) -> str:
    role = _find(name)
    return _dialog(Form.of(label=role.label if role else ""), role)


@pages.post("/roles/<name>/rename")
@needs("account.admin")
def save_name(name: str) -> AnyResponse | tuple[str, int]:
    form, role = Form.typed(), _find(name)
    try:
        current_desk().roles.save(name, form.value("label"), role.permissions if role else ())
    except GongdanError as refusal:
        return _dialog(form.refused(refusal), role), status_of(refusal)
    told(msg("已保存"))
    return go("roles.index")


@pages.get("/roles/<name>/remove")
@needs("account.admin")
def ask(name: str) -> str:
    """Say what deleting means, or what has to be done before."""
    form = Form.of().warned(current_desk().roles.obstacle(name))
    return dialog("roles/remove.html", form=form, role=_find(name))


@pages.post("/roles/<name>/remove")
@needs("account.admin")
def remove(name: str) -> AnyResponse | tuple[str, int]:
    role = _find(name)
    try:
        current_desk().roles.remove(name)
    except InvalidInput as refusal:
        return dialog("roles/remove.html", form=Form.of().refused(refusal), role=role), status_of(refusal)
    told(msg("已删除角色“{name}”"), name=say(role.label if role else name))
    return go("roles.index")


def _find(name: str) -> RoleView | None:
    return next((role for role in current_desk().roles.all() if role.name == name), None)


def _groups() -> Sequence[Group]:
    """Return the permissions by group; those of a plugin stand under the plugin's name."""
    catalogue = current_desk().installation.plugins.catalogue
    found: dict[str, list[Permission]] = {}
    for permission in current_desk().roles.permissions():
        plugin = catalogue.permissions.plugin_of(permission.name)
        book = catalogue.rulebooks.get(plugin)
        noun = permission.name.partition(".")[0]
        label = book.label if book else _GROUPS.get(noun, noun)
        found.setdefault(say(label), []).append(permission)
    return [Group(label, tuple(permissions)) for label, permissions in found.items()]


def _page(ticked: Mapping[str, frozenset[str]], form: Form) -> str:
    roles = sorted(current_desk().roles.all(), key=lambda role: (role.name != ADMINISTRATOR, role.name))
    members = current_desk().members.all()
    people = {role.name: sum(role.name in member.roles for member in members) for role in roles}
    return render_template("roles/index.html", roles=roles, groups=_groups(), ticked=ticked, form=form, people=people)


def _dialog(form: Form, role: RoleView | None) -> str:
    choices = [(one.name, say(one.label)) for one in current_desk().roles.all()]
    return dialog("roles/dialog.html", form=form, role=role, choices=choices)
