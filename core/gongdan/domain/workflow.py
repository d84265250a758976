"""States, moves and guards: a ticket type's flow as a table that one can read aloud.

A state is a pair of a name of its own and one of eight categories; clocks, lists and reports read categories
only, so a company may rename its states. A move names who may make it, what it needs, and what it opens.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gongdan.domain.folding import is_blank
from gongdan.errors import Refusal
from gongdan.text import msg


class StateCategory(StrEnum):
    """What a state means to everybody who does not know the ticket type."""

    NEW = "new"
    TRIAGE = "triage"
    WAITING_US = "waiting_us"
    WAITING_CUSTOMER = "waiting_customer"
    WAITING_THIRD = "waiting_third"
    DONE = "done"
    CLOSED = "closed"
    VOID = "void"

    @property
    def is_open(self) -> bool:
        """Tell whether somebody still owes something: everything but closed and void."""
        return self not in (StateCategory.CLOSED, StateCategory.VOID)


@dataclass(frozen=True, slots=True)
class State:
    """One state of a ticket type."""

    name: str
    #: Shown name, a source text.
    label: str
    category: StateCategory


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveAttempt:
    """What a guard may look at: the ticket as it is, and what the person wants to write with the move."""

    #: Core values of the ticket by name, before the move.
    ticket: Mapping[str, object]
    #: Typed fields after the move: stored ones overlaid with the given ones.
    fields: Mapping[str, object]
    #: Values given with the move.
    given: Mapping[str, object]
    #: Role names of the person in the company.
    roles: Collection[str]
    #: Account id of the person, as text; empty for the system.
    actor: str
    #: How many children of the ticket are still open.
    open_children: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """A named rule that may refuse a move."""

    name: str
    #: What the guard protects, a source text.
    label: str
    #: Pure function: returns the reason as a source text, or None to let the move pass.
    check: Callable[[MoveAttempt], str | None]
    clauses: tuple[str, ...] = ()
    #: The field that would answer the guard; the dialog shows the refusal beside it.
    field: str = ""
    #: The rule holds at any time, not only in the moves that name it: who corrects a ticket has to keep it as well.
    always: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One way from some states to another."""

    name: str
    #: The button's text, verb first, a source text.
    label: str
    from_states: tuple[str, ...]
    to_state: str
    #: Role names that may make the move; empty means everybody who may move tickets.
    roles: tuple[str, ...] = ()
    #: Names of core or typed fields that must be filled once the move is made.
    requires: tuple[str, ...] = ()
    #: Names of further fields that the dialog offers.
    asks: tuple[str, ...] = ()
    #: Typed fields that the move fills itself unless the dialog does: a date or time with the move's own, a text
    #: with the person's name, a person with the person.
    stamps: tuple[str, ...] = ()
    #: Typed fields, cause or finding that the move empties, since they belong to the round before; the journal
    #: keeps them.
    clears: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()
    #: A remark is needed, kept as an internal note.
    needs_remark: bool = False
    #: The ticket starts a new round; findings of the old one stay in the journal.
    new_round: bool = False
    #: The usual next step: shown first and as the primary button.
    usual: bool = False
    clauses: tuple[str, ...] = ()


#: Core fields of a ticket that moves may require and dialogs may ask for.
CORE_FIELDS: tuple[str, ...] = (
    "assignee",
    "department",
    "severity",
    "category",
    "cause",
    "finding",
    "asset",
    "requester",
)

#: Core fields that a move may empty.
CLEARED_CORE_FIELDS: tuple[str, ...] = ("cause", "finding")


