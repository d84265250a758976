"""Factories: things as they occur in a Chinese housing company, made through the services as people make them."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from gongdan.domain.snapshots import CompanyView, TicketView
from gongdan.services.actors import SYSTEM
from gongdan.services.assets import AssetInput
from gongdan.services.desk import CompanyDesk, Desk
from gongdan.services.grids import AssetView
from gongdan.services.intake import NewTicket
from gongdan.services.parties import PartyInput, PartyView
from gongdan.testing import sample

#: The password of everybody whom ``People`` makes.
PASSWORD = "海棠花开 2026 spring"  # noqa: S105 -- known on purpose

_NAMES = ("张敏", "李建国", "王芳", "刘洋", "陈秀英", "杨帆", "赵磊", "黄丽", "周杰", "吴桂兰")


class People:
    """Makes accounts that are members of a company."""

    def __init__(self, desk: Desk, company: CompanyView) -> None:
        self._desk = desk
        self._company = company
        self.made = 0

    def __call__(
        self,
        *roles: str,
        name: str = "",
        login: str = "",
        company: CompanyView | None = None,
        is_operator: bool = False,
    ) -> CompanyDesk:
        """Return the company's desk as a new member with ``roles`` sees it; without roles, an agent's."""
        self.made += 1
        place = company or self._company
        account = self._desk.accounts.create(
            SYSTEM,
            login or f"person{self.made}",
            name or _NAMES[self.made % len(_NAMES)],
            PASSWORD,
            must_change_password=False,
            is_operator=is_operator,
        )
        self._desk.at(place).members.save(account.id, roles or ("agent",))
        return self.again(account.id, place)

    def again(self, account_id: UUID, company: CompanyView | None = None) -> CompanyDesk:
        """Return the desk as the person sees it now, with the rights of this moment."""
        place = company or self._company
        actor = self._desk.accounts.actor(account_id, place.id)
        if actor is None:
            message = f"account {account_id} is no member of {place.code}"
            raise LookupError(message)
        return self._desk.at(place, actor)


class Factory:
    """Makes tickets, parties and assets of one company; every value can be given, the rest is filled in."""

    def __init__(self, desk: CompanyDesk) -> None:
        self._desk = desk
        self.made = 0

    def ticket(self, **values: Any) -> TicketView:
        """Open a ticket, by default a repair of the sample plugin."""
        given: Mapping[str, Any] = {
            "type": sample.REPAIR.name,
            "description": "厨房水管漏水，请尽快派人",
            "contact_name": "王芳",
            "contact_phone": "13800138000",
            "place": "3-2-501",
        }
        return self._desk.intake.open(NewTicket(**{**given, **values}))

    def party(self, **values: Any) -> PartyView:
        """Make a party, by default a person with a mobile phone of her own."""
        self.made += 1
        given: Mapping[str, Any] = {"name": "王芳", "phones": (f"1380013{self.made:04d}",)}
        return self._desk.parties.create(PartyInput(**{**given, **values}))

    def building(self, **values: Any) -> AssetView:
        """Make a building of the sample plugin, by default the next one."""
        self.made += 1
        return self._asset({"kind": "sample_building", "code": f"{self.made}栋"} | values)

    def unit(self, building: AssetView | None = None, **values: Any) -> AssetView:
        """Make a flat of the sample plugin, by default the next one of a building of its own."""
        parent = building or self.building()
        self.made += 1
        return self._asset({"kind": "sample_unit", "code": f"{500 + self.made}", "parent_id": parent.id} | values)

    def _asset(self, values: Mapping[str, Any]) -> AssetView:
        return self._desk.assets.create(AssetInput(**values))
