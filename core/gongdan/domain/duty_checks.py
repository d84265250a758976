"""What cannot be in a duty rule: names that nobody declares, a start or an end that never comes, nobody to tell."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from gongdan.domain.duties import CORE_FACTS, NIGHT, PERSONS, Condition, DutyRule, Rung, Trigger
from gongdan.domain.fields import Choice, FieldKind
from gongdan.domain.policy import PolicyKey
from gongdan.domain.policy_values import PolicyKind
from gongdan.domain.ticket_types import TicketType

_HUNDRED = 100
_CHOICES = ("severity", "category", "cause", "finding")


@dataclass(frozen=True, slots=True)
class Declared:
    """What duty rules may name."""

    ticket_types: Mapping[str, TicketType]
    roles: Collection[str]
    policy_keys: Mapping[str, PolicyKey]


def problems(rule: DutyRule, declared: Declared) -> tuple[str, ...]:
    """Name everything in a rule that cannot be, as plain English for the plugin's author."""
    types = [declared.ticket_types[name] for name in rule.ticket_types if name in declared.ticket_types]
    found = [f"no ticket type {name}" for name in rule.ticket_types if name not in declared.ticket_types]
    if not rule.ticket_types:
        found.append("no ticket type is named")
    if types:
        found += _of_triggers(rule, types)
        found += of_conditions(rule.when, types)
        found += _of_severities(rule, types)
        found += _of_dates(rule, types)
    found += _of_policy(rule, declared.policy_keys)
    found += of_people(rule, declared.roles)
    return tuple(f"duty rule {rule.name}: {problem}" for problem in found)


# --- Starts, stops -----------------------------------------------------------------------------------------------


def _of_triggers(rule: DutyRule, types: Collection[TicketType]) -> Iterator[str]:
    for what, trigger in (("starts", rule.starts), ("stops", rule.stops), ("cancels", rule.cancels)):
        yield from (f"{what} with an unknown {problem}" for problem in unknown_names(trigger, types))
    for ticket_type in types:
        if not can_happen(rule.starts, ticket_type):
            yield f"its start never happens for {ticket_type.name}"
        if not can_happen(rule.stops, ticket_type):
            yield f"its end never happens for {ticket_type.name}"


def unknown_names(trigger: Trigger, types: Collection[TicketType]) -> Iterator[str]:
    """Name what a trigger waits for that no ticket type has."""
    moves = {move.name for ticket_type in types for move in ticket_type.workflow.moves}
    states = {state.name for ticket_type in types for state in ticket_type.workflow.states}
    fields = {field.name for ticket_type in types for field in ticket_type.fields} | set(CORE_FACTS)
    yield from (f"move {name}" for name in trigger.moves if name not in moves)
    yield from (f"state {name}" for name in trigger.states if name not in states)
    yield from (f"field {name}" for name in trigger.on_fields if name not in fields)


def can_happen(trigger: Trigger, ticket_type: TicketType) -> bool:
    """Tell whether anything of a ticket type sets a trigger off."""
    flow = ticket_type.workflow
    entered = [flow.initial, *(state for move in flow.moves if (state := flow.state(move.to_state)))]
    if trigger.on_opened or any(flow.move(name) for name in trigger.moves):
        return True
    if any(state.name in trigger.states or state.category in trigger.categories for state in entered):
        return True
    if any(name in CORE_FACTS or ticket_type.field(name) for name in trigger.on_fields):
        return True
    return trigger.on_reopened and any(_reopens(ticket_type, move.name) for move in flow.moves)


def _reopens(ticket_type: TicketType, name: str) -> bool:
    flow = ticket_type.workflow
    move = flow.move(name)
    if move is None:
        return False
    ends = [state for name in move.from_states if (state := flow.state(name)) and not state.category.is_open]
    target = flow.state(move.to_state)
    return move.new_round or bool(ends and target and target.category.is_open)


# --- Conditions, promises ----------------------------------------------------------------------------------------


def of_conditions(when: Collection[Condition], types: Collection[TicketType]) -> Iterator[str]:
    """Name the conditions that no ticket of these types can meet."""
    for condition in when:
        possible = [_possible(condition, ticket_type) for ticket_type in types]
        if all(values is None for values in possible):
            yield f"asks for an unknown field {condition.field}"
            continue
        known = {value for values in possible for value in values or ()}
        yield from (f"{condition.field} is never {value}" for value in condition.values if known and value not in known)
        if not condition.values:
            yield f"its start never happens: {condition.field} has to be one of nothing"


def _of_severities(rule: DutyRule, types: Collection[TicketType]) -> Iterator[str]:
    if not isinstance(rule.limit, str):
        severities = {choice.value for ticket_type in types for choice in ticket_type.severities}
        yield from (f"severity is never {value}" for value in rule.limit if value and value not in severities)


def _possible(condition: Condition, ticket_type: TicketType) -> Collection[str] | None:
    """Return the values that a field can have, nothing for any, None when there is no such field."""
    if condition.field == NIGHT:
        return ("yes", "no")
    if condition.field in _CHOICES:
        return _values(ticket_type.choices(condition.field))
    if condition.field in CORE_FACTS:
        return ()
    found = ticket_type.field(condition.field)
    if found is None:
        return None
    return ("yes", "no", "") if found.kind is FieldKind.BOOLEAN else _values(found.choices)


def _values(choices: Collection[Choice]) -> Collection[str]:
    return (*(choice.value for choice in choices), "") if choices else ()


def _of_dates(rule: DutyRule, types: Collection[TicketType]) -> Iterator[str]:
    for name, kind, what in (
        (rule.promised_field, FieldKind.DATETIME, "a date and time"),
        (rule.expected_field, FieldKind.DATE, "a date"),
    ):
        found = [ticket_type.field(name) for ticket_type in types]
        if name and not any(each and each.kind is kind for each in found):
            yield f"there is no field {name} with {what}"
    if rule.expected_field and not rule.pauses_in:
        yield f"it never stands still until {rule.expected_field}"


# --- Figures, people ---------------------------------------------------------------------------------------------


def _of_policy(rule: DutyRule, keys: Mapping[str, PolicyKey]) -> Iterator[str]:
    for name in rule.policy_keys:
        if name not in keys:
            yield f"unknown policy key {name}"
        elif keys[name].kind is not PolicyKind.LIMIT:
            yield f"policy key {name} is no limit"
    if not rule.limit and not rule.promised_field:
        yield "it names neither a limit nor a promised time"
    yield from of_shares(rule)


def of_shares(rule: DutyRule) -> Iterator[str]:
    """Name the shares of the time that are none."""
    shares = (*rule.warn_percents, *(rung.percent for rung in rule.ladder if rung.percent is not None))
    yield from (f"{share} % is not between 0 and 99" for share in shares if not 0 <= share < _HUNDRED)


def of_people(rule: DutyRule, roles: Collection[str]) -> Iterator[str]:
    """Name who cannot owe a duty or be told of it."""
    known = {*PERSONS, *roles}
    if not rule.owed_by:
        yield "nobody owes it"
    yield from (f"unknown role {name}" for name in rule.owed_by if name not in known or name == "debtor")
    for rung in rule.ladder:
        yield from _of_rung(rung, known)


def _of_rung(rung: Rung, known: Collection[str]) -> Iterator[str]:
    if not rung.receivers:
        yield f"rung {rung.label} has no receivers"
    if rung.after and rung.percent is not None:
        yield f"rung {rung.label} comes both before and after the due time"
    yield from (f"rung {rung.label}: unknown role {name}" for name in rung.receivers if name not in known)
