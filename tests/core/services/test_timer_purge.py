"""What ended long ago is deleted, a few rows at a time."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from gongdan.services import timer_purge
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.storage.timers import TimerRow
from gongdan.testing.clocks import START, Clock
from gongdan.testing.factories import Factory

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def _put(at: CompanyDesk, **states: str) -> None:
    """Write timers that were due, and ended, at the start."""
    with at.working() as work:
        for key, state in states.items():
            work.schedule("test.kept", key, START)
            ended = None if state == "waiting" else START
            values = {"state": state, "done_at": ended}
            work.session.execute(update(TimerRow).where(TimerRow.key == key).values(**values))


def _keys(at: CompanyDesk) -> list[str]:
    with at.reading() as session:
        return sorted(session.scalars(select(TimerRow.key)))


def test_what_is_over_for_longer_than_ninety_days_goes_and_all_else_stays(
    company_desk: CompanyDesk, other_desk: CompanyDesk, desk: Desk, clock: Clock
) -> None:
    _put(company_desk, done="done", cancelled="cancelled", waiting="waiting", parked="parked")
    _put(other_desk, done="done")
    clock.move(90 * DAY)
    assert desk.timer_purge.run_batch() == 0
    clock.move(SECOND)
    assert desk.timer_purge.run_batch() == 3
    assert (_keys(company_desk), _keys(other_desk)) == (["parked", "waiting"], [])


def test_a_batch_is_never_larger_than_it_may_be(
    company_desk: CompanyDesk, desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timer_purge, "BATCH", 2)
    _put(company_desk, a="done", b="done", c="done", d="done", e="done")
    clock.move(91 * DAY)
    assert [desk.timer_purge.run_batch() for _ in range(4)] == [2, 2, 1, 0]


def test_batches_are_a_second_apart_and_after_the_last_one_there_is_an_hours_rest(
    company_desk: CompanyDesk, desk: Desk, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monotonic = [1000.0]
    monkeypatch.setattr("gongdan.services.timer_purge.time.monotonic", lambda: monotonic[0])
    monkeypatch.setattr(timer_purge, "BATCH", 1)
    _put(company_desk, a="done", b="done")
    clock.move(91 * DAY)
    deleted = []
    for seconds in (0, 0.5, 0.5, 1, 3599, 1):
        monotonic[0] += seconds
        deleted.append(desk.timer_purge.run_if_time())
    assert deleted == [1, 0, 1, 0, 0, 0]
    _put(company_desk, c="done")
    monotonic[0] += 3600
    assert desk.timer_purge.run_if_time() == 1


def test_the_journal_keeps_what_was_done(factory: Factory, company_desk: CompanyDesk, desk: Desk, clock: Clock) -> None:
    factory.ticket()
    before = company_desk.journal.verify()
    _put(company_desk, a="done")
    clock.move(91 * DAY)
    desk.timer_purge.run_batch()
    after = company_desk.journal.verify()
    assert (after.first_bad, after.entries) == (None, before.entries)
    assert company_desk.journal.latest(act="ticket.opened")
