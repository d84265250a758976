"""Letters that come in, circulate and go out: whose turn it is, and what may be done when.

A letter that comes in goes to the manager first; his note names readers in order, then who acts. A letter of one's own
is drafted, reviewed, numbered without a gap, sent and filed; once it is signed nobody alters it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from gongdan.domain.numbering import NumberPattern
from gongdan.errors import Refusal
from gongdan.text import msg


class Direction(StrEnum):
    """Which way a letter goes."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
    #: Between departments of the company.
    INTERNAL = "internal"


class LetterState(StrEnum):
    """How far a letter has got."""

    #: Being written, or sent back to be written anew.
    DRAFT = "draft"
    #: In somebody's turn.
    CIRCULATING = "circulating"
    #: Everybody has had his turn; it waits for the office.
    RETURNED = "returned"
    #: Signed and numbered; it waits to be sent.
    SIGNED = "signed"
    SENT = "sent"
    FILED = "filed"


class StepKind(StrEnum):
    """What is asked of whoever has his turn."""

    #: Say who reads and who acts.
    INSTRUCT = "instruct"
    READ = "read"
    ACT = "act"
    #: Let a draft go, or send it back.
    REVIEW = "review"
    #: Tell one who acts how to go on.
    ANSWER = "answer"


class StepState(StrEnum):
    """Whether a turn has come."""

    WAITING = "waiting"
    #: The one before is done; somebody has to carry the letter on.
    READY = "ready"
    CURRENT = "current"
    DONE = "done"


#: How letters are numbered; a serial is taken in the transaction that numbers, so that none is ever missing.
NUMBERS: Final = {
    Direction.INCOMING: NumberPattern("LW{yyyy}-{serial:4}"),
    Direction.OUTGOING: NumberPattern("FW{yyyy}-{serial:4}"),
    Direction.INTERNAL: NumberPattern("NB{yyyy}-{serial:4}"),
}
#: Longest list of readers.
MOST_READERS: Final = 30


@dataclass(frozen=True, slots=True)
class Handling:
    """Who acts on a letter, and until when; an aware moment, None where the policy says how long it may take."""

    account_id: UUID
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A turn that a note asks for."""

    kind: StepKind
    account_id: UUID
    until: datetime | None = None


def steps_of(readers: Sequence[UUID], handling: Handling | None) -> tuple[PlannedStep, ...]:
    """Return the turns that a manager's note asks for: readers in their order, then who acts.

    Source: 001-02-22, 001-02-23.
    """
    reading = tuple(PlannedStep(StepKind.READ, reader) for reader in readers)
    return (*reading, PlannedStep(StepKind.ACT, handling.account_id, handling.until)) if handling else reading


def passing_refusals(states: Sequence[StepState]) -> Iterator[Refusal]:
    """Say why a letter cannot be carried on."""
    if StepState.CURRENT in states:
        yield Refusal("in_turn", msg("还有人没有办完，不能传给下一位"), ("001-02-22",))
    elif StepState.READY not in states:
        yield Refusal("no_next", msg("没有下一位，请退回归档"), ("001-02-27",))


def filing_refusals(direction: Direction, state: LetterState) -> Iterator[Refusal]:
    """Say why a letter cannot be filed: it is filed with its result, or once it has been sent."""
    wanted = LetterState.RETURNED if direction is Direction.INCOMING else LetterState.SENT
    if state is LetterState.FILED:
        yield Refusal("filed_once", msg("已经归档"))
    elif state is not wanted and not (direction is Direction.INTERNAL and state is LetterState.SIGNED):
        not_done = msg("阅办还没有结束，连同结果和原件退回后才能归档")
        not_sent = msg("还没有发出，发出后原件才能归档")
        reason = not_done if direction is Direction.INCOMING else not_sent
        yield Refusal("filed_when_done", reason, ("001-02-27",) if direction is Direction.INCOMING else ("001-02-29",))
