"""The paper of a repair: one slip for one vehicle or terminal, with old and new numbers and what was charged."""

from decimal import Decimal

from gongdan.api import (
    Choice,
    Field,
    FieldKind,
    NumberPattern,
    TicketType,
    check_plate,
    check_sim_number,
    check_terminal_number,
    msg,
)
from gongdan_gps_install.ticket_types.installation import MODELS
from gongdan_gps_install.workflows.repair import REPAIR_FLOW

_REQUEST = (
    Field(
        name="terminal_model",
        label=msg("终端型号"),
        kind=FieldKind.CHOICE,
        choices=MODELS,
        required=True,
        clauses=("001-03-12",),
    ),
    Field(name="bought_on", label=msg("购买日期"), kind=FieldKind.DATE, clauses=("001-03-12",)),
    Field(name="customer_address", label=msg("客户地址"), required=True, clauses=("001-03-12",)),
    Field(name="plate", label=msg("车牌号"), check=check_plate, searchable=True),
    Field(
        name="symptom",
        label=msg("故障现象"),
        kind=FieldKind.LONG_TEXT,
        required=True,
        searchable=True,
        clauses=("001-03-13",),
    ),
    Field(
        name="warranty_until",
        label=msg("保修至"),
        kind=FieldKind.DATE,
        at_intake=False,
        help=msg("这一天仍在保修期内"),
        clauses=("001-03-05",),
    ),
)

_VISIT = (
    Field(name="visit_at", label=msg("预约上门时间"), kind=FieldKind.DATETIME, at_intake=False),
    Field(name="visit_place", label=msg("上门地点"), at_intake=False, searchable=True),
    Field(name="outside_firm", label=msg("外协厂家或支援部门"), at_intake=False, clauses=("001-03-42",)),
    Field(
        name="data_checked",
        label=msg("已核对维修信息"),
        kind=FieldKind.BOOLEAN,
        at_intake=False,
        clauses=("001-03-17",),
    ),
    Field(
        name="kit_packed",
        label=msg("工具、配件、单据已备齐"),
        kind=FieldKind.BOOLEAN,
        at_intake=False,
        clauses=("001-03-18",),
    ),
    Field(name="arrived_at", label=msg("到场时间"), kind=FieldKind.DATETIME, at_intake=False),
    Field(name="missing_part", label=msg("所缺器件或配件"), at_intake=False, clauses=("001-03-41",)),
    Field(name="workaround", label=msg("变通办法"), at_intake=False, clauses=("001-03-41",)),
)


def _number(name: str, label: str, clause: str) -> Field:
    check = check_terminal_number if "terminal" in name else check_sim_number
    return Field(name=name, label=label, at_intake=False, check=check, searchable=True, clauses=(clause,))


_RESULT = (
    Field(
        name="repair_result",
        label=msg("处理结果"),
        kind=FieldKind.LONG_TEXT,
        at_intake=False,
        searchable=True,
        clauses=("001-03-14",),
    ),
    _number("old_terminal_number", msg("原终端号"), "001-03-20"),
    _number("new_terminal_number", msg("新终端号"), "001-03-20"),
    _number("old_sim_number", msg("原 SIM 卡号"), "001-03-22"),
    _number("new_sim_number", msg("新 SIM 卡号"), "001-03-22"),
    Field(
        name="label_written",
        label=msg("返修终端已贴车牌号与故障现象"),
        kind=FieldKind.BOOLEAN,
        at_intake=False,
        clauses=("001-03-19",),
    ),
    Field(name="repaired_at", label=msg("修复时间"), kind=FieldKind.DATETIME, at_intake=False),
)

_MONEY = (
    Field(
        name="parts_fee",
        label=msg("零部件费"),
        kind=FieldKind.MONEY,
        unit=msg("元"),
        minimum=Decimal(0),
        at_intake=False,
        help=msg("保修期外仅收零部件费，人工不收费"),
        clauses=("001-03-05",),
    ),
    Field(
        name="payment_way",
        label=msg("收款方式"),
        kind=FieldKind.CHOICE,
        choices=(
            Choice("cash", msg("现金")),
            Choice("wechat", msg("微信")),
            Choice("alipay", msg("支付宝")),
            Choice("transfer", msg("转账")),
        ),
        at_intake=False,
        clauses=("001-03-26",),
    ),
    Field(name="invoice_number", label=msg("发票号码"), at_intake=False, searchable=True, clauses=("001-03-27",)),
    Field(name="confirmed_by", label=msg("签字的客户或司机"), at_intake=False),
    Field(
        name="nothing_damaged",
        label=msg("其他物品无损坏"),
        kind=FieldKind.BOOLEAN,
        at_intake=False,
        clauses=("001-03-25",),
    ),
    Field(
        name="papers_complete",
        label=msg("单据完整"),
        kind=FieldKind.BOOLEAN,
        at_intake=False,
        clauses=("001-03-24",),
    ),
    Field(
        name="money_handed_over",
        label=msg("所收款项已交财务"),
        kind=FieldKind.BOOLEAN,
        at_intake=False,
        clauses=("001-03-28",),
    ),
    Field(name="handed_in_at", label=msg("交单时间"), kind=FieldKind.DATETIME, at_intake=False),
    Field(
        name="result_told",
        label=msg("处理结果已告知客户"),
        kind=FieldKind.BOOLEAN,
        at_intake=False,
        clauses=("001-03-35",),
    ),
)

TERMINAL_REPAIR = TicketType(
    name="terminal_repair",
    label=msg("终端维修"),
    description=msg("客户来电来函报修终端时登记，一台一单"),
    workflow=REPAIR_FLOW,
    number=NumberPattern("WX{yyyy}{mm}{dd}-{serial:3}"),
    icon="tools",
    paper=msg("维修服务单"),
    fields=(*_REQUEST, *_VISIT, *_RESULT, *_MONEY),
    severities=(Choice("urgent", msg("加急")), Choice("normal", msg("普通"))),
    categories=(
        Choice("offline", msg("不上线")),
        Choice("drift", msg("定位漂移")),
        Choice("power", msg("供电故障")),
        Choice("video", msg("视频故障")),
        Choice("damage", msg("人为损坏")),
        Choice("other", msg("其他")),
    ),
    causes=(
        Choice("terminal", msg("终端故障")),
        Choice("card", msg("SIM 卡或欠费")),
        Choice("wiring", msg("线路")),
        Choice("platform", msg("平台设置")),
        Choice("misuse", msg("使用不当")),
    ),
    asset_kinds=("vehicle", "terminal"),
    intake_requires=("requester", "contact_phone"),
    clauses=("001-03-12", "001-03-14"),
)
