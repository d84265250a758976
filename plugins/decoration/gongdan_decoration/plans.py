"""What a decoration company does again and again: calls while works run and for two years after, the weekly report."""

from gongdan.api import DutyKind, Phase, PlanRule, Trigger, msg
from gongdan_decoration.roles import SERVICE_MANAGER, SERVICE_SPECIALIST

_REST_DAYS = "decoration.plan_rest_days"
_CATCH_UP = "decoration.plan_catch_up"
_CALLING_HOURS = "decoration.calling_hours"
_CALLERS = ("owner", SERVICE_SPECIALIST, SERVICE_MANAGER)

PLAN_RULES: tuple[PlanRule, ...] = (
    PlanRule(
        name="decoration.works_calls",
        label=msg("施工期间回访"),
        kind=DutyKind.CALLBACK,
        phases=(Phase("decoration.works_calls"),),
        limit="decoration.works_calls_within",
        rest_days=_REST_DAYS,
        catch_up=_CATCH_UP,
        window=_CALLING_HOURS,
        ticket_types=("site_works",),
        starts=Trigger(moves=("begin",)),
        ends=Trigger(states=("completed",)),
        anchor_field="begun_on",
        owed_by=_CALLERS,
        warn_percents=(80,),
        clauses=("000-04-117", "000-04-118", "002-01-88"),
    ),
    PlanRule(
        name="decoration.completed_calls",
        label=msg("完工后回访"),
        kind=DutyKind.CALLBACK,
        phases=(
            Phase("decoration.first_year_calls", "decoration.first_year"),
            Phase("decoration.second_year_calls", "decoration.second_year"),
        ),
        limit="decoration.completed_calls_within",
        rest_days=_REST_DAYS,
        catch_up=_CATCH_UP,
        window=_CALLING_HOURS,
        ticket_types=("site_works",),
        starts=Trigger(states=("completed",)),
        anchor_field="completed_on",
        after_closing=True,
        owed_by=_CALLERS,
        warn_percents=(80,),
        clauses=("000-04-122", "000-04-123", "002-01-88"),
    ),
    PlanRule(
        name="decoration.weekly_report",
        label=msg("客服服务部周报表"),
        kind=DutyKind.REPORT,
        phases=(Phase("decoration.weekly_report"),),
        limit="decoration.weekly_report_within",
        rest_days=_REST_DAYS,
        catch_up=_CATCH_UP,
        owed_by=(SERVICE_SPECIALIST,),
        warn_percents=(80,),
        clauses=("000-04-115",),
    ),
)
