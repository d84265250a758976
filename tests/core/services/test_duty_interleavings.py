"""Whatever happens to a ticket, and whether timers ring in time or late: its duties stay of one mind."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from types import ModuleType
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from gongdan.domain.duties import DutyState
from gongdan.domain.snapshots import CompanyView
from gongdan.domain.ticket_links import LinkKind
from gongdan.errors import Conflict, InvalidInput, MoveRefused, TicketClosed
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.duty_rows import DutyView
from gongdan.storage.timers import TimerRow
from gongdan.testing import sample
from gongdan.testing.clocks import START, Clock
from gongdan.testing.factories import Factory, People

LIVE = {DutyState.OPEN, DutyState.PAUSED, DutyState.MISSED}
CAP = timedelta(hours=48)

MOVES = ("dispatch", "ask_customer", "resume", "finish", "close", "reopen", "void")
ACTS = st.one_of(
    st.sampled_from(MOVES),
    st.sampled_from(("severity:major", "severity:minor", "appointment:2026-03-06T11:00", "appointment:", "merge")),
)
#: An act, and how many minutes pass before the next one; some of them end at the very minute that something is due.
STEPS = st.lists(st.tuples(ACTS, st.sampled_from((0, 3, 10, 30, 240, 1_440, 4_000))), max_size=9)


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {sample.NAME: sample.with_duties()}


@dataclass
class Office:
    """One company in which the same things happen as in the other one."""

    desk: CompanyDesk
    ticket_id: UUID
    other_id: UUID

    def act(self, name: str) -> None:
        """Do something to the ticket; what its flow refuses is refused in both companies."""
        with suppress(MoveRefused, InvalidInput, TicketClosed, Conflict):
            self._act(name)

    def _act(self, name: str) -> None:
        version = self.desk.tickets.find(self.ticket_id).version
        field, _, value = name.partition(":")
        if name == "merge":
            links = [link for link in self.desk.links.of_ticket(self.ticket_id) if link.kind is LinkKind.MERGED]
            if links:
                self.desk.links.remove(links[0].id)
            else:
                self.desk.links.make(LinkKind.MERGED, self.ticket_id, self.other_id)
        elif field in {"severity", "appointment"}:
            self.desk.tickets.change(self.ticket_id, version, {field: value})
        else:
            given = {
                "assignee": str(self.desk.actor.account_id), "result": "已更换软管", "cause": "wear",
                "remark": "业主要求", "finding": "valid",
            }  # fmt: skip
            self.desk.moves.make(self.ticket_id, name, version, given)

    def duties(self) -> Sequence[DutyView]:
        """Return the duties, the oldest first."""
        found = self.desk.duties.of_ticket(self.ticket_id)
        return sorted(found, key=lambda duty: (duty.rule, duty.event_at, duty.id))

    def outcome(self) -> Sequence[Mapping[str, Any]]:
        """Return everything that must not depend on when timers ring."""
        names = ("rule", "round", "state", "started_at", "due_at", "missed_at", "met_at", "ended_at", "end_event",
                 "limit", "is_promised", "next_at")  # fmt: skip
        return [
            {
                **{name: getattr(duty, name) for name in names},
                "pauses": [(pause.begins_at, pause.ends_at, pause.is_capped) for pause in file.pauses],
                "steps": [(step.point, step.receiver, step.at) for step in file.steps],
            }
            for duty in self.duties()
            for file in [self.desk.duties.file(duty.id)]
        ]


def _open(desk: Desk, person: People, company: CompanyView, made: int) -> Office:
    agent = person("supervisor", name="张敏", login=f"{company.code}{made}", company=company)
    factory = Factory(agent)
    return Office(agent, factory.ticket().id, factory.ticket().id)


def _hold_timers(desk: Desk, company: CompanyView, *, held: bool) -> None:
    """Let no timer of a company ring, or let them ring again."""
    statement = update(TimerRow).values(plugin="nobody" if held else "")
    with desk.database.writing(company.id) as session:
        session.execute(statement.execution_options(synchronize_session=False))


def _check(duties: Sequence[DutyView], office: Office) -> None:
    live = [duty.rule for duty in duties if duty.is_live]
    assert len(live) == len(set(live))
    for duty in duties:
        file = office.desk.duties.file(duty.id)
        assert duty.is_live is (duty.ended_at is None)
        assert not duty.is_live or duty.state in LIVE
        assert (duty.state is DutyState.PAUSED) is any(pause.ends_at is None for pause in file.pauses)
        assert (duty.state in {DutyState.DONE, DutyState.LATE}) is (duty.met_at is not None)
        assert duty.state not in {DutyState.MISSED, DutyState.LATE} or duty.missed_at is not None
        assert duty.missed_at is None or duty.missed_at == duty.due_at
        stood = [pause for pause in file.pauses if pause.kind == "state" and pause.ends_at]
        assert sum((pause.ends_at - pause.begins_at for pause in stood if pause.ends_at), timedelta()) <= CAP
        assert len({(step.point, step.receiver_id) for step in file.steps}) == len(file.steps)


def test_late_timers_change_nothing_and_every_duty_is_of_one_mind(
    desk: Desk, clock: Clock, person: People, company: CompanyView, other_company: CompanyView
) -> None:
    made = iter(range(10_000))

    @settings(max_examples=6)
    @given(steps=STEPS)
    def replay(steps: Sequence[tuple[str, int]]) -> None:
        clock.set(START)
        number = next(made)
        punctual, late = _open(desk, person, company, number), _open(desk, person, other_company, number)
        for act, minutes in steps:
            for office in (punctual, late):
                office.act(act)
            _hold_timers(desk, other_company, held=True)
            moment = clock.now + timedelta(minutes=minutes)
            desk.timers.run_due(moment)
            clock.set(moment)
            _check(punctual.duties(), punctual)
        end = clock.now + timedelta(days=30)
        _hold_timers(desk, other_company, held=False)
        desk.timers.run_due(end)
        assert punctual.outcome() == late.outcome()
        _check(late.duties(), late)
        for office in (punctual, late):
            assert office.desk.journal.verify().first_bad is None

    replay()


def test_executors_and_people_at_the_same_moment_agree(
    desk: Desk, clock: Clock, person: People, company: CompanyView
) -> None:
    offices = [_open(desk, person, company, number) for number in range(4)]
    clock.move(timedelta(minutes=30, seconds=1))

    def ring() -> None:
        while desk.timers.run_ready():
            pass

    with ThreadPoolExecutor(6) as threads:
        works = [threads.submit(ring) for _ in range(2)]
        works += [threads.submit(office.act, "dispatch") for office in offices]
        for work in works:
            work.result(timeout=60)
    ring()
    for office in offices:
        dispatched = next(duty for duty in office.duties() if duty.rule == "sample.dispatch")
        steps = [step.point for step in office.desk.duties.file(dispatched.id).steps]
        assert (dispatched.state, dispatched.missed_at) == (DutyState.LATE, START + timedelta(minutes=30))
        assert sorted(steps) == ["due", "rung:0", "warn:80"]
        _check(office.duties(), office)
    assert offices[0].desk.journal.verify().first_bad is None


def test_a_timer_that_was_claimed_finds_the_act_that_came_between(
    desk: Desk, clock: Clock, person: People, company: CompanyView
) -> None:
    office = _open(desk, person, company, 0)
    due = START + timedelta(minutes=30)
    desk.timers.run_due(due)
    clock.set(due)

    def close_first(point: str) -> None:
        if point == "timer.after_claim":
            desk.timers.checkpoint = lambda _: None
            clock.set(due)
            office.act("void")

    desk.timers.checkpoint = close_first
    clock.move(timedelta(seconds=1))
    desk.timers.run_ready()
    (dispatched,) = (duty for duty in office.duties() if duty.rule == "sample.dispatch")
    assert (dispatched.state, dispatched.missed_at) == (DutyState.CANCELLED, None)
    assert [step.point for step in office.desk.duties.file(dispatched.id).steps] == ["warn:80"]
