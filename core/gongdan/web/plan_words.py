"""Plans as pages show them: how a run stands, how often a plan comes, and the runs of a ticket as a strip."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from flask import Flask

from gongdan.domain.duties import DutyState
from gongdan.domain.plans import RunState
from gongdan.domain.policy import describe_value
from gongdan.domain.ticket_types import TicketType
from gongdan.language.sentences import spoken
from gongdan.services.plan_days import PolicyAnswer, PreviewDay
from gongdan.services.plan_rows import PlanView, RunView
from gongdan.services.plan_words import RUN_STATES, anchor_words
from gongdan.text import msg
from gongdan.web import shown
from gongdan.web.access import current_desk, may
from gongdan.web.words import say, translator

#: Runs of a ticket's strip, the latest ones, and days to come after them.
_STRIP_RUNS, _STRIP_DAYS = 8, 3
#: How far a strip looks ahead.
_STRIP_AHEAD = timedelta(days=400)

#: Look and icon of a run, by its state; the style sheet knows the looks.
_LOOKS: Mapping[RunState, tuple[str, str]] = {
    RunState.OPEN: ("open", "circle-dot"),
    RunState.DONE: ("done", "circle-check"),
    RunState.LATE: ("after", "clock-exclamation"),
    RunState.MISSED: ("missed", "alert-circle"),
    RunState.WAIVED: ("quiet", "ban"),
    RunState.CANCELLED: ("quiet", "x"),
}
_ABOUT: Mapping[str, str] = {
    "recurrence": msg("多久一次"),
    "until": msg("到起点之后多久为止"),
    "limit": msg("多久内完成"),
    "window": msg("办理时段"),
    "rest_days": msg("计划日不上班"),
    "catch_up": msg("错过的怎么办"),
    "share": msg("抽取比例"),
}


@dataclass(frozen=True, slots=True)
class Owed:
    """The due time of a run, as ``due_times.due`` takes it."""

    state: DutyState
    started_at: datetime
    due_at: datetime | None
    is_provisional: bool
    missed_at: datetime | None
    ended_at: datetime | None

    @property
    def is_undecided(self) -> bool:
        """Tell whether nobody has decided the limit."""
        return self.due_at is None


@dataclass(frozen=True, slots=True)
class Strip:
    """A plan of a ticket with its runs, the oldest first, and the days to come."""

    plan: PlanView
    runs: Sequence[RunView]
    ahead: Sequence[PreviewDay]


def is_late(run: RunView) -> bool:
    """Tell whether a run is owed and its time has passed, whether or not the miss has been told already."""
    return run.is_live and (run.state is RunState.MISSED or (run.due_at is not None and run.due_at < shown.now()))


def look(run: RunView) -> str:
    """Return the look of a run: open, done, after, missed or quiet."""
    return "missed" if is_late(run) else _LOOKS[run.state][0]


def icon(run: RunView) -> str:
    """Return the icon of a run."""
    return "alert-circle" if is_late(run) else _LOOKS[run.state][1]


def state(run: RunView) -> str:
    """Return how a run stands, in words."""
    return say(RUN_STATES[RunState.MISSED if is_late(run) else run.state])


def owed(run: RunView) -> Owed:
    """Return the due time of a run."""
    is_missed, is_over = run.state is RunState.MISSED, not run.is_live
    return Owed(
        state=DutyState.MISSED if is_missed else DutyState.OPEN,
        started_at=run.begins_at,
        due_at=run.due_at,
        is_provisional=run.is_provisional,
        missed_at=run.due_at if is_missed else None,
        ended_at=(run.done_at or run.due_at or run.begins_at) if is_over else None,
    )


def value_words(answer: PolicyAnswer) -> str:
    """Return what the policy answers, in words."""
    text, params = describe_value(answer.key, answer.value.text)
    return say(text, **params)


def about_words(answer: PolicyAnswer) -> str:
    """Return what an answer of the policy is about."""
    return say(_ABOUT[answer.about])


def often(answers: Sequence[PolicyAnswer]) -> str:
    """Return how often a plan comes, its phases one after the other; empty while one of them is undecided."""
    return say(msg("；")).join(_phases(answers))


def shift_words(nominal: date, day: date) -> str:
    """Return why a run is not on the day that the recurrence gives."""
    return say(msg("按周期应为 {nominal}，当天不上班，改在 {day}"), nominal=nominal, day=day)


def event(plan: PlanView, name: str) -> str:
    """Return what set a plan's anchor, or ended it."""
    return spoken(anchor_words(name, _ticket_type(plan)), translator(), current_desk().zone)


def strips(ticket_id: UUID) -> Sequence[Strip]:
    """Return the plans of a ticket as strips; none for who may not see plans."""
    if not may("plan.view"):
        return ()
    plans = current_desk().plans
    today = shown.now().astimezone(shown.zone()).date()
    return [
        Strip(
            plan,
            plans.runs(plan.id, limit=_STRIP_RUNS)[::-1],
            plans.ahead(today + _STRIP_AHEAD, plan.id).get(plan.id, ())[:_STRIP_DAYS],
        )
        for plan in plans.of_ticket(ticket_id)
    ]


def install(app: Flask) -> None:
    """Give templates the words of plans."""
    app.jinja_env.globals.update(
        run_look=look, run_icon=icon, run_state=state, run_owed=owed, shift_words=shift_words,
        policy_words=value_words, policy_about=about_words, plan_event=event,
    )  # fmt: skip


def _phases(answers: Sequence[PolicyAnswer]) -> Iterator[str]:
    ends = {answer.phase: answer for answer in answers if answer.about == "until"}
    for answer in answers:
        if answer.about != "recurrence":
            continue
        if answer.value.is_undecided:
            yield say(msg("多久一次未定"))
            continue
        how, end = value_words(answer), ends.get(answer.phase)
        if end is None:
            yield how
        elif end.value.is_undecided:
            yield say(msg("{often}（到何时未定）"), often=how)
        else:
            yield say(msg("{often}，到满 {until} 为止"), often=how, until=value_words(end))


def _ticket_type(plan: PlanView) -> TicketType | None:
    catalogue = current_desk().installation.plugins.catalogue
    rule = catalogue.plan_rules.get(plan.rule)
    return catalogue.ticket_types.get(rule.ticket_types[0]) if rule and rule.ticket_types else None
