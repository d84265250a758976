"""Permits of every kind: applied, approved, paid, issued, then returned, expired or revoked."""

from gongdan.api import Move, PassState, PermitMoves, State, StateCategory, Workflow, msg
from gongdan_property_mgmt.roles import (
    DEPARTMENT_MANAGER,
    DESK_CLERK,
    DESK_SUPERVISOR,
    PROJECT_MANAGER,
    SECURITY_LEAD,
)

_DESK = (DESK_CLERK, DESK_SUPERVISOR)
_APPROVERS = (DESK_SUPERVISOR, DEPARTMENT_MANAGER, PROJECT_MANAGER)
_PERIOD = ("valid_from", "valid_to", "from_at", "to_at")

_STATES = (
    State("applied", msg("待审核"), StateCategory.NEW),
    State("incomplete", msg("待补正"), StateCategory.WAITING_CUSTOMER),
    State("approved", msg("待缴费领证"), StateCategory.WAITING_CUSTOMER),
    State("paid", msg("已缴费待发证"), StateCategory.WAITING_US),
    State("in_force", msg("有效"), StateCategory.DONE),
    State("overdue", msg("到期待收回"), StateCategory.WAITING_CUSTOMER),
    State("returned", msg("已收回"), StateCategory.CLOSED),
    State("expired", msg("已到期"), StateCategory.CLOSED),
    State("revoked", msg("已吊销"), StateCategory.CLOSED),
    State("refused", msg("未批准"), StateCategory.VOID),
    State("withdrawn", msg("已撤回"), StateCategory.VOID),
)

_APPLYING = (
    Move(
        name="approve",
        label=msg("批准"),
        from_states=("applied",),
        to_state="approved",
        roles=_APPROVERS,
        asks=(*_PERIOD, "conditions"),
        stamps=("approved_by", "approved_at"),
        usual=True,
    ),
    Move(
        name="send_back",
        label=msg("退回补正"),
        from_states=("applied",),
        to_state="incomplete",
        roles=(*_DESK, *_APPROVERS),
        needs_remark=True,
    ),
    Move(
        name="resubmit",
        label=msg("补齐再报"),
        from_states=("incomplete",),
        to_state="applied",
        roles=_DESK,
        asks=_PERIOD,
        usual=True,
    ),
    Move(
        name="refuse",
        label=msg("不批准"),
        from_states=("applied",),
        to_state="refused",
        roles=_APPROVERS,
        needs_remark=True,
    ),
    Move(
        name="withdraw",
        label=msg("撤回申请"),
        from_states=("applied", "incomplete", "approved", "paid"),
        to_state="withdrawn",
        roles=_DESK,
        needs_remark=True,
    ),
)

_ISSUING = (
    Move(
        name="pay",
        label=msg("收费"),
        from_states=("approved",),
        to_state="paid",
        roles=_DESK,
        requires=("receipt",),
        asks=("fee_paid", "deposit_paid"),
    ),
    Move(
        name="issue",
        label=msg("发证"),
        from_states=("approved", "paid"),
        to_state="in_force",
        roles=_DESK,
        asks=_PERIOD,
        stamps=("issued_on",),
        usual=True,
    ),
)

_ENDING = (
    Move(
        name="return",
        label=msg("收回"),
        from_states=("in_force", "overdue"),
        to_state="returned",
        roles=_DESK,
        asks=("deposit_refunded",),
        usual=True,
    ),
    Move(
        name="revoke",
        label=msg("吊销"),
        from_states=("in_force", "overdue"),
        to_state="revoked",
        roles=(*_APPROVERS, SECURITY_LEAD),
        needs_remark=True,
    ),
    Move(name="run_out", label=msg("到期"), from_states=("in_force",), to_state="expired", roles=_DESK),
    Move(name="fall_due", label=msg("到期待收回"), from_states=("in_force",), to_state="overdue", roles=_DESK),
)

PERMIT_FLOW = Workflow(states=_STATES, moves=(*_APPLYING, *_ISSUING, *_ENDING))

_ENDED_BY = (("return", PassState.RETURNED), ("revoke", PassState.REVOKED))
#: The time runs out and nothing is left to do.
RUNS_OUT = PermitMoves(complete_at="approve", issued_by="issue", ended_by=_ENDED_BY, expired_by="run_out")
#: The badge has to come back when the time has run out.
COMES_BACK = PermitMoves(complete_at="approve", issued_by="issue", ended_by=_ENDED_BY, expired_by="fall_due")
