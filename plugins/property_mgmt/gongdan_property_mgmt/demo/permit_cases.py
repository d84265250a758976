"""What the desks of both demo companies have permitted, let out and let in."""

from dataclasses import replace
from typing import Final
from uuid import UUID

from gongdan.api import AssetInput, CompanyDesk, NewPerson, NewVisit, PartyInput
from gongdan_property_mgmt.demo.permits import Crew, DemoPermit, PermitDemo

_OF_THE_TOWER: Final = Crew("hexiaoyan", "caimeng", "caimeng", "luoyong", "weiguoqing", "dinghao")
_OF_THE_ESTATE: Final = Crew("zhangmin", "guoming", "yangjunming", "maliang", "heweiwen", "zhaoqiang")

#: Numbers whose last characters fit; nobody has them.
_PEOPLE: Final = (
    NewPerson(name="周建", phone="13900139011", identity="310101198001010018", trade="水电工"),
    NewPerson(name="吴涛", phone="13900139012", trade="木工"),
    NewPerson(name="郑勇", phone="13900139013", trade="油漆工"),
)

_RENOVATION: Final = {
    "work": "拆除隔墙两道，重做吊顶与强弱电",
    "contractor": "鸿达装饰",
    "site_manager": "周建",
    "site_manager_phone": "13900139011",
    "has_owner_consent": "true",
    "has_drawings": "true",
    "has_licence": "true",
    "has_identities": "true",
}
_HOT_WORK: Final = {
    "work": "焊接风管支架",
    "spot": "八层走廊吊顶",
    "equipment": "电焊机一台、角磨机一台",
    "fire_watch": "罗勇",
    "safety_measures": "清走可燃物，铺防火毯，备两具灭火器，完工后看守半小时",
    "contractor": "鸿达装饰",
    "site_manager": "周建",
    "has_certificate": "true",
    "has_extinguishers": "true",
}
_HOLDER: Final = {
    "reason": "机房设备调试",
    "holder_name": "钱进",
    "holder_phone": "13900139021",
    "has_identity": "true",
}

_IN_FORCE: Final = DemoPermit(
    kind="work_permit",
    applicant="海川设计",
    phone="02188010801",
    place="801",
    reason="办公室翻新",
    fields=_RENOVATION,
    begins=-3,
    ends=12,
    days_ago=4,
)
_TEMPORARY: Final = DemoPermit(
    kind="temporary_pass",
    applicant="云帆软件",
    phone="02188010602",
    place="602",
    reason="机房设备调试",
    fields=_HOLDER,
    begins=-6,
    ends=-2,
    days_ago=7,
    paid={"deposit_paid": "50", "receipt": "SJ-0061"},
)

_TOWER: Final = (
    _IN_FORCE,
    DemoPermit(
        kind="worker_pass",
        applicant="海川设计",
        phone="02188010801",
        place="801",
        reason="装修人员出入",
        fields={"contractor": "鸿达装饰", "has_identities": "true"},
        begins=-2,
        ends=12,
        days_ago=3,
        people=_PEOPLE,
        paid={"fee_paid": "30", "receipt": "SJ-0064"},
    ),
    DemoPermit(
        kind="hot_work",
        applicant="海川设计",
        phone="02188010801",
        place="801",
        reason="吊顶风管焊接",
        fields=_HOT_WORK,
        begins=-1,
        ends=4,
        by_hour=True,
    ),
    DemoPermit(
        kind="hot_work",
        applicant="瑞和投资",
        phone="02188011002",
        place="1002",
        reason="门框切割",
        fields={**_HOT_WORK, "spot": "1002 门口", "work": "切割钢门框"},
        begins=26,
        ends=29,
        by_hour=True,
        until="applied",
    ),
    DemoPermit(
        kind="goods_lift",
        applicant="明德教育",
        phone="02188010904",
        place="货梯",
        reason="搬进课桌",
        fields={"reason": "搬进课桌四十套"},
        begins=23,
        ends=25,
        by_hour=True,
    ),
    DemoPermit(
        kind="goods_lift",
        applicant="博远律师事务所",
        phone="02188010703",
        place="货梯",
        reason="搬走档案柜",
        fields={"reason": "搬走档案柜"},
        begins=24,
        ends=26,
        by_hour=True,
        until="approved",
    ),
    DemoPermit(
        kind="meeting_room",
        applicant="恒信会计师事务所",
        phone="02188010501",
        place="三层会议室",
        reason="年度培训",
        fields={"reason": "年度培训", "head_count": "20"},
        begins=1,
        ends=4,
        by_hour=True,
    ),
    _TEMPORARY,
    DemoPermit(
        kind="temporary_pass",
        applicant="瑞和投资",
        phone="02188011002",
        place="1002",
        reason="审计驻场",
        fields={**_HOLDER, "holder_name": "孙悦", "reason": "审计驻场"},
        begins=-2,
        ends=10,
        days_ago=3,
        ended_by="revoke",
        paid={"deposit_paid": "50", "receipt": "SJ-0062"},
    ),
    DemoPermit(
        kind="temporary_pass",
        applicant="明德教育",
        phone="02188010904",
        place="904",
        reason="暑期代课",
        fields={**_HOLDER, "holder_name": "李娜", "reason": "代课"},
        begins=-5,
        ends=2,
        days_ago=6,
        paid={"deposit_paid": "50", "receipt": "SJ-0063"},
    ),
    DemoPermit(
        kind="parking",
        applicant="云帆软件",
        phone="02188010602",
        place="602",
        reason="公司用车",
        fields={"plate": "沪A66688", "holder_name": "云帆软件", "vehicle": "car", "has_vehicle_papers": "true"},
        begins=-300,
        ends=5,
        days_ago=6,
        paid={"fee_paid": "300", "receipt": "SJ-0060"},
    ),
    DemoPermit(
        kind="directory_sign",
        applicant="瑞和投资",
        phone="02188011002",
        place="1002",
        reason="新入驻，加水牌",
        fields={"sign_text": "瑞和投资 1002"},
        begins=0,
        ends=10,
        until="approved",
    ),
    DemoPermit(
        kind="leaflets",
        applicant="明德教育",
        phone="02188010904",
        place="904",
        reason="派发招生单页",
        fields={"material": "招生单页", "copies": "300"},
        begins=0,
        ends=3,
        until="refused",
    ),
)

