"""The papers of a GPS desk: the dispatch order that goes with the technician, and the slip of a repair."""

from gongdan.api import (
    OUTSIDER,
    CheckItem,
    Checklist,
    Field,
    FieldKind,
    FormKind,
    Lines,
    NumberPattern,
    Section,
    SignatureBox,
    SigningWay,
    Taken,
    msg,
)
from gongdan_gps_install.roles import DIVISION_MANAGER, GPS_CLERK, INSTALLER

_FITTERS = (INSTALLER, DIVISION_MANAGER)

_CUSTOMER = SignatureBox(
    name="customer",
    label=msg("客户或司机签字"),
    by=(OUTSIDER,),
    ways=(SigningWay.DRAWN, SigningWay.ON_PAPER),
    clauses=("001-03-24",),
)
_TECHNICIAN = SignatureBox(name="technician", label=msg("安装维护员签字"), by=_FITTERS, clauses=("001-03-23",))
#: He signs when the order is made out, before there is a result.
_MANAGER = SignatureBox(
    name="manager",
    label=msg("GPS 事业部经理"),
    by=(DIVISION_MANAGER,),
    covers=("request",),
    clauses=("001-03-15",),
)

_DEPARTURE = Checklist(
    name="departure",
    label=msg("出发检查"),
    filled_by=_FITTERS,
    items=(
        CheckItem(name="data", label=msg("单上信息已核对"), must_pass=True, clauses=("001-03-17",)),
        CheckItem(name="tools", label=msg("工具齐备"), must_pass=True, clauses=("001-03-18",)),
        CheckItem(name="parts", label=msg("备品配件齐备"), must_pass=True, clauses=("001-03-18",)),
        CheckItem(name="papers", label=msg("文件齐备"), must_pass=True, clauses=("001-03-18",)),
    ),
)

DISPATCH_ORDER = FormKind(
    name="gps_install.dispatch_order",
    label=msg("安装任务派工单"),
    ticket_types=("installation_order",),
    number=NumberPattern("PG{yyyy}{mm}{dd}-{serial:3}"),
    columns=2,
    blocks=(
        Section(
            name="request",
            label=msg("客户与预约"),
            parts=(
                Taken("contact_name", msg("客户")),
                Taken("contact_phone"),
                Taken("visit_at"),
                Taken("visit_place"),
                Taken("category", msg("任务")),
                Taken("terminal_model"),
                Taken("assignee", msg("安装维护员")),
                Taken("outside_firm"),
            ),
        ),
        Section(
            name="vehicle",
            label=msg("车辆与司机"),
            parts=(
                Taken("plate"),
                Taken("plate_colour"),
                Taken("vin"),
                Taken("vehicle_model"),
                Taken("driver_name"),
                Taken("driver_phone"),
            ),
        ),
        _DEPARTURE,
        Section(
            name="result",
            label=msg("安装结果"),
            filled_by=_FITTERS,
            parts=(
                Taken("car_condition"),
                Taken("fitting_place"),
                Taken("terminal_number"),
                Taken("sim_number"),
                Taken("iccid"),
                Taken("online"),
                Taken("tested_at"),
                Field(name="photos", label=msg("照片张数"), kind=FieldKind.INTEGER, required=True),
                Taken("nothing_damaged"),
                Field(name="opinion", label=msg("客户意见"), kind=FieldKind.LONG_TEXT),
            ),
        ),
    ),
    signatures=(_CUSTOMER, _TECHNICIAN, _MANAGER),
    begun_by=("submit",),
    clauses=("001-03-10", "001-03-11", "001-03-15", "001-03-16", "001-03-24"),
)

REPAIR_SLIP = FormKind(
    name="gps_install.repair_slip",
    label=msg("维修服务单"),
    ticket_types=("terminal_repair",),
    number=NumberPattern("FW{yyyy}{mm}{dd}-{serial:3}"),
    columns=2,
    blocks=(
        Section(
            name="request",
            label=msg("报修"),
            parts=(
                Taken("contact_name", msg("客户名称")),
                Taken("contact_phone", msg("联系方法")),
                Taken("customer_address"),
                Taken("plate"),
                Taken("terminal_model"),
                Taken("bought_on"),
                Taken("warranty_until"),
                Taken("visit_at"),
                Taken("symptom"),
            ),
        ),
        _DEPARTURE,
        Section(
            name="result",
            label=msg("维修"),
            filled_by=_FITTERS,
            parts=(
                Taken("assignee", msg("维修员")),
                Taken("arrived_at"),
                Taken("cause", msg("故障判断")),
                Taken("repair_result"),
                Taken("old_terminal_number"),
                Taken("new_terminal_number"),
                Taken("old_sim_number"),
                Taken("new_sim_number"),
            ),
        ),
        Lines(
            name="parts",
            label=msg("零部件费（人工不收费）"),
            filled_by=_FITTERS,
            columns=(
                Field(name="item", label=msg("零部件"), required=True),
                Field(name="quantity", label=msg("数量"), kind=FieldKind.INTEGER, required=True),
                Field(name="amount", label=msg("金额"), kind=FieldKind.MONEY, unit=msg("元"), required=True),
            ),
            totals=("amount",),
            in_words="amount",
            blank_lines=2,
        ),
        Section(
            name="payment",
            label=msg("收款"),
            parts=(Taken("parts_fee"), Taken("payment_way"), Taken("invoice_number"), Taken("money_handed_over")),
        ),
        Section(
            name="confirmation",
            label=msg("客户意见"),
            filled_by=(*_FITTERS, GPS_CLERK),
            parts=(Field(name="opinion", label=msg("意见"), kind=FieldKind.LONG_TEXT),),
        ),
    ),
    signatures=(_CUSTOMER, _TECHNICIAN, _MANAGER),
    begun_by=("submit",),
    clauses=("001-03-12", "001-03-13", "001-03-14", "001-03-15", "001-03-20", "001-03-22", "001-03-24"),
)

FORMS = (DISPATCH_ORDER, REPAIR_SLIP)
