"""What ``gongdan import`` shows: the verdict on every row, the kinds of lists, and the latest runs."""

import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gongdan.cli.terminal import Column, Terminal
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.import_reports import RowReport
    from gongdan.services.imports import RunView

    #: Starts a new reading of the verdicts, in the order of the file.
    Rows = Callable[[], Iterable[RowReport]]

_ISSUES = (
    Column("row", msg("行号")),
    Column("verdict", msg("判定")),
    Column("reason", msg("原因")),
    Column("field", msg("字段")),
    Column("value", msg("原内容")),
    Column("rule", msg("规则")),
    Column("remedy", msg("处理办法")),
)
_KINDS = (Column("kind", msg("种类")), Column("label", msg("名称")), Column("columns", msg("列")))
_RUNS = (
    Column("run", msg("导入批次")),
    Column("file", msg("文件")),
    Column("kind", msg("种类")),
    Column("state", msg("状态")),
    Column("rows", msg("行数")),
    Column("started_at", msg("开始时间")),
)
_STATES = {
    "running": msg("正在导入"),
    "interrupted": msg("已中断"),
    "finished": msg("已完成"),
    "undone": msg("已撤销"),
}
#: Rows that the terminal lists; the spreadsheet beside the file has them all.
_LISTED = 40
_LONGEST_CELL = 28


def show_result(terminal: Terminal, file: Path, run: "RunView", rows: "Rows") -> None:
    """Show what became of a file, and write the verdict on each row beside it."""
    report = _write_report(terminal, file, run, rows)
    if terminal.as_json:
        return _show_json(terminal, run, rows, report)
    for remark in run.remarks:
        terminal.tell(remark.text, **remark.params)
    if run.passed_over:
        terminal.tell(msg("没有用到的表头：{headings}"), headings="、".join(run.passed_over))
    _show_counts(terminal, run)
    _show_issues(terminal, run, rows)
    if report:
        terminal.tell(msg("逐行判定见 {path}"), path=report)
    if run.state == "interrupted":
        terminal.tell(msg("导入已中断，可用 --resume {run} 继续"), run=str(run.id))
    elif run.state == "finished":
        terminal.tell(msg("导入批次 {run}；需要时可用 --undo 撤销"), run=str(run.id))
    return None


def show_kinds(terminal: Terminal) -> int:
    """Show what can be imported, and the columns that each kind knows."""
    rows = [
        {"kind": importer.kind, "label": importer.label,
         "columns": "、".join(terminal.say(column.label) for column in importer.columns)}
        for importer in terminal.company.imports.kinds()
    ]  # fmt: skip
    terminal.show_rows(_KINDS, rows)
    return 0


def show_runs(terminal: Terminal) -> int:
    """Show the latest runs, so that one of them can be resumed or undone."""
    rows = [
        {"run": str(run.id), "file": run.file_name, "kind": run.kind,
         "state": run.state if terminal.as_json else _STATES[run.state],
         "rows": run.rows_done if terminal.as_json else f"{run.rows_done}/{run.rows_total}",
         "started_at": run.started_at}
        for run in terminal.company.imports.all()
    ]  # fmt: skip
    terminal.show_rows(_RUNS, rows)
    return 0


def _write_report(terminal: Terminal, file: Path, run: "RunView", rows: "Rows") -> str:
    """Write the spreadsheet of verdicts; returns its path, empty where nothing can be written."""
    from gongdan.services.import_files import report_path, write_report

    path = report_path(file)
    try:
        write_report(path, terminal.company.imports.importer(run.kind), rows(), terminal.translator)
    except OSError as problem:
        click.echo(terminal.say(msg("逐行判定写不到 {path}：{reason}"), path=str(path), reason=problem), err=True)
        return ""
    return str(path)


def _show_json(terminal: Terminal, run: "RunView", rows: "Rows", report: str) -> None:
    """Write one object, with a line for each row: a hundred thousand of them are never in memory at once."""
    from gongdan.services.import_reports import as_json

    head = {
        "run": str(run.id), "kind": run.kind, "state": run.state, "counts": run.counts, "report": report,
        "remarks": [terminal.say(remark.text, **remark.params) for remark in run.remarks],
        "passed_over": run.passed_over,
    }  # fmt: skip
    sys.stdout.write(json.dumps(head, ensure_ascii=False, indent=2).removesuffix("\n}") + ',\n  "rows": [')
    for place, row in enumerate(rows()):
        sys.stdout.write(("," if place else "") + "\n    " + json.dumps(as_json(row), ensure_ascii=False))
    sys.stdout.write("\n  ]\n}\n")


def _show_counts(terminal: Terminal, run: "RunView") -> None:
    from gongdan.services.import_files import OUTCOME_WORDS, VERDICT_WORDS

    words = [(verdict.value, word) for verdict, word in VERDICT_WORDS.items()]
    words += [(outcome.value, word) for outcome, word in OUTCOME_WORDS.items()]
    shown = [f"{terminal.say(word)} {run.counts[name]}" for name, word in words if run.counts.get(name)]
    click.echo("  ".join(shown))


def _show_issues(terminal: Terminal, run: "RunView", rows: "Rows") -> None:
    from gongdan.services.import_files import REASON_WORDS, VERDICT_WORDS
    from gongdan.services.import_reports import labels, worst_first

    count = sum(len(row.issues) for row in rows())
    if not count:
        return
    worst = worst_first((row for row in rows() if row.issues), limit=_LISTED)
    listed = [(row, issue) for row in worst for issue in row.issues][:_LISTED]
    names = labels(terminal.company.imports.importer(run.kind))
    lines = [
        {"row": row.row, "verdict": VERDICT_WORDS[row.verdict], "reason": REASON_WORDS[issue.reason],
         "field": names.get(issue.column, ""), "value": _short(str(issue.raw)),
         "rule": terminal.say(issue.rule, **issue.params), "remedy": terminal.say(issue.remedy, **issue.params)}
        for row, issue in listed
    ]  # fmt: skip
    terminal.show_rows(_ISSUES, lines)
    if count > len(listed):
        terminal.tell(msg("……另有 {count} 条"), count=count - len(listed))


def _short(text: str) -> str:
    """Return the beginning of a cell, without what would steer the terminal."""
    plain = "".join(character if character.isprintable() else " " for character in text)
    return plain if len(plain) <= _LONGEST_CELL else plain[: _LONGEST_CELL - 1] + "…"
