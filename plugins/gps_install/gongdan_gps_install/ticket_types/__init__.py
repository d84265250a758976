"""The papers of a GPS desk: one order for one vehicle to be fitted, one slip for one repair."""

from gongdan_gps_install.ticket_types.installation import INSTALLATION_ORDER
from gongdan_gps_install.ticket_types.repair import TERMINAL_REPAIR

TICKET_TYPES = (INSTALLATION_ORDER, TERMINAL_REPAIR)

__all__ = ["INSTALLATION_ORDER", "TERMINAL_REPAIR", "TICKET_TYPES"]
