"""Who does what at a company that fits GPS terminals."""

from typing import Final

from gongdan.api import Role, msg

GPS_CLERK: Final = "gps_clerk"
DIVISION_MANAGER: Final = "gps_division_manager"
INSTALLER: Final = "installer"

_FIELD = frozenset(
    {"ticket.view", "ticket.move", "note.write", "party.view", "party.phone", "asset.view", "approval.ask"}
)
_DESK = _FIELD | {"ticket.create", "ticket.edit", "ticket.link", "party.edit", "asset.edit"}

ROLES: tuple[Role, ...] = (
    Role(GPS_CLERK, msg("客户服务员"), _DESK),
    Role(
        DIVISION_MANAGER,
        msg("GPS 事业部经理"),
        _DESK
        | {
            "ticket.assign",
            "ticket.correct",
            "ticket.change_owner",
            "party.unmask",
            "import.run",
            "export.run",
            "journal.view",
            "approval.view",
        },
    ),
    Role(INSTALLER, msg("安装维护员"), _FIELD),
)
