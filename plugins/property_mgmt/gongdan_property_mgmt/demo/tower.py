"""Fill the office tower: its rooms with their tenants, then what is going on this week."""

from datetime import timedelta
from typing import Final

from gongdan.api import AssetInput, CompanyDesk, PartyInput, Progress, at_moment, msg, play
from gongdan_property_mgmt.demo.letters import fill_letters
from gongdan_property_mgmt.demo.opening import TOWER_PACK, open_with
from gongdan_property_mgmt.demo.permit_cases import fill_tower
from gongdan_property_mgmt.demo.tower_cases import CASES

#: Rooms and tenants were entered before the oldest of the week's cases.
_MOVED_IN: Final = timedelta(days=12)

_FLOORS: Final = range(5, 11)
_ROOMS_PER_FLOOR: Final = 4
#: Room, tenant, reception.
_TENANTS: Final = (
    ("501", "恒信会计师事务所", "02188010501"),
    ("602", "云帆软件", "02188010602"),
    ("703", "博远律师事务所", "02188010703"),
    ("801", "海川设计", "02188010801"),
    ("904", "明德教育", "02188010904"),
    ("1002", "瑞和投资", "02188011002"),
)
#: Code, name and part.
_PUBLIC_PARTS: Final = (
    ("lobby", "一层大堂", "lobby"),
    ("lift-3", "3 号客梯", "lift"),
    ("pantry-8", "八层茶水间", "other"),
)


def fill(desk: CompanyDesk, progress: Progress) -> None:
    """Set hours and policy, enter rooms and tenants, and play the week."""
    with at_moment(desk.installation, desk.installation.clock() - _MOVED_IN):
        open_with(desk, TOWER_PACK)
        progress(msg("登记房间与租户"))
        _add_rooms(desk)
    progress(msg("登记本周的报修与投诉"))
    play(desk, CASES)
    fill_letters(desk)
    progress(msg("办理许可、放行与来访"))
    fill_tower(desk)


def _add_rooms(desk: CompanyDesk) -> None:
    tower = desk.assets.create(
        AssetInput(
            kind="building", code="tower", label="云顶大厦", fields={"floors": str(_FLOORS[-1]), "has_lift": "true"}
        )
    )
    for code, label, part in _PUBLIC_PARTS:
        desk.assets.create(
            AssetInput(kind="public_part", code=code, label=label, parent_id=tower.id, fields={"part": part})
        )
    tenants = {room: (name, phone) for room, name, phone in _TENANTS}
    since = desk.installation.clock().astimezone(desk.zone).date()
    for room in (f"{floor}{number:02}" for floor in _FLOORS for number in range(1, _ROOMS_PER_FLOOR + 1)):
        state = "let" if room in tenants else "vacant"
        made = desk.assets.create(AssetInput(kind="unit", code=room, label=room, parent_id=tower.id, state=state))
        if room in tenants:
            name, phone = tenants[room]
            tenant = desk.parties.create(PartyInput(kind="company", name=name, phones=(phone,)))
            desk.assets.link(made.id, "tenant", party_id=tenant.id, begins=since)
