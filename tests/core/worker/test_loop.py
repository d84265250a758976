"""The executor's threads: they fire promptly, side by side, and nothing ends them but being stopped."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from types import ModuleType

import pytest

from gongdan.domain.events import Event
from gongdan.domain.timers import TimerView
from gongdan.errors import DatabaseUnreachable
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.work import Work
from gongdan.testing import sample
from gongdan.testing.factories import Factory
from gongdan.testing.fakes import make_plugin
from gongdan.worker import loop
from gongdan.worker.loop import Executor, executing

#: Longer than anything here takes, even on a busy machine.
LONG = 20


class Bell:
    """A handler that counts, for the test to wait on."""

    def __init__(self) -> None:
        self.rung: list[str] = []
        self._changed = threading.Condition()

    def __call__(self, desk: CompanyDesk, work: Work, timer: TimerView) -> None:
        work.record("bell.rung", "timer", timer.id, after={"company": desk.company.code})
        with self._changed:
            self.rung.append(timer.key)
            self._changed.notify_all()

    def wait_for(self, count: int) -> bool:
        """Wait until so many have been rung."""
        with self._changed:
            return self._changed.wait_for(lambda: len(self.rung) >= count, LONG)


class Slow:
    """A plugin that does not come back until it is let go."""

    def __init__(self) -> None:
        self.is_called = threading.Event()
        self.let_go = threading.Event()

    def handle_event(self) -> None:
        self.is_called.set()
        self.let_go.wait(LONG)


@pytest.fixture
def slow() -> Iterator[Slow]:
    made = Slow()
    yield made
    made.let_go.set()


@pytest.fixture
def heard() -> list[Event]:
    return []


@pytest.fixture
def plugin_modules(slow: Slow, heard: list[Event]) -> Mapping[str, ModuleType]:
    def hear(event: Event) -> None:
        heard.append(event)

    return {
        sample.NAME: sample,
        "slow": make_plugin(handle_event=slow.handle_event),
        "quick": make_plugin(handle_event=hear),
    }


@pytest.fixture
def bell(desk: Desk) -> Bell:
    made = Bell()
    desk.timers.register_handler("test.bell", made)
    return made


def _schedule(at: CompanyDesk, *keys: str) -> None:
    with at.working() as work:
        for key in keys:
            work.schedule("test.bell", key, work.now)


def _soon(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + LONG
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)
    return holds()


@pytest.fixture
def only_woken(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing but being woken get the threads on."""
    monkeypatch.setattr(loop, "POLL_SECONDS", 3600)


def test_what_becomes_due_is_fired_at_once_each_time_once(
    only_woken: None, company_desk: CompanyDesk, other_desk: CompanyDesk, desk: Desk, bell: Bell, slow: Slow
) -> None:
    slow.let_go.set()
    with executing(desk, threads=3):
        for number in range(10):
            _schedule(company_desk, f"a{number}", f"b{number}")
            _schedule(other_desk, f"c{number}")
        assert bell.wait_for(30)
    assert len(bell.rung) == len(set(bell.rung)) == 30
    assert len(company_desk.journal.latest(act="bell.rung", limit=100)) == 20


def test_what_another_process_made_due_is_found(
    company_desk: CompanyDesk, desk: Desk, bell: Bell, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loop, "POLL_SECONDS", 0.05)
    monkeypatch.setattr(desk.timers, "wake", lambda: None)
    slow.let_go.set()
    with executing(desk):
        _schedule(company_desk, "a")
        assert bell.wait_for(1)


def test_a_stuck_plugin_holds_up_only_itself(
    company_desk: CompanyDesk, desk: Desk, bell: Bell, slow: Slow, heard: list[Event]
) -> None:
    with executing(desk):
        assert slow.is_called.wait(LONG)
        ticket = Factory(company_desk).ticket()
        _schedule(company_desk, "a")
        assert bell.wait_for(1)
        assert _soon(lambda: ticket.id in {event.subject_id for event in heard})
        slow.let_go.set()


def test_a_database_that_goes_away_and_returns_stops_no_thread(
    company_desk: CompanyDesk, desk: Desk, bell: Bell, slow: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = threading.Semaphore(0)
    run_ready, is_away = desk.timers.run_ready, threading.Event()

    def run(lane: str, *, stopping: threading.Event) -> int:
        if is_away.is_set():
            asked.release()
            raise DatabaseUnreachable
        return run_ready(lane, stopping=stopping)

    monkeypatch.setattr(loop, "AWAY_SECONDS", 0.01)
    monkeypatch.setattr(desk.timers, "run_ready", run)
    slow.let_go.set()
    is_away.set()
    with executing(desk):
        _schedule(company_desk, "a")
        for _ in range(10):
            assert asked.acquire(timeout=LONG)
        assert bell.rung == []
        is_away.clear()
        assert bell.wait_for(1)


def test_a_stopped_executor_leaves_no_thread_and_begins_nothing(
    company_desk: CompanyDesk, desk: Desk, bell: Bell, slow: Slow
) -> None:
    slow.let_go.set()
    executor = Executor(desk)
    executor.start()
    _schedule(company_desk, "a")
    assert bell.wait_for(1)
    executor.stop()
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("gongdan-timers")] == []
    _schedule(company_desk, "b")
    assert bell.rung == ["a"]
