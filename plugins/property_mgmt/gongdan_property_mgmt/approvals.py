"""What a property company promises a customer and who may; who consents before a permit is approved."""

from gongdan.api import (
    GENERAL_MANAGER,
    UNBOUNDED,
    ApprovalRule,
    ApprovalStep,
    Condition,
    Signing,
    Trigger,
    msg,
)
from gongdan_property_mgmt.roles import (
    AREA_FOREMAN,
    DEPARTMENT_MANAGER,
    DESK_SUPERVISOR,
    PROJECT_MANAGER,
    SECURITY_LEAD,
)

#: Role, what its level is called, and the policy key with the amount up to which it promises; the last one any.
_LEVELS = (
    (DESK_SUPERVISOR, msg("客服主管"), "property_mgmt.supervisor_promises"),
    (DEPARTMENT_MANAGER, msg("部门经理"), "property_mgmt.manager_promises"),
    (PROJECT_MANAGER, msg("项目经理"), "property_mgmt.project_manager_promises"),
    (GENERAL_MANAGER, msg("总经理"), UNBOUNDED),
)

#: Nobody answers, agrees or concedes beyond his own limit: whoever may decide the amount signs first.
COMPENSATION = ApprovalRule(
    name="property_mgmt.compensation",
    label=msg("赔付核决"),
    ticket_types=("complaint",),
    blocks=("reply", "handle", "finish"),
    amount_field="compensation",
    steps=tuple(
        ApprovalStep(label=label, approvers=(role,), limit="property_mgmt.compensation_answered")
        for role, label, _ in _LEVELS
    ),
    limits={role: key for role, _, key in _LEVELS},
    signing=Signing.DIRECT,
    own_authority=True,
    guards_notes=True,
    clauses=("001-13-54", "001-13-64", "003-04-32", "003-04-40"),
)

_PERMIT = ("permit",)
_APPLIED = Trigger(on_opened=True, moves=("resubmit",))

_PERMITS: tuple[ApprovalRule, ...] = (
    ApprovalRule(
        name="property_mgmt.hot_work",
        label=msg("动火作业"),
        ticket_types=_PERMIT,
        blocks=("approve",),
        starts=_APPLIED,
        when=(Condition("category", ("hot_work",)),),
        # Another time or place is another fire.
        fields=("from_at", "to_at", "spot", "fire_watch"),
        steps=(ApprovalStep(label=msg("保卫部门"), approvers=(SECURITY_LEAD,), limit="property_mgmt.permit_answer"),),
        clauses=("003-11-07", "001-01-44"),
    ),
    ApprovalRule(
        name="property_mgmt.work_permit",
        label=msg("装修施工"),
        ticket_types=_PERMIT,
        blocks=("approve",),
        starts=_APPLIED,
        when=(Condition("category", ("work_permit",)),),
        fields=("work", "valid_from", "valid_to"),
        steps=(ApprovalStep(label=msg("工程部"), approvers=(AREA_FOREMAN,), limit="property_mgmt.permit_answer"),),
        clauses=("000-05-06", "001-08-14"),
    ),
)

APPROVAL_RULES: tuple[ApprovalRule, ...] = (COMPENSATION, *_PERMITS)
