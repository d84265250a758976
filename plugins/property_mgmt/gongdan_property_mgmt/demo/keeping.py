"""What the office keeps: keys of the post and of flats, registers and manuals, and who has some of it today."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from gongdan.api import Borrower, CompanyDesk, ItemInput, Lending, as_member, at_moment
from gongdan_property_mgmt.custody import DEPOSITED_KEY, VACANT_KEY

_CABINET: Final = "前台 1 号钥匙柜"
#: Name and ring.
_OF_THE_POST: Final = (
    ("1 栋大堂门", "A-01"),
    ("2 栋大堂门", "A-02"),
    ("3 栋大堂门", "A-03"),
    ("1 栋屋面门", "A-11"),
    ("2 栋屋面门", "A-12"),
    ("3 栋屋面门", "A-13"),
    ("水泵房", "B-01"),
    ("高压配电房", "B-02"),
    ("消防控制室", "B-03"),
    ("中心花园工具房", "B-04"),
    ("地下车库 B1 东门", "B-05"),
    ("会议室", "B-06"),
)
#: Flat, owner who left the key, seal.
_DEPOSITED: Final = (
    ("2-2-1906", "何超娟", "F-2206"),
    ("3-1-1604", "刘英", "F-3116"),
    ("1-1-1202", "徐明洋", "F-1112"),
)
_VACANT: Final = ("1-2-301", "1-2-302", "2-1-701", "2-1-702", "3-2-501", "3-2-502")
#: Kind, name, place.
_PAPERS: Final = (
    ("register", "来访登记本", "前台"),
    ("register", "钥匙领取登记本", "前台"),
    ("manual", "消防设施操作手册", "客服部资料柜"),
    ("manual", "电梯困人处置手册", "客服部资料柜"),
)


@dataclass(frozen=True, slots=True)
class _Loan:
    """Something that is out."""

    name: str
    #: Login of a member, or name and phone of somebody from outside.
    who: str | tuple[str, str]
    purpose: str
    #: Before now.
    since: timedelta
    #: How long it may stay out.
    lasts: timedelta


_LOANS: Final = (
    _Loan("水泵房", "hujunming", "更换 1 号泵压力表", timedelta(hours=2), timedelta(hours=6)),
    _Loan("2-2-1906 入户门", "chenyanyang", "业主委托入户查看卫生间滴水", timedelta(minutes=50), timedelta(hours=3)),
    _Loan("3 栋屋面门", ("李师傅（防水单位）", "13912345678"), "屋面防水保修", timedelta(days=1), timedelta(hours=8)),
    _Loan("电梯困人处置手册", "heweiwen", "秩序部班前培训", timedelta(days=4), timedelta(days=3)),
)


def fill_custody(desk: CompanyDesk) -> None:
    """Lend what is out today, and write down a key that is lost; everything was taken in when the office moved in."""
    clerk, now = as_member(desk, "guoming"), desk.installation.clock()
    kept = {item.name: item.id for item in clerk.custody.items()}
    for loan in _LOANS:
        since = now - loan.since
        with at_moment(desk.installation, since):
            lending = Lending(borrower=_borrower(desk, loan), purpose=loan.purpose, until=since + loan.lasts)
            clerk.custody.lend(kept[loan.name], lending)
    with at_moment(desk.installation, now - timedelta(days=2)):
        clerk.custody.lose(kept["2-1-702 入户门"], "交接清点时不在柜内，已通知工程部准备换锁")


def take_in(desk: CompanyDesk) -> None:
    """Take everything into custody."""
    front = next(view.id for view in desk.departments.all() if view.name == "客服部")
    for name, ring in _OF_THE_POST:
        desk.custody.take_in(ItemInput(kind="key", name=name, mark=ring, department_id=front, place=_CABINET))
    for flat, owner, seal in _DEPOSITED:
        _take_in_key(desk, DEPOSITED_KEY.name, flat, front, owner=owner, mark=seal)
    for flat in _VACANT:
        _take_in_key(desk, VACANT_KEY.name, flat, front)
    for kind, name, place in _PAPERS:
        desk.custody.take_in(ItemInput(kind=kind, name=name, department_id=front, place=place))


def _take_in_key(desk: CompanyDesk, kind: str, flat: str, front: UUID, *, owner: str = "", mark: str = "") -> None:
    asset = desk.assets.by_name(flat)
    found, _ = desk.parties.list(owner) if owner else ((), "")
    desk.custody.take_in(
        ItemInput(
            kind=kind,
            name=f"{flat} 入户门",
            asset_id=asset.id if asset else None,
            party_id=next((party.id for party in found if party.name == owner), None),
            department_id=front,
            place="前台 2 号钥匙柜",
            mark=mark,
        )
    )


def _borrower(desk: CompanyDesk, loan: _Loan) -> Borrower:
    if isinstance(loan.who, tuple):
        name, phone = loan.who
        return Borrower(name, phone=phone)
    person = as_member(desk, loan.who).actor
    return Borrower(person.name, account_id=person.account_id)
