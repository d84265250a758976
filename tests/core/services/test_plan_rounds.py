"""Rounds in which each thing has its turn once, while things come and go and the program stands still."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from types import ModuleType
from uuid import UUID

import pytest

from gongdan.domain.plans import CatchUp
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.plan_rows import TargetView
from gongdan.testing import sample
from gongdan.testing.beginnings import Beginning
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import Factory
from tests.core.services.planned import VISITS, Wait, at, with_plans


@pytest.fixture
def plugin_modules() -> Mapping[str, ModuleType]:
    return {sample.NAME: with_plans(replace(VISITS, catch_up=CatchUp.EACH))}


@pytest.fixture
def flats(begin: Beginning, factory: Factory, company_desk: CompanyDesk) -> Sequence[UUID]:
    """Five occupied flats."""
    return begin(lambda: _build(factory, company_desk))


def _build(factory: Factory, company_desk: CompanyDesk) -> Sequence[UUID]:
    building, owner = factory.building(), factory.party()
    units = [factory.unit(building) for _ in range(5)]
    for unit in units:
        company_desk.assets.link(unit.id, "sample_owner", party_id=owner.id)
    return [unit.id for unit in units]


def _drawn(desk: CompanyDesk) -> list[list[TargetView]]:
    """Return what each run deals with, the oldest run first."""
    (plan,) = desk.plans.all()
    return [list(desk.plans.run(run.id).targets) for run in desk.plans.runs(plan.id)[::-1]]


@pytest.mark.clause("SAMPLE-P2")
def test_runs_that_are_made_up_for_at_once_repeat_nobody_in_a_round(
    company_desk: CompanyDesk, desk: Desk, clock: Clock, flats: Sequence[UUID]
) -> None:
    clock.set(at(6, 2, 12))
    while desk.timers.run_ready():
        pass
    # Two fifths of five are two; the third run takes the last one and one of the next round.
    targets = [target for run in _drawn(company_desk) for target in run]
    assert [target.round for target in targets] == [1, 1, 1, 1, 1, 2]
    assert {target.thing_id for target in targets[:5]} == set(flats)


@pytest.mark.clause("SAMPLE-P2")
def test_who_moves_in_joins_the_round_and_who_moves_out_leaves_it(
    company_desk: CompanyDesk, factory: Factory, flats: Sequence[UUID], wait: Wait
) -> None:
    wait(at(4, 1, 12))
    (april,) = _drawn(company_desk)
    left = [flat for flat in flats if flat not in {target.thing_id for target in april}]
    # One of the three that are left moves out, and another one moves in elsewhere.
    (link,) = company_desk.assets.links(left[0])
    company_desk.assets.end_link(link.id, date(2026, 4, 20))
    new = factory.unit()
    company_desk.assets.link(new.id, "sample_owner", party_id=factory.party().id, begins=date(2026, 4, 20))
    wait(at(6, 1, 12))
    _, may, june = _drawn(company_desk)
    # Of five that are occupied two a month: three in this round are left after April, one of them for June.
    assert [target.round for target in (*may, *june)] == [1, 1, 1, 2]
    assert {target.thing_id for target in (*may, june[0])} == {left[1], left[2], new.id}
    assert left[0] not in {target.thing_id for target in june}
