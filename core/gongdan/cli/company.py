"""``gongdan company``: the companies that this installation serves."""

from typing import TYPE_CHECKING

import click

from gongdan.cli.commands import Group, json_option, option
from gongdan.cli.terminal import Column, Terminal, pass_terminal
from gongdan.text import msg, msg_in

if TYPE_CHECKING:
    from gongdan.domain.snapshots import CompanyView

_COLUMNS = (
    Column("code", msg("公司代码")),
    Column("name", msg("公司名称")),
    Column("time_zone", msg("时区")),
    Column("locale", msg("语言")),
    Column("accent", msg("主题色")),
)


@click.group("company", cls=Group, help=msg_in("many", "公司"))
def company() -> None:
    pass


@company.command("list", help=msg("列出所有公司"))
@json_option
@pass_terminal
def list_companies(terminal: Terminal) -> None:
    terminal.show_rows(_COLUMNS, [_row(view) for view in terminal.desk.companies.all()])


@company.command("create", help=msg("建立一家公司"))
@click.argument("code")
@click.argument("name")
@option("--time-zone", default="Asia/Shanghai", help=msg("时区，默认 Asia/Shanghai"))
@option("--locale", type=click.Choice(["zh", "en"]), default="zh", help=msg("公司的语言"))
@option("--accent", default="blue", help=msg("主题色，默认 blue"))
@option("--parent", default="", metavar="CODE", help=msg("上级公司的代码"))
@option("--administrator", default="", metavar="LOGIN", help=msg("任命公司管理员，写他的用户名"))
@json_option
@pass_terminal
def create(terminal: Terminal, /, code: str, name: str, *, administrator: str, **values: str) -> None:
    from gongdan.services.actors import SYSTEM

    # Looked up first, so that a misspelled login leaves no company behind.
    person = terminal.desk.accounts.by_login(administrator) if administrator else None
    made = terminal.desk.companies.create(SYSTEM, code, name, **values)
    if person:
        terminal.desk.companies.appoint(SYSTEM, made.id, person.id)
    terminal.show_one(_COLUMNS, _row(made))


@company.command("change", help=msg("修改公司的名称、时区、语言或主题色"))
@click.argument("code")
@option("--name", help=msg("公司名称"))
@option("--time-zone", help=msg("时区"))
@option("--locale", type=click.Choice(["zh", "en"]), help=msg("公司的语言"))
@option("--accent", help=msg("主题色"))
@option("--administrator", default="", metavar="LOGIN", help=msg("任命公司管理员，写他的用户名"))
@json_option
@pass_terminal
def change(terminal: Terminal, /, code: str, *, administrator: str, **values: str | None) -> None:
    from gongdan.services.actors import SYSTEM

    companies = terminal.desk.companies
    found = companies.by_code(code)
    given = {name: value for name, value in values.items() if value is not None}
    if administrator:
        companies.appoint(SYSTEM, found.id, terminal.desk.accounts.by_login(administrator).id)
    changed = companies.change(SYSTEM, found.id, **given) if given else found
    terminal.show_one(_COLUMNS, _row(changed))


def _row(view: "CompanyView") -> dict[str, object]:
    return {"id": view.id, "code": view.code, "name": view.name, "time_zone": view.time_zone,
            "locale": view.locale, "accent": view.accent}  # fmt: skip
