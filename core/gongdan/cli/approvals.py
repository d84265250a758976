"""``gongdan approval``: what waits for whose consent, and decisions from scripts."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from gongdan.cli.commands import Group, company_option, json_option, option
from gongdan.cli.terminal import Column, Terminal, pass_terminal
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.approval_rows import ApprovalView

_COLUMNS = (
    Column("id", msg("标识")),
    Column("label", msg("审批")),
    Column("subject", msg("事由")),
    Column("amount", msg("金额")),
    Column("asked_by", msg("申请人")),
    Column("asked_at", msg("申请时间")),
    Column("state_label", msg("状态")),
    Column("awaited", msg("等待")),
)
_LISTS = ("all", "waiting", "asked", "decided")
_OUTCOMES = ("approve", "refuse", "return")


@click.group("approval", cls=Group, help=msg("审批：等待谁同意什么"))
def approval() -> None:
    pass


@approval.command("list", help=msg("列出审批，最近的在前"))
@option("--ticket", "number", default="", metavar="NUMBER", help=msg("只看一张工单的"))
@option("--list", "wanted", type=click.Choice(_LISTS), default="all", help=msg("全部、待办、发起的或已办的"))
@option("--as", "login", default="", metavar="LOGIN", help=msg("成员的登录名；默认以系统的名义"))
@option("--count", type=click.IntRange(1, 10_000), default=100, help=msg("条数，默认 100"))
@company_option
@json_option
@pass_terminal
def list_approvals(terminal: Terminal, *, number: str, wanted: str, login: str, count: int) -> None:
    from gongdan.services.demo import as_member

    desk = as_member(terminal.company, login) if login else terminal.company
    if number:
        found = desk.approvals.of_ticket(desk.tickets.by_number(number).id)
    else:
        lists = {
            "all": desk.approvals.all,
            "waiting": desk.approvals.inbox,
            "asked": desk.approvals.asked,
            "decided": desk.approvals.decided,
        }
        found = lists[wanted](limit=count)
    terminal.show_rows(_COLUMNS, [_row(view) for view in found])


@approval.command("decide", help=msg("以成员的名义批准、不批准或退回"))
@click.argument("approval_id", metavar="ID", type=click.UUID)
@click.argument("outcome", type=click.Choice(_OUTCOMES))
@option("--as", "login", required=True, metavar="LOGIN", help=msg("成员的登录名"))
@option("--reason", default="", help=msg("理由，不批准和退回时必填"))
@company_option
@json_option
@pass_terminal
def decide(terminal: Terminal, approval_id: UUID, outcome: str, *, login: str, reason: str) -> None:
    from gongdan.domain.approvals import Outcome
    from gongdan.services.demo import as_member

    desk = as_member(terminal.company, login)
    terminal.show_one(_COLUMNS, _row(desk.decisions.decide(approval_id, Outcome(outcome), reason)))


def _row(view: "ApprovalView") -> dict[str, Any]:
    from gongdan.services.approval_words import STATES

    return {
        "id": view.id,
        "rule": view.rule,
        "label": view.label,
        "subject": view.subject,
        "amount": view.amount,
        "asked_by": view.asked_by_name,
        "asked_at": view.asked_at,
        "state": view.state.value,
        "state_label": STATES[view.state],
        "awaited": "、".join(view.awaited),
        "steps": [
            {
                "label": step.label,
                "people": [name for _, name in step.people],
                "outcome": step.outcome.value if step.outcome else "",
            }
            for step in view.steps
        ],
    }
