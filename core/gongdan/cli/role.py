"""``gongdan role``: a company's sets of permissions."""

import click

from gongdan.cli.commands import Group, company_option, json_option
from gongdan.cli.terminal import Column, Terminal, pass_terminal
from gongdan.text import msg, msg_in

_COLUMNS = (
    Column("name", msg("角色标识")),
    Column("label", msg("角色名称")),
    Column("permissions", msg("权限")),
)


@click.group("role", cls=Group, help=msg_in("many", "角色"))
def role() -> None:
    pass


@role.command("list", help=msg("列出公司的角色与权限"))
@company_option
@json_option
@pass_terminal
def list_roles(terminal: Terminal) -> None:
    labels = {permission.name: permission.label for permission in terminal.company.roles.permissions()}
    rows = [
        {"name": view.name, "label": view.label,
         "permissions": sorted(view.permissions) if terminal.as_json
         else [labels.get(name, name) for name in sorted(view.permissions)]}
        for view in terminal.company.roles.all()
    ]  # fmt: skip
    terminal.show_rows(_COLUMNS, rows)


@role.command("remove", help=msg("删除一个没有人担任的角色"))
@click.argument("name")
@company_option
@json_option
@pass_terminal
def remove(terminal: Terminal, name: str) -> None:
    terminal.company.roles.remove(name)
    terminal.show_one(_COLUMNS[:1], {"name": name})
