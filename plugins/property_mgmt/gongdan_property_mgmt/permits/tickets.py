"""The papers of permits: one type for the whole catalogue, and the goods release slip."""

from collections.abc import Iterator
from decimal import Decimal

from gongdan.api import Choice, Field, FieldKind, NumberPattern, PermitKind, TicketType, msg
from gongdan_property_mgmt.workflows.goods_release import GOODS_FLOW
from gongdan_property_mgmt.workflows.permit import PERMIT_FLOW

_TEXT = FieldKind.TEXT
_DONE_BY_MOVES = False


def _money(name: str, label: str) -> Field:
    return Field(
        name=name, label=label, kind=FieldKind.MONEY, unit=msg("元"), minimum=Decimal(0), at_intake=_DONE_BY_MOVES
    )


def _paper(name: str, label: str, *clauses: str) -> Field:
    return Field(name=name, label=label, kind=FieldKind.BOOLEAN, clauses=clauses)


#: When it holds, by whole days or by the minute.
_TIMES = (
    Field(name="valid_from", label=msg("开始日期"), kind=FieldKind.DATE),
    Field(name="valid_to", label=msg("结束日期"), kind=FieldKind.DATE, help=msg("当天有效")),
    Field(name="from_at", label=msg("开始时间"), kind=FieldKind.DATETIME),
    Field(name="to_at", label=msg("结束时间"), kind=FieldKind.DATETIME),
)

_PEOPLE = (
    Field(name="holder_name", label=msg("持证人"), searchable=True),
    Field(name="holder_phone", label=msg("持证人电话"), kind=FieldKind.PHONE, personal=True),
    Field(name="head_count", label=msg("人数"), kind=FieldKind.INTEGER, minimum=Decimal(1), maximum=Decimal(1000)),
    Field(name="contractor", label=msg("施工单位"), searchable=True),
    Field(name="site_manager", label=msg("施工负责人")),
    Field(name="site_manager_phone", label=msg("负责人电话"), kind=FieldKind.PHONE, personal=True),
    Field(name="electrician", label=msg("电工")),
    Field(name="fire_watch", label=msg("看火人"), clauses=("001-01-44",)),
    Field(name="witness_1", label=msg("见证人一")),
    Field(name="witness_2", label=msg("见证人二")),
)

_WORK = (
    Field(name="reason", label=msg("事由"), kind=FieldKind.LONG_TEXT),
    Field(name="work", label=msg("施工内容"), kind=FieldKind.LONG_TEXT, clauses=("001-01-45",)),
    Field(name="spot", label=msg("部位"), clauses=("001-01-44",)),
    Field(name="equipment", label=msg("器材设备"), clauses=("001-01-44",)),
    Field(name="safety_measures", label=msg("安全措施"), kind=FieldKind.LONG_TEXT, clauses=("003-11-07",)),
    Field(name="load_kw", label=msg("用电负荷"), kind=FieldKind.DECIMAL, unit="kW", minimum=Decimal(0)),
    Field(name="line_numbers", label=msg("电话号码")),
    Field(name="socket", label=msg("线路位置")),
    Field(name="sign_text", label=msg("水牌内容"), kind=FieldKind.LONG_TEXT),
    Field(
        name="vehicle",
        label=msg("车辆"),
        kind=FieldKind.CHOICE,
        choices=(
            Choice("car", msg("汽车")),
            Choice("motorcycle", msg("摩托车")),
            Choice("e_bike", msg("电动自行车")),
            Choice("bicycle", msg("自行车")),
        ),
    ),
    Field(name="plate", label=msg("车牌号"), max_length=32, searchable=True, help=msg("没有车牌的写车架号或编号")),
    Field(name="material", label=msg("物资或资料"), kind=FieldKind.LONG_TEXT),
    Field(name="copies", label=msg("份数"), kind=FieldKind.INTEGER, minimum=Decimal(1)),
    Field(name="conditions", label=msg("批准条件"), kind=FieldKind.LONG_TEXT, at_intake=_DONE_BY_MOVES),
)

_PAPERS = (
    _paper("has_owner_consent", msg("已收：业主同意书"), "001-08-14"),
    _paper("has_drawings", msg("已收：装修图纸"), "001-08-14"),
    _paper("has_licence", msg("已收：施工单位资质"), "001-08-14"),
    _paper("has_identities", msg("已收：人员证件"), "001-01-42"),
    _paper("has_certificate", msg("已收：特种作业证"), "001-01-44"),
    _paper("has_extinguishers", msg("已确认：灭火器材到位"), "001-01-44"),
    _paper("has_vehicle_papers", msg("已收：车辆证件"), "001-08-60"),
    _paper("has_identity", msg("已核：申请人证件")),
)

