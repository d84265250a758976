"""What the flows of repair and complaint refuse, and how a new case is sorted: pure functions.

A guard returns the reason why a move is not possible, or None to let it pass.
"""

import re
from decimal import Decimal
from typing import Final

from gongdan.api import Draft, MoveAttempt, is_empty, msg
from gongdan_property_mgmt.roles import DEPARTMENT_MANAGER, DESK_SUPERVISOR, PROJECT_MANAGER

# --- Words of the trade, as they are stored -------------------------------------------------------

PAID: Final = "paid"
FREE: Final = "free"
STAFF: Final = "staff"
CUSTOMER: Final = "customer"

SATISFIED: Final = "satisfied"
AVERAGE: Final = "average"
UNSATISFIED: Final = "unsatisfied"
UNREACHED: Final = "unreached"
ON_SITE: Final = "on_site"

MAJOR: Final = "major"
ORDINARY: Final = "ordinary"
MINOR: Final = "minor"
URGENT: Final = "urgent"
NORMAL: Final = "normal"

#: What a complaint is about when nothing worse than trouble has happened.
NO_HARM: Final = "none"
VALID: Final = "valid"
INVALID: Final = "invalid"

#: A service that the customer orders and pays, beside the trades that repair.
SERVICE: Final = "service"
TRADES: Final = (
    "plumbing",
    "electrical",
    "doors_windows",
    "masonry",
    "heating",
    "lift",
    "low_voltage",
    "gas",
    "other",
)


# --- Repair: who is sent, what it costs -----------------------------------------------------------


def someone_is_sent(attempt: MoveAttempt) -> str | None:
    """Source: 004-02-08."""
    sent = (attempt.ticket.get("assignee"), attempt.fields.get("outside_firm"))
    return msg("请指派维修员，或填写外协单位") if all(map(is_empty, sent)) else None


def paid_work_is_quoted(attempt: MoveAttempt) -> str | None:
    """Source: 001-01-11."""
    if _is_paid(attempt) and is_empty(attempt.fields.get("quote_amount")):
        return msg("有偿维修须先按收费价格一览表报价")
    return None


def quote_is_accepted(attempt: MoveAttempt) -> str | None:
    """Source: 001-01-11, 001-01-53."""
    if _is_paid(attempt) and attempt.fields.get("quote_accepted") is not True:
        return msg("业户接受报价后才能开工")
    return None


def free_work_costs_nothing(attempt: MoveAttempt) -> str | None:
    """Source: 001-01-11."""
    if not _is_paid(attempt) and _money(attempt, "fee") > 0:
        return msg("无偿维修不得收费；确需收费的请先改为有偿并报价")
    return None


def fee_is_within_quote(attempt: MoveAttempt) -> str | None:
    """Source: 001-01-11."""
    if _is_paid(attempt) and _money(attempt, "fee") > _money(attempt, "quote_amount"):
        return msg("实收费用不得高于业户接受的报价；有加项请先加项报价")
    return None


def paid_work_has_a_fee(attempt: MoveAttempt) -> str | None:
    """Source: 001-01-11."""
    if _is_paid(attempt) and is_empty(attempt.fields.get("fee")):
        return msg("有偿维修须填写实收费用")
    return None


def fee_has_a_receipt(attempt: MoveAttempt) -> str | None:
    """Source: 001-08-45."""
    if _money(attempt, "fee") > 0 and is_empty(attempt.fields.get("receipt_number")):
        return msg("已收费用须填写收据号")
    return None


def customer_reported(attempt: MoveAttempt) -> str | None:
    """Source: 004-02-07, 004-02-10."""
    if attempt.fields.get("reported_by") == STAFF:
        return msg("内部员工报修由区域领班确认")
    return None


def staff_reported(attempt: MoveAttempt) -> str | None:
    """Source: 004-02-07, 004-02-11."""
    if attempt.fields.get("reported_by") != STAFF:
        return msg("客户报修须由客户签字或在线确认")
    return None


