"""What a form shows: the values as typed, and every problem beside the field that it is about."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from flask import request

from gongdan.domain.fields import Field
from gongdan.errors import GongdanError
from gongdan.web.words import rendered

#: Digits of the highest version that a form may name.
_LONGEST_VERSION = 9


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong, in the reader's words."""

    #: Name of the field; empty when it is about the whole form.
    field: str
    label: str
    text: str
    remedy: str = ""
    #: Clause ids of the rule.
    clauses: tuple[str, ...] = ()
    #: Name of the guard that refused; empty for a wrong value.
    guard: str = ""
    #: Kind of the form that would answer the guard, and the address of its page; empty for none.
    form: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """The state of one form on a page."""

    #: Values by field name; several for a field that takes many.
    values: Mapping[str, Sequence[str]]
    problems: tuple[Problem, ...] = ()
    #: What is wrong as a whole, and what to do; empty while nothing is.
    text: str = ""
    remedy: str = ""

    @classmethod
    def of(cls, **values: object) -> "Form":
        """Return a form filled with stored values; a list or tuple gives several values."""
        return cls({name: _texts(value) for name, value in values.items()})

    @classmethod
    def typed(cls) -> "Form":
        """Return the form of this request as it was typed."""
        return cls(request.form.to_dict(flat=False))

    def refused(self, error: GongdanError, labels: Mapping[str, str] | None = None) -> "Form":
        """Return the same values with the problems that ``error`` names; ``labels`` name fields, in words."""
        said, known = rendered(error), labels or {}
        problems = tuple(
            Problem(one.field, one.label or known.get(one.field, ""), one.text, one.remedy) for one in said.problems
        )
        problems += tuple(
            Problem(one.field, known.get(one.field, ""), one.text, clauses=one.clauses, guard=one.guard, form=one.form)
            for one in said.refusals
        )
        return replace(self, problems=problems, text=said.text, remedy=said.remedy)

    def warned(self, error: GongdanError | None) -> "Form":
        """Return the form with what already stands in its way; the same form when nothing does."""
        return self.refused(error) if error else self

    def ruled_by(self, fields: Iterable[Field]) -> "Form":
        """Return the form with the clauses that its fields follow beside what is wrong with them."""
        rules = {field.name: field.clauses for field in fields}
        problems = tuple(replace(one, clauses=one.clauses or rules.get(one.field, ())) for one in self.problems)
        return replace(self, problems=problems)

    def linked(self, address: Callable[[str], str]) -> "Form":
        """Return the form with links to the papers that would answer a problem, from the names of their kinds."""
        problems = tuple(replace(one, address=address(one.form)) if one.form else one for one in self.problems)
        return replace(self, problems=problems)

    def moved(self, field: str, to: str) -> "Form":
        """Return the form with what is wrong with a field that it does not show beside another one."""
        problems = tuple(replace(one, field=to) if one.field == field else one for one in self.problems)
        return replace(self, problems=problems)

    def with_value(self, name: str, value: object) -> "Form":
        """Return the form with another value for a field."""
        return replace(self, values={**self.values, name: _texts(value)})

    def value(self, name: str) -> str:
        """Return the first value of a field, or an empty text."""
        found = self.values.get(name)
        return found[0] if found else ""

    def all(self, name: str) -> Sequence[str]:
        """Return every value of a field."""
        return self.values.get(name, ())

    def version(self) -> int:
        """Return the version that the form was made from; -1, which no record has, when it does not say."""
        text = self.value("version")
        is_number = text.isascii() and text.isdecimal() and len(text) <= _LONGEST_VERSION
        return int(text) if is_number else -1

    def of_field(self, name: str) -> tuple[Problem, ...]:
        """Return what is wrong with a field."""
        return tuple(problem for problem in self.problems if problem.field == name)

    @property
    def is_refused(self) -> bool:
        """Tell whether something is wrong."""
        return bool(self.text)


def _texts(value: object) -> Sequence[str]:
    if isinstance(value, list | tuple | set | frozenset):
        return tuple(map(str, value))
    return () if value is None else (str(value),)
