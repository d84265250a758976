"""The demo company fills itself, and its statements stand where they should."""

from datetime import date
from decimal import Decimal

import pytest

from gongdan.api import CompanyDesk, TicketFilter
from gongdan_brokerage.demo import DEMO
from gongdan_brokerage.demo.filling import fill
from gongdan_brokerage.demo.statements import statements
from tests.plugins.hiring import filed, hire


def test_the_demo_shows_statements_at_every_stage(company_desk: CompanyDesk) -> None:
    hire(company_desk, DEMO)
    told: list[str] = []
    fill(company_desk, told.append)
    assert told == ["登记代理商", "登记两个月的返佣结算"]
    found = company_desk.tickets.list(TicketFilter())
    assert sorted(line.ticket.state for line in found.lines) == [
        "approved",
        "closed",
        "closed",
        "closed",
        "computed",
        "confirmed",
        "disputed",
        "paid",
        "part_paid",
    ]
    assert filed(company_desk) == ["brokerage.rebate_statement"] * 2
    assert company_desk.journal.verify().first_bad is None


def test_the_closing_of_one_month_opens_the_next(company_desk: CompanyDesk) -> None:
    hire(company_desk, DEMO)
    fill(company_desk, lambda _text: None)
    found = company_desk.tickets.list(TicketFilter(text="宁波银河", sort="opened_at")).lines
    first, second = (line.ticket.fields for line in found)
    assert Decimal(str(first["closing_pending"])) == Decimal(str(second["opening_pending"])) == Decimal("2132.00")


@pytest.mark.parametrize(
    ("today", "months"),
    [
        (date(2026, 11, 21), ["2026-09", "2026-10"]),
        (date(2026, 11, 14), ["2026-08", "2026-09"]),
        (date(2026, 1, 15), ["2025-11", "2025-12"]),
    ],
)
def test_statements_are_of_months_that_are_over(today: date, months: list[str]) -> None:
    assert sorted({str(case.fields["month"]) for case in statements(today)}) == months
    assert all(case.days_ago * 24 * 60 >= max(step.after_minutes for step in case.steps) for case in statements(today))
