"""Who does what on the sites of a decoration company."""

from typing import Final

from gongdan.api import Role, msg

SITE_INSPECTOR: Final = "site_inspector"
SITE_SUPERVISOR: Final = "site_supervisor"
SITE_MANAGER: Final = "site_manager"
SERVICE_SPECIALIST: Final = "service_specialist"
SERVICE_MANAGER: Final = "service_manager"

_SITE = frozenset({"ticket.view", "ticket.move", "note.write", "party.view", "party.phone", "asset.view", "plan.view"})
_SERVICE = _SITE | {"ticket.create", "ticket.edit", "ticket.assign", "ticket.link", "party.edit", "asset.edit"}

ROLES: tuple[Role, ...] = (
    Role(SITE_INSPECTOR, msg("巡检员"), _SITE | {"ticket.create", "ticket.assign"}),
    Role(SITE_SUPERVISOR, msg("监理"), _SITE),
    Role(SITE_MANAGER, msg("工地项目经理"), _SITE),
    Role(SERVICE_SPECIALIST, msg("客服专员"), _SERVICE),
    Role(
        SERVICE_MANAGER,
        msg("客服部经理"),
        _SERVICE
        | {
            "ticket.correct",
            "ticket.change_owner",
            "party.unmask",
            "import.run",
            "export.run",
            "journal.view",
            "plan.do",
            "plan.manage",
        },
    ),
)
