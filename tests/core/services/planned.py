"""The sample plugin with plans of every sort, and time that passes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from types import ModuleType

from gongdan.domain.duties import DutyKind, Trigger
from gongdan.domain.fields import Choice, Field, FieldKind
from gongdan.domain.plans import CatchUp, OccupiedAssets, Phase, PlanRule, RestDays, Sample
from gongdan.domain.policy import PolicyKey
from gongdan.domain.policy_values import PolicyKind
from gongdan.domain.rulebook import Clause, Rulebook
from gongdan.domain.workflow import StateCategory
from gongdan.services.desk import CompanyDesk
from gongdan.services.plan_rows import PlanView
from gongdan.testing import sample
from gongdan.testing.fakes import make_plugin

Wait = Callable[[datetime], None]


def at(month: int, day: int, hour: int = 9, minute: int = 0, year: int = 2026) -> datetime:
    """Return a moment in Shanghai."""
    return datetime(year, month, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def plan_of(desk: CompanyDesk, name: str) -> PlanView:
    """Return the company's plan by a rule of the sample plugin, whether it runs or has ended."""
    return next(plan for plan in desk.plans.all(is_running=None) if plan.rule == f"sample.{name}")


def _key(name: str, kind: PolicyKind, proposed: str | None = None) -> PolicyKey:
    choices = {
        "rest_days": tuple(Choice(each.value, each.value) for each in RestDays),
        "catch_up": tuple(Choice(each.value, each.value) for each in CatchUp),
    }
    return PolicyKey(f"sample.{name}", name, kind, proposed=proposed, choices=choices.get(name, ()))


KEYS = (
    _key("report", PolicyKind.RECURRENCE, "week:fri"),
    _key("report_within", PolicyKind.LIMIT, "same_day"),
    _key("rest_days", PolicyKind.CHOICE, "before"),
    _key("catch_up", PolicyKind.CHOICE, "each"),
    _key("visits", PolicyKind.RECURRENCE, "month:1"),
    _key("visits_share", PolicyKind.PERCENT, "40"),
    _key("visits_within", PolicyKind.LIMIT, "month+0:31"),
    _key("audit", PolicyKind.RECURRENCE, None),
    _key("calls", PolicyKind.RECURRENCE, "1 month"),
    _key("calls_until", PolicyKind.PERIOD, "1 year"),
    _key("calls_later", PolicyKind.RECURRENCE, "3 month"),
    _key("calls_end", PolicyKind.PERIOD, "2 year"),
    _key("calls_within", PolicyKind.LIMIT, "2 workday"),
    _key("calling_hours", PolicyKind.HOURS, "10:30-11:30 15:00-17:30"),
)

#: On Friday, on the working day before where that is a rest day.
REPORT = PlanRule(
    name="sample.report",
    label="客服周报",
    kind=DutyKind.REPORT,
    phases=(Phase("sample.report"),),
    limit="sample.report_within",
    rest_days="sample.rest_days",
    catch_up="sample.catch_up",
    owed_by=("sample_engineer",),
    clauses=("SAMPLE-P1",),
)

#: Two fifths of the occupied flats a month, none twice before all have had their turn.
VISITS = PlanRule(
    name="sample.visits",
    label="走访住户",
    kind=DutyKind.VISIT,
    phases=(Phase("sample.visits"),),
    limit="sample.visits_within",
    catch_up=CatchUp.MISSED,
    sample=Sample(OccupiedAssets("sample_unit", ("sample_owner",)), "sample.visits_share", no_repeats=True),
    owed_by=("agent",),
    clauses=("SAMPLE-P2",),
)

#: Nobody has decided how often.
AUDIT = PlanRule(
    name="sample.audit",
    label="抽查",
    kind=DutyKind.CHECK,
    phases=(Phase("sample.audit"),),
    limit="sample.report_within",
    owed_by=("sample_engineer",),
)

#: Every month in the first year after the repair, every quarter in the second.
CALLS = PlanRule(
    name="sample.calls",
    label="定期回访",
    kind=DutyKind.CALLBACK,
    phases=(Phase("sample.calls", "sample.calls_until"), Phase("sample.calls_later", "sample.calls_end")),
    limit="sample.calls_within",
    rest_days=RestDays.AFTER,
    window="sample.calling_hours",
    ticket_types=("sample_repair",),
    starts=Trigger(categories=(StateCategory.DONE,)),
    ends=Trigger(on_reopened=True),
    anchor_field="repaired_on",
    after_closing=True,
    owed_by=("owner",),
    warn_percents=(50,),
    clauses=("SAMPLE-P3",),
)

RULES = (REPORT, VISITS, AUDIT, CALLS)
_CLAUSES = tuple(Clause(f"SAMPLE-P{number}", "定期", "Regularly") for number in (1, 2, 3))


@cache
def with_plans(*rules: PlanRule) -> ModuleType:
    """Return the sample plugin with plan rules."""

    def rulebook() -> Rulebook:
        book = sample.register_rulebook()
        repair = replace(
            sample.REPAIR,
            fields=(*sample.REPAIR.fields, Field(name="repaired_on", label="修好日期", kind=FieldKind.DATE)),
        )
        return replace(
            book,
            ticket_types=(repair,),
            policy_keys=(*book.policy_keys, *KEYS),
            plan_rules=rules or RULES,
            clauses=(*book.clauses, *_CLAUSES),
        )

    return make_plugin(register_rulebook=rulebook)
