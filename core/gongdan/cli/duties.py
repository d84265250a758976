"""``gongdan duty``: what is owed, waived and acknowledged from scripts."""

from typing import TYPE_CHECKING
from uuid import UUID

import click

from gongdan.cli.commands import Group, company_option, json_option, option
from gongdan.cli.progress import counted
from gongdan.cli.terminal import Column, Terminal, pass_terminal
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.duty_rows import DutyView

_COLUMNS = (
    Column("id", msg("标识")),
    Column("number", msg("工单编号")),
    Column("label", msg("责任")),
    Column("debtor", msg("责任人")),
    Column("state_label", msg("状态")),
    Column("due_at", msg("到期时间")),
)


@click.group("duty", cls=Group, help=msg("责任：谁须在何时前完成什么"))
def duty() -> None:
    pass


@duty.command("list", help=msg("列出尚未了结的责任，先到期的在前"))
@option("--ticket", "number", default="", metavar="NUMBER", help=msg("只看一张工单的，已了结的也列出"))
@option("--overdue", is_flag=True, help=msg("只看已逾期的"))
@option("--undecided", is_flag=True, help=msg("只看因公司尚未决定时限而没有到期时间的"))
@option("--count", type=click.IntRange(1, 10_000), default=100, help=msg("条数，默认 100"))
@company_option
@json_option
@pass_terminal
def list_duties(terminal: Terminal, *, number: str, overdue: bool, undecided: bool, count: int) -> None:
    from gongdan.services.duties import DutyFilter

    desk, now = terminal.company, terminal.desk.clock()
    if number:
        found = desk.duties.of_ticket(desk.tickets.by_number(number).id)
    else:
        found = desk.duties.team(
            DutyFilter(is_undecided=undecided, is_overdue_at=now if overdue else None), limit=count
        )
    terminal.show_rows(_COLUMNS, [row_of(view) for view in found])


@duty.command("waive", help=msg("豁免一项责任，并记下理由"))
@click.argument("duty_id", metavar="ID", type=click.UUID)
@option("--reason", default="", help=msg("为什么豁免"))
@company_option
@json_option
@pass_terminal
def waive(terminal: Terminal, duty_id: UUID, reason: str) -> None:
    terminal.show_one(_COLUMNS, row_of(terminal.company.duties.waive(duty_id, reason)))


@duty.command("acknowledge", help=msg("以成员的名义表示已知悉升级提醒，不再向上一级提醒"))
@click.argument("duty_id", metavar="ID", type=click.UUID)
@option("--as", "login", required=True, metavar="LOGIN", help=msg("成员的登录名"))
@company_option
@json_option
@pass_terminal
def acknowledge(terminal: Terminal, duty_id: UUID, login: str) -> None:
    from gongdan.services.demo import as_member

    terminal.show_one(_COLUMNS, row_of(as_member(terminal.company, login).duties.acknowledge(duty_id)))


@duty.command("take-up", help=msg("为一次导入的未办结工单建立责任，从登记时起算；已有责任的工单不变"))
@click.argument("run_id", metavar="RUN", type=click.UUID)
@company_option
@json_option
@pass_terminal
def take_up(terminal: Terminal, run_id: UUID) -> None:
    with counted(terminal, msg("工单")) as progress:
        begun = terminal.company.duties.take_up(run_id, progress=progress)
    if terminal.as_json:
        terminal.show_json({"run": str(run_id), "tickets": begun.tickets, "duties": begun.duties})
    terminal.tell(msg("{tickets} 张未办结工单，建立了 {duties} 项责任"), tickets=begun.tickets, duties=begun.duties)


def row_of(view: "DutyView") -> dict[str, object]:
    """Return a duty as both the table and JSON show it."""
    from gongdan.services.duty_words import STATES

    shown = ("id", "number", "rule", "label", "kind", "debtor", "state", "round", "started_at", "due_at", "limit",
             "is_provisional", "is_promised", "missed_at", "met_at", "ended_at", "reason")  # fmt: skip
    return {**{name: getattr(view, name) for name in shown}, "state_label": STATES[view.state]}
