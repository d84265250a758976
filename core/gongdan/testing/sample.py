"""A small plugin for tests: repairs in a housing estate, with everything that a ticket type can have.

Its texts are not marked for translation, since nobody but a test reads them.
"""

from decimal import Decimal

from gongdan.domain.assets import AssetKind, LinkRule
from gongdan.domain.fields import Choice, Field, FieldKind
from gongdan.domain.numbering import NumberPattern
from gongdan.domain.people import Permission, Role
from gongdan.domain.policy import PolicyKey, PolicyKind
from gongdan.domain.rulebook import Clause, Rulebook
from gongdan.domain.ticket_types import TicketType
from gongdan.domain.workflow import Guard, Move, MoveAttempt, State, StateCategory, Workflow
from gongdan.hooks.markers import hookimpl

NAME = "sample"


def _fee_within_estimate(attempt: MoveAttempt) -> str | None:
    """Source: SAMPLE-02."""
    fee, estimate = (Decimal(str(attempt.fields.get(name) or 0)) for name in ("fee", "estimate"))
    return "实际费用超过预估费用" if fee > estimate else None


WORKFLOW = Workflow(
    states=(
        State("new", "待派单", StateCategory.NEW),
        State("working", "处理中", StateCategory.WAITING_US),
        State("waiting", "待客户确认", StateCategory.WAITING_CUSTOMER),
        State("done", "已完成", StateCategory.DONE),
        State("closed", "已关闭", StateCategory.CLOSED),
        State("void", "已作废", StateCategory.VOID),
    ),
    moves=(
        Move(
            name="dispatch",
            label="派单",
            from_states=("new",),
            to_state="working",
            usual=True,
            requires=("assignee",),
            asks=("estimate",),
        ),
        Move(name="ask_customer", label="请客户确认", from_states=("working",), to_state="waiting"),
        Move(name="resume", label="继续处理", from_states=("waiting",), to_state="working"),
        Move(
            name="finish",
            label="完成",
            from_states=("working", "waiting"),
            to_state="done",
            usual=True,
            requires=("result", "cause"),
            asks=("fee", "estimate"),
            guards=("fee_within_estimate",),
            clauses=("SAMPLE-01",),
        ),
        Move(
            name="close",
            label="关闭",
            from_states=("done",),
            to_state="closed",
            roles=("supervisor",),
            asks=("finding",),
            usual=True,
        ),
        Move(name="void", label="作废", from_states=("new", "working"), to_state="void", needs_remark=True),
        Move(
            name="reopen",
            label="重新打开",
            from_states=("done", "closed"),
            to_state="working",
            new_round=True,
            needs_remark=True,
        ),
    ),
    guards=(
        Guard(
            name="fee_within_estimate",
            label="费用不超过预估",
            check=_fee_within_estimate,
            field="fee",
            clauses=("SAMPLE-02",),
        ),
    ),
)

REPAIR = TicketType(
    name="sample_repair",
    label="报修",
    description="业主家中或公共部位的设施损坏时登记",
    workflow=WORKFLOW,
    number=NumberPattern("BX{yyyy}{mm}-{serial:4}"),
    icon="tool",
    paper="《报修登记表》",
    fields=(
        Field(name="estimate", label="预估费用", kind=FieldKind.MONEY, unit="元", minimum=Decimal(0)),
        Field(name="appointment", label="预约时间", kind=FieldKind.DATETIME),
        Field(name="is_urgent", label="是否紧急", kind=FieldKind.BOOLEAN),
        Field(name="fee", label="实际费用", kind=FieldKind.MONEY, unit="元", minimum=Decimal(0), at_intake=False),
        Field(name="result", label="处理结果", kind=FieldKind.LONG_TEXT, at_intake=False, searchable=True),
    ),
    severities=(Choice("minor", "一般"), Choice("major", "严重")),
    categories=(Choice("water", "给排水"), Choice("power", "强弱电"), Choice("other", "其他")),
    causes=(Choice("wear", "自然老化"), Choice("misuse", "使用不当")),
    findings=(Choice("valid", "有效"), Choice("invalid", "无效")),
    asset_kinds=("sample_unit",),
    intake_requires=("requester",),
    clauses=("SAMPLE-01",),
)

POLICY_KEYS = (
    PolicyKey(
        "sample.answer", "首次答复", PolicyKind.LIMIT, ("SAMPLE-01",), proposed="2 h", lowest="5 min", highest="48 h"
    ),
    PolicyKey("sample.on_site", "到场", PolicyKind.LIMIT, ("SAMPLE-02",), lowest="5 min", highest="24 h"),
)


@hookimpl
def register_rulebook() -> Rulebook:
    """Declare one ticket type, a tree of buildings, who owns and rents, a role and a permission."""
    return Rulebook(
        label="样例物业",
        description="测试用的报修流程",
        ticket_types=(REPAIR,),
        asset_kinds=(
            AssetKind(name="sample_building", label="楼栋"),
            AssetKind(
                name="sample_unit",
                label="房屋",
                parents=("sample_building",),
                in_grid=True,
                states=(("empty", "空置"), ("occupied", "已入住")),
                serials=("meter",),
                fields=(Field(name="area", label="建筑面积", kind=FieldKind.DECIMAL, unit="㎡"),),
            ),
        ),
        link_rules=(
            LinkRule(role="sample_owner", label="业主"),
            LinkRule(role="sample_tenant", label="租户", one_per_asset=True),
            LinkRule(role="sample_meter", label="水表", one_per_asset=True, one_per_target=True),
        ),
        roles=(Role("sample_engineer", "维修工程师", frozenset({"ticket.view", "ticket.move", "sample.price"})),),
        permissions=(Permission("sample.price", "调整维修报价"),),
        clauses=(
            Clause("SAMPLE-01", "完成时须写明处理结果与原因", "A result and a cause are written on completion"),
            Clause("SAMPLE-02", "实际费用不得超过预估费用", "The fee may not exceed the estimate"),
        ),
        policy_keys=POLICY_KEYS,
        assets_label="房屋",
    )
