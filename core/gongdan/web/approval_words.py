"""Approvals as pages say them: how one stands, what is approved, why these people, and what has followed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Flask

from gongdan.domain.approvals import EVERYBODY, ApprovalState, Outcome
from gongdan.domain.policy import describe_value
from gongdan.domain.ticket_types import TicketType
from gongdan.services.approval_rows import ApprovalStepView, ApprovalView
from gongdan.services.approval_words import OUTCOMES, SPOKEN_CHANNELS, STATES, end_words, label_of
from gongdan.services.duty_words import event_words, missing_words, reason_words
from gongdan.text import msg
from gongdan.web import shown
from gongdan.web.access import current_desk, installation
from gongdan.web.words import say, translator

_LOOKS: Mapping[ApprovalState, tuple[str, str]] = {
    ApprovalState.OPEN: ("waiting", "hourglass"),
    ApprovalState.APPROVED: ("done", "circle-check"),
    ApprovalState.SPOKEN: ("waiting", "message"),
    ApprovalState.REFUSED: ("late", "circle-x"),
    ApprovalState.RETURNED: ("late", "arrow-back-up"),
    ApprovalState.LAPSED: ("quiet", "ban"),
    ApprovalState.WITHDRAWN: ("quiet", "ban"),
}
_MARKS: Mapping[Outcome, str] = {
    Outcome.APPROVE: "circle-check",
    Outcome.REFUSE: "circle-x",
    Outcome.RETURN: "arrow-back-up",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One approved value, in words; ``now`` is what it has become since."""

    label: str
    value: str
    now: str = ""


def install(app: Flask) -> None:
    """Give templates the words of approvals."""
    app.jinja_env.globals.update(
        approval_state=state,
        approval_look=look,
        approval_icon=icon,
        approval_facts=facts,
        approval_end=end,
        approval_cause=cause,
        approval_figures=figures,
        approval_act=act,
        outcome_words=outcome,
        outcome_icon=outcome_icon,
        spoken_channel=spoken_channel,
        step_look=step_look,
        step_why=step_why,
        step_quorum=step_quorum,
    )


def state(approval: ApprovalView) -> str:
    """Return how an approval stands."""
    return say(STATES[approval.state])


def look(approval: ApprovalView) -> str:
    """Return the tone of its state."""
    return _LOOKS[approval.state][0]


def icon(approval: ApprovalView) -> str:
    """Return the icon of its state."""
    return _LOOKS[approval.state][1]


def outcome(given: Outcome) -> str:
    """Return what somebody decided."""
    return say(OUTCOMES[given])


def outcome_icon(given: Outcome | None) -> str:
    """Return the icon of what somebody decided; of an open circle while nobody has."""
    return _MARKS[given] if given else "circle"


def spoken_channel(name: str) -> str:
    """Return on which way somebody consented by word of mouth."""
    return say(SPOKEN_CHANNELS.get(name, name))


def facts(approval: ApprovalView) -> Sequence[Fact]:
    """Return the approved values, with what those are now that have changed since."""
    kind = _type_of(approval)
    return [
        Fact(
            say(label_of(name, kind)),
            _value(name, value, kind),
            _value(name, approval.end_values[name], kind) if name in approval.end_values else "",
        )
        for name, value in approval.values.items()
    ]


def end(approval: ApprovalView) -> str:
    """Return why it ended without a decision; empty when it did not."""
    if not approval.end_event:
        return ""
    sentence = end_words(approval.end_event, approval.end_values, _type_of(approval))
    return say(sentence.text, **sentence.params)


def cause(approval: ApprovalView) -> str:
    """Return what set it off; empty when somebody asked by hand."""
    if approval.event == "by_hand":
        return ""
    sentence = event_words(approval.event, _type_of(approval))
    return say(sentence.text, **sentence.params)


def act(approval: ApprovalView) -> str:
    """Return what was done on its strength."""
    kind = _type_of(approval)
    move = kind.workflow.move(approval.used_by) if kind else None
    return say(move.label) if move else approval.used_by


def figures(approval: ApprovalView) -> Sequence[tuple[str, str, bool]]:
    """Return the limits that counted: the question, the answer in words, whether nobody has decided it."""
    keys = installation().plugins.catalogue.policy_keys
    found = []
    for figure in approval.figures:
        key = keys.get(str(figure["key"]))
        if key is not None:
            text, params = describe_value(key, figure["text"])
            found.append((say(key.label), say(text, **params), figure["text"] is None))
    return found


def step_look(approval: ApprovalView, step: ApprovalStepView) -> str:
    """Return how a step looks: ``approve``, ``refuse``, ``return``, ``waiting``, ``spoken`` or ``ahead``."""
    if step.outcome:
        return step.outcome.value
    if any(each.is_spoken for each in step.decisions):
        return "spoken"
    if step.is_waiting:
        return "waiting"
    return "skipped" if approval.state is not ApprovalState.OPEN else "ahead"


def step_why(step: ApprovalStepView) -> str:
    """Return why it is these people, and whom the rule wanted but nobody is."""
    declared = installation().plugins.catalogue.roles
    roles = {owned.value.name: owned.value.label for owned in declared}
    why = reason_words(step.why, roles)
    told = say(why.text, **why.params)
    if step.is_beyond:
        told = say(msg("{why}；上级的权限都不够这个金额"), why=told)
    if missing := missing_words(step.why, roles):
        told = say(msg("{why}；没有可以审批的{missing}"), why=told, missing=missing)
    return told


def step_quorum(step: ApprovalStepView) -> str:
    """Return how many of its people have to consent; empty for a single one."""
    if len(step.people) < 2:  # noqa: PLR2004 -- one alone decides
        return ""
    if step.quorum == EVERYBODY:
        return say(msg("须全部同意"))
    if step.needed == 1:
        return say(msg("任一人决定"))
    return say(msg("须 {count} 人同意"), count=step.needed)


def _value(name: str, value: object, kind: TicketType | None) -> str:
    if value is None or value == "":
        return say(msg("未填"))
    declared = kind.field(name) if kind else None
    return shown.stored(declared, value) if declared else translator().join([str(value)])


def _type_of(approval: ApprovalView) -> TicketType | None:
    catalogue = current_desk().installation.plugins.catalogue
    rule = catalogue.approval_rules.get(approval.rule)
    types = [catalogue.ticket_types.get(name) for name in rule.ticket_types] if rule else []
    return next((each for each in types if each), None)
