"""What a change of a ticket does to its duties, by the rule alone."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from gongdan.domain.duties import (
    Change,
    Condition,
    Consequence,
    DutyKind,
    DutyRule,
    DutyState,
    Happening,
    KnownDuty,
    OnReopen,
    OnSeverity,
    Trigger,
    Verb,
    consequences,
)
from gongdan.domain.workflow import StateCategory

RULE = DutyRule(
    name="sample.answer",
    label="答复",
    kind=DutyKind.ANSWER,
    ticket_types=("sample_repair",),
    starts=Trigger(on_opened=True),
    stops=Trigger(states=("working",)),
    limit={"major": "sample.quick", "": "sample.slow"},
    pauses_in=(StateCategory.WAITING_CUSTOMER,),
    promised_field="appointment",
)

NEW = {"state": "new", "state_category": "new", "round": 1, "severity": "minor"}


def change(
    kind: Happening = Happening.CHANGED, before: Mapping[str, object] = NEW, move: str = "", **after: object
) -> Change:
    """Return a change from ``before`` to that with the values given."""
    return Change(kind=kind, before=before, after={**before, **after}, move=move)


OPENED = Change(kind=Happening.OPENED, before={}, after=NEW)


def duty(state: DutyState = DutyState.OPEN, *, round: int = 1, is_live: bool = True) -> KnownDuty:  # noqa: A002 -- the name of the field
    """Return a duty of the rule."""
    return KnownDuty(id=uuid4(), round=round, state=state, is_live=is_live)


def done(
    rule: DutyRule, what: Change, *known: KnownDuty, at_night: bool = False
) -> list[tuple[Verb, UUID | None, str]]:
    """Return what a change does."""
    steps = consequences(rule, what, known, at_night=at_night)
    return [(step.verb, step.duty_id, step.event) for step in steps]


# --- Beginning -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trigger", "what", "event"),
    [
        (Trigger(on_opened=True), OPENED, "opened"),
        (Trigger(states=("new",)), OPENED, "state:new"),
        (Trigger(categories=(StateCategory.NEW,)), OPENED, "category:new"),
        (Trigger(on_fields=("severity",)), OPENED, "field:severity"),
        (Trigger(on_reopened=True), change(Happening.REOPENED, round=2), "reopened"),
        (Trigger(moves=("dispatch",)), change(Happening.MOVED, move="dispatch"), "move:dispatch"),
        (Trigger(on_fields=("finding",)), change(finding="valid"), "field:finding"),
    ],
)
def test_each_trigger_begins_a_duty(trigger: Trigger, what: Change, event: str) -> None:
    rule = replace(RULE, starts=trigger, promised_field="")
    assert done(rule, what) == [(Verb.START, None, event)]


def test_what_stays_as_it_was_begins_nothing() -> None:
    rule = replace(RULE, starts=Trigger(states=("new",), on_fields=("finding",)))
    assert done(rule, change(finding=None)) == []


def test_a_duty_begins_once_a_round_unless_it_repeats() -> None:
    rule = replace(RULE, starts=Trigger(moves=("reply",)))
    again = change(Happening.MOVED, move="reply")
    met = duty(DutyState.DONE, is_live=False)
    assert done(rule, again, met) == []
    assert done(replace(rule, repeats=True), again, met) == [(Verb.START, None, "move:reply")]
    assert done(replace(rule, repeats=True), again, duty()) == []
    assert done(rule, again, duty(DutyState.CANCELLED, is_live=False)) == [(Verb.START, None, "move:reply")]


def test_a_correction_of_a_closed_ticket_begins_nothing() -> None:
    closed = {**NEW, "state": "closed", "state_category": "closed"}
    rule = replace(RULE, starts=Trigger(on_fields=("finding",)))
    assert done(rule, change(before=closed, finding="valid")) == []


@pytest.mark.parametrize(
    ("condition", "begins"),
    [
        (Condition("severity", ("minor",)), True),
        (Condition("severity", ("major",)), False),
        (Condition("is_urgent", ("no",)), False),
        (Condition("is_urgent", ("",)), True),
        (Condition("night", ("yes",)), True),
        (Condition("night", ("no",)), False),
    ],
)
def test_conditions_are_asked_when_it_begins(condition: Condition, begins: bool) -> None:  # noqa: FBT001 -- a column of the table
    assert bool(done(replace(RULE, when=(condition,)), OPENED, at_night=True)) is begins


def test_a_severity_that_the_rule_does_not_know_begins_nothing() -> None:
    assert done(replace(RULE, limit={"major": "sample.quick"}), OPENED) == []


# --- Ending --------------------------------------------------------------------------------------


def test_the_end_goes_before_the_beginning() -> None:
    rule = replace(RULE, starts=Trigger(states=("working",)), repeats=True)
    live = duty()
    moved = change(Happening.MOVED, move="dispatch", state="working", state_category="waiting_us")
    assert done(rule, moved, live) == [(Verb.MEET, live.id, "state:working"), (Verb.START, None, "state:working")]


@pytest.mark.parametrize(
    ("rule", "verb", "event"),
    [
        (RULE, Verb.CANCEL, "closed"),
        (replace(RULE, stops=Trigger(categories=(StateCategory.CLOSED,))), Verb.MEET, "category:closed"),
        (replace(RULE, cancels=Trigger(moves=("close",))), Verb.CANCEL, "move:close"),
    ],
)
def test_closing_ends_what_is_owed(rule: DutyRule, verb: Verb, event: str) -> None:
    live = duty()
    closing = change(Happening.MOVED, move="close", state="closed", state_category="closed")
    assert done(rule, closing, live) == [(verb, live.id, event)]
    assert done(replace(RULE, after_closing=True), closing, live) == []


def test_a_void_ticket_owes_nothing_not_even_what_outlives_closing() -> None:
    live = duty(DutyState.MISSED)
    void = change(Happening.MOVED, move="void", state="void", state_category="void")
    assert done(replace(RULE, after_closing=True), void, live) == [(Verb.CANCEL, live.id, "void")]


def test_a_condition_that_ceases_to_hold_cancels() -> None:
    rule, live = replace(RULE, when=(Condition("finding", ("valid",)),)), duty()
    valid = {**NEW, "finding": "valid"}
    assert done(rule, change(before=valid, finding="invalid"), live) == [(Verb.CANCEL, live.id, "not_applicable")]
    assert done(rule, change(before=valid, subject="漏水"), live) == []


# --- Severity, rounds, pauses --------------------------------------------------------------------


def test_another_severity_restarts_what_does_not_keep_to_the_first() -> None:
    live = duty()
    raised = change(severity="major")
    assert done(RULE, raised, live) == [(Verb.RESTART, live.id, "field:severity")]
    assert done(replace(RULE, on_severity=OnSeverity.KEEP), raised, live) == []


def test_reopening_begins_again_goes_on_or_does_nothing() -> None:
    met, missed = duty(DutyState.DONE, is_live=False), duty(DutyState.MISSED)
    again = change(Happening.REOPENED, move="reopen", round=2)
    restart, resume = (replace(RULE, on_reopen=what) for what in (OnReopen.RESTART, OnReopen.RESUME))
    assert done(RULE, again, met) == []
    assert done(restart, again, met) == [(Verb.START, met.id, "reopened")]
    assert done(resume, again, met) == [(Verb.RESUME_ROUND, met.id, "reopened")]
    assert done(restart, again, missed) == [
        (Verb.SUPERSEDE, missed.id, "reopened"), (Verb.START, missed.id, "reopened"),
    ]  # fmt: skip
    assert done(resume, again, missed) == []
    assert done(restart, again) == []


def test_waiting_for_the_customer_stops_the_clock_and_coming_back_lets_it_go_on() -> None:
    live, paused = duty(), duty(DutyState.PAUSED)
    asked = change(Happening.MOVED, state="waiting", state_category="waiting_customer")
    assert done(RULE, asked, live) == [(Verb.PAUSE, live.id, "state:waiting")]
    back = change(Happening.MOVED, before=asked.after, state="triage", state_category="triage")
    assert done(RULE, back, paused) == [(Verb.GO_ON, paused.id, "state:triage")]
    assert done(RULE, asked, duty(DutyState.MISSED)) == []


def test_a_promise_and_another_assignee_are_looked_at_again() -> None:
    live = duty()
    assert consequences(RULE, change(appointment="2026-03-05T15:00"), [live], at_night=False) == (
        Consequence(Verb.PROMISE, live.id, "field:appointment"),
    )
    assert done(RULE, change(assignee="somebody"), live) == [(Verb.OWE, live.id, "")]


def test_a_wait_that_is_to_last_until_another_day_begins_anew() -> None:
    rule, paused = replace(RULE, expected_field="resume_on"), duty(DutyState.PAUSED)
    waiting = {**NEW, "state": "asked", "state_category": StateCategory.WAITING_CUSTOMER, "resume_on": "2026-03-06"}
    assert done(rule, change(before=waiting, resume_on="2026-03-09"), paused) == [
        (Verb.GO_ON, paused.id, "field:resume_on"),
        (Verb.PAUSE, paused.id, "field:resume_on"),
    ]
    assert done(RULE, change(before=waiting, resume_on="2026-03-09"), paused) == []
