"""Reading what somebody has filled in on a form, and who may fill in what."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from gongdan.domain.fields import Field, FieldKind
from gongdan.domain.folding import is_blank
from gongdan.domain.form_completeness import ANSWERS, LINES, column_problem
from gongdan.domain.forms import Block, CheckItem, Checklist, CheckResult, FormKind, Lines, Section
from gongdan.errors import FieldProblem, FillRefused, InvalidInput
from gongdan.services.file_checks import Upload
from gongdan.services.schemas import read_fields
from gongdan.text import msg

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Longest remark of a checklist item.
_REMARK = Field(name="remark", label=msg("备注"), kind=FieldKind.LONG_TEXT)

Entered = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FormInput:
    """What somebody fills in, as typed; what is not named stays as it is."""

    #: Texts by field.
    fields: Mapping[str, object] = field(default_factory=dict)
    #: All lines of each table that is named; lines without any text are left out.
    lines: Mapping[str, Sequence[Mapping[str, object]]] = field(default_factory=dict)
    #: What was found by item: ``result``, ``remark``, ``photos`` (ids of pictures on the form).
    answers: Mapping[str, Mapping[str, object]] = field(default_factory=dict)
    #: New pictures by item; they hang on the form once it is saved.
    photos: Mapping[str, Sequence[Upload]] = field(default_factory=dict)

    def with_photos(self, added: Mapping[str, Sequence[str]]) -> "FormInput":
        """Return it with the ids of the pictures that hang on the form by now."""
        answers = dict(self.answers)
        for item, ids in added.items():
            answer = answers.get(item, {})
            known = answer.get("photos") or ()
            answers[item] = {**answer, "photos": [*(known if isinstance(known, list | tuple) else ()), *ids]}
        return replace(self, answers=answers)


def may_fill(desk: "CompanyDesk", block: Block) -> bool:
    """Tell whether the actor may fill in a part of a form."""
    if not desk.actor.may("ticket.move"):
        return False
    return desk.actor.is_trusted or not block.filled_by or bool(desk.actor.roles.intersection(block.filled_by))


def filled(
    desk: "CompanyDesk", kind: FormKind, entered: Mapping[str, Any], given: FormInput, *, photos: Collection[str]
) -> Entered:
    """Return what stands on a form once something is filled in; ``photos`` are the ids of its pictures.

    Raises ``InvalidInput`` with every wrong value, ``FillRefused`` for another value in a part of others' roles.
    """
    # An edition that corrects another one shows the pictures of that one.
    shown = (str(photo) for answer in entered.get("answers", {}).values() for photo in answer.get("photos", ()))
    reading = _Reading(desk.zone, {*photos, *shown})
    after: Entered = {name: dict(entered.get(name, {})) for name in ("fields", "lines", "answers")}
    for block in kind.blocks:
        before = {name: dict(values) for name, values in after.items()}
        reading.block(block, given, after)
        if after != before and not may_fill(desk, block):
            raise _refused(desk, block)
    if reading.problems:
        raise InvalidInput(tuple(reading.problems))
    return after


class _Reading:
    """Reads one part of a form after the other and gathers what is wrong."""

    def __init__(self, zone: ZoneInfo, photos: Collection[str]) -> None:
        self._zone = zone
        self._photos = photos
        self.problems: list[FieldProblem] = []

    def block(self, block: Block, given: FormInput, after: Entered) -> None:
        if isinstance(block, Section):
            self._section(block, given.fields, after["fields"])
        elif isinstance(block, Lines):
            if block.name in given.lines:
                after["lines"][block.name] = self._lines(block, given.lines[block.name])
        else:
            self._checklist(block, given.answers, after["answers"])

    def _section(self, section: Section, given: Mapping[str, object], held: dict[str, object]) -> None:
        own = [part for part in section.parts if isinstance(part, Field) and part.name in given]
        values, problems = read_fields(own, given, self._zone, required=False)
        self.problems += problems
        for each in own:
            held.pop(each.name, None)
        held.update(values)

    def _lines(self, table: Lines, given: Sequence[Mapping[str, object]]) -> list[dict[str, object]]:
        written = [line for line in given if not _is_empty(line)]
        if len(written) > table.at_most:
            rule, params = msg("最多 {most} 行"), {"most": table.at_most}
            count = str(len(written))
            self.problems.append(FieldProblem(f"{LINES}.{table.name}", count, rule, params=params, label=table.label))
            return []
        found = []
        for number, line in enumerate(written, 1):
            values, problems = read_fields(table.columns, line, self._zone, required=False)
            self.problems += [column_problem(problem, table.name, number) for problem in problems]
            found.append(values)
        return found

    def _checklist(
        self, checklist: Checklist, given: Mapping[str, Mapping[str, object]], held: dict[str, object]
    ) -> None:
        for item in checklist.items:
            if item.name in given:
                held.pop(item.name, None)
                if answer := self._answer(item, given[item.name]):
                    held[item.name] = answer

    def _answer(self, item: CheckItem, given: Mapping[str, object]) -> dict[str, object]:
        self.problems += _wrong_result(item, str(given.get("result") or ""))
        texts, problems = read_fields((_REMARK,), given, self._zone, required=False)
        self.problems += [_about(item, problem.rule, problem.value, problem.params) for problem in problems]
        photos = given.get("photos") or ()
        ids = [str(each) for each in photos] if isinstance(photos, list | tuple) else []
        self.problems += [_about(item, msg("找不到这张照片"), each) for each in ids if each not in self._photos]
        kept = {"result": str(given.get("result") or ""), **texts, "photos": ids}
        return {name: value for name, value in kept.items() if value}


def _wrong_result(item: CheckItem, result: str) -> Iterator[FieldProblem]:
    if result and result not in {each.value for each in CheckResult}:
        yield _about(item, msg("不是可选的值"), result)
    if result == CheckResult.NOT_APPLICABLE and not item.may_skip:
        yield _about(item, msg("这一项必须检查，不能填“不适用”"), result)


def _about(item: CheckItem, rule: str, value: str = "", params: Mapping[str, object] | None = None) -> FieldProblem:
    return FieldProblem(f"{ANSWERS}.{item.name}", value, rule, params=params, label=item.label)


def _is_empty(line: Mapping[str, object]) -> bool:
    return all(value is None or (isinstance(value, str) and is_blank(value)) for value in line.values())


def _refused(desk: "CompanyDesk", block: Block) -> FillRefused:
    declared = desk.installation.plugins.catalogue.roles
    roles = tuple(role.label for role in map(declared.get, block.filled_by) if role)
    return FillRefused(block.label or block.name, roles)
