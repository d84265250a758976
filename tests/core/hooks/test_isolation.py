import time

from gongdan.hooks.isolation import Failure, call_isolated


def _broken() -> None:
    message = "水表接口没有应答"
    raise RuntimeError(message)


def _slow() -> int:
    time.sleep(0.02)
    return 7


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