# --- Callback -------------------------------------------------------------------------------------


def caller_is_not_the_worker(attempt: MoveAttempt) -> str | None:
    """Source: 001-08-47."""
    if attempt.actor and attempt.actor == str(attempt.ticket.get("assignee")):
        return msg("回访须由维修员以外的人进行")
    return None


def customer_was_reached(attempt: MoveAttempt) -> str | None:
    """Source: 001-08-43."""
    if attempt.fields.get("callback_satisfaction") == UNREACHED:
        return msg("未接通不算回访，请登记未接并约定再访时间")
    return None


def opinion_is_written(attempt: MoveAttempt) -> str | None:
    """Source: 001-08-44."""
    if attempt.fields.get("callback_satisfaction") == UNSATISFIED and is_empty(attempt.fields.get("callback_opinion")):
        return msg("不满意的须记下客户意见")
    return None


def customer_is_content(attempt: MoveAttempt) -> str | None:
    """Source: 001-08-47, 004-04-43."""
    if attempt.fields.get("callback_satisfaction") in {SATISFIED, AVERAGE}:
        return None
    return msg("客户满意后才能关闭；不满意的须再做一轮")


def customer_is_not_content(attempt: MoveAttempt) -> str | None:
    """Source: 001-08-47, 004-04-51."""
    if attempt.fields.get("callback_satisfaction") == UNSATISFIED:
        return None
    return msg("只有回访不满意的才再做一轮")


def nobody_answered(attempt: MoveAttempt) -> str | None:
    if attempt.fields.get("callback_satisfaction") == UNREACHED:
        return None
    return msg("只有登记过未接通的才能这样关闭")


# --- Complaint: first contact, severity, route ----------------------------------------------------


def first_contact_acts(attempt: MoveAttempt) -> str | None:
    """Refuse others than the owner; supervisors may stand in. Source: 004-04-18, 002-03-11."""
    owner = attempt.ticket.get("owner")
    if is_empty(owner) or attempt.actor == str(owner) or {DESK_SUPERVISOR, DEPARTMENT_MANAGER} & set(attempt.roles):
        return None
    return msg("首问负责：请由首接人办理，或请客服主管变更首接人")


def severity_fits_the_harm(attempt: MoveAttempt) -> str | None:
    """Source: 004-04-08, 004-09-19."""
    if _did_harm(attempt) and attempt.ticket.get("severity") != MAJOR:
        return msg("有人身伤害、经济损失或媒体负面报道的，必须定为重大")
    return None


def major_is_not_settled(attempt: MoveAttempt) -> str | None:
    """Source: 004-04-30."""
    return msg("重大投诉须立即调查处理，不能当场办结") if _is_major(attempt) else None


def major_is_reached(attempt: MoveAttempt) -> str | None:
    """Source: 004-04-47."""
    return msg("重大投诉必须上门访到投诉人") if _is_major(attempt) else None


def is_raised(attempt: MoveAttempt) -> str | None:
    """Source: 004-04-08."""
    return None if attempt.ticket.get("severity") == MAJOR else msg("升级后的级别须为重大")


def is_graded(attempt: MoveAttempt) -> str | None:
    """Source: 004-04-26."""
    return msg("请先定级") if is_empty(attempt.fields.get("graded_at")) else None


def is_not_graded(attempt: MoveAttempt) -> str | None:
    return None if is_empty(attempt.fields.get("graded_at")) else msg("已经定级；情况变重的请升级为重大")


def someone_is_concerned(attempt: MoveAttempt) -> str | None:
    """Source: 004-04-27."""
    concerned = (attempt.ticket.get("department"), attempt.ticket.get("assignee"))
    return msg("请选择当事部门或当事人") if all(map(is_empty, concerned)) else None


