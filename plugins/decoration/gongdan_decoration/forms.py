"""The papers of a site: the notice to put something right, and the sheet on which everything is settled."""

from decimal import Decimal

from gongdan.api import (
    OUTSIDER,
    Choice,
    Copy,
    Field,
    FieldKind,
    FormKind,
    FormRule,
    Lines,
    NumberPattern,
    Section,
    SignatureBox,
    Taken,
    msg,
)
from gongdan_decoration import rules
from gongdan_decoration.roles import (
    SERVICE_MANAGER,
    SERVICE_SPECIALIST,
    SITE_INSPECTOR,
    SITE_MANAGER,
    SITE_SUPERVISOR,
)

_SERVICE = (SERVICE_SPECIALIST, SERVICE_MANAGER)

RECTIFICATION_NOTICE = FormKind(
    name="decoration.rectification_notice",
    label=msg("整改通知书"),
    ticket_types=("rectification",),
    number=NumberPattern("ZGTZ{yyyy}{mm}-{serial:3}"),
    blocks=(
        Section(
            name="problem",
            label=msg("问题"),
            parts=(
                Taken("place", msg("工地")),
                Taken("stage"),
                Taken("patrolled_at"),
                Taken("score"),
                Taken("assignee", msg("责任人")),
                Taken("crew"),
                Taken("spot"),
                Taken("severity", msg("等级")),
                Taken("description", msg("问题描述")),
                Taken("standard"),
                Taken("limit_on"),
            ),
            preface=msg("请责任人在整改期限前完成整改并报验；逾期未改的按规定处罚。"),
        ),
        Section(
            name="measure",
            label=msg("整改与复验"),
            parts=(
                Taken("measure"),
                Taken("result"),
                Taken("ready_at"),
                Taken("rechecked_by"),
                Taken("rechecked_at"),
                Taken("recheck_opinion"),
            ),
        ),
    ),
    signatures=(
        SignatureBox(
            name="issuer",
            label=msg("签发人"),
            by=(SITE_INSPECTOR, *_SERVICE),
            covers=("problem",),
            clauses=("000-04-33",),
        ),
        SignatureBox(
            name="receiver",
            label=msg("责任人签收"),
            by=("assignee", SITE_MANAGER, OUTSIDER),
            required=False,
            covers=("problem",),
            clauses=("000-04-34",),
        ),
        SignatureBox(name="supervisor", label=msg("监理"), by=(SITE_SUPERVISOR,), required=False),
    ),
    copies=(Copy(msg("责任人")), Copy(msg("项目经理"), (SITE_MANAGER,)), Copy(msg("客服部存档"))),
    seal=msg("客服部章"),
    begun_by=("issue",),
    clauses=("000-04-33", "000-04-34"),
)

SETTLEMENT_SHEET = FormKind(
    name="decoration.settlement_sheet",
    label=msg("结算单"),
    ticket_types=("site_works",),
    number=NumberPattern("JS{yyyy}{mm}-{serial:3}"),
    blocks=(
        Section(
            name="contract",
            label=msg("合同"),
            filled_by=_SERVICE,
            parts=(
                Taken("place", msg("工地")),
                Taken("contact_name", msg("客户")),
                Field(name="contract_number", label=msg("合同号"), required=True),
                Taken("begun_on"),
                Taken("completed_on"),
                Field(
                    name="manual_returned",
                    label=msg("工程管理手册已收回"),
                    kind=FieldKind.BOOLEAN,
                    required=True,
                ),
            ),
        ),
        Lines(
            name="amounts",
            label=msg("结算明细"),
            filled_by=_SERVICE,
            at_least=1,
            columns=(
                Field(
                    name="kind",
                    label=msg("项目"),
                    kind=FieldKind.CHOICE,
                    required=True,
                    choices=(
                        Choice(rules.CONTRACT, msg("合同额")),
                        Choice(rules.ADDITION, msg("增项")),
                        Choice(rules.DEDUCTION, msg("减项")),
                        Choice(rules.COMPENSATION, msg("扣款")),
                        Choice(rules.PAYMENT, msg("已付款")),
                    ),
                ),
                Field(name="what", label=msg("内容"), required=True),
                Field(name="on", label=msg("日期"), kind=FieldKind.DATE),
                Field(
                    name="amount",
                    label=msg("金额"),
                    kind=FieldKind.MONEY,
                    unit=msg("元"),
                    required=True,
                    minimum=Decimal(-100_000_000),
                    help=msg("合同额和增项为正，减项、扣款和已付款为负"),
                ),
            ),
            totals=("amount",),
            in_words="amount",
            blank_lines=3,
        ),
        Section(
            name="agreement",
            label=msg("客户核对"),
            filled_by=_SERVICE,
            parts=(Field(name="opinion", label=msg("客户意见"), kind=FieldKind.LONG_TEXT),),
            preface=msg("合计即应收尾款；负数为应退客户。"),
        ),
    ),
    signatures=(
        SignatureBox(name="customer", label=msg("客户签字"), by=(OUTSIDER,)),
        SignatureBox(name="site_manager", label=msg("工地项目经理"), by=(SITE_MANAGER,)),
        SignatureBox(name="service", label=msg("客服部经理"), by=(SERVICE_MANAGER,)),
    ),
    copies=(Copy(msg("客户")), Copy(msg("财务部")), Copy(msg("材料部")), Copy(msg("客服部存档"))),
    rules=(
        FormRule(
            name="one_contract",
            label=msg("合同额只有一行"),
            check=rules.one_contract_is_settled,
            about="amounts",
            clauses=("000-04-132",),
        ),
        FormRule(
            name="signs_fit",
            label=msg("金额正负"),
            check=rules.signs_fit,
            about="amounts",
            clauses=("000-04-132",),
        ),
        FormRule(
            name="manual_is_back",
            label=msg("工程管理手册"),
            check=rules.manual_is_back,
            about="manual_returned",
            clauses=("000-04-119",),
        ),
    ),
    seal=msg("公司章"),
    begun_by=("complete",),
    clauses=("000-04-132",),
)

FORMS = (RECTIFICATION_NOTICE, SETTLEMENT_SHEET)
