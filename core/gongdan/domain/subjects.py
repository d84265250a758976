"""What something hangs on: a thing of the company, by the word that the journal has for it."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class SubjectKey:
    """One thing of one company."""

    #: A noun of the glossary: ``ticket``, ``party``, ``asset``, ``plan_run``, ``form``.
    kind: str
    id: UUID