_PAYING = (
    _money("fee_paid", msg("收费")),
    _money("deposit_paid", msg("押金")),
    Field(name="receipt", label=msg("收据号"), at_intake=_DONE_BY_MOVES),
    _money("deposit_refunded", msg("退押金")),
)

_STAMPED = (
    Field(name="approved_by", label=msg("批准人"), at_intake=_DONE_BY_MOVES),
    Field(name="approved_at", label=msg("批准时间"), kind=FieldKind.DATETIME, at_intake=_DONE_BY_MOVES),
    Field(name="issued_on", label=msg("发证日期"), kind=FieldKind.DATE, at_intake=_DONE_BY_MOVES),
)


def permit_type(kinds: tuple[PermitKind, ...]) -> TicketType:
    """Return the type of all permits; the rows of the catalogue are its categories."""
    return TicketType(
        name="permit",
        label=msg("许可"),
        description=msg("客服手续：出入证、动火、施工、临时用电、货梯专用、停车证等"),
        icon="license",
        workflow=PERMIT_FLOW,
        number=NumberPattern("XK{yyyy}{mm}-{serial:4}"),
        fields=(*_TIMES, *_PEOPLE, *_WORK, *_PAPERS, *_PAYING, *_STAMPED),
        categories=tuple(Choice(kind.category, kind.label) for kind in kinds),
        asset_kinds=("unit", "public_part", "parking_space", "building"),
        intake_requires=("category",),
        clauses=tuple(_clauses(kinds)),
    )


def _clauses(kinds: tuple[PermitKind, ...]) -> Iterator[str]:
    yield from dict.fromkeys(clause for kind in kinds for clause in kind.clauses)


GOODS_RELEASE = TicketType(
    name="goods_release",
    label=msg("物品放行"),
    description=msg("业户搬出物品前开具；一单一次出门"),
    icon="package-export",
    paper=msg("《物品放行条》"),
    workflow=GOODS_FLOW,
    number=NumberPattern("FX{yyyy}{mm}{dd}-{serial:3}"),
    fields=(
        *_TIMES[2:],
        Field(
            name="asker",
            label=msg("申请人身份"),
            kind=FieldKind.CHOICE,
            choices=(
                Choice("owner", msg("业主本人")),
                Choice("tenant", msg("租户")),
                Choice("other", msg("其他人")),
            ),
            clauses=("001-01-01",),
        ),
        Field(name="holder_name", label=msg("搬运人"), searchable=True),
        Field(name="plate", label=msg("车牌号"), max_length=32, searchable=True, help=msg("不用车的写“步行”")),
        Field(
            name="consent_way",
            label=msg("业主怎样同意的"),
            kind=FieldKind.CHOICE,
            at_intake=_DONE_BY_MOVES,
            choices=(Choice("written", msg("书面同意，附在单上")), Choice("call", msg("回拨业主档案里的电话"))),
            clauses=("001-01-01",),
        ),
        Field(name="consent_by", label=msg("同意的业主"), at_intake=_DONE_BY_MOVES, clauses=("001-01-01",)),
        Field(
            name="consent_phone",
            label=msg("回拨的号码"),
            kind=FieldKind.PHONE,
            personal=True,
            at_intake=_DONE_BY_MOVES,
            clauses=("001-01-01",),
        ),
        Field(
            name="has_arrears",
            label=msg("业户有欠费"),
            kind=FieldKind.BOOLEAN,
            at_intake=_DONE_BY_MOVES,
            help=msg("只提醒约谈，不影响放行"),
        ),
        Field(name="talk_result", label=msg("欠费约谈结果"), kind=FieldKind.LONG_TEXT, at_intake=_DONE_BY_MOVES),
        *(
            Field(name=f"{what}_by", label=label, at_intake=_DONE_BY_MOVES)
            for what, label in (
                ("verified", msg("核实人")),
                ("signed", msg("签名的值班员")),
                ("sealed", msg("盖章人")),
                ("gate", msg("门岗")),
            )
        ),
        *(
            Field(name=f"{what}_at", label=label, kind=FieldKind.DATETIME, at_intake=_DONE_BY_MOVES)
            for what, label in (
                ("verified", msg("核实时间")),
                ("signed", msg("签名时间")),
                ("sealed", msg("盖章时间")),
                ("gate", msg("出门时间")),
            )
        ),
    ),
    asset_kinds=("unit", "parking_space"),
    intake_requires=("asset",),
    clauses=("000-02-24", "001-05-17", "001-01-01", "001-01-02", "001-01-03", "001-01-41"),
)
