"""What a company has decided over time: dated lines for declared keys, and the answer of any moment.

A line is in force from its moment until the next one of its key begins, and none is ever rewritten. A key without a
line has its proposed value; one without that is undecided.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from gongdan.domain.policy import PolicyKey, readable
from gongdan.domain.policy_values import Value


@dataclass(frozen=True, slots=True)
class PolicyLine:
    """What a company decided for a key from a moment on."""

    id: UUID
    key: str
    #: The value as it is written; None is the decision to leave it open again.
    text: str | None
    #: Aware, UTC.
    effective_from: datetime
    #: When the next line of the key begins; None while none follows.
    effective_to: datetime | None
    #: The clause that the line follows; may be empty.
    clause: str
    #: Why, in the words of the one who decided.
    note: str
    author_id: UUID | None
    author_name: str
    decided_at: datetime
    #: The run that wrote it, such as a pack that was applied; None for a single decision.
    run_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class PolicyValue:
    """The answer to a key at one moment."""

    key: str
    #: The value as it is read; None when undecided.
    value: Value | None
    #: The value as it is written; None when undecided.
    text: str | None
    #: The line it comes from; None for a proposed value and for what nobody ever decided.
    line: PolicyLine | None = None
    #: The clause of the line, else the first of the key.
    clause: str = ""

    @property
    def is_undecided(self) -> bool:
        """Tell whether there is no figure."""
        return self.text is None

    @property
    def is_proposed(self) -> bool:
        """Tell whether the plugin proposes the value and the company has not decided."""
        return self.text is not None and self.line is None

    @property
    def line_id(self) -> UUID | None:
        """Return the id of the line in force."""
        return self.line.id if self.line else None

    @property
    def effective_from(self) -> datetime | None:
        """Return since when the line is in force; aware, UTC."""
        return self.line.effective_from if self.line else None

    @property
    def note(self) -> str:
        """Return why it was decided so."""
        return self.line.note if self.line else ""


class PolicyTimeline:
    """A company's lines by key: answers for any moment without asking the database again."""

    def __init__(self, keys: Iterable[PolicyKey], lines: Iterable[PolicyLine]) -> None:
        self.keys: Mapping[str, PolicyKey] = {key.name: key for key in keys}
        self._lines: dict[str, list[PolicyLine]] = {}
        for line in sorted(lines, key=lambda line: line.effective_from):
            self._lines.setdefault(line.key, []).append(line)

    def lines(self, key: str) -> Sequence[PolicyLine]:
        """Return every line of a key, the earliest first."""
        return tuple(self._lines.get(key, ()))

    def line_at(self, key: str, moment: datetime) -> PolicyLine | None:
        """Return the line in force at ``moment``, aware; a line is in force from its very moment on."""
        lines = self._lines.get(key, [])
        count = bisect_right(lines, moment, key=lambda line: line.effective_from)
        return lines[count - 1] if count else None

    def value(self, key: str, moment: datetime) -> PolicyValue:
        """Return the answer at ``moment``: the line in force, else the proposed value, else nothing.

        Raises ``KeyError`` for a key that nobody declares.
        """
        return value_of(self.keys[key], self.line_at(key, moment))

    def values(self, moment: datetime) -> Mapping[str, PolicyValue]:
        """Return the answers to all keys at ``moment``."""
        return {key: self.value(key, moment) for key in self.keys}


def value_of(key: PolicyKey, line: PolicyLine | None) -> PolicyValue:
    """Return the answer that a line gives, else the proposed one.

    A line from the days when the key was of another kind gives none: the key is undecided until somebody decides anew.
    """
    text = line.text if line else key.proposed
    clause = (line.clause if line else "") or next(iter(key.clauses), "")
    value = None if text is None else readable(key, text)
    return PolicyValue(key.name, value, None if value is None else text, line, clause)
