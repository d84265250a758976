"""What has to be done before a post may be handed over."""

from dataclasses import replace

import pytest

from gongdan.domain.handovers import CountedItem, HandoverState, OpenMatter, signing_refusals

READY = HandoverState(
    items=(CountedItem("对讲机", 2, 2), CountedItem("钥匙", 12, 11, "一把借给工程部李建国")),
    has_read_log=True,
    is_area_normal=True,
    is_desk_tidy=True,
    matters=(OpenMatter("ticket", "a", "BX001", "电梯异响"),),
)
IMPORTANT = OpenMatter("ticket", "b", "TS002", "水管爆裂", blocks=True)


def clauses(state: HandoverState) -> list[tuple[str, ...]]:
    return [refusal.clauses for refusal in signing_refusals(state)]


def test_a_post_in_order_can_be_handed_over_with_ordinary_work_open() -> None:
    assert clauses(READY) == []


@pytest.mark.clause("001-08-36")
def test_important_work_stands_in_the_way_until_somebody_takes_it_over() -> None:
    state = replace(READY, matters=(*READY.matters, IMPORTANT))
    (refusal,) = signing_refusals(state)
    assert (refusal.clauses, refusal.params) == (("001-08-36",), {"number": "TS002", "subject": "水管爆裂"})
    assert clauses(replace(state, taken_over=frozenset({"b"}))) == []


@pytest.mark.clause("001-08-26", "001-08-27")
def test_every_thing_is_counted_and_a_difference_explained() -> None:
    items = CountedItem("对讲机", 2), CountedItem("钥匙", 12, 11), CountedItem("雨伞", 3, 4, " ")
    assert clauses(replace(READY, items=items)) == [("001-08-26",), ("001-08-27",), ("001-08-27",)]


@pytest.mark.clause("001-08-28", "001-08-30", "001-08-32")
def test_the_log_is_read_the_area_looked_at_and_the_desk_tidied() -> None:
    nothing = HandoverState()
    assert clauses(nothing) == [("001-08-32",), ("001-08-28",), ("001-08-30",)]
    abnormal = replace(READY, is_area_normal=False)
    assert clauses(abnormal) == [("001-08-30",)]
    assert clauses(replace(abnormal, area_explanation="大堂灯坏，已报修")) == []
