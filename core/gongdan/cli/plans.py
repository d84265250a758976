"""``gongdan plan``: what comes again and again, seen, previewed and done from scripts."""

from dataclasses import asdict
from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

import click

from gongdan.cli.commands import Group, company_option, json_option, option
from gongdan.cli.progress import counted
from gongdan.cli.terminal import Column, Terminal, pass_terminal
from gongdan.errors import FieldProblem, InvalidInput
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.plan_rows import PlanView, RunView

_PLANS = (
    Column("id", msg("标识")),
    Column("label", msg("计划")),
    Column("number", msg("工单编号")),
    Column("state_label", msg("状态")),
    Column("next_on", msg("下一次")),
    Column("live", msg("待办")),
    Column("undecided", msg("未定")),
)
_RUNS = (
    Column("id", msg("标识")),
    Column("number", msg("第几次")),
    Column("planned_for", msg("计划日")),
    Column("state_label", msg("状态")),
    Column("debtor", msg("责任人")),
    Column("due_at", msg("到期时间")),
    Column("progress", msg("完成")),
    Column("result", msg("结果")),
)
_DAYS = (
    Column("nominal", msg("按周期")),
    Column("day", msg("计划日")),
    Column("begins_at", msg("开始")),
    Column("phase", msg("阶段")),
    Column("is_provisional", msg("暂定")),
)


@click.group("plan", cls=Group, help=msg("计划：定期要做的事"))
def plan() -> None:
    pass


@plan.command("list", help=msg("列出进行中的计划"))
@option("--ticket", "number", default="", metavar="NUMBER", help=msg("只看一张工单的，已终止的也列出"))
@option("--ended", is_flag=True, help=msg("只看已终止的"))
@company_option
@json_option
@pass_terminal
def list_plans(terminal: Terminal, *, number: str, ended: bool) -> None:
    desk = terminal.company
    found = desk.plans.of_ticket(desk.tickets.by_number(number).id) if number else desk.plans.all(is_running=not ended)
    terminal.show_rows(_PLANS, [_plan_row(terminal, view) for view in found])


@plan.command("runs", help=msg("列出一个计划的各次，最近的在前"))
@click.argument("plan_id", metavar="PLAN", type=click.UUID)
@option("--count", type=click.IntRange(1, 10_000), default=100, help=msg("条数，默认 100"))
@company_option
@json_option
@pass_terminal
def runs(terminal: Terminal, plan_id: UUID, *, count: int) -> None:
    found = terminal.company.plans.runs(plan_id, limit=count)
    terminal.show_rows(_RUNS, [_run_row(terminal, view) for view in found])


@plan.command("preview", help=msg("按现在的制度值，列出一项规则会落在哪几天"))
@click.argument("rule", metavar="RULE")
@option("--from", "anchor", required=True, metavar="DATE", help=msg("起点，例如 2026-01-31"))
@option("--until", required=True, metavar="DATE", help=msg("终点，最远十年之后"))
@company_option
@json_option
@pass_terminal
def preview(terminal: Terminal, *, rule: str, anchor: str, until: str) -> None:
    seen = terminal.company.plans.preview(rule, _day("from", anchor, msg("起点")), _day("until", until, msg("终点")))
    shown = ("nominal", "day", "begins_at", "phase", "is_shifted", "is_provisional", "is_unannounced")
    rows = [{name: getattr(day, name) for name in shown} for day in seen.days]
    if seen.undecided and not terminal.as_json:
        keys = "、".join(terminal.say(label) for label in seen.undecided)
        terminal.tell(msg("公司尚未决定：{keys}"), keys=keys)
        return
    terminal.show_rows(_DAYS, rows)


@plan.command("done", help=msg("以成员的名义写明一次的结果"))
@click.argument("run_id", metavar="RUN", type=click.UUID)
@option("--result", default="", help=msg("做了什么，结果如何"))
@option("--as", "login", default="", metavar="LOGIN", help=msg("成员的登录名；默认以系统的名义"))
@company_option
@json_option
@pass_terminal
def done(terminal: Terminal, *, run_id: UUID, result: str, login: str) -> None:
    from gongdan.services.demo import as_member

    desk = as_member(terminal.company, login) if login else terminal.company
    terminal.show_one(_RUNS, _run_row(terminal, desk.plans.complete(run_id, result).run))


@plan.command("take-up", help=msg("为已有的工单建立计划，从工单写明的日期起算；已有的计划不变"))
@option("--run", "run_id", type=click.UUID, default=None, metavar="RUN", help=msg("只看一次导入的工单"))
@company_option
@json_option
@pass_terminal
def take_up(terminal: Terminal, *, run_id: UUID | None) -> None:
    with counted(terminal, msg("工单")) as progress:
        begun = terminal.company.plans.take_up(run_id, progress=progress)
    if terminal.as_json:
        terminal.show_json({"run": str(run_id) if run_id else None, **asdict(begun)})
    terminal.tell(msg("{tickets} 张工单，建立了 {plans} 项计划"), tickets=begun.tickets, plans=begun.plans)
    if begun.undated:
        terminal.tell(msg("{undated} 张工单没有写明从哪天起算，没有建立计划"), undated=begun.undated)


def _plan_row(terminal: Terminal, view: "PlanView") -> dict[str, object]:
    from gongdan.services.plan_words import PLAN_STATES

    shown = ("id", "number", "rule", "label", "kind", "state", "anchor_at", "next_on", "is_unannounced", "runs", "live",
             "overdue", "ended_at", "end_event", "reason")  # fmt: skip
    undecided = "、".join(terminal.say(label) for label in view.undecided)
    row = {name: getattr(view, name) for name in shown}
    return {**row, "label": terminal.say(view.label), "state_label": PLAN_STATES[view.state], "undecided": undecided}


def _run_row(terminal: Terminal, view: "RunView") -> dict[str, object]:
    from gongdan.services.plan_words import RUN_STATES

    shown = ("id", "number", "rule", "label", "state", "debtor", "nominal_on", "planned_for", "begins_at", "due_at",
             "seed", "window", "duty_id", "population", "share", "size", "done", "result", "done_by",
             "done_at")  # fmt: skip
    progress = f"{view.done}/{view.size}" if view.size else ""
    row = {name: getattr(view, name) for name in shown}
    row |= {"label": terminal.say(view.label), "stands_for": [day.isoformat() for day in view.stands_for]}
    return {**row, "state_label": RUN_STATES[view.state], "progress": progress}


def _day(field: str, given: str, label: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError:
        raise InvalidInput(
            (FieldProblem(field, given[:40], msg("应为日期"), msg("例如 2026-01-31"), label=label),)
        ) from None
