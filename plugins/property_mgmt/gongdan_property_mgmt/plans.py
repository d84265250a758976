"""What a property office does again and again: visits, samples of the duty log, surveys, the monthly report.

How often, how many and by when is for the policy to say.
"""

from gongdan.api import DutyKind, LogEntries, OccupiedAssets, Phase, PlanRule, RestDays, Sample, msg
from gongdan_property_mgmt.assets import UNIT
from gongdan_property_mgmt.roles import DEPARTMENT_MANAGER, DESK_CLERK, DESK_SUPERVISOR

_REST_DAYS = "property_mgmt.plan_rest_days"
_CATCH_UP = "property_mgmt.plan_catch_up"

PLAN_RULES: tuple[PlanRule, ...] = (
    PlanRule(
        name="property_mgmt.household_visits",
        label=msg("走访住户"),
        kind=DutyKind.VISIT,
        phases=(Phase("property_mgmt.visits"),),
        limit="property_mgmt.visits_within",
        rest_days="property_mgmt.visits_rest_days",
        catch_up=_CATCH_UP,
        sample=Sample(
            OccupiedAssets(UNIT.name, ("owner", "tenant", "resident")), "property_mgmt.visits_share", no_repeats=True
        ),
        owed_by=(DESK_CLERK, DESK_SUPERVISOR),
        warn_percents=(50, 80),
        clauses=("001-01-20", "004-05-08"),
    ),
    PlanRule(
        name="property_mgmt.log_sample",
        label=msg("抽查值班记录"),
        kind=DutyKind.CHECK,
        phases=(Phase("property_mgmt.log_samples"),),
        limit="property_mgmt.log_sample_within",
        # The day is drawn among working days; it is not announced.
        rest_days=RestDays.KEEP,
        catch_up=_CATCH_UP,
        sample=Sample(LogEntries(), "property_mgmt.log_sample_share"),
        owed_by=(DEPARTMENT_MANAGER,),
        warn_percents=(80,),
        clauses=("001-01-07",),
    ),
    PlanRule(
        name="property_mgmt.survey",
        label=msg("发放问卷"),
        kind=DutyKind.OTHER,
        phases=(Phase("property_mgmt.surveys"),),
        limit="property_mgmt.survey_within",
        rest_days=_REST_DAYS,
        catch_up=_CATCH_UP,
        owed_by=(DESK_CLERK, DESK_SUPERVISOR),
        warn_percents=(50, 80),
        clauses=("001-01-22", "004-09-02"),
    ),
    PlanRule(
        name="property_mgmt.complaint_report",
        label=msg("部门客户投诉工作月报"),
        kind=DutyKind.REPORT,
        phases=(Phase("property_mgmt.complaint_reports"),),
        limit="property_mgmt.complaint_report_within",
        rest_days=_REST_DAYS,
        catch_up=_CATCH_UP,
        owed_by=(DESK_SUPERVISOR,),
        warn_percents=(80,),
        clauses=("001-01-57",),
    ),
)
