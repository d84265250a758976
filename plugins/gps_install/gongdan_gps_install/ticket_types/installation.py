"""The paper of an installation: one order for one vehicle."""

from gongdan.api import (
    Choice,
    Field,
    FieldKind,
    NumberPattern,
    TicketType,
    check_iccid,
    check_plate,
    check_sim_number,
    check_terminal_number,
    check_vin,
    msg,
)
from gongdan_gps_install.assets import PLATE_COLOURS
from gongdan_gps_install.workflows.installation import INSTALLATION_FLOW

MODELS = tuple(Choice(model, model) for model in ("GT06N", "BSJ-A5", "HB-DV05", "KM-01W", "T360-16", "S102A"))

_PAPERS = (
    Field(name="has_request", label=msg("《安装需求单》已收"), kind=FieldKind.BOOLEAN, clauses=("001-03-10",)),
    Field(name="has_vehicle_list", label=msg("《安装车辆明细》已收"), kind=FieldKind.BOOLEAN, clauses=("001-03-10",)),
    Field(
        name="has_driver_data",
        label=msg("《司机信息和车辆基本信息》已收"),
        kind=FieldKind.BOOLEAN,
        clauses=("001-03-10",),
    ),
)

_VEHICLE = (
    Field(
        name="plate",
        label=msg("车牌号"),
        help=msg("如 粤B12345、粤BD12345；未上牌的车留空，填写车架号"),
        check=check_plate,
        searchable=True,
    ),
    Field(name="plate_colour", label=msg("车牌颜色"), kind=FieldKind.CHOICE, choices=PLATE_COLOURS),
    Field(name="vin", label=msg("车架号"), help=msg("17 位，没有字母 I、O、Q"), check=check_vin, searchable=True),
    Field(name="vehicle_model", label=msg("车型")),
    Field(name="driver_name", label=msg("司机")),
    Field(name="driver_phone", label=msg("司机电话"), kind=FieldKind.PHONE, personal=True),
)

_VISIT = (
    Field(name="terminal_model", label=msg("终端型号"), kind=FieldKind.CHOICE, choices=MODELS),
    Field(name="visit_at", label=msg("预约安装时间"), kind=FieldKind.DATETIME, clauses=("001-03-11",)),
    Field(name="visit_place", label=msg("安装地点"), searchable=True, clauses=("001-03-11",)),
    Field(name="outside_firm", label=msg("外协厂家或支援部门"), at_intake=False, clauses=("001-03-42",)),
    Field(
        name="data_checked",
        label=msg("已核对安装信息"),
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
    Field(name="car_condition", label=msg("车况"), kind=FieldKind.LONG_TEXT, at_intake=False),
    Field(
        name="condition_agreed",
        label=msg("客户已确认车况"),
        kind=FieldKind.BOOLEAN,
        at_intake=False,
        clauses=("001-03-25",),
    ),
    Field(name="fitting_place", label=msg("安装位置"), at_intake=False, clauses=("001-03-03",)),
)

_RESULT = (
    Field(
        name="terminal_number",
        label=msg("终端号"),
        at_intake=False,
        help=msg("最多 12 位数字，前面的 0 会补齐"),
        check=check_terminal_number,
        searchable=True,
    ),
    Field(name="sim_number", label=msg("SIM 卡号"), at_intake=False, check=check_sim_number, searchable=True),
    Field(name="iccid", label=msg("ICCID"), at_intake=False, check=check_iccid, searchable=True),
    Field(name="online", label=msg("平台已上线"), kind=FieldKind.BOOLEAN, at_intake=False),
    Field(name="tested_at", label=msg("测试时间"), kind=FieldKind.DATETIME, at_intake=False),
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
    Field(name="handed_in_at", label=msg("交单时间"), kind=FieldKind.DATETIME, at_intake=False),
    Field(
        name="failure_reason",
        label=msg("未装成原因"),
        kind=FieldKind.CHOICE,
        at_intake=False,
        choices=(
            Choice("absent", msg("车辆未到")),
            Choice("refused", msg("客户拒装")),
            Choice("unsuitable", msg("车辆不具备条件")),
            Choice("defect", msg("设备故障")),
        ),
    ),
    Field(name="next_care_on", label=msg("下次跟踪日期"), kind=FieldKind.DATE, at_intake=False, clauses=("001-03-04",)),
)

INSTALLATION_ORDER = TicketType(
    name="installation_order",
    label=msg("安装派工"),
    description=msg("客户要求给车辆安装终端时登记，一车一单"),
    workflow=INSTALLATION_FLOW,
    number=NumberPattern("AZ{yyyy}{mm}{dd}-{serial:3}"),
    icon="car",
    paper=msg("安装任务派工单"),
    fields=(*_PAPERS, *_VEHICLE, *_VISIT, *_RESULT),
    severities=(Choice("urgent", msg("加急")), Choice("normal", msg("普通"))),
    categories=(
        Choice("new", msg("新装")),
        Choice("second", msg("加装")),
        Choice("move", msg("移机")),
        Choice("removal", msg("拆机")),
    ),
    asset_kinds=("vehicle",),
    intake_requires=("requester", "contact_phone"),
    clauses=("001-03-10", "001-03-11"),
)
