"""Celery on real brokers: they wake, and the table is the truth.

The brokers are those of ``GONGDAN_TEST_BROKER_URL`` and ``GONGDAN_TEST_REDIS_URL``, else the RabbitMQ on
127.0.0.1:5672 and the Redis on 127.0.0.1:6379. None is a failure, never a skip: tests that did not run have proved
nothing.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from celery import Celery
from kombu.connection import Connection

from gongdan.errors import SettingsError
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.settings import Settings
from gongdan.worker.celery import EXPIRES_SECONDS, TASK_SECONDS, feed, make_app
from tests.core.worker.crew import KIND

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Celery supports no workers on Windows")

BROKERS = {
    "GONGDAN_TEST_BROKER_URL": "amqp://guest:guest@127.0.0.1:5672//",
    "GONGDAN_TEST_REDIS_URL": "redis://127.0.0.1:6379/9",
}
_ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module", params=BROKERS, ids=["rabbitmq", "redis"])
def broker_url(request: pytest.FixtureRequest) -> str:
    """Return the address of a broker that answers."""
    named: str = request.param
    url = os.environ.get(named, BROKERS[named])
    try:
        with Connection(url, connect_timeout=3) as connection:  # type: ignore[no-untyped-call]  # kombu is half typed
            connection.ensure_connection(max_retries=1)
    except Exception as problem:  # noqa: BLE001 -- whatever stops the broker, the tests cannot run
        pytest.fail(f"no broker answers at {url} (set {named} for another one): {problem}", pytrace=False)
    return url


@pytest.fixture
def app(broker_url: str, settings: Settings, desk: Desk) -> Iterator[Celery]:
    """Return an application with a queue of the test's own."""
    queue = f"gongdan-test-{uuid4().hex[:12]}"
    given = Settings(home=settings.home, database_url=settings.database_url, broker_url=broker_url)
    made = make_app(given, lambda: desk, queue)
    yield made
    with made.connection_for_write() as connection:
        channel = connection.default_channel
        channel.queue_delete(queue)
        if keys := channel.client.keys(f"*{queue}*") if broker_url.startswith("redis") else ():
            # Redis keeps what another process has declared.
            channel.client.delete(*keys)
        made.close()


@pytest.fixture
def crew(app: Celery, settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """Start a worker with two processes."""
    words = [str(settings.home), settings.database_url, app.conf.broker_url, app.conf.task_default_queue]
    with subprocess.Popen([sys.executable, "-m", "tests.core.worker.crew", *words], cwd=_ROOT) as process:
        yield process
        process.send_signal(signal.SIGTERM)
        try:
            assert process.wait(60) == 0
        finally:
            process.kill()


def _schedule(at: CompanyDesk, *keys: str, after: timedelta = timedelta()) -> None:
    with at.working() as work:
        for key in keys:
            work.schedule(KIND, key, work.now + after)


def _soon(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 120
    while not (found := holds()) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def _rung(at: CompanyDesk) -> list[str]:
    return sorted(str(act.after["key"]) for act in at.journal.latest(act="crew.rung", limit=1000))


def test_tasks_fire_each_timer_once_although_a_process_is_killed_in_the_middle(
    company_desk: CompanyDesk, other_desk: CompanyDesk, crew: subprocess.Popen[bytes]
) -> None:
    keys = ["deadly", *(f"timer:{number}" for number in range(30))]
    for at in (company_desk, other_desk):
        _schedule(at, *keys)
    assert _soon(lambda: not any(at.timer_lists.counts().waiting for at in (company_desk, other_desk)))
    for at in (company_desk, other_desk):
        assert _rung(at) == sorted(keys)
        assert at.journal.verify().first_bad is None


@pytest.mark.clause("F-46")
def test_an_emptied_broker_is_filled_again_from_the_table(app: Celery, desk: Desk, company_desk: CompanyDesk) -> None:
    _schedule(company_desk, "a")
    _schedule(company_desk, "later", after=timedelta(days=1))
    queue = app.conf.task_default_queue
    with app.connection_for_write() as connection:
        channel = connection.default_channel
        for _ in range(2):
            assert feed(app, desk) == 1
            assert _soon(lambda: channel.queue_purge(queue) == 1)
    desk.timers.register_handler(KIND, lambda at, work, timer: None)
    desk.timers.drain()
    assert feed(app, desk) == 0


def test_a_message_is_kept_until_the_work_is_done(app: Celery) -> None:
    conf = app.conf
    assert (conf.task_acks_late, conf.task_reject_on_worker_lost, conf.worker_prefetch_multiplier) == (True, True, 1)


def test_redis_gives_nobody_else_a_message_whose_task_is_still_at_work(app: Celery) -> None:
    assert app.conf.broker_transport_options["visibility_timeout"] >= 2 * TASK_SECONDS


def test_a_message_that_nobody_took_note_of_is_worthless_before_redis_sends_it_again(app: Celery) -> None:
    assert app.conf.broker_transport_options["visibility_timeout"] > EXPIRES_SECONDS


def test_without_a_broker_celery_is_refused_with_the_name_of_the_setting(settings: Settings) -> None:
    with pytest.raises(SettingsError, match="GONGDAN_BROKER_URL"):
        make_app(settings)
