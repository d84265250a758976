"""``gongdan journal``: what was done, and the proof that nobody changed the record of it."""

from typing import TYPE_CHECKING

import click

from gongdan.cli.commands import Group, company_option, json_option, option
from gongdan.cli.terminal import Column, Terminal, pass_terminal
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.journal import ChainReport

_CHAIN = (
    Column("company", msg("公司")),
    Column("entries", msg("条数")),
    Column("is_whole", msg("完整")),
    Column("first_bad", msg("第一条有误的序号")),
    Column("problem", msg("问题")),
)
_PROBLEMS = {
    "": "",
    "hash": msg("内容或校验值被改动"),
    "gap": msg("中间缺少记录"),
    "head": msg("末尾缺少记录"),
}
_ENTRY = (
    Column("sequence", msg("序号")),
    Column("at", msg("时间")),
    Column("actor", msg("操作人")),
    Column("act", msg("操作")),
    Column("subject_kind", msg("对象")),
    Column("subject_id", msg("标识")),
)


@click.group("journal", cls=Group, help=msg("日志"))
def journal() -> None:
    pass


@journal.command("verify", help=msg("核对日志链是否完整；不完整时返回 1"))
@company_option
@json_option
@pass_terminal
def verify(terminal: Terminal) -> int:
    if terminal.company_code:
        reports = {terminal.company.company.code: terminal.company.journal.verify()}
    else:
        reports = _all_chains(terminal)
    terminal.show_rows(_CHAIN, [_chain_row(code, report) for code, report in reports.items()])
    return int(any(report.first_bad is not None for report in reports.values()))


@journal.command("tail", help=msg("显示最近的日志"))
@option("--count", type=click.IntRange(1, 1000), default=20, help=msg("条数，默认 20"))
@option("--act", default="", metavar="PREFIX", help=msg("只看某类操作，例如 ticket."))
@company_option
@json_option
@pass_terminal
def tail(terminal: Terminal, count: int, act: str) -> None:
    entries = terminal.company.journal.latest(limit=count, act=act)
    rows = [
        {"sequence": entry.sequence, "at": entry.at, "actor": entry.actor_name, "act": entry.act,
         "subject_kind": entry.subject_kind, "subject_id": entry.subject_id, "before": entry.before,
         "after": entry.after}
        for entry in reversed(entries)
    ]  # fmt: skip
    terminal.show_rows(_ENTRY, rows)


def _all_chains(terminal: Terminal) -> dict[str, "ChainReport"]:
    from gongdan.services.actors import SYSTEM
    from gongdan.services.journal import verify_installation

    desk = terminal.desk
    companies = {company.code: desk.at(company).journal.verify() for company in desk.companies.all()}
    return {"-": verify_installation(desk, SYSTEM), **companies}


def _chain_row(code: str, report: "ChainReport") -> dict[str, object]:
    problem = _PROBLEMS[report.problem]
    return {"company": code, "entries": report.entries, "is_whole": report.first_bad is None,
            "first_bad": report.first_bad, "problem": problem}  # fmt: skip
