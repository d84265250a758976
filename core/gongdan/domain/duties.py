"""Duties: who owes what by when, as rules that one can read aloud, and what a change of a ticket does to them.

Everything here is a value or a pure function. When something happens, by which calendar and for how long is for the
services to find out; which duties start, end, stand still or go on follows from the rule and the change alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from gongdan.domain.workflow import StateCategory, is_empty


class DutyKind(StrEnum):
    """What is owed, in the words that lists and boards sort by."""

    FORWARD = "forward"
    ANSWER = "answer"
    ON_SITE = "on_site"
    RESOLVE = "resolve"
    CALLBACK = "callback"
    REPORT = "report"
    APPROVE = "approve"
    VISIT = "visit"
    CHECK = "check"
    HAND_OVER = "hand_over"
    RECTIFY = "rectify"
    OTHER = "other"


class DutyState(StrEnum):
    """How a duty stands; it has exactly one of these."""

    #: Owed, and the clock runs.
    OPEN = "open"
    #: Owed, and the clock stands still.
    PAUSED = "paused"
    #: The due time has passed; owed still unless the duty has ended.
    MISSED = "missed"
    #: Met in time.
    DONE = "done"
    #: Met after the due time.
    LATE = "late"
    #: Somebody with the right to has let it go, with a reason.
    WAIVED = "waived"
    #: Nobody owes it any more: the ticket is void, merged, or the rule no longer applies.
    CANCELLED = "cancelled"
    #: Another one took its place before it was due.
    SUPERSEDED = "superseded"


class OnSeverity(StrEnum):
    """What another severity does to a duty that is owed."""

    #: A shorter limit starts a new clock from the change; a longer one is counted from the old start.
    RESTART = "restart"
    KEEP = "keep"


class OnReopen(StrEnum):
    """What reopening a ticket does to a duty of the round before."""

    #: A new one with the whole limit.
    RESTART = "restart"
    #: A new one that goes on where the old one stopped; the time between does not count.
    RESUME = "resume"
    IGNORE = "ignore"


class StartAt(StrEnum):
    """Where the clock begins."""

    EVENT = "event"
    #: At the event while the desk is open, else when it opens next.
    OPENING = "opening"


#: The condition that asks whether the desk was closed at the event: its values are ``yes`` and ``no``.
NIGHT = "night"

#: Core fields that conditions and triggers may name.
CORE_FACTS: tuple[str, ...] = (
    "severity",
    "category",
    "cause",
    "finding",
    "channel",
    "assignee",
    "owner",
    "department",
    "asset",
    "requester",
)

#: Who may owe or be told besides the declared roles.
PERSONS: tuple[str, ...] = ("assignee", "owner", "debtor", "department_head", "supervisor")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What sets something off; any of these does."""

    #: Names of moves.
    moves: tuple[str, ...] = ()
    #: States and categories, when they are entered.
    states: tuple[str, ...] = ()
    categories: tuple[StateCategory, ...] = ()
    on_opened: bool = False
    on_reopened: bool = False
    #: Core or typed fields, when they get a value or another one.
    on_fields: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing sets it off."""
        named = (*self.moves, *self.states, *self.categories, *self.on_fields)
        return not (named or self.on_opened or self.on_reopened)


@dataclass(frozen=True, slots=True)
class Condition:
    """A field has one of some values when the duty starts; ``yes`` and ``no`` for booleans and ``NIGHT``."""

    field: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One step of an escalation: when, and who is told.

    At the due time, unless ``after`` or ``percent`` says otherwise.
    """

    #: What the step is called, a source text.
    label: str
    #: Names of roles, or of ``PERSONS``; of a role everybody in the nearest department that has it.
    receivers: tuple[str, ...]
    #: Policy key with the span after the due time.
    after: str = ""
    #: Share of the time that has passed, in hundredths; 0 is at the start.
    percent: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyRule:
    """One thing somebody owes by a time, for tickets of some types."""

    #: Identifier, unique over all plugins: ``<plugin>.<name>``.
    name: str
    #: What is owed as the trade says it, a source text.
    label: str
    kind: DutyKind
    ticket_types: tuple[str, ...]
    starts: Trigger
    stops: Trigger
    #: What makes it groundless, beside a void ticket.
    cancels: Trigger = field(default_factory=Trigger)
    #: Policy key with the limit; or one for each severity, where ``""`` stands for any other.
    limit: str | Mapping[str, str] = ""
    when: tuple[Condition, ...] = ()
    #: Who owes it: the first of these that can be found. ``PERSONS`` or roles.
    owed_by: tuple[str, ...] = ("assignee", "department_head")
    start_at: StartAt = StartAt.EVENT
    pauses_in: tuple[StateCategory, ...] = ()
    #: Policy key with the longest time that it may stand still altogether; empty sets no bound.
    pause_cap: str = ""
    #: Shares of the time at which the debtor is warned, in hundredths.
    warn_percents: tuple[int, ...] = ()
    #: Policy keys with spans before the due time at which the debtor is warned.
    warn_leads: tuple[str, ...] = ()
    ladder: tuple[Rung, ...] = ()
    on_severity: OnSeverity = OnSeverity.RESTART
    on_reopen: OnReopen = OnReopen.IGNORE
    #: It starts again in the same round once it has been met, such as the next reply.
    repeats: bool = False
    #: It is owed although the ticket is closed, such as a callback.
    after_closing: bool = False
    #: A typed field with a moment that was promised; filled, it goes before the limit.
    promised_field: str = ""
    #: A typed field with the day on which a ticket that waits is expected to go on. A limit that names a moment, such
    #: as the same day, stands still no longer than to the beginning of that day.
    expected_field: str = ""
    clauses: tuple[str, ...] = ()

    def limit_key(self, severity: object) -> str | None:
        """Return the policy key of the limit; None when the rule says nothing of this severity."""
        if isinstance(self.limit, str):
            return self.limit
        return self.limit.get(str(severity or ""), self.limit.get(""))

    @property
    def policy_keys(self) -> tuple[str, ...]:
        """Return every policy key that the rule names."""
        limits = (self.limit,) if isinstance(self.limit, str) else tuple(self.limit.values())
        named = (*limits, self.pause_cap, *self.warn_leads, *(rung.after for rung in self.ladder))
        return tuple(dict.fromkeys(name for name in named if name))


