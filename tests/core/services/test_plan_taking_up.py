"""Tickets that were there before their plans: begun when the company asks, made up for by the rule, never twice."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from types import ModuleType
from uuid import UUID, uuid4

import pytest

from gongdan.domain.plans import RunState
from gongdan.errors import NotAllowed, NotFound
from gongdan.services.desk import CompanyDesk
from gongdan.services.plan_taking_up import PlansTakenUp
from gongdan.storage.imports import ImportRunRow
from gongdan.storage.tickets import TicketRow
from gongdan.testing import sample
from gongdan.testing.factories import People
from tests.core.services.planned import CALLS, Wait, at, with_plans

Unchanged = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {sample.NAME: with_plans(replace(CALLS, catch_up="sample.catch_up"))}


def _run(desk: CompanyDesk) -> UUID:
    row = ImportRunRow(
        id=uuid4(), kind="cases", plugin="sample", file_name="台账.csv", fingerprint="", sheet="", encoding="",
        mapping={}, state="finished", rows_done=1, rows_total=1, counts={}, started_at=at(3, 5),
    )  # fmt: skip
    with desk.working() as work:
        work.session.add(row)
    return row.id


def _stored(desk: CompanyDesk, state: str, category: str, run_id: UUID | None = None, **fields: str) -> UUID:
    """Store a ticket as an import leaves it: it has come somewhere, and nobody has made a move."""
    row = TicketRow(
        plugin="sample", type="sample_repair", subject="漏水", number=f"BX{uuid4().hex[:8]}", description="漏水",
        channel="other", contact_name="", contact_phone="", place="", severity="", category="", cause="", finding="",
        state=state, state_category=category, is_open=category == "new", round=1, opened_at=at(1, 4, 10),
        changed_at=at(1, 4, 10), fields=fields, flags=[], import_run_id=run_id,
    )  # fmt: skip
    with desk.working() as work:
        work.session.add(row)
        work.session.flush()
        return row.id


@pytest.mark.parametrize(
    ("how", "runs"),
    [
        ("each", [("2026-02-05", 0, RunState.MISSED), ("2026-03-05", 0, RunState.OPEN)]),
        ("merge", [("2026-03-05", 1, RunState.OPEN)]),
        ("missed", [("2026-02-05", 0, RunState.MISSED), ("2026-03-05", 0, RunState.OPEN)]),
    ],
)
def test_a_ticket_that_was_there_before_is_called_from_its_day_as_the_catch_up_says(
    company_desk: CompanyDesk, wait: Wait, how: str, runs: list[tuple[str, int, RunState]]
) -> None:
    company_desk.policies.set("sample.catch_up", how, at(1, 1))
    run_id = _run(company_desk)
    ticket_id = _stored(company_desk, "closed", "closed", run_id, repaired_on="2026-01-05")
    wait(at(3, 5, 12))
    assert company_desk.plans.of_ticket(ticket_id) == ()
    told: list[tuple[int, int]] = []

    begun = company_desk.plans.take_up(run_id, progress=lambda done, total: told.append((done, total)))

    assert (begun, told) == (PlansTakenUp(tickets=1, plans=1, undated=0), [(1, 1)])
    (plan,) = company_desk.plans.of_ticket(ticket_id)
    assert (plan.anchor_at, plan.anchor_event) == (at(1, 5, 0), "field:repaired_on")
    made = company_desk.plans.runs(plan.id)[::-1]
    assert [(run.planned_for.isoformat(), len(run.stands_for), run.state) for run in made] == runs
    (act,) = company_desk.journal.latest(act="plan.taken_up")
    assert act.after == {"tickets": 1, "plans": 1, "undated": 0}
    assert company_desk.journal.verify().first_bad is None


def test_nothing_is_taken_up_twice_without_leave_or_of_no_run(
    company_desk: CompanyDesk, person: People, unchanged: Unchanged
) -> None:
    run_id, agent = _run(company_desk), person("agent")
    _stored(company_desk, "closed", "closed", run_id, repaired_on="2026-01-05")
    with unchanged(), pytest.raises(NotAllowed):
        agent.plans.take_up(run_id)
    with unchanged(), pytest.raises(NotFound):
        company_desk.plans.take_up(uuid4())
    company_desk.plans.take_up(run_id)
    for again in (run_id, None):
        with unchanged():
            assert company_desk.plans.take_up(again) == PlansTakenUp(0, 0, 0)


def test_without_a_run_every_ticket_of_the_company_is_looked_at(
    company_desk: CompanyDesk, other_desk: CompanyDesk
) -> None:
    ticket_id = _stored(company_desk, "closed", "closed", repaired_on="2026-01-05")
    strange = _stored(other_desk, "closed", "closed", repaired_on="2026-01-05")
    assert company_desk.plans.take_up(_run(company_desk)) == PlansTakenUp(0, 0, 0)
    assert company_desk.plans.take_up() == PlansTakenUp(1, 1, 0)
    assert len(company_desk.plans.of_ticket(ticket_id)) == 1
    assert other_desk.plans.of_ticket(strange) == ()


@pytest.mark.parametrize(
    ("state", "category", "day", "undated"),
    [
        ("closed", "closed", "", 1),
        ("new", "new", "2026-01-05", 0),
        ("void", "void", "2026-01-05", 0),
        ("merged", "closed", "2026-01-05", 0),
        ("closed", "closed", "2026-12-05", 0),
    ],
    ids=["no day", "not done yet", "void", "gone up in another one", "a day to come"],
)
def test_what_has_not_happened_is_over_or_has_no_day_begins_nothing(
    company_desk: CompanyDesk, unchanged: Unchanged, state: str, category: str, day: str, undated: int
) -> None:
    _stored(company_desk, state, category, repaired_on=day)
    with unchanged():
        assert company_desk.plans.take_up() == PlansTakenUp(0, 0, undated)
