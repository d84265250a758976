"""Rectification (整改通知书): what a patrol finds is put right, and another than the builder says so.

Works (施工跟进): from the start notice to the completion notice, as far as calls to the customer hang on it.
"""

from gongdan.api import Guard, Move, State, StateCategory, Workflow, msg
from gongdan_decoration import rules
from gongdan_decoration.roles import (
    SERVICE_MANAGER,
    SERVICE_SPECIALIST,
    SITE_INSPECTOR,
    SITE_MANAGER,
    SITE_SUPERVISOR,
)

_STATES = (
    State("found", msg("待发出"), StateCategory.NEW),
    State("issued", msg("已发出"), StateCategory.WAITING_US),
    State("signed", msg("已签收"), StateCategory.WAITING_US),
    State("disputed", msg("有异议"), StateCategory.TRIAGE),
    State("rectifying", msg("整改中"), StateCategory.WAITING_US),
    State("awaiting_recheck", msg("待复验"), StateCategory.DONE),
    State("passed", msg("复验合格"), StateCategory.CLOSED),
    State("withdrawn", msg("已撤回"), StateCategory.VOID),
)

_INSPECTORS = (SITE_INSPECTOR, SITE_SUPERVISOR)

_MOVES = (
    Move(
        name="issue",
        label=msg("发出整改通知书"),
        from_states=("found",),
        to_state="issued",
        roles=(SITE_INSPECTOR, SERVICE_SPECIALIST, SERVICE_MANAGER),
        requires=("assignee", "severity", "standard", "limit_on"),
        asks=("crew",),
        stamps=("issued_at",),
        usual=True,
        clauses=("000-04-33", "000-04-34"),
    ),
    Move(
        name="sign",
        label=msg("签收"),
        from_states=("issued",),
        to_state="signed",
        roles=(SITE_MANAGER,),
        guards=("responsible_one_acts",),
        stamps=("signed_at",),
        usual=True,
        clauses=("000-04-33",),
    ),
    Move(
        name="dispute",
        label=msg("提出异议"),
        from_states=("issued", "signed"),
        to_state="disputed",
        roles=(SITE_MANAGER,),
        guards=("responsible_one_acts",),
        needs_remark=True,
    ),
    Move(
        name="uphold",
        label=msg("维持整改要求"),
        from_states=("disputed",),
        to_state="signed",
        roles=(SERVICE_MANAGER,),
        asks=("standard", "limit_on"),
        needs_remark=True,
        usual=True,
        clauses=("000-04-34",),
    ),
    Move(
        name="start",
        label=msg("开始整改"),
        from_states=("signed",),
        to_state="rectifying",
        roles=(SITE_MANAGER,),
        requires=("measure",),
        asks=("crew",),
        guards=("responsible_one_acts",),
        usual=True,
        clauses=("000-04-30",),
    ),
    Move(
        name="urge",
        label=msg("督促班组"),
        from_states=("rectifying",),
        to_state="rectifying",
        roles=(SITE_MANAGER,),
        guards=("responsible_one_acts",),
        stamps=("urged_at",),
        needs_remark=True,
        clauses=("000-04-30",),
    ),
    Move(
        name="warn",
        label=msg("预警"),
        from_states=("rectifying",),
        to_state="rectifying",
        roles=(SITE_SUPERVISOR,),
        stamps=("warned_at",),
        needs_remark=True,
        clauses=("000-04-31",),
    ),
    Move(
        name="extend",
        label=msg("延长期限"),
        from_states=("rectifying",),
        to_state="rectifying",
        roles=(SERVICE_MANAGER,),
        requires=("limit_on",),
        needs_remark=True,
        clauses=("000-04-34",),
    ),
    Move(
        name="report_ready",
        label=msg("报请复验"),
        from_states=("rectifying",),
        to_state="awaiting_recheck",
        roles=(SITE_MANAGER,),
        requires=("result", "photo_taken"),
        guards=("responsible_one_acts", "same_spot_is_photographed"),
        stamps=("ready_at",),
        clears=("rechecked_by", "rechecked_at", "recheck_opinion"),
        usual=True,
        clauses=("000-04-34",),
    ),
    Move(
        name="pass_recheck",
        label=msg("复验合格"),
        from_states=("awaiting_recheck",),
        to_state="passed",
        roles=_INSPECTORS,
        asks=("recheck_opinion",),
        guards=("another_one_rechecks",),
        stamps=("rechecked_by", "rechecked_at"),
        usual=True,
    ),
    Move(
        name="fail_recheck",
        label=msg("复验不合格"),
        from_states=("awaiting_recheck",),
        to_state="rectifying",
        roles=_INSPECTORS,
        requires=("recheck_opinion", "limit_on"),
        guards=("another_one_rechecks",),
        stamps=("rechecked_by", "rechecked_at"),
        clears=("result", "photo_taken", "ready_at"),
        new_round=True,
        clauses=("000-04-34",),
    ),
    Move(
        name="propose_penalty",
        label=msg("提出处罚"),
        from_states=("rectifying",),
        to_state="rectifying",
        roles=(SERVICE_MANAGER,),
        requires=("penalty", "penalty_reason"),
        guards=("warned_before_penalty",),
        clauses=("000-04-96",),
    ),
    Move(
        name="withdraw",
        label=msg("撤回"),
        from_states=("found", "disputed"),
        to_state="withdrawn",
        roles=(SERVICE_MANAGER,),
        needs_remark=True,
    ),
)

