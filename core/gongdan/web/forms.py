"""What a form shows: the values as typed, and every problem beside the field that it is about."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from flask import request

from gongdan.errors import GongdanError
from gongdan.web.words import rendered


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

    def refused(self, error: GongdanError) -> "Form":
        """Return the same values with the problems that ``error`` names."""
        said = rendered(error)
        problems = tuple(Problem(one.field, one.label, one.text, one.remedy) for one in said.problems)
        problems += tuple(
            Problem(one.field, "", one.text, clauses=one.clauses, guard=one.guard) for one in said.refusals
        )
        return replace(self, problems=problems, text=said.text, remedy=said.remedy)

    def value(self, name: str) -> str:
        """Return the first value of a field, or an empty text."""
        found = self.values.get(name)
        return found[0] if found else ""

    def all(self, name: str) -> Sequence[str]:
        """Return every value of a field."""
        return self.values.get(name, ())

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
