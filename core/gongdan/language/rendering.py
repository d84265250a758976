"""Errors put into sentences: what is wrong, which rule, what to do next."""

from collections.abc import Mapping
from dataclasses import dataclass

from gongdan.domain.people import CORE_PERMISSIONS
from gongdan.errors import FieldProblem, GongdanError, InvalidInput, MoveRefused, NotAllowed, Refusal
from gongdan.language.translator import Translator
from gongdan.text import msg

#: Values that somebody typed; they are shown as typed even where a text of that wording exists.
_TYPED_DETAILS = frozenset({"value", "name", "key"})
_TYPED_PARAMS = frozenset({"value"})

_PERMISSIONS = {permission.name: permission.label for permission in CORE_PERMISSIONS} | {
    "installation": msg("管理整个系统")
}


@dataclass(frozen=True, slots=True)
class RenderedProblem:
    """One wrong value, in words."""

    field: str
    label: str
    #: As the user gave it.
    value: str
    text: str
    remedy: str


@dataclass(frozen=True, slots=True)
class RenderedRefusal:
    """One guard's no, in words."""

    guard: str
    text: str
    #: Clause ids.
    clauses: tuple[str, ...]
    #: Field that would answer the guard; may be empty.
    field: str
    #: Form kind that would answer it; may be empty.
    form: str = ""


@dataclass(frozen=True, slots=True)
class RenderedError:
    """An error in words, in one language."""

    code: str
    text: str
    remedy: str
    problems: tuple[RenderedProblem, ...] = ()
    refusals: tuple[RenderedRefusal, ...] = ()


def render_error(error: GongdanError, translator: Translator, labels: Mapping[str, str] | None = None) -> RenderedError:
    """Put an error into words.

    ``labels`` are source texts by name for permissions of plugins, which this room does not know.
    """
    details = {**error.details()}
    if isinstance(error, NotAllowed):
        details["permission"] = {**_PERMISSIONS, **(labels or {})}.get(error.permission, error.permission)
    return RenderedError(
        code=error.code,
        text=translator.fill(error.text, _keep(details, _TYPED_DETAILS)),
        remedy=translator.fill(error.remedy, _keep(details, _TYPED_DETAILS)),
        problems=_problems(error, translator) if isinstance(error, InvalidInput) else (),
        refusals=_refusals(error, translator) if isinstance(error, MoveRefused) else (),
    )


def _problems(error: InvalidInput, translator: Translator) -> tuple[RenderedProblem, ...]:
    return tuple(_problem(problem, translator) for problem in error.problems)


def _problem(problem: FieldProblem, translator: Translator) -> RenderedProblem:
    params = _keep(problem.params or {}, _TYPED_PARAMS)
    return RenderedProblem(
        field=problem.field,
        label=translator.fill(problem.label, params),
        value=problem.value,
        text=translator.fill(problem.rule, params),
        remedy=translator.fill(problem.remedy, params),
    )


def _refusals(error: MoveRefused, translator: Translator) -> tuple[RenderedRefusal, ...]:
    return tuple(_refusal(refusal, translator) for refusal in error.refusals)


def _refusal(refusal: Refusal, translator: Translator) -> RenderedRefusal:
    text = translator.fill(refusal.reason, _keep(refusal.params or {}, _TYPED_PARAMS))
    return RenderedRefusal(refusal.guard, text, refusal.clauses, refusal.field, refusal.form)


def _keep(params: Mapping[str, object], typed: frozenset[str]) -> Mapping[str, object]:
    return {name: _Typed(value) if name in typed else value for name, value in params.items()}


class _Typed:
    """A value that no catalogue touches."""

    def __init__(self, value: object) -> None:
        self._value = value

    def __str__(self) -> str:
        return str(self._value)
