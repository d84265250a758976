from __future__ import annotations

import pytest

from gongdan.services.desk import CompanyDesk
from gongdan.testing.factories import People
from tests.core.services.crew import Crew


@pytest.fixture
def crew(person: People, company_desk: CompanyDesk) -> Crew:
    """Return a front desk with its head and three people; it is Thursday, 5 March 2026, 10:00."""
    department = company_desk.departments.create("kf", "客服中心")
    return Crew(
        head=person("supervisor", name="陈红", login="chenhong"),
        zhang=person("agent", name="张敏", login="zhangmin"),
        li=person("agent", name="李建国", login="lijianguo"),
        wang=person("agent", name="王芳", login="wangfang"),
        department_id=department.id,
    )