@dataclass(frozen=True, slots=True, kw_only=True)
class Workflow:
    """The flow of one ticket type; the first state is the one a new ticket is in."""

    states: tuple[State, ...]
    moves: tuple[Move, ...]
    guards: tuple[Guard, ...] = ()
    _states: Mapping[str, State] = field(init=False, repr=False, compare=False)
    _moves: Mapping[str, Move] = field(init=False, repr=False, compare=False)
    _guards: Mapping[str, Guard] = field(init=False, repr=False, compare=False)
    #: Core and typed fields that some move requires, asks for, stamps or empties: an ordinary edit leaves them alone.
    moved_fields: frozenset[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_states", {state.name: state for state in self.states})
        object.__setattr__(self, "_moves", {move.name: move for move in self.moves})
        object.__setattr__(self, "_guards", {guard.name: guard for guard in self.guards})
        moved = (name for move in self.moves for name in (*move.requires, *move.asks, *move.stamps, *move.clears))
        object.__setattr__(self, "moved_fields", frozenset(moved))

    @property
    def initial(self) -> State:
        """Return the state of a new ticket."""
        return self.states[0]

    def state(self, name: str) -> State | None:
        """Return the state, or None when the flow no longer has it."""
        return self._states.get(name)

    def move(self, name: str) -> Move | None:
        """Return the move, or None when the flow does not have it."""
        return self._moves.get(name)

    def guard(self, name: str) -> Guard:
        """Return a declared guard; ``problems`` has made sure that it exists."""
        return self._guards[name]

    def moves_from(self, state: str) -> tuple[Move, ...]:
        """Return the moves that leave ``state``, the usual ones first, else in the order of declaration."""
        leaving = [move for move in self.moves if state in move.from_states]
        return tuple(sorted(leaving, key=lambda move: not move.usual))

    def reachable(self, states: Collection[str]) -> frozenset[str]:
        """Return the states themselves and all that moves lead to from them within a round."""
        found, left = set(states), list(states)
        while left:
            ahead = {move.to_state for move in self.moves_from(left.pop()) if not move.new_round} - found
            found |= ahead
            left += ahead
        return frozenset(found)

    def problems(self, field_names: Collection[str]) -> tuple[str, ...]:
        """Name everything in the flow that cannot be, as plain English for the plugin's author."""
        found = [f"two states are called {name}" for name in _repeated(state.name for state in self.states)]
        found += [f"two moves are called {name}" for name in _repeated(move.name for move in self.moves)]
        known = {*field_names, *CORE_FIELDS}
        for move in self.moves:
            found += [
                f"move {move.name}: no state {name}"
                for name in (*move.from_states, move.to_state)
                if name not in self._states
            ]
            found += [f"move {move.name}: no guard {name}" for name in move.guards if name not in self._guards]
            found += [
                f"move {move.name}: no field {name}" for name in (*move.requires, *move.asks) if name not in known
            ]
            found += [
                f"move {move.name}: no typed field {name}"
                for name in (*move.stamps, *move.clears)
                if name not in field_names and not (name in move.clears and name in CLEARED_CORE_FIELDS)
            ]
            found += [
                f"move {move.name} empties {name}, which it also fills"
                for name in move.clears
                if name in {*move.requires, *move.asks, *move.stamps}
            ]
        return tuple(found + [f"state {name} cannot be reached" for name in self._unreachable()])

    def _unreachable(self) -> tuple[str, ...]:
        reached = {self.initial.name}
        while True:
            more = {move.to_state for move in self.moves if reached.intersection(move.from_states)} - reached
            if not more:
                return tuple(state.name for state in self.states if state.name not in reached)
            reached |= more


def ask_guard(guard: Guard, attempt: MoveAttempt) -> str | None:
    """Return why the guard says no, as a source text; raises ``TypeError`` when it says anything else."""
    reason = guard.check(attempt)
    if not isinstance(reason, str | None):
        message = f"guard {guard.name} may not answer {reason!r}"
        raise TypeError(message)
    return reason


def check_move(
    workflow: Workflow,
    move: Move,
    attempt: MoveAttempt,
    *,
    ask: Callable[[Guard, MoveAttempt], str | None] = ask_guard,
) -> tuple[Refusal, ...]:
    """Return every reason why ``move`` is not possible; an empty tuple lets it pass.

    All rules are asked, so that the person sees the whole list at once. Guards are asked through ``ask``.
    """
    refusals: list[Refusal] = []
    state = str(attempt.ticket["state"])
    if state not in move.from_states:
        refusals.append(Refusal("from_state", msg("工单当前的状态不允许这一步"), move.clauses))
    if move.roles and not set(move.roles).intersection(attempt.roles):
        refusals.append(
            Refusal(
                "role",
                msg("这一步须由以下角色执行：{roles}"),
                move.clauses,
                params={"roles": ", ".join(move.roles)},
            )
        )
    refusals += [
        Refusal("required", msg("必须填写"), move.clauses, field=name)
        for name in move.requires
        if is_empty(attempt.fields.get(name, attempt.given.get(name, attempt.ticket.get(name))))
    ]
    if move.needs_remark and is_empty(attempt.given.get("remark")):
        refusals.append(Refusal("remark", msg("请写明原因"), move.clauses, field="remark"))
    for name in move.guards:
        guard = workflow.guard(name)
        if reason := ask(guard, attempt):
            refusals.append(Refusal(guard.name, reason, guard.clauses or move.clauses, guard.field))
    target = workflow.state(move.to_state)
    if attempt.open_children and target is not None and not target.category.is_open:
        refusals.append(
            Refusal("open_children", msg("还有 {count} 个子工单未关闭"), params={"count": attempt.open_children})
        )
    return tuple(refusals)


def check_always(
    workflow: Workflow,
    attempt: MoveAttempt,
    *,
    ask: Callable[[Guard, MoveAttempt], str | None] = ask_guard,
) -> tuple[Refusal, ...]:
    """Return what the guards that hold at any time say to a ticket as ``attempt`` describes it."""
    answers = [(guard, ask(guard, attempt)) for guard in workflow.guards if guard.always]
    return tuple(Refusal(guard.name, reason, guard.clauses, guard.field) for guard, reason in answers if reason)


def is_empty(value: object) -> bool:
    """Tell whether a field is unfilled; zero and False are answers, a text in which nothing can be seen is not."""
    return value is None or (isinstance(value, str) and is_blank(value))


def _repeated(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name, count in Counter(names).items() if count > 1)
