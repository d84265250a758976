"""Fill the demo company: its sites with their customers, what two weeks of patrols have found, and the calls."""

from datetime import date, timedelta
from typing import Final, NamedTuple

from gongdan.api import AssetInput, CompanyDesk, PartyInput, Progress, at_moment, msg, play
from gongdan_decoration.demo.patrols import PATROLS
from gongdan_decoration.demo.works import follow_works

#: The sites were entered, and the handbook adopted, before works were followed and the oldest patrol.
_MOVED_IN: Final = timedelta(days=31)
_PACK: Final = "decoration.franchise"


class _Site(NamedTuple):
    contract: str
    label: str
    customer: tuple[str, str]
    package: str
    area: str
    manager: str
    state: str
    #: Days before today.
    started: int


_SITES: Final = (
    _Site("HT2026-0101", "幸福花园 4-2-836", ("陈志远", "13700020001"), "full", "118.5", "吴刚", "at_work", 62),
    _Site("HT2026-0108", "翠湖雅苑 2-1-1203", ("马晓琳", "13700020002"), "turnkey", "142", "吴刚", "at_work", 88),
    _Site("HT2026-0112", "滨江一号 7-901", ("郑凯", "13700020003"), "half", "89.6", "徐军博", "at_work", 41),
    _Site("HT2026-0115", "金色家园 3-3-502", ("许文娟", "13700020004"), "full", "105", "徐军博", "at_work", 35),
    _Site("HT2026-0119", "紫金府 1-2-1801", ("梁建平", "13700020005"), "turnkey", "168.3", "吴刚", "at_work", 20),
    _Site("HT2026-0121", "学府里 5-1-604", ("宋雅", "13700020006"), "half", "76", "徐军博", "stopped", 27),
    _Site("HT2026-0124", "锦绣江南 9-2-303", ("谢宏", "13700020007"), "full", "131", "徐军博", "waiting", -5),
    _Site("HT2026-0077", "世纪城 6-1-1502", ("丁洁", "13700020008"), "full", "96.8", "吴刚", "warranty", 210),
    _Site("HT2025-0032", "阳光里 2-2-401", ("冯静", "13700020009"), "full", "102", "徐军博", "warranty", 585),
)


def fill(desk: CompanyDesk, progress: Progress) -> None:
    """Adopt the handbook's figures, enter the sites, play the patrols, and make the calls."""
    progress(msg("登记工地与客户"))
    today = desk.installation.clock().astimezone(desk.zone).date()
    with at_moment(desk.installation, desk.installation.clock() - _MOVED_IN):
        desk.policies.apply(desk.policies.pack(_PACK))
        for site in _SITES:
            _enter(desk, site, today)
    progress(msg("登记两周的巡检与整改"))
    play(desk, PATROLS)
    progress(msg("跟进施工，按期回访"))
    follow_works(desk)


def _enter(desk: CompanyDesk, site: _Site, today: date) -> None:
    started = today - timedelta(days=site.started)
    made = desk.assets.create(
        AssetInput(
            kind="site",
            code=site.contract,
            label=site.label,
            state=site.state,
            fields={
                "contract_number": site.contract,
                "package": site.package,
                "area": site.area,
                "manager": site.manager,
                "supervisor": "赵秀",
                "started_on": started.isoformat(),
                "planned_end_on": (started + timedelta(days=110)).isoformat(),
            },
        )
    )
    name, phone = site.customer
    customer = desk.parties.create(PartyInput(name=name, phones=(phone,)))
    desk.assets.link(made.id, "site_customer", party_id=customer.id, begins=started)
