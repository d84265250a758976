"""Repairs of the week, each at another point of its way."""

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Final

from gongdan.api import DemoCase, DemoStep

_FREE: Final[Mapping[str, object]] = {"charge_kind": "free"}
_PAID: Final[Mapping[str, object]] = {"charge_kind": "paid"}


def _visit(hours: float, charge: Mapping[str, object]) -> Mapping[str, object]:
    return {**charge, "visit_at": timedelta(hours=hours)}


def _dispatch(after: int, worker: str, trade: str, who: str = "liuwenjing") -> DemoStep:
    return DemoStep(after_minutes=after, who=who, move="dispatch", values={"assignee": worker, "trade": trade})


def _arrive_and_start(after: int, worker: str) -> tuple[DemoStep, ...]:
    return (
        DemoStep(after_minutes=after, who=worker, move="arrive"),
        DemoStep(after_minutes=after + 6, who=worker, move="start", values=_FREE),
    )


def _quote(after: int, worker: str, amount: str) -> tuple[DemoStep, ...]:
    quoted = {**_PAID, "quote_amount": amount, "quote_accepted": "true"}
    return (
        DemoStep(after_minutes=after, who=worker, move="arrive"),
        DemoStep(after_minutes=after + 10, who=worker, move="start", values=quoted),
    )


def _finish(after: int, worker: str, *, result: str, materials: str, hours: str, **more: object) -> DemoStep:
    values = {"result": result, "materials": materials, "hours": hours, "cause": "wear", **more}
    return DemoStep(after_minutes=after, who=worker, move="finish", values=values)


def _confirm(after: int, worker: str, customer: str) -> DemoStep:
    values = {"confirmation_way": "signature", "confirmed_by": customer}
    return DemoStep(after_minutes=after, who=worker, move="confirm", values=values)


def _call_back(after: int, satisfaction: str, opinion: str = "", who: str = "zhangmin") -> DemoStep:
    values = {"callback_way": "phone", "callback_satisfaction": satisfaction, "callback_opinion": opinion}
    return DemoStep(after_minutes=after, who=who, move="call_back", values=values)


def _close(after: int, who: str = "zhangmin") -> DemoStep:
    return DemoStep(after_minutes=after, who=who, move="close")


#: The worker did not come when he had promised; a complaint follows from it.
WAITED_FOR: Final = DemoCase(
    type="repair",
    who="guoming",
    description="卫生间吊顶滴水，怀疑楼上漏水，业主请了半天假在家等",
    customer=("何超娟", "13869701881"),
    place="2-2-1906",
    days_ago=2,
    at=time(8, 40),
    fields=_visit(1.5, _FREE),
    steps=(
        _dispatch(12, "hujunming", "plumber"),
        DemoStep(after_minutes=95, who="guoming", note="业主来电催促，@胡军明 还在 1 栋抢修，已致歉并改约十一点半"),
        *_arrive_and_start(185, "hujunming"),
        DemoStep(
            after_minutes=230,
            who="hujunming",
            move="pause",
            values={"pause_reason": "owner", "resume_on": timedelta(days=3)},
            note="楼上 2006 业主出差，无法入户关阀，已留言",
        ),
    ),
)

