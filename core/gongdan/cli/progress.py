"""What a long command shows while it works: a bar on a terminal, lines in a file or pipe."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeAlias

import click

from gongdan.cli.terminal import Terminal

#: Takes what is being done, ready to be shown, and how many steps are finished by now in addition.
Tell: TypeAlias = Callable[[str, int], None]


@contextmanager
def steps(terminal: Terminal, count: int) -> Iterator[Tell]:
    """Show progress over ``count`` steps on standard error; nothing with ``--json``."""
    if terminal.as_json:
        yield lambda text, finished: None  # noqa: ARG005  # names of the signature
    elif sys.stderr.isatty():
        with _bar(count) as bar:
            yield lambda text, finished: bar.update(finished, text)
    else:
        yield _print


@contextmanager
def counted(terminal: Terminal, label: str) -> "Iterator[Callable[[int, int], None]]":
    """Show how many of how many are done on standard error; nothing with ``--json``. ``label`` is a source text."""
    if terminal.as_json:
        yield lambda done, total: None  # noqa: ARG005  # names of the signature
        return
    with click.progressbar(length=1, label=terminal.say(label), file=sys.stderr) as bar:

        def show(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        yield show


def _bar(count: int) -> "click._termui_impl.ProgressBar[str]":
    # With no step between two pictures each text is shown at once.
    return click.progressbar(
        length=count, item_show_func=lambda text: text, show_eta=False, update_min_steps=0, file=sys.stderr
    )


def _print(text: str, finished: int) -> None:
    if not finished:
        click.echo(f"… {text}", err=True)
