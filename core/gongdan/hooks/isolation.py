"""Calling one plugin at a time: a failure is caught, timed and reported, and never reaches the caller."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Failure:
    """A plugin that raised, or took too long, in one call."""

    plugin: str
    hook: str
    #: ``raised`` or ``slow``.
    kind: str
    #: Type and text of the exception, or the time taken.
    detail: str


def undeclared(plugin: str, hook: str, ticket_type: str, values: Mapping[str, str]) -> Failure:
    """Return the failure of a plugin that answered values which the ticket type does not declare."""
    told = ", ".join(f"{name}={value!r}" for name, value in values.items())
    return Failure(plugin, hook, "raised", f"ValueError: {ticket_type} does not declare {told}")


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What one isolated call gave: a value, or a failure."""

    value: T | None
    failure: Failure | None
    seconds: float


def call_isolated(plugin: str, hook: str, function: Callable[[], T], *, slow_seconds: float) -> Outcome[T]:
    """Call ``function``; whatever it raises becomes a failure."""
    began = time.monotonic()
    try:
        value = function()
    except (Exception, SystemExit) as problem:  # noqa: BLE001 -- the boundary: foreign code may raise anything
        failure = Failure(plugin, hook, "raised", storable(f"{type(problem).__name__}: {problem}"))
        return Outcome(None, failure, time.monotonic() - began)
    taken = time.monotonic() - began
    slow = Failure(plugin, hook, "slow", f"{taken:.1f} s") if taken > slow_seconds else None
    return Outcome(value, slow, taken)


def storable(detail: str) -> str:
    """Return a text of foreign code as every database can store it."""
    return detail.encode("utf-8", "replace").decode().replace("\0", " ")
