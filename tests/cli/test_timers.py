"""``gongdan worker`` and ``gongdan timer``, and what the doctor says of timers."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta

import pytest

from gongdan.bootstrap import open_desk
from gongdan.hooks.manager import PluginManager
from gongdan.services.desk import CompanyDesk
from gongdan.settings import read_settings
from tests.cli.conftest import Console

Proof = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def company(ready: Console, plugin_manager: PluginManager) -> Iterator[CompanyDesk]:
    """Return the desk of the command line's company, in a process beside it."""
    desk = open_desk(read_settings(ready.variables), plugins=plugin_manager)
    yield desk.at(desk.companies.by_code("xingfu"))
    desk.close()


def _schedule(company: CompanyDesk, key: str, due_at: datetime) -> None:
    with company.working() as work:
        work.schedule("test.unknown", key, due_at)


def test_everything_until_a_moment_is_fired_in_its_order(ready: Console, company: CompanyDesk) -> None:
    _schedule(company, "a", datetime(2030, 3, 1, 1, tzinfo=UTC))
    _schedule(company, "b", datetime(2030, 4, 1, 1, tzinfo=UTC))
    fired = ready.json("worker", "--now", "2030-03-01T09:00+08:00")
    # Nobody handles this kind, so it waits for its next try.
    assert fired == {"fired": 0, "waiting": 2, "late": 0, "parked": 0}
    (first, second) = ready.json("timer", "list")
    assert (first["key"], first["tries"], second["tries"]) == ("a", 1, 0)
    assert "test.unknown" in first["problem"]


def test_a_moment_without_a_zone_or_meaning_is_refused(ready: Console, unchanged_database: Proof) -> None:
    for given in ("2030-03-01T09:00", "tomorrow", "2030-02-30T09:00+08:00"):
        with unchanged_database():
            result = ready("worker", "--now", given)
        assert result.exit_code == 2
        assert given in result.stderr
        assert "2026-03-01T09:00+08:00" in result.stderr


def test_celery_without_a_broker_is_refused_with_the_name_of_the_setting(ready: Console) -> None:
    result = ready("worker", "--celery")
    assert result.exit_code == 1
    assert "GONGDAN_BROKER_URL" in result.stderr


def test_a_parked_timer_is_listed_with_its_reason_and_tried_again_when_asked(
    ready: Console, company: CompanyDesk
) -> None:
    _schedule(company, "a", datetime.now(UTC) - timedelta(hours=2))
    ready.done("worker", "--now", (datetime.now(UTC) + timedelta(hours=2)).isoformat())
    (parked,) = ready.json("timer", "list", "--state", "parked")
    assert (parked["key"], parked["tries"]) == ("a", 8)
    assert ready.json("timer", "retry", parked["id"]) == {"resumed": [parked["id"]]}
    assert ready.json("timer", "list", "--state", "parked") == []
    assert [found["tries"] for found in ready.json("timer", "list")] == [0]
    assert [entry["act"] for entry in ready.json("journal", "tail", "--act", "timer.")] == [
        "timer.parked",
        "timer.resumed",
    ]


def test_what_is_not_parked_cannot_be_tried_again(
    ready: Console, company: CompanyDesk, unchanged_database: Proof
) -> None:
    _schedule(company, "a", datetime(2030, 1, 1, tzinfo=UTC))
    (waiting,) = ready.json("timer", "list")
    with unchanged_database():
        assert ready("timer", "retry", waiting["id"]).exit_code == 1


def _doctor(ready: Console) -> dict[str, str]:
    (check,) = [check for check in ready.json("doctor", "--port", "59123") if check["subject"] == "定时"]
    return {name: check[name] for name in ("health", "found", "remedy")}


def test_the_doctor_says_what_waits_what_is_late_and_what_is_parked(ready: Console, company: CompanyDesk) -> None:
    assert _doctor(ready) == {"health": "ok", "found": "等待 0，其中已晚 0，搁置 0", "remedy": ""}
    _schedule(company, "later", datetime(2100, 1, 1, tzinfo=UTC))
    _schedule(company, "a", datetime.now(UTC) - timedelta(hours=1))
    late = _doctor(ready)
    assert (late["health"], late["found"]) == ("warn", "等待 2，其中已晚 1，搁置 0")
    assert "gongdan worker" in late["remedy"]
    ready.done("worker", "--now", (datetime.now(UTC) + timedelta(hours=2)).isoformat())
    parked = _doctor(ready)
    assert (parked["health"], parked["found"]) == ("warn", "等待 1，其中已晚 0，搁置 1")
    assert "gongdan timer retry" in parked["remedy"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
def test_a_worker_fires_what_is_due_and_ends_when_asked(ready: Console, company: CompanyDesk) -> None:
    _schedule(company, "a", datetime.now(UTC))
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    command = [sys.executable, "-c", "from gongdan.cli.main import main; main()", "worker"]
    variables = {**ready.variables, **kept}
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8", env=variables) as process:
        assert process.stdout
        process.stdout.readline()
        deadline = time.monotonic() + 20
        while not ready.json("timer", "list")[0]["tries"] and time.monotonic() < deadline:
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert [found["tries"] for found in ready.json("timer", "list")] == [1]
