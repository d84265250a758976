"""``gongdan policy``: what a company decides for itself, line by line or by a whole pack."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

from gongdan.cli.calendars import calendar
from gongdan.cli.commands import Group, company_option, json_option, option
from gongdan.cli.terminal import Column, Terminal, pass_terminal
from gongdan.text import msg

if TYPE_CHECKING:
    from datetime import datetime

    from gongdan.cli.commands import F
    from gongdan.domain.policy import PolicyKey
    from gongdan.domain.policy_packs import PolicyPack
    from gongdan.domain.policy_timelines import PolicyValue
    from gongdan.services.duty_recomputing import DutyChange

_VALUES = (
    Column("key", msg("制度参数")),
    Column("label", msg("内容")),
    Column("value", msg("值")),
    Column("since", msg("生效时间")),
    Column("clause", msg("条款")),
    Column("note", msg("理由")),
)
_HISTORY = (
    Column("since", msg("生效时间")),
    Column("until", msg("截止")),
    Column("value", msg("值")),
    Column("author", msg("设定人")),
    Column("decided_at", msg("设定时间")),
    Column("clause", msg("条款")),
    Column("note", msg("理由")),
)
_CHANGES = (
    Column("key", msg("制度参数")),
    Column("label", msg("内容")),
    Column("kind", msg("变化")),
    Column("before", msg("现在")),
    Column("after", msg("制度包")),
    Column("until", msg("至此由已设的值接替")),
    Column("note", msg("说明")),
)
_PACKS = (
    Column("pack", msg("制度包")),
    Column("label", msg("名称")),
    Column("source", msg("来源")),
    Column("lines", msg("值的数目")),
)
_RUNS = (
    Column("run", msg("批次")),
    Column("pack", msg("制度包")),
    Column("since", msg("生效时间")),
    Column("lines", msg("值的数目")),
    Column("author", msg("设定人")),
    Column("applied_at", msg("设定时间")),
    Column("undone_at", msg("撤回时间")),
)
#: What applying a pack does to a key, in words.
_KINDS = {
    "decided": msg("定下"),
    "changed": msg("改变"),
    "left_open": msg("仍未定"),
    "kept": msg("制度包未定，保留本公司的值"),
    "same": msg("相同"),
}
_FROM = msg("生效日期或时间，按公司时区；默认现在")
_NOTE = msg("理由，会记入历史")


_EFFECTS = (
    Column("number", msg("工单")),
    Column("label", msg("责任")),
    Column("before", msg("原到期")),
    Column("after", msg("新到期")),
)


def _effect_option(command: "F") -> "F":
    choice = click.Choice(["new", "open", "recompute"])
    words = msg("已登记的工单：new 不变，open 从现在起按新制度，recompute 全部重新计算；默认 new")
    return option("--effect", type=choice, default="new", help=words)(command)


def _preview_option(command: "F") -> "F":
    return option("--preview", is_flag=True, help=msg("只列出到期时间的前后变化，不作改动"))(command)


@click.group("policy", cls=Group, help=msg("制度参数与工作日历"))
def policy() -> None:
    pass


policy.add_command(calendar)


@policy.command("list", help=msg("列出制度参数现在的值"))
@option("--plugin", default="", metavar="NAME", help=msg("只看一个扩展的"))
@company_option
@json_option
@pass_terminal
def list_values(terminal: Terminal, plugin: str) -> None:
    values = terminal.company.policies.current()
    _show_values(terminal, [value for value in values if value.key.startswith(f"{plugin}." if plugin else "")])


@policy.command("undecided", help=msg("列出公司还没有决定的参数"))
@company_option
@json_option
@pass_terminal
def undecided(terminal: Terminal) -> None:
    _show_values(terminal, terminal.company.policies.undecided())


@policy.command("history", help=msg("列出一项参数的全部值，包括将要生效的"))
@click.argument("key")
@company_option
@json_option
@pass_terminal
def history(terminal: Terminal, key: str) -> None:
    lines = terminal.company.policies.history(key)
    declared = _keys(terminal)[key] if lines else None
    rows = [
        {"since": line.effective_from, "until": line.effective_to, "value": _value(terminal, declared, line.text),
         "author": line.author_name, "decided_at": line.decided_at, "clause": line.clause, "note": line.note}
        for line in lines
    ]  # fmt: skip
    terminal.show_rows(_HISTORY, rows)


@policy.command("set", help=msg("设定一项参数；VALUE 写 undecided 表示留待以后决定"))
@click.argument("key")
@click.argument("value")
@option("--from", "since", metavar="WHEN", default="", help=_FROM)
@option("--clause", default="", metavar="ID", help=msg("依据的条款"))
@option("--note", default="", help=_NOTE)
@_effect_option
@_preview_option
@company_option
@json_option
@pass_terminal
def set_value(terminal: Terminal, /, key: str, value: str, *, preview: bool, effect: str, **said: str) -> None:
    from gongdan.domain.policy import PolicyEffect
    from gongdan.hooks.packs import UNDECIDED

    policies, moment = terminal.company.policies, _moment(terminal, said["since"])
    text = None if value == UNDECIDED else value
    if preview:
        return _show_effects(terminal, policies.preview(key, text, PolicyEffect(effect)))
    line = policies.set(key, text, moment, clause=said["clause"], note=said["note"], effect=PolicyEffect(effect))
    if terminal.as_json:
        terminal.show_json({"line": str(line.id), "key": key, "value": line.text, "since": line.effective_from})
    shown = _value(terminal, _keys(terminal)[key], line.text)
    return terminal.tell(msg("已设定：自 {since} 起为 {value}"), since=terminal.cell(line.effective_from), value=shown)


@policy.command("withdraw", help=msg("撤下一个还没有生效的值"))
@click.argument("key")
@option("--from", "since", metavar="WHEN", required=True, help=msg("那个值的生效时间"))
@company_option
@pass_terminal
def withdraw(terminal: Terminal, key: str, since: str) -> None:
    from gongdan.errors import NotFound

    policies, moment = terminal.company.policies, _moment(terminal, since)
    line = next((line for line in policies.history(key) if line.effective_from == moment), None)
    if line is None:
        raise NotFound("policy_line", f"{key} {since}")
    policies.withdraw(line.id)
    terminal.tell(msg("已撤下"))


# --- Packs -------------------------------------------------------------------------------------------------------


@policy.command("packs", help=msg("列出公司的扩展带来的制度包"))
@company_option
@json_option
@pass_terminal
def packs(terminal: Terminal) -> None:
    rows = [
        {"pack": pack.name, "label": pack.label.of(terminal.locale), "source": pack.source, "lines": len(pack.lines)}
        for pack in terminal.company.policies.packs()
    ]
    terminal.show_rows(_PACKS, rows)


@policy.command("diff", help=msg("比较制度包与公司的值；PACK 是名称或 YAML 文件"))
@click.argument("pack")
@option("--from", "since", metavar="WHEN", default="", help=msg("与那时的值比较；默认现在"))
@option("--all", "everything", is_flag=True, help=msg("相同的也列出"))
@company_option
@json_option
@pass_terminal
def diff(terminal: Terminal, pack: str, since: str, *, everything: bool) -> None:
    found = terminal.company.policies.diff(_pack(terminal, pack), _moment(terminal, since))
    rows: list[dict[str, object]] = []
    for change in found.changes:
        if not everything and change.kind == "same" and not terminal.as_json:
            continue
        rows.append({
            "key": change.key.name,
            "label": terminal.say(change.key.label),
            "kind": change.kind.value if terminal.as_json else _KINDS[change.kind],
            "before": _value(terminal, change.key, change.before.text),
            "after": _value(terminal, change.key, change.line.text),
            "until": change.until,
            "note": change.line.note.of(terminal.locale),
        })  # fmt: skip
    terminal.show_rows(_CHANGES, rows)


@policy.command("apply", help=msg("采用一个制度包；PACK 是名称或 YAML 文件"))
@click.argument("pack")
@option("--from", "since", metavar="WHEN", default="", help=_FROM)
@option("--note", default="", help=_NOTE)
@_effect_option
@_preview_option
@company_option
@json_option
@pass_terminal
def apply(terminal: Terminal, /, pack: str, *, preview: bool, effect: str, **said: str) -> None:
    from gongdan.domain.policy import PolicyEffect

    policies, found, moment = terminal.company.policies, _pack(terminal, pack), _moment(terminal, said["since"])
    if preview:
        return _show_effects(terminal, policies.preview_pack(found, PolicyEffect(effect)))
    run = policies.apply(found, moment, said["note"], PolicyEffect(effect))
    if terminal.as_json:
        terminal.show_json({"run": str(run.id) if run else None, "lines": run.lines if run else 0})
    if run is None:
        return terminal.tell(msg("制度包与公司的值一致，没有改动"))
    terminal.tell(
        msg("已写入 {count} 个值，自 {since} 起生效"), count=run.lines, since=terminal.cell(run.effective_from)
    )
    return terminal.tell(msg("撤回：gongdan policy rollback {run}"), run=run.id)


@policy.command("runs", help=msg("列出采用过的制度包"))
@company_option
@json_option
@pass_terminal
def runs(terminal: Terminal) -> None:
    rows = [
        {"run": str(run.id), "pack": run.pack, "since": run.effective_from, "lines": run.lines,
         "author": run.author_name, "applied_at": run.applied_at, "undone_at": run.undone_at}
        for run in terminal.company.policies.runs()
    ]  # fmt: skip
    terminal.show_rows(_RUNS, rows)


@policy.command("rollback", help=msg("撤回一次采用：原来的值重新生效，历史保留"))
@click.argument("run", type=click.UUID)
@_effect_option
@company_option
@json_option
@pass_terminal
def rollback(terminal: Terminal, run: UUID, effect: str) -> None:
    from gongdan.domain.policy import PolicyEffect

    done = terminal.company.policies.rollback(run, PolicyEffect(effect))
    if terminal.as_json:
        terminal.show_json({"removed": done.removed, "restored": done.restored, "kept": done.kept})
    for source, keys in (
        (msg("删去的值：{keys}"), done.removed),
        (msg("恢复为原来的值：{keys}"), done.restored),
        (msg("此后另有决定，保持不变：{keys}"), done.kept),
    ):
        if keys:
            terminal.tell(source, keys=", ".join(keys))


@policy.command("export", help=msg("把公司现在的值写成制度包，不写 FILE 则显示在屏幕上"))
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
@option("--force", is_flag=True, help=msg("覆盖已有的文件"))
@company_option
@pass_terminal
def export(terminal: Terminal, file: Path | None, *, force: bool) -> None:
    written = terminal.company.policies.export()
    if file is None:
        return click.echo(written, nl=False)
    if file.exists() and not force:
        raise click.UsageError(terminal.say(msg("文件已存在，用 --force 覆盖：{path}"), path=str(file)))
    try:
        file.write_text(written, encoding="utf-8")
    except OSError as problem:
        raise click.UsageError(terminal.say(msg("写不到 {path}：{reason}"), path=str(file), reason=problem)) from None
    return terminal.tell(msg("已写入 {path}"), path=str(file))


def _show_effects(terminal: Terminal, changes: "Sequence[DutyChange]") -> None:
    rows = [
        {"number": change.number, "label": terminal.say(change.label), "before": change.before, "after": change.after}
        for change in changes
    ]
    terminal.show_rows(_EFFECTS, rows)


def _pack(terminal: Terminal, given: str) -> "PolicyPack":
    """Return a pack of a plugin, or that of a file; a name that ends like a file is one."""
    policies = terminal.company.policies
    if not given.endswith((".yaml", ".yml")):
        return policies.pack(given)
    try:
        data = Path(given).read_bytes()
    except OSError as problem:
        raise click.UsageError(terminal.say(msg("读不了 {path}：{reason}"), path=given, reason=problem)) from None
    return policies.read(data)


def _moment(terminal: Terminal, given: str) -> "datetime | None":
    from gongdan.domain.policy import read_effective

    return read_effective(given, terminal.company.zone)


def _keys(terminal: Terminal) -> "dict[str, PolicyKey]":
    return {owned.value.name: owned.value for owned in terminal.desk.plugins.catalogue.policy_keys}


def _value(terminal: Terminal, key: "PolicyKey | None", text: str | None) -> str | None:
    """Return a value in words, or as it is written for machines."""
    from gongdan.domain.policy import describe_value

    if key is None or terminal.as_json:
        return text
    source, params = describe_value(key, text)
    return terminal.say(source, **params)


def _show_values(terminal: Terminal, values: "Sequence[PolicyValue]") -> None:
    keys = _keys(terminal)
    rows = [
        {"key": value.key, "label": terminal.say(keys[value.key].label),
         "value": _value(terminal, keys[value.key], value.text), "since": value.effective_from,
         "clause": value.clause, "note": value.note}
        for value in values
    ]  # fmt: skip
    terminal.show_rows(_VALUES, rows)
