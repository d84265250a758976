"""The papers of a property desk: the repair and service order, and the complaint record."""

from decimal import Decimal

from gongdan.api import (
    OUTSIDER,
    Choice,
    Copy,
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
from gongdan_property_mgmt.policy import COMPLAINT_RECORD, REPAIR_ORDER
from gongdan_property_mgmt.roles import (
    AREA_FOREMAN,
    DEPARTMENT_MANAGER,
    DESK_CLERK,
    DESK_SUPERVISOR,
    PROJECT_MANAGER,
    REPAIR_WORKER,
)

_WORKERS = (REPAIR_WORKER, AREA_FOREMAN)
_DESK = (DESK_CLERK, DESK_SUPERVISOR)
#: What the customer's signature stands for: not the callback, which comes later.
_WORK = ("request", "dispatch", "work", "materials", "charge")

REPAIR_FORM = FormKind(
    name="property_mgmt.repair_order",
    label=msg("特约服务/维修工作单"),
    ticket_types=("repair",),
    number=NumberPattern("GZD{yyyy}{mm}-{serial:4}"),
    blocks=(
        Section(
            name="request",
            label=msg("报修"),
            parts=(
                Taken("number", msg("报修单号")),
                Taken("opened_at", msg("报修时间")),
                Taken("place", msg("房号")),
                Taken("channel", msg("受理渠道")),
                Taken("contact_name", msg("报修人")),
                Taken("contact_phone"),
                Taken("visit_at"),
                Taken("charge_kind"),
                Taken("description", msg("报修内容")),
            ),
        ),
        Section(
            name="dispatch",
            label=msg("派工"),
            parts=(
                Taken("dispatched_by"),
                Taken("dispatched_at"),
                Taken("trade"),
                Taken("assignee", msg("维修员")),
                Taken("arrived_at"),
                Taken("quote_amount"),
            ),
        ),
        Section(
            name="work",
            label=msg("维修"),
            filled_by=_WORKERS,
            parts=(
                Field(name="started_at", label=msg("开工时间"), kind=FieldKind.DATETIME),
                Field(name="completed_at", label=msg("完工时间"), kind=FieldKind.DATETIME, required=True),
                Field(name="reason", label=msg("故障原因"), max_length=200),
                Field(
                    name="working_hours",
                    label=msg("工时"),
                    kind=FieldKind.DECIMAL,
                    unit=msg("小时"),
                    minimum=Decimal(0),
                    maximum=Decimal(200),
                    required=True,
                    clauses=("001-08-45",),
                ),
                Field(
                    name="done",
                    label=msg("维修结果"),
                    kind=FieldKind.LONG_TEXT,
                    required=True,
                    clauses=("004-02-09",),
                ),
            ),
        ),
        Lines(
            name="materials",
            label=msg("用料"),
            filled_by=_WORKERS,
            columns=(
                Field(name="item", label=msg("名称"), required=True, max_length=100),
                Field(name="model", label=msg("规格"), max_length=100),
                Field(name="count", label=msg("数量"), kind=FieldKind.DECIMAL, minimum=Decimal(0)),
                Field(name="price", label=msg("单价"), kind=FieldKind.MONEY, unit=msg("元"), minimum=Decimal(0)),
                Field(name="amount", label=msg("金额"), kind=FieldKind.MONEY, unit=msg("元"), minimum=Decimal(0)),
            ),
            totals=("amount",),
            in_words="amount",
            blank_lines=3,
        ),
        Section(
            name="charge",
            label=msg("收费"),
            filled_by=(*_WORKERS, *_DESK),
            parts=(
                Field(name="labour", label=msg("人工费"), kind=FieldKind.MONEY, unit=msg("元"), minimum=Decimal(0)),
                Field(name="paid", label=msg("实收合计"), kind=FieldKind.MONEY, unit=msg("元"), minimum=Decimal(0)),
                Field(name="receipt", label=msg("收据号"), max_length=60),
                Field(
                    name="remark",
                    label=msg("业户意见"),
                    kind=FieldKind.CHOICE,
                    choices=(
                        Choice("satisfied", msg("满意")),
                        Choice("average", msg("一般")),
                        Choice("unsatisfied", msg("不满意")),
                    ),
                    clauses=("001-08-43", "001-08-44"),
                ),
            ),
        ),
        Section(
            name="callback",
            label=msg("回访"),
            parts=(
                Taken("callback_by"),
                Taken("callback_at"),
                Taken("callback_way"),
                Taken("callback_satisfaction"),
                Taken("callback_opinion"),
            ),
        ),
    ),
    signatures=(
        SignatureBox(
            name="worker",
            label=msg("维修员签字"),
            by=("assignee", *_WORKERS),
            covers=_WORK,
            clauses=("001-08-45",),
        ),
        SignatureBox(
            name="customer",
            label=msg("业户签字"),
            by=(OUTSIDER, AREA_FOREMAN),
            ways=(SigningWay.DRAWN, SigningWay.ON_PAPER, SigningWay.TYPED),
            covers=_WORK,
            clauses=("004-02-10", "004-02-11"),
        ),
    ),
    copies=(
        Copy(msg("客服存根"), (DESK_SUPERVISOR,)),
        Copy(msg("工程部"), (AREA_FOREMAN,)),
        Copy(msg("业户")),
    ),
    seal=msg("服务专用章"),
    required_at=("close",),
    policy_key=REPAIR_ORDER,
    begun_by=("dispatch",),
    clauses=("001-08-39", "001-08-40", "001-08-45", "004-02-08", "004-09-07"),
)

COMPLAINT_FORM = FormKind(
    name="property_mgmt.complaint_record",
    label=msg("投诉处理记录表"),
    ticket_types=("complaint",),
    number=NumberPattern("TSB{yyyy}{mm}-{serial:4}"),
    blocks=(
        Section(
            name="complaint",
            label=msg("投诉"),
            parts=(
                Taken("number", msg("投诉单号")),
                Taken("opened_at", msg("投诉时间")),
                Taken("contact_name", msg("投诉人")),
                Taken("contact_phone"),
                Taken("place", msg("房号")),
                Taken("channel", msg("投诉方式")),
                Taken("owner", msg("接待人")),
                Taken("occurred"),
                Taken("severity"),
                Taken("category"),
                Taken("description", msg("投诉内容")),
                Taken("wish"),
            ),
        ),
        Section(
            name="handling",
            label=msg("处理"),
            parts=(
                Taken("department", msg("责任部门")),
                Taken("forwarded_at"),
                Taken("first_replied_at"),
                Taken("worker"),
                Taken("investigation"),
                Taken("finding"),
                Taken("cause"),
                Taken("measure"),
                Taken("responsible_person"),
                Taken("finished_at"),
                Taken("result"),
            ),
        ),
        Section(
            name="telling",
            label=msg("告知"),
            parts=(
                Taken("told_at"),
                Field(
                    name="told",
                    label=msg("告知记录"),
                    kind=FieldKind.LONG_TEXT,
                    help=msg("何时、以什么方式、告诉了什么"),
                    clauses=("004-04-39", "004-04-40"),
                ),
                Field(
                    name="parties",
                    label=msg("与相关方的沟通记录"),
                    kind=FieldKind.LONG_TEXT,
                    clauses=("004-04-42",),
                ),
            ),
        ),
        Section(
            name="callback",
            label=msg("回访"),
            parts=(
                Taken("callback_by"),
                Taken("callback_at"),
                Taken("callback_way"),
                Taken("callback_satisfaction"),
                Taken("callback_opinion"),
                Field(
                    name="settled",
                    label=msg("问题是否解决"),
                    kind=FieldKind.BOOLEAN,
                    required=True,
                    help=msg("问题还在的，另定纠正措施再办一轮"),
                    clauses=("004-04-43", "004-04-51"),
                ),
            ),
        ),
    ),
    signatures=(
        SignatureBox(
            name="complainant",
            label=msg("投诉人签名"),
            by=(OUTSIDER,),
            ways=(SigningWay.DRAWN, SigningWay.ON_PAPER),
            clauses=("004-04-50",),
        ),
        SignatureBox(
            name="reviewer",
            label=msg("审核"),
            by=(DESK_SUPERVISOR, DEPARTMENT_MANAGER, PROJECT_MANAGER),
            clauses=("004-04-52",),
        ),
    ),
    copies=(Copy(msg("客服部归档"), (DESK_SUPERVISOR,)), Copy(msg("责任部门"), (DEPARTMENT_MANAGER,))),
    required_at=("close",),
    policy_key=COMPLAINT_RECORD,
    clauses=("004-04-25", "004-04-27", "004-04-38", "004-04-50", "004-04-52"),
)

FORMS: tuple[FormKind, ...] = (REPAIR_FORM, COMPLAINT_FORM)
