"""``gongdan custody``: what is kept, who has it, lent and taken back from scripts, counted against the book."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from gongdan.cli.commands import Group, company_option, json_option, option
from gongdan.cli.department import find_department
from gongdan.cli.terminal import Column, Terminal, pass_terminal
from gongdan.text import msg

if TYPE_CHECKING:
    from uuid import UUID

    from gongdan.services.custody_rows import ItemView
    from gongdan.services.desk import CompanyDesk

_ITEMS = (
    Column("code", msg("编号")),
    Column("name", msg("名称")),
    Column("kind_label", msg("种类")),
    Column("state_label", msg("状态")),
    Column("holder", msg("在谁手中")),
    Column("until", msg("归还时间")),
    Column("place", msg("存放位置")),
)
_BOOK = (
    Column("kind_label", msg("种类")),
    Column("department", msg("保管部门")),
    Column("in_store", msg("应在库")),
    Column("lent", msg("借出")),
    Column("lost", msg("遗失")),
)


@click.group("custody", cls=Group, help=msg("钥匙与文件保管"))
def custody() -> None:
    pass


@custody.command("list", help=msg("列出保管的物品与在谁手中"))
@option("--state", type=click.Choice(["in_store", "lent", "overdue", "lost", "destroyed"]), default=None,
        help=msg("只看一种状态"))  # fmt: skip
@option("--kind", default="", metavar="NAME", help=msg("只看一个种类"))
@option("--department", default="", metavar="PATH", help=msg("只看一个部门保管的"))
@option("--find", "text", default="", help=msg("编号、名称、环号或房号里的文字"))
@option("--count", type=click.IntRange(1, 10_000), default=1_000, help=msg("条数，默认 1000"))
@company_option
@json_option
@pass_terminal
def list_items(terminal: Terminal, *, state: str | None, kind: str, department: str, text: str, count: int) -> None:
    from gongdan.domain.custody import CustodyState
    from gongdan.services.custody_lists import CustodyFilter

    wanted = CustodyFilter(
        text=text,
        kinds=(kind,) if kind else (),
        states=() if state in {None, "overdue"} else (CustodyState(state),),
        department_id=_department(terminal, department),
        is_overdue_at=terminal.desk.clock() if state == "overdue" else None,
    )
    found = terminal.company.custody.items(wanted, limit=count)
    terminal.show_rows(_ITEMS, [_row(terminal, item) for item in found])


@custody.command("take-in", help=msg("收下一件物品保管"))
@click.argument("kind", metavar="KIND")
@click.argument("name", metavar="NAME")
@option("--code", default="", help=msg("标签上已有的编号；默认自动编号"))
@option("--department", default="", metavar="PATH", help=msg("保管部门"))
@option("--place", default="", help=msg("存放位置"))
@option("--as", "login", default="", metavar="LOGIN", help=msg("成员的登录名；默认以系统的名义"))
@company_option
@json_option
@pass_terminal
def take_in(terminal: Terminal, *, kind: str, name: str, code: str, department: str, place: str, login: str) -> None:
    from gongdan.services.custody_checks import ItemInput

    keeper = _department(terminal, department)
    given = ItemInput(kind=kind, name=name, code=code, department_id=keeper, place=place)
    terminal.show_one(_ITEMS, _row(terminal, _acting(terminal, login).custody.take_in(given)))


@custody.command("lend", help=msg("把一件物品借给成员，或留下电话的外来人员"))
@click.argument("code", metavar="CODE")
@option("--to", "borrower", required=True, metavar="NAME", help=msg("成员的姓名或用户名；外来人员写姓名"))
@option("--phone", default="", help=msg("外来人员的电话"))
@option("--purpose", required=True, help=msg("做什么用"))
@option("--until", default="", metavar="TIME", help=msg("归还时间，例如 2026-03-05T18:00；默认按制度"))
@option("--as", "login", default="", metavar="LOGIN", help=msg("成员的登录名；默认以系统的名义"))
@company_option
@json_option
@pass_terminal
def lend(terminal: Terminal, *, code: str, borrower: str, phone: str, purpose: str, until: str, login: str) -> None:
    from gongdan.services.custody_checks import Lending

    desk = _acting(terminal, login)
    moment = _moment(terminal, until) if until else desk.custody.usual_until()
    lending = Lending(borrower=desk.custody.borrower(borrower, phone), purpose=purpose, until=moment)
    item = desk.custody.lend(desk.custody.by_code(code).id, lending)
    terminal.show_one(_ITEMS, _row(terminal, item))


@custody.command("return", help=msg("收回一件借出的物品"))
@click.argument("code", metavar="CODE")
@option("--remark", default="", help=msg("备注"))
@option("--place", default="", help=msg("放回哪里；默认原处"))
@option("--as", "login", default="", metavar="LOGIN", help=msg("成员的登录名；默认以系统的名义"))
@company_option
@json_option
@pass_terminal
def give_back(terminal: Terminal, *, code: str, remark: str, place: str, login: str) -> None:
    desk = _acting(terminal, login)
    item = desk.custody.give_back(desk.custody.by_code(code).id, remark, place=place)
    terminal.show_one(_ITEMS, _row(terminal, item))


@custody.command("count", help=msg("账上各种类应有多少在库、借出、遗失"))
@option("--department", default="", metavar="PATH", help=msg("只看一个部门保管的"))
@company_option
@json_option
@pass_terminal
def count(terminal: Terminal, *, department: str) -> None:
    desk = terminal.company
    places = {one.id: one.name for one in desk.departments.all()}
    labels = {kind.name: kind.label for kind in desk.custody.kinds()}
    rows = [
        {
            "kind": line.kind,
            "kind_label": labels.get(line.kind, line.kind),
            "department": places.get(line.department_id, "") if line.department_id else "",
            "in_store": line.in_store,
            "lent": line.lent,
            "lost": line.lost,
        }
        for line in desk.custody.book(_department(terminal, department))
    ]
    terminal.show_rows(_BOOK, rows)


def _row(terminal: Terminal, item: "ItemView") -> dict[str, object]:
    from gongdan.services.custody_words import STATES

    shown = ("id", "code", "name", "kind", "asset", "depositor", "department", "place", "mark", "copies", "holder")
    labels = {kind.name: kind.label for kind in terminal.company.custody.kinds()}
    return {
        **{name: getattr(item, name) for name in shown},
        "kind_label": labels.get(item.kind, item.kind),
        "state": item.state.value,
        "state_label": msg("逾期未还") if item.is_overdue(terminal.desk.clock()) else STATES[item.state],
        "until": item.loan.until if item.loan else None,
        "is_overdue": item.is_overdue(terminal.desk.clock()),
    }


def _acting(terminal: Terminal, login: str) -> "CompanyDesk":
    from gongdan.services.demo import as_member

    return as_member(terminal.company, login) if login else terminal.company


def _department(terminal: Terminal, path: str) -> "UUID | None":
    return find_department(terminal, path).id if path else None


def _moment(terminal: Terminal, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        told = terminal.say(msg("应为日期和时间，例如 2026-03-05T18:00：{given}"), given=text)
        raise click.UsageError(told) from None
    return found if found.tzinfo else found.replace(tzinfo=terminal.company.zone)
