"""The hours of the desk, and the regulation that a demo company follows."""

from typing import Final

from gongdan.api import CalendarDraft, CompanyDesk

#: Every day but statutory holidays (004-06-20).
_HOURS: Final = CalendarDraft("客服前台", ("08:00-19:00",) * 7)

ESTATE_PACK: Final = "property_mgmt.residential"
TOWER_PACK: Final = "property_mgmt.office"


def open_with(desk: CompanyDesk, pack: str) -> None:
    """Set the hours and adopt the pack."""
    desk.calendars.save(_HOURS)
    desk.policies.apply(desk.policies.pack(pack))
