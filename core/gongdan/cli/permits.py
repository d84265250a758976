"""``gongdan permit``: passes listed and checked from scripts and from the desk of a gate."""

from typing import TYPE_CHECKING

import click

from gongdan.cli.commands import Group, company_option, json_option, option
from gongdan.cli.terminal import Column, Terminal, pass_terminal
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.pass_rows import PassView

_COLUMNS = (
    Column("serial", msg("证件编号")),
    Column("label", msg("证件")),
    Column("holder", msg("持证人")),
    Column("place", msg("地点")),
    Column("begins_at", msg("开始")),
    Column("ends_at", msg("结束")),
    Column("standing_label", msg("状态")),
)
_GROUPS = ("in_force", "expiring", "overdue", "ended")


@click.group("permit", cls=Group, help=msg("许可与证件：列出与核验"))
def permit() -> None:
    pass


@permit.command("list", help=msg("列出证件，先到期的在前"))
@option("--group", type=click.Choice(_GROUPS), default="in_force", help=msg("有效、即将到期、到期未收回或已结束"))
@option("--days", type=click.IntRange(1, 366), default=7, help=msg("即将到期：几天内，默认 7"))
@option("--kind", default="", metavar="NAME", help=msg("只看一种，例如 property_mgmt.parking"))
@option("--count", type=click.IntRange(1, 10_000), default=100, help=msg("条数，默认 100"))
@company_option
@json_option
@pass_terminal
def list_passes(terminal: Terminal, *, group: str, days: int, kind: str, count: int) -> None:
    from gongdan.services.passes import PassFilter, PassGroup

    asked = PassFilter(PassGroup(group), kind=kind, within_days=days)
    terminal.show_rows(_COLUMNS, [row_of(found) for found in terminal.company.passes.list(asked, limit=count)])


@permit.command("check", help=msg("核验一张证件，结果留作记录；无效时退出码为 1"))
@click.argument("code", metavar="CODE")
@option("--post", default="", metavar="TEXT", help=msg("在哪个岗位核验"))
@company_option
@json_option
@pass_terminal
def check(terminal: Terminal, *, code: str, post: str) -> None:
    checked = terminal.company.passes.check(code, post)
    found = row_of(checked.found) if checked.found else {}
    terminal.show_one(
        _COLUMNS, {**dict.fromkeys(_NAMES, ""), "serial": checked.asked, **found, **_worth(checked.standing)}
    )
    if not checked.standing.lets_in:
        click.get_current_context().exit(1)


_NAMES = tuple(column.name for column in _COLUMNS)


def row_of(found: "PassView") -> dict[str, object]:
    """Return a pass as both the table and JSON show it."""
    return {
        "serial": found.serial,
        "kind": found.kind,
        "label": found.label,
        "holder": found.holder_name,
        "place": found.place,
        "plate": found.plate,
        "begins_at": found.begins_at,
        "ends_at": found.ends_at,
        **_worth(found.standing),
    }


def _worth(standing: object) -> dict[str, object]:
    from gongdan.domain.permits import STANDING_WORDS, Standing

    worth = Standing(str(standing))
    return {"standing": worth.value, "standing_label": STANDING_WORDS[worth]}
