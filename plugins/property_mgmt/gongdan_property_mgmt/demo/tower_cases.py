"""Repairs and complaints of the week in the office tower, met, late and missed by its own regulation."""

from datetime import time, timedelta
from typing import Final

from gongdan.api import DemoCase, DemoStep
from gongdan_property_mgmt.demo import complaint_steps, repair_steps
from gongdan_property_mgmt.demo.complaints import FULL_BINS

#: The same words as on the estate.
BINS: Final = DemoCase(
    type="complaint",
    who="hexiaoyan",
    description=FULL_BINS.description,
    customer=("海川设计", "02188010801"),
    place="八层茶水间",
    channel="wechat",
    minutes_ago=95,
    fields=complaint_steps.fields("前天开始", "今天清掉，以后每天清运两次"),
    steps=(
        complaint_steps.grade(9, "hexiaoyan", "ordinary", "保洁未按班次清运，属服务不到位"),
        complaint_steps.forward(15, "hexiaoyan", "dinghao", "工程部"),
    ),
)

_COMPLAINTS: Final = (
    DemoCase(
        type="complaint",
        who="hexiaoyan",
        description="早高峰三台客梯只开两台，员工天天迟到",
        customer=("云帆软件", "02188010602"),
        place="一层大堂",
        minutes_ago=8,
        fields=complaint_steps.fields("本周每天早上", "早高峰全部开放"),
    ),
    BINS,
    DemoCase(
        type="complaint",
        who="hexiaoyan",
        description="空调温度偏低，已经调过面板没有反应",
        customer=("明德教育", "02188010904"),
        place="904",
        minutes_ago=40,
        fields=complaint_steps.fields("今天上午", "调到二十四度"),
        steps=(
            complaint_steps.grade(5, "hexiaoyan", "minor", "给办公带来小的不便，容易改进"),
            complaint_steps.forward(26, "hexiaoyan", "dinghao", "工程部"),
        ),
    ),
    DemoCase(
        type="complaint",
        who="hexiaoyan",
        description="吊顶喷淋管滴水，淋坏两台服务器，业务中断",
        customer=("瑞和投资", "02188011002"),
        place="1002",
        minutes_ago=50,
        fields=complaint_steps.fields("今天上午", "赔偿损失并查清原因"),
        steps=(
            complaint_steps.grade(4, "hexiaoyan", "major", "管理责任造成租户经济损失", consequence="loss"),
            complaint_steps.forward(19, "hexiaoyan", "dinghao", "工程部"),
        ),
    ),
    DemoCase(
        type="complaint",
        who="hexiaoyan",
        description="加班到夜里走廊灯全灭，摸黑下楼",
        customer=("博远律师事务所", "02188010703"),
        place="703",
        days_ago=2,
        at=time(21, 40),
        fields=complaint_steps.fields("今晚九点半", "加班时段留灯"),
        steps=(
            complaint_steps.grade(615, "hexiaoyan", "ordinary", "夜间照明时段设置不当"),
            complaint_steps.forward(625, "hexiaoyan", "dinghao", "工程部"),
        ),
    ),
    DemoCase(
        type="complaint",
        who="hexiaoyan",
        description="3 号客梯关门夹到员工手臂，送医检查",
        customer=("恒信会计师事务所", "02188010501"),
        place="3 号客梯",
        days_ago=2,
        at=time(9, 5),
        fields=complaint_steps.fields("今天九点", "承担医药费，停梯检修"),
        steps=(
            complaint_steps.grade(3, "hexiaoyan", "major", "员工受伤就医", consequence="injury"),
            complaint_steps.forward(8, "hexiaoyan", "dinghao", "工程部"),
            DemoStep(
                after_minutes=45,
                who="hexiaoyan",
                move="reply",
                values={
                    "first_reply": "已停梯，医药费由物业先行垫付，今天下班前答复检修结果",
                    "next_reply_at": timedelta(hours=8),
                    "reported_at": timedelta(minutes=40),
                },
            ),
            complaint_steps.establish(150, "dinghao", "negligence", "光幕表面积灰失灵，月检记录缺项"),
            complaint_steps.handle(180, "dinghao", "更换光幕，补做月检", told_at=timedelta(minutes=170)),
        ),
    ),
    DemoCase(
        type="complaint",
        who="hexiaoyan",
        description="前台把访客登记簿摆在台面上，谁都能翻看电话号码",
        customer=("云帆软件", "02188010602"),
        place="一层大堂",
        days_ago=4,
        at=time(10, 15),
        fields=complaint_steps.fields("今天上午", "收起登记簿"),
        steps=(
            complaint_steps.grade(6, "hexiaoyan", "minor", "未造成影响，容易改进"),
            complaint_steps.forward(18, "hexiaoyan", "fanyajing", "管理处"),
            complaint_steps.reply(40, "hexiaoyan", "已收起登记簿，改为逐页登记，下午答复", next_hours=5),
            complaint_steps.establish(90, "fanyajing", "negligence", "登记簿整本摊放，未遮盖前页"),
            complaint_steps.handle(100, "fanyajing", "改用单页访客登记单，当班收存"),
            complaint_steps.finish(240, "fanyajing", "改用单页访客登记单，当班收存", "登记单已启用，前台两班均已交代"),
            complaint_steps.close(1440, "caimeng", "满意"),
        ),
    ),
)

_REPAIRS: Final = (
    DemoCase(
        type="repair",
        who="hexiaoyan",
        description="会议室投影插座没电，下午要开会",
        customer=("海川设计", "02188010801"),
        place="801",
        minutes_ago=25,
        fields=repair_steps.visit(0.5, repair_steps.FREE),
        steps=(repair_steps.dispatch(4, "pengtao", "electrician", "hexiaoyan"),),
    ),
    DemoCase(
        type="repair",
        who="hexiaoyan",
        description="洗手间感应龙头一直出水，关不上",
        customer=("恒信会计师事务所", "02188010501"),
        place="501",
        days_ago=1,
        at=time(14, 20),
        fields=repair_steps.visit(0.5, repair_steps.FREE),
        steps=(
            repair_steps.dispatch(3, "pengtao", "plumber", "hexiaoyan"),
            *repair_steps.arrive_and_start(16, "pengtao"),
            repair_steps.finish(45, "pengtao", result="更换电磁阀", materials="电磁阀 1 只", hours="0.5"),
            repair_steps.confirm(50, "pengtao", "恒信会计师事务所"),
        ),
    ),
    DemoCase(
        type="repair",
        who="hexiaoyan",
        description="入口玻璃门地弹簧漏油，门关不严",
        customer=("博远律师事务所", "02188010703"),
        place="703",
        days_ago=3,
        at=time(9, 30),
        fields=repair_steps.visit(0.5, repair_steps.FREE),
        steps=(
            repair_steps.dispatch(5, "pengtao", "handyman", "hexiaoyan"),
            # Half an hour later than was agreed.
            *repair_steps.arrive_and_start(60, "pengtao"),
            repair_steps.finish(120, "pengtao", result="更换地弹簧", materials="地弹簧 1 只", hours="1"),
            repair_steps.confirm(125, "pengtao", "博远律师事务所"),
            repair_steps.call_back(1500, "average", "修得好，来得晚", who="hexiaoyan"),
            repair_steps.close(1502, "hexiaoyan"),
        ),
    ),
)

CASES: Final[tuple[DemoCase, ...]] = (*_COMPLAINTS, *_REPAIRS)
