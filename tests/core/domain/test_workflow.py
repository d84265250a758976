from dataclasses import replace
from typing import Any

import pytest

from gongdan.domain.workflow import (
    Guard,
    Move,
    MoveAttempt,
    State,
    StateCategory,
    Workflow,
    check_always,
    check_move,
    is_empty,
)
from gongdan.errors import Refusal

NEW = State("new", "待派单", StateCategory.NEW)
DOING = State("doing", "处理中", StateCategory.WAITING_US)
CLOSED = State("closed", "已关闭", StateCategory.CLOSED)


def _refuse_without_photo(attempt: MoveAttempt) -> str | None:
    return None if attempt.fields.get("photo") else "须有现场照片"


PHOTO = Guard(name="photo", label="现场照片", check=_refuse_without_photo, clauses=("001-12-03",), field="photo")
START = Move(name="start", label="开始", from_states=("new",), to_state="doing")
CLOSE = Move(
    name="close",
    label="关闭",
    from_states=("doing",),
    to_state="closed",
    roles=("supervisor",),
    requires=("result", "cause"),
    guards=("photo",),
    needs_remark=True,
    usual=True,
    clauses=("001-13-07",),
)
CANCEL = Move(name="cancel", label="取消", from_states=("new", "doing"), to_state="closed")
FLOW = Workflow(states=(NEW, DOING, CLOSED), moves=(START, CANCEL, CLOSE), guards=(PHOTO,))

READY = MoveAttempt(
    ticket={"state": "doing", "cause": "wear"},
    fields={"result": "已更换软管", "photo": "1.jpg"},
    given={"remark": "客户已确认"},
    roles=("supervisor",),
    actor="",
)


def _guards(flow: Workflow, move: Move, attempt: MoveAttempt) -> list[str]:
    return [refusal.guard for refusal in check_move(flow, move, attempt)]


def test_a_move_whose_rules_are_all_kept_passes() -> None:
    assert check_move(FLOW, CLOSE, READY) == ()


@pytest.mark.parametrize(
    ("broken", "refusal"),
    [
        (
            {"ticket": {"state": "new", "cause": "wear"}},
            Refusal("from_state", "工单当前的状态不允许这一步", ("001-13-07",)),
        ),
        (
            {"roles": ("agent",)},
            Refusal("role", "这一步须由以下角色执行：{roles}", ("001-13-07",), params={"roles": "supervisor"}),
        ),
        ({"fields": {"photo": "1.jpg"}}, Refusal("required", "必须填写", ("001-13-07",), "result")),
        (
            {"fields": {"photo": "1.jpg", "result": " "}},
            Refusal("required", "必须填写", ("001-13-07",), "result"),
        ),
        ({"ticket": {"state": "doing", "cause": ""}}, Refusal("required", "必须填写", ("001-13-07",), "cause")),
        ({"given": {}}, Refusal("remark", "请写明原因", ("001-13-07",), "remark")),
        ({"fields": {"result": "已更换软管"}}, Refusal("photo", "须有现场照片", ("001-12-03",), "photo")),
        ({"open_children": 2}, Refusal("open_children", "还有 {count} 个子工单未关闭", params={"count": 2})),
    ],
    ids=["state", "role", "missing", "blank", "core field", "remark", "guard", "children"],
)
def test_one_broken_rule_is_the_one_refusal(broken: dict[str, Any], refusal: Refusal) -> None:
    assert check_move(FLOW, CLOSE, replace(READY, **broken)) == (refusal,)


def test_every_broken_rule_is_named_at_once() -> None:
    nothing = MoveAttempt(ticket={"state": "new"}, fields={}, given={}, roles=(), actor="", open_children=1)
    assert _guards(FLOW, CLOSE, nothing) == [
        "from_state",
        "role",
        "required",
        "required",
        "remark",
        "photo",
        "open_children",
    ]


def test_open_children_do_not_stop_a_move_to_an_open_state() -> None:
    attempt = replace(READY, ticket={"state": "new"}, open_children=3)
    assert check_move(FLOW, START, attempt) == ()


def test_a_guard_without_clauses_of_its_own_names_those_of_the_move() -> None:
    bare = replace(PHOTO, clauses=())
    flow = Workflow(states=FLOW.states, moves=FLOW.moves, guards=(bare,))
    (refusal,) = check_move(flow, CLOSE, replace(READY, fields={"result": "已更换软管"}))
    assert refusal.clauses == ("001-13-07",)


def test_zero_and_no_are_answers_and_blanks_are_none() -> None:
    answers: list[object] = [0, False, "0", []]
    blanks: list[object] = [None, "", "  \n", "\u200b\ufeff"]
    assert [is_empty(value) for value in answers + blanks] == [False] * 4 + [True] * 4


def test_moves_are_offered_with_the_usual_one_first() -> None:
    assert [move.name for move in FLOW.moves_from("doing")] == ["close", "cancel"]
    assert [move.name for move in FLOW.moves_from("new")] == ["start", "cancel"]
    assert FLOW.moves_from("closed") == ()


@pytest.mark.parametrize(
    ("category", "is_open"),
    [
        ("new", True),
        ("triage", True),
        ("waiting_us", True),
        ("waiting_customer", True),
        ("waiting_third", True),
        ("done", True),
        ("closed", False),
        ("void", False),
    ],
)
def test_a_ticket_is_open_until_it_is_closed_or_void(category: str, *, is_open: bool) -> None:
    assert StateCategory(category).is_open is is_open


@pytest.mark.parametrize(
    ("flow", "problem"),
    [
        (Workflow(states=(NEW, DOING, NEW), moves=(START,)), "two states are called new"),
        (Workflow(states=(NEW, DOING), moves=(START, START)), "two moves are called start"),
        (Workflow(states=(NEW, DOING), moves=(replace(START, to_state="done"),)), "move start: no state done"),
        (Workflow(states=(NEW, DOING), moves=(replace(START, from_states=("x",)),)), "move start: no state x"),
        (Workflow(states=(NEW, DOING), moves=(replace(START, guards=("photo",)),)), "move start: no guard photo"),
        (Workflow(states=(NEW, DOING), moves=(replace(START, asks=("fee",)),)), "move start: no field fee"),
        (Workflow(states=(NEW, DOING, CLOSED), moves=(START,)), "state closed cannot be reached"),
    ],
    ids=["state twice", "move twice", "to", "from", "guard", "field", "unreachable"],
)
def test_a_flow_that_cannot_be_names_its_problem(flow: Workflow, problem: str) -> None:
    assert problem in flow.problems(["result"])


def test_a_sound_flow_has_no_problem() -> None:
    assert FLOW.problems(["result"]) == ()


def test_what_any_move_requires_asks_stamps_or_empties_belongs_to_the_flow() -> None:
    start = replace(START, asks=("assignee",), stamps=("started_at",))
    again = replace(START, name="again", from_states=("doing",), clears=("measure",))
    flow = Workflow(states=(NEW, DOING, CLOSED), moves=(start, again, CLOSE), guards=(PHOTO,))
    assert flow.moved_fields == {"assignee", "started_at", "measure", "result", "cause"}


def test_only_a_guard_that_holds_at_any_time_is_asked_beside_the_moves() -> None:
    bare = replace(READY, fields={})
    assert check_always(FLOW, bare) == ()
    flow = replace(FLOW, guards=(replace(PHOTO, always=True),))
    assert check_always(flow, READY) == ()
    assert check_always(flow, bare) == (Refusal("photo", "须有现场照片", ("001-12-03",), "photo"),)
