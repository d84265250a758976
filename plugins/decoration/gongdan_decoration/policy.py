"""What every decoration company decides for itself: how often customers are called, and by when.

No figure is proposed but for what no source speaks of: it comes from a regulation, by a pack, or from the company.
"""

from gongdan.api import CATCH_UP_CHOICES, REST_DAY_CHOICES, PolicyKey, PolicyKind, msg


def _key(name: str, label: str, kind: PolicyKind, *clauses: str) -> PolicyKey:
    return PolicyKey(f"decoration.{name}", label, kind, clauses)


def _limit(name: str, label: str, *clauses: str) -> PolicyKey:
    return PolicyKey(f"decoration.{name}", label, PolicyKind.LIMIT, clauses, lowest="1 min", highest="90 day")


POLICY_KEYS: tuple[PolicyKey, ...] = (
    _key("works_calls", msg("施工期间回访：多久一次"), PolicyKind.RECURRENCE, "000-04-118"),
    _limit("works_calls_within", msg("施工期间回访：多久完成"), "000-04-118"),
    _key("first_year_calls", msg("完工后第一阶段回访：多久一次"), PolicyKind.RECURRENCE, "000-04-122"),
    _key("first_year", msg("完工后第一阶段：到完工后多久为止"), PolicyKind.PERIOD, "000-04-122"),
    _key("second_year_calls", msg("完工后第二阶段回访：多久一次"), PolicyKind.RECURRENCE, "000-04-123"),
    _key("second_year", msg("完工后第二阶段：到完工后多久为止"), PolicyKind.PERIOD, "000-04-123"),
    _limit("completed_calls_within", msg("完工后回访：多久完成"), "000-04-122", "000-04-123"),
    _key("calling_hours", msg("电话回访的时段"), PolicyKind.HOURS, "002-01-88"),
    _key("weekly_report", msg("客服服务部周报表：哪一天"), PolicyKind.RECURRENCE, "000-04-115"),
    _limit("weekly_report_within", msg("客服服务部周报表：多久交经理"), "000-04-115"),
    PolicyKey(
        "decoration.plan_rest_days",
        msg("定期事项：计划日不上班怎么办"),
        PolicyKind.CHOICE,
        proposed="before",
        choices=REST_DAY_CHOICES,
    ),
    PolicyKey(
        "decoration.plan_catch_up",
        msg("定期事项：系统停用期间错过的怎么办"),
        PolicyKind.CHOICE,
        proposed="merge",
        choices=CATCH_UP_CHOICES,
    ),
)
