"""``gongdan plan``: what comes again and again, listed, previewed and done."""

from collections.abc import Mapping
from types import ModuleType

import pytest

from gongdan.testing import sample
from tests.cli.conftest import Console
from tests.core.services.planned import AUDIT, REPORT, with_plans


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {sample.NAME: with_plans(REPORT, AUDIT)}


def test_a_plan_is_listed_its_timer_fires_and_its_run_is_done(ready: Console) -> None:
    audit, report = sorted(ready.json("plan", "list"), key=lambda plan: plan["rule"])
    assert (audit["undecided"], audit["next_on"], report["undecided"]) == ("audit", None, "")
    assert ready.json("plan", "runs", report["id"]) == []
    ready.done_with_progress("worker", "--once", "--now", f"{report['next_on']}T12:00+08:00")
    (run,) = ready.json("plan", "runs", report["id"])
    assert (run["planned_for"], run["number"], run["state"]) == (report["next_on"], 1, "open")
    told = "\n".join(ready.json("explain", run["duty_id"])[0]["text"])
    assert "计划“客服周报”的第 1 次" in told
    assert "周期：每星期五" in told
    assert ready("plan", "done", run["id"]).exit_code == 1
    done = ready.json("plan", "done", run["id"], "--result", "接报 21 件")
    assert (done["state"], done["result"]) == ("done", "接报 21 件")
    assert "接报 21 件" in ready.done("plan", "runs", report["id"])
    assert ready.json("plan", "list", "--ended") == []


def test_nothing_is_taken_up_where_no_ticket_waits_for_a_plan(ready: Console) -> None:
    assert ready.json("plan", "take-up") == {"run": None, "tickets": 0, "plans": 0, "undated": 0}


def test_a_preview_tells_the_days_and_what_keeps_them_back(ready: Console) -> None:
    days = ready.json("plan", "preview", "sample.report", "--from", "2026-02-07", "--until", "2026-02-28")
    assert [(day["day"], day["is_shifted"]) for day in days] == [
        ("2026-02-13", False), ("2026-02-14", True), ("2026-02-27", False)
    ]  # fmt: skip
    assert "audit" in ready.done("plan", "preview", "sample.audit", "--from", "2026-01-01", "--until", "2026-02-01")
    refused = ready("plan", "preview", "sample.report", "--from", "31 January", "--until", "2026-02-28")
    assert (refused.exit_code, "31 January" in refused.stderr) == (1, True)
