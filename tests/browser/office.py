"""Two companies of an installation that runs: 幸福物业 with the property plugin, 颐和物业 with none."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from gongdan import bootstrap
from gongdan.domain.snapshots import CompanyView, TicketView
from gongdan.services.actors import SYSTEM
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.imports import Source
from gongdan.services.intake import NewTicket
from gongdan.settings import Settings, read_settings
from gongdan.testing.factories import PASSWORD

PLUGIN = "property_mgmt"

#: Who works where: login → name and roles in 幸福物业.
PEOPLE: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "zhangmin": ("张敏", ("desk_clerk",)),
    "liuyang": ("刘洋", ("desk_clerk",)),
    "hujunming": ("胡军明", ("repair_worker",)),
    "chenzhiyuan": ("陈志远", ("department_manager",)),
    "chenhong": ("陈红", ("administrator", "supervisor")),
    "lihua": ("李华", ("administrator", "supervisor")),
}
#: Who reads the pages in English; everybody else reads Chinese.
ENGLISH = ("lihua",)

#: Two rooms belong to one person, whose number the clerks recognise.
OWNER, OWNER_PHONE, OWNER_ROOMS = "欧阳秀兰", "13912345678", ("2-1-101", "2-2-302")

UNIT_HEADINGS = ("楼栋", "单元", "房号", "业主姓名", "电话")

_BUILDINGS, _SECTIONS, _FLOORS, _ROOMS = 2, 2, 3, 2
_NAMES = "赵钱孙周吴郑冯蒋沈韩杨朱秦尤许何吕施孔曹严华金魏"


@dataclass(frozen=True, slots=True)
class Office:
    """What the tests know of the installation beforehand."""

    desk: Desk
    settings: Settings
    company: CompanyView
    other: CompanyView
    owner_id: UUID

    @property
    def work(self) -> CompanyDesk:
        """Return the desk of 幸福物业 with the installation itself as the actor."""
        return self.desk.at(self.company)

    def as_person(self, login: str) -> CompanyDesk:
        """Return the desk of 幸福物业 as one of its people sees it."""
        actor = self.desk.accounts.actor(self.desk.accounts.by_login(login).id, self.company.id)
        assert actor is not None
        return self.desk.at(self.company, actor)

    def unit(self, label: str) -> UUID:
        found = self.work.assets.by_name(label)
        assert found is not None, label
        return found.id

    def report(
        self, description: str, *, type: str = "repair", room: str = "1-1-101", phone: str = "13700002222"
    ) -> TicketView:
        """Take a case as 张敏 does at the telephone."""
        fields = {"repair": {"charge_kind": "free", "visit_at": "2026-03-06T09:00"},
                  "complaint": {"occurred": "昨晚十点左右", "wish": "请派人制止"}}[type]  # fmt: skip
        new = NewTicket(type=type, description=description, contact_name="周海波", contact_phone=phone,
                        asset_id=self.unit(room), fields=fields)  # fmt: skip
        return self.as_person("zhangmin").intake.open(new)


def open_office(home: Path) -> Office:
    """Set the installation up on a fresh SQLite database."""
    settings = read_settings({}, home=home, secure_cookies=False, plugins=[PLUGIN])
    desk = bootstrap.open_desk(settings)
    bootstrap.upgrade(desk)
    company = desk.companies.create(SYSTEM, "xingfu", "幸福物业")
    other = desk.companies.create(SYSTEM, "yihe", "颐和物业")
    desk.at(company).plugins.enable(PLUGIN)
    _hire(desk, company, other)
    owner_id = _move_in(desk.at(company), home / "房屋台账.csv")
    return Office(desk, settings, company, other, owner_id)


def _hire(desk: Desk, company: CompanyView, other: CompanyView) -> None:
    department = desk.at(company).departments.create("engineering", "工程部")
    for login, (name, roles) in PEOPLE.items():
        locale = "en" if login in ENGLISH else "zh"
        is_operator = "administrator" in roles
        made = desk.accounts.create(
            SYSTEM, login, name, PASSWORD, must_change_password=False, locale=locale, is_operator=is_operator
        )
        desk.at(company).members.save(made.id, roles, department_id=department.id)
        if is_operator:
            desk.at(other).members.save(made.id, ["administrator"])


def _move_in(work: CompanyDesk, path: Path) -> UUID:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows(unit_rows())
    work.imports.run("units", Source(path=path))
    [owner] = work.parties.by_phone(OWNER_PHONE)
    return owner.id


def unit_rows() -> Iterator[tuple[str, ...]]:
    """Yield a list of 24 units as a property company keeps it; one phone number is too short."""
    yield UNIT_HEADINGS
    places = ((building, section, floor * 100 + room)
              for building in range(1, _BUILDINGS + 1) for section in range(1, _SECTIONS + 1)
              for floor in range(1, _FLOORS + 1) for room in range(1, _ROOMS + 1))  # fmt: skip
    for number, (building, section, room) in enumerate(places):
        if f"{building}-{section}-{room}" in OWNER_ROOMS:
            name, phone = OWNER, OWNER_PHONE
        else:
            name, phone = f"{_NAMES[number]}国栋", f"1380000{number:04d}" if number else "138000"
        yield f"{building}栋", f"{section}单元", str(room), name, phone