def is_forwarded(attempt: MoveAttempt) -> str | None:
    """Source: 004-04-27."""
    return msg("请先转办到当事部门或当事人") if is_empty(attempt.fields.get("forwarded_at")) else None


def is_answered(attempt: MoveAttempt) -> str | None:
    """Source: 001-01-16, 001-01-18."""
    if is_empty(attempt.fields.get("first_replied_at")):
        return msg("请先给投诉人首次答复并约好下次答复时间")
    return None


def is_established(attempt: MoveAttempt) -> str | None:
    """Source: 004-04-35, 004-04-36."""
    return msg("请先查明经过并认定有效或无效") if is_empty(attempt.ticket.get("finding")) else None


def invalid_one_is_told(attempt: MoveAttempt) -> str | None:
    """A complaint that is not valid is answered all the same. Source: 004-04-40, 001-01-18."""
    if attempt.ticket.get("finding") == INVALID and is_empty(attempt.fields.get("told_at")):
        return msg("无效投诉同样要答复：请填写何时把事因和协助计划告知投诉人")
    return None


def standard_is_met(attempt: MoveAttempt) -> str | None:
    """Source: 004-04-43."""
    if attempt.fields.get("standard_met") is not True:
        return msg("办结须合法、合行业规范、合合同，请逐项核对后确认")
    return None


# --- Complaint: the end ---------------------------------------------------------------------------


def complainant_signed(attempt: MoveAttempt) -> str | None:
    """Source: 004-04-50."""
    if attempt.fields.get("complainant_signed") is not True:
        return msg("须取得投诉人在《投诉处理记录表》上的签字")
    return None


def manager_closes(attempt: MoveAttempt) -> str | None:
    """Source: 004-04-48, 004-04-49."""
    if not _is_major(attempt) and DEPARTMENT_MANAGER not in attempt.roles:
        return msg("一般和轻微投诉由部门经理回访后关闭")
    return None


def project_manager_closes(attempt: MoveAttempt) -> str | None:
    """Source: 004-04-47."""
    if _is_major(attempt) and PROJECT_MANAGER not in attempt.roles:
        return msg("重大投诉须由项目经理会同部门经理上门回访后关闭")
    return None


def department_manager_visited(attempt: MoveAttempt) -> str | None:
    """Source: 004-04-47."""
    if _is_major(attempt) and is_empty(attempt.fields.get("visited_by")):
        return msg("重大投诉须先由部门经理登记上门回访")
    return None


def two_managers_visit(attempt: MoveAttempt) -> str | None:
    """Source: 004-04-47."""
    if _is_major(attempt) and attempt.actor and attempt.actor == str(attempt.fields.get("visited_by")):
        return msg("部门经理与项目经理须是两个人")
    return None


def visit_is_on_site(attempt: MoveAttempt) -> str | None:
    """Source: 004-04-47."""
    return None if attempt.fields.get("callback_way") == ON_SITE else msg("上门回访的方式须为上门")


def major_is_visited(attempt: MoveAttempt) -> str | None:
    """Source: 004-04-47."""
    if _is_major(attempt) and attempt.fields.get("callback_way") != ON_SITE:
        return msg("重大投诉须上门回访")
    return None


# --- Sorting a new case ---------------------------------------------------------------------------

_INJURY: Final = (
    "受伤",
    "摔伤",
    "砸伤",
    "烫伤",
    "咬伤",
    "夹伤",
    "伤人",
    "骨折",
    "流血",
    "住院",
    "触电",
    "救护车",
    "晕倒",
)
_LOSS: Final = ("经济损失", "财产损失", "赔偿", "赔钱", "被盗", "失窃", "被偷", "泡坏", "砸坏", "烧坏", "损失")
_PRESS: Final = ("媒体", "记者", "电视台", "报社", "曝光", "微博", "抖音", "热搜", "负面报道", "新闻")
#: What has nearly happened has not happened.
_NEARLY: Final = re.compile(r"(?:差点|差一点|险些)[^，。；,.;]{0,6}")

