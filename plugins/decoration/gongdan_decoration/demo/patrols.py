"""What patrols have found in two weeks, each at another point of its way."""

from collections.abc import Mapping
from datetime import time, timedelta
from typing import Final

from gongdan.api import DemoCase, DemoPaper, DemoStep


def _patrol(score: int, stage: str, spot: str) -> Mapping[str, object]:
    return {"patrolled_at": timedelta(minutes=-20), "score": str(score), "stage": stage, "spot": spot}


def _issue(after: int, manager: str, severity: str, standard: str, *, days: int = 3, crew: str = "") -> DemoStep:
    values = {
        "assignee": manager,
        "severity": severity,
        "standard": standard,
        "limit_on": timedelta(days=days),
        "crew": crew,
    }
    return DemoStep(after_minutes=after, who="zhoumin", move="issue", values=values)


def _sign_and_start(after: int, manager: str, measure: str) -> tuple[DemoStep, ...]:
    return (
        DemoStep(after_minutes=after, who=manager, move="sign"),
        DemoStep(after_minutes=after + 45, who=manager, move="start", values={"measure": measure}),
    )


def _ready(after: int, manager: str, result: str) -> DemoStep:
    values = {"result": result, "photo_taken": "true"}
    return DemoStep(after_minutes=after, who=manager, move="report_ready", values=values)


def _pass(after: int, who: str = "zhoumin", opinion: str = "") -> DemoStep:
    return DemoStep(after_minutes=after, who=who, move="pass_recheck", values={"recheck_opinion": opinion})


def _fail(after: int, who: str, opinion: str, *, limit_days: int) -> DemoStep:
    values = {"recheck_opinion": opinion, "limit_on": timedelta(days=limit_days)}
    return DemoStep(after_minutes=after, who=who, move="fail_recheck", values=values)


def _notice(after: int, who: str, box: str, *, is_filed: bool = False) -> DemoStep:
    paper = DemoPaper(kind="decoration.rectification_notice", members={box: who}, is_filed=is_filed)
    return DemoStep(after_minutes=after, who=who, paper=paper)


