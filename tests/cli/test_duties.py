"""What ``gongdan duty`` and ``gongdan explain`` show and do."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from gongdan.bootstrap import open_desk
from gongdan.hooks.manager import PluginManager
from gongdan.settings import read_settings
from gongdan.testing import sample
from gongdan.testing.factories import Factory
from tests.cli.conftest import Console

Proof = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {sample.NAME: sample.with_duties()}


@pytest.fixture
def number(ready: Console, plugin_manager: PluginManager) -> str:
    """Return the number of a ticket that somebody has opened just now."""
    settings = read_settings({}, home=Path(ready.home), database_url=ready.variables["GONGDAN_DATABASE_URL"])
    desk = open_desk(settings, plugins=plugin_manager)
    try:
        return Factory(desk.at(desk.companies.by_code("xingfu"))).ticket(severity="major").number
    finally:
        desk.close()


def test_what_is_owed_is_listed_explained_and_waived(ready: Console, number: str) -> None:
    (duty,) = [each for each in ready.json("duty", "list") if each["rule"] == "sample.dispatch"]
    assert (duty["number"], duty["state"], duty["limit"]) == (number, "open", "10 min")
    assert "时限：严重报修派单时限，10 分钟" in ready.done("explain", number)
    (explained,) = ready.json("explain", duty["id"])
    assert (explained["policy"]["key"], explained["clauses"]) == ("sample.dispatch_major", ["SAMPLE-03"])
    assert "Limit: 严重报修派单时限, 10 min" in ready.done("explain", number, "--lang", "en")
    waived = ready.json("duty", "waive", duty["id"], "--reason", "重复登记")
    assert (waived["state"], waived["reason"]) == ("waived", "重复登记")
    assert duty["id"] not in {each["id"] for each in ready.json("duty", "list")}
    assert duty["id"] in {each["id"] for each in ready.json("duty", "list", "--ticket", number)}


def test_a_waiver_without_a_reason_is_refused(ready: Console, number: str, unchanged_database: Proof) -> None:
    duty = ready.json("duty", "list", "--ticket", number)[0]
    with unchanged_database():
        result = ready("duty", "waive", duty["id"])
    assert (result.exit_code, "理由: 必须填写" in result.stderr) == (1, True)


def test_nobody_acknowledges_what_he_was_not_told(ready: Console, number: str, unchanged_database: Proof) -> None:
    duty = ready.json("duty", "list", "--ticket", number)[0]
    with unchanged_database():
        result = ready("duty", "acknowledge", duty["id"], "--as", "admin")
    assert (result.exit_code, f"责任: {duty['id']}" in result.stderr) == (1, True)


def test_an_unknown_ticket_is_told_so(ready: Console) -> None:
    result = ready("explain", "BX209901-0001")
    assert (result.exit_code, "工单: BX209901-0001" in result.stderr) == (1, True)


def test_a_clause_leads_to_the_duties_that_stand_on_it(ready: Console) -> None:
    assert "责任 · 派单" in ready.json("clause", "show", "SAMPLE-03")["used_by"]


@pytest.mark.clause("SAMPLE-03")
def test_a_day_is_played_forward_and_the_miss_is_explained(ready: Console, number: str) -> None:
    later = datetime.now(UTC) + timedelta(days=1)
    ready.done("worker", "--once", "--now", later.isoformat(timespec="minutes"))
    missed = next(duty for duty in ready.json("duty", "list", "--ticket", number) if duty["rule"] == "sample.dispatch")
    assert (missed["state"], missed["missed_at"]) == ("missed", missed["due_at"])
    assert "已逾期" in ready.done("explain", missed["id"])