REPAIRS: Final[tuple[DemoCase, ...]] = (
    DemoCase(
        type="repair",
        who="zhangmin",
        description="厨房水管接口漏水，地板已泡湿一片，请尽快派人处理",
        customer=("吴涵国", "13883324036"),
        place="3-2-501",
        minutes_ago=14,
        fields=_visit(0.5, _PAID),
    ),
    DemoCase(
        type="repair",
        who="guoming",
        description="大堂声控灯有三盏不亮，晚上进出看不清台阶",
        customer=("赵强", "13900010005"),
        place="1栋大堂",
        channel="patrol",
        minutes_ago=52,
        fields={**_visit(3, _FREE), "reported_by": "staff"},
    ),
    DemoCase(
        type="repair",
        who="zhangmin",
        description="入户门锁芯卡顿，钥匙要转很多次才能打开",
        customer=("罗国", "13571633558"),
        place="3-1-1105",
        channel="wechat",
        minutes_ago=85,
        fields=_visit(2, _PAID),
        steps=(_dispatch(9, "chenyanyang", "handyman"),),
    ),
    DemoCase(
        type="repair",
        who="guoming",
        description="客厅空气开关反复跳闸，怀疑是空调线路问题",
        customer=("朱勇", "13862528522"),
        place="2-1-1002",
        minutes_ago=130,
        fields=_visit(1, _PAID),
        steps=(
            _dispatch(7, "sungangyong", "electrician"),
            DemoStep(after_minutes=24, who="sungangyong", move="arrive"),
        ),
    ),
    DemoCase(
        type="repair",
        who="zhangmin",
        description="卫生间地漏返味严重，洗澡时下水很慢",
        customer=("郭秀", "19966993908"),
        place="2-1-603",
        minutes_ago=200,
        fields=_visit(1, _PAID),
        steps=(_dispatch(10, "hujunming", "plumber"), *_quote(55, "hujunming", "60")),
    ),
    DemoCase(
        type="repair",
        who="guoming",
        description="对讲系统没有声音，访客按门铃听不见",
        customer=("赵娜刚", "15939385904"),
        place="1-1-805",
        days_ago=2,
        at=time(10, 5),
        fields=_visit(3, _FREE),
        steps=(
            _dispatch(20, "sungangyong", "low_voltage"),
            *_arrive_and_start(170, "sungangyong"),
            DemoStep(
                after_minutes=215,
                who="sungangyong",
                move="pause",
                values={"pause_reason": "parts", "resume_on": timedelta(days=4)},
                note="室内机主板损坏，同型号缺货，已向厂家订货",
            ),
        ),
    ),
    WAITED_FOR,
    DemoCase(
        type="repair",
        who="zhangmin",
        description="电梯关门时有异响，到五层会停顿一下",
        customer=("林欣", "15047058063"),
        place="2栋 A 梯",
        days_ago=1,
        at=time(9, 20),
        fields=_visit(2, _FREE),
        steps=(
            DemoStep(
                after_minutes=15,
                who="liuwenjing",
                move="dispatch",
                values={"outside_firm": "宏达电梯维保", "assignee": "zhaoqiang", "trade": "lift"},
            ),
            *_arrive_and_start(110, "zhaoqiang"),
            _finish(
                190,
                "zhaoqiang",
                result="更换门机皮带，五层平层已校正",
                materials="门机皮带 1 条（维保自带）",
                hours="1.5",
                cause="equipment",
            ),
        ),
    ),
    DemoCase(
        type="repair",
        who="guoming",
        description="阳台推拉门滑轮脱落，推不动了",
        customer=("吴娜艳", "19981138545"),
        place="1-2-906",
        days_ago=1,
        at=time(14, 10),
        fields=_visit(2, _PAID),
        steps=(
            _dispatch(8, "chenyanyang", "handyman"),
            *_quote(75, "chenyanyang", "80"),
            _finish(
                130,
                "chenyanyang",
                result="更换滑轮一对，轨道清理",
                materials="不锈钢滑轮 2 只",
                hours="0.8",
                fee="80",
                receipt_number="0036118",
            ),
            _confirm(136, "chenyanyang", "吴娜艳"),
        ),
    ),
    DemoCase(
        type="repair",
        who="zhangmin",
        description="暖气不热，测量室温只有十五度",
        customer=("罗丽子", "15088156216"),
        place="3-1-802",
        days_ago=2,
        at=time(16, 30),
        fields=_visit(1, _FREE),
        steps=(
            _dispatch(11, "hujunming", "hvac"),
            *_arrive_and_start(48, "hujunming"),
            _finish(
                100,
                "hujunming",
                result="分水器排气，清洗过滤网，回水温度恢复",
                materials="无",
                hours="1",
                cause="equipment",
            ),
            _confirm(108, "hujunming", "罗丽子"),
            DemoStep(
                after_minutes=1080,
                who="zhangmin",
                move="miss_callback",
                values={"next_callback_at": timedelta(days=2, hours=2)},
            ),
        ),
    ),
    DemoCase(
        type="repair",
        who="guoming",
        description="马桶水箱一直进水，关不住",
        customer=("王文", "17741584650"),
        place="2-1-306",
        days_ago=2,
        at=time(9, 0),
        fields=_visit(1, _PAID),
        steps=(
            _dispatch(6, "hujunming", "plumber"),
            *_quote(50, "hujunming", "95"),
            _finish(
                95,
                "hujunming",
                result="更换进水阀",
                materials="进水阀 1 只",
                hours="0.6",
                fee="95",
                receipt_number="0036104",
            ),
            _confirm(101, "hujunming", "王文"),
            _call_back(1500, "unsatisfied", "夜里又开始流水，声音很大，要求重新处理"),
        ),
    ),
    DemoCase(
        type="repair",
        who="zhangmin",
        description="主卧窗户关不严，刮风时有哨音",
        customer=("胡兰子", "13814398117"),
        place="1-1-602",
        days_ago=4,
        at=time(10, 30),
        fields=_visit(4, _FREE),
        steps=(
            _dispatch(15, "chenyanyang", "carpenter"),
            *_arrive_and_start(235, "chenyanyang"),
            _finish(280, "chenyanyang", result="调整铰链", materials="无", hours="0.5"),
            _confirm(285, "chenyanyang", "胡兰子"),
            _call_back(1650, "unsatisfied", "风大时还是响，密封条也老化了"),
            DemoStep(after_minutes=1655, who="zhangmin", move="rework"),
            _dispatch(1680, "chenyanyang", "carpenter"),
            *_arrive_and_start(3000, "chenyanyang"),
        ),
    ),
    DemoCase(
        type="repair",
        who="guoming",
        description="厨房水龙头滴水",
        customer=("吴华刚", "15018937487"),
        place="2-2-402",
        days_ago=4,
        at=time(15, 20),
        fields=_visit(1, _PAID),
        steps=(
            _dispatch(10, "hujunming", "plumber"),
            *_quote(40, "hujunming", "50"),
            _finish(
                70,
                "hujunming",
                result="更换阀芯",
                materials="陶瓷阀芯 1 只",
                hours="0.4",
                fee="50",
                receipt_number="0036071",
            ),
            _confirm(75, "hujunming", "吴华刚"),
            _call_back(1140, "satisfied", "师傅很准时，还套了鞋套"),
            _close(1142),
        ),
    ),
    DemoCase(
        type="repair",
        who="liuwenjing",
        description="地下车库 B1 入口道闸抬杆后不落",
        customer=("何伟文", "13900010010"),
        place="地下车库 B1",
        channel="patrol",
        days_ago=3,
        at=time(7, 50),
        fields={**_visit(0.5, _FREE), "reported_by": "staff"},
        steps=(
            _dispatch(5, "sungangyong", "low_voltage"),
            *_arrive_and_start(22, "sungangyong"),
            _finish(
                75,
                "sungangyong",
                result="清洁地感线圈接头，重新整定落杆时间",
                materials="无",
                hours="0.9",
                cause="equipment",
            ),
            DemoStep(after_minutes=90, who="zhaoqiang", move="foreman_confirm"),
            _call_back(400, "satisfied", who="guoming"),
            _close(401, "guoming"),
        ),
    ),
    DemoCase(
        type="repair",
        who="zhangmin",
        description="燃气灶打不着火",
        customer=("朱军艳", "13882651824"),
        place="1-2-404",
        days_ago=1,
        at=time(18, 15),
        fields=_visit(1, _PAID),
        steps=(
            DemoStep(
                after_minutes=25,
                who="zhangmin",
                move="cancel",
                values={"remark": "业主换了电池后正常，来电撤单"},
            ),
        ),
    ),
)
