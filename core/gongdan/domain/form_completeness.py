"""What a form lacks before it can be filed; every rule of its kind is asked, so that people see the whole list."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from gongdan.domain.fields import Field
from gongdan.domain.form_views import FormView, ItemAnswer
from gongdan.domain.forms import CheckItem, CheckResult, FormEntries, FormRule, Lines
from gongdan.errors import FieldProblem
from gongdan.text import msg

#: Names of what is wrong, beside those of fields: ``lines.materials``, ``answers.gate``, ``signatures.customer``.
LINES, ANSWERS, SIGNATURES = "lines", "answers", "signatures"


def ask_rule(rule: FormRule, entries: FormEntries) -> str | None:
    """Return why the rule says no, as a source text; raises ``TypeError`` when it says anything else."""
    reason = rule.check(entries)
    if not isinstance(reason, str | None):
        message = f"form rule {rule.name} may not answer {reason!r}"
        raise TypeError(message)
    return reason


def lacking(
    view: FormView, *, ask: Callable[[FormRule, FormEntries], str | None] = ask_rule
) -> tuple[FieldProblem, ...]:
    """Return everything without which the form cannot be filed; its rules are asked through ``ask``."""
    found: list[FieldProblem] = [
        _missing(field.name, field.label)
        for field in view.kind.fields
        if field.required and view.fields.get(field.name) in (None, "")
    ]
    for table in view.kind.tables:
        found += _of_table(table, view)
    for item in view.kind.items:
        found += _of_item(item, view)
    found += [FieldProblem(f"{SIGNATURES}.{box.name}", "", msg("还没有签名"), label=box.label) for box in view.unsigned]
    # A rule may rely on what is required being there.
    return tuple(found) or tuple(_broken(view, ask))


def _broken(view: FormView, ask: Callable[[FormRule, FormEntries], str | None]) -> Iterator[FieldProblem]:
    entries = FormEntries(fields=view.fields, lines=view.lines, taken=view.taken)
    for rule in view.kind.rules:
        if reason := ask(rule, entries):
            params = {"plugin": view.plugin}
            yield FieldProblem(_place(view, rule), "", reason, params=params, label=rule.label)


def _place(view: FormView, rule: FormRule) -> str:
    """Return the name under which the page shows what is wrong."""
    tables = {table.name for table in view.kind.tables}
    return f"{LINES}.{rule.about}" if rule.about in tables else rule.about


def column_problem(problem: FieldProblem, table: str, line: int) -> FieldProblem:
    """Return what is wrong with a column as what is wrong with it in one line, counted from 1."""
    params = {**(problem.params or {}), "column": problem.label, "line": line}
    label = msg("{column}（第 {line} 行）")
    return replace(problem, field=f"{LINES}.{table}.{line}.{problem.field}", label=label, params=params)


def _of_table(table: Lines, view: FormView) -> Iterator[FieldProblem]:
    lines = view.lines.get(table.name, ())
    if len(lines) < table.at_least:
        rule, params = msg("至少填写 {least} 行"), {"least": table.at_least}
        yield FieldProblem(f"{LINES}.{table.name}", str(len(lines)), rule, params=params, label=table.label)
    needed = [column for column in table.columns if column.required]
    for number, line in enumerate(lines, 1):
        yield from (column_problem(each, table.name, number) for each in _empty(needed, line))


def _empty(needed: list[Field], line: Mapping[str, object]) -> Iterator[FieldProblem]:
    return (_missing(column.name, column.label) for column in needed if line.get(column.name) in (None, ""))


def _of_item(item: CheckItem, view: FormView) -> Iterator[FieldProblem]:
    answer = view.answers.get(item.name) or ItemAnswer()
    if answer.result is None:
        yield _about(item, msg("还没有检查结果"))
    if answer.result is not CheckResult.FAILED:
        return
    if item.needs_photo and not answer.photos:
        yield _about(item, msg("不合格须附照片"))
    opened = view.follow_up(item.name)
    if item.must_pass and not (opened and opened.stands):
        yield _about(item, msg("必须合格，或者为它开立后续工单"))


def _about(item: CheckItem, rule: str) -> FieldProblem:
    return FieldProblem(f"{ANSWERS}.{item.name}", "", rule, label=item.label)


def _missing(name: str, label: str) -> FieldProblem:
    return FieldProblem(name, "", msg("必须填写"), label=label)
