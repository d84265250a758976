"""``gongdan form``: papers from scripts, and the proof that nobody changed one that is filed."""

from datetime import date
from typing import TYPE_CHECKING

import click

from gongdan.cli.commands import Group, company_option, json_option, option
from gongdan.cli.terminal import Column, Terminal, pass_terminal
from gongdan.text import msg, msg_in

if TYPE_CHECKING:
    from gongdan.domain.form_views import FormView

_COLUMNS = (
    Column("label", msg("单据")),
    Column("number", msg("编号")),
    Column("edition", msg("版次")),
    Column("state", msg("状态")),
    Column("ticket_number", msg("工单")),
    Column("begun_at", msg("开立时间")),
    Column("filed_at", msg("归档时间")),
)
_CELLS = (Column("block", msg("栏目")), Column("label", msg("名称")), Column("text", msg("内容")))
_BAD = (Column("kind", msg("种类")), Column("number", msg("编号")), Column("problem", msg("不符之处")))


@click.group("form", cls=Group, help=msg_in("many", "单据"))
def form() -> None:
    pass


@form.command("list", help=msg("列出单据，最近的在前"))
@option("--kind", default="", metavar="NAME", help=msg("只看一个种类"))
@option("--state", type=click.Choice(["draft", "filed", "corrected", "void"]), default=None, help=msg("只看一种状态"))
@option("--number", default="", help=msg("编号的开头"))
@option("--from", "begun_from", type=click.DateTime(["%Y-%m-%d"]), default=None, help=msg("从这一天开立的"))
@option("--to", "begun_to", type=click.DateTime(["%Y-%m-%d"]), default=None, help=msg("到这一天为止开立的"))
@option("--count", type=click.IntRange(1, 10_000), default=50, help=msg("条数，默认 50"))
@company_option
@json_option
@pass_terminal
def list_forms(
    terminal: Terminal, *, kind: str, state: str | None, number: str, begun_from: date | None, begun_to: date | None,
    count: int,
) -> None:  # fmt: skip
    from itertools import islice

    from gongdan.services.form_lists import FormFilter

    wanted = FormFilter(
        kind=kind, state=state or "", number=number, begun_from=_day(begun_from), begun_to=_day(begun_to)
    )
    names = (
        "id",
        "kind",
        "label",
        "number",
        "edition",
        "ticket_number",
        "begun_at",
        "begun_by",
        "filed_at",
        "filed_by",
    )
    rows = (
        {**{name: getattr(line, name) for name in names}, "state": line.state.value}
        for line in islice(terminal.company.form_lists.all(wanted), count)
    )
    terminal.show_rows(_COLUMNS, list(rows))


@form.command("show", help=msg("显示一张已编号的单据"))
@click.argument("number")
@option("--kind", default="", metavar="NAME", help=msg("几种单据编号相同时，写明种类"))
@company_option
@json_option
@pass_terminal
def show(terminal: Terminal, number: str, kind: str) -> None:
    terminal.show_rows(_CELLS, list(_cells(terminal, terminal.company.forms.by_number(number, kind=kind))))


@form.command("verify", help=msg("核对每张已归档单据的哈希与日志；有不符的返回 1"))
@company_option
@json_option
@pass_terminal
def verify(terminal: Terminal) -> int:
    report = terminal.company.form_lists.verify()
    rows = [{"kind": kind, "number": number, "problem": problem} for kind, number, problem in report.bad]
    if rows or terminal.as_json:
        terminal.show_rows(_BAD, rows)
    else:
        click.echo(terminal.say(msg("{count} 张已归档的单据都与归档时一致"), count=report.forms))
    return 1 if rows else 0


def _day(given: date | None) -> date | None:
    """Return the day of what click reads as a moment."""
    return date(given.year, given.month, given.day) if given else None


def _cells(terminal: Terminal, view: "FormView") -> "list[dict[str, object]]":
    from gongdan.domain.form_cells import ShownSection, ShownTable, shown
    from gongdan.language import for_locale
    from gongdan.services.paper_words import Wording

    paper = shown(view, Wording(terminal.company, for_locale(terminal.locale)))
    found: list[dict[str, object]] = []
    for block in paper.blocks:
        if isinstance(block, ShownSection):
            found += [{"block": block.heading, "label": cell.label, "text": cell.text} for cell in block.cells]
        elif isinstance(block, ShownTable):
            lines = enumerate(block.rows, 1)
            found += [{"block": block.heading, "label": str(place), "text": " ".join(row)} for place, row in lines]
        else:
            items = ((item.label, f"{item.result_text} {item.remark}".strip()) for item in block.items)
            found += [{"block": block.heading, "label": label, "text": text} for label, text in items]
    for box in paper.signatures:
        found.append({"block": "", "label": box.label, "text": f"{box.name} {box.at}".strip()})
    return found
