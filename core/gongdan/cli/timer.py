"""``gongdan timer``: what waits, what is parked and why; letting it be tried again, or giving it up."""

from typing import TYPE_CHECKING
from uuid import UUID

import click

from gongdan.cli.commands import Group, company_option, json_option, option
from gongdan.cli.terminal import Column, Terminal, pass_terminal
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.domain.timers import TimerView

_STATES = ("waiting", "parked", "done", "cancelled")

_TIMER = (
    Column("id", msg("标识")),
    Column("due_at", msg("到期")),
    Column("kind", msg("类型")),
    Column("key", msg("键")),
    Column("tries", msg("次数")),
    Column("problem", msg("问题")),
)


@click.group("timer", cls=Group, help=msg("定时任务"))
def timer() -> None:
    pass


@timer.command("list", help=msg("列出等待或已搁置的定时"))
@option("--state", type=click.Choice(_STATES), default="waiting", help=msg("状态，默认等待中"))
@company_option
@json_option
@pass_terminal
def list_timers(terminal: Terminal, state: str) -> None:
    from gongdan.domain.timers import TimerState

    terminal.show_rows(_TIMER, [_row(found) for found in terminal.company.timer_lists.list(TimerState(state))])


@timer.command("retry", help=msg("让已搁置的定时重新执行；不写标识则为全部"))
@click.argument("ids", nargs=-1, type=click.UUID)
@company_option
@json_option
@pass_terminal
def retry(terminal: Terminal, ids: tuple[UUID, ...]) -> None:
    from gongdan.domain.timers import TimerState

    lists = terminal.company.timer_lists
    chosen = ids or tuple(found.id for found in lists.list(TimerState.PARKED))
    for timer_id in chosen:
        lists.resume(timer_id)
    if terminal.as_json:
        terminal.show_json({"resumed": [str(timer_id) for timer_id in chosen]})
    terminal.tell(msg("{count} 个定时将重新执行"), count=len(chosen))


@timer.command("give-up", help=msg("放弃一个已搁置的定时，须写明理由"))
@click.argument("timer_id", type=click.UUID)
@option("--reason", required=True, help=msg("理由"))
@company_option
@json_option
@pass_terminal
def give_up(terminal: Terminal, timer_id: UUID, reason: str) -> None:
    terminal.company.timer_lists.give_up(timer_id, reason)
    if terminal.as_json:
        terminal.show_json({"given_up": str(timer_id)})
    terminal.tell(msg("已放弃该定时"))


def _row(found: "TimerView") -> dict[str, object]:
    return {
        "id": str(found.id), "due_at": found.due_at, "kind": found.kind, "key": found.key, "tries": found.tries,
        "problem": found.problem,
    }  # fmt: skip
