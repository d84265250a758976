"""Addresses and forms with values that nobody can mean: a page says so, and never fails."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType

import pytest
from flask import Flask

from gongdan.testing import sample
from tests.web import rosters
from tests.web.test_import_pages import address_of, run_through, upload
from tests.web.visitor import Visitor

_HUGE = "9" * 30


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {sample.NAME: sample, "rosters": rosters.module}


@pytest.mark.parametrize(
    "path",
    [
        "/tickets?from=0001-01-01&to=9999-12-31",
        "/plans?month=9999-12",
        "/plans?month=0001-01",
        "/plans?month=2026-13&day=31",
        "/plans?state=unknown",
        f"/journal?before={_HUGE}",
        "/plans?month=2026-02%0A",
    ],
)
def test_a_page_that_is_asked_for_what_is_not_there_shows_what_there_is(administrator: Visitor, path: str) -> None:
    assert administrator.get(path).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/tickets?from=99999-01-01",
        "/tickets?from=2026-02-30",
        f"/tickets?after={_HUGE}",
        "/plans?day=9999-12-31",
        "/plans?day=0001-01-01",
        "/plans?month=%00",
    ],
)
def test_what_cannot_be_read_is_refused(administrator: Visitor, path: str) -> None:
    assert administrator.get(path).status_code in {400, 404, 422}


@pytest.mark.parametrize("after", [_HUGE, f"-{_HUGE}", "-1"])
@pytest.mark.parametrize("fragment", [False, True])
def test_a_place_in_an_import_that_no_sheet_has_is_refused(
    app: Flask, administrator: Visitor, after: str, *, fragment: bool
) -> None:
    preview = address_of(upload(administrator, rosters.CSV.encode(), "房屋台账.csv"))
    run_id = run_through(app, administrator, preview)
    answer = administrator.get(f"/imports/{run_id}?after={after}", fragment=fragment)
    assert answer.status_code == 422
    assert "翻页位置无效" in answer.text
    assert administrator.get(f"/imports/{run_id}?after=99", fragment=fragment).status_code == 200
