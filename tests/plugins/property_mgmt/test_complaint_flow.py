"""The flow of complaints: every move when all is there, and every reason why it is refused."""

import pytest

from gongdan_property_mgmt.ticket_types import COMPLAINT
from tests.plugins.flows import Attempt

FLOW = COMPLAINT.workflow
OWNER = "11111111-1111-1111-1111-111111111111"
MANAGER = "22222222-2222-2222-2222-222222222222"
OTHER = "33333333-3333-3333-3333-333333333333"


def _attempt(move: str, role: str, actor: str = MANAGER, /, **fields: object) -> Attempt:
    ticket = {"owner": OWNER, "severity": "ordinary", "finding": "valid", "cause": "slow", "department": OTHER}
    return Attempt(FLOW, move, role=role, actor=actor, remark="见说明", fields=fields, ticket=ticket)


GRADED = {"consequence": "none", "severity_reason": "保洁未按时清运", "graded_at": "2026-03-05T10:05:00+08:00"}
FORWARDED = {**GRADED, "forwarded_at": "2026-03-05T10:10:00+08:00"}
ANSWERED = {**FORWARDED, "first_replied_at": "2026-03-05T11:00:00+08:00"}
CALLED = {"callback_satisfaction": "satisfied", "complainant_signed": True, "callback_way": "phone"}
UNHAPPY = {"callback_satisfaction": "unsatisfied", "callback_opinion": "第二天又没清运"}

#: For each move somebody who may make it, with everything that it asks for.
COMPLETE = {
    attempt.move: attempt
    for attempt in (
        _attempt("settle", "desk_clerk", OWNER, spot_answer="已说明收费依据"),
        _attempt("grade", "desk_clerk", OWNER, consequence="none", severity_reason="保洁未按时清运").about(
            severity="ordinary"
        ),
        _attempt("forward", "desk_clerk", OWNER, **GRADED),
        _attempt("reply", "desk_clerk", OWNER, first_reply="正在核实", next_reply_at="2026-03-05T16:00:00+08:00"),
        _attempt(
            "raise_severity", "project_manager", **{**GRADED, "consequence": "press", "severity_reason": "记者来电采访"}
        ).about(severity="major"),
        _attempt("establish", "department_staff", investigation="班次漏排", **FORWARDED),
        _attempt("handle", "department_staff", measure="增加一班清运", **ANSWERED),
        _attempt("finish", "department_staff", measure="增加一班清运", result="已清运", standard_met=True, **ANSWERED),
        _attempt("visit", "department_manager", callback_way="on_site"),
        _attempt("close", "department_manager", **CALLED),
        _attempt("rework", "department_manager", **UNHAPPY),
        _attempt("take_up_again", "department_manager", **UNHAPPY),
        _attempt("miss_callback", "department_manager", next_callback_at="2026-03-06T10:00:00+08:00"),
        _attempt("close_unreached", "project_manager", callback_satisfaction="unreached"),
        _attempt("withdraw", "desk_supervisor"),
        _attempt("reopen", "department_manager"),
    )
}

#: The end of a major complaint: the department's manager has been there, the project's manager closes.
MAJOR_END = _attempt(
    "close", "project_manager", OTHER, **{**CALLED, "callback_way": "on_site"}, visited_by=MANAGER
).about(severity="major")

#: What a move cannot be made without, beside what its guards ask.
REQUIRED = [
    ("settle", "severity"),
    ("settle", "spot_answer"),
    ("grade", "consequence"),
    ("grade", "severity"),
    ("grade", "severity_reason"),
    ("reply", "first_reply"),
    ("reply", "next_reply_at"),
    ("raise_severity", "consequence"),
    ("raise_severity", "severity"),
    ("raise_severity", "severity_reason"),
    ("establish", "investigation"),
    ("establish", "finding"),
    ("establish", "cause"),
    ("handle", "measure"),
    ("finish", "measure"),
    ("finish", "result"),
    ("finish", "standard_met"),
    ("visit", "callback_way"),
    ("close", "callback_satisfaction"),
    ("close", "complainant_signed"),
    ("rework", "callback_satisfaction"),
    ("rework", "callback_opinion"),
    ("take_up_again", "callback_satisfaction"),
    ("take_up_again", "callback_opinion"),
    ("miss_callback", "next_callback_at"),
    ("close_unreached", "callback_satisfaction"),
]


def test_every_move_is_tried() -> None:
    assert set(COMPLETE) == {move.name for move in FLOW.moves}


@pytest.mark.parametrize("move", COMPLETE)
def test_a_move_passes_when_all_is_there(move: str) -> None:
    assert COMPLETE[move].refusals() == []


