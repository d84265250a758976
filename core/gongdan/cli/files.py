"""``gongdan files``: the store of attachments beside what the database says of it."""

import click

from gongdan.cli.commands import Group, company_option, json_option
from gongdan.cli.terminal import Column, Terminal, pass_terminal
from gongdan.text import msg

_REPORT = (
    Column("what", msg("文件")),
    Column("files", msg("个数")),
    Column("size_bytes", msg("字节数")),
)


@click.group("files", cls=Group, help=msg("附件的存储"))
def files() -> None:
    pass


@files.command("check", help=msg("核对附件与文件存储；有附件缺失时返回 1"))
@company_option
@json_option
@pass_terminal
def check(terminal: Terminal) -> int:
    report = terminal.company.file_keeping.check()
    counts = ((msg("在用"), report.needed), (msg("没有用上"), report.unneeded))
    if terminal.as_json:
        found = {"needed": report.needed.files, "unneeded": report.unneeded.files, "missing": list(report.missing)}
        terminal.show_json(found)
    else:
        rows = [{"what": what, "files": one.files, "size_bytes": one.size_bytes} for what, one in counts]
        terminal.show_rows(_REPORT, rows)
    for name in report.missing:
        terminal.tell(msg("缺失：{name}"), name=name)
    return int(bool(report.missing))


@files.command("sweep", help=msg("删除一天前存入、至今没有用上的文件"))
@company_option
@json_option
@pass_terminal
def sweep(terminal: Terminal) -> None:
    swept = terminal.company.file_keeping.sweep()
    if terminal.as_json:
        terminal.show_json({"files": swept.files, "size_bytes": swept.size_bytes})
    terminal.tell(msg("删除了 {files} 个文件，共 {size_bytes} 字节"), files=swept.files, size_bytes=swept.size_bytes)
