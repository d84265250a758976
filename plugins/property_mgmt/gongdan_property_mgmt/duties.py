"""What a property office owes about a repair or a complaint, to whom and by when; how long is for the policy to say."""

from gongdan.api import Condition, DutyKind, DutyRule, OnReopen, Rung, StateCategory, Trigger, msg
from gongdan_property_mgmt import rules
from gongdan_property_mgmt.roles import (
    AREA_FOREMAN,
    DEPARTMENT_MANAGER,
    DESK_SUPERVISOR,
    PROJECT_MANAGER,
)

_COMPLAINT = ("complaint",)
_REPAIR = ("repair",)

_MAJOR = Condition("severity", (rules.MAJOR,))
#: Nobody has graded it yet, or it is not major.
_NOT_MAJOR = Condition("severity", (rules.ORDINARY, rules.MINOR, ""))
#: The desk is closed when the complaint comes in.
_AT_NIGHT = Condition("night", ("yes",))
_BY_DAY = Condition("night", ("no",))
#: Taken, for the first time or again.
_TAKEN = ("accepted",)

_TO_DEPARTMENT = Rung(label=msg("告知部门负责人"), receivers=("department_head", DESK_SUPERVISOR))
_TO_PROJECT = Rung(label=msg("告知项目经理"), receivers=(PROJECT_MANAGER,))
_WARN = (80,)

#: Whoever takes a complaint answers for it; the department that it is passed to does the work.
_DESK = ("owner", DESK_SUPERVISOR)
_DEPARTMENT = ("assignee", "department_head", DEPARTMENT_MANAGER)

_FORWARDING: tuple[DutyRule, ...] = (
    DutyRule(
        name="property_mgmt.forward",
        label=msg("转办"),
        kind=DutyKind.FORWARD,
        ticket_types=_COMPLAINT,
        # A complaint of the night that is graded by day is passed on like one of the day.
        starts=Trigger(on_opened=True, states=_TAKEN, moves=("grade",)),
        stops=Trigger(moves=("forward", "settle")),
        limit={
            rules.MINOR: "property_mgmt.forward_minor",
            # Until it is graded it counts as ordinary; a minor one has its longer time, from the same start.
            "": "property_mgmt.forward_ordinary",
        },
        when=(_BY_DAY, _NOT_MAJOR),
        owed_by=_DESK,
        warn_percents=_WARN,
        ladder=(_TO_DEPARTMENT,),
        clauses=("004-04-14", "004-04-31", "004-04-33", "004-09-14", "004-09-17"),
    ),
    DutyRule(
        name="property_mgmt.forward_major",
        label=msg("重大投诉转办"),
        kind=DutyKind.FORWARD,
        ticket_types=_COMPLAINT,
        starts=Trigger(on_opened=True, states=_TAKEN, moves=("raise_severity",), on_fields=("severity",)),
        stops=Trigger(moves=("forward",)),
        limit="property_mgmt.forward_major",
        when=(_MAJOR,),
        owed_by=_DESK,
        warn_percents=_WARN,
        ladder=(_TO_DEPARTMENT, _TO_PROJECT),
        repeats=True,
        clauses=("004-04-28",),
    ),
    DutyRule(
        name="property_mgmt.forward_night",
        label=msg("次日一上班转给客服人员"),
        kind=DutyKind.HAND_OVER,
        ticket_types=_COMPLAINT,
        starts=Trigger(on_opened=True, states=_TAKEN),
        stops=Trigger(moves=("forward", "settle", "grade")),
        limit="property_mgmt.forward_night",
        when=(_AT_NIGHT, _NOT_MAJOR),
        owed_by=_DESK,
        ladder=(_TO_DEPARTMENT,),
        clauses=("004-04-15", "004-04-16"),
    ),
)

