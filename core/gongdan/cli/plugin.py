"""``gongdan plugin``: what is installed, and what a company has enabled."""

from collections.abc import Sequence

import click

from gongdan.cli.commands import Group, company_option, json_option
from gongdan.cli.terminal import Column, Terminal, pass_terminal
from gongdan.text import msg, msg_in

_INSTALLED = (
    Column("name", msg("扩展")),
    Column("label", msg("名称")),
    Column("version", msg("版本")),
    Column("distribution", msg("安装包")),
    Column("problem", msg("不能加载的原因")),
)
_OF_COMPANY = (*_INSTALLED[:3], Column("is_enabled", msg("已启用")), Column("problem", msg("不能加载的原因")))


@click.group("plugin", cls=Group, help=msg_in("many", "扩展"))
def plugin() -> None:
    pass


@plugin.command("list", help=msg("列出已安装的扩展；指明公司时，列出它启用了哪些"))
@company_option
@json_option
@pass_terminal
def list_plugins(terminal: Terminal) -> None:
    if terminal.company_code:
        _show_enabled(terminal)
    else:
        terminal.show_rows(_INSTALLED, _installed(terminal))


@plugin.command("enable", help=msg("为公司启用扩展"))
@click.argument("name")
@company_option
@json_option
@pass_terminal
def enable(terminal: Terminal, name: str) -> None:
    terminal.company.plugins.enable(name)
    _show_enabled(terminal)


@plugin.command("disable", help=msg("为公司停用扩展；已有工单仍可查看"))
@click.argument("name")
@company_option
@json_option
@pass_terminal
def disable(terminal: Terminal, name: str) -> None:
    terminal.company.plugins.disable(name)
    _show_enabled(terminal)


def _show_enabled(terminal: Terminal) -> None:
    rows = [
        {"name": view.name, "label": view.label, "version": view.version, "is_enabled": view.is_enabled,
         "problem": view.problem}
        for view in terminal.company.plugins.all()
    ]  # fmt: skip
    terminal.show_rows(_OF_COMPANY, rows)


def _installed(terminal: Terminal) -> Sequence[dict[str, object]]:
    """Return what is installed; needs no database."""
    from gongdan.bootstrap import load_plugins

    manager = load_plugins(terminal.settings)
    books = manager.catalogue.rulebooks
    loaded: list[dict[str, object]] = [
        {"name": found.name, "label": books[found.name].label if found.name in books else "",
         "version": found.version, "distribution": found.distribution, "problem": ""}
        for found in manager.loaded
    ]  # fmt: skip
    failed: list[dict[str, object]] = [
        {"name": failure.name, "label": "", "version": "", "distribution": failure.distribution,
         "problem": failure.cause}
        for failure in manager.failures
    ]  # fmt: skip
    return [*loaded, *failed]
