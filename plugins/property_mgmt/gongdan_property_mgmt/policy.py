"""What every property company decides for itself: how long each step may take.

No limit has a proposed value: a figure comes from a regulation, by a pack, or from the company. Where a clause says
"promptly", no pack has one either.
"""

from typing import Final

from gongdan.api import CATCH_UP_CHOICES, REST_DAY_CHOICES, PolicyKey, PolicyKind, msg

#: Whether the papers are kept in the system; while a company has not decided, cases go on without them.
REPAIR_ORDER: Final = "property_mgmt.repair_order_kept"
COMPLAINT_RECORD: Final = "property_mgmt.complaint_record_kept"


def _limit(name: str, label: str, *clauses: str) -> PolicyKey:
    return PolicyKey(f"property_mgmt.{name}", label, PolicyKind.LIMIT, clauses, lowest="1 min", highest="90 day")


COMPLAINT_KEYS: tuple[PolicyKey, ...] = (
    _limit("forward_major", msg("重大投诉：定级或升级后多久转办"), "004-04-28"),
    _limit("forward_ordinary", msg("一般投诉：受理后多久转办"), "004-04-31", "004-09-17"),
    _limit("forward_minor", msg("轻微投诉：受理后多久转办"), "004-04-33", "004-09-14"),
    _limit("forward_night", msg("夜间一般投诉：何时转给客服人员"), "004-04-16"),
    _limit("report_major", msg("重大投诉：多久上报领导"), "004-04-29", "001-08-21"),
    _limit("report_major_night", msg("夜间重大投诉：多久告知各级经理"), "004-04-17"),
    _limit("first_answer", msg("有效投诉：多久首次答复"), "001-01-16", "004-04-22"),
    _limit("tell_invalid", msg("无效投诉：认定后多久告知业户"), "001-01-18", "004-04-40"),
    _limit("help_invalid", msg("无效投诉：多久联系相关方协商解决"), "004-04-41"),
    _limit("tell_progress", msg("处理期间：多久向客户通报一次进度"), "004-04-12", "004-04-39"),
    _limit("investigate_major", msg("重大投诉：多久查清事件经过"), "004-04-30"),
    _limit("investigate", msg("一般与轻微投诉：多久查清事件经过"), "004-04-35"),
    _limit("resolve_major", msg("重大投诉：多久解决"), "004-04-30", "001-08-49"),
    _limit("resolve_ordinary", msg("一般投诉：多久处理完"), "004-04-32", "004-09-18", "001-08-49"),
    _limit("resolve_minor", msg("轻微投诉：多久解决"), "004-04-34", "004-09-15", "001-08-49"),
    _limit("callback_major", msg("重大投诉：办完后多久上门回访"), "004-04-47", "001-01-19"),
    _limit("callback_ordinary", msg("一般投诉：办完后多久回访"), "004-04-48", "001-01-19"),
    _limit("callback_minor", msg("轻微投诉：办完后多久回访"), "004-04-49", "001-01-19"),
)

REPAIR_KEYS: tuple[PolicyKey, ...] = (
    _limit("dispatch", msg("报修：受理后多久派工"), "001-01-14"),
    _limit("on_site", msg("报修：派工后多久到场"), "001-08-41", "004-09-08"),
    _limit("finish_repair", msg("报修：多久修好"), "001-08-16", "001-08-19", "004-02-01"),
    _limit("pause_repair", msg("报修：累计最多暂停多久"), "001-08-17"),
    _limit("callback_repair", msg("报修：完工后多久回访"), "004-03-05", "004-09-10", "001-08-47"),
    _limit("callback_service", msg("便民服务：完成后多久回访"), "001-01-21", "004-02-13"),
)


def _key(name: str, label: str, kind: PolicyKind, *clauses: str) -> PolicyKey:
    return PolicyKey(f"property_mgmt.{name}", label, kind, clauses)


