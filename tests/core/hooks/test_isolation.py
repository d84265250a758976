import threading
import time
from collections.abc import Iterator
from functools import partial

import pytest

from gongdan.hooks.isolation import Failure, Reactions, call_isolated


@pytest.fixture
def reactions() -> Iterator[Reactions]:
    made = Reactions(slow_seconds=0.05)
    yield made
    made.close(5)


def _broken() -> None:
    message = "水表接口没有应答"
    raise RuntimeError(message)


def _slow() -> int:
    time.sleep(0.02)
    return 7


def _never(failure: Failure) -> None:
    pytest.fail(f"{failure}")


def _leaving() -> None:
    raise SystemExit(1)


def test_what_a_plugin_returns_is_passed_on() -> None:
    outcome = call_isolated("sample", "check_move", lambda: 7, slow_seconds=1)
    assert (outcome.value, outcome.failure) == (7, None)


def test_whatever_a_plugin_raises_becomes_a_failure() -> None:
    raised = [call_isolated("sample", "check_move", call, slow_seconds=1).failure for call in (_broken, _leaving)]
    assert raised == [
        Failure("sample", "check_move", "raised", "RuntimeError: 水表接口没有应答"),
        Failure("sample", "check_move", "raised", "SystemExit: 1"),
    ]


def test_a_slow_plugin_is_reported_and_its_answer_taken() -> None:
    outcome = call_isolated("sample", "check_move", _slow, slow_seconds=0.01)
    assert outcome.value == 7
    assert outcome.failure is not None
    assert (outcome.failure.plugin, outcome.failure.kind) == ("sample", "slow")


def test_reactions_of_one_plugin_run_one_after_the_other(reactions: Reactions) -> None:
    seen: list[int] = []
    for number in range(50):
        reactions.submit("sample", "handle_event", partial(seen.append, number), _never)
    assert reactions.drain(5)
    assert seen == list(range(50))


def test_a_stuck_plugin_holds_up_only_itself(reactions: Reactions) -> None:
    stuck, seen = threading.Event(), threading.Event()
    reactions.submit("stuck", "handle_event", stuck.wait, lambda failure: None)
    reactions.submit("lively", "handle_event", seen.set, _never)
    assert seen.wait(5)
    assert not reactions.drain(0.05)
    stuck.set()
    assert reactions.drain(5)


def test_failures_are_reported_and_the_next_reaction_runs(reactions: Reactions) -> None:
    failures: list[Failure] = []
    seen = threading.Event()
    for function in (_broken, _leaving, lambda: time.sleep(0.1), seen.set):
        reactions.submit("sample", "handle_event", function, failures.append)
    assert reactions.drain(5)
    assert seen.is_set()
    assert [(failure.hook, failure.kind) for failure in failures] == [
        ("handle_event", "raised"),
        ("handle_event", "raised"),
        ("handle_event", "slow"),
    ]


def test_a_failure_that_cannot_be_reported_does_not_end_the_work(reactions: Reactions) -> None:
    def full(failure: Failure) -> None:
        raise OSError(failure.detail)

    seen = threading.Event()
    reactions.submit("sample", "handle_event", _broken, full)
    reactions.submit("sample", "handle_event", seen.set, full)
    assert seen.wait(5)


def test_closing_lets_the_threads_end_and_runs_what_was_submitted() -> None:
    made = Reactions()
    seen = threading.Event()
    made.submit("ending", "handle_event", seen.set, _never)
    (thread,) = (thread for thread in threading.enumerate() if thread.name == "reactions-ending")
    made.close(5)
    thread.join(5)
    assert (seen.is_set(), thread.is_alive()) == (True, False)
