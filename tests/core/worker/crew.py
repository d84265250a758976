"""A Celery worker in a process of its own: ``python -m tests.core.worker.crew HOME DATABASE_URL BROKER_URL QUEUE``."""

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

from gongdan.bootstrap import open_desk
from gongdan.domain.timers import TimerView
from gongdan.hooks.manager import PluginManager
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.work import Work
from gongdan.settings import Settings
from gongdan.worker.celery import make_app

KIND = "crew.ring"


def ring(desk: CompanyDesk, work: Work, timer: TimerView) -> None:
    """Write an act; the first try of a deadly timer kills its process after that."""
    work.record("crew.rung", "timer", timer.id, after={"key": timer.key, "company": desk.company.code})
    if timer.key == "deadly" and timer.tries == 1:
        work.session.flush()
        os.kill(os.getpid(), signal.SIGKILL)


def _open(settings: Settings) -> Desk:
    desk = open_desk(settings, plugins=PluginManager())
    desk.timers.register_handler(KIND, ring)
    desk.timers.lease = timedelta(seconds=2)
    return desk


if __name__ == "__main__":
    home, database_url, broker_url, queue = sys.argv[1:]
    given = Settings(home=Path(home), database_url=database_url, broker_url=broker_url)
    worker = make_app(given, lambda: _open(given), queue).Worker(concurrency=2, quiet=True, hostname=f"{queue}@test")
    worker.start()
    sys.exit(worker.exitcode)
