"""``gongdan ticket``: reading tickets from scripts."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from gongdan.cli.commands import Group, company_option, json_option, option
from gongdan.cli.terminal import Column, Terminal, pass_terminal
from gongdan.text import msg, msg_in

if TYPE_CHECKING:
    from uuid import UUID

    from gongdan.domain.snapshots import TicketView

#: Tickets that are read at once.
_PAGE = 500

_COLUMNS = (
    Column("number", msg("编号")),
    Column("type_label", msg("类型")),
    Column("state_label", msg("状态")),
    Column("subject", msg("主题")),
    Column("place", msg("地点")),
    Column("opened_at", msg("登记时间")),
)
_DETAILS = (
    *_COLUMNS,
    Column("description", msg("内容")),
    Column("contact_name", msg("来电人")),
    Column("severity", msg("严重程度")),
    Column("category", msg("类别")),
    Column("round", msg("轮次")),
    Column("closed_at", msg("结束时间")),
)


@click.group("ticket", cls=Group, help=msg_in("many", "工单"))
def ticket() -> None:
    pass


@ticket.command("list", help=msg("列出工单，最近的在前"))
@option("--text", default="", help=msg("包含的文字"))
@option("--open/--closed", "is_open", default=None, help=msg("只看未结束的，或只看已结束的"))
@option("--type", "types", multiple=True, metavar="NAME", help=msg("类型标识，可重复"))
@option("--count", type=click.IntRange(1, 1000), default=50, help=msg("条数，默认 50"))
@company_option
@json_option
@pass_terminal
def list_tickets(terminal: Terminal, *, text: str, is_open: bool | None, types: tuple[str, ...], count: int) -> None:
    from gongdan.services.ticket_lists import TicketFilter

    wanted = TicketFilter(text=text, is_open=is_open, types=types)
    lines = terminal.company.tickets.list(wanted, limit=count).lines
    rows = [{**_row(terminal, line.ticket), "assignee": line.assignee_name} for line in lines]
    terminal.show_rows((*_COLUMNS, Column("assignee", msg("经办人"))), rows)


@ticket.command("show", help=msg("显示一张工单"))
@click.argument("number")
@company_option
@json_option
@pass_terminal
def show(terminal: Terminal, number: str) -> None:
    terminal.show_one(_DETAILS, _row(terminal, terminal.company.tickets.by_number(number)))


@ticket.command("print", help=msg("把工单打印成 PDF，装进一个 ZIP；可按 Ctrl-C 停下，再用 --resume 继续"))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@option("--number", "numbers", multiple=True, metavar="NUMBER", help=msg("工单编号，可重复"))
@option("--text", default="", help=msg("包含的文字"))
@option("--open/--closed", "is_open", default=None, help=msg("只看未结束的，或只看已结束的"))
@option("--type", "types", multiple=True, metavar="NAME", help=msg("类型标识，可重复"))
@option("--per-file", type=click.IntRange(1, 100), default=1, help=msg("每个 PDF 含几张，默认 1"))
@option("--resume", "resumed", metavar="RUN", type=click.UUID, help=msg("继续一批中断的打印"))
@company_option
@json_option
@pass_terminal
def print_tickets(terminal: Terminal, /, file: Path, **chosen: Any) -> int:
    from gongdan.cli.batches import go_on, print_batch

    if chosen["resumed"]:
        return go_on(terminal, chosen["resumed"], file)
    records = [("ticket", ticket_id) for ticket_id in _chosen(terminal, chosen)]
    return print_batch(terminal, records, file, chosen["per_file"])


def _chosen(terminal: Terminal, chosen: Mapping[str, Any]) -> "Iterator[UUID]":
    """Yield the tickets that are named, else all that the filter shows."""
    from gongdan.services.ticket_lists import TicketFilter

    tickets, after = terminal.company.tickets, ""
    if chosen["numbers"]:
        yield from (tickets.by_number(number).id for number in chosen["numbers"])
        return
    wanted = TicketFilter(text=chosen["text"], is_open=chosen["is_open"], types=chosen["types"])
    while True:
        found = tickets.list(wanted, after=after, limit=_PAGE)
        yield from (line.ticket.id for line in found.lines)
        after = found.next_key
        if not after:
            return


def _row(terminal: Terminal, view: "TicketView") -> dict[str, object]:
    ticket_type = terminal.company.tickets.type_of(view)
    state = ticket_type.workflow.state(view.state) if ticket_type else None
    shown = ("id", "number", "type", "subject", "description", "place", "contact_name", "severity", "category",
             "state", "state_category", "is_open", "round", "opened_at", "closed_at", "fields", "version")  # fmt: skip
    return {
        **{name: getattr(view, name) for name in shown},
        "type_label": ticket_type.label if ticket_type else view.type,
        "state_label": state.label if state else view.state,
    }
