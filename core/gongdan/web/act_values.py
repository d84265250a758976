"""Values of journal entries that are names of the program: states, roles, events, limits, moments and places."""

import re
from collections.abc import Mapping
from datetime import datetime

from flask import g

from gongdan.domain.limits import describe, read_limit
from gongdan.domain.plans import PlanState
from gongdan.domain.policy import describe_value
from gongdan.domain.secrecy import CLASS_LABELS, NOUNS, PARTS, REASONS, WAY_LABELS
from gongdan.domain.ticket_types import TicketType
from gongdan.errors import InvalidInput
from gongdan.language.sentences import spoken
from gongdan.services import approval_words
from gongdan.services.absences import ABSENCE_KINDS
from gongdan.services.duty_words import STATES
from gongdan.services.plan_words import PLAN_STATES, anchor_words
from gongdan.web import shown
from gongdan.web.access import current_desk, installation
from gongdan.web.duty_log import KINDS
from gongdan.web.words import say, translator

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)")
_DUTIES = ("duty", "plan_run")


def words() -> dict[tuple[str, str], Mapping[str, str]]:
    """Return source texts of stored values, by noun and name."""
    roles = {role.name: role.label for role in current_desk().roles.all()}
    rules = installation().plugins.catalogue
    labels = {owned.value.name: owned.value.label for owned in rules.duty_rules}
    labels |= {owned.value.name: owned.value.label for owned in rules.plan_rules}
    approvals = {owned.value.name: owned.value.label for owned in rules.approval_rules}
    found: dict[tuple[str, str], Mapping[str, str]] = {
        ("account", "roles"): roles,
        ("shift", "role"): roles,
        ("plan", "state"): {state.value: PLAN_STATES[state] for state in PlanState},
        ("absence", "kind"): ABSENCE_KINDS,
        ("approval", "rule"): approvals,
        ("approval", "state"): {state.value: text for state, text in approval_words.STATES.items()},
        ("approval", "outcome"): {outcome.value: text for outcome, text in approval_words.OUTCOMES.items()},
        ("approval", "channel"): approval_words.SPOKEN_CHANNELS,
        ("duty_log_entry", "kind"): {kind.value: text for kind, (text, _, _) in KINDS.items()},
    }
    for noun in NOUNS:
        found[noun, "parts"] = PARTS
        found[noun, "level"] = {level.value: label for level, label in CLASS_LABELS.items()}
        found[noun, "way"] = {way.value: label for way, label in WAY_LABELS.items()}
        found[noun, "reason_kind"] = {reason.value: reason.label for reason in REASONS}
    for noun in (*_DUTIES, "plan"):
        found[noun, "rule"] = labels
        found[noun, "debtor"] = roles
    for noun in _DUTIES:
        found[noun, "state"] = {state.value: text for state, text in STATES.items()}
    return found


def in_words(values: Mapping[str, object], noun: str) -> dict[str, object]:
    """Return the values of an entry with events, limits, moments and places in words."""
    told = {name: _told(noun, name, value, values) for name, value in values.items()}
    if told.get("label"):
        # The name of the rule would say the same once more.
        told.pop("rule", None)
    return told


def _told(noun: str, name: str, value: object, values: Mapping[str, object]) -> object:
    if isinstance(value, dict):
        return {key: _told(noun, key, one, value) for key, one in value.items()}
    if not isinstance(value, str) or not value:
        return value
    if _MOMENT.fullmatch(value):
        return shown.moment(datetime.fromisoformat(value))
    if noun in {*_DUTIES, "plan"}:
        return _of_duty(name, value, _ticket_type(str(values.get("rule", ""))))
    if (noun, name) == ("policy_line", "value"):
        return _decided(str(values.get("key", "")), value)
    return _place(value) if (noun, name) == ("department", "path") else value


def _of_duty(name: str, value: str, kind: TicketType | None) -> str:
    if name == "event":
        return spoken(anchor_words(value, kind), translator(), current_desk().zone)
    if name == "limit":
        try:
            text, params = describe(read_limit(value))
        except InvalidInput:
            return value
        return say(text, **params)
    if name == "because":
        state = kind.workflow.state(value) if kind else None
        return say(state.label) if state else value
    return value


def _decided(name: str, value: str) -> str:
    key = installation().plugins.catalogue.policy_keys.get(name)
    if key is None:
        return value
    text, params = describe_value(key, value)
    return say(text, **params)


def _ticket_type(rule_name: str) -> TicketType | None:
    catalogue = installation().plugins.catalogue
    rule = catalogue.rule_of_duty(rule_name)
    return catalogue.ticket_types.get(rule.ticket_types[0]) if rule and rule.ticket_types else None


def _place(path: str) -> str:
    """Return the names of a department and of those above it; a code that no department has any more stays."""
    if "act_departments" not in g:
        g.act_departments = {one.code: one.name for one in current_desk().departments.all()}
    names: Mapping[str, str] = g.act_departments
    return " / ".join(names.get(code, code) for code in path.strip("/").split("/"))
