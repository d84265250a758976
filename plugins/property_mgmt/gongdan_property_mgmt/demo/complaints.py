"""Complaints of the week, each at another point of its way."""

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Final

from gongdan.api import DemoCase, DemoStep


def _fields(occurred: str, wish: str) -> Mapping[str, object]:
    return {"occurred": occurred, "wish": wish}


def _grade(after: int, who: str, severity: str, reason: str, *, consequence: str = "none") -> DemoStep:
    values = {"severity": severity, "consequence": consequence, "severity_reason": reason}
    return DemoStep(after_minutes=after, who=who, move="grade", values=values)


def _forward(after: int, who: str, to: str, department: str) -> DemoStep:
    values = {"assignee": to, "department": department}
    return DemoStep(after_minutes=after, who=who, move="forward", values=values)


def _reply(after: int, who: str, text: str, *, next_hours: int) -> DemoStep:
    values = {"first_reply": text, "next_reply_at": timedelta(hours=next_hours)}
    return DemoStep(after_minutes=after, who=who, move="reply", values=values)


def _establish(after: int, who: str, cause: str, investigation: str, *, finding: str = "valid") -> DemoStep:
    values = {"finding": finding, "cause": cause, "investigation": investigation}
    return DemoStep(after_minutes=after, who=who, move="establish", values=values)


def _handle(after: int, who: str, measure: str, **more: object) -> DemoStep:
    return DemoStep(after_minutes=after, who=who, move="handle", values={"measure": measure, **more})


def _finish(after: int, who: str, measure: str, result: str) -> DemoStep:
    values = {"measure": measure, "result": result, "standard_met": "true"}
    return DemoStep(after_minutes=after, who=who, move="finish", values=values)


def _close(after: int, who: str, opinion: str = "", way: str = "phone") -> DemoStep:
    values = {
        "callback_way": way,
        "callback_satisfaction": "satisfied",
        "callback_opinion": opinion,
        "complainant_signed": "true",
    }
    return DemoStep(after_minutes=after, who=who, move="close", values=values)


#: Follows from a repair whose worker came late.
LATE_WORKER: Final = DemoCase(
    type="complaint",
    who="zhangmin",
    description="维修师傅约好上午十点来看卫生间滴水，等到十一点半才到，中间没有人打电话说明，请假半天白等",
    customer=("何超娟", "13869701881"),
    place="2-2-1906",
    category="repair_service",
    days_ago=1,
    at=time(9, 15),
    fields=_fields("前天上午", "以后晚到要提前打电话，这次尽快把楼上漏水查清"),
    steps=(
        _grade(8, "zhangmin", "ordinary", "派工衔接不到位，未按约定时间到场也未告知"),
        _forward(15, "zhangmin", "zhaoqiang", "工程部"),
        _reply(70, "zhangmin", "已向工程部核实，确因抢修晚到且未告知，先向您致歉，明天上午答复处理办法", next_hours=26),
        _establish(
            240,
            "zhaoqiang",
            "slow",
            "1 栋立管爆管抢修占用全部水工，值班人员只改了时间，没有在二十分钟内打电话说明",
        ),
    ),
)

