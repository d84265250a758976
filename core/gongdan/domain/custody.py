"""Custody: keys, documents, registers and manuals in somebody's hands. What kinds there are, and what may be done when.

A thing is in the store, in one hand, lost or destroyed; every act leads from some of these to one of them and is
written down for good.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from gongdan.domain.numbering import NumberPattern
from gongdan.errors import Refusal
from gongdan.text import msg


class CustodyState(StrEnum):
    """Where a thing is."""

    IN_STORE = "in_store"
    LENT = "lent"
    LOST = "lost"
    DESTROYED = "destroyed"


class CustodyAct(StrEnum):
    """What is done to a thing."""

    TAKEN_IN = "taken_in"
    LENT = "lent"
    RETURNED = "returned"
    #: Another time of return was agreed upon.
    PROLONGED = "prolonged"
    #: From one hand straight into another one.
    HANDED_ON = "handed_on"
    LOST = "lost"
    FOUND = "found"
    #: To another place in the store.
    MOVED = "moved"
    #: What it is called, what it belongs to, how long it is kept.
    DESCRIBED = "described"
    LOCK_CHANGED = "lock_changed"
    DESTROYED = "destroyed"


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyKind:
    """A sort of things that are kept."""

    #: Identifier, unique over all plugins.
    name: str
    #: What the trade calls one, a source text.
    label: str
    #: How the codes are made that are written on tags; reset by period as numbers of tickets are.
    number: NumberPattern
    #: What tells one from another, such as the number of its ring or seal, a source text.
    mark_label: str = msg("标记")
    #: It opens a lock, which has to be changed when it is lost.
    opens_lock: bool = False
    clauses: tuple[str, ...] = ()

    def problems(self) -> Iterator[str]:
        """Name what cannot be, as plain English for the plugin's author."""
        if not _NAME.fullmatch(self.name):
            yield f"custody kind {self.name} is not a lower-case identifier"
        yield from (f"custody kind {self.name}: {problem}" for problem in self.number.problems())


@dataclass(frozen=True, slots=True)
class Borrower:
    """Whoever has a thing in his hands: a member, a party, or a person from outside with his phone number."""

    name: str
    account_id: UUID | None = None
    party_id: UUID | None = None
    phone: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreed:
    """What is agreed upon when a thing is lent: to whom, what for, until when; the moment is aware."""

    borrower: Borrower
    purpose: str
    until: datetime


_NAME = re.compile(r"[a-z][a-z0-9_]*")

CORE_CUSTODY_KINDS: Final[tuple[CustodyKind, ...]] = (
    CustodyKind(
        name="key",
        label=msg("钥匙"),
        number=NumberPattern("K{serial:4}"),
        mark_label=msg("环号或封号"),
        opens_lock=True,
        clauses=("001-11-12",),
    ),
    CustodyKind(name="document", label=msg("文件"), number=NumberPattern("D{yyyy}-{serial:4}"), clauses=("001-02-03",)),
    CustodyKind(name="register", label=msg("登记本"), number=NumberPattern("R{serial:3}")),
    CustodyKind(name="manual", label=msg("手册"), number=NumberPattern("M{serial:3}")),
)

# --- What may be done when ---------------------------------------------------------------------------------------

_STORE, _LENT, _LOST, _GONE = CustodyState
#: Act → the states that it begins in, and the one that it leads to; None leaves the state as it is.
_WAYS: Final[Mapping[CustodyAct, tuple[frozenset[CustodyState], CustodyState | None]]] = {
    CustodyAct.LENT: (frozenset({_STORE}), _LENT),
    CustodyAct.RETURNED: (frozenset({_LENT}), _STORE),
    CustodyAct.PROLONGED: (frozenset({_LENT}), None),
    CustodyAct.HANDED_ON: (frozenset({_LENT}), None),
    CustodyAct.LOST: (frozenset({_STORE, _LENT}), _LOST),
    CustodyAct.FOUND: (frozenset({_LOST}), _STORE),
    CustodyAct.MOVED: (frozenset({_STORE}), None),
    CustodyAct.DESCRIBED: (frozenset({_STORE, _LENT, _LOST}), None),
    CustodyAct.LOCK_CHANGED: (frozenset({_STORE, _LOST}), _STORE),
    CustodyAct.DESTROYED: (frozenset({_STORE, _LOST}), _GONE),
}

_WHY: Final[Mapping[CustodyState, str]] = {
    CustodyState.IN_STORE: msg("{code} 在库"),
    CustodyState.LENT: msg("{code} 在 {holder} 手中，先归还"),
    CustodyState.LOST: msg("{code} 已登记遗失，先找回或换锁"),
    CustodyState.DESTROYED: msg("{code} 已销毁"),
}


def fits(act: CustodyAct, state: CustodyState, *, opens_lock: bool) -> bool:
    """Tell whether an act may be done to a thing in a state; the lock of what opens none cannot be changed."""
    return state in _WAYS[act][0] and (act is not CustodyAct.LOCK_CHANGED or opens_lock)


def state_after(act: CustodyAct, state: CustodyState) -> CustodyState:
    """Return where a thing is after an act that fits."""
    return _WAYS[act][1] or state


def why_not(act: CustodyAct, state: CustodyState, *, code: str, holder: str, opens_lock: bool) -> tuple[Refusal, ...]:
    """Say why an act may not be done to a thing; nothing when it may."""
    if fits(act, state, opens_lock=opens_lock):
        return ()
    params = {"code": code, "holder": holder}
    if act is CustodyAct.LOCK_CHANGED and not opens_lock:
        return (Refusal("custody_lock", msg("{code} 不是钥匙，没有锁可换"), params=params),)
    return (Refusal("custody_state", _WHY[state], params=params),)


def is_overdue(until: datetime | None, now: datetime) -> bool:
    """Tell whether what is to be back by ``until`` should have been; both aware, the moment itself is in time."""
    return until is not None and until < now
