"""Approvals in words: how one stands, why it ended, and why somebody cannot decide on it."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from gongdan.domain.approvals import ApprovalState, Outcome, StepOrder, effective
from gongdan.domain.sentences import Sentence
from gongdan.domain.ticket_types import TicketType
from gongdan.errors import Refusal
from gongdan.services.approval_rows import ApprovalFile
from gongdan.services.core_fields import LABELS
from gongdan.storage.approvals import DecisionRow
from gongdan.text import msg

STATES: Mapping[ApprovalState, str] = {
    ApprovalState.OPEN: msg("待审批"),
    ApprovalState.APPROVED: msg("已批准"),
    ApprovalState.SPOKEN: msg("口头同意，待补签"),
    ApprovalState.REFUSED: msg("未批准"),
    ApprovalState.RETURNED: msg("退回更正"),
    ApprovalState.LAPSED: msg("已失效"),
    ApprovalState.WITHDRAWN: msg("已撤回"),
}

OUTCOMES: Mapping[Outcome, str] = {
    Outcome.APPROVE: msg("批准"),
    Outcome.REFUSE: msg("不批准"),
    Outcome.RETURN: msg("退回更正"),
}

ORDERS: Mapping[StepOrder, str] = {StepOrder.SEQUENCE: msg("逐级审批"), StepOrder.PARALLEL: msg("同时审批")}

#: On which ways one consents by word of mouth, with their names.
SPOKEN_CHANNELS: Mapping[str, str] = {
    "phone": msg("电话"),
    "in_person": msg("当面"),
    "voice": msg("语音消息"),
    "radio": msg("对讲机"),
}

_ENDS: Mapping[str, str] = {
    "changed": msg("申请之后，{fields}已改变"),
    "moved_on": msg("工单已往下办理"),
    "reopened": msg("工单已重新打开"),
    "void": msg("工单已作废"),
    "closed": msg("工单已关闭"),
    "merged": msg("工单已并入另一张"),
    "withdrawn": msg("申请人已撤回"),
}


def end_words(event: str, fields: Mapping[str, object], ticket_type: TicketType | None) -> Sentence:
    """Return why an approval ended without a decision; ``fields``: those that have another value now."""
    labels = tuple(label_of(name, ticket_type) for name in fields)
    return Sentence(_ENDS.get(event, event), {"fields": labels})


def label_of(name: str, ticket_type: TicketType | None) -> str:
    """Return what a field is called, a source text."""
    declared = ticket_type.field(name) if ticket_type else None
    return declared.label if declared else LABELS.get(name, name)


# --- Why somebody cannot decide ----------------------------------------------------------------------------------


def not_open(file: ApprovalFile, ticket_type: TicketType | None, zone: ZoneInfo) -> Refusal:
    """Return why nobody can decide any more on an approval that has ended."""
    row = file.row
    if row.state in {ApprovalState.LAPSED, ApprovalState.WITHDRAWN}:
        ended = end_words(row.end_event, row.end_values, ticket_type)
        fields = ended.params["fields"]
        if row.end_event == "changed":
            return Refusal(
                "lapsed", msg("申请之后，{fields}已改变；这项审批已失效，须重新申请"), params={"fields": fields}
            )
        return Refusal("lapsed", msg("{reason}，这项审批已失效"), params={"reason": ended.text})
    last = effective_last(file)
    return decided(last, zone) if last else Refusal("ended", msg("这项审批已经结束"))


def decided(row: DecisionRow, zone: ZoneInfo) -> Refusal:
    """Return that somebody has decided already, with what and when."""
    at = row.decided_at.astimezone(zone)
    params = {
        "person": row.decided_by_name,
        "outcome": OUTCOMES[Outcome(row.outcome)],
        "at": f"{at:%Y-%m-%d %H:%M}",
    }
    return Refusal("decided", msg("{person}已于{at}作出决定：{outcome}"), params=params)


def effective_last(file: ApprovalFile) -> DecisionRow | None:
    """Return the latest decision that counts."""
    counted = {each.id for each in effective(file.given)}
    return next((each for each in reversed(file.decisions) if each.id in counted), None)
