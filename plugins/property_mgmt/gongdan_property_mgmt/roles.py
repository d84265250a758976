"""Who does what in a property office."""

from typing import Final

from gongdan.api import Role, msg

DESK_CLERK: Final = "desk_clerk"
DESK_SUPERVISOR: Final = "desk_supervisor"
REPAIR_WORKER: Final = "repair_worker"
AREA_FOREMAN: Final = "area_foreman"
DEPARTMENT_STAFF: Final = "department_staff"
DEPARTMENT_MANAGER: Final = "department_manager"
PROJECT_MANAGER: Final = "project_manager"
#: Holds the post of the management office: signs and seals.
DUTY_OFFICER: Final = "duty_officer"
GATE_GUARD: Final = "gate_guard"
SECURITY_LEAD: Final = "security_lead"

_WORK = frozenset(
    {
        "ticket.view",
        "ticket.move",
        "note.write",
        "party.view",
        "party.phone",
        "asset.view",
        "roster.view",
        "duty_log.write",
        "plan.view",
        "custody.view",
        "approval.ask",
        "permit.view",
        "pass.check",
    }
)
_VISITORS = frozenset({"visitor.view", "visitor.register"})
_DESK = (
    _WORK
    | _VISITORS
    | {
        "ticket.create",
        "ticket.edit",
        "ticket.assign",
        "ticket.link",
        "party.edit",
        "custody.keep",
        "pass.return",
        "circulation.view",
        "circulation.office",
        "circulation.draft",
    }
)
_LEAD = _DESK | {
    "ticket.correct",
    "duty.team",
    "duty.waive",
    "plan.do",
    "plan.manage",
    "ticket.change_owner",
    "party.unmask",
    "asset.edit",
    "import.run",
    "export.run",
    "journal.view",
    "roster.admin",
    "policy.view",
    "circulation.sign",
    "approval.view",
    "pass.revoke",
}

ROLES: tuple[Role, ...] = (
    Role(DESK_CLERK, msg("客服助理"), _DESK),
    Role(DESK_SUPERVISOR, msg("客服主管"), _LEAD),
    Role(REPAIR_WORKER, msg("维修员"), _WORK),
    Role(AREA_FOREMAN, msg("区域领班"), _WORK | {"ticket.create", "ticket.assign"}),
    Role(DEPARTMENT_STAFF, msg("责任部门人员"), _WORK),
    Role(DEPARTMENT_MANAGER, msg("部门经理"), _LEAD),
    Role(PROJECT_MANAGER, msg("项目经理"), _LEAD | {"circulation.instruct", "leaver.manage"}),
    Role(DUTY_OFFICER, msg("管理处值班员"), _DESK | {"pass.revoke"}),
    Role(GATE_GUARD, msg("门岗"), _WORK | _VISITORS | {"pass.return"}),
    Role(SECURITY_LEAD, msg("秩序主管"), _WORK | _VISITORS | {"ticket.create", "pass.return", "pass.revoke"}),
)
