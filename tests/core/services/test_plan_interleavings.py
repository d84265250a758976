"""Plans come out the same however often somebody looks, whoever dies, and however many look at once."""

import os
import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from types import ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gongdan.services.actors import SYSTEM
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.testing import sample
from gongdan.testing.clocks import START, Clock
from tests.core.services.planned import REPORT, at, with_plans


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {sample.NAME: with_plans(REPORT)}


def _days(desk: CompanyDesk) -> Sequence[tuple[int, date, str]]:
    (plan,) = desk.plans.all()
    return [(run.number, run.planned_for, run.state) for run in desk.plans.runs(plan.id)[::-1]]


def _look(desk: Desk) -> None:
    while desk.timers.run_ready():
        pass


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wakes=st.lists(st.integers(1, 60), max_size=6))
def test_any_grouping_of_wake_ups_gives_the_same_runs(desk: Desk, clock: Clock, wakes: list[int]) -> None:
    """One company's worker wakes now and then, and twice each time; two months later it has what one look gives."""
    clock.set(START)
    code = f"c{len(desk.companies.all())}"
    own = desk.at(desk.companies.create(SYSTEM, code, code))
    own.plugins.enable(sample.NAME)
    for days in sorted(wakes):
        clock.set(START + timedelta(days=days))
        _look(desk)
        _look(desk)
    clock.set(at(5, 4, 12))
    _look(desk)
    found = _days(own)
    assert [day for _, day, _ in found] == [
        date(2026, 3, 6), date(2026, 3, 13), date(2026, 3, 20), date(2026, 3, 27), date(2026, 4, 3),
        date(2026, 4, 10), date(2026, 4, 17), date(2026, 4, 24), date(2026, 4, 30),
    ]  # fmt: skip
    assert [number for number, _, _ in found] == list(range(1, 10))
    assert {state for _, _, state in found} == {"missed"}


@pytest.mark.postgres
def test_two_workers_at_once_make_each_run_once(desk: Desk, company_desk: CompanyDesk, clock: Clock) -> None:
    clock.set(at(4, 4, 12))
    barrier = threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        _look(desk)

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert [(number, day) for number, day, _ in _days(company_desk)] == [
        (1, date(2026, 3, 6)), (2, date(2026, 3, 13)), (3, date(2026, 3, 20)), (4, date(2026, 3, 27)),
        (5, date(2026, 4, 3)),
    ]  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("point", ["timer.after_claim", "timer.after_effect", "timer.before_done"])
def test_a_worker_killed_in_the_middle_leaves_every_run_to_the_next_one(
    desk: Desk, company_desk: CompanyDesk, clock: Clock, point: str
) -> None:
    clock.set(at(3, 14, 12))
    desk.timers.lease = timedelta(seconds=0)
    desk.database.engine.dispose()
    child = os.fork()
    if not child:
        desk.timers.checkpoint = lambda name: os.kill(os.getpid(), signal.SIGKILL) if name == point else None
        _look(desk)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    assert _days(company_desk) == []
    _look(desk)
    assert [(number, day) for number, day, _ in _days(company_desk)] == [(1, date(2026, 3, 6)), (2, date(2026, 3, 13))]
