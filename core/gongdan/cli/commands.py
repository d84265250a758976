"""Commands and groups whose texts are Chinese source texts, translated when they are shown."""

import copy
from collections.abc import Callable, MutableMapping
from typing import Any, TypeVar

import click

from gongdan.cli.terminal import Terminal
from gongdan.text import msg

F = TypeVar("F", bound=Callable[..., Any])


def translated(context: click.Context, source: str | None) -> str:
    """Return a help text in the language of the run."""
    terminal = context.find_object(Terminal)
    return terminal.say(source) if terminal and source else source or ""


class Option(click.Option):
    """An option with a translated help text."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the line of the help page."""
        spoken = copy.copy(self)
        spoken.help = translated(ctx, self.help)
        return click.Option.get_help_record(spoken, ctx)


class _Spoken(click.Command):
    """Translates the text at the head of the help page, and that of ``--help``."""

    def get_help_option(self, ctx: click.Context) -> click.Option | None:
        """Return ``--help``; click keeps it, and with it the language of the page that was shown first."""
        found = super().get_help_option(ctx)
        if found:
            found.help = translated(ctx, msg("显示本说明"))
        return found

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the text into the help page."""
        spoken = copy.copy(self)
        spoken.help = translated(ctx, self.help)
        click.Command.format_help_text(spoken, ctx, formatter)


class Command(_Spoken):
    """A command; it takes ``--lang``."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.params.append(_language_option())


class Group(_Spoken, click.Group):
    """A noun, with verbs as its commands, in the order in which they are declared."""

    command_class = Command
    group_class = type

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the verbs as declared."""
        del ctx
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the verbs into the help page."""
        rows = [(name, translated(ctx, command.help)) for name, command in self._visible(ctx).items()]
        if rows:
            with formatter.section(translated(ctx, msg("命令"))):
                formatter.write_dl(rows)

    def _visible(self, ctx: click.Context) -> MutableMapping[str, click.Command]:
        named = {name: self.get_command(ctx, name) for name in self.list_commands(ctx)}
        return {name: command for name, command in named.items() if command and not command.hidden}


def option(*names: str, **attributes: Any) -> Callable[[F], F]:
    """Declare an option; ``help`` is a source text."""
    return click.option(*names, cls=Option, **attributes)


def _language_option() -> Option:
    # The value itself was found before parsing, see ``words.choose_locale``.
    return Option(["--lang"], type=click.Choice(["zh", "en"]), expose_value=False, help=msg("界面语言"))


def _set(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def remember(context: click.Context, parameter: click.Parameter, value: object) -> None:
        del parameter
        if value:
            setattr(context.ensure_object(Terminal), name, value)

    return remember


_JSON: dict[str, Any] = {
    "is_flag": True, "expose_value": False, "callback": _set("as_json"), "help": msg("输出 JSON，供程序读取")
}  # fmt: skip

_COMPANY: dict[str, Any] = {
    "metavar": "CODE", "expose_value": False, "callback": _set("company_code"),
    "help": msg("公司代码；只有一家公司时可省略"),
}  # fmt: skip


def json_option(command: F) -> F:
    """Give a command ``--json``."""
    return option("--json", **_JSON)(command)


def company_option(command: F) -> F:
    """Give a command ``--company``; ``Terminal.company`` is its desk."""
    return option("--company", **_COMPANY)(command)


def group_options() -> list[click.Parameter]:
    """Return ``--company`` and ``--json`` for a group whose commands declare neither."""
    return [Option(["--company"], **_COMPANY), Option(["--json"], **_JSON)]
