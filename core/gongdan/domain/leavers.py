"""Leavers: what somebody has in his hands when he goes, and what has to be done before two may sign for it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID

from gongdan.errors import Refusal
from gongdan.text import msg

#: What nobody may do who is about to leave: take the data of customers with him. Source: 003-09-13.
DENIED_BEFORE_LEAVING: Final = frozenset({"export.run"})


class HeldKind(StrEnum):
    """What somebody has in his hands."""

    #: A thing in custody that he has borrowed.
    LOAN = "loan"
    #: An open ticket that he answers for to the customer, or works on.
    OWNED = "owned"
    ASSIGNED = "assigned"
    #: A letter that waits for him, or will.
    LETTER = "letter"
    #: Anything else that he owes by name.
    DUTY = "duty"
    #: A customer whose open tickets are his: who has to be told who comes after him.
    CUSTOMER = "customer"


@dataclass(frozen=True, slots=True)
class Held:
    """One line of what somebody has in his hands."""

    kind: HeldKind
    id: UUID
    #: Code or number; may be empty.
    number: str
    label: str

    @property
    def key(self) -> str:
        """Return what tells the line from all others."""
        return f"{self.kind.value}:{self.id.hex}"


def signing_refusals(lines: Sequence[Held], takers: Mapping[str, UUID]) -> Iterator[Refusal]:
    """Say what has nobody to take it; nobody signs before everything has. Source: 003-09-14, 003-09-22."""
    for line in lines:
        if line.key not in takers:
            params = {"what": f"{line.number} {line.label}".strip()}
            clause = "003-09-22" if line.kind is HeldKind.CUSTOMER else "003-09-14"
            yield Refusal("taker", msg("还没有人接手：{what}"), (clause,), params=params)
