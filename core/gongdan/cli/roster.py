"""``gongdan roster``: a week, who is on duty, shifts out of a spreadsheet, and the duty log's proof."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongdan.cli.commands import Group, company_option, json_option, option
from gongdan.cli.department import find_department
from gongdan.cli.terminal import Column, Terminal, pass_terminal
from gongdan.text import msg

if TYPE_CHECKING:
    from uuid import UUID

_SHIFT = (
    Column("begins", msg("开始")),
    Column("ends", msg("结束")),
    Column("name", msg("人员")),
    Column("role_label", msg("角色")),
    Column("department", msg("部门")),
    Column("note", msg("备注")),
)
_ON_DUTY = (
    Column("name", msg("人员")),
    Column("role_label", msg("角色")),
    Column("department", msg("部门")),
    Column("until", msg("到")),
    Column("through_label", msg("方式")),
)
_IMPORTED = (Column("planned", msg("新排班次")), Column("same", msg("已有班次")))
_REPORT = (Column("entries", msg("条数")), Column("is_whole", msg("完整")), Column("first_bad", msg("第一条有误")))

_THROUGH = {"shift": msg("本人值班"), "stand_in": msg("顶岗"), "deputy": msg("代理")}


@click.group("roster", cls=Group, help=msg("排班"))
def roster() -> None:
    pass


@roster.command("show", help=msg("显示一周的班表"))
@option("--day", type=click.DateTime(["%Y-%m-%d"]), help=msg("那一周里的任何一天；默认今天"))
@option("--department", default="", metavar="PATH", help=msg("只看一个部门及其下级"))
@company_option
@json_option
@pass_terminal
def show(terminal: Terminal, day: datetime | None, department: str) -> None:
    desk = terminal.company
    chosen = (day or terminal.desk.clock().astimezone(desk.zone)).date()
    found = desk.rosters.week(chosen, _department(terminal, department))
    roles, places = _labels(terminal)
    rows = [
        {
            "id": view.id,
            "begins": view.period.begins,
            "ends": view.period.ends,
            "name": view.name,
            "role": view.shift.role,
            "role_label": roles.get(view.shift.role, view.shift.role),
            "department": places.get(view.shift.department_id, ""),
            "note": view.note,
        }
        for view in found.shifts
    ]
    terminal.show_rows(_SHIFT, rows)


@roster.command("now", help=msg("此刻谁在值班；没有人时返回 1"))
@option("--at", metavar="TIME", default="", help=msg("另一个时刻，带时区，例如 2026-03-05T20:00+08:00"))
@option("--department", default="", metavar="PATH", help=msg("只看一个部门；本部门无人时看上级"))
@option("--role", default="", metavar="NAME", help=msg("只看一个角色"))
@company_option
@json_option
@pass_terminal
def now(terminal: Terminal, at: str, department: str, role: str) -> int:
    moment = _moment(terminal, at) if at else terminal.desk.clock()
    found = terminal.company.rosters.on_duty(moment, _department(terminal, department), role)
    roles, places = _labels(terminal)
    rows = [
        {
            "account_id": one.account_id,
            "name": one.name,
            "role": one.role,
            "role_label": roles.get(one.role, one.role),
            "department": places.get(one.department_id, ""),
            "until": one.until,
            "through": one.through.value,
            "through_label": _THROUGH[one.through.value],
            "for_account_id": one.for_account_id,
        }
        for one in found
    ]
    terminal.show_rows(_ON_DUTY, rows)
    return 0 if found else 1


@roster.command("import", help=msg("导入班表（xlsx、xls、ods、csv）：日期、开始、结束、用户名、部门、角色、备注"))
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@option("--sheet", default="", help=msg("工作表名称；默认第一张有内容的"))
@option("--encoding", default="", help=msg("文本文件的编码；默认自动识别"))
@company_option
@json_option
@pass_terminal
def import_file(terminal: Terminal, file: Path, sheet: str, encoding: str) -> None:
    from gongdan.services.roster_imports import import_shifts

    done = import_shifts(terminal.company, file, sheet=sheet, encoding=encoding)
    terminal.show_one(_IMPORTED, {"planned": done.planned, "same": done.same})


@roster.command("verify-log", help=msg("拿值班日志与封签的日志逐条核对；不符时返回 1"))
@company_option
@json_option
@pass_terminal
def verify_log(terminal: Terminal) -> int:
    report = terminal.company.duty_log.verify()
    row = {"entries": report.entries, "is_whole": not report.first_bad, "first_bad": report.first_bad}
    terminal.show_one(_REPORT, row)
    return int(bool(report.first_bad))


def _department(terminal: Terminal, path: str) -> "UUID | None":
    return find_department(terminal, path).id if path else None


def _labels(terminal: Terminal) -> "tuple[dict[str, str], dict[UUID, str]]":
    roles = {role.name: role.label for role in terminal.company.roles.all()}
    return roles, {one.id: one.name for one in terminal.company.departments.all()}


def _moment(terminal: Terminal, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise click.UsageError(terminal.say(msg("时刻要带日期、时间和时区：{given}"), given=text))
    return found