_GUARDS = (
    Guard(
        name="responsible_one_acts",
        label=msg("责任人本人办理"),
        check=rules.responsible_one_acts,
        clauses=("000-04-30",),
    ),
    Guard(name="another_one_rechecks", label=msg("复验人不是责任人"), check=rules.another_one_rechecks),
    Guard(
        name="same_spot_is_photographed",
        label=msg("拍同一部位"),
        check=rules.same_spot_is_photographed,
        field="photo_taken",
        clauses=("000-04-34",),
    ),
    Guard(
        name="warned_before_penalty",
        label=msg("先预警后处罚"),
        check=rules.warned_before_penalty,
        clauses=("000-04-31", "000-04-96"),
    ),
)

RECTIFICATION_FLOW = Workflow(states=_STATES, moves=_MOVES, guards=_GUARDS)

_SERVICE = (SERVICE_SPECIALIST, SERVICE_MANAGER)

SITE_WORKS_FLOW = Workflow(
    states=(
        State("waiting", msg("待开工"), StateCategory.NEW),
        State("at_work", msg("在施"), StateCategory.WAITING_US),
        State("stopped", msg("停工"), StateCategory.WAITING_THIRD),
        State("completed", msg("已完工"), StateCategory.DONE),
        State("filed", msg("已归档"), StateCategory.CLOSED),
        State("cancelled", msg("未施工"), StateCategory.VOID),
    ),
    moves=(
        Move(
            name="begin",
            label=msg("开工"),
            from_states=("waiting",),
            to_state="at_work",
            roles=_SERVICE,
            requires=("begun_on",),
            usual=True,
            clauses=("000-04-117",),
        ),
        Move(
            name="stop",
            label=msg("停工"),
            from_states=("at_work",),
            to_state="stopped",
            roles=_SERVICE,
            needs_remark=True,
        ),
        Move(name="go_on", label=msg("复工"), from_states=("stopped",), to_state="at_work", roles=_SERVICE, usual=True),
        Move(
            name="complete",
            label=msg("完工"),
            from_states=("at_work",),
            to_state="completed",
            roles=_SERVICE,
            requires=("completed_on",),
            usual=True,
            clauses=("000-04-122",),
        ),
        Move(name="file", label=msg("归档"), from_states=("completed",), to_state="filed", roles=_SERVICE, usual=True),
        Move(
            name="cancel",
            label=msg("不再施工"),
            from_states=("waiting",),
            to_state="cancelled",
            roles=(SERVICE_MANAGER,),
            needs_remark=True,
        ),
    ),
)
