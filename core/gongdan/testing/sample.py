"""A small plugin for tests: repairs in a housing estate, with everything that a ticket type can have.

Its texts are not marked for translation, since nobody but a test reads them.
"""

from dataclasses import replace
from decimal import Decimal
from functools import cache
from types import ModuleType

from gongdan.domain.assets import AssetKind, LinkRule
from gongdan.domain.duties import (
    NIGHT,
    Condition,
    DutyKind,
    DutyRule,
    OnReopen,
    Rung,
    StartAt,
    Trigger,
)
from gongdan.domain.fields import Choice, Field, FieldKind
from gongdan.domain.numbering import NumberPattern
from gongdan.domain.people import Permission, Role
from gongdan.domain.policy import PolicyKey
from gongdan.domain.policy_values import PolicyKind
from gongdan.domain.rulebook import Clause, Rulebook
from gongdan.domain.ticket_types import TicketType
from gongdan.domain.workflow import Guard, Move, MoveAttempt, State, StateCategory, Workflow
from gongdan.hooks.markers import hookimpl
from gongdan.testing.fakes import make_plugin

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


def _limit(name: str, label: str, proposed: str | None, *clauses: str) -> PolicyKey:
    return PolicyKey(f"sample.{name}", label, PolicyKind.LIMIT, clauses, proposed)


DUTY_KEYS = (
    _limit("dispatch_major", "严重报修派单时限", "10 min", "SAMPLE-03"),
    _limit("dispatch_other", "一般报修派单时限", "30 min", "SAMPLE-03"),
    _limit("dispatch_told_later", "派单逾期后再次提醒", "1 h"),
    _limit("resolve", "维修完成时限", "24 desk_h", "SAMPLE-04"),
    _limit("longest_wait", "最长暂停时间", "48 h"),
    _limit("warn_before", "到期前预警", "2 h"),
    _limit("callback", "回访时限", "2 workday", "SAMPLE-05"),
    _limit("hand_over", "夜间报修移交时限", "next_opening"),
    _limit("explain", "原因说明时限", None),
)

#: Dispatch in 10 or 30 minutes, told to the supervisor and an hour later to the administrators.
DISPATCH = DutyRule(
    name="sample.dispatch",
    label="派单",
    kind=DutyKind.FORWARD,
    ticket_types=("sample_repair",),
    starts=Trigger(on_opened=True),
    stops=Trigger(moves=("dispatch",)),
    limit={"major": "sample.dispatch_major", "": "sample.dispatch_other"},
    owed_by=("owner", "department_head"),
    warn_percents=(80,),
    ladder=(
        Rung(label="告知部门负责人", receivers=("department_head",)),
        Rung(label="告知公司管理员", receivers=("administrator",), after="sample.dispatch_told_later"),
    ),
    clauses=("SAMPLE-03",),
)

#: Finished in 24 hours of the desk, which stand still while the customer is asked; an appointment goes before that.
RESOLVE = DutyRule(
    name="sample.resolve",
    label="完成维修",
    kind=DutyKind.RESOLVE,
    ticket_types=("sample_repair",),
    starts=Trigger(states=("working",)),
    stops=Trigger(moves=("finish",)),
    limit="sample.resolve",
    owed_by=("assignee", "sample_engineer", "department_head"),
    pauses_in=(StateCategory.WAITING_CUSTOMER,),
    pause_cap="sample.longest_wait",
    warn_percents=(50,),
    warn_leads=("sample.warn_before",),
    on_reopen=OnReopen.RESUME,
    promised_field="appointment",
    clauses=("SAMPLE-04",),
)

#: Called back in two working days, by whoever took the call, also once the ticket is closed.
CALLBACK = DutyRule(
    name="sample.callback",
    label="回访",
    kind=DutyKind.CALLBACK,
    ticket_types=("sample_repair",),
    starts=Trigger(categories=(StateCategory.DONE,)),
    stops=Trigger(on_fields=("finding",)),
    cancels=Trigger(on_reopened=True),
    limit="sample.callback",
    owed_by=("owner",),
    after_closing=True,
    repeats=True,
    clauses=("SAMPLE-05",),
)

#: What comes in at night is handed over when the desk opens.
HAND_OVER = DutyRule(
    name="sample.hand_over",
    label="夜间报修移交",
    kind=DutyKind.HAND_OVER,
    ticket_types=("sample_repair",),
    starts=Trigger(on_opened=True),
    stops=Trigger(moves=("dispatch",)),
    limit="sample.hand_over",
    when=(Condition(NIGHT, ("yes",)),),
    owed_by=("owner",),
)

#: A misuse is explained within a time that nobody has decided yet, from the next opening on.
EXPLAIN = DutyRule(
    name="sample.explain",
    label="说明原因",
    kind=DutyKind.ANSWER,
    ticket_types=("sample_repair",),
    starts=Trigger(on_fields=("cause",)),
    stops=Trigger(categories=(StateCategory.CLOSED,)),
    limit="sample.explain",
    when=(Condition("cause", ("misuse",)),),
    start_at=StartAt.OPENING,
    owed_by=("sample_engineer",),
)

_DUTY_CLAUSES = (
    Clause("SAMPLE-03", "严重报修 10 分钟内派单，其他 30 分钟内派单", "Dispatched in 10 or 30 minutes"),
    Clause("SAMPLE-04", "24 个工作小时内完成维修", "Repaired within 24 working hours"),
    Clause("SAMPLE-05", "完成后两个工作日内回访", "Called back within two working days"),
)


def _flat(typed: str) -> tuple[str, ...]:
    """Read 3栋501 and 3栋501室 as 3-501; a flat of the sample stands directly in its building."""
    building, between, room = typed.removesuffix("室").partition("栋")
    return (f"{building}-{room}",) if between and room.isdecimal() else ()


DUTY_RULES = (DISPATCH, RESOLVE, CALLBACK, HAND_OVER, EXPLAIN)


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
                spellings=_flat,
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


@cache
def with_duties() -> ModuleType:
    """Return the plugin with its duty rules; they are left out elsewhere, so that timers ring where they are wanted."""

    def rulebook() -> Rulebook:
        book = register_rulebook()
        return replace(
            book,
            policy_keys=(*book.policy_keys, *DUTY_KEYS),
            duty_rules=DUTY_RULES,
            clauses=(*book.clauses, *_DUTY_CLAUSES),
        )

    return make_plugin(register_rulebook=rulebook)
