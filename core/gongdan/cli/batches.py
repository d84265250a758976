"""What commands that print many papers share: a batch with a bar, written as one ZIP, that Ctrl-C stops."""

import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING
from uuid import UUID

import click

from gongdan.cli.progress import counted
from gongdan.cli.terminal import Terminal
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.print_runs import PrintRunView, Record


def print_batch(terminal: Terminal, records: "Sequence[Record]", file: Path, per_file: int) -> int:
    """Print records into a ZIP; 0 when everything is in it."""
    runs = terminal.company.print_runs
    return go_on(terminal, runs.begin(records, per_file=per_file, locale=terminal.translator.locale), file)


def go_on(terminal: Terminal, run_id: UUID, file: Path) -> int:
    """Take a batch through and write what it has printed; the file that was there stays until the new one is whole."""
    with _interruptible() as stopping, counted(terminal, msg("打印")) as show:

        def progress(done: int, total: int) -> bool:
            show(done, total)
            return not stopping.is_set()

        run = terminal.company.print_runs.take_through(run_id, progress)
    if run.state == "finished":
        _write(terminal, run_id, file)
    _tell(terminal, run, file)
    return 0 if run.state == "finished" and not run.failures else 1


def _write(terminal: Terminal, run_id: UUID, file: Path) -> None:
    part = file.with_name(f".{file.name}.part")
    try:
        with part.open("wb") as target:
            terminal.company.print_runs.archive(run_id, target)
        part.replace(file)
    except OSError as problem:
        raise click.UsageError(terminal.say(msg("写不到 {path}：{reason}"), path=str(file), reason=problem)) from None
    finally:
        part.unlink(missing_ok=True)
    # What has been fetched is kept no longer than its file.
    terminal.company.print_runs.discard(run_id)


def _tell(terminal: Terminal, run: "PrintRunView", file: Path) -> None:
    if terminal.as_json:
        terminal.show_json(
            {"run": str(run.id), "state": run.state, "papers": run.papers_done, "failures": dict(run.failures)}
        )
    for key, reason in run.failures.items():
        terminal.tell(msg("{key}：{reason}"), key=key, reason=reason)
    if run.state == "finished":
        terminal.tell(msg("已打印 {count} 张到 {path}"), count=run.papers_done - len(run.failures), path=str(file))
    else:
        words = msg("已打印 {done} 张，共 {total} 张；用 --resume {run} 继续")
        terminal.tell(words, done=run.papers_done, total=run.papers_total, run=str(run.id))


@contextmanager
def _interruptible() -> Iterator[Event]:
    """Let Ctrl-C ask to stop: the PDF at hand is finished, and the rest is left for a resume."""
    stopping = Event()
    stop: Callable[..., None] = lambda *_: stopping.set()  # noqa: E731  # a handler of the system's signature
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield stopping
    finally:
        signal.signal(signal.SIGINT, before)
