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


def find_department(terminal: Terminal, path: str) -> "DepartmentView":
    """Return the company's department of that path, with or without the leading stroke; raises ``NotFound``."""
    for view in terminal.company.departments.all():
        if view.path.strip("/") == path.strip("/"):
            return view
    raise NotFound("department", path)


def _row(view: "DepartmentView") -> dict[str, object]:
    return {"id": view.id, "path": view.path, "name": view.name}
