"""Sites in three phases, and the calls that their plans bring: weekly, monthly, and in the second year quarterly."""

from datetime import datetime, time, timedelta
from typing import Final

from gongdan.api import CompanyDesk, DemoCase, DemoPaper, DemoStep, RunView, as_member, at_moment, play

#: Days before today: the sites are taken over, and the callers have done what came until the latter.
_TAKEN_OVER: Final = 30
_CALLED_UNTIL: Final = 5
_CALLER: Final = "liting"
#: The weekly call that nobody makes.
_FORGOTTEN: Final = 2

AT_WORK: Final = "金色家园 3-3-502"
FIRST_YEAR: Final = "世纪城 6-1-1502"
SECOND_YEAR: Final = "阳光里 2-2-401"


#: The customer has signed, finance has not yet seen it.
_SETTLEMENT: Final = DemoPaper(
    kind="decoration.settlement_sheet",
    fields={"contract_number": "HT2026-0077", "manual_returned": "true", "opinion": "认可，尾款本周付清"},
    lines={
        "amounts": (
            {"kind": "contract", "what": "半包合同", "amount": "128000.00"},
            {"kind": "addition", "what": "增加阳台封窗", "amount": "6500.50"},
            {"kind": "deduction", "what": "取消储藏室柜体", "amount": "-3200.00"},
            {"kind": "compensation", "what": "延期 3 天", "amount": "-600.00"},
            {"kind": "payment", "what": "一期款", "amount": "-64000.00"},
            {"kind": "payment", "what": "中期款", "amount": "-44800.00"},
        )
    },
    members={"site_manager": "wugang", "service": "sunli"},
    outsiders={"customer": "丁洁"},
    is_filed=True,
)


def _site(
    place: str,
    customer: tuple[str, str],
    begun: int,
    completed: int | None = None,
    *,
    paper: DemoPaper | None = None,
) -> DemoCase:
    """Return the case of a customer's site; days before today on which works began and were completed."""
    begin = DemoStep(after_minutes=10, who=_CALLER, move="begin", values={"begun_on": _days_ago(begun)})
    steps = [begin]
    if completed is not None:
        values = {"completed_on": _days_ago(completed)}
        steps.append(DemoStep(after_minutes=20, who=_CALLER, move="complete", values=values))
    if paper:
        steps.append(DemoStep(after_minutes=200, who=_CALLER, paper=paper))
    return DemoCase(
        type="site_works",
        who=_CALLER,
        description="由纸质台账转入，按期回访",
        customer=customer,
        place=place,
        days_ago=_TAKEN_OVER,
        at=time(9, 0),
        steps=tuple(steps),
    )


def _days_ago(days: int) -> timedelta:
    """Return the time from the opening."""
    return timedelta(days=_TAKEN_OVER - days)


WORKS: Final[tuple[DemoCase, ...]] = (
    _site(AT_WORK, ("许文娟", "13700020004"), 35),
    _site(FIRST_YEAR, ("丁洁", "13700020008"), 210, 96, paper=_SETTLEMENT),
    _site(SECOND_YEAR, ("冯静", "13700020009"), 585, 470),
)


def follow_works(desk: CompanyDesk) -> None:
    """Open the sites, and let the callers do what comes day by day, but for one call that they forget."""
    play(desk, WORKS)
    today = desk.installation.clock().astimezone(desk.zone).date()
    for ago in range(_TAKEN_OVER, _CALLED_UNTIL - 1, -1):
        moment = datetime.combine(today - timedelta(days=ago), time(17), desk.zone)
        desk.installation.timers.run_due(moment)
        with at_moment(desk.installation, moment):
            _call(as_member(desk, _CALLER))


def _call(caller: CompanyDesk) -> None:
    for run in caller.plans.live():
        if run.ticket_id is not None and not _is_forgotten(run):
            caller.plans.complete(run.id, "电话接通，客户满意，无遗留问题")


def _is_forgotten(run: RunView) -> bool:
    return run.rule == "decoration.works_calls" and run.number == _FORGOTTEN
