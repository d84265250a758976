"""The commands that plugins bring, as ``gongdan <plugin> …``; only the asked plugin is imported.

A plugin's command gets the ``Terminal`` as its context object: ``@click.pass_obj`` hands it over.
"""

import click

from gongdan.cli.commands import Group, group_options, translated
from gongdan.cli.terminal import Terminal
from gongdan.hooks.manager import PluginManager, load_object
from gongdan.text import msg


def plugin_group(ctx: click.Context, plugin: str) -> click.Group:
    """Return the group of a plugin; raises ``click.ClickException`` when the plugin does not load."""
    terminal = ctx.ensure_object(Terminal)
    terminal.learn_plugins()
    manager = PluginManager()
    manager.load_installed({plugin})
    if manager.failures:
        text = terminal.say(msg("扩展“{plugin}”不能加载：{cause}"), plugin=plugin, cause=manager.failures[0].cause)
        raise click.ClickException(text)
    book = manager.catalogue.rulebooks.get(plugin)
    group = Group(plugin, help=book.label if book else plugin, params=group_options())
    for answer in manager.declared("register_commands"):
        for path in answer.value:
            group.add_command(load_object(path))
    if not group.commands:
        group.epilog = translated(ctx, msg("这个扩展没有命令"))
    return group
