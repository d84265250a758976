"""Four workers in processes of their own, killed and frozen wherever it hurts: each effect is there once."""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from gongdan.services.desk import CompanyDesk, Desk
from gongdan.settings import Settings
from gongdan.storage.timers import TimerRow
from tests.core.worker.fleet import KIND, POINTS, WORKERS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")

#: Timers of each company; each of them schedules a second one.
COUNT = 20
_ROOT = Path(__file__).parents[3]


def _send_out(settings: Settings, desks: tuple[CompanyDesk, ...], *words: str) -> list[list[int]]:
    """Schedule timers, let workers fire them, and return how each generation of workers ended."""
    for at in desks:
        with at.working() as work:
            for number in range(COUNT):
                work.schedule(KIND, f"timer:{number}", work.now)
    command = [sys.executable, "-m", "tests.core.worker.fleet", str(settings.home), settings.database_url, *words]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    found: list[list[int]] = json.loads(done.stdout)
    return found


def _assert_each_effect_once(desks: tuple[CompanyDesk, ...]) -> None:
    expected = {f"timer:{number}{more}" for number in range(COUNT) for more in ("", ":next")}
    for at in desks:
        acts = at.journal.latest(act="fleet.rung", limit=1000)
        assert Counter(str(act.after["key"]) for act in acts) == Counter(expected)
        assert {act.after["company"] for act in acts} == {at.company.code}
        with at.reading() as session:
            states = session.execute(select(TimerRow.key, TimerRow.state)).all()
        assert sorted(states) == sorted((key, "done") for key in expected)
        assert at.journal.verify().first_bad is None


@pytest.mark.clause("F-04")
def test_workers_killed_at_every_point_lose_no_timer_and_double_no_effect(
    desk: Desk, company_desk: CompanyDesk, other_desk: CompanyDesk, settings: Settings
) -> None:
    desks = (company_desk, other_desk)
    *killed, last = _send_out(settings, desks, "kill")
    assert killed == [[-9] * WORKERS] * len(POINTS)
    assert last == [0] * WORKERS
    _assert_each_effect_once(desks)


@pytest.mark.clause("F-14")
def test_a_worker_frozen_beyond_its_lease_does_nothing_when_it_wakes(
    desk: Desk, company_desk: CompanyDesk, other_desk: CompanyDesk, settings: Settings
) -> None:
    desks = (company_desk, other_desk)
    others, frozen = _send_out(settings, desks, "stop")
    assert (others, frozen) == ([0] * (WORKERS - 1), [0])
    _assert_each_effect_once(desks)
