"""What cannot be in a form kind beside what it says itself: names that nobody declares."""

from collections.abc import Collection, Iterator

from gongdan.domain.duties import CORE_FACTS, PERSONS
from gongdan.domain.duty_checks import Declared
from gongdan.domain.forms import OUTSIDER, TICKET_FACTS, FollowUp, FormKind
from gongdan.domain.policy_values import PolicyKind
from gongdan.domain.ticket_types import TicketType

#: Who may sign besides the declared roles; a form has no debtor.
SIGNERS = (*(name for name in PERSONS if name != "debtor"), OUTSIDER)


def form_problems(kind: FormKind, declared: Declared) -> tuple[str, ...]:
    """Name everything in a form kind that cannot be, as plain English for the plugin's author."""
    found = [*kind.problems()]
    found += [f"form {kind.name}: {problem}" for problem in _undeclared(kind, declared)]
    return tuple(found)


def _undeclared(kind: FormKind, declared: Declared) -> Iterator[str]:
    if not kind.ticket_types:
        yield "no ticket type is named"
    types = [declared.ticket_types[name] for name in kind.ticket_types if name in declared.ticket_types]
    yield from (f"no ticket type {name}" for name in kind.ticket_types if name not in declared.ticket_types)
    if types:
        yield from _of_ticket(kind, types)
    yield from _of_roles(kind, declared.roles)
    key = declared.policy_keys.get(kind.policy_key)
    if kind.policy_key and (key is None or key.kind is not PolicyKind.YES_NO):
        yield f"policy key {kind.policy_key} is no question of yes or no"
    for item in kind.items:
        if item.on_fail:
            yield from (f"item {item.name}: {problem}" for problem in _of_follow_up(item.on_fail, declared))


def _of_ticket(kind: FormKind, types: Collection[TicketType]) -> Iterator[str]:
    for ticket_type in types:
        for taken in kind.taken:
            if taken.name not in TICKET_FACTS and ticket_type.field(taken.name) is None:
                yield f"it takes {taken.name}, which {ticket_type.name} does not have"
    moves = {move.name for ticket_type in types for move in ticket_type.workflow.moves}
    yield from (f"no move {name}" for name in (*kind.required_at, *kind.begun_by) if name not in moves)
    facts = {field.name for ticket_type in types for field in ticket_type.fields} | {*CORE_FACTS}
    yield from (f"no field {each.field}" for each in kind.required_when if each.field not in facts)
    if kind.required_when and not kind.required_at:
        yield "it says when it is required, but at no move"


def _of_roles(kind: FormKind, roles: Collection[str]) -> Iterator[str]:
    filling = (role for block in kind.blocks for role in block.filled_by)
    told = (role for copy in kind.copies for role in copy.roles)
    yield from (f"no role {role}" for role in (*filling, *told) if role not in roles)
    signing = (name for box in kind.signatures for name in box.by)
    yield from (f"nobody is a {name}, to sign" for name in signing if name not in roles and name not in SIGNERS)


def _of_follow_up(wanted: FollowUp, declared: Declared) -> Iterator[str]:
    ticket_type = declared.ticket_types.get(wanted.ticket_type)
    if ticket_type is None:
        yield f"no ticket type {wanted.ticket_type}"
        return
    for name, value in (("severity", wanted.severity), ("category", wanted.category)):
        if value and not ticket_type.declares(name, value):
            yield f"{ticket_type.name} has no {name} {value}"
    yield from (f"{ticket_type.name} has no field {name}" for name, _ in wanted.fields if not ticket_type.field(name))
