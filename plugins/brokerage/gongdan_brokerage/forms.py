"""The paper of a month: what an agent's customers traded, what he gets for it, what was paid and what is pending."""

from decimal import Decimal

from gongdan.api import (
    OUTSIDER,
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
from gongdan_brokerage import rules
from gongdan_brokerage.roles import BROKERAGE_HEAD, REBATE_CLERK, REBATE_REVIEWER

_LEAST = Decimal(-1_000_000_000)

REBATE_STATEMENT_FORM = FormKind(
    name="brokerage.rebate_statement",
    label=msg("代理商返佣报表"),
    ticket_types=("rebate_statement",),
    number=NumberPattern("FYB{yyyy}{mm}-{serial:3}"),
    blocks=(
        Section(
            name="agent",
            label="",
            parts=(
                Taken("contact_name", msg("代理商")),
                Taken("month"),
                Taken("plan"),
                Taken("number", msg("结算单号")),
            ),
        ),
        Lines(
            name="trades",
            label=msg("交易与返佣明细"),
            filled_by=(REBATE_CLERK,),
            at_least=1,
            columns=(
                Field(name="product", label=msg("品种"), required=True),
                Field(name="lots", label=msg("手数"), kind=FieldKind.DECIMAL, minimum=_LEAST, required=True),
                Field(name="volume", label=msg("交易额"), kind=FieldKind.MONEY, minimum=_LEAST, required=True),
                Field(name="rate", label=msg("费率"), required=True, help=msg("如 30 元/手、万分之三")),
                Field(name="amount", label=msg("返佣额"), kind=FieldKind.MONEY, minimum=_LEAST, required=True),
            ),
            totals=("lots", "volume", "amount"),
            in_words="amount",
        ),
        Section(
            name="sums",
            label=msg("汇总"),
            parts=(
                Taken("volume"),
                Taken("unattributed"),
                Taken("opening_pending"),
                Taken("accrued"),
                Taken("corrections"),
                Taken("correction_note"),
                Taken("paid"),
                Taken("closing_pending"),
            ),
        ),
        Section(
            name="checks",
            label=msg("核对"),
            parts=(
                Taken("prepared_by"),
                Taken("review_way"),
                Taken("reviewed_by"),
                Taken("review_difference"),
                Taken("approved_by"),
                Taken("approved_at"),
            ),
        ),
    ),
    signatures=(
        SignatureBox(name="preparer", label=msg("核算人"), by=(REBATE_CLERK,), clauses=("001-10-25",)),
        SignatureBox(name="reviewer", label=msg("复核人"), by=(REBATE_REVIEWER,), clauses=("001-10-26",)),
        SignatureBox(name="head", label=msg("返佣负责人"), by=(BROKERAGE_HEAD,)),
        SignatureBox(name="agent", label=msg("代理商确认"), by=(OUTSIDER,), required=False),
    ),
    rules=(
        FormRule(
            name="lines_make_the_rebate",
            label=msg("明细合计等于本期返佣额"),
            check=rules.lines_make_the_rebate,
            about="trades",
            clauses=("001-10-26",),
        ),
        FormRule(
            name="lines_make_the_volume",
            label=msg("明细合计加未归属等于交易额"),
            check=rules.lines_make_the_volume,
            about="trades",
            clauses=("001-10-26",),
        ),
    ),
    seal=msg("公司章"),
    begun_by=("compute",),
    clauses=("001-10-13", "001-10-25", "001-10-26"),
)

FORMS = (REBATE_STATEMENT_FORM,)
