"""The papers of a site: its works from start to completion, and one notice for each thing to put right."""

from decimal import Decimal

from gongdan.api import Choice, Field, FieldKind, NumberPattern, TicketType, msg
from gongdan_decoration import rules
from gongdan_decoration.workflows import RECTIFICATION_FLOW, SITE_WORKS_FLOW

_STAGES = (
    Choice("demolition", msg("拆改")),
    Choice("wiring", msg("水电")),
    Choice("waterproofing", msg("防水")),
    Choice("tiling", msg("泥瓦")),
    Choice("carpentry", msg("木作")),
    Choice("painting", msg("油漆")),
    Choice("fitting", msg("安装")),
    Choice("completion", msg("竣工")),
)

RECTIFICATION = TicketType(
    name="rectification",
    label=msg("工地整改"),
    description=msg("巡检发现问题时登记，每个问题一份整改通知书"),
    workflow=RECTIFICATION_FLOW,
    number=NumberPattern("ZG{yyyy}{mm}-{serial:3}"),
    icon="hammer",
    paper=msg("整改通知书"),
    fields=(
        Field(
            name="patrolled_at",
            label=msg("巡检时间"),
            kind=FieldKind.DATETIME,
            required=True,
            clauses=("000-04-32",),
        ),
        Field(
            name="score",
            label=msg("巡检得分"),
            kind=FieldKind.INTEGER,
            required=True,
            minimum=Decimal(0),
            maximum=Decimal(100),
            unit=msg("分"),
            clauses=("000-04-32",),
        ),
        Field(name="stage", label=msg("施工阶段"), kind=FieldKind.CHOICE, required=True, choices=_STAGES),
        Field(name="spot", label=msg("部位"), required=True, searchable=True, help=msg("如“主卫东墙”“客厅吊顶”")),
        Field(
            name="standard",
            label=msg("应达标准"),
            kind=FieldKind.LONG_TEXT,
            at_intake=False,
            clauses=("000-04-33",),
        ),
        Field(name="limit_on", label=msg("整改期限"), kind=FieldKind.DATE, at_intake=False, clauses=("000-04-34",)),
        Field(name="crew", label=msg("责任班组"), at_intake=False, searchable=True),
        Field(name="issued_at", label=msg("发出时间"), kind=FieldKind.DATETIME, at_intake=False),
        Field(name="signed_at", label=msg("签收时间"), kind=FieldKind.DATETIME, at_intake=False),
        Field(name="measure", label=msg("整改办法"), kind=FieldKind.LONG_TEXT, at_intake=False),
        Field(
            name="urged_at",
            label=msg("最近督促"),
            kind=FieldKind.DATETIME,
            at_intake=False,
            clauses=("000-04-30",),
        ),
        Field(
            name="warned_at",
            label=msg("最近预警"),
            kind=FieldKind.DATETIME,
            at_intake=False,
            clauses=("000-04-31",),
        ),
        Field(name="result", label=msg("整改结果"), kind=FieldKind.LONG_TEXT, at_intake=False, searchable=True),
        Field(name="photo_taken", label=msg("已拍同一部位照片"), kind=FieldKind.BOOLEAN, at_intake=False),
        Field(name="ready_at", label=msg("报验时间"), kind=FieldKind.DATETIME, at_intake=False),
        Field(name="rechecked_by", label=msg("复验人"), at_intake=False),
        Field(name="rechecked_at", label=msg("复验时间"), kind=FieldKind.DATETIME, at_intake=False),
        Field(name="recheck_opinion", label=msg("复验意见"), kind=FieldKind.LONG_TEXT, at_intake=False),
        Field(
            name="penalty",
            label=msg("建议处罚"),
            kind=FieldKind.MONEY,
            unit=msg("元"),
            minimum=Decimal(0),
            at_intake=False,
            clauses=("000-04-96",),
        ),
        Field(name="penalty_reason", label=msg("处罚理由"), kind=FieldKind.LONG_TEXT, at_intake=False),
    ),
    severities=(
        Choice(rules.CLASS_A, msg("A 类（安全、隐蔽）")),
        Choice(rules.CLASS_B, msg("B 类（质量）")),
        Choice(rules.CLASS_C, msg("C 类（观感、现场）")),
    ),
    categories=(
        Choice("wiring", msg("水电")),
        Choice("waterproofing", msg("防水")),
        Choice("tiling", msg("泥瓦")),
        Choice("carpentry", msg("木作")),
        Choice("painting", msg("油漆")),
        Choice("protection", msg("成品保护")),
        Choice("safety", msg("施工安全")),
        Choice("tidiness", msg("文明施工")),
    ),
    causes=(
        Choice("workmanship", msg("工艺不到位")),
        Choice("material", msg("材料问题")),
        Choice("drawing", msg("图纸不清")),
        Choice("order_of_work", msg("工序颠倒")),
    ),
    asset_kinds=("site",),
    intake_requires=("asset", "description"),
    clauses=("000-04-32", "000-04-33"),
)

SITE_WORKS = TicketType(
    name="site_works",
    label=msg("施工跟进"),
    description=msg("签约后每个工地登记一份，从开工到完工后两年按期回访"),
    workflow=SITE_WORKS_FLOW,
    number=NumberPattern("SG{yyyy}{mm}-{serial:3}"),
    icon="hammer",
    fields=(
        Field(
            name="begun_on",
            label=msg("开工日期"),
            kind=FieldKind.DATE,
            at_intake=False,
            help=msg("《开工通知单》上的日期"),
            clauses=("000-04-117",),
        ),
        Field(
            name="completed_on",
            label=msg("完工日期"),
            kind=FieldKind.DATE,
            at_intake=False,
            help=msg("《完工通知单》上的日期"),
            clauses=("000-04-122",),
        ),
    ),
    asset_kinds=("site",),
    intake_requires=("asset",),
    clauses=("000-04-117",),
)

TICKET_TYPES = (RECTIFICATION, SITE_WORKS)
