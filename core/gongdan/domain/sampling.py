"""Drawing by lot so that anybody can check it: the same seed and the same things give the same draw.

Things are put in the order of the SHA-256 hash of ``<seed>:<thing>``, and the first ones are taken. Nobody who knows
the seed of one draw can tell the next: each has its own, made from a secret of the plan.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from hashlib import sha256
from typing import Final

_HUNDRED: Final = 100


@dataclass(frozen=True, slots=True)
class Drawn:
    """What was drawn from a round, and how much of it belongs to the next one."""

    #: In the order in which they were drawn.
    first: tuple[str, ...]
    #: Drawn after the round had come to its end.
    second: tuple[str, ...] = ()


def seed_of(secret: str, name: str) -> str:
    """Return the seed of one draw of a plan, 32 hexadecimal digits."""
    return sha256(f"{secret}:{name}".encode()).hexdigest()[:32]


def ranked(seed: str, things: Iterable[str]) -> list[str]:
    """Return things in the order in which lots fall on them."""
    return sorted(set(things), key=lambda thing: (sha256(f"{seed}:{thing}".encode()).digest(), thing))


def sample_size(population: int, share: Decimal) -> int:
    """Return how many things a share in hundredths is, rounded up to a whole one."""
    return int((population * share / _HUNDRED).to_integral_value(ROUND_CEILING))


def draw(seed: str, population: Collection[str], share: Decimal, passed: Collection[str] = ()) -> Drawn:
    """Draw a share of things, first among those that have not had their turn in this round.

    When fewer of them are left than are needed the round ends with them, and the next one begins with the rest.
    """
    order = ranked(seed, population)
    size = sample_size(len(order), share)
    turn = frozenset(passed)
    first: Sequence[str] = [thing for thing in order if thing not in turn][:size]
    again = frozenset(first)
    second = [thing for thing in order if thing not in again][: size - len(first)]
    return Drawn(tuple(first), tuple(second))
