from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import AbstractContextManager

from tests.web.visitor import Visitor

Unchanged = Callable[[], AbstractContextManager[None]]
HOURS = dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "08:30-12:00 14:00-18:00")


def test_a_year_is_drawn_with_its_holidays_and_make_up_days(administrator: Visitor) -> None:
    page = administrator.get("/calendar?year=2026").text
    assert page.count('<section class="month') == 12
    assert re.search(r'day-holiday" title="国庆节 · 放假">1<small>休</small>', page)
    assert re.search(r'day-make-up" title="国庆节 · 上班">10<small>班</small>', page)
    assert "2026-10-01 – 2026-10-07" in page
    assert "国务院办公厅关于2026年部分节假日安排的通知（2025-11-04）" in page
    assert 'day-work is-today" aria-current="date">5<' in page
    assert "is-unknown" not in page
