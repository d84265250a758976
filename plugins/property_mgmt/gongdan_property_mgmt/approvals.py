"""What a property company promises a customer, and who may."""

from gongdan.api import GENERAL_MANAGER, UNBOUNDED, ApprovalRule, ApprovalStep, Signing, msg
from gongdan_property_mgmt.roles import DEPARTMENT_MANAGER, DESK_SUPERVISOR, PROJECT_MANAGER

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

APPROVAL_RULES = (COMPENSATION,)
