"""``gongdan account``: people who can log in."""

from typing import TYPE_CHECKING

import click

from gongdan.cli.commands import Group, company_option, json_option, option
from gongdan.cli.department import find_department
from gongdan.cli.terminal import Column, Terminal, pass_terminal
from gongdan.text import msg, msg_in

if TYPE_CHECKING:
    from gongdan.services.accounts import AccountView
    from gongdan.services.members import MemberView

_COLUMNS = (
    Column("login", msg("用户名")),
    Column("name", msg("姓名")),
    Column("is_operator", msg("运维")),
    Column("is_disabled", msg("已停用")),
    Column("created_at", msg("建立时间")),
)
_MEMBER = (
    Column("login", msg("用户名")),
    Column("name", msg("姓名")),
    Column("position", msg("职务")),
    Column("roles", msg_in("many", "角色")),
    Column("is_disabled", msg("已停用")),
)
_PASSWORD = (Column("login", msg("用户名")), Column("password", msg("初始密码")))


@click.group("account", cls=Group, help=msg_in("many", "账号"))
def account() -> None:
    pass


@account.command("list", help=msg("列出账号；指明公司时，列出它的成员"))
@company_option
@json_option
@pass_terminal
def list_accounts(terminal: Terminal) -> None:
    if terminal.company_code:
        terminal.show_rows(_MEMBER, [_member_row(view) for view in terminal.company.members.all()])
    else:
        terminal.show_rows(_COLUMNS, [_row(view) for view in terminal.desk.accounts.all()])


@account.command("create", help=msg("建立账号；首次登录须修改密码"))
@click.argument("login")
@option("--name", required=True, help=msg("姓名"))
@option("--password", default="", help=msg("初始密码；不给则自动生成，只显示一次"))
@option("--phone", default="", help=msg("电话"))
@option("--locale", type=click.Choice(["zh", "en"]), default="zh", help=msg("此人的语言"))
@option("--operator", "is_operator", is_flag=True, help=msg("可管理整个系统的运维账号"))
@json_option
@pass_terminal
def create(terminal: Terminal, /, login: str, *, is_operator: bool, **values: str) -> None:
    from gongdan.services.actors import SYSTEM
    from gongdan.services.passwords import first_password

    password = values["password"]
    chosen = password or first_password(login)
    terminal.desk.accounts.create(
        SYSTEM, login, values["name"], chosen, is_operator=is_operator, phone=values["phone"], locale=values["locale"]
    )
    _show_password(terminal, login, "" if password else chosen)


@account.command("reset-password", help=msg("重设密码；原有登录全部退出"))
@click.argument("login")
@option("--password", default="", help=msg("初始密码；不给则自动生成，只显示一次"))
@json_option
@pass_terminal
def reset_password(terminal: Terminal, login: str, password: str) -> None:
    from gongdan.services.actors import SYSTEM
    from gongdan.services.passwords import first_password

    found = terminal.desk.accounts.by_login(login)
    chosen = password or first_password(login)
    terminal.desk.accounts.reset_password(SYSTEM, found.id, chosen)
    _show_password(terminal, login, "" if password else chosen)


@account.command("disable", help=msg("停用账号；他立即退出登录"))
@click.argument("login")
@json_option
@pass_terminal
def disable(terminal: Terminal, login: str) -> None:
    _set_disabled(terminal, login, disabled=True)


@account.command("enable", help=msg("恢复停用的账号"))
@click.argument("login")
@json_option
@pass_terminal
def enable(terminal: Terminal, login: str) -> None:
    _set_disabled(terminal, login, disabled=False)


@account.command("member", help=msg("让某人加入公司，或修改他在公司的角色与职务"))
@click.argument("login")
@option("--role", "roles", multiple=True, required=True, metavar="NAME", help=msg("角色标识，可重复"))
@option("--department", default="", metavar="PATH", help=msg("部门路径，见 gongdan department list"))
@option("--position", default="", help=msg("职务"))
@company_option
@json_option
@pass_terminal
def member(terminal: Terminal, login: str, *, roles: tuple[str, ...], department: str, position: str) -> None:
    found = terminal.desk.accounts.by_login(login)
    place = find_department(terminal, department).id if department else None
    saved = terminal.company.members.save(found.id, roles, department_id=place, position=position)
    terminal.show_one(_MEMBER, _member_row(saved))


def _set_disabled(terminal: Terminal, login: str, *, disabled: bool) -> None:
    from gongdan.services.actors import SYSTEM

    accounts = terminal.desk.accounts
    accounts.set_disabled(SYSTEM, accounts.by_login(login).id, disabled=disabled)
    terminal.show_one(_COLUMNS, _row(accounts.by_login(login)))


def _show_password(terminal: Terminal, login: str, password: str) -> None:
    shown = {"login": login, "password": password}
    terminal.show_one([column for column in _PASSWORD if shown[column.name]], shown)


def _row(view: "AccountView") -> dict[str, object]:
    return {"id": view.id, "login": view.login, "name": view.name, "is_operator": view.is_operator,
            "is_disabled": view.disabled_at is not None, "created_at": view.created_at}  # fmt: skip


def _member_row(view: "MemberView") -> dict[str, object]:
    return {"id": view.account_id, "login": view.login, "name": view.name, "position": view.position,
            "roles": view.roles, "is_disabled": view.is_disabled}  # fmt: skip
