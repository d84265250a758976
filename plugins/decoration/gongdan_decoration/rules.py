"""What the flow of rectifications and the papers of a site refuse, and how a finding is sorted: pure functions.

A guard returns the reason why a move is not possible, or None to let it pass.
"""

from decimal import Decimal
from typing import Final

from gongdan.api import Draft, FormEntries, MoveAttempt, is_empty, msg

CLASS_A: Final = "class_a"
CLASS_B: Final = "class_b"
CLASS_C: Final = "class_c"


def responsible_one_acts(attempt: MoveAttempt) -> str | None:
    """Source: 000-04-30."""
    if attempt.actor and attempt.actor != str(attempt.ticket.get("assignee")):
        return msg("由整改通知书上的责任项目经理本人办理")
    return None


def another_one_rechecks(attempt: MoveAttempt) -> str | None:
    """Whoever did the work may say that it is ready, never that it is good."""
    if attempt.actor and attempt.actor == str(attempt.ticket.get("assignee")):
        return msg("复验须由责任人以外的人进行")
    return None


def same_spot_is_photographed(attempt: MoveAttempt) -> str | None:
    """Source: 000-04-34."""
    if attempt.fields.get("photo_taken") is not True:
        return msg("请拍下同一部位整改后的照片再报复验")
    return None


def warned_before_penalty(attempt: MoveAttempt) -> str | None:
    """Source: 000-04-31, 000-04-96."""
    if is_empty(attempt.fields.get("warned_at")) and attempt.ticket.get("round") in {None, 1}:
        return msg("先预警，或复验不合格后，才能提出处罚")
    return None


_CATEGORIES: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    ("safety", ("安全帽", "临边", "灭火器", "坠落", "吸烟", "动火", "配电箱")),
    ("waterproofing", ("防水", "闭水", "渗漏", "渗水")),
    ("wiring", ("强弱电", "线管", "电线", "穿线", "开关", "插座", "水管", "水电", "打压")),
    ("tiling", ("瓷砖", "空鼓", "找平", "墙砖", "地砖", "勾缝")),
    ("carpentry", ("吊顶", "龙骨", "木工", "柜体", "石膏板")),
    ("painting", ("腻子", "乳胶漆", "油漆", "流坠", "色差")),
    ("protection", ("成品保护", "保护膜", "划痕", "磕碰")),
    ("tidiness", ("垃圾", "脏乱", "材料堆放", "卫生")),
)
_DANGER: Final = ("漏电", "裸露", "渗漏", "承重墙", "燃气", "临边", "坠落", "打压不合格", "闭水不合格")


def sort_finding(draft: Draft) -> dict[str, str]:
    """Propose what kind of work is meant, and class A where it is dangerous or will be covered up."""
    text = f"{draft.subject} {draft.description}"
    found = {"severity": CLASS_A} if any(word in text for word in _DANGER) else {}
    category = next((kind for kind, words in _CATEGORIES if any(word in text for word in words)), "")
    return found | ({"category": category} if category else {})


# --- The settlement sheet -------------------------------------------------------------------------

CONTRACT: Final = "contract"
ADDITION: Final = "addition"
DEDUCTION: Final = "deduction"
COMPENSATION: Final = "compensation"
PAYMENT: Final = "payment"


def one_contract_is_settled(entries: FormEntries) -> str | None:
    """Source: 000-04-132."""
    contracts = [line for line in entries.lines["amounts"] if line.get("kind") == CONTRACT]
    return None if len(contracts) == 1 else msg("合同额须填且只填一行")


def signs_fit(entries: FormEntries) -> str | None:
    """What the customer owes is positive, what is taken off or paid is negative: their sum is what is left.

    Source: 000-04-132.
    """
    for line in entries.lines["amounts"]:
        amount = Decimal(str(line["amount"]))
        if (amount < 0) is (line["kind"] in {CONTRACT, ADDITION}):
            return msg("合同额和增项须为正，减项、扣款和已付款须为负")
    return None


def manual_is_back(entries: FormEntries) -> str | None:
    """Source: 000-04-119."""
    return None if entries.fields.get("manual_returned") is True else msg("先收回《工程管理手册》，再结算")