# --- What a change does ------------------------------------------------------------------------------------------


class Happening(StrEnum):
    """What a change of a ticket is."""

    OPENED = "opened"
    MOVED = "moved"
    REOPENED = "reopened"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A ticket before and after something happened to it."""

    kind: Happening
    #: Facts by name: ``CORE_FACTS``, ``state``, ``state_category``, ``round`` and the typed fields; empty at first.
    before: Mapping[str, object]
    after: Mapping[str, object]
    #: Name of the move, if it is one.
    move: str = ""
    #: Why, in the words of whoever did it.
    remark: str = ""

    def entered(self, name: str) -> bool:
        """Tell whether a fact has got a value, or another one."""
        return not is_empty(self.after.get(name)) and self.after.get(name) != self.before.get(name)

    def touched(self, name: str) -> bool:
        """Tell whether a fact is another one now, or none."""
        return self.after.get(name) != self.before.get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDuty:
    """A duty of the rule and the ticket at hand, as far as rules need to know it."""

    id: UUID
    round: int
    state: DutyState
    #: Not ended: somebody owes it.
    is_live: bool


class Verb(StrEnum):
    """What happens to a duty."""

    MEET = "meet"
    CANCEL = "cancel"
    SUPERSEDE = "supersede"
    START = "start"
    #: Starts a duty of the new round with what was left of an old one.
    RESUME_ROUND = "resume_round"
    RESTART = "restart"
    PROMISE = "promise"
    PAUSE = "pause"
    GO_ON = "go_on"
    #: Look again who owes it.
    OWE = "owe"


@dataclass(frozen=True, slots=True)
class Consequence:
    """What a change does to one duty, or that it starts one."""

    verb: Verb
    #: The duty that it happens to; for a start the one that it follows, if any.
    duty_id: UUID | None = None
    #: What set it off: ``opened``, ``move:dispatch``, ``state:done``, ``field:finding`` …
    event: str = ""


#: Why a duty is cancelled, besides what a rule names.
VOID = "void"
CLOSED = "closed"
NOT_APPLICABLE = "not_applicable"
MERGED = "merged"

_ENDED_WELL = frozenset({DutyState.DONE, DutyState.LATE})
#: Facts on which it depends who owes a duty.
WHO = ("assignee", "owner", "department")


def fires(trigger: Trigger, change: Change) -> str:
    """Return what of ``change`` sets ``trigger`` off; empty when nothing does."""
    if trigger.on_opened and change.kind is Happening.OPENED:
        return "opened"
    if trigger.on_reopened and change.kind is Happening.REOPENED:
        return "reopened"
    if change.move and change.move in trigger.moves:
        return f"move:{change.move}"
    if change.entered("state") and change.after["state"] in trigger.states:
        return f"state:{change.after['state']}"
    if change.entered("state_category") and change.after["state_category"] in trigger.categories:
        return f"category:{change.after['state_category']}"
    return next((f"field:{name}" for name in trigger.on_fields if change.entered(name)), "")


def applies(rule: DutyRule, facts: Mapping[str, object], *, at_night: bool) -> bool:
    """Tell whether a ticket with these facts is one that the rule speaks of."""
    fits = meets(rule.when, {**facts, NIGHT: at_night})
    return fits and rule.limit_key(facts.get("severity")) is not None


def meets(when: Iterable[Condition], facts: Mapping[str, object]) -> bool:
    """Tell whether every condition holds for these facts."""
    return all(_text(facts.get(condition.field)) in condition.values for condition in when)


def consequences(
    rule: DutyRule, change: Change, known: Sequence[KnownDuty], *, at_night: bool
) -> tuple[Consequence, ...]:
    """Return what a change does to the duties of one rule, in the order in which it is to be done.

    ``known``: every duty of the rule and the ticket, the oldest first. ``at_night``: the desk is closed.
    """
    live = [duty for duty in known if duty.is_live]
    done = [step for duty in live if (step := _ending(rule, change, duty))]
    ended = {step.duty_id for step in done}
    left = [duty for duty in live if duty.id not in ended]
    begun = _beginning(rule, change, known, left, at_night=at_night)
    gone = {step.duty_id for step in begun if step.verb is Verb.SUPERSEDE}
    going_on = [step for duty in left if duty.id not in gone for step in _going_on(rule, change, duty)]
    return (*done, *begun, *going_on)


def _ending(rule: DutyRule, change: Change, duty: KnownDuty) -> Consequence | None:
    if change.entered("state_category") and change.after["state_category"] == StateCategory.VOID:
        return Consequence(Verb.CANCEL, duty.id, VOID)
    if event := fires(rule.cancels, change):
        return Consequence(Verb.CANCEL, duty.id, event)
    if event := fires(rule.stops, change):
        return Consequence(Verb.MEET, duty.id, event)
    closing = change.entered("state_category") and change.after["state_category"] == StateCategory.CLOSED
    if closing and not rule.after_closing:
        return Consequence(Verb.CANCEL, duty.id, CLOSED)
    return None if _still_applies(rule, change) else Consequence(Verb.CANCEL, duty.id, NOT_APPLICABLE)


def _still_applies(rule: DutyRule, change: Change) -> bool:
    """Tell whether no condition has ceased to hold; the night of the start stays the night of the start."""
    asked = [condition for condition in rule.when if condition.field != NIGHT and change.touched(condition.field)]
    if rule.on_severity is OnSeverity.KEEP:
        asked = [condition for condition in asked if condition.field != "severity"]
    elif change.touched("severity") and rule.limit_key(change.after.get("severity")) is None:
        return False
    return all(_text(change.after.get(condition.field)) in condition.values for condition in asked)


def _beginning(
    rule: DutyRule, change: Change, known: Sequence[KnownDuty], left: Sequence[KnownDuty], *, at_night: bool
) -> tuple[Consequence, ...]:
    if not applies(rule, change.after, at_night=at_night):
        return ()
    before = [duty for duty in known if duty.state is not DutyState.CANCELLED]
    if change.kind is Happening.REOPENED and rule.on_reopen is not OnReopen.IGNORE and before:
        return _again(rule, before[-1], left)
    event = fires(rule.starts, change)
    if not event or left or not may_begin(change):
        return ()
    if not rule.repeats and any(duty.round == change.after["round"] for duty in before):
        return ()
    return (Consequence(Verb.START, None, event),)


def may_begin(change: Change) -> bool:
    """Tell whether the ticket is open, or ends by this very change: a correction of an ended one begins nothing."""
    return StateCategory(str(change.after["state_category"])).is_open or change.entered("state_category")


def _again(rule: DutyRule, last: KnownDuty, left: Sequence[KnownDuty]) -> tuple[Consequence, ...]:
    if rule.on_reopen is OnReopen.RESUME:
        if left:
            return ()
        verb = Verb.RESUME_ROUND if last.state in _ENDED_WELL else Verb.START
        return (Consequence(verb, last.id, "reopened"),)
    superseded = tuple(Consequence(Verb.SUPERSEDE, duty.id, "reopened") for duty in left)
    return (*superseded, Consequence(Verb.START, last.id, "reopened"))


def _going_on(rule: DutyRule, change: Change, duty: KnownDuty) -> Iterable[Consequence]:
    if change.touched("severity") and rule.on_severity is OnSeverity.RESTART:
        yield Consequence(Verb.RESTART, duty.id, "field:severity")
    if rule.promised_field and change.touched(rule.promised_field):
        yield Consequence(Verb.PROMISE, duty.id, f"field:{rule.promised_field}")
    if any(map(change.touched, WHO)):
        yield Consequence(Verb.OWE, duty.id)
    stands_still = change.after["state_category"] in rule.pauses_in
    if stands_still and duty.state is DutyState.OPEN:
        yield Consequence(Verb.PAUSE, duty.id, f"state:{change.after['state']}")
    elif stands_still and duty.state is DutyState.PAUSED and change.touched(rule.expected_field):
        # Another day is expected: what is left of the wait begins now.
        yield Consequence(Verb.GO_ON, duty.id, f"field:{rule.expected_field}")
        yield Consequence(Verb.PAUSE, duty.id, f"field:{rule.expected_field}")
    elif not stands_still and duty.state is DutyState.PAUSED:
        yield Consequence(Verb.GO_ON, duty.id, f"state:{change.after['state']}")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
