"""Ticket numbers: one series for each type and period, in the company's own zone."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import UTC, datetime
from types import ModuleType

import pytest

from gongdan.domain.rulebook import Rulebook
from gongdan.errors import InvalidInput, NotAllowed, NotFound
from gongdan.services.actors import SYSTEM
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.numbers import reserve
from gongdan.testing import sample
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import Factory, People
from gongdan.testing.fakes import make_plugin

Unchanged = Callable[[], AbstractContextManager[None]]
TYPE = sample.REPAIR.name


@pytest.fixture(scope="module")
def plugin_modules() -> Mapping[str, ModuleType]:
    book = Rulebook(label="装修", description="x", ticket_types=(replace(sample.REPAIR, name="trade_repair"),))
    return {sample.NAME: sample, "trade": make_plugin(register_rulebook=lambda: book)}


def _take_and_fail(desk: CompanyDesk) -> None:
    with desk.working() as work:
        raise RuntimeError(desk.numbers.take(work.session, sample.REPAIR, work.now))


@pytest.mark.clause("001-13-22")
@pytest.mark.parametrize(
    ("pattern", "last", "next_", "numbers"),
    [
        ("{yyyy}-{serial:3}", "2026-12-31 15:59:59", "2026-12-31 16:00:00", ["2026-001", "2026-002", "2027-001"]),
        ("{yyyy}{mm}-{serial}", "2026-03-31 15:59:59", "2026-03-31 16:00:00", ["202603-1", "202603-2", "202604-1"]),
        ("{yy}{mm}{dd}{serial}", "2028-02-29 15:59:59", "2028-02-29 16:00:00", ["2802291", "2802292", "2803011"]),
        ("工单{serial}", "2026-12-31 15:59:59", "2026-12-31 16:00:00", ["工单1", "工单2", "工单3"]),
    ],
    ids=["year", "month", "day", "never"],
)
def test_serials_start_again_at_the_companys_midnight(
    company_desk: CompanyDesk, clock: Clock, pattern: str, last: str, next_: str, numbers: list[str]
) -> None:
    company_desk.numbers.set_pattern(TYPE, pattern)
    factory = Factory(company_desk)
    clock.set(datetime.fromisoformat(last).replace(tzinfo=UTC))
    opened = [factory.ticket().number, factory.ticket().number]
    clock.set(datetime.fromisoformat(next_).replace(tzinfo=UTC))
    assert [*opened, factory.ticket().number] == numbers


def test_a_company_elsewhere_has_its_own_midnight(desk: Desk, clock: Clock) -> None:
    there = desk.companies.create(SYSTEM, "vancouver", "温哥华物业", time_zone="America/Vancouver")
    desk.at(there).plugins.enable(sample.NAME)
    clock.set(datetime(2026, 4, 1, 6, 59, tzinfo=UTC))
    assert Factory(desk.at(there)).ticket().number == "BX202603-0001"
    clock.set(datetime(2026, 4, 1, 7, 0, tzinfo=UTC))
    assert Factory(desk.at(there)).ticket().number == "BX202604-0001"


def test_a_companys_own_pattern_holds_for_it_alone_until_it_is_dropped(
    company_desk: CompanyDesk, other_factory: Factory
) -> None:
    factory = Factory(company_desk)
    company_desk.numbers.set_pattern(TYPE, "{company}-{serial:3}")
    assert factory.ticket().number == "xingfu-001"
    assert other_factory.ticket().number == "BX202603-0001"
    company_desk.numbers.drop_pattern(TYPE)
    assert factory.ticket().number == "BX202603-0001"


def test_a_preview_takes_no_number(company_desk: CompanyDesk, unchanged: Unchanged) -> None:
    factory = Factory(company_desk)
    factory.ticket()
    with unchanged():
        assert company_desk.numbers.preview(TYPE, "BX{yyyy}{mm}-{serial:4}") == "BX202603-0002"
        shown = {each.ticket_type.name: each.next_number for each in company_desk.numbers.all()}
    assert shown == {TYPE: "BX202603-0002", "trade_repair": "BX202603-0001"}
    assert factory.ticket().number == "BX202603-0002"


def test_an_intake_that_fails_leaves_no_gap(company_desk: CompanyDesk, unchanged: Unchanged) -> None:
    factory = Factory(company_desk)
    factory.ticket()
    with unchanged(), pytest.raises(InvalidInput):
        factory.ticket(contact_name="王" * 200)
    with unchanged(), pytest.raises(RuntimeError, match="BX202603-0002"):
        _take_and_fail(company_desk)
    assert factory.ticket().number == "BX202603-0002"


def test_two_types_with_one_pattern_never_get_one_number(company_desk: CompanyDesk) -> None:
    factory = Factory(company_desk)
    opened = [factory.ticket(type=name).number for name in (TYPE, "trade_repair", TYPE, "trade_repair")]
    assert opened == ["BX202603-0001", "BX202603-0002", "BX202603-0003", "BX202603-0004"]


def test_a_block_of_serials_follows_on_without_a_gap(company_desk: CompanyDesk) -> None:
    with company_desk.working() as work:
        firsts = [reserve(work.session, TYPE, "2026-03", count) for count in (1, 500, 1)]
    assert firsts == [1, 2, 502]


@pytest.mark.parametrize("pattern", ["", "BX", "BX{year}{serial}", "{mm}{serial}", "{serial}" + "x" * 60])
def test_a_pattern_that_would_repeat_is_refused(company_desk: CompanyDesk, unchanged: Unchanged, pattern: str) -> None:
    with unchanged(), pytest.raises(InvalidInput) as refused:
        company_desk.numbers.set_pattern(TYPE, pattern)
    assert [(problem.field, problem.value) for problem in refused.value.problems] == [("pattern", pattern)]


def test_who_does_not_administer_the_company_sets_no_pattern(
    person: People, company_desk: CompanyDesk, unchanged: Unchanged
) -> None:
    agent = person("agent")
    with unchanged(), pytest.raises(NotAllowed):
        agent.numbers.set_pattern(TYPE, "{serial}")
    with unchanged(), pytest.raises(NotFound):
        company_desk.numbers.set_pattern("no_such_type", "{serial}")
