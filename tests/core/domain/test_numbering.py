from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from gongdan.domain.numbering import NumberPattern

SHANGHAI = ZoneInfo("Asia/Shanghai")


def _local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.clause("001-13-22")
@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("BX{yyyy}{mm}-{serial:4}", "BX202603-0007"),
        ("{company}-{yy}{mm}{dd}-{serial:3}", "xingfu-260305-007"),
        ("投诉{yyyy}第{serial}号", "投诉2026第7号"),
        ("{serial:6}", "000007"),
        ("{serial:1}", "7"),
    ],
)
def test_a_number_is_made_of_company_date_and_serial(pattern: str, number: str) -> None:
    assert NumberPattern(pattern).format("xingfu", _local("2026-03-05 10:00"), 7) == number


def test_a_serial_longer_than_its_width_is_written_in_full() -> None:
    assert NumberPattern("BX{serial:2}").format("xingfu", _local("2026-03-05"), 12345) == "BX12345"


@pytest.mark.parametrize(
    ("pattern", "before", "after"),
    [
        ("{yyyy}-{serial}", ("2026-12-31 23:59", "2026"), ("2027-01-01 00:00", "2027")),
        ("{yy}-{serial}", ("2026-12-31 23:59", "2026"), ("2027-01-01 00:00", "2027")),
        ("{yyyy}{mm}-{serial}", ("2026-02-28 23:59", "2026-02"), ("2026-03-01 00:00", "2026-03")),
        ("{yyyy}{mm}{dd}-{serial}", ("2028-02-29 23:59", "2028-02-29"), ("2028-03-01 00:00", "2028-03-01")),
        ("{serial}", ("2026-12-31 23:59", ""), ("2027-01-01 00:00", "")),
    ],
)
def test_the_finest_date_part_decides_when_serials_start_again(
    pattern: str, before: tuple[str, str], after: tuple[str, str]
) -> None:
    for moment, period in (before, after):
        assert NumberPattern(pattern).period(_local(moment)) == period


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("BX{yyyy}", "number pattern has no {serial}"),
        ("", "number pattern has no {serial}"),
        ("BX{year}-{serial}", "number pattern has an unknown placeholder"),
        ("BX{serial:12}", "number pattern has an unknown placeholder"),
        ("BX{serial", "number pattern has an unknown placeholder"),
        ("BX{{serial}", "number pattern has an unknown placeholder"),
        ("{yyyy}{dd}-{serial}", "number pattern repeats: a finer date part stands without the coarser one"),
        ("{mm}-{serial}", "number pattern repeats: a finer date part stands without the coarser one"),
    ],
)
def test_a_pattern_that_would_repeat_or_cannot_be_read_is_a_problem(pattern: str, problem: str) -> None:
    assert problem in NumberPattern(pattern).problems()


@pytest.mark.parametrize("pattern", ["{serial}", "{company}{yy}{mm}{dd}{serial:9}", "({yyyy}){serial}"])
def test_a_pattern_that_never_repeats_has_no_problem(pattern: str) -> None:
    assert NumberPattern(pattern).problems() == ()
