"""Repairs of a week: one in each of the states where somebody has something to do."""

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Final

from gongdan.api import DemoCase, DemoPaper, DemoStep
from gongdan_gps_install.demo.orders import HONGYUAN, RONGXIN, ZHONGCHENG

_SLIP: Final = DemoPaper(
    kind="gps_install.repair_slip",
    fields={"opinion": "换得快，收费清楚"},
    lines={
        "parts": (
            {"item": "T360-16 终端", "quantity": "1", "amount": "340.00"},
            {"item": "GPS 天线", "quantity": "1", "amount": "20.00"},
        )
    },
    answers=dict.fromkeys(("data", "tools", "parts", "papers"), "passed"),
    members={"technician": "zhaolei", "manager": "zhoujie"},
    outsiders={"customer": "马春"},
    is_filed=True,
)


def _request(plate: str, model: str, address: str, symptom: str, *, bought_days: int) -> Mapping[str, object]:
    return {
        "plate": plate,
        "terminal_model": model,
        "customer_address": address,
        "symptom": symptom,
        "bought_on": timedelta(days=-bought_days),
    }


def _step(after: int, who: str, move: str, **values: object) -> DemoStep:
    return DemoStep(after_minutes=after, who=who, move=move, values=values)


def _submit(after: int, place: str, *, visit_hours: int, warranty_days: int) -> DemoStep:
    return _step(
        after,
        "huangli",
        "submit",
        visit_at=timedelta(hours=visit_hours),
        visit_place=place,
        warranty_until=timedelta(days=warranty_days),
    )


def _sent(approve: int, installer: str, depart: int, arrive: int) -> tuple[DemoStep, ...]:
    return (
        DemoStep(after_minutes=approve, who="zhoujie", approval="gps_install.order", answer="approve"),
        _step(approve + 5, "zhoujie", "dispatch", assignee=installer),
        _step(depart, installer, "depart", data_checked="true", kit_packed="true"),
        _step(arrive, installer, "arrive"),
    )


REPAIRS: Final[tuple[DemoCase, ...]] = (
    DemoCase(
        type="terminal_repair",
        who="huangli",
        subject="众诚渣土 粤E34525 不上线",
        description="平台三天收不到定位，司机说电源灯不亮",
        customer=ZHONGCHENG,
        place="粤E34525",
        category="offline",
        minutes_ago=35,
        fields=_request("粤E34525", "BSJ-A5", "佛山南庄渣土停车场", "三天没有定位，电源灯不亮", bought_days=210),
    ),
    DemoCase(
        type="terminal_repair",
        who="huangli",
        subject="融信汽车金融 粤BD20356 定位漂移",
        description="位置在东莞与深圳之间来回跳",
        customer=RONGXIN,
        place="粤BD20356",
        channel="mail",
        severity="urgent",
        category="drift",
        minutes_ago=260,
        fields=_request("粤BD20356", "KM-01W", "深圳福田总部地下二层", "定位来回跳，最远差 40 公里", bought_days=120),
        steps=(_submit(20, "深圳福田总部地下二层", visit_hours=5, warranty_days=245),),
    ),
    DemoCase(
        type="terminal_repair",
        who="huangli",
        subject="宏远车队 粤L39898 视频无画面",
        description="二号摄像头黑屏",
        customer=HONGYUAN,
        place="粤L39898",
        category="video",
        days_ago=1,
        at=time(9, 0),
        fields=_request("粤L39898", "HB-DV05", "惠州宏远停车场", "二号摄像头黑屏", bought_days=600),
        steps=(
            _submit(15, "惠州宏远停车场", visit_hours=4, warranty_days=-235),
            *_sent(30, "maguoqiang", 120, 230),
            _step(
                260,
                "maguoqiang",
                "wait_for_part",
                missing_part="摄像头延长线 5 米",
                remark="明日补件",
            ),
            DemoStep(
                after_minutes=265,
                who="maguoqiang",
                approval="gps_install.improvise",
                answer="spoken",
                values={"by": "zhoujie", "channel": "phone"},
                words="电话请示：车今晚要出，同意改用库存 3 米线临时接通",
            ),
            _step(270, "maguoqiang", "improvise", workaround="库存 3 米线临时接通"),
            _step(275, "maguoqiang", "wait_for_part", remark="已临时接通，等 5 米线"),
        ),
    ),
    DemoCase(
        type="terminal_repair",
        who="huangli",
        subject="众诚渣土 粤E5685挂 换终端",
        description="终端进水，需要更换",
        customer=ZHONGCHENG,
        place="粤E5685挂",
        category="damage",
        days_ago=2,
        at=time(8, 40),
        fields=_request("粤E5685挂", "T360-16", "佛山南庄渣土停车场", "终端进水，指示灯全灭", bought_days=800),
        steps=(
            _submit(12, "佛山南庄渣土停车场", visit_hours=3, warranty_days=-435),
            *_sent(25, "zhaolei", 60, 170),
            _step(
                230,
                "zhaolei",
                "repair",
                repair_result="更换终端与 SIM 卡，上线测试正常",
                cause="misuse",
                old_terminal_number="13812340011",
                new_terminal_number="13812340007",
                label_written="true",
                old_sim_number="1410012340011",
                new_sim_number="1410012340007",
                parts_fee="360",
            ),
            _step(
                245,
                "zhaolei",
                "confirm",
                confirmed_by="马春",
                payment_way="wechat",
                invoice_number="24442000000012345678",
                nothing_damaged="true",
            ),
            DemoStep(after_minutes=250, who="zhaolei", paper=_SLIP),
            _step(400, "zhaolei", "hand_in", papers_complete="true", money_handed_over="true"),
        ),
    ),
    DemoCase(
        type="terminal_repair",
        who="huangli",
        subject="宏远车队 粤L62017 停机",
        description="卡欠费停机，平台续费后恢复",
        customer=HONGYUAN,
        place="粤L62017",
        category="offline",
        days_ago=3,
        at=time(15, 10),
        fields=_request("粤L62017", "HB-DV05", "惠州宏远停车场", "昨晚起离线", bought_days=40),
        steps=(
            _step(
                25,
                "huangli",
                "settle_remotely",
                repair_result="SIM 卡欠费停机，续费后 10 分钟上线",
                cause="card",
                result_told="true",
            ),
        ),
    ),
)
