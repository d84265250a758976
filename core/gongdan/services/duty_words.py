"""Duties in words: states, what set them off, and why it is these people."""

from collections.abc import Mapping

from gongdan.domain.duties import DutyKind, DutyState
from gongdan.domain.receivers import Reason
from gongdan.domain.sentences import Sentence
from gongdan.domain.ticket_types import TicketType
from gongdan.services.core_fields import LABELS
from gongdan.text import msg

STATES: Mapping[DutyState, str] = {
    DutyState.OPEN: msg("进行中"),
    DutyState.PAUSED: msg("已暂停"),
    DutyState.MISSED: msg("已逾期"),
    DutyState.DONE: msg("按时完成"),
    DutyState.LATE: msg("逾期完成"),
    DutyState.WAIVED: msg("已豁免"),
    DutyState.CANCELLED: msg("已取消"),
    DutyState.SUPERSEDED: msg("已由新的责任接替"),
}

KINDS: Mapping[DutyKind, str] = {
    DutyKind.FORWARD: msg("转办"),
    DutyKind.ANSWER: msg("答复"),
    DutyKind.ON_SITE: msg("到场"),
    DutyKind.RESOLVE: msg("办结"),
    DutyKind.CALLBACK: msg("回访"),
    DutyKind.REPORT: msg("上报"),
    DutyKind.APPROVE: msg("审批"),
    DutyKind.VISIT: msg("走访"),
    DutyKind.CHECK: msg("检查"),
    DutyKind.HAND_OVER: msg("移交"),
    DutyKind.RECTIFY: msg("整改"),
    DutyKind.OTHER: msg("其他"),
}

_EVENTS: Mapping[str, str] = {
    "opened": msg("登记工单"),
    "reopened": msg("工单重新打开"),
    "void": msg("工单作废"),
    "closed": msg("工单关闭"),
    "merged": msg("工单被合并"),
    "not_applicable": msg("不再符合规则的条件"),
    "waived": msg("豁免"),
    "cap": msg("暂停已满最长时间"),
    "expected": msg("到了预计恢复的日子"),
    "policy": msg("制度参数改变"),
    "calendar": msg("工作日历更新"),
    "planned": msg("计划日到来"),
    "lent": msg("借出"),
    "registered": msg("来文登记"),
    "passed_on": msg("公文传到"),
    "doubted": msg("承办人请示"),
    "submitted": msg("送审"),
    "leaver": msg("联络人离岗"),
    "returned": msg("归还"),
    "prolonged": msg("约定了另一个归还时间"),
    "lost": msg("登记遗失"),
    "handed_on": msg("转给另一人"),
    "approval_asked": msg("申请审批"),
    "decided": msg("作出决定"),
    "approval_lapsed": msg("审批失效"),
    "spoken": msg("口头同意"),
    "completed": msg("填写结果"),
    "visited": msg("全部对象已完成"),
    "taken_back": msg("撤回已完成的对象"),
    "rebased": msg("起点改变，重新计划"),
    "by_hand": msg("计划被终止"),
    "plugin_disabled": msg("扩展已停用"),
}

_REASONS: Mapping[str, str] = {
    "assignee": msg("工单的经办人"),
    "owner": msg("工单的首接人"),
    "debtor": msg("责任人"),
    "on_duty": msg("“{role}”角色当班的人，在工单所属部门"),
    "on_duty_above": msg("“{role}”角色当班的人，在上级部门"),
    "on_duty_anywhere": msg("“{role}”角色当班的人，在全公司范围"),
    "leaver": msg("从离岗的人手中接手"),
    "handover": msg("接下“{role}”角色岗位的人，已在交接班上签字"),
    "role": msg("“{role}”角色，在工单所属部门"),
    "role_above": msg("“{role}”角色，在上级部门"),
    "role_anywhere": msg("“{role}”角色，在全公司范围"),
    "department_head": msg("工单所属部门的负责人"),
    "department_head_above": msg("上级部门的负责人"),
    "supervisor": msg("当事人的上级"),
    "administrator": msg("公司管理员"),
    "nobody": msg("没有可以承担的人"),
}

_WANTED: Mapping[str, str] = {
    "assignee": msg("经办人"),
    "owner": msg("首接人"),
    "debtor": msg("责任人"),
    "department_head": msg("部门负责人"),
    "supervisor": msg("上级"),
    "administrator": msg("公司管理员"),
}


def event_words(event: str, ticket_type: TicketType | None) -> Sentence:
    """Return what set a duty off or ended it, as people say it."""
    what, _, name = event.partition(":")
    if not name:
        return Sentence(_EVENTS.get(what, what))
    if what == "move":
        move = ticket_type.workflow.move(name) if ticket_type else None
        return Sentence(msg("办理步骤“{name}”"), {"name": move.label if move else name})
    if what == "state":
        state = ticket_type.workflow.state(name) if ticket_type else None
        return Sentence(msg("进入状态“{name}”"), {"name": state.label if state else name})
    if what == "field":
        field_ = ticket_type.field(name) if ticket_type else None
        return Sentence(msg("填写“{name}”"), {"name": field_.label if field_ else LABELS.get(name, name)})
    return Sentence(msg("状态类别变为“{name}”"), {"name": name})


def reason_words(why: Reason, roles: Mapping[str, str]) -> Sentence:
    """Return why it is these people; ``roles``: source texts of the roles' names."""
    key = why.by
    if key in {"role", "on_duty"} and why.department_id is None:
        key = f"{key}_anywhere"
    elif why.is_above and f"{key}_above" in _REASONS:
        key = f"{key}_above"
    return Sentence(_REASONS.get(key, key), {"role": roles.get(why.role, why.role)})


def missing_words(why: Reason, roles: Mapping[str, str]) -> tuple[str, ...]:
    """Return what was wanted and could not be found, as source texts."""
    return tuple(_WANTED.get(name, roles.get(name, name)) for name in why.missing)