PLAN_KEYS: tuple[PolicyKey, ...] = (
    _key("visits", msg("走访住户：多久一次"), PolicyKind.RECURRENCE, "001-01-20", "004-05-08"),
    _key("visits_share", msg("走访住户：每次走访几成"), PolicyKind.PERCENT, "001-01-20", "004-05-08"),
    _limit("visits_within", msg("走访住户：多久走访完"), "001-01-20", "004-05-08"),
    _key("log_samples", msg("抽查值班记录：多久一次"), PolicyKind.RECURRENCE, "001-01-07"),
    _key("log_sample_share", msg("抽查值班记录：抽查几成"), PolicyKind.PERCENT, "001-01-07"),
    _limit("log_sample_within", msg("抽查值班记录：多久查完"), "001-01-07"),
    _key("surveys", msg("发放问卷：每年哪几天"), PolicyKind.RECURRENCE, "001-01-22", "004-09-02"),
    _limit("survey_within", msg("发放问卷：多久发完"), "001-01-22", "004-09-02"),
    _key("complaint_reports", msg("投诉工作月报：每月哪一天"), PolicyKind.RECURRENCE, "001-01-57"),
    _limit("complaint_report_within", msg("投诉工作月报：多久出具"), "001-01-57"),
    # No source says it; the plans would stand still if nothing were proposed. Visits that are drawn on the first of a
    # month belong to that month, and 1 January, 1 May and 1 October are always holidays.
    PolicyKey(
        "property_mgmt.visits_rest_days",
        msg("走访住户：计划日不上班怎么办"),
        PolicyKind.CHOICE,
        proposed="after",
        choices=REST_DAY_CHOICES,
    ),
    PolicyKey(
        "property_mgmt.plan_rest_days",
        msg("定期事项：计划日不上班怎么办"),
        PolicyKind.CHOICE,
        proposed="before",
        choices=REST_DAY_CHOICES,
    ),
    PolicyKey(
        "property_mgmt.plan_catch_up",
        msg("定期事项：系统停用期间错过的怎么办"),
        PolicyKind.CHOICE,
        proposed="merge",
        choices=CATCH_UP_CHOICES,
    ),
)

PAPER_KEYS: tuple[PolicyKey, ...] = (
    PolicyKey(
        REPAIR_ORDER,
        msg("维修工作单：关闭前是否必须在系统中归档"),
        PolicyKind.YES_NO,
        ("001-08-39", "001-08-45", "004-09-07"),
    ),
    PolicyKey(
        COMPLAINT_RECORD,
        msg("投诉处理记录表：关闭前是否必须在系统中归档"),
        PolicyKind.YES_NO,
        ("004-04-25", "004-04-38", "004-04-52"),
    ),
)


def _promise(name: str, label: str) -> PolicyKey:
    return PolicyKey(f"property_mgmt.{name}", label, PolicyKind.MONEY, ("001-13-64", "003-04-40"), lowest="0")


#: The table of limits is missing in the sources: every company fills it in.
APPROVAL_KEYS: tuple[PolicyKey, ...] = (
    _promise("supervisor_promises", msg("客服主管可以核决的赔付金额")),
    _promise("manager_promises", msg("部门经理可以核决的赔付金额")),
    _promise("project_manager_promises", msg("项目经理可以核决的赔付金额")),
    _limit("compensation_answered", msg("赔付核决：多久内审批"), "003-04-32"),
)


def _longest(kind: str, label: str, *clauses: str) -> PolicyKey:
    return PolicyKey(f"property_mgmt.{kind}_longest", label, PolicyKind.PERIOD, clauses)


def _longest_at_once(kind: str, label: str, *clauses: str) -> PolicyKey:
    return PolicyKey(f"property_mgmt.{kind}_longest", label, PolicyKind.LIMIT, clauses, lowest="1 min", highest="168 h")


def _amount(name: str, label: str, *clauses: str) -> PolicyKey:
    return PolicyKey(f"property_mgmt.{name}", label, PolicyKind.MONEY, clauses, lowest="0")


def _quota(kind: str, label: str, *clauses: str) -> PolicyKey:
    return PolicyKey(
        f"property_mgmt.{kind}_quota",
        label,
        PolicyKind.INTEGER,
        clauses,
        lowest="0",
        highest="1000",
        unit_label=msg("张"),
    )


