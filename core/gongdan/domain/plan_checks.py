"""What cannot be in a plan rule: names that nobody declares, phases without an end, a start that never comes."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import StrEnum

from gongdan.domain.duty_checks import Declared, can_happen, of_people, of_shares, unknown_names
from gongdan.domain.fields import FieldKind
from gongdan.domain.plans import CatchUp, ClosedTickets, OccupiedAssets, PlanRule, RestDays
from gongdan.domain.policy import PolicyKey
from gongdan.domain.policy_values import PolicyKind
from gongdan.domain.ticket_types import TicketType

#: People whom only a ticket has; they are not to be taken for roles of that name.
_OF_TICKETS = ("assignee", "owner", "supervisor", "department_head")


def plan_problems(rule: PlanRule, declared: Declared, asset_kinds: Collection[str]) -> tuple[str, ...]:
    """Name everything in a rule that cannot be, as plain English for the plugin's author."""
    types = [declared.ticket_types[name] for name in rule.ticket_types if name in declared.ticket_types]
    found = [f"no ticket type {name}" for name in rule.ticket_types if name not in declared.ticket_types]
    found += _of_company(rule) if rule.is_standing else _of_tickets(rule, types)
    found += _of_phases(rule)
    found += _of_keys(rule, declared.policy_keys)
    found += _of_sample(rule, declared, asset_kinds)
    found += of_people(rule.duty, declared.roles)
    found += of_shares(rule.duty)
    return tuple(f"plan rule {rule.name}: {problem}" for problem in found)


def _of_company(rule: PlanRule) -> Iterator[str]:
    if not (rule.starts.is_empty and rule.ends.is_empty) or rule.anchor_field or rule.after_closing:
        yield "a plan of the company begins and ends with its plugin and has no ticket"
    yield from (f"a plan of the company has no {name}" for name in rule.owed_by if name in _OF_TICKETS)


def _of_tickets(rule: PlanRule, types: Sequence[TicketType]) -> Iterator[str]:
    for what, trigger in (("starts", rule.starts), ("ends", rule.ends)):
        yield from (f"{what} with an unknown {problem}" for problem in unknown_names(trigger, types))
    yield from (f"its start never happens for {each.name}" for each in types if not can_happen(rule.starts, each))
    fields = [field for each in types if (field := each.field(rule.anchor_field))]
    if rule.anchor_field and not any(field.kind in {FieldKind.DATE, FieldKind.DATETIME} for field in fields):
        yield f"there is no field {rule.anchor_field} with a date"


def _of_phases(rule: PlanRule) -> Iterator[str]:
    if not rule.phases:
        yield "it has no phase"
    if any(not phase.until for phase in rule.phases[:-1]):
        yield "a phase without an end has others after it"


def _of_keys(rule: PlanRule, keys: Mapping[str, PolicyKey]) -> Iterator[str]:
    wanted = [(phase.recurrence, PolicyKind.RECURRENCE) for phase in rule.phases]
    wanted += [(phase.until, PolicyKind.PERIOD) for phase in rule.phases if phase.until]
    wanted += [(name, PolicyKind.LIMIT) for name in rule.duty.policy_keys]
    wanted += [(rule.window, PolicyKind.HOURS)] if rule.window else []
    wanted += [(rule.sample.share, PolicyKind.PERCENT)] if rule.sample and rule.sample.share else []
    if not rule.limit:
        yield "it names no limit"
    for name, kind in wanted:
        if name not in keys:
            yield f"unknown policy key {name}"
        elif keys[name].kind is not kind:
            yield f"policy key {name} is no {kind}"
    yield from _of_choice(rule.rest_days, RestDays, keys)
    yield from _of_choice(rule.catch_up, CatchUp, keys)


def _of_choice(name: str, known: type[StrEnum], keys: Mapping[str, PolicyKey]) -> Iterator[str]:
    """See that a value is one of those known, or the key of a choice among them."""
    allowed = {each.value for each in known}
    if name in allowed:
        return
    if name not in keys:
        yield f"{name} is neither a policy key nor one of {', '.join(sorted(allowed))}"
    elif keys[name].kind is not PolicyKind.CHOICE or {choice.value for choice in keys[name].choices} - allowed:
        yield f"policy key {name} is no choice among {', '.join(sorted(allowed))}"


def _of_sample(rule: PlanRule, declared: Declared, asset_kinds: Collection[str]) -> Iterator[str]:
    source = rule.sample.source if rule.sample else None
    if isinstance(source, OccupiedAssets) and source.kind not in asset_kinds:
        yield f"no asset kind {source.kind}"
    if isinstance(source, OccupiedAssets) and not source.roles:
        yield "nothing says which links make an asset occupied"
    if isinstance(source, ClosedTickets) and source.type not in declared.ticket_types:
        yield f"no ticket type {source.type}"
