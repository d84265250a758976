from __future__ import annotations

from datetime import datetime

import pytest

from gongdan.services.desk import CompanyDesk, Desk
from gongdan.testing.beginnings import Beginning
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import People
from tests.core.services.crew import Crew
from tests.core.services.planned import Wait


@pytest.fixture
def crew(begin: Beginning, person: People, company_desk: CompanyDesk) -> Crew:
    """Return a front desk with its head and three people; it is Thursday, 5 March 2026, 10:00."""
    return begin(lambda: _make_crew(person, company_desk))


def _make_crew(person: People, company_desk: CompanyDesk) -> Crew:
    department = company_desk.departments.create("kf", "客服中心")
    return Crew(
        head=person("supervisor", name="陈红", login="chenhong"),
        zhang=person("agent", name="张敏", login="zhangmin"),
        li=person("agent", name="李建国", login="lijianguo"),
        wang=person("agent", name="王芳", login="wangfang"),
        department_id=department.id,
    )


@pytest.fixture
def wait(desk: Desk, clock: Clock) -> Wait:
    """Let time pass until a moment: everything that is due by then happens at its time."""

    def until(moment: datetime) -> None:
        desk.timers.run_due(moment)
        clock.set(moment)

    return until


@pytest.fixture
def sleep(desk: Desk, clock: Clock) -> Wait:
    """Let time pass without any executor, then let one look."""

    def until(moment: datetime) -> None:
        clock.set(moment)
        while desk.timers.run_ready():
            pass

    return until
