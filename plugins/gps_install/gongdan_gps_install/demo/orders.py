"""Orders of a week, each at another point of its way."""

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Final

from gongdan.api import DemoCase, DemoPaper, DemoStep

HONGYUAN: Final = ("惠州市宏远车队", "0752-2881166")
ZHONGCHENG: Final = ("佛山市众诚渣土运输有限公司", "0757-83336621")
RONGXIN: Final = ("深圳市融信汽车金融有限公司", "0755-26001188")
_ALL_PAPERS: Final[Mapping[str, object]] = {
    "has_request": "true",
    "has_vehicle_list": "true",
    "has_driver_data": "true",
}


def _vehicle(plate: str, colour: str, driver: str, phone: str) -> Mapping[str, object]:
    return {"plate": plate, "plate_colour": colour, "driver_name": driver, "driver_phone": phone}


def _accept(after: int) -> DemoStep:
    return DemoStep(after_minutes=after, who="huangli", move="accept")


def _submit(after: int, place: str, model: str, *, visit_hours: int) -> DemoStep:
    values = {"visit_at": timedelta(hours=visit_hours), "visit_place": place, "terminal_model": model}
    return DemoStep(after_minutes=after, who="huangli", move="submit", values=values)


def _approve(after: int) -> DemoStep:
    return DemoStep(after_minutes=after, who="zhoujie", approval="gps_install.order", answer="approve")


def _dispatch(after: int, installer: str) -> DemoStep:
    return DemoStep(after_minutes=after, who="zhoujie", move="dispatch", values={"assignee": installer})


def _depart(after: int, who: str) -> DemoStep:
    values = {"data_checked": "true", "kit_packed": "true"}
    return DemoStep(after_minutes=after, who=who, move="depart", values=values)


def _arrive(after: int, who: str) -> DemoStep:
    return DemoStep(after_minutes=after, who=who, move="arrive")


def _start(after: int, who: str, place: str, condition: str = "外观完好，仪表无故障灯") -> DemoStep:
    values = {"car_condition": condition, "fitting_place": place, "condition_agreed": "true"}
    return DemoStep(after_minutes=after, who=who, move="start", values=values)


def _test(after: int, who: str, terminal: str, sim: str) -> DemoStep:
    values = {"terminal_number": terminal, "sim_number": sim, "online": "true"}
    return DemoStep(after_minutes=after, who=who, move="test", values=values)


def _end(after: int, who: str, signer: str) -> tuple[DemoStep, ...]:
    return (
        DemoStep(
            after_minutes=after,
            who=who,
            move="confirm",
            values={"confirmed_by": signer, "nothing_damaged": "true"},
        ),
        DemoStep(after_minutes=after + 90, who=who, move="hand_in", values={"papers_complete": "true"}),
    )


def _paper(after: int, who: str, signer: str, photos: int) -> DemoStep:
    paper = DemoPaper(
        kind="gps_install.dispatch_order",
        fields={"photos": str(photos), "opinion": "安装整洁，讲解清楚"},
        answers=dict.fromkeys(("data", "tools", "parts", "papers"), "passed"),
        members={"technician": who, "manager": "zhoujie"},
        outsiders={"customer": signer},
        is_filed=True,
    )
    return DemoStep(after_minutes=after, who=who, paper=paper)


def _close(after: int, *, next_days: int) -> DemoStep:
    values = {"next_care_on": timedelta(days=next_days)}
    return DemoStep(after_minutes=after, who="huangli", move="close", values=values)


