"""What cannot be in an approval rule: names that nobody declares, steps without people, amounts that nobody decides."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from gongdan.domain.approvals import DECIDER, OF_STEP, TICKET, ApprovalRule, ApprovalStep
from gongdan.domain.duties import CORE_FACTS, PERSONS
from gongdan.domain.duty_checks import Declared, can_happen, of_conditions, of_people, of_shares, unknown_names
from gongdan.domain.fields import FieldKind
from gongdan.domain.policy import PolicyKey
from gongdan.domain.policy_values import PolicyKind
from gongdan.domain.ticket_types import TicketType

_AMOUNTS = frozenset({PolicyKind.MONEY, PolicyKind.INTEGER})
_NUMBERS = frozenset({FieldKind.MONEY, FieldKind.INTEGER, FieldKind.DECIMAL})


def approval_problems(rule: ApprovalRule, declared: Declared) -> tuple[str, ...]:
    """Name everything in a rule that cannot be, as plain English for the plugin's author."""
    types = [declared.ticket_types[name] for name in rule.ticket_types if name in declared.ticket_types]
    found = [f"no ticket type {name}" for name in rule.ticket_types if name not in declared.ticket_types]
    found += [f"its name has {OF_STEP} in it"] if OF_STEP in rule.name else []
    found += _of_subject(rule, types)
    found += _of_steps(rule, declared.roles)
    found += _of_limits(rule, declared.roles)
    found += _of_keys(rule, declared.policy_keys)
    duty = rule.duties[next(iter(rule.duties))]
    found += of_shares(duty)
    found += [problem for problem in of_people(duty, declared.roles) if problem.startswith("rung")]
    return tuple(f"approval rule {rule.name}: {problem}" for problem in found)


# --- What it is about --------------------------------------------------------------------------------------------


def _of_subject(rule: ApprovalRule, types: Sequence[TicketType]) -> Iterator[str]:
    if rule.subject_kind != TICKET:
        if rule.ticket_types or not rule.starts.is_empty:
            yield f"one about {rule.subject_kind} has no ticket that could start it"
        return
    if not rule.ticket_types:
        yield "no ticket type is named"
        return
    if not types:
        return
    moves = {move.name for each in types for move in each.workflow.moves}
    yield from (f"it blocks an unknown move {name}" for name in rule.blocks if name not in moves)
    yield from (f"starts with an unknown {problem}" for problem in unknown_names(rule.starts, types))
    if not rule.starts.is_empty:
        yield from (f"its start never happens for {each.name}" for each in types if not can_happen(rule.starts, each))
    yield from of_conditions(rule.when, types)
    yield from _of_fields(rule, types)


def _of_fields(rule: ApprovalRule, types: Sequence[TicketType]) -> Iterator[str]:
    known = {field.name for each in types for field in each.fields}
    yield from (f"unknown field {name}" for name in rule.fields if name not in known | set(CORE_FACTS))
    amounts = [field for each in types if (field := each.field(rule.amount_field))]
    if rule.amount_field and not any(field.kind in _NUMBERS for field in amounts):
        yield f"there is no field {rule.amount_field} with an amount"


# --- Who is asked ------------------------------------------------------------------------------------------------


def _of_steps(rule: ApprovalRule, roles: Collection[str]) -> Iterator[str]:
    if not rule.steps:
        yield "it has no step"
    for step in rule.steps:
        yield from (f"step {step.label}: {problem}" for problem in _of_step(rule, step, roles))
    yield from (f"unknown role {name}" for name in rule.asked_by if name not in roles)
    yield from (f"unknown role {name}" for name in rule.reversed_by if name not in {DECIDER, *roles})


def _of_step(rule: ApprovalRule, step: ApprovalStep, roles: Collection[str]) -> Iterator[str]:
    if step.line == bool(step.approvers):
        yield "it is either up the line or names its approvers"
    yield from (f"unknown role {name}" for name in step.approvers if name not in {*PERSONS, *roles} - {"debtor"})
    if step.quorum < 0:
        yield f"a quorum of {step.quorum}"
    if step.above and not rule.amount_field:
        yield "it is needed above an amount, and there is none"
    if step.above and rule.limits.keys() & set(step.approvers):
        yield "a level with a limit is needed by that limit, not above another amount"


def _of_limits(rule: ApprovalRule, roles: Collection[str]) -> Iterator[str]:
    yield from (f"unknown role {name}" for name in rule.limits if name not in roles)
    if rule.guards_notes and not rule.limits:
        yield "it guards what is written by limits, and there are none"
    if not rule.limits:
        return
    if not rule.amount_field:
        yield "it has limits, and no amount"
    levels = [set(step.approvers) & rule.limits.keys() for step in rule.steps]
    has_line = any(step.line for step in rule.steps)
    if has_line and any(levels):
        yield "a line has its own levels; no step beside it may be one"
    decides_all = rule.top_roles if has_line else [name for level in levels for name in level if not rule.limits[name]]
    if not decides_all:
        yield "nobody decides an amount beyond all limits"


# --- Figures -----------------------------------------------------------------------------------------------------


def _of_keys(rule: ApprovalRule, keys: Mapping[str, PolicyKey]) -> Iterator[str]:
    limits = (*(step.limit for step in rule.steps), rule.word_of_mouth, *(rung.after for rung in rule.ladder))
    yield from (f"unknown policy key {name}" for name in rule.policy_keys if name not in keys)
    for name in rule.amount_keys:
        if name in keys and keys[name].kind not in _AMOUNTS:
            yield f"policy key {name} is no amount"
    for name in filter(None, limits):
        if name in keys and keys[name].kind is not PolicyKind.LIMIT:
            yield f"policy key {name} is no limit"