PATROLS: Final[tuple[DemoCase, ...]] = (
    DemoCase(
        type="rectification",
        who="zhoumin",
        description="主卫东墙墙砖五处空鼓，敲击声明显",
        place="幸福花园 4-2-836",
        channel="patrol",
        minutes_ago=35,
        fields=_patrol(78, "tiling", "主卫东墙"),
    ),
    DemoCase(
        type="rectification",
        who="zhoumin",
        description="强弱电线管间距不足 30 厘米，客厅电视墙处并行 2 米",
        place="金色家园 3-3-502",
        channel="patrol",
        minutes_ago=190,
        fields=_patrol(82, "wiring", "客厅电视墙"),
        steps=(_issue(40, "xujunbo", "class_b", "强弱电平行间距不小于 30 厘米，交叉处做屏蔽", crew="水电班 罗师傅"),),
    ),
    DemoCase(
        type="rectification",
        who="zhoumin",
        description="次卫闭水试验 24 小时后楼下顶面渗水",
        place="滨江一号 7-901",
        channel="patrol",
        days_ago=1,
        at=time(9, 40),
        fields=_patrol(65, "waterproofing", "次卫地面"),
        steps=(
            _issue(25, "xujunbo", "class_a", "重做防水，闭水 48 小时不渗不漏", days=4, crew="防水班"),
            DemoStep(after_minutes=90, who="xujunbo", move="sign"),
        ),
    ),
    DemoCase(
        type="rectification",
        who="zhoumin",
        description="临边洞口没有护栏，两名工人未戴安全帽",
        place="紫金府 1-2-1801",
        channel="patrol",
        days_ago=1,
        at=time(14, 30),
        fields=_patrol(60, "demolition", "楼梯口"),
        steps=(
            _issue(10, "wugang", "class_a", "洞口加护栏，进场人员全部佩戴安全帽", days=1, crew="拆改班"),
            _notice(12, "zhoumin", "issuer"),
            _notice(28, "wugang", "receiver"),
            *_sign_and_start(30, "wugang", "当天装护栏，班前教育"),
            _ready(220, "wugang", "护栏已装，安全帽已发齐"),
        ),
    ),
    DemoCase(
        type="rectification",
        who="zhoumin",
        description="客厅吊顶龙骨间距 60 厘米，超过图纸要求",
        place="翠湖雅苑 2-1-1203",
        channel="patrol",
        days_ago=3,
        at=time(10, 15),
        fields=_patrol(80, "carpentry", "客厅吊顶"),
        steps=(
            _issue(30, "wugang", "class_b", "主龙骨间距不大于 40 厘米", crew="木工班 蔡师傅"),
            DemoStep(
                after_minutes=120,
                who="wugang",
                move="dispute",
                values={"remark": "设计变更单写的是 60 厘米，请核对"},
            ),
        ),
    ),
    DemoCase(
        type="rectification",
        who="zhoumin",
        description="主卧乳胶漆有流坠和刷痕，侧光下明显",
        place="幸福花园 4-2-836",
        channel="patrol",
        days_ago=4,
        at=time(15, 0),
        fields=_patrol(84, "painting", "主卧西墙"),
        steps=(
            _issue(20, "wugang", "class_c", "打磨后重涂，2 米外侧光无明显刷痕", days=5, crew="油漆班"),
            *_sign_and_start(60, "wugang", "打磨重涂两遍"),
            DemoStep(
                after_minutes=2900,
                who="wugang",
                move="urge",
                values={"remark": "油漆班明早八点必须到场"},
            ),
        ),
    ),
    DemoCase(
        type="rectification",
        who="zhoumin",
        description="厨房水管打压不合格，30 分钟掉压 0.15 兆帕",
        place="学府里 5-1-604",
        channel="patrol",
        days_ago=5,
        at=time(9, 10),
        fields=_patrol(62, "wiring", "厨房"),
        steps=(
            _issue(15, "xujunbo", "class_a", "0.8 兆帕保压 30 分钟掉压不超过 0.05", days=2, crew="水电班 罗师傅"),
            *_sign_and_start(50, "xujunbo", "更换渗漏接头后重新打压"),
            DemoStep(
                after_minutes=2000,
                who="zhaoxiu",
                move="warn",
                values={"remark": "期限已过七成，班组还没有到场，工地已停工待水"},
            ),
            DemoStep(
                after_minutes=3200,
                who="sunli",
                move="propose_penalty",
                values={"penalty": "200", "penalty_reason": "A 类问题逾期，影响后续工序"},
            ),
        ),
    ),
    DemoCase(
        type="rectification",
        who="zhoumin",
        description="阳台地砖找坡反向，积水 2 厘米",
        place="翠湖雅苑 2-1-1203",
        channel="patrol",
        days_ago=7,
        at=time(10, 0),
        fields=_patrol(75, "tiling", "南阳台"),
        steps=(
            _issue(20, "wugang", "class_b", "坡向地漏，泼水无积水", crew="泥瓦班 邓师傅"),
            *_sign_and_start(70, "wugang", "局部凿除重铺"),
            _ready(2880, "wugang", "已重铺靠地漏四块"),
            _fail(4330, "zhaoxiu", "靠窗一侧仍积水", limit_days=6),
            DemoStep(after_minutes=4400, who="wugang", note="@孙莉 同批砖已用完，已向材料部补两箱，明天到"),
        ),
    ),
    DemoCase(
        type="rectification",
        who="zhoumin",
        description="入户门框磕碰掉漆，成品保护缺失",
        place="幸福花园 4-2-836",
        channel="patrol",
        days_ago=9,
        at=time(16, 20),
        fields=_patrol(88, "fitting", "入户门"),
        steps=(
            _issue(15, "wugang", "class_c", "补漆，全部门框包保护膜", crew="安装班"),
            *_sign_and_start(40, "wugang", "补漆并加保护"),
            _ready(1500, "wugang", "已补漆，保护膜已贴"),
            _pass(2900, opinion="色差可接受"),
        ),
    ),
    DemoCase(
        type="rectification",
        who="zhoumin",
        description="卫生间墙面防水涂刷高度 1.5 米，淋浴区不足 1.8 米",
        place="紫金府 1-2-1801",
        channel="patrol",
        days_ago=11,
        at=time(11, 5),
        fields=_patrol(73, "waterproofing", "主卫淋浴区"),
        steps=(
            _issue(15, "wugang", "class_a", "淋浴区防水高度不低于 1.8 米", days=2, crew="防水班"),
            *_sign_and_start(55, "wugang", "补刷到 2 米"),
            _ready(700, "wugang", "补刷一遍"),
            _fail(1500, "zhaoxiu", "只刷一遍，厚度不够", limit_days=3),
            _ready(2900, "wugang", "补刷两遍，测厚 1.5 毫米"),
            _pass(3000, "zhaoxiu", "测厚合格"),
        ),
    ),
    DemoCase(
        type="rectification",
        who="liting",
        description="业主反映工地材料堆放挡住邻居消防门",
        customer=("郑凯", "13700020003"),
        place="滨江一号 7-901",
        channel="phone",
        category="tidiness",
        days_ago=6,
        at=time(13, 30),
        fields=_patrol(85, "wiring", "楼道"),
        steps=(
            _issue(12, "xujunbo", "class_c", "材料全部入户，楼道清空", days=1),
            *_sign_and_start(25, "xujunbo", "材料移入室内"),
            _ready(120, "xujunbo", "楼道已清空"),
            _pass(180, opinion="已电话告知业主"),
        ),
    ),
    DemoCase(
        type="rectification",
        who="zhoumin",
        description="书房插座位置与图纸不一致",
        place="金色家园 3-3-502",
        channel="patrol",
        days_ago=8,
        at=time(9, 50),
        fields=_patrol(86, "wiring", "书房"),
        steps=(
            DemoStep(
                after_minutes=60,
                who="sunli",
                move="withdraw",
                values={"remark": "业主已签增减项单调整位置，不属整改"},
            ),
        ),
    ),
)
