"""Fill the housing estate: the two lists as they lie in the office, then what is going on this week."""

from datetime import timedelta
from pathlib import Path
from typing import Final

from gongdan.api import AssetInput, CompanyDesk, LinkKind, Progress, Source, at_moment, msg, play
from gongdan_property_mgmt.demo.complaints import COMPLAINTS, LATE_WORKER
from gongdan_property_mgmt.demo.keeping import fill_custody, take_in
from gongdan_property_mgmt.demo.opening import ESTATE_PACK, open_with
from gongdan_property_mgmt.demo.permit_cases import fill_estate
from gongdan_property_mgmt.demo.repairs import REPAIRS, WAITED_FOR
from gongdan_property_mgmt.demo.rostering import fill_roster

_FOLDER: Final = Path(__file__).parent
#: The lists were brought in before the oldest of the week's cases.
_MOVED_IN: Final = timedelta(days=12)

#: Up to which amounts this company lets its people promise, and by when it wants an answer.
_DECIDED: Final = {
    "supervisor_promises": "100",
    "manager_promises": "500",
    "project_manager_promises": "2000",
    "compensation_answered": "1 workday",
}

#: Code, name, building and part.
_PUBLIC_PARTS: Final = (
    ("garden", "中心花园", "", "garden"),
    ("garage", "地下车库 B1", "", "garage"),
    ("lobby", "1栋大堂", "1", "lobby"),
    ("lift-a", "2栋 A 梯", "2", "lift"),
    ("roof", "3栋屋面", "3", "roof"),
)
_PARKING_SPACES: Final = 6


def fill(desk: CompanyDesk, progress: Progress) -> None:
    """Set hours and policy, import both lists, add what they do not hold, and play the week."""
    with at_moment(desk.installation, desk.installation.clock() - _MOVED_IN):
        open_with(desk, ESTATE_PACK)
        for key, value in _DECIDED.items():
            desk.policies.set(f"property_mgmt.{key}", value, note="管理处会议")
        progress(msg("导入房屋台账"))
        desk.imports.run("units", Source(path=_FOLDER / "房屋台账.xlsx"))
        progress(msg("导入两年的报修投诉台账"))
        desk.imports.run("cases", Source(path=_FOLDER / "报修投诉台账.csv"))
        _add_public_parts(desk)
        progress(msg("登记钥匙与资料"))
        take_in(desk)
    progress(msg("登记本周的报修与投诉"))
    cases = (*REPAIRS, *COMPLAINTS)
    tickets = play(desk, cases)
    late, waited_for = (tickets[cases.index(case)] for case in (LATE_WORKER, WAITED_FOR))
    fill_roster(desk)
    progress(msg("办理许可、放行与来访"))
    fill_estate(desk)
    fill_custody(desk)
    desk.links.make(LinkKind.CAUSED_BY, late, waited_for)


def _add_public_parts(desk: CompanyDesk) -> None:
    buildings = {asset.code: asset.id for asset in desk.assets.children(None)}
    for code, label, building, part in _PUBLIC_PARTS:
        desk.assets.create(
            AssetInput(
                kind="public_part", code=code, label=label, parent_id=buildings.get(building), fields={"part": part}
            )
        )
    for number in range(1, _PARKING_SPACES + 1):
        code = f"B1-{number:03}"
        state = "owned" if number % 3 else "let"
        desk.assets.create(
            AssetInput(kind="parking_space", code=code, label=f"{code} 车位", state=state, fields={"level": "B1"})
        )
