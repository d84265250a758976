"""``gongdan worker``: fires what is due, beside ``gongdan serve`` or in place of its threads."""

import signal
import sys
import threading
from datetime import datetime

import click

from gongdan.cli.commands import Command, json_option, option
from gongdan.cli.terminal import Column, Terminal, pass_terminal
from gongdan.text import msg

_RESULT = (
    Column("fired", msg("已执行")),
    Column("waiting", msg("等待中")),
    Column("late", msg("已晚")),
    Column("parked", msg("已搁置")),
)


@click.command("worker", cls=Command, help=msg("执行到期的定时任务，可同时运行多个"))
@option("--once", is_flag=True, help=msg("执行完眼下到期的就退出"))
@option("--now", "moment", metavar="T", default="", help=msg("依次执行到 T 为止的全部定时后退出"))
@option("--threads", type=click.IntRange(1, 64), default=2, help=msg("线程数，默认 2"))
@option("--celery", is_flag=True, help=msg("由 Celery 执行，须设定 GONGDAN_BROKER_URL"))
@json_option
@pass_terminal
def worker(terminal: Terminal, moment: str, threads: int, *, once: bool, celery: bool) -> None:
    until = _moment(terminal, moment)
    if until:
        _show(terminal, terminal.desk.timers.run_due(until))
    elif once:
        _show(terminal, _run_ready(terminal))
    elif celery:
        _run_celery(terminal, threads)
    else:
        _run(terminal, threads)


def _moment(terminal: Terminal, given: str) -> datetime | None:
    """Return an aware time; whoever leaves the zone out would get another moment than he means."""
    if not given:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        words = msg("--now“{value}”须为带时区的时间，例如 2026-03-01T09:00+08:00")
        raise click.UsageError(terminal.say(words, value=given))
    return moment


def _run_ready(terminal: Terminal) -> int:
    timers, fired = terminal.desk.timers, 0
    while lots := [timers.run_ready(lane) for lane in timers.lanes]:
        fired += sum(lots)
        if not any(lots):
            break
    while terminal.desk.timer_purge.run_batch():
        pass
    return fired


def _run(terminal: Terminal, threads: int) -> None:
    from gongdan.worker.loop import executing

    stopping = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stopping.set())
    with executing(terminal.desk, threads):
        terminal.tell(msg("正在执行到期的定时任务，按 Ctrl+C 停止"))
        sys.stdout.flush()
        stopping.wait()


def _run_celery(terminal: Terminal, processes: int) -> None:
    try:
        from gongdan.worker.celery import make_app
    except ModuleNotFoundError as problem:
        raise click.UsageError(terminal.say(msg("没有安装 Celery：pip install 'gongdan[celery]'"))) from problem
    # Refuses tables of another version; each process then opens a desk of its own.
    terminal.desk.database.close()
    worker = make_app(terminal.settings).Worker(concurrency=processes, quiet=True)
    worker.start()
    sys.exit(worker.exitcode)


def _show(terminal: Terminal, fired: int) -> None:
    from gongdan.services.timer_lists import installation_counts

    counts = installation_counts(terminal.desk)
    row = {"fired": fired, "waiting": counts.waiting, "late": counts.late, "parked": counts.parked}
    terminal.show_one(_RESULT, row)
