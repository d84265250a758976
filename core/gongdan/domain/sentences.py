"""Sentences that are put into words where they are shown: a source text and what fills its placeholders."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Sentence:
    """A source text and the values for its placeholders: texts, numbers, aware moments, clauses, other sentences."""

    text: str
    params: Mapping[str, Any] = field(default_factory=dict)