@pytest.mark.parametrize("move", COMPLETE)
def test_a_move_is_refused_to_those_who_are_not_named(move: str) -> None:
    # Managers close on behalf of their departments alone, so the role itself refuses together with the guard.
    assert COMPLETE[move].by("repair_worker", COMPLETE[move].actor).refusals()[0] == "role"


@pytest.mark.parametrize(("move", "name"), REQUIRED)
def test_a_move_is_refused_without_what_it_requires(move: str, name: str) -> None:
    missing = COMPLETE[move].but(**{name: None}).about(**{name: None})
    assert f"required:{name}" in missing.refusals()


@pytest.mark.parametrize("move", ["raise_severity", "close_unreached", "withdraw", "reopen"])
def test_what_is_out_of_the_ordinary_needs_a_remark(move: str) -> None:
    full = COMPLETE[move]
    silent = Attempt(FLOW, move, role=full.role, actor=full.actor, fields=full.fields, ticket=full.ticket)
    assert silent.refusals() == ["remark:remark"]


def test_a_flow_is_walked_in_its_order() -> None:
    moves = ("grade", "forward", "reply", "establish", "handle", "finish", "close")
    states = [FLOW.initial.name, *(COMPLETE[move].declared.to_state for move in moves)]
    assert states == [
        "accepted",
        "graded",
        "forwarded",
        "first_replied",
        "established",
        "in_progress",
        "awaiting_callback",
        "closed",
    ]
    for move, state in zip(moves, states, strict=False):
        assert state in COMPLETE[move].declared.from_states


# --- First contact ----------------------------------------------------------------------------


@pytest.mark.clause("004-04-18")
@pytest.mark.clause("002-03-11")
@pytest.mark.parametrize("move", ["settle", "grade", "forward", "reply"])
def test_whoever_took_the_complaint_keeps_it(move: str) -> None:
    assert COMPLETE[move].by("desk_clerk", OTHER).refusals() == ["first_contact_acts"]


@pytest.mark.parametrize("role", ["desk_supervisor", "department_manager"])
def test_a_supervisor_may_stand_in_for_the_first_contact(role: str) -> None:
    assert COMPLETE["grade"].by(role, OTHER).refusals() == []


def test_a_complaint_without_a_first_contact_is_taken_up_by_any_clerk() -> None:
    assert COMPLETE["grade"].about(owner=None).by("desk_clerk", OTHER).refusals() == []


@pytest.mark.clause("004-04-21")
def test_what_is_settled_on_the_spot_keeps_the_answer() -> None:
    assert COMPLETE["settle"].but(spot_answer=None).refusals() == ["required:spot_answer"]


@pytest.mark.clause("004-04-30")
def test_a_major_complaint_is_not_settled_on_the_spot() -> None:
    assert COMPLETE["settle"].about(severity="major").refusals() == ["major_is_not_settled:severity"]


# --- Severity ---------------------------------------------------------------------------------


@pytest.mark.clause("004-04-07")
def test_complaints_have_three_severities() -> None:
    assert [choice.label for choice in COMPLAINT.severities] == ["重大", "一般", "轻微"]


@pytest.mark.clause("004-04-08")
@pytest.mark.clause("004-09-19")
@pytest.mark.parametrize("consequence", ["injury", "loss", "press"])
@pytest.mark.parametrize("severity", ["ordinary", "minor"])
def test_harm_makes_a_complaint_major(consequence: str, severity: str) -> None:
    lower = COMPLETE["grade"].but(consequence=consequence).about(severity=severity)
    assert lower.refusals() == ["severity_fits_the_harm:severity"]
    assert lower.about(severity="major").refusals() == []


@pytest.mark.clause("004-04-09")
@pytest.mark.clause("004-04-10")
@pytest.mark.clause("004-09-13")
@pytest.mark.clause("004-09-16")
@pytest.mark.parametrize("severity", ["ordinary", "minor"])
def test_a_lower_severity_is_given_only_where_the_clerk_denies_harm(severity: str) -> None:
    graded = COMPLETE["grade"].about(severity=severity)
    assert graded.refusals() == []
    assert graded.but(consequence=None).refusals() == ["required:consequence"]


@pytest.mark.clause("004-04-26")
def test_a_severity_has_a_reason() -> None:
    assert COMPLETE["grade"].but(severity_reason=None).refusals() == ["required:severity_reason"]


def test_a_complaint_is_graded_once() -> None:
    again = Attempt(
        FLOW,
        "grade",
        state="first_replied",
        role="desk_clerk",
        actor=OWNER,
        fields=GRADED,
        ticket={"owner": OWNER, "severity": "minor"},
    )
    assert again.refusals() == ["is_not_graded"]


def test_a_complaint_is_only_ever_raised_to_major() -> None:
    assert COMPLETE["raise_severity"].about(severity="ordinary").refusals() == ["severity_is_raised:severity"]


# --- Route, reply, finding --------------------------------------------------------------------


