"""Many writers at once, over the end of a month: each number once, none left out."""

import multiprocessing
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

import pytest

from gongdan.bootstrap import open_desk
from gongdan.hooks.manager import PluginManager
from gongdan.services.desk import CompanyDesk
from gongdan.services.tickets import TicketFilter
from gongdan.settings import Settings
from gongdan.testing import sample
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import Factory

WRITERS = 8
#: What each writer opens in March and again in April.
EACH = 5
MONTHS = (datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC), datetime(2026, 3, 31, 16, 0, tzinfo=UTC))


def write(settings: Settings, _: int) -> list[str]:
    """Open tickets as a process of its own would; returns their numbers."""
    plugins, clock = PluginManager(), Clock()
    plugins.register(sample.NAME, sample)
    desk = open_desk(settings, plugins=plugins, clock=clock)
    factory = Factory(desk.at(desk.companies.by_code("xingfu")))
    numbers = []
    for moment in MONTHS:
        clock.set(moment)
        numbers += [factory.ticket(description=f"第 {number} 次漏水").number for number in range(EACH)]
    desk.close()
    return numbers


def _processes() -> Executor:
    return ProcessPoolExecutor(WRITERS // 2, mp_context=multiprocessing.get_context("spawn"))


def _threads() -> Executor:
    return ThreadPoolExecutor(WRITERS)


@pytest.mark.parametrize("make", [_threads, _processes], ids=["threads", "processes"])
def test_parallel_writers_give_each_number_once_and_leave_none_out(
    settings: Settings, company_desk: CompanyDesk, make: type[Executor]
) -> None:
    with make() as pool:
        given = [number for numbers in pool.map(partial(write, settings), range(WRITERS)) for number in numbers]
    expected = [f"BX2026{month}-{serial:04}" for month in ("03", "04") for serial in range(1, WRITERS * EACH + 1)]
    assert sorted(given) == expected
    stored = company_desk.tickets.list(TicketFilter(sort="number"), limit=200)
    assert [line.ticket.number for line in stored.lines] == expected
    assert company_desk.journal.verify().first_bad is None
