"""Workers in processes of their own that kill or stop themselves at a named point; started by the tests.

``python -m tests.core.worker.fleet HOME DATABASE_URL kill|stop`` prints how each generation of workers ended.
"""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeAlias

from gongdan.bootstrap import open_desk
from gongdan.domain.timers import TimerView
from gongdan.hooks.manager import PluginManager
from gongdan.services import timers
from gongdan.services.desk import CompanyDesk
from gongdan.services.timer_lists import installation_counts
from gongdan.services.work import Work
from gongdan.settings import Settings

#: Called with the name of each point that a worker comes to.
Check: TypeAlias = Callable[[str], None]

KIND = "fleet.ring"
WORKERS = 4
#: Where a worker may die.
POINTS = ("timer.after_claim", "timer.after_effect", "timer.before_done")

#: Short, so that what a dead worker had taken is soon free again.
_LEASE = timedelta(seconds=0.5)


def ring(desk: CompanyDesk, work: Work, timer: TimerView) -> None:
    """Write an act, and let a first timer have a second one."""
    work.record("fleet.rung", "timer", timer.id, after={"key": timer.key, "company": desk.company.code})
    if not timer.key.endswith(":next"):
        work.schedule(KIND, f"{timer.key}:next", work.now)
    time.sleep(0.002)


def _at(point: str, nth: int, sent: signal.Signals) -> Check:
    """Return what sends this process a signal when it comes to ``point`` for the ``nth`` time."""
    reached = [0]

    def check(name: str) -> None:
        reached[0] += name == point
        if name == point and reached[0] == nth:
            os.kill(os.getpid(), sent)

    return check


def _work(settings: Settings, check: Check) -> None:
    timers.LOT = 5
    desk = open_desk(settings, plugins=PluginManager())
    desk.timers.register_handler(KIND, ring)
    desk.timers.lease = _LEASE
    desk.timers.checkpoint = check
    while desk.timers.run_ready() or installation_counts(desk).waiting:
        time.sleep(0.005)
    desk.close()


def _start(settings: Settings, count: int, check: Callable[[], Check]) -> list[int]:
    """Start workers that begin together."""
    waiting, holding = os.pipe()
    children = []
    for _ in range(count):
        child = os.fork()
        if not child:
            os.close(holding)
            os.read(waiting, 1)
            status = 1
            try:
                _work(settings, check())
                status = 0
            finally:
                os._exit(status)
        children.append(child)
    os.close(waiting)
    os.close(holding)
    return children


def _ends(children: list[int]) -> list[int]:
    return [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]


def _go_on() -> Check:
    return lambda point: None


def _kill(settings: Settings) -> list[list[int]]:
    """Let all workers die at one point, their successors at the next, and the last ones live."""
    checks: list[Callable[[], Check]] = [_go_on]
    checks[:0] = [partial(_at, point, nth, signal.SIGKILL) for nth, point in enumerate(POINTS, start=1)]
    return [_ends(_start(settings, WORKERS, check)) for check in checks]


def _stop(settings: Settings) -> list[list[int]]:
    """Freeze a worker with timers in its hands until others have done everything, then let it go on."""
    frozen = _start(settings, 1, partial(_at, POINTS[0], 1, signal.SIGSTOP))
    os.waitpid(frozen[0], os.WUNTRACED)
    others = _ends(_start(settings, WORKERS - 1, _go_on))
    os.kill(frozen[0], signal.SIGCONT)
    return [others, _ends(frozen)]


if __name__ == "__main__":
    home, database_url, how = sys.argv[1:]
    act = _kill if how == "kill" else _stop
    print(json.dumps(act(Settings(home=Path(home), database_url=database_url))))  # noqa: T201 -- the test reads it
