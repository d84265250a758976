"""How fast timers are claimed and fired, beside claiming rows of the same table one by one in plain SQL."""

import sqlite3
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from uuid6 import uuid7

from gongdan.storage.bulk import bulk_insert
from gongdan.storage.timers import TimerRow
from gongdan.testing.bench_import import open_home

if TYPE_CHECKING:
    from gongdan.services.desk import CompanyDesk

#: Timers that wait while the figure is taken.
WAITING = 100_000
#: Timers of one round, and rounds of each kind in turn.
_ROUND = 1000
_ROUNDS = 5
_LOT = 5000
_KIND = "bench.fire"

_RAW_FIND = """
    SELECT id FROM timer WHERE company_id = ? AND plugin = '' AND state = 'waiting' AND ready_at <= ?
    ORDER BY ready_at LIMIT 1"""
_RAW_CLAIM = "UPDATE timer SET lease_until = ?, state = 'claimed', fence = fence + 1, tries = tries + 1 WHERE id = ?"


def timer_rates(home: Path) -> tuple[float, float]:
    """Return timers claimed and fired, and rows claimed raw, in a second of processor time; ``home`` is empty yet."""
    from gongdan.bootstrap import upgrade
    from gongdan.services.actors import SYSTEM

    desk, _ = open_home(home)
    upgrade(desk)
    company = desk.at(desk.companies.create(SYSTEM, "timers", "Timers"))
    fill(company, WAITING)
    desk.database.analyse()
    desk.timers.register_handler(_KIND, _do_nothing)
    raw = sqlite3.connect(home / "gongdan.db", isolation_level=None)
    raw.execute("PRAGMA synchronous=NORMAL")
    now = datetime.now(UTC).isoformat(" ", "microseconds")[:26]
    seconds: tuple[list[float], list[float]] = ([], [])
    _taken(desk.timers.run_ready, 1)
    for _ in range(_ROUNDS):
        seconds[0].append(_taken(desk.timers.run_ready, _ROUND))
        seconds[1].append(_taken(lambda: _claim_raw(raw, company.company.id.bytes, now), _ROUND))
    raw.close()
    desk.close()
    return _rate(seconds[0]), _rate(seconds[1])


def fill(company: "CompanyDesk", count: int) -> None:
    """Let so many timers wait that are due already."""
    due_at = datetime.now(UTC) - timedelta(days=1)
    for start in range(0, count, _LOT):
        with company.working() as work:
            bulk_insert(work.session, TimerRow, [_row(number, due_at) for number in range(start, start + _LOT)])


def _row(number: int, due_at: datetime) -> dict[str, object]:
    moment = due_at + timedelta(milliseconds=number)
    return {
        "id": uuid7(), "kind": _KIND, "key": f"bench:{number}", "plugin": "", "due_at": moment, "ready_at": moment,
        "payload": {}, "state": "waiting", "lease_until": None, "fence": 0, "tries": 0, "last_error": "",
        "created_at": due_at, "done_at": None,
    }  # fmt: skip


def _do_nothing(*_: object) -> None:
    pass


def _claim_raw(raw: sqlite3.Connection, company: bytes, now: str) -> int:
    raw.execute("BEGIN IMMEDIATE")
    (key,) = raw.execute(_RAW_FIND, (company, now)).fetchone()
    raw.execute(_RAW_CLAIM, (now, key))
    raw.execute("COMMIT")
    return 1


def _taken(take: Callable[[], int], count: int) -> float:
    """Take timers until there were so many; return the seconds of processor time for one."""
    began, taken = time.process_time(), 0
    while taken < count:
        taken += take()
    return (time.process_time() - began) / taken


def _rate(seconds: Sequence[float]) -> float:
    return 1 / sorted(seconds)[len(seconds) // 2]
