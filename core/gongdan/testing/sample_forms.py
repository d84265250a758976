"""The papers of the sample plugin: a repair order in five copies, and a patrol sheet that opens repairs."""

from dataclasses import replace
from decimal import Decimal
from functools import cache
from types import ModuleType

from gongdan.domain.duties import Condition
from gongdan.domain.fields import Choice, Field, FieldKind
from gongdan.domain.forms import (
    OUTSIDER,
    CheckItem,
    Checklist,
    Copy,
    FollowUp,
    FormKind,
    Lines,
    PaperSize,
    Section,
    SignatureBox,
    SigningWay,
    Taken,
)
from gongdan.domain.numbering import NumberPattern
from gongdan.domain.rulebook import Clause, Rulebook
from gongdan.testing import sample
from gongdan.testing.fakes import make_plugin

_DONE = ("request", "work", "materials")

#: Filled by the engineer, signed by him and the customer before the repair is finished; the callback comes later.
REPAIR_ORDER = FormKind(
    name="sample.repair_order",
    label="维修工作单",
    ticket_types=("sample_repair",),
    number=NumberPattern("GZD{yyyy}-{serial:4}"),
    blocks=(
        Section(
            name="request",
            label="报修",
            parts=(
                Taken("number", "报修单号"),
                Taken("place"),
                Taken("contact_name", "报修人"),
                Taken("contact_phone"),
                Taken("opened_at", "报修时间"),
                Taken("severity"),
                Taken("description", "报修内容"),
            ),
        ),
        Section(
            name="work",
            label="维修",
            filled_by=("sample_engineer",),
            parts=(
                Field(name="arrived_at", label="到场时间", kind=FieldKind.DATETIME),
                Field(name="hours", label="工时", kind=FieldKind.DECIMAL, unit="小时", required=True),
                Field(
                    name="outcome",
                    label="结果",
                    kind=FieldKind.CHOICE,
                    choices=(Choice("mended", "已修好"), Choice("replaced", "已更换")),
                    required=True,
                ),
                Field(name="helper", label="协助人", kind=FieldKind.PERSON),
                Field(name="account", label="经过", kind=FieldKind.LONG_TEXT),
            ),
        ),
        Lines(
            name="materials",
            label="用料",
            filled_by=("sample_engineer",),
            columns=(
                Field(name="item", label="名称", required=True),
                Field(name="count", label="数量", kind=FieldKind.DECIMAL, minimum=Decimal(0)),
                Field(name="amount", label="金额", kind=FieldKind.MONEY, unit="元"),
            ),
            totals=("amount",),
            in_words="amount",
            blank_lines=3,
        ),
        Section(
            name="callback",
            label="回访",
            parts=(Field(name="opinion", label="客户意见", kind=FieldKind.LONG_TEXT),),
        ),
    ),
    signatures=(
        SignatureBox(name="engineer", label="维修人签字", by=("assignee", "sample_engineer"), covers=_DONE),
        SignatureBox(
            name="customer",
            label="业户签字",
            by=(OUTSIDER,),
            ways=(SigningWay.DRAWN, SigningWay.ON_PAPER),
            required=False,
            covers=_DONE,
        ),
        SignatureBox(name="head", label="主管签字", by=("supervisor",), required=False),
    ),
    copies=(
        Copy("存根"),
        Copy("业户"),
        Copy("维修班"),
        Copy("财务", ("administrator",)),
        Copy("客服", ("supervisor",)),
    ),
    seal="服务专用章",
    required_at=("finish",),
    begun_by=("dispatch",),
    clauses=("SAMPLE-06",),
)

#: Three points; a failed one opens a repair, and the fire door has to be in order unless one is open for it.
PATROL = FormKind(
    name="sample.patrol",
    label="巡查记录表",
    ticket_types=("sample_repair",),
    number=NumberPattern("XC{yyyy}{mm}-{serial:3}"),
    blocks=(
        Section(
            name="round",
            label="",
            preface="每日巡查一次",
            parts=(Field(name="area", label="区域", required=True),),
        ),
        Checklist(
            name="points",
            label="检查项目",
            items=(
                CheckItem(name="lights", label="照明", standard="全部点亮"),
                CheckItem(
                    name="pump",
                    label="水泵",
                    needs_photo=True,
                    on_fail=FollowUp(ticket_type="sample_repair", severity="major", category="water"),
                ),
                CheckItem(
                    name="fire_door",
                    label="防火门",
                    standard="常闭、无遮挡",
                    must_pass=True,
                    may_skip=False,
                    on_fail=FollowUp(ticket_type="sample_repair", severity="major", fields=(("is_urgent", "true"),)),
                    clauses=("SAMPLE-07",),
                ),
                CheckItem(name="exit", label="疏散通道", must_pass=True, may_skip=False),
            ),
        ),
    ),
    signatures=(
        SignatureBox(name="walker", label="巡查人", by=("agent", "sample_engineer"), ways=(SigningWay.TYPED,)),
    ),
    is_repeated=True,
    numbered_early=True,
    paper=PaperSize.A5,
    clauses=("SAMPLE-07",),
)

#: Needed only for misuse, when a repair is closed.
LIABILITY = FormKind(
    name="sample.liability",
    label="责任认定书",
    ticket_types=("sample_repair",),
    number=NumberPattern("ZR{serial:3}"),
    blocks=(
        Section(name="finding", label="认定", parts=(Taken("cause"), Field(name="who", label="责任人", required=True))),
    ),
    required_at=("close",),
    required_when=(Condition("cause", ("misuse",)),),
)

FORMS = (REPAIR_ORDER, PATROL, LIABILITY)
_CLAUSES = (
    Clause("SAMPLE-06", "维修工作单由维修人与业户签字", "The repair order is signed by the engineer and the customer"),
    Clause("SAMPLE-07", "巡查不合格的开立报修", "What fails in a patrol is repaired"),
)


@cache
def with_forms() -> ModuleType:
    """Return the sample plugin with its papers; they are left out elsewhere, so that repairs finish without them."""

    def rulebook() -> Rulebook:
        book = sample.register_rulebook()
        return replace(book, forms=FORMS, clauses=(*book.clauses, *_CLAUSES))

    return make_plugin(register_rulebook=rulebook)