_ANSWERS: tuple[DutyRule, ...] = (
    DutyRule(
        name="property_mgmt.first_answer",
        label=msg("首次答复"),
        kind=DutyKind.ANSWER,
        ticket_types=_COMPLAINT,
        starts=Trigger(on_opened=True, states=_TAKEN),
        stops=Trigger(moves=("reply", "settle")),
        limit="property_mgmt.first_answer",
        owed_by=_DESK,
        warn_percents=_WARN,
        ladder=(_TO_DEPARTMENT,),
        clauses=("001-01-16", "004-04-21", "004-04-22"),
    ),
    DutyRule(
        name="property_mgmt.next_answer",
        label=msg("按约定时间再答复"),
        kind=DutyKind.ANSWER,
        ticket_types=_COMPLAINT,
        starts=Trigger(moves=("reply",)),
        # Another answer is the one that was promised, and promises the next.
        stops=Trigger(moves=("reply", "finish"), on_fields=("told_at",)),
        limit="property_mgmt.tell_progress",
        owed_by=_DESK,
        warn_percents=_WARN,
        promised_field="next_reply_at",
        repeats=True,
        clauses=("001-01-17", "004-04-22"),
    ),
    DutyRule(
        name="property_mgmt.tell_progress",
        label=msg("通报处理进度"),
        kind=DutyKind.ANSWER,
        ticket_types=_COMPLAINT,
        starts=Trigger(moves=("handle",)),
        stops=Trigger(moves=("finish",), on_fields=("told_at",)),
        limit="property_mgmt.tell_progress",
        owed_by=_DESK,
        warn_percents=_WARN,
        clauses=("004-04-12", "004-04-39"),
    ),
    DutyRule(
        name="property_mgmt.tell_invalid",
        label=msg("告知业户投诉无效"),
        kind=DutyKind.ANSWER,
        ticket_types=_COMPLAINT,
        starts=Trigger(on_fields=("finding",)),
        stops=Trigger(moves=("finish",), on_fields=("told_at",)),
        limit="property_mgmt.tell_invalid",
        when=(Condition("finding", (rules.INVALID,)),),
        owed_by=_DESK,
        warn_percents=_WARN,
        ladder=(_TO_DEPARTMENT,),
        clauses=("001-01-18", "004-04-40"),
    ),
    DutyRule(
        name="property_mgmt.help_invalid",
        label=msg("协助联系相关方"),
        kind=DutyKind.OTHER,
        ticket_types=_COMPLAINT,
        starts=Trigger(on_fields=("finding",)),
        stops=Trigger(moves=("handle",)),
        limit="property_mgmt.help_invalid",
        when=(Condition("finding", (rules.INVALID,)),),
        owed_by=_DEPARTMENT,
        clauses=("004-04-41",),
    ),
)

_HANDLING: tuple[DutyRule, ...] = (
    DutyRule(
        name="property_mgmt.investigate",
        label=msg("查清事件经过"),
        kind=DutyKind.CHECK,
        ticket_types=_COMPLAINT,
        starts=Trigger(moves=("forward",)),
        stops=Trigger(moves=("establish",)),
        limit={rules.MAJOR: "property_mgmt.investigate_major", "": "property_mgmt.investigate"},
        owed_by=_DEPARTMENT,
        ladder=(_TO_DEPARTMENT,),
        repeats=True,
        clauses=("004-04-30", "004-04-35"),
    ),
    DutyRule(
        name="property_mgmt.resolve",
        label=msg("处理完毕"),
        kind=DutyKind.RESOLVE,
        ticket_types=_COMPLAINT,
        starts=Trigger(on_opened=True, on_fields=("severity",)),
        stops=Trigger(moves=("finish", "settle")),
        limit={
            rules.MAJOR: "property_mgmt.resolve_major",
            rules.ORDINARY: "property_mgmt.resolve_ordinary",
            rules.MINOR: "property_mgmt.resolve_minor",
        },
        owed_by=_DEPARTMENT,
        warn_percents=(50, 80),
        ladder=(_TO_DEPARTMENT, _TO_PROJECT),
        on_reopen=OnReopen.RESTART,
        clauses=("001-08-49", "004-04-30", "004-04-32", "004-04-34", "004-09-15", "004-09-18"),
    ),
    DutyRule(
        name="property_mgmt.report_major",
        label=msg("重大投诉上报领导"),
        kind=DutyKind.REPORT,
        ticket_types=_COMPLAINT,
        starts=Trigger(on_opened=True, on_fields=("severity",)),
        stops=Trigger(on_fields=("reported_at",)),
        limit="property_mgmt.report_major",
        when=(_MAJOR,),
        owed_by=_DESK,
        warn_percents=(50,),
        ladder=(_TO_PROJECT,),
        clauses=("001-08-21", "004-04-29"),
    ),
    DutyRule(
        name="property_mgmt.report_major_night",
        label=msg("夜间重大投诉告知各级经理"),
        kind=DutyKind.REPORT,
        ticket_types=_COMPLAINT,
        starts=Trigger(on_opened=True, states=_TAKEN, on_fields=("severity",)),
        stops=Trigger(on_fields=("reported_at",)),
        limit="property_mgmt.report_major_night",
        when=(_AT_NIGHT, _MAJOR),
        owed_by=_DESK,
        # The house tells them itself, whatever the limit.
        ladder=(Rung(label=msg("第一时间告知各级经理"), receivers=(DEPARTMENT_MANAGER, PROJECT_MANAGER), percent=0),),
        clauses=("004-04-17",),
    ),
)

_VISITS: tuple[DutyRule, ...] = (
    DutyRule(
        name="property_mgmt.callback_complaint",
        label=msg("投诉回访"),
        kind=DutyKind.CALLBACK,
        ticket_types=_COMPLAINT,
        starts=Trigger(states=("awaiting_callback", "settled")),
        stops=Trigger(moves=("close", "close_unreached", "rework", "take_up_again")),
        limit={
            rules.MAJOR: "property_mgmt.callback_major",
            rules.ORDINARY: "property_mgmt.callback_ordinary",
            "": "property_mgmt.callback_minor",
        },
        owed_by=(DEPARTMENT_MANAGER, "department_head"),
        warn_percents=_WARN,
        ladder=(_TO_PROJECT,),
        promised_field="next_callback_at",
        repeats=True,
        clauses=("001-01-19", "004-04-46", "004-04-47", "004-04-48", "004-04-49"),
    ),
    DutyRule(
        name="property_mgmt.visit_major",
        label=msg("部门经理上门回访"),
        kind=DutyKind.VISIT,
        ticket_types=_COMPLAINT,
        starts=Trigger(states=("awaiting_callback",)),
        stops=Trigger(on_fields=("visited_by",)),
        cancels=Trigger(moves=("rework",)),
        limit="property_mgmt.callback_major",
        when=(_MAJOR,),
        owed_by=(DEPARTMENT_MANAGER, "department_head"),
        warn_percents=_WARN,
        ladder=(_TO_PROJECT,),
        repeats=True,
        clauses=("004-04-47",),
    ),
)

