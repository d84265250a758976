"""Statements of the month before last, all paid or nearly so, and of the last month, each at another point.

The sums come out: opening + accrued + corrections - paid = closing, and the closing of one month opens the next.
"""

from collections.abc import Mapping, Sequence
from datetime import date, time, timedelta
from typing import Final

from gongdan.api import DemoCase, DemoPaper, DemoStep

_DAY: Final = 24 * 60
#: After so many days of a month most of the statements of the month before are on their way.
_SETTLING_DAYS: Final = 14

_RUIFENG: Final = (("杭州瑞丰商贸有限公司", "13064715718"), "A001")
_NINGBO: Final = (("宁波银河投资咨询有限公司", "17192532891"), "A002")
_NANNING: Final = (("南宁银河信息咨询有限公司", "18582907536"), "A003")
_DINGSHENG: Final = (("杭州鼎盛商贸有限公司", "17286195499"), "A004")
_ZHONGZE: Final = (("长沙中泽投资咨询有限公司", "13677775373"), "A005")
_HAICHENG: Final = (("厦门海诚贸易有限公司", "13600046006"), "A006")


def _figures(volume: str, opening: str, accrued: str, **more: str) -> Mapping[str, object]:
    return {"volume": volume, "opening_pending": opening, "accrued": accrued, "unattributed": "0", **more}


def _compute(after: int, figures: Mapping[str, object]) -> DemoStep:
    return DemoStep(after_minutes=after, who="tangwen", move="compute", values=figures)


def _review(after: int, way: str = "recalculated") -> DemoStep:
    values = {"review_way": way, "review_difference": "0"}
    return DemoStep(after_minutes=after, who="yangyong", move="review", values=values)


def _approve(after: int) -> DemoStep:
    return DemoStep(after_minutes=after, who="humingui", move="approve")


def _agree(after: int, name: str) -> DemoStep:
    return DemoStep(after_minutes=after, who="tangwen", move="confirm", values={"confirmed_by": name})


def _paper(after: int, signer: str, *trades: tuple[str, str, str, str]) -> DemoStep:
    """Return the statement on paper; of each product lots, volume and rebate."""
    lines = [
        {"product": product, "lots": lots, "volume": volume, "rate": "万分之三", "amount": amount}
        for product, lots, volume, amount in trades
    ]
    paper = DemoPaper(
        kind="brokerage.rebate_statement",
        lines={"trades": lines},
        members={"preparer": "tangwen", "reviewer": "yangyong", "head": "humingui"},
        outsiders={"agent": signer},
        is_filed=True,
    )
    return DemoStep(after_minutes=after, who="tangwen", paper=paper)


def _pay(after: int, paid: str, reference: str, *, move: str = "pay") -> DemoStep:
    values = {"paid": paid, "paid_on": timedelta(minutes=after), "bank_reference": reference}
    return DemoStep(after_minutes=after, who="liangfang", move=move, values=values)


def _close(after: int, closing: str) -> DemoStep:
    return DemoStep(after_minutes=after, who="tangwen", move="close", values={"closing_pending": closing})


def _case(agent: tuple[tuple[str, str], str], month: str, days_ago: int, at: time, /, *steps: DemoStep) -> DemoCase:
    customer, place = agent
    return DemoCase(
        type="rebate_statement",
        who="tangwen",
        subject=f"{customer[0]} {month} 返佣",
        description=f"{month} 代理商返佣报表",
        customer=customer,
        place=place,
        channel="other",
        days_ago=days_ago,
        at=at,
        fields={"month": month},
        steps=steps,
    )


def statements(today: date) -> Sequence[DemoCase]:
    """Return the statements of the last two months whose settling has gone on for a while by ``today``."""
    begun = today.replace(day=1)
    if (today - begun).days < _SETTLING_DAYS:
        begun = _month_before(begun)
    last = _month_before(begun)
    before = _month_before(last)
    return (
        *_settled(f"{before:%Y-%m}", (today - last).days),
        *_current(f"{last:%Y-%m}", (today - begun).days, f"{before.month} 月"),
    )


def _month_before(first_day: date) -> date:
    return (first_day - timedelta(days=1)).replace(day=1)


