"""What a person reads when a command fails: words and the way out, never a traceback."""

import json
import logging
import secrets
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from gongdan.cli.terminal import Terminal
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.errors import GongdanError
    from gongdan.language import RenderedError

_log = logging.getLogger("gongdan.cli")

#: What the nouns in errors are called.
_NOUNS = {
    "account": msg("账号"),
    "company": msg("公司"),
    "department": msg("部门"),
    "duty": msg("责任"),
    "import_run": msg("导入批次"),
    "member": msg("成员"),
    "plugin": msg("扩展"),
    "policy_key": msg("制度参数"),
    "policy_line": msg("制度值"),
    "policy_pack": msg("制度包"),
    "policy_run": msg("采用的批次"),
    "role": msg("角色"),
    "ticket": msg("工单"),
    "clause": msg("条款"),
}


def show_refusal(terminal: Terminal, error: "GongdanError") -> None:
    """Print an error that gongdan raised on purpose, to standard error."""
    from gongdan.language import render_error

    rendered = render_error(error, terminal.translator)
    if terminal.as_json:
        click.echo(json.dumps({"error": asdict(rendered)}, ensure_ascii=False, indent=2), err=True)
        return
    for line in _lines(terminal, error, rendered):
        click.echo(line, err=True)


def _lines(terminal: Terminal, error: "GongdanError", rendered: "RenderedError") -> list[str]:
    lines = [terminal.say(msg("错误：{text}"), text=rendered.text)]
    noun, key = getattr(error, "noun", ""), getattr(error, "key", "")
    if noun and key:
        lines.append(f"  {terminal.say(_NOUNS.get(noun, noun))}: {key}")
    for problem in rendered.problems:
        label = problem.label or problem.field
        value = f"“{problem.value}”" if problem.value else ""
        lines.append(f"  {label}{value}: {problem.text}")
        lines += [f"    {problem.remedy}"] if problem.remedy else []
    for refusal in rendered.refusals:
        clauses = f" ({', '.join(refusal.clauses)})" if refusal.clauses else ""
        lines.append(f"  {refusal.text}{clauses}")
    return [*lines, *([rendered.remedy] if rendered.remedy else [])]


def show_incident(terminal: Terminal, problem: Exception) -> None:
    """Print one line with the number under which the log holds the details."""
    incident = secrets.token_hex(4)
    path = _write_down(terminal, incident, problem)
    if path:
        text = terminal.say(msg("意外错误 {incident}，详情见日志 {path}"), incident=incident, path=path)
    else:
        text = terminal.say(msg("意外错误：{detail}"), detail=f"{type(problem).__name__}: {problem}")
    click.echo(text, err=True)


def _write_down(terminal: Terminal, incident: str, problem: Exception) -> str:
    """Log the problem; returns the path of the log, empty when there is none to be had."""
    from gongdan.cli.logs import log_path

    try:
        path = log_path(terminal.settings.home)
        _log.error("incident %s", incident, exc_info=problem)
    except Exception:  # noqa: BLE001 -- without settings or a disk to write on, the line on the terminal has to do
        return ""
    return str(path)
