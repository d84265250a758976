"""Rectifications: every move when all is there, every refusal, and the way from the patrol to the recheck."""

from datetime import timedelta

import pytest

from gongdan.api import AssetInput, CompanyDesk, Draft, InvalidInput, NewTicket, TicketFilter, TicketView
from gongdan.errors import MoveRefused
from gongdan.testing.clocks import Clock
from gongdan.testing.factories import People
from gongdan_decoration.plugin import classify_draft
from gongdan_decoration.ticket_types import RECTIFICATION
from tests.plugins.flows import Attempt

FLOW = RECTIFICATION.workflow
BUILDER = "11111111-1111-1111-1111-111111111111"
INSPECTOR = "22222222-2222-2222-2222-222222222222"


def _attempt(move: str, role: str, actor: str = INSPECTOR, /, **fields: object) -> Attempt:
    ticket = {"assignee": BUILDER, "severity": "class_b", "round": 1}
    return Attempt(FLOW, move, role=role, actor=actor, remark="见说明", fields=fields, ticket=ticket)


#: For each move somebody who may make it, with everything that it asks for.
COMPLETE = {
    attempt.move: attempt
    for attempt in (
        _attempt("issue", "site_inspector", standard="空鼓率不超过 5%", limit_on="2026-03-10"),
        _attempt("sign", "site_manager", BUILDER),
        _attempt("dispute", "site_manager", BUILDER),
        _attempt("uphold", "service_manager"),
        _attempt("start", "site_manager", BUILDER, measure="铲除重贴"),
        _attempt("urge", "site_manager", BUILDER),
        _attempt("warn", "site_supervisor"),
        _attempt("extend", "service_manager", limit_on="2026-03-12"),
        _attempt("report_ready", "site_manager", BUILDER, result="已重贴", photo_taken=True),
        _attempt("pass_recheck", "site_inspector"),
        _attempt("fail_recheck", "site_supervisor", recheck_opinion="仍有两块空鼓", limit_on="2026-03-12"),
        _attempt(
            "propose_penalty",
            "service_manager",
            penalty="200.00",
            penalty_reason="逾期未整改",
            warned_at="2026-03-08T10:00:00+08:00",
        ),
        _attempt("withdraw", "service_manager"),
    )
}

#: What a move cannot be made without, beside what its guards ask.
REQUIRED = [
    ("issue", "assignee"),
    ("issue", "severity"),
    ("issue", "standard"),
    ("issue", "limit_on"),
    ("start", "measure"),
    ("extend", "limit_on"),
    ("report_ready", "result"),
    ("report_ready", "photo_taken"),
    ("fail_recheck", "recheck_opinion"),
    ("fail_recheck", "limit_on"),
    ("propose_penalty", "penalty"),
    ("propose_penalty", "penalty_reason"),
]


@pytest.mark.parametrize("move", ["dispute", "uphold", "urge", "warn", "extend", "withdraw"])
def test_what_is_out_of_the_ordinary_needs_a_remark(move: str) -> None:
    full = COMPLETE[move]
    silent = Attempt(FLOW, move, role=full.role, actor=full.actor, fields=full.fields, ticket=full.ticket)
    assert silent.refusals() == ["remark:remark"]


def test_every_move_is_tried() -> None:
    assert set(COMPLETE) == {move.name for move in FLOW.moves}


@pytest.mark.parametrize("move", COMPLETE)
def test_a_move_passes_when_all_is_there(move: str) -> None:
    assert COMPLETE[move].refusals() == []


@pytest.mark.clause("000-04-30")
@pytest.mark.clause("000-04-31")
@pytest.mark.clause("000-04-96")
@pytest.mark.parametrize("move", COMPLETE)
def test_a_move_is_refused_to_those_who_are_not_named(move: str) -> None:
    stranger = "site_manager" if COMPLETE[move].role != "site_manager" else "site_supervisor"
    assert COMPLETE[move].by(stranger, COMPLETE[move].actor).refusals() == ["role"]


@pytest.mark.parametrize(("move", "name"), REQUIRED)
def test_a_move_is_refused_without_what_it_requires(move: str, name: str) -> None:
    missing = COMPLETE[move].but(**{name: None}).about(**{name: None})
    assert f"required:{name}" in missing.refusals()


@pytest.mark.clause("000-04-30")
@pytest.mark.parametrize("move", ["sign", "dispute", "start", "urge", "report_ready"])
def test_the_responsible_manager_acts_himself(move: str) -> None:
    assert COMPLETE[move].by("site_manager", INSPECTOR).refusals() == ["responsible_one_acts"]


@pytest.mark.parametrize("move", ["pass_recheck", "fail_recheck"])
def test_nobody_rechecks_his_own_work(move: str) -> None:
    assert COMPLETE[move].by("site_supervisor", BUILDER).refusals() == ["another_one_rechecks"]


@pytest.mark.clause("000-04-34")
def test_work_is_ready_when_the_same_spot_is_photographed() -> None:
    unseen = COMPLETE["report_ready"].but(photo_taken=False)
    assert unseen.refusals() == ["same_spot_is_photographed:photo_taken"]