COMPLAINTS: Final[tuple[DemoCase, ...]] = (
    DemoCase(
        type="complaint",
        who="guoming",
        description="楼下广场舞音箱每晚吵到十点，孩子没法写作业，打过两次电话都说会去劝",
        customer=("罗雨军", "19926675870"),
        place="中心花园",
        minutes_ago=18,
        fields=_fields("近一周每晚八点到十点", "九点以后不许开音箱"),
    ),
    DemoCase(
        type="complaint",
        who="zhangmin",
        description="垃圾桶满了两天没有清运，异味很大，已经反映过一次",
        customer=("刘英", "15984513678"),
        place="3-1-1604",
        channel="wechat",
        minutes_ago=95,
        fields=_fields("前天开始", "今天清掉，以后每天清运两次"),
        steps=(_grade(9, "zhangmin", "ordinary", "保洁未按班次清运，属服务不到位"),),
    ),
    DemoCase(
        type="complaint",
        who="guoming",
        description="地下车库有人长期占用消防通道停车，没有人管",
        customer=("吴梓明", "19998175794"),
        place="地下车库 B1",
        minutes_ago=160,
        fields=_fields("上周起每晚", "清走并安排巡查"),
        steps=(
            _grade(6, "guoming", "ordinary", "秩序巡查不到位"),
            _forward(14, "guoming", "heweiwen", "秩序部"),
        ),
    ),
    DemoCase(
        type="complaint",
        who="zhangmin",
        description="水景灯坏了半个月，多次报修没有回音",
        customer=("黄雨", "19919960594"),
        place="中心花园",
        channel="visit",
        days_ago=1,
        at=time(16, 40),
        fields=_fields("半个月前", "给个修好的日期"),
        steps=(
            _grade(5, "zhangmin", "minor", "个别灯具损坏，未影响通行"),
            _forward(20, "zhangmin", "zhaoqiang", "工程部"),
            _reply(85, "zhangmin", "水下灯需放水后更换，工程部正在排期，后天下午答复您确定日期", next_hours=46),
        ),
    ),
    LATE_WORKER,
    DemoCase(
        type="complaint",
        who="guoming",
        description="楼上装修每天早上七点半就开始打电钻，物业为什么不管",
        customer=("徐明洋", "19135727197"),
        place="1-1-1202",
        days_ago=2,
        at=time(8, 5),
        fields=_fields("这三天早上", "不到九点不许施工"),
        steps=(
            _grade(10, "guoming", "minor", "邻里施工噪声，物业已贴施工时间告示"),
            _forward(22, "guoming", "heweiwen", "秩序部"),
            _reply(55, "guoming", "已上楼核实，施工方承诺九点后开工，今天下班前再答复您", next_hours=10),
            _establish(
                200,
                "heweiwen",
                "outside_contract",
                "施工单位违反告示的作业时间，物业已履行告知和巡查义务",
                finding="invalid",
            ),
            _handle(
                220,
                "heweiwen",
                "协助与 1302 业主协商，约定九点后施工，再违反报城管热线",
                told_at=timedelta(hours=3, minutes=35),
            ),
        ),
    ),
    DemoCase(
        type="complaint",
        who="zhangmin",
        description="保安对访客登记不认真，昨天有推销人员直接上楼敲门",
        customer=("吴丽华", "13812528544"),
        place="3-1-2302",
        days_ago=2,
        at=time(10, 25),
        fields=_fields("昨天下午三点左右", "加强门岗登记"),
        steps=(
            _grade(7, "zhangmin", "ordinary", "门岗登记不到位"),
            _forward(18, "zhangmin", "heweiwen", "秩序部"),
            _reply(60, "zhangmin", "已调取监控，确有未登记人员尾随进入，明天答复整改情况", next_hours=24),
            _establish(180, "heweiwen", "negligence", "监控显示当班门岗离开岗亭四分钟，推销人员尾随业主进入"),
            _handle(240, "heweiwen", "当班门岗停岗培训，单元门加装闭门器报警", responsible_person="门岗 周某"),
            _finish(
                1500, "heweiwen", "当班门岗停岗培训，单元门加装闭门器报警", "培训考核已完成，3 栋两个单元报警已装好"
            ),
        ),
    ),
    DemoCase(
        type="complaint",
        who="guoming",
        description="老人在 1 栋大堂滑倒摔伤，地面拖完没有放警示牌，已经送医院检查",
        customer=("赵娜刚", "15939385904"),
        place="1栋大堂",
        days_ago=2,
        at=time(7, 30),
        fields=_fields("今天早上七点", "承担医药费并道歉"),
        steps=(
            _grade(4, "guoming", "major", "业户受伤就医，保洁作业未设警示", consequence="injury"),
            _forward(9, "guoming", "linguodong", "环境部"),
            _reply(40, "guoming", "项目经理和客服部经理今天上午到医院看望，费用先由公司垫付", next_hours=4),
            DemoStep(
                after_minutes=120,
                who="yangjunming",
                note="已与 @陈建华 一起到医院看望，CT 显示腕部软组织挫伤，无骨折",
                is_public=False,
            ),
            _establish(150, "linguodong", "negligence", "保洁员拖地后未放“小心地滑”牌，监控已封存"),
            _handle(
                200,
                "linguodong",
                "垫付医药费，报公众责任险；全部大堂增配警示牌并纳入巡查表",
                responsible_person="保洁班组长",
                told_at=timedelta(hours=4),
            ),
            _finish(
                1620,
                "linguodong",
                "垫付医药费，报公众责任险；全部大堂增配警示牌并纳入巡查表",
                "医药费 1,286 元已赔付，警示牌已配齐，保洁班组全员培训",
            ),
            DemoStep(
                after_minutes=1700,
                who="yangjunming",
                move="visit",
                values={"callback_way": "on_site", "callback_opinion": "老人恢复良好，家属接受道歉"},
            ),
        ),
    ),
    DemoCase(
        type="complaint",
        who="zhangmin",
        description="车在 B1 车库被掉落的管道保温层砸坏前挡，要求赔偿",
        customer=("郭伟", "13814999561"),
        place="地下车库 B1",
        category="facilities",
        days_ago=8,
        at=time(18, 20),
        fields=_fields("当天下午", "赔偿维修费"),
        steps=(
            _grade(5, "zhangmin", "major", "管道保温层脱落造成车辆损坏", consequence="loss"),
            _forward(9, "zhangmin", "zhaoqiang", "工程部"),
            _reply(50, "zhangmin", "已现场拍照定损，明天中午前答复赔偿方案", next_hours=18),
            _establish(130, "zhaoqiang", "facility", "保温层卡箍锈蚀断裂，上月巡检未发现"),
            _handle(900, "zhaoqiang", "按 4S 店报价赔付；车库保温层全面排查加固", told_at=timedelta(hours=16)),
            _finish(
                2900,
                "zhaoqiang",
                "按 4S 店报价赔付；车库保温层全面排查加固",
                "前挡已更换，赔付 2,350 元；排查加固 46 处",
            ),
            DemoStep(
                after_minutes=3200,
                who="yangjunming",
                move="visit",
                values={"callback_way": "on_site", "callback_opinion": "车主满意"},
            ),
            _close(3240, "chenjianhua", "满意，建议车库再巡查一遍", "on_site"),
        ),
    ),
    DemoCase(
        type="complaint",
        who="guoming",
        description="2 单元电梯轿厢每天都有烟头和痰迹，保洁一天只来一次",
        customer=("朱刚", "13539434651"),
        place="3-2-1408",
        category="cleaning",
        days_ago=4,
        at=time(11, 0),
        fields=_fields("一个多月了", "早晚各清洁一次"),
        steps=(
            _grade(6, "guoming", "ordinary", "保洁频次不足"),
            _forward(15, "guoming", "linguodong", "环境部"),
            _reply(80, "guoming", "已安排增加晚间一次，明天给您答复", next_hours=24),
            _establish(120, "linguodong", "quality", "排班表上电梯轿厢每日一次，不符合合同的每日两次"),
            _handle(140, "linguodong", "改为每日早晚两次"),
            _finish(1500, "linguodong", "改为每日早晚两次", "排班已改，当日执行"),
            DemoStep(
                after_minutes=2900,
                who="yangjunming",
                move="rework",
                values={
                    "callback_way": "phone",
                    "callback_satisfaction": "unsatisfied",
                    "callback_opinion": "前两天晚上做了，第三天又没人来",
                },
            ),
        ),
    ),
    DemoCase(
        type="complaint",
        who="zhangmin",
        description="物业费账单上多了一项公摊电费，没有说明",
        customer=("罗娟艳", "15905087314"),
        place="3-2-1008",
        category="charges",
        days_ago=1,
        at=time(11, 10),
        fields=_fields("本月账单", "说明依据"),
        steps=(
            DemoStep(
                after_minutes=6,
                who="zhangmin",
                move="settle",
                values={
                    "severity": "minor",
                    "spot_answer": "已当面出示公摊电费计算表和公示照片，业主表示清楚",
                },
            ),
        ),
    ),
    DemoCase(
        type="complaint",
        who="guoming",
        description="草坪打药没有提前通知，孩子在旁边玩",
        customer=("朱军艳", "13882651824"),
        place="中心花园",
        days_ago=6,
        at=time(9, 30),
        fields=_fields("昨天下午", "以后提前一天贴通知"),
        steps=(
            _grade(8, "guoming", "minor", "未造成影响，改进容易"),
            _forward(20, "guoming", "linguodong", "环境部"),
            _reply(60, "guoming", "所用为低毒药剂，当天已设围挡；通知确有疏漏，今天下午答复", next_hours=6),
            _establish(150, "linguodong", "negligence", "绿化外包单位临时改期，未重新贴通知"),
            _handle(160, "linguodong", "打药改期须提前一天在单元门和群里通知"),
            _finish(300, "linguodong", "打药改期须提前一天在单元门和群里通知", "已与外包单位签补充约定"),
            _close(1500, "yangjunming", "能改就好"),
        ),
    ),
    DemoCase(
        type="complaint",
        who="zhangmin",
        description="快递柜超时收费太贵",
        customer=("朱勇", "13862528522"),
        place="2-1-1002",
        category="charges",
        days_ago=3,
        at=time(19, 40),
        fields=_fields("昨天", "取消超时费"),
        steps=(
            _grade(10, "zhangmin", "minor", "第三方经营设施，影响小"),
            DemoStep(
                after_minutes=30,
                who="liuwenjing",
                move="withdraw",
                values={"remark": "业主了解快递柜由第三方经营后主动撤诉，已代为转达意见"},
            ),
        ),
    ),
)
