"""What a new case is taken for, from the words of the caller."""

import pytest

from gongdan.api import Draft
from gongdan_property_mgmt.plugin import classify_draft


def _sorted(kind: str, description: str) -> dict[str, str] | None:
    return classify_draft(Draft(kind, "", description, "3-2-501", "phone", {}, {}))


@pytest.mark.clause("004-04-08")
@pytest.mark.parametrize(
    "description",
    [
        "老人在大堂滑倒摔伤，已经送医院",
        "楼上漏水把木地板泡坏了，要求赔偿",
        "电瓶车在车棚被盗",
        "再不处理就找电视台曝光",
        "记者已经打电话来问停水的事",
    ],
)
def test_injury_loss_and_press_make_a_complaint_major(description: str) -> None:
    found = _sorted("complaint", description)
    assert found is not None
    assert found["severity"] == "major"


@pytest.mark.parametrize(
    "description",
    ["小区健身器材螺丝松动，差点伤到孩子，希望当天处理", "险些被落叶滑倒摔伤", "垃圾桶满了两天没有清运，异味很大"],
)
def test_what_nearly_happened_has_not_happened(description: str) -> None:
    assert "severity" not in (_sorted("complaint", description) or {})


@pytest.mark.parametrize(
    ("description", "category"),
    [
        ("保安对访客登记不认真，昨天有推销人员直接上楼敲门", "security"),
        ("地下车库有人长期占用消防通道停车，没有人管", "parking"),
        ("垃圾桶满了两天没有清运，异味很大", "cleaning"),
        ("维修师傅约好上午来，等到下午四点还没到也不来电话", "repair_service"),
        ("水景灯坏了半个月", "facilities"),
    ],
)
def test_a_complaint_is_sorted_by_what_it_is_about(description: str, category: str) -> None:
    assert _sorted("complaint", description) == {"category": category}


@pytest.mark.parametrize(
    ("description", "category", "severity"),
    [
        ("厨房水管接口漏水，地板已泡湿一片，请尽快派人处理", "plumbing", "urgent"),
        ("卫生间地漏返味严重，洗澡时下水很慢", "plumbing", "normal"),
        ("客厅空气开关反复跳闸，怀疑是空调线路问题", "electrical", "normal"),
        ("楼道声控灯不亮，晚上老人上下楼不方便", "electrical", "normal"),
        ("电梯困人，请马上来", "lift", "urgent"),
        ("电梯关门时有异响，到五层会停顿一下", "lift", "normal"),
        ("阳台推拉门滑轮脱落，推不动了", "doors_windows", "normal"),
        ("入户门锁芯卡顿，钥匙要转很多次才能打开", "doors_windows", "normal"),
        ("对讲系统没有声音，访客按门铃听不见", "low_voltage", "normal"),
        ("燃气表箱门松动，需要固定", "gas", "normal"),
        ("暖气不热，测量室温只有十五度", "heating", "normal"),
    ],
)
def test_a_repair_is_sorted_by_trade_and_urgency(description: str, category: str, severity: str) -> None:
    assert _sorted("repair", description) == {"category": category, "severity": severity}


def test_words_that_say_nothing_leave_the_kind_open() -> None:
    assert _sorted("repair", "请师傅来看一下") == {"severity": "normal"}
    assert _sorted("complaint", "我要投诉") == {}


def test_tickets_of_other_trades_are_left_alone() -> None:
    assert _sorted("installation_order", "被盗") is None
