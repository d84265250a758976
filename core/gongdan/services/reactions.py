"""Reactions: what plugins are to be told is written with what happened, and told by the executor."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from gongdan.domain.events import Event, EventKind
from gongdan.domain.timers import EVENT, MAX_TRIES, PLUGIN_DISABLED, TimerState, TimerView, wait_after
from gongdan.hooks.isolation import Failure, call_isolated
from gongdan.services.actors import plugin_actor
from gongdan.services.plugins import enabled_plugins
from gongdan.services.work import Work
from gongdan.storage import timers

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk, Desk

#: Reactions that take longer are reported as slow.
SLOW_SECONDS = 5.0

#: Why a reaction did not come to its end.
_RAISED = "raised"


class Reactions:
    """Tells plugins of events: at least once, each plugin apart from all others."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self.slow_seconds = SLOW_SECONDS

    def write(self, work: Work) -> None:
        """Write a timer for each event of ``work`` and each plugin that is to be told of it."""
        listening = self._desk.plugins.listening if work.events else frozenset()
        if not listening:
            return
        plugins = sorted(listening & enabled_plugins(work.session))
        rows = [_row(event, plugin, work.now) for event in work.events for plugin in plugins]
        timers.put(work.session, work.company_id, rows)
        work.is_waking = work.is_waking or bool(rows)

    def tell(self, company: "CompanyDesk", timer: TimerView) -> bool:
        """Tell the plugin; return whether it took note. A timer that is no longer held is left alone."""
        desk = self._desk.at(company.company, plugin_actor(timer.plugin))
        with desk.reading() as session:
            if not timers.is_held(session, timer):
                return False
            is_enabled = timer.plugin in enabled_plugins(session)
        if not is_enabled:
            return _park(desk, timer)
        call = partial(self._desk.plugins.tell, timer.plugin, event=_event(timer), desk=desk)
        outcome = call_isolated(timer.plugin, "handle_event", call, slow_seconds=self.slow_seconds)
        self._desk.timers.checkpoint("timer.after_effect")
        with desk.working() as work:
            has_ended = _end(work, timer, outcome.failure)
            self._desk.timers.checkpoint("timer.before_done")
        return has_ended


def _park(desk: "CompanyDesk", timer: TimerView) -> bool:
    """Park the timer of a plugin that the company has disabled, unless it is being enabled at this moment."""
    with desk.working() as work:
        work.take_turn()
        if timer.plugin not in enabled_plugins(work.session):
            timers.end(work.session, [timer], TimerState.PARKED, work.now, problem=PLUGIN_DISABLED)
    return False


def _end(work: Work, timer: TimerView, failure: Failure | None) -> bool:
    """Write down how a reaction went; return whether the plugin took note."""
    if failure:
        work.record("plugin.failed", "plugin", work.company_id, after=asdict(failure))
    if failure is None or failure.kind != _RAISED:
        return timers.end(work.session, [timer], TimerState.DONE, work.now)
    give_back(work, timer, failure.detail)
    return False


def give_back(work: Work, timer: TimerView, problem: str) -> None:
    """Let a timer that failed wait for its next try; after the last one it is parked."""
    if timer.tries < MAX_TRIES:
        timers.postpone(work.session, timer, work.now + wait_after(timer.tries), problem)
    elif timers.end(work.session, [timer], TimerState.PARKED, work.now, problem=problem):
        after = {"kind": timer.kind, "key": timer.key, "problem": problem}
        work.record("timer.parked", "timer", timer.id, after=after)


def _row(event: Event, plugin: str, now: datetime) -> Mapping[str, Any]:
    payload = {
        "kind": event.kind.value,
        "id": str(event.id),
        "subject_kind": event.subject_kind,
        "subject_id": str(event.subject_id),
        "occurred_at": event.occurred_at.isoformat(),
        "data": dict(event.data),
    }
    key = f"{EVENT}:{event.id}:{plugin}"
    return {"kind": EVENT, "key": key, "plugin": plugin, "due_at": now, "payload": payload, "created_at": now}


def _event(timer: TimerView) -> Event:
    given = timer.payload
    return Event(
        kind=EventKind(given["kind"]),
        id=UUID(given["id"]),
        company_id=timer.company_id,
        subject_kind=given["subject_kind"],
        subject_id=UUID(given["subject_id"]),
        occurred_at=datetime.fromisoformat(given["occurred_at"]),
        data=given["data"],
    )
