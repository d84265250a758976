"""Goods release slip (物品放行条): the owner is verified, the duty officer signs and seals, the gate counts."""

from gongdan.api import Move, PassState, PermitMoves, State, StateCategory, Workflow, msg
from gongdan_property_mgmt.roles import (
    DESK_CLERK,
    DESK_SUPERVISOR,
    DUTY_OFFICER,
    GATE_GUARD,
    SECURITY_LEAD,
)

_DESK = (DESK_CLERK, DESK_SUPERVISOR, DUTY_OFFICER)
_GATE = (GATE_GUARD, SECURITY_LEAD)
_CONSENT = ("asker", "consent_way", "consent_by", "consent_phone")

_STATES = (
    State("draft", msg("填写中"), StateCategory.NEW),
    State("verified", msg("业主已核实"), StateCategory.WAITING_US),
    State("signed", msg("已签名待盖章"), StateCategory.WAITING_US),
    State("in_force", msg("待放行"), StateCategory.WAITING_CUSTOMER),
    State("used", msg("已放行"), StateCategory.CLOSED),
    State("turned_back", msg("门岗已拒绝"), StateCategory.CLOSED),
    State("expired", msg("过期作废"), StateCategory.CLOSED),
    State("revoked", msg("已吊销"), StateCategory.CLOSED),
    State("withdrawn", msg("已撤回"), StateCategory.VOID),
)

_AT_THE_DESK = (
    Move(
        name="verify",
        label=msg("核实业主"),
        from_states=("draft",),
        to_state="verified",
        roles=_DESK,
        requires=("asker",),
        asks=(*_CONSENT[1:], "requester", "has_arrears"),
        stamps=("verified_by", "verified_at"),
        usual=True,
        clauses=("001-01-01",),
    ),
    Move(
        name="sign",
        label=msg("值班员签名"),
        from_states=("verified",),
        to_state="signed",
        roles=(DUTY_OFFICER, DESK_SUPERVISOR),
        asks=("from_at", "to_at"),
        stamps=("signed_by", "signed_at"),
        usual=True,
        clauses=("001-01-02", "001-01-03"),
    ),
    Move(
        name="seal",
        label=msg("盖章生效"),
        from_states=("signed",),
        to_state="in_force",
        roles=(DUTY_OFFICER, DESK_SUPERVISOR),
        asks=("from_at", "to_at"),
        stamps=("sealed_by", "sealed_at"),
        usual=True,
        clauses=("001-01-03",),
    ),
    Move(
        name="withdraw",
        label=msg("撤回"),
        from_states=("draft", "verified", "signed"),
        to_state="withdrawn",
        roles=_DESK,
        needs_remark=True,
    ),
    Move(
        name="revoke",
        label=msg("吊销"),
        from_states=("in_force",),
        to_state="revoked",
        roles=(DUTY_OFFICER, DESK_SUPERVISOR),
        needs_remark=True,
    ),
)

_AT_THE_GATE = (
    Move(
        name="let_out",
        label=msg("放行"),
        from_states=("in_force",),
        to_state="used",
        roles=_GATE,
        stamps=("gate_by", "gate_at"),
        usual=True,
        clauses=("001-01-41",),
    ),
    Move(
        name="turn_back",
        label=msg("拒绝放行"),
        from_states=("in_force",),
        to_state="turned_back",
        roles=_GATE,
        stamps=("gate_by", "gate_at"),
        needs_remark=True,
        clauses=("001-01-41",),
    ),
    Move(name="run_out", label=msg("过期作废"), from_states=("in_force",), to_state="expired", roles=_DESK),
)

GOODS_FLOW = Workflow(states=_STATES, moves=(*_AT_THE_DESK, *_AT_THE_GATE))

GOODS_MOVES = PermitMoves(
    complete_at="sign",
    issued_by="seal",
    ended_by=(("let_out", PassState.USED), ("turn_back", PassState.REFUSED), ("revoke", PassState.REVOKED)),
    expired_by="run_out",
)