def _settled(month: str, days_ago: int) -> Sequence[DemoCase]:
    return (
        _case(
            _RUIFENG,
            month,
            days_ago - 3,
            time(9, 20),
            _compute(90, _figures("41260000", "0", "12378.00")),
            _review(240),
            _approve(_DAY),
            _agree(2 * _DAY, "梁文"),
            _paper(
                2 * _DAY + 5, "梁文", ("黄金", "418", "29260000", "8778.00"), ("白银", "300", "12000000", "3600.00")
            ),
            _pay(4 * _DAY, "12378.00", "BK-0031"),
            _close(20 * _DAY, "0"),
        ),
        _case(
            _NINGBO,
            month,
            days_ago - 3,
            time(10, 0),
            _compute(100, _figures("18930000", "560.00", "7572.00")),
            _review(260, "sampled"),
            _approve(_DAY + 10),
            _agree(3 * _DAY, "唐超"),
            _pay(5 * _DAY, "6000.00", "BK-0007", move="pay_in_part"),
            _close(20 * _DAY + 5, "2132.00"),
        ),
        _case(
            _ZHONGZE,
            month,
            days_ago - 3,
            time(10, 40),
            _compute(110, _figures("9650000", "0", "4344.00")),
            DemoStep(
                after_minutes=300,
                who="yangyong",
                move="send_back",
                values={"remark": "手数少计 15 手，请核对平台导出"},
            ),
            _compute(420, _figures("9650000", "0", "4524.00")),
            _review(500),
            _approve(_DAY + 20),
            _agree(2 * _DAY + 60, "杨兰"),
            _pay(4 * _DAY + 15, "4524.00", "BK-0044"),
            _close(20 * _DAY + 10, "0"),
        ),
    )


def _current(month: str, days_ago: int, before: str) -> Sequence[DemoCase]:
    return (
        _case(
            _RUIFENG,
            month,
            days_ago - 2,
            time(9, 15),
            _compute(80, _figures("38710000", "0", "11613.00")),
            _review(200),
            _approve(_DAY),
            _agree(3 * _DAY, "梁文"),
            _paper(
                3 * _DAY + 5, "梁文", ("黄金", "381", "26710000", "8013.00"), ("白银", "300", "12000000", "3600.00")
            ),
            _pay(6 * _DAY, "11613.00", "BK-0018"),
        ),
        _case(
            _NINGBO,
            month,
            days_ago - 2,
            time(9, 50),
            _compute(
                95,
                _figures(
                    "21440000",
                    "2132.00",
                    "8576.00",
                    corrections="-96.00",
                    correction_note=f"{before}白银第 4 行手数更正",
                ),
            ),
            _review(230),
            _approve(_DAY + 15),
            _agree(4 * _DAY, "唐超"),
            _pay(7 * _DAY, "5000.00", "BK-0009", move="pay_in_part"),
        ),
        _case(
            _ZHONGZE,
            month,
            days_ago - 3,
            time(10, 30),
            _compute(120, _figures("11020000", "0", "5136.00")),
            _review(260),
            _approve(_DAY + 5),
            _agree(5 * _DAY, "杨兰"),
        ),
        _case(
            _DINGSHENG,
            month,
            days_ago - 3,
            time(11, 10),
            _compute(90, _figures("6230000", "0", "1869.00")),
            _review(220, "sampled"),
            _approve(_DAY + 30),
            DemoStep(
                after_minutes=3 * _DAY,
                who="tangwen",
                move="dispute",
                values={"disputed_line": "黄金 12 日 3 手未计返佣", "remark": "代理商来电，要求逐笔核对"},
            ),
        ),
        _case(
            _NANNING,
            month,
            days_ago - 4,
            time(14, 0),
            _compute(60, _figures("4870000", "0", "2435.00")),
            _review(180),
            _approve(_DAY),
        ),
        _case(
            _HAICHENG,
            month,
            days_ago - 4,
            time(15, 20),
            _compute(
                75,
                _figures(
                    "3120000",
                    "0",
                    "936.00",
                    unattributed="85000",
                    unattributed_note="客户 C0213 月中换代理商，生效日前的成交待认定",
                ),
            ),
        ),
    )
