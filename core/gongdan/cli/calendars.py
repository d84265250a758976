"""``gongdan policy calendar``: working hours, holidays and company days."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from gongdan.cli.commands import Group, company_option, json_option, option
from gongdan.cli.department import find_department
from gongdan.cli.terminal import Column, Terminal, pass_terminal
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.domain.calendars import SpecialDay
    from gongdan.services.calendars import CalendarView
    from gongdan.services.duty_recomputing import DutyChange

_COLUMNS = (
    Column("name", msg("日历名称")),
    Column("zone", msg("时区")),
    Column("follows_holidays", msg("按节假日放假")),
    Column("known_until", msg("节假日已知至")),
    Column("inherited_from", msg("沿用自")),
    Column("mon", msg("星期一")),
    Column("tue", msg("星期二")),
    Column("wed", msg("星期三")),
    Column("thu", msg("星期四")),
    Column("fri", msg("星期五")),
    Column("sat", msg("星期六")),
    Column("sun", msg("星期日")),
)
_DAY_COLUMNS = (
    Column("date", msg("日期")),
    Column("kind", msg("类型")),
    Column("name", msg("名称")),
    Column("hours", msg("上班时间")),
    Column("source", msg("依据")),
)
_KINDS = {"work": msg("上班"), "rest": msg("放假")}
_SPELLED = msg("例如 mon-fri=08:30-12:00,14:00-18:00 或 sun=，可多次；过零点写 22:00-30:00")

_Department = Any


def _department_option(command: _Department) -> _Department:
    return option("--department", "path", default="", metavar="PATH", help=msg("部门路径；默认全公司"))(command)


def _recompute_option(command: _Department) -> _Department:
    text = msg("未结责任的到期时间也按新的日历重算；默认只用于以后开始的责任")
    return option("--recompute", "moves_due", is_flag=True, help=text)(command)


@click.group("calendar", cls=Group, help=msg("工作日历：上班时间、节假日与公司日"))
def calendar() -> None:
    pass


@calendar.command("show", help=msg("显示上班时间，以及一年中与平日不同的日子"))
@click.argument("year", required=False, type=click.IntRange(1949, 2199))
@_department_option
@company_option
@json_option
@pass_terminal
def show(terminal: Terminal, year: int | None, path: str) -> None:
    view = terminal.company.calendars.view(_department(terminal, path))
    year = year or terminal.desk.clock().astimezone(terminal.company.zone).year
    days = [_day_row(day) for day in view.calendar.special_days(year)]
    if terminal.as_json:
        return terminal.show_json({**_row(view), "year": year, "days": days})
    terminal.show_one(_COLUMNS, _row(view))
    terminal.tell("")
    if not view.calendar.is_known(date(year, 12, 31)):
        terminal.tell(msg("{year} 年的节假日尚未导入，到期时间只按星期推算，均为暂定"), year=year)
    terminal.show_rows(_DAY_COLUMNS, [{**day, "kind": _KINDS[str(day["kind"])]} for day in days])
    _warn(terminal)
    return None


@calendar.command("import", help=msg("导入一年的节假日与调休上班日（csv 或 ics）；不给文件则用随程序安装的数据"))
@click.argument("year", type=click.IntRange(1949, 2199))
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@option("--source", default="", help=msg("依据，例如通知的名称；默认为文件名"))
@option("--noticed", type=click.DateTime(["%Y-%m-%d"]), help=msg("通知公布的日期"))
@option("--replace", is_flag=True, help=msg("与已导入的不同时，以文件为准"))
@company_option
@json_option
@pass_terminal
def import_year(
    terminal: Terminal, /, *, year: int, file: Path | None, source: str, noticed: datetime | None, replace: bool
) -> None:
    from gongdan.domain.calendar_files import read_days
    from gongdan.services.holidays import HolidayYear, shipped_year

    if file:
        read = read_days(file.name, file.read_bytes(), year)
        given = HolidayYear(year, read.days, source or file.name, noticed.date() if noticed else None)
        left_out = read.left_out
    else:
        given, left_out = shipped_year(year), 0
    found = terminal.company.calendars.import_days(given, replace=replace)
    if terminal.as_json:
        changed = [{"date": str(day), "before": before, "after": after} for day, before, after in found.differences]
        terminal.show_json(
            {
                "year": year,
                "days": found.day_count,
                "is_new": found.is_new,
                "changed": changed,
                "left_out": left_out,
                "moved_duties": found.moved_duties,
            }
        )
    elif found.is_same:
        terminal.tell(msg("{year} 年的节假日与已导入的相同，没有改动"), year=year)
    else:
        terminal.tell(
            msg("已导入 {year} 年的节假日：{count} 天，改变 {changed} 天，略过 {left_out} 条"),
            year=year, count=found.day_count, changed=len(found.differences), left_out=left_out,
        )  # fmt: skip
        terminal.tell(msg("暂定的到期时间重算了 {count} 个"), count=found.moved_duties)


@calendar.command("set", help=msg("设定全公司或一个部门的上班时间；没有给出的保持不变"))
@_department_option
@option("--name", help=msg("日历名称"))
@option("--zone", help=msg("时区，例如 Asia/Shanghai；空着为公司的时区"))
@option("--hours", multiple=True, metavar="DAYS=HOURS", help=_SPELLED)
@option("--holidays/--no-holidays", "follows_holidays", default=None, help=msg("是否按节假日放假、按调休上班"))
@option("--inherit", is_flag=True, help=msg("部门不再有自己的上班时间，沿用上级的"))
@_recompute_option
@company_option
@json_option
@pass_terminal
def set_hours(
    terminal: Terminal, /, *, path: str, hours: tuple[str, ...], inherit: bool, moves_due: bool, **given: Any
) -> None:
    from gongdan.domain.hours import hours_text
    from gongdan.services.calendars import CalendarDraft

    calendars, department_id = terminal.company.calendars, _department(terminal, path)
    if inherit and department_id is None:
        raise click.UsageError(terminal.say(msg("请用 --department 指明部门；全公司的上班时间没有上级")))
    moved: Sequence[DutyChange]
    if inherit and department_id:
        moved = calendars.drop(department_id, moves_due=moves_due)
    else:
        kept = calendars.view(department_id).hours
        week = [hours_text(day) for day in kept.week]
        for day, text in _typed_hours(terminal, hours):
            week[day] = text
        chosen = {key: value for key, value in given.items() if value is not None}
        draft = {"name": kept.name, "zone": kept.zone, "follows_holidays": kept.follows_holidays, **chosen}
        moved = calendars.save(CalendarDraft(week=week, **draft), department_id, moves_due=moves_due)
    _tell_moved(terminal, moved, moves_due=moves_due)
    terminal.show_one(_COLUMNS, _row(calendars.view(department_id)))


@calendar.command("day", help=msg("设定公司或部门自己的一天：上班、放假，或取消设定"))
@click.argument("day", metavar="DATE", type=click.DateTime(["%Y-%m-%d"]))
@click.argument("kind", type=click.Choice(["work", "rest", "none"]))
@option("--name", default="", help=msg("名称，例如 司庆"))
@option("--hours", default="", help=msg("当天的上班时间；默认与星期一相同"))
@_department_option
@_recompute_option
@company_option
@pass_terminal
def set_day(
    terminal: Terminal, /, *, day: datetime, kind: str, name: str, hours: str, path: str, moves_due: bool
) -> None:
    from gongdan.domain.calendars import DayKind

    calendars, department_id = terminal.company.calendars, _department(terminal, path)
    if kind == "none":
        moved = calendars.drop_day(day.date(), department_id, moves_due=moves_due)
    else:
        moved = calendars.set_day(
            day.date(), DayKind(kind), name, hours=hours, department_id=department_id, moves_due=moves_due
        )
    terminal.tell(msg("已保存"))
    _tell_moved(terminal, moved, moves_due=moves_due)


def _tell_moved(terminal: Terminal, moved: "Sequence[DutyChange]", *, moves_due: bool) -> None:
    if moves_due and not terminal.as_json:
        terminal.tell(msg("到期时间重算了 {count} 个"), count=len(moved))


def _department(terminal: Terminal, path: str) -> UUID | None:
    return find_department(terminal, path).id if path else None


def _typed_hours(terminal: Terminal, given: tuple[str, ...]) -> list[tuple[int, str]]:
    """Return the hours of each weekday that was named, such as ``mon-fri=09:00-18:00``."""
    from gongdan.domain.limits import WEEKDAYS

    found = []
    for text in given:
        days, is_given, hours = text.partition("=")
        first, _, last = days.strip().lower().partition("-")
        if not is_given or not {first, last or first} <= set(WEEKDAYS):
            raise click.BadParameter(terminal.say(_SPELLED), param_hint="--hours")
        span = range(WEEKDAYS.index(first), WEEKDAYS.index(last or first) + 1)
        found += [(place, hours) for place in span]
    return found


def _row(view: "CalendarView") -> Mapping[str, object]:
    from gongdan.domain.hours import hours_text
    from gongdan.domain.limits import WEEKDAYS

    found = view.calendar
    row: dict[str, object] = {
        "name": found.name,
        "zone": found.zone,
        "follows_holidays": found.follows_holidays,
        "known_until": str(found.known_until) if found.follows_holidays else "",
        "inherited_from": "" if view.is_own else view.owner or msg("全公司"),
    }
    return row | {name: hours_text(hours) for name, hours in zip(WEEKDAYS, found.week, strict=True)}


def _day_row(day: "SpecialDay") -> dict[str, object]:
    from gongdan.domain.hours import hours_text

    hours = hours_text(day.hours)
    return {"date": str(day.date), "kind": day.kind.value, "name": day.name, "hours": hours, "source": day.source}


def _warn(terminal: Terminal) -> None:
    found = terminal.company.calendars.horizon_warning(terminal.desk.clock())
    if found:
        terminal.tell(
            msg("{year} 年的节假日还未导入：通知公布后请运行 gongdan policy calendar import {year}"), year=found.year
        )