_URGENT: Final = (
    "爆管",
    "跑水",
    "喷水",
    "泡湿",
    "停电",
    "困人",
    "被困",
    "燃气味",
    "漏气",
    "冒烟",
    "起火",
    "漏电",
    "打不开门",
)

#: Kinds of repair with the words that callers use; the first kind with a hit counts.
_REPAIR_WORDS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("lift", ("电梯",)),
    ("gas", ("燃气", "煤气", "天然气")),
    ("low_voltage", ("对讲", "门禁", "监控", "网络", "有线电视", "道闸")),
    ("electrical", ("跳闸", "停电", "漏电", "插座", "声控灯", "路灯", "灯不亮", "灯坏", "电表", "线路", "开关")),
    ("heating", ("暖气", "地暖", "空调", "新风")),
    ("plumbing", ("水管", "漏水", "渗水", "下水", "地漏", "马桶", "水龙头", "阀门", "水表", "堵", "返味", "水压")),
    ("doors_windows", ("门锁", "锁芯", "入户门", "推拉门", "防火门", "单元门", "窗", "玻璃", "合页", "滑轮")),
    ("masonry", ("墙", "瓷砖", "地砖", "开裂", "脱落", "吊顶", "屋面")),
)

#: Kinds of complaint, in the same way.
_COMPLAINT_WORDS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("security", ("保安", "门岗", "陌生人", "推销", "访客", "巡逻", "被盗", "失窃")),
    ("parking", ("停车", "车位", "消防通道", "车库", "道闸", "充电")),
    ("cleaning", ("垃圾", "异味", "保洁", "卫生", "清运", "脏")),
    ("greening", ("绿化", "草坪", "树", "花坛", "打药")),
    ("repair_service", ("维修", "师傅", "返工", "没修好", "报修")),
    ("charges", ("收费", "物业费", "费用", "发票", "收据", "多收", "单价")),
    ("attitude", ("态度", "骂", "推诿", "不耐烦")),
    ("noise", ("噪音", "噪声", "扰民", "装修声", "广场舞")),
    ("facilities", ("电梯", "健身器材", "水景", "灯", "门禁", "泳池", "设施")),
)


def sort_repair(draft: Draft) -> dict[str, str]:
    """Propose the kind of trouble, and whether it cannot wait."""
    text = _text(draft)
    found = {"severity": URGENT if _says(text, _URGENT) else NORMAL}
    return found | _category(text, _REPAIR_WORDS)


def sort_complaint(draft: Draft) -> dict[str, str]:
    """Propose the kind, and 重大 when injury, loss or press is spoken of. Source: 004-04-08."""
    text = _text(draft)
    found = {"severity": MAJOR} if _says(text, (*_INJURY, *_LOSS, *_PRESS)) else {}
    return found | _category(text, _COMPLAINT_WORDS)


def _text(draft: Draft) -> str:
    return _NEARLY.sub("", f"{draft.subject} {draft.description}")


def _says(text: str, words: tuple[str, ...]) -> bool:
    return any(word in text for word in words)


def _category(text: str, kinds: tuple[tuple[str, tuple[str, ...]], ...]) -> dict[str, str]:
    found = next((kind for kind, words in kinds if _says(text, words)), "")
    return {"category": found} if found else {}


def _is_paid(attempt: MoveAttempt) -> bool:
    return attempt.fields.get("charge_kind") == PAID


def _money(attempt: MoveAttempt, name: str) -> Decimal:
    return Decimal(str(attempt.fields.get(name) or 0))


def _did_harm(attempt: MoveAttempt) -> bool:
    return attempt.fields.get("consequence", NO_HARM) not in {NO_HARM, None, ""}


def _is_major(attempt: MoveAttempt) -> bool:
    return attempt.ticket.get("severity") == MAJOR or _did_harm(attempt)