@pytest.mark.clause("004-04-26")
def test_a_complaint_is_not_handed_on_before_it_is_graded() -> None:
    early = Attempt(
        FLOW,
        "forward",
        state="first_replied",
        role="desk_clerk",
        actor=OWNER,
        ticket={"owner": OWNER, "department": OTHER},
    )
    assert early.refusals() == ["is_graded"]


@pytest.mark.clause("004-04-27")
def test_a_complaint_is_handed_to_a_department_or_a_person() -> None:
    nobody = COMPLETE["forward"].about(department=None, assignee=None)
    assert nobody.refusals() == ["someone_is_concerned:department"]
    assert nobody.about(assignee=OTHER).refusals() == []


@pytest.mark.clause("001-01-16")
@pytest.mark.clause("001-01-17")
@pytest.mark.clause("004-04-22")
@pytest.mark.parametrize("name", ["first_reply", "next_reply_at"])
def test_a_first_reply_says_something_and_names_the_next_one(name: str) -> None:
    assert COMPLETE["reply"].but(**{name: None}).refusals() == [f"required:{name}"]


@pytest.mark.parametrize("state", ["accepted", "graded", "forwarded", "established"])
def test_a_first_reply_is_possible_at_any_stage_before_the_work(state: str) -> None:
    reply = COMPLETE["reply"]
    attempt = Attempt(
        FLOW, "reply", state=state, role="desk_clerk", actor=OWNER, fields=reply.fields, ticket=reply.ticket
    )
    assert attempt.refusals() == []


@pytest.mark.clause("004-04-27")
def test_nothing_is_established_before_the_complaint_is_handed_on() -> None:
    assert COMPLETE["establish"].but(forwarded_at=None).refusals() == ["is_forwarded"]


@pytest.mark.clause("004-04-35")
@pytest.mark.clause("004-04-36")
@pytest.mark.clause("004-04-44")
@pytest.mark.clause("004-04-45")
@pytest.mark.parametrize("name", ["investigation", "finding", "cause"])
def test_a_finding_says_what_happened_whether_it_is_valid_and_why(name: str) -> None:
    missing = COMPLETE["establish"].but(**{name: None}).about(**{name: None})
    assert missing.refusals() == [f"required:{name}"]


@pytest.mark.clause("004-04-36")
def test_a_complaint_is_valid_or_not() -> None:
    assert [choice.label for choice in COMPLAINT.findings] == ["有效", "无效"]


@pytest.mark.clause("004-04-35")
@pytest.mark.clause("004-04-36")
def test_work_does_not_begin_before_the_finding() -> None:
    assert COMPLETE["handle"].about(finding="").refusals() == ["is_established"]


@pytest.mark.clause("001-01-16")
@pytest.mark.clause("001-01-18")
@pytest.mark.parametrize("finding", ["valid", "invalid"])
def test_work_does_not_begin_before_the_first_reply(finding: str) -> None:
    silent = COMPLETE["handle"].but(first_replied_at=None, told_at="2026-03-05T11:00:00+08:00").about(finding=finding)
    assert silent.refusals() == ["is_answered"]


@pytest.mark.clause("004-04-37")
def test_a_valid_complaint_gets_a_measure() -> None:
    assert COMPLETE["handle"].but(measure=None).refusals() == ["required:measure"]


@pytest.mark.clause("004-04-40")
@pytest.mark.clause("001-01-18")
@pytest.mark.parametrize("move", ["handle", "finish"])
def test_an_invalid_complaint_is_answered_all_the_same(move: str) -> None:
    silent = COMPLETE[move].about(finding="invalid")
    assert silent.refusals() == ["invalid_one_is_told:told_at"]
    assert silent.but(told_at="2026-03-05T11:00:00+08:00").refusals() == []


@pytest.mark.clause("004-04-40")
@pytest.mark.clause("004-04-41")
def test_an_invalid_complaint_gets_a_plan_of_help() -> None:
    helpless = COMPLETE["handle"].about(finding="invalid").but(told_at="2026-03-05T11:00:00+08:00", measure=None)
    assert helpless.refusals() == ["required:measure"]


@pytest.mark.clause("004-04-38")
@pytest.mark.parametrize("name", ["measure", "result"])
def test_the_handling_is_written_down(name: str) -> None:
    assert COMPLETE["finish"].but(**{name: None}).refusals() == [f"required:{name}"]


@pytest.mark.clause("004-04-43")
def test_a_complaint_ends_lawfully_by_the_rules_and_by_the_contract() -> None:
    assert COMPLETE["finish"].but(standard_met=False).refusals() == ["standard_is_met:standard_met"]


# --- The end ----------------------------------------------------------------------------------


