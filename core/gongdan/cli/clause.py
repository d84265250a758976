"""``gongdan clause``: the rules of the regulations, and what in gongdan stands on each."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import click

from gongdan.cli.commands import Group, json_option, option
from gongdan.cli.terminal import Column, Terminal, pass_terminal
from gongdan.errors import NotFound
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.domain.rulebook import Clause
    from gongdan.domain.ticket_types import TicketType
    from gongdan.hooks.catalogue import Catalogue

_COLUMNS = (Column("id", msg("条款")), Column("text", msg("内容")))
_DETAILS = (*_COLUMNS, Column("used_by", msg("用于")))


@dataclass(eq=False)
class UnknownClause(NotFound):
    """No loaded plugin names the clause."""

    code: ClassVar[str] = "unknown_clause"
    text: ClassVar[str] = msg("没有这一条款")
    remedy: ClassVar[str] = msg("请用 gongdan clause list 查看所有条款")


@click.group("clause", cls=Group, help=msg("制度条款"))
def clause() -> None:
    pass


@clause.command("list", help=msg("列出扩展引用的条款"))
@option("--plugin", default="", metavar="NAME", help=msg("只看一个扩展的"))
@json_option
@pass_terminal
def list_clauses(terminal: Terminal, plugin: str) -> None:
    books = _catalogue(terminal).rulebooks
    chosen = [book for name, book in books.items() if plugin in ("", name)]
    terminal.show_rows(_COLUMNS, [_row(terminal, found) for book in chosen for found in book.clauses])


@clause.command("show", help=msg("显示一条条款，以及它落实在哪里"))
@click.argument("clause_id", metavar="ID")
@json_option
@pass_terminal
def show(terminal: Terminal, clause_id: str) -> None:
    catalogue = _catalogue(terminal)
    found = catalogue.clauses.get(clause_id)
    if found is None:
        raise UnknownClause("clause", clause_id)
    uses = [use for owned in catalogue.ticket_types for use in _uses(terminal, owned.value, clause_id)]
    keys = (owned.value for owned in catalogue.policy_keys)
    uses += [_called(terminal, msg("制度"), key.label) for key in keys if clause_id in key.clauses]
    rules = (owned.value for owned in catalogue.duty_rules)
    uses += [_called(terminal, msg("责任"), rule.label) for rule in rules if clause_id in rule.clauses]
    plans = (owned.value for owned in catalogue.plan_rules)
    uses += [_called(terminal, msg("计划"), plan.label) for plan in plans if clause_id in plan.clauses]
    terminal.show_one(_DETAILS, {**_row(terminal, found), "used_by": uses})


def _called(terminal: Terminal, noun: str, label: str) -> str:
    return f"{terminal.say(noun)} · {terminal.say(label)}"


def _catalogue(terminal: Terminal) -> "Catalogue":
    """Return what the plugins declare; needs no database."""
    from gongdan.bootstrap import load_plugins

    return load_plugins(terminal.settings).catalogue


def _row(terminal: Terminal, found: "Clause") -> dict[str, object]:
    if terminal.as_json:
        return {"id": found.id, "zh": found.zh, "en": found.en}
    return {"id": found.id, "text": found.zh if terminal.locale == "zh" else found.en}


def _uses(terminal: Terminal, ticket_type: "TicketType", clause_id: str) -> Iterator[str]:
    kind = terminal.say(ticket_type.label)
    if clause_id in ticket_type.clauses:
        yield kind
    flow = ticket_type.workflow
    moves = [(move.label, move.clauses) for move in flow.moves]
    guards = [(guard.label, guard.clauses) for guard in flow.guards]
    fields = [(field.label, field.clauses) for field in ticket_type.fields]
    for label, clauses in (*moves, *guards, *fields):
        if clause_id in clauses:
            yield f"{kind} · {terminal.say(label)}"
