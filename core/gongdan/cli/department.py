"""``gongdan department``: a company's tree."""

from typing import TYPE_CHECKING

import click

from gongdan.cli.commands import Group, company_option, json_option, option
from gongdan.cli.terminal import Column, Terminal, pass_terminal
from gongdan.errors import NotFound
from gongdan.text import msg, msg_in

if TYPE_CHECKING:
    from gongdan.services.departments import DepartmentView

_COLUMNS = (Column("path", msg("部门路径")), Column("name", msg("部门名称")))


@click.group("department", cls=Group, help=msg_in("many", "部门"))
def department() -> None:
    pass


@department.command("list", help=msg("列出公司的部门"))
@company_option
@json_option
@pass_terminal
def list_departments(terminal: Terminal) -> None:
    terminal.show_rows(_COLUMNS, [_row(view) for view in terminal.company.departments.all()])


@department.command("create", help=msg("增加一个部门"))
@click.argument("code")
@click.argument("name")
@option("--parent", default="", metavar="PATH", help=msg("上级部门的路径"))
@company_option
@json_option
@pass_terminal
def create(terminal: Terminal, code: str, name: str, parent: str) -> None:
    departments = terminal.company.departments
    above = find_department(terminal, parent).id if parent else None
    terminal.show_one(_COLUMNS, _row(departments.create(code, name, above)))


@department.command("change", help=msg("修改部门的代码或名称，下级部门的路径跟着变"))
@click.argument("path")
@option("--code", help=msg("部门代码"))
@option("--name", help=msg("部门名称"))
@company_option
@json_option
@pass_terminal
def change(terminal: Terminal, path: str, code: str | None, name: str | None) -> None:
    found = find_department(terminal, path)
    given = found.code if code is None else code, found.name if name is None else name
    terminal.show_one(_COLUMNS, _row(terminal.company.departments.change(found.id, *given)))


@department.command("move", help=msg("把部门连同下级移到另一个部门之下；不写上级则直属公司"))
@click.argument("path")
@option("--parent", default="", metavar="PATH", help=msg("上级部门的路径"))
@company_option
@json_option
@pass_terminal
def move(terminal: Terminal, path: str, parent: str) -> None:
    found = find_department(terminal, path)
    above = find_department(terminal, parent).id if parent else None
    terminal.show_one(_COLUMNS, _row(terminal.company.departments.move(found.id, above)))


@department.command("close", help=msg("停用一个没有下级、成员和未结工单的部门"))
@click.argument("path")
@company_option
@json_option
@pass_terminal
def close(terminal: Terminal, path: str) -> None:
    found = find_department(terminal, path)
    terminal.company.departments.close(found.id)
    terminal.show_one(_COLUMNS, _row(found))


def find_department(terminal: Terminal, path: str) -> "DepartmentView":
    """Return the company's department of that path, with or without the leading stroke; raises ``NotFound``."""
    for view in terminal.company.departments.all():
        if view.path.strip("/") == path.strip("/"):
            return view
    raise NotFound("department", path)


def _row(view: "DepartmentView") -> dict[str, object]:
    return {"id": view.id, "path": view.path, "name": view.name}
