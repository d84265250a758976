"""``gongdan export``: a list that says the same when it is imported again."""

from pathlib import Path

import click

from gongdan.cli.commands import Command, company_option, json_option, option
from gongdan.cli.terminal import Terminal, pass_terminal
from gongdan.services.secrecy_outlets import ExportReason
from gongdan.text import msg


@click.command("export", cls=Command, help=msg("把台账导出为 xlsx 或 csv，再次导入不会改变任何内容"))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@option("--as", "kind", metavar="KIND", required=True, help=msg("表格种类，例如 units、cases"))
@option("--reason", default="", help=msg("为什么要带出涉密内容；不给则涉密内容留空"))
@option("--force", is_flag=True, help=msg("覆盖已有的文件"))
@company_option
@json_option
@pass_terminal
def exports(terminal: Terminal, file: Path, kind: str, reason: str, *, force: bool) -> None:
    if file.exists() and not force:
        raise click.UsageError(terminal.say(msg("文件已存在，用 --force 覆盖：{path}"), path=str(file)))
    exports_ = terminal.company.exports
    try:
        count = exports_.write(kind, file, ExportReason("other", reason) if reason else None)
    except OSError as problem:
        raise click.UsageError(terminal.say(msg("写不到 {path}：{reason}"), path=str(file), reason=problem)) from None
    if terminal.as_json:
        terminal.show_json({"file": str(file), "rows": count})
    terminal.tell(msg("已导出 {count} 行到 {path}"), count=count, path=str(file))