_EXTENSION: Final = DemoPermit(
    kind="work_extension",
    applicant="海川设计",
    phone="02188010801",
    place="801",
    reason="橱柜到货晚，延期十天",
    fields={"reason": "定制家具到货晚", "site_manager": "周建", "site_manager_phone": "13900139011"},
    begins=13,
    ends=22,
    until="applied",
    days_ago=0,
)

_ESTATE: Final = (
    DemoPermit(
        kind="work_permit",
        applicant="王芳",
        phone="13800138000",
        place="{flat}",
        reason="厨房与卫生间翻新",
        fields={**_RENOVATION, "work": "厨房与卫生间翻新，重做防水"},
        begins=-1,
        ends=20,
        days_ago=2,
    ),
    DemoPermit(
        kind="parking",
        applicant="王芳",
        phone="13800138000",
        place="{flat}",
        reason="新购车辆",
        fields={"plate": "沪AD12345", "holder_name": "王芳", "vehicle": "car", "has_vehicle_papers": "true"},
        begins=0,
        ends=360,
        paid={"fee_paid": "300", "receipt": "SJ-0101"},
    ),
)

_COURIER: Final = NewVisit(
    name="钱进",
    phone="13900139021",
    document="resident_id",
    identity="11010519491231002X",
    firm="顺通快递",
    purpose="delivery",
    place="602",
    host="云帆软件前台",
    consent="agreed",
    consent_by="云帆软件前台",
    consent_way="phone",
)
_GUEST: Final = NewVisit(
    name="孙悦",
    phone="13900139022",
    firm="天成审计",
    purpose="business",
    place="1002",
    host="陈经理",
    plate="沪B12345",
    consent="agreed",
    consent_by="陈经理",
    consent_way="appointment",
)
_SELLER: Final = NewVisit(
    name="吴凡",
    phone="13900139023",
    firm="保险推销",
    purpose="other",
    place="501",
    host="前台",
    consent="refused",
    consent_by="恒信前台",
    consent_way="phone",
)


def fill_tower(desk: CompanyDesk) -> None:
    """Permit, let out and let in what the office tower has."""
    demo = PermitDemo(desk, _OF_THE_TOWER)
    demo.decide()
    tower = next(asset for asset in desk.assets.children(None) if asset.code == "tower")
    for code, label in (("lift-g", "货梯"), ("meeting-3", "三层会议室")):
        desk.assets.create(AssetInput(kind="public_part", code=code, label=label, parent_id=tower.id))
    owner = desk.parties.create(PartyInput(kind="company", name="云顶置业", phones=("02188010000",))).id
    for room in ("602", "801", "904"):
        found = desk.assets.by_name(room)
        if found:
            desk.assets.link(found.id, "owner", party_id=owner)
    made = [demo.play(permit) for permit in _TOWER]
    demo.play(_EXTENSION, first_id=made[_TOWER.index(_IN_FORCE)])
    for ticket in (made[0], made[2], made[_TOWER.index(_TEMPORARY)]):
        demo.look(ticket)
    demo.slip("602", owner, "sealed", ("服务器机柜", "2"), ("纸箱", "6"))
    demo.slip("904", owner, "used", ("课桌", "4"), hour=8)
    demo.slip("801", owner, "turned_back", ("显示器", "3"), hour=8)
    demo.slip("602", owner, "draft", ("打印机", "1"))
    demo.visit(95, 41, _COURIER, left=True)
    demo.visit(40, 72, _GUEST)
    demo.visit(25, 38, _COURIER)
    demo.visit(12, 29, _SELLER)


def fill_estate(desk: CompanyDesk) -> None:
    """Permit, let out and let in what the housing estate has."""
    demo = PermitDemo(desk, _OF_THE_ESTATE)
    demo.decide()
    flat, owner = _somebodys_flat(desk)
    for permit in _ESTATE:
        demo.play(replace(permit, place=flat))
    demo.slip(flat, owner, "sealed", ("双人沙发", "1"), ("纸箱", "8"))
    demo.visit(55, 44, replace(_COURIER, place=flat, host="业主", consent_by="业主", consent_way="intercom"))
    demo.visit(20, 36, replace(_SELLER, place=flat, host="业主", consent_by="业主", consent_way="intercom"))


def _somebodys_flat(desk: CompanyDesk) -> tuple[str, UUID]:
    """Return the first flat with an owner, by name, and the owner."""
    for flat in desk.assets.list(kind="unit", limit=50):
        owners = [link.party_id for link in desk.assets.links(flat.id) if link.role == "owner" and not link.ends]
        if owners and owners[0]:
            return flat.label, owners[0]
    message = "the estate has no flat with an owner"
    raise LookupError(message)
