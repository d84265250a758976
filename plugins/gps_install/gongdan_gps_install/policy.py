"""What each company that fits terminals decides for itself: the regulation names no figure."""

from gongdan.api import PolicyKey, PolicyKind, msg

POLICY_KEYS = (
    PolicyKey(
        "gps_install.order_answered",
        msg("派工单与维修服务单多久内审批"),
        PolicyKind.LIMIT,
        ("001-03-15",),
        lowest="5 min",
    ),
    PolicyKey(
        "gps_install.word_confirmed",
        msg("口头同意多久内补签"),
        PolicyKind.LIMIT,
        ("001-03-41", "001-03-42"),
        lowest="5 min",
    ),
)
