"""``gongdan import``: a spreadsheet becomes assets, people and tickets, with a verdict on every row."""

import json
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from gongdan.cli.commands import Command, company_option, json_option, option
from gongdan.cli.import_results import show_kinds, show_result, show_runs
from gongdan.cli.kept_rows import kept_rows
from gongdan.cli.progress import counted
from gongdan.cli.terminal import Terminal, pass_terminal
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.import_runs import Progress
    from gongdan.services.imports import RunView, Source


@click.command("import", cls=Command, help=msg("导入表格（xlsx、xls、ods、csv），逐行给出判定"))
@click.argument("file", required=False, type=click.Path(path_type=Path))
@option("--as", "kind", metavar="KIND", default="", help=msg("表格种类，例如 units（房屋台账）、cases（报修投诉台账）"))
@option(
    "--mapping", multiple=True, metavar="HEADING=COLUMN", help=msg("指定某个表头对应的列，可多次；或给出一个 JSON 文件")
)
@option("--sheet", default="", help=msg("工作表名称；默认第一张有内容的"))
@option("--encoding", default="", help=msg("文本文件的编码；默认自动识别"))
@option("--dry-run", is_flag=True, help=msg("只检查，不保存"))
@option("--notify", is_flag=True, help=msg("导入完成后通知扩展；默认静默"))
@option("--undo", "undone", metavar="RUN", type=click.UUID, help=msg("撤销一次导入"))
@option("--resume", "resumed", metavar="RUN", type=click.UUID, help=msg("继续一次中断的导入"))
@option("--runs", is_flag=True, help=msg("列出最近的导入"))
@option("--kinds", is_flag=True, help=msg("列出可用的表格种类"))
@company_option
@json_option
@pass_terminal
def imports(terminal: Terminal, /, file: Path | None, **chosen: Any) -> int:
    if chosen["kinds"]:
        return show_kinds(terminal)
    if chosen["runs"]:
        return show_runs(terminal)
    if chosen["undone"]:
        return _undo(terminal, chosen["undone"])
    if file is None or not (chosen["kind"] or chosen["resumed"]):
        raise click.UsageError(terminal.say(msg("请给出文件和 --as 种类；--kinds 列出可用的种类")))
    if not file.is_file():
        raise click.UsageError(terminal.say(msg("找不到文件：{path}"), path=str(file)))
    return _run(terminal, file, chosen)


def _run(terminal: Terminal, file: Path, chosen: Mapping[str, Any]) -> int:
    from gongdan.services.imports import Source

    source = Source(path=file, encoding=chosen["encoding"], sheet=chosen["sheet"],
                    mapping=_mapping(terminal, chosen["mapping"]))  # fmt: skip
    with kept_rows() as rows:
        with _interruptible() as stopping, _bar(terminal, stopping) as progress:
            run = _start(terminal, source, chosen, progress=progress, on_rows=rows.add)
        # Of the rows that were stored before a break, the database alone knows.
        reports = partial(terminal.company.imports.rows, run.id) if chosen["resumed"] else rows.all
        show_result(terminal, file, run, reports)
    return 0 if run.state in {"finished", "dry_run"} else 1


def _start(terminal: Terminal, source: "Source", chosen: Mapping[str, Any], **watch: Any) -> "RunView":
    imports_, silent = terminal.company.imports, not chosen["notify"]
    if chosen["resumed"]:
        return imports_.resume(chosen["resumed"], source, silent=silent, **watch)
    return imports_.run(chosen["kind"], source, dry_run=chosen["dry_run"], silent=silent, **watch)


def _undo(terminal: Terminal, run_id: UUID) -> int:
    run = terminal.company.imports.undo(run_id)
    if terminal.as_json:
        terminal.show_json({"run": str(run.id), "state": run.state})
    terminal.tell(msg("已撤销“{file}”的导入"), file=run.file_name)
    return 0


# --- Headings --------------------------------------------------------------------------------


def _mapping(terminal: Terminal, given: Sequence[str]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for part in given:
        if part.endswith(".json"):
            found.update(_mapping_file(terminal, Path(part)))
            continue
        heading, separator, column = part.partition("=")
        if not separator:
            raise click.UsageError(terminal.say(msg("--mapping 的写法是 表头=列名：{given}"), given=part))
        found[heading.strip()] = column.strip()
    return found


def _mapping_file(terminal: Terminal, path: Path) -> Mapping[str, str]:
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as problem:
        raise click.UsageError(terminal.say(msg("读不了 {path}：{reason}"), path=str(path), reason=problem)) from None
    if not isinstance(found, dict) or not all(isinstance(column, str) for column in found.values()):
        raise click.UsageError(terminal.say(msg("{path} 须是一个 JSON 对象：表头 → 列名"), path=str(path)))
    return found


# --- While it runs ---------------------------------------------------------------------------


@contextmanager
def _bar(terminal: Terminal, stopping: Event) -> "Iterator[Progress]":
    """Show rows done on standard error; with ``--json`` nothing."""
    with counted(terminal, msg("导入")) as show:

        def progress(done: int, total: int) -> bool:
            show(done, total)
            return not stopping.is_set()

        yield progress


@contextmanager
def _interruptible() -> Iterator[Event]:
    """Let Ctrl-C ask to stop: the batch at hand is finished, and the rest is left for a resume."""
    stopping = Event()
    stop: Callable[..., None] = lambda *_: stopping.set()  # noqa: E731  # a handler of the system's signature
    before = signal.signal(signal.SIGINT, stop)
    try:
        yield stopping
    finally:
        signal.signal(signal.SIGINT, before)
