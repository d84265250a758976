"""Celery as the executor: the same service calls as tasks, on RabbitMQ or Redis; needs the extra ``[celery]``.

The table of timers is the truth. A message says no more than that a company has something ready, and may be lost,
doubled or late: whoever gets it looks into the table. A feeder in every worker sends one a second for each company
that has something ready, so that an emptied broker is full again at once.

``gongdan worker --celery`` starts a worker; ``celery -A gongdan.worker.celery worker`` does the same.
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from celery import Celery, bootsteps
from kombu.exceptions import KombuError, OperationalError

from gongdan.bootstrap import open_desk
from gongdan.errors import GongdanError, SettingsError
from gongdan.services.desk import Desk
from gongdan.settings import Settings, read_settings
from gongdan.text import msg

TASK = "gongdan.fire"
QUEUE = "gongdan"

#: How often a feeder looks for what is ready.
FEED_SECONDS = 1.0
#: A message that nobody has taken by then is worth nothing: others have been sent since.
EXPIRES_SECONDS = 30
#: How long one task goes on before it makes room for another company's.
TASK_SECONDS = 10.0
#: After how long Redis, which does not see that a worker has died, gives its message to another one.
VISIBILITY_SECONDS = 60

_log = logging.getLogger("gongdan.worker")

Opener = Callable[[], Desk]


def make_app(settings: Settings, opener: Opener | None = None, queue: str = QUEUE) -> Celery:
    """Return the Celery application of an installation; raises ``SettingsError`` without a broker.

    ``opener`` opens a desk; each process opens one of its own, since connections do not survive a fork.
    """
    if not settings.broker_url:
        raise SettingsError("GONGDAN_BROKER_URL", "", msg("用 Celery 执行定时任务，须先设定消息队列的地址"))
    app = Celery("gongdan", broker=settings.broker_url, set_as_current=False)
    app.conf.update(
        broker_connection_retry_on_startup=True,
        broker_transport_options={"visibility_timeout": VISIBILITY_SECONDS},
        task_acks_late=True,
        task_default_queue=queue,
        task_ignore_result=True,
        task_reject_on_worker_lost=True,
        worker_hijack_root_logger=False,
        worker_prefetch_multiplier=1,
    )
    desks = _Desks(opener or (lambda: open_desk(settings)))

    def fire(company_id: str, lane: str) -> int:
        return _fire(desks.here(), UUID(company_id), lane)

    app.task(fire, name=TASK)
    app.steps["worker"].add(_feeding(app, desks))
    return app


def _fire(desk: Desk, company_id: UUID, lane: str) -> int:
    """Fire what one company has ready in one lane; return how many timers were taken."""
    fired, ends = 0, time.monotonic() + TASK_SECONDS
    while time.monotonic() < ends and (taken := desk.timers.run_ready_of(company_id, lane)):
        fired += taken
    return fired


class _Desks:
    """One desk for each process."""

    def __init__(self, opener: Opener) -> None:
        self._opener = opener
        #: Those of the processes that this one was forked from are kept, lest they close connections that are not ours.
        self._desks: dict[int, Desk] = {}

    def here(self) -> Desk:
        """Return the desk of this process."""
        own = os.getpid()
        return self._desks.get(own) or self._desks.setdefault(own, self._opener())


def _feeding(app: Celery, desks: _Desks) -> type:
    """Return the part of a worker that turns what is ready into messages."""

    class Feeder(bootsteps.StartStopStep):  # type: ignore[misc]  # Celery ships no types
        def __init__(self, worker: Any, **options: Any) -> None:
            super().__init__(worker, **options)
            self._stopping = threading.Event()
            self._thread = threading.Thread(target=self._feed, name="gongdan-feeder", daemon=True)

        def start(self, worker: Any) -> None:
            del worker
            self._thread.start()

        def stop(self, worker: Any) -> None:
            del worker
            self._stopping.set()

        def _feed(self) -> None:
            while not self._stopping.wait(FEED_SECONDS):
                try:
                    feed(app, desks.here())
                    desks.here().timer_purge.run_if_time()
                except (GongdanError, KombuError, OperationalError, OSError) as problem:
                    _log.warning("nobody could be woken: %s", problem)
                except Exception:  # noqa: BLE001 -- nobody would be woken any more if this ended the thread
                    _log.exception("nobody could be woken")

    return Feeder


def feed(app: Celery, desk: Desk) -> int:
    """Send a message for each company that has something ready; return how many were sent."""
    ready = [(lane, company_id) for lane in desk.timers.lanes for company_id in desk.timers.ready(lane)]
    if ready:
        # A connection from Celery's pool would be closed by the next process that the pool of workers forks.
        with app.connection_for_write() as connection:
            for lane, company_id in ready:
                app.send_task(
                    TASK, (str(company_id), lane), connection=connection, expires=EXPIRES_SECONDS, retry=False
                )
    return len(ready)


def __getattr__(name: str) -> Celery:
    """Give ``celery -A gongdan.worker.celery`` the application of this process's settings."""
    if name != "app":
        raise AttributeError(name)
    return make_app(read_settings())
