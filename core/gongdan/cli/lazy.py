"""The root command: it knows its commands by name and imports one only when it is called."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import click

from gongdan.cli import words
from gongdan.cli.commands import Group, Option, translated
from gongdan.cli.terminal import Terminal
from gongdan.text import msg

_PLUGINS = "gongdan.plugins"


@dataclass(frozen=True, slots=True)
class Lazy:
    """A command that is not imported yet."""

    #: ``module:attribute``.
    target: str
    #: Source text of the line on the help page.
    help: str


class RootGroup(Group):
    """Core commands from a table, then a group for each installed plugin."""

    def __init__(self, *arguments: Any, table: Mapping[str, Lazy], **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._table = table

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> Any:
        """Choose the language and the terminal's encoding before anything is parsed."""
        given = list(sys.argv[1:] if args is None else args)
        locale = words.choose_locale(given, os.environ)
        words.speak(locale)
        _write_utf8()
        return super().main(args, *rest, obj=Terminal(locale), **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; what fails is put into words."""
        from gongdan.errors import GongdanError

        terminal = ctx.ensure_object(Terminal)
        ctx.call_on_close(terminal.close)
        try:
            status = super().invoke(ctx)
        except GongdanError as error:
            from gongdan.cli.failures import show_refusal

            show_refusal(terminal, error)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as problem:  # noqa: BLE001 -- the last boundary: nobody shall read a traceback
            from gongdan.cli.failures import show_incident

            show_incident(terminal, problem)
        else:
            # A command whose answer is "no" returns 1.
            return ctx.exit(status or 0)
        return ctx.exit(1)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the core's commands, then the plugins."""
        del ctx
        return [*self._table, *_plugins()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name in self._table:
            module, _, attribute = self._table[cmd_name].target.partition(":")
            command: click.Command = getattr(import_module(module), attribute)
            return command
        point = _plugins().get(cmd_name.replace("-", "_"))
        if point is None:
            return None
        from gongdan.cli.plugin_commands import plugin_group

        return plugin_group(ctx, point.name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; a misspelled one is answered with those that are spelled like it."""
        try:
            return super().resolve_command(ctx, args)
        except click.exceptions.NoSuchCommand as problem:
            raise click.exceptions.NoSuchCommand(
                problem.command_name, possibilities=self.list_commands(ctx), ctx=ctx
            ) from problem

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help page out of the table, without importing anything."""
        with formatter.section(translated(ctx, msg("命令"))):
            formatter.write_dl([(name, translated(ctx, lazy.help)) for name, lazy in self._table.items()])
        plugins = _plugins()
        if plugins:
            with formatter.section(translated(ctx, msg("扩展的命令"))):
                formatter.write_dl([(name, point.module.partition(".")[0]) for name, point in plugins.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Complete command names, without importing the commands."""
        from click.shell_completion import CompletionItem

        names = [name for name in self.list_commands(ctx) if name.startswith(incomplete)]
        helps = {name: translated(ctx, lazy.help) for name, lazy in self._table.items()}
        options = click.Command.shell_complete(self, ctx, incomplete)
        return [*(CompletionItem(name, help=helps.get(name)) for name in names), *options]


def root_options() -> list[click.Parameter]:
    """Return the options that stand before the command."""
    home = Option(["--home"], type=click.Path(file_okay=False, path_type=Path), expose_value=False,
                  callback=_set_home, help=msg("数据文件夹，默认取 GONGDAN_HOME；demo 默认用自己的文件夹"))  # fmt: skip
    language = Option(["--lang"], type=click.Choice(["zh", "en"]), expose_value=False, help=msg("界面语言"))
    version = Option(["--version"], is_flag=True, is_eager=True, expose_value=False, callback=_show_version,
                     help=msg("显示版本号"))  # fmt: skip
    return [home, language, version]


def _set_home(ctx: click.Context, parameter: click.Parameter, value: Path | None) -> None:
    del parameter
    ctx.ensure_object(Terminal).home = value


def _show_version(ctx: click.Context, parameter: click.Parameter, value: object) -> None:
    del parameter
    if value and not ctx.resilient_parsing:
        from gongdan import __version__

        click.echo(f"gongdan {__version__}")
        ctx.exit()


def _plugins() -> Mapping[str, EntryPoint]:
    return {point.name: point for point in sorted(entry_points(group=_PLUGINS), key=lambda point: point.name)}


def _write_utf8() -> None:
    """Write UTF-8 into pipes and files whatever the system's encoding is, and never fail on a character."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(**({"errors": "replace"} if stream.isatty() else {"encoding": "utf-8", "errors": "replace"}))
