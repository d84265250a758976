"""What a form's page sends: fields, lines, findings and pictures become one ``FormInput``; problems find their inputs.

Names of inputs: ``fields.hours``, ``lines.materials.3.amount``, ``answers.pump.result``, ``photos.pump``.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import request

from gongdan.domain.fields import Field
from gongdan.domain.form_views import FormView
from gongdan.domain.forms import Lines
from gongdan.services.file_checks import Upload
from gongdan.services.form_filling import FormInput
from gongdan.web import shown
from gongdan.web.forms import Form

_FIELD = "fields."
_CELL = re.compile(r"lines\.(\w+)\.(\d{1,6})\.(\w+)")
_ANSWER = re.compile(r"answers\.(\w+)\.(result|remark|photos)")
_PHOTOS = "photos."
#: Lines that a table offers beyond those that are filled in.
_SPARE_LINES = 2


def read(form: Form) -> FormInput:
    """Return what was filled in; a table that is on the page is sent whole, with ``table`` as its mark."""
    return FormInput(
        fields={name.removeprefix(_FIELD): form.value(name) for name in form.values if name.startswith(_FIELD)},
        lines={table: _lines(form, table) for table in form.all("table")},
        answers=_answers(form),
        photos=_photos(),
    )


def stored(view: FormView) -> Form:
    """Return the form of a page as it is stored."""
    values: dict[str, Any] = {
        f"{_FIELD}{field.name}": shown.input_text(field, view.fields.get(field.name)) for field in view.kind.fields
    }
    for table in view.kind.tables:
        for number, line in enumerate(view.lines.get(table.name, ()), 1):
            for column in table.columns:
                values[cell(table, number, column)] = shown.input_text(column, line.get(column.name))
    for name, answer in view.answers.items():
        values[f"answers.{name}.result"] = answer.result.value if answer.result else ""
        values[f"answers.{name}.remark"] = answer.remark
        values[f"answers.{name}.photos"] = answer.photos
    return Form.of(**values, version=view.version)


def input_of(field: Field) -> Field:
    """Return a field of a form as the page's input is called; the paper asks for it when it is filed."""
    return replace(field, name=f"{_FIELD}{field.name}")


def cell(table: Lines, line: int, column: Field) -> str:
    """Return the name of an input in a table, lines counted from 1."""
    return f"lines.{table.name}.{line}.{column.name}"


def line_numbers(form: Form, table: Lines) -> Sequence[int]:
    """Return the numbers of the lines that a page shows: those filled in, and some that are empty."""
    found = {int(match[2]) for name in form.values if (match := _CELL.fullmatch(name)) and match[1] == table.name}
    last = max(found, default=0)
    spare = range(last + 1, last + 1 + max(_SPARE_LINES, table.at_least - len(found)))
    return (*sorted(found), *spare)


def placed(form: Form, view: FormView) -> Form:
    """Return a refused form with its problems at their inputs: those of fields are known by their own names."""
    form = _closed_up(form)
    own = {field.name for field in view.kind.fields}
    problems = tuple(
        replace(each, field=f"{_FIELD}{each.field}") if each.field in own else each for each in form.problems
    )
    return replace(form, problems=problems)


def _closed_up(form: Form) -> Form:
    """Return a form whose written lines are numbered as the service has counted them, without empty ones between."""
    values = {name: value for name, value in form.values.items() if not _CELL.fullmatch(name)}
    for table in form.all("table"):
        written = (line for line in _lines(form, table) if any(str(text).strip() for text in line.values()))
        for number, line in enumerate(written, 1):
            values |= {f"lines.{table}.{number}.{column}": (str(text),) for column, text in line.items()}
    return replace(form, values=values)


def _lines(form: Form, table: str) -> Sequence[Mapping[str, object]]:
    found: dict[int, dict[str, object]] = {}
    for name in form.values:
        match = _CELL.fullmatch(name)
        if match and match[1] == table:
            found.setdefault(int(match[2]), {})[match[3]] = form.value(name)
    return [found[number] for number in sorted(found)]


def _answers(form: Form) -> Mapping[str, Mapping[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for name in form.values:
        if match := _ANSWER.fullmatch(name):
            value: object = list(form.all(name)) if match[2] == "photos" else form.value(name)
            found.setdefault(match[1], {})[match[2]] = value
    return found


def _photos() -> Mapping[str, Sequence[Upload]]:
    found: dict[str, list[Upload]] = {}
    for name, file in request.files.items(multi=True):
        if name.startswith(_PHOTOS) and file.filename:
            found.setdefault(name.removeprefix(_PHOTOS), []).append(Upload(file.filename, file.read()))
    return found
