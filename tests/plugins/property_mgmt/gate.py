"""A property company whose desk issues permits and whose gate looks at them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from gongdan.api import AssetInput, CompanyDesk, NewGoods, NewTicket, PartyInput, PassView
from gongdan.domain.approvals import Outcome
from gongdan.domain.snapshots import CompanyView, TicketView
from gongdan.services.grids import AssetView
from gongdan.testing.factories import People

OWNER_PHONE = "13800138001"
TENANT_PHONE = "13800138002"
#: A number whose last character fits.
IDENTITY = "11010519491231002X"

#: What an application of each kind says besides its time.
FILLED: Mapping[str, Mapping[str, object]] = {
    "work_permit": {
        "work": "厨房翻新",
        "contractor": "鸿达装饰",
        "site_manager": "周建",
        "site_manager_phone": "13900139000",
        "has_owner_consent": "true",
        "has_drawings": "true",
        "has_licence": "true",
        "has_identities": "true",
    },
    "work_extension": {"reason": "橱柜到货晚", "site_manager": "周建", "site_manager_phone": "13900139000"},
    "overtime": {"reason": "年终结账", "head_count": "4"},
    "temporary_pass": {"reason": "设备调试", "holder_name": "钱进", "has_identity": "true"},
    "worker_pass": {"contractor": "鸿达装饰", "has_identities": "true"},
    "phone_opening": {"socket": "前台"},
    "phone_move": {"line_numbers": "8801", "socket": "会议室"},
    "phone_swap": {"line_numbers": "8801、8802"},
    "directory_sign": {"sign_text": "云帆软件 602"},
    "temporary_power": {
        "reason": "布展",
        "spot": "一层大堂",
        "equipment": "射灯",
        "load_kw": "3.5",
        "electrician": "孙刚勇",
        "has_certificate": "true",
    },
    "hot_work": {
        "work": "焊接风管支架",
        "spot": "八层走廊",
        "equipment": "电焊机一台",
        "fire_watch": "马亮",
        "safety_measures": "清理可燃物，备两具灭火器",
        "has_certificate": "true",
        "has_extinguishers": "true",
    },
    "goods_lift": {"reason": "搬家具"},
    "meeting_room": {"reason": "培训"},
    "bike_parking": {"vehicle": "e_bike", "plate": "沪A12345", "holder_name": "钱进"},
    "waste_sale": {"material": "废纸两车"},
    "lock_breaking": {"reason": "钥匙丢失", "witness_1": "马亮", "witness_2": "罗勇", "has_identity": "true"},
    "lock_change": {"reason": "换租户", "witness_1": "马亮", "witness_2": "罗勇", "has_identity": "true"},
    "door_boarding": {"reason": "装修期间"},
    "extension_hire": {"socket": "前台"},
    "leaflets": {"material": "周年庆请柬", "copies": "60"},
    "parking": {"plate": "沪A12345", "holder_name": "王芳", "has_vehicle_papers": "true"},
}


class Gate:
    """The people of a company around its permits; 5 March 2026 is a Thursday, and it is 10:00."""

    def __init__(self, desk: CompanyDesk, people: People, company: CompanyView) -> None:
        self.desk = desk
        self.clerk = people("desk_clerk", name="张敏", company=company)
        self.manager = people("department_manager", name="杨军明", company=company)
        self.officer = people("duty_officer", name="李建国", company=company)
        self.guard = people("gate_guard", name="马亮", company=company)
        self.security = people("security_lead", name="何伟文", company=company)
        self.engineer = people("area_foreman", name="赵强", company=company)
        tower = desk.assets.create(AssetInput(kind="building", code="tower"))
        self.room = self._part(tower, "unit", "501")
        self.lift = self._part(tower, "public_part", "lift-g")
        self.owner = desk.parties.create(PartyInput(name="王芳", phones=(OWNER_PHONE,), identity=IDENTITY)).id
        self.tenant = desk.parties.create(PartyInput(name="刘洋", phones=(TENANT_PHONE,))).id
        desk.assets.link(self.room.id, "owner", party_id=self.owner)
        desk.assets.link(self.room.id, "tenant", party_id=self.tenant)

    def _part(self, above: AssetView, kind: str, code: str) -> AssetView:
        return self.desk.assets.create(AssetInput(kind=kind, code=code, parent_id=above.id))

    def apply(
        self, kind: str, begins: str = "2026-03-05", ends: str = "2026-03-20", *, first: UUID | None = None, **more: Any
    ) -> TicketView:
        """Let the clerk take an application that is complete; a time with a clock is given by the minute."""
        names = ("from_at", "to_at") if "T" in begins else ("valid_from", "valid_to")
        fields = {**FILLED[kind], **dict(zip(names, (begins, ends), strict=True)), **more.pop("fields", {})}
        given: Mapping[str, Any] = {
            "type": "permit",
            "category": kind,
            "description": kind,
            "contact_name": "刘洋",
            "contact_phone": TENANT_PHONE,
            "asset_id": self.room.id,
            "fields": fields,
        }
        return self.clerk.permits.apply(NewTicket(**{**given, **more}), first_id=first)

    def move(self, who: CompanyDesk, ticket: TicketView, name: str, **values: object) -> TicketView:
        """Let somebody make a move."""
        return who.moves.make(ticket.id, name, who.tickets.find(ticket.id).version, values)

    def consent(self, ticket: TicketView) -> None:
        """Let the departments consent that are asked."""
        for who in (self.security, self.engineer):
            for asked in who.approvals.inbox():
                if asked.ticket_id == ticket.id:
                    who.decisions.decide(asked.id, Outcome.APPROVE)

    def approve(self, ticket: TicketView) -> TicketView:
        """Let the departments consent and the manager approve."""
        self.consent(ticket)
        return self.move(self.manager, ticket, "approve")

    def issue(self, ticket: TicketView, **values: object) -> PassView:
        """Approve and issue, and return the first pass."""
        self.approve(ticket)
        self.move(self.clerk, ticket, "issue", **values)
        return self.passes(ticket)[0]

    def issued(self, kind: str, *times: str, **more: Any) -> PassView:
        """Apply for a permit and issue it."""
        return self.issue(self.apply(kind, *times, **more))

    def passes(self, ticket: TicketView) -> tuple[PassView, ...]:
        """Return the passes of a permit."""
        return tuple(self.clerk.passes.of_ticket(ticket.id))

    def decide(self, key: str, value: str) -> None:
        """Let the company answer a question of its policy."""
        self.desk.policies.set(f"property_mgmt.{key}", value)

    def slip(self, *goods: tuple[str, str], **fields: object) -> TicketView:
        """Let the clerk fill in a goods release slip."""
        filled = {
            "asker": "owner",
            "holder_name": "搬家公司老赵",
            "plate": "沪A12345",
            "from_at": "2026-03-05T09:00",
            "to_at": "2026-03-05T18:00",
            **fields,
        }
        ticket = self.clerk.intake.open(
            NewTicket(
                type="goods_release",
                description="搬出家具",
                requester_id=self.tenant if filled["asker"] == "tenant" else self.owner,
                contact_name="刘洋" if filled["asker"] == "tenant" else "王芳",
                asset_id=self.room.id,
                fields=filled,
            )
        )
        for name, quantity in goods or (("沙发", "1"), ("纸箱", "6")):
            self.clerk.permits.add_goods(ticket.id, NewGoods(name=name, quantity=quantity, unit="件"))
        return ticket

    def sealed(self, ticket: TicketView, **consent: object) -> PassView:
        """Verify the owner, sign and seal."""
        self.move(self.clerk, ticket, "verify", asker=ticket.fields["asker"], **consent)
        self.move(self.officer, ticket, "sign")
        self.move(self.officer, ticket, "seal")
        return self.passes(ticket)[0]

    def counts(self, ticket: TicketView, *numbers: str) -> dict[UUID, str]:
        """Return what the guard counts, line by line."""
        lines = self.guard.permits.goods(ticket.id)
        return {line.id: number for line, number in zip(lines, numbers, strict=True)}


def local(hour: int, minute: int = 0, day: int = 5) -> datetime:
    """Return a moment of March 2026 in Shanghai."""
    from zoneinfo import ZoneInfo

    return datetime(2026, 3, day, hour, minute, tzinfo=ZoneInfo("Asia/Shanghai"))