@pytest.mark.clause("001-01-19")
@pytest.mark.clause("004-04-46")
def test_no_complaint_closes_without_a_callback() -> None:
    ends = [move for move in FLOW.moves if move.to_state == "closed"]
    assert [move.name for move in ends] == ["close", "close_unreached"]
    assert all("callback_satisfaction" in move.requires for move in ends)


@pytest.mark.clause("004-04-48")
@pytest.mark.clause("004-04-49")
@pytest.mark.parametrize("severity", ["ordinary", "minor"])
def test_the_departments_manager_closes_what_is_not_major(severity: str) -> None:
    close = COMPLETE["close"].about(severity=severity)
    assert close.refusals() == []
    assert close.by("project_manager", OTHER).refusals() == ["manager_closes"]


@pytest.mark.clause("004-04-47")
def test_a_major_complaint_is_closed_by_two_managers_on_site() -> None:
    assert MAJOR_END.refusals() == []


@pytest.mark.clause("004-04-47")
def test_a_major_complaint_is_not_closed_by_the_departments_manager_alone() -> None:
    assert MAJOR_END.by("department_manager", OTHER).refusals() == ["project_manager_closes"]


@pytest.mark.clause("004-04-47")
def test_a_major_complaint_is_not_closed_before_the_departments_manager_was_there() -> None:
    assert MAJOR_END.but(visited_by=None).refusals() == ["department_manager_visited"]


@pytest.mark.clause("004-04-47")
def test_one_person_is_not_two_managers() -> None:
    assert MAJOR_END.by("project_manager", MANAGER).refusals() == ["two_managers_visit"]


@pytest.mark.clause("004-04-47")
@pytest.mark.parametrize("way", [None, "phone", "wechat"])
def test_a_major_complaint_is_not_closed_by_telephone(way: object) -> None:
    assert MAJOR_END.but(callback_way=way).refusals() == ["major_is_visited:callback_way"]


@pytest.mark.clause("004-04-47")
def test_harm_keeps_a_complaint_major_whatever_its_severity_says() -> None:
    lowered = MAJOR_END.but(consequence="injury", visited_by=None).about(severity="minor")
    assert lowered.refusals() == ["department_manager_visited"]


@pytest.mark.clause("004-04-47")
def test_a_visit_by_telephone_is_none() -> None:
    assert COMPLETE["visit"].but(callback_way="phone").refusals() == ["visit_is_on_site:callback_way"]


@pytest.mark.clause("004-04-50")
@pytest.mark.parametrize("signed", [None, False])
def test_a_complaint_closes_with_the_complainants_signature(signed: object) -> None:
    assert "complainant_signed:complainant_signed" in COMPLETE["close"].but(complainant_signed=signed).refusals()


@pytest.mark.clause("004-04-43")
@pytest.mark.clause("004-04-50")
@pytest.mark.parametrize("answer", ["unsatisfied", "unreached"])
def test_a_complaint_closes_only_when_the_complainant_is_content(answer: str) -> None:
    unhappy = COMPLETE["close"].but(callback_satisfaction=answer)
    assert unhappy.refusals() == ["complainant_is_content:callback_satisfaction"]


@pytest.mark.clause("004-04-51")
@pytest.mark.parametrize("move", ["rework", "take_up_again"])
def test_only_dissatisfaction_starts_a_new_round(move: str) -> None:
    happy = COMPLETE[move].but(callback_satisfaction="satisfied")
    assert happy.refusals() == ["complainant_is_not_content:callback_satisfaction"]


@pytest.mark.clause("004-04-51")
def test_a_new_round_asks_for_a_new_measure() -> None:
    rework = COMPLETE["rework"].declared
    assert rework.new_round
    assert {"measure", "result"} <= set(rework.clears)


@pytest.mark.clause("004-04-47")
def test_a_major_complaint_is_never_closed_as_unreached() -> None:
    assert COMPLETE["close_unreached"].about(severity="major").refusals() == ["major_is_reached"]


def test_who_could_be_reached_is_not_closed_as_unreached() -> None:
    reached = COMPLETE["close_unreached"].but(callback_satisfaction="satisfied")
    assert reached.refusals() == ["nobody_answered:callback_satisfaction"]


# --- The paper --------------------------------------------------------------------------------


@pytest.mark.clause("004-04-25")
def test_a_complaint_is_written_on_its_paper() -> None:
    assert COMPLAINT.paper == "投诉处理记录表"


def test_harm_makes_a_complaint_major_at_any_time_so_that_no_correction_makes_it_less() -> None:
    assert [guard.name for guard in FLOW.guards if guard.always] == ["severity_fits_the_harm"]


def test_what_the_flow_writes_is_no_matter_of_editing() -> None:
    owned = {"severity", "finding", "first_replied_at", "callback_satisfaction", "category", "consequence"}
    assert owned <= COMPLAINT.moved_fields
