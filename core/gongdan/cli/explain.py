"""``gongdan explain``: why something is due when it is."""

from typing import TYPE_CHECKING

import click

from gongdan.cli.commands import Command, company_option, json_option
from gongdan.cli.terminal import Terminal, pass_terminal
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.explain import Explanation


@click.command("explain", cls=Command, help=msg("说明一张工单或一项责任的到期时间从何而来"))
@click.argument("name", metavar="TICKET|DUTY")
@company_option
@json_option
@pass_terminal
def explain(terminal: Terminal, name: str) -> None:
    explained = terminal.company.explain.any(name)
    if terminal.as_json:
        terminal.show_json([_plain(terminal, each) for each in explained])
        return
    if not explained:
        terminal.tell(msg("这张工单没有责任"))
    click.echo("\n\n".join("\n  ".join(_lines(terminal, each)) for each in explained))


def _lines(terminal: Terminal, explained: "Explanation") -> list[str]:
    from gongdan.language.sentences import spoken

    zone = terminal.company.zone
    return [spoken(sentence, terminal.translator, zone) for sentence in explained.sentences]


def _plain(terminal: Terminal, explained: "Explanation") -> dict[str, object]:
    from gongdan.cli.duties import row_of

    policy = explained.policy
    return {
        **row_of(explained.duty),
        "start": explained.duty.start_event,
        "event_at": explained.duty.event_at,
        "calendar": explained.duty.calendar,
        "days": [
            {"date": day.date, "minutes": day.minutes, "kind": day.kind.value, "name": day.name}
            for day in explained.days
        ],
        "pauses": [
            {"begins_at": pause.begins_at, "ends_at": pause.ends_at, "reason": pause.reason, "state": pause.state}
            for pause in explained.pauses
        ],
        "policy": policy and {
            "key": policy.key, "effective_from": policy.effective_from, "author": policy.author,
            "note": policy.note, "is_proposed": policy.is_proposed,
        },
        "clauses": [clause.id for clause in explained.clauses],
        "if_reopened": explained.if_reopened,
        "text": _lines(terminal, explained),
    }  # fmt: skip
