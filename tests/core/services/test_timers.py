"""Timers: scheduled with their cause, fired once, at their time."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from gongdan.domain.timers import TimerState, TimerView
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.work import Work
from gongdan.storage import timers
from gongdan.storage.timers import TimerRow
from gongdan.testing.clocks import START, Clock

HOUR = timedelta(hours=1)
Fired = list[tuple[str, datetime]]


@pytest.fixture
def fired(desk: Desk) -> Fired:
    """Return what has been fired so far: keys, each with the time on the desk's clock."""
    seen: Fired = []

    def note(at: CompanyDesk, work: Work, timer: TimerView) -> None:
        seen.append((timer.key, work.now))
        work.record("note.rung", "timer", timer.id, after={"key": timer.key})

    desk.timers.register_handler("test.ring", note)
    return seen


def _schedule(at: CompanyDesk, key: str, after: timedelta = HOUR, kind: str = "test.ring") -> None:
    with at.working() as work:
        work.schedule(kind, key, work.now + after)


def _states(at: CompanyDesk) -> dict[str, str]:
    with at.reading() as session:
        return {row.key: row.state for row in session.scalars(select(TimerRow))}


def test_a_timer_fires_once_when_it_is_due(company_desk: CompanyDesk, desk: Desk, fired: Fired) -> None:
    _schedule(company_desk, "a")
    assert desk.timers.run_due(START + HOUR - timedelta(seconds=1)) == 0
    assert _states(company_desk) == {"a": "waiting"}
    for _ in range(2):
        desk.timers.run_due(START + HOUR)
    assert fired == [("a", START + HOUR)]
    assert _states(company_desk) == {"a": "done"}
    assert len(company_desk.journal.latest(act="note.rung")) == 1


def test_timers_of_all_companies_fire_in_the_order_of_their_times_each_at_its_own(
    company_desk: CompanyDesk, other_desk: CompanyDesk, desk: Desk, clock: Clock, fired: Fired
) -> None:
    _schedule(company_desk, "late", 3 * HOUR)
    _schedule(company_desk, "early", HOUR)
    _schedule(other_desk, "middle", 2 * HOUR)
    assert desk.timers.run_due(datetime(2026, 3, 6, tzinfo=UTC)) == 3
    assert fired == [("early", START + HOUR), ("middle", START + 2 * HOUR), ("late", START + 3 * HOUR)]
    assert desk.clock() == START


def test_what_a_handler_schedules_fires_in_its_turn_and_time_does_not_go_back(
    company_desk: CompanyDesk, desk: Desk, fired: Fired
) -> None:
    def chain(at: CompanyDesk, work: Work, timer: TimerView) -> None:
        work.schedule("test.ring", "overdue", work.now - HOUR)
        work.schedule("test.ring", "next", work.now + HOUR)

    desk.timers.register_handler("test.chain", chain)
    _schedule(company_desk, "first", 2 * HOUR, "test.chain")
    _schedule(company_desk, "last", 4 * HOUR)
    desk.timers.run_due(START + 5 * HOUR)
    assert fired == [("overdue", START + 2 * HOUR), ("next", START + 3 * HOUR), ("last", START + 4 * HOUR)]


def test_a_transaction_that_fails_schedules_nothing(
    company_desk: CompanyDesk, unchanged: Callable[[], AbstractContextManager[None]]
) -> None:
    def fail() -> None:
        with company_desk.working() as work:
            work.schedule("test.ring", "a", work.now)
            raise RuntimeError

    with unchanged(), pytest.raises(RuntimeError):
        fail()


def test_scheduling_a_key_again_moves_it(company_desk: CompanyDesk, desk: Desk, fired: Fired) -> None:
    _schedule(company_desk, "a", HOUR)
    _schedule(company_desk, "a", 3 * HOUR)
    assert desk.timers.run_due(START + 2 * HOUR) == 0
    desk.timers.run_due(START + 3 * HOUR)
    assert fired == [("a", START + 3 * HOUR)]
    _schedule(company_desk, "a", 4 * HOUR)
    desk.timers.run_due(START + 4 * HOUR)
    assert fired == [("a", START + 3 * HOUR), ("a", START + 4 * HOUR)]


def test_cancelling_takes_a_key_and_what_hangs_on_it(company_desk: CompanyDesk, desk: Desk, fired: Fired) -> None:
    for key in ("duty:1", "duty:1:warn", "duty:1:rung:2", "duty:12", "duty:2:warn", "Duty:1:warn"):
        _schedule(company_desk, key)
    with company_desk.working() as work:
        assert work.cancel_timers("duty:1") == 3
        assert work.cancel_timers("duty:2:") == 1
        assert work.cancel_timers("duty:9") == 0
    desk.timers.run_due(START + HOUR)
    assert sorted(key for key, _ in fired) == ["Duty:1:warn", "duty:12"]
    assert _states(company_desk)["duty:1:warn"] == "cancelled"


def test_companies_see_their_own_timers_only(
    company_desk: CompanyDesk, other_desk: CompanyDesk, desk: Desk, fired: Fired
) -> None:
    _schedule(company_desk, "a")
    _schedule(other_desk, "a", 2 * HOUR)
    with company_desk.working() as work:
        assert work.cancel_timers("a") == 1
    assert (_states(company_desk), _states(other_desk)) == ({"a": "cancelled"}, {"a": "waiting"})
    desk.timers.run_due(START + 2 * HOUR)
    assert fired == [("a", START + 2 * HOUR)]


@pytest.mark.postgres
def test_a_timer_is_found_by_its_id_even_where_the_database_has_not_counted_its_rows_yet(
    company_desk: CompanyDesk,
) -> None:
    rows = "SELECT pg_stat_get_xact_tuples_returned('ix_timer_ready'::regclass)"
    with company_desk.working() as work:
        for number in range(300):
            work.schedule("test.bell", f"a:{number}", START)
    with company_desk.working() as work:
        until, lease = START + HOUR, timedelta(minutes=1)
        taken = timers.claim(work.session, "", until, lot=5, lease=lease)
        before = work.session.scalar(text(rows))
        assert timers.is_held(work.session, taken[0])
        assert timers.end(work.session, taken, TimerState.DONE, START)
        assert work.session.scalar(text(rows)) == before