_REPAIRS: tuple[DutyRule, ...] = (
    DutyRule(
        name="property_mgmt.dispatch",
        label=msg("派单"),
        kind=DutyKind.FORWARD,
        ticket_types=_REPAIR,
        starts=Trigger(on_opened=True, states=("pending",)),
        stops=Trigger(moves=("dispatch",)),
        limit="property_mgmt.dispatch",
        owed_by=_DESK,
        warn_percents=_WARN,
        on_reopen=OnReopen.RESTART,
        clauses=("001-01-14",),
    ),
    DutyRule(
        name="property_mgmt.on_site",
        label=msg("到场"),
        kind=DutyKind.ON_SITE,
        ticket_types=_REPAIR,
        starts=Trigger(moves=("dispatch", "redispatch")),
        stops=Trigger(moves=("arrive",)),
        limit="property_mgmt.on_site",
        owed_by=("assignee", AREA_FOREMAN, "department_head"),
        warn_percents=_WARN,
        promised_field="visit_at",
        ladder=(
            # Whoever took the call rings the customer and says why nobody is there yet.
            Rung(label=msg("致电业户说明未到场原因"), receivers=("owner", DESK_SUPERVISOR)),
            Rung(label=msg("告知区域领班"), receivers=(AREA_FOREMAN,)),
        ),
        repeats=True,
        clauses=("001-08-41", "004-09-08"),
    ),
    DutyRule(
        name="property_mgmt.finish_repair",
        label=msg("修好"),
        kind=DutyKind.RESOLVE,
        ticket_types=_REPAIR,
        starts=Trigger(on_opened=True),
        stops=Trigger(moves=("finish",)),
        limit="property_mgmt.finish_repair",
        owed_by=("assignee", AREA_FOREMAN, "department_head"),
        pauses_in=(StateCategory.WAITING_THIRD, StateCategory.WAITING_CUSTOMER),
        pause_cap="property_mgmt.pause_repair",
        expected_field="resume_on",
        warn_percents=_WARN,
        ladder=(_TO_DEPARTMENT,),
        on_reopen=OnReopen.RESTART,
        clauses=("001-08-16", "001-08-17", "001-08-19", "004-02-01"),
    ),
    DutyRule(
        name="property_mgmt.callback_repair",
        label=msg("维修回访"),
        kind=DutyKind.CALLBACK,
        ticket_types=_REPAIR,
        starts=Trigger(states=("confirmed",)),
        stops=Trigger(moves=("call_back", "close_unreached")),
        limit="property_mgmt.callback_repair",
        when=(Condition("category", (*rules.TRADES, "")),),
        owed_by=_DESK,
        warn_percents=_WARN,
        ladder=(_TO_DEPARTMENT,),
        promised_field="next_callback_at",
        repeats=True,
        clauses=("001-08-47", "004-03-05", "004-09-10"),
    ),
    DutyRule(
        name="property_mgmt.callback_service",
        label=msg("便民服务回访"),
        kind=DutyKind.CALLBACK,
        ticket_types=_REPAIR,
        starts=Trigger(states=("confirmed",)),
        stops=Trigger(moves=("call_back", "close_unreached")),
        limit="property_mgmt.callback_service",
        when=(Condition("category", (rules.SERVICE,)),),
        owed_by=_DESK,
        warn_percents=_WARN,
        promised_field="next_callback_at",
        repeats=True,
        clauses=("001-01-21", "004-02-13"),
    ),
)

#: Goods are never held back for money that is owed: somebody talks about it instead.
_ARREARS: tuple[DutyRule, ...] = (
    DutyRule(
        name="property_mgmt.arrears_talk",
        label=msg("与业户约谈欠费"),
        kind=DutyKind.OTHER,
        ticket_types=("goods_release",),
        starts=Trigger(moves=("verify",)),
        stops=Trigger(on_fields=("talk_result",)),
        limit="property_mgmt.arrears_talk",
        when=(Condition("has_arrears", ("yes",)),),
        owed_by=(DESK_SUPERVISOR,),
        after_closing=True,
        clauses=("000-02-07", "001-05-02"),
    ),
)

DUTY_RULES: tuple[DutyRule, ...] = (*_FORWARDING, *_ANSWERS, *_HANDLING, *_VISITS, *_REPAIRS, *_ARREARS)