@pytest.mark.clause("000-04-31")
@pytest.mark.clause("000-04-96")
def test_a_penalty_follows_a_warning_or_a_failed_recheck() -> None:
    sudden = COMPLETE["propose_penalty"].but(warned_at=None)
    assert sudden.refusals() == ["warned_before_penalty"]
    assert sudden.about(round=2).refusals() == []


@pytest.mark.parametrize(
    ("description", "found"),
    [
        ("主卫闭水试验渗漏", {"severity": "class_a", "category": "waterproofing"}),
        ("客厅墙砖三处空鼓", {"category": "tiling"}),
        ("工人未戴安全帽", {"category": "safety"}),
        ("入户门框磕碰，成品保护缺失", {"category": "protection"}),
        ("与图纸不一致", {}),
    ],
)
def test_a_finding_is_sorted_by_its_words(description: str, found: dict[str, str]) -> None:
    assert classify_draft(Draft("rectification", "", description, "", "patrol", {}, {})) == found


def test_findings_of_other_trades_are_left_alone() -> None:
    assert classify_draft(Draft("repair", "", "主卫渗漏", "", "phone", {}, {})) is None


# --- Through the services -----------------------------------------------------------------------


@pytest.fixture
def inspector(person: People) -> CompanyDesk:
    return person("site_inspector", name="周敏")


@pytest.fixture
def builder(person: People) -> CompanyDesk:
    return person("site_manager", name="吴刚")


@pytest.fixture
def notice(inspector: CompanyDesk, company_desk: CompanyDesk) -> TicketView:
    site = company_desk.assets.create(
        AssetInput(kind="site", code="HT2026-0101", label="幸福花园 4-2-836", state="at_work")
    )
    return inspector.intake.open(
        NewTicket(
            type="rectification",
            description="主卫墙砖五处空鼓",
            channel="patrol",
            asset_id=site.id,
            fields={"patrolled_at": "2026-03-05T09:30", "score": "78", "stage": "tiling", "spot": "主卫东墙"},
        )
    )


def _move(desk: CompanyDesk, ticket: TicketView, move: str, **given: object) -> TicketView:
    return desk.moves.make(ticket.id, move, desk.tickets.find(ticket.id).version, given)


def _issue(inspector: CompanyDesk, builder: CompanyDesk, notice: TicketView) -> TicketView:
    return _move(
        inspector,
        notice,
        "issue",
        assignee=str(builder.actor.account_id),
        severity="class_b",
        standard="空鼓率不超过 5%",
        limit_on="2026-03-10",
    )


@pytest.mark.clause("000-04-32")
def test_a_patrol_is_reported_whole(inspector: CompanyDesk, company_desk: CompanyDesk) -> None:
    with pytest.raises(InvalidInput) as refused:
        inspector.intake.open(NewTicket(type="rectification", subject="空鼓", channel="patrol"))
    assert {problem.field for problem in refused.value.problems} == {
        "asset",
        "description",
        "patrolled_at",
        "score",
        "stage",
        "spot",
    }
    assert company_desk.tickets.count(TicketFilter()) == 0


@pytest.mark.clause("000-04-33")
@pytest.mark.clause("000-04-34")
def test_a_notice_is_issued_to_somebody_with_a_limit(inspector: CompanyDesk, notice: TicketView) -> None:
    with pytest.raises(MoveRefused) as refused:
        _move(inspector, notice, "issue")
    assert [(refusal.guard, refusal.field) for refusal in refused.value.refusals] == [
        ("required", "assignee"),
        ("required", "severity"),
        ("required", "standard"),
        ("required", "limit_on"),
    ]
    assert inspector.tickets.find(notice.id) == notice


@pytest.mark.clause("000-04-30")
def test_a_rectification_is_walked_over_two_rounds(
    inspector: CompanyDesk, builder: CompanyDesk, notice: TicketView, clock: Clock
) -> None:
    assert notice.number == "ZG202603-001"
    _issue(inspector, builder, notice)
    clock.move(timedelta(hours=1))
    _move(builder, notice, "sign")
    _move(builder, notice, "start", measure="铲除重贴")
    urged = _move(builder, notice, "urge", remark="请泥瓦班今天到场")
    assert (urged.state, urged.fields["urged_at"]) == ("rectifying", "2026-03-05T11:00:00+08:00")
    _move(builder, notice, "report_ready", result="已重贴", photo_taken="true")
    failed = _move(inspector, notice, "fail_recheck", recheck_opinion="仍有两块空鼓", limit_on="2026-03-12")
    assert (failed.state, failed.round, failed.fields["limit_on"]) == ("rectifying", 2, "2026-03-12")
    assert {"result", "photo_taken"}.isdisjoint(failed.fields)
    _move(builder, notice, "report_ready", result="整面重贴", photo_taken="true")
    passed = _move(inspector, notice, "pass_recheck")
    assert (passed.state, passed.is_open, passed.fields["rechecked_by"]) == ("passed", False, "周敏")


def test_a_disputed_notice_can_be_upheld(
    inspector: CompanyDesk, builder: CompanyDesk, notice: TicketView, person: People
) -> None:
    _issue(inspector, builder, notice)
    assert _move(builder, notice, "dispute", remark="图纸如此").state == "disputed"
    manager = person("service_manager", name="陈秀英")
    assert _move(manager, notice, "uphold", remark="以验收规范为准").state == "signed"