#: No source names a figure, so none is proposed.
PERMIT_KEYS: tuple[PolicyKey, ...] = (
    PolicyKey("property_mgmt.permit_warning", msg("许可：到期前多久提醒"), PolicyKind.PERIOD, ("001-08-61",)),
    _limit("permit_answer", msg("许可：各部门多久会签"), "001-08-14", "003-11-07"),
    _longest("work_permit", msg("施工许可证：最长有效多久"), "001-01-45"),
    _amount("work_permit_fee", msg("施工许可证：收费多少"), "001-01-45"),
    _amount("work_permit_deposit", msg("施工许可证：押金多少"), "001-01-45"),
    _longest("work_extension", msg("装修延期：最长有效多久"), "001-01-43"),
    _amount("work_extension_fee", msg("装修延期：收费多少"), "001-01-43"),
    _longest("temporary_pass", msg("临时出入证：最长有效多久"), "000-05-09"),
    _amount("temporary_pass_fee", msg("临时出入证：收费多少"), "000-05-09"),
    _amount("temporary_pass_deposit", msg("临时出入证：押金多少"), "000-05-09"),
    _longest("worker_pass", msg("施工人员出入证：最长有效多久"), "000-05-10"),
    _amount("worker_pass_fee", msg("施工人员出入证：收费多少"), "000-05-10"),
    _amount("worker_pass_deposit", msg("施工人员出入证：押金多少"), "000-05-10"),
    _amount("phone_opening_fee", msg("电话开通：收费多少"), "000-05-11"),
    _amount("phone_move_fee", msg("电话迁移：收费多少"), "000-05-12"),
    _amount("phone_swap_fee", msg("电话对调：收费多少"), "000-05-13"),
    _amount("directory_sign_fee", msg("公司水牌制作：收费多少"), "000-05-14"),
    _longest("temporary_power", msg("临时用电：最长有效多久"), "000-05-15"),
    _amount("temporary_power_fee", msg("临时用电：收费多少"), "000-05-15"),
    _amount("temporary_power_deposit", msg("临时用电：押金多少"), "000-05-15"),
    _longest_at_once("hot_work", msg("动火许可证：最长有效多久"), "000-05-16", "001-01-44"),
    _longest_at_once("goods_lift", msg("货梯专用：最长有效多久"), "000-05-17"),
    _amount("goods_lift_fee", msg("货梯专用：收费多少"), "000-05-17"),
    _longest_at_once("meeting_room", msg("会议室临时租用：最长有效多久"), "000-05-18"),
    _amount("meeting_room_fee", msg("会议室临时租用：收费多少"), "000-05-18"),
    _longest("bike_parking", msg("摩托车、自行车停放：最长有效多久"), "000-05-19"),
    _amount("bike_parking_fee", msg("摩托车、自行车停放：收费多少"), "000-05-19"),
    _quota("bike_parking", msg("摩托车、自行车停放：每处同时最多几张"), "000-05-19"),
    _amount("lock_breaking_fee", msg("破门锁：收费多少"), "000-05-21"),
    _amount("lock_change_fee", msg("换门锁：收费多少"), "000-05-22"),
    _longest("door_boarding", msg("大门临时封板：最长有效多久"), "000-05-23"),
    _amount("extension_hire_fee", msg("电话分机租用：收费多少"), "000-05-24"),
    _amount("leaflets_fee", msg("代派资料：收费多少"), "000-05-25"),
    _longest("parking", msg("停车证：最长有效多久"), "001-08-60"),
    _amount("parking_fee", msg("停车证：收费多少"), "001-08-60"),
    _quota("parking", msg("停车证：每处同时最多几张"), "001-08-60"),
    _longest_at_once("goods_release", msg("物品放行条：最长有效多久"), "001-01-02"),
)

#: Somebody talks with whoever moves out and owes money; the goods leave nevertheless.
TALK_KEYS: tuple[PolicyKey, ...] = (
    _limit("arrears_talk", msg("物品放行时有欠费：多久与业户约谈"), "000-02-07", "001-05-02"),
)

POLICY_KEYS = (*COMPLAINT_KEYS, *REPAIR_KEYS, *PLAN_KEYS, *PAPER_KEYS, *APPROVAL_KEYS, *PERMIT_KEYS, *TALK_KEYS)
