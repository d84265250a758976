"""The paper of a month: one statement for one agent, in yuan."""

from decimal import Decimal

from gongdan.api import Choice, Field, FieldKind, NumberPattern, TicketType, msg
from gongdan_brokerage.rules import check_month
from gongdan_brokerage.workflows import STATEMENT_FLOW


def _money(name: str, label: str, *, clauses: tuple[str, ...] = (), minimum: Decimal | None = Decimal(0)) -> Field:
    return Field(
        name=name,
        label=label,
        kind=FieldKind.MONEY,
        unit=msg("元"),
        minimum=minimum,
        at_intake=False,
        clauses=clauses,
    )


_FIGURES = (
    _money("volume", msg("交易额"), clauses=("001-10-13",)),
    _money("unattributed", msg("其中未归属"), clauses=("001-10-26",)),
    Field(name="unattributed_note", label=msg("未归属说明"), at_intake=False, clauses=("001-10-26",)),
    _money("opening_pending", msg("上期待返额"), clauses=("001-10-13",)),
    _money("accrued", msg("本期返佣额"), clauses=("001-10-13",), minimum=None),
    _money("corrections", msg("更正"), minimum=None),
    Field(
        name="correction_note",
        label=msg("更正依据"),
        at_intake=False,
        help=msg("更正哪个月的哪一行；已批准的月份不改，更正记入下一期"),
    ),
    _money("paid", msg("本月累计实返额"), clauses=("001-10-13", "001-10-27")),
    _money("closing_pending", msg("期末待返额"), clauses=("001-10-13", "001-10-27"), minimum=None),
)

_CHECKS = (
    Field(name="prepared_by", label=msg("核算人"), kind=FieldKind.PERSON, at_intake=False),
    Field(
        name="review_way",
        label=msg("复核方式"),
        kind=FieldKind.CHOICE,
        at_intake=False,
        choices=(Choice("recalculated", msg("逐行重算")), Choice("sampled", msg("抽样核对"))),
        clauses=("001-10-26",),
    ),
    _money("review_difference", msg("复核差额"), clauses=("001-10-26",), minimum=None),
    Field(name="reviewed_by", label=msg("复核人"), kind=FieldKind.PERSON, at_intake=False),
    Field(name="approved_by", label=msg("批准人"), at_intake=False),
    Field(name="approved_at", label=msg("批准时间"), kind=FieldKind.DATETIME, at_intake=False),
    Field(name="confirmed_by", label=msg("代理商确认人"), at_intake=False),
    Field(name="confirmed_at", label=msg("代理商确认时间"), kind=FieldKind.DATETIME, at_intake=False),
    Field(name="disputed_line", label=msg("有异议的明细"), at_intake=False, help=msg("如“黄金 10 月 12 日 3 手”")),
    Field(name="dispute_answer", label=msg("异议答复"), kind=FieldKind.LONG_TEXT, at_intake=False),
    _money("next_correction", msg("记入下期的更正"), minimum=None),
    Field(name="paid_on", label=msg("付款日期"), kind=FieldKind.DATE, at_intake=False, clauses=("001-10-27",)),
    Field(name="bank_reference", label=msg("银行流水号"), at_intake=False, searchable=True),
)

REBATE_STATEMENT = TicketType(
    name="rebate_statement",
    label=msg("返佣结算"),
    description=msg("每个代理商每月一份，从核算到付款"),
    workflow=STATEMENT_FLOW,
    number=NumberPattern("FY{yyyy}{mm}-{serial:3}"),
    icon="coin",
    paper=msg("代理商返佣报表"),
    fields=(
        Field(
            name="month",
            label=msg("结算月份"),
            required=True,
            help=msg("如 2026-10"),
            check=check_month,
            searchable=True,
        ),
        Field(name="plan", label=msg("返佣方案")),
        *_FIGURES,
        *_CHECKS,
    ),
    asset_kinds=("agency",),
    intake_requires=("requester",),
    clauses=("001-10-13",),
)
