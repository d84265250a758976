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
    }
)
_DESK = _WORK | {
    "ticket.create",
    "ticket.edit",
    "ticket.assign",
    "ticket.link",
    "party.edit",
    "custody.keep",
    "circulation.view",
    "circulation.office",
    "circulation.draft",
}
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
}

ROLES: tuple[Role, ...] = (
    Role(DESK_CLERK, msg("客服助理"), _DESK),
    Role(DESK_SUPERVISOR, msg("客服主管"), _LEAD),
    Role(REPAIR_WORKER, msg("维修员"), _WORK),
    Role(AREA_FOREMAN, msg("区域领班"), _WORK | {"ticket.create", "ticket.assign"}),
    Role(DEPARTMENT_STAFF, msg("责任部门人员"), _WORK),
    Role(DEPARTMENT_MANAGER, msg("部门经理"), _LEAD),
    Role(PROJECT_MANAGER, msg("项目经理"), _LEAD | {"circulation.instruct", "leaver.manage"}),
)
