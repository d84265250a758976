"""``gongdan import``: a spreadsheet becomes assets, people and tickets, with a verdict on every row."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from gongdan.cli.commands import Command, company_option, json_option, option
from gongdan.cli.terminal import Column, Terminal, pass_terminal
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.import_reports import RowReport
    from gongdan.services.import_runs import Progress
    from gongdan.services.imports import RunView, Source

_ISSUES = (
    Column("row", msg("行号")),
    Column("verdict", msg("判定")),
    Column("reason", msg("原因")),
    Column("field", msg("字段")),
    Column("value", msg("原内容")),
    Column("rule", msg("规则")),
    Column("remedy", msg("处理办法")),
)
#: Rows that the terminal lists; the spreadsheet beside the file has them all.
_LISTED = 40
_LONGEST_CELL = 28


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
@option("--kinds", is_flag=True, help=msg("列出可用的表格种类"))
@company_option
@json_option
@pass_terminal
def imports(terminal: Terminal, /, file: Path | None, **chosen: Any) -> int:
    if chosen["kinds"]:
        return _show_kinds(terminal)
    if chosen["undone"]:
        return _undo(terminal, chosen["undone"])
    if file is None or not (chosen["kind"] or chosen["resumed"]):
        raise click.UsageError(terminal.say(msg("请给出文件和 --as 种类；--kinds 列出可用的种类")))
    if not file.is_file():
        raise click.UsageError(terminal.say(msg("找不到文件：{path}"), path=str(file)))
    return _run(terminal, file, chosen)


def _run(terminal: Terminal, file: Path, chosen: dict[str, Any]) -> int:
    from gongdan.services.imports import Source

    source = Source(path=file, encoding=chosen["encoding"], sheet=chosen["sheet"],
                    mapping=_mapping(terminal, chosen["mapping"]))  # fmt: skip
    with _bar(terminal) as progress:
        run, rows = _start(terminal, source, chosen, progress)
    _show(terminal, file, run, rows)
    return 0 if run.state in {"finished", "dry_run"} else 1


def _start(
    terminal: Terminal, source: "Source", chosen: dict[str, Any], progress: "Progress"
) -> "tuple[RunView, list[RowReport]]":
    imports_, silent = terminal.company.imports, not chosen["notify"]
    if chosen["resumed"]:
        run = imports_.resume(chosen["resumed"], source, silent=silent, progress=progress)
        return run, list(imports_.rows(run.id))
    rows: list[RowReport] = []
    run = imports_.run(
        chosen["kind"], source, dry_run=chosen["dry_run"], silent=silent, progress=progress, on_rows=rows.extend
    )
    return run, rows


def _show(terminal: Terminal, file: Path, run: "RunView", rows: "Sequence[RowReport]") -> None:
    from gongdan.services.import_files import report_path, write_report
    from gongdan.services.import_reports import as_json

    importer = terminal.company.imports.importer(run.kind)
    written = report_path(file)
    write_report(written, importer, rows, terminal.translator)
    if terminal.as_json:
        terminal.show_json({
            "run": str(run.id), "kind": run.kind, "state": run.state, "counts": run.counts, "report": str(written),
            "rows": [as_json(row) for row in rows],
        })  # fmt: skip
        return
    _show_counts(terminal, run)
    _show_issues(terminal, rows)
    terminal.tell(msg("逐行判定见 {path}"), path=str(written))
    if run.state == "interrupted":
        terminal.tell(msg("导入已中断，可用 --resume {run} 继续"), run=str(run.id))
    elif run.state == "finished":
        terminal.tell(msg("导入批次 {run}；需要时可用 --undo 撤销"), run=str(run.id))


def _show_counts(terminal: Terminal, run: "RunView") -> None:
    from gongdan.services.import_files import OUTCOME_WORDS, VERDICT_WORDS

    words = [(verdict.value, word) for verdict, word in VERDICT_WORDS.items()]
    words += [(outcome.value, word) for outcome, word in OUTCOME_WORDS.items()]
    shown = [f"{terminal.say(word)} {run.counts[name]}" for name, word in words if run.counts.get(name)]
    click.echo("  ".join(shown))


def _show_issues(terminal: Terminal, rows: "Sequence[RowReport]") -> None:
    from gongdan.services.import_files import REASON_WORDS, VERDICT_WORDS
    from gongdan.services.import_reports import worst_first

    listed = [(row, issue) for row in worst_first(rows) for issue in row.issues]
    if not listed:
        return
    names = {column.name: column.label for kind in terminal.company.imports.kinds() for column in kind.columns}
    lines = [
        {"row": row.row, "verdict": VERDICT_WORDS[row.verdict], "reason": REASON_WORDS[issue.reason],
         "field": names.get(issue.column, ""), "value": _short(str(issue.raw)),
         "rule": terminal.say(issue.rule, **issue.params), "remedy": terminal.say(issue.remedy, **issue.params)}
        for row, issue in listed[:_LISTED]
    ]  # fmt: skip
    terminal.show_rows(_ISSUES, lines)
    if len(listed) > _LISTED:
        terminal.tell(msg("……另有 {count} 条"), count=len(listed) - _LISTED)


def _undo(terminal: Terminal, run_id: UUID) -> int:
    run = terminal.company.imports.undo(run_id)
    if terminal.as_json:
        terminal.show_json({"run": str(run.id), "state": run.state})
    terminal.tell(msg("已撤销“{file}”的导入"), file=run.file_name)
    return 0


def _show_kinds(terminal: Terminal) -> int:
    rows = [
        {"kind": importer.kind, "label": importer.label,
         "columns": "、".join(terminal.say(column.label) for column in importer.columns)}
        for importer in terminal.company.imports.kinds()
    ]  # fmt: skip
    terminal.show_rows((Column("kind", msg("种类")), Column("label", msg("名称")), Column("columns", msg("列"))), rows)
    return 0


def _mapping(terminal: Terminal, given: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in given:
        if Path(part).is_file():
            found.update(json.loads(Path(part).read_text(encoding="utf-8")))
            continue
        heading, separator, column = part.partition("=")
        if not separator:
            raise click.UsageError(terminal.say(msg("--mapping 的写法是 表头=列名：{given}"), given=part))
        found[heading.strip()] = column.strip()
    return found


@contextmanager
def _bar(terminal: Terminal) -> "Iterator[Progress]":
    """Show rows done on standard error; Ctrl-C lets the batch at hand finish and leaves the rest for a resume."""
    stopping = False
    if terminal.as_json:
        yield lambda done, total: None  # noqa: ARG005  # names of the signature
        return
    with click.progressbar(length=1, label=terminal.say(msg("导入")), file=sys.stderr) as bar:

        def progress(done: int, total: int) -> bool:
            bar.length = total
            bar.update(done - bar.pos)
            return not stopping

        def stop(*_: object) -> None:
            nonlocal stopping
            stopping = True

        with _on_interrupt(stop):
            yield progress
        bar.update((bar.length or 1) - bar.pos)


@contextmanager
def _on_interrupt(stop: Callable[..., None]) -> Iterator[None]:
    import signal

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"
