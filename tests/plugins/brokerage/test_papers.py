"""The agent's statement on paper: what stands on it, and the sums that have to agree."""

from collections.abc import Mapping

import pytest

from gongdan.api import CompanyDesk, FormEntries, FormInput, NewTicket, Taken
from gongdan.errors import FormIncomplete
from gongdan.testing.factories import PASSWORD, People
from gongdan_brokerage import rules
from gongdan_brokerage.forms import REBATE_STATEMENT_FORM

GOLD = {"product": "黄金", "lots": "120", "volume": "8400000", "rate": "30 元/手", "amount": "3600"}
SILVER = {"product": "白银", "lots": "40", "volume": "1600000", "rate": "万分之三", "amount": "480"}


def _entries(**taken: str) -> FormEntries:
    lines: Mapping[str, tuple[Mapping[str, object], ...]] = {"trades": (GOLD, SILVER)}
    return FormEntries(fields={}, lines=lines, taken=taken)


@pytest.mark.clause("001-10-13")
def test_a_statement_shows_volume_rebate_paid_and_pending() -> None:
    sections = REBATE_STATEMENT_FORM.sections
    shown = {part.name for section in sections for part in section.parts if isinstance(part, Taken)}
    assert {"volume", "accrued", "paid", "opening_pending", "closing_pending"} <= shown


@pytest.mark.clause("001-10-26")
def test_the_lines_make_the_rebate_of_the_month() -> None:
    assert rules.lines_make_the_rebate(_entries(accrued="4080")) is None
    assert rules.lines_make_the_rebate(_entries(accrued="4080.01")) == "明细返佣额合计与本期返佣额不符"


@pytest.mark.clause("001-10-26")
def test_the_lines_and_what_nobody_has_brought_make_the_volume() -> None:
    assert rules.lines_make_the_volume(_entries(volume="10000500", unattributed="500")) is None
    assert rules.lines_make_the_volume(_entries(volume="10000500")) == "明细交易额合计加未归属，与交易额不符"


# --- Through the services -----------------------------------------------------------------------


def _computed(clerk: CompanyDesk, accrued: str) -> None:
    ticket = clerk.intake.open(
        NewTicket(
            type="rebate_statement",
            subject="瑞丰商贸 2026-02 返佣",
            contact_name="杭州瑞丰商贸有限公司",
            contact_phone="13064715718",
            fields={"month": "2026-02"},
        )
    )
    figures = {"volume": "10000000", "opening_pending": "0", "accrued": accrued, "unattributed": "0"}
    clerk.moves.make(ticket.id, "compute", ticket.version, figures)


@pytest.mark.clause("001-10-25")
@pytest.mark.clause("001-10-26")
def test_a_statement_whose_sums_differ_is_not_filed(person: People) -> None:
    clerk, reviewer = person("rebate_clerk", name="唐雯"), person("rebate_reviewer", name="杨勇")
    head = person("brokerage_head", name="胡明贵")
    _computed(clerk, accrued="4081")
    (draft,) = clerk.forms.of_ticket(clerk.tickets.by_number("FY202603-001").id)
    draft = clerk.forms.save(draft.id, draft.version, FormInput(lines={"trades": [GOLD, SILVER]}))
    for desk, box in ((clerk, "preparer"), (reviewer, "reviewer"), (head, "head")):
        draft = desk.signing.type(draft.id, box, draft.digests[box], PASSWORD)

    with pytest.raises(FormIncomplete) as refused:
        clerk.forms.file(draft.id, draft.version)

    assert [(each.field, each.rule) for each in refused.value.problems] == [
        ("lines.trades", "明细返佣额合计与本期返佣额不符")
    ]
    assert clerk.forms.find(draft.id) == draft
