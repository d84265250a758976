"""``gongdan db``: the tables."""

import click

from gongdan.cli.commands import Group, json_option
from gongdan.cli.terminal import Column, Terminal, pass_terminal
from gongdan.text import msg

_COLUMNS = (
    Column("name", msg("部分")),
    Column("stored", msg("数据库版本")),
    Column("newest", msg("程序版本")),
    Column("is_current", msg("已是最新")),
)


@click.group("db", cls=Group, help=msg("数据库结构"))
def db() -> None:
    pass


@db.command("upgrade", help=msg("把表结构升级到当前程序的版本"))
@json_option
@pass_terminal
def upgrade(terminal: Terminal) -> None:
    from gongdan.bootstrap import upgrade

    upgrade(terminal.bare_desk)
    _show(terminal)


@db.command("status", help=msg("显示表结构的版本；需要升级时返回 1"))
@json_option
@pass_terminal
def status(terminal: Terminal) -> int:
    return 0 if _show(terminal) else 1


def _show(terminal: Terminal) -> bool:
    from gongdan.bootstrap import schema_states

    states = schema_states(terminal.bare_desk)
    rows = [
        {"name": state.name, "stored": state.stored, "newest": state.newest, "is_current": state.is_current}
        for state in states
    ]
    terminal.show_rows(_COLUMNS, rows)
    return all(state.is_current for state in states)