ORDERS: Final[tuple[DemoCase, ...]] = (
    DemoCase(
        type="installation_order",
        who="huangli",
        subject="融信汽车金融 新车加装有线加无线",
        description="新购车辆上牌前加装，位置须隐蔽",
        customer=RONGXIN,
        channel="mail",
        category="new",
        minutes_ago=25,
        fields={"has_request": "true", "vin": "LSVYS08RXPS007789", "plate_colour": "无", "vehicle_model": "小型轿车"},
    ),
    DemoCase(
        type="installation_order",
        who="huangli",
        subject="宏远车队 粤L6285挂 新装",
        description="挂车单独装一台，长待机型",
        customer=HONGYUAN,
        place="粤L6285挂",
        category="new",
        minutes_ago=140,
        fields={"has_request": "true", "has_vehicle_list": "true", **_vehicle("粤L6285挂", "黄", "", "")},
        steps=(
            DemoStep(
                after_minutes=12,
                who="huangli",
                move="ask_for_papers",
                values={"remark": "缺《司机信息和车辆基本信息》，已微信催补"},
            ),
        ),
    ),
    DemoCase(
        type="installation_order",
        who="huangli",
        subject="众诚渣土 粤E5685挂 新装",
        description="渣土车监管要求，须接 ACC 和举升信号",
        customer=ZHONGCHENG,
        place="粤E5685挂",
        category="new",
        minutes_ago=210,
        fields={**_ALL_PAPERS, **_vehicle("粤E5685挂", "黄", "马春", "13905979170")},
        steps=(_accept(10), _submit(25, "佛山南庄渣土停车场", "T360-16", visit_hours=22)),
    ),
    DemoCase(
        type="installation_order",
        who="huangli",
        subject="融信汽车金融 粤B7Q88K 加装",
        description="逾期车辆加装无线终端",
        customer=RONGXIN,
        place="粤B7Q88K",
        channel="mail",
        severity="urgent",
        category="second",
        minutes_ago=300,
        fields={**_ALL_PAPERS, **_vehicle("粤B7Q88K", "蓝", "", "")},
        steps=(_accept(5), _submit(12, "总部地下二层", "KM-01W", visit_hours=6), _approve(40)),
    ),
    DemoCase(
        type="installation_order",
        who="huangli",
        subject="宏远车队 粤L62017 新装",
        description="车队统一加装视频终端",
        customer=HONGYUAN,
        place="粤L62017",
        category="new",
        days_ago=1,
        at=time(9, 10),
        fields={**_ALL_PAPERS, **_vehicle("粤L62017", "黄", "吴芳强", "13928525357")},
        steps=(
            _accept(8),
            _submit(20, "惠州宏远停车场", "HB-DV05", visit_hours=25),
            _approve(55),
            _dispatch(60, "zhaolei"),
        ),
    ),
    DemoCase(
        type="installation_order",
        who="huangli",
        subject="融信汽车金融 粤B31820F 新装",
        description="纯电动货车，取电须避开高压线束",
        customer=RONGXIN,
        place="粤B31820F",
        category="new",
        days_ago=1,
        at=time(10, 30),
        fields={**_ALL_PAPERS, **_vehicle("粤B31820F", "黄绿", "周刚龙", "14784382227")},
        steps=(
            _accept(10),
            _submit(22, "龙岗物流园 B 区", "GT06N", visit_hours=4),
            _approve(50),
            _dispatch(58, "lianglei"),
            _depart(150, "lianglei"),
            _arrive(235, "lianglei"),
            _start(250, "lianglei", "右侧 A 柱内饰板后", "右后保险杠有旧划痕，已拍照"),
        ),
    ),
    DemoCase(
        type="installation_order",
        who="huangli",
        subject="宏远车队 粤L39898 移机",
        description="更换驾驶室后移机重装",
        customer=HONGYUAN,
        place="粤L39898",
        category="move",
        days_ago=2,
        at=time(8, 50),
        fields={**_ALL_PAPERS, **_vehicle("粤L39898", "蓝", "吴芳强", "13928525357")},
        steps=(
            _accept(6),
            _submit(15, "惠州宏远停车场", "GT06N", visit_hours=5),
            _approve(30),
            _dispatch(35, "maguoqiang"),
            _depart(120, "maguoqiang"),
            _arrive(225, "maguoqiang"),
            _start(240, "maguoqiang", "仪表台下方"),
            _test(300, "maguoqiang", "13812340001", "1064812340001"),
            DemoStep(
                after_minutes=310,
                who="maguoqiang",
                move="confirm",
                values={"confirmed_by": "吴芳强", "nothing_damaged": "true"},
            ),
        ),
    ),
    DemoCase(
        type="installation_order",
        who="huangli",
        subject="众诚渣土 粤E34525 更换终端",
        description="原终端频繁掉线，要求换装",
        customer=ZHONGCHENG,
        place="粤E34525",
        category="move",
        days_ago=4,
        at=time(14, 0),
        fields={**_ALL_PAPERS, **_vehicle("粤E34525", "黄", "徐龙", "13684382228")},
        steps=(
            _accept(9),
            _submit(18, "佛山南庄渣土停车场", "BSJ-A5", visit_hours=20),
            DemoStep(
                after_minutes=40,
                who="zhoujie",
                approval="gps_install.order",
                answer="return",
                words="车在保修期内，注明原终端号再报",
            ),
            DemoStep(after_minutes=48, who="huangli", move="revise"),
            DemoStep(after_minutes=50, who="huangli", note="原终端号 013812340002，已写入需求单"),
            _submit(55, "佛山南庄渣土停车场", "BSJ-A5", visit_hours=20),
            _approve(70),
            _dispatch(75, "zhaolei"),
            _depart(1090, "zhaolei"),
            _arrive(1190, "zhaolei"),
            _start(1200, "zhaolei", "副驾驶座下"),
            _test(1260, "zhaolei", "13812340002", "1064812340002"),
            DemoStep(
                after_minutes=1270,
                who="zhaolei",
                move="refit",
                values={"remark": "司机说座下碍事，改装到仪表台后"},
            ),
            _test(1320, "zhaolei", "13812340002", "1064812340002"),
            *_end(1330, "zhaolei", "徐龙"),
        ),
    ),
    DemoCase(
        type="installation_order",
        who="huangli",
        subject="融信汽车金融 粤BD20356 新装",
        description="融资租赁车辆，隐蔽安装",
        customer=RONGXIN,
        place="粤BD20356",
        category="new",
        days_ago=6,
        at=time(9, 30),
        fields={**_ALL_PAPERS, **_vehicle("粤BD20356", "渐变绿", "", "")},
        steps=(
            _accept(5),
            _submit(12, "总部地下二层", "KM-01W", visit_hours=5),
            _approve(20),
            _dispatch(25, "lianglei"),
            _depart(200, "lianglei"),
            _arrive(290, "lianglei"),
            _start(300, "lianglei", "由公司指定，不对外登记"),
            _test(360, "lianglei", "13812340003", "1440012340003"),
            *_end(370, "lianglei", "融信 林经理"),
            _paper(470, "lianglei", "林志远", 6),
            _close(1500, next_days=96),
        ),
    ),
    DemoCase(
        type="installation_order",
        who="huangli",
        subject="宏远车队 粤L62017 上门未遇",
        description="首次预约安装视频终端",
        customer=HONGYUAN,
        place="粤L62017",
        category="new",
        days_ago=5,
        at=time(10, 0),
        fields={**_ALL_PAPERS, **_vehicle("粤L62017", "黄", "吴芳强", "13928525357")},
        steps=(
            _accept(8),
            _submit(16, "惠州宏远停车场", "HB-DV05", visit_hours=5),
            DemoStep(
                after_minutes=30,
                who="huangli",
                approval="gps_install.outside",
                answer="spoken",
                values={"by": "zhoujie", "channel": "phone"},
                words="本部人员全部外出，客户急；电话请示，同意请惠州顺达汽车电子支援",
            ),
            DemoStep(
                after_minutes=35,
                who="huangli",
                move="dispatch_outside",
                values={
                    "outside_firm": "惠州顺达汽车电子",
                    "assignee": "maguoqiang",
                    "remark": "本部人员全部外出，客户急，同意外协",
                },
            ),
            DemoStep(
                after_minutes=260,
                who="zhoujie",
                approval="gps_install.outside",
                answer="approve",
                words="情况属实",
            ),
            DemoStep(
                after_minutes=420,
                who="maguoqiang",
                move="give_up",
                values={"failure_reason": "absent", "remark": "司机临时出车去河源，车队另约"},
            ),
        ),
    ),
    DemoCase(
        type="installation_order",
        who="huangli",
        subject="散户 粤B66T01 咨询后取消",
        description="个人车主要求加装定位",
        customer=("谭先生", "13600036001"),
        category="new",
        days_ago=3,
        at=time(11, 20),
        fields={"has_request": "true", **_vehicle("粤B66T01", "蓝", "谭先生", "13600036001")},
        steps=(
            DemoStep(
                after_minutes=30,
                who="huangli",
                move="cancel",
                values={"remark": "客户考虑后暂不安装"},
            ),
        ),
    ),
)
